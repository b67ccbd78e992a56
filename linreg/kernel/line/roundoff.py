"""Bounds on rounding along segments: every constant of an error bound, and why it is so.

A line `value + t * rise` with an error e stands for an exact line within e of it for all t in
[0, 1]. As in `linreg.kernel.data.roundoff`, u is the unit roundoff and gamma(k) <= (k + 1) u bounds
what k roundings make, relative to the sum of absolute values of what they are made of. Each
constant is at least one u more than its derivation asks for, which pays for the rounding of the
sizes that it is multiplied by.
"""

from __future__ import annotations

from linreg.kernel.data.roundoff import ROUNDOFF

UNDERFLOW = 2.0**-400
"""Added to the error of everything that is not zero.

Numbers of a network lie between 2^-300 and 2^300 in size, so that a product of one and a value
above 2^-700 is in range, and any other is off by at most 2^-1075."""

BOUND_UP = 1.0 + 16.0 * ROUNDOFF
"""Makes up for the rounding of a bound that is worked out in at most 14 operations."""

ONCE_GAMMA = 2.0 * ROUNDOFF
"""Of a number that is rounded once, relative to itself: a point, or the rise of a segment."""

END_GAMMA = 4.0 * ROUNDOFF
"""Of value + t * rise, relative to |value| + |rise|: a product and a sum, gamma(2) <= 3 u.

A breakpoint is taken from it with one more rounding, which changes no sign."""

DIFFERENCE_GAMMA = 8.0 * ROUNDOFF
"""Of the difference of two lines at an end, relative to the sizes of all four numbers: two
differences, a product and a sum, so that each passes through three roundings: gamma(3) <= 4 u."""

UNIT_GAMMA = 8.0 * ROUNDOFF
"""Of slope * (value + t * rise) + intercept, relative to the sum of absolute products: slope and
intercept are rounded, then two products and a sum: gamma(3) <= 4 u."""

PLACE_GAMMA = 8.0 * ROUNDOFF
"""Of a crossing's place, which is at most 1: a difference and a quotient, gamma(2) <= 3 u, by a
rise that may itself be a difference: 4 u."""

PLACE_UP = 1.0 + 1e-7
"""Makes up for the rounding of an error divided by a rise: four roundings, and far more."""

CUT_GAMMA = 4.0 * ROUNDOFF
"""Of a breakpoint, relative to itself: it is rounded once."""


def row_gamma(n_inputs: int) -> float:
    """Of a row, relative to the sum of the absolute products of its weights.

    Weights are rounded, products too, and n of them and a constant are added up; then up to n of
    them are changed by a difference, which is rounded, before the row is summed anew. So a term
    passes through at most 2 n + 4 roundings: gamma(2 n + 4) <= (2 n + 5) u. This is twice that, and
    pays for the roundings of the bound, of which there are as many.
    """
    return 4.0 * (n_inputs + 10) * ROUNDOFF
