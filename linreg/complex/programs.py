"""Cells of any number of inputs, by a tree that splits in three and decides by linear programs.

The domain's own faces are left out: a cell is the set of all points of the domain, its boundary
included, at which the units are in the same place. A box of twenty inputs has a million corners
and three thousand million faces, but a network of a few units has a few hundred such cells in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from linreg.complex.flats import Flat, whole
from linreg.complex.forms import Contest, PrefixStage, input_rows
from linreg.complex.gathering import CellTally
from linreg.complex.signs import SignLayout
from linreg.polyhedra import IntegerRow, Solver
from linreg.problem import Problem


class SignedFlat(NamedTuple):
    """A cell of the domain, and the sign vector of its points as far as it is decided."""

    signs: int
    flat: Flat


class ProgramTree:
    """The search for all cells, whose decisions are linear programs with exact proofs.

    Attributes
    ----------
    solver : Solver
        Counts the programs.
    """

    def __init__(self, problem: Problem, layout: SignLayout, limit: int | None = None) -> None:
        self.solver = Solver()
        self._problem, self._layout, self._limit = problem, layout, limit

    def cells(self) -> Iterator[SignedFlat]:
        """All cells, in no particular order.

        Raises
        ------
        IncompleteError
            If there are more than the limit.
        """
        rows = self._problem.domain_rows.rows
        start = SignedFlat(0, whole(self._problem.network.input_dim, rows, self.solver))
        first = input_rows(self._problem)
        tally = CellTally(start.flat.dim, self._limit)
        for cell in self._below(0, 0, first, [start]):
            tally.add(cell.flat.dim)
            yield SignedFlat(cell.signs | self._of_domain(cell.flat), cell.flat)

    def _of_domain(self, flat: Flat) -> int:
        """The bits of the domain's rows: no point of it is beyond one, and some cells lie on it."""
        bits = (1 << self._layout.n_rows) - 1
        for place, row in enumerate(self._problem.domain_rows.rows):
            if not any(flat.on(row)):
                bits |= 1 << self._layout.n_pairs + place
        return bits

    def _below(
        self, depth: int, first_unit: int, rows: Sequence[IntegerRow], cells: list[SignedFlat]
    ) -> Iterator[SignedFlat]:
        """The final cells in cells that have one affine map up to a stage."""
        stages = len(self._problem.integer_stages)
        if not stages:
            yield from cells
            return
        prefix = PrefixStage(self._layout, self._problem, depth, first_unit, rows)
        parts = self._split(prefix, cells)
        if depth + 1 == stages:
            yield from parts
            return
        groups: dict[int, list[SignedFlat]] = {}
        tally = CellTally(self._problem.network.input_dim, self._limit)
        for cell in parts:
            tally.add(cell.flat.dim)  # each has a cell of its dimension in it in the end
            groups.setdefault(cell.signs & prefix.forms.telling, []).append(cell)
        for signs, group in groups.items():
            yield from self._below(depth + 1, prefix.last_unit, prefix.handed_on(signs), group)

    def _split(self, prefix: PrefixStage, cells: list[SignedFlat]) -> Iterator[SignedFlat]:
        """The parts of cells on which a stage is decided; the first of them soon."""
        forms = prefix.forms
        pairs = [pair for pair in range(forms.pairs.bit_length()) if forms.pairs >> pair & 1]
        steps: list[Callable[[SignedFlat], Iterator[SignedFlat]]] = [
            *(self._at_breakpoint(forms.row(pair), pair) for pair in pairs),
            *(self._at_contest(contest) for contest in forms.contests),
        ]
        pending = [(cell, 0) for cell in cells]
        while pending:
            cell, step = pending.pop()
            if step == len(steps):
                yield cell
            else:
                pending += ((part, step + 1) for part in steps[step](cell))

    def _at_breakpoint(
        self, row: list[int], pair: int
    ) -> Callable[[SignedFlat], Iterator[SignedFlat]]:
        """What splits a cell above, on and below a breakpoint."""
        above, below = 1 << pair, 1 << pair + self._layout.n_pairs
        bits = {1: above, 0: above | below, -1: below}

        def split(cell: SignedFlat) -> Iterator[SignedFlat]:
            for sign, flat in cell.flat.parts(row, self.solver):
                yield SignedFlat(cell.signs | bits[sign], flat)

        return split

    def _at_contest(self, contest: Contest) -> Callable[[SignedFlat], Iterator[SignedFlat]]:
        """What splits a cell by the candidates that attain a maximum.

        Each part is found from the lowest of them, i: it is strictly above those before it, and
        at or above those after it.
        """

        def split(cell: SignedFlat) -> Iterator[SignedFlat]:
            for i, winner in enumerate(contest.rows):
                parts = [SignedFlat(cell.signs | 1 << contest.start + i, cell.flat)]
                for j, rival in enumerate(contest.rows):
                    if j == i:
                        continue
                    ahead = [a - b for a, b in zip(winner, rival, strict=True)]
                    tied = 1 << contest.start + j
                    parts = [
                        SignedFlat(part.signs | (0 if sign else tied), flat)
                        for part in parts
                        for sign, flat in part.flat.parts(ahead, self.solver)
                        if sign > 0 or (sign == 0 and j > i)
                    ]
                yield from parts

        return split
