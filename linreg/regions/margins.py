"""Margins and boundedness of all regions, in one pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from flint import fmpz

from linreg.polyhedra import Direction, Forms, IntegerRow, Point, Solver, leads_inwards, recession
from linreg.problem import Problem
from linreg.problem.stage_on_cell import StageOnCell
from linreg.problem.stages_on_regions import StagesOnRegions
from linreg.progress import Progress
from linreg.regions.sources import Source

EXACT_PER_REPORT = 32
"""Regions between two reports of progress: a few hundredths of a second."""

Stages = Sequence[tuple[StageOnCell, tuple[int, ...]]]
"""The stages on a region, with the pieces of their units."""


class Reach:
    """Margins and boundedness of regions, worked out when they are asked for, and kept.

    Parameters
    ----------
    problem : Problem
    source : Source
        What holds the regions.
    """

    def __init__(self, problem: Problem, source: Source) -> None:
        self._problem, self._source = problem, source

    @cached_property
    def margins(self) -> np.ndarray:
        """Distance from each witness to the nearest row; float64, shape (regions,)."""
        return _frozen([self._margin(i, stages) for i, stages in self._stages()], float)

    @cached_property
    def bounded(self) -> np.ndarray:
        """Whether each region is bounded; bool, shape (regions,)."""
        cells = _Cells(self._problem)
        return _frozen([cells.bound(stages) for _, stages in self._stages()], bool)

    def measure(self, progress: Callable[[Progress], None] | None) -> None:
        """Work out both in one pass, and call back with a `Progress` of regions."""
        if {"margins", "bounded"} <= self.__dict__.keys():
            return
        cells = _Cells(self._problem)
        margins, bounded, total = [], [], self._source.n_regions
        for index, stages in self._stages():
            if progress is not None and index % EXACT_PER_REPORT == 0:
                progress(Progress(index, total, "regions measured"))
            margins.append(self._margin(index, stages))
            bounded.append(cells.bound(stages))
        self.margins, self.bounded = _frozen(margins, float), _frozen(bounded, bool)

    def _stages(self) -> Iterator[tuple[int, Stages]]:
        on_cells = StagesOnRegions(self._problem)
        for index, pattern in enumerate(self._source.patterns.tolist()):
            yield index, on_cells.of(tuple(pattern))

    def _margin(self, index: int, stages: Stages) -> float:
        rows, row = self._source.at(index)
        return _margin(self._problem.domain_rows, stages, rows.point(row))


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
