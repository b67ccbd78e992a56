"""Exact numbers: reading them, rounding them, and clearing their denominators.

Two rational types are used, and they do not mix: `fractions.Fraction` wherever a user can see a
number, and python-flint's `fmpz` / `fmpq` inside, where speed matters.
"""

from __future__ import annotations

import math
import re
import reprlib
from collections.abc import Iterable, Sequence
from fractions import Fraction
from numbers import Rational

import numpy as np
from flint import fmpq, fmpq_mat, fmpz, fmpz_mat

Number = int | float | Fraction | str
"""What is accepted as an exact number; a float means the float64 it is."""

MAX_TEXT = 4000
"""Longest text that is read as a number, in characters: Python refuses integers of 4300 digits."""

# An exponent has at most three digits: "1e999999999" would be an integer that fills the memory.
_TEXT = re.compile(r"[+-]?(\d+/\d+|(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?)", re.ASCII | re.IGNORECASE)


def fraction(number: object) -> Fraction:
    """The exact value of a number.

    Parameters
    ----------
    number : int, float, Fraction, str, numpy scalar or fmpq
        A float means the float64 it is; a string is "p/q" or a decimal, of at most `MAX_TEXT`
        characters and with an exponent below 1000.

    Raises
    ------
    ValueError
        If the number is not finite or the string is not a number.
    TypeError
        If it is not a number at all (booleans are not).

    Examples
    --------
    >>> fraction("0.1"), fraction(0.5), fraction("-2/6")
    (Fraction(1, 10), Fraction(1, 2), Fraction(-1, 3))
    >>> fraction(0.1) == fraction("0.1")
    False
    """
    match number:
        case bool() | np.bool_():
            raise TypeError(f"a number was expected, got {number!r}")
        case int() | Rational():
            return Fraction(number)
        case float() | np.floating():
            if not math.isfinite(number):
                raise ValueError(f"a finite number was expected, got {float(number)}")
            return Fraction(*number.as_integer_ratio())
        case str():
            text = number.strip()
            try:
                if len(text) <= MAX_TEXT and _TEXT.fullmatch(text):
                    return Fraction(text)
            except ZeroDivisionError:
                pass
            raise ValueError(
                f'a number such as "1/3" or "0.1" was expected, got {reprlib.repr(number)}'
            )
        case fmpq() | fmpz():
            return Fraction(int(fmpq(number).p), int(fmpq(number).q))
    raise TypeError(f"a number was expected, got {type(number).__name__}")


def rational(number: object) -> fmpq:
    """The exact value of a number, as python-flint's rational; see `fraction`."""
    match number:
        case fmpq():
            return number
        case float() if math.isfinite(number):
            return fmpq(*number.as_integer_ratio())
        case int() if not isinstance(number, bool):
            return fmpq(number)
    exact = fraction(number)
    return fmpq(exact.numerator, exact.denominator)


def rational_matrix(rows: Sequence[Sequence[object]], columns: int) -> fmpq_mat:
    """Matrix of exact values, shape (len(rows), columns)."""
    return fmpq_mat(len(rows), columns, [rational(number) for row in rows for number in row])


def nearest_float(numerator: int, denominator: int) -> float:
    """The float64 nearest to a quotient, or an infinity of its sign if it is beyond them all.

    Examples
    --------
    >>> nearest_float(1, 3), nearest_float(-(10**400), 1)
    (0.3333333333333333, -inf)
    """
    try:
        return numerator / denominator
    except OverflowError:
        return math.inf if (numerator > 0) == (denominator > 0) else -math.inf


def nearest_floats(matrix: fmpq_mat) -> np.ndarray:
    """The float64 matrix nearest to a rational one, entry by entry."""
    values = [nearest_float(int(entry.p), int(entry.q)) for entry in matrix.entries()]
    return np.array(values, dtype=np.float64).reshape(matrix.nrows(), matrix.ncols())


def fractions_array(matrix: fmpq_mat) -> np.ndarray:
    """Read-only object array of `Fraction`, of the matrix's shape."""
    array = np.empty((matrix.nrows(), matrix.ncols()), dtype=object)
    for index, entry in enumerate(matrix.entries()):
        array.flat[index] = Fraction(int(entry.p), int(entry.q))
    array.flags.writeable = False
    return array


def common_denominator(numbers: Iterable[fmpq]) -> fmpz:
    """Least positive integer that turns all the numbers into integers.

    Examples
    --------
    >>> common_denominator([fmpq(1, 4), fmpq(5, 6)])
    12
    """
    least = fmpz(1)
    for number in numbers:
        least = least.lcm(number.q)
    return least


def total(numbers: Sequence[fmpq]) -> fmpq:
    """The sum of rationals, added in pairs: denominators that grow stay few.

    Examples
    --------
    >>> total([fmpq(1, 2), fmpq(1, 3), fmpq(1, 6)])
    1
    """
    sums = list(numbers) or [fmpq(0)]
    while len(sums) > 1:
        odd = sums[len(sums) // 2 * 2 :]
        sums = [a + b for a, b in zip(sums[::2], sums[1::2], strict=False)] + odd
    return sums[0]


def content(row: Iterable[fmpz]) -> fmpz:
    """Greatest common divisor of integers; 0 if all are zero."""
    divisor = fmpz(0)
    for entry in row:
        divisor = divisor.gcd(entry)
        if divisor == 1:
            break
    return divisor


def primitive(row: Sequence[fmpz]) -> list[fmpz]:
    """The row divided by its content: the shortest integer row on the same ray.

    Examples
    --------
    >>> primitive([fmpz(6), fmpz(-4), fmpz(0)])
    [3, -2, 0]
    """
    divisor = content(row)
    return list(row) if divisor in (0, 1) else [entry // divisor for entry in row]


def primitive_factor(rows: Iterable[Sequence[fmpq]]) -> fmpq:
    """The positive factor that makes rational rows, together, primitive integer rows.

    It is 1 if all entries are zero.

    Examples
    --------
    >>> primitive_factor([[fmpq(1, 2), fmpq(3, 4)]])
    4
    >>> primitive_factor([[fmpq(6), fmpq(4)], [fmpq(0), fmpq(2)]])
    1/2
    """
    entries = [entry for row in rows for entry in row if entry != 0]
    if not entries:
        return fmpq(1)
    denominator = common_denominator(entries)
    return fmpq(denominator, content((entry * denominator).p for entry in entries))


def integer_matrix(
    rows: Sequence[Sequence[fmpz]] | Sequence[Sequence[int]], columns: int
) -> fmpz_mat:
    """Integer matrix of shape (len(rows), columns), which may have no rows."""
    return fmpz_mat(len(rows), columns, [entry for row in rows for entry in row])
