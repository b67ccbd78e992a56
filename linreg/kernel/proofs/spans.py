"""Machine code: whether gradients are combinations of few vectors, told without a number.

Behind few active units, or few weights that are not zero, a form is often a combination of fewer
half-spaces than the input has dimensions, exactly, which rounded coefficients cannot show. But
which rows it is a sum of is known without a rounding, and so is whether all of these sums go
through few of them.

Rows and inputs are *places*, and so are the goal and half-spaces that are no sides of a form. The
gradient of a place is a combination of those of the places that it leads to: a row leads to the
rows of the stage before whose outputs it has terms in, but for outputs that are constant; in the
first stage, to inputs.
"""

from __future__ import annotations

import numpy as np

from linreg.kernel.data.roundoff import product_error
from linreg.kernel.data.tables import Tables
from linreg.kernel.data.work import OF_DOMAIN, HalfspaceRows, Maps, Program, Proof
from linreg.kernel.machine import NONE, NOTHING, compiled

ON_NO_PATH = NONE - 1


@compiled
def go_through_few(
    t: Tables,
    maps: Maps,
    halfspaces: HalfspaceRows,
    p: Program,
    proof: Proof,
    pieces: np.ndarray,
    n: int,
    k: int,
) -> bool:
    """Whether k vectors have the gradients of the goal and the support as combinations, exactly.

    They are what cuts these off from the inputs: as many as there are paths to inputs that share no
    place (Menger, 1927). A search for one more path ends where it can neither enter a new place nor
    leave one that is on a path. Each place that it left leads to places that it entered. So, from
    the inputs on, all that it entered are combinations of those that it entered and did not leave.
    These are counted: nothing else depends on how it went. The lead of a candidate over all others
    is one more vector.
    """
    if _is_narrow(t, maps, halfspaces, p, proof, n, k):
        return True
    n_rows = len(t.rows) - 1
    places = n_rows + t.dim + k + 1
    for v in range(places):
        proof.before[v] = ON_NO_PATH
    few = k - (n - t.dim)
    for _ in range(few + 1):
        if not _adds_path(t, maps, halfspaces, p, proof, pieces, k):
            cut = NOTHING
            for v in range(places):
                cut += proof.seen[2 * v] == proof.turn[0] != proof.seen[2 * v + 1]
            return cut <= few
    return False


@compiled
def _is_narrow(
    t: Tables, maps: Maps, halfspaces: HalfspaceRows, p: Program, proof: Proof, n: int, k: int
) -> bool:
    """Whether the rows of one stage whose outputs are not constant cut all off, which is usual.

    With them goes what is of that stage, and none of them, or of one before.
    """
    for s in range(proof.goal[0].stage - 1, -1, -1):
        cut = n - t.dim
        first = t.stages[s].out
        for o in range(first, t.stages[s + 1].out):
            cut += maps.out_ends[o].live
        for i in range(k + 1):
            of, against = _named(halfspaces, p, proof, k, i)
            if against == OF_DOMAIN:
                if i < k or n == t.dim:  # a goal that is the lead alone has been counted
                    cut += 1
                continue
            stage = t.rows[of if against >= 0 else t.forms[of].row].stage
            if stage == s and against < 0:
                cut += 1 - maps.out_ends[first + t.forms[of].unit - t.stages[s].unit].live
            elif stage <= s:
                cut += 1
        if cut <= k:
            return True
    return False


@compiled
def _adds_path(
    t: Tables,
    maps: Maps,
    halfspaces: HalfspaceRows,
    p: Program,
    proof: Proof,
    pieces: np.ndarray,
    k: int,
) -> bool:
    """Whether there is one more path to an input; others are led elsewhere for it.

    States are two for each place: that the search entered it, and that it left it. A place on a
    path is entered to go back along that path, which leaves the place before. (Ford and Fulkerson,
    1956.)
    """
    inputs = len(t.rows) - 1
    proof.turn[0] += 1
    top = NOTHING
    for i in range(k + 1):
        of, against = _named(halfspaces, p, proof, k, i)
        v = inputs + t.dim + i
        if against < 0 and against != OF_DOMAIN:
            v = t.forms[of].row
        top = _see(proof, 2 * v, NONE, top)
    while top > 0:
        top -= 1
        state = proof.waiting[top]
        v = state >> 1
        if state == 2 * v:
            if proof.before[v] == ON_NO_PATH:
                top = _see(proof, state + 1, state, top)
            elif proof.before[v] >= 0:
                top = _see(proof, 2 * proof.before[v] + 1, state, top)
            continue
        if inputs <= v < inputs + t.dim:
            while state >= 0:
                came = proof.came[state]
                if state & 1 == 0:
                    proof.before[state >> 1] = came >> 1 if came >= 0 else NONE
                    if came >= 0 and came >> 1 == state >> 1:
                        proof.before[state >> 1] = ON_NO_PATH
                state = came
            return True
        if proof.before[v] != ON_NO_PATH:
            top = _see(proof, state - 1, state, top)
        if v < inputs:
            top = _see_terms(t, maps, proof, pieces, v, NONE, state, top)
            continue
        i = v - inputs - t.dim
        of, against = _named(halfspaces, p, proof, k, i)
        if against >= 0:
            top = _see_terms(t, maps, proof, pieces, of, against, state, top)
            top = _see_terms(t, maps, proof, pieces, against, of, state, top)
            continue
        for c in range(t.dim):
            a, error = p.goal[c], p.goal_error[c]
            if i < k:
                halfspace = p.rows[p.nonbasic[proof.support[i].column]].halfspace
                a, error = halfspaces.normals[halfspace, c], halfspaces.errors[halfspace, c]
            if a != 0.0 or error != 0.0:
                top = _see(proof, 2 * (inputs + c), state, top)
    return False


@compiled
def _named(halfspaces: HalfspaceRows, p: Program, proof: Proof, k: int, i: int) -> tuple[int, int]:
    """What half-space i of the support is, or the goal after them: a form or row, and a rival."""
    if i == k:
        return proof.goal[0].row, proof.goal[0].rival
    end = halfspaces.ends[p.rows[p.nonbasic[proof.support[i].column]].halfspace]
    return end.row, end.rival


@compiled
def _see(proof: Proof, state: int, before: int, top: int) -> int:
    """Put a state on the stack, if it has not been there, with the one that leads to it."""
    if proof.seen[state] == proof.turn[0]:
        return top
    proof.seen[state] = proof.turn[0]
    proof.came[state] = before
    proof.waiting[top] = state
    return top + 1


@compiled
def _see_terms(
    t: Tables,
    maps: Maps,
    proof: Proof,
    pieces: np.ndarray,
    r: int,
    against: int,
    state: int,
    top: int,
) -> int:
    """Enter the places that row r leads to.

    But for the terms that it has in common with another row, if it is its lead over that.
    """
    s = t.rows[r].stage
    for e in range(t.rows[r].term, t.rows[r + 1].term):
        v = len(t.rows) - 1 + t.terms[e].column
        if s > 0:
            o = t.stages[s - 1].out + t.terms[e].column
            if maps.out_ends[o].live == 0:
                continue
            u = t.outs[o].unit
            v = t.outs[o].row
            if u >= 0:
                v = t.units[u].row + (pieces[u] if t.units[u].is_max else 0)
        is_common = False
        if against >= 0 and t.terms[e].error == 0.0:
            for d in range(t.rows[against].term, t.rows[against + 1].term):
                if t.terms[d].column == t.terms[e].column:
                    is_common = t.terms[d].weight == t.terms[e].weight and t.terms[d].error == 0.0
        if not is_common:
            top = _see(proof, 2 * v, state, top)
    return top


@compiled
def is_parallel(t: Tables, maps: Maps, halfspaces: HalfspaceRows, p: Program, proof: Proof) -> bool:
    """Whether the goal's gradient is a positive multiple of that of the only half-space, exactly.

    By the terms of two rows of one stage in outputs that are not constant. Writes the multiplier.
    """
    goal = proof.goal[0]
    end = halfspaces.ends[p.rows[p.nonbasic[proof.support[0].column]].halfspace]
    if max(goal.rival, end.rival) >= 0 or min(goal.rival, end.rival) == OF_DOMAIN:
        return False
    r, q = t.forms[goal.row].row, t.forms[end.row].row
    s = t.rows[r].stage
    if t.rows[q].stage != s:
        return False
    first = t.stages[s - 1].out if s > 0 else 0
    a, b = 0.0, 0.0
    e, d = t.rows[r].term, t.rows[q].term
    last_e, last_d = t.rows[r + 1].term, t.rows[q + 1].term
    while True:
        if s > 0:
            while e < last_e and maps.out_ends[first + t.terms[e].column].live == 0:
                e += 1
            while d < last_d and maps.out_ends[first + t.terms[d].column].live == 0:
                d += 1
        if e >= last_e or d >= last_d:
            break
        x, y = t.terms[e], t.terms[d]
        if x.column != y.column or x.error != 0.0 or y.error != 0.0:
            return False
        if a == 0.0 and b == 0.0:
            a, b = x.weight, y.weight
        if not _same_product(x.weight, b, y.weight, a):
            return False
        e += 1
        d += 1
    if e < last_e or d < last_d or b == 0.0:
        return False
    proof.support[0].multiplier = a / b if goal.rival == end.rival else -a / b
    return proof.support[0].multiplier > 0.0


@compiled
def _same_product(a: float, b: float, c: float, d: float) -> bool:
    """Whether a b = c d exactly (Dekker, 1971: the rounding error of a product is a float)."""
    return a * b == c * d and product_error(a, b) == product_error(c, d)
