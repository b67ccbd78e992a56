"""Stages in integers with one denominator each, applied to lines of values p + u s.

A state is an integer matrix with a row (p, s) for each coordinate and a last row (scale, 0): the
coordinate is (p + u s) / scale. Multiplying by a stage's integer weights multiplies the scale by
their denominator, so that no fraction is made of any weight.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from flint import fmpq, fmpz, fmpz_mat

from linreg.affine import AffineMap, ExactAffineMap
from linreg.network.stages import Stage, table
from linreg.rational import common_denominator
from linreg.units import MaxUnit, ScalarUnit

MANTISSA = 53
"""Bits of a float64's mantissa."""


class DenseWeights:
    """A map whose weights are held as one integer matrix; the last column is the constant."""

    def __init__(self, map_: ExactAffineMap) -> None:
        entries: Sequence[int | fmpz]
        if map_.floats is not None:
            entries, self.denominator = _float_integers(map_.floats)
        else:
            rationals = map_.rows.entries()
            self.denominator = common_denominator(rationals)
            entries = [(entry * self.denominator).p for entry in rationals]
        self._matrix = fmpz_mat(map_.n_outputs, map_.n_inputs + 1, entries)
        self._columns: dict[int, fmpz_mat] = {}

    def of(self, state: fmpz_mat) -> fmpz_mat:
        """The lines of all rows, given those of the inputs."""
        return self._matrix * state

    def changed(self, rows: fmpz_mat, changes: Iterable[tuple[int, fmpz, fmpz]]) -> fmpz_mat:
        """The lines of all rows where inputs have changed by these lines."""
        for j, p, s in changes:
            rows = rows + self._column(j) * fmpz_mat(1, 2, [p, s])
        return rows

    def _column(self, j: int) -> fmpz_mat:
        if j not in self._columns:
            height = self._matrix.nrows()
            entries = [self._matrix[i, j] for i in range(height)]
            self._columns[j] = fmpz_mat(height, 1, entries)
        return self._columns[j]


class SparseWeights:
    """A map whose non-zero weights are gone through one after another."""

    def __init__(self, map_: ExactAffineMap) -> None:
        numbers = [by for group in map_.terms for _, by in group]
        self.denominator = common_denominator([*numbers, *map_.shifts])
        self._n_inputs = map_.n_inputs
        self._terms = [
            [(i, (by * self.denominator).p) for i, by in (*group, (map_.n_inputs, shift))]
            for group, shift in zip(map_.terms, map_.shifts, strict=True)
        ]

    @cached_property
    def _readers(self) -> list[list[tuple[int, fmpz]]]:
        """The rows that read each input, with their weights."""
        readers: list[list[tuple[int, fmpz]]] = [[] for _ in range(self._n_inputs + 1)]
        for row, group in enumerate(self._terms):
            for i, by in group:
                readers[i].append((row, by))
        return readers

    def of(self, state: fmpz_mat) -> fmpz_mat:
        """The lines of all rows, given those of the inputs."""
        given = state.table()
        entries: list[fmpz] = []
        for group in self._terms:
            p, s = fmpz(0), fmpz(0)
            for i, by in group:
                p += by * given[i][0]
                s += by * given[i][1]
            entries += (p, s)
        return fmpz_mat(len(self._terms), 2, entries)

    def changed(self, rows: fmpz_mat, changes: Iterable[tuple[int, fmpz, fmpz]]) -> fmpz_mat:
        """The lines of all rows where inputs have changed by these lines."""
        rows = fmpz_mat(rows)
        for j, p, s in changes:
            for row, by in self._readers[j]:
                rows[row, 0] += by * p
                rows[row, 1] += by * s
        return rows


@dataclass(frozen=True, slots=True)
class ScalarTable:
    """A scalar unit in integers: breakpoint k is cuts[k][0] / cuts[k][1], with cuts[k][1] > 0.

    On piece k the output is (slopes[k] z + intercepts[k]) / the denominator of the stage's units.
    """

    cuts: tuple[tuple[fmpz, fmpz], ...]
    slopes: tuple[fmpz, ...]
    intercepts: tuple[fmpz, ...]


class ExactStage:
    """A stage of a network in integers.

    Attributes
    ----------
    weights : DenseWeights or SparseWeights
    units : tuple
        With each unit the first of its rows, and its table, or None for a max unit.
    """

    def __init__(self, stage: Stage) -> None:
        sparse = stage.map.is_sparse
        self.weights = SparseWeights(stage.map) if sparse else DenseWeights(stage.map)
        kinds = {unit for unit in stage.units if isinstance(unit, ScalarUnit)}
        numbers = [entry for unit in kinds for part in table(unit)[1:] for entry in part]
        self._factor = common_denominator(numbers)
        tables = {unit: _integer_table(unit, self._factor) for unit in kinds}
        self.units = tuple(
            (start, unit.n_inputs, None if isinstance(unit, MaxUnit) else tables[unit])
            for unit, start in zip(stage.units, stage.starts, strict=False)
        )
        self._passing = range(stage.starts[-1], stage.map.n_outputs)

    def scale(self, state_scale: fmpz) -> fmpz:
        """The scale of the rows."""
        return state_scale * self.weights.denominator

    def output(self, rows: fmpz_mat, scale: fmpz, unit: int, piece: int) -> tuple[fmpz, fmpz]:
        """The line of a unit's output where it is on a piece."""
        start, _, of_unit = self.units[unit]
        if of_unit is None:
            row = start + piece
            return self._factor * rows[row, 0], self._factor * rows[row, 1]
        slope, intercept = of_unit.slopes[piece], of_unit.intercepts[piece]
        return slope * rows[start, 0] + intercept * scale, slope * rows[start, 1]

    def outputs(self, rows: fmpz_mat, scale: fmpz, pieces: Sequence[int]) -> fmpz_mat:
        """The next state."""
        entries: list[fmpz] = []
        for unit, piece in enumerate(pieces):
            entries += self.output(rows, scale, unit, piece)
        for row in self._passing:
            entries += (self._factor * rows[row, 0], self._factor * rows[row, 1])
        entries += (self._factor * scale, fmpz(0))
        return fmpz_mat(len(entries) // 2, 2, entries)


def line_state(start: Sequence[fmpq], end: Sequence[fmpq]) -> fmpz_mat:
    """The input on the line from one point, at u = 0, to another, at u = 1."""
    steps = [b - a for a, b in zip(start, end, strict=True)]
    scale = common_denominator([*start, *steps])
    entries: list[fmpz] = []
    for a, step in zip(start, steps, strict=True):
        entries += ((a * scale).p, (step * scale).p)
    return fmpz_mat(len(start) + 1, 2, [*entries, scale, fmpz(0)])


def _integer_table(unit: ScalarUnit, factor: fmpz) -> ScalarTable:
    breakpoints, slopes, intercepts = table(unit)
    return ScalarTable(
        tuple((cut.p, cut.q) for cut in breakpoints),
        tuple((slope * factor).p for slope in slopes),
        tuple((intercept * factor).p for intercept in intercepts),
    )


def _float_integers(map_: AffineMap) -> tuple[list[int], fmpz]:
    """The entries of a map, row by row with the shift, times a power of two, and that power."""
    matrix = map_.matrix if isinstance(map_.matrix, np.ndarray) else map_.matrix.toarray()
    entries = np.column_stack([matrix, map_.shift]).ravel()
    fractions, exponents = np.frexp(entries)
    integers = (fractions * 2.0**MANTISSA).astype(np.int64)
    # Trailing zeros go to the exponents: weights of few bits make small integers.
    lowest = np.where(integers == 0, 1, integers & -integers)
    integers //= lowest
    shifts = exponents - MANTISSA + np.log2(lowest).astype(np.int64)
    least = min(0, int(shifts[entries != 0].min(initial=0)))
    shifts = np.where(integers == 0, 0, shifts - least)
    pairs = zip(integers.tolist(), shifts.tolist(), strict=True)
    return [integer << shift for integer, shift in pairs], fmpz(1) << -least
