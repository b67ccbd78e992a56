"""Margins and boundedness of all regions, in one pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from flint import fmpz

from linreg.polyhedra import Direction, Forms, IntegerRow, Point, Solver, leads_inwards, recession
from linreg.problem import Problem
from linreg.problem.stage_on_cell import StageOnCell
from linreg.problem.stages_on_regions import StagesOnRegions

if TYPE_CHECKING:
    from linreg.regions.enumeration import Enumeration

EVERY = 32
"""Regions between two reports of progress: a few hundredths of a second."""

Stages = Sequence[tuple[StageOnCell, tuple[int, ...]]]
"""The stages on a region, with the pieces of their units."""


def margins_of(regions: Enumeration) -> np.ndarray:
    """Distance from each witness to the nearest row; float64."""
    halfspaces = regions.problem.domain_rows
    return _frozen([_margin(halfspaces, s, regions.point(i)) for i, s in _stages(regions)], float)


def bounded_of(regions: Enumeration) -> np.ndarray:
    """Whether each region is bounded; bool."""
    cells = _Cells(regions.problem)
    return _frozen([cells.bound(stages) for _, stages in _stages(regions)], bool)


def extents_of(
    regions: Enumeration, progress: Callable[[int], None] | None
) -> tuple[np.ndarray, np.ndarray]:
    """What `margins_of` and `bounded_of` return."""
    halfspaces, cells = regions.problem.domain_rows, _Cells(regions.problem)
    margins, bounded = [], []
    for index, stages in _stages(regions):
        if progress is not None and index % EVERY == 0:
            progress(index)
        margins.append(_margin(halfspaces, stages, regions.point(index)))
        bounded.append(cells.bound(stages))
    return _frozen(margins, float), _frozen(bounded, bool)


def _stages(regions: Enumeration) -> Iterator[tuple[int, Stages]]:
    on_cells = StagesOnRegions(regions.problem)
    for index, pattern in enumerate(regions.patterns.tolist()):
        yield index, on_cells.of(tuple(pattern))


def _margin(halfspaces: Forms, stages: Stages, point: Point) -> float:
    """Distance from a point to the nearest row of its region."""
    least = halfspaces.distance(point)
    for on_cell, pieces in stages:
        # A unit's other breakpoints do no harm: they are parallel, and farther away.
        forms = on_cell.hyperplanes
        if on_cell.contests:
            forms = Forms([bound.row for bound in on_cell.bounds(pieces)], len(point.entries) - 1)
        least = min(least, forms.distance(point))
    return least


@dataclass(frozen=True, slots=True)
class _Cell:
    """A prefix of a pattern: its rows, and a recession direction, if there is one."""

    rows: list[IntegerRow]
    direction: Direction | None


class _Cells:
    """Boundedness from stage to stage: what lies in a bounded cell is bounded.

    Fastest when regions come sorted, since the cells that a region shares with the last are kept.
    """

    def __init__(self, problem: Problem) -> None:
        self._dim = problem.network.input_dim
        self._solver = Solver()
        self._whole = self._within(_Cell([], [fmpz(1)] * self._dim), problem.domain_rows.rows)
        self._path: list[tuple[StageOnCell, tuple[int, ...], _Cell]] = []

    def bound(self, stages: Stages) -> bool:
        """Whether the region with these stages is bounded."""
        cell = self._whole
        for depth, (on_cell, pieces) in enumerate(stages):
            if cell.direction is None:
                break
            if depth == len(self._path) or self._path[depth][:2] != (on_cell, pieces):
                rows = [bound.row for bound in on_cell.bounds(pieces)]
                self._path[depth:] = [(on_cell, pieces, self._within(cell, rows))]
            cell = self._path[depth][2]
        return cell.direction is None

    def _within(self, cell: _Cell, more: Sequence[IntegerRow]) -> _Cell:
        """The part of an unbounded cell where more rows are positive."""
        rows = [*cell.rows, *more]
        if cell.direction is not None and leads_inwards(cell.direction, more):
            return _Cell(rows, cell.direction)
        return _Cell(rows, recession(rows, self._dim, self._solver))


def _frozen(values: Sequence[object], dtype: type) -> np.ndarray:
    array: np.ndarray = np.array(values, dtype=dtype)
    array.flags.writeable = False
    return array
