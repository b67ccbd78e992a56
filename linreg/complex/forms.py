"""A stage on the cells of one prefix: its affine forms, and the sign vectors of points under it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import mul

from flint import fmpz, fmpz_mat

from linreg.complex.signs import SignLayout
from linreg.polyhedra import Forms, IntegerRow
from linreg.problem.integer import IntegerMax, IntegerStage, identity_state
from linreg.rational import integer_matrix

Vector = tuple[int, ...]
"""Homogeneous coordinates, primitive: a point's numerators and its denominator, or a direction
and 0."""


@dataclass(frozen=True, slots=True)
class Contest:
    """The candidates of a max unit: their first bit, all of their bits, and their forms."""

    start: int
    mask: int
    rows: list[list[int]]


class StageForms:
    """The forms of a stage where all units before have known pieces.

    Attributes
    ----------
    pairs : int
        A bit for each breakpoint of the stage's scalar units, as in `SignLayout`.
    rows : list of rows of int, shape (breakpoints, dim + 1)
        What each unit reads less its breakpoint, times a positive factor.
    first : int
        The place of the first of them among all breakpoints.
    contests : tuple of Contest
    """

    def __init__(
        self,
        layout: SignLayout,
        width: int,
        rows: Sequence[IntegerRow],
        first: int,
        contests: Sequence[Contest],
    ) -> None:
        self.rows = [[int(entry) for entry in row] for row in rows]
        self.first = first
        self.pairs = ((1 << len(rows)) - 1) << first
        self.contests = tuple(contests)
        self._shift = layout.n_pairs
        every = [*self.rows, *(row for contest in contests for row in contest.rows)]
        self._matrix = integer_matrix(every, width)
        self._of_directions: dict[Vector, int] = {}

    def at(self, vector: Vector) -> int:
        """The bits of the stage at a point, or along a direction."""
        if vector[-1] == 0 and vector in self._of_directions:
            return self._of_directions[vector]
        values = (self._matrix * fmpz_mat(len(vector), 1, list(vector))).entries()
        signs, bit, other = 0, 1 << self.first, 1 << self.first + self._shift
        for value in values[: len(self.rows)]:
            if value >= 0:
                signs |= bit
            if value <= 0:
                signs |= other
            bit <<= 1
            other <<= 1
        place = len(self.rows)
        for contest in self.contests:
            here = values[place : place + len(contest.rows)]
            best = max(here)
            signs |= sum(1 << contest.start + i for i, value in enumerate(here) if value == best)
            place += len(here)
        if vector[-1] == 0:
            self._of_directions[vector] = signs
        return signs

    def sign(self, pair: int, vector: Vector) -> int:
        """The two bits of one breakpoint at a point."""
        value = sum(map(mul, self.rows[pair - self.first], vector))
        return int(value >= 0) << pair | int(value <= 0) << self._shift + pair

    def winners(self, contest: Contest, vector: Vector) -> int:
        """The bits of one max unit at a point."""
        values = [sum(map(mul, row, vector)) for row in contest.rows]
        best = max(values)
        return sum(1 << contest.start + i for i, value in enumerate(values) if value == best)


def domain_forms(layout: SignLayout, rows: Forms, dim: int) -> StageForms:
    """The rows of the domain, as if they were breakpoints."""
    return StageForms(layout, dim + 1, rows.rows, 0, ())


class Prefix:
    """A stage where all units before have known pieces, and what it hands on."""

    def __init__(
        self, layout: SignLayout, stage: IntegerStage, first_unit: int, state: fmpz_mat
    ) -> None:
        self._stage = stage
        self._width = state.ncols()
        self._rows = stage.preactivations(state)
        self.first_unit, self.last_unit = first_unit, first_unit + len(stage.units)
        rows = list(self._breakpoints())
        self.forms = StageForms(layout, self._width, rows, *self._places(layout))

    def _breakpoints(self) -> Iterator[IntegerRow]:
        for unit in self._stage.units:
            if not isinstance(unit, IntegerMax):
                row = self._rows[unit.row]
                for by, cut in unit.cuts:
                    yield [*(entry * by for entry in row[:-1]), row[-1] * by - cut]

    def _places(self, layout: SignLayout) -> tuple[int, list[Contest]]:
        contests, first = [], layout.n_pairs
        for place, unit in enumerate(self._stage.units):
            start = layout.starts[self.first_unit + place]
            if isinstance(unit, IntegerMax):
                rows = self._rows[unit.row : unit.row + unit.rank]
                mask = ((1 << unit.rank) - 1) << start
                contests.append(
                    Contest(start, mask, [[int(entry) for entry in row] for row in rows])
                )
            else:
                first = min(first, start)
        return first, contests

    def state_after(self, pieces: Sequence[int]) -> fmpz_mat:
        """What the stage hands on where its units are on these pieces, as forms of the input."""
        one = [fmpz(0)] * (self._width - 1) + [fmpz(1)]
        return self._stage.outputs(self._rows, pieces, one)


def first_state(dim: int) -> fmpz_mat:
    """The input as forms of itself."""
    return identity_state(dim)
