"""Machine code: which half-spaces of a region's path are facets, as records of a certificate."""

from __future__ import annotations

import numpy as np

from linreg.kernel.data.outcomes import BELOW_ZERO, LEAST
from linreg.kernel.data.records import BEYOND, REDUNDANT, SPANNED
from linreg.kernel.data.tables import Tables
from linreg.kernel.data.telling import DOUBTS, FACETS, LENGTH, OF_FACET, Telling
from linreg.kernel.data.work import HalfspaceRows, Work
from linreg.kernel.machine import NONE, compiled
from linreg.kernel.maps.affine_maps import inside
from linreg.kernel.proofs.bases import complete, propose
from linreg.kernel.proofs.beyond import descend_beyond, is_redundant, put_beyond
from linreg.kernel.proofs.whole_multipliers import put_multipliers, whole_multipliers
from linreg.kernel.proofs.writing import few_digits, put_byte, put_number, put_path, put_point


@compiled
def tell_facets(
    t: Tables, w: Work, telling: Telling, region: int, x: np.ndarray, depth: int
) -> None:
    """Tell of each half-space of the path whether it is a facet of a region, and what proves it."""
    first = len(t.halfspaces)
    m = first + depth
    is_inside = inside(w.halfspaces, t.dim, x, m)
    is_path_told = False
    for halfspace in range(first, m):
        if is_inside:
            if _shoot(w.halfspaces, telling, t.dim, m, halfspace, x):
                continue
            outcome = descend_beyond(w.halfspaces, w.program, t.dim, m, halfspace)
            if outcome == BELOW_ZERO:
                put_beyond(w.halfspaces, w.program, t.dim, halfspace, x, telling.there)
                if _tell_beyond(w.halfspaces, telling, t.dim, m, halfspace):
                    continue
            elif outcome == LEAST and _tell_redundant(t, w, telling, m, halfspace):
                continue
        else:
            outcome = NONE
        if not is_path_told:
            is_path_told = True
            put_path(telling, depth)
        doubts, at = telling.doubts, telling.counters[DOUBTS]
        doubts[at], doubts[at + 1], doubts[at + 2] = OF_FACET, telling.counters[LENGTH], region
        doubts[at + 3], doubts[at + 4], doubts[at + 5] = halfspace, 0, 0
        telling.counters[DOUBTS] = (
            propose(w.program, t.dim, m - 1, doubts, at + 4) if outcome == LEAST else at + 6
        )


@compiled
def _shoot(
    halfspaces: HalfspaceRows, telling: Telling, n: int, m: int, halfspace: int, x: np.ndarray
) -> bool:
    """Tell of a facet if straight down its gradient nothing else is met before it."""
    down = halfspaces.normals[halfspace]
    square = 0.0
    for k in range(n):
        square += down[k] * down[k]
    length = halfspaces.ends[halfspace].slack / square
    room = length
    for i in range(m):
        if i == halfspace:
            continue
        rate = 0.0
        for k in range(n):
            rate += halfspaces.normals[i, k] * down[k]
        if rate > 0.0:
            room = min(room, halfspaces.ends[i].slack / rate - length)
            if not room > 0.0:
                return False
    length += 0.5 * room
    for k in range(n):
        telling.there[k] = x[k] - length * down[k]
    return _tell_beyond(halfspaces, telling, n, m, halfspace)


@compiled
def _tell_beyond(
    halfspaces: HalfspaceRows, telling: Telling, n: int, m: int, halfspace: int
) -> bool:
    """Tell of a facet if `telling.there` certainly is beyond it, and inside all others."""
    places = few_digits(halfspaces, telling, n, m, telling.there, halfspace)
    if places < 0:
        return False
    put_byte(telling, BEYOND)
    put_point(telling, n, places)
    telling.counters[FACETS] += 1
    return True


@compiled
def _tell_redundant(t: Tables, w: Work, telling: Telling, m: int, halfspace: int) -> bool:
    """Tell that a half-space is no facet if the vertex of a descent proves it."""
    n, p = t.dim, w.program
    if not is_redundant(t, w.maps, w.halfspaces, p, w.proof, telling.pieces, m, halfspace):
        return False
    if complete(w.halfspaces, p, n, m - 1) == n:
        put_byte(telling, SPANNED)
        for j in range(n):
            put_number(telling, p.rows[p.nonbasic[j]].halfspace)
        return True
    k = whole_multipliers(w.halfspaces, p, w.proof, n, n, m - 1)
    if k < 0:
        return False
    put_byte(telling, REDUNDANT)
    put_multipliers(telling, p, w.proof, k, halfspace)
    return True
