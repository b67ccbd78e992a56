"""One region: its pattern and witness, and what follows from them exactly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
from flint import fmpq

from linreg.affine import AffineMap, ExactAffineMap
from linreg.arguments import point
from linreg.domains import Halfspaces
from linreg.network.stages import table
from linreg.polyhedra import Point
from linreg.polyhedra import measures as geometry
from linreg.polyhedra.polyhedron import Polyhedron
from linreg.polyhedra.sampling import Seed, sample
from linreg.problem import Problem
from linreg.problem.region_rows import Boundaries, Boundary
from linreg.rational import fraction, nearest_float, rational
from linreg.readers import DomainLike
from linreg.regions.convex import ConvexRegion, convex_region
from linreg.regions.facets import DOMAIN, Facet, facets_of
from linreg.regions.polygons.one_region import Polygon, facet_polygons_of, polygon_of
from linreg.regions.polygons.svg import picture_of
from linreg.regions.representations import html_of_region, line_of_region
from linreg.units import MaxUnit, Unit


@dataclass(frozen=True, eq=False)
class Region:
    """A full-dimensional activation region: a pattern and a point strictly inside.

    Rows and maps are derived from the pattern when asked for, exactly, and never stored. Regions of
    one pattern, network and domain are equal.

    Attributes
    ----------
    problem : Problem
    index : int
        The place among all regions, sorted by pattern.
    pattern : integer array, shape (units,)
        The piece of every unit.
    witness : float64 array, shape (inputs,)
        Nearest to the exact witness; in a region thinner than the float grid it can lie outside.
    exact_witness : tuple of Fraction
        Strictly inside.

    Examples
    --------
    >>> from linreg import enumerate_regions, mlp
    >>> size = mlp([([[1], [-1]], [0, 0])], readout=([[1, 1]], [0]))  # |x|
    >>> left, right = enumerate_regions(size)
    >>> right.pattern.tolist(), right.exact_affine_map([5]), right.is_bounded
    ([1, 0], [Fraction(5, 1)], False)
    """

    problem: Problem
    index: int
    pattern: np.ndarray  # (units,)
    witness: np.ndarray  # (inputs,)
    exact_witness: tuple[Fraction, ...]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Region):
            return NotImplemented
        return self.problem.key == other.problem.key and np.array_equal(self.pattern, other.pattern)

    def __hash__(self) -> int:
        return hash((self.problem.key, self.pattern.tobytes()))

    def __repr__(self) -> str:
        return line_of_region(self)

    def _repr_html_(self) -> str:
        return html_of_region(self)

    def _repr_svg_(self) -> str | None:
        return picture_of(self)

    @cached_property
    def exact_affine_map(self) -> ExactAffineMap:
        """The network's output as a function of its input on the region."""
        return self._maps[-1]

    @property
    def affine_map(self) -> AffineMap:
        """The network's output on the region, each entry rounded to the nearest float64."""
        return self.exact_affine_map.rounded()

    @cached_property
    def exact_halfspaces(self) -> Halfspaces:
        """The rows that define the region, as object arrays of Fraction.

        Every breakpoint next to a unit's piece, every candidate that a max unit's winner beats, and
        the domain's rows (owner -1). Redundant rows are evidence about their owners too.
        """
        dim = self.problem.network.input_dim
        normals = np.empty((len(self._forms), dim), dtype=object)
        offsets = np.empty(len(self._forms), dtype=object)
        for i, (_, row) in enumerate(self._forms):
            normals[i] = [fraction(-entry) for entry in row[:-1]]
            offsets[i] = fraction(row[-1])
        owners = np.array([owner for owner, _ in self._forms], dtype=np.int64)
        return Halfspaces(normals, offsets, owners)

    @cached_property
    def halfspaces(self) -> Halfspaces:
        """The rows that define the region, each number rounded to the nearest float64.

        Numbers beyond all floats become infinite; `exact_halfspaces` holds them as they are.
        """
        exact = self.exact_halfspaces
        normals = [[_float(entry) for entry in normal] for normal in exact.normals]
        return Halfspaces(
            np.array(normals).reshape(exact.normals.shape),
            np.array([_float(offset) for offset in exact.offsets]),
            exact.owners,
        )

    @cached_property
    def boundary(self) -> Boundary:
        """The distinct rows of the region, as integers, and what changes across each."""
        return Boundaries(self.problem).of(self.pattern.tolist())

    @property
    def margin(self) -> float:
        """Distance from the witness to the nearest row; Euclidean, in input units.

        Infinite if no row bounds the region.
        """
        return self.boundary.margin(self.polyhedron.inside)

    @cached_property
    def polyhedron(self) -> Polyhedron:
        """The distinct rows and the witness in integers: what its geometry follows from."""
        inside = Point.of_rationals([rational(x) for x in self.exact_witness])
        return Polyhedron(self.boundary.rows, inside)

    @property
    def is_bounded(self) -> bool:
        """Whether the region is bounded, decided exactly."""
        return self.polyhedron.is_bounded

    @cached_property
    def facets(self) -> tuple[Facet, ...]:
        """The facets, by the first unit that owns each; none can be left out.

        Each has an exact outward normal and offset, an exact point inside it, and all units whose
        row it is (-1 for the domain).
        """
        return facets_of(self.polyhedron, self.boundary)

    @cached_property
    def recession(self) -> geometry.RecessionCone:
        """The recession cone by its generators: lines, and extreme rays; none if bounded.

        Raises
        ------
        ValueError
            If the region is unbounded and the inputs are more than 6.
        """
        return geometry.recession_of(self.polyhedron)

    @cached_property
    def vertices(self) -> np.ndarray:
        """The float64 points nearest to `exact_vertices`, in their order; (vertices, inputs).

        Raises
        ------
        ValueError
            If the inputs are more than 6.
        """
        return geometry.vertices_of(self.polyhedron)

    @cached_property
    def exact_vertices(self) -> np.ndarray:
        """The vertices, sorted; object array of Fraction, shape (vertices, inputs).

        A region that holds a line has none: see `recession`.

        Raises
        ------
        ValueError
            If the inputs are more than 6.
        """
        return geometry.exact_vertices_of(self.polyhedron)

    @property
    def volume(self) -> float:
        """The float64 nearest to the volume, in input units to the power of their number.

        Infinite if the region is unbounded.

        Raises
        ------
        ValueError
            If the region is bounded and the inputs are more than 6.
        """
        return geometry.volume_of(self.polyhedron)

    @cached_property
    def exact_volume(self) -> Fraction:
        """The volume of a bounded region, in input units to the power of their number.

        Raises
        ------
        ValueError
            If the region is unbounded or the inputs are more than 6.
        """
        return geometry.exact_volume_of(self.polyhedron)

    def chebyshev(self) -> geometry.LargestBall:
        """Centre and radius of a largest ball, from an exact linear program, then rounded.

        Euclidean, in input units. If there are balls of any size the radius is infinite and the
        centre is the witness.
        """
        return geometry.chebyshev_ball(self.polyhedron)

    def bounding_box(self) -> geometry.Extent:
        """Lower and upper bounds of each input on the region; float64 arrays, shape (inputs,).

        Nearest to the exact bounds, and infinite exactly where there are none.
        """
        return geometry.extent_of(self.polyhedron)

    def sample(self, n: int, seed: Seed = None) -> np.ndarray:
        """Random points of a bounded region, each strictly inside, which is decided exactly.

        Up to 6 inputs, points are uniform and independent, apart from rounding to float64: a
        simplex of a triangulation by its share of the volume, then uniform weights. Beyond, each
        is the end of a random walk of its own (hit-and-run) of 10 * inputs^2 steps from the centre
        of a largest ball: independent, and close to uniform unless the region is far longer in
        some directions, other than along the axes, than in others.

        Parameters
        ----------
        n : int
            Number of points.
        seed : int, numpy SeedSequence or Generator, optional
            The same seed gives the same points; without one they differ each time.

        Returns
        -------
        float64 array, shape (points, inputs)

        Raises
        ------
        ValueError
            If the region is unbounded or n negative.
        UnsolvedError
            If the region is so thin that none of many points, once rounded, is inside.

        Source
        ------
        Smith (1984), "Efficient Monte Carlo procedures for generating points uniformly
        distributed over bounded regions", for the random walk.

        Examples
        --------
        >>> from linreg import Box, enumerate_regions, mlp
        >>> region = enumerate_regions(mlp([([[1]], [0])]), Box([-1], [1]))[1]
        >>> points = region.sample(3, seed=0)
        >>> points.shape, all(region.contains(x) for x in points)
        ((3, 1), True)
        """
        return sample(self.polyhedron, n, seed)

    def polygon(self, clip: DomainLike = None) -> Polygon:
        """The region of a network of two inputs as a polygon: exact corners, in order.

        Parameters
        ----------
        clip : Box, "box:LO,HI" or [[lo, hi], ...], optional
            What of the region is wanted; without it the region has to be bounded. Nothing is left
            of a region that does not meet the box.

        Returns
        -------
        Polygon
            Its corners counterclockwise, in input units.

        Raises
        ------
        ValueError
            If the inputs are not two, or the region is unbounded and nothing clips it.

        Examples
        --------
        >>> from linreg import Box, enumerate_regions, mlp
        >>> region = enumerate_regions(mlp([([[1, 0], [0, 1]], [0, 0])]))[3]
        >>> region.polygon(Box([-1, -1], [2, 1])).corners.tolist()
        [[0.0, 0.0], [2.0, 0.0], [2.0, 1.0], [0.0, 1.0]]
        """
        return polygon_of(self, clip)

    def facet_polygons(self, clip: DomainLike = None) -> tuple[Polygon, ...]:
        """The facets of a region of three inputs as polygons in space; see `polygon`.

        Parameters
        ----------
        clip : Box, "box:LO,HI" or [[lo, hi], ...], optional
            As for `polygon`, a box of three inputs.

        Returns
        -------
        tuple of Polygon
            One for each facet, its corners counterclockwise as seen from outside.

        Examples
        --------
        Half of a cube has six facets, of which the unit owns one:

        >>> from linreg import Box, enumerate_regions, mlp
        >>> left, _ = enumerate_regions(mlp([([[1, 0, 0]], [0])]), Box([-1, -1, -1], [1, 1, 1]))
        >>> facets = left.facet_polygons()
        >>> len(facets), facets[0].owners.tolist(), facets[0].corners[:, 0].tolist()
        (6, [0, 0, 0, 0], [0.0, 0.0, 0.0, 0.0])
        """
        return facet_polygons_of(self, clip)

    def cvxpy(self) -> ConvexRegion:
        """The closed region as constraints for cvxpy, on a `variable` of its own.

        `constraints` hold the point in the region; `normals` and `offsets` are the same rows,
        scaled to length 1, for questions about sets: a largest ellipsoid, for one.
        """
        return convex_region(self.boundary.rows, self.problem.network.input_dim)

    def contains(self, x: Sequence[Fraction | float | int]) -> bool:
        """Whether a point lies strictly inside, decided exactly; floats mean what they are.

        Parameters
        ----------
        x : sequence of numbers, shape (inputs,)
            Floats mean the float64 they are.

        Returns
        -------
        bool

        Raises
        ------
        ValueError, TypeError
            If `x` is of another shape, or a number is not finite.

        Examples
        --------
        >>> from linreg import enumerate_regions, mlp
        >>> right = enumerate_regions(mlp([([[1]], [0])]))[1]
        >>> right.contains([1e-300]), right.contains([0])
        (True, False)
        """
        at = [*point(x, self.problem.network.input_dim), fmpq(1)]
        return all(
            sum((a * b for a, b in zip(row, at, strict=True)), fmpq(0)) > 0
            for _, row in self._forms
        )

    @cached_property
    def _maps(self) -> list[ExactAffineMap]:
        return list(self.problem.network.maps_on(self.pattern.tolist()))

    @cached_property
    def _forms(self) -> list[tuple[int, list[fmpq]]]:
        """Owner and affine form, positive inside, of every row that is not constant."""
        forms: list[tuple[int, list[fmpq]]] = []
        owner = 0
        for stage, map_ in zip(self.problem.network.stages, self._maps, strict=False):
            rows = map_.rows.table()
            for unit, start in zip(stage.units, stage.starts, strict=False):
                piece = int(self.pattern[owner])
                own = _unit_forms(unit, piece, rows[start : start + unit.n_inputs])
                forms += [(owner, form) for form in own if any(form[:-1])]
                owner += 1
        for row in self.problem.domain.rows():
            if any(row[:-1]):
                forms.append((DOMAIN, [rational(entry) for entry in row]))
        return forms


def _unit_forms(unit: Unit, piece: int, rows: Sequence[list[fmpq]]) -> list[list[fmpq]]:
    """The forms that are positive where a unit is on its piece."""
    if isinstance(unit, MaxUnit):
        return [
            [a - b for a, b in zip(rows[piece], rival, strict=True)]
            for i, rival in enumerate(rows)
            if i != piece
        ]
    (row,) = rows
    breakpoints = table(unit)[0]
    forms = []
    if piece > 0:
        forms.append([*row[:-1], row[-1] - breakpoints[piece - 1]])
    if piece < len(breakpoints):
        forms.append([*(-entry for entry in row[:-1]), breakpoints[piece] - row[-1]])
    return forms


def _float(number: Fraction) -> float:
    return nearest_float(number.numerator, number.denominator)
