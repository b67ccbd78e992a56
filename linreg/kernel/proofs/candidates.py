"""Machine code: which candidates win in a part whose regions are known, and what parts it has.

The others that were left win nowhere in it, which is proved as machine code decides it elsewhere:
t, the least of a candidate's leads, is nowhere positive.
"""

from __future__ import annotations

import numpy as np

from linreg.kernel.data.outcomes import LEAST
from linreg.kernel.data.records import BEATEN, LOSES, WON
from linreg.kernel.data.tables import Tables
from linreg.kernel.data.telling import (
    DEPTH,
    DOUBTS,
    FIRST,
    FORM,
    GOES_ON,
    LAST,
    LEFT,
    LENGTH,
    OF_CANDIDATE,
    OUT,
    PASSED,
    RIVAL,
    STAGE,
    STATE,
    TOP,
    Found,
    Telling,
)
from linreg.kernel.data.work import STAGE as OF_NODE
from linreg.kernel.data.work import Maps, Tree, Work
from linreg.kernel.machine import NONE, NOTHING, compiled
from linreg.kernel.maps.affine_maps import put_lead
from linreg.kernel.proofs.bases import complete, propose
from linreg.kernel.proofs.whole_multipliers import put_multipliers, whole_multipliers
from linreg.kernel.proofs.writing import put_byte, put_number, put_path
from linreg.kernel.simplex.contests import compete, is_beaten, see_contests


@compiled
def number_candidates(t: Tables, maps: Maps, tree: Tree, telling: Telling, s: int) -> bool:
    """Number the candidates of a stage whose maps are in place; False if there is any doubt.

    Those that are the same as another one, or below it throughout, have no number.
    """
    tree.node[OF_NODE] = s
    if not see_contests(t, maps, tree):
        return False
    for u in range(t.stages[s].unit, t.stages[s + 1].unit):
        found = NOTHING
        for r in range(t.units[u].row, t.units[u].row + t.units[u].size * t.units[u].is_max):
            telling.candidates[r] = found if tree.running[r] else NONE
            found += tree.running[r]
    return True


@compiled
def see_candidates(t: Tables, telling: Telling, s: int, top: int) -> None:
    """Leave only candidates that have a number to a part."""
    for r in range(t.stages[s].row, t.stages[s + 1].row):
        if telling.candidates[r] < 0:
            telling.running[top, r - t.stages[s].row] = OUT


@compiled
def put_leads(t: Tables, w: Work, telling: Telling, part: np.ndarray, top: int) -> None:
    """Put up the leads of the winner that a part is that of."""
    s, winner, u = part[STAGE], part[FORM], part[RIVAL]
    running = telling.running[top]
    first, size = t.units[u].row - t.stages[s].row, t.units[u].size
    i = part[DEPTH]
    for c in range(size):
        i -= running[first + c] == PASSED
    for c in range(size):
        if running[first + c] == PASSED:
            running[first + c] = OUT
            telling.path[i, 0], telling.path[i, 1] = winner, t.units[u].row + c
            put_lead(t, w.maps, w.halfspaces, len(t.halfspaces) + i, winner, t.units[u].row + c)
            i += 1


@compiled
def tell_contests(
    t: Tables,
    w: Work,
    found: Found,
    telling: Telling,
    part: np.ndarray,
    top: int,
    region: int,
    is_inside: bool,
) -> int:
    """Tell of candidates that are left and win in no region of a part: a contest to split it by.

    That has the regions shared most evenly; -1 if all are decided. Slacks are those at the point of
    a region, if that is inside.
    """
    s = part[STAGE]
    running, at = telling.running[top], -t.stages[s].row
    _survey(t, found, telling, part, s)
    is_path_told = False
    m = len(t.halfspaces) + part[DEPTH]
    best, most = NONE, 0
    contest = NONE
    for u in range(t.stages[s].unit, t.stages[s + 1].unit):
        if t.units[u].is_max == 0:
            continue
        contest += 1
        rows = range(t.units[u].row, t.units[u].row + t.units[u].size)
        largest = 0
        for r in rows:
            largest = max(largest, telling.wins[r])
        if part[LAST] - part[FIRST] - largest > most:
            best, most = u, part[LAST] - part[FIRST] - largest
        for r in rows:
            if running[at + r] == OUT or telling.wins[r] > 0:
                continue
            x = found.points[region]
            if _tell_loser(t, w, telling, x, running, s, u, r, contest, m, is_inside):
                continue
            if not is_path_told:
                is_path_told = True
                put_path(telling, part[DEPTH])
            _doubt(t, w, telling, running, region, s, u, r, m, is_inside)
        for r in rows:
            if telling.wins[r] == 0:
                running[at + r] = OUT
    return best


@compiled
def _survey(t: Tables, found: Found, telling: Telling, part: np.ndarray, s: int) -> None:
    """In how many regions of a part each candidate wins."""
    for r in range(t.stages[s].row, t.stages[s + 1].row):
        telling.wins[r] = 0
    for i in range(part[FIRST], part[LAST]):
        for u in range(t.stages[s].unit, t.stages[s + 1].unit):
            if t.units[u].is_max:
                telling.wins[t.units[u].row + found.patterns[found.order[i], u]] += 1


@compiled
def _tell_loser(
    t: Tables,
    w: Work,
    telling: Telling,
    x: np.ndarray,
    running: np.ndarray,
    s: int,
    u: int,
    r: int,
    contest: int,
    m: int,
    is_inside: bool,
) -> bool:
    """Tell that a candidate wins nowhere in a part whose slacks are those at x, if it is proved."""
    n, p, proof = t.dim, w.program, w.proof
    if not is_inside:
        return False
    for i in range(m):
        p.rows[i].halfspace = i
    at = -t.stages[s].row
    outcome, last, start = compete(t, w.maps, w.halfspaces, p, running, at, u, r, m, m, x)
    if outcome != LEAST:
        return False
    if not is_beaten(t, w.maps, w.halfspaces, p, proof, telling.pieces, s, last, start):
        return False
    is_basis = complete(w.halfspaces, p, n + 1, last) == n + 1
    k = NONE
    if not is_basis:
        k = whole_multipliers(w.halfspaces, p, proof, n, n + 1, last)
        if k < 0:
            return False
    put_byte(telling, BEATEN if is_basis else LOSES)
    put_number(telling, contest)
    put_number(telling, telling.candidates[r])
    if is_basis:
        for j in range(n + 1):
            put_number(telling, p.rows[p.nonbasic[j]].halfspace)
    else:
        put_multipliers(telling, p, proof, k, last)
    return True


@compiled
def _doubt(
    t: Tables,
    w: Work,
    telling: Telling,
    running: np.ndarray,
    region: int,
    s: int,
    u: int,
    r: int,
    m: int,
    is_inside: bool,
) -> None:
    """Leave a candidate to exact arithmetic, with the rows of the program's vertex, if any."""
    doubts, at = telling.doubts, telling.counters[DOUBTS]
    doubts[at], doubts[at + 1], doubts[at + 2] = OF_CANDIDATE, telling.counters[LENGTH], region
    doubts[at + 3], doubts[at + 4], doubts[at + 5] = s, u, r
    end = at + 7
    for q in range(t.units[u].row, t.units[u].row + t.units[u].size):
        if q != r and running[q - t.stages[s].row] != OUT:
            doubts[end] = q
            end += 1
    n_rivals = end - at - 7
    doubts[at + 6] = n_rivals
    doubts[end], doubts[end + 1] = 0, 0
    if is_inside:
        telling.counters[DOUBTS] = propose(w.program, t.dim + 1, m + n_rivals, doubts, end)
    else:
        telling.counters[DOUBTS] = end + 2


@compiled
def split_contest(
    t: Tables, found: Found, telling: Telling, part: np.ndarray, top: int, u: int
) -> None:
    """Put the parts that candidates win in place of a part, the last one on top."""
    s, first, last, depth = part[STAGE], part[FIRST], part[LAST], part[DEPTH]
    parts, running = telling.parts, telling.running
    begin, end = (
        t.units[u].row - t.stages[s].row,
        t.units[u].row - t.stages[s].row + t.units[u].size,
    )
    contest = NOTHING
    for v in range(t.stages[s].unit, u):
        contest += t.units[v].is_max
    put_byte(telling, WON)
    put_number(telling, contest)
    winners = NOTHING
    for i in range(begin, end):
        if running[top, i] == LEFT:
            running[top, i] = PASSED
            winners += 1
    at = top
    for i in range(begin, end):
        if running[top, i] == OUT:
            continue
        if at > top:
            for word in range(t.n_words):
                telling.known[at, word] = telling.known[top, word]
            for c in range(running.shape[1]):
                running[at, c] = running[top, c]
            running[at, i] = LEFT
        child = parts[at]
        child[FIRST], child[LAST], child[DEPTH] = first, last, depth + winners - 1
        child[STAGE], child[STATE] = s, GOES_ON
        child[FORM], child[RIVAL] = t.stages[s].row + i, u
        first = _won_by(found, child, u, i - begin)
        at += 1
        if at < top + winners:
            child[LAST] = first
    i = begin
    while running[top, i] == OUT:
        i += 1
    running[top, i] = LEFT
    telling.counters[TOP] = at


@compiled
def _won_by(found: Found, part: np.ndarray, u: int, piece: int) -> int:
    """Put the regions of a part first in which a unit has a piece; where the others begin."""
    order = found.order
    middle = part[FIRST]
    for i in range(part[FIRST], part[LAST]):
        if found.patterns[order[i], u] == piece:
            order[i], order[middle] = order[middle], order[i]
            middle += 1
    return middle
