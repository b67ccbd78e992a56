"""Machine code: corners from the half-spaces that end there, with a bound on how far each may be.

A corner is the exact solution y of B y = z, of as many rows as there are inputs. Let R be an
approximate inverse of B, and |I - R B| <= q < 1 in the norm of largest row sums, for the exact B.
For any x, y - x = B^-1 (z - B x), and R B = I - G with |G| <= q gives B^-1 = (I - G)^-1 R, so that
no coordinate of y - x is larger than the largest one of |R| |z - B x|, divided by 1 - q, and its
length at most sqrt(n) times that. B is regular then.
"""

from __future__ import annotations

import numpy as np

from linreg.kernel.data.polytopes import ERROR, EXTRA, SIZE, Polytopes, W
from linreg.kernel.data.roundoff import (
    CONTRACTION,
    FLOOR,
    HIGHEST,
    SPREAD_GAIN,
    UP,
    gamma_of_form,
)
from linreg.kernel.data.work import HalfspaceRows, Proof
from linreg.kernel.machine import compiled
from linreg.kernel.proofs.multipliers import invert

ONE = np.uint64(1)
ZERO = np.uint64(0)


@compiled
def put_row(halfspaces: HalfspaceRows, proof: Proof, n: int, i: int, j: int) -> None:
    """Make half-space i row j of the basis, on which it is zero."""
    for k in range(n):
        proof.basis[j, k] = halfspaces.normals[i, k]
        proof.basis_error[j, k] = halfspaces.errors[i, k]
    proof.target[j] = -halfspaces.ends[i].constant
    proof.target_error[j] = halfspaces.ends[i].error


@compiled
def invert_surely(proof: Proof, n: int) -> bool:
    """Write the inverse of the basis; whether it is certainly one, as |I - R B| says."""
    if not invert(proof, n):
        return False
    gamma = gamma_of_form(n)
    for k in range(n):
        off = 0.0
        for i in range(n):
            rest = 1.0 if i == k else 0.0
            size, strayed = rest, 0.0
            for j in range(n):
                by = proof.inverse[j, k] * proof.basis[j, i]
                rest -= by
                size += abs(by)
                strayed += abs(proof.inverse[j, k]) * proof.basis_error[j, i]
            off += abs(rest) + gamma * size + strayed
        if not off * UP + FLOOR < CONTRACTION:
            return False
    return True


@compiled
def solve(proof: Proof, n: int, corner: np.ndarray) -> bool:
    """Write the solution for the target, of a basis that is surely inverted; False if out of range.

    Its w is in place.
    """
    for k in range(n):
        corner[k] = 0.0
        for j in range(n):
            corner[k] += proof.target[j] * proof.inverse[j, k]
    gamma = gamma_of_form(n)
    size, error = 0.0, 0.0
    for k in range(n):
        size += abs(corner[k])
    for j in range(n):
        rest = proof.target[j]
        total, strayed = abs(rest), proof.target_error[j]
        for k in range(n):
            by = proof.basis[j, k] * corner[k]
            rest -= by
            total += abs(by)
            strayed += proof.basis_error[j, k] * abs(corner[k])
        residual = (abs(rest) + gamma * total + strayed) * UP + FLOOR
        largest = 0.0
        for k in range(n):
            largest = max(largest, abs(proof.inverse[j, k]))
        error += residual * largest
    corner[n + SIZE] = size * UP
    corner[n + ERROR] = error * SPREAD_GAIN * np.sqrt(float(n)) * UP + FLOOR
    return size < HIGHEST and corner[n + ERROR] < HIGHEST


@compiled
def sharpen(halfspaces: HalfspaceRows, proof: Proof, c: Polytopes, n: int, at: int, i: int) -> None:
    """Work corner i of one of the two lists out from the half-spaces that end there.

    A direction is that in which they stay zero, and on whose side the rounded one is: if its error
    is e, its product with the rounded one v is at least v v - e |v|.
    """
    corner = c.at[at, i]
    j = 0
    for number in range(1, 64):
        if (c.at_ends[at, i] >> np.uint64(number)) & ONE != ZERO:
            put_row(halfspaces, proof, n, c.walls[number], j)
            j += 1
    c.spare[n + W] = corner[n + W]
    if j < n:
        square = 0.0
        for k in range(n):
            square += corner[k] * corner[k]
            proof.basis[j, k] = corner[k]
            proof.basis_error[j, k] = 0.0
            proof.target[k] = 0.0
            proof.target_error[k] = 0.0
        proof.target[j] = square
        if not corner[n + ERROR] * corner[n + SIZE] < 0.5 * square:
            return
    if invert_surely(proof, n) and solve(proof, n, c.spare):
        if c.spare[n + ERROR] < corner[n + ERROR]:
            for k in range(n + EXTRA):
                corner[k] = c.spare[k]


@compiled
def lowest(word: np.uint64) -> int:
    """The number of the lowest bit of a word that is not zero."""
    i = 0
    while word & np.uint64(255) == ZERO:
        word >>= np.uint64(8)
        i += 8
    while word & ONE == ZERO:
        word >>= ONE
        i += 1
    return i
