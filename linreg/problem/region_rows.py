"""The distinct rows of a region, and what changes across each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from linreg.polyhedra import Forms, IntegerRow, Point
from linreg.problem.problem import Problem
from linreg.problem.stages_on_regions import StagesOnRegions
from linreg.rational import primitive


@dataclass(frozen=True, slots=True)
class Boundary:
    """The rows that bound a region, each once, and the changes that lie beyond.

    Attributes
    ----------
    rows : list of integer rows
        Coprime, distinct, positive inside.
    changes : list of lists of (unit, piece)
        The units that own each row, with the piece that each has beyond if nothing else changes.
    on_edge : list of bool
        Whether a row belongs to the domain, so that no region lies beyond it.
    is_tied : bool
        Whether a unit is constantly on a breakpoint or a maximum is attained twice throughout:
        such a unit owns no row here, and may still change across a facet.
    """

    rows: list[IntegerRow]
    changes: list[list[tuple[int, int]]]
    on_edge: list[bool]
    is_tied: bool

    def margin(self, point: Point) -> float:
        """Distance from a point to the nearest row; Euclidean, in input units.

        Infinite if there are no rows.
        """
        return Forms(self.rows, len(point.entries) - 1).distance(point)


class Boundaries:
    """Boundaries of regions; fastest when patterns come sorted, since stages on cells are kept.

    Attributes
    ----------
    on_cells : StagesOnRegions
    """

    def __init__(self, problem: Problem) -> None:
        self._edge = dict.fromkeys(tuple(primitive(row)) for row in problem.domain_rows.rows)
        self.on_cells = StagesOnRegions(problem)

    def of(self, pattern: Sequence[int]) -> Boundary:
        """The boundary of the region with a pattern."""
        places: dict[tuple[object, ...], int] = {}
        boundary = Boundary([], [], [], False)
        is_tied = False
        first = 0
        for on_cell, pieces in self.on_cells.of(tuple(pattern)):
            is_tied = is_tied or on_cell.is_tied(pieces)
            for bound in on_cell.bounds(pieces):
                place = _place(places, boundary, bound.row)
                boundary.changes[place].append((first + bound.unit, bound.piece))
            first += len(pieces)
        for row in self._edge:
            boundary.on_edge[_place(places, boundary, list(row))] = True
        return Boundary(boundary.rows, boundary.changes, boundary.on_edge, is_tied)


def _place(places: dict[tuple[object, ...], int], boundary: Boundary, row: IntegerRow) -> int:
    """The place of a row in the boundary, where it is put if it is new."""
    key = tuple(row)
    if key not in places:
        places[key] = len(boundary.rows)
        boundary.rows.append(row)
        boundary.changes.append([])
        boundary.on_edge.append(False)
    return places[key]
