"""Machine code: the half-spaces of a region, and whether floats tell them apart.

They are apart if no two of them, of different units, lie in one hyperplane. Beyond a facet one
half-space's units then change and no others, unless some unit is constantly on a breakpoint.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from linreg.kernel.data.frames import as_frame
from linreg.kernel.data.outcomes import SAME
from linreg.kernel.data.roundoff import FLOOR, GAMMA_3, UP
from linreg.kernel.data.tables import Tables
from linreg.kernel.data.work import NEGATIVE, POSITIVE, HalfspaceRows, Maps
from linreg.kernel.machine import compiled
from linreg.kernel.maps.affine_maps import put_lead, put_side
from linreg.kernel.maps.composing import compose
from linreg.kernel.outlines.lookup import Lookup, piece_of
from linreg.kernel.simplex.contests import compare
from linreg.kernel.simplex.points import halfspace_value


@as_frame
class Around(NamedTuple):
    """A region and what is around it."""

    pieces: np.ndarray  # (units,)
    beyond: np.ndarray  # (units,) the same, but for a moment those beyond a half-space
    stages: np.ndarray  # (stages + 1,) where the half-spaces of each stage begin
    state: (
        np.ndarray
    )  # (2,) of how many stages the half-spaces are in place; whether they are apart
    units: np.ndarray  # (half-spaces,) one that owns the half-space
    changes: np.ndarray  # (half-spaces,) the piece that it has beyond
    order: np.ndarray  # (hyperplanes,)
    lowest: np.ndarray  # (hyperplanes,) bounds of the inverse distance along `direction`
    highest: np.ndarray
    next_twin: np.ndarray  # (forms,) the next form with the same hyperplane, or -1
    direction: np.ndarray  # (dim,)
    point: np.ndarray  # (dim,)


IN_PLACE, APART = range(2)
"""Places in the state."""


def around_for(t: Tables, halfspaces: int, direction: np.ndarray) -> Around:
    """Memory for regions of so many half-spaces at most; any direction is right."""
    next_twin = np.full(len(t.forms), -1)
    last: dict[int, int] = {}
    for form, twin in enumerate(t.forms["twin"].tolist()):
        if twin != form:
            next_twin[last[twin]] = form
        last[twin] = form
    hyperplanes = len(t.forms) + int((t.units["size"] * t.units["is_max"]).sum())

    def ints(size: int) -> np.ndarray:
        return np.zeros(size, dtype=np.int64)

    return Around(
        ints(len(t.units)),
        ints(len(t.units)),
        ints(t.n_stages + 1),
        ints(2),
        ints(halfspaces),
        ints(halfspaces),
        ints(hyperplanes),
        np.zeros(hyperplanes),
        np.zeros(hyperplanes),
        next_twin,
        direction,
        np.zeros(t.dim),
    )


@compiled
def follow(t: Tables, maps: Maps, lookup: Lookup, around: Around, i: int, is_next: bool) -> None:
    """Put a region's pieces and maps in place; those of the region before may be there."""
    changed = t.n_stages if is_next else -1
    for s in range(t.n_stages):
        for u in range(t.stages[s].unit, t.stages[s + 1].unit):
            piece = piece_of(lookup, i, u)
            if around.pieces[u] != piece:
                around.pieces[u] = piece
                around.beyond[u] = piece
                changed = min(changed, s)
                if t.units[u].is_max:
                    around.state[APART] = 0
    around.state[IN_PLACE] = max(0, min(around.state[IN_PLACE], changed))
    for s in range(changed + 1, t.n_stages):
        compose(t, maps, s, around.pieces)
        around.state[APART] = 0


@compiled
def put_halfspaces(t: Tables, maps: Maps, halfspaces: HalfspaceRows, around: Around) -> int:
    """Write the region's half-spaces after those of the domain: how many there are in all.

    -1 if a unit may be constantly on a breakpoint. Of the forms that share a hyperplane, the first
    one puts up the half-space; if that one's piece does not reach it, a nearer half-space of the
    same direction makes it redundant.
    """
    s = around.state[IN_PLACE]
    m = around.stages[s] if s > 0 else len(t.halfspaces)
    for stage in range(s, t.n_stages):
        around.stages[stage] = m
        for u in range(t.stages[stage].unit, t.stages[stage + 1].unit):
            m = _put_unit(t, maps, halfspaces, around, u, m)
            if m < 0:
                return -1
        around.state[IN_PLACE] = stage + 1
    around.stages[t.n_stages] = m
    return m


@compiled
def _put_unit(
    t: Tables, maps: Maps, halfspaces: HalfspaceRows, around: Around, u: int, m: int
) -> int:
    unit, piece = t.units[u], around.pieces[u]
    if unit.is_max:
        for q in range(unit.size):
            if q == piece or _repeats(t, maps, u, piece, q):
                continue
            put_lead(t, maps, halfspaces, m, unit.row + piece, unit.row + q)
            around.units[m] = u
            around.changes[m] = q
            m = _keep(t, halfspaces, m)
            if m < 0:
                return -1
        return m
    for k in range(max(piece - 1, 0), min(piece + 1, unit.size)):
        f = unit.form + k
        if t.forms[f].twin != f:
            continue
        put_side(t, maps, halfspaces, m, f, POSITIVE if k < piece else NEGATIVE)
        around.units[m] = u
        around.changes[m] = k if k < piece else k + 1
        m = _keep(t, halfspaces, m)
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
def _keep(t: Tables, halfspaces: HalfspaceRows, m: int) -> int:
    """How many half-spaces there are with number m, unless it is constant; -1 if it may be zero."""
    for k in range(t.dim):
        if halfspaces.normals[m, k] != 0.0 or halfspaces.errors[m, k] != 0.0:
            return m + 1
    return m if halfspaces.ends[m].constant > halfspaces.ends[m].error else -1


@compiled
def are_apart(
    t: Tables, maps: Maps, halfspaces: HalfspaceRows, around: Around, m: int, x: np.ndarray
) -> bool:
    """Whether no two hyperplanes of units meet all along, on this region and on all of its maps.

    Those that do are at the same distance from a point in each direction. Half-space m is
    overwritten.
    """
    if around.state[APART]:
        return True
    found = 0
    for u in range(len(t.units)):
        unit = t.units[u]
        if unit.is_max:
            piece = around.pieces[u]
            for q in range(unit.size):
                if q != piece and not _repeats(t, maps, u, piece, q):
                    put_lead(t, maps, halfspaces, m, unit.row + piece, unit.row + q)
                    if _keep(t, halfspaces, m) == m + 1:
                        _measure(t, halfspaces, around, m, x, found)
                        found += 1
            continue
        for f in range(unit.form, unit.form + unit.size):
            if t.forms[f].twin == f:
                put_side(t, maps, halfspaces, m, f, POSITIVE)
                if _keep(t, halfspaces, m) == m + 1:
                    _measure(t, halfspaces, around, m, x, found)
                    found += 1
    _sort(around, found)
    for at in range(found - 1):
        i, j = around.order[at], around.order[at + 1]
        if not around.highest[i] < around.lowest[j]:
            return False
    around.state[APART] = 1
    return True


@compiled
def _measure(
    t: Tables, halfspaces: HalfspaceRows, around: Around, m: int, x: np.ndarray, at: int
) -> None:
    """Bound one over the distance from a point to hyperplane m; by NaN if it may be zero."""
    rate, length = 0.0, 0.0
    for k in range(t.dim):
        rate += halfspaces.normals[m, k] * around.direction[k]
        length += abs(around.direction[k])
    value, error = halfspace_value(halfspaces, t.dim, m, x)
    room = abs(value) - error
    inverse = rate / value if room > 0.0 else np.nan
    # For exact rate' and value', |rate' / value' - inverse| is at most
    # (|rate' - rate| + |inverse| |value' - value|) / |value'|, and |rate' - rate| is at most
    # `end.rate` for a direction of 1-norm 1.
    error = halfspaces.ends[m].rate * length + abs(inverse) * error + FLOOR
    # The quotient is rounded, and so is its sum with the error.
    error = (error / room + GAMMA_3 * abs(inverse)) * UP
    around.lowest[at] = inverse - error
    around.highest[at] = inverse + error
    around.order[at] = at


@compiled
def _sort(around: Around, m: int) -> None:
    """Bring hyperplanes into the order of their lowest inverse distances."""
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
