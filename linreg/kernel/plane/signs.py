"""Machine code: the sign of a line at a generator, with every rounding bounded.

It is the sign of a determinant of three lines. Floats decide it within their error; where the lines
have no errors, it is worked out without a rounding.
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
from linreg.kernel.data.roundoff import (
    EXACT,
    FLOOR,
    GAMMA_3,
    HIGHEST,
    LOWEST,
    UP,
    product_error,
)
from linreg.kernel.machine import NONE, compiled
from linreg.kernel.plane.determinants import determinant_sign


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
def surround(generators: np.ndarray, n: int) -> tuple[float, float, float, float, float]:
    """A box around n points: its middle (x, y), its reach along both axes, and the size of it all.

    The reach along x is less than 0 if some generator may be no point with a positive w. With

        |x' / w' - x / w| <= (|x' - x| + |x / w| |w' - w|) / w'

    for the exact x' and w', the exact points are in the box. Its size is at least 1 and at least
    the coordinates of its points.
    """
    low_x, low_y, high_x, high_y = np.inf, np.inf, -np.inf, -np.inf
    for k in range(n):
        at = generators[k]
        least = at.w - at.w_error
        if not (least > LOWEST and at.size < HIGHEST):
            return 0.0, 0.0, -1.0, -1.0, 1.0
        x, y = at.x / at.w, at.y / at.w
        # A quotient is rounded, and so are both ends.
        x_error = (at.x_error + abs(x) * at.w_error) / least + GAMMA_3 * abs(x)
        y_error = (at.y_error + abs(y) * at.w_error) / least + GAMMA_3 * abs(y)
        x_error = x_error * UP + FLOOR
        y_error = y_error * UP + FLOOR
        low_x, high_x = min(low_x, x - x_error), max(high_x, x + x_error)
        low_y, high_y = min(low_y, y - y_error), max(high_y, y + y_error)
    x, y = 0.5 * (low_x + high_x), 0.5 * (low_y + high_y)
    x_reach = max(high_x - x, x - low_x) * UP
    y_reach = max(high_y - y, y - low_y) * UP
    size = max(1.0, abs(x) + x_reach, abs(y) + y_reach) * UP
    if not (size < HIGHEST and x_reach >= 0.0 and y_reach >= 0.0):
        return 0.0, 0.0, -1.0, -1.0, 1.0
    return x, y, x_reach, y_reach, size


@compiled
def side_of_box(
    line: Record, x: float, y: float, x_reach: float, y_reach: float, size: float
) -> int:
    """The sign of a line on all of such a box, where rough bounds tell it."""
    value = line.a * x + line.b * y + line.c
    lost = (abs(line.a) * x_reach + abs(line.b) * y_reach + line.error * size) * UP + FLOOR
    if value > lost:
        return 1
    if value < -lost:
        return -1
    return NO_SIGN


@compiled
def sharp(line: Record, at: Record, before: Record, after: Record, room: np.ndarray) -> int:
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
        if line.integer == INTEGER:
            return int(value > 0.0) - int(value < 0.0)
    if far and line.a_error == 0.0 and line.b_error == 0.0:
        if at.x_error == 0.0 and at.y_error == 0.0:
            return _sign_of_gap(line.a, at.x, -line.b, at.y)
        if _is_parallel(line, before) or _is_parallel(line, after):
            return 0
    if at.kind & CROSSING == 0:
        return NO_SIGN
    if is_limit(before):
        sign = _turn(line, after)
        return -sign if sign != NO_SIGN else sign
    if is_limit(after):
        return _turn(line, before)
    return determinant_sign(line, before, after, room)


@compiled
def _vanishes(a: float, a_error: float, x: float, x_error: float) -> bool:
    """Whether a product is zero whatever the errors are."""
    return (a == 0.0 and a_error == 0.0) or (x == 0.0 and x_error == 0.0)


@compiled
def _turn(p: Record, q: Record) -> int:
    """The sign of p.a q.b - p.b q.a, if the four numbers have no errors."""
    if p.a_error != 0.0 or p.b_error != 0.0 or q.a_error != 0.0 or q.b_error != 0.0:
        return NO_SIGN
    return _sign_of_gap(p.a, q.b, p.b, q.a)


@compiled
def _sign_of_gap(a: float, b: float, c: float, d: float) -> int:
    """The sign of a b - c d, exactly."""
    gap = a * b - c * d
    if a * b == c * d:
        gap = product_error(a, b) - product_error(c, d)
    return int(gap > 0.0) - int(gap < 0.0)


@compiled
def _is_parallel(line: Record, edge: Record) -> bool:
    """Whether a line certainly has an edge's direction."""
    return not is_limit(edge) and _turn(line, edge) == 0


@compiled
def side(
    line: Record, generators: np.ndarray, edges: np.ndarray, n: int, k: int, room: np.ndarray
) -> int:
    """The sign of a line at generator k of n."""
    sign = coarse(line, generators[k])
    if sign == NO_SIGN:
        sign = sharp(line, generators[k], edges[k - 1 if k > 0 else n - 1], edges[k], room)
    return sign


@compiled
def compare(
    line: Record, generators: np.ndarray, edges: np.ndarray, n: int, room: np.ndarray
) -> int:
    """What a line does on a polygon."""
    above, below, cuts_above, cuts_below, unsure = False, False, False, False, False
    for k in range(n):
        sign = side(line, generators, edges, n, k, room)
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
    line: Record,
    generators: np.ndarray,
    edges: np.ndarray,
    n: int,
    signs: np.ndarray,
    room: np.ndarray,
) -> int:
    """Write the signs of a line at the generators: what it does, or DOUBTFUL if one is unsure."""
    above, below = False, False
    for k in range(n):
        sign = side(line, generators, edges, n, k, room)
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
