"""The memory of polyhedra: cells of three inputs, by their corners.

Each corner lies on three planes, so that three edges leave it: on the edge along which all but one
of its planes stay, there is one other corner. Where more planes meet in a point, several corners
are there, with edges between them. Space is a cube whose sides are at infinity; corners on these
are directions, and the others points, in homogeneous coordinates (x, y, z, w).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from linreg.kernel.data.frames import as_frame
from linreg.kernel.data.tables import Tables

MOST_CORNERS = 256
"""Corners of one cell; one that has more is left to exact arithmetic."""

SIDES = 6
"""Planes at infinity, which come first: number 2 k is where input k is least, 2 k + 1 greatest."""

EXPANSION = 192
"""Floats whose sum is a determinant of four planes."""

PLANE = np.dtype(
    [(name, "f8") for name in ("a", "b", "c", "d", "a_error", "b_error", "c_error", "d_error")]
)
"""The form a x + b y + c z + d w, positive inside."""

CORNER = np.dtype(
    [(name, "f8") for name in ("x", "y", "z", "w", "x_error", "y_error", "z_error", "w_error")]
    + [(name, "i8") for name in ("p", "q", "r", "past_p", "past_q", "past_r", "first")]
)
"""The planes p, q and r meet here, and `past_p` is the corner at the other end of the edge that
leaves p. `w` is 0 without an error where the corner is a direction, and else positive. `first` is
the first corner at the same point, whose coordinates are those of its own planes; others have a
copy of them."""


@as_frame
class Space(NamedTuple):
    """Polyhedra of the nodes on the path to a region, and their planes."""

    planes: np.ndarray  # (planes,) of PLANE, those of the path one after another
    counts: np.ndarray  # (nodes, 2): planes and corners
    held: np.ndarray  # (nodes, MOST_CORNERS) of CORNER
    at: np.ndarray  # (2, MOST_CORNERS) of CORNER: the current polyhedron, and one to work with
    signs: np.ndarray  # (MOST_CORNERS,)
    places: np.ndarray  # (MOST_CORNERS,) where corners are afterwards
    seams: np.ndarray  # (planes,) a new corner on each plane, or -1
    ends: np.ndarray  # (MOST_CORNERS, 2) the ends of the edge that a new corner is inside of, or -1
    rows: np.ndarray  # (4, 5) the numbers of planes whose determinant is asked for
    room: np.ndarray  # (EXPANSION,) for the sign of a determinant


def space_for(t: Tables) -> Space:
    """Empty memory."""
    most = 2 * len(t.units) + int((t.units["size"] * t.units["is_max"]).sum())
    planes = SIDES + len(t.halfspaces) + most + 1
    nodes = len(t.units) + 1
    return Space(
        np.zeros(planes, dtype=PLANE),
        np.zeros((nodes, 2), dtype=np.int64),
        np.zeros((nodes, MOST_CORNERS), dtype=CORNER),
        np.zeros((2, MOST_CORNERS), dtype=CORNER),
        np.zeros(MOST_CORNERS, dtype=np.int64),
        np.zeros(MOST_CORNERS, dtype=np.int64),
        np.full(planes, -1, dtype=np.int64),
        np.zeros((MOST_CORNERS, 2), dtype=np.int64),
        np.zeros((4, 5)),
        np.zeros(EXPANSION),
    )
