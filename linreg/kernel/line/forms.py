"""Machine code: the lines of a stage along a segment, and their running error bounds.

Every line is `value + u * rise` up to `error` for all u of the interval that it is meant for
(running error analysis: Higham, 2002, section 3.3). An error of 0 means that the line is zero.
"""

from __future__ import annotations

from linreg.kernel.line.data import NO_INTERCEPT, PLAIN_SLOPE, ZERO_PIECE, LineTables, LineWork
from linreg.kernel.line.roundoff import BOUND_UP, UNDERFLOW, UNIT_GAMMA
from linreg.kernel.machine import NONE, compiled


@compiled
def put_output(t: LineTables, w: LineWork, s: int, unit: int) -> None:
    """The output of a unit where it is on its piece."""
    out = t.outs[s] + unit - t.units[s]
    k = w.piece[unit]
    if t.rank[unit] > 0:
        copy_row(t, w, s, t.unit_row[unit] + k, out)
        return
    entry = t.table[unit] + k
    flags = t.zero[entry]
    if flags & ZERO_PIECE:
        w.out_value[out], w.out_rise[out], w.out_error[out] = 0.0, 0.0, 0.0
        w.out_left[out], w.out_right[out] = NONE, NONE
        return
    row = t.unit_row[unit]
    copy_row(t, w, s, row, out)
    slope, intercept = t.slope[entry], t.intercept[entry]
    if not flags & NO_INTERCEPT:
        w.out_left[out], w.out_right[out] = NONE, NONE
    value, rise, error = w.value[row], w.rise[row], w.error[row]
    if error == 0.0 and flags & NO_INTERCEPT:
        return
    w.out_value[out] = slope * value + intercept
    w.out_rise[out] = slope * rise
    if flags & PLAIN_SLOPE and flags & NO_INTERCEPT:
        return
    size = abs(slope) * (abs(value) + abs(rise)) + abs(intercept)
    w.out_error[out] = (abs(slope) * error + UNIT_GAMMA * size) * BOUND_UP + UNDERFLOW * (
        1 + abs(value) + abs(rise) + error
    )


@compiled
def copy_row(t: LineTables, w: LineWork, s: int, row: int, out: int) -> None:
    """An output that is a row."""
    w.out_value[out], w.out_rise[out], w.out_error[out] = w.value[row], w.rise[row], w.error[row]
    source = t.plain[row]
    w.out_left[out] = w.out_left[source] if source >= 0 else NONE
    w.out_right[out] = w.out_right[source] if source >= 0 else NONE


@compiled
def put_outputs(t: LineTables, w: LineWork, s: int) -> None:
    """All outputs of a stage."""
    for unit in range(t.units[s], t.units[s + 1]):
        put_output(t, w, s, unit)
    n_units = t.units[s + 1] - t.units[s]
    passing = t.outs[s + 1] - t.outs[s] - n_units
    for k in range(passing):
        copy_row(t, w, s, t.rows[s + 1] - passing + k, t.outs[s] + n_units + k)


@compiled
def sum_rows(t: LineTables, w: LineWork, s: int) -> None:
    """All rows of a stage, from the outputs of the stage before."""
    growth = t.growth[s]
    for row in range(t.rows[s], t.rows[s + 1]):
        bias = t.bias[row]
        w.value[row], w.rise[row] = bias, 0.0
        w.error[row] = growth * abs(bias) + UNDERFLOW if bias != 0.0 else 0.0
    for out in range(t.outs[s - 1], t.outs[s]):
        if w.out_error[out] != 0.0:
            add_column(t, w, s, out, w.out_value[out], w.out_rise[out], w.out_error[out])
    w.age[s] = 0


@compiled
def add_column(
    t: LineTables, w: LineWork, s: int, out: int, value: float, rise: float, error: float
) -> None:
    """Add the weights that read an output, times a line."""
    doubt = (error + t.growth[s] * (abs(value) + abs(rise)) + UNDERFLOW) * (1 + t.growth[s])
    if t.dense[s] >= 0:
        first, height = t.rows[s], t.rows[s + 1] - t.rows[s]
        at = t.dense[s] + (out - t.outs[s - 1]) * height
        weights = t.weights[at : at + height]
        values, rises = w.value[first : first + height], w.rise[first : first + height]
        errors = w.error[first : first + height]
        for i in range(height):
            a = weights[i]
            values[i] += a * value
            rises[i] += a * rise
            errors[i] += abs(a) * doubt
        return
    for e in range(t.starts[out], t.starts[out + 1]):
        row, a = t.terms_row[e], t.terms_weight[e]
        w.value[row] += a * value
        w.rise[row] += a * rise
        w.error[row] += abs(a) * doubt


@compiled
def put_plain_rows(t: LineTables, w: LineWork, s: int, out: int) -> None:
    """The rows that are multiples of an output, anew: they are as exact as it is."""
    if t.dense[s] >= 0:
        return
    value, rise, error = w.out_value[out], w.out_rise[out], w.out_error[out]
    doubt = 0.0
    if error != 0.0:
        doubt = (error + t.growth[s] * (abs(value) + abs(rise)) + UNDERFLOW) * (1 + t.growth[s])
    for e in range(t.starts[out], t.starts[out + 1]):
        row, a = t.terms_row[e], t.terms_weight[e]
        if t.plain[row] == out:
            w.value[row], w.rise[row], w.error[row] = a * value, a * rise, abs(a) * doubt
