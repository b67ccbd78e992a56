"""The shapes of all regions: floats where they leave no doubt, exact arithmetic elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from linreg.domains import Box
from linreg.errors import InvalidDomain
from linreg.readers import DomainLike, as_domain
from linreg.regions.polygons.branches import Branches
from linreg.regions.polygons.clipping import Shapes
from linreg.regions.polygons.exact_shapes import Shape, shape_of_box, shapes_within
from linreg.regions.polygons.float_shapes import proposed
from linreg.regions.polygons.frame import frame_of
from linreg.regions.polygons.ragged import next_in_ring
from linreg.regions.polygons.shape_arrays import bodies_of, in_floats, rings_of
from linreg.regions.polygons.values import Intervals, Polygons, Solids
from linreg.wording import counted

if TYPE_CHECKING:
    from linreg.regions.enumeration import Enumeration

HALF = 0.5

TILING = 1e-7
"""How far areas in floats may be from that of the frame, relative to it; beyond, all shapes are
made exactly."""


def polygons_of(regions: Enumeration, frame: DomainLike = None, *, exact: bool = False) -> Polygons:
    """The regions of two inputs as convex polygons, as far as a frame shows them.

    Parameters
    ----------
    regions : Enumeration
    frame : Box, "box:LO,HI" or [[lo, hi], ...], optional
        By default the one that `frame_of` finds.
    exact : bool
        Whether corners are fractions. Otherwise they are floats, near the exact ones by about
        1e-10 of the frame: regions about which floats leave a doubt are clipped exactly, and so
        are all of them if the floats do not tile the frame.

    Returns
    -------
    Polygons

    Raises
    ------
    ValueError
        If the network has not two inputs.
    InvalidDomain
        If the frame is no box of two inputs.

    Examples
    --------
    Two lines that cross in the middle of a square cut it into four:

    >>> from linreg import enumerate_regions, mlp
    >>> regions = enumerate_regions(mlp([([[1, 0], [0, 1]], [0, 0])]))
    >>> found = polygons_of(regions, Box([-1, -1], [1, 1]))
    >>> found.offsets.tolist(), found.areas.tolist()
    ([0, 4, 8, 12, 16], [1.0, 1.0, 1.0, 1.0])
    """
    frame = _framed(regions, frame, 2, "polygons")
    found, indices = _found(regions, frame, rings_of, exact)
    return Polygons(found.corners, found.offsets, indices, found.owners, frame)


def solids_of(regions: Enumeration, frame: DomainLike = None, *, exact: bool = False) -> Solids:
    """The regions of three inputs as convex polyhedra, as far as a frame shows them.

    Parameters
    ----------
    regions, frame, exact
        As for `polygons_of`.

    Returns
    -------
    Solids

    Raises
    ------
    ValueError, InvalidDomain
        As for `polygons_of`, of three inputs.

    Examples
    --------
    Three planes that cross in the middle of a cube cut it into eight:

    >>> from linreg import enumerate_regions, mlp
    >>> net = mlp([([[1, 0, 0], [0, 1, 0], [0, 0, 1]], [0, 0, 0])])
    >>> found = solids_of(enumerate_regions(net), Box([-1, -1, -1], [1, 1, 1]))
    >>> len(found), len(found.facets(0)), found.volumes.tolist()
    (8, 6, [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0])
    """
    frame = _framed(regions, frame, 3, "solids")
    found, indices = _found(regions, frame, bodies_of, exact)
    faces = found.faces
    owners = faces.owners[faces.offsets[:-1]]
    return Solids(faces.corners, faces.offsets, found.offsets, indices, owners, frame)


def intervals_of(
    regions: Enumeration, frame: DomainLike = None, *, exact: bool = False
) -> Intervals:
    """The regions of one input, as far as a frame shows them, from left to right.

    Parameters
    ----------
    regions, frame, exact
        As for `polygons_of`.

    Returns
    -------
    Intervals

    Raises
    ------
    ValueError, InvalidDomain
        As for `polygons_of`, of one input.

    Examples
    --------
    >>> from linreg import enumerate_regions, mlp
    >>> found = intervals_of(enumerate_regions(mlp([([[1]], [0])])), Box([-1], [2]))
    >>> found.ends.tolist(), found.owners.tolist()
    ([[-1.0, 0.0], [0.0, 2.0]], [[-2, 0], [0, -2]])
    """
    frame = _framed(regions, frame, 1, "intervals")
    # An interval is drawn as a rectangle of height 1.
    strip = Box([frame.lower[0], 0], [frame.upper[0], 1])
    found, indices = _found(regions, strip, rings_of, exact)
    corners, following = found.corners, next_in_ring(found.offsets)
    rise = corners[following, 1] - corners[:, 1]
    # Counterclockwise: one side goes down on the left, one up on the right.
    left, right = np.flatnonzero(rise < -HALF), np.flatnonzero(rise > HALF)
    ends = np.stack([corners[left, 0], corners[right, 0]], axis=1)
    owners = np.stack([found.owners[left], found.owners[right]], axis=1)
    order = np.argsort(ends[:, 0], kind="stable")
    return Intervals(ends[order], indices[order], owners[order], frame)


def _found(
    regions: Enumeration, frame: Box, pack: Callable[[Sequence[Shape]], Shapes], exact: bool
) -> tuple[Shapes, np.ndarray]:
    """The shapes that a frame shows, in order, and the indices of their regions."""
    tree = Branches.of(regions)
    if exact:
        return _exactly(tree, frame, pack, None)
    found = proposed(tree, frame, in_floats(pack([shape_of_box(frame)])))
    shapes, indices = found.shapes, found.regions
    if found.doubtful.any():
        more, others = _exactly(tree, frame, pack, found.doubtful)
        shapes = type(more).joined([shapes, in_floats(more)])
        indices = np.concatenate([indices, others])
    if tree.is_complete and abs(shapes.sizes.sum() - found.size) > TILING * found.size:
        shapes, indices = _exactly(tree, frame, pack, None)
        return in_floats(shapes), indices
    order = np.argsort(indices, kind="stable")
    return shapes.take(order), indices[order]


def _exactly(
    tree: Branches,
    frame: Box,
    pack: Callable[[Sequence[Shape]], Shapes],
    wanted: np.ndarray | None,
) -> tuple[Shapes, np.ndarray]:
    shapes, indices = [], []
    for index, shape in shapes_within(tree, frame, wanted):
        indices.append(index)
        shapes.append(shape)
    return pack(shapes), np.array(indices, dtype=np.int64)


def _framed(regions: Enumeration, frame: DomainLike, dim: int, what: str) -> Box:
    """The frame that is meant, for a network of so many inputs."""
    inputs = regions.problem.network.input_dim
    if inputs != dim:
        raise ValueError(
            f"{what} are those of {counted(dim, 'input')}, and the network has {inputs}; "
            "for a plane through the input space use slice_through"
        )
    if frame is None:
        return frame_of(regions)
    return checked_frame(frame, dim)


def checked_frame(frame: DomainLike, dim: int) -> Box:
    """The box of so many inputs that a frame stands for, in any of the forms of `as_domain`.

    Raises
    ------
    TypeError, ValueError, InvalidDomain
        If it is none.
    """
    if not isinstance(frame, Box):
        frame = as_domain(frame, dim, "frame")
    if not isinstance(frame, Box):
        raise ValueError(f"frame: a box was expected, got {type(frame).__name__}")
    if frame.dim != dim:
        raise InvalidDomain(
            f"frame: a box of {counted(dim, 'input')} was expected, got {frame.dim}"
        )
    return frame
