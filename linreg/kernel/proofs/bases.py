"""Machine code: bases of rows in which a goal that is proved has no negative coordinate."""

from __future__ import annotations

import numpy as np

from linreg.kernel.data.roundoff import UP, gamma_of_form
from linreg.kernel.data.telling import Telling
from linreg.kernel.data.work import HalfspaceRows, Program
from linreg.kernel.machine import NONE, compiled
from linreg.kernel.proofs.writing import put_number
from linreg.kernel.simplex.program import PIVOT, pivot, scale_of

SLIGHT = 1e-9
"""Multipliers below this share of the largest may be zero."""


@compiled
def complete(halfspaces: HalfspaceRows, p: Program, n: int, m: int) -> int:
    """Make the vertex of the program one of as many half-spaces as can be, n if there is a vertex.

    How many they are; 0 if their gradients are not certainly independent. Those of a support stay.
    If the goal is a combination of the support, it is one of them all, in which all others have no
    part, and there is no other.
    """
    some = 0
    for q in range(n):
        some += p.nonbasic[q] >= 0 or _stop(p, n, m, q)
    return some if _are_independent(halfspaces, p, n, m) else 0


@compiled
def _stop(p: Program, n: int, m: int, q: int) -> bool:
    """Go along a free column, on which the goal does not depend, to the first half-space."""
    tableau = p.tableau
    for turn in range(2):
        direction = 1.0 if turn == 0 else -1.0
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
        if r >= 0:
            pivot(p, n, m, r, q)
            return True
    return False


@compiled
def _are_independent(halfspaces: HalfspaceRows, p: Program, n: int, m: int) -> bool:
    """Whether the gradients of the vertex's half-spaces certainly are linearly independent.

    They are the rows of B, of whose right inverse the tableau has an approximation R: if
    |I - B R| < 1 in the norm of the largest sum of a row, rounding and errors included, B R is
    regular.
    """
    gamma = gamma_of_form(n)
    for i in range(n):
        if p.nonbasic[i] < 0:
            continue
        halfspace = p.rows[p.nonbasic[i]].halfspace
        off = 0.0
        for j in range(n):
            if p.nonbasic[j] < 0:
                continue
            scale = scale_of(p, j)
            g = 1.0 if i == j else 0.0
            doubt = gamma * g
            for c in range(n):
                a, by = halfspaces.normals[halfspace, c], scale * p.tableau[j, m + c]
                g -= a * by
                doubt += (gamma * abs(a) + halfspaces.errors[halfspace, c]) * abs(by)
            off += abs(g) + doubt
        if not off * UP < 1.0:
            return False
    return True


@compiled
def put_rows(telling: Telling, p: Program, n: int, some: int) -> None:
    """Append the half-spaces of the vertex, and before them how many they are, if not n."""
    if some < n:
        put_number(telling, some)
    for j in range(n):
        if p.nonbasic[j] >= 0:
            put_number(telling, p.rows[p.nonbasic[j]].halfspace)


@compiled
def propose(p: Program, n: int, m: int, doubts: np.ndarray, at: int) -> int:
    """Write the half-spaces of the vertex, those with the larger multipliers first: up to where.

    Before them stands how many there are, and how many have a larger one.
    """
    form = m + n
    largest = 0.0
    for j in range(n):
        largest = max(largest, abs(p.tableau[j, form]))
    end = at + 2
    for is_slight in (False, True):
        for j in range(n):
            if p.nonbasic[j] >= 0 and (abs(p.tableau[j, form]) <= SLIGHT * largest) == is_slight:
                doubts[end] = p.rows[p.nonbasic[j]].halfspace
                end += 1
        if not is_slight:
            doubts[at + 1] = end - at - 2
    doubts[at] = end - at - 2
    return end
