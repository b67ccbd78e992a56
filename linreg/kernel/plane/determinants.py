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
from linreg.kernel.data.roundoff import LARGE, SMALL, product_error
from linreg.kernel.machine import NOTHING, compiled


@compiled
def determinant_sign(p: Record, q: Record, r: Record, room: np.ndarray) -> int:
    """The sign of the determinant of three lines, if their numbers have no errors."""
    if not (_is_exact(p) and _is_exact(q) and _is_exact(r)):
        return NO_SIGN
    n = NOTHING
    a, b, c = p.a, p.b, p.c
    d, e, f = q.a, q.b, q.c
    g, h, i = r.a, r.b, r.c
    for _ in range(3):  # the same of each column in turn: written once, compiled once
        n = _add_product(a, e, i, room, n)
        n = _add_product(-a, f, h, room, n)
        a, b, c, d, e, f, g, h, i = b, c, a, e, f, d, h, i, g
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
    n = add_to(low * c, product_error(low, c), room, n)
    return add_to(high * c, product_error(high, c), room, n)


@compiled
def add_to(high: float, low: float, room: np.ndarray, n: int) -> int:
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
