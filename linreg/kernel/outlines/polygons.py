"""Machine code: the regions of the plane as polygons, each clipped out of its parent's.

A polygon is that of the closed region: signs at all generators are certain where it was clipped, so
that each edge is a facet. Where one is not, all regions below are in doubt.
"""

from __future__ import annotations

import numpy as np

from linreg.kernel.data.outcomes import ALWAYS, CUTS
from linreg.kernel.data.polygons import GENERATORS, Plane, Record
from linreg.kernel.data.tables import Tables
from linreg.kernel.data.work import HalfspaceRows, Maps
from linreg.kernel.machine import NOTHING, compiled
from linreg.kernel.maps.affine_maps import put_domain, put_lead
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
from linreg.kernel.plane.clipping import clip, halve
from linreg.kernel.plane.cuts import WHOLE_PLANE, is_sloped
from linreg.kernel.plane.lines import line_of_halfspace
from linreg.kernel.plane.signs import find_signs, turn_over

UNKNOWN = -2
"""In place of a number of generators: floats leave a doubt."""

PIECES = 1 << 16
"""More than a unit has pieces. Behind those of the domain, edge u * PIECES + p is one of unit u,
which has piece p beyond."""


@compiled
def cut_away(
    line: Record, generators: np.ndarray, edges: np.ndarray, n: int, plane: Plane, to: int
) -> int:
    """Write what a line leaves of a polygon as polygon `to`: how many generators, or UNKNOWN."""
    if n == UNKNOWN:
        return n
    if n == WHOLE_PLANE:
        return halve(line, plane.at[to], plane.along[to]) if is_sloped(line) else UNKNOWN
    how = find_signs(line, generators, edges, n, plane.signs, plane.room)
    if how == CUTS:
        n = clip(line, generators, edges, n, plane.signs, 1, plane.at[to], plane.along[to])
        return n if n > 0 else UNKNOWN
    if how != ALWAYS:
        return UNKNOWN
    for k in range(n):
        plane.at[to, k] = generators[k]
        plane.along[to, k] = edges[k]
    return n


@compiled
def next_polygon(
    t: Tables,
    maps: Maps,
    halfspaces: HalfspaceRows,
    plane: Plane,
    path: Path,
    lookup: Lookup,
    i: int,
) -> tuple[int, int]:
    """The polygon of the region after the one before: its generators, and where it is."""
    split = turn_to(t, path, lookup, i)
    n, now = WHOLE_PLANE, NOTHING
    if i == 0:
        path.state[DEPTH] = 0
        put_domain(t, halfspaces)
        for row in range(len(t.halfspaces)):
            line_of_halfspace(t, halfspaces, plane, row, plane.line[1])
            n = cut_away(plane.line[1], plane.at[now], plane.along[now], n, plane, 1 - now)
            now = 1 - now
    else:
        n, now = _part(t, maps, halfspaces, plane, path, lookup, pop_to(path, i, split))
    for k in range(begin_nodes(path, i, split) - 1, -1, -1):
        d = push(path, i, path.chain[k])
        plane.heads[d, GENERATORS] = n
        for g in range(n):
            plane.generators[d, g] = plane.at[now, g]
            plane.edges[d, g] = plane.along[now, g]
        n, now = _part(t, maps, halfspaces, plane, path, lookup, d)
    return n, now


@compiled
def _part(
    t: Tables,
    maps: Maps,
    halfspaces: HalfspaceRows,
    plane: Plane,
    path: Path,
    lookup: Lookup,
    d: int,
) -> tuple[int, int]:
    """The part of node d's polygon on the current piece of its unit.

    What parts it has is known, so that no line but those between them bounds one.
    """
    n = plane.heads[d, GENERATORS]
    if n == UNKNOWN:
        return n, NOTHING
    u, at = path.nodes[d, UNIT], path.nodes[d, AT]
    unit, piece = t.units[u], path.pieces[u]
    put_unit(t, maps, plane, path, u)
    generators, edges, now = plane.generators[d], plane.edges[d], NOTHING
    of_units = len(t.halfspaces)
    if unit.is_max:
        k = path.nodes[d, HEAD]
        q = piece_of(lookup, path.nodes[d, FIRST], u)
        line = plane.line[1]
        while True:
            if q != piece:
                put_lead(t, maps, halfspaces, of_units, unit.row + piece, unit.row + q)
                line_of_halfspace(t, halfspaces, plane, of_units, line)
                line.halfspace = of_units + u * PIECES + q
                n = cut_away(line, generators, edges, n, plane, now)
                generators, edges, now = plane.at[now], plane.along[now], 1 - now
            if k < 0:
                return n, 1 - now
            q = piece_of(lookup, k + 1, u)
            k = path.after[k] if has_more(path, k) else -1
    if at >= 0:
        line = plane.lines[unit.form + piece - 1]
        line.halfspace = of_units + u * PIECES + piece - 1
        n = cut_away(line, generators, edges, n, plane, now)
        generators, edges, now = plane.at[now], plane.along[now], 1 - now
    if at < 0 or has_more(path, at):
        line = plane.line[0]
        turn_over(line, plane.lines[unit.form + piece])
        line.halfspace = of_units + u * PIECES + piece + 1
        n = cut_away(line, generators, edges, n, plane, now)
        now = 1 - now
    return n, 1 - now
