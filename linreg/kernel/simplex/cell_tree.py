"""Machine code: the tree of cells."""

from __future__ import annotations

from linreg.kernel.data.outcomes import (
    BLOCK,
    DONE,
    DOUBT,
    ELSEWHERE,
    FULL,
    LOST,
    NO_FORM,
    PAUSED,
    PLACE,
    UNCLEAR,
)
from linreg.kernel.data.tables import Tables
from linreg.kernel.data.work import (
    BEFORE,
    DOUBTS,
    ENTRIES,
    ENTRY,
    HALFSPACES,
    OUTSIDE,
    POINTS,
    REGIONS,
    ROWS,
    SEEN,
    SHARED,
    STAGE,
    TOP,
    Tree,
    Work,
)
from linreg.kernel.machine import compiled, entry
from linreg.kernel.maps.affine_maps import put_domain, put_halfspace
from linreg.kernel.maps.composing import compose
from linreg.kernel.polytopes.cells import (
    find_polytope,
    hand_on_state,
    has_polytope,
    leave_polytope,
    make_polytope,
    next_cut,
    open_forms,
    split,
    stand_in_middle,
)
from linreg.kernel.simplex.contests import (
    decide_contests,
    has_contests,
    most_parts,
    next_contest,
    see_contests,
    split_contest,
)
from linreg.kernel.simplex.forms import decide_forms, next_form, see_constants, split_form
from linreg.kernel.simplex.points import is_known, is_positive, is_surely_cut, look, stand_inside


@entry
def grow(t: Tables, w: Work, budget: int, limit: int, wants_rows: bool) -> tuple[int, int]:
    """Take cells until something stops it: why, and how much of the budget is left.

    Where a cell stops it, that is the current node; one that is kept elsewhere is the node just
    above the stack. With `PLACE` for a budget, the node is put in place, and that is all: `DONE`,
    or `LOST` if no point of it is surely inside.
    """
    if budget == PLACE:
        return place(t, w), budget
    counters = w.tree.counters
    parts = most_parts(t)
    while counters[TOP] > 0:
        status = pop(w, parts, budget, limit, wants_rows)
        if status != DONE:
            return status, budget
        budget -= 1
        status = _take(t, w, counters[TOP], limit, wants_rows)
        if status != DONE:
            counters[DOUBTS] += 1
            return status, budget
    return DONE, budget


@compiled
def pop(w: Work, parts: int, budget: int, limit: int, wants_rows: bool) -> int:
    """Take the last node off the stack: `DONE`, or why no cell is to be taken down now."""
    tree = w.tree
    counters = tree.counters
    top = counters[TOP] - 1
    if budget <= 0 or counters[REGIONS] >= limit:
        return PAUSED
    if top + 1 + parts >= len(tree.nodes):
        return FULL
    if wants_rows and counters[ROWS] >= len(tree.patterns):
        return BLOCK
    counters[TOP] = top
    return ELSEWHERE if tree.nodes[top, OUTSIDE] >= 0 else DONE


@compiled
def _take(t: Tables, w: Work, top: int, limit: int, wants_rows: bool) -> int:
    """Take one cell down to its next split."""
    tree = w.tree
    node = tree.node
    lift(t, tree, top)
    if node[STAGE] == BEFORE:
        if not begin(t, w):
            return UNCLEAR
    else:
        find_path(t, w)
    if not find_polytope(t, w, top):
        return LOST
    while True:
        s = node[STAGE]
        is_last = s + 1 >= t.n_stages
        if has_polytope(w.polytopes):
            f = next_cut(t, tree, w.polytopes)
            if f >= 0 and split(t, w, f, limit, wants_rows):
                return DONE
            if f != NO_FORM and not leave_polytope(t, w):
                return LOST
        if not has_polytope(w.polytopes):
            if not decide_forms(t, w.maps, w.halfspaces, tree, w.program, w.proof):
                return DOUBT
            f, n_open = next_form(t, tree)
            if f >= 0:
                if (
                    n_open == 1
                    and is_last
                    and not wants_rows
                    and tree.counters[REGIONS] + 2 <= limit
                    and next_contest(t, tree) < 0
                    and is_surely_cut(t, w.maps, w.halfspaces, tree, f)
                ):
                    tree.cells[s] += 2
                    tree.counters[REGIONS] += 2
                    tree.share[0] += tree.point[0]
                else:
                    first = tree.counters[TOP]
                    split_form(t, tree, f)
                    hand_on_state(w.polytopes, first, tree.counters[TOP])
                return DONE
        if has_contests(tree):
            if not decide_contests(t, w.maps, w.halfspaces, tree, w.program, w.proof):
                return DOUBT
            u = next_contest(t, tree)
            if u >= 0:
                split_contest(t, w.maps, tree, u)
                return DONE
        if is_last and wants_rows and not stand_in_middle(t, w):
            return LOST
        if wants_rows or not is_last:
            fix_pieces(t, tree)
        tree.cells[s] += 1
        if is_last:
            give_region(t, tree, wants_rows)
            return DONE
        if not enter(t, w, s + 1):
            return UNCLEAR
        if has_polytope(w.polytopes):
            if not open_forms(t, w):
                return LOST
        elif len(w.polytopes.heads) > 0 and not make_polytope(t, w):
            return LOST


@compiled
def lift(t: Tables, tree: Tree, top: int) -> None:
    """Make a node the current one."""
    source = tree.nodes[top]
    for i in range(tree.pieces + t.stages[source[STAGE]].unit):
        tree.node[i] = source[i]
    for i in range(tree.halfspaces, tree.halfspaces + 2 * source[HALFSPACES]):
        tree.node[i] = source[i]
    for i in range(tree.alive, len(source)):
        tree.node[i] = source[i]
    for i in range((SEEN + max(1, source[POINTS])) * t.n_words):
        tree.mask[i] = tree.masks[top, i]
    for i in range(1 + source[POINTS] * t.dim):
        tree.point[i] = tree.points[top, i]


@compiled
def begin(t: Tables, w: Work) -> bool:
    """Put the domain in place and enter the first stage; as `enter`."""
    put_domain(t, w.halfspaces)
    return enter(t, w, 0)


@compiled
def place(t: Tables, w: Work) -> int:
    """Put the node's maps and half-spaces in place: `DONE` if some point of it is surely inside."""
    find_path(t, w)
    last = len(t.halfspaces) + w.tree.node[HALFSPACES]
    return DONE if stand_inside(t, w.halfspaces, w.tree, last) else LOST


@compiled
def find_path(t: Tables, w: Work) -> None:
    """Put the maps and half-spaces of the node in place."""
    tree = w.tree
    node = tree.node
    first = node[SHARED]
    is_elsewhere = node[ENTRY] < 0 or tree.entered[node[STAGE]].entry != node[ENTRY]
    if is_elsewhere:
        first = 0
        _begin_path(t, w)
    for i in range(first, node[HALFSPACES]):
        row, rival = node[tree.halfspaces + 2 * i], node[tree.halfspaces + 2 * i + 1]
        put_halfspace(t, w.maps, w.halfspaces, len(t.halfspaces) + i, row, rival)
    if is_elsewhere:
        _arrive(t, tree)


@compiled
def _begin_path(t: Tables, w: Work) -> None:
    """Put the domain and the maps of all stages of the node in place."""
    put_domain(t, w.halfspaces)
    for stage in range(t.n_stages):
        w.tree.entered[stage].entry = -1
    for stage in range(w.tree.node[STAGE] + 1):
        compose(t, w.maps, stage, w.tree.node[w.tree.pieces :])


@compiled
def _arrive(t: Tables, tree: Tree) -> None:
    """Give the node's stage a new entry, whose cells have the half-spaces there are now."""
    s = tree.node[STAGE]
    tree.counters[ENTRIES] += 1
    tree.node[ENTRY] = tree.counters[ENTRIES]
    tree.node[SHARED] = tree.node[HALFSPACES]
    entered = tree.entered[s]
    entered.entry = tree.counters[ENTRIES]
    entered.halfspaces = len(t.halfspaces) + tree.node[HALFSPACES]
    entered.n_base = entered.halfspaces
    for i in range(entered.halfspaces):
        tree.base[s, i] = i


@compiled
def enter(t: Tables, w: Work, s: int) -> bool:
    """Go on with the node at a stage of which nothing is decided yet but what is constant.

    False if it is in doubt which candidates are the same.
    """
    tree = w.tree
    compose(t, w.maps, s, tree.node[tree.pieces :])
    tree.node[STAGE] = s
    _arrive(t, tree)
    see_constants(t, w.maps, tree)
    for i in range(tree.node[POINTS]):
        look(t, w.maps, tree, i)
    return see_contests(t, w.maps, tree)


@compiled
def fix_pieces(t: Tables, tree: Tree) -> None:
    """Write the pieces of a stage all of whose units are decided."""
    s = tree.node[STAGE]
    first = t.stages[s].form
    for u in range(t.stages[s].unit, t.stages[s + 1].unit):
        unit = t.units[u]
        piece = 0
        if unit.is_max:
            at = tree.alive + unit.row - t.stages[s].row
            while tree.node[at + piece] == 0:
                piece += 1
        else:
            for f in range(unit.form, unit.form + unit.size):
                if is_known(t, tree, f - first):
                    passed = is_positive(t, tree, f - first)
                else:
                    passed = is_positive(t, tree, t.forms[f].twin - first)
                    passed = passed == (t.forms[f].twin_side > 0)
                piece += passed
        tree.node[tree.pieces + u] = piece


@compiled
def give_region(t: Tables, tree: Tree, wants_rows: bool) -> None:
    """Count the node, a region, and write its row if it is wanted."""
    tree.counters[REGIONS] += 1
    tree.share[0] += tree.point[0]
    if wants_rows:
        row = tree.counters[ROWS]
        for u in range(len(t.units)):
            tree.patterns[row, u] = tree.node[tree.pieces + u]
        for k in range(t.dim):
            tree.witnesses[row, k] = tree.point[1 + k]
        tree.counters[ROWS] = row + 1
