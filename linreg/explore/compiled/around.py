"""Machine code: the walls of a region, and whether floats tell them apart.

They are apart if no two of them lie in one hyperplane and no unit is constantly on a breakpoint.
Beyond a facet one wall's units then change and no others.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from linreg.explore.compiled.contests import SAME, compare
from linreg.explore.compiled.lookup import Lookup, piece_of
from linreg.explore.compiled.machine import compiled
from linreg.explore.compiled.maps import FLOOR, ROUNDOFF, UP, compose, put_lead, put_side
from linreg.explore.compiled.tables import Tables
from linreg.explore.compiled.work import NEGATIVE, POSITIVE, Maps, Walls


class Around(NamedTuple):
    """A region and what is around it."""

    pieces: np.ndarray  # (units,)
    beyond: np.ndarray  # (units,) the pattern beyond a wall
    units: np.ndarray  # (walls,) one that owns the wall
    changes: np.ndarray  # (walls,) the piece that it has beyond
    order: np.ndarray  # (walls,)
    lowest: np.ndarray  # (walls,) bounds of the inverse distance to a wall along `direction`
    highest: np.ndarray
    next_twin: np.ndarray  # (forms,) the next form with the same hyperplane, or -1
    direction: np.ndarray  # (dim,)
    point: np.ndarray  # (dim,)


def around_for(t: Tables, walls: int, direction: np.ndarray) -> Around:
    """Memory for regions of so many walls at most; any direction is right."""
    next_twin = np.full(len(t.forms), -1)
    last: dict[int, int] = {}
    for form, twin in enumerate(t.forms["twin"].tolist()):
        if twin != form:
            next_twin[last[twin]] = form
        last[twin] = form
    units = len(t.units)
    return Around(
        np.zeros(units, dtype=np.int64),
        np.zeros(units, dtype=np.int64),
        np.zeros(walls, dtype=np.int64),
        np.zeros(walls, dtype=np.int64),
        np.zeros(walls, dtype=np.int64),
        np.zeros(walls),
        np.zeros(walls),
        next_twin,
        direction,
        np.zeros(t.dim),
    )


@compiled
def follow(t: Tables, maps: Maps, lookup: Lookup, around: Around, i: int, is_next: bool) -> None:
    """Put a region's pieces and maps in place; those of the region before may be there."""
    changed = t.n_stages if is_next else 0
    for s in range(t.n_stages):
        for u in range(t.stages[s].unit, t.stages[s + 1].unit):
            piece = piece_of(lookup, i, u)
            if around.pieces[u] != piece:
                around.pieces[u] = piece
                changed = min(changed, s + 1)
    for s in range(changed, t.n_stages):
        compose(t, maps, s, around.pieces)


@compiled
def put_walls(t: Tables, maps: Maps, walls: Walls, around: Around) -> int:
    """Write the region's walls after those of the domain: how many there are in all.

    -1 if a unit may be constantly on a breakpoint. Of the forms that share a hyperplane, the first
    one puts up the wall; if that one's piece does not reach it, a nearer wall of the same direction
    makes it redundant.
    """
    m = len(t.walls)
    for u in range(len(t.units)):
        unit, piece = t.units[u], around.pieces[u]
        if unit.is_max:
            for q in range(unit.size):
                if q == piece or _repeats(t, maps, u, piece, q):
                    continue
                put_lead(t, maps, walls, m, unit.row + piece, unit.row + q)
                around.units[m] = u
                around.changes[m] = q
                m = _keep(t, walls, m)
                if m < 0:
                    return -1
            continue
        for k in range(max(piece - 1, 0), min(piece + 1, unit.size)):
            f = unit.form + k
            if t.forms[f].twin != f:
                continue
            put_side(t, maps, walls, m, f, POSITIVE if k < piece else NEGATIVE)
            around.units[m] = u
            around.changes[m] = k if k < piece else k + 1
            m = _keep(t, walls, m)
            if m < 0:
                return -1
    return m


@compiled
def _repeats(t: Tables, maps: Maps, u: int, piece: int, q: int) -> bool:
    """Whether a candidate is certainly the same as an earlier one that does not win either."""
    row, s = t.units[u].row, t.rows[t.units[u].row].stage
    for other in range(q):
        if other != piece and compare(t, maps, s, row + other, row + q) == SAME:
            return True
    return False


@compiled
def _keep(t: Tables, walls: Walls, m: int) -> int:
    """How many walls there are with wall m, which is none if constant; -1 if it may be zero."""
    for k in range(t.dim):
        if walls.normals[m, k] != 0.0 or walls.errors[m, k] != 0.0:
            return m + 1
    return m if walls.ends[m].constant > walls.ends[m].error else -1


@compiled
def are_apart(t: Tables, walls: Walls, around: Around, m: int) -> bool:
    """Whether no two walls, unless both are the domain's, lie in one hyperplane.

    Walls in one hyperplane are at the same distance from the witness in each direction.
    """
    length = 0.0
    for k in range(t.dim):
        length += abs(around.direction[k])
    for i in range(m):
        rate = 0.0
        for k in range(t.dim):
            rate += walls.normals[i, k] * around.direction[k]
        end = walls.ends[i]
        inverse = rate / end.slack
        error = end.rate * length + abs(inverse) * end.slack_error + FLOOR
        error = (error / (end.slack - end.slack_error) + 4.0 * ROUNDOFF * abs(inverse)) * UP
        around.lowest[i] = inverse - error
        around.highest[i] = inverse + error
        around.order[i] = i
    _sort(around, m)
    reach_of_domain, reach = -np.inf, -np.inf
    for at in range(m):
        i = around.order[at]
        if not around.lowest[i] > reach:
            return False
        if i < len(t.walls):
            reach_of_domain = max(reach_of_domain, around.highest[i])
            continue
        if not around.lowest[i] > reach_of_domain:
            return False
        reach = around.highest[i]
    return True


@compiled
def _sort(around: Around, m: int) -> None:
    """Bring the order of the walls to that of their lowest inverse distances."""
    order, keys = around.order, around.lowest
    gap, is_done = m, False
    while not is_done:
        gap = max(1, gap * 10 // 13)
        is_done = gap == 1
        for at in range(m - gap):
            a, b = order[at], order[at + gap]
            if keys[a] > keys[b]:
                order[at], order[at + gap] = b, a
                is_done = False
