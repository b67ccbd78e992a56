"""The tree that a stage makes of a cell, as machine code tells it, and its proofs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from flint import fmpz

from linreg.errors import BrokenInvariant
from linreg.explore.cells import Cell
from linreg.explore.sink import Sink
from linreg.kernel.data.outcomes import CUT, MISSES, NO_CUT, PART
from linreg.kernel.data.tables import tables_of
from linreg.kernel.data.work import PROGRAMS, work_for
from linreg.kernel.proofs.known_regions import Found, Memory, Planes, split_found
from linreg.polyhedra import (
    Forms,
    IntegerRow,
    Multipliers,
    Point,
    PointedPolyhedron,
    Solver,
    non_negative,
)
from linreg.problem.problem import Problem
from linreg.problem.stage_on_cell import StageOnCell

PointIn = Callable[[int], Sequence[int | fmpz]]
"""Gives the numerators and the denominator of a point in a region."""

ROOM = 4096
"""Numbers that machine code may tell of a stage before it needs more room."""


class Workplace:
    """What machine code works with, for one problem."""

    def __init__(self, problem: Problem, most_regions: int) -> None:
        tables = tables_of(problem)
        assert tables is not None
        work = work_for(tables, 0)
        self.halfspaces, self.program, self.proof = work.halfspaces, work.program, work.proof
        most = len(work.tree.claims)
        words = most // 64 + 1
        self.memory = Memory(
            np.zeros((most + 2, 5), dtype=np.int64),
            np.zeros((most + 2, words), dtype=np.uint64),
            np.zeros(words, dtype=np.uint64),
            np.zeros(words, dtype=np.uint64),
            np.zeros((most_regions, words), dtype=np.uint64),
        )
        self.events = np.zeros(ROOM, dtype=np.int64)

    @property
    def lps(self) -> int:
        """Linear programs solved."""
        return int(self.program.counters[PROGRAMS])

    def told(
        self,
        planes: Planes,
        found: Found,
        first: int,
        end: int,
        known: np.ndarray,
        normals: np.ndarray,
        values: np.ndarray,
    ) -> list[int]:
        """What machine code tells of a cell with these rows; see `known_regions`."""
        n_halfspaces, dim = normals.shape
        self.halfspaces.normals[:n_halfspaces, :dim] = normals
        self.halfspaces.ends["constant"][:n_halfspaces] = values
        while True:
            self.memory.known[0] = 0
            for plane in np.flatnonzero(known).tolist():
                self.memory.known[0, plane >> 6] |= np.uint64(1 << (plane & 63))
            length = split_found(
                planes,
                found,
                first,
                end,
                n_halfspaces,
                self.halfspaces,
                self.program,
                self.proof,
                self.memory,
                self.events,
            )
            if length >= 0:
                return self.events[:length].tolist()
            self.events = np.zeros(4 * len(self.events), dtype=np.int64)


class Rows(NamedTuple):
    """The rows of a cell, with their gradients and values at the centre in floats."""

    forms: list[IntegerRow]
    normals: np.ndarray
    values: np.ndarray


class StageTree:
    """How the units of a stage split a cell, all of whose regions are known.

    Parameters
    ----------
    place : Workplace
    found : Found
        Regions, whose points are less the centre.
    centre : Point
    stage : int
    on_cell : StageOnCell
    known : sequence of int, length hyperplanes
        Not zero where a hyperplane is decided already.
    rows : Rows
        Of the cell.
    first, end : int
        Its regions, as places in the order.
    first_unit : int
        Where in a pattern the stage begins.
    """

    def __init__(
        self,
        place: Workplace,
        found: Found,
        centre: Point,
        stage: int,
        on_cell: StageOnCell,
        known: Sequence[int],
        rows: Rows,
        first: int,
        end: int,
        first_unit: int,
    ) -> None:
        self.stage = stage
        self._place, self._found, self._centre, self._on_cell = place, found, centre, on_cell
        self._rows = rows
        forms = on_cell.hyperplanes
        self._values = forms.floats(forms.at(centre), centre)
        marks = np.array(on_cell.marks(), dtype=np.int64).reshape(-1, 3)
        units, breakpoints, above = np.ascontiguousarray(marks.T)
        planes = Planes(forms.normals, self._values, units + first_unit, breakpoints, above)
        self._events = place.told(
            planes, found, first, end, np.array(known), rows.normals, rows.values
        )
        self._next = 0
        self._path = list(rows.forms)
        self._cuts: list[tuple[int, int]] = []
        self._below: dict[int, IntegerRow] = {}  # forms of hyperplanes, positive below them

    @classmethod
    def of_cell(cls, cell: Cell, place: Workplace, found: Found, first_unit: int) -> StageTree:
        """The tree of a cell, around its first point."""
        seen = cell.pointed(Solver())
        return cls(
            place,
            found,
            cell.point,
            cell.stage,
            cell.on_cell,
            cell.signs,
            Rows(list(seen.rows), seen.normals, seen.slacks),
            0,
            len(found.order),
            first_unit,
        )

    def next_stage(
        self, problem: Problem, pieces: Sequence[int], first: int, end: int, first_unit: int
    ) -> StageTree:
        """The next stage's tree of the leaf that came last, whose units have these pieces."""
        on_cell = StageOnCell(problem.integer_stages[self.stage + 1], self._on_cell.outputs(pieces))
        planes = [plane for plane, _ in self._cuts]
        sides = np.array([side for _, side in self._cuts], dtype=np.float64)
        normals = sides[:, None] * self._on_cell.hyperplanes.normals[planes]
        rows = Rows(
            list(self._path),
            np.concatenate([self._rows.normals, normals]),
            np.concatenate([self._rows.values, sides * self._values[planes]]),
        )
        return StageTree(
            self._place,
            self._found,
            self._centre,
            self.stage + 1,
            on_cell,
            (0,) * len(on_cell.hyperplanes),
            rows,
            first,
            end,
            first_unit,
        )

    def next_leaf(self, sink: Sink, point_in: PointIn, solver: Solver) -> tuple[int, int] | None:
        """Tell the sink all that comes before the next leaf, and return the leaf's regions.

        None if there is no leaf any more.
        """
        events, at, n = self._events, self._next, len(self._centre.entries) - 1
        while at < len(events):
            kind = events[at]
            if kind == MISSES:
                sink.misses(events[at + 1], events[at + 2], events[at + 3 : at + 3 + n])
                at += 3 + n
            elif kind == NO_CUT:
                plane, side, region, n_rows, n_likely = events[at + 1 : at + 6]
                at += 6 + n_rows
                rows = events[at - n_rows : at]
                form = self._facing(plane, side)
                proof = (
                    non_negative(form, self._path, rows[:n_likely])
                    or non_negative(form, self._path, rows)
                    or self._decide(form, point_in(region), solver)
                )
                sink.no_cut(plane, side, proof)
            elif kind == CUT:
                sink.cut(events[at + 1])
                at += 2
            elif kind == PART:
                depth, plane, side = events[at + 1 : at + 4]
                at += 4
                del self._cuts[depth:]
                del self._path[len(self._rows.forms) + depth :]
                self._cuts.append((plane, side))
                self._path.append(self._facing(plane, side))
            else:
                self._next = at + 3
                return events[at + 1], events[at + 2]
        return None

    def _facing(self, plane: int, side: int) -> IntegerRow:
        """A hyperplane's form, positive on this side."""
        row = self._on_cell.hyperplanes.rows[plane]
        if side > 0:
            return row
        if plane not in self._below:
            self._below[plane] = [-entry for entry in row]
        return self._below[plane]

    def _decide(
        self, form: IntegerRow, entries: Sequence[int | fmpz], solver: Solver
    ) -> Multipliers:
        """The proof that a form, positive at a point of the current part, is so throughout it."""
        point = Point.of_entries(entries)
        forms = Forms([form], len(entries) - 1)
        pointed = PointedPolyhedron.of_rows(self._path, point, solver)
        (value,) = forms.floats(forms.at(point), point)
        answer = pointed.below(form, forms.normals[0], float(value))
        if isinstance(answer, Point):
            raise BrokenInvariant("machine code has lost a region, which exact arithmetic finds")
        return answer
