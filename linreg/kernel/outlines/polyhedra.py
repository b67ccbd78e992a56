"""Machine code: the regions of space as polyhedra, each clipped out of its parent's.

A polyhedron is that of the closed region, and its edges are known without looking at coordinates:
three planes meet at each corner. Where more than three meet in a point, each plane is thought to be
moved outwards, by less than any number, and far more than those before it: a corner that lies on a
new plane is then inside, the sign 0 counts as positive, and three planes meet at each corner again.
Corners that go to the same point when planes are moved back are known by the edges they came from:
a new corner is where its edge ends if the sign there is 0, and two are the same if their edges end
in the same two points. All vertices are there: a point of the region is near one of the polyhedron
that is larger, so that a vertex is where some of its corners go. Where a sign is in doubt, so are
all regions below.

Source
------
Edelsbrunner and Mücke (1990), "Simulation of simplicity", ACM Transactions on Graphics 9(1).
"""

from __future__ import annotations

import numpy as np

from linreg.kernel.data.outcomes import NO_SIGN
from linreg.kernel.data.polygons import Plane, Record
from linreg.kernel.data.polyhedra import SIDES, Space
from linreg.kernel.data.tables import Tables
from linreg.kernel.data.work import NEGATIVE, POSITIVE, HalfspaceRows, Maps
from linreg.kernel.machine import NONE, NOTHING, compiled
from linreg.kernel.maps.affine_maps import put_domain, put_lead, put_side
from linreg.kernel.outlines.corners import meet, sign_at
from linreg.kernel.outlines.exact_signs import exact_sign
from linreg.kernel.outlines.lookup import Lookup, piece_of
from linreg.kernel.outlines.path import (
    AT,
    DEPTH,
    FIRST,
    HEAD,
    UNIT,
    Path,
    begin_nodes,
    has_more,
    pop_to,
    push,
    put_unit,
    turn_to,
)
from linreg.kernel.outlines.polygons import UNKNOWN

PLANES, CORNERS = range(2)
"""Places in the counts."""


@compiled
def next_polyhedron(
    t: Tables,
    maps: Maps,
    halfspaces: HalfspaceRows,
    plane: Plane,
    space: Space,
    path: Path,
    lookup: Lookup,
    i: int,
) -> tuple[int, int]:
    """The polyhedron of the region after the one before: its corners, and where it is."""
    split = turn_to(t, path, lookup, i)
    n, now, planes = NOTHING, NOTHING, NOTHING
    if i == 0:
        path.state[DEPTH] = 0
        put_domain(t, halfspaces)
        n = _begin(t, halfspaces, space)
        planes = SIDES + len(t.halfspaces)
        for row in range(len(t.halfspaces)):
            n = cut_off(space, space.at[now], n, SIDES + row, NONE, 1 - now)
            now = 1 - now
    else:
        d = pop_to(path, i, split)
        n, now, planes = _part(t, maps, halfspaces, plane, space, path, lookup, d)
    for k in range(begin_nodes(path, i, split) - 1, -1, -1):
        d = push(path, i, path.chain[k])
        space.counts[d, PLANES] = planes
        space.counts[d, CORNERS] = n
        for c in range(n):
            space.held[d, c] = space.at[now, c]
        n, now, planes = _part(t, maps, halfspaces, plane, space, path, lookup, d)
    return n, now


@compiled
def _begin(t: Tables, halfspaces: HalfspaceRows, space: Space) -> int:
    """Write the cube whose sides are those that the domain has, and at infinity elsewhere.

    A domain that ends on both sides of an input has parallel planes, which would meet at infinity.
    """
    for side in range(SIDES):
        space.places[side] = side
    for row in range(len(t.halfspaces)):
        _write_plane(halfspaces, row, space.planes[SIDES + row])
        side = _side_of(space.planes[SIDES + row])
        if side >= 0 and space.places[side] < SIDES:
            space.places[side] = SIDES + row
    for c in range(8):
        at = space.at[0, c]
        at.p, at.past_p = space.places[c & 1], c ^ 1
        at.q, at.past_q = space.places[2 + (c >> 1 & 1)], c ^ 2
        at.r, at.past_r = space.places[4 + (c >> 2)], c ^ 4
        at.first = c
        _sides_first(at)
        if not meet(space, at):
            return UNKNOWN
    return 8


@compiled
def _side_of(plane: Record) -> int:
    """The side of a cube that a plane is, -1 if it is none."""
    a, b, c = plane.a, plane.b, plane.c
    is_flat = (
        a == 0.0 and plane.a_error == 0.0,
        b == 0.0 and plane.b_error == 0.0,
        c == 0.0 and plane.c_error == 0.0,
    )
    if is_flat[1] and is_flat[2] and abs(a) > plane.a_error:
        return 0 if a > 0.0 else 1
    if is_flat[0] and is_flat[2] and abs(b) > plane.b_error:
        return 2 if b > 0.0 else 3
    if is_flat[0] and is_flat[1] and abs(c) > plane.c_error:
        return 4 if c > 0.0 else 5
    return -1


@compiled
def _sides_first(at: Record) -> None:
    """Bring a corner's planes at infinity before the others."""
    for _ in range(2):
        if at.p >= SIDES and at.q < SIDES:
            at.p, at.q = at.q, at.p
            at.past_p, at.past_q = at.past_q, at.past_p
        if at.q >= SIDES and at.r < SIDES:
            at.q, at.r = at.r, at.q
            at.past_q, at.past_r = at.past_r, at.past_q


@compiled
def _write_plane(halfspaces: HalfspaceRows, row: int, plane: Record) -> None:
    """Write a half-space as a plane."""
    normal, error, end = halfspaces.normals[row], halfspaces.errors[row], halfspaces.ends[row]
    plane.a = normal[0]
    plane.b = normal[1]
    plane.c = normal[2]
    plane.d = end.constant
    plane.a_error = error[0]
    plane.b_error = error[1]
    plane.c_error = error[2]
    plane.d_error = end.error


@compiled
def _part(
    t: Tables,
    maps: Maps,
    halfspaces: HalfspaceRows,
    plane: Plane,
    space: Space,
    path: Path,
    lookup: Lookup,
    d: int,
) -> tuple[int, int, int]:
    """The part of node d's polyhedron on the current piece of its unit, and how many planes."""
    n, planes = space.counts[d, CORNERS], space.counts[d, PLANES]
    if n == UNKNOWN:
        return n, NOTHING, planes
    u, at = path.nodes[d, UNIT], path.nodes[d, AT]
    unit, piece = t.units[u], path.pieces[u]
    put_unit(t, maps, plane, path, u)
    corners, now = space.held[d], NOTHING
    row = len(t.halfspaces)
    if unit.is_max:
        k = path.nodes[d, HEAD]
        q = piece_of(lookup, path.nodes[d, FIRST], u)
        while True:
            if q != piece:
                put_lead(t, maps, halfspaces, row, unit.row + piece, unit.row + q)
                _write_plane(halfspaces, row, space.planes[planes])
                n = cut_off(space, corners, n, planes, NONE, now)
                corners, now, planes = space.at[now], 1 - now, planes + 1
            if k < 0:
                return n, 1 - now, planes
            q = piece_of(lookup, k + 1, u)
            k = path.after[k] if has_more(path, k) else -1
    opposite = NONE
    if at >= 0:
        put_side(t, maps, halfspaces, row, unit.form + piece - 1, POSITIVE)
        _write_plane(halfspaces, row, space.planes[planes])
        n = cut_off(space, corners, n, planes, NONE, now)
        opposite = planes
        corners, now, planes = space.at[now], 1 - now, planes + 1
    if at < 0 or has_more(path, at):
        put_side(t, maps, halfspaces, row, unit.form + piece, NEGATIVE)
        _write_plane(halfspaces, row, space.planes[planes])
        n = cut_off(space, corners, n, planes, opposite, now)
        now, planes = 1 - now, planes + 1
    return n, 1 - now, planes


@compiled
def cut_off(space: Space, corners: np.ndarray, n: int, number: int, opposite: int, to: int) -> int:
    """Write what a plane leaves of a polyhedron as number `to`: how many corners, or UNKNOWN.

    `opposite` is a plane on all of which this one is positive, or NONE: where a unit has a piece
    between two breakpoints, floats do not tell how both go on at infinity.
    """
    if n == UNKNOWN:
        return n
    kept = NOTHING
    is_inside = False
    for k in range(n):
        first = corners[k].first
        sign = space.signs[first] if first < k else _sign(space, corners[k], number, opposite)
        if sign == NO_SIGN:
            return UNKNOWN
        space.signs[k] = sign
        space.places[k] = kept
        if sign >= 0:
            kept += 1
        is_inside = is_inside or sign > 0
    if not is_inside:
        return UNKNOWN
    left = space.at[to]
    m = kept
    for k in range(n):
        if space.signs[k] < 0:
            continue
        corner = left[space.places[k]]
        left[space.places[k]] = corners[k]
        corner.first = space.places[corner.first]
        for edge in range(3):
            past = corner.past_p if edge == 0 else corner.past_q if edge == 1 else corner.past_r
            place = space.places[past]
            if space.signs[past] < 0:
                place = m
                if m == len(left):
                    return UNKNOWN
                first = _first_at(space, corners, k, past, left, kept, m)
                if not _put_corner(space, corner, edge, number, left, m, first):
                    return UNKNOWN
                left[m].past_r = space.places[k]
                m += 1
            if edge == 0:
                corner.past_p = place
            elif edge == 1:
                corner.past_q = place
            else:
                corner.past_r = place
    return m if _close(space, left, kept, m) else UNKNOWN


@compiled
def _sign(space: Space, corner: Record, number: int, opposite: int) -> int:
    """The sign of a plane at a corner, which is 0 on the planes that meet there."""
    if _is_on(corner, number):
        return 0
    if _is_on(corner, opposite):
        return 1
    sign = sign_at(space.planes[number], corner)
    return exact_sign(space, corner, number) if sign == NO_SIGN else sign


@compiled
def _is_on(corner: Record, number: int) -> bool:
    """Whether a plane is one of a corner's."""
    return number == corner.p or number == corner.q or number == corner.r


@compiled
def _first_at(
    space: Space, corners: np.ndarray, k: int, past: int, left: np.ndarray, kept: int, m: int
) -> int:
    """The first corner at the point where new corner m is, on the edge from k to one outside."""
    here, there = corners[k].first, corners[past].first
    space.ends[m, 0] = here if space.signs[k] > 0 else NONE
    space.ends[m, 1] = there
    if space.signs[k] == 0:
        return space.places[here]
    for j in range(kept, m):
        if space.ends[j, 0] == here and space.ends[j, 1] == there:
            return left[j].first
    return m


@compiled
def _put_corner(
    space: Space, corner: Record, edge: int, number: int, left: np.ndarray, m: int, first: int
) -> bool:
    """Write the corner where an edge meets a new plane, which is its last; False if in doubt."""
    if first < m:
        left[m] = left[first]
    new = left[m]
    new.p = corner.q if edge == 0 else corner.p
    new.q = corner.q if edge == 2 else corner.r
    new.r = number
    new.past_p = -1
    new.past_q = -1
    new.first = first
    return first < m or meet(space, new)


@compiled
def _close(space: Space, corners: np.ndarray, first: int, last: int) -> bool:
    """Join new corners around the new face: those that have another plane in common.

    From one of them, the edge that leaves p goes on in the plane q. False if planes do not have
    two new corners each, or none.
    """
    for m in range(first, last):
        for turn in range(2):
            common = corners[m].q if turn == 0 else corners[m].p
            other = space.seams[common]
            if other < 0:
                space.seams[common] = m
                continue
            if corners[other].q == common:
                corners[other].past_p = m
            else:
                corners[other].past_q = m
            if turn == 0:
                corners[m].past_p = other
            else:
                corners[m].past_q = other
            space.seams[common] = -1
    is_closed = True
    for m in range(first, last):
        space.seams[corners[m].p] = -1
        space.seams[corners[m].q] = -1
        is_closed = is_closed and corners[m].past_p >= 0 and corners[m].past_q >= 0
    return is_closed
