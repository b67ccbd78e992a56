"""Whole numbers on the command line and in JSON."""

from __future__ import annotations

import re
import reprlib
from collections.abc import Iterable

from flint import fmpz

from linreg.errors import HypothesisError

LARGEST_IN_JSON = 2**53
"""Beyond this, readers of JSON that use float64 would round."""

_DIGITS = re.compile(r"[+-]?\d{1,18}", re.ASCII)


def whole_numbers(texts: Iterable[str], what: str) -> list[int]:
    """The numbers that the texts spell.

    Raises
    ------
    HypothesisError
        If one is not a whole number of at most 18 digits; the message begins with `what`.

    Examples
    --------
    >>> whole_numbers(["2", "10"], "--widths")
    [2, 10]
    """
    numbers = []
    for text in texts:
        if not _DIGITS.fullmatch(text.strip()):
            raise HypothesisError(f"{what}: a whole number was expected, got {reprlib.repr(text)}")
        numbers.append(int(text))
    return numbers


def json_number(number: int) -> int | str:
    """The number, or its digits as a string if float64 could not hold it.

    Examples
    --------
    >>> json_number(2**53), json_number(2**53 + 1)
    (9007199254740992, '9007199254740993')
    """
    # fmpz spells numbers of any length; int refuses those of thousands of digits.
    return number if abs(number) <= LARGEST_IN_JSON else str(fmpz(number))
