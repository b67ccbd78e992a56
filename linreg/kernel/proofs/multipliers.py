"""Machine code: proofs, with every rounding accounted for, that a form does not cut a cell."""

from __future__ import annotations

import numpy as np

from linreg.kernel.data.tables import Tables
from linreg.kernel.data.work import HalfspaceRows, Maps, Program, Proof
from linreg.kernel.machine import compiled
from linreg.kernel.maps.affine_maps import EXACT, FLOOR, ROUNDOFF, UP
from linreg.kernel.maps.coordinates import columns_at, express, parallel

LARGEST = 1e100
"""Multipliers and inverses beyond this, or below its inverse, prove nothing."""

SMALL, TINY = 1e-7, 1e-10
"""Multipliers below this share of the largest may be zero, or are taken for zero."""


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
    s: int,
    row: int,
    rival: int,
    value: float,
    error: float,
    constant: float,
    constant_error: float,
    integer: int,
) -> bool:
    """Whether the tableau's basis proves the goal to be non-negative on the cell.

    `value` is the goal at the cell's point and `constant` its constant, each with an error. It is
    what `row` and `rival` say for a half-space, at stage s.
    """
    k = gather(p, proof, n, m)
    if _proves_at_once(
        halfspaces, p, proof, n, m, k, value, error, constant, constant_error, integer
    ):
        return True
    return _proves_before(
        t,
        maps,
        halfspaces,
        p,
        proof,
        pieces,
        n,
        k,
        s,
        row,
        rival,
        value,
        error,
        constant,
        constant_error,
    )


@compiled
def _proves_at_once(
    halfspaces: HalfspaceRows,
    p: Program,
    proof: Proof,
    n: int,
    m: int,
    k: int,
    value: float,
    error: float,
    constant: float,
    constant_error: float,
    integer: int,
) -> bool:
    """Whether the support proves it in integers, or as a full basis in the input's coordinates."""
    if integer & 1 and _integer(
        halfspaces, p, proof, n, k, value, error, constant, constant_error, integer
    ):
        return True
    if k < n:
        return False
    for i in range(n):
        j = proof.support[i].column
        halfspace = p.rows[p.nonbasic[j]].halfspace
        for c in range(n):
            proof.basis[i, c] = halfspaces.normals[halfspace, c]
            proof.basis_error[i, c] = halfspaces.errors[halfspace, c]
            proof.inverse[i, c] = p.tableau[j, m + c]
    for c in range(n):
        proof.target[c] = p.goal[c]
        proof.target_error[c] = p.goal_error[c]
    spread = _spread(proof, n)
    return spread >= 0.0 and _value_holds(
        halfspaces, p, proof, k, spread, value, error, constant, constant_error
    )


@compiled
def _proves_before(
    t: Tables,
    maps: Maps,
    halfspaces: HalfspaceRows,
    p: Program,
    proof: Proof,
    pieces: np.ndarray,
    n: int,
    k: int,
    s: int,
    row: int,
    rival: int,
    value: float,
    error: float,
    constant: float,
    constant_error: float,
) -> bool:
    """Whether the support proves it in the coordinates of some stage, with fewer half-spaces."""
    if k == n:
        # Multipliers that are nearly zero may be zero: the others then prove it below.
        largest = 0.0
        for i in range(n):
            largest = max(largest, proof.support[i].multiplier)
        k = 0
        for i in range(n):
            if proof.support[i].multiplier > SMALL * largest:
                proof.support[k].column = proof.support[i].column
                proof.support[k].multiplier = proof.support[i].multiplier
                k += 1
    if k == n or k == 0:
        return False
    # In the coordinates of a stage before, and the one before that, down to the input.
    for on_cell in range(s, -1, -1):
        if not express(t, maps, halfspaces, p, proof, pieces, n, k, s, on_cell, row, rival):
            continue
        columns = columns_at(t, maps, proof, n, k, on_cell)
        if columns == k:
            if _invert(proof, k):
                spread = _spread(proof, k)
                if spread >= 0.0 and _value_holds(
                    halfspaces, p, proof, k, spread, value, error, constant, constant_error
                ):
                    return True
        elif (
            k == 1
            and parallel(proof, on_cell, columns)
            and _value_holds(
                halfspaces, p, proof, k, 4.0 * ROUNDOFF, value, error, constant, constant_error
            )
        ):
            return True
    return False


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
        if p.nonbasic[j] >= 0 and by > TINY * largest:
            proof.support[k].column = j
            proof.support[k].multiplier = by
            k += 1
    return k


@compiled
def _spread(proof: Proof, k: int) -> float:
    """Bound on the relative error of the multipliers, or -1.

    If it is not negative, every basis B within `basis_error` of `basis` is regular, and the
    solution of B' x = target, for any target within its error, is positive and within that share
    of the multipliers, entry by entry. With R the approximate inverse and G = I - B R, the error d
    of the multipliers satisfies d' (I - G) = residual' R: it is small where G is, in the norm that
    the multipliers weigh.
    """
    gamma = (k + 4) * ROUNDOFF
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
        if not 1.0 / LARGEST < by < LARGEST:
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
            if not r < LARGEST:
                return -1.0
            strayed += r * proof.weight[c]
            moved += r * proof.residual[c]
        if not (off + strayed + gamma * by) * UP < 0.25 * by:
            return -1.0
        moved = moved * UP / by
        if not moved < 0.25:
            return -1.0
        spread = max(spread, moved)
    return 1.34 * spread


@compiled
def _value_holds(
    halfspaces: HalfspaceRows,
    p: Program,
    proof: Proof,
    k: int,
    spread: float,
    value: float,
    error: float,
    constant: float,
    constant_error: float,
) -> bool:
    """Whether what the multipliers leave of the form, a constant, is certainly not negative."""
    spent = 0.0
    for i in range(k):
        end = halfspaces.ends[p.rows[p.nonbasic[proof.support[i].column]].halfspace]
        spent += proof.support[i].multiplier * (end.slack + end.slack_error)
    if spent * (1.0 + spread) * UP + FLOOR <= value - error:
        return True
    # The same seen from the origin, where cones have nothing but zeros.
    rest = constant
    doubt = constant_error
    size = abs(constant)
    for i in range(k):
        end = halfspaces.ends[p.rows[p.nonbasic[proof.support[i].column]].halfspace]
        part = proof.support[i].multiplier * end.constant
        rest -= part
        size += abs(part)
        doubt += abs(part) * spread + proof.support[i].multiplier * (1.0 + spread) * end.error
    return rest >= (doubt + (k + 4) * ROUNDOFF * size) * UP


@compiled
def _integer(
    halfspaces: HalfspaceRows,
    p: Program,
    proof: Proof,
    n: int,
    k: int,
    value: float,
    error: float,
    constant: float,
    constant_error: float,
    integer: int,
) -> bool:
    """The same in integers: multipliers N / D with sum N_i wall_i = D goal, checked exactly.

    D is the determinant of the basis (Cramer); all sums stay below 2^53, so floats hold them.
    """
    for i in range(k):
        integer &= halfspaces.ends[p.rows[p.nonbasic[proof.support[i].column]].halfspace].integer
    common = np.rint(abs(p.determinant[0]))
    if integer & 1 == 0 or not 1.0 <= common < EXACT:
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
    rest = common * constant
    size = abs(rest)
    doubt = common * constant_error
    spent = 0.0
    for i in range(k):
        end = halfspaces.ends[p.rows[p.nonbasic[proof.support[i].column]].halfspace]
        a = proof.weight[i] * end.constant
        rest -= a
        size += abs(a)
        doubt += proof.weight[i] * end.error
        spent += proof.weight[i] * (end.slack + end.slack_error)
    if integer == 3 and size < EXACT:
        return rest >= 0.0
    if spent * UP <= (common * (value - error)) * (1.0 - 4.0 * ROUNDOFF):
        return True
    return rest >= (doubt + (k + 4) * ROUNDOFF * size) * UP


@compiled
def _invert(proof: Proof, k: int) -> bool:
    """Write the transposed inverse of the basis, and the multipliers, in floats."""
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
    # a holds the inverse of the transposed basis, whose row j gives multiplier j.
    for j in range(k):
        total = 0.0
        for c in range(k):
            proof.inverse[j, c] = a[j, k + c]
            total += proof.target[c] * a[j, k + c]
        proof.support[j].multiplier = total
        if not total > 0.0:
            return False
    return True
