"""Machine code: the sign of a line at a generator, with every rounding bounded.

It is the sign of a determinant of three lines. Floats decide it within their error; small integers
are taken modulo 2^64, which is exact wherever floats bound the result.
"""

from __future__ import annotations

import numpy as np

from linreg.kernel.data.flags import (
    CROSSING,
    INTEGER,
    INTEGER_GRADIENT,
    NOT_INTEGER,
    TIGHT,
    WHOLE,
)
from linreg.kernel.data.outcomes import ALWAYS, CUTS, DOUBTFUL, NEVER, NO_SIGN
from linreg.kernel.data.polygons import Record
from linreg.kernel.data.roundoff import DETERMINANT_GAMMA, EXACT, FLOOR, GAMMA_3, UP, WRAPPED
from linreg.kernel.machine import NONE, compiled
from linreg.kernel.maps.coordinates import product_error


@compiled
def write_line(
    line: Record,
    a: float,
    b: float,
    c: float,
    a_error: float,
    b_error: float,
    c_error: float,
    integer: int,
    direction: int,
    same: int,
) -> None:
    """Write a form a x + b y + c w, whose numbers have errors."""
    line.a = a
    line.b = b
    line.c = c
    line.a_error = a_error
    line.b_error = b_error
    line.c_error = c_error
    size = abs(a) + abs(b) + abs(c)
    line.size = size * UP
    line.error = (a_error + b_error + c_error + GAMMA_3 * size) * UP
    if not (a_error == 0.0 and b_error == 0.0 and abs(a) < EXACT and abs(b) < EXACT):
        integer = NOT_INTEGER
    if not (c_error == 0.0 and abs(c) < EXACT and np.floor(c) == c):
        integer &= INTEGER_GRADIENT
    line.integer = integer
    line.direction = direction
    line.same = same
    line.halfspace = -1


@compiled
def turn_over(line: Record, source: Record) -> None:
    """Write a line with its sides exchanged."""
    write_line(
        line,
        -source.a,
        -source.b,
        -source.c,
        source.a_error,
        source.b_error,
        source.c_error,
        source.integer,
        source.direction,
        source.same,
    )
    line.halfspace = source.halfspace


@compiled
def set_far(edge: Record) -> None:
    """Write the line at infinity."""
    write_line(edge, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, INTEGER, NONE, NONE)


@compiled
def is_limit(edge: Record) -> bool:
    """Whether an edge is the line at infinity."""
    return edge.a == 0.0 and edge.b == 0.0 and edge.a_error == 0.0 and edge.b_error == 0.0


@compiled
def is_far(at: Record) -> bool:
    """Whether a generator is certainly a direction."""
    return at.w == 0.0 and at.w_error == 0.0


@compiled
def coarse(line: Record, at: Record) -> int:
    """The sign of a line at a generator, where rough bounds tell it."""
    value = line.a * at.x + line.b * at.y + line.c * at.w
    error = (line.size * at.error + line.error * at.size) * UP + FLOOR
    if value > error:
        return 1
    if value < -error:
        return -1
    return NO_SIGN


@compiled
def sharp(line: Record, at: Record, before: Record, after: Record) -> int:
    """The sign of a line at a generator between two edges, by all that is known of them."""
    far = is_far(at)
    if line.same >= 0 and (line.same == before.same or line.same == after.same):
        return 0
    if far and line.direction >= 0:
        if line.direction == before.direction or line.direction == after.direction:
            return 0
    x, y, w = line.a * at.x, line.b * at.y, line.c * at.w
    value = x + y + w
    size = abs(x) + abs(y) + abs(w)
    lost = abs(line.a) * at.x_error + line.a_error * (abs(at.x) + at.x_error)
    lost += abs(line.b) * at.y_error + line.b_error * (abs(at.y) + at.y_error)
    lost += abs(line.c) * at.w_error + line.c_error * (abs(at.w) + at.w_error)
    error = (lost + GAMMA_3 * size) * UP + FLOOR
    if abs(value) > error:
        return 1 if value > 0.0 else -1
    if (
        _vanishes(line.a, line.a_error, at.x, at.x_error)
        and _vanishes(line.b, line.b_error, at.y, at.y_error)
        and _vanishes(line.c, line.c_error, at.w, at.w_error)
    ):
        return 0
    if at.kind & WHOLE and size < EXACT:
        if line.integer == INTEGER or (far and line.integer & INTEGER_GRADIENT):
            return int(value > 0.0) - int(value < 0.0)
    if far and (_is_parallel(line, before) or _is_parallel(line, after)):
        return 0
    if at.kind & CROSSING == 0:
        return NO_SIGN
    whole = line.integer & before.integer & after.integer
    flat = is_limit(before) or is_limit(after)
    if whole == INTEGER or (flat and whole & INTEGER_GRADIENT):
        sign = _integer_sign(line, before, after, flat)
        if sign != NO_SIGN:
            return sign
    if flat:
        sign = _turn(line, after if is_limit(before) else before)
        return -sign if is_limit(before) and sign != NO_SIGN else sign
    return NO_SIGN


@compiled
def _vanishes(a: float, a_error: float, x: float, x_error: float) -> bool:
    """Whether a product is zero whatever the errors are."""
    return (a == 0.0 and a_error == 0.0) or (x == 0.0 and x_error == 0.0)


@compiled
def _modular(number: float) -> np.uint64:
    return np.uint64(np.int64(number))


@compiled
def _integer_sign(line: Record, before: Record, after: Record, flat: bool) -> int:
    """The sign of the determinant of three integer lines, if floats bound it by 2^63.

    A generator that was there before one of its edges is only a multiple of their product, so that
    its own coordinates bound nothing.
    """
    c = 0.0 if flat else line.c
    c_before = before.c if is_limit(before) or not flat else 0.0
    c_after = after.c if is_limit(after) or not flat else 0.0
    x1, x2 = before.b * c_after, after.b * c_before
    y1, y2 = after.a * c_before, before.a * c_after
    w1, w2 = before.a * after.b, after.a * before.b
    value = line.a * (x1 - x2) + line.b * (y1 - y2) + c * (w1 - w2)
    size = abs(line.a) * (abs(x1) + abs(x2)) + abs(line.b) * (abs(y1) + abs(y2))
    size += abs(c) * (abs(w1) + abs(w2))
    if not abs(value) + DETERMINANT_GAMMA * size < WRAPPED:
        return NO_SIGN
    a1, b1, c1 = _modular(line.a), _modular(line.b), _modular(c)
    a2, b2, c2 = _modular(before.a), _modular(before.b), _modular(c_before)
    a3, b3, c3 = _modular(after.a), _modular(after.b), _modular(c_after)
    total = a1 * (b2 * c3 - b3 * c2) + b1 * (c2 * a3 - c3 * a2) + c1 * (a2 * b3 - a3 * b2)
    exact = np.int64(total)
    return int(exact > 0) - int(exact < 0)


@compiled
def _turn(p: Record, q: Record) -> int:
    """The sign of p.a q.b - p.b q.a, if the four numbers have no errors."""
    if p.a_error != 0.0 or p.b_error != 0.0 or q.a_error != 0.0 or q.b_error != 0.0:
        return NO_SIGN
    gap = p.a * q.b - p.b * q.a
    if p.a * q.b == p.b * q.a:
        gap = product_error(p.a, q.b) - product_error(p.b, q.a)
    return int(gap > 0.0) - int(gap < 0.0)


@compiled
def _is_parallel(line: Record, edge: Record) -> bool:
    """Whether a line certainly has an edge's direction."""
    return not is_limit(edge) and _turn(line, edge) == 0


@compiled
def side(line: Record, generators: np.ndarray, edges: np.ndarray, n: int, k: int) -> int:
    """The sign of a line at generator k of n."""
    sign = coarse(line, generators[k])
    if sign == NO_SIGN:
        sign = sharp(line, generators[k], edges[k - 1 if k > 0 else n - 1], edges[k])
    return sign


@compiled
def compare(line: Record, generators: np.ndarray, edges: np.ndarray, n: int) -> int:
    """What a line does on a polygon."""
    above, below, cuts_above, cuts_below, unsure = False, False, False, False, False
    for k in range(n):
        sign = side(line, generators, edges, n, k)
        if sign == NO_SIGN:
            unsure = True
        elif sign > 0:
            above = True
            cuts_above = cuts_above or generators[k].kind & TIGHT != 0
        elif sign < 0:
            below = True
            cuts_below = cuts_below or generators[k].kind & TIGHT != 0
        if cuts_above and cuts_below:
            return CUTS
    if unsure or above == below:
        return DOUBTFUL
    return ALWAYS if above else NEVER


@compiled
def find_signs(
    line: Record, generators: np.ndarray, edges: np.ndarray, n: int, signs: np.ndarray
) -> int:
    """Write the signs of a line at the generators: what it does, or DOUBTFUL if one is unsure."""
    above, below = False, False
    for k in range(n):
        sign = side(line, generators, edges, n, k)
        if sign == NO_SIGN:
            return DOUBTFUL
        signs[k] = sign
        above = above or sign > 0
        below = below or sign < 0
    if above and below:
        return CUTS
    if above == below:
        return DOUBTFUL
    return ALWAYS if above else NEVER
