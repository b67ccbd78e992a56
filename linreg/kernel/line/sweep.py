"""Machine code: segments swept one after another, each proved or left in doubt.

The stages are a stack. A stage splits the interval that the stage before hands it at its own
events; each part is an interval of the next stage. Where a part ends, one unit switches, and the
next stage's rows change by one column of weights; a stage further on is summed anew.
"""

from __future__ import annotations

import numpy as np

from linreg.kernel.line.crossings import maximum_piece, put_quick_pieces, scalar_piece, sort_events
from linreg.kernel.line.data import LineFound, LineTables, LineWork
from linreg.kernel.line.forms import (
    add_column,
    put_output,
    put_outputs,
    put_plain_rows,
    sum_rows,
)
from linreg.kernel.line.roundoff import ONCE_GAMMA
from linreg.kernel.machine import NONE, NOTHING, compiled, entry

DONE, DOUBTFUL, FULL = 0, 1, 2


@entry
def sweep_segments(
    t: LineTables,
    w: LineWork,
    found: LineFound,
    values: np.ndarray,
    errors: np.ndarray,
    first: int,
    last: int,
) -> int:
    """Sweep segments from one number to another; the first that did not fit, or `last`.

    `values` and `errors` hold the first stage's rows at the points between which segments lie.
    """
    n_rows = t.rows[1]
    for segment in range(first, last):
        breakpoints, switches = found.totals[0], found.totals[1]
        found.totals[2] = breakpoints
        found.totals[3] = 0
        for row in range(n_rows):
            a, b = values[segment, row], values[segment + 1, row]
            rise = b - a
            w.value[row], w.rise[row] = a, rise
            error = max(errors[segment, row], errors[segment + 1, row])
            w.error[row] = 0.0 if error == 0.0 else error + ONCE_GAMMA * abs(rise)
        outcome = sweep(t, w, found, segment)
        if outcome == FULL:
            found.totals[0], found.totals[1] = breakpoints, switches
            return segment
        if outcome == DOUBTFUL:
            found.totals[0], found.totals[1] = breakpoints, switches
        found.certain[segment] = outcome == DONE
        found.ends[segment, 0], found.ends[segment, 1] = found.totals[0], found.totals[1]
    return last


@compiled
def sweep(t: LineTables, w: LineWork, found: LineFound, segment: int) -> int:
    """Sweep one segment."""
    deepest = len(t.growth) - 1
    s = NOTHING
    w.ends[0, 0], w.ends[0, 1], w.ends[0, 2], w.ends[0, 3] = 0.0, 0.0, 1.0, 0.0
    w.end_events[0, 0], w.end_events[0, 1] = NONE, NONE
    outcome = split(t, w, found, 0)
    while outcome == DONE:
        if s < deepest:
            hand_on(t, w, s)
            s += 1
            outcome = split(t, w, found, s)
            continue
        if found.totals[0] == found.totals[2]:
            for unit in range(len(w.piece)):
                found.patterns[segment, unit] = w.piece[unit]
        while w.cursor[s] < w.event_count[s]:
            if not put_breakpoint(w, found, s):
                return FULL
        while w.cursor[s] == w.event_count[s]:
            if s == 0:
                return DONE
            s -= 1
        if not put_breakpoint(w, found, s):
            return FULL
    return outcome


@compiled
def split(t: LineTables, w: LineWork, found: LineFound, s: int) -> int:
    """The pieces of a stage at the beginning of its interval, and all its events in it."""
    w.event_count[s] = 0
    w.cursor[s] = 0
    started = found.totals[0] > found.totals[2]
    first, simple = t.units[s], t.simple[s]
    if simple:
        put_quick_pieces(t, w, s)
    for unit in range(first, t.units[s + 1]):
        piece = NONE
        if simple:
            piece = int(w.quick[unit - first])
        if piece < 0:
            if t.rank[unit] == 0:
                piece = scalar_piece(t, w, s, unit)
            else:
                piece = maximum_piece(t, w, s, unit)
        if piece < 0:
            return DOUBTFUL
        if piece != w.piece[unit]:
            w.piece[unit] = piece
            # A unit may switch together with an earlier one, where its line vanishes exactly.
            if started and not put_switch(found, unit, piece):
                return FULL
    if not sort_events(w, s):
        return DOUBTFUL
    for e in range(w.event_first[s], w.event_first[s] + w.event_count[s]):
        w.event_name[e] = found.totals[3]
        found.totals[3] += 1
    return DONE


@compiled
def hand_on(t: LineTables, w: LineWork, s: int) -> None:
    """The interval and the rows of the next stage, on the part of a stage that its cursor is at."""
    c, n, e = w.cursor[s], w.event_count[s], w.event_first[s] + w.cursor[s]
    out, value, rise = NOTHING, 0.0, 0.0
    if c == 0:
        put_outputs(t, w, s)
    else:
        unit = w.event_unit[e - 1]
        out = t.outs[s] + unit - t.units[s]
        value, rise = w.out_value[out], w.out_rise[out]
        if c > 1:  # who vanished at the beginning of the last part does not at that of this one
            put_output(t, w, s, w.event_unit[e - 2])
        put_output(t, w, s, unit)
        if w.event_zero[e - 1]:
            w.out_left[out] = w.event_name[e - 1]
        w.age[s + 1] += 1
    if c < n and w.event_zero[e]:
        w.out_right[t.outs[s] + w.event_unit[e] - t.units[s]] = w.event_name[e]
    if c == 0 or w.age[s + 1] > t.outs[s + 1] - t.outs[s]:
        sum_rows(t, w, s + 1)
    else:
        add_column(
            t, w, s + 1, out, w.out_value[out] - value, w.out_rise[out] - rise, w.out_error[out]
        )
        put_plain_rows(t, w, s + 1, out)
    w.ends[s + 1, 0] = w.event_at[e - 1] if c > 0 else w.ends[s, 0]
    w.ends[s + 1, 1] = w.event_error[e - 1] if c > 0 else w.ends[s, 1]
    w.ends[s + 1, 2] = w.event_at[e] if c < n else w.ends[s, 2]
    w.ends[s + 1, 3] = w.event_error[e] if c < n else w.ends[s, 3]
    w.end_events[s + 1, 0] = w.event_name[e - 1] if c > 0 else w.end_events[s, 0]
    w.end_events[s + 1, 1] = w.event_name[e] if c < n else w.end_events[s, 1]


@compiled
def put_breakpoint(w: LineWork, found: LineFound, s: int) -> bool:
    """Go past the next event of a stage, and put it down; whether there was room."""
    n = found.totals[0]
    if n == len(found.at):
        return False
    e = w.event_first[s] + w.cursor[s]
    found.at[n], found.error[n] = w.event_at[e], w.event_error[e]
    found.first_switch[n] = found.totals[1]
    found.totals[0] += 1
    w.cursor[s] += 1
    w.piece[w.event_unit[e]] = w.event_piece[e]
    return put_switch(found, w.event_unit[e], w.event_piece[e])


@compiled
def put_switch(found: LineFound, unit: int, piece: int) -> bool:
    """Put down that a unit switches at the last breakpoint; whether there was room."""
    n = found.totals[1]
    if n == len(found.unit):
        return False
    found.unit[n], found.piece[n] = unit, piece
    found.totals[1] += 1
    return True
