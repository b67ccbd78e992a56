"""Machine code: generators of polygons, and their parts on one side of a line."""

from __future__ import annotations

import numpy as np

from linreg.kernel.data.flags import (
    CROSSING,
    INTEGER,
    INTEGER_CONSTANT,
    INTEGER_GRADIENT,
    NOT_INTEGER,
    TIGHT,
    WHOLE,
)
from linreg.kernel.data.outcomes import CUTS, DOUBTFUL, NO_SIGN
from linreg.kernel.data.polygons import Record
from linreg.kernel.data.roundoff import (
    EXACT,
    FLOOR,
    GAMMA_1,
    GAMMA_2,
    ROUNDOFF,
    UP,
    gamma_of_form,
)
from linreg.kernel.machine import NONE, compiled
from linreg.kernel.plane.signs import (
    coarse,
    find_signs,
    is_far,
    is_limit,
    set_far,
    write_line,
)

LOOSER = 4.0
"""How much wider than its doubt a line is first made: 1 would just do, were there no rounding."""

LOOSER_EACH = 16.0
"""How much wider than that it is made if some signs are still in doubt."""

LOOSEST = 1e6
"""How wide it is made at most. Nothing depends on these three but the number of doubts."""


@compiled
def halve(line: Record, generators: np.ndarray, edges: np.ndarray) -> int:
    """Write the half-plane on which a line is positive: how many generators it has."""
    for k in range(2):
        edges[k] = line
        set_far(edges[2 + k])
    cross(generators[0], edges[3], edges[0], TIGHT)
    rest(generators[1], line, TIGHT)
    cross(generators[2], edges[1], edges[2], TIGHT)
    inner = generators[3]
    inner.x = line.a
    inner.y = line.b
    inner.w = 0.0
    inner.x_error = line.a_error
    inner.y_error = line.b_error
    inner.w_error = 0.0
    finish(inner, TIGHT | (WHOLE if line.integer & INTEGER_GRADIENT else NOT_INTEGER))
    return 4


@compiled
def clip(
    line: Record,
    generators: np.ndarray,
    edges: np.ndarray,
    n: int,
    signs: np.ndarray,
    turn: int,
    new_generators: np.ndarray,
    new_edges: np.ndarray,
) -> int:
    """Write the part of a polygon on which a line is positive: how many generators it has.

    `signs` are those of the line, times `turn`, at the generators. 0 if there are too many.
    """
    if n + 3 > len(new_generators):
        return 0
    m, leaves = 0, -1
    for k in range(n):
        j = k + 1 if k + 1 < n else 0
        here, there = turn * signs[k], turn * signs[j]
        tight = generators[k].kind & generators[j].kind & TIGHT
        if here >= 0:
            new_generators[m] = generators[k]
            new_edges[m] = edges[k]
            if here == 0 and there < 0:
                new_edges[m] = line
                leaves = m
            m += 1
        if here > 0 and there < 0:
            cross(new_generators[m], edges[k], line, tight)
            new_edges[m] = line
            leaves = m
            m += 1
        elif here < 0 and there > 0:
            cross(new_generators[m], line, edges[k], tight)
            new_edges[m] = edges[k]
            m += 1
    if leaves >= 0 and is_far(new_generators[leaves]):
        enters = leaves + 1 if leaves + 1 < m else 0
        if is_far(new_generators[enters]):
            # The whole line is an edge, of the closed cell too if both of its ends are.
            tight = new_generators[leaves].kind & new_generators[enters].kind & TIGHT
            for k in range(m, leaves + 1, -1):
                new_generators[k] = new_generators[k - 1]
                new_edges[k] = new_edges[k - 1]
            rest(new_generators[leaves + 1], line, tight)
            new_edges[leaves + 1] = line
            m += 1
    return m


@compiled
def cross(at: Record, p: Record, q: Record, kind: int) -> None:
    """Write the generator where edge p ends and edge q begins."""
    x1, x2 = p.b * q.c, p.c * q.b
    y1, y2 = p.c * q.a, p.a * q.c
    w1, w2 = p.a * q.b, p.b * q.a
    at.x = x1 - x2
    at.y = y1 - y2
    at.w = w1 - w2
    x_size, y_size, w_size = abs(x1) + abs(x2), abs(y1) + abs(y2), abs(w1) + abs(w2)
    at.x_error = swing(p.b, p.b_error, q.c, q.c_error) + swing(p.c, p.c_error, q.b, q.b_error)
    at.y_error = swing(p.c, p.c_error, q.a, q.a_error) + swing(p.a, p.a_error, q.c, q.c_error)
    at.w_error = swing(p.a, p.a_error, q.b, q.b_error) + swing(p.b, p.b_error, q.a, q.a_error)
    whole = p.integer & q.integer
    if whole & INTEGER_GRADIENT == 0 or not w_size < EXACT:
        at.w_error = (at.w_error + GAMMA_2 * w_size) * UP
        whole = NOT_INTEGER
    if whole != NOT_INTEGER and (is_limit(p) or is_limit(q)):
        whole |= INTEGER_CONSTANT  # the other edge's constant is multiplied by zeros alone
    if whole != INTEGER or not x_size + y_size < EXACT:
        at.x_error = (at.x_error + GAMMA_2 * x_size) * UP
        at.y_error = (at.y_error + GAMMA_2 * y_size) * UP
        whole = NOT_INTEGER
    finish(at, kind | CROSSING | (WHOLE if whole else NOT_INTEGER))


@compiled
def swing(p: float, p_error: float, q: float, q_error: float) -> float:
    """How far the product of two numbers may be from the exact one, rounding apart."""
    return abs(p) * q_error + p_error * (abs(q) + q_error)


@compiled
def finish(at: Record, kind: int) -> None:
    """Write what bounds a generator's coordinates, and what is known of it."""
    at.kind = kind
    # Sums: a number that is none must not be lost, as it would be in a maximum.
    at.error = (at.x_error + at.y_error + at.w_error) * UP
    at.size = (abs(at.x) + abs(at.y) + abs(at.w) + at.error) * UP


@compiled
def rest(at: Record, line: Record, kind: int) -> None:
    """Write a generator in the middle of a line: the point next to the origin."""
    a, b, c = line.a, line.b, line.c
    at.x = -c * a
    at.y = -c * b
    at.w = a * a + b * b
    size = abs(at.x) + abs(at.y) + at.w
    at.x_error = swing(c, line.c_error, a, line.a_error)
    at.y_error = swing(c, line.c_error, b, line.b_error)
    at.w_error = swing(a, line.a_error, a, line.a_error) + swing(b, line.b_error, b, line.b_error)
    whole = line.integer == INTEGER and size < EXACT
    if not whole:
        at.x_error = (at.x_error + ROUNDOFF * abs(at.x)) * UP
        at.y_error = (at.y_error + ROUNDOFF * abs(at.y)) * UP
        at.w_error = (at.w_error + GAMMA_2 * at.w) * UP
    finish(at, kind | (WHOLE if whole else NOT_INTEGER))


@compiled
def loosen(
    line: Record, source: Record, generators: np.ndarray, edges: np.ndarray, n: int, share: float
) -> None:
    """Write a line that is at least `source` on the polygon, and more where that is unsure.

    To `source` it adds a multiple of the sum of all edges, each of which is positive inside.
    """
    a, b, c, a_error, b_error, c_error = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for k in range(n):
        by = 1.0 / edges[k].size
        a += by * edges[k].a
        b += by * edges[k].b
        c += by * edges[k].c
        a_error += by * edges[k].a_error
        b_error += by * edges[k].b_error
        c_error += by * edges[k].c_error
    by = 0.0
    for k in range(n):
        at = generators[k]
        room = a * at.x + b * at.y + c * at.w
        if room > 0.0 and coarse(source, at) == NO_SIGN:
            by = max(by, share * (source.size * at.error + source.error * at.size) / room)
    # Of n terms of size 1 at most: their sum, its product with `by`, and the sum with the source.
    rounding = gamma_of_form(n) * n
    write_line(
        line,
        source.a + by * a,
        source.b + by * b,
        source.c + by * c,
        (source.a_error + by * (a_error + rounding) + GAMMA_1 * abs(source.a)) * UP + FLOOR,
        (source.b_error + by * (b_error + rounding) + GAMMA_1 * abs(source.b)) * UP + FLOOR,
        (source.c_error + by * (c_error + rounding) + GAMMA_1 * abs(source.c)) * UP + FLOOR,
        NOT_INTEGER,
        NONE,
        NONE,
    )
    line.halfspace = source.halfspace


@compiled
def cut_off(
    line: Record,
    generators: np.ndarray,
    edges: np.ndarray,
    n: int,
    spare: Record,
    signs: np.ndarray,
    room: np.ndarray,
    new_generators: np.ndarray,
    new_edges: np.ndarray,
) -> int:
    """Write the part of a polygon on which a line is positive, or a little more than that.

    How many generators it has; 0 if there are too many. Those that may not belong to the part are
    not tight.
    """
    how = find_signs(line, generators, edges, n, signs, room)
    if how == CUTS:
        return clip(line, generators, edges, n, signs, 1, new_generators, new_edges)
    m = 0
    share = LOOSER
    while how == DOUBTFUL and m == 0 and share < LOOSEST:
        loosen(spare, line, generators, edges, n, share)
        share *= LOOSER_EACH
        if find_signs(spare, generators, edges, n, signs, room) == CUTS:
            m = clip(spare, generators, edges, n, signs, 1, new_generators, new_edges)
    if m == 0:
        m = n
        for k in range(n):
            new_generators[k] = generators[k]
            new_edges[k] = edges[k]
    for k in range(m):
        if coarse(line, new_generators[k]) != 1:
            new_generators[k].kind &= ~TIGHT
    return m
