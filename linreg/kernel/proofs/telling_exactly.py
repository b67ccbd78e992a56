"""What machine code tells of a cell all of whose regions are known, with its doubts settled."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice, permutations
from typing import NamedTuple

import numpy as np
from flint import fmpz

from linreg.errors import BrokenInvariant
from linreg.explore.cells import Cell
from linreg.explore.sink import Sink
from linreg.explore.subdivision import Tally
from linreg.kernel.bridge.exact_cells import Exactly
from linreg.kernel.data.outcomes import DONE, TWICE, UNCLEAR
from linreg.kernel.data.tables import Tables
from linreg.kernel.data.telling import (
    DEPTH,
    DOUBTS,
    FACETS,
    FIRST,
    FORM,
    LAST,
    LEFT,
    LENGTH,
    OF_CANDIDATE,
    OF_FACET,
    OF_POINT,
    ON_PATH,
    STAGE,
    STARTS,
    STATE,
    TOP,
    Found,
    Telling,
    telling_for,
)
from linreg.kernel.data.work import NEGATIVE, POSITIVE, PROGRAMS, work_for
from linreg.kernel.proofs.known_regions import tell
from linreg.kernel.proofs.vertices import Vertices
from linreg.polyhedra import (
    Forms,
    IntegerRow,
    Multipliers,
    Point,
    PointedPolyhedron,
    Solver,
    beyond_facet,
    non_negative,
)
from linreg.problem.problem import Problem


class _Part(NamedTuple):
    """A part that machine code has left a doubt about.

    Attributes
    ----------
    stage : int
    pattern : tuple of int
        Of the stages before.
    path : sequence of (int, int)
        The half-spaces that the path has put up, as machine code has them.
    point : Point
        Inside.
    """

    stage: int
    pattern: tuple[int, ...]
    path: Sequence[tuple[int, int]]
    point: Point


class Teller:
    """Tells the trees of cells, for one problem.

    Attributes
    ----------
    doubts : int
        Forms, candidates, points and facets that were left to exact arithmetic.
    """

    def __init__(self, problem: Problem, tables: Tables, solver: Solver) -> None:
        self.doubts = 0
        self._problem = problem
        self._tables = tables
        self._solver = solver
        self._exactly = Exactly(problem, tables)
        self._work = work_for(tables, 0)
        self._vertices = Vertices(self._exactly.words, self._exactly.on_cell(0, ()))
        self._path: Sequence[tuple[int, int]] | None = None  # a path, and all rows of its part
        self._rows: list[IntegerRow] = []

    @property
    def lps(self) -> int:
        """Linear programs solved in machine code."""
        return int(self._work.tree.counters[PROGRAMS])

    def tell(
        self,
        cell: Cell,
        patterns: np.ndarray,
        points: np.ndarray,
        thin: dict[int, Point],
        sink: Sink,
        tally: Tally,
    ) -> None:
        """Tell the tree of a cell.

        Parameters
        ----------
        patterns, points : arrays, shape (regions, units) and (regions, dim)
            All of its regions, and a point in each.
        thin : dict
            By region, those points that are no floats.
        """
        t = self._tables
        points[list(thin)] = np.nan
        found = Found(patterns, points, np.arange(len(patterns)))
        telling = telling_for(t, len(patterns), sink.wants_facets)
        self._put(cell, found, telling)
        while (status := tell(t, self._work, found, telling)) != DONE:
            if status == TWICE:
                raise BrokenInvariant("machine code has found a region twice")
            if status == UNCLEAR:
                self._number(found, telling)
            self._give(found, thin, telling, sink)
        self._give(found, thin, telling, sink)
        tally.cells = [a + int(b) for a, b in zip(tally.cells, telling.cells, strict=True)]

    def _put(self, cell: Cell, found: Found, telling: Telling) -> None:
        """Make a cell the first part."""
        t = self._tables
        part, known, running = telling.parts[0], telling.known[0], telling.running[0]
        part[FIRST], part[LAST], part[STAGE] = 0, len(found.order), cell.stage
        part[FORM], part[STATE] = -1, STARTS
        telling.counters[TOP] = 1
        sides: dict[tuple[fmpz, ...], tuple[int, int]] = {}
        for s in range(cell.stage + 1):
            first = int(t.stages["form"][s])
            rows = self._exactly.on_cell(s, cell.pattern).hyperplanes.rows
            for f, (plane, above) in enumerate(self._exactly.marks(s, cell.pattern), first):
                if plane is None:
                    continue
                for side in (1, -1):
                    form = tuple(side * entry for entry in rows[plane])
                    sides.setdefault(form, (f, POSITIVE if side == above else NEGATIVE))
                if s == cell.stage and cell.signs[plane]:
                    known[(f - first) >> 6] |= np.uint64(1 << ((f - first) & 63))
            for contest, rivals in enumerate(self._rivals(s, cell.pattern)):
                for row, rival in permutations(rivals, 2):
                    lead = tuple(self._exactly.lead(cell.pattern, row, rival))
                    sides.setdefault(lead, (row, rival))
                if s == cell.stage:
                    left = [rivals[i] for i in cell.alive[contest]]
                    running[np.array(left) - int(t.stages["row"][s])] = LEFT
        path = cell.rows()[len(t.halfspaces) :]
        part[DEPTH] = len(path)
        for i, halfspace in enumerate(path):
            telling.path[i] = sides[tuple(halfspace)]

    def _number(self, found: Found, telling: Telling) -> None:
        """Number the hyperplanes and candidates of the last part that waits."""
        part = telling.parts[telling.counters[TOP] - 1]
        s = int(part[STAGE])
        pattern = self._before(found, int(found.order[part[FIRST]]), s)
        marks = self._exactly.marks(s, pattern)
        seen = 0
        for f, (plane, above) in enumerate(marks, int(self._tables.stages["form"][s])):
            is_first = plane == seen
            telling.numbers[f] = seen if is_first else -1
            telling.above[f] = above
            seen += is_first
        first, last = self._tables.stages["row"][s : s + 2]
        telling.candidates[first:last] = -1
        for rivals in self._rivals(s, pattern):
            telling.candidates[list(rivals)] = range(len(rivals))

    def _rivals(self, stage: int, pattern: Sequence[int]) -> list[list[int]]:
        """The rows of the candidates that count of each contest of a stage."""
        units = self._tables.units
        first, last = self._tables.stages["unit"][stage : stage + 2].tolist()
        on_cell = self._exactly.on_cell(stage, pattern)
        return [
            [int(units["row"][u]) + rival for rival in on_cell.rivals(u - first)[1]]
            for u in range(first, last)
            if units["is_max"][u]
        ]

    def _before(self, found: Found, region: int, stage: int) -> tuple[int, ...]:
        """The pieces of a region in the stages before one."""
        pieces = found.patterns[region, : int(self._tables.stages["unit"][stage])]
        return tuple(pieces.tolist())

    def _give(self, found: Found, thin: dict[int, Point], telling: Telling, sink: Sink) -> None:
        """Give the sink what is written, with the doubts settled in their places."""
        text = telling.text[: telling.counters[LENGTH]].tobytes()
        doubts = iter(telling.doubts[: telling.counters[DOUBTS]].tolist())
        n_facets = int(telling.counters[FACETS])
        telling.counters[LENGTH] = telling.counters[DOUBTS] = telling.counters[FACETS] = 0
        given = 0
        path: list[tuple[int, int]] = []
        for kind in doubts:
            if kind == ON_PATH:
                path = [(next(doubts), next(doubts)) for _ in range(next(doubts))]
                continue
            self.doubts += 1
            end, region = islice(doubts, 2)
            sink.written(text[given:end])
            given = end
            point = _point_of(found, thin, region)
            if kind == OF_POINT:
                sink.inside(point.entries)
                continue
            stage = self._tables.n_stages - 1 if kind == OF_FACET else next(doubts)
            part = _Part(stage, self._before(found, region, stage), path, point)
            if kind == OF_FACET:
                self._settle_facet(doubts, part, sink)
            elif kind == OF_CANDIDATE:
                self._settle_candidate(doubts, part, sink)
            else:
                self._settle_form(doubts, part, sink)
        sink.written(text[given:], n_facets)

    def _settle_facet(self, doubts: Iterator[int], part: _Part, sink: Sink) -> None:
        """Tell whether a row of a region is a facet, or why it is none."""
        row = next(doubts)
        form = self._halfspace(part, row)
        proof = _proposed(doubts, form, lambda other: self._halfspace(part, other))
        if proof is not None:
            others = {i - (i > row): by for i, by in proof.numerators.items()}
            sink.redundant(Multipliers(proof.denominator, others))
            return
        forms = Forms(self._halfspaces(part), self._tables.dim)
        answer = beyond_facet(forms, row, part.point, self._solver)
        if isinstance(answer, Multipliers):
            sink.redundant(answer)
        else:
            sink.facet(answer)

    def _settle_form(self, doubts: Iterator[int], part: _Part, sink: Sink) -> None:
        """Tell that a form does not cut a part."""
        f, rival = islice(doubts, 2)
        form = self._exactly.side(part.pattern, f, rival)
        proof = _proposed(doubts, form, lambda row: self._halfspace(part, row))
        if proof is None:
            proof = self._decide(form, self._halfspaces(part), part.point)
        first = int(self._tables.stages["form"][part.stage])
        plane, above = self._exactly.marks(part.stage, part.pattern)[f - first]
        assert plane is not None
        side = above if rival == POSITIVE else -above
        sink.no_cut(plane, side, proof)

    def _settle_candidate(self, doubts: Iterator[int], part: _Part, sink: Sink) -> None:
        """Tell that a candidate wins nowhere in a part."""
        u, winner, n_rivals = islice(doubts, 3)
        leads = [
            self._exactly.lead(part.pattern, winner, rival) for rival in islice(doubts, n_rivals)
        ]
        first = len(self._problem.domain_rows) + len(part.path)

        def lifted(row: int) -> IntegerRow:
            """A row as a function of t too, the least of the leads."""
            is_lead = row >= first
            form = leads[row - first] if is_lead else self._halfspace(part, row)
            return [*form[:-1], fmpz(-is_lead), form[-1]]

        below_zero = [fmpz(0)] * self._tables.dim + [fmpz(-1), fmpz(0)]
        proof = _proposed(doubts, below_zero, lifted)
        if proof is None:
            pointed = PointedPolyhedron.of_rows(self._halfspaces(part), part.point, self._solver)
            proof = _found(pointed.meet(leads))
        first_unit = int(self._tables.stages["unit"][part.stage])
        contest, rivals = self._exactly.on_cell(part.stage, part.pattern).rivals(u - first_unit)
        candidate = rivals.index(winner - int(self._tables.units["row"][u]))
        sink.loses(contest, candidate, proof)

    def _halfspaces(self, part: _Part) -> list[IntegerRow]:
        """All rows of a part; those of the last one that was asked about are kept."""
        if part.path is not self._path:
            m = len(self._problem.domain_rows) + len(part.path)
            self._rows = [self._halfspace(part, row) for row in range(m)]
            self._path = part.path
        return self._rows

    def _halfspace(self, part: _Part, row: int) -> IntegerRow:
        """A row of the domain, or what the path to a part has put up after them."""
        place = row - len(self._problem.domain_rows)
        if place < 0:
            return self._problem.domain_rows.rows[row]
        return self._exactly.halfspace(part.pattern, *part.path[place])

    def _decide(self, form: IntegerRow, rows: Sequence[IntegerRow], point: Point) -> Multipliers:
        """The proof that a form, positive at a point of a cell of these rows, is so throughout."""
        proof = self._vertices.proof(form, rows)
        if proof is not None:
            return proof
        forms = Forms([form], len(point.entries) - 1)
        pointed = PointedPolyhedron.of_rows(rows, point, self._solver)
        (value,) = forms.floats(forms.at(point), point)
        return _found(pointed.below(form, forms.normals[0], float(value)))


def _proposed(
    doubts: Iterator[int], form: IntegerRow, row: Callable[[int], IntegerRow]
) -> Multipliers | None:
    """The proof by rows that machine code names next: by those that should do, or by all."""
    n_rows, n_likely = islice(doubts, 2)
    if n_rows == 0:
        return None
    names = list(islice(doubts, n_rows))
    rows = {name: row(name) for name in names}
    return non_negative(form, rows, names[:n_likely]) or non_negative(form, rows, names)


def _found(answer: Point | Multipliers) -> Multipliers:
    """The proof that there is no more region."""
    if isinstance(answer, Point):
        raise BrokenInvariant("machine code has lost a region, which exact arithmetic finds")
    return answer


def _point_of(found: Found, thin: dict[int, Point], region: int) -> Point:
    return thin[region] if region in thin else Point.of_floats(found.points[region])
