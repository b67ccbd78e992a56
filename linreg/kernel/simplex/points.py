"""Machine code: the points of a cell, and the sides of its stage's forms that they are on."""

from __future__ import annotations

import numpy as np

from linreg.kernel.data.roundoff import FLOOR, HIGHEST, UP, gamma_of_form
from linreg.kernel.data.tables import Tables
from linreg.kernel.data.work import (
    HALFSPACES,
    KNOWN,
    POINTS,
    SEEN,
    SIDE,
    STAGE,
    HalfspaceRows,
    Maps,
    Program,
    Tree,
)
from linreg.kernel.machine import NOTHING, compiled
from linreg.kernel.maps.affine_maps import form_value, form_value_error, inside

ONE = np.uint64(1)
ZERO = np.uint64(0)


@compiled
def is_known(t: Tables, tree: Tree, local: int) -> bool:
    """Whether the side of a form, counted within its stage, is fixed."""
    word = tree.mask[KNOWN * t.n_words + (local >> 6)]
    return (word >> np.uint64(local & 63)) & ONE == ONE


@compiled
def is_positive(t: Tables, tree: Tree, local: int) -> bool:
    """The side of a form that is fixed."""
    word = tree.mask[SIDE * t.n_words + (local >> 6)]
    return (word >> np.uint64(local & 63)) & ONE == ONE


@compiled
def sees(t: Tables, tree: Tree, i: int, local: int) -> bool:
    """Whether point i seems to be on the positive side of a form."""
    word = tree.mask[(SEEN + i) * t.n_words + (local >> 6)]
    return (word >> np.uint64(local & 63)) & ONE == ONE


@compiled
def is_seen_cut(t: Tables, tree: Tree, local: int) -> bool:
    """Whether two of the node's points seem to be on different sides of a form."""
    here = sees(t, tree, NOTHING, local)
    for i in range(1, tree.node[POINTS]):
        if sees(t, tree, i, local) != here:
            return True
    return False


@compiled
def settle(t: Tables, tree: Tree, local: int, positive: bool) -> None:
    """Fix the side of a form."""
    bit = ONE << np.uint64(local & 63)
    tree.mask[KNOWN * t.n_words + (local >> 6)] |= bit
    if positive:
        tree.mask[SIDE * t.n_words + (local >> 6)] |= bit


@compiled
def look(t: Tables, maps: Maps, tree: Tree, i: int) -> None:
    """Note on which side of each form of the stage point i seems to be."""
    n, words = t.dim, t.n_words
    s = tree.node[STAGE]
    x = tree.point[1 + i * n : 1 + (i + 1) * n]
    at = (SEEN + i) * words
    first = t.stages[s].form
    for word in range(words):
        tree.mask[at + word] = ZERO
    for f in range(first, t.stages[s + 1].form):
        if form_value(t, maps, f, x) > 0.0:
            tree.mask[at + ((f - first) >> 6)] |= ONE << np.uint64((f - first) & 63)


@compiled
def halfspace_value(
    halfspaces: HalfspaceRows, n: int, i: int, x: np.ndarray
) -> tuple[float, float]:
    """The value of a half-space's row at a point, rounded, and how far off that may be."""
    gamma = gamma_of_form(n)
    value = halfspaces.ends[i].constant
    error = halfspaces.ends[i].error + gamma * abs(value)
    norm = 0.0
    for k in range(n):
        norm += abs(x[k])
        value += halfspaces.normals[i, k] * x[k]
        error += (halfspaces.errors[i, k] + gamma * abs(halfspaces.normals[i, k])) * abs(x[k])
    return value, error * UP + FLOOR if norm < HIGHEST else np.inf


@compiled
def stand_inside(t: Tables, halfspaces: HalfspaceRows, tree: Tree, last: int) -> bool:
    """Bring a point to the front that is certainly strictly inside."""
    n, words = t.dim, t.n_words
    for i in range(tree.node[POINTS]):
        if not inside(halfspaces, n, tree.point[1 + i * n : 1 + (i + 1) * n], last):
            continue
        if i > 0:
            for k in range(1, 1 + n):
                a, b = tree.point[k], tree.point[k + i * n]
                tree.point[k], tree.point[k + i * n] = b, a
            for word in range(SEEN * words, (SEEN + 1) * words):
                c, d = tree.mask[word], tree.mask[word + i * words]
                tree.mask[word], tree.mask[word + i * words] = d, c
        return True
    return False


@compiled
def is_surely_cut(t: Tables, maps: Maps, halfspaces: HalfspaceRows, tree: Tree, f: int) -> bool:
    """Whether a form certainly has one sign at the node's point and the other one elsewhere inside.

    The half-spaces' slacks are then those at the other point.
    """
    n, s = t.dim, tree.node[STAGE]
    x = tree.point[1 : 1 + n]
    here = form_value(t, maps, f, x)
    if not abs(here) > form_value_error(t, maps, f, x):
        return False
    for i in range(1, tree.node[POINTS]):
        if sees(t, tree, i, f - t.stages[s].form) == (here > 0.0):
            continue
        x = tree.point[1 + i * n : 1 + (i + 1) * n]
        there = form_value(t, maps, f, x)
        if (
            abs(there) > form_value_error(t, maps, f, x)
            and (there > 0.0) != (here > 0.0)
            and inside(halfspaces, n, x, len(t.halfspaces) + tree.node[HALFSPACES])
        ):
            return True
    return False


@compiled
def keep_beyond(t: Tables, maps: Maps, tree: Tree, p: Program, f: int, value: float) -> bool:
    """Add the point that a descent of a form found, pulled inside; whether it is beyond the form.

    `value` is the form at the node's point.
    """
    n = t.dim
    i = tree.node[POINTS]
    end = abs(value)
    for k in range(n):
        end += p.goal[k] * p.step[k]
    if not end < 0.0:
        return False
    pull = 0.5 + 0.5 * abs(value) / (abs(value) - end)
    for k in range(n):
        tree.point[1 + i * n + k] = tree.point[1 + k] + pull * p.step[k]
    x = tree.point[1 + i * n : 1 + (i + 1) * n]
    there = form_value(t, maps, f, x)
    if not (abs(there) > form_value_error(t, maps, f, x) and (there > 0.0) != (value > 0.0)):
        return False
    tree.node[POINTS] = i + 1
    look(t, maps, tree, i)
    return True


@compiled
def step_off(
    t: Tables, maps: Maps, halfspaces: HalfspaceRows, tree: Tree, p: Program, f: int, m: int
) -> bool:
    """Add a point on each side of a form that may be zero at the node's point."""
    n = t.dim
    r = t.forms[f].row
    size = 0.0
    for k in range(n):
        size += maps.gradients[r, k] ** 2
    i = tree.node[POINTS]
    if not size > 0.0 or i + 2 > tree.most_points:
        return False
    length = 1.0
    for j in range(m):
        halfspace = p.rows[j].halfspace
        rate = 0.0
        for k in range(n):
            rate += halfspaces.normals[halfspace, k] * maps.gradients[r, k]
        if rate != 0.0:
            length = min(length, 0.5 * halfspaces.ends[halfspace].slack / abs(rate))
    for side in range(2):
        by = length if side == 0 else -length
        at = 1 + (i + side) * n
        for k in range(n):
            tree.point[at + k] = tree.point[1 + k] + by * maps.gradients[r, k]
        x = tree.point[at : at + n]
        there = form_value(t, maps, f, x)
        if not (abs(there) > form_value_error(t, maps, f, x) and (there > 0.0) == (by > 0.0)):
            return False
    tree.node[POINTS] = i + 2
    look(t, maps, tree, i)
    look(t, maps, tree, i + 1)
    return True
