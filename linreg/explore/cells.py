"""Cells: the open polyhedra in which some units have their piece, and prefixes, which name them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from flint import fmpz

from linreg.polyhedra import Forms, IntegerRow, Point, PointedPolyhedron, Solver
from linreg.problem.integer import NO_UNITS, identity_state
from linreg.problem.problem import Problem
from linreg.problem.stage_on_cell import KnownPoint, StageOnCell
from linreg.rational import primitive


@dataclass(frozen=True, eq=False)
class Cell:
    """A cell of a partly decided stage.

    Attributes
    ----------
    pattern : tuple of int
        Pieces of all units of the stages before.
    on_cell : StageOnCell
    halfspaces : tuple of Forms
        Rows of the domain, of finished stages and of decided contests, positive inside.
    signs : tuple of int, length hyperplanes
        The side of each hyperplane of the stage; 0 where both sides may meet the cell.
    cutting : tuple of int
        The decided hyperplanes that bound the cell and are not yet among its half-spaces; the
        others were proved not to meet it.
    alive : tuple of tuples of int, length contests
        The candidates of each contest that may still win it somewhere in the cell.
    known_points : list of Sight
        Points strictly inside, at least one; none if the cell waits to be told by its generators.
    share : float
        The cell's part of the whole tree, dimensionless: shares of siblings are equal.
    """

    pattern: tuple[int, ...]
    stage: int
    on_cell: StageOnCell
    halfspaces: tuple[Forms, ...]
    signs: tuple[int, ...]
    cutting: tuple[int, ...]
    alive: tuple[tuple[int, ...], ...]
    known_points: list[KnownPoint]
    share: float

    def holds(self, point: Point) -> bool:
        """Whether a point lies strictly inside, decided exactly."""
        if not all(value > 0 for halfspace in self.halfspaces for value in halfspace.at(point)):
            return False
        values = self.on_cell.hyperplanes.at(point)
        return all(values[h] > 0 if self.signs[h] > 0 else values[h] < 0 for h in self.cutting)

    def bounding_rows(self) -> list[IntegerRow]:
        """The stage's rows that bound the cell, positive inside."""
        rows = self.on_cell.hyperplanes.rows
        return [
            rows[h] if self.signs[h] > 0 else [-entry for entry in rows[h]] for h in self.cutting
        ]

    @property
    def point(self) -> Point:
        """A point strictly inside."""
        return self.known_points[0].point

    def rows(self) -> list[IntegerRow]:
        """All rows that bound the cell, positive inside."""
        return [
            row for halfspace in self.halfspaces for row in halfspace.rows
        ] + self.bounding_rows()

    def pointed(self, solver: Solver) -> PointedPolyhedron:
        """The cell as seen from its first point."""
        known_point = self.known_points[0]
        cutting = list(self.cutting)
        side = np.array([self.signs[h] for h in cutting], dtype=np.float64)
        normals = [halfspace.normals for halfspace in self.halfspaces]
        slacks = [
            halfspace.floats(halfspace.at(known_point.point), known_point.point)
            for halfspace in self.halfspaces
        ]
        return PointedPolyhedron(
            self.rows(),
            np.concatenate([*normals, side[:, None] * self.on_cell.hyperplanes.normals[cutting]]),
            np.concatenate([*slacks, side * known_point.floats[cutting]]),
            known_point.point,
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
            known_points=[
                known_point
                for known_point in self.known_points
                if known_point.signs[hyperplane] == side
            ],
            share=share,
        )

    def won_by(self, contest: int, candidate: int, share: float) -> Cell:
        """The part of the cell on which one candidate wins a contest."""
        rows = self.leads(contest, candidate)
        alive = list(self.alive)
        alive[contest] = (candidate,)
        return replace(
            self,
            halfspaces=(*self._closed_halfspaces(), Forms(rows, len(rows[0]) - 1)),
            cutting=(),
            alive=tuple(alive),
            known_points=[
                known_point
                for known_point in self.known_points
                if known_point.winners[contest] == candidate
            ],
            share=share,
        )

    def leads(self, contest: int, candidate: int) -> list[IntegerRow]:
        """How far a candidate is ahead of each other one that may still win."""
        first = self.on_cell.contests[contest].start
        rows = self.on_cell.candidates.rows
        return [
            primitive(
                [a - b for a, b in zip(rows[first + candidate], rows[first + rival], strict=True)]
            )
            for rival in self.alive[contest]
            if rival != candidate
        ]

    def _closed_halfspaces(self) -> tuple[Forms, ...]:
        """The half-spaces, then the hyperplanes that cut; rows keep their order."""
        if not self.cutting:
            return self.halfspaces
        return (*self.halfspaces, Forms(self.bounding_rows(), len(self.point.entries) - 1))

    def next_stage(self, problem: Problem, pieces: Sequence[int]) -> Cell:
        """The same cell, all of whose units of this stage have these pieces, at the next stage."""
        on_cell = StageOnCell(problem.integer_stages[self.stage + 1], self.on_cell.outputs(pieces))
        return _fresh(
            (*self.pattern, *pieces),
            self.stage + 1,
            on_cell,
            self._closed_halfspaces(),
            [known_point.point for known_point in self.known_points],
            self.share,
        )


def first_cell(problem: Problem) -> Cell:
    """The whole interior of the domain, before the first stage."""
    assert problem.start is not None
    on_cell = _first_stage(problem)
    return _fresh((), 0, on_cell, (problem.domain_rows,), [problem.start], 1.0)


@dataclass(frozen=True, slots=True)
class Prefix:
    """A cell in plain integers: what travels between processes, or waits on disk.

    The fields are those of `Cell`; `halfspaces` are their rows and `points` the columns of its
    points. On disk they stand in the order of the fields.
    """

    pattern: tuple[int, ...]
    stage: int
    halfspaces: tuple[tuple[int, ...], ...]
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
        tuple(
            tuple(int(e) for e in row) for halfspace in cell.halfspaces for row in halfspace.rows
        ),
        cell.signs,
        cell.cutting,
        cell.alive,
        tuple(
            tuple(int(e) for e in known_point.point.entries) for known_point in cell.known_points
        ),
        cell.share,
    )


def cell_of(problem: Problem, prefix: Prefix) -> Cell:
    """The cell that a prefix names."""
    dim = problem.network.input_dim
    on_cell = _first_stage(problem)
    first = 0
    for before, stage in pairwise(problem.integer_stages[: prefix.stage + 1]):
        pieces = prefix.pattern[first : first + len(before.units)]
        on_cell = StageOnCell(stage, on_cell.outputs(pieces))
        first += len(pieces)
    points = [Point.of_entries(column) for column in prefix.points]
    return Cell(
        prefix.pattern,
        prefix.stage,
        on_cell,
        (Forms([[fmpz(entry) for entry in row] for row in prefix.halfspaces], dim),),
        prefix.signs,
        prefix.cutting,
        prefix.alive,
        [on_cell.known_point(point) for point in points],
        prefix.share,
    )


def _first_stage(problem: Problem) -> StageOnCell:
    """The first stage on the whole domain; a network without units has one that decides nothing."""
    stage = problem.integer_stages[0] if problem.integer_stages else NO_UNITS
    return StageOnCell(stage, identity_state(problem.network.input_dim))


def _fresh(
    pattern: tuple[int, ...],
    stage: int,
    on_cell: StageOnCell,
    halfspaces: tuple[Forms, ...],
    points: Sequence[Point],
    share: float,
) -> Cell:
    """A cell of which nothing is decided yet at its stage."""
    return Cell(
        pattern,
        stage,
        on_cell,
        halfspaces,
        (0,) * len(on_cell.hyperplanes),
        (),
        tuple(tuple(range(len(contest))) for contest in on_cell.contests),
        [on_cell.known_point(point) for point in points],
        share,
    )
