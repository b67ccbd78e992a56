"""A stage's rows, each scaled by a positive rational, as floats with error bounds.

The rows of a stage that is made of floats are scaled by powers of two without a fraction of any
coefficient; others, and those that may become small integers, are scaled as fractions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from flint import fmpq

from linreg.kernel.data.flags import INTEGER, INTEGER_GRADIENT, NOT_INTEGER
from linreg.kernel.data.roundoff import GAMMA_1
from linreg.network.stages import Stage
from linreg.rational import nearest_float, primitive_factor, rational

SMALL_INTEGER = 2**24
"""Coefficients up to here are kept as integers: sums of products of two stay far below `EXACT`.

Larger ones only lose speed: whether a sum is exact is asked of the sum."""

LARGE_INTEGER = 2**40
"""The same as long as numbers have not grown: float32 weights, their sums, and what makes up for
their scales, are integers, so that machine code sees where sums of later stages cancel."""

SMALL_CONSTANT = 2**44
"""The same for constants, which are multiplied by coefficients but never by each other."""

RANGE = 1e60
"""Numbers above this, or below its inverse, are not given to machine code."""

UNROUNDED = 1e250
"""Numbers below this, and above its inverse, are scaled by powers of two without rounding."""

TERM = np.dtype([("column", "i8"), ("weight", "f8"), ("error", "f8")])
"""A coefficient of the input `column`, which is counted within the stage."""

Row = tuple[tuple[tuple[int, fmpq], ...], fmpq]
"""The non-zero coefficients of a row by increasing input, and its constant."""


class OutOfRangeError(ArithmeticError):
    """A number is too large or too small for machine code."""


class Outline(NamedTuple):
    """How many terms a row has, the first and the last column and coefficient, and its constant.

    Without terms these are 0.
    """

    size: int
    columns: tuple[int, int]
    first: fmpq
    last: fmpq
    shift: fmpq


class ScaledRows(NamedTuple):
    """The rows of a stage.

    Attributes
    ----------
    sizes : int array, shape (rows,)
        Terms of each row.
    terms : array of TERM
    ends : list of (integer, bias, bias_error), length rows
        The flag of each row's form, its constant, and how far at most that is from the exact one.
    of_rows, of_outputs : lists of fmpq
        By what each row, and each output of the stage, is multiplied.
    exact, outline : functions
        The row of a number, exactly, and what a glance at it tells.
    """

    sizes: np.ndarray
    terms: np.ndarray
    ends: list[tuple[int, float, float]]
    of_rows: list[fmpq]
    of_outputs: list[fmpq]
    exact: Callable[[int], Row]
    outline: Callable[[int], Outline]

    @property
    def size(self) -> float:
        """The largest sum of absolute coefficients of a row if all are integers, else infinite."""
        if any(integer == NOT_INTEGER for integer, *_ in self.ends):
            return np.inf
        rows = np.repeat(np.arange(len(self.sizes)), self.sizes)
        return float(np.bincount(rows, np.abs(self.terms["weight"])).max(initial=0.0))


def scaled_rows(stage: Stage, factors: Sequence[fmpq], most: int = SMALL_INTEGER) -> ScaledRows:
    """The rows of a stage for inputs that are multiplied by `factors`.

    Parameters
    ----------
    stage : Stage
    factors : sequence of fmpq
    most : int
        Coefficients up to here are kept as integers.

    Raises
    ------
    OutOfRangeError
        If a number is out of the range of machine code.
    """
    blocks = [
        range(start, start + unit.n_inputs)
        for unit, start in zip(stage.units, stage.starts, strict=False)
    ]
    blocks += [range(i, i + 1) for i in range(stage.starts[-1], stage.map.n_outputs)]
    made = _of_floats(stage, blocks, factors, most)
    return _of_fractions(stage, blocks, factors, most) if made is None else made


def rounded(number: fmpq) -> tuple[float, float]:
    """A number as a float, and how far at most that is from it.

    Raises
    ------
    OutOfRangeError
        If it is out of the range of machine code.
    """
    p, q = int(number.p), int(number.q)
    value = nearest_float(p, q)
    if p != 0 and not 1 / RANGE <= abs(value) <= RANGE:
        raise OutOfRangeError
    a, b = value.as_integer_ratio()
    return value, 0.0 if a * q == p * b else abs(value) * GAMMA_1


def integrality(coefficients: Sequence[fmpq], shift: fmpq, most: int = SMALL_INTEGER) -> int:
    """The flag of a form with these numbers."""
    if any(by.q != 1 or abs(by) > most for by in coefficients):
        return NOT_INTEGER
    return INTEGER if shift.q == 1 and abs(shift) <= SMALL_CONSTANT else INTEGER_GRADIENT


def _of_fractions(
    stage: Stage, blocks: Sequence[range], factors: Sequence[fmpq], most: int = SMALL_INTEGER
) -> ScaledRows:
    rows: list[Row] = []
    of_rows: list[fmpq] = []
    of_outputs: list[fmpq] = []
    for block in blocks:
        given = [
            (tuple((i, by / factors[i]) for i, by in stage.map.terms[k]), stage.map.shifts[k])
            for k in block
        ]
        factor = _factor(given, most)
        of_outputs.append(factor)
        of_rows += [factor] * len(block)
        rows += [
            (tuple((i, factor * by) for i, by in terms), factor * shift) for terms, shift in given
        ]
    terms = [(i, *rounded(by)) for row, _ in rows for i, by in row]
    ends = [
        (integrality([by for _, by in row], shift, most), *rounded(shift)) for row, shift in rows
    ]
    sizes = np.array([len(row) for row, _ in rows], dtype=np.int64)

    def outline(k: int) -> Outline:
        row, shift = rows[k]
        first, last = (row[0], row[-1]) if row else ((0, fmpq(0)), (0, fmpq(0)))
        return Outline(len(row), (first[0], last[0]), first[1], last[1], shift)

    return ScaledRows(
        sizes, np.array(terms, dtype=TERM), ends, of_rows, of_outputs, rows.__getitem__, outline
    )


def _of_floats(
    stage: Stage, blocks: Sequence[range], factors: Sequence[fmpq], most: int = SMALL_INTEGER
) -> ScaledRows | None:
    """The same, where all that scales inputs are powers of two and nothing is rounded; else None.

    What rows are multiplied by is what it would be for fractions.
    """
    if stage.map.floats is None:
        return None
    exponents = [_exponent(factor) for factor in factors]
    if any(exponent is None for exponent in exponents):
        return None
    starts, columns, before = stage.map.floats.entries()
    with np.errstate(over="ignore"):
        given = np.ldexp(before, -np.array(exponents, dtype=np.int64)[columns])
    shifts = stage.map.floats.shift
    for numbers in (given, shifts[shifts != 0]):
        size = np.abs(numbers)
        if np.any(size > UNROUNDED) or np.any(size < 1 / UNROUNDED):
            return None
    sizes = np.diff(starts)
    rows = np.repeat(np.arange(len(sizes)), sizes)

    def row(k: int, factor: fmpq) -> Row:
        here = slice(starts[k], starts[k + 1])
        places, entries = columns[here].tolist(), given[here].tolist()
        terms = tuple((i, factor * rational(by)) for i, by in zip(places, entries, strict=True))
        return terms, factor * rational(float(shifts[k]))

    by_row = np.zeros(len(sizes), dtype=np.int64)
    slow: list[tuple[range, fmpq]] = []
    of_rows: list[fmpq] = []
    of_outputs: list[fmpq] = []
    for block in blocks:
        flat = given[starts[block.start] : starts[block.stop]]
        if not len(flat):
            factor = fmpq(1)
        elif _are_small(flat):
            factor = _factor([row(k, fmpq(1)) for k in block], most)
            slow.append((block, factor))
        else:
            power = _power_of_two(flat, shifts[block.start : block.stop], most)
            factor = _power(power)
            by_row[block.start : block.stop] = power
        of_outputs.append(factor)
        of_rows += [factor] * len(block)
    terms = np.zeros(len(given), dtype=TERM)
    terms["column"], terms["weight"] = columns, np.ldexp(given, by_row[rows])
    with np.errstate(over="ignore"):
        biases, bias_errors = np.ldexp(shifts, by_row), np.zeros(len(sizes))
    for block, factor in slow:
        for k in block:
            exact, shift = row(k, factor)
            for place, (_, by) in enumerate(exact, starts[k]):
                terms["weight"][place], terms["error"][place] = rounded(by)
            biases[k], bias_errors[k] = rounded(shift)
    for numbers in (terms["weight"], biases[shifts != 0]):
        size = np.abs(numbers)
        if np.any(size > RANGE) or np.any(size < 1 / RANGE):
            raise OutOfRangeError
    others = ~_is_whole(terms["weight"], terms["error"], most)
    flags = np.where(
        np.bincount(rows[others], minlength=len(sizes)) > 0,
        NOT_INTEGER,
        np.where(_is_whole(biases, bias_errors, SMALL_CONSTANT), INTEGER, INTEGER_GRADIENT),
    )

    def outline(k: int) -> Outline:
        if not sizes[k]:
            return Outline(0, (0, 0), fmpq(0), fmpq(0), of_rows[k] * rational(float(shifts[k])))
        ends = [starts[k], starts[k + 1] - 1]
        first, last = columns[ends].tolist()
        numbers = (*given[ends].tolist(), float(shifts[k]))
        scaled = (of_rows[k] * rational(number) for number in numbers)
        return Outline(int(sizes[k]), (first, last), *scaled)

    ends = list(zip(flags.tolist(), biases.tolist(), bias_errors.tolist(), strict=True))
    return ScaledRows(
        sizes, terms, ends, of_rows, of_outputs, lambda k: row(k, of_rows[k]), outline
    )


def _is_whole(numbers: np.ndarray, errors: np.ndarray, most: int) -> np.ndarray:
    """Which of the numbers are integers without an error, and not beyond a bound."""
    return np.asarray((np.abs(numbers) <= most) & (numbers == np.rint(numbers)) & (errors == 0))


def _exponent(number: fmpq) -> int | None:
    """The exponent of a power of two; None for other numbers."""
    p, q = int(number.p), int(number.q)
    if p <= 0 or p & (p - 1) or q & (q - 1):
        return None
    return p.bit_length() - q.bit_length()


def _power(exponent: int) -> fmpq:
    return fmpq(1 << exponent) if exponent >= 0 else fmpq(1, 1 << -exponent)


def _power_of_two(coefficients: np.ndarray, shifts: np.ndarray, most: int) -> int:
    """The exponent of what makes integers of floats, if these are small; else their size about 1.

    Of shifts, too, if that is possible.
    """
    highest = int(np.frexp(np.abs(coefficients).max())[1])
    for numbers in (np.concatenate([coefficients, shifts[shifts != 0]]), coefficients):
        last = _last_bit(numbers)
        if highest - last < most.bit_length():
            return -last
    return 1 - highest


def _last_bit(numbers: np.ndarray) -> int:
    """The exponent of the largest power of two that floats, none of them zero, are multiples of."""
    fractions, exponents = np.frexp(numbers)
    mantissas = np.ldexp(np.abs(fractions), 53).astype(np.int64)
    return int((exponents + np.frexp((mantissas & -mantissas).astype(np.float64))[1]).min()) - 54


def _may_be_small(ratio: fmpq, most: int) -> bool:
    """Whether coefficients of this ratio may be multiples, by small integers, of one number."""
    return bool(max(abs(ratio.p), ratio.q) <= most)


def _are_small(coefficients: np.ndarray) -> bool:
    """Whether floats, none of them zero, are multiples of one number by small integers."""
    fractions, exponents = np.frexp(coefficients)
    mantissas = np.ldexp(np.abs(fractions), 53).astype(np.int64)
    span = int(exponents.max()) - _last_bit(coefficients)
    if span <= 24:
        return True
    common = int(np.gcd.reduce(mantissas // (mantissas & -mantissas)))
    return span - common.bit_length() <= 25


def _factor(block: Sequence[Row], most: int) -> fmpq:
    """What makes small integers of a unit's coefficients, if anything does; else a power of two."""
    coefficients = [by for terms, _ in block for _, by in terms]
    if not coefficients:
        return fmpq(1)
    if _may_be_small(coefficients[-1] / coefficients[0], most):
        for factor in (
            primitive_factor([[*coefficients, *(shift for _, shift in block)]]),
            primitive_factor([coefficients]),
        ):
            if all(abs(factor * by) <= most for by in coefficients):
                return factor
    largest = max(abs(by) for by in coefficients)
    return _power(int(largest.q).bit_length() - int(largest.p).bit_length())
