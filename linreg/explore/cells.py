"""Cells: the open polyhedra in which some units have their piece, and prefixes, which name them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from flint import fmpz

from linreg.explore.integer import NO_UNITS, identity_state
from linreg.explore.level import Level, Sight
from linreg.explore.problem import Problem
from linreg.lp import Forms, IntegerRow, Point, Solver, Vantage
from linreg.rational import primitive


@dataclass(frozen=True, eq=False)
class Cell:
    """A cell of a partly decided stage.

    Attributes
    ----------
    pattern : tuple of int
        Pieces of all units of the stages before.
    level : Level
    walls : tuple of Forms
        Rows of the domain, of finished stages and of decided contests, positive inside.
    signs : tuple of int, length hyperplanes
        The side of each hyperplane of the level; 0 where both sides may meet the cell.
    cutting : tuple of int
        The decided hyperplanes that bound the cell and are not yet among its walls; the others
        were proved not to meet it.
    alive : tuple of tuples of int, length contests
        The candidates of each contest that may still win it somewhere in the cell.
    sights : list of Sight
        Points strictly inside, at least one; none if the cell waits to be told by its corners.
    share : float
        The cell's part of the whole tree, dimensionless: shares of siblings are equal.
    """

    pattern: tuple[int, ...]
    stage: int
    level: Level
    walls: tuple[Forms, ...]
    signs: tuple[int, ...]
    cutting: tuple[int, ...]
    alive: tuple[tuple[int, ...], ...]
    sights: list[Sight]
    share: float

    def holds(self, point: Point) -> bool:
        """Whether a point lies strictly inside, decided exactly."""
        if not all(value > 0 for wall in self.walls for value in wall.at(point)):
            return False
        values = self.level.hyperplanes.at(point)
        return all(values[h] > 0 if self.signs[h] > 0 else values[h] < 0 for h in self.cutting)

    def bounding_rows(self) -> list[IntegerRow]:
        """The level's rows that bound the cell, positive inside."""
        rows = self.level.hyperplanes.rows
        return [
            rows[h] if self.signs[h] > 0 else [-entry for entry in rows[h]] for h in self.cutting
        ]

    @property
    def point(self) -> Point:
        """A point strictly inside."""
        return self.sights[0].point

    def rows(self) -> list[IntegerRow]:
        """All rows that bound the cell, positive inside."""
        return [row for wall in self.walls for row in wall.rows] + self.bounding_rows()

    def vantage(self, solver: Solver) -> Vantage:
        """The cell as seen from its first point."""
        sight = self.sights[0]
        cutting = list(self.cutting)
        side = np.array([self.signs[h] for h in cutting], dtype=np.float64)
        normals = [wall.normals for wall in self.walls]
        slacks = [wall.floats(wall.at(sight.point), sight.point) for wall in self.walls]
        return Vantage(
            self.rows(),
            np.concatenate([*normals, side[:, None] * self.level.hyperplanes.normals[cutting]]),
            np.concatenate([*slacks, side * sight.floats[cutting]]),
            sight.point,
            solver,
            self.holds,
        )

    def beyond(self, hyperplane: int, side: int, share: float) -> Cell:
        """The part of the cell on one side of a hyperplane that cuts it."""
        signs = list(self.signs)
        signs[hyperplane] = side
        return replace(
            self,
            signs=tuple(signs),
            cutting=(*self.cutting, hyperplane),
            sights=[sight for sight in self.sights if sight.signs[hyperplane] == side],
            share=share,
        )

    def won_by(self, contest: int, candidate: int, share: float) -> Cell:
        """The part of the cell on which one candidate wins a contest."""
        rows = self.leads(contest, candidate)
        alive = list(self.alive)
        alive[contest] = (candidate,)
        return replace(
            self,
            walls=(*self._closed_walls(), Forms(rows, len(rows[0]) - 1)),
            cutting=(),
            alive=tuple(alive),
            sights=[sight for sight in self.sights if sight.winners[contest] == candidate],
            share=share,
        )

    def leads(self, contest: int, candidate: int) -> list[IntegerRow]:
        """How far a candidate is ahead of each other one that may still win."""
        first = self.level.contests[contest].start
        rows = self.level.candidates.rows
        return [
            primitive(
                [a - b for a, b in zip(rows[first + candidate], rows[first + rival], strict=True)]
            )
            for rival in self.alive[contest]
            if rival != candidate
        ]

    def _closed_walls(self) -> tuple[Forms, ...]:
        """The walls, with the rows of the level's hyperplanes that cut: rows keep their order."""
        if not self.cutting:
            return self.walls
        return (*self.walls, Forms(self.bounding_rows(), len(self.point.entries) - 1))

    def next_level(self, problem: Problem, pieces: Sequence[int]) -> Cell:
        """The same cell, all of whose units of this stage have these pieces, at the next stage."""
        level = Level(problem.stages[self.stage + 1], self.level.outputs(pieces))
        return _fresh(
            (*self.pattern, *pieces),
            self.stage + 1,
            level,
            self._closed_walls(),
            [sight.point for sight in self.sights],
            self.share,
        )


def first_cell(problem: Problem) -> Cell:
    """The whole interior of the domain, before the first stage."""
    assert problem.start is not None
    level = _first_level(problem)
    return _fresh((), 0, level, (problem.walls,), [problem.start], 1.0)


@dataclass(frozen=True, slots=True)
class Prefix:
    """A cell in plain integers: what travels between processes, or waits on disk.

    The fields are those of `Cell`; `walls` are their rows and `points` the columns of its points.
    """

    pattern: tuple[int, ...]
    stage: int
    walls: tuple[tuple[int, ...], ...]
    signs: tuple[int, ...]
    cutting: tuple[int, ...]
    alive: tuple[tuple[int, ...], ...]
    points: tuple[tuple[int, ...], ...]
    share: float


def prefix_of(cell: Cell) -> Prefix:
    """The prefix that names a cell."""
    return Prefix(
        cell.pattern,
        cell.stage,
        tuple(tuple(int(e) for e in row) for wall in cell.walls for row in wall.rows),
        cell.signs,
        cell.cutting,
        cell.alive,
        tuple(tuple(int(e) for e in sight.point.entries) for sight in cell.sights),
        cell.share,
    )


def cell_of(problem: Problem, prefix: Prefix) -> Cell:
    """The cell that a prefix names."""
    dim = problem.network.input_dim
    level = _first_level(problem)
    first = 0
    for before, stage in pairwise(problem.stages[: prefix.stage + 1]):
        pieces = prefix.pattern[first : first + len(before.units)]
        level = Level(stage, level.outputs(pieces))
        first += len(pieces)
    points = [Point.of_entries(column) for column in prefix.points]
    return Cell(
        prefix.pattern,
        prefix.stage,
        level,
        (Forms([[fmpz(entry) for entry in row] for row in prefix.walls], dim),),
        prefix.signs,
        prefix.cutting,
        prefix.alive,
        [level.sight(point) for point in points],
        prefix.share,
    )


def _first_level(problem: Problem) -> Level:
    """The first stage on the whole domain; a network without units has one that decides nothing."""
    stage = problem.stages[0] if problem.stages else NO_UNITS
    return Level(stage, identity_state(problem.network.input_dim))


def _fresh(
    pattern: tuple[int, ...],
    stage: int,
    level: Level,
    walls: tuple[Forms, ...],
    points: Sequence[Point],
    share: float,
) -> Cell:
    """A cell of which nothing is decided yet at its level."""
    return Cell(
        pattern,
        stage,
        level,
        walls,
        (0,) * len(level.hyperplanes),
        (),
        tuple(tuple(range(len(contest))) for contest in level.contests),
        [level.sight(point) for point in points],
        share,
    )
