"""One region as a polygon, or its facets as polygons, exactly."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from linreg.domains import Box
from linreg.readers import DomainLike
from linreg.regions.facets import DOMAIN
from linreg.regions.polygons.exact_shapes import Shape, clipped, shape_of_box
from linreg.regions.polygons.measures import areas_of
from linreg.regions.polygons.shape_arrays import bodies_of, in_floats, rings_of
from linreg.regions.polygons.shapes import checked_frame
from linreg.wording import counted

if TYPE_CHECKING:
    from linreg.regions.region import Region


@dataclass(frozen=True, eq=False)
class Polygon:
    """A convex polygon, in the plane or in space.

    Attributes
    ----------
    exact_corners : object array of Fraction, shape (corners, inputs)
        In order: counterclockwise, in the plane from the least one on, and in space as seen from
        outside the region.
    corners : float64 array, shape (corners, inputs)
        The nearest float64 points.
    owners : int64 array, shape (corners,)
        The first unit that owns the edge from each corner to the next, or in space the facet; -1
        for the domain, and -2 for the frame, even where the domain ends there.

    Examples
    --------
    The triangle between the lines x = 0, y = 0 and x + y = 1:

    >>> from linreg import enumerate_regions, mlp
    >>> regions = enumerate_regions(mlp([([[1, 0], [0, 1], [1, 1]], [0, 0, -1])]))
    >>> triangle = regions[regions.locate([[0.25, 0.25]])[0]].polygon()
    >>> triangle.corners.tolist(), triangle.owners.tolist(), triangle.exact_area
    ([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]], [1, 2, 0], Fraction(1, 2))
    """

    exact_corners: np.ndarray  # (corners, inputs)
    corners: np.ndarray  # (corners, inputs)
    owners: np.ndarray  # (corners,)

    def __len__(self) -> int:
        """Number of corners."""
        return len(self.corners)

    @cached_property
    def exact_area(self) -> Fraction:
        """The area of a polygon in the plane, in square input units."""
        if not len(self):
            return Fraction(0)
        return Fraction(areas_of(self.exact_corners, np.array([0, len(self)]))[0])


def polygon_of(region: Region, clip: DomainLike = None) -> Polygon:
    """A region of two inputs as a polygon; see `Region.polygon`.

    Parameters
    ----------
    region : Region
    clip : Box, "box:LO,HI" or [[lo, hi], ...], optional
        What it is clipped to; needed if it is unbounded.

    Returns
    -------
    Polygon

    Raises
    ------
    ValueError
        If the region has another number of inputs, or is unbounded and there is no box.

    Examples
    --------
    A quadrant, clipped to a square:

    >>> from linreg import enumerate_regions, mlp
    >>> regions = enumerate_regions(mlp([([[1, 0], [0, 1]], [0, 0])]))
    >>> polygon_of(regions[3], "box:-1,1").corners.tolist()
    [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]
    """
    rings = rings_of([_shape(region, clip, 2)])
    places = range(len(rings.corners))
    first = min(places, key=lambda i: tuple(rings.corners[i]), default=0)
    order = [*places[first:], *places[:first]]
    return Polygon(rings.corners[order], in_floats(rings).corners[order], rings.owners[order])


def facet_polygons_of(region: Region, clip: DomainLike = None) -> tuple[Polygon, ...]:
    """The facets of a region of three inputs; see `Region.facet_polygons`.

    Parameters
    ----------
    region : Region
    clip : Box, "box:LO,HI" or [[lo, hi], ...], optional
        What it is clipped to; needed if it is unbounded.

    Returns
    -------
    tuple of Polygon

    Raises
    ------
    ValueError
        If the region has another number of inputs, or is unbounded and there is no box.

    Examples
    --------
    Half a cube has six facets:

    >>> from linreg import enumerate_regions, mlp
    >>> half = enumerate_regions(mlp([([[1, 0, 0]], [0])]))[0]
    >>> len(facet_polygons_of(half, "box:-1,1"))
    6
    """
    faces = bodies_of([_shape(region, clip, 3)]).faces
    floats = in_floats(faces).corners
    ranges = zip(faces.offsets[:-1].tolist(), faces.offsets[1:].tolist(), strict=True)
    return tuple(Polygon(faces.corners[i:j], floats[i:j], faces.owners[i:j]) for i, j in ranges)


def _shape(region: Region, clip: DomainLike, dim: int) -> Shape:
    """What of a region lies in a box, or all of a bounded one."""
    inputs = region.problem.network.input_dim
    if inputs != dim:
        what = "polygon" if dim == 2 else "polyhedron with facets that are polygons"
        raise ValueError(
            f"a region of {counted(dim, 'input')} is a {what}, and this one has {inputs}"
        )
    if clip is not None:
        frame = checked_frame(clip, dim)
    elif region.is_bounded:
        columns = region.exact_vertices.T
        frame = Box([min(column) - 1 for column in columns], [max(x) + 1 for x in columns])
    else:
        raise ValueError(
            "the region is unbounded, so its polygon has no end: give a box to clip it to, such as "
            f"clip=Box({[-1] * dim}, {[1] * dim})"
        )
    shape = shape_of_box(frame)
    boundary = region.boundary
    for row, changes in zip(boundary.rows, boundary.changes, strict=True):
        owner = changes[0][0] if changes else DOMAIN
        shape = clipped(shape, row, owner) if shape else shape
    return shape
