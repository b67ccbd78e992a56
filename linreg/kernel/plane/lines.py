"""Machine code: forms and half-spaces of the plane as lines, and which of them are surely parallel.

Where one output alone is live, all rows of the next stage are multiples of it, though their rounded
gradients are not: rows that are exact multiples of one row, constants apart, share its direction.
"""

from __future__ import annotations

import numpy as np

from linreg.kernel.data.flags import NOT_INTEGER
from linreg.kernel.data.polygons import GENERATORS, Plane, Record
from linreg.kernel.data.roundoff import FLOOR, GAMMA_4, UP
from linreg.kernel.data.tables import Tables
from linreg.kernel.data.work import OF_DOMAIN, HalfspaceRows, Maps
from linreg.kernel.machine import NOTHING, compiled
from linreg.kernel.maps.affine_maps import form_constant_error
from linreg.kernel.maps.composing import TO_DRAW, TO_RELATE
from linreg.kernel.plane.signs import write_line

CONSTANT = -2
"""The direction of a row without a gradient; as `same`, that the row is zero."""


@compiled
def draw(t: Tables, maps: Maps, plane: Plane, s: int, pieces: np.ndarray) -> None:
    """Write the lines of a stage whose maps are in place, where they are not yet."""
    width = trace_outputs(t, maps, plane, s, pieces)
    if plane.drawn[s] == 0 or (s > 0 and t.stages[s].dense >= 0):
        plane.drawn[s] = 1
        for r in range(t.stages[s].row, t.stages[s + 1].row):
            maps.stale[r] |= TO_RELATE
    for r in range(t.stages[s].row, t.stages[s + 1].row):
        if maps.stale[r] & TO_RELATE:
            maps.stale[r] = (maps.stale[r] & ~TO_RELATE) | TO_DRAW
            relate(t, plane, s, r, width)
    for f in range(t.stages[s].form, t.stages[s + 1].form):
        if maps.stale[t.forms[f].row] & TO_DRAW:
            draw_form(t, maps, plane, s, f)
    for r in range(t.stages[s].row, t.stages[s + 1].row):
        maps.stale[r] &= ~TO_DRAW


@compiled
def trace_outputs(t: Tables, maps: Maps, plane: Plane, s: int, pieces: np.ndarray) -> int:
    """Find what the outputs before a stage are multiples of: how many terms need no further look.

    A row with as many is none but its own, since no one row is that of all outputs.
    """
    if s > 0 and _trace(t, maps, plane, s - 1, pieces):
        return t.stages[s].out - t.stages[s - 1].out
    return NOTHING


@compiled
def draw_form(t: Tables, maps: Maps, plane: Plane, s: int, f: int) -> None:
    """Write the line of a form whose row is in place."""
    r = t.forms[f].row
    if s == 0 and (t.lines[f, 0] != 0.0 or t.lines[f, 1] != 0.0):
        a, b, c = t.lines[f, 0], t.lines[f, 1], t.lines[f, 2]
        write_line(plane.lines[f], a, b, c, 0.0, 0.0, 0.0, NOT_INTEGER, plane.directions[r], -1)
        return
    exact = t.forms[f].breakpoint == 0.0 and t.forms[f].error == 0.0
    write_line(
        plane.lines[f],
        maps.gradients[r, 0],
        maps.gradients[r, 1] if t.dim > 1 else 0.0,
        maps.ends[r].constant - t.forms[f].breakpoint,
        maps.gradient_errors[r, 0],
        maps.gradient_errors[r, 1] if t.dim > 1 else 0.0,
        form_constant_error(t, maps, f),
        maps.ends[r].integer,
        plane.directions[r],
        plane.same[r] if exact else -1,
    )


@compiled
def _trace(t: Tables, maps: Maps, plane: Plane, s: int, pieces: np.ndarray) -> bool:
    """Find the rows that a stage's outputs are multiples of; whether no one row is that of all."""
    direction = CONSTANT + NOTHING
    for o in range(t.stages[s].out, t.stages[s + 1].out):
        out = maps.out_ends[o]
        its_direction, same = CONSTANT + NOTHING, -1 + NOTHING
        if out.live:
            u = t.outs[o].unit
            r = t.outs[o].row
            exact = True
            if u >= 0:
                r = t.units[u].row
                if t.units[u].is_max:
                    r += pieces[u]
                else:
                    piece = t.pieces[t.units[u].piece + pieces[u]]
                    exact = piece.intercept == 0.0 and piece.intercept_error == 0.0
            its_direction = plane.directions[r]
            same = plane.same[r] if exact else -1
            direction = common(direction, its_direction)
        elif out.constant == 0.0 and out.error == 0.0:
            same = CONSTANT
        if plane.out_directions[o] != its_direction or plane.out_same[o] != same:
            plane.out_directions[o] = its_direction
            plane.out_same[o] = same
            for i in range(t.reading[o], t.reading[o + 1]):
                maps.stale[t.readers[i]] |= TO_RELATE
    return direction == -1


@compiled
def relate(t: Tables, plane: Plane, s: int, r: int, width: int) -> None:
    """Find the row that a row is a multiple of: itself, if no other."""
    direction, same = r, r
    if s > 0 and not (width > 0 and t.rows[r + 1].term - t.rows[r].term == width):
        direction = CONSTANT + NOTHING
        same = CONSTANT if t.rows[r].bias == 0.0 and t.rows[r].bias_error == 0.0 else -1
        first = t.stages[s - 1].out
        for e in range(t.rows[r].term, t.rows[r + 1].term):
            o = first + t.terms[e].column
            direction = common(direction, plane.out_directions[o])
            same = common(same, plane.out_same[o])
            if direction == -1:
                break
        same = r if same == -1 or direction == -1 else same
        direction = r if direction == -1 else direction
    plane.directions[r] = direction
    plane.same[r] = same


@compiled
def is_below(t: Tables, maps: Maps, plane: Plane, r: int, q: int) -> bool:
    """Whether a row is certainly less than another one at all generators of the polygon.

    Each number of either row has an error, and each term of the difference four roundings: it is
    subtracted, multiplied, and added twice.
    """
    a = maps.gradients[q, 0] - maps.gradients[r, 0]
    c = maps.ends[q].constant - maps.ends[r].constant
    error = maps.gradient_errors[q, 0] + maps.gradient_errors[r, 0]
    error += maps.ends[q].error + maps.ends[r].error
    size = abs(a) + abs(c)
    b = 0.0
    if t.dim > 1:
        b = maps.gradients[q, 1] - maps.gradients[r, 1]
        error += maps.gradient_errors[q, 1] + maps.gradient_errors[r, 1]
        size += abs(b)
    error += GAMMA_4 * size
    for k in range(plane.head[GENERATORS]):
        at = plane.at[0, k]
        if not a * at.x + b * at.y + c * at.w > (size * at.error + error * at.size) * UP + FLOOR:
            return False
    return True


@compiled
def common(p: int, q: int) -> int:
    """What a sum is a multiple of, if its terms are of p and of q: -1 if that is not known."""
    if p in (CONSTANT, q):
        return q
    return p if q == CONSTANT else -1


@compiled
def line_of_halfspace(
    t: Tables, halfspaces: HalfspaceRows, plane: Plane, i: int, line: Record
) -> None:
    """Write half-space i as a line, positive inside."""
    end = halfspaces.ends[i]
    direction, same = -1, -1
    if end.rival >= 0:
        direction = common(plane.directions[end.row], plane.directions[end.rival])
        same = common(plane.same[end.row], plane.same[end.rival])
    elif end.rival != OF_DOMAIN:
        direction, same = plane.lines[end.row].direction, plane.lines[end.row].same
    write_line(
        line,
        halfspaces.normals[i, 0],
        halfspaces.normals[i, 1] if t.dim > 1 else 0.0,
        end.constant,
        halfspaces.errors[i, 0],
        halfspaces.errors[i, 1] if t.dim > 1 else 0.0,
        end.error,
        end.integer,
        direction,
        same,
    )
    line.halfspace = i
