"""Machine code: forms and half-spaces in the coordinates of an earlier stage.

A form of a stage is often a combination of fewer half-spaces than the input has dimensions, because
few units are active before it. Its multipliers are then unique, and provable in floats, only in the
coordinates of those units. Coordinates number k are the outputs of stage k - 1; number 0 is the
input.
"""

from __future__ import annotations

import numpy as np

from linreg.kernel.data.roundoff import FLOOR, HIGHEST, LOWEST, ROUNDOFF, UP, gamma_of_form
from linreg.kernel.data.tables import Tables
from linreg.kernel.data.work import NEGATIVE, OF_DOMAIN, HalfspaceRows, Maps, Program, Proof
from linreg.kernel.machine import compiled


@compiled
def express(
    t: Tables,
    maps: Maps,
    halfspaces: HalfspaceRows,
    p: Program,
    proof: Proof,
    pieces: np.ndarray,
    n: int,
    k: int,
    at: int,
) -> bool:
    """Write the support's half-spaces, and last the goal, in coordinates number `at`.

    The call for at + 1 must have come before, unless `at` is the goal's stage. False if some
    half-space belongs to an earlier stage and is no function of these coordinates.
    """
    before = proof.half[0]
    now = 1 - before
    proof.half[0] = now
    if at == 0:
        _of_input(halfspaces, p, proof, n, k)
        return True
    width = t.stages[at].out - t.stages[at - 1].out
    complete = True
    for i in range(k + 1):
        line, error = proof.expression[now, i], proof.expression_error[now, i]
        for c in range(width + 1):
            line[c] = 0.0
            error[c] = 0.0
        proof.support[i].exactly = 0
        of, against = proof.goal[0].row, proof.goal[0].rival
        if i < k:
            halfspace = p.rows[p.nonbasic[proof.support[i].column]].halfspace
            of, against = halfspaces.ends[halfspace].row, halfspaces.ends[halfspace].rival
            line[width] = halfspaces.normals[halfspace, t.dim]
        elif n > t.dim:
            line[width] = p.goal[t.dim]
        if against == OF_DOMAIN:
            # Either the goal is the lead alone, or the half-space is a function of the input.
            complete = complete and i == k
            continue
        r = of if against >= 0 else t.forms[of].row
        stage = t.rows[r].stage
        if stage == at:
            proof.support[i].exactly = 1
            for e in range(t.rows[r].term, t.rows[r + 1].term):
                if t.terms[e].error != 0.0:
                    proof.support[i].exactly = 0
            _add_row(t, line, error, r, -1.0 if against == NEGATIVE else 1.0)
            if against >= 0:
                _add_row(t, line, error, against, -1.0)
                proof.support[i].exactly = 0
        elif stage > at:
            above, above_error = proof.expression[before, i], proof.expression_error[before, i]
            _push_down(t, maps, pieces, above, above_error, line, error, at)
        elif stage == at - 1 and against < 0:
            u = t.forms[of].unit
            piece = t.pieces[t.units[u].piece + pieces[u]]
            if abs(piece.slope) == 1.0 and piece.slope_error == 0.0:
                sign = -1.0 if against == NEGATIVE else 1.0
                line[u - t.stages[at - 1].unit] = piece.slope * sign
            else:
                complete = False
        else:
            complete = False
    return complete


@compiled
def _add_row(t: Tables, line: np.ndarray, error: np.ndarray, r: int, sign: float) -> None:
    """Add a row's coefficients to an expression in the inputs of its stage."""
    for e in range(t.rows[r].term, t.rows[r + 1].term):
        j = t.terms[e].column
        a = line[j] + sign * t.terms[e].weight
        rounding = 0.0 if line[j] == 0.0 else ROUNDOFF * abs(a)
        error[j] = (error[j] + t.terms[e].error + rounding) * UP
        line[j] = a


@compiled
def _push_down(
    t: Tables,
    maps: Maps,
    pieces: np.ndarray,
    above: np.ndarray,
    above_error: np.ndarray,
    line: np.ndarray,
    error: np.ndarray,
    at: int,
) -> None:
    """An expression in the outputs of stage `at`, which is `above`, in the stage's inputs."""
    first = t.stages[at].out
    width = t.stages[at + 1].out - first
    inputs = first - t.stages[at - 1].out
    gamma = gamma_of_form(width)
    line[inputs] = above[width]
    for j in range(width):
        a, a_error = above[j], above_error[j]
        if (a == 0.0 and a_error == 0.0) or maps.out_ends[first + j].live == 0:
            continue
        u = t.outs[first + j].unit
        slope, slope_error = 1.0, 0.0
        if u < 0:
            r = t.outs[first + j].row
        elif t.units[u].is_max:
            r = t.units[u].row + pieces[u]
        else:
            r = t.units[u].row
            slope = t.pieces[t.units[u].piece + pieces[u]].slope
            slope_error = t.pieces[t.units[u].piece + pieces[u]].slope_error
        by = a * slope
        by_error = a_error * (abs(slope) + slope_error) + abs(a) * slope_error
        by_error = (by_error + ROUNDOFF * abs(by)) * UP
        if by != 0.0 and not LOWEST < abs(by) < HIGHEST:
            by_error = np.inf
        for e in range(t.rows[r].term, t.rows[r + 1].term):
            c, x, x_error = t.terms[e].column, t.terms[e].weight, t.terms[e].error
            line[c] += by * x
            error[c] += (
                by_error * (abs(x) + x_error) + abs(by) * x_error + gamma * abs(by * x) + FLOOR
            )
    for c in range(inputs):
        error[c] *= UP


@compiled
def _of_input(halfspaces: HalfspaceRows, p: Program, proof: Proof, n: int, k: int) -> None:
    """The half-spaces and the goal themselves."""
    now = proof.half[0]
    for c in range(n):
        for i in range(k):
            halfspace = p.rows[p.nonbasic[proof.support[i].column]].halfspace
            proof.expression[now, i, c] = halfspaces.normals[halfspace, c]
            proof.expression_error[now, i, c] = halfspaces.errors[halfspace, c]
        proof.expression[now, k, c] = p.goal[c]
        proof.expression_error[now, k, c] = p.goal_error[c]
    for i in range(k + 1):
        proof.support[i].exactly = 0


@compiled
def columns_at(t: Tables, maps: Maps, proof: Proof, n: int, k: int, at: int) -> int:
    """How many columns are not certainly zero; if as many as half-spaces, they become the basis."""
    now = proof.half[0]
    width = n
    first = 0
    if at > 0:
        first = t.stages[at - 1].out
        width = t.stages[at].out - first + 1
    found = 0
    for c in range(width):
        if at > 0 and c < width - 1 and maps.out_ends[first + c].live == 0:
            continue
        for i in range(k + 1):
            if proof.expression[now, i, c] != 0.0 or proof.expression_error[now, i, c] != 0.0:
                proof.chosen[found] = c
                found += 1
                break
    if found == k:
        for j in range(k):
            c = proof.chosen[j]
            for i in range(k):
                proof.basis[i, j] = proof.expression[now, i, c]
                proof.basis_error[i, j] = proof.expression_error[now, i, c]
            proof.target[j] = proof.expression[now, k, c]
            proof.target_error[j] = proof.expression_error[now, k, c]
    return found


@compiled
def parallel(proof: Proof, at: int, columns: int) -> bool:
    """Whether the goal is exactly a positive multiple of the only half-space of the support."""
    now = proof.half[0]
    if at == 0 or proof.support[0].exactly == 0 or proof.support[1].exactly == 0:
        return False
    a, b = proof.expression[now, 0], proof.expression[now, 1]
    first = proof.chosen[0]
    if not a[first] * b[first] > 0.0:
        return False
    for j in range(1, columns):
        c = proof.chosen[j]
        if not _same_product(a[first], b[c], b[first], a[c]):
            return False
    proof.support[0].multiplier = b[first] / a[first]
    return True


@compiled
def _same_product(a: float, b: float, c: float, d: float) -> bool:
    """Whether a b = c d exactly (Dekker, 1971: the rounding error of a product is a float)."""
    return a * b == c * d and product_error(a, b) == product_error(c, d)


@compiled
def product_error(a: float, b: float) -> float:
    """What rounding took from a product: a b - fl(a b), exactly, barring over- and underflow.

    Source
    ------
    Dekker (1971), "A floating-point technique for extending the available precision".
    """
    p = a * b
    x = 134217729.0 * a
    a1 = x - (x - a)
    a2 = a - a1
    y = 134217729.0 * b
    b1 = y - (y - b)
    b2 = b - b1
    return ((a1 * b1 - p) + a1 * b2 + a2 * b1) + a2 * b2
