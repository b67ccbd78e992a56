"""Margins and boundedness of all regions, in one pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from flint import fmpz

from linreg.polyhedra import (
    Direction,
    Forms,
    IntegerRow,
    Point,
    Solver,
    first_inwards,
    leads_inwards,
    recession,
)
from linreg.problem import Problem
from linreg.problem.stage_on_cell import StageOnCell
from linreg.problem.stages_on_regions import StagesOnRegions
from linreg.progress import Progress
from linreg.regions.sources import Source

EXACT_PER_REPORT = 32
"""Regions between two reports of progress: a few hundredths of a second."""

UNBOUNDED, BOUNDED, UNDECIDED = range(3)
"""What is known of a region."""

DIRECTIONS_KEPT = 32
"""Directions of other cells that are tried before a linear program: a ray leads into many cells."""

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
        stages = _stages(self._problem, self._source)
        return _frozen([self._margin(i, of_region) for i, of_region in stages], float)

    @cached_property
    def bounded(self) -> np.ndarray:
        """Whether each region is bounded; bool, shape (regions,)."""
        return decided(self._problem, self._source)

    def measure(self, progress: Callable[[Progress], None] | None) -> None:
        """Work out both in one pass, and call back with a `Progress` of regions."""
        if {"margins", "bounded"} <= self.__dict__.keys():
            return
        cells = _Cells(self._problem)
        margins, bounded, total = [], [], self._source.n_regions
        for index, stages in _stages(self._problem, self._source):
            if progress is not None and index % EXACT_PER_REPORT == 0:
                progress(Progress(index, total, "regions measured"))
            margins.append(self._margin(index, stages))
            bounded.append(cells.bound(stages))
        self.margins, self.bounded = _frozen(margins, float), _frozen(bounded, bool)

    def _margin(self, index: int, stages: Stages) -> float:
        rows, row = self._source.at(index)
        return _margin(self._problem.domain_rows, stages, rows.point(row))


def decided(
    problem: Problem,
    source: Source,
    proved: Callable[[], np.ndarray] | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> np.ndarray:
    """Whether each region is bounded; bool, shape (regions,).

    Parameters
    ----------
    problem : Problem
    source : Source
    proved : callable, optional
        What is known, if the domain is not bounded: BOUNDED, UNBOUNDED or UNDECIDED of each region.
    progress : callable, optional
        Called now and then with a `Progress` of regions.
    """
    cells, total = _Cells(problem), source.n_regions
    if cells.are_bounded:
        return _frozen([True] * total, bool)
    known = np.full(total, UNDECIDED) if proved is None else proved()
    left = np.flatnonzero(known == UNDECIDED)
    for done, (index, stages) in enumerate(_stages(problem, source, left), total - len(left)):
        if progress is not None and done % EXACT_PER_REPORT == 0:
            progress(Progress(done, total, "regions measured"))
        known[index] = BOUNDED if cells.bound(stages) else UNBOUNDED
    return _frozen(known == BOUNDED, bool)


def _stages(
    problem: Problem, source: Source, chosen: np.ndarray | None = None
) -> Iterator[tuple[int, Stages]]:
    """Regions, all or those that are chosen, with their stages."""
    on_cells = StagesOnRegions(problem)
    patterns = source.patterns
    for index in range(len(patterns)) if chosen is None else chosen.tolist():
        yield index, on_cells.of(tuple(patterns[index].tolist()))


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
        self._seen: list[Direction] = []
        self._whole = self._within(_Cell([], [fmpz(1)] * self._dim), problem.domain_rows.rows)
        self._path: list[tuple[StageOnCell, tuple[int, ...], _Cell]] = []

    @property
    def are_bounded(self) -> bool:
        """Whether the domain is, so that all cells are."""
        return self._whole.direction is None

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
        direction = first_inwards(self._seen, rows) or recession(rows, self._dim, self._solver)
        if direction is not None:
            others = (seen for seen in self._seen if seen is not direction)
            self._seen = [direction, *others][:DIRECTIONS_KEPT]
        return _Cell(rows, direction)


def _frozen(values: Sequence[object] | np.ndarray, dtype: type) -> np.ndarray:
    array: np.ndarray = np.array(values, dtype=dtype)
    array.flags.writeable = False
    return array
