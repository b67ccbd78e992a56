"""Affine forms in integers, and the few things that the checker does with them."""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd
from operator import mul

import numpy as np

Form = tuple[int, ...]
"""(g_1, ..., g_n, c): the function x -> g @ x + c."""


def coprime(row: Sequence[int]) -> Form:
    """The shortest integer row on the same ray; a row of zeros stays.

    Examples
    --------
    >>> coprime([4, 0, -24])
    (1, 0, -6)
    """
    divisor = gcd(*row)
    return tuple(row) if divisor <= 1 else tuple([entry // divisor for entry in row])


def negated(form: Form) -> Form:
    """The form with the other sign."""
    return tuple([-entry for entry in form])


def value_at(form: Form, point: Sequence[int]) -> int:
    """The form's value at numerators over a positive denominator, times the denominator."""
    return sum(map(mul, form, point))


def nearest_floats(rows: Sequence[Sequence[int]]) -> np.ndarray:
    """Rows in float64, each entry rounded; rows with an entry beyond all floats are not numbers.

    Examples
    --------
    >>> nearest_floats([(1, 2), (10**400, 1)]).tolist()
    [[1.0, 2.0], [nan, nan]]
    """
    try:
        return np.array(rows, dtype=np.float64)
    except OverflowError:
        if len(rows) == 1:
            return np.full((1, len(rows[0])), np.nan)
        return np.concatenate([nearest_floats([row]) for row in rows])
