"""Machine code: how known regions split a cell, and which rows prove what does not cut it.

Where it cannot account for every rounding it proposes rows, which are put to exact arithmetic.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from linreg.kernel.data.frames import as_frame
from linreg.kernel.data.outcomes import CUT, LEAF, LEAST, MISSES, NO_CUT, PART
from linreg.kernel.data.roundoff import FLOOR, ROUNDOFF, UP, gamma_of_form
from linreg.kernel.data.work import HalfspaceRows, Program, Proof
from linreg.kernel.machine import compiled, entry
from linreg.kernel.proofs.multipliers import gather, spread_of
from linreg.kernel.simplex.program import descend, load

SLIGHT = 1e-9
"""Multipliers below this share of the largest may be zero."""


@as_frame
class Planes(NamedTuple):
    """The hyperplanes of a stage on a cell; gradients and values are exact ones, each rounded."""

    normals: np.ndarray  # (planes, dim)
    values: np.ndarray  # (planes,) at the centre
    units: np.ndarray  # (planes,) a unit that switches there, by its place in a pattern
    breakpoints: np.ndarray  # (planes,) which of its breakpoints it is
    above: np.ndarray  # (planes,) on which side the unit is above it, 1 or -1


@as_frame
class Found(NamedTuple):
    """Regions, and the order in which the tree has them, which is put right on the way."""

    patterns: np.ndarray  # (regions, units)
    points: np.ndarray  # (regions, dim) inside them, less the centre
    order: np.ndarray  # (regions,)


@as_frame
class Memory(NamedTuple):
    """What is worked with: for each part that waits, and for each region."""

    parts: np.ndarray  # (planes + 2, 5): first region, end, cuts, the last one, its side
    known: np.ndarray  # (planes + 2, words) of a bit for each plane: whether its side is known
    some: np.ndarray  # (words,) planes with a region of the part above them
    every: np.ndarray  # (words,) planes with all regions of the part above them
    bits: np.ndarray  # (regions, words) planes that a region is above


@entry
def split_found(
    planes: Planes,
    found: Found,
    first: int,
    end: int,
    n_halfspaces: int,
    halfspaces: HalfspaceRows,
    p: Program,
    proof: Proof,
    memory: Memory,
    events: np.ndarray,
) -> int:
    """Write how regions of a cell split it, as events: their length, -1 if there is no room.

    Parameters
    ----------
    first, end : int
        The regions of the cell, as places in the order.
    n_halfspaces : int
        The rows of the cell, which stand in `halfspaces` already, with their values at the centre
        as `constant`, each number rounded to nearest. `memory.known[0]` has the planes that are
        decided.
    """
    n_planes = len(planes.normals)
    words = memory.bits.shape[1]
    for i in range(first, end):
        region = found.order[i]
        for w in range(words):
            memory.bits[region, w] = 0
        for h in range(n_planes):
            is_over = found.patterns[region, planes.units[h]] > planes.breakpoints[h]
            if is_over == (planes.above[h] > 0):
                memory.bits[region, h >> 6] |= np.uint64(1) << np.uint64(h & 63)
    parts = memory.parts
    parts[0, 0], parts[0, 1], parts[0, 2], parts[0, 3] = first, end, 0, -1
    top = 1
    length = 0
    room = len(events) - 9 - n_planes * (6 + planes.normals.shape[1])
    while top > 0:
        if length > room:
            return -1
        top -= 1
        start, stop, depth = parts[top, 0], parts[top, 1], parts[top, 2]
        if depth > 0:
            plane, side = parts[top, 3], parts[top, 4]
            _put_halfspace(halfspaces, n_halfspaces + depth - 1, planes, plane, side)
            events[length], events[length + 1] = PART, depth - 1
            events[length + 2], events[length + 3] = plane, side
            length += 4
        _survey(found, memory, start, stop)
        region = found.order[start]
        m = n_halfspaces + depth
        length = _tell_misses(
            planes, found, region, m, halfspaces, p, proof, memory, top, events, length
        )
        cut = _most_even(memory, found, top, n_planes, start, stop)
        if cut < 0:
            events[length], events[length + 1], events[length + 2] = LEAF, start, stop
            length += 3
            continue
        events[length], events[length + 1] = CUT, cut
        length += 2
        middle = _partition(found, memory, start, stop, cut)
        memory.known[top, cut >> 6] |= np.uint64(1) << np.uint64(cut & 63)
        for w in range(words):
            memory.known[top + 1, w] = memory.known[top, w]
        for part, from_, to, side in ((top, middle, stop, 1), (top + 1, start, middle, -1)):
            parts[part, 0], parts[part, 1], parts[part, 2] = from_, to, depth + 1
            parts[part, 3], parts[part, 4] = cut, side
        top += 2
    return length


@compiled
def _put_halfspace(
    halfspaces: HalfspaceRows, i: int, planes: Planes, plane: int, side: int
) -> None:
    for j in range(planes.normals.shape[1]):
        halfspaces.normals[i, j] = side * planes.normals[plane, j]
    halfspaces.ends[i].constant = side * planes.values[plane]


@compiled
def _survey(found: Found, memory: Memory, start: int, stop: int) -> None:
    """Which planes have regions above them, and which have all."""
    for w in range(memory.bits.shape[1]):
        some = np.uint64(0)
        every = ~np.uint64(0)
        for i in range(start, stop):
            bits = memory.bits[found.order[i], w]
            some |= bits
            every &= bits
        memory.some[w] = some
        memory.every[w] = every


@compiled
def _tell_misses(
    planes: Planes,
    found: Found,
    region: int,
    m: int,
    halfspaces: HalfspaceRows,
    p: Program,
    proof: Proof,
    memory: Memory,
    part: int,
    events: np.ndarray,
    length: int,
) -> int:
    """Tell of each open plane that has all regions on one side, and what may prove it."""
    n = planes.normals.shape[1]
    point = found.points[region]
    is_loaded = False
    is_inside = True
    for h in range(len(planes.normals)):
        w, bit = h >> 6, np.uint64(1) << np.uint64(h & 63)
        if memory.known[part, w] & bit:
            continue
        is_over = (memory.every[w] & bit) != 0
        if not is_over and (memory.some[w] & bit) != 0:
            continue
        memory.known[part, w] |= bit
        if not is_loaded:
            is_loaded = True
            is_inside = _take_place(halfspaces, p, point, n, m)
        side = 1 if is_over else -1
        value = side * planes.values[h]
        for j in range(n):
            p.goal[j] = side * planes.normals[h, j]
            value += p.goal[j] * point[j]
        is_least = is_inside and value > 0.0 and descend(p, n, m, value) == LEAST
        if is_least and _is_proved(halfspaces, p, proof, side * planes.values[h], n, m):
            events[length], events[length + 1], events[length + 2] = MISSES, h, side
            length += 3
            for j in range(n):
                events[length + j] = p.nonbasic[j]
            length += n
            continue
        events[length], events[length + 1], events[length + 2] = NO_CUT, h, side
        events[length + 3], events[length + 4], events[length + 5] = region, 0, 0
        length += 6
        if is_least:
            length = _propose(p, n, m, events, length)
    return length


@compiled
def _is_proved(
    halfspaces: HalfspaceRows, p: Program, proof: Proof, value: float, n: int, m: int
) -> bool:
    """Whether the rows of the vertex certainly prove that the goal is not negative in the cell.

    The goal's value at the centre is `value`, rounded.
    """
    if gather(p, proof, n, m) < n:
        return False
    for i in range(n):
        row = p.nonbasic[i]
        for c in range(n):
            a = halfspaces.normals[row, c]
            proof.basis[i, c] = a
            proof.basis_error[i, c] = ROUNDOFF * abs(a) + FLOOR
            proof.inverse[i, c] = p.tableau[i, m + c]
    for c in range(n):
        proof.target[c] = p.goal[c]
        proof.target_error[c] = ROUNDOFF * abs(p.goal[c]) + FLOOR
    spread = spread_of(proof, n)
    if spread < 0.0:
        return False
    # What the multipliers leave of the goal is a constant, which the values at the centre give.
    rest = value
    size = abs(value)
    for i in range(n):
        part = proof.support[i].multiplier * halfspaces.ends[p.nonbasic[i]].constant
        rest -= part
        size += abs(part)
    return rest > (spread + gamma_of_form(n) + 2.0 * ROUNDOFF) * size * UP + FLOOR


@compiled
def _take_place(halfspaces: HalfspaceRows, p: Program, point: np.ndarray, n: int, m: int) -> bool:
    """Centre the program at a point; whether floats have it inside."""
    for i in range(m):
        slack = halfspaces.ends[i].constant
        for j in range(n):
            slack += halfspaces.normals[i, j] * point[j]
        if not slack > 0.0:
            return False
        halfspaces.ends[i].slack = slack
        p.rows[i].halfspace = i
    load(p, halfspaces, n, m)
    return True


@compiled
def _propose(p: Program, n: int, m: int, events: np.ndarray, length: int) -> int:
    """Write the rows of the vertex, those with the larger multipliers first."""
    form = m + n
    largest = 0.0
    for j in range(n):
        largest = max(largest, abs(p.tableau[j, form]))
    rows = length
    for is_slight in (False, True):
        for j in range(n):
            row = p.nonbasic[j]
            if row >= 0 and (abs(p.tableau[j, form]) <= SLIGHT * largest) == is_slight:
                events[length] = row
                length += 1
        if not is_slight:
            events[rows - 1] = length - rows
    events[rows - 2] = length - rows
    return length


@compiled
def _most_even(
    memory: Memory, found: Found, part: int, n_planes: int, start: int, stop: int
) -> int:
    """The open plane with the regions shared most evenly; -1 if none is open."""
    best = -1
    most = 0
    for h in range(n_planes):
        w, bit = h >> 6, np.uint64(1) << np.uint64(h & 63)
        if memory.known[part, w] & bit:
            continue
        over = 0
        for i in range(start, stop):
            if memory.bits[found.order[i], w] & bit:
                over += 1
        even = min(over, stop - start - over)
        if even > most:
            most = even
            best = h
    return best


@compiled
def _partition(found: Found, memory: Memory, start: int, stop: int, cut: int) -> int:
    """Put the regions below a plane first; where those above begin."""
    w, bit = cut >> 6, np.uint64(1) << np.uint64(cut & 63)
    order = found.order
    middle = start
    for i in range(start, stop):
        if not memory.bits[order[i], w] & bit:
            order[i], order[middle] = order[middle], order[i]
            middle += 1
    return middle
