"""Machine code: which regions of the plane share a facet, from their polygons.

Take a region i, a facet of it on the hyperplane of a unit u, and a region j whose pattern is that
of i but for u, which is beyond, and for units of the same stage with the same hyperplane, which are
too. Then j is the region k beyond the facet. If not, let w be the first unit in which they differ,
so that w sees one form on both. Up to the stage of u, j has the maps of i, so j lies beyond the
hyperplane. If w has other pieces on k and on i, its form is at a breakpoint all along the facet:
less that breakpoint it is a multiple of the form of u, not zero or both had the lower piece, and
all of what is beyond has the piece of k. So j has it too.
"""

from __future__ import annotations

import numpy as np

from linreg.kernel.adjacency.facets import beyond
from linreg.kernel.adjacency.region_rows import Around
from linreg.kernel.data.polygons import Plane
from linreg.kernel.data.tables import Tables
from linreg.kernel.data.work import HalfspaceRows, Maps
from linreg.kernel.machine import entry
from linreg.kernel.outlines.lookup import Lookup, hash_of
from linreg.kernel.outlines.path import Path
from linreg.kernel.outlines.polygons import PIECES, UNKNOWN, next_polygon


@entry
def join_polygons(
    t: Tables,
    maps: Maps,
    halfspaces: HalfspaceRows,
    plane: Plane,
    path: Path,
    lookup: Lookup,
    around: Around,
    first: int,
    last: int,
    edges: np.ndarray,
    doubtful: np.ndarray,
) -> tuple[int, int]:
    """`join` in the plane; regions have to be taken from the first one on, without a gap."""
    found = 0
    for i in range(first, last):
        if found + len(plane.signs) > len(edges):
            return i, found
        n, now = next_polygon(t, maps, halfspaces, plane, path, lookup, i)
        for u in range(max(path.splits[i - 1], 0) if i > 0 else 0, len(t.units)):
            around.pieces[u] = path.pieces[u]
            around.beyond[u] = path.pieces[u]
        if n == UNKNOWN:
            doubtful[i] = True
            continue
        code = hash_of(lookup, path.pieces)
        for k in range(n):
            owner = plane.along[now, k].halfspace - len(t.halfspaces)
            if owner < 0:
                continue
            u, piece = owner // PIECES, owner % PIECES
            if piece < path.pieces[u]:
                continue
            j = beyond(t, lookup, around, u, piece, code)
            if j < 0:
                doubtful[i] = True
                continue
            edges[found, 0] = i
            edges[found, 1] = j
            found += 1
    return last, found
