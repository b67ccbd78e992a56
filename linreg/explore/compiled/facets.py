"""Machine code: which regions share a facet, for regions about which floats leave no doubt."""

from __future__ import annotations

import numpy as np

from linreg.explore.compiled.around import Around, are_apart, follow, put_walls
from linreg.explore.compiled.lookup import Lookup, find, hash_of
from linreg.explore.compiled.machine import compiled, entry
from linreg.explore.compiled.maps import FLOOR, UP, inside, put_domain
from linreg.explore.compiled.points import wall_value
from linreg.explore.compiled.program import CUT, LEAST, descend, load
from linreg.explore.compiled.proofs import proves
from linreg.explore.compiled.tables import Tables
from linreg.explore.compiled.work import Maps, Program, Proof, Walls

NO, YES, UNSURE = range(3)


@entry
def join(
    t: Tables,
    maps: Maps,
    walls: Walls,
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
    put_domain(t, walls)
    found = 0
    for i in range(first, last):
        if found + len(around.units) > len(edges):
            return i, found
        follow(t, maps, lookup, around, i, i > first)
        m = put_walls(t, maps, walls, around)
        x = witnesses[i]
        if not (m >= 0 and inside(walls, t.dim, x, m) and are_apart(t, maps, walls, around, m, x)):
            doubtful[i] = True
            continue
        code = hash_of(lookup, around.pieces)
        for wall in range(len(t.walls), m):
            j = _neighbour(t, walls, lookup, around, wall, code)
            if j < 0:
                continue
            outcome = _facet(t, maps, walls, p, proof, around, wall, m, x, witnesses[j])
            if outcome == YES:
                edges[found, 0] = i
                edges[found, 1] = j
                found += 1
            elif outcome == UNSURE:
                doubtful[i] = True
    return last, found


@compiled
def _neighbour(
    t: Tables, walls: Walls, lookup: Lookup, around: Around, wall: int, code: np.uint64
) -> int:
    """The region that is beyond a wall if the wall is a facet; -1 if none is, or an earlier one.

    `code` is the hash of the region's own pattern.
    """
    owner = around.units[wall]
    if around.changes[wall] < around.pieces[owner]:
        return -1
    first = -1 if t.units[owner].is_max else around.next_twin[walls.ends[wall].row]
    around.beyond[owner] = around.changes[wall]
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
    walls: Walls,
    p: Program,
    proof: Proof,
    around: Around,
    wall: int,
    m: int,
    here: np.ndarray,
    there: np.ndarray,
) -> int:
    """Whether a wall is a facet, if `there` is a point of a region that may be beyond it.

    A breakpoint of the last stage then is one: the rest of the pattern is the same on both sides,
    and holds all along the segment between them.
    """
    unit = t.units[around.units[wall]]
    if unit.is_max == 0 and t.rows[unit.row].stage == t.n_stages - 1:
        return YES
    if _crosses(walls, t.dim, wall, m, there):
        return YES
    end = walls.ends[wall]
    rows = 0
    for i in range(m):
        if i != wall:
            p.rows[rows].wall = i
            rows += 1
    load(p, walls, t.dim, rows)
    for k in range(t.dim):
        p.goal[k] = walls.normals[wall, k]
        p.goal_error[k] = walls.errors[wall, k]
    outcome = descend(p, t.dim, rows, end.slack)
    if outcome == CUT and _is_beyond(walls, p, around, t.dim, wall, m, here):
        return YES
    if outcome == LEAST and proves(
        t,
        maps,
        walls,
        p,
        proof,
        around.pieces,
        t.dim,
        rows,
        t.n_stages - 1,
        end.row,
        end.rival,
        end.slack,
        end.slack_error,
        end.constant,
        end.error,
        end.integer,
    ):
        return NO
    return UNSURE


@compiled
def _crosses(walls: Walls, n: int, wall: int, m: int, there: np.ndarray) -> bool:
    """Whether the segment from the witness to a point certainly leaves through one wall alone."""
    value, error = wall_value(walls, n, wall, there)
    fall = -(value + error)
    if not fall > 0.0:
        return False
    slack = walls.ends[wall].slack + walls.ends[wall].slack_error
    for i in range(m):
        if i == wall:
            continue
        value, error = wall_value(walls, n, i, there)
        # At the crossing, wall i is (slack_i fall + value_i slack) / (fall + slack).
        low = value - error
        if low > 0.0:
            continue
        least = (walls.ends[i].slack - walls.ends[i].slack_error) * fall
        if not least > (abs(low) * slack + FLOOR) * UP:
            return False
    return True


@compiled
def _is_beyond(
    walls: Walls, p: Program, around: Around, n: int, wall: int, m: int, here: np.ndarray
) -> bool:
    """Whether the point that a descent found is certainly beyond one wall and no others."""
    slack = walls.ends[wall].slack
    end = slack
    for k in range(n):
        end += p.goal[k] * p.step[k]
    pull = 0.5 + 0.5 * slack / (slack - end)
    for k in range(n):
        around.point[k] = here[k] + pull * p.step[k]
    for i in range(m):
        value, error = wall_value(walls, n, i, around.point)
        if not (value < -error if i == wall else value > error):
            return False
    return True
