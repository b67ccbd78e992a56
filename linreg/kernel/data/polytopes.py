"""The memory of polytopes: cells of a few inputs by their corners.

A corner is a point or, where the cell goes on for ever, a direction: a vector x and a number w that
is 1 or 0. As many half-spaces end there as there are inputs, where the one at infinity, w >= 0,
counts too; so two corners are the ends of an edge where they differ in one of them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from linreg.kernel.data.frames import as_frame
from linreg.kernel.data.tables import Tables

FEWEST_INPUTS, MOST_INPUTS = 3, 4
"""Of how many inputs cells have corners: cells of the plane are polygons, and those of many inputs
have so many that a few linear programs take less time."""

INFINITY = np.uint64(1)
"""The bit of the half-space at infinity."""

BITS = 64
"""A half-space is a bit of a word, at whatever corner it ends."""

CORNERS, STATE, BELOW, ABOVE, HEAD = range(5)
"""Places in a polytope's integers: how many corners there are; what is known of it; how many of the
current one are on either side of a form."""

NOT_MADE, MADE, GIVEN_UP = range(3)
"""States: it is to be made of the node's half-spaces; it tells which forms cut; it does not, in the
whole stage, since a sign is in doubt."""

W, ERROR, SIZE, EXTRA = range(4)
"""Places in a corner after its coordinates: w; how far it may be from the exact one; the sum of the
absolute values of its coordinates."""

CONSTANT, CONSTANT_ERROR, RATE, STEEPNESS, EXTRA_OF_FORM = range(5)
"""Places in a form after its gradient: its constant; how far a value may be off for that, and for
each unit of a point's size; the length of its gradient, errors included."""


@as_frame
class Polytopes(NamedTuple):
    """Polytopes of the nodes that wait, and the current one."""

    forms: np.ndarray  # (forms, dim + EXTRA_OF_FORM)
    columns: np.ndarray  # (dim + EXTRA_OF_FORM, forms of a stage): those that are looked at
    which: np.ndarray  # (forms of a stage,) and their numbers
    above: np.ndarray  # (forms of a stage,) at how many corners each is positive
    below: np.ndarray
    sums: np.ndarray  # (forms of a stage,)
    form: np.ndarray  # (dim + EXTRA_OF_FORM,)
    spare: np.ndarray  # (dim + EXTRA,)
    walls: np.ndarray  # (64,) the half-space of each bit
    held_walls: np.ndarray  # (waiting, 64)
    values: np.ndarray  # (corners, 3) the size of a form; how far off it is there, and in all
    sides: np.ndarray  # (2, corners) those below the form, and those above
    ends_below: np.ndarray  # (corners,)
    heads: np.ndarray  # (waiting, HEAD)
    open: np.ndarray  # (waiting, words) the forms that cut the cell
    held: np.ndarray  # (waiting, corners, dim + EXTRA)
    ends: np.ndarray  # (waiting, corners) the half-spaces that end at each
    signs: np.ndarray  # (waiting, corners, 2 words) where forms are positive, where negative
    head: np.ndarray  # (HEAD,) the same of the current polytope
    cutting: np.ndarray  # (words,)
    part: np.ndarray  # (3, words) forms that cut a part, that are positive there, negative there
    entries: np.ndarray  # (stages,) for which entry of each its forms are written
    at: np.ndarray  # (2, corners, dim + EXTRA): its corners, and new ones
    at_ends: np.ndarray
    at_signs: np.ndarray


def polytopes_for(t: Tables, waiting: int, forms: int) -> Polytopes:
    """Empty memory, of no size where cells have no corners.

    Parameters
    ----------
    t : Tables
    waiting : int
        Nodes that can wait.
    forms : int
        Forms of one stage, at most.
    """
    used = int(FEWEST_INPUTS <= t.dim <= MOST_INPUTS and not t.units["is_max"].any())
    corners, words = used * 2 ** (t.dim + 3) if used else 0, used * t.n_words

    def floats(*shape: int) -> np.ndarray:
        return np.zeros(shape)

    def bits(*shape: int) -> np.ndarray:
        return np.zeros(shape, dtype=np.uint64)

    return Polytopes(
        floats(used * len(t.forms), t.dim + EXTRA_OF_FORM),
        floats(t.dim + EXTRA_OF_FORM, used * forms),
        np.zeros(used * forms, dtype=np.int64),
        floats(used * forms),
        floats(used * forms),
        floats(used * forms),
        floats(t.dim + EXTRA_OF_FORM),
        floats(t.dim + EXTRA),
        np.zeros(BITS, dtype=np.int64),
        np.zeros((used * waiting, BITS), dtype=np.int64),
        floats(corners, 3),
        np.zeros((2, corners), dtype=np.int64),
        bits(corners),
        np.zeros((used * waiting, HEAD), dtype=np.int64),
        bits(used * waiting, words),
        floats(used * waiting, corners, t.dim + EXTRA),
        bits(used * waiting, corners),
        bits(used * waiting, corners, 2 * words),
        np.zeros(HEAD, dtype=np.int64),
        bits(words),
        bits(3, words),
        np.zeros(t.n_stages, dtype=np.int64),
        floats(2, corners, t.dim + EXTRA),
        bits(2, corners),
        bits(2, corners, 2 * words),
    )


def longer_polytopes(polytopes: Polytopes, waiting: int) -> Polytopes:
    """The same memory, in which more nodes can wait."""
    used = int(len(polytopes.heads) > 0)

    def longer(array: np.ndarray) -> np.ndarray:
        more = np.zeros((used * waiting, *array.shape[1:]), dtype=array.dtype)
        return np.concatenate([array, more])

    return polytopes._replace(
        heads=longer(polytopes.heads),
        open=longer(polytopes.open),
        held=longer(polytopes.held),
        held_walls=longer(polytopes.held_walls),
        ends=longer(polytopes.ends),
        signs=longer(polytopes.signs),
    )


class Polytope(NamedTuple):
    """The polytope of a node that waits elsewhere."""

    corners: np.ndarray
    ends: np.ndarray
    signs: np.ndarray
    open: np.ndarray
    walls: np.ndarray
    state: int


def polytope_of(polytopes: Polytopes, i: int) -> Polytope | None:
    """What is known of the polytope of node i."""
    if len(polytopes.heads) == 0 or polytopes.heads[i, STATE] == NOT_MADE:
        return None
    n, state = polytopes.heads[i, : STATE + 1].tolist()
    return Polytope(
        polytopes.held[i, :n].copy(),
        polytopes.ends[i, :n].copy(),
        polytopes.signs[i, :n].copy(),
        polytopes.open[i].copy(),
        polytopes.held_walls[i].copy(),
        state,
    )


def put_polytope(polytopes: Polytopes, i: int, polytope: Polytope | None) -> None:
    """Give node i a polytope; without one, it is made anew from the node's half-spaces."""
    polytopes.heads[i : i + 1] = 0
    if polytope is not None:
        n = len(polytope.corners)
        polytopes.heads[i, : STATE + 1] = n, polytope.state
        polytopes.held[i, :n], polytopes.ends[i, :n] = polytope.corners, polytope.ends
        polytopes.signs[i, :n], polytopes.open[i] = polytope.signs, polytope.open
        polytopes.held_walls[i] = polytope.walls
