"""What rounding can do to the floats by which the checker accepts most claims."""

from __future__ import annotations

MOST_TERMS = 4000
"""Terms of a sum up to which `DOUBT` is proved."""

DOUBT = 2.0**-40
"""The share of the sizes of its terms up to which a sum may owe its sign to rounding.

A sum of t products of two rounded numbers, in any order, is off by at most gamma(t + 2) times the
sum of their sizes, with gamma(k) = k u / (1 - k u) and u = 2^-53 (Higham, 2002, section 3.1), and
so is the sum of sizes. What overflows is larger than nothing."""

TINY = 2.0**-200
"""More than all that is lost where products underflow: 2^-1074 for each."""

UP = 1 + 2.0**-30
"""More than a bound can lose by the rounding of the 4,000 terms that it is the sum of."""
