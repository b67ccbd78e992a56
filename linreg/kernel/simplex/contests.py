"""Machine code: which candidates of a stage's max units win somewhere in a cell, and its parts.

A candidate wins where its lead over every other one is positive: the largest t that all leads can
reach at once is a linear program in one more dimension.
"""

from __future__ import annotations

import numpy as np

from linreg.kernel.data.flags import INTEGER
from linreg.kernel.data.outcomes import (
    ABOVE,
    BELOW,
    BELOW_ZERO,
    DISTINCT,
    LEAST,
    MAY_BE_SAME,
    PROVED_CUT,
    PROVED_NO_CUT,
    SAME,
    UNDECIDED,
)
from linreg.kernel.data.roundoff import ROUNDOFF, UP
from linreg.kernel.data.tables import Tables
from linreg.kernel.data.work import (
    HALFSPACES,
    OF_DOMAIN,
    POINTS,
    STAGE,
    HalfspaceRows,
    Maps,
    Program,
    Proof,
    Tree,
)
from linreg.kernel.machine import NONE, NOTHING, compiled
from linreg.kernel.maps.affine_maps import put_lead
from linreg.kernel.maps.composing import TO_SEE
from linreg.kernel.proofs.multipliers import proves
from linreg.kernel.simplex.forms import hand_on, push, take_up
from linreg.kernel.simplex.points import halfspace_value, look
from linreg.kernel.simplex.program import descend, load

LOWER = 0.25
"""A program starts this share of the largest lead below the lowest one: all slacks are positive
then, and none is tiny beside the others. Any positive share is right."""


@compiled
def most_parts(t: Tables) -> int:
    """Into how many parts one cell may split."""
    parts = 2
    for u in range(len(t.units)):
        if t.units[u].is_max:
            parts = max(parts, t.units[u].size)
    return parts


@compiled
def has_contests(tree: Tree) -> bool:
    """Whether there are max units: only then a node has integers for candidates."""
    return len(tree.node) > tree.alive


@compiled
def see_contests(t: Tables, maps: Maps, tree: Tree) -> bool:
    """Let all candidates of a stage run but those that are the same as another or below it.

    False if it is in doubt which those are.
    """
    s = tree.node[STAGE]
    at = tree.alive - t.stages[s].row
    is_clear = True
    for u in range(t.stages[s].unit, t.stages[s + 1].unit):
        if t.units[u].is_max == 0:
            continue
        is_clear = is_clear and _see_contest(t, maps, tree, u)
        for r in range(t.units[u].row, t.units[u].row + t.units[u].size):
            tree.node[at + r] = tree.running[r] if is_clear else 1
    return is_clear


@compiled
def _see_contest(t: Tables, maps: Maps, tree: Tree, u: int) -> bool:
    """The same for one max unit, of candidates that may have been looked at before."""
    rows = range(t.units[u].row, t.units[u].row + t.units[u].size)
    stale = NOTHING
    for r in rows:
        stale |= maps.stale[r] & TO_SEE
    if stale == 0:
        return True
    for r in rows:
        tree.running[r] = 1
    for r in rows:
        for q in range(r + 1, t.units[u].row + t.units[u].size):
            if tree.running[r] == 0 or tree.running[q] == 0:
                continue
            how = compare(t, maps, tree.node[STAGE], r, q)
            if how == MAY_BE_SAME:
                return False
            if how == BELOW:
                tree.running[r] = 0
            elif how != DISTINCT:
                tree.running[q] = 0
    for r in rows:
        maps.stale[r] &= ~TO_SEE
    return True


@compiled
def compare(t: Tables, maps: Maps, s: int, r: int, q: int) -> int:
    """What one row is to another one, as functions of the input."""
    is_same = True
    for k in range(t.dim):
        gap = abs(maps.gradients[r, k] - maps.gradients[q, k])
        error = maps.gradient_errors[r, k] + maps.gradient_errors[q, k]
        if gap > (error + ROUNDOFF * gap) * UP:
            return DISTINCT
        is_same = is_same and gap == 0.0 and error == 0.0
    if not is_same and not _same_terms(t, maps, s, r, q, True):
        return MAY_BE_SAME
    gap = maps.ends[r].constant - maps.ends[q].constant
    error = (maps.ends[r].error + maps.ends[q].error + ROUNDOFF * abs(gap)) * UP
    if gap > error:
        return ABOVE
    if gap < -error:
        return BELOW
    if maps.ends[r].error == 0.0 and maps.ends[q].error == 0.0 and gap == 0.0:
        return SAME
    if t.rows[r].bias == t.rows[q].bias and _same_terms(t, maps, s, r, q, False):
        if t.rows[r].bias_error == 0.0 and t.rows[q].bias_error == 0.0:
            return SAME
    return MAY_BE_SAME


@compiled
def _same_terms(t: Tables, maps: Maps, s: int, r: int, q: int, live: bool) -> bool:
    """Whether two rows have exactly the same coefficients, of live outputs or of all."""
    e, last_e = t.rows[r].term, t.rows[r + 1].term
    d, last_d = t.rows[q].term, t.rows[q + 1].term
    first = t.stages[s - 1].out if s > 0 else 0
    while True:
        if live and s > 0:
            while e < last_e and maps.out_ends[first + t.terms[e].column].live == 0:
                e += 1
            while d < last_d and maps.out_ends[first + t.terms[d].column].live == 0:
                d += 1
        if e >= last_e or d >= last_d:
            return e >= last_e and d >= last_d
        a, b = t.terms[e], t.terms[d]
        if a.column != b.column or a.weight != b.weight or a.error != 0.0 or b.error != 0.0:
            return False
        e += 1
        d += 1


@compiled
def decide_contests(
    t: Tables, maps: Maps, halfspaces: HalfspaceRows, tree: Tree, p: Program, proof: Proof
) -> bool:
    """Find out which candidates win somewhere in the cell; False if some are in doubt.

    There is a point where each of those wins, unless there is no more room for points; the others
    run no longer.
    """
    s = tree.node[STAGE]
    at = tree.alive - t.stages[s].row
    for u in range(t.stages[s].unit, t.stages[s + 1].unit):
        if t.units[u].is_max == 0 or runners(t, tree, u) < 2:
            continue
        for r in range(t.units[u].row, t.units[u].row + t.units[u].size):
            if tree.node[at + r] == 0 or _is_seen_winning(t, maps, tree, u, r):
                continue
            if tree.node[POINTS] >= tree.most_points:
                return False
            outcome = _decide(t, maps, halfspaces, tree, p, proof, u, r)
            if outcome == PROVED_NO_CUT:
                tree.node[at + r] = 0
            elif outcome != PROVED_CUT:
                return False
        if runners(t, tree, u) == 0:
            return False
        if runners(t, tree, u) > 1:
            return True
    return True


@compiled
def runners(t: Tables, tree: Tree, u: int) -> int:
    """How many candidates of a max unit may still win."""
    at = tree.alive + t.units[u].row - t.stages[tree.node[STAGE]].row
    total = 0
    for i in range(t.units[u].size):
        total += tree.node[at + i]
    return total


@compiled
def winner(t: Tables, maps: Maps, tree: Tree, u: int, i: int) -> int:
    """The row that seems to be largest at point i, of those that run."""
    n = t.dim
    at = tree.alive - t.stages[tree.node[STAGE]].row
    best, highest = -1, -np.inf
    for r in range(t.units[u].row, t.units[u].row + t.units[u].size):
        if tree.node[at + r]:
            value = maps.ends[r].constant
            for k in range(n):
                value += maps.gradients[r, k] * tree.point[1 + i * n + k]
            if value > highest:
                best, highest = r, value
    return best


@compiled
def _is_seen_winning(t: Tables, maps: Maps, tree: Tree, u: int, r: int) -> bool:
    for i in range(tree.node[POINTS]):
        if winner(t, maps, tree, u, i) == r:
            return True
    return False


@compiled
def _decide(
    t: Tables,
    maps: Maps,
    halfspaces: HalfspaceRows,
    tree: Tree,
    p: Program,
    proof: Proof,
    u: int,
    r: int,
) -> int:
    """Whether it is proved that a candidate wins somewhere in the cell, or nowhere."""
    n, s = t.dim, tree.node[STAGE]
    at = tree.alive - t.stages[s].row
    first = len(t.halfspaces) + tree.node[HALFSPACES]
    m = take_up(t, halfspaces, tree, p)
    x = tree.point[1 : 1 + n]
    outcome, last, start = compete(t, maps, halfspaces, p, tree.node, at, u, r, first, m, x)
    if outcome == BELOW_ZERO:
        end = -start - p.step[n]
        pull = 0.5 + 0.5 * -start / (-start - end)
        i = tree.node[POINTS]
        for k in range(n):
            tree.point[1 + i * n + k] = tree.point[1 + k] + pull * p.step[k]
        for halfspace in range(first, first + last - m):
            lead, error = halfspace_value(
                halfspaces, n, halfspace, tree.point[1 + i * n : 1 + (i + 1) * n]
            )
            if not lead > error:
                return UNDECIDED
        tree.node[POINTS] = i + 1
        look(t, maps, tree, i)
        return PROVED_CUT
    if outcome == LEAST:
        if is_beaten(t, maps, halfspaces, p, proof, tree.node[tree.pieces :], s, last, start):
            return PROVED_NO_CUT
    return UNDECIDED


@compiled
def compete(
    t: Tables,
    maps: Maps,
    halfspaces: HalfspaceRows,
    p: Program,
    running: np.ndarray,
    at: int,
    u: int,
    r: int,
    first: int,
    m: int,
    x: np.ndarray,
) -> tuple[int, int, float]:
    """Raise the least lead of a candidate over the others that run, t, as far as above zero.

    Parameters
    ----------
    running : int array
        From `at` on, for each row of all stages, 1 where that candidate runs.
    u, r : int
        A max unit, and the row of its candidate.
    first : int
        Where the half-spaces of the leads begin.
    m : int
        Rows of the program that are the cell's, with slacks at the point x; the leads follow.

    Returns
    -------
    int, int, float
        How the descent of -t ended, how many rows the program has, and t at its centre.
    """
    n = t.dim
    last = first
    lowest, largest = 0.0, 0.0
    for q in range(t.units[u].row, t.units[u].row + t.units[u].size):
        if q == r or running[at + q] == 0:
            continue
        put_lead(t, maps, halfspaces, last, r, q)
        lead, error = halfspace_value(halfspaces, n, last, x)
        halfspaces.normals[last, n] = -1.0
        halfspaces.ends[last].slack = lead
        halfspaces.ends[last].slack_error = error
        lowest = min(lowest, lead)
        largest = max(largest, abs(lead))
        p.rows[m].halfspace = last
        m += 1
        last += 1
    start = lowest - (LOWER * largest if largest > 0.0 else 1.0)
    for i in range(first, last):
        slack = halfspaces.ends[i].slack - start
        halfspaces.ends[i].slack_error = (
            halfspaces.ends[i].slack_error + ROUNDOFF * abs(slack)
        ) * UP
        halfspaces.ends[i].slack = slack
    for k in range(n):
        p.goal[k] = 0.0
        p.goal_error[k] = 0.0
    p.goal[n] = -1.0
    p.goal_error[n] = 0.0
    load(p, halfspaces, n + 1, m)
    return descend(p, n + 1, m, -start), m, start


@compiled
def is_beaten(
    t: Tables,
    maps: Maps,
    halfspaces: HalfspaceRows,
    p: Program,
    proof: Proof,
    pieces: np.ndarray,
    s: int,
    m: int,
    start: float,
) -> bool:
    """Whether it is proved that t is nowhere positive, whose descent has ended where it is least.

    The goal is -t, which is -start at the centre and 0 at the origin, without errors.
    """
    goal = proof.goal[0]
    goal.stage = s
    goal.row = NONE
    goal.rival = OF_DOMAIN
    goal.value = -start
    goal.value_error = 0.0
    goal.constant = 0.0
    goal.constant_error = 0.0
    goal.integer = INTEGER
    return proves(t, maps, halfspaces, p, proof, pieces, t.dim + 1, m)


@compiled
def next_contest(t: Tables, tree: Tree) -> int:
    """A max unit of the stage that several candidates may win, or -1."""
    s = tree.node[STAGE]
    for u in range(t.stages[s].unit, t.stages[s + 1].unit):
        if t.units[u].is_max and runners(t, tree, u) > 1:
            return u
    return -1


@compiled
def split_contest(t: Tables, maps: Maps, tree: Tree, u: int) -> None:
    """Put the parts of the cell on the stack, one for each candidate that wins somewhere."""
    at = tree.alive - t.stages[tree.node[STAGE]].row
    running = runners(t, tree, u)
    rows = range(t.units[u].row, t.units[u].row + t.units[u].size)
    for r in rows:
        if tree.node[at + r] == 0:
            continue
        top = push(t, tree, running - 1)
        child = tree.nodes[top]
        place = tree.halfspaces + 2 * tree.node[HALFSPACES]
        for q in rows:
            if q != r and tree.node[at + q]:
                child[at + q] = 0
                child[place] = r
                child[place + 1] = q
                place += 2
        for i in range(tree.node[POINTS]):
            if winner(t, maps, tree, u, i) == r:
                hand_on(t, tree, top, i)
        tree.points[top, 0] = tree.point[0] / running
