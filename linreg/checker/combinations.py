"""Forms that are claimed to be combinations of as many rows as there are inputs.

Such a claim names rows of a cell, whose gradients are a basis B, and a form with the gradient g. It
holds if B is regular, no entry of the multipliers x with x B = g is negative, and the constant of
the form less the rows times x is not negative: then the form is nowhere negative in the cell
(Farkas, 1902). Floats accept most claims, many at a time; `multipliers_of` finds x itself.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from flint import fmpz_mat

from linreg.checker.claims import Multipliers
from linreg.checker.forms import Form
from linreg.checker.rounding import DOUBT, MOST_TERMS, TINY

LARGEST_EXPONENT = 500
"""Of the entries of forms that floats are asked about: scaled, none comes near underflow."""


def certainly_hold(
    forms: np.ndarray, rows: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Which of many claims certainly hold, False where there is any doubt; and what may help then.

    That is, for each row of each claim, whether its multiplier may be other than zero: False only
    where B is regular and floats cannot tell the multiplier from zero. And which claims certainly
    hold if all these are zero.

    Parameters
    ----------
    forms : float64 array, shape (claims, inputs + 1)
        Integers, each rounded to nearest, or not a number.
    rows : float64 array, shape (claims, inputs, inputs + 1)
        The same of the rows that each claim names.

    Notes
    -----
    Let R be any matrix near the inverse of B, and y = g R. With F = I - B R and r = g - y B,

        x - y = r B^-1 = r R (I - F)^-1,

    so if the sizes in each row of F add up to at most 1/4, then B is regular, and the entries of
    x - y add up, in size, to at most 4/3 of those of r R. `DOUBT` bounds what rounding, of the
    integers too, adds to F and to r, and twice the sizes of r R are taken for 4/3 of them. `rows`
    and forms are divided by powers of two, which no claim depends on, so that no constant is
    larger than 1: a combination of them is off by no more than x.

    Examples
    --------
    2x + y - 1 is 2 (x - 1) + y + 1, and x - y is no such combination:

    >>> rows = np.array([[1.0, 0, -1], [0, 1, 0]])
    >>> certainly_hold(np.array([[2.0, 1, -1], [1, -1, 0]]), np.array([rows, rows]))[0].tolist()
    [True, False]
    """
    n_claims, n, _ = rows.shape
    if not n_claims or n + 1 > MOST_TERMS:
        return _nothing(n_claims, n)
    forms, is_read = _scaled(forms)
    rows, are_read = _scaled(rows)
    basis, goal = rows[:, :, :-1], forms[:, None, :-1]
    try:
        inverse = np.linalg.inv(basis)
    except np.linalg.LinAlgError:
        return _nothing(n_claims, n)
    with np.errstate(over="ignore", invalid="ignore"):
        sizes, inverse_sizes = np.abs(basis), np.abs(inverse)
        one = np.eye(n)
        off = np.abs(one - basis @ inverse) + DOUBT * (one + sizes @ inverse_sizes) + TINY
        is_regular = off.sum(axis=2).max(axis=1) < 0.25
        by = goal @ inverse
        rest = np.abs(goal - by @ basis) + DOUBT * (np.abs(goal) + np.abs(by) @ sizes) + TINY
        error = 2 * (rest @ inverse_sizes).sum(axis=2) + TINY
        are_positive = by[:, 0] > error
        may_be_zero = ~(np.abs(by[:, 0]) > error)
        parts = by[:, 0] * rows[:, :, -1]
        left = forms[:, -1] - parts.sum(axis=1)
        doubt = DOUBT * (np.abs(forms[:, -1]) + np.abs(parts).sum(axis=1)) + 2 * error[:, 0] + TINY
        is_regular &= is_read & are_read.all(axis=1)
        leaves_enough = is_regular & (left > doubt)
    certain: np.ndarray = leaves_enough & are_positive.all(axis=1)
    if_zero = leaves_enough & (are_positive | may_be_zero).all(axis=1)
    return certain, ~(may_be_zero & is_regular[:, None]), if_zero


def _nothing(n_claims: int, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    none = np.zeros(n_claims, dtype=bool)
    return none, np.ones((n_claims, n), dtype=bool), none


def _scaled(forms: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Forms divided by powers of two, with entries up to 1; and which of them are so exactly."""
    exponents = np.frexp(np.abs(forms).max(axis=-1))[1]
    return np.ldexp(forms, -exponents[..., None]), exponents <= LARGEST_EXPONENT


def multipliers_of(form: Form, rows: Sequence[Form]) -> Multipliers | None:
    """The only numbers that turn rows into a form's gradient, by row.

    They may be negative. None if there are others, or none.

    Examples
    --------
    >>> multipliers_of((2, 1, -1), [(1, 0, -1), (0, 3, 0)])
    (3, {0: 6, 1: 1})
    >>> multipliers_of((1, 0, 0), [(1, 0, 0), (2, 0, 0)]) is None
    True
    """
    k = len(rows)
    flat = [entry for row in (*rows, form) for entry in row[:-1]]
    reduced, denominator, rank = fmpz_mat(k + 1, len(form) - 1, flat).transpose().rref()
    if rank != k or (k and reduced[k - 1, k - 1] == 0):
        return None  # the first k columns are not its pivots
    sign = 1 if denominator > 0 else -1
    return int(sign * denominator), {i: int(sign * reduced[i, k]) for i in range(k)}
