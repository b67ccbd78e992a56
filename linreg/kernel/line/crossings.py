"""Machine code: what the units of a stage do on an interval, if that is certain.

A breakpoint is crossed inside if the line is certainly on different sides of it at the two ends. An
end is known up to an error, too. Where a line vanishes exactly at an end, because an earlier unit
switches there, its side next to that end is the one at the other end.
"""

from __future__ import annotations

from linreg.kernel.line.data import ZERO_AT_CUT, LineTables, LineWork
from linreg.kernel.line.roundoff import (
    BOUND_UP,
    DIFFERENCE_GAMMA,
    END_GAMMA,
    PLACE_GAMMA,
    PLACE_UP,
)
from linreg.kernel.machine import NONE, compiled

TIE = 2
"""The sign of what is exactly zero at an end."""

DOUBT = 3
"""The sign of what may be zero at an end."""


@compiled
def side(z: float, bound: float) -> int:
    """The sign of a number that is known up to a bound, which was rounded itself."""
    bound *= BOUND_UP
    if z > bound:
        return 1
    if z < -bound:
        return -1
    return DOUBT


@compiled
def vanishes(t: LineTables, w: LineWork, s: int, row: int, upper: int) -> bool:
    """Whether a row is exactly zero at an end of the stage's interval, or everywhere."""
    if w.error[row] == 0.0:
        return True
    source = t.plain[row]
    if source < 0:
        return False
    event = w.end_events[s, upper]
    if upper:
        return bool(event >= 0 and w.out_right[source] == event)
    return bool(event >= 0 and w.out_left[source] == event)


@compiled
def put_event(
    w: LineWork, s: int, at: float, error: float, unit: int, piece: int, zero: int
) -> None:
    """Append an event of a stage; its place is cut to the interval's ends."""
    e = w.event_first[s] + w.event_count[s]
    w.event_at[e], w.event_error[e] = at, error
    if at < w.ends[s, 0]:
        w.event_at[e], w.event_error[e] = w.ends[s, 0], max(error, w.ends[s, 1])
    elif at > w.ends[s, 2]:
        w.event_at[e], w.event_error[e] = w.ends[s, 2], max(error, w.ends[s, 3])
    w.event_unit[e] = unit
    w.event_piece[e] = piece
    w.event_zero[e] = zero
    w.event_count[s] += 1


@compiled
def scalar_piece(t: LineTables, w: LineWork, s: int, unit: int) -> int:
    """A scalar unit's piece just after the lower end, its events put down; -1 in doubt."""
    row = t.unit_row[unit]
    value, rise, error = w.value[row], w.rise[row], w.error[row]
    low, high = w.ends[s, 0], w.ends[s, 2]
    rounding = END_GAMMA * (abs(value) + abs(rise))
    at_low, at_high = value + low * rise, value + high * rise
    low_bound = error + abs(rise) * w.ends[s, 1] + rounding
    high_bound = error + abs(rise) * w.ends[s, 3] + rounding
    first = t.table[unit]
    piece = 0
    for k in range(t.table[unit + 1] - first - 1):
        cut, slack = t.cut[first + k], t.slack[first + k]
        below, above = (
            side(at_low - cut, low_bound + slack),
            side(at_high - cut, high_bound + slack),
        )
        if (below == DOUBT or above == DOUBT) and cut == 0.0 and slack == 0.0:
            if error == 0.0:
                below = above = -1
            elif below == DOUBT and vanishes(t, w, s, row, 0):
                below = above
            elif above == DOUBT and vanishes(t, w, s, row, 1):
                above = below
        if below == DOUBT or above == DOUBT:
            return -1
        if below > 0:
            piece += 1
        if below != above:
            at = (cut - value) / rise
            away = (error + slack) / abs(rise) * PLACE_UP + PLACE_GAMMA
            after = k + 1 if above > 0 else k
            put_event(w, s, at, away, unit, after, t.zero[first + k] & ZERO_AT_CUT)
    return piece


@compiled
def put_quick_pieces(t: LineTables, w: LineWork, s: int) -> None:
    """The pieces of a simple stage's units that certainly cross nothing; -1 for the others."""
    first, n = t.rows[s], t.units[s + 1] - t.units[s]
    values, rises = w.value[first : first + n], w.rise[first : first + n]
    errors, quick = w.error[first : first + n], w.quick[:n]
    low, high = w.ends[s, 0], w.ends[s, 2]
    away = max(w.ends[s, 1], w.ends[s, 3])
    for i in range(n):
        value, rise = values[i], rises[i]
        a, b = value + low * rise, value + high * rise
        size = abs(rise)
        bound = errors[i] + size * away + END_GAMMA * (abs(value) + size)
        bound *= BOUND_UP
        # Without "and", so that the processor does several at once.
        above, below = (a > bound) & (b > bound), (a < -bound) & (b < -bound)
        quick[i] = 1.0 if above else (0.0 if below else -1.0)


@compiled
def relation(t: LineTables, w: LineWork, s: int, row: int, other: int, upper: int) -> int:
    """Which of two rows is ahead at an end: 1, -1, `TIE` or `DOUBT`."""
    if w.error[row] == 0.0 and w.error[other] == 0.0:
        return TIE
    end, away = w.ends[s, 2 * upper], w.ends[s, 2 * upper + 1]
    value, rise = w.value[row] - w.value[other], w.rise[row] - w.rise[other]
    size = abs(w.value[row]) + abs(w.value[other]) + abs(w.rise[row]) + abs(w.rise[other])
    bound = w.error[row] + w.error[other] + abs(rise) * away + DIFFERENCE_GAMMA * size
    found = side(value + end * rise, bound)
    if found == DOUBT and vanishes(t, w, s, row, upper) and vanishes(t, w, s, other, upper):
        return TIE
    return found


@compiled
def winner_after(t: LineTables, w: LineWork, s: int, unit: int) -> int:
    """The place of a max unit's winner just after the lower end; -1 in doubt."""
    first, n, start = t.table[unit], t.rank[unit], t.unit_row[unit]
    best = 0
    for k in range(1, n):
        a, b = start + t.candidate[first + k], start + t.candidate[first + best]
        if w.value[a] + w.ends[s, 0] * w.rise[a] > w.value[b] + w.ends[s, 0] * w.rise[b]:
            best = k
    tries = 0
    k = 0
    while k < n:
        if k != best:
            a, b = start + t.candidate[first + k], start + t.candidate[first + best]
            ahead = relation(t, w, s, a, b, 0)
            if ahead == TIE:
                ahead = relation(t, w, s, a, b, 1)
                if ahead == TIE:  # they are the same function, which the lower index has
                    best = min(k, best)
                    ahead = -1
            if ahead == DOUBT:
                return -1
            if ahead == 1:
                best = k
                k = -1
                tries += 1
                if tries > n:
                    return -1
        k += 1
    return best


@compiled
def maximum_piece(t: LineTables, w: LineWork, s: int, unit: int) -> int:
    """A max unit's piece just after the lower end, its events put down; -1 in doubt."""
    first, n, start = t.table[unit], t.rank[unit], t.unit_row[unit]
    best = winner_after(t, w, s, unit)
    if best < 0:
        return -1
    piece = t.candidate[first + best]
    for _ in range(n):
        b = start + t.candidate[first + best]
        after, at, away = -1, 0.0, 0.0
        for k in range(n):
            if k == best:
                continue
            a = start + t.candidate[first + k]
            ahead = relation(t, w, s, a, b, 1)
            if ahead == DOUBT:
                return -1
            if ahead != 1:
                continue
            steeper = w.rise[a] - w.rise[b]
            if not steeper > 0.0:
                return -1
            here = (w.value[b] - w.value[a]) / steeper
            size = abs(w.value[a]) + abs(w.value[b]) + abs(w.rise[a]) + abs(w.rise[b])
            doubt = (w.error[a] + w.error[b] + DIFFERENCE_GAMMA * size) / steeper * PLACE_UP
            doubt += PLACE_GAMMA
            if after < 0:
                after, at, away = k, here, doubt
            elif w.error[a] == 0.0 and w.error[start + t.candidate[first + after]] == 0.0:
                continue  # the same function, and that of the lower index is kept
            elif here + doubt < at - away:
                after, at, away = k, here, doubt
            elif not here - doubt > at + away:
                return -1
        if after < 0:
            return piece
        put_event(w, s, at, away, unit, t.candidate[first + after], 0)
        best = after
    return NONE


@compiled
def sort_events(w: LineWork, s: int) -> bool:
    """Sort a stage's events by place; whether they are certainly apart (Shell, 1959)."""
    first, n = w.event_first[s], w.event_count[s]
    gap = 1
    while 3 * gap + 1 < n:
        gap = 3 * gap + 1
    while gap > 0:
        for i in range(first + gap, first + n):
            at, error = w.event_at[i], w.event_error[i]
            unit, piece, zero = w.event_unit[i], w.event_piece[i], w.event_zero[i]
            j = i
            while j - gap >= first and w.event_at[j - gap] > at:
                w.event_at[j], w.event_error[j] = w.event_at[j - gap], w.event_error[j - gap]
                w.event_unit[j], w.event_piece[j] = w.event_unit[j - gap], w.event_piece[j - gap]
                w.event_zero[j] = w.event_zero[j - gap]
                j -= gap
            w.event_at[j], w.event_error[j] = at, error
            w.event_unit[j], w.event_piece[j], w.event_zero[j] = unit, piece, zero
        gap //= 3
    last = -1.0
    for i in range(first, first + n):
        if not w.event_at[i] - w.event_error[i] > last:
            return False
        last = max(last, w.event_at[i] + w.event_error[i])
    return True
