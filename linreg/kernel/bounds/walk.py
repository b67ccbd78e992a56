"""Machine code: linear forms walked back through a network of rectifiers, in integers.

A walk holds a form of the outputs of a stage that bounds from below what is asked, everywhere on a
box: 2^-e (A h + 2^-POINT b), with integers A of so many bits that a product with the weights of a
stage is exact in float64, in any order of summation, and a constant b that bears all rounding
against us. At a unit with bounds l < 0 < u on its pre-activation z, relu(z) lies above 0 and z and
below the line s z + t with any s in [0, 1] and t = max(-s l, (1 - s) u): slopes are rounded freely,
as validity never depends on how.

Every sum is kept below 2^62. Where one would not be, the walk gives no bound at all.

Source: Zhang et al. (2018), "Efficient neural network robustness certification with general
activation functions", Theorem 3.2, and Singh et al. (2019), for the bounds; integers are ours.
"""

from __future__ import annotations

import math

import numpy as np

from linreg.kernel.bounds.units import FINE, GRID, POINT, SLOPE
from linreg.kernel.machine import compiled, entry

LARGEST = 1 << 32
"""The largest bound of a pre-activation for which products stay in range."""

NO_BOUND = -(1 << 62)
"""What a walk says where it proves nothing."""

OFF, ON, FREE, SPLIT_ON, SPLIT_OFF, PASSING = 0, 1, 2, 3, 4, 5
"""What is known of a unit's pre-activation: <= 0, >= 0, neither; assumed either; no unit."""


@compiled
def _bits(value: float) -> int:
    """Number of binary digits of a whole number; 0 of 0."""
    return math.frexp(value)[1]


@compiled
def _fits(value: float) -> bool:
    return abs(value) < 2.0**61


@compiled
def _floor_shift(value: int, places: int) -> int:
    """The integer below value * 2^places, which must be in range."""
    if places >= 0:
        return value << places
    if places < -62:
        return -1 if value < 0 else 0
    return value >> -places


@compiled
def _back_to_inputs(
    W: np.ndarray,
    exponents: np.ndarray,
    biases: np.ndarray,
    rows: np.ndarray,
    codes: np.ndarray,
    slopes: np.ndarray,
    rises: np.ndarray,
    lower: np.ndarray,
    upper: np.ndarray,
    reaches: np.ndarray,
    heights: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    guides: np.ndarray,
    weighs: np.ndarray,
    bits: int,
    start: int,
    e: int,
    b: int,
    X: np.ndarray,
    A: np.ndarray,
) -> tuple[int, int]:
    """The bound of a form X of the outputs that stage `start` reads; its value and 2^e in A.

    On entry the form is 2^-e (X h + 2^-POINT b), where X may have up to 53 bits. Returns the bound
    times 2^(e + POINT), or `NO_BOUND`, and e.
    """
    t = start
    while True:
        # Round the row to as many bits as a product may have.
        width = rows[t - 1] if t > 0 else low.shape[0]
        most = 0.0
        for k in range(width):
            most = max(most, abs(X[k]))
        if guides.shape[0] > 0 and t > 0:
            # Multipliers of the stage before are to fit as well.
            for i in range(rows[t - 1]):
                more = max(guides[0, t - 1, i], guides[1, t - 1, i])
                most = max(most, more * math.ldexp(1.0, e))
        down = max(0, _bits(most) - bits)
        if down > 0:
            by = math.ldexp(1.0, -down)
            for k in range(width):
                A[k] = np.floor(X[k] * by + 0.5)
            e -= down
            b = _floor_shift(b, -down) - (reaches[t] + 1) // 2 - 1
        else:
            for k in range(width):
                A[k] = X[k]
        if not _fits(float(b)):
            return NO_BOUND, e
        if t == 0:
            break
        t -= 1
        # Units of stage t: from their outputs to their pre-activations.
        size = rows[t]
        wide = 0
        total = 0.0
        for i in range(size):
            total += abs(A[i])
        # Heights bound all that rows are multiplied by here, so that no sum leaves its range.
        if not total * float(heights[t]) < 2.0**60:
            return NO_BOUND, e
        total = 0.0
        for i in range(size):
            a = A[i]
            code = codes[t, i]
            if code == FREE:
                least, greatest = lower[t, i], upper[t, i]
                if weighs.shape[0] > 0:
                    weighs[t, i] += abs(a) * math.ldexp(1.0, -e)
                if guides.shape[0] > 0:
                    scale = math.ldexp(1.0, e)
                    if a > 0.0:
                        a = min(a, np.floor(max(guides[0, t, i], 0.0) * scale + 0.5))
                    elif a < 0.0:
                        more = min(-a, np.floor(max(guides[1, t, i], 0.0) * scale + 0.5))
                        a += more
                        b -= int(more) * greatest
                elif a > 0.0 and greatest <= -least:
                    a = 0.0
                if a < 0.0:
                    b += int(a) * rises[t, i]
                    a = float((int(a) * slopes[t, i] + (1 << (SLOPE - 1))) >> SLOPE)
                    wide += max(greatest, -least)
            elif code == OFF:
                a = 0.0
            elif code == SPLIT_ON:
                a = max(
                    a - np.floor(max(guides[0, t, i], 0.0) * math.ldexp(1.0, e) + 0.5), -(2.0**bits)
                )
            elif code == SPLIT_OFF:
                a = min(np.floor(max(guides[0, t, i], 0.0) * math.ldexp(1.0, e) + 0.5), 2.0**bits)
            A[i] = a
            total += abs(a)
        b -= (wide + 1) // 2
        if not total * float(heights[t]) < 2.0**60:
            return NO_BOUND, e
        for i in range(size):
            if A[i] != 0.0:
                b += int(A[i]) * biases[t, i]
        b -= int(total)
        w = exponents[t]
        # Weights are rounded to half a unit of 2^-w.
        charge = total * float(reaches[t]) * math.ldexp(1.001, -(w + 1)) + 2.0
        if not _fits(float(b)) or not _fits(charge):
            return NO_BOUND, e
        b -= int(charge)
        below = rows[t - 1] if t > 0 else low.shape[0]
        for k in range(below):
            X[k] = 0.0
        for i in range(size):
            a = A[i]
            if a != 0.0:
                row = W[t, i]
                for k in range(below):
                    X[k] += a * row[k]
        # The constant in the new unit, with as many places as fit.
        room = 61 - _bits(abs(float(b)))
        cut = max(0, w - room)
        b = _floor_shift(b, w - cut)
        e += w - cut
        if cut > 0:
            by = math.ldexp(1.0, -cut)
            for k in range(below):
                X[k] = np.floor(X[k] * by + 0.5)
            b -= (reaches[t] + 1) // 2 + 1
            if not _fits(float(b)):
                return NO_BOUND, e
    bound = 0
    for k in range(low.shape[0]):
        a = int(A[k])
        bound += min(a * low[k], a * high[k])
    bound = (bound >> (GRID - POINT)) + b
    return bound, e


@compiled
def _in_units(bound: int, e: int) -> int:
    """A bound of scale 2^e in units of its own; `NO_BOUND` where it is out of range."""
    if bound == NO_BOUND:
        return NO_BOUND
    if e < 0 and _bits(abs(float(bound))) - e > 60:
        return NO_BOUND
    return _floor_shift(bound, -e)


@compiled
def _first_row(
    W: np.ndarray,
    exponents: np.ndarray,
    biases: np.ndarray,
    reaches: np.ndarray,
    s: int,
    i: int,
    sign: int,
    below: int,
    X: np.ndarray,
) -> tuple[int, int]:
    """A row of a stage as a form of what the stage reads, in X; returns e and the constant."""
    w = exponents[s]
    row = W[s, i]
    if sign > 0:
        for k in range(below):
            X[k] = row[k]
    else:
        for k in range(below):
            X[k] = -row[k]
    charge = float(reaches[s]) * 0.5005 + 2.0
    b = sign * biases[s, i] - 1
    room = 60 - _bits(abs(float(b)) + 1.0)
    cut = max(0, w - room)
    constant = _floor_shift(b, w - cut) - int(charge)
    if cut > 0:
        by = math.ldexp(1.0, -cut)
        for k in range(below):
            X[k] = np.floor(X[k] * by + 0.5)
        constant -= (reaches[s] + 1) // 2 + 1
    return w - cut, constant


@entry
def bound_box(
    W: np.ndarray,
    exponents: np.ndarray,
    biases: np.ndarray,
    rows: np.ndarray,
    units: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    lower: np.ndarray,
    upper: np.ndarray,
    codes: np.ndarray,
    slopes: np.ndarray,
    rises: np.ndarray,
    reaches: np.ndarray,
    heights: np.ndarray,
    found: np.ndarray,
    shares: np.ndarray,
    sizes: np.ndarray,
    guides: np.ndarray,
    weighs: np.ndarray,
    unit_shares: np.ndarray,
    X: np.ndarray,
    A: np.ndarray,
    bits: int,
) -> int:
    """Bounds of all pre-activations on a box, stage by stage, and of what is asked.

    `lower` and `upper` hold bounds that are known, and are tightened; `codes`, `slopes`, `rises`
    and `reaches` are filled in; `found` receives proved lower bounds of the rows that are asked,
    and `shares` what each coordinate has to do with what is asked: by the last form, and by the
    area between the lines of each free unit, as the form weighs it, shared among coordinates as
    its bounds are. `sizes` are what rows were divided by; `weighs` and `unit_shares` hold what is
    needed meanwhile. Returns the number of free units, -1 where the bounds are out of range, so
    that nothing is proved, or -2 where the box is empty by what is known, which cannot be.
    """
    last = rows.shape[0] - 1
    n = low.shape[0]
    free = 0
    reach = 0
    for k in range(n):
        reach += (max(abs(low[k]), abs(high[k])) >> (GRID - POINT)) + 1
        shares[k] = 0.0
    reaches[0] = reach
    for s in range(last):
        below = rows[s - 1] if s > 0 else n
        reach = 0
        height = 0
        for i in range(rows[s]):
            height = max(height, abs(biases[s, i]) + 1)
            is_unit = i < units[s]
            if not is_unit or (lower[s, i] < 0 and upper[s, i] > 0):
                for side in range(2):
                    sign = 1 - 2 * side
                    e, b = _first_row(W, exponents, biases, reaches, s, i, sign, below, X)
                    bound, e = _back_to_inputs(
                        W, exponents, biases, rows, codes, slopes, rises, lower, upper, reaches,
                        heights, low, high, guides, weighs[:0], bits, s, e, b, X, A,
                    )  # fmt: skip
                    bound = _in_units(bound, e)
                    if bound != NO_BOUND:
                        if side == 0:
                            lower[s, i] = max(lower[s, i], bound)
                        else:
                            upper[s, i] = min(upper[s, i], -bound)
                least, greatest = lower[s, i], upper[s, i]
                if least > greatest:
                    return -2
                if is_unit and least < 0 and greatest > 0:
                    # The area of the triangle between the lines, shared among the coordinates;
                    # A is that of the upper side.
                    area = -(float(least) * float(greatest)) / float(greatest - least)
                    total = 0.0
                    for k in range(n):
                        total += abs(A[k]) * float(high[k] - low[k])
                    if total > 0.0:
                        for k in range(n):
                            unit_shares[s, i, k] = area * (
                                abs(A[k]) * float(high[k] - low[k]) / total
                            )
                    else:
                        for k in range(n):
                            unit_shares[s, i, k] = 0.0
            least, greatest = lower[s, i], upper[s, i]
            if least < -LARGEST or greatest > LARGEST:
                return -1
            height = max(height, max(abs(least), abs(greatest)))
            slopes[s, i] = 0
            rises[s, i] = 0
            if not is_unit:
                codes[s, i] = PASSING
                reach += max(abs(least), abs(greatest))
            elif greatest <= 0:
                codes[s, i] = OFF
            elif least >= 0:
                codes[s, i] = ON
                reach += greatest
            else:
                codes[s, i] = FREE
                free += 1
                slope = int(float(greatest) / float(greatest - least) * 65536.0)
                slope = min(max(slope, 1), 1 << SLOPE)
                rise: int = max(-slope * least, ((1 << SLOPE) - slope) * greatest)
                slopes[s, i] = slope
                rises[s, i] = ((rise - 1) >> SLOPE) + 1
                reach += greatest
        reaches[s + 1] = reach
        heights[s] = height
    below = rows[last - 1] if last > 0 else n
    for i in range(rows[last]):
        for s in range(last):
            for j in range(rows[s]):
                weighs[s, j] = 0.0
        e, b = _first_row(W, exponents, biases, reaches, last, i, 1, below, X)
        bound, e = _back_to_inputs(
            W, exponents, biases, rows, codes, slopes, rises, lower, upper, reaches,
            heights, low, high, guides, weighs, bits, last, e, b, X, A,
        )  # fmt: skip
        found[i] = _in_units(bound, e - FINE)
        scale = math.ldexp(sizes[last, i], -(e + GRID - POINT))
        for k in range(n):
            shares[k] += abs(A[k]) * float(high[k] - low[k]) * scale
        for s in range(last):
            for j in range(rows[s]):
                if codes[s, j] == FREE:
                    for k in range(n):
                        shares[k] += weighs[s, j] * unit_shares[s, j, k] * sizes[last, i]
    return free


@entry
def guided_bound(
    W: np.ndarray,
    exponents: np.ndarray,
    biases: np.ndarray,
    rows: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    lower: np.ndarray,
    upper: np.ndarray,
    codes: np.ndarray,
    slopes: np.ndarray,
    rises: np.ndarray,
    reaches: np.ndarray,
    heights: np.ndarray,
    weights: np.ndarray,
    guides: np.ndarray,
    X: np.ndarray,
    A: np.ndarray,
    bits: int,
) -> int:
    """A proved lower bound of a non-negative combination of what is asked, given a program's dual.

    `weights` are integers of at most 16 bits; the bound is one of their combination, times
    2^(POINT + FINE). `guides[0]` and `guides[1]` are numbers for each unit, of which any are valid.
    """
    last = rows.shape[0] - 1
    below = rows[last - 1] if last > 0 else low.shape[0]
    w = exponents[last]
    for k in range(below):
        X[k] = 0.0
    b = 0
    total = 0
    for i in range(rows[last]):
        by = weights[i]
        if by != 0:
            total += by
            b += by * biases[last, i] - by
            row = W[last, i]
            for k in range(below):
                X[k] += float(by) * row[k]
    charge = float(reaches[last]) * 0.5005 * float(total) + 2.0
    if not charge < 2.0**60:
        return NO_BOUND
    room = 60 - _bits(abs(float(b)) + 1.0)
    cut = max(0, w - room)
    constant = _floor_shift(b, w - cut) - int(charge)
    if cut > 0:
        by_ = math.ldexp(1.0, -cut)
        for k in range(below):
            X[k] = np.floor(X[k] * by_ + 0.5)
        constant -= (reaches[last] + 1) // 2 + 1
    bound, e = _back_to_inputs(
        W, exponents, biases, rows, codes, slopes, rises, lower, upper, reaches,
        heights, low, high, guides, guides[0, :0], bits, last, w - cut, constant, X, A,
    )  # fmt: skip
    return _in_units(bound, e - FINE)
