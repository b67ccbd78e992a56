"""One stage over one cell: its hyperplanes, its maxima, and what a point sees of them.

On a cell whose earlier pieces are all fixed, the pre-activations of a stage are affine. A scalar
unit's breakpoints are then hyperplanes, shared by all units that switch on the same one; a max
unit is a contest of affine candidates.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from flint import fmpz, fmpz_mat

from linreg.polyhedra import Forms, IntegerRow, Point
from linreg.problem.integer import IntegerMax, IntegerScalar, IntegerStage
from linreg.rational import primitive


@dataclass(frozen=True, slots=True)
class BoundingRow:
    """A row that bounds a cell, positive inside, and the piece that its unit has beyond."""

    unit: int
    piece: int
    row: IntegerRow


class StageOnCell:
    """The units of one stage as affine forms of the input, on a cell of the stages before.

    Attributes
    ----------
    dim : int
    hyperplanes : Forms
        Distinct and non-constant; each with coprime entries, the first non-zero one positive.
    candidates : Forms
        The candidates of all max units, one unit after another; only those that differ and are
        not below another one everywhere.
    contests : tuple of range
        The candidates of each max unit.
    """

    def __init__(self, stage: IntegerStage, state: fmpz_mat) -> None:
        self.dim = state.ncols() - 1
        self._stage = stage
        self._rows = stage.preactivations(state)

    @cached_property
    def _told_apart(self) -> _ToldApart:
        return _ToldApart(self._stage, self._rows)

    @cached_property
    def hyperplanes(self) -> Forms:
        """Where scalar units switch."""
        return Forms(self._told_apart.planes, self.dim)

    @cached_property
    def candidates(self) -> Forms:
        """The candidates of all max units that take part."""
        return Forms(self._told_apart.candidates, self.dim)

    @cached_property
    def contests(self) -> tuple[range, ...]:
        """Which of the candidates are those of each max unit."""
        return tuple(self._told_apart.contests)

    @cached_property
    def _readers(self) -> list[_ScalarReader | _MaxReader]:
        return self._told_apart.readers

    def pieces(self, signs: Sequence[int], winners: Sequence[int]) -> list[int]:
        """The piece of each unit, given a side of each hyperplane and each contest's winner."""
        return [reader.piece(signs, winners) for reader in self._readers]

    def breakpoint(self, unit: int, k: int) -> tuple[int | None, int]:
        """The hyperplane of a scalar unit's breakpoint, and which of its sides is above.

        Where the unit is constant there is none; -1 then says that it does not exceed the
        breakpoint, and 1 that it does.
        """
        reader = self._readers[unit]
        assert isinstance(reader, _ScalarReader)
        if not reader.marks:
            return None, 1 if k < reader.passed else -1
        return reader.marks[k]

    @cached_property
    def breakpoints(self) -> list[tuple[int | None, int]]:
        """The same of all scalar units, one after another."""
        return [
            self.breakpoint(unit, k)
            for unit, read in enumerate(self._stage.units)
            if isinstance(read, IntegerScalar)
            for k in range(len(read.cuts))
        ]

    def above(self, unit: int, k: int) -> IntegerRow:
        """A form with coprime entries that is positive where a scalar unit exceeds a breakpoint."""
        read = self._stage.units[unit]
        assert isinstance(read, IntegerScalar)
        return _above(self._rows[read.row], *read.cuts[k])

    def marks(self) -> list[tuple[int, int, int]]:
        """A scalar unit that switches at each hyperplane.

        For each hyperplane the unit, which of its breakpoints is there, and which side is above.
        """
        marks = [(0, 0, 0)] * len(self.hyperplanes)
        for unit, reader in enumerate(self._readers):
            if isinstance(reader, _ScalarReader):
                for k, (plane, above) in enumerate(reader.marks):
                    marks[plane] = unit, k, above
        return marks

    def rivals(self, unit: int) -> tuple[int, tuple[int, ...]]:
        """The contest of a max unit, and which of the unit's candidates take part."""
        reader = self._readers[unit]
        assert isinstance(reader, _MaxReader)
        return reader.contest, reader.rivals

    def candidate(self, unit: int, candidate: int) -> IntegerRow:
        """A candidate of a max unit as a form of the input."""
        read = self._stage.units[unit]
        return self._rows[read.row + candidate]

    def outputs(self, pieces: Sequence[int]) -> fmpz_mat:
        """What the stage hands on where its units are on these pieces."""
        one = [fmpz(0)] * (len(self._rows[0]) - 1) + [fmpz(1)]
        return self._stage.outputs(self._rows, pieces, one)

    def bounds(self, pieces: Sequence[int]) -> Iterator[BoundingRow]:
        """What bounds the cell on which the units have these pieces, and what is beyond."""
        for unit, (reader, piece) in enumerate(zip(self._readers, pieces, strict=True)):
            if isinstance(reader, _MaxReader):
                first = self.contests[reader.contest].start
                winner = self.candidates.rows[first + reader.rivals.index(piece)]
                for place, rival in enumerate(reader.rivals):
                    if rival != piece:
                        row = self.candidates.rows[first + place]
                        ahead = primitive([a - b for a, b in zip(winner, row, strict=True)])
                        yield BoundingRow(unit, rival, ahead)
                continue
            # Breakpoint k lies between pieces k and k + 1; the others are redundant.
            for k, inside, beyond in ((piece - 1, 1, piece - 1), (piece, -1, piece + 1)):
                if 0 <= k < len(reader.marks):
                    plane, above = reader.marks[k]
                    row = self.hyperplanes.rows[plane]
                    sign = inside * above
                    yield BoundingRow(unit, beyond, row if sign > 0 else [-entry for entry in row])

    def is_tied(self, pieces: Sequence[int]) -> bool:
        """Whether a unit is constantly on a breakpoint, or shares its winner with a twin."""
        return any(
            piece in reader.twins if isinstance(reader, _MaxReader) else reader.is_tied
            for reader, piece in zip(self._readers, pieces, strict=True)
        )

    def known_point(self, point: Point) -> KnownPoint:
        """The sides that a point is on, and the candidates that win there."""
        return KnownPoint(self, point)


class _ToldApart:
    """The hyperplanes and candidates of a stage that differ, and what of them each unit reads."""

    def __init__(self, stage: IntegerStage, rows: Sequence[IntegerRow]) -> None:
        self._rows = rows
        self._index: dict[tuple[fmpz, ...], int] = {}
        self.readers: list[_ScalarReader | _MaxReader] = []
        self.planes: list[IntegerRow] = []
        self.candidates: list[IntegerRow] = []
        self.contests: list[range] = []
        # Where boundaries coincide many units have the same row, and switch at the same cuts.
        alike: dict[tuple[tuple[fmpz, ...], tuple[tuple[fmpz, fmpz], ...]], _ScalarReader] = {}
        for unit in stage.units:
            if isinstance(unit, IntegerMax):
                self.readers.append(self._max(unit))
                continue
            if len(unit.cuts) == 1:
                self.readers.append(self._scalar(unit))
                continue
            key = tuple(rows[unit.row]), unit.cuts
            reader = alike.get(key)
            if reader is None:
                reader = alike[key] = self._scalar(unit)
            self.readers.append(reader)

    def _max(self, unit: IntegerMax) -> _MaxReader:
        rows = self._rows[unit.row : unit.row + unit.rank]
        rivals = _rivals(rows)
        twins = frozenset(rival for rival in rivals if rows.count(rows[rival]) > 1)
        first = len(self.candidates)
        self.contests.append(range(first, first + len(rivals)))
        self.candidates += [rows[rival] for rival in rivals]
        return _MaxReader(len(self.contests) - 1, tuple(rivals), twins)

    def _scalar(self, unit: IntegerScalar) -> _ScalarReader:
        row = self._rows[unit.row]
        if not any(row[:-1]):
            passed = sum(row[-1] * by > cut for by, cut in unit.cuts)
            is_tied = any(row[-1] * by == cut for by, cut in unit.cuts)
            return _ScalarReader(passed, (), is_tied)
        marks = []
        for by, cut in unit.cuts:
            form = _above(row, by, cut)
            upward = _leading(form) > 0
            plane = form if upward else [-entry for entry in form]
            place = self._index.setdefault(tuple(plane), len(self.planes))
            if place == len(self.planes):
                self.planes.append(plane)
            marks.append((place, 1 if upward else -1))
        return _ScalarReader(0, tuple(marks), False)


def _leading(form: IntegerRow) -> fmpz:
    """The first entry that is not zero."""
    for entry in form:
        if entry != 0:
            return entry
    return fmpz(0)


def _above(row: IntegerRow, by: fmpz, cut: fmpz) -> IntegerRow:
    """The form by * row - cut, divided by the greatest common divisor of its entries."""
    scaled = row if by == 1 else [entry * by for entry in row]
    return primitive(scaled if cut == 0 else [*scaled[:-1], scaled[-1] - cut])


@dataclass(frozen=True, slots=True)
class _ScalarReader:
    """A scalar unit's piece: how many of its breakpoints lie below."""

    passed: int
    marks: tuple[tuple[int, int], ...]  # hyperplane, and which of its sides is above
    is_tied: bool

    def piece(self, signs: Sequence[int], winners: Sequence[int]) -> int:
        return self.passed + sum(signs[plane] == above for plane, above in self.marks)


@dataclass(frozen=True, slots=True)
class _MaxReader:
    """A max unit's piece: which of its candidates wins its contest."""

    contest: int
    rivals: tuple[int, ...]
    twins: frozenset[int]  # rivals that another candidate is identical to

    def piece(self, signs: Sequence[int], winners: Sequence[int]) -> int:
        return self.rivals[winners[self.contest]]


TIED = -1
"""The winner of a contest at a point where no candidate is ahead of all others."""


class KnownPoint:
    """A point strictly inside a cell, and the sides of a stage's hyperplanes that it is on."""

    def __init__(self, on_cell: StageOnCell, point: Point) -> None:
        self._on_cell = on_cell
        self.point = point
        self.values = on_cell.hyperplanes.at(point)
        self.signs = [(value > 0) - (value < 0) for value in self.values]
        self.winners = _winners(on_cell, point)

    @cached_property
    def floats(self) -> np.ndarray:
        """Values of the hyperplanes in the scale of their normals, rounded to nearest."""
        return self._on_cell.hyperplanes.floats(self.values, self.point)


def _winners(on_cell: StageOnCell, point: Point) -> list[int]:
    """The place of the strictly largest candidate in each contest, or `TIED`."""
    if not on_cell.contests:
        return []
    values = on_cell.candidates.at(point)
    winners = []
    for contest in on_cell.contests:
        here = [values[i] for i in contest]
        best = max(here)
        winners.append(here.index(best) if here.count(best) == 1 else TIED)
    return winners


def _rivals(rows: Sequence[IntegerRow]) -> list[int]:
    """Lowest indices of the candidates that differ and that no parallel candidate stays above."""
    best: dict[tuple[fmpz, ...], int] = {}
    for i, row in enumerate(rows):
        gradient = tuple(row[:-1])
        if gradient not in best or row[-1] > rows[best[gradient]][-1]:
            best[gradient] = i
    return sorted(best.values())
