"""Stages in integers: the same regions, rows and pieces, without a denominator.

Each unit's rows are scaled by one positive factor to coprime integers. The factor goes into the
columns of the next stage and, for a scalar unit, into its breakpoints and intercepts, so that
every composite map is an integer matrix.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import mul

import numpy as np
from flint import fmpq, fmpz, fmpz_mat

from linreg.affine import ExactAffineMap
from linreg.network.stages import Stage, StagedNetwork, table
from linreg.polyhedra import IntegerRow
from linreg.problem.whole_rows import whole_rows
from linreg.rational import common_denominator, integer_matrix, primitive_factor
from linreg.units import MaxUnit, Unit

_Row = list[tuple[int, fmpq]]

DENSE_GAIN = 100
"""How many entries of a dense matrix cost as much as one coefficient that is applied by itself."""

MOST_DENSE = 8_000_000
"""Entries of a dense matrix that are afforded; each takes 8 bytes."""


@dataclass(frozen=True, slots=True, eq=False)
class IntegerScalar:
    """A scalar unit: output = slopes[k] * z + intercepts[k] on piece k, all integers.

    The pre-activation `z` is row `row` of the stage, and breakpoint k is where
    `z * cuts[k][0] - cuts[k][1]` is zero, with `cuts[k][0] > 0`.
    """

    row: int
    cuts: tuple[tuple[fmpz, fmpz], ...]
    slopes: tuple[fmpz, ...]
    intercepts: tuple[fmpz, ...]


@dataclass(frozen=True, slots=True, eq=False)
class IntegerMax:
    """A max unit: the largest of rows `row` to `row + rank - 1` of the stage."""

    row: int
    rank: int


class IntegerWeights:
    """A linear map with integer coefficients, stored and applied in the cheaper of two ways.

    Parameters
    ----------
    terms : sequence
        The non-zero (input, coefficient) of each row; the last input is the constant 1.
    n_inputs : int
    """

    def __init__(self, terms: Sequence[Sequence[tuple[int, fmpz]]], n_inputs: int) -> None:
        size = len(terms) * n_inputs
        self._matrix: fmpz_mat | None = None
        self._terms: list[tuple[list[int], list[fmpz]]] = []
        if 0 < size <= min(MOST_DENSE, DENSE_GAIN * sum(map(len, terms))):
            self._matrix = fmpz_mat(len(terms), n_inputs)
            for j, group in enumerate(terms):
                for i, coefficient in group:
                    self._matrix[j, i] = coefficient
        else:
            self._terms = [([i for i, _ in group], [by for _, by in group]) for group in terms]

    @classmethod
    def of_matrix(cls, matrix: fmpz_mat) -> IntegerWeights:
        """The map with a dense matrix, shape (rows, inputs + 1)."""
        self = cls([], 0)
        self._matrix = matrix
        return self

    @property
    def is_dense(self) -> bool:
        """Whether a matrix stores it."""
        return self._matrix is not None

    def of(self, state: fmpz_mat) -> list[IntegerRow]:
        """The rows as forms, given the inputs as forms, one a row."""
        if self._matrix is not None:
            return list((self._matrix * state).table())
        given = state.table()
        columns = list(zip(*given, strict=True))
        return [
            given[inputs[0]]
            if coefficients == [1]
            else [
                sum(map(mul, coefficients, map(column.__getitem__, inputs)), fmpz(0))
                for column in columns
            ]
            for inputs, coefficients in self._terms
        ]

    def dense(self, width: int) -> list[IntegerRow] | None:
        """All coefficients, one row for each output; None if they are too many."""
        if self._matrix is not None:
            return list(self._matrix.table())
        if len(self._terms) * width > MOST_DENSE:
            return None
        rows = [[fmpz(0)] * width for _ in self._terms]
        for row, (inputs, coefficients) in zip(rows, self._terms, strict=True):
            for i, by in zip(inputs, coefficients, strict=True):
                row[i] = by
        return rows

    def matrix_of(self, state: fmpz_mat) -> fmpz_mat:
        """The rows as one matrix."""
        if self._matrix is not None:
            return self._matrix * state
        return integer_matrix(self.of(state), state.ncols())

    def part_of(self, given: Mapping[int, IntegerRow], width: int) -> fmpz_mat:
        """The rows of a dense map as one matrix where all inputs but some are zero."""
        by = integer_matrix([self._columns[i] for i in given], len(self._columns[0]))
        return by.transpose() * integer_matrix(list(given.values()), width)

    @cached_property
    def _columns(self) -> list[IntegerRow]:
        """The coefficients of each input."""
        assert self._matrix is not None
        return list(self._matrix.transpose().table())


@dataclass(frozen=True, eq=False)
class IntegerStage:
    """A stage in integers.

    Attributes
    ----------
    weights : IntegerWeights
        From the inputs and the constant 1 to the pre-activations.
    units : tuple
    passing : range
        The rows that pass through.
    """

    weights: IntegerWeights
    units: tuple[IntegerScalar | IntegerMax, ...]
    passing: range

    def preactivations(self, state: fmpz_mat) -> list[IntegerRow]:
        """The stage's rows as integer forms of the input, given its inputs as such forms."""
        return self.weights.of(state)

    def outputs(
        self, rows: Sequence[IntegerRow], pieces: Sequence[int], one: IntegerRow
    ) -> fmpz_mat:
        """The next state: outputs of the units on the given pieces, what passes, the constant 1.

        `rows` are the pre-activations and `one` is the row that stands for the constant 1.
        """
        state: list[IntegerRow] = []
        zero = [fmpz(0)] * len(one)
        for unit, piece in zip(self.units, pieces, strict=True):
            if isinstance(unit, IntegerMax):
                state.append(rows[unit.row + piece])
                continue
            slope, intercept = unit.slopes[piece], unit.intercepts[piece]
            if slope == 1:
                row = rows[unit.row]
            elif slope == 0:
                row = zero
            else:
                row = [slope * entry for entry in rows[unit.row]]
            if intercept != 0:
                row = [entry + intercept * by for entry, by in zip(row, one, strict=True)]
            state.append(row)
        state += [rows[i] for i in self.passing]
        state.append(one)
        return integer_matrix(state, len(one))


NO_UNITS = IntegerStage(IntegerWeights([], 0), (), range(0))
"""A stage that decides nothing."""


def integer_network(
    network: StagedNetwork,
) -> tuple[tuple[IntegerStage, ...], IntegerWeights, list[fmpq]]:
    """The stages of a network with all factors pushed forward, its readout, and what scales it.

    Each row of the readout, too, is scaled by one positive factor to coprime integers, so that
    outputs are equal as functions of the input where their integer rows are.
    """
    factors = [fmpq(1)] * network.input_dim
    stages = []
    for stage in network.stages:
        scaled, factors = _convert(stage, factors)
        stages.append(scaled)
    rows = _rows(network.readout, factors)
    scales = [_factor([row]) for row in rows]
    readout = [_scaled(row, by) for row, by in zip(rows, scales, strict=True)]
    return tuple(stages), IntegerWeights(readout, len(factors) + 1), scales


def identity_state(dim: int) -> fmpz_mat:
    """The input as forms of itself, and the constant 1."""
    return fmpz_mat(dim + 1, dim + 1, [int(i == j) for i in range(dim + 1) for j in range(dim + 1)])


def _convert(stage: Stage, factors: Sequence[fmpq]) -> tuple[IntegerStage, list[fmpq]]:
    """The stage for inputs that are multiplied by `factors`, and the factors of its outputs."""
    made = _convert_floats(stage, factors)
    if made is not None:
        return made
    rows = _rows(stage.map, factors)
    integers: list[list[tuple[int, fmpz]]] = []
    units: list[IntegerScalar | IntegerMax] = []
    outgoing: list[fmpq] = []
    for unit, start in zip(stage.units, stage.starts, strict=False):
        block = rows[start : start + unit.n_inputs]
        factor = _factor(block)
        integers += [_scaled(row, factor) for row in block]
        converted, growth = _convert_unit(unit, start, factor)
        units.append(converted)
        outgoing.append(growth)
    passing = range(stage.starts[-1], len(rows))
    for row in rows[stage.starts[-1] :]:
        factor = _factor([row])
        integers.append(_scaled(row, factor))
        outgoing.append(factor)
    weights = IntegerWeights(integers, len(factors) + 1)
    return IntegerStage(weights, tuple(units), passing), outgoing


def _convert_floats(
    stage: Stage, factors: Sequence[fmpq]
) -> tuple[IntegerStage, list[fmpq]] | None:
    """The same for floats that fill a matrix; None for others."""
    floats, size = stage.map.floats, stage.map.n_outputs * (stage.map.n_inputs + 1)
    if floats is None or stage.map.is_small or stage.map.is_sparse or size > MOST_DENSE:
        return None
    if not isinstance(floats.matrix, np.ndarray):
        return None
    passing = range(stage.starts[-1], stage.map.n_outputs)
    starts = list(zip(stage.units, stage.starts, strict=False))
    blocks = [range(start, start + unit.n_inputs) for unit, start in starts]
    made = whole_rows(floats, [*blocks, *(range(i, i + 1) for i in passing)], factors)
    if made is None:
        return None
    matrix, scales = made
    converted = [
        _convert_unit(unit, start, scale)
        for (unit, start), scale in zip(starts, scales, strict=False)
    ]
    outgoing = [growth for _, growth in converted] + scales[len(converted) :]
    units = tuple(unit for unit, _ in converted)
    return IntegerStage(IntegerWeights.of_matrix(matrix), units, passing), outgoing


def _rows(map_: ExactAffineMap, factors: Sequence[fmpq]) -> list[_Row]:
    """A map's rows for inputs that are multiplied by `factors`; the last input is the constant."""
    return [
        [
            *((i, coefficient / factors[i]) for i, coefficient in group),
            *([(len(factors), shift)] if shift != 0 else []),
        ]
        for group, shift in zip(map_.terms, map_.shifts, strict=True)
    ]


def _factor(rows: Sequence[_Row]) -> fmpq:
    return primitive_factor([entry for _, entry in row] for row in rows)


def _scaled(row: _Row, factor: fmpq) -> list[tuple[int, fmpz]]:
    return [(i, (entry * factor).p) for i, entry in row]


def _convert_unit(unit: Unit, row: int, factor: fmpq) -> tuple[IntegerScalar | IntegerMax, fmpq]:
    if isinstance(unit, MaxUnit):
        return IntegerMax(row, unit.rank), factor
    breakpoints, slopes, intercepts = table(unit)
    # z' = factor z, so slope z + intercept = (slope z' + factor intercept) / factor.
    shifts = [factor * intercept for intercept in intercepts]
    growth = common_denominator([*slopes, *shifts])
    scaled = [factor * point for point in breakpoints]
    return IntegerScalar(
        row,
        tuple((point.q, point.p) for point in scaled),
        tuple((slope * growth).p for slope in slopes),
        tuple((shift * growth).p for shift in shifts),
    ), factor * growth
