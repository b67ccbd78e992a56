"""Bounds on rounding: every constant that an error bound of machine code uses, and why it is so.

A float `a` with an error `e` stands for some exact number within e of it. Each bound below is on
what IEEE 754 arithmetic with 53 bits, rounding to nearest, adds to the errors of what it is given.
Machine code is compiled without fastmath: it fuses and reorders nothing.

Notation: u = 2^-53, the unit roundoff; fl(.) what arithmetic gives. Outside underflow,
fl(a op b) = (a op b)(1 + d) with |d| <= u, and also |fl(a op b) - a op b| <= u |fl(a op b)|, so
`ROUNDOFF * abs(result)` bounds what one operation rounds off.

Source
------
Higham (2002), Accuracy and Stability of Numerical Algorithms, chapters 2 and 3.
"""

from __future__ import annotations

from linreg.kernel.machine import compiled

ROUNDOFF = 2.0**-53
"""u, the unit roundoff."""

EXACT = 2.0**53
"""Integers below this, and sums of integers whose absolute values add up to less, are exact.

Every integer up to 2^53 is a float, and so is every partial sum. That absolute values add up to
less may be asked of their computed sum: rounding is monotone, so one that should have reached 2^53
does."""

MOST_TERMS = 2**20
"""Terms of one sum, at most. `tables_of` makes no tables of a network with more, and `gamma_of_sum`
asserts it where sums are made."""

UP = 1.0 + 2.0**-30
"""Makes up for the rounding of a computed error bound.

A bound is a sum of at most MOST_TERMS non-negative terms, each of a few operations, so every number
in it passes through r <= 2^22 roundings, and the computed bound is at least (1 - u)^r times the
exact one. With one more rounding for the product itself, (1 + 2^-30)(1 - u)^(r + 1)
>= (1 + 2^-30)(1 - 2^-30.9) > 1."""

FLOOR = 1e-290
"""Added to error bounds, which might else vanish by underflow.

A product that underflows is off by at most 2^-1075, besides its relative error. MOST_TERMS of them
in a sum, and a few times as many in the bound itself, are off by less than 2^-1050 together."""

LOWEST, HIGHEST = 1e-140, 1e140
"""Entries whose size is not between these, nor zero, are not trusted: their error becomes infinite.

Products of two numbers in the range lie between 1e-280 and 1e280, within the floats' own range of
2^-1022 to 2^1024, so none of them under- or overflows."""

GAMMA_1, GAMMA_2, GAMMA_3, GAMMA_4 = (k * ROUNDOFF for k in (2.0, 3.0, 4.0, 5.0))
"""Bounds on gamma(1) to gamma(4): the relative error that so many roundings make.

gamma(k) = k u / (1 - k u) bounds |(1 + d_1)^±1 ... (1 + d_k)^±1 - 1| for all |d_i| <= u (Higham,
Lemma 3.1), and k u / (1 - k u) <= (k + 1) u as long as k (k + 1) u <= 1. So

- gamma(1): a quotient, or a number to which a correction is added
- gamma(2): x1 - x2 for two products, relative to |x1| + |x2|; a^2 + b^2
- gamma(3): a x + b y + c w, relative to the sum of absolute products
- gamma(4): a x + b y + c z + d w, or three terms whose a, b and c are differences of two numbers"""

SMALL, LARGE = 1e-70, 1e70
"""Products of three numbers in this range, and what rounding takes from them, are floats.

The last bit of such a product is at least (2^-53 SMALL)^3 > 2^-860, and splitting the product of
two for the third (Dekker) multiplies it by 2^27."""

CONTRACTION = 0.25
"""Bound on |I - B R| for a basis B and its approximate inverse R, in the norm of `spread_of`.

Any number q below 1/2 would do: B is regular, and multipliers that move by less than q / (1 - q),
which is 1/3 here, keep their sign. The smaller q is, the more bases are refused."""

SPREAD_GAIN = 1.34
"""1 / (1 - CONTRACTION) = 4/3, rounded up by more than the roundings of the product with it.

d = d G + r with |G| <= q gives |d| <= q |d| + |r|, so |d| <= |r| / (1 - q)."""


@compiled
def gamma_of_sum(terms: int) -> float:
    """Bound on the rounding of a sum of products, relative to the sum of their absolute values.

    Each of k products is rounded once, and its sum with the others at most k - 1 times: gamma(k)
    <= (k + 1) u. This is 2 u more, so that a term which was rounded twice more is covered too.
    """
    assert terms <= MOST_TERMS + 2
    return (terms + 3) * ROUNDOFF


@compiled
def gamma_of_form(terms: int) -> float:
    """The same for a constant and so many products, added up from the constant on.

    Products are rounded once more, when the constant is there: gamma(k + 1).
    """
    return gamma_of_sum(terms + 1)


@compiled
def product_error(a: float, b: float) -> float:
    """What rounding took from a product: a b - fl(a b), exactly, barring over- and underflow.

    Source
    ------
    Dekker (1971), "A floating-point technique for extending the available precision".
    """
    p = a * b
    x = 134217729.0 * a
    a1 = x - (x - a)
    a2 = a - a1
    y = 134217729.0 * b
    b1 = y - (y - b)
    b2 = b - b1
    return ((a1 * b1 - p) + a1 * b2 + a2 * b1) + a2 * b2
