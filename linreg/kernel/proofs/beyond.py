"""Machine code: whether there is anything beyond one half-space and inside all others."""

from __future__ import annotations

import numpy as np

from linreg.kernel.data.tables import Tables
from linreg.kernel.data.work import HalfspaceRows, Maps, Program, Proof
from linreg.kernel.machine import NOTHING, compiled
from linreg.kernel.proofs.multipliers import proves
from linreg.kernel.simplex.program import descend, load


@compiled
def descend_beyond(halfspaces: HalfspaceRows, p: Program, n: int, m: int, halfspace: int) -> int:
    """Minimise one of the first half-spaces over all others, as `descend`: how that ends.

    The program has m - 1 rows then, and is centred where the half-spaces have their slacks.
    """
    rows = NOTHING
    for i in range(m):
        if i != halfspace:
            p.rows[rows].halfspace = i
            rows += 1
    load(p, halfspaces, n, rows)
    for k in range(n):
        p.goal[k] = halfspaces.normals[halfspace, k]
        p.goal_error[k] = halfspaces.errors[halfspace, k]
    return descend(p, n, rows, halfspaces.ends[halfspace].slack)


@compiled
def put_beyond(
    halfspaces: HalfspaceRows, p: Program, n: int, halfspace: int, x: np.ndarray, there: np.ndarray
) -> None:
    """Write the point in the middle between the half-space and the end of a descent from x."""
    slack = halfspaces.ends[halfspace].slack
    end = slack
    for k in range(n):
        end += p.goal[k] * p.step[k]
    pull = 0.5 + 0.5 * slack / (slack - end)
    for k in range(n):
        there[k] = x[k] + pull * p.step[k]


@compiled
def is_redundant(
    t: Tables,
    maps: Maps,
    halfspaces: HalfspaceRows,
    p: Program,
    proof: Proof,
    pieces: np.ndarray,
    m: int,
    halfspace: int,
) -> bool:
    """Whether the vertex of a descent proves that all others leave nothing beyond a half-space."""
    end, goal = halfspaces.ends[halfspace], proof.goal[0]
    goal.stage = t.n_stages - 1
    goal.row = end.row
    goal.rival = end.rival
    goal.value = end.slack
    goal.value_error = end.slack_error
    goal.constant = end.constant
    goal.constant_error = end.error
    goal.integer = end.integer
    return proves(t, maps, halfspaces, p, proof, pieces, t.dim, m - 1)
