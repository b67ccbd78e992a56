"""Machine code: the multipliers of a proof in integers, as they stand in a certificate.

They prove what rows do that are no basis, as where all rows contain one direction.
"""

from __future__ import annotations

import numpy as np

from linreg.kernel.data.flags import INTEGER
from linreg.kernel.data.roundoff import EXACT
from linreg.kernel.data.telling import Telling
from linreg.kernel.data.work import HalfspaceRows, Program, Proof
from linreg.kernel.machine import NONE, NOTHING, compiled
from linreg.kernel.proofs.multipliers import gather, integer_multipliers
from linreg.kernel.proofs.writing import put_integer, put_number


@compiled
def whole_multipliers(
    halfspaces: HalfspaceRows, p: Program, proof: Proof, dim: int, n: int, m: int
) -> int:
    """How many rows have multipliers that prove the goal, in integers; -1 if it is not known.

    Those of the rows without common factors are `proof.weight`, and their denominator follows: any
    one, where the goal has no part in the input's `dim` dimensions and is one more.
    """
    goal = proof.goal[0]
    k = gather(p, proof, n, m)
    if goal.integer != INTEGER or not integer_multipliers(halfspaces, p, proof, n, k):
        return NONE
    proof.weight[k] = _factor(p.goal, goal.constant, dim) * np.rint(abs(p.determinant[0]))
    for i in range(k):
        halfspace = p.rows[p.nonbasic[proof.support[i].column]].halfspace
        end = halfspaces.ends[halfspace]
        if end.integer != INTEGER:
            return NONE
        proof.weight[i] *= _factor(halfspaces.normals[halfspace], end.constant, dim)
    common = NOTHING
    for i in range(k + 1):
        if not proof.weight[i] < EXACT:
            return NONE
        common = _with(common, proof.weight[i])
    for i in range(k + 1):
        proof.weight[i] /= common
    proof.weight[k] = max(proof.weight[k], 1.0)
    return k


@compiled
def put_multipliers(telling: Telling, p: Program, proof: Proof, k: int, but: int) -> None:
    """Append the multipliers of the first columns of the support; one row has no number."""
    some = 0
    for i in range(k):
        some += proof.weight[i] > 0.0
    put_integer(telling, int(proof.weight[k]))
    put_number(telling, some)
    for i in range(k):
        if proof.weight[i] > 0.0:
            row = p.rows[p.nonbasic[proof.support[i].column]].halfspace
            put_number(telling, row - 1 if row > but else row)
            put_integer(telling, int(proof.weight[i]))


@compiled
def _factor(row: np.ndarray, constant: float, n: int) -> float:
    """The greatest common factor of a row's integers; infinite if one of them is too large."""
    if not abs(constant) < EXACT:
        return np.inf
    factor = _with(NOTHING, constant)
    for c in range(n):
        if not abs(row[c]) < EXACT:
            return np.inf
        factor = _with(factor, row[c])
    return float(factor)


@compiled
def _with(factor: int, number: float) -> int:
    """The greatest common factor of an integer and one more, in a float."""
    a, b = factor, int(abs(number))
    while b:
        a, b = b, a % b
    return a
