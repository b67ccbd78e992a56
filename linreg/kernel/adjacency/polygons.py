"""Machine code: the sides of regions of the plane, for regions of which floats prove them all.

A region's polygon is cut out of the plane by one half-space after another, and signs at its corners
are certain, so that no half-space that is left over is a side. Units may share hyperplanes here, or
be constantly on a breakpoint.
"""

from __future__ import annotations

import numpy as np

from linreg.kernel.adjacency.region_rows import Around, follow
from linreg.kernel.data.flags import INTEGER
from linreg.kernel.data.polygons import Plane
from linreg.kernel.data.tables import Tables
from linreg.kernel.data.work import NEGATIVE, POSITIVE, HalfspaceRows, Maps
from linreg.kernel.machine import compiled, entry
from linreg.kernel.maps.affine_maps import put_domain, put_lead, put_side
from linreg.kernel.outlines.lookup import Lookup
from linreg.kernel.outlines.polygons import UNKNOWN, cut_away
from linreg.kernel.plane.cuts import WHOLE_PLANE
from linreg.kernel.plane.signs import is_limit, write_line


@entry
def trace(
    t: Tables,
    maps: Maps,
    halfspaces: HalfspaceRows,
    plane: Plane,
    lookup: Lookup,
    around: Around,
    regions: np.ndarray,
    sides: np.ndarray,
    sizes: np.ndarray,
) -> int:
    """Write the sides of some regions, counterclockwise: how many regions are done.

    A side is a line (a, b, c) of integers, positive inside, and whether it is the domain's. `sizes`
    has how many each region has, UNKNOWN where that is in doubt. There has to be room for one.
    """
    put_domain(t, halfspaces)
    at = 0
    for place in range(len(regions)):
        if at + len(plane.signs) > len(sides):
            return place
        follow(t, maps, lookup, around, regions[place], place > 0)
        n, now = _polygon(t, maps, halfspaces, plane, around)
        sizes[place] = 0 if n == WHOLE_PLANE else UNKNOWN
        if n > 0:
            sizes[place] = _write(plane, n, now, len(t.halfspaces), sides, at)
            at += max(sizes[place], 0)
    return len(regions)


@compiled
def _polygon(
    t: Tables, maps: Maps, halfspaces: HalfspaceRows, plane: Plane, around: Around
) -> tuple[int, int]:
    """Cut the region's polygon out: how many generators it has, and where it is."""
    n, now = WHOLE_PLANE, 0
    for i in range(len(t.halfspaces)):
        n, now = _cut(halfspaces, plane, i, n, now)
    i = len(t.halfspaces)
    for u in range(len(t.units)):
        unit, piece = t.units[u], around.pieces[u]
        for k in range(unit.size):
            if unit.is_max:
                if k == piece:
                    continue
                put_lead(t, maps, halfspaces, i, unit.row + piece, unit.row + k)
            else:
                f = unit.form + k
                # Of forms that share a hyperplane one is enough, or a nearer breakpoint bounds it.
                if t.forms[f].twin != f or not piece - 1 <= k <= piece:
                    continue
                put_side(t, maps, halfspaces, i, f, POSITIVE if k < piece else NEGATIVE)
            n, now = _cut(halfspaces, plane, i, n, now)
        if n == UNKNOWN:
            break
    return n, now


@compiled
def _cut(halfspaces: HalfspaceRows, plane: Plane, i: int, n: int, now: int) -> tuple[int, int]:
    """Cut half-space i off a polygon: how many generators are left, and where they are."""
    if n == UNKNOWN:
        return n, now
    normal, error, end = halfspaces.normals[i], halfspaces.errors[i], halfspaces.ends[i]
    if normal[0] == 0.0 and normal[1] == 0.0 and error[0] == 0.0 and error[1] == 0.0:
        return n, now  # constant, and not negative: the region is there
    line = plane.line[0]
    write_line(
        line, normal[0], normal[1], end.constant, error[0], error[1], end.error, end.integer, -1, -1
    )
    line.halfspace = i
    return cut_away(line, plane.at[now], plane.along[now], n, plane, 1 - now), 1 - now


@compiled
def _write(plane: Plane, n: int, now: int, of_domain: int, sides: np.ndarray, at: int) -> int:
    """Write the sides of a polygon: how many, or UNKNOWN if one is not known exactly."""
    m = 0
    for k in range(n):
        edge = plane.along[now, k]
        if is_limit(edge):
            continue
        if edge.integer != INTEGER:
            return UNKNOWN
        sides[at + m, 0] = edge.a
        sides[at + m, 1] = edge.b
        sides[at + m, 2] = edge.c
        sides[at + m, 3] = 1.0 if edge.halfspace < of_domain else 0.0
        m += 1
    return m
