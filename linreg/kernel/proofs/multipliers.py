"""Machine code: proofs, with every rounding accounted for, that a form does not cut a cell."""

from __future__ import annotations

import numpy as np

from linreg.kernel.data.flags import INTEGER, INTEGER_GRADIENT
from linreg.kernel.data.roundoff import (
    CONTRACTION,
    EXACT,
    FLOOR,
    GAMMA_3,
    SPREAD_GAIN,
    UP,
    gamma_of_form,
)
from linreg.kernel.data.tables import Tables
from linreg.kernel.data.work import HalfspaceRows, Maps, Program, Proof
from linreg.kernel.machine import NOTHING, compiled
from linreg.kernel.proofs.spans import go_through_few, is_parallel
from linreg.kernel.simplex.program import scale_of

LARGEST_MULTIPLIER = 1e100
"""Multipliers and inverses beyond this, or below its inverse, prove nothing.

Products of one with an entry between `LOWEST` and `HIGHEST` stay within the floats' range."""

TAKEN_FOR_ZERO = 1e-10
"""Multipliers below this share of the largest are left out of the support."""

PERHAPS_ZERO = 1e-7
"""Those below this share are left out where a full basis proves nothing.

Nothing depends on these two but the number of doubts: what is left of the support has to prove the
goal alone."""


@compiled
def proves(
    t: Tables,
    maps: Maps,
    halfspaces: HalfspaceRows,
    p: Program,
    proof: Proof,
    pieces: np.ndarray,
    n: int,
    m: int,
) -> bool:
    """Whether the tableau's basis proves the goal to be non-negative on the cell.

    Parameters
    ----------
    t : Tables
        The network and the domain.
    maps : Maps
        The rows and outputs of the stages so far as forms of the input, on this cell.
    halfspaces : HalfspaceRows
        Those of the cell, with slacks at the centre.
    p : Program
        At the vertex where a descent of the goal ended: `p.goal` and `p.goal_error` are the goal's
        gradient, `p.rows[:m]` the half-spaces, and the tableau's goal row the multipliers.
    proof : Proof
        `proof.goal[0]` is the rest of the goal; see GOAL. All else in it is overwritten.
    pieces : int64 array, shape (units,)
        The pieces of the units of the stages before the goal's.
    n : int
        Dimension: that of the input, and one more for the lead of a candidate over all others.
    m : int
        Rows of the program.
    """
    k = gather(p, proof, n, m)
    return _proves_at_once(halfspaces, p, proof, n, m, k) or _proves_with_few(
        t, maps, halfspaces, p, proof, pieces, n, k
    )


@compiled
def _proves_at_once(
    halfspaces: HalfspaceRows,
    p: Program,
    proof: Proof,
    n: int,
    m: int,
    k: int,
) -> bool:
    """Whether the support proves it in integers, or as a full basis in the input's coordinates."""
    if proof.goal[0].integer & INTEGER_GRADIENT and integer_multipliers(halfspaces, p, proof, n, k):
        return True
    if k < n:
        return False
    for i in range(n):
        j = proof.support[i].column
        halfspace = p.rows[p.nonbasic[j]].halfspace
        for c in range(n):
            proof.basis[i, c] = halfspaces.normals[halfspace, c]
            proof.basis_error[i, c] = halfspaces.errors[halfspace, c]
            proof.inverse[i, c] = scale_of(p, j) * p.tableau[j, m + c]
    for c in range(n):
        proof.target[c] = p.goal[c]
        proof.target_error[c] = p.goal_error[c]
    spread = spread_of(proof, n)
    return spread >= 0.0 and _value_holds(halfspaces, p, proof, k, spread)


@compiled
def _proves_with_few(
    t: Tables,
    maps: Maps,
    halfspaces: HalfspaceRows,
    p: Program,
    proof: Proof,
    pieces: np.ndarray,
    n: int,
    k: int,
) -> bool:
    """Whether fewer half-spaces than dimensions prove it.

    If k independent gradients and the goal's are combinations of k vectors, the goal's is one of
    the k. In any k columns in which the k are independent, which `spread_of` tells, its multipliers
    are the only solution of a square system; with these it is their combination in all columns.
    """
    if k == n:
        # Multipliers that are nearly zero may be zero: the others then prove it below.
        largest = 0.0
        for i in range(n):
            by = proof.support[i].multiplier / scale_of(p, proof.support[i].column)
            largest = max(largest, by)
        k = 0
        for i in range(n):
            by = proof.support[i].multiplier / scale_of(p, proof.support[i].column)
            if by > PERHAPS_ZERO * largest:
                proof.support[k].column = proof.support[i].column
                proof.support[k].multiplier = proof.support[i].multiplier
                k += 1
    if k == n or k == 0:
        return False
    if go_through_few(t, maps, halfspaces, p, proof, pieces, n, k):
        if _choose_columns(halfspaces, p, proof, n, k) and _solve(proof, k):
            spread = spread_of(proof, k)
            if spread >= 0.0 and _value_holds(halfspaces, p, proof, k, spread):
                return True
    if k == 1 and is_parallel(t, maps, halfspaces, p, proof):
        # The multiplier is a quotient of two exact numbers: gamma(1) would do.
        return _value_holds(halfspaces, p, proof, k, GAMMA_3)
    return False


@compiled
def _choose_columns(halfspaces: HalfspaceRows, p: Program, proof: Proof, n: int, k: int) -> bool:
    """Make as many columns of the support the basis in which its rows seem to be independent."""
    a = proof.scratch
    for i in range(k):
        halfspace = p.rows[p.nonbasic[proof.support[i].column]].halfspace
        for c in range(n):
            a[i, c] = halfspaces.normals[halfspace, c]
    for j in range(k):
        best = NOTHING
        for c in range(n):
            if abs(a[j, c]) > abs(a[j, best]):
                best = c
        if not abs(a[j, best]) > 0.0:
            return False
        for i in range(j + 1, k):
            factor = a[i, best] / a[j, best]
            for c in range(n):
                a[i, c] -= factor * a[j, c]
            a[i, best] = 0.0
        for i in range(k):
            halfspace = p.rows[p.nonbasic[proof.support[i].column]].halfspace
            proof.basis[i, j] = halfspaces.normals[halfspace, best]
            proof.basis_error[i, j] = halfspaces.errors[halfspace, best]
        proof.target[j] = p.goal[best]
        proof.target_error[j] = p.goal_error[best]
    return True


@compiled
def gather(p: Program, proof: Proof, n: int, m: int) -> int:
    """Write the half-spaces with a multiplier as the support: how many there are."""
    form = m + n
    largest = 0.0
    for j in range(n):
        largest = max(largest, abs(p.tableau[j, form]))
    k = 0
    for j in range(n):
        by = p.tableau[j, form]
        if p.nonbasic[j] >= 0 and by > TAKEN_FOR_ZERO * largest:
            proof.support[k].column = j
            proof.support[k].multiplier = scale_of(p, j) * by
            k += 1
    return k


@compiled
def spread_of(proof: Proof, k: int) -> float:
    """Bound on the relative error of the multipliers, or -1.

    If it is not negative, every basis B within `basis_error` of `basis` is regular, and the
    solution x of B' x = target, for any target within its error, is positive and within that share
    of the multipliers, entry by entry.

    Let y be the multipliers, R the approximate inverse, whose column j is `inverse[j]`, and
    G = I - B R. The error d = x - y satisfies B' d = target - B' y =: r, so d' B R = r' R, and

        d' = d' G + r' R.

    Measure vectors by |d| = max |d_j| / y_j. If sum_i y_i |G_ij| <= q y_j for all j, then
    |d' G| <= q |d|, so that |d| <= |r' R| / (1 - q), and I - G = B R is regular as q < 1. If also
    |r' R| < q, then |d| < q / (1 - q) <= 1 for q <= 1/2, and x is positive. q is `CONTRACTION`.

    `weight[c]` bounds sum_i y_i |B_ic - basis_ic| and the rounding of (B' y)_c, and `residual[c]`
    bounds |r_c|. So sum_i y_i |G_ij| is at most `off`, computed from the rounded basis, plus
    `strayed`, which is sum_c |R_cj| weight[c], plus the rounding of the 1 on the diagonal.
    """
    gamma = gamma_of_form(k)
    for c in range(k):
        rest = proof.target[c]
        size = abs(rest)
        slack = 0.0
        for i in range(k):
            a = proof.support[i].multiplier * proof.basis[i, c]
            rest -= a
            size += abs(a)
            slack += proof.support[i].multiplier * proof.basis_error[i, c]
        proof.weight[c] = (slack + gamma * size) * UP + FLOOR
        proof.residual[c] = (abs(rest) + proof.target_error[c] + proof.weight[c]) * UP
    spread = 0.0
    for j in range(k):
        by = proof.support[j].multiplier
        if not 1.0 / LARGEST_MULTIPLIER < by < LARGEST_MULTIPLIER:
            return -1.0
        off = 0.0
        strayed = 0.0
        moved = 0.0
        for i in range(k):
            g = 1.0 if i == j else 0.0
            for c in range(k):
                g -= proof.basis[i, c] * proof.inverse[j, c]
            off += proof.support[i].multiplier * abs(g)
        for c in range(k):
            r = abs(proof.inverse[j, c])
            if not r < LARGEST_MULTIPLIER:
                return -1.0
            strayed += r * proof.weight[c]
            moved += r * proof.residual[c]
        if not (off + strayed + gamma * by) * UP < CONTRACTION * by:
            return -1.0
        moved = moved * UP / by
        if not moved < CONTRACTION:
            return -1.0
        spread = max(spread, moved)
    return SPREAD_GAIN * spread


@compiled
def _value_holds(
    halfspaces: HalfspaceRows, p: Program, proof: Proof, k: int, spread: float
) -> bool:
    """Whether what the multipliers leave of the goal, a constant, is certainly not negative.

    That constant is the goal less the combination of half-spaces, at any point.
    """
    goal = proof.goal[0]
    # At the centre, where it is the goal's value less the slacks that the multipliers spend.
    spent = 0.0
    for i in range(k):
        end = halfspaces.ends[p.rows[p.nonbasic[proof.support[i].column]].halfspace]
        spent += proof.support[i].multiplier * (end.slack + end.slack_error)
    if spent * (1.0 + spread) * UP + FLOOR <= goal.value - goal.value_error:
        return True
    # The same seen from the origin, where cones have nothing but zeros.
    rest = goal.constant
    doubt = goal.constant_error
    size = abs(goal.constant)
    for i in range(k):
        end = halfspaces.ends[p.rows[p.nonbasic[proof.support[i].column]].halfspace]
        part = proof.support[i].multiplier * end.constant
        rest -= part
        size += abs(part)
        doubt += abs(part) * spread + proof.support[i].multiplier * (1.0 + spread) * end.error
    return rest >= (doubt + gamma_of_form(k) * size) * UP


@compiled
def integer_multipliers(
    halfspaces: HalfspaceRows, p: Program, proof: Proof, n: int, k: int
) -> bool:
    """The same in integers: multipliers N / D with sum N_i halfspace_i = D goal, checked exactly.

    D is the determinant of the basis (Cramer); all sums stay below 2^53, so floats hold them. N is
    `proof.weight`.
    """
    goal = proof.goal[0]
    integer = goal.integer
    for i in range(k):
        integer &= halfspaces.ends[p.rows[p.nonbasic[proof.support[i].column]].halfspace].integer
    common = np.rint(abs(p.determinant[0]))
    if integer & INTEGER_GRADIENT == 0 or not 1.0 <= common < EXACT:
        return False
    for i in range(k):
        proof.weight[i] = np.rint(proof.support[i].multiplier * common)
        if not 0.0 <= proof.weight[i] < EXACT:
            return False
    for c in range(n):
        rest = -common * p.goal[c]
        size = abs(rest)
        for i in range(k):
            halfspace = p.rows[p.nonbasic[proof.support[i].column]].halfspace
            a = proof.weight[i] * halfspaces.normals[halfspace, c]
            rest += a
            size += abs(a)
        if not (rest == 0.0 and size < EXACT):
            return False
    rest = common * goal.constant
    size = abs(rest)
    doubt = common * goal.constant_error
    spent = 0.0
    for i in range(k):
        end = halfspaces.ends[p.rows[p.nonbasic[proof.support[i].column]].halfspace]
        a = proof.weight[i] * end.constant
        rest -= a
        size += abs(a)
        doubt += proof.weight[i] * end.error
        spent += proof.weight[i] * (end.slack + end.slack_error)
    if integer == INTEGER and size < EXACT:
        return rest >= 0.0
    # The right-hand side is rounded three times.
    if spent * UP <= (common * (goal.value - goal.value_error)) * (1.0 - GAMMA_3):
        return True
    return rest >= (doubt + gamma_of_form(k) * size) * UP


@compiled
def invert(proof: Proof, k: int) -> bool:
    """Write the transposed inverse of the basis in floats."""
    a = proof.scratch
    for i in range(k):
        for c in range(k):
            a[i, c] = proof.basis[c, i]
            a[i, k + c] = 1.0 if i == c else 0.0
    for c in range(k):
        best = c
        for i in range(c + 1, k):
            if abs(a[i, c]) > abs(a[best, c]):
                best = i
        if not abs(a[best, c]) > 0.0:
            return False
        for j in range(2 * k):
            a[c, j], a[best, j] = a[best, j], a[c, j]
        by = 1.0 / a[c, c]
        for j in range(2 * k):
            a[c, j] *= by
        for i in range(k):
            factor = a[i, c]
            if i != c and factor != 0.0:
                for j in range(2 * k):
                    a[i, j] -= factor * a[c, j]
    for j in range(k):
        for c in range(k):
            proof.inverse[j, c] = a[j, k + c]
    return True


@compiled
def _solve(proof: Proof, k: int) -> bool:
    """Write the inverse and the multipliers in floats; False if they are not all positive."""
    if not invert(proof, k):
        return False
    for j in range(k):
        total = 0.0
        for c in range(k):
            total += proof.target[c] * proof.inverse[j, c]
        proof.support[j].multiplier = total
        if not total > 0.0:
            return False
    return True
