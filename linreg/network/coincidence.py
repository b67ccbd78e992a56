"""Hyperplanes of one stage that almost coincide: rounding may have moved apart what was one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
from flint import fmpq

from linreg.network.stages import Stage, StagedNetwork, table
from linreg.rational import nearest_float, rational
from linreg.units import MaxUnit

CLOSE = 1e-9
"""Largest difference of two hyperplanes that almost coincide; dimensionless.

Rounding to float64 moves them by about 1e-16."""

GRID = 1e-6
"""Side of the cells in which near hyperplanes are looked for; far above `CLOSE`, since two random
combinations of a gradient can be small by chance."""


@dataclass(frozen=True, slots=True)
class NearCoincidence:
    """Two hyperplanes of one stage that differ, but hardly.

    Attributes
    ----------
    stage : int
        From 1.
    units : (int, int)
        The units that switch on them, numbered as in patterns; twice the same one if both
        hyperplanes are its own.
    difference : float
        Dimensionless: the largest difference of the gradients' entries where the largest entry of
        each is 1 or -1, or that of the shifts then, relative to the larger one if that is above 1.
    """

    stage: int
    units: tuple[int, int]
    difference: float

    def __str__(self) -> str:
        first, second = self.units
        who = f"units {first} and {second}" if first != second else f"two pieces of unit {first}"
        return (
            f"stage {self.stage}: {who} switch on hyperplanes that almost coincide (they differ by "
            f"{self.difference:.1e}); if one was meant, read decimals as they are written "
            "(--decimal) or round the weights (Network.rationalized)"
        )


def near_coincidences(network: StagedNetwork) -> list[NearCoincidence]:
    """The hyperplanes of a network that almost coincide with an earlier one of their stage.

    Those of a stage are hyperplanes in the outputs of the stage before. Each is named at most once,
    with the first one near it. How much two hyperplanes differ is computed exactly; which ones are
    worth comparing is found in floats.

    Examples
    --------
    Three times 0.1 is not 0.3 in float64:

    >>> from linreg import mlp
    >>> [near] = near_coincidences(mlp([([[1, 0.1], [3, 0.3], [1, 1]], [0, 0, 0])]).staged)
    >>> near.units, near.difference < 1e-15
    ((0, 1), True)
    """
    found: list[NearCoincidence] = []
    first = 0
    for number, stage in enumerate(network.stages, start=1):
        found += _of_stage(stage, number, first)
        first += len(stage.units)
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _Hyperplane:
    """The form z[row] - z[rival] - breakpoint of the pre-activations, or without a rival."""

    unit: int
    row: int
    rival: int | None
    breakpoint: fmpq

    def shift(self, stage: Stage) -> fmpq:
        """The form's constant."""
        rival = fmpq(0) if self.rival is None else stage.map.shifts[self.rival]
        return stage.map.shifts[self.row] - rival - self.breakpoint

    def scaled(self, stage: Stage) -> tuple[dict[int, fmpq], fmpq]:
        """Non-zero coefficients and shift, divided by the size of the largest coefficient."""
        terms = dict(stage.map.terms[self.row])
        if self.rival is not None:
            for i, coefficient in stage.map.terms[self.rival]:
                terms[i] = terms.get(i, fmpq(0)) - coefficient
        size = max(abs(coefficient) for coefficient in terms.values())
        scaled = {i: coefficient / size for i, coefficient in terms.items() if coefficient != 0}
        return scaled, self.shift(stage) / size


def _of_stage(stage: Stage, number: int, first: int) -> Iterator[NearCoincidence]:
    planes = list(_hyperplanes(stage))
    if not planes:
        return
    seen: dict[tuple[int, int], list[_Hyperplane]] = {}
    close = rational(CLOSE)
    for plane, cell in zip(planes, _cells(stage, planes), strict=True):
        if cell is None:
            continue
        near = [
            other
            for i, j in product((-1, 0, 1), repeat=2)
            for other in seen.get((cell[0] + i, cell[1] + j), ())
        ]
        # Those kept are pairwise apart, so the first that is close is the only one to be named.
        apart = ((_difference(stage, plane, other), other.unit) for other in near)
        difference, unit = next((pair for pair in apart if pair[0] <= close), (None, 0))
        if difference is None:
            seen.setdefault(cell, []).append(plane)
        elif difference > 0:
            yield NearCoincidence(number, (first + unit, first + plane.unit), _float(difference))


def _hyperplanes(stage: Stage) -> Iterator[_Hyperplane]:
    """The hyperplanes that a stage's units switch on, unit by unit."""
    for j, (unit, row) in enumerate(zip(stage.units, stage.starts, strict=False)):
        if isinstance(unit, MaxUnit):
            for i, k in combinations(range(row, row + unit.rank), 2):
                if stage.map.terms[i] != stage.map.terms[k]:
                    yield _Hyperplane(j, i, k, fmpq(0))
        elif stage.map.terms[row]:
            for cut in table(unit)[0]:
                yield _Hyperplane(j, row, None, cut)


def _cells(stage: Stage, planes: Sequence[_Hyperplane]) -> Iterator[tuple[int, int] | None]:
    """Cells of a grid: hyperplanes that almost coincide are in the same one or in neighbours.

    A hyperplane has two coordinates, which do not change with its scale or sign: one of the
    direction of two random combinations of its gradient's entries, and one of its shift. None if
    floats cannot hold it.
    """
    weights = np.random.default_rng(0).uniform(-1, 1, (stage.map.n_inputs, 2))
    with np.errstate(over="ignore", invalid="ignore", divide="ignore", under="ignore"):
        # One row for each pre-activation, and one that is zero, for planes without a rival.
        combined = np.vstack([stage.rounded.matrix @ weights, np.zeros((1, 2))])
        rivals = [-1 if plane.rival is None else plane.rival for plane in planes]
        a, b = (combined[[plane.row for plane in planes]] - combined[rivals]).T
        size = np.hypot(a, b)
        direction = (a / size - b / size) * (a / size + b / size)
        shift = np.abs([_float(plane.shift(stage)) for plane in planes]) / size
        places = np.stack([direction, shift / (1 + shift)], axis=1)
    for one, other in places.tolist():
        is_held = np.isfinite(one) and np.isfinite(other)
        yield (int(one // GRID), int(other // GRID)) if is_held else None


def _difference(stage: Stage, plane: _Hyperplane, other: _Hyperplane) -> fmpq:
    """How much two hyperplanes differ; see `NearCoincidence`."""
    (terms, shift), (rest, by) = plane.scaled(stage), other.scaled(stage)
    pivot = max(terms, key=lambda i: abs(terms[i]))
    if terms[pivot] * rest.get(pivot, fmpq(0)) < 0:
        rest, by = {i: -coefficient for i, coefficient in rest.items()}, -by
    zero = fmpq(0)
    gradients = (abs(terms.get(i, zero) - rest.get(i, zero)) for i in terms.keys() | rest.keys())
    return max(max(gradients), abs(shift - by) / max(fmpq(1), abs(shift), abs(by)))


def _float(number: fmpq) -> float:
    return nearest_float(int(number.p), int(number.q))
