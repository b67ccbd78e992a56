"""Machine code: a small dense simplex method that proposes, centred at a point of the cell.

The cell is {y : slack + normal @ y >= 0} around the point y = 0. The tableau writes the slacks, the
coordinates of y and the form that is minimised in terms of the nonbasic variables, one column each;
its last column is their value where all nonbasic variables are 0.
"""

from __future__ import annotations

import math

import numpy as np

from linreg.kernel.data.outcomes import BELOW_ZERO, GAVE_UP, LEAST
from linreg.kernel.data.work import PIVOTS, PROGRAMS, HalfspaceRows, Program
from linreg.kernel.machine import NONE, compiled

PIVOT = 1e-11
"""Smaller rates than this are taken for zero."""

FLAT = 1e-10
"""Slopes below this share of the goal's largest coefficient are taken for zero."""

ENOUGH = 1e-9
"""A descent ends where the goal is below zero by this share of its value at the centre."""

STEPS = 20
"""Steps that a descent may take, and so many more: one for each row and four for each column."""

LARGEST = 2.0**20
"""Half-spaces with larger coefficients, or none as large as its inverse, are scaled to about 1, as
what is taken for zero has a size: integers of float32 weights have up to 40 bits.

Nothing depends on these five but the number of doubts: whatever a descent proposes is proved."""


@compiled
def load(p: Program, halfspaces: HalfspaceRows, n: int, m: int) -> None:
    """Take up the half-spaces of the program's first m rows, in n dimensions."""
    tableau = p.tableau
    p.determinant[0] = 1.0
    for i in range(m):
        halfspace = p.rows[i].halfspace
        size = 0.0
        for j in range(n):
            size = max(size, abs(halfspaces.normals[halfspace, j]))
        scale = 1.0
        if size > LARGEST or 0.0 < size < 1.0 / LARGEST:
            scale = math.ldexp(1.0, -math.frexp(size)[1])
        for j in range(n):
            tableau[j, i] = scale * halfspaces.normals[halfspace, j]
        tableau[n, i] = scale * halfspaces.ends[halfspace].slack
        p.rows[i].basic = i
        p.rows[i].scale = scale
    for j in range(n + 1):
        for k in range(n):
            tableau[j, m + k] = 0.0
    for j in range(n):
        tableau[j, m + j] = 1.0
        p.nonbasic[j] = -1


@compiled
def scale_of(p: Program, q: int) -> float:
    """What the variable of a column was multiplied by: a half-space's slack, or a coordinate."""
    return p.rows[p.nonbasic[q]].scale if p.nonbasic[q] >= 0 else 1.0


@compiled
def descend(p: Program, n: int, m: int, value: float) -> int:
    """Minimise the goal, whose value at the centre is `value` > 0, until it is negative.

    BELOW_ZERO: `p.step` is a point of the cell, or of its boundary, where the form is negative.
    LEAST: it is least, and not negative, at the tableau's vertex.
    """
    tableau = p.tableau
    form = m + n
    for j in range(n + 1):
        total = 0.0
        for k in range(n):
            total += p.goal[k] * tableau[j, m + k]
        tableau[j, form] = total
    tableau[n, form] += value
    largest = 0.0
    for k in range(n):
        largest = max(largest, abs(p.goal[k]))
    enough = -ENOUGH * value
    p.counters[PROGRAMS] += 1
    for _ in range(STEPS + 4 * n + m):
        here = tableau[n, form]
        if here < enough:
            for k in range(n):
                p.step[k] = tableau[n, m + k]
            return BELOW_ZERO
        steepest = FLAT * largest
        q = NONE
        for j in range(n):
            slope = tableau[j, form]
            fall = abs(slope) if p.nonbasic[j] < 0 else -slope
            if fall > steepest:
                steepest = fall
                q = j
        if q < 0:
            return LEAST
        direction = -1.0 if tableau[q, form] > 0.0 else 1.0
        r = NONE
        length = np.inf
        rate_of_r = 0.0
        for i in range(m):
            rate = -direction * tableau[q, i]
            if rate > PIVOT:
                room = tableau[n, i] / rate
                if room < length or (room == length and rate > rate_of_r):
                    length = room
                    rate_of_r = rate
                    r = i
        length = max(length, 0.0)
        if r < 0 or here - steepest * length < enough:
            if r < 0:
                length = (here + value) / steepest
            for k in range(n):
                p.step[k] = tableau[n, m + k] + direction * length * tableau[q, m + k]
            return BELOW_ZERO
        pivot(p, n, m, r, q)
    return GAVE_UP


@compiled
def pivot(p: Program, n: int, m: int, r: int, q: int) -> None:
    """Exchange the variable of row r with that of column q."""
    tableau, by = p.tableau, p.column
    p.counters[PIVOTS] += 1
    height = m + n + 1
    p.determinant[0] *= tableau[q, r] * scale_of(p, q) / p.rows[p.rows[r].basic].scale
    inverse = 1.0 / tableau[q, r]
    for i in range(height):
        by[i] = tableau[q, i] * inverse
    for j in range(n + 1):
        if j == q:
            continue
        line = tableau[j]
        factor = line[r]
        if factor != 0.0:
            for i in range(height):
                line[i] -= factor * by[i]
        line[r] = -factor * inverse
    line = tableau[q]
    for i in range(height):
        line[i] = by[i]
    line[r] = inverse
    leaving = p.rows[r].basic
    if p.nonbasic[q] < 0:
        # A coordinate has become basic: it never leaves, and its row is among the last ones.
        for j in range(n + 1):
            tableau[j, r] = 0.0
        p.rows[r].basic = -1
    else:
        p.rows[r].basic = p.nonbasic[q]
    p.nonbasic[q] = leaving
