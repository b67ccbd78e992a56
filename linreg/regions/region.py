"""One region: its pattern and witness, and what follows from them exactly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
from flint import fmpq

from linreg.affine import AffineMap, ExactAffineMap
from linreg.domains import Halfspaces
from linreg.explore import Problem
from linreg.lp import Point, Solver, is_bounded
from linreg.network.stages import table
from linreg.rational import nearest_float, rational
from linreg.regions.boundary import Boundaries, Boundary
from linreg.units import MaxUnit, Unit

DOMAIN = -1
"""The owner of a row that belongs to the domain and to no unit."""


@dataclass(frozen=True, eq=False)
class Region:
    """A full-dimensional activation region: a pattern and a point strictly inside.

    Rows and maps are derived from the pattern when asked for, exactly, and never stored.

    Attributes
    ----------
    problem : Problem
    index : int
        The place among all regions, sorted by pattern.
    pattern : integer array, shape (units,)
        The piece of every unit.
    witness : float64 array, shape (inputs,)
        Nearest to the exact witness; in a region thinner than the float grid it can lie outside.
    exact_witness : tuple of Fraction
        Strictly inside.
    """

    problem: Problem
    index: int
    pattern: np.ndarray  # (units,)
    witness: np.ndarray  # (inputs,)
    exact_witness: tuple[Fraction, ...]

    @cached_property
    def exact_affine_map(self) -> ExactAffineMap:
        """The network's output as a function of its input on the region."""
        return self._maps[-1]

    @property
    def affine_map(self) -> AffineMap:
        """The network's output on the region, each entry rounded to the nearest float64."""
        return self.exact_affine_map.rounded()

    @cached_property
    def exact_halfspaces(self) -> Halfspaces:
        """The rows that define the region, as object arrays of Fraction.

        Every breakpoint next to a unit's piece, every candidate that a max unit's winner beats,
        and the domain's rows (owner -1). Rows may be redundant or coincide: each is evidence
        about its owner.
        """
        rows = [(owner, row) for owner, row in self._forms]
        dim = self.problem.network.input_dim
        normals = np.empty((len(rows), dim), dtype=object)
        offsets = np.empty(len(rows), dtype=object)
        for i, (_, row) in enumerate(rows):
            normals[i] = [_fraction(-entry) for entry in row[:-1]]
            offsets[i] = _fraction(row[-1])
        return Halfspaces(normals, offsets, np.array([owner for owner, _ in rows], dtype=np.int64))

    @cached_property
    def halfspaces(self) -> Halfspaces:
        """The rows that define the region, each number rounded to the nearest float64.

        Numbers beyond all floats become infinite; `exact_halfspaces` holds them as they are.
        """
        exact = self.exact_halfspaces
        normals = [[_float(entry) for entry in normal] for normal in exact.normals]
        return Halfspaces(
            np.array(normals).reshape(exact.normals.shape),
            np.array([_float(offset) for offset in exact.offsets]),
            exact.owners,
        )

    @cached_property
    def boundary(self) -> Boundary:
        """The distinct rows of the region, as integers, and what changes across each."""
        return Boundaries(self.problem).of(self.pattern.tolist())

    @property
    def margin(self) -> float:
        """Distance from the witness to the nearest row; Euclidean, in input units.

        Infinite if no row bounds the region.
        """
        return self.boundary.margin(Point.of_rationals([rational(x) for x in self.exact_witness]))

    @property
    def is_bounded(self) -> bool:
        """Whether the region is bounded, decided exactly."""
        return is_bounded(self.boundary.rows, self.problem.network.input_dim, Solver())

    def contains(self, x: Sequence[Fraction | float | int]) -> bool:
        """Whether a point lies strictly inside, decided exactly; floats mean what they are."""
        point = [*(rational(value) for value in x), fmpq(1)]
        return all(
            sum((a * b for a, b in zip(row, point, strict=True)), fmpq(0)) > 0
            for _, row in self._forms
        )

    @cached_property
    def _maps(self) -> list[ExactAffineMap]:
        return list(self.problem.network.maps_on(self.pattern.tolist()))

    @cached_property
    def _forms(self) -> list[tuple[int, list[fmpq]]]:
        """Owner and affine form, positive inside, of every row that is not constant."""
        forms: list[tuple[int, list[fmpq]]] = []
        owner = 0
        for stage, map_ in zip(self.problem.network.stages, self._maps, strict=False):
            rows = map_.rows.table()
            for unit, start in zip(stage.units, stage.starts, strict=False):
                piece = int(self.pattern[owner])
                own = _unit_forms(unit, piece, rows[start : start + unit.n_inputs])
                forms += [(owner, form) for form in own if any(form[:-1])]
                owner += 1
        for row in self.problem.domain.rows():
            if any(row[:-1]):
                forms.append((DOMAIN, [rational(entry) for entry in row]))
        return forms


def _unit_forms(unit: Unit, piece: int, rows: Sequence[list[fmpq]]) -> list[list[fmpq]]:
    """The forms that are positive where a unit is on its piece."""
    if isinstance(unit, MaxUnit):
        return [
            [a - b for a, b in zip(rows[piece], rival, strict=True)]
            for i, rival in enumerate(rows)
            if i != piece
        ]
    (row,) = rows
    breakpoints = table(unit)[0]
    forms = []
    if piece > 0:
        forms.append([*row[:-1], row[-1] - breakpoints[piece - 1]])
    if piece < len(breakpoints):
        forms.append([*(-entry for entry in row[:-1]), breakpoints[piece] - row[-1]])
    return forms


def _float(number: Fraction) -> float:
    return nearest_float(number.numerator, number.denominator)


def _fraction(number: fmpq) -> Fraction:
    return Fraction(int(number.p), int(number.q))
