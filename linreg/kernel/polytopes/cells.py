"""Machine code: which forms cut a polytope, and its two parts.

Corners span the closed cell, so a form that is certainly positive at all of them does not cut it,
and one that is certainly positive at one and negative at another does; no linear program is solved,
and both parts of a split are proved not to be empty.
"""

from __future__ import annotations

import numpy as np

from linreg.kernel.data.outcomes import FORM_IN_DOUBT, NO_FORM
from linreg.kernel.data.polytopes import (
    ABOVE,
    BELOW,
    CONSTANT,
    CONSTANT_ERROR,
    CORNERS,
    ERROR,
    EXTRA,
    GIVEN_UP,
    MADE,
    NOT_MADE,
    RATE,
    SIZE,
    STATE,
    STEEPNESS,
    Polytopes,
    W,
)
from linreg.kernel.data.roundoff import FLOOR, UP
from linreg.kernel.data.tables import Tables
from linreg.kernel.data.work import (
    ENTRY,
    HALFSPACES,
    KNOWN,
    POINTS,
    POSITIVE,
    REGIONS,
    SIDE,
    STAGE,
    Tree,
    Work,
)
from linreg.kernel.machine import NOTHING, compiled
from linreg.kernel.maps.affine_maps import put_side
from linreg.kernel.polytopes.building import build, free_bit
from linreg.kernel.polytopes.crossing import cross, value_at, write_form
from linreg.kernel.polytopes.crossing import look as sort
from linreg.kernel.polytopes.solving import lowest
from linreg.kernel.simplex.forms import push_side
from linreg.kernel.simplex.points import ONE, ZERO, is_known, look, settle, stand_inside


@compiled
def has_polytope(c: Polytopes) -> bool:
    """Whether corners tell which forms cut the current node."""
    return len(c.heads) > 0 and c.head[STATE] == MADE


@compiled
def find_polytope(t: Tables, w: Work, top: int) -> bool:
    """Make the polytope of the node that was at place `top` the current one; as `make_polytope`."""
    tree, c = w.tree, w.polytopes
    if len(c.heads) == 0:
        return stand_in_middle(t, w)
    n = c.heads[top, CORNERS]
    c.head[CORNERS] = n
    c.head[STATE] = c.heads[top, STATE]
    if c.head[STATE] == NOT_MADE:
        return make_polytope(t, w)
    for i in range(n):
        for k in range(t.dim + EXTRA):
            c.at[0, i, k] = c.held[top, i, k]
        c.at_ends[0, i] = c.ends[top, i]
        for word in range(2 * t.n_words):
            c.at_signs[0, i, word] = c.signs[top, i, word]
    for i in range(len(c.walls)):
        c.walls[i] = c.held_walls[top, i]
    for word in range(t.n_words):
        c.cutting[word] = c.open[top, word]
    if c.head[STATE] == GIVEN_UP:
        return stand_in_middle(t, w)
    if c.entries[tree.node[STAGE]] != tree.node[ENTRY]:
        _write_forms(t, w)
    return True


@compiled
def make_polytope(t: Tables, w: Work) -> bool:
    """Make the node's polytope from its half-spaces, if they end in a point and no sign is unsure.

    Whether there is one, or a point is certainly inside.
    """
    tree, c = w.tree, w.polytopes
    last = len(t.halfspaces) + tree.node[HALFSPACES]
    made = NOT_MADE
    if last >= t.dim:
        made = build(w.halfspaces, w.proof, c, t.dim, last)
    c.head[STATE] = made
    if made != MADE:
        c.head[CORNERS] = 0
        return stand_in_middle(t, w)
    return open_forms(t, w)


@compiled
def leave_polytope(t: Tables, w: Work) -> bool:
    """Go on with the node without corners; whether it has a point that is certainly inside."""
    w.polytopes.head[STATE] = GIVEN_UP
    return stand_in_middle(t, w)


@compiled
def stand_in_middle(t: Tables, w: Work) -> bool:
    """Bring a point to the front that is certainly inside: the middle, if the node has none."""
    tree, c = w.tree, w.polytopes
    if tree.node[POINTS] == 0 and len(c.heads) > 0 and c.head[CORNERS] > 0:
        middle(c, t.dim, tree.point[1 : 1 + t.dim])
        tree.node[POINTS] = 1
        look(t, w.maps, tree, NOTHING)
    return stand_inside(t, w.halfspaces, tree, len(t.halfspaces) + tree.node[HALFSPACES])


@compiled
def middle(c: Polytopes, n: int, x: np.ndarray) -> None:
    """Write a point somewhere in the middle of the current polytope."""
    points = 0
    for k in range(n):
        x[k] = 0.0
    for i in range(c.head[CORNERS]):
        points += c.at[0, i, n + W] != 0.0
    for i in range(c.head[CORNERS]):
        corner = c.at[0, i]
        by = 1.0 / points if corner[n + W] != 0.0 else 1.0 / corner[n + SIZE]
        for k in range(n):
            x[k] += by * corner[k]


@compiled
def _write_forms(t: Tables, w: Work) -> None:
    """Write all forms of the node's stage for values at corners."""
    tree, c = w.tree, w.polytopes
    s = tree.node[STAGE]
    for f in range(t.stages[s].form, t.stages[s + 1].form):
        if t.forms[f].twin == f:
            write_form(t, w.maps, f, c.forms[f])
    c.entries[s] = tree.node[ENTRY]


@compiled
def open_forms(t: Tables, w: Work) -> bool:
    """Find out which forms of the stage cut the polytope, and fix the side of the others.

    Where some are in doubt, the node goes on without corners: False if it has no point for that.
    """
    tree, c, n = w.tree, w.polytopes, t.dim
    s = tree.node[STAGE]
    first, m = t.stages[s].form, NOTHING
    _write_forms(t, w)
    for f in range(first, t.stages[s + 1].form):
        if t.forms[f].twin == f and not is_known(t, tree, f - first):
            c.which[m] = f
            for j in range(len(c.form)):
                c.columns[j, m] = c.forms[f, j]
            m += 1
    _count_signs(c, n, m)
    corners = c.head[CORNERS]
    for word in range(t.n_words):
        c.cutting[word] = ZERO
    for i in range(corners):
        for word in range(2 * t.n_words):
            c.at_signs[0, i, word] = ZERO
    for j in range(m):
        local = c.which[j] - first
        if c.above[j] == corners:
            settle(t, tree, local, True)
        elif c.below[j] == corners:
            settle(t, tree, local, False)
        elif c.above[j] > 0.0 and c.below[j] > 0.0:
            c.cutting[local >> 6] |= ONE << np.uint64(local & 63)
            for i in range(corners):
                _write_sign(t, c, 0, i, c.which[j], local)
        else:
            return leave_polytope(t, w)
    tree.node[POINTS] = 0
    return True


@compiled
def _count_signs(c: Polytopes, n: int, m: int) -> None:
    """Count the corners where each of m forms is certainly positive, and certainly negative."""
    constants, sums = c.columns[n + CONSTANT], c.sums
    errors, rates = c.columns[n + CONSTANT_ERROR], c.columns[n + RATE]
    steepness, above, below = c.columns[n + STEEPNESS], c.above, c.below
    for j in range(m):
        above[j] = 0.0
        below[j] = 0.0
    for i in range(c.head[CORNERS]):
        corner = c.at[0, i]
        at_end, error, size = corner[n + W], corner[n + ERROR], corner[n + SIZE]
        for j in range(m):
            sums[j] = constants[j] * at_end
        for k in range(n):
            gradients, x = c.columns[k], corner[k]
            for j in range(m):
                sums[j] += gradients[j] * x
        for j in range(m):
            off = errors[j] * at_end + rates[j] * size
            off = (off + steepness[j] * error) * UP + FLOOR
            above[j] += 1.0 if sums[j] > off else 0.0
            below[j] += 1.0 if sums[j] < -off else 0.0


@compiled
def _write_sign(t: Tables, c: Polytopes, of: int, i: int, f: int, local: int) -> None:
    """Write the sign of a form at corner i of one of the lists, if it is certain."""
    value, off = value_at(c.forms[f], t.dim, c.at[of, i])
    error = (off + c.forms[f, t.dim + STEEPNESS] * c.at[of, i, t.dim + ERROR]) * UP
    word, bit = local >> 6, ONE << np.uint64(local & 63)
    if value > error:
        c.at_signs[of, i, word] |= bit
    elif value < -error:
        c.at_signs[of, i, t.n_words + word] |= bit


@compiled
def hand_on_state(c: Polytopes, first: int, last: int) -> None:
    """Let parts that were made without corners be as the current node."""
    if len(c.heads) > 0:
        for top in range(first, last):
            c.heads[top, CORNERS] = 0
            c.heads[top, STATE] = c.head[STATE]


@compiled
def next_cut(t: Tables, tree: Tree, c: Polytopes) -> int:
    """A form that cuts the polytope and whose signs at all corners are certain."""
    is_open = False
    for word in range(t.n_words):
        sure = c.cutting[word]
        is_open = is_open or sure != ZERO
        for i in range(c.head[CORNERS]):
            sure &= c.at_signs[0, i, word] | c.at_signs[0, i, t.n_words + word]
        if sure != ZERO:
            return t.stages[tree.node[STAGE]].form + 64 * word + lowest(sure)
    return FORM_IN_DOUBT if is_open else NO_FORM


@compiled
def bits(word: np.uint64) -> int:
    """How many bits of a word are set."""
    m = 0
    while word != ZERO:
        word &= word - ONE
        m += 1
    return m


@compiled
def split(t: Tables, w: Work, f: int, limit: int, wants_rows: bool) -> bool:
    """Put the two parts of the cell on the stack, or count those that are regions.

    False, and nothing is done, if there is no room for corners or they are not certain.
    """
    tree, c, n = w.tree, w.polytopes, t.dim
    s = tree.node[STAGE]
    local = f - t.stages[s].form
    counts = not wants_rows and s + 1 >= t.n_stages
    if counts and tree.counters[REGIONS] + 2 <= limit and is_only(c, local):
        _count(tree, 2, 1.0)
        return True
    number = free_bit(c)
    if not sort(c.forms[f], n, c) or number == 0:
        return False
    last = len(t.halfspaces) + tree.node[HALFSPACES]
    put_side(t, w.maps, w.halfspaces, last, f, POSITIVE)
    c.walls[number] = last
    m = cross(w.halfspaces, w.proof, c, c.forms[f], n, number)
    if m < 0 or max(c.head[ABOVE], c.head[BELOW]) + m > len(c.values):
        return False
    c.cutting[local >> 6] &= ~(ONE << np.uint64(local & 63))
    for i in range(m):
        _see_open(t, tree, c, i)
    for turn in range(2):
        n_open = _look_at_part(t, c, m, turn)
        if counts and 0 <= n_open <= 1 and tree.counters[REGIONS] + 1 + n_open <= limit:
            _count(tree, 1 + n_open, 0.5)
            continue
        top = push_side(t, tree, f, turn == 1)
        _hand_down(t, tree, c, top, m, turn)
        c.heads[top, STATE] = MADE if n_open >= 0 else GIVEN_UP
    return True


@compiled
def is_only(c: Polytopes, local: int) -> bool:
    """Whether a form is the only one that cuts the polytope."""
    is_alone = True
    for word in range(len(c.cutting)):
        own = ONE << np.uint64(local & 63) if local >> 6 == word else ZERO
        is_alone = is_alone and c.cutting[word] == own
    return is_alone


@compiled
def _count(tree: Tree, regions: int, share: float) -> None:
    """Count so many regions of the last stage, which are this share of the node."""
    tree.cells[tree.node[STAGE]] += regions
    tree.counters[REGIONS] += regions
    tree.share[0] += share * tree.point[0]


@compiled
def _see_open(t: Tables, tree: Tree, c: Polytopes, i: int) -> None:
    """Write the signs at new corner i that those at the ends of its edge do not tell."""
    first = t.stages[tree.node[STAGE]].form
    for word in range(t.n_words):
        rest = c.cutting[word] & ~(c.at_signs[1, i, word] | c.at_signs[1, i, t.n_words + word])
        while rest != ZERO:
            local = 64 * word + lowest(rest)
            rest &= rest - ONE
            _write_sign(t, c, 1, i, first + local, local)


@compiled
def _look_at_part(t: Tables, c: Polytopes, m: int, side: int) -> int:
    """How many forms cut a part, written to `part`, or -1 if some are in doubt."""
    n_open, is_sure = 0, True
    for word in range(t.n_words):
        below_word = t.n_words + word
        up, down = ~ZERO, ~ZERO
        some_up, some_down = ZERO, ZERO
        for a in range(c.head[BELOW + side]):
            i = c.sides[side, a]
            up &= c.at_signs[0, i, word]
            down &= c.at_signs[0, i, below_word]
            some_up |= c.at_signs[0, i, word]
            some_down |= c.at_signs[0, i, below_word]
        for i in range(m):
            up &= c.at_signs[1, i, word]
            down &= c.at_signs[1, i, below_word]
            some_up |= c.at_signs[1, i, word]
            some_down |= c.at_signs[1, i, below_word]
        cut = some_up & some_down & c.cutting[word]
        c.part[0, word] = cut
        c.part[1, word] = up & c.cutting[word]
        c.part[2, word] = down & c.cutting[word]
        is_sure = is_sure and c.cutting[word] & ~(cut | up | down) == ZERO
        n_open += bits(cut)
    return n_open if is_sure else -1


@compiled
def _hand_down(t: Tables, tree: Tree, c: Polytopes, top: int, m: int, side: int) -> None:
    """Write the polytope of a part, and the sides of forms that do not cut it."""
    kept = c.head[BELOW + side]
    for a in range(kept):
        _hold(c, 0, c.sides[side, a], top, a)
    for i in range(m):
        _hold(c, 1, i, top, kept + i)
    c.heads[top, CORNERS] = kept + m
    for i in range(len(c.walls)):
        c.held_walls[top, i] = c.walls[i]
    for word in range(t.n_words):
        c.open[top, word] = c.part[0, word]
        tree.masks[top, KNOWN * t.n_words + word] |= c.part[1, word] | c.part[2, word]
        tree.masks[top, SIDE * t.n_words + word] |= c.part[1, word]


@compiled
def _hold(c: Polytopes, of: int, i: int, top: int, j: int) -> None:
    """Make corner i of one of the two lists corner j of a node."""
    for k in range(c.at.shape[2]):
        c.held[top, j, k] = c.at[of, i, k]
    c.ends[top, j] = c.at_ends[of, i]
    for word in range(c.at_signs.shape[2]):
        c.signs[top, j, word] = c.at_signs[of, i, word]
