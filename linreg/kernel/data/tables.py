"""A network and a domain as flat arrays of floats with error bounds: what machine code reads.

Rows, units, forms and outputs of all stages are numbered one after another. Every row is scaled by
a positive rational, which is pushed into the columns of the next stage: where a row's coefficients
are multiples of one number they become small integers, whose sums are exact in floats, and
elsewhere the factor is a power of two, which rounds nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from flint import fmpq, fmpz

from linreg.kernel.data.flags import INTEGER, INTEGER_GRADIENT, NOT_INTEGER
from linreg.kernel.data.frames import as_frame
from linreg.kernel.data.roundoff import GAMMA_1, MOST_TERMS
from linreg.network.stages import Stage, StagedNetwork, table
from linreg.problem.problem import Problem
from linreg.rational import nearest_float, primitive_factor
from linreg.units import MaxUnit

SMALL_INTEGER = 2**24
"""Coefficients up to here are kept as integers: sums of products of two stay far below `EXACT`.

Larger ones only lose speed: whether a sum is exact is asked of the sum."""

SMALL_CONSTANT = 2**40
"""The same for constants, which are multiplied by coefficients but never by each other."""

DENSE = 0.5
"""The share of weights that are not zero from which on a stage is summed column by column."""

RANGE = 1e60
"""Numbers above this, or below its inverse, are not given to machine code."""


STAGE = np.dtype([("row", "i8"), ("form", "i8"), ("unit", "i8"), ("out", "i8"), ("dense", "i8")])
"""Where a stage's rows, forms, units, outputs and dense weights begin; -1 if it has none."""

ROW = np.dtype(
    [("term", "i8"), ("stage", "i8"), ("integer", "i8"), ("bias", "f8"), ("bias_error", "f8")]
)
"""Where a row's terms begin; `integer` is the flag of a form, for integers that are small."""

TERM = np.dtype([("column", "i8"), ("weight", "f8"), ("error", "f8")])
"""A coefficient of the input `column`, which is counted within the stage."""

FORM = np.dtype(
    [
        ("row", "i8"),
        ("unit", "i8"),
        ("twin", "i8"),
        ("twin_side", "i8"),
        ("breakpoint", "f8"),
        ("error", "f8"),
    ]
)
"""A breakpoint of a scalar unit: the sign of row less breakpoint. `twin` is the first form of the
stage that is a multiple of this one, and `twin_side` the sign of that multiple."""

UNIT = np.dtype([("is_max", "i8"), ("row", "i8"), ("form", "i8"), ("size", "i8"), ("piece", "i8")])
"""A unit's first row, form and piece, and how many breakpoints or candidates it has."""

PIECE = np.dtype(
    [("slope", "f8"), ("slope_error", "f8"), ("intercept", "f8"), ("intercept_error", "f8")]
)

OUT = np.dtype([("unit", "i8"), ("row", "i8")])
"""An output: that of a unit, or, where the unit is -1, a row that passes through."""

HALFSPACE = np.dtype([("constant", "f8"), ("error", "f8"), ("integer", "i8")])


@as_frame
class Tables(NamedTuple):
    """The network and the domain in floats.

    A number stands for some exact number within its error. Whatever stages have is numbered one
    stage after another.

    Attributes
    ----------
    n_words : int
        Words of 64 bits that hold a bit for each form of one stage.
    stages : array of STAGE, shape (stages + 1,)
    rows : array of ROW, shape (rows + 1,)
    halfspaces : array of HALFSPACE, shape (half-spaces of the domain,)
    dense : float64 array
        The weights once more, column by column, of stages where few are zero.
    normals, normal_errors : float64 arrays, shape (half-spaces, dim)
    """

    dim: int
    n_stages: int
    n_words: int
    stages: np.ndarray
    rows: np.ndarray
    terms: np.ndarray
    forms: np.ndarray
    units: np.ndarray
    pieces: np.ndarray
    outs: np.ndarray
    dense: np.ndarray
    halfspaces: np.ndarray
    normals: np.ndarray
    normal_errors: np.ndarray


class OutOfRangeError(ArithmeticError):
    """A number is too large or too small for machine code."""


def tables_of(problem: Problem) -> Tables | None:
    """The tables of a problem, which keeps them; None without stages, or with numbers out of range.

    The network keeps its part for other domains.
    """
    if not problem.network.stages:
        return None
    kept = vars(problem)
    if "tables" not in kept:
        try:
            kept["tables"] = _on_domain(_kept_by(problem.network), problem)
        except OutOfRangeError:
            kept["tables"] = None
    tables: Tables | None = kept["tables"]
    return tables


def _kept_by(network: StagedNetwork) -> Tables:
    kept = vars(network)
    if "tables" not in kept:
        kept["tables"] = _tables(network)
    tables: Tables = kept["tables"]
    return tables


def _on_domain(tables: Tables, problem: Problem) -> Tables:
    """The tables of a network, with the half-spaces of a domain."""
    halfspaces = [_binary(halfspace) for halfspace in problem.domain_rows.rows]
    normals = [[_rounded(entry) for entry in halfspace[:-1]] for halfspace in halfspaces]
    entries = np.array(normals, dtype=np.float64).reshape(len(halfspaces), tables.dim, 2)
    ends = [(*_rounded(w[-1]), _integrality(w[:-1], w[-1])) for w in halfspaces]
    return tables._replace(
        halfspaces=np.array(ends, dtype=HALFSPACE),
        normals=np.ascontiguousarray(entries[:, :, 0]),
        normal_errors=np.ascontiguousarray(entries[:, :, 1]),
    )


def _rounded(number: fmpq) -> tuple[float, float]:
    """A number as a float, and how far at most that is from it."""
    p, q = int(number.p), int(number.q)
    value = nearest_float(p, q)
    if p != 0 and not 1 / RANGE <= abs(value) <= RANGE:
        raise OutOfRangeError
    a, b = value.as_integer_ratio()
    return value, 0.0 if a * q == p * b else abs(value) * GAMMA_1


def _tables(network: StagedNetwork) -> Tables:
    """The tables of a network on the whole space."""
    stages: list[tuple[int, ...]] = [(0, 0, 0, 0, -1)]
    rows: list[tuple[int, int, int, float, float]] = []
    terms: list[tuple[int, float, float]] = []
    forms: list[tuple[int, int, int, int, float, float]] = []
    units: list[tuple[int, ...]] = []
    pieces: list[tuple[float, ...]] = []
    outs: list[tuple[int, int]] = []
    factors = [fmpq(1)] * network.input_dim
    for number, stage in enumerate(network.stages):
        first = len(rows)
        scaled, of_rows, factors = _scaled(stage, factors)
        for group, shift in scaled:
            integer = _integrality([by for _, by in group], shift)
            rows.append((len(terms), number, integer, *_rounded(shift)))
            terms += [(i, *_rounded(by)) for i, by in group]
        seen: dict[_Sketch, list[tuple[_Row, int]]] = {}
        for unit, place in zip(stage.units, stage.starts, strict=False):
            outs.append((len(units), -1))
            is_max = isinstance(unit, MaxUnit)
            size = unit.rank if isinstance(unit, MaxUnit) else len(unit.breakpoints)
            units.append((is_max, first + place, len(forms), size, len(pieces)))
            if isinstance(unit, MaxUnit):
                continue
            factor = of_rows[place]
            points, slopes, intercepts = table(unit)
            for point in points:
                row, shift = scaled[place]
                form = (row, shift - factor * point)
                alike = seen.setdefault(_sketch(form), [])
                twin, side = next(
                    ((g, side) for other, g in alike if (side := _multiple(form, other))),
                    (len(forms), 1),
                )
                alike.append((form, len(forms)))
                forms.append(
                    (
                        first + place,
                        len(units) - 1,
                        twin,
                        side,
                        *_rounded(factor * point),
                    )
                )
            for slope, intercept in zip(slopes, intercepts, strict=True):
                pieces.append((*_rounded(slope), *_rounded(factor * intercept)))
        outs += [(-1, first + i) for i in range(stage.starts[-1], len(scaled))]
        stages.append((len(rows), len(forms), len(units), len(outs), -1))
    rows.append((len(terms), len(network.stages), 0, 0.0, 0.0))
    made = np.array(stages, dtype=STAGE)
    _check_number_of_terms(network.input_dim, made, rows)
    dense = _dense(made, np.array(rows, dtype=ROW), np.array(terms, dtype=TERM))
    most = max((b[1] - a[1] for a, b in pairwise(stages)), default=0)
    return Tables(
        network.input_dim,
        len(network.stages),
        max(1, -(-most // 64)),
        made,
        np.array(rows, dtype=ROW),
        np.array(terms, dtype=TERM),
        np.array(forms, dtype=FORM),
        np.array(units, dtype=UNIT),
        np.array(pieces, dtype=PIECE),
        np.array(outs, dtype=OUT),
        dense,
        np.zeros(0, dtype=HALFSPACE),
        np.zeros((0, network.input_dim)),
        np.zeros((0, network.input_dim)),
    )


def _check_number_of_terms(
    dim: int, stages: np.ndarray, rows: Sequence[tuple[int, int, int, float, float]]
) -> None:
    """No sum of machine code may have more terms than error bounds allow for.

    It adds up the coordinates of a point, the terms of a row, or the live outputs of a stage.
    """
    terms = max((b[0] - a[0] for a, b in pairwise(rows)), default=0)
    outputs = int(np.diff(stages["out"]).max(initial=0))
    if max(dim, terms, outputs) > MOST_TERMS:
        raise OutOfRangeError


def _dense(stages: np.ndarray, rows: np.ndarray, terms: np.ndarray) -> np.ndarray:
    """The exact weights of stages that have many, column by column; says where they begin."""
    parts = [np.zeros(0)]
    size = 0
    for s in range(1, len(stages) - 1):
        first, last = int(stages["row"][s]), int(stages["row"][s + 1])
        shape = (int(stages["out"][s] - stages["out"][s - 1]), last - first)
        mine = terms[rows["term"][first] : rows["term"][last]]
        if mine["error"].any() or len(mine) < DENSE * shape[0] * shape[1]:
            continue
        matrix = np.zeros(shape)
        counts = np.diff(rows["term"][first : last + 1])
        matrix[mine["column"], np.repeat(np.arange(last - first), counts)] = mine["weight"]
        stages["dense"][s] = size
        parts.append(matrix.ravel())
        size += matrix.size
    return np.concatenate(parts)


_Row = tuple[tuple[tuple[int, fmpq], ...], fmpq]


_Sketch = tuple[int, ...]


def _scaled(stage: Stage, factors: Sequence[fmpq]) -> tuple[list[_Row], list[fmpq], list[fmpq]]:
    """The rows for inputs multiplied by `factors`; the rows' own factors; those of the outputs."""
    given = [
        (tuple((i, by / factors[i]) for i, by in group), shift)
        for group, shift in zip(stage.map.terms, stage.map.shifts, strict=True)
    ]
    blocks = [
        range(start, start + unit.n_inputs)
        for unit, start in zip(stage.units, stage.starts, strict=False)
    ]
    blocks += [range(i, i + 1) for i in range(stage.starts[-1], len(given))]
    rows: list[_Row] = []
    of_rows: list[fmpq] = []
    outgoing: list[fmpq] = []
    for block in blocks:
        factor = _factor([given[i] for i in block])
        outgoing.append(factor)
        for i in block:
            terms, shift = given[i]
            rows.append((tuple((j, factor * by) for j, by in terms), factor * shift))
            of_rows.append(factor)
    return rows, of_rows, outgoing


def _factor(block: Sequence[_Row]) -> fmpq:
    """What makes small integers of a unit's coefficients, if anything does; else a power of two."""
    coefficients = [by for terms, _ in block for _, by in terms]
    if not coefficients:
        return fmpq(1)
    ratio = coefficients[-1] / coefficients[0]
    if (
        max(abs(ratio.p), ratio.q) <= SMALL_INTEGER
    ):  # as it is if they are multiples of small integers
        for factor in (
            primitive_factor([[*coefficients, *(shift for _, shift in block)]]),
            primitive_factor([coefficients]),
        ):
            if all(abs(factor * by) <= SMALL_INTEGER for by in coefficients):
                return factor
    largest = max(abs(by) for by in coefficients)
    exponent = int(largest.p).bit_length() - int(largest.q).bit_length()
    return fmpq(1, 1 << exponent) if exponent >= 0 else fmpq(1 << -exponent)


def _binary(row: Sequence[fmpz]) -> list[fmpq]:
    """An integer row, divided by a power of two unless its entries are small."""
    largest = max(abs(int(entry)) for entry in row)
    scale = 1 if largest <= SMALL_INTEGER else 1 << largest.bit_length()
    return [fmpq(entry, scale) for entry in row]


def _integrality(coefficients: Sequence[fmpq], shift: fmpq) -> int:
    """The flag of a form with these numbers."""
    if any(by.q != 1 or abs(by) > SMALL_INTEGER for by in coefficients):
        return NOT_INTEGER
    return INTEGER if shift.q == 1 and abs(shift) <= SMALL_CONSTANT else INTEGER_GRADIENT


def _sketch(form: _Row) -> _Sketch:
    """A few numbers that are the same for all multiples of a form, and seldom for others."""
    terms, constant = form
    if not terms:
        return (0, int(constant.p), int(constant.q))
    lead = terms[0][1]
    first, last = constant / lead, terms[-1][1] / lead
    return (len(terms), int(first.p), int(first.q), int(last.p), int(last.q))


def _multiple(form: _Row, other: _Row) -> int:
    """The sign of the factor that makes one form of another; 0 if none does.

    Forms without terms are multiples if they are equal.
    """
    (terms, constant), (others, its_constant) = form, other
    if [i for i, _ in terms] != [i for i, _ in others]:
        return 0
    by = terms[0][1] / others[0][1] if terms else fmpq(1)
    if constant != by * its_constant:
        return 0
    if any(a != by * b for (_, a), (_, b) in zip(terms, others, strict=True)):
        return 0
    return 1 if by > 0 else -1
