"""Edges by exact arithmetic: beyond each facet of a region is one other region."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from linreg.adjacency.neighbour import pattern_beyond
from linreg.errors import BrokenInvariant
from linreg.polyhedra import IntegerRow, Point, Solver, crosses_at, inside_facet
from linreg.polyhedra.irredundant import irredundant
from linreg.problem import Boundaries, Boundary
from linreg.progress import Progress
from linreg.regions import EXACT_PER_REPORT, Enumeration

MANY = 4
"""Rows that several units may share from which on a region's facets are found all at once."""


def edges_of_facets(
    regions: Enumeration, left: Sequence[int], progress: Callable[[Progress], None] | None
) -> set[tuple[int, int]]:
    """The edges from some regions to later ones, and perhaps others.

    Parameters
    ----------
    regions : Enumeration
    left : sequence of int
    progress : callable, optional
        Called now and then.
    """
    search = Search(regions)
    for done, index in enumerate(left, start=len(regions) - len(left)):
        if progress is not None and done % EXACT_PER_REPORT == 0:
            progress(Progress(done, len(regions), "regions looked at for facets"))
        search.visit(index)
    return search.edges


class Search:
    """The edges that exact arithmetic has found so far."""

    def __init__(self, regions: Enumeration) -> None:
        self.edges: set[tuple[int, int]] = set()
        self._regions = regions
        self._boundaries = Boundaries(regions.problem)
        self._solver = Solver()

    def visit(self, index: int) -> None:
        """Add a region's edges to those it has to find: the others are found from beyond."""
        pattern = self._regions.patterns[index]
        boundary = self._boundaries.of(pattern.tolist())
        shared = []
        for place, changes in enumerate(boundary.changes):
            if boundary.on_edge[place]:
                continue
            if boundary.is_tied or len(changes) > 1:
                shared.append(place)
                continue
            # One unit owns the row and nothing is tied, so it alone changes across the facet if
            # there is one: the maps of the units before it are the same on both sides.
            ((unit, piece),) = changes
            beyond = pattern.copy()
            beyond[unit] = piece
            neighbour = self._regions.find(beyond)
            if neighbour > index and self._is_facet(index, neighbour, boundary, place):
                self.edges.add((index, neighbour))
        for place, point in self._facets(index, boundary, shared):
            self.step(index, point, boundary.rows[place])

    def _is_facet(self, index: int, neighbour: int, boundary: Boundary, place: int) -> bool:
        inside, beyond = self._regions.point(index), self._regions.point(neighbour)
        return (
            crosses_at(boundary.rows, place, inside, beyond)
            or inside_facet(boundary.rows, place, self._solver) is not None
        )

    def _facets(
        self, index: int, boundary: Boundary, places: Sequence[int]
    ) -> Iterator[tuple[int, Point]]:
        """Which of some rows are facets, each with a point inside it."""
        if len(places) < MANY:
            for place in places:
                point = inside_facet(boundary.rows, place, self._solver)
                if point is not None:
                    yield place, point
            return
        facets = irredundant(boundary.rows, self._regions.point(index), self._solver)
        yield from ((place, facets[place]) for place in places if place in facets)

    def step(self, index: int, point: Point, row: IntegerRow) -> None:
        """Add the edge from a region across a facet, at a point inside it."""
        beyond = pattern_beyond(self._regions.problem, point, row)
        neighbour = self._regions.find(beyond)
        if neighbour < 0 or neighbour == index:
            raise BrokenInvariant(f"no region was found beyond a facet of region {index}")
        self.edges.add((min(index, neighbour), max(index, neighbour)))
