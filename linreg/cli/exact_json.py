"""Exact numbers of answers in JSON, and as a person reads them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import isfinite

from linreg.rational import nearest_float
from linreg.wording import counted

LONGEST_EXACT = 24
"""Characters of an exact number that is spelled out in a table."""

SHOWN_COORDINATES = 12
"""Coordinates of a point that are spelled out in a table."""


def exact_json(number: Fraction | None) -> int | str | None:
    """An integer up to 2^53 as it is, any other number as "p/q".

    Examples
    --------
    >>> exact_json(Fraction(4, 2)), exact_json(Fraction(1, 3))
    (2, '1/3')
    """
    if number is None:
        return None
    if number.denominator == 1 and abs(number.numerator) <= 2**53:
        return int(number)
    return f"{number.numerator}/{number.denominator}"


def float_json(number: Fraction | None) -> float | None:
    """The nearest float; null where there is none."""
    if number is None:
        return None
    nearest = nearest_float(number.numerator, number.denominator)
    return nearest if isfinite(nearest) else None


def exact_list(numbers: Sequence[Fraction] | None) -> list[int | str | None] | None:
    """Exact numbers in JSON."""
    return None if numbers is None else [exact_json(number) for number in numbers]


def float_list(numbers: Sequence[Fraction] | None) -> list[float | None] | None:
    """The nearest floats in JSON."""
    return None if numbers is None else [float_json(number) for number in numbers]


def number_text(number: Fraction) -> str:
    """A number for people: exactly where that is short, with the nearest float.

    Examples
    --------
    >>> number_text(Fraction(3)), number_text(Fraction(1, 3))
    ('3', '1/3 = 0.333333')
    """
    nearest = nearest_float(number.numerator, number.denominator)
    if number.denominator == 1 and abs(number.numerator) < 10**LONGEST_EXACT:
        return str(number.numerator)
    exact = f"{number.numerator}/{number.denominator}" if _is_short(number) else ""
    return f"{exact} = {nearest:.6g}" if exact else f"{nearest:.12g} (exactly in --json)"


def _is_short(number: Fraction) -> bool:
    longest: int = 10 ** (LONGEST_EXACT // 2)
    return max(abs(number.numerator), number.denominator) < longest


def point_text(point: Sequence[Fraction]) -> str:
    """A point for people: exactly where all coordinates are short."""
    shown = point[:SHOWN_COORDINATES]
    if all(map(_is_short, shown)):
        texts = [str(entry) for entry in shown]
    else:
        texts = [f"{nearest_float(x.numerator, x.denominator):.6g}" for x in shown]
    left = len(point) - len(shown)
    more = f", and {counted(left, 'more coordinate')}" if left else ""
    return f"({', '.join(texts)}{more})"
