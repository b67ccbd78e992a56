"""Edges of regions of the plane: two regions share a facet if it is a side of both.

Regions meet face to face, so a side of a region is that of the region beyond from end to end. Ends
are exact, so sides are matched as they are, and nothing is asked about what lies between them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import gcd

from flint import fmpz

from linreg.adjacency.search import Search
from linreg.polyhedra.sides import End, Row, Side, foot, middle, ordered_sides, sides
from linreg.problem import Boundaries
from linreg.progress import Progress
from linreg.regions import EXACT_PER_REPORT, Enumeration

WORTHWHILE = 700_000
"""Regions, times units, whose sides are found exactly in the time that it takes to compile."""

_Key = tuple[End, End, tuple[int, ...]]
_Lines = list[tuple[tuple[int, int, int], bool]]


def edges_of_sides(
    regions: Enumeration,
    left: Sequence[int],
    progress: Callable[[Progress], None] | None,
    *,
    by_machine_code: bool,
) -> set[tuple[int, int]]:
    """The edges from some regions of the plane, and perhaps others.

    Parameters
    ----------
    regions : Enumeration
        Of a network of two inputs.
    left : sequence of int
        Increasing.
    progress : callable, optional
        Called now and then.
    by_machine_code : bool
        Whether there is machine code that may find sides.
    """
    search = Search(regions)
    boundaries = Boundaries(regions.problem)
    waiting: dict[_Key, tuple[int, Side, Row]] = {}
    traced = _traced(regions, left) if by_machine_code else _untraced(left)
    for done, (index, lines) in enumerate(traced, start=len(regions) - len(left)):
        if progress is not None and done % EXACT_PER_REPORT == 0:
            progress(Progress(done, len(regions), "regions looked at for facets"))
        found = None if lines is None else _sides_on(lines)
        if found is None:
            found = _sides_of(regions, boundaries, index)
        if found is None:
            search.visit(index)
            continue
        for side, row in found:
            key = _key(side, row)
            other = waiting.pop(key, None)
            if other is None:
                waiting[key] = index, side, row
            else:
                search.edges.add((other[0], index))
    # Beyond these is a region that is not among them, or of which the sides were not found.
    for index, side, row in waiting.values():
        is_line = side.start[2] == 0 == side.end[2]
        point = foot(row, regions.point(index)) if is_line else middle(side)
        search.step(index, point, [fmpz(entry) for entry in row])
    return search.edges


def _traced(regions: Enumeration, left: Sequence[int]) -> Iterator[tuple[int, _Lines | None]]:
    """Regions, with the lines of their sides where machine code knows them."""
    from linreg.adjacency.compiled_edges import is_traced_already, traced

    is_much = len(left) * regions.patterns.shape[1] > WORTHWHILE
    return traced(regions, left) if is_much or is_traced_already() else _untraced(left)


def _untraced(left: Sequence[int]) -> Iterator[tuple[int, None]]:
    return ((index, None) for index in left)


def _sides_on(lines: _Lines) -> list[tuple[Side, Row]] | None:
    """Sides on lines, but for those of the domain; None if they do not meet in turn."""
    # A line that is a whole side stands there twice, with a generator in its middle.
    apart = [each for i, each in enumerate(lines) if each != lines[i - 1]] or lines[:1]
    rows = []
    for (a, b, c), _ in apart:
        by = gcd(a, b, c)
        rows.append((a // by, b // by, c // by))
    found = ordered_sides(rows, range(len(rows)))
    if any(side.start == side.end for side in found):
        return None
    return [(side, rows[side.place]) for side in found if not apart[side.place][1]]


def _sides_of(
    regions: Enumeration, boundaries: Boundaries, index: int
) -> list[tuple[Side, Row]] | None:
    """The same in exact arithmetic; None if floats guess wrongly which rows are sides."""
    boundary = boundaries.of(regions.patterns[index].tolist())
    rows = [tuple(map(int, row)) for row in boundary.rows]
    found = sides(rows, regions.point(index))
    if found is None:
        return None
    return [(side, rows[side.place]) for side in found if not boundary.on_edge[side.place]]


def _key(side: Side, row: Row) -> _Key:
    """What a side is from both of its regions."""
    ends = min(side.start, side.end), max(side.start, side.end)
    if side.start[2] != 0 or side.end[2] != 0:
        return (*ends, ())
    return (*ends, max(tuple(row), tuple(-entry for entry in row)))
