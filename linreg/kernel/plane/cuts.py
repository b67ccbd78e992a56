"""Machine code: which lines cut a polygon, and its parts."""

from __future__ import annotations

import numpy as np

from linreg.kernel.data.flags import TIGHT
from linreg.kernel.data.outcomes import (
    ALWAYS,
    CUTS,
    DOUBTFUL,
    FORM_IN_DOUBT,
    NEVER,
    NO_FORM,
    NO_SIGN,
)
from linreg.kernel.data.polygons import GENERATORS, OPEN, PROVED, SURE, Plane, Record
from linreg.kernel.data.tables import Tables
from linreg.kernel.data.work import (
    CLAIMS,
    HALFSPACES,
    POINTS,
    SEEN,
    STAGE,
    TOP,
    HalfspaceRows,
    Maps,
    Tree,
)
from linreg.kernel.machine import NOTHING, compiled
from linreg.kernel.maps.affine_maps import put_lead
from linreg.kernel.plane.clipping import cut_off, halve
from linreg.kernel.plane.lines import is_below, line_of_halfspace
from linreg.kernel.plane.signs import (
    compare,
    find_signs,
    is_far,
    side,
    side_of_box,
    surround,
    turn_over,
)
from linreg.kernel.simplex.contests import runners, split_contest
from linreg.kernel.simplex.forms import split_form
from linreg.kernel.simplex.points import ONE, is_known, is_seen_cut, sees, settle

WHOLE_PLANE = -1
"""The number of generators of the whole plane."""

MANY = 8
"""Open forms from which on it pays to hold them against a box around the cell first."""


@compiled
def middle(plane: Plane) -> tuple[float, float]:
    """A point somewhere in the middle of the current polygon."""
    x, y, points = 0.0, 0.0, 0
    n = plane.head[GENERATORS]
    for k in range(n):
        at = plane.at[0, k]
        if not is_far(at):
            x += at.x / at.w
            y += at.y / at.w
            points += 1
    if points > 0:
        x /= points
        y /= points
    for k in range(n):
        at = plane.at[0, k]
        if is_far(at):
            x += at.x / (abs(at.x) + abs(at.y))
            y += at.y / (abs(at.x) + abs(at.y))
    return x, y


@compiled
def is_sloped(line: Record) -> bool:
    """Whether a line is certainly not constant."""
    return abs(line.a) > line.a_error or abs(line.b) > line.b_error


@compiled
def decide_lines(t: Tables, tree: Tree, plane: Plane) -> int:
    """A form that cuts the cell, if any; the side of those that do not is fixed."""
    head = plane.head
    first = t.stages[tree.node[STAGE]].form
    n = head[GENERATORS]
    still = 0
    best, likely = NO_FORM, NO_FORM
    tree.counters[CLAIMS] = 0
    x, y, x_reach, y_reach, size = 0.0, 0.0, -1.0, -1.0, 1.0
    if n != WHOLE_PLANE and head[OPEN] >= MANY:
        x, y, x_reach, y_reach, size = surround(plane.at[0], n)
    for i in range(head[OPEN]):
        f = plane.cutting[i]
        local = f - first
        if is_known(t, tree, local):
            continue
        if x_reach >= 0.0:
            sign = side_of_box(plane.lines[f], x, y, x_reach, y_reach, size)
            if sign != NO_SIGN:
                settle(t, tree, local, sign > 0)
                continue
        how = DOUBTFUL
        if n != WHOLE_PLANE:
            how = compare(plane.lines[f], plane.at[0], plane.along[0], n, plane.room)
        elif is_sloped(plane.lines[f]):
            how = CUTS
        if how in (ALWAYS, NEVER):
            settle(t, tree, local, how == ALWAYS)
            continue
        if how == CUTS:
            best = f if best < 0 else best
        elif tree.node[POINTS] > 1 and is_seen_cut(t, tree, local):
            likely = f
        else:
            _claim(t, tree, plane, f)
        plane.cutting[still] = f
        still += 1
    head[OPEN] = still
    head[SURE] = best >= 0
    if tree.counters[CLAIMS] > 0:
        return FORM_IN_DOUBT
    return best if best >= 0 else likely


@compiled
def _claim(t: Tables, tree: Tree, plane: Plane, f: int) -> None:
    """Note that a form is in doubt, and which half-spaces should prove that it does not cut."""
    local = f - t.stages[tree.node[STAGE]].form
    claims = tree.claims[tree.counters[CLAIMS]]
    tree.counters[CLAIMS] += 1
    claims[0] = f
    claims[1] = 0
    n = plane.head[GENERATORS]
    at = SEEN * t.n_words + (local >> 6)
    tree.mask[at] &= ~(ONE << np.uint64(local & 63))
    for k in range(n):
        sign = side(plane.lines[f], plane.at[0], plane.along[0], n, k, plane.room)
        is_tight = plane.at[0, k].kind & TIGHT != 0
        if sign == 1 and is_tight:
            tree.mask[at] |= ONE << np.uint64(local & 63)
        elif (sign == NO_SIGN or (sign != 0 and not is_tight)) and claims[1] == 0:
            for j in range(k - 1, k + 1):
                halfspace = plane.along[0, j if j >= 0 else n - 1].halfspace
                if halfspace >= 0:
                    claims[2 + claims[1]] = halfspace
                    claims[1] += 1


@compiled
def split_lines(t: Tables, tree: Tree, plane: Plane, f: int) -> None:
    """Put the two parts of the cell on the stack."""
    n = plane.head[GENERATORS]
    plane.lines[f].halfspace = len(t.halfspaces) + tree.node[HALFSPACES]
    turn_over(plane.line[0], plane.lines[f])
    first = tree.counters[TOP]
    split_form(t, tree, f)
    here = sees(t, tree, NOTHING, f - t.stages[tree.node[STAGE]].form)
    for i in range(2):
        top = first + i
        positive = here if i == 1 else not here
        line = plane.lines[f] if positive else plane.line[0]
        m = 0
        if n == WHOLE_PLANE:
            m = halve(line, plane.generators[top], plane.edges[top])
        else:
            m = cut_off(
                line,
                plane.at[0],
                plane.along[0],
                n,
                plane.line[1],
                plane.signs,
                plane.room,
                plane.generators[top],
                plane.edges[top],
            )
        _hand_down(plane, top, m, f)


@compiled
def _hand_down(plane: Plane, top: int, n: int, f: int) -> None:
    """Write what is known of a child besides its polygon."""
    plane.heads[top, GENERATORS] = n
    plane.heads[top, PROVED] = plane.head[SURE]
    plane.heads[top, SURE] = 0
    m = 0
    for k in range(plane.head[OPEN]):
        if plane.cutting[k] != f:
            plane.open[top, m] = plane.cutting[k]
            m += 1
    plane.heads[top, OPEN] = m


@compiled
def _win(
    t: Tables, maps: Maps, halfspaces: HalfspaceRows, tree: Tree, plane: Plane, u: int, r: int
) -> tuple[int, int, int]:
    """Whether a candidate wins in the cell (ALWAYS or NEVER), and the polygon where it does.

    That has so many generators, and is number 1 or 2.
    """
    at = tree.alive - t.stages[tree.node[STAGE]].row
    line = plane.line[1]
    i = len(t.halfspaces) + tree.node[HALFSPACES]
    n, now = plane.head[GENERATORS], 0
    for q in range(t.units[u].row, t.units[u].row + t.units[u].size):
        if q == r or tree.node[at + q] == 0:
            continue
        put_lead(t, maps, halfspaces, i, r, q)
        line_of_halfspace(t, halfspaces, plane, i, line)
        i += 1
        then = 2 if now == 1 else 1
        if n == WHOLE_PLANE:
            if not is_sloped(line):
                return DOUBTFUL, 0, 0
            n = halve(line, plane.at[then], plane.along[then])
            now = then
            continue
        how = find_signs(line, plane.at[now], plane.along[now], n, plane.signs, plane.room)
        if how == NEVER:
            return NEVER, 0, 0
        if how == ALWAYS:
            continue
        if compare(line, plane.at[now], plane.along[now], n, plane.room) != CUTS:
            return DOUBTFUL, 0, 0
        n = cut_off(
            line,
            plane.at[now],
            plane.along[now],
            n,
            plane.line[0],
            plane.signs,
            plane.room,
            plane.at[then],
            plane.along[then],
        )
        now = then
        if n == 0:
            return DOUBTFUL, 0, 0
    return ALWAYS, n, now


@compiled
def decide_polygon_contests(
    t: Tables, maps: Maps, halfspaces: HalfspaceRows, tree: Tree, plane: Plane
) -> int:
    """A max unit that several candidates win in the cell, if any; those that win nowhere stop.

    FORM_IN_DOUBT if some are in doubt.
    """
    s = tree.node[STAGE]
    at = tree.alive - t.stages[s].row
    x, y = middle(plane)
    first = NO_FORM
    plane.head[SURE] = 1
    for u in range(t.stages[s].unit, t.stages[s + 1].unit):
        if t.units[u].is_max == 0 or runners(t, tree, u) < 2:
            continue
        if plane.head[GENERATORS] != WHOLE_PLANE:
            _stop_those_below(t, maps, tree, plane, u, x, y)
        if runners(t, tree, u) < 2:
            continue
        for r in range(t.units[u].row, t.units[u].row + t.units[u].size):
            if tree.node[at + r]:
                how, _, _ = _win(t, maps, halfspaces, tree, plane, u, r)
                if how == NEVER:
                    tree.node[at + r] = 0
                elif how != ALWAYS:
                    return FORM_IN_DOUBT
        running = runners(t, tree, u)
        if running == 0:
            return FORM_IN_DOUBT
        if running > 1 and first == NO_FORM:
            first = u
    return first


@compiled
def _stop_those_below(
    t: Tables, maps: Maps, tree: Tree, plane: Plane, u: int, x: float, y: float
) -> None:
    """Stop the candidates that are certainly below the one that is largest in the middle."""
    at = tree.alive - t.stages[tree.node[STAGE]].row
    rows = range(t.units[u].row, t.units[u].row + t.units[u].size)
    best, highest = -1, -np.inf
    for r in rows:
        value = maps.ends[r].constant + maps.gradients[r, 0] * x
        if t.dim > 1:
            value += maps.gradients[r, 1] * y
        if tree.node[at + r] and value > highest:
            best, highest = r, value
    for q in rows:
        if best >= 0 and q != best and tree.node[at + q]:
            if is_below(t, maps, plane, q, best):
                tree.node[at + q] = 0


@compiled
def split_polygon_contest(
    t: Tables, maps: Maps, halfspaces: HalfspaceRows, tree: Tree, plane: Plane, u: int
) -> None:
    """Put the parts of the cell on the stack, one for each candidate that wins somewhere."""
    at = tree.alive - t.stages[tree.node[STAGE]].row
    top = tree.counters[TOP]
    split_contest(t, maps, tree, u)
    for r in range(t.units[u].row, t.units[u].row + t.units[u].size):
        if tree.node[at + r]:
            _, n, now = _win(t, maps, halfspaces, tree, plane, u, r)
            for k in range(n):
                plane.generators[top, k] = plane.at[now, k]
                plane.edges[top, k] = plane.along[now, k]
            _hand_down(plane, top, n, NO_FORM)
            top += 1
