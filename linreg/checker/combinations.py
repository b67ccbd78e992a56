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

from linreg.checker.claims import Multipliers, is_non_negative
from linreg.checker.forms import Form
from linreg.checker.known import Known
from linreg.checker.rounding import DOUBT, MOST_TERMS, TINY


def certainly_hold(forms: Known, rows: Known) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Which of many claims certainly hold, False where there is any doubt; and what may help then.

    That is, for each row of each claim, whether its multiplier may be other than zero: False only
    where B is regular and floats cannot tell the multiplier from zero. And which claims certainly
    hold if all these are zero.

    Parameters
    ----------
    forms : Known
        Arrays of shape (claims, inputs + 1).
    rows : Known
        Those that each claim names: arrays of shape (claims, inputs, inputs + 1).

    Notes
    -----
    Let R be any matrix near the inverse of B, and y = g R. With F = I - B R and r = g - y B,

        x - y = r B^-1 = r R (I - F)^-1,

    so if the sizes in each row of F add up to at most 1/4, then B is regular, and the entries of
    x - y add up, in size, to at most 4/3 of those of r R. The errors of forms and rows, in which
    `DOUBT` has a share for rounding here, are added to F and to r, and twice the sizes of r R are
    taken for 4/3 of them. No entry is larger than 1, so that a combination of constants is off by
    no more than x. Where all constants are zero without an error, as without biases, they leave
    zero, whatever x is.

    Examples
    --------
    2x + y - 1 is 2 (x - 1) + y + 1, and x - y is no such combination:

    >>> from linreg.checker.known import Known, known_forms
    >>> forms = known_forms([(2, 1, -1), (1, -1, 0)], 2)
    >>> rows = known_forms([(1, 0, -1), (0, 1, 0)], 2)
    >>> twice = Known(np.array([rows.values] * 2), np.array([rows.errors] * 2))
    >>> certainly_hold(forms, twice)[0].tolist()
    [True, False]
    """
    n_claims, n, _ = rows.values.shape
    if not n_claims or n + 1 > MOST_TERMS:
        return _nothing(n_claims, n)
    basis, off_basis = rows.values[:, :, :-1], rows.errors[:, :, :-1]
    goal, off_goal = forms.values[:, None, :-1], forms.errors[:, None, :-1]
    constants, off_constants = rows.values[:, :, -1], rows.errors[:, :, -1]
    inverse = _inverse(basis)
    if inverse is None:
        return _nothing(n_claims, n)
    with np.errstate(over="ignore", invalid="ignore"):
        inverse_sizes = np.abs(inverse)
        one = np.eye(n)
        off = np.abs(one - basis @ inverse) + off_basis @ inverse_sizes + (DOUBT * one + TINY)
        is_regular = off.sum(axis=2).max(axis=1) < 0.25
        by = goal @ inverse
        rest = np.abs(goal - by @ basis) + np.abs(by) @ off_basis + off_goal + TINY
        error = 2 * (rest @ inverse_sizes).sum(axis=2) + TINY
        by, sizes = by[:, 0], np.abs(by[:, 0])
        are_positive = by > error
        may_be_zero = ~(sizes > error)
        left = forms.values[:, -1] - (by * constants).sum(axis=1)
        doubt = forms.errors[:, -1] + (sizes * off_constants).sum(axis=1) + 2 * error[:, 0] + TINY
        are_zero = (constants == 0.0) & (off_constants == 0.0)
        is_zero = (forms.values[:, -1] == 0.0) & (forms.errors[:, -1] == 0.0)
        leaves_enough = is_regular & ((left > doubt) | (is_zero & are_zero.all(axis=1)))
    certain: np.ndarray = leaves_enough & are_positive.all(axis=1)
    if_zero = leaves_enough & (are_positive | may_be_zero).all(axis=1)
    return certain, ~(may_be_zero & is_regular[:, None]), if_zero


def _inverse(basis: np.ndarray) -> np.ndarray | None:
    """Matrices near the inverses of others, or not numbers; None if some cannot be had."""
    n = basis.shape[1]
    if n > 3:
        try:
            return np.linalg.inv(basis)
        except np.linalg.LinAlgError:
            return None
    inverse = np.empty_like(basis)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        if n == 1:
            np.divide(1.0, basis, out=inverse)
        elif n == 2:
            (a, b), (c, d) = basis.transpose(1, 2, 0)
            by = 1.0 / (a * d - b * c)
            inverse[:, 0, 0], inverse[:, 0, 1] = d * by, -b * by
            inverse[:, 1, 0], inverse[:, 1, 1] = -c * by, a * by
        else:
            rows = basis.transpose(1, 2, 0)
            for j in range(3):
                (a, b, c), (d, e, f) = rows[(j + 1) % 3], rows[(j + 2) % 3]
                inverse[:, 0, j] = b * f - c * e
                inverse[:, 1, j] = c * d - a * f
                inverse[:, 2, j] = a * e - b * d
            inverse /= (basis[:, 0] * inverse[:, :, 0]).sum(axis=1)[:, None, None]
    return inverse


def _nothing(n_claims: int, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    none = np.zeros(n_claims, dtype=bool)
    return none, np.ones((n_claims, n), dtype=bool), none


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


def is_combination(form: Form, rows: Sequence[Form]) -> bool:
    """Whether a form is one, the only one, of rows, with non-negative numbers and constant."""
    proof = multipliers_of(form, rows)
    return proof is not None and is_non_negative(form, rows, proof)
