"""Stages in integers, and what they are on a cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import lcm

from flint import fmpq, fmpq_mat, fmpz_mat

from linreg.checker.forms import Form, coprime, negated
from linreg.network.stages import Stage

FEW_CHANGES = 4
"""A state of which one row in so many has changed, or fewer, is not read from the beginning."""


@dataclass(frozen=True, slots=True)
class State:
    """Affine functions of the input: integer rows over one positive denominator.

    Attributes
    ----------
    multiples : dict of Form, by id
        Some forms whose gradients are multiples of gradients of the rows.
    """

    rows: list[list[int]]
    denominator: int
    multiples: dict[int, Form] = field(default_factory=dict)

    @property
    def rationals(self) -> fmpq_mat:
        """The same in fractions."""
        return fmpq_mat(fmpz_mat(self.rows)) * fmpq(1, self.denominator)


@dataclass(frozen=True, slots=True)
class Table:
    """A scalar unit: breakpoints as (numerator, denominator), slopes and intercepts times a scale.

    The scale is the same for all units of a stage.
    """

    breakpoints: list[tuple[int, int]]
    slopes: list[int]
    intercepts: list[int]


class IntegerStage:
    """A stage whose numbers are integers.

    Attributes
    ----------
    starts, ranks : sequence of int
        The first row that each unit reads, and last the first that passes through; the candidates
        of each max unit, 0 for a scalar unit.
    tables : list of Table or None
        None for max units.
    n_rows : int
        How many rows units read or pass through.
    scale : int
        What outputs are multiplied by.
    """

    def __init__(self, stage: Stage) -> None:
        numbers = [entry for table in stage.tables if table for part in table[1:] for entry in part]
        self.scale = lcm(*(int(entry.q) for entry in numbers))
        self.starts = stage.starts
        self.ranks = [
            0 if table else unit.n_inputs
            for unit, table in zip(stage.units, stage.tables, strict=True)
        ]
        self.tables = [None if table is None else self._table(*table) for table in stage.tables]
        self.n_rows = stage.map.n_outputs
        self._map = stage.map
        nothing = State([[]] * stage.map.n_inputs, 0)
        self._last = nothing, nothing  # a state that was read, and what was read of it

    def _table(self, breakpoints: list[fmpq], *rates: list[fmpq]) -> Table:
        cuts = [(int(entry.p), int(entry.q)) for entry in breakpoints]
        return Table(cuts, *([int(entry * self.scale) for entry in part] for part in rates))

    @cached_property
    def _matrix(self) -> tuple[fmpz_mat, int]:
        matrix, denominator = self._map.rows.numer_denom()
        return matrix, int(denominator)

    def homogeneous(self) -> tuple[list[list[int]], int]:
        """The map as integer rows of weights and a bias, and what they are divided by."""
        matrix, divisor = self._matrix
        return _integers(matrix), divisor

    @property
    def is_plain(self) -> bool:
        """Whether there are scalar units only, and the map is not sparse."""
        return None not in self.tables and not self._map.is_sparse

    @cached_property
    def _columns(self) -> list[list[int]]:
        return _integers(self._matrix[0].transpose())

    def read(self, state: State) -> State:
        """What the units read of a state, and what passes through."""
        if self._map.is_sparse:
            product, divisor = self._map.apply(state.rationals).numer_denom()
            return State(_integers(product), int(divisor))
        before, found = self._last
        changed = [i for i, row in enumerate(state.rows) if row is not before.rows[i]]
        if before.denominator != state.denominator or FEW_CHANGES * len(changed) > len(state.rows):
            self._last = state, self._product(state)
            return self._last[1]
        rows = found.rows
        for i in changed:
            gains = [new - old for new, old in zip(state.rows[i], before.rows[i], strict=True)]
            rows = [
                [entry + by * gain for entry, gain in zip(row, gains, strict=True)]
                for row, by in zip(rows, self._columns[i], strict=True)
            ]
        self._last = state, State(rows, found.denominator)
        return self._last[1]

    def _product(self, state: State) -> State:
        matrix, denominator = self._matrix
        width = len(state.rows[0])
        flat = [entry for row in state.rows for entry in row]
        flat += [0] * (width - 1)
        flat.append(state.denominator)
        product = matrix * fmpz_mat(len(state.rows) + 1, width, flat)
        return State(_integers(product), denominator * state.denominator)


def _integers(matrix: fmpz_mat) -> list[list[int]]:
    return [[int(entry) for entry in row] for row in matrix.table()]


class StageOnCell:
    """A stage where all units of the stages before have their pieces.

    Attributes
    ----------
    hyperplanes : list of Form
        The breakpoints of scalar units that are not constant, coprime, the first non-zero entry
        positive, each once, in the order of units and breakpoints.
    contests : list of list of integer rows
        For each max unit its candidates that count: by index, those that differ and that no
        parallel candidate stays above.
    """

    def __init__(self, stage: IntegerStage, state: State) -> None:
        self._stage = stage
        self._state = state
        self._read = stage.read(state)
        self.hyperplanes: list[Form] = []
        self.contests: list[list[list[int]]] = []
        self._places: dict[Form, int] = {}  # of hyperplanes
        # By unit: breakpoints that lie below throughout, and of the others (hyperplane, side
        # above); of a max unit the candidates that count.
        self._marks: list[tuple[int, list[tuple[int, int]]]] = []
        self._candidates: list[list[int]] = []
        self._outputs: dict[tuple[int, int, int], list[int]] = {}  # by row, slope and intercept
        rows = self._read.rows
        for table, start, rank in zip(stage.tables, stage.starts, stage.ranks, strict=False):
            if table is None:
                block = rows[start : start + rank]
                self._candidates.append(_counting(block))
                self.contests.append([block[i] for i in self._candidates[-1]])
            else:
                self._marks.append(self._marked(rows[start], table.breakpoints))

    def _marked(
        self, row: list[int], breakpoints: Sequence[tuple[int, int]]
    ) -> tuple[int, list[tuple[int, int]]]:
        below, marks = 0, []
        for numerator, denominator in breakpoints:
            if numerator:
                shifted = [denominator * entry for entry in row]
                shifted[-1] -= numerator * self._read.denominator
            else:
                shifted = row
            form = coprime(shifted)
            leading = next(filter(None, form[:-1]), 0)
            if not leading:
                below += form[-1] > 0
                continue
            above = 1 if leading > 0 else -1
            key = form if above > 0 else negated(form)
            place = self._places.setdefault(key, len(self.hyperplanes))
            if place == len(self.hyperplanes):
                self.hyperplanes.append(key)
            marks.append((place, above))
        return below, marks

    @cached_property
    def beyond(self) -> list[Form]:
        """The hyperplanes with the other sign, positive on their negative sides."""
        return [negated(form) for form in self.hyperplanes]

    def as_integers(self) -> tuple[list[list[int]], list[int], list[int]]:
        """Of scalar units the rows, those that pass through and one of zeros and the denominator.

        And for each breakpoint the number of its hyperplane and the side above it, or where the
        unit is constant, 0 and 2 if the breakpoint lies below, else 3.
        """
        starts, rows = self._stage.starts, self._read.rows
        last = [0] * (len(rows[0]) - 1) + [self._read.denominator]
        numbers: list[int] = []
        sides: list[int] = []
        for table, (below, marks) in zip(self._stage.tables, self._marks, strict=True):
            assert table is not None
            flat = len(table.breakpoints) - len(marks)
            numbers += [plane for plane, _ in marks] + [0] * flat
            sides += [above for _, above in marks] + [2] * below + [3] * (flat - below)
        return [*(rows[i] for i in starts[:-1]), *rows[starts[-1] :], last], numbers, sides

    def is_spanned(self, rows: Sequence[Form]) -> bool:
        """Whether it is plain that these rows span all gradients of the hyperplanes.

        The rows are independent. Gradients of hyperplanes are combinations of those of the state,
        and as many rows among these combinations as the state has gradients span them all.
        """
        return len(rows) >= self._n_gradients and all(id(row) in self._combinations for row in rows)

    @cached_property
    def _n_gradients(self) -> int:
        return sum(any(row[:-1]) for row in self._state.rows)

    @cached_property
    def _combinations(self) -> dict[int, Form]:
        own = {id(form): form for forms in (self.hyperplanes, self.beyond) for form in forms}
        return self._state.multiples | own

    def lead(self, contest: int, candidate: int, rival: int) -> Form:
        """How far a candidate is ahead of a rival, coprime."""
        forms = self.contests[contest]
        return coprime([a - b for a, b in zip(forms[candidate], forms[rival], strict=True)])

    def after(self, sides: Sequence[int], winners: Sequence[int]) -> State:
        """The stage's outputs where each hyperplane has a side and each contest a winner."""
        stage = self._stage
        marks, won = iter(self._marks), zip(self._candidates, winners, strict=True)
        outputs = []
        multiples: dict[int, Form] = {}
        for table, start in zip(stage.tables, stage.starts, strict=False):
            if table is None:
                candidates, winner = next(won)
                outputs.append(self._output(start + candidates[winner], stage.scale, 0))
                continue
            piece, crossed = next(marks)
            for plane, above in crossed:
                piece += sides[plane] == above
            if table.slopes[piece]:
                for plane, _ in crossed:
                    for form in (self.hyperplanes[plane], self.beyond[plane]):
                        multiples[id(form)] = form
            outputs.append(self._output(start, table.slopes[piece], table.intercepts[piece]))
        for row in range(stage.starts[-1], len(self._read.rows)):
            outputs.append(self._output(row, stage.scale, 0))
        return State(outputs, self._read.denominator * stage.scale, multiples)

    def _output(self, row: int, slope: int, intercept: int) -> list[int]:
        """A row times the scale on a piece."""
        entries = self._read.rows[row]
        if slope == 1 and not intercept:
            return entries
        output = self._outputs.get((row, slope, intercept))
        if output is None:
            output = [slope * entry for entry in entries]
            output[-1] += intercept * self._read.denominator
            self._outputs[row, slope, intercept] = output
        return output


def _counting(rows: Sequence[Sequence[int]]) -> list[int]:
    """The candidates that no other one equals, with a lower index, or stays above throughout."""
    best: dict[tuple[int, ...], int] = {}
    for i, row in enumerate(rows):
        gradient = tuple(row[:-1])
        if gradient not in best or row[-1] > rows[best[gradient]][-1]:
            best[gradient] = i
    return sorted(best.values())
