"""Edges of regions of the plane: two regions share a facet if it is a side of both.

Regions meet face to face, so a side of a region is that of the region beyond from end to end. Ends
are exact, so sides are matched as they are, and nothing is asked about what lies between them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from linreg.adjacency.search import Search
from linreg.polyhedra.sides import End, Side, foot, middle, sides
from linreg.problem import Boundaries
from linreg.regions import EVERY, Enumeration

_Key = tuple[End, End, tuple[int, ...]]


def edges_of_sides(
    regions: Enumeration, left: Sequence[int], progress: Callable[[int], None] | None
) -> set[tuple[int, int]]:
    """The edges from some regions of the plane, and perhaps others.

    Parameters
    ----------
    regions : Enumeration
        Of a network of two inputs.
    left : sequence of int
    progress : callable, optional
        Called now and then with the number of regions that are done.
    """
    search = Search(regions)
    boundaries = Boundaries(regions.problem)
    waiting: dict[_Key, tuple[int, Side]] = {}
    for done, index in enumerate(left, start=len(regions) - len(left)):
        if progress is not None and done % EVERY == 0:
            progress(done)
        boundary = boundaries.of(regions.patterns[index].tolist())
        found = sides(boundary.rows, regions.point(index))
        if found is None:
            search.visit(index)
            continue
        for side in found:
            if boundary.on_edge[side.place]:
                continue
            key = _key(side, boundary.rows[side.place])
            other = waiting.pop(key, None)
            if other is None:
                waiting[key] = index, side
            else:
                search.edges.add((other[0], index))
    # Beyond these is a region that is not among them, or of which the sides were not found.
    for index, side in waiting.values():
        row = boundaries.of(regions.patterns[index].tolist()).rows[side.place]
        is_line = side.start[2] == 0 == side.end[2]
        point = foot(row, regions.point(index)) if is_line else middle(side)
        search.step(index, point, row)
    return search.edges


def _key(side: Side, row: Sequence[int]) -> _Key:
    """What a side is from both of its regions."""
    ends = min(side.start, side.end), max(side.start, side.end)
    if side.start[2] != 0 or side.end[2] != 0:
        return (*ends, ())
    return (*ends, max(tuple(row), tuple(-entry for entry in row)))
