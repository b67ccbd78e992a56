"""The memory of polygons: cells of the plane, and of the line, by their generators.

A generator is a point or a direction in homogeneous coordinates (x, y, w): the point (x / w, y /
w), or the direction (x, y) where w is 0. Generators go round counterclockwise, and together they
span the cell: a line that is a whole edge has one more generator on it, and a half-plane one inside
its arc. An input of one dimension is the edge of a half-plane, and its cells are half-strips.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from linreg.kernel.data.frames import as_frame
from linreg.kernel.data.tables import Tables

Record = Any
"""An element of an array of records."""

MOST_GENERATORS = 64
"""Generators of one cell; one that has more is left to exact arithmetic."""

EXPANSION = 24
"""Floats whose sum is a determinant of three lines."""

GENERATOR = np.dtype(
    [
        ("x", "f8"),
        ("y", "f8"),
        ("w", "f8"),
        ("x_error", "f8"),
        ("y_error", "f8"),
        ("w_error", "f8"),
        ("size", "f8"),
        ("error", "f8"),
        ("kind", "i8"),
    ]
)
"""`size` bounds the 1-norm of the exact coordinates, `error` that of their errors.

`kind` has the flags TIGHT, CROSSING and WHOLE."""

LINE = np.dtype(
    [
        ("a", "f8"),
        ("b", "f8"),
        ("c", "f8"),
        ("a_error", "f8"),
        ("b_error", "f8"),
        ("c_error", "f8"),
        ("size", "f8"),
        ("error", "f8"),
        ("integer", "i8"),
        ("direction", "i8"),
        ("same", "i8"),
        ("halfspace", "i8"),
    ]
)
"""The form a x + b y + c w. `size` bounds |a| + |b| + |c|, and `error` what an exact generator of
size 1 can lose to errors and rounding. Lines with the same `direction` are parallel, and lines with
the same `same` are multiples of each other, exactly; -1 says nothing. `integer` is the flag of a
form. `halfspace` is the number of an edge's half-space, or -1."""

GENERATORS, PROVED, OPEN, SURE, HEAD = range(5)
"""Places in a polygon's integers: its generators, 0 if it must be made from the cell's half-spaces;
whether the cell is proved not to be empty; how many forms of the stage are open, -1 if all that are
not decided; whether the next split is proved."""


@as_frame
class Plane(NamedTuple):
    """Polygons of the nodes that wait, and the lines of the current path."""

    lines: np.ndarray  # (forms,) of LINE
    drawn: np.ndarray  # (stages,) whether lines are in place, of whatever cell
    directions: np.ndarray  # (rows,)
    same: np.ndarray  # (rows,)
    out_directions: np.ndarray  # (outputs,)
    out_same: np.ndarray  # (outputs,)
    heads: np.ndarray  # (waiting, HEAD)
    generators: np.ndarray  # (waiting, MOST_GENERATORS) of GENERATOR
    edges: np.ndarray  # (waiting, MOST_GENERATORS) of LINE: from a generator to the next
    open: np.ndarray  # (waiting, forms of a stage)
    head: np.ndarray  # (HEAD,)
    at: np.ndarray  # (3, MOST_GENERATORS) of GENERATOR: the current polygon, and two to work with
    along: np.ndarray  # (3, MOST_GENERATORS) of LINE
    cutting: np.ndarray  # (forms of a stage,)
    signs: np.ndarray  # (MOST_GENERATORS,)
    line: np.ndarray  # (2,) of LINE
    room: np.ndarray  # (EXPANSION,) for the sign of a determinant


def plane_for(t: Tables, waiting: int, forms: int) -> Plane:
    """Empty memory, of no size unless there are at most two inputs.

    Parameters
    ----------
    t : Tables
    waiting : int
        Nodes that can wait.
    forms : int
        Forms of one stage, at most.
    """
    used = int(t.dim <= 2)
    rows, generators, forms = used * len(t.rows), used * MOST_GENERATORS, used * forms

    def ints(*shape: int) -> np.ndarray:
        return np.zeros(shape, dtype=np.int64)

    return Plane(
        np.zeros(used * len(t.forms), dtype=LINE),
        ints(t.n_stages),
        ints(rows),
        ints(rows),
        ints(used * len(t.outs)),
        ints(used * len(t.outs)),
        ints(used * waiting, HEAD),
        np.zeros((used * waiting, generators), dtype=GENERATOR),
        np.zeros((used * waiting, generators), dtype=LINE),
        ints(used * waiting, forms),
        ints(HEAD),
        np.zeros((3, generators), dtype=GENERATOR),
        np.zeros((3, generators), dtype=LINE),
        ints(forms),
        ints(generators),
        np.zeros(2, dtype=LINE),
        np.zeros(EXPANSION),
    )


def longer_plane(plane: Plane, waiting: int) -> Plane:
    """The same memory, in which more nodes can wait."""
    used = int(len(plane.heads) > 0)

    def longer(array: np.ndarray) -> np.ndarray:
        return np.vstack([array, np.zeros_like(array, shape=(used * waiting, array.shape[1]))])

    return plane._replace(
        heads=longer(plane.heads),
        generators=longer(plane.generators),
        edges=longer(plane.edges),
        open=longer(plane.open),
    )


class Polygon(NamedTuple):
    """The polygon of a node that waits elsewhere."""

    generators: np.ndarray
    edges: np.ndarray
    proved: int


def polygon_of(plane: Plane, i: int) -> Polygon | None:
    """The polygon of node i, if it has one."""
    if len(plane.heads) == 0 or plane.heads[i, GENERATORS] <= 0:
        return None
    n = int(plane.heads[i, GENERATORS])
    generators, edges = plane.generators[i, :n].copy(), plane.edges[i, :n].copy()
    return Polygon(generators, edges, int(plane.heads[i, PROVED]))


def put_polygon(plane: Plane, i: int, polygon: Polygon | None) -> None:
    """Give node i a polygon; without one, it is made anew from the node's half-spaces."""
    plane.heads[i : i + 1] = 0
    if polygon is not None:
        n = len(polygon.generators)
        plane.heads[i, GENERATORS], plane.heads[i, OPEN] = n, -1
        plane.heads[i, PROVED] = polygon.proved
        plane.generators[i, :n], plane.edges[i, :n] = polygon.generators, polygon.edges
