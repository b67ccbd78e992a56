"""Machine code: a cell's generators from its rows, and its parts, exactly.

Let a generator g be on the rows B and p, and another one h on B and q, and a row r positive at g
and negative at h. The edge between them meets r where

    (r(g) h - r(h) g) / q(g),

entry by entry without a remainder, is the vector of the minors of B and r: both sides are linear
forms of a row x, as are g(x) = det(B, p, x) and h(x) = det(B, q, x), and vanish on B and r; at
x = p they agree, since p(g) = 0 and p(h) and q(g) are the same determinant, up to the signs that
make generators positive on the rows that they are not on. (This is a relation of Pluecker.)

So vectors are as long as minors of rows are, by the bound of Hadamard, and no longer.

Where a row r is zero at g already, more rows meet there than there are inputs. Then let the cell
have r >= -e in place of r >= 0, where e > 0 is smaller than all numbers, and larger than those that
rows before it were moved by. So each generator is on dim rows, as many as coincide have the same
vector up to a factor, and r is positive at g; its generators on edges that begin at g coincide with
g. Where e is zero the cell is what it was: a vertex of the moved cell is on independent rows, and
goes over into a vertex, so that signs at generators are those at vertices.
"""

from __future__ import annotations

from typing import cast

import numpy as np

from linreg.kernel.generators.memory import (
    ABOVE,
    CELLS,
    COUNT,
    COUNTING,
    DEPTH,
    FIRST,
    FIRST_FORM,
    MOST,
    OPEN,
    REGIONS,
    SLOTS,
    SPLITS,
    USED,
    Memory,
)
from linreg.kernel.generators.words import (
    ONE,
    TWO,
    ZERO,
    add_product,
    clear,
    divide_exactly,
    inverse,
    length_of,
    put_negative,
    shift_down,
    sign_of,
    subtract,
    zeros_below,
)
from linreg.kernel.machine import compiled, entry

DOWN, LEVEL, UP, GROUPS = range(4)
"""Generators where a row is negative, zero and positive."""

DONE, PAUSED, WHOLE, STUCK, EMPTY = range(5)
"""What came of it: all cells are split; the budget is spent; no form cuts the cell on top of the
stack any more; that cell cannot be split here; there is no cell between the rows."""


PRIME = cast("int", np.uint64(2**31 - 1))
PER_WORD = cast("int", np.uint64(2**64 % (2**31 - 1)))


@entry
def cut_up(m: Memory, n_rows: int, budget: int, most: int) -> int:
    """Make the first cell of the stack, by so many rows that are to be met; or split all cells.

    Splits as many as the budget says, and counts no more regions than `most`. A negative budget
    asks which of so many rows in the list are independent.
    """
    if n_rows < 0:
        return _split_all(m, budget, most)
    if budget < 0:
        return _choose(m, n_rows)
    for i in range(n_rows):
        status = _meet(m, m.order[i])
        if status != DONE:
            return status
    _look(m)
    return DONE


@compiled
def _choose(m: Memory, n_rows: int) -> int:
    """Put independent ones of so many rows in the list first in the order; how many they are.

    Modulo a prime, that is: rows that are independent modulo a prime are independent.
    """
    columns, rank = m.vectors.shape[1], 0
    for i in range(n_rows):
        row = m.lists[i]
        for k in range(columns):
            rest = ZERO
            for word in range(m.lengths[row, k] - 1, -1, -1):
                rest = (rest * PER_WORD + m.rows[row, k, word] % PRIME) % PRIME
            m.reduced[rank, k] = PRIME - rest if m.negative[row, k] != 0 else rest
        for j in range(rank):
            factor = m.reduced[rank, m.pivots[j]] % PRIME
            for k in range(columns):
                taken = factor * m.reduced[j, k] % PRIME
                m.reduced[rank, k] = (m.reduced[rank, k] + PRIME - taken) % PRIME
        pivot = 0
        while pivot < columns and m.reduced[rank, pivot] % PRIME == ZERO:
            pivot += 1
        if rank == columns or pivot == columns:
            continue
        factor = _inverse_modulo(m.reduced[rank, pivot])
        for k in range(columns):
            m.reduced[rank, k] = m.reduced[rank, k] * factor % PRIME
        m.pivots[rank] = pivot
        m.order[rank] = row
        rank += 1
    return rank


@compiled
def _inverse_modulo(a: int) -> int:
    """The inverse modulo the prime, by Fermat's little theorem."""
    power, left = ONE, PRIME - TWO
    while left != ZERO:
        if left & ONE != ZERO:
            power = power * a % PRIME
        a = a * a % PRIME
        left >>= ONE
    return power


@compiled
def _value(m: Memory, row: int, g: int, to: np.ndarray) -> int:
    """Write the value of a row at a generator; its sign."""
    n = len(m.minus)
    clear(to, n)
    clear(m.minus, n)
    for k in range(m.vectors.shape[1]):
        size, length = m.rows[row, k], m.lengths[row, k]
        if m.negative[row, k] != 0:
            add_product(m.minus, n, size, length, m.vectors[g, k], n)
        else:
            add_product(to, n, size, length, m.vectors[g, k], n)
    subtract(to, m.minus, n)
    return sign_of(to, n)


@compiled
def _meet(m: Memory, row: int) -> int:
    """Keep the part of the first cell where a row is positive."""
    _clear_groups(m)
    above = 0
    for i in range(m.cells[0, COUNT]):
        g = m.lists[i]
        sign = _value(m, row, g, m.spare)
        group = DOWN if sign < 0 else UP
        above += max(sign, 0)
        at = _put_into(m, group, g)
        if sign < 0:
            put_negative(m.spare, m.spare, len(m.spare))
        for k in range(len(m.spare)):
            m.values[group, at, k] = m.spare[k]
        m.known[group, at] = 1
    if above == 0:
        return EMPTY
    if m.counts[DOWN] == 0:
        return DONE
    made, kept = _cross(m, row, UP, DOWN, m.counters[SLOTS]), m.counts[UP]
    if made < 0 or kept + made > MOST:
        return STUCK
    for i in range(kept):
        m.lists[i] = m.groups[UP, i]
    for i in range(made):
        m.lists[kept + i] = m.counters[SLOTS] + i
    m.cells[0, COUNT] = kept + made
    m.counters[SLOTS] += made
    return DONE


@compiled
def _clear_groups(m: Memory) -> None:
    """Begin to sort generators."""
    for group in range(GROUPS):
        m.counts[group] = 0


@compiled
def _put_into(m: Memory, group: int, g: int) -> int:
    """Put a generator into a group; its place there. Its value is not known yet."""
    at = m.counts[group]
    m.groups[group, at] = g
    m.known[group, at] = 0
    m.counts[group] = at + 1
    return at


@compiled
def _cross(m: Memory, row: int, kept: int, lost: int, first: int) -> int:
    """Write the generators where a row is zero, between two groups; how many, or -1 without room.

    Of the group that is kept, the row may be zero at some.
    """
    made = 0
    for i in range(m.counts[kept]):
        for j in range(m.counts[lost]):
            if not _is_edge(m, m.groups[kept, i], m.groups[lost, j]):
                continue
            if first + made == len(m.vectors):
                return -1
            _know(m, row, kept, i)
            _know(m, row, lost, j)
            _put_between(m, row, kept, i, lost, j, first + made)
            made += 1
    return made


@compiled
def _know(m: Memory, row: int, group: int, i: int) -> None:
    """Write the absolute value of a row at a generator of a group."""
    if m.known[group, i] == 0:
        if _value(m, row, m.groups[group, i], m.values[group, i]) < 0:
            put_negative(m.values[group, i], m.values[group, i], len(m.minus))
        m.known[group, i] = 1


@compiled
def _is_edge(m: Memory, g: int, h: int) -> bool:
    """Whether two generators are on the same rows but for one each."""
    count = 0
    for word in range(m.on.shape[1]):
        differ = m.on[g, word] ^ m.on[h, word]
        while differ != ZERO:
            differ &= differ - ONE
            count += 1
            if count > 2:
                return False
    return True


@compiled
def _put_between(m: Memory, row: int, kept: int, i: int, lost: int, j: int, to: int) -> None:
    """Write the generator on an edge where a row is zero, and its signs at forms."""
    g, h, n, other = m.groups[kept, i], m.groups[lost, j], len(m.minus), 0
    for word in range(m.on.shape[1]):
        m.on[to, word] = m.on[g, word] & m.on[h, word]
        only = m.on[h, word] & ~m.on[g, word]
        if only != ZERO:
            other = 64 * word + zeros_below(only)
    m.on[to, row >> 6] |= ONE << np.uint64(row & 63)
    if _value(m, other, g, m.divisor) < 0:
        put_negative(m.divisor, m.divisor, n)
    words = 0
    while m.divisor[words] == ZERO:
        words += 1
    bits = zeros_below(m.divisor[words])
    m.divisor[n] = ZERO
    shift_down(m.divisor, words, bits, n - words)
    length = length_of(m.divisor, n - words)
    inverted = inverse(m.divisor[0])
    enough = n + words + min(bits, 1)
    ahead, behind = length_of(m.values[kept, i], n), length_of(m.values[lost, j], n)
    for k in range(m.vectors.shape[1]):
        clear(m.sum, enough)
        add_product(m.sum, enough, m.values[kept, i], ahead, m.vectors[h, k], n)
        add_product(m.sum, enough, m.values[lost, j], behind, m.vectors[g, k], n)
        shift_down(m.sum, words, bits, n)
        divide_exactly(m.vectors[to, k], m.sum, n, m.divisor, length, inverted)
    for word in range(m.above.shape[1]):
        above, below = m.above[g, word], m.below[g, word]
        if ahead > 0:
            above |= m.above[h, word]
            below |= m.below[h, word]
        opposed = above & below & m.asked[word]
        m.above[to, word], m.below[to, word] = above & ~below, below & ~above
        while opposed != ZERO:
            _put_sign(m, to, word, opposed & (~opposed + ONE))
            opposed &= opposed - ONE


@compiled
def _put_sign(m: Memory, g: int, word: int, form: int) -> None:
    """Write the sign of a form at a generator."""
    row = m.counters[FIRST_FORM] + 64 * word + zeros_below(form)
    sign = _value(m, row, g, m.spare)
    if sign > 0:
        m.above[g, word] |= form
    elif sign < 0:
        m.below[g, word] |= form


@compiled
def _look(m: Memory) -> None:
    """Write the signs of all forms that are asked about at the generators of the first cell."""
    for i in range(m.cells[0, COUNT]):
        g = m.lists[i]
        for word in range(len(m.asked)):
            m.above[g, word] = ZERO
            m.below[g, word] = ZERO
            left = m.asked[word]
            while left != ZERO:
                _put_sign(m, g, word, left & (~left + ONE))
                left &= left - ONE
    _decide(m, 0)


@compiled
def _decide(m: Memory, c: int) -> None:
    """Decide all forms that are asked about and do not have both signs at generators of a cell."""
    first, count = m.cells[c, FIRST], m.cells[c, COUNT]
    for word in range(len(m.asked)):
        above, below = ZERO, ZERO
        for i in range(first, first + count):
            above |= m.above[m.lists[i], word]
            below |= m.below[m.lists[i], word]
        m.sides[c, OPEN, word] = above & below & m.asked[word]
        m.sides[c, ABOVE, word] |= above & ~below & m.asked[word]


@compiled
def _split_all(m: Memory, budget: int, most: int) -> int:
    """Split the cell on top of the stack, one after another."""
    while m.counters[CELLS] > 0:
        c = m.counters[CELLS] - 1
        left = most - m.counters[REGIONS]
        if budget <= 0 or left <= 0:
            return PAUSED
        first, second = _open_forms(m, c)
        found = 0
        if m.counters[COUNTING] != 0:
            found = _regions_seen(m, c, first, second)
        elif first < 0:
            return WHOLE
        if 0 < found <= left:
            m.counters[REGIONS] += found
            m.share[0] += m.shares[c]
            m.counters[CELLS] -= 1
        elif not _split(m, c, first):
            return STUCK
        else:
            m.counters[SPLITS] += 1
            budget -= 1
    return DONE


@compiled
def _open_forms(m: Memory, c: int) -> tuple[int, int]:
    """The first two forms that cut a cell, -1 where there are none; -2 for the second if three."""
    first, second = -1, -1
    for word in range(len(m.asked)):
        left = m.sides[c, OPEN, word]
        while left != ZERO:
            form = 64 * word + zeros_below(left)
            left &= left - ONE
            if first < 0:
                first = form
            elif second < 0:
                second = form
            else:
                return first, -2
    return first, second


@compiled
def _regions_seen(m: Memory, c: int, first: int, second: int) -> int:
    """How many parts two forms make of a cell; 0 if that is not seen at its generators."""
    if first < 0:
        return 1
    if second == -1:
        return 2
    if second < 0:
        return 0
    parts = 0
    for i in range(m.cells[c, FIRST], m.cells[c, FIRST] + m.cells[c, COUNT]):
        a, b = _side(m, m.lists[i], first), _side(m, m.lists[i], second)
        if a != 0 and b != 0:
            parts |= 1 << (a + 1 + (b + 1) // 2)
    return 4 if parts == 15 else 0


@compiled
def _side(m: Memory, g: int, form: int) -> int:
    word, bit = form >> 6, ONE << np.uint64(form & 63)
    if m.above[g, word] & bit != ZERO:
        return 1
    return -1 if m.below[g, word] & bit != ZERO else 0


@compiled
def _split(m: Memory, c: int, form: int) -> bool:
    """Put the parts of a cell in its place, that below the form on top; False if it stays."""
    start = m.cells[c, FIRST]
    _clear_groups(m)
    for i in range(start, start + m.cells[c, COUNT]):
        _put_into(m, _side(m, m.lists[i], form) + LEVEL, m.lists[i])
    for word in range(len(m.asked)):
        m.asked[word] = m.sides[c, OPEN, word]
    m.asked[form >> 6] ^= ONE << np.uint64(form & 63)
    row, new = m.counters[FIRST_FORM] + form, m.cells[c, USED]
    shared = _cross(m, row, UP, DOWN, new)
    if shared < 0:
        return False
    above, below = 0, 0
    if m.counts[LEVEL] > 0:
        above = _cross(m, row, LEVEL, DOWN, new + shared)
        if above < 0:
            return False
        below = _cross(m, row, LEVEL, UP, new + shared + above)
        if below < 0:
            return False
    n_above = m.counts[UP] + m.counts[LEVEL] + shared + above
    n_below = m.counts[DOWN] + m.counts[LEVEL] + shared + below
    d = c + 1
    if max(n_above, n_below) > MOST or d == len(m.cells):
        return False
    if start + n_above + n_below > len(m.lists):
        return False
    at = _list(m, start, UP, new, shared)
    for i in range(above):
        m.lists[at + i] = new + shared + i
    at = _list(m, start + n_above, DOWN, new, shared)
    for i in range(below):
        m.lists[at + i] = new + shared + above + i
    m.counters[SLOTS] = new + shared + above + below
    depth = m.cells[c, DEPTH]
    m.cells[c, COUNT], m.cells[d, COUNT] = n_above, n_below
    m.cells[d, FIRST] = start + n_above
    m.cells[c, USED], m.cells[d, USED] = m.counters[SLOTS], m.counters[SLOTS]
    m.cells[c, DEPTH], m.cells[d, DEPTH] = depth + 1, depth + 1
    m.cuts[c, depth] = form
    for i in range(depth + 1):
        m.cuts[d, i] = m.cuts[c, i]
    m.shares[c] /= 2
    m.shares[d] = m.shares[c]
    for word in range(len(m.asked)):
        m.sides[d, ABOVE, word] = m.sides[c, ABOVE, word]
    m.sides[c, ABOVE, form >> 6] |= ONE << np.uint64(form & 63)
    _decide(m, c)
    _decide(m, d)
    m.counters[CELLS] = d + 1
    return True


@compiled
def _list(m: Memory, at: int, group: int, new: int, shared: int) -> int:
    """List a group, those where the row is zero, and new ones that parts share; where that ends."""
    for i in range(m.counts[group]):
        m.lists[at + i] = m.groups[group, i]
    at += m.counts[group]
    for i in range(m.counts[LEVEL]):
        m.lists[at + i] = m.groups[LEVEL, i]
    at += m.counts[LEVEL]
    for i in range(shared):
        m.lists[at + i] = new + i
    return at + shared
