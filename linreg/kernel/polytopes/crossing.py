"""Machine code: values of forms at corners, and the corners that a form cuts out of edges.

A corner x stands for an exact one within the corner's error e in the Euclidean norm. A form
a x + c w with errors on a and c is therefore off by no more than b + e |a| at it, where

    b = (error of c + gamma |c|) w + sum_k (error of a_k + gamma |a_k|) |x_k|

is what it is off at x itself, and |a| that of the exact a. `RATE` bounds what stands before |x_k|
for all k, and `STEEPNESS` |a|.

Let the form be certainly f > 0 at an end u of an edge and -g < 0 at the other one v. Between
points, and between directions, x = u + r (v - u) with r = f / (f + g) stands for the exact corner,
where the exact edge meets the exact plane; between a point u and a direction v it is u + r v with
r = f / g.
Let y be made of the exact ends as x is of u and v. It is on the exact edge, whose direction is z,
|z| <= R, and within E of x. The exact form is, without roundings, 0 at x by the choice of r, and so
at most B, what it is off at u and v, weighted alike, and for rounding r. The exact corner is y less
a multiple of z,

    y - z (form at y) / (a z),    where form at y = form at x + a (y - x),

so its distance from x is at most |P (y - x)| + |z| B / |a z|, where P = I - z a' / (a z) has the
norm |z| |a| / |a z|, that of an oblique projector: R (|a| E + B) / D together, with D <= |a z|.
"""

from __future__ import annotations

import numpy as np

from linreg.kernel.data.polytopes import (
    ABOVE,
    BELOW,
    CONSTANT,
    CONSTANT_ERROR,
    CORNERS,
    ERROR,
    RATE,
    SIZE,
    STEEPNESS,
    Polytopes,
    W,
)
from linreg.kernel.data.roundoff import FLOOR, GAMMA_4, HIGHEST, LOWEST, UP, gamma_of_form
from linreg.kernel.data.tables import Tables
from linreg.kernel.data.work import HalfspaceRows, Maps, Proof
from linreg.kernel.machine import compiled
from linreg.kernel.maps.affine_maps import form_constant_error
from linreg.kernel.polytopes.solving import ONE, ZERO, sharpen

LOOSE = 1e-6
"""The error, as a share of its size, from which on a corner is worked out anew."""


@compiled
def write_form(t: Tables, maps: Maps, f: int, to: np.ndarray) -> None:
    """Write a form of the network for values at corners."""
    n, r = t.dim, t.forms[f].row
    end = maps.ends[r]
    square = 0.0
    for k in range(n):
        to[k] = maps.gradients[r, k]
        square += (abs(maps.gradients[r, k]) + maps.gradient_errors[r, k]) ** 2
    constant, error = end.constant - t.forms[f].breakpoint, form_constant_error(t, maps, f)
    _finish(to, n, constant, error, end.rate, square)


@compiled
def write_halfspace(halfspaces: HalfspaceRows, n: int, i: int, to: np.ndarray) -> None:
    """Write a half-space for values at corners."""
    end = halfspaces.ends[i]
    square = 0.0
    for k in range(n):
        to[k] = halfspaces.normals[i, k]
        square += (abs(halfspaces.normals[i, k]) + halfspaces.errors[i, k]) ** 2
    _finish(to, n, end.constant, end.error, end.rate, square)


@compiled
def _finish(
    to: np.ndarray, n: int, constant: float, error: float, rate: float, square: float
) -> None:
    to[n + CONSTANT] = constant
    to[n + CONSTANT_ERROR] = (error + gamma_of_form(n) * abs(constant)) * UP
    to[n + RATE] = rate
    to[n + STEEPNESS] = root(square)


@compiled
def root(square: float) -> float:
    """Not less than the square root of a sum of squares, some of which may have underflowed."""
    return np.sqrt(square) * UP + LOWEST


@compiled
def value_at(form: np.ndarray, n: int, corner: np.ndarray) -> tuple[float, float]:
    """The value of a form at a corner, rounded, and how far it may be off at the rounded one."""
    value = form[n + CONSTANT] * corner[n + W]
    for k in range(n):
        value += form[k] * corner[k]
    error = form[n + CONSTANT_ERROR] * corner[n + W] + form[n + RATE] * corner[n + SIZE]
    return value, error * UP + FLOOR


@compiled
def look(form: np.ndarray, n: int, c: Polytopes) -> bool:
    """Sort corners by the side of a form that they are on; whether that is certain for all."""
    above, below = 0, 0
    for i in range(c.head[CORNERS]):
        value, off = value_at(form, n, c.at[0, i])
        error = (off + form[n + STEEPNESS] * c.at[0, i, n + ERROR]) * UP
        c.values[i, 0] = abs(value)
        c.values[i, 1] = off
        c.values[i, 2] = error
        if value > error:
            c.sides[1, above] = i
            above += 1
        elif value < -error:
            c.sides[0, below] = i
            below += 1
    c.head[ABOVE] = above
    c.head[BELOW] = below
    return above + below == c.head[CORNERS]


@compiled
def cross(
    halfspaces: HalfspaceRows, proof: Proof, c: Polytopes, form: np.ndarray, n: int, number: int
) -> int:
    """Write the corners where a form is zero by whose sides corners are sorted.

    Returns how many there are, or -1 where there is no room, or a number out of range. The form is
    a half-space of the parts, with a bit of this number. Of signs, those that both ends of an edge
    have are written.
    """
    bit = ONE << np.uint64(number)
    below, m = c.head[BELOW], 0
    for b in range(below):
        c.ends_below[b] = c.at_ends[0, c.sides[0, b]]
    for a in range(c.head[ABOVE]):
        i = c.sides[1, a]
        ends = c.at_ends[0, i]
        for b in range(below):
            differ = ends ^ c.ends_below[b]
            differ &= differ - ONE
            if differ & (differ - ONE) != ZERO:
                continue
            j = c.sides[0, b]
            if m == len(c.values) or not _put_between(c, form, n, i, j, m):
                return -1
            c.at_ends[1, m] = (ends & c.ends_below[b]) | bit
            if not c.at[1, m, n + ERROR] < LOOSE * c.at[1, m, n + SIZE]:
                sharpen(halfspaces, proof, c, n, 1, m)
            for word in range(c.at_signs.shape[2]):
                c.at_signs[1, m, word] = c.at_signs[0, i, word] & c.at_signs[0, j, word]
            m += 1
    return m


@compiled
def _put_between(c: Polytopes, form: np.ndarray, n: int, i: int, j: int, m: int) -> bool:
    """Write new corner m, where the form is zero between corners i and j; False if out of range."""
    f, g = c.values[i, 0], c.values[j, 0]
    u, v, new = c.at[0, i], c.at[0, j], c.at[1, m]
    least = (f - c.values[i, 2]) + (g - c.values[j, 2])
    reach, size, rounding = 0.0, 0.0, u[n + SIZE] + v[n + SIZE]
    if u[n + W] == v[n + W]:
        r, rest = f / (f + g), g / (f + g)
        rest, r_most = rest + GAMMA_4, r + GAMMA_4  # 1 - r is off by a rounding of 1
        off = rest * c.values[i, 1] + r_most * c.values[j, 1]
        error = rest * u[n + ERROR] + r_most * v[n + ERROR]
        for k in range(n):
            by = v[k] - u[k]
            new[k] = u[k] + r * by
            reach += by * by
            size += abs(new[k])
    else:
        if u[n + W] == 0.0:
            u, v, f, g, i, j = v, u, g, f, j, i
        r = f / g
        least = g - c.values[j, 2]
        off = c.values[i, 1] + r * c.values[j, 1]
        error = u[n + ERROR] + r * v[n + ERROR]
        rounding = u[n + SIZE] + r * v[n + SIZE]
        for k in range(n):
            new[k] = u[k] + r * v[k]
            reach += v[k] * v[k]
            size += abs(new[k])
    far = root(reach) + u[n + ERROR] + v[n + ERROR]
    error = far * (form[n + STEEPNESS] * error + off + GAMMA_4 * f) / least
    new[n + W] = u[n + W]
    new[n + ERROR] = (error + GAMMA_4 * rounding) * UP + FLOOR
    new[n + SIZE] = size * UP
    return size < HIGHEST and new[n + ERROR] < HIGHEST


@compiled
def cut_off(
    halfspaces: HalfspaceRows, proof: Proof, c: Polytopes, form: np.ndarray, n: int, number: int
) -> bool:
    """Leave of the current polytope the part where a form by which it is sorted is positive."""
    m, kept = cross(halfspaces, proof, c, form, n, number), c.head[ABOVE]
    if m < 0 or kept + m > len(c.values):
        return False
    for a in range(kept):
        _move(c, 0, c.sides[1, a], a)
    for i in range(m):
        _move(c, 1, i, kept + i)
    c.head[CORNERS] = kept + m
    return True


@compiled
def _move(c: Polytopes, source: int, i: int, j: int) -> None:
    """Copy corner i of one of the two lists to place j of the first."""
    for k in range(c.at.shape[2]):
        c.at[0, j, k] = c.at[source, i, k]
    c.at_ends[0, j] = c.at_ends[source, i]
