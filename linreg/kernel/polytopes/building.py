"""Machine code: the polytope of a cell from its half-spaces.

As many of them as there are inputs, B x + d >= 0, end in one point and are a cone from there, whose
edges have the directions in which all of them but one stay zero: the columns of B^-1. With the
opposites of all of them they are a box. What the others leave of it is cut off, one after another.
"""

from __future__ import annotations

import numpy as np

from linreg.kernel.data.polytopes import (
    ABOVE,
    BELOW,
    CORNERS,
    GIVEN_UP,
    INFINITY,
    MADE,
    NOT_MADE,
    Polytopes,
    W,
)
from linreg.kernel.data.roundoff import ROUNDOFF, UP
from linreg.kernel.data.work import HalfspaceRows, Proof
from linreg.kernel.machine import compiled
from linreg.kernel.polytopes.crossing import cut_off, look, write_halfspace
from linreg.kernel.polytopes.solving import ONE, ZERO, invert_surely, lowest, put_row, solve

INDEPENDENT = 1e-3
"""What must be left of a half-space's gradient beside those chosen before, of its size. Nothing
depends on it but how soon there are corners."""


@compiled
def build(halfspaces: HalfspaceRows, proof: Proof, c: Polytopes, n: int, last: int) -> int:
    """Make the polytope of the first so many half-spaces the current one, without signs.

    Returns its state: NOT_MADE if they do not end in a point, GIVEN_UP if some sign is in doubt.
    """
    if not _choose(halfspaces, proof, n, last):
        return NOT_MADE
    started = _start(halfspaces, proof, c, n, last)
    if started == 0:
        return GIVEN_UP
    for i in range(last):
        is_used = False
        for number in range(1, 1 + started):
            is_used = is_used or c.walls[number] == i
        if is_used:
            continue
        write_halfspace(halfspaces, n, i, c.form)
        if not look(c.form, n, c) or c.head[ABOVE] == 0:
            return GIVEN_UP
        if c.head[BELOW] == 0:
            continue
        number = free_bit(c)
        c.walls[number] = i
        if number == 0 or not cut_off(halfspaces, proof, c, c.form, n, number):
            return GIVEN_UP
    return MADE


@compiled
def free_bit(c: Polytopes) -> int:
    """The bit of no half-space that ends at a corner of the polytope, or 0 if all are taken."""
    used = INFINITY
    for i in range(c.head[CORNERS]):
        used |= c.at_ends[0, i]
    return lowest(~used) if ~used != ZERO else 0


@compiled
def _choose(halfspaces: HalfspaceRows, proof: Proof, n: int, last: int) -> bool:
    """Choose as many independent half-spaces as there are inputs, and put them into the basis."""
    rest = proof.scratch
    for j in range(n):
        best, largest = -1, INDEPENDENT
        for i in range(last):
            size, left = 0.0, 0.0
            for k in range(n):
                size += halfspaces.normals[i, k] ** 2
                rest[n, k] = halfspaces.normals[i, k]
            for q in range(j):
                along = 0.0
                for k in range(n):
                    along += rest[n, k] * rest[q, k]
                for k in range(n):
                    rest[n, k] -= along * rest[q, k]
            for k in range(n):
                left += rest[n, k] ** 2
            share = left / size if size > 0.0 else 0.0
            if share > largest:
                best, largest = i, share
                for k in range(n):
                    rest[j, k] = rest[n, k] / np.sqrt(left)
        if best < 0:
            return False
        proof.chosen[j] = best
    return True


@compiled
def _start(halfspaces: HalfspaceRows, proof: Proof, c: Polytopes, n: int, last: int) -> int:
    """Write the corners of the chosen half-spaces: how many of `walls` they are, 0 on failure.

    If the opposites of all of them are there, as in a box, they are twice as many: parallel ones
    meet at infinity, where signs would be in doubt.
    """
    opposites = 0
    for j in range(n):
        c.walls[1 + j] = proof.chosen[j]
        for i in range(last):
            if _are_opposite(halfspaces, n, proof.chosen[j], i):
                c.walls[1 + n + j] = i
                opposites += 1
                break
        put_row(halfspaces, proof, n, proof.chosen[j], j)
    if not invert_surely(proof, n):
        return 0
    if opposites == n:
        return 2 * n if _put_box(halfspaces, proof, c, n) else 0
    return n if _put_cone(proof, c, n) else 0


@compiled
def _are_opposite(halfspaces: HalfspaceRows, n: int, i: int, j: int) -> bool:
    """Whether the gradient of one half-space is exactly minus that of the other."""
    exactly = True
    for k in range(n):
        exactly = exactly and halfspaces.normals[i, k] == -halfspaces.normals[j, k]
        exactly = exactly and halfspaces.errors[i, k] == 0.0 and halfspaces.errors[j, k] == 0.0
    return exactly


@compiled
def _put_cone(proof: Proof, c: Polytopes, n: int) -> bool:
    """Write where the chosen half-spaces meet, and the edges that leave it."""
    full = (ONE << np.uint64(n + 1)) - ONE
    for i in range(n + 1):
        c.at[0, i, n + W] = 1.0 if i == 0 else 0.0
        c.at_ends[0, i] = full & ~(ONE << np.uint64(i))
        if i > 0:
            for j in range(n):
                proof.target[j] = 1.0 if j == i - 1 else 0.0
                proof.target_error[j] = 0.0
        if not solve(proof, n, c.at[0, i]):
            return False
    c.head[CORNERS] = n + 1
    return True


@compiled
def _put_box(halfspaces: HalfspaceRows, proof: Proof, c: Polytopes, n: int) -> bool:
    """Write where one of each of the chosen half-spaces and its opposite meet.

    False too if some are not certainly apart: then the cell may be empty.
    """
    for j in range(n):
        one, other = halfspaces.ends[c.walls[1 + j]], halfspaces.ends[c.walls[1 + n + j]]
        apart = one.constant + other.constant
        if not apart > (one.error + other.error + ROUNDOFF * abs(apart)) * UP:
            return False
    for i in range(1 << n):
        c.at_ends[0, i] = ZERO
        for j in range(n):
            side = (i >> j) & 1
            end = halfspaces.ends[c.walls[1 + side * n + j]]
            proof.target[j] = end.constant if side else -end.constant
            proof.target_error[j] = end.error
            c.at_ends[0, i] |= ONE << np.uint64(1 + side * n + j)
        c.at[0, i, n + W] = 1.0
        if not solve(proof, n, c.at[0, i]):
            return False
    c.head[CORNERS] = 1 << n
    return True
