"""Polygons, polyhedra and intervals of the regions that a frame shows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from linreg.arguments import numbered
from linreg.domains import Box
from linreg.regions.polygons.measures import areas_of, volumes_of
from linreg.regions.polygons.ragged import labels_of, members_of, offsets_of
from linreg.wording import counted


@dataclass(frozen=True, eq=False)
class Polygons:
    """The regions that a frame shows, as convex polygons: a ragged array of corners.

    Attributes
    ----------
    corners : float64 array, or object array of Fraction if exact, shape (corners, 2)
        Counterclockwise round each polygon, in input units.
    offsets : int64 array, shape (polygons + 1,)
        Polygon k has the corners from offsets[k] to offsets[k + 1].
    regions : int64 array, shape (polygons,)
        The index of each polygon's region, increasing.
    owners : int64 array, shape (corners,)
        The first unit that owns the edge from each corner to the next; -1 for the domain, and -2
        for the frame, even where the domain ends there.
    frame : Box

    Examples
    --------
    Two lines cut a square into four; the first of them has the unit 0 on its right and the unit 1
    above:

    >>> from linreg import enumerate_regions, mlp
    >>> regions = enumerate_regions(mlp([([[1, 0], [0, 1]], [0, 0])]))
    >>> found = regions.polygons("box:-1,1")
    >>> len(found), found[0].tolist(), found.owners[:4].tolist(), found.areas.tolist()
    (4, [[-1.0, -1.0], [0.0, -1.0], [0.0, 0.0], [-1.0, 0.0]], [-2, 0, 1, -2], [1.0, 1.0, 1.0, 1.0])
    """

    corners: np.ndarray  # (corners, 2)
    offsets: np.ndarray  # (polygons + 1,)
    regions: np.ndarray  # (polygons,)
    owners: np.ndarray  # (corners,)
    frame: Box

    def __repr__(self) -> str:
        return (
            f"<Polygons: {counted(len(self), 'polygon')}, {counted(len(self.corners), 'corner')}>"
        )

    def __len__(self) -> int:
        """Number of polygons."""
        return len(self.regions)

    def __getitem__(self, index: int) -> np.ndarray:
        """The corners of one polygon, shape (corners, 2)."""
        at = numbered(index, len(self), "index", "polygons")
        return self.corners[self.offsets[at] : self.offsets[at + 1]]

    @cached_property
    def areas(self) -> np.ndarray:
        """The area of each polygon, in square input units; Fractions if the corners are exact."""
        return areas_of(self.corners, self.offsets)

    @cached_property
    def labels(self) -> np.ndarray:
        """The polygon that each corner belongs to; int64, shape (corners,)."""
        return labels_of(self.offsets)

    def take(self, chosen: np.ndarray) -> Polygons:
        """Some of the polygons, by their places here.

        Parameters
        ----------
        chosen : int64 array, shape (chosen,)

        Returns
        -------
        Polygons
            In the order in which they are chosen.

        Examples
        --------
        Those of a square's four quarters that lie to the right:

        >>> from linreg import enumerate_regions, mlp
        >>> regions = enumerate_regions(mlp([([[1, 0], [0, 1]], [0, 0])]))
        >>> found = regions.polygons("box:-1,1")
        >>> found.take(np.array([2, 3])).regions.tolist()
        [2, 3]
        """
        places = members_of(self.offsets, chosen)
        counts = self.offsets[chosen + 1] - self.offsets[chosen]
        return Polygons(
            self.corners[places],
            offsets_of(counts),
            self.regions[chosen],
            self.owners[places],
            self.frame,
        )


@dataclass(frozen=True, eq=False)
class Solids:
    """The regions of three inputs that a frame shows, as convex polyhedra: their facets.

    Attributes
    ----------
    corners : float64 array, or object array of Fraction if exact, shape (corners, 3)
        Counterclockwise round each facet as seen from outside, in input units.
    face_offsets : int64 array, shape (facets + 1,)
        Facet k has the corners from face_offsets[k] to face_offsets[k + 1].
    offsets : int64 array, shape (solids + 1,)
        Solid k has the facets from offsets[k] to offsets[k + 1].
    regions : int64 array, shape (solids,)
        The index of each solid's region, increasing.
    owners : int64 array, shape (facets,)
        The first unit that owns each facet; -1 for the domain, and -2 for the frame, even where
        the domain ends there.
    frame : Box

    Examples
    --------
    A plane cuts a cube into two, and owns one of the six facets of each:

    >>> from linreg import enumerate_regions, mlp
    >>> regions = enumerate_regions(mlp([([[1, 0, 0]], [0])]))
    >>> found = regions.solids("box:-1,1")
    >>> found.volumes.tolist(), sorted(found.owners.tolist())
    ([4.0, 4.0], [-2, -2, -2, -2, -2, -2, -2, -2, -2, -2, 0, 0])
    """

    corners: np.ndarray  # (corners, 3)
    face_offsets: np.ndarray  # (facets + 1,)
    offsets: np.ndarray  # (solids + 1,)
    regions: np.ndarray  # (solids,)
    owners: np.ndarray  # (facets,)
    frame: Box

    def __repr__(self) -> str:
        return f"<Solids: {counted(len(self), 'solid')}, {counted(len(self.owners), 'facet')}>"

    def __len__(self) -> int:
        """Number of solids."""
        return len(self.regions)

    def facets(self, index: int) -> list[np.ndarray]:
        """The facets of one solid, each by its corners.

        Parameters
        ----------
        index : int
            Of the solid, from 0.

        Returns
        -------
        list of float64 array, or object array of Fraction if exact, shape (corners, 3) each

        Raises
        ------
        NoSuchIndex
            If there is no solid of that number.

        Examples
        --------
        Half a cube has six facets with four corners each:

        >>> from linreg import enumerate_regions, mlp
        >>> regions = enumerate_regions(mlp([([[1, 0, 0]], [0])]))
        >>> found = regions.solids("box:-1,1")
        >>> [len(corners) for corners in found.facets(0)]
        [4, 4, 4, 4, 4, 4]
        """
        at = numbered(index, len(self), "index", "solids")
        ends = self.face_offsets
        return [
            self.corners[ends[k] : ends[k + 1]]
            for k in range(self.offsets[at], self.offsets[at + 1])
        ]

    @cached_property
    def volumes(self) -> np.ndarray:
        """The volume of each solid, in cubic input units; Fractions if the corners are exact."""
        return volumes_of(self.corners, self.face_offsets, self.offsets)


class Intervals(NamedTuple):
    """The regions of one input that a frame shows.

    Attributes
    ----------
    ends : float64 array, or object array of Fraction if exact, shape (intervals, 2)
        In input units, from left to right.
    regions : int64 array, shape (intervals,)
        The index of each interval's region.
    owners : int64 array, shape (intervals, 2)
        The first unit that owns each end; -1 for the domain, and -2 for the frame, even where
        the domain ends there.
    frame : Box

    Examples
    --------
    >>> from linreg import enumerate_regions, mlp
    >>> from linreg.regions.polygons import intervals_of
    >>> found = intervals_of(enumerate_regions(mlp([([[1]], [0])])), "box:-1,2")
    >>> found.ends.tolist(), found.regions.tolist(), found.owners.tolist()
    ([[-1.0, 0.0], [0.0, 2.0]], [0, 1], [[-2, 0], [0, -2]])
    """

    ends: np.ndarray
    regions: np.ndarray
    owners: np.ndarray
    frame: Box
