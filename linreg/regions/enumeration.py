"""All regions of a network, sorted by pattern."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, overload

import numpy as np
from numpy.typing import ArrayLike

from linreg.arguments import listed, numbered
from linreg.arguments import pattern as pieces_of
from linreg.errors import IncompleteError
from linreg.polyhedra import Point
from linreg.problem import Problem
from linreg.problem.region_rows import Boundaries
from linreg.progress import Progress
from linreg.readers import DomainLike, NetworkLike
from linreg.regions.affine_maps import AffineMaps, affine_maps_of
from linreg.regions.convex import Minima, Objective, minimise
from linreg.regions.location import NOWHERE, Locator, Points
from linreg.regions.margins import Reach
from linreg.regions.outlines import Outlines, outlines_of
from linreg.regions.polygons import Polygons, Solids, polygons_of, solids_of
from linreg.regions.region import Region
from linreg.regions.representations import frame_of_regions, html_of_regions, line_of_regions
from linreg.regions.sources import InMemory, Source
from linreg.run import Columns, Count, CountProgress, Options, carrying, posed, run
from linreg.run.keys import order_of


@dataclass(frozen=True, eq=False)
class Enumeration(Sequence[Region]):
    """The activation regions of a network on a domain, sorted by pattern.

    Attributes
    ----------
    problem : Problem
    source : Source
        What holds the regions.
    counted : Count
        What the run said of itself; `counted.complete` is False if regions may be missing.

    Examples
    --------
    >>> from linreg import mlp
    >>> regions = enumerate_regions(mlp([([[1, 0], [0, 1]], [0, 0])]))
    >>> len(regions), regions.patterns[-1].tolist(), regions[-1].contains([1, 1])
    (4, [1, 1], True)
    """

    problem: Problem
    source: Source
    counted: Count

    @property
    def patterns(self) -> np.ndarray:
        """The piece of every unit; uint8 or uint16, shape (regions, units)."""
        return self.source.patterns

    @property
    def witnesses(self) -> np.ndarray:
        """Points nearest to the exact witnesses; float64, shape (regions, inputs)."""
        return self.source.witnesses

    @property
    def exact(self) -> Mapping[int, tuple[Fraction, ...]]:
        """Exact witnesses of the regions whose float64 witness differs from it, by index."""
        return self.source.exact

    def __len__(self) -> int:
        return self.source.n_regions

    @overload
    def __getitem__(self, index: int) -> Region: ...

    @overload
    def __getitem__(self, index: slice) -> list[Region]: ...

    def __getitem__(self, index: int | slice) -> Region | list[Region]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        place = listed(index, len(self), "regions")
        rows, row = self.source.at(place)
        exact = rows.exact_witness(row)
        return Region(self.problem, place, rows.patterns[row], rows.witnesses[row], exact)

    def __repr__(self) -> str:
        return line_of_regions(self)

    def _repr_html_(self) -> str:
        return html_of_regions(self)

    def to_pandas(self) -> Any:
        """All regions as a pandas data frame; pandas has to be installed.

        It has a row for each region, with `pattern`, `witness` and, where that differs from it,
        `exact_witness`.
        """
        return frame_of_regions(self)

    @property
    def affine_maps(self) -> AffineMaps:
        """The network's affine maps on all regions, composed in float64, all at once.

        `matrices` has shape (regions, outputs, inputs) and `shifts` (regions, outputs).
        `region.affine_map` is nearest to the exact map, and takes longer.
        """
        return affine_maps_of(self)

    def __iter__(self) -> Iterator[Region]:
        return (self[i] for i in range(len(self)))

    def __contains__(self, region: object) -> bool:
        return (
            isinstance(region, Region)
            and region.problem.key == self.problem.key
            and self.find(region.pattern) >= 0
        )

    def exact_witness(self, index: int) -> tuple[Fraction, ...]:
        """A rational point strictly inside a region.

        Parameters
        ----------
        index : int
            From 0.

        Returns
        -------
        tuple of Fraction, length inputs

        Raises
        ------
        NoSuchIndex
            If there is no region of that number; they are counted from 0.

        Examples
        --------
        >>> from linreg import enumerate_regions, mlp
        >>> regions = enumerate_regions(mlp([([[1], [-1]], [0, 0])]))
        >>> regions.patterns[1].tolist(), regions.exact_witness(1)[0] > 0
        ([1, 0], True)
        """
        rows, row = self.source.at(numbered(index, len(self), "index", "regions"))
        return rows.exact_witness(row)

    def point(self, index: int) -> Point:
        """The exact witness in integer coordinates; the errors are those of `exact_witness`.

        Parameters
        ----------
        index : int
            From 0.

        Returns
        -------
        Point

        Examples
        --------
        >>> from linreg import enumerate_regions, mlp
        >>> regions = enumerate_regions(mlp([([[1], [-1]], [0, 0])]))
        >>> regions.point(1).fractions == regions.exact_witness(1)
        True
        """
        rows, row = self.source.at(numbered(index, len(self), "index", "regions"))
        return rows.point(row)

    @property
    def margins(self) -> np.ndarray:
        """Distance from each exact witness to its region's nearest row; float64, shape (regions,).

        Euclidean, in input units; infinite where no row bounds the region.
        """
        return self._reach.margins

    @property
    def bounded(self) -> np.ndarray:
        """Whether each region is bounded, decided exactly; bool, shape (regions,)."""
        return self._reach.bounded

    def measure(self, progress: Callable[[Progress], None] | None = None) -> None:
        """Work out `margins` and `bounded` now, in one pass; they are kept.

        Parameters
        ----------
        progress : callable, optional
            Called now and then with a `Progress` of regions.

        Examples
        --------
        >>> from linreg import enumerate_regions, mlp
        >>> regions = enumerate_regions(mlp([([[1], [-1]], [0, 0])]))
        >>> regions.measure()
        >>> regions.bounded.tolist()
        [False, False]
        """
        self._reach.measure(progress)

    def minimise(
        self,
        objective: Objective,
        *,
        progress: Callable[[Progress], None] | None = None,
        solver: str | None = None,
    ) -> Minima:
        """The least value of a convex function on each closed region, found by cvxpy.

        Parameters
        ----------
        objective : callable
            Takes the input as a cvxpy variable of shape (inputs,) and returns a convex expression
            with one value.
        progress : callable, optional
            Called with a `Progress` of regions.
        solver : str, optional
            The name of a solver that cvxpy knows; by default Clarabel, an interior-point method.

        Returns
        -------
        Minima
            `values`, `points` and the index `best`, in floats and up to the solver's tolerance.

        Raises
        ------
        ValueError
            If the objective is not a convex function with one value, as far as cvxpy can tell.
        UnsolvedError
            If the solver ends without an answer on some region.

        Examples
        --------
        The nearest points to (3, -4) in the four quadrants are at these squared distances:

        >>> from linreg import mlp
        >>> regions = enumerate_regions(mlp([([[1, 0], [0, 1]], [0, 0])]))
        >>> found = regions.minimise(lambda x: (x[0] - 3) ** 2 + (x[1] + 4) ** 2)
        >>> regions.patterns[found.best].tolist(), found.values.round(6).tolist()
        ([1, 0], [9.0, 25.0, 0.0, 16.0])
        """
        boundaries = Boundaries(self.problem)
        return minimise(
            (boundaries.of(pattern).rows for pattern in self.patterns.tolist()),
            len(self),
            self.problem.network.input_dim,
            objective,
            progress=progress,
            solver=solver,
        )

    def find(self, pattern: Sequence[int] | np.ndarray) -> int:
        """The index of the region with a pattern; -1 if no region has it.

        As -1 also stands for the last region of a list, ask before it is used as an index.

        Parameters
        ----------
        pattern : sequence of int, length units
            The piece of every unit.

        Returns
        -------
        int
            From 0, or -1.

        Raises
        ------
        ValueError, TypeError
            If the pattern has not an integer for each unit.

        Examples
        --------
        >>> from linreg import enumerate_regions, mlp
        >>> regions = enumerate_regions(mlp([([[1], [-1]], [0, 0])]))
        >>> regions.find([1, 0]), regions.find([1, 1])
        (1, -1)
        """
        return self.source.find(pieces_of(pattern, len(self.problem.network.units)))

    def locate(self, x: ArrayLike) -> np.ndarray:
        """The index of the region that each point lies in, decided exactly; int64, shape (points,).

        It is -1 for points outside the domain and for points exactly on a region's boundary. A
        float means the float64 that it is; fractions and strings such as "1/3" are not rounded.

        Parameters
        ----------
        x : array-like of numbers, shape (points, inputs)

        Returns
        -------
        int64 array, shape (points,)

        Raises
        ------
        ValueError
            If the shape is another, or a number is not finite; the message names the row.
        IncompleteError
            If the run was stopped early: a point may lie in a region that was not found.

        Examples
        --------
        >>> from linreg import mlp
        >>> regions = enumerate_regions(mlp([([[1, 0], [0, 1]], [0, 0])]))
        >>> regions.locate([[-1, 2], [3, 1e-300], [3, 0]])
        array([ 1,  3, -1])
        """
        if not self.counted.complete:
            raise IncompleteError(
                "the run was stopped early, so a point may lie in a region that was not found; "
                "enumerate all regions to locate points"
            )
        return self._locator.locate(Points.of(x, self.problem.network.input_dim)).regions

    def route(self, x: ArrayLike) -> np.ndarray:
        """How many of a data set's rows lie in each region; int64, shape (regions,).

        Rows outside the domain or exactly on a boundary are not counted. The arguments and errors
        are those of `locate`.

        Parameters
        ----------
        x : array-like of numbers, shape (points, inputs)

        Returns
        -------
        int64 array, shape (regions,)

        Examples
        --------
        >>> from linreg import mlp
        >>> enumerate_regions(mlp([([[1]], [0])])).route([[1], [2], [-1], [0]])
        array([1, 2])
        """
        found = self.locate(x)
        return np.bincount(found[found != NOWHERE], minlength=len(self)).astype(np.int64)

    def polygons(self, frame: DomainLike = None, *, exact: bool = False) -> Polygons:
        """The regions of two inputs as convex polygons, as far as a frame shows them.

        Parameters
        ----------
        frame : Box, "box:LO,HI" or [[lo, hi], ...], optional
            By default one that shows all corners but a few that are far away, or a bounded domain.
        exact : bool
            Whether corners are fractions. Floats are near them by about 1e-10 of the frame.

        Returns
        -------
        Polygons
            Those that the frame shows, in the order of their regions; the corners in input units.

        Raises
        ------
        ValueError
            If the network has not two inputs.
        InvalidDomain
            If the frame is no box of two inputs.

        Examples
        --------
        The quadrants of the plane, of which the frame shows squares:

        >>> from linreg import Box, mlp
        >>> quadrants = enumerate_regions(mlp([([[1, 0], [0, 1]], [0, 0])]))
        >>> shown = quadrants.polygons(Box([-1, -1], [1, 1]))
        >>> shown[3].tolist(), shown.areas.tolist()
        ([[1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.0, 0.0]], [1.0, 1.0, 1.0, 1.0])
        """
        return polygons_of(self, frame, exact=exact)

    def solids(self, frame: DomainLike = None, *, exact: bool = False) -> Solids:
        """The regions of three inputs as convex polyhedra; see `polygons`.

        Parameters
        ----------
        frame, exact
            As for `polygons`; the frame is a box of three inputs.

        Returns
        -------
        Solids
            Those that the frame shows, in the order of their regions; the corners in input units.

        Examples
        --------
        A plane through the middle of a cube:

        >>> from linreg import Box, mlp
        >>> halves = enumerate_regions(mlp([([[1, 0, 0]], [0])]))
        >>> shown = halves.solids(Box([-1, -1, -1], [1, 1, 1]))
        >>> shown.volumes.tolist(), len(shown.facets(0))
        ([4.0, 4.0], 6)
        """
        return solids_of(self, frame, exact=exact)

    def outlines(
        self, *, tolerance: float = 1e-6, progress: Callable[[Progress], None] | None = None
    ) -> Outlines:
        """Vertices and volumes of all regions of up to 6 inputs, in floats with proved errors.

        Parameters
        ----------
        tolerance, progress
            Largest error, relative to volumes and largest coordinates; and as for `measure`.

        Returns
        -------
        Outlines

        Examples
        --------
        >>> from linreg import mlp
        >>> enumerate_regions(mlp([([[1, 1]], [-1])]), "box:0,1").outlines().volumes.tolist()
        [0.5, 0.5]
        """
        return outlines_of(self, tolerance=tolerance, progress=progress)

    @cached_property
    def _locator(self) -> Locator:
        complete = self.counted.complete
        return Locator(self.problem, self.patterns, self.source.places, is_complete=complete)

    @cached_property
    def _reach(self) -> Reach:
        return Reach(self.problem, self.source)


def enumerate_regions(
    net: NetworkLike,
    domain: DomainLike = None,
    *,
    strategy: str = "auto",
    workers: int = 1,
    executor: Executor | None = None,
    limit: int | None = None,
    progress: Callable[[CountProgress], None] | None = None,
) -> Enumeration:
    """All activation regions of a network on the interior of a domain.

    The same patterns in the same order, whatever the strategy, and the same witnesses whatever the
    workers, the executor and what was done before: strategies find other witnesses, so "auto" is
    one of them by the problem and the limit alone, which `counted.strategy` names. It is "highs"
    for small problems and where there is no machine code, and "compiled" elsewhere. The arguments
    and errors are those of `linreg.count`; an interrupt, too, has its attribute `count`.

    Parameters
    ----------
    net, domain, strategy, workers, executor, limit, progress
        As for `linreg.count`.

    Returns
    -------
    Enumeration
        Regions sorted by pattern.

    Examples
    --------
    Two lines that cross make four regions:

    >>> from linreg import mlp
    >>> regions = enumerate_regions(mlp([([[1, 0], [0, 1]], [0, 0])]))
    >>> regions.patterns.tolist()
    [[0, 0], [0, 1], [1, 0], [1, 1]]
    >>> regions[3].exact_affine_map.matrix.tolist()
    [[Fraction(1, 1), Fraction(0, 1)], [Fraction(0, 1), Fraction(1, 1)]]
    """
    return enumerated(net, domain, Options(strategy, workers, executor, limit, progress))


def enumerated(net: NetworkLike, domain: DomainLike, options: Options) -> Enumeration:
    """What `enumerate_regions` returns."""
    return regions_of(posed(net, domain, options.strategy), options)


def regions_of(problem: Problem, options: Options) -> Enumeration:
    """The regions of a problem."""
    columns = Columns(problem.network.pattern_dtype.str)
    counted = run(problem, columns, options)
    with carrying(lambda: counted):
        return _sorted(problem, columns, counted)


def _sorted(problem: Problem, columns: Columns, counted: Count) -> Enumeration:
    units = len(problem.network.units)
    shape = (columns.n_regions, units)
    patterns = np.frombuffer(columns.patterns, dtype=columns.pattern_dtype).reshape(shape)
    witnesses = np.array(columns.witnesses).reshape(columns.n_regions, problem.network.input_dim)
    order = order_of(patterns, two_pieces=all(unit.n_pieces <= 2 for unit in problem.network.units))
    places = np.empty_like(order)
    places[order] = np.arange(len(order))
    patterns, witnesses = patterns[order], witnesses[order]
    patterns.flags.writeable = witnesses.flags.writeable = False
    exact = {int(places[i]): point for i, point in columns.exact.items()}
    return Enumeration(problem, InMemory(patterns, witnesses, exact), counted)
