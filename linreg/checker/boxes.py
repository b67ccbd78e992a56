"""The rule for boxes, written apart from the search: bounds of rectifiers, in integers.

`docs/verdicts.md` says what is computed. All rows of a stage are walked back together; a row whose
sums would leave their range gets no bound.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

POINT, FINE, GRID, SLOPE, GUIDE = 31, 14, 31, 16, 24

MOST_INPUTS = 64
"""Inputs up to which the last sum of a walk stays in range."""

LARGEST = 1 << 32
"""The largest pre-activation of which products stay in range."""

NOTHING = -(1 << 62)
"""What stands for no bound."""

OFF, ON, FREE, ASSUMED_ON, ASSUMED_OFF, PASSING = range(6)


class OutOfRange(Exception):
    """Numbers of a network for which scales do not serve."""


@dataclass(frozen=True, eq=False)
class Scaled:
    """A network of rectifiers in integers, row by row divided by powers of two.

    Attributes
    ----------
    weights : list of float64 arrays, shape (rows, inputs of the stage)
        Whole numbers of `bits` bits, times 2^-places; the last are minus what is asked.
    biases : list of int64 arrays
        Times 2^-POINT.
    places : list of int
    scales : list of int64 arrays
        The exponents of the powers of two.
    units : list of int
        How many rows of each stage, the first, are read by rectifiers.
    bits : int
    """

    weights: list[np.ndarray]
    biases: list[np.ndarray]
    places: list[int]
    scales: list[np.ndarray]
    units: list[int]
    bits: int


def scaled(
    weights: Sequence[np.ndarray],
    biases: Sequence[np.ndarray],
    units: Sequence[int],
    scales: Sequence[np.ndarray],
) -> Scaled:
    """A network in the units that a certificate says.

    Raises
    ------
    OutOfRange
        If a number of the network has no place in them.
    """
    widest = max(weights[0].shape[1], *(len(weight) for weight in weights))
    bits = min(24, (53 - (widest - 1).bit_length()) // 2)
    whole, shifts, places = [], [], []
    before = np.zeros(weights[0].shape[1], dtype=np.int64)
    for weight, bias, scale in zip(weights, biases, scales, strict=True):
        entries = np.ldexp(weight, (before[None, :] - scale[:, None]).astype(np.int32))
        constants = np.ldexp(bias, (-scale).astype(np.int32))
        if not (np.isfinite(entries).all() and (np.abs(constants) <= 32).all()):
            raise OutOfRange
        most = float(np.abs(entries).max(initial=0.0))
        place = min(max(bits - (int(np.frexp(most)[1]) if most else 0), 0), 40)
        integers = np.rint(np.ldexp(entries, place))
        if (np.abs(integers) > 2.0**bits).any():
            raise OutOfRange
        whole.append(integers)
        shifts.append(np.rint(np.ldexp(constants, POINT)).astype(np.int64))
        places.append(place)
        before = scale
    return Scaled(whole, shifts, places, list(scales), [*units, 0], bits)


def intervals(net: Scaled) -> list[tuple[np.ndarray, np.ndarray]]:
    """Bounds of the pre-activations of each stage on [-1, 1]^inputs, by intervals."""
    found = []
    ends = [(-(1 << POINT), 1 << POINT)] * net.weights[0].shape[1]
    for weight, bias, place, units in zip(
        net.weights[:-1], net.biases[:-1], net.places[:-1], net.units[:-1], strict=True
    ):
        reach = sum(max(abs(low), abs(high)) for low, high in ends)
        charge = reach + (reach >> 8) + 1
        z = []
        for row, shift in zip(weight.tolist(), bias.tolist(), strict=True):
            least = most = 0
            for entry, (low, high) in zip(row, ends, strict=True):
                if entry:
                    by = int(entry)
                    least += by * (low if by > 0 else high)
                    most += by * (high if by > 0 else low)
            z.append(
                (
                    ((2 * least - charge) >> (place + 1)) + shift - 1,
                    -((-2 * most - charge) >> (place + 1)) + shift + 1,
                )
            )
        cut = 1 << 60
        found.append(
            (
                np.array([max(low, -cut) for low, _ in z], dtype=np.int64),
                np.array([min(high, cut) for _, high in z], dtype=np.int64),
            )
        )
        ends = [(max(a, 0), max(b, 0)) if i < units else (a, b) for i, (a, b) in enumerate(z)]
    return found


@dataclass(eq=False)
class OnBox:
    """What the rule says of a box.

    Attributes
    ----------
    low, high : int64 arrays, shape (inputs,)
        The box's ends, times 2^GRID.
    z : list of pairs of int64 arrays
        Bounds of pre-activations; of as many stages as were reached.
    codes : list of int8 arrays
    found : int64 array
        Lower bounds of what is asked, times 2^(POINT + FINE), or `NOTHING`.
    proves : bool
        False if sums were out of range, so that nothing is proved.
    """

    low: np.ndarray
    high: np.ndarray
    z: list[tuple[np.ndarray, np.ndarray]]
    codes: list[np.ndarray]
    slopes: list[np.ndarray]
    rises: list[np.ndarray]
    reaches: list[int]
    heights: list[int]
    found: np.ndarray
    proves: bool = True


def bounds_on(
    net: Scaled, low: np.ndarray, high: np.ndarray, known: Sequence[tuple[np.ndarray, np.ndarray]]
) -> OnBox:
    """The rule on a box, with bounds of pre-activations that are known."""
    last = len(net.weights) - 1
    box = OnBox(low, high, [], [], [], [], [], [], np.full(len(net.weights[last]), NOTHING))
    box.reaches.append(int(((np.maximum(abs(low), abs(high)) >> (GRID - POINT)) + 1).sum()))
    for s in range(last):
        least, most = (ends.copy() for ends in known[s])
        rows, units = len(least), net.units[s]
        is_unit = np.arange(rows) < units
        asked = np.nonzero(~is_unit | ((least < 0) & (most > 0)))[0]
        for sign in (1, -1):
            bound = _in_units(*_walked(net, box, s, asked, sign))
            has = bound != NOTHING
            at, value = asked[has], bound[has]
            if sign > 0:
                least[at] = np.maximum(least[at], value)
            else:
                most[at] = np.minimum(most[at], -value)
        if (least > most).any() or (least < -LARGEST).any() or (most > LARGEST).any():
            box.proves = False
            return box
        codes = np.where(most <= 0, OFF, np.where(least >= 0, ON, FREE)).astype(np.int8)
        codes[units:] = PASSING
        is_free = codes == FREE
        gap = np.where(is_free, most - least, 1)
        slope = (most.astype(np.float64) / gap.astype(np.float64) * 65536.0).astype(np.int64)
        slope = np.clip(slope, 1, 1 << SLOPE)
        rise = np.maximum(-slope * least, ((1 << SLOPE) - slope) * most)
        rise = ((rise - 1) >> SLOPE) + 1
        box.z.append((least, most))
        box.codes.append(codes)
        box.slopes.append(np.where(is_free, slope, 0))
        box.rises.append(np.where(is_free, rise, 0))
        size = np.maximum(abs(least), abs(most))
        positive = np.where((codes == ON) | is_free, most, 0)
        box.reaches.append(int(np.where(codes == PASSING, size, positive).sum()))
        box.heights.append(int(max(size.max(), (abs(net.biases[s]) + 1).max())))
    values, e = _walked(net, box, last, np.arange(len(net.weights[last])), 1)
    box.found = _in_units(values, e - FINE)
    return box


def combination_on(
    net: Scaled,
    box: OnBox,
    weights: Sequence[int],
    guides: np.ndarray,
    assumed: Sequence[tuple[int, int, bool]],
) -> int:
    """A lower bound of a combination of what is asked where some units have a side, or `NOTHING`.

    Parameters
    ----------
    weights : sequence of int, shape (asked,)
    guides : float64 array, shape (2, stages, rows)
        Any non-negative numbers.
    assumed : sequence of (stage, row, on)
    """
    last = len(net.weights) - 1
    codes = [each.copy() for each in box.codes]
    for stage, row, on in assumed:
        codes[stage][row] = ASSUMED_ON if on else ASSUMED_OFF
    by = np.array(weights, dtype=np.int64)
    X = by.astype(np.float64) @ net.weights[last]
    b = int((by * net.biases[last] - by).sum())
    charge = float(box.reaches[last]) * 0.5005 * float(int(by.sum())) + 2.0
    if not charge < 2.0**60:
        return NOTHING
    X, b_, e = _placed(X[None, :], np.array([b]), int(charge), net.places[last], box.reaches[last])
    values, e = _back(net, box, codes, last, X, b_, e, guides)
    return int(_in_units(values, e - FINE)[0])


def _walked(
    net: Scaled, box: OnBox, s: int, rows: np.ndarray, sign: int
) -> tuple[np.ndarray, np.ndarray]:
    """Lower bounds of rows of a stage, or of minus them, with their exponents."""
    X = sign * net.weights[s][rows]
    b = sign * net.biases[s][rows] - 1
    charge = int(float(box.reaches[s]) * 0.5005 + 2.0)
    X, b, e = _placed(X, b, charge, net.places[s], box.reaches[s])
    return _back(net, box, box.codes, s, X, b, e, None)


def _placed(
    X: np.ndarray, b: np.ndarray, charge: int, w: int, reach: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows with their constants in the rows' unit, of which places are cut where these are many."""
    room = 60 - _bits(abs(b.astype(np.float64)) + 1.0)
    cut = np.maximum(0, w - room)
    b = _shifted(b, w - cut) - charge
    X = np.where(cut[:, None] > 0, np.floor(np.ldexp(X, -cut[:, None]) + 0.5), X)
    b = b - np.where(cut > 0, (reach + 1) // 2 + 1, 0)
    return X, b, w - cut


def _back(
    net: Scaled,
    box: OnBox,
    codes: Sequence[np.ndarray],
    start: int,
    X: np.ndarray,
    b: np.ndarray,
    e: np.ndarray,
    guides: np.ndarray | None,
) -> tuple[np.ndarray, np.ndarray]:
    """Bounds of forms 2^-e (X h + 2^-POINT b) of what stage `start` reads, times 2^(e + POINT)."""
    good = np.ones(len(X), dtype=bool)
    t = start
    while True:
        most = np.abs(X).max(axis=1, initial=0.0)
        if guides is not None and t > 0:
            most = np.maximum(most, np.ldexp(guides[:, t - 1].max(initial=0.0), e + SLOPE - GUIDE))
        down = np.maximum(0, _bits(most) - net.bits)
        A = np.where(down[:, None] > 0, np.floor(np.ldexp(X, -down[:, None]) + 0.5), X)
        b = np.where(down > 0, _shifted(b, -down) - (box.reaches[t] + 1) // 2 - 1, b)
        e = e - down
        good &= np.abs(b.astype(np.float64)) < 2.0**61
        A[~good], b = 0.0, np.where(good, b, 0)
        if t == 0:
            break
        t -= 1
        height = float(box.heights[t])
        good &= np.abs(A).sum(axis=1) * height < 2.0**60
        A[~good] = 0.0
        A, b = _through_units(box, codes[t], t, A, b, e, guides, net.bits)
        total = np.abs(A).sum(axis=1)
        good &= total * height < 2.0**60
        A[~good], total = 0.0, np.where(good, total, 0.0)
        b = b + A.astype(np.int64) @ net.biases[t] - total.astype(np.int64)
        w = net.places[t]
        charge = total * float(box.reaches[t]) * np.ldexp(1.001, -(w + 1)) + 2.0
        good &= (np.abs(b.astype(np.float64)) < 2.0**61) & (charge < 2.0**61)
        b = np.where(good, b - np.where(good, charge, 0.0).astype(np.int64), 0)
        X = A @ net.weights[t]
        room = 61 - _bits(np.abs(b.astype(np.float64)))
        cut = np.maximum(0, w - room)
        b = _shifted(b, w - cut)
        e = e + (w - cut)
        X = np.where(cut[:, None] > 0, np.floor(np.ldexp(X, -cut[:, None]) + 0.5), X)
        b = b - np.where(cut > 0, (box.reaches[t] + 1) // 2 + 1, 0)
        good &= (cut == 0) | (np.abs(b.astype(np.float64)) < 2.0**61)
    a = A.astype(np.int64)
    least = np.minimum(a * box.low, a * box.high).sum(axis=1)
    return np.where(good, (least >> (GRID - POINT)) + b, NOTHING), e


def _through_units(
    box: OnBox,
    codes: np.ndarray,
    t: int,
    A: np.ndarray,
    b: np.ndarray,
    e: np.ndarray,
    guides: np.ndarray | None,
    bits: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Forms of the outputs of a stage as forms of its pre-activations that are not greater."""
    least, most = box.z[t]
    free, up = codes == FREE, A > 0.0
    if guides is None:
        A = np.where(free & up & (most <= -least), 0.0, A)
    else:
        n = len(codes)
        first, second = (
            np.floor(np.ldexp(guides[k, t, :n][None, :], e[:, None] + SLOPE - GUIDE) + 0.5)
            for k in (0, 1)
        )
        more = np.where(free & (A < 0.0), np.minimum(-A, second), 0.0)
        b = b - more.astype(np.int64) @ most
        A = np.where(free & up, np.minimum(A, first), A + more)
        A = np.where(codes == ASSUMED_ON, np.maximum(A - first, -(2.0**bits)), A)
        A = np.where(codes == ASSUMED_OFF, np.minimum(first, 2.0**bits), A)
    down = free & (A < 0.0)
    a = np.where(down, A, 0.0).astype(np.int64)
    b = b + a @ box.rises[t]
    lowered = (a * box.slopes[t] + (1 << (SLOPE - 1))) >> SLOPE
    A = np.where(down, lowered.astype(np.float64), A)
    A = np.where(codes == OFF, 0.0, A)
    wide = np.where(down, np.maximum(most, -least), 0).sum(axis=1)
    return A, b - (wide + 1) // 2


def _bits(values: np.ndarray) -> np.ndarray:
    """Binary digits of whole numbers."""
    return np.asarray(np.frexp(values)[1]).astype(np.int64)


def _shifted(values: np.ndarray, places: np.ndarray) -> np.ndarray:
    """The integers below values * 2^places."""
    up, down = np.maximum(places, 0), np.minimum(np.maximum(-places, 0), 63)
    return np.asarray((values << up) >> down)


def _in_units(values: np.ndarray, e: np.ndarray) -> np.ndarray:
    """Bounds of scale 2^e in units of their own; `NOTHING` where they are out of range."""
    has = (values != NOTHING) & ((e >= 0) | (_bits(np.abs(values.astype(np.float64))) - e <= 60))
    return np.where(has, _shifted(np.where(has, values, 0), np.where(has, -e, 0)), NOTHING)
