"""Machine code: on which side of a plane a corner is, exactly, where no number has an error.

A plane m is det(p, q, r, m) / det(p, q, r) at the point where p, q and r meet: of all numbers of
the four planes, and of the gradients of the three. A side at infinity is a plane x = t, or x = -t,
for a t that is larger than all else. Such a determinant is t times one of gradients and ends, plus
one of gradients and constants, and has the sign of the first of them that is not 0.
"""

from __future__ import annotations

from linreg.kernel.data.outcomes import NO_SIGN
from linreg.kernel.data.polygons import Record
from linreg.kernel.data.polyhedra import SIDES, Space
from linreg.kernel.data.roundoff import product_error
from linreg.kernel.machine import NOTHING, compiled
from linreg.kernel.plane.determinants import add_to

LEAST, MOST = 1e-50, 1e50
"""Products of four numbers in this range, and what rounding takes from them, are floats.

The last bit of such a product is at least (2^-53 LEAST)^4 > 2^-877, and splitting the product of
three for the fourth (Dekker) multiplies it by 2^27."""

CONSTANT, END = 3, 4
"""Columns behind the gradient of a plane: what does not depend on t, and what t is times."""


@compiled
def exact_sign(space: Space, at: Record, number: int) -> int:
    """The sign of a plane at a corner, if it and the planes that meet there have no errors."""
    is_exact, is_homogeneous = True, at.p >= SIDES
    place = NOTHING
    for plane in (at.p, at.q, at.r, number):
        is_exact = _put_row(space, place, plane) and is_exact
        place += 1
        if plane >= SIDES:
            here = space.planes[plane]
            is_homogeneous = is_homogeneous and here.d == 0.0 and here.d_error == 0.0
    if is_homogeneous:
        return 0  # all four meet at the origin, whatever the errors of their gradients are
    if not is_exact:
        return NO_SIGN
    sign = _sign(space, END) if at.p < SIDES else NOTHING
    if sign == 0:
        sign = _sign(space, CONSTANT)
    if sign != 0:
        # With this for the last row it is the determinant of the gradients of the others.
        for k in range(CONSTANT):
            space.rows[3, k] = 0.0
        space.rows[3, CONSTANT] = 1.0
        sign *= _sign(space, CONSTANT)
    return sign


@compiled
def _put_row(space: Space, place: int, number: int) -> bool:
    """Put a plane's numbers in place; False if they have errors, or may lose something."""
    row = space.rows[place]
    if number < SIDES:
        for k in range(END):
            row[k] = 0.0
        row[number // 2] = -1.0 if number % 2 else 1.0
        row[END] = 1.0
        return True
    plane = space.planes[number]
    row[0] = plane.a
    row[1] = plane.b
    row[2] = plane.c
    row[CONSTANT] = plane.d
    row[END] = 0.0
    is_exact = plane.a_error + plane.b_error + plane.c_error + plane.d_error == 0.0
    for k in range(END):
        is_exact = is_exact and (row[k] == 0.0 or LEAST <= abs(row[k]) <= MOST)
    return is_exact


@compiled
def _sign(space: Space, last: int) -> int:
    """The sign of the determinant of the rows' gradients and one more column.

    It is a sum over pairs of columns: a minor of the first two rows times one of the others.
    """
    n = NOTHING
    i, j, k = 0, 1, 2
    for _ in range(3):  # pairs of three columns in turn: written once, compiled once
        n = _add_minors(space, i, j, k, last, n)
        n = _add_minors(space, k, last, i, j, n)
        i, j, k = j, k, i
    if n == 0:
        return 0
    return 1 if space.room[n - 1] > 0.0 else -1


@compiled
def _add_minors(space: Space, i: int, j: int, k: int, m: int, n: int) -> int:
    """Add a product of two minors to an expansion of so many floats: how many it has then."""
    p, q, r, s = space.rows[0], space.rows[1], space.rows[2], space.rows[3]
    for _ in range(2):
        n = _add_product(p[i], q[j], r[k], s[m], space, n)
        n = _add_product(-p[i], q[j], r[m], s[k], space, n)
        i, j, k, m = j, i, m, k
    return n


@compiled
def _add_product(a: float, b: float, c: float, d: float, space: Space, n: int) -> int:
    """Add a product of four floats to an expansion."""
    if a == 0.0 or b == 0.0 or c == 0.0 or d == 0.0:
        return n
    two = a * b
    for high in (two, product_error(a, b)):
        three = high * c
        for part in (three, product_error(high, c)):
            if part != 0.0:
                n = add_to(part * d, product_error(part, d), space.room, n)
    return n
