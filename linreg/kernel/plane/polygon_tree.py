"""Machine code: the tree of cells of the plane, or of the line, which are polygons.

A form cuts a polygon if it has both signs at its generators, so one look at the generators takes
the place of a linear program, and the two parts come from clipping the polygon. Nodes, doubts and
exact arithmetic are those of the other dimensions.
"""

from __future__ import annotations

from collections.abc import Callable

from linreg.kernel.data.flags import INTEGER
from linreg.kernel.data.outcomes import (
    ALWAYS,
    DONE,
    DOUBT,
    FORM_IN_DOUBT,
    LOST,
    PLACE,
    UNCLEAR,
)
from linreg.kernel.data.polygons import GENERATORS, OPEN, PROVED, SURE, Plane
from linreg.kernel.data.tables import Tables
from linreg.kernel.data.work import (
    BEFORE,
    DOUBTS,
    ENTRY,
    HALFSPACES,
    POINTS,
    REGIONS,
    SEEN,
    STAGE,
    TOP,
    HalfspaceRows,
    Tree,
    Work,
)
from linreg.kernel.machine import NONE, compiled, entry
from linreg.kernel.maps.affine_maps import inside
from linreg.kernel.plane.clipping import cut_off, halve
from linreg.kernel.plane.cuts import (
    WHOLE_PLANE,
    decide_lines,
    decide_polygon_contests,
    is_sloped,
    middle,
    split_lines,
    split_polygon_contest,
)
from linreg.kernel.plane.lines import draw, line_of_halfspace
from linreg.kernel.plane.signs import find_signs, write_line
from linreg.kernel.simplex.cell_tree import (
    begin,
    enter,
    find_path,
    fix_pieces,
    give_region,
    grow,
    lift,
    place,
    pop,
)
from linreg.kernel.simplex.contests import has_contests, most_parts, next_contest
from linreg.kernel.simplex.points import ZERO, is_known, stand_inside
from linreg.network import StagedNetwork


def kernel_of(network: StagedNetwork) -> Callable[[Tables, Work, int, int, bool], tuple[int, int]]:
    """The machine code that explores a network."""
    return grow_plane if network.input_dim <= 2 else grow


@entry
def grow_plane(t: Tables, w: Work, budget: int, limit: int, wants_rows: bool) -> tuple[int, int]:
    """`grow` for problems of at most two dimensions."""
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
def _take(t: Tables, w: Work, top: int, limit: int, wants_rows: bool) -> int:
    """Take one cell down to its next split."""
    tree, plane = w.tree, w.plane
    node = tree.node
    lift(t, tree, top)
    arrives = node[STAGE] == BEFORE
    if arrives:
        if not begin(t, w):
            return UNCLEAR
    else:
        arrives = node[ENTRY] < 0 or tree.entered[node[STAGE]].entry != node[ENTRY]
        find_path(t, w)
    s = node[STAGE]
    if arrives:
        for stage in range(s + 1):
            draw(t, w.maps, plane, stage, node[tree.pieces :])
    if plane.heads[top, GENERATORS] == 0:
        plane.head[GENERATORS] = _rebuild(t, w.halfspaces, plane, node[HALFSPACES])
        plane.head[PROVED] = 0
        _open_all(t, tree, plane)
        if plane.head[GENERATORS] == 0:
            return LOST
    else:
        _lift_polygon(t, tree, plane, top)
    last = len(t.halfspaces) + node[HALFSPACES]
    if node[POINTS] > 0 and not stand_inside(t, w.halfspaces, tree, last):
        node[POINTS] = 0
    if node[POINTS] == 0:
        if plane.head[PROVED] == 0:
            return LOST
        # What is left there of another node would decide which part comes first.
        for word in range(SEEN * t.n_words, (SEEN + 1) * t.n_words):
            tree.mask[word] = ZERO
    plane.head[PROVED] = 1
    while True:
        f = decide_lines(t, tree, plane)
        if f == FORM_IN_DOUBT:
            _stand_inside(t, w.halfspaces, tree, plane)
            return DOUBT
        s = node[STAGE]
        is_last = s + 1 >= t.n_stages
        if f >= 0:
            if (
                is_last
                and plane.head[OPEN] == 1
                and not wants_rows
                and plane.head[SURE]
                and tree.counters[REGIONS] + 2 <= limit
                and next_contest(t, tree) < 0
            ):
                tree.cells[s] += 2
                tree.counters[REGIONS] += 2
                tree.share[0] += tree.point[0]
            else:
                split_lines(t, tree, plane, f)
            return DONE
        if has_contests(tree):
            u = decide_polygon_contests(t, w.maps, w.halfspaces, tree, plane)
            if u == FORM_IN_DOUBT:
                _stand_inside(t, w.halfspaces, tree, plane)
                return DOUBT
            if u >= 0:
                split_polygon_contest(t, w.maps, w.halfspaces, tree, plane, u)
                return DONE
        if is_last and wants_rows and node[POINTS] == 0:
            if not _stand_inside(t, w.halfspaces, tree, plane):
                return LOST
        if wants_rows or not is_last:
            fix_pieces(t, tree)
        tree.cells[s] += 1
        if is_last:
            give_region(t, tree, wants_rows)
            return DONE
        is_clear = enter(t, w, s + 1)
        draw(t, w.maps, plane, s + 1, node[tree.pieces :])
        _open_all(t, tree, plane)
        if not is_clear:
            _stand_inside(t, w.halfspaces, tree, plane)
            return UNCLEAR


@compiled
def _lift_polygon(t: Tables, tree: Tree, plane: Plane, top: int) -> None:
    """Make a node's polygon the current one."""
    for i in range(len(plane.head)):
        plane.head[i] = plane.heads[top, i]
    for k in range(plane.head[GENERATORS]):
        plane.at[0, k] = plane.generators[top, k]
        plane.along[0, k] = plane.edges[top, k]
    if plane.head[OPEN] < 0:
        _open_all(t, tree, plane)
    else:
        for i in range(plane.head[OPEN]):
            plane.cutting[i] = plane.open[top, i]


@compiled
def _open_all(t: Tables, tree: Tree, plane: Plane) -> None:
    """Open all forms of the stage whose side is not fixed.

    Not in their order: forms of pixels next to each other are like each other, and to cut off one
    narrow strip after another makes a deep tree.
    """
    s = tree.node[STAGE]
    first = t.stages[s].form
    forms = t.stages[s + 1].form - first
    n, at = 0, 0
    for _ in range(forms):
        f = first + at
        at += t.stages[s].stride
        if at >= forms:
            at -= forms
        if t.forms[f].twin == f and not is_known(t, tree, f - first):
            plane.cutting[n] = f
            n += 1
    plane.head[OPEN] = n


@compiled
def _rebuild(t: Tables, halfspaces: HalfspaceRows, plane: Plane, own: int) -> int:
    """Make the node's polygon from its half-spaces: how many generators it has, 0 on failure."""
    n = WHOLE_PLANE
    now = 0
    line = plane.line[1]
    if t.dim == 1:
        write_line(line, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, INTEGER, NONE, NONE)
        n = halve(line, plane.at[0], plane.along[0])
    for i in range(len(t.halfspaces) + own):
        line_of_halfspace(t, halfspaces, plane, i, line)
        if n == WHOLE_PLANE:
            if not is_sloped(line):
                return 0
            n = halve(line, plane.at[0], plane.along[0])
            continue
        if find_signs(line, plane.at[now], plane.along[now], n, plane.signs, plane.room) == ALWAYS:
            continue
        n = cut_off(
            line,
            plane.at[now],
            plane.along[now],
            n,
            plane.line[0],
            plane.signs,
            plane.room,
            plane.at[1 - now],
            plane.along[1 - now],
        )
        now = 1 - now
        if n == 0:
            return 0
    if now == 1:
        for k in range(n):
            plane.at[0, k] = plane.at[1, k]
            plane.along[0, k] = plane.along[1, k]
    return n


@compiled
def _stand_inside(t: Tables, halfspaces: HalfspaceRows, tree: Tree, plane: Plane) -> bool:
    """Give the node a point certainly inside, if the middle of its polygon is one."""
    if tree.node[POINTS] > 0:
        return True
    x, y = middle(plane)
    tree.point[1] = x
    if t.dim > 1:
        tree.point[2] = y
    if not inside(
        halfspaces, t.dim, tree.point[1 : 1 + t.dim], len(t.halfspaces) + tree.node[HALFSPACES]
    ):
        return False
    tree.node[POINTS] = 1
    return True
