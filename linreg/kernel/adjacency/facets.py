"""Machine code: which regions share a facet, for regions about which floats leave no doubt."""

from __future__ import annotations

import numpy as np

from linreg.kernel.adjacency.region_rows import Around, are_apart, follow, put_halfspaces
from linreg.kernel.data.outcomes import BELOW_ZERO, FACET, LEAST, MAY_BE_FACET, NO_FACET
from linreg.kernel.data.roundoff import FLOOR, UP
from linreg.kernel.data.tables import Tables
from linreg.kernel.data.work import HalfspaceRows, Maps, Program, Proof
from linreg.kernel.machine import compiled, entry
from linreg.kernel.maps.affine_maps import inside, put_domain
from linreg.kernel.outlines.lookup import Lookup, find, hash_of
from linreg.kernel.proofs.beyond import descend_beyond, is_redundant, put_beyond
from linreg.kernel.simplex.points import halfspace_value


@entry
def join(
    t: Tables,
    maps: Maps,
    halfspaces: HalfspaceRows,
    p: Program,
    proof: Proof,
    lookup: Lookup,
    around: Around,
    witnesses: np.ndarray,
    first: int,
    last: int,
    edges: np.ndarray,
    doubtful: np.ndarray,
) -> tuple[int, int]:
    """Write the edges from some regions to later ones: the first region left, how many edges.

    Of doubtful regions, which are marked, some edges may be missing. There has to be room for the
    edges of one region.
    """
    put_domain(t, halfspaces)
    found = 0
    for i in range(first, last):
        if found + len(around.units) > len(edges):
            return i, found
        follow(t, maps, lookup, around, i, i > first)
        m = put_halfspaces(t, maps, halfspaces, around)
        x = witnesses[i]
        if not (
            m >= 0
            and inside(halfspaces, t.dim, x, m)
            and are_apart(t, maps, halfspaces, around, m, x)
        ):
            doubtful[i] = True
            continue
        code = hash_of(lookup, around.pieces)
        for halfspace in range(len(t.halfspaces), m):
            owner, piece = around.units[halfspace], around.changes[halfspace]
            if piece < around.pieces[owner]:
                continue  # an edge is found from its first region
            j = beyond(t, lookup, around, owner, piece, code)
            if j < 0:
                continue
            outcome = _facet(t, maps, halfspaces, p, proof, around, halfspace, m, x, witnesses[j])
            if outcome == FACET:
                edges[found, 0] = i
                edges[found, 1] = j
                found += 1
            elif outcome == MAY_BE_FACET:
                doubtful[i] = True
    return last, found


@compiled
def beyond(
    t: Tables, lookup: Lookup, around: Around, owner: int, piece: int, code: np.uint64
) -> int:
    """The region whose pattern is the current one but for a unit, which has another piece there.

    Units that have the same hyperplane change with it. -1 if there is no such region; `code` is the
    hash of the current pattern.
    """
    first = -1
    if not t.units[owner].is_max:
        f = t.units[owner].form + min(piece, around.pieces[owner])
        first = around.next_twin[t.forms[f].twin]
    around.beyond[owner] = piece
    code += _step(lookup, around, owner)
    f, reaches = first, True
    while f >= 0:
        u = t.forms[f].unit
        k = f - t.units[u].form
        reaches = reaches and k <= around.pieces[u] <= k + 1
        around.beyond[u] = 2 * k + 1 - around.pieces[u]
        code += _step(lookup, around, u)
        f = around.next_twin[f]
    found = find(lookup, around.beyond, code) if reaches else -1
    around.beyond[owner] = around.pieces[owner]
    f = first
    while f >= 0:
        u = t.forms[f].unit
        around.beyond[u] = around.pieces[u]
        f = around.next_twin[f]
    return found


@compiled
def _step(lookup: Lookup, around: Around, u: int) -> np.uint64:
    """What the change of a unit adds to the hash."""
    return np.uint64(around.beyond[u] - around.pieces[u]) * lookup.factors[u]


@compiled
def _facet(
    t: Tables,
    maps: Maps,
    halfspaces: HalfspaceRows,
    p: Program,
    proof: Proof,
    around: Around,
    halfspace: int,
    m: int,
    here: np.ndarray,
    there: np.ndarray,
) -> int:
    """Whether a half-space is a facet, if `there` is a point of a region that may be beyond it.

    A breakpoint of the last stage then is one: the rest of the pattern is the same on both sides,
    and holds all along the segment between them.
    """
    unit = t.units[around.units[halfspace]]
    if unit.is_max == 0 and t.rows[unit.row].stage == t.n_stages - 1:
        return FACET
    if _crosses(halfspaces, t.dim, halfspace, m, there):
        return FACET
    outcome = descend_beyond(halfspaces, p, t.dim, m, halfspace)
    if outcome == BELOW_ZERO and _is_beyond(halfspaces, p, around, t.dim, halfspace, m, here):
        return FACET
    if outcome == LEAST and is_redundant(
        t, maps, halfspaces, p, proof, around.pieces, m, halfspace
    ):
        return NO_FACET
    return MAY_BE_FACET


@compiled
def _crosses(halfspaces: HalfspaceRows, n: int, halfspace: int, m: int, there: np.ndarray) -> bool:
    """Whether the segment from the witness to a point surely leaves through one half-space."""
    value, error = halfspace_value(halfspaces, n, halfspace, there)
    fall = -(value + error)
    if not fall > 0.0:
        return False
    slack = halfspaces.ends[halfspace].slack + halfspaces.ends[halfspace].slack_error
    for i in range(m):
        if i == halfspace:
            continue
        value, error = halfspace_value(halfspaces, n, i, there)
        # At the crossing, half-space i is (slack_i fall + value_i slack) / (fall + slack).
        low = value - error
        if low > 0.0:
            continue
        least = (halfspaces.ends[i].slack - halfspaces.ends[i].slack_error) * fall
        if not least > (abs(low) * slack + FLOOR) * UP:
            return False
    return True


@compiled
def _is_beyond(
    halfspaces: HalfspaceRows,
    p: Program,
    around: Around,
    n: int,
    halfspace: int,
    m: int,
    here: np.ndarray,
) -> bool:
    """Whether the point that a descent found is certainly beyond one half-space and no others."""
    put_beyond(halfspaces, p, n, halfspace, here, around.point)
    for i in range(m):
        value, error = halfspace_value(halfspaces, n, i, around.point)
        if not (value < -error if i == halfspace else value > error):
            return False
    return True
