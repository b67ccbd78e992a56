"""Machine code: where three planes meet, and on which side of a fourth that is.

A point is a vector of four determinants of three planes' numbers, by Cramer's rule; each is worked
out by products of two numbers, then of three, with a bound on how far errors carry and on every
rounding. Where planes at infinity take part, it is the direction in which the corner goes when all
of them move away alike: on the side where input k is greatest its coordinate k is 1, up to a
positive factor.
"""

from __future__ import annotations

from linreg.kernel.data.outcomes import NO_SIGN
from linreg.kernel.data.polygons import Record
from linreg.kernel.data.polyhedra import SIDES, Space
from linreg.kernel.data.roundoff import FLOOR, GAMMA_2, GAMMA_3, GAMMA_4, ROUNDOFF, UP
from linreg.kernel.machine import compiled
from linreg.kernel.plane.clipping import swing


@compiled
def sign_at(plane: Record, at: Record) -> int:
    """The sign of a plane at a corner, if floats tell it."""
    x, y, z, w = plane.a * at.x, plane.b * at.y, plane.c * at.z, plane.d * at.w
    lost = swing(plane.a, plane.a_error, at.x, at.x_error)
    lost += swing(plane.b, plane.b_error, at.y, at.y_error)
    lost += swing(plane.c, plane.c_error, at.z, at.z_error)
    lost += swing(plane.d, plane.d_error, at.w, at.w_error)
    size = abs(x) + abs(y) + abs(z) + abs(w)
    error = (lost + GAMMA_4 * size) * UP + FLOOR
    value = x + y + z + w
    if value > error:
        return 1
    if value < -error:
        return -1
    return NO_SIGN


@compiled
def meet(space: Space, at: Record) -> bool:
    """Write the coordinates of a corner whose planes are known; False if floats do not tell them.

    Of its planes those at infinity are the first.
    """
    p, q, r = space.planes[at.p], space.planes[at.q], space.planes[at.r]
    if at.r < SIDES:
        _set(at, 0, _way(at, 0), 0.0)
        _set(at, 1, _way(at, 1), 0.0)
        _set(at, 2, _way(at, 2), 0.0)
        at.w = 0.0
        at.w_error = 0.0
        return True
    if at.q < SIDES:
        return _meet_two_sides(r, at)
    if at.p < SIDES:
        return _meet_one_side(q, r, at)
    return _meet_none(p, q, r, at)


@compiled
def _way(at: Record, k: int) -> float:
    """Which way coordinate k goes on those sides at infinity that a corner lies on; 0 if none."""
    for side in (at.p, at.q, at.r):
        if side < SIDES and side // 2 == k:
            return 1.0 if side % 2 else -1.0
    return 0.0


@compiled
def _set(at: Record, k: int, value: float, error: float) -> None:
    if k == 0:
        at.x = value
        at.x_error = error
    elif k == 1:
        at.y = value
        at.y_error = error
    else:
        at.z = value
        at.z_error = error


@compiled
def _gradient(plane: Record, k: int) -> tuple[float, float]:
    """Coefficient k of a plane and its error."""
    if k == 0:
        return plane.a, plane.a_error
    if k == 1:
        return plane.b, plane.b_error
    return plane.c, plane.c_error


@compiled
def _meet_two_sides(r: Record, at: Record) -> bool:
    """On two sides the direction is known up to its third coordinate, in which r is zero."""
    i, j = at.p // 2, at.q // 2
    k = 3 - i - j
    a, a_error = _gradient(r, i)
    b, b_error = _gradient(r, j)
    c, c_error = _gradient(r, k)
    if not abs(c) > c_error:
        return False
    ways = _way(at, i), _way(at, j)
    _set(at, i, ways[0] * abs(c), c_error)
    _set(at, j, ways[1] * abs(c), c_error)
    rest = ways[0] * a + ways[1] * b
    error = (a_error + b_error + ROUNDOFF * abs(rest)) * UP
    _set(at, k, -rest if c > 0.0 else rest, error)
    at.w = 0.0
    at.w_error = 0.0
    return True


@compiled
def _minor(
    a: float,
    a_error: float,
    b: float,
    b_error: float,
    c: float,
    c_error: float,
    d: float,
    d_error: float,
) -> tuple[float, float]:
    """a d - b c, and how far at most the exact number is from it."""
    one, two = a * d, b * c
    error = swing(a, a_error, d, d_error) + swing(b, b_error, c, c_error)
    error = (error + GAMMA_2 * (abs(one) + abs(two))) * UP + FLOOR
    return one - two, error


@compiled
def _across(p: Record, q: Record) -> tuple[float, float, float, float, float, float]:
    """The vector product of the gradients of two planes, then the errors of its entries."""
    x, x_error = _minor(p.b, p.b_error, p.c, p.c_error, q.b, q.b_error, q.c, q.c_error)
    y, y_error = _minor(p.c, p.c_error, p.a, p.a_error, q.c, q.c_error, q.a, q.a_error)
    z, z_error = _minor(p.a, p.a_error, p.b, p.b_error, q.a, q.a_error, q.b, q.b_error)
    return x, y, z, x_error, y_error, z_error


@compiled
def _meet_one_side(q: Record, r: Record, at: Record) -> bool:
    """The direction in which two planes meet, the way that leads to the side at infinity."""
    x, y, z, x_error, y_error, z_error = _across(q, r)
    k = at.p // 2
    along = x if k == 0 else y if k == 1 else z
    error = x_error if k == 0 else y_error if k == 1 else z_error
    if not abs(along) > error:
        return False
    turn = 1.0 if (along > 0.0) == (_way(at, k) > 0.0) else -1.0
    at.x = turn * x
    at.y = turn * y
    at.z = turn * z
    at.w = 0.0
    at.x_error = x_error
    at.y_error = y_error
    at.z_error = z_error
    at.w_error = 0.0
    return True


@compiled
def _sum(
    p: float,
    p_error: float,
    q: float,
    q_error: float,
    r: float,
    r_error: float,
    a: float,
    a_error: float,
    b: float,
    b_error: float,
    c: float,
    c_error: float,
) -> tuple[float, float]:
    """p a + q b + r c, and how far at most the exact number is from it."""
    one, two, three = p * a, q * b, r * c
    error = swing(p, p_error, a, a_error) + swing(q, q_error, b, b_error)
    error += swing(r, r_error, c, c_error)
    error = (error + GAMMA_3 * (abs(one) + abs(two) + abs(three))) * UP + FLOOR
    return one + two + three, error


@compiled
def _meet_none(p: Record, q: Record, r: Record, at: Record) -> bool:
    """The point where three planes meet."""
    ax, ay, az, ax_error, ay_error, az_error = _across(q, r)
    bx, by, bz, bx_error, by_error, bz_error = _across(r, p)
    cx, cy, cz, cx_error, cy_error, cz_error = _across(p, q)
    w, w_error = _sum(
        p.a, p.a_error, p.b, p.b_error, p.c, p.c_error, ax, ax_error, ay, ay_error, az, az_error
    )
    if not abs(w) > w_error:
        return False
    x, x_error = _sum(
        p.d, p.d_error, q.d, q.d_error, r.d, r.d_error, ax, ax_error, bx, bx_error, cx, cx_error
    )
    y, y_error = _sum(
        p.d, p.d_error, q.d, q.d_error, r.d, r.d_error, ay, ay_error, by, by_error, cy, cy_error
    )
    z, z_error = _sum(
        p.d, p.d_error, q.d, q.d_error, r.d, r.d_error, az, az_error, bz, bz_error, cz, cz_error
    )
    turn = -1.0 if w > 0.0 else 1.0
    at.x = turn * x
    at.y = turn * y
    at.z = turn * z
    at.w = abs(w)
    at.x_error = x_error
    at.y_error = y_error
    at.z_error = z_error
    at.w_error = w_error
    return True
