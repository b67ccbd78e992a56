"""Machine code: the sign of the determinant of three lines without errors, worked out exactly.

A determinant is a sum of six products of three floats. A product of two floats is exactly a sum of
two, so all of it is a sum of 24 floats. They are added up to an *expansion*: floats of increasing
size that overlap in no bit, so that the sign of the last one is that of their sum.

Source
------
Dekker (1971) for products; Shewchuk (1997), "Adaptive precision floating-point arithmetic and fast
robust geometric predicates", Theorem 10, for sums.
"""

from __future__ import annotations

import numpy as np

from linreg.kernel.data.outcomes import NO_SIGN
from linreg.kernel.data.polygons import Record
from linreg.kernel.data.roundoff import LARGE, SMALL
from linreg.kernel.machine import NOTHING, compiled
from linreg.kernel.maps.coordinates import product_error


@compiled
def determinant_sign(p: Record, q: Record, r: Record, room: np.ndarray) -> int:
    """The sign of the determinant of three lines, if their numbers have no errors."""
    if not (_is_exact(p) and _is_exact(q) and _is_exact(r)):
        return NO_SIGN
    n = _add_product(p.a, q.b, r.c, room, NOTHING)
    n = _add_product(-p.a, q.c, r.b, room, n)
    n = _add_product(p.b, q.c, r.a, room, n)
    n = _add_product(-p.b, q.a, r.c, room, n)
    n = _add_product(p.c, q.a, r.b, room, n)
    n = _add_product(-p.c, q.b, r.a, room, n)
    if n == 0:
        return 0
    return 1 if room[n - 1] > 0.0 else -1


@compiled
def _is_exact(line: Record) -> bool:
    """Whether a line's numbers have no errors, and products of three of them lose nothing."""
    return (
        line.a_error == 0.0
        and line.b_error == 0.0
        and line.c_error == 0.0
        and _is_small(line.a)
        and _is_small(line.b)
        and _is_small(line.c)
    )


@compiled
def _is_small(number: float) -> bool:
    return number == 0.0 or SMALL <= abs(number) <= LARGE


@compiled
def _add_product(a: float, b: float, c: float, room: np.ndarray, n: int) -> int:
    """Add a product of three floats to an expansion of so many: how many it has then."""
    high = a * b
    low = product_error(a, b)
    n = _add(low * c, product_error(low, c), room, n)
    return _add(high * c, product_error(high, c), room, n)


@compiled
def _add(high: float, low: float, room: np.ndarray, n: int) -> int:
    """Add two floats to an expansion, without zeros."""
    for number in (low, high):
        rest = number
        m = NOTHING
        for i in range(n):
            # The sum of two floats and its rounding error, which is a float (Knuth, 1969).
            total = rest + room[i]
            part = total - rest
            error = (rest - (total - part)) + (room[i] - part)
            if error != 0.0:
                room[m] = error
                m += 1
            rest = total
        if rest != 0.0:
            room[m] = rest
            m += 1
        n = m
    return n
