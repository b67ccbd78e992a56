"""A network and a domain as flat arrays of floats with error bounds: what machine code reads.

Rows, units, forms and outputs of all stages are numbered one after another. Every row is scaled by
a positive rational, which is pushed into the columns of the next stage: where a row's coefficients
are multiples of one number they become small integers, whose sums are exact in floats, and
elsewhere the factor is a power of two, which rounds nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from math import gcd
from typing import Any, NamedTuple, TypeVar
from weakref import finalize

import numpy as np
from flint import fmpq, fmpz

from linreg.domains import Box, Domain
from linreg.kernel.data.flags import NOT_INTEGER
from linreg.kernel.data.frames import as_frame
from linreg.kernel.data.roundoff import MOST_TERMS, UP
from linreg.kernel.data.scaled_rows import (
    LARGE_INTEGER,
    RANGE,
    SMALL_INTEGER,
    Outline,
    OutOfRangeError,
    Row,
    integrality,
    rounded,
    scaled_rows,
)
from linreg.network.stages import StagedNetwork, table
from linreg.problem.problem import Problem
from linreg.rational import nearest_float, primitive_factor
from linreg.units import MaxUnit

DENSE = 0.5
"""The share of weights that are not zero from which on a stage is summed column by column."""

GROWN = 2.0**200
"""Integers of a stage may be large as long as what they are multiplied by may not be larger, which
keeps forms of deep networks far within the range of machine code."""

STAGE = np.dtype([(name, "i8") for name in ("row", "form", "unit", "out", "dense", "stride")])
"""Where a stage's rows, forms, units, outputs and dense weights begin; -1 if it has none.

Every `stride`-th of its forms, round and round, are all of them, and no two next to each other."""

ROW = np.dtype(
    [
        ("term", "i8"),
        ("stage", "i8"),
        ("integer", "i8"),
        ("bias", "f8"),
        ("bias_error", "f8"),
        ("many", "i8"),
    ]
)
"""Where a row's terms begin; `integer` is the flag of a form, for integers that are small; `many`
is whether it has more than FEW terms, all of them exact and not all integers."""

FEW = 16
"""Terms of a sum up to which it pays to look which of them are zero."""

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

OUT = np.dtype([("unit", "i8"), ("row", "i8"), ("scale", "f8")])
"""An output: that of a unit, or, where the unit is -1, a row that passes through. `scale` is a
power of two next to the largest of its weights in the next stage, or 1 where that is not dense."""

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
    few : int
        Terms of a sum up to which sizes of dense stages are added up, and not bounded by norms.
    stages : array of STAGE, shape (stages + 1,)
    rows : array of ROW, shape (rows + 1,)
    dense : float64 array
        The weights once more, column by column, of stages where few are zero.
    norms : float64 array, shape (rows,)
        Bounds on the Euclidean norms of rows of such stages, each weight by the output's scale.
    lines : float64 array, shape (forms of the first stage, 3)
        Of two inputs at most: positive multiples of forms that have errors, without an error; zeros
        where there is none.
    usual : int array, shape (units,)
        The piece that a unit of the first stage has on nearly all of a box; -1 of others. What
        they add to the next stage's rows is added up once.
    reading : int array, shape (outputs + 1,)
        Where the readers of an output begin.
    readers : int array
        The rows of the next stage that an output has a term in, if that is not a dense one.
    halfspaces : array of HALFSPACE, shape (half-spaces of the domain,)
    normals, normal_errors : float64 arrays, shape (half-spaces, dim)
    """

    dim: int
    n_stages: int
    n_words: int
    few: int
    stages: np.ndarray
    rows: np.ndarray
    terms: np.ndarray
    forms: np.ndarray
    units: np.ndarray
    pieces: np.ndarray
    outs: np.ndarray
    dense: np.ndarray
    norms: np.ndarray
    lines: np.ndarray
    usual: np.ndarray
    reading: np.ndarray
    readers: np.ndarray
    halfspaces: np.ndarray
    normals: np.ndarray
    normal_errors: np.ndarray


Owner = TypeVar("Owner", Problem, StagedNetwork)
Made = TypeVar("Made")

_KEPT: dict[int, Any] = {}
"""What was made of problems and networks that are alive, by their identity: to compare them takes
as long as to make it."""


def tables_of(problem: Problem) -> Tables | None:
    """The tables of a problem, made once; None without stages, or with numbers out of range.

    The network's part serves other domains too.
    """
    if not problem.network.stages:
        return None
    return _kept(problem, _of_problem)


def _of_problem(problem: Problem) -> Tables | None:
    try:
        return _on_domain(_kept(problem.network, _tables), problem)
    except OutOfRangeError:
        return None


def _kept(owner: Owner, make: Callable[[Owner], Made]) -> Made:
    """What is made of an object, once for as long as the object lives."""
    name = id(owner)
    if name not in _KEPT:
        _KEPT[name] = make(owner)
        finalize(owner, _KEPT.pop, name, None)
    made: Made = _KEPT[name]
    return made


def _on_domain(tables: Tables, problem: Problem) -> Tables:
    """The tables of a network, with the half-spaces of a domain."""
    halfspaces = [_binary(halfspace) for halfspace in problem.domain_rows.rows]
    normals = [[rounded(entry) for entry in halfspace[:-1]] for halfspace in halfspaces]
    entries = np.array(normals, dtype=np.float64).reshape(len(halfspaces), tables.dim, 2)
    ends = [(*rounded(w[-1]), integrality(w[:-1], w[-1])) for w in halfspaces]
    return tables._replace(
        usual=_usual(tables, problem.domain),
        halfspaces=np.array(ends, dtype=HALFSPACE),
        normals=np.ascontiguousarray(entries[:, :, 0]),
        normal_errors=np.ascontiguousarray(entries[:, :, 1]),
    )


def _usual(tables: Tables, domain: Domain) -> np.ndarray:
    """The pieces of those units of the first stage that do not change in a box."""
    usual = np.full_like(tables.usual, -1)
    if not isinstance(domain, Box):
        return usual
    first = tables.stages[1]
    rows = np.zeros((int(first["row"]), tables.dim))
    ends = tables.rows["term"][: len(rows) + 1]
    terms = tables.terms[: ends[-1]]
    rows[np.repeat(np.arange(len(rows)), np.diff(ends)), terms["column"]] = terms["weight"]
    low, high = np.array(domain.lower, dtype=float), np.array(domain.upper, dtype=float)
    forms = tables.forms[: int(first["form"])]
    at = rows @ ((low + high) / 2) + tables.rows["bias"][: len(rows)]
    values = at[forms["row"]] - forms["breakpoint"]
    sure = np.abs(values) > (np.abs(rows) @ ((high - low) / 2))[forms["row"]]
    sure &= tables.units["size"][forms["unit"]] == 1
    usual[forms["unit"][sure]] = values[sure] > 0
    return usual


def _tables(network: StagedNetwork) -> Tables:
    """The tables of a network on the whole space."""
    stages: list[tuple[int, ...]] = [(0, 0, 0, 0, -1, 1)]
    rows: list[tuple[int, int, int, float, float, int]] = []
    terms: list[np.ndarray] = []
    n_terms = 0
    forms: list[tuple[int, int, int, int, float, float]] = []
    units: list[tuple[int, ...]] = []
    pieces: list[tuple[float, ...]] = []
    outs: list[tuple[int, int, float]] = []
    lines: list[list[float]] = []
    factors = [fmpq(1)] * network.input_dim
    grown = 1.0  # how large inputs of 1 have become at most
    for number, stage in enumerate(network.stages):
        first = len(rows)
        scaled = scaled_rows(stage, factors, _most(grown))
        factors = scaled.of_outputs
        grown *= max(scaled.size, 1.0)
        for size, end in zip(scaled.sizes.tolist(), scaled.ends, strict=True):
            rows.append((n_terms, number, *end, 0))
            n_terms += size
        terms.append(scaled.terms)
        seen: dict[_Sketch, list[tuple[int, fmpq, int]]] = {}
        for unit, place in zip(stage.units, stage.starts, strict=False):
            outs.append((len(units), -1, 1.0))
            is_max = isinstance(unit, MaxUnit)
            size = unit.rank if isinstance(unit, MaxUnit) else len(unit.breakpoints)
            units.append((is_max, first + place, len(forms), size, len(pieces)))
            if isinstance(unit, MaxUnit):
                continue
            factor = scaled.of_rows[place]
            points, slopes, intercepts = table(unit)
            outline = scaled.outline(place)
            for point in points:
                constant = outline.shift - factor * point
                alike = seen.setdefault(_sketch(outline, constant), [])
                twin, side = len(forms), 1
                for other, its_constant, g in alike:
                    form = scaled.exact(place)[0], constant
                    multiple = _multiple(form, (scaled.exact(other)[0], its_constant))
                    if multiple:
                        twin, side = g, multiple
                        break
                alike.append((place, constant, len(forms)))
                if number == 0 and network.input_dim <= 2:
                    lines.append(_line(scaled.exact(place)[0], constant))
                forms.append(
                    (
                        first + place,
                        len(units) - 1,
                        twin,
                        side,
                        *rounded(factor * point),
                    )
                )
            for slope, intercept in zip(slopes, intercepts, strict=True):
                pieces.append((*rounded(slope), *rounded(factor * intercept)))
        outs += [(-1, first + i, 1.0) for i in range(stage.starts[-1], len(scaled.ends))]
        stages.append((len(rows), len(forms), len(units), len(outs), -1, 1))
    rows.append((n_terms, len(network.stages), 0, 0.0, 0.0, 0))
    made = np.array(stages, dtype=STAGE)
    made["stride"][:-1] = [_stride(int(n)) for n in np.diff(made["form"])]
    _check_number_of_terms(network.input_dim, made, rows)
    together = np.concatenate(terms)
    all_rows = np.array(rows, dtype=ROW)
    all_rows["many"][:-1] = _many(all_rows, together)
    all_outs = np.array(outs, dtype=OUT)
    dense, norms = _dense(made, all_rows, together, all_outs)
    most = max((b[1] - a[1] for a, b in pairwise(stages)), default=0)
    return Tables(
        network.input_dim,
        len(network.stages),
        max(1, -(-most // 64)),
        FEW,
        made,
        all_rows,
        together,
        np.array(forms, dtype=FORM),
        np.array(units, dtype=UNIT),
        np.array(pieces, dtype=PIECE),
        all_outs,
        dense,
        norms,
        np.array(lines).reshape(-1, 3),
        np.full(len(units), -1),
        *readers_of(made, all_rows, together),
        np.zeros(0, dtype=HALFSPACE),
        np.zeros((0, network.input_dim)),
        np.zeros((0, network.input_dim)),
    )


def _most(grown: float) -> int:
    """Coefficients up to which number are to be integers in a stage, of inputs of this size."""
    return LARGE_INTEGER if grown < GROWN else SMALL_INTEGER


def _check_number_of_terms(
    dim: int, stages: np.ndarray, rows: Sequence[tuple[int, int, int, float, float, int]]
) -> None:
    """No sum of machine code may have more terms than error bounds allow for.

    It adds up the coordinates of a point, the terms of a row, or the live outputs of a stage.
    """
    terms = max((b[0] - a[0] for a, b in pairwise(rows)), default=0)
    outputs = int(np.diff(stages["out"]).max(initial=0))
    if max(dim, terms, outputs) > MOST_TERMS:
        raise OutOfRangeError


def _dense(
    stages: np.ndarray, rows: np.ndarray, terms: np.ndarray, outs: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The exact weights of stages that have many, column by column, and bounds on rows' norms.

    Says where they begin, and what scales of outputs are.
    """
    parts = [np.zeros(0)]
    norms = np.zeros(len(rows) - 1)
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
        scales = np.ldexp(1.0, np.frexp(np.abs(matrix).max(axis=1))[1])
        outs["scale"][stages["out"][s - 1] : stages["out"][s]] = scales
        norms[first:last] = np.linalg.norm(matrix / scales[:, np.newaxis], axis=0) * UP
    return np.concatenate(parts), norms


def _many(rows: np.ndarray, terms: np.ndarray) -> np.ndarray:
    """Which rows have many exact terms that are not all integers."""
    counts = np.diff(rows["term"])
    of = np.repeat(np.arange(len(counts)), counts)
    errors = np.bincount(of, terms["error"] != 0, minlength=len(counts))
    return np.asarray((counts > FEW) & (errors == 0) & (rows["integer"][:-1] == NOT_INTEGER))


def _stride(forms: int) -> int:
    """About 0.62 of the number of forms, and without a common divisor with it."""
    stride = max(1, forms * 5 // 8)
    while gcd(stride, forms) > 1:
        stride += 1
    return stride


def readers_of(
    stages: np.ndarray, rows: np.ndarray, terms: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """For each output, the rows that have a term in it, of stages that are not dense."""
    counts = np.zeros(int(stages["out"][-1]), dtype=np.int64)
    parts = [np.zeros(0, dtype=np.int64)]
    for s in range(1, len(stages) - 1):
        if stages["dense"][s] >= 0:
            continue
        first, last = int(stages["row"][s]), int(stages["row"][s + 1])
        ends = rows["term"][first : last + 1]
        columns = terms["column"][ends[0] : ends[-1]]
        outs = slice(int(stages["out"][s - 1]), int(stages["out"][s]))
        counts[outs] = np.bincount(columns, minlength=outs.stop - outs.start)
        readers = np.repeat(np.arange(first, last), np.diff(ends))
        parts.append(readers[np.argsort(columns, kind="stable")])
    return np.concatenate([[0], np.cumsum(counts)]), np.concatenate(parts)


def _line(terms: Sequence[tuple[int, fmpq]], constant: fmpq) -> list[float]:
    """A positive multiple of a form of the plane in floats, if rounding the form would lose it."""
    form = [fmpq(0), fmpq(0), constant]
    for i, by in terms:
        form[i] = by
    if not any(rounded(number)[1] for number in form):
        return [0.0] * 3
    factor = primitive_factor([form])
    multiple = [(factor * number).p for number in form]
    line = [nearest_float(int(number), 1) for number in multiple]
    is_exact = max(map(abs, line)) <= RANGE and [int(number) for number in line] == multiple
    return line if is_exact else [0.0] * 3


_Sketch = tuple[int, ...]


def _binary(row: Sequence[fmpz]) -> list[fmpq]:
    """An integer row, divided by a power of two unless its entries are small."""
    largest = max(abs(int(entry)) for entry in row)
    scale = 1 if largest <= SMALL_INTEGER else 1 << largest.bit_length()
    return [fmpq(entry, scale) for entry in row]


def _sketch(outline: Outline, constant: fmpq) -> _Sketch:
    """A few numbers that are the same for all multiples of a form, and seldom for others."""
    if not outline.size:
        return (0, int(constant.p), int(constant.q))
    first, last = constant / outline.first, outline.last / outline.first
    return (outline.size, *outline.columns, int(first.p), int(first.q), int(last.p), int(last.q))


def _multiple(form: Row, other: Row) -> int:
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
