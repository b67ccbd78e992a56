"""A stage on the cells of one prefix: its affine forms, and the sign vectors of points under it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from operator import mul

from flint import fmpz, fmpz_mat

from linreg.complex.signs import SignLayout
from linreg.polyhedra import Forms, IntegerRow
from linreg.problem import Problem
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
        self.first = first
        self.pairs = ((1 << len(rows)) - 1) << first
        self.contests = tuple(contests)
        self._shift = layout.n_pairs
        self._exact = rows
        # Few of them cut a cell, and these cut many: Python's integers are faster there.
        self._rows: dict[int, list[int]] = {}
        self._matrix = integer_matrix(rows, width)
        self._candidates = [integer_matrix(contest.rows, width) for contest in contests]
        self._of_directions: dict[Vector, int] = {}

    def at(self, vector: Vector) -> int:
        """The bits of the stage at a point, or along a direction."""
        if vector[-1] == 0 and vector in self._of_directions:
            return self._of_directions[vector]
        column = fmpz_mat(len(vector), 1, list(vector))
        signs, bit, other = 0, 1 << self.first, 1 << self.first + self._shift
        for value in (self._matrix * column).entries():
            if value >= 0:
                signs |= bit
            if value <= 0:
                signs |= other
            bit <<= 1
            other <<= 1
        for contest, candidates in zip(self.contests, self._candidates, strict=True):
            here = (candidates * column).entries()
            best = max(here)
            signs |= sum(1 << contest.start + i for i, value in enumerate(here) if value == best)
        if vector[-1] == 0:
            self._of_directions[vector] = signs
        return signs

    def row(self, pair: int) -> list[int]:
        """What a unit reads less its breakpoint, times a positive factor."""
        if pair not in self._rows:
            self._rows[pair] = [int(entry) for entry in self._exact[pair - self.first]]
        return self._rows[pair]

    def sign(self, pair: int, vector: Vector) -> int:
        """The two bits of one breakpoint at a point."""
        value = sum(map(mul, self.row(pair), vector))
        return int(value >= 0) << pair | int(value <= 0) << self._shift + pair

    def winners(self, contest: Contest, vector: Vector) -> int:
        """The bits of one max unit at a point."""
        values = [sum(map(mul, row, vector)) for row in contest.rows]
        best = max(values)
        return sum(1 << contest.start + i for i, value in enumerate(values) if value == best)


def domain_forms(layout: SignLayout, rows: Forms, dim: int) -> StageForms:
    """The rows of the domain, as if they were breakpoints."""
    return StageForms(layout, dim + 1, rows.rows, 0, ())


class PrefixStage:
    """A stage where all units before have known pieces, and what it hands on."""

    def __init__(
        self, layout: SignLayout, stage: IntegerStage, first_unit: int, state: fmpz_mat
    ) -> None:
        self._stage = stage
        self._width = state.ncols()
        self._rows = stage.preactivations(state)
        self.first_unit, self.last_unit = first_unit, first_unit + len(stage.units)
        one = [fmpz(0)] * (self._width - 1) + [fmpz(1)]
        self._passed = [*(self._rows[i] for i in stage.passing), one]
        self._outputs: dict[tuple[int, int], IntegerRow] = {}
        self._last: Sequence[int] = [-1] * len(stage.units)
        self._entries = [fmpz(0)] * (self._width * len(stage.units))
        self._entries += chain.from_iterable(self._passed)
        rows = list(self._breakpoints())
        self.forms = StageForms(layout, self._width, rows, *self._places(layout))

    def _breakpoints(self) -> Iterator[IntegerRow]:
        for unit in self._stage.units:
            if not isinstance(unit, IntegerMax):
                row = self._rows[unit.row]
                for by, cut in unit.cuts:
                    if by == 1 and cut == 0:
                        yield row
                    else:
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
        # Regions that come one after another share nearly all outputs of units.
        for unit, (piece, before) in enumerate(zip(pieces, self._last, strict=True)):
            if piece != before:
                place = slice(unit * self._width, (unit + 1) * self._width)
                self._entries[place] = self._output(unit, piece)
        self._last = pieces
        return fmpz_mat(len(self._entries) // self._width, self._width, self._entries)

    def _output(self, unit: int, piece: int) -> IntegerRow:
        """What a unit hands on where it is on a piece."""
        row = self._outputs.get((unit, piece))
        if row is None:
            stage = IntegerStage(self._stage.weights, (self._stage.units[unit],), range(0))
            state = stage.outputs(self._rows, [piece], self._passed[-1])
            row = self._outputs[unit, piece] = list(state.table()[0])
        return row


def output_forms(
    problem: Problem, layout: SignLayout, patterns: Iterable[tuple[int, ...]]
) -> Iterator[list[IntegerRow]]:
    """The outputs on regions, as integer forms of the input, each times a factor of its own.

    Fastest where patterns come sorted, since prefixes are kept.
    """
    path: list[tuple[tuple[int, ...], PrefixStage]] = []
    for pattern in patterns:
        state, first = identity_state(problem.network.input_dim), 0
        for depth, stage in enumerate(problem.integer_stages):
            if depth == len(path) or path[depth][0] != pattern[:first]:
                path[depth:] = [(pattern[:first], PrefixStage(layout, stage, first, state))]
            prefix = path[depth][1]
            first = prefix.last_unit
            if depth + 1 == len(path) or path[depth + 1][0] != pattern[:first]:
                state = prefix.state_after(pattern[prefix.first_unit : first])
        yield problem.integer_readout.of(state)
