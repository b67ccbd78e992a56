"""Machine code: which breakpoints of a stage's scalar units cut a cell, and its two parts."""

from __future__ import annotations

import numpy as np

from linreg.kernel.data.flags import INTEGER_GRADIENT
from linreg.kernel.data.outcomes import (
    BELOW_ZERO,
    LEAST,
    PROVED_CUT,
    PROVED_NO_CUT,
    UNDECIDED,
)
from linreg.kernel.data.tables import Tables
from linreg.kernel.data.work import (
    CLAIMS,
    HALFSPACES,
    KNOWN,
    NEGATIVE,
    OUTSIDE,
    POINTS,
    POSITIVE,
    SEEN,
    SHARED,
    SIDE,
    STAGE,
    TOP,
    HalfspaceRows,
    Maps,
    Program,
    Proof,
    Tree,
)
from linreg.kernel.machine import NOTHING, compiled
from linreg.kernel.maps.affine_maps import form_constant_error, form_value, form_value_error
from linreg.kernel.proofs.multipliers import gather, proves
from linreg.kernel.simplex.points import (
    ONE,
    ZERO,
    is_known,
    is_seen_cut,
    keep_beyond,
    sees,
    settle,
    step_off,
)
from linreg.kernel.simplex.program import descend, load


@compiled
def see_constants(t: Tables, maps: Maps, tree: Tree) -> None:
    """Forget all sides but those of forms that are certainly constant on the stage's cells."""
    s = tree.node[STAGE]
    first = t.stages[s].form
    for word in range(2 * t.n_words):
        tree.mask[word] = ZERO
    for f in range(first, t.stages[s + 1].form):
        # All multiples of a form are decided by the first: where it is zero, all are.
        twin = t.forms[f].twin
        r = t.forms[twin].row
        is_constant = True
        for k in range(t.dim):
            if maps.gradients[r, k] != 0.0 or maps.gradient_errors[r, k] != 0.0:
                is_constant = False
                break
        if is_constant:
            c = t.forms[f].twin_side * (maps.ends[r].constant - t.forms[twin].breakpoint)
            error = form_constant_error(t, maps, twin)
            if abs(c) > error or (c == 0.0 and error == 0.0):
                settle(t, tree, f - first, c > 0.0)


@compiled
def take_up(t: Tables, halfspaces: HalfspaceRows, tree: Tree, p: Program) -> int:
    """Make the program that of the node's cell: how many rows it has."""
    s = tree.node[STAGE]
    m = 0
    last = len(t.halfspaces) + tree.node[HALFSPACES]
    for i in range(tree.entered[s].n_base):
        p.rows[m].halfspace = tree.base[s, i]
        m += 1
    for i in range(tree.entered[s].halfspaces, last):
        p.rows[m].halfspace = i
        m += 1
    return m


@compiled
def decide_forms(
    t: Tables, maps: Maps, halfspaces: HalfspaceRows, tree: Tree, p: Program, proof: Proof
) -> bool:
    """Find out which of the stage's forms cut the cell; False if some are in doubt.

    The side of those that do not is fixed, and there are points on both sides of the others,
    unless there is no more room for points.
    """
    n, s = t.dim, tree.node[STAGE]
    first = t.stages[s].form
    x = tree.point[1 : 1 + n]
    m = -1
    tree.counters[CLAIMS] = 0
    for f in range(first, t.stages[s + 1].form):
        local = f - first
        if t.forms[f].twin != f or is_known(t, tree, local) or is_seen_cut(t, tree, local):
            continue
        if tree.node[POINTS] + 2 > tree.most_points:
            return next_form(t, tree)[0] >= 0 and tree.counters[CLAIMS] == 0
        value = form_value(t, maps, f, x)
        error = form_value_error(t, maps, f, x)
        if m < 0:
            m = take_up(t, halfspaces, tree, p)
            load(p, halfspaces, n, m)
        if abs(value) > error:
            if _decide(t, maps, halfspaces, tree, p, proof, f, m, value, error) == PROVED_NO_CUT:
                settle(t, tree, local, value > 0.0)
        else:
            if step_off(t, maps, halfspaces, tree, p, f, m):
                continue
            claim(tree, p, proof, f, NOTHING)
    return tree.counters[CLAIMS] == 0


@compiled
def claim(tree: Tree, p: Program, proof: Proof, f: int, k: int) -> None:
    """Note that a form is in doubt, and which half-spaces should prove that it does not cut."""
    claims = tree.claims[tree.counters[CLAIMS]]
    tree.counters[CLAIMS] += 1
    claims[0] = f
    claims[1] = k
    for i in range(k):
        claims[2 + i] = p.rows[p.nonbasic[proof.support[i].column]].halfspace


@compiled
def _decide(
    t: Tables,
    maps: Maps,
    halfspaces: HalfspaceRows,
    tree: Tree,
    p: Program,
    proof: Proof,
    f: int,
    m: int,
    value: float,
    error: float,
) -> int:
    """Whether it is proved that a form cuts the cell, or that it does not; else it is a claim."""
    n = t.dim
    r = t.forms[f].row
    sign = 1.0 if value > 0.0 else -1.0
    for k in range(n):
        p.goal[k] = sign * maps.gradients[r, k]
        p.goal_error[k] = maps.gradient_errors[r, k]
    outcome = descend(p, n, m, abs(value))
    if outcome == BELOW_ZERO and keep_beyond(t, maps, tree, p, f, value):
        return PROVED_CUT
    if outcome == LEAST:
        goal = proof.goal[0]
        goal.stage = tree.node[STAGE]
        goal.row = f
        goal.rival = POSITIVE if sign > 0.0 else NEGATIVE
        goal.value = abs(value)
        goal.value_error = error
        goal.constant = sign * (maps.ends[r].constant - t.forms[f].breakpoint)
        goal.constant_error = form_constant_error(t, maps, f)
        goal.integer = maps.ends[r].integer
        if goal.constant_error != 0.0 or np.floor(goal.constant) != goal.constant:
            goal.integer &= INTEGER_GRADIENT
        if proves(t, maps, halfspaces, p, proof, tree.node[tree.pieces :], n, m):
            return PROVED_NO_CUT
        claim(tree, p, proof, f, gather(p, proof, n, m))
    else:
        claim(tree, p, proof, f, NOTHING)
    load(p, halfspaces, n, m)
    return UNDECIDED


@compiled
def next_form(t: Tables, tree: Tree) -> tuple[int, int]:
    """The form, of those that cut the cell, whose sides share its points most evenly; how many do.

    It is -1 if none has points on both sides.
    """
    s, points = tree.node[STAGE], tree.node[POINTS]
    first = t.stages[s].form
    best, fewest, n_open = -1, 0, 0
    for f in range(first, t.stages[s + 1].form):
        if is_known(t, tree, f - first) or t.forms[f].twin != f:
            continue
        n_open += 1
        positive = 0
        for i in range(points):
            positive += sees(t, tree, i, f - first)
        few = min(positive, points - positive)
        if few > fewest:
            best, fewest = f, few
    return best, n_open


@compiled
def split_form(t: Tables, tree: Tree, f: int) -> None:
    """Put the two parts of the cell on the stack; that of the node's point is the next one."""
    local = f - t.stages[tree.node[STAGE]].form
    here = sees(t, tree, NOTHING, local)
    for turn in range(2):
        positive = here if turn == 1 else not here
        top = push_side(t, tree, f, positive)
        for i in range(tree.node[POINTS]):
            if sees(t, tree, i, local) == positive:
                hand_on(t, tree, top, i)


@compiled
def push_side(t: Tables, tree: Tree, f: int, positive: bool) -> int:
    """Put the part of the cell on one side of a form on the stack, without points: its place."""
    first = t.stages[tree.node[STAGE]].form
    unit = t.units[t.forms[f].unit]
    top = push(t, tree, 1)
    child, mask = tree.nodes[top], tree.masks[top]
    at = tree.halfspaces + 2 * tree.node[HALFSPACES]
    child[at] = f
    child[at + 1] = POSITIVE if positive else NEGATIVE
    # Breakpoints of the same unit beyond this one are on the same side.
    for g in range(unit.form, unit.form + unit.size):
        if g == f or (g < f) == positive:
            bit = ONE << np.uint64((g - first) & 63)
            mask[KNOWN * t.n_words + ((g - first) >> 6)] |= bit
            if positive:
                mask[SIDE * t.n_words + ((g - first) >> 6)] |= bit
    tree.points[top, 0] = 0.5 * tree.point[0]
    return top


@compiled
def push(t: Tables, tree: Tree, halfspaces: int) -> int:
    """Put a copy of the node on the stack, with room for more half-spaces and without points."""
    node = tree.node
    top = tree.counters[TOP]
    tree.counters[TOP] = top + 1
    child = tree.nodes[top]
    for i in range(tree.pieces + t.stages[node[STAGE]].unit):
        child[i] = node[i]
    for i in range(tree.halfspaces, tree.halfspaces + 2 * node[HALFSPACES]):
        child[i] = node[i]
    for i in range(tree.alive, len(node)):
        child[i] = node[i]
    child[SHARED] = node[HALFSPACES]
    child[HALFSPACES] = node[HALFSPACES] + halfspaces
    child[OUTSIDE] = -1
    child[POINTS] = 0
    for i in range(SEEN * t.n_words):
        tree.masks[top, i] = tree.mask[i]
    return top


@compiled
def hand_on(t: Tables, tree: Tree, top: int, i: int) -> None:
    """Give point i of the node to a child, unless that needs its room for others."""
    n, words = t.dim, t.n_words
    kept = tree.nodes[top, POINTS]
    if kept >= max(2, tree.most_points // 2):
        return
    for k in range(n):
        tree.points[top, 1 + kept * n + k] = tree.point[1 + i * n + k]
    for word in range(words):
        tree.masks[top, (SEEN + kept) * words + word] = tree.mask[(SEEN + i) * words + word]
    tree.nodes[top, POINTS] = kept + 1
