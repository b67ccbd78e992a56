"""Machine code: the tree of cells."""

from __future__ import annotations

from linreg.explore.compiled.composing import compose
from linreg.explore.compiled.contests import (
    has_room,
    next_contest,
    see_contests,
    split_contest,
    test_contests,
)
from linreg.explore.compiled.forms import next_form, see_constants, split_form, test_forms
from linreg.explore.compiled.machine import compiled, entry
from linreg.explore.compiled.maps import put_domain, put_lead, put_side
from linreg.explore.compiled.points import find_witness, is_known, is_positive, look
from linreg.explore.compiled.tables import Tables
from linreg.explore.compiled.work import (
    DOUBTS,
    ENTRIES,
    ENTRY,
    OUTSIDE,
    POINTS,
    REGIONS,
    ROWS,
    SHARED,
    STAGE,
    TOP,
    WALLS,
    Tree,
    Work,
)

DONE, PAUSED, FULL, BLOCK, ELSEWHERE, DOUBT, LOST, UNCLEAR = range(8)
"""Why machine code stops: nothing waits; the budget or the limit is reached; there is no room for
more nodes; the block of rows is full; the next cell is kept elsewhere; some forms or candidates of
the next cell are in doubt; no point of it is certainly inside it; which candidates of its stage are
the same is in doubt."""


@entry
def grow(t: Tables, w: Work, budget: int, limit: int, wants_rows: bool) -> tuple[int, int]:
    """Take cells until something stops it: why, and how much of the budget is left.

    Where a cell stops it, that is the node just above the stack.
    """
    tree = w.tree
    counters = tree.counters
    while counters[TOP] > 0:
        top = counters[TOP] - 1
        if budget <= 0 or counters[REGIONS] >= limit:
            return PAUSED, budget
        if not has_room(t, tree):
            return FULL, budget
        if wants_rows and counters[ROWS] >= len(tree.patterns):
            return BLOCK, budget
        counters[TOP] = top
        if tree.nodes[top, OUTSIDE] >= 0:
            return ELSEWHERE, budget
        budget -= 1
        status = _take(t, w, top, wants_rows)
        if status != DONE:
            counters[DOUBTS] += 1
            for i in range(len(tree.node)):
                tree.nodes[top, i] = tree.node[i]
            for i in range(len(tree.mask)):
                tree.masks[top, i] = tree.mask[i]
            for i in range(len(tree.point)):
                tree.points[top, i] = tree.point[i]
            return status, budget
    return DONE, budget


@compiled
def _take(t: Tables, w: Work, top: int, wants_rows: bool) -> int:
    """Take one cell down to its next split."""
    tree = w.tree
    node = tree.node
    for i in range(len(node)):
        node[i] = tree.nodes[top, i]
    for i in range(len(tree.mask)):
        tree.mask[i] = tree.masks[top, i]
    for i in range(1 + node[POINTS] * t.dim):
        tree.point[i] = tree.points[top, i]
    find_path(t, w)
    if not find_witness(t, w.walls, tree, len(t.walls) + node[WALLS]):
        return LOST
    while True:
        if not test_forms(t, w.maps, w.walls, tree, w.program, w.proof):
            return DOUBT
        f = next_form(t, tree)
        if f >= 0:
            split_form(t, tree, f)
            return DONE
        if not test_contests(t, w.maps, w.walls, tree, w.program, w.proof):
            return DOUBT
        u = next_contest(t, tree)
        if u >= 0:
            split_contest(t, w.maps, tree, u)
            return DONE
        s = node[STAGE]
        fix_pieces(t, tree)
        tree.cells[s] += 1
        if s + 1 >= t.n_stages:
            give_region(t, tree, wants_rows)
            return DONE
        if not enter(t, w, s + 1):
            return UNCLEAR


@entry
def find_path(t: Tables, w: Work) -> None:
    """Put the maps and walls of the node in place."""
    tree = w.tree
    node = tree.node
    s = node[STAGE]
    first = node[SHARED]
    is_elsewhere = node[ENTRY] < 0 or tree.entered[s].entry != node[ENTRY]
    if is_elsewhere:
        first = 0
        put_domain(t, w.walls)
        pieces = node[tree.pieces :]
        for stage in range(t.n_stages):
            tree.entered[stage].entry = -1
        for stage in range(s + 1):
            compose(t, w.maps, stage, pieces)
    for i in range(first, node[WALLS]):
        row, rival = node[tree.walls + 2 * i], node[tree.walls + 2 * i + 1]
        if rival < 0:
            put_side(t, w.maps, w.walls, len(t.walls) + i, row, rival)
        else:
            put_lead(t, w.maps, w.walls, len(t.walls) + i, row, rival)
    if is_elsewhere:
        _arrive(t, tree)


@compiled
def _arrive(t: Tables, tree: Tree) -> None:
    """Give the node's stage a new entry, whose cells have the walls there are now."""
    s = tree.node[STAGE]
    tree.counters[ENTRIES] += 1
    tree.node[ENTRY] = tree.counters[ENTRIES]
    tree.node[SHARED] = tree.node[WALLS]
    entered = tree.entered[s]
    entered.entry = tree.counters[ENTRIES]
    entered.walls = len(t.walls) + tree.node[WALLS]
    entered.n_base = entered.walls
    for i in range(entered.walls):
        tree.base[s, i] = i


@entry
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
