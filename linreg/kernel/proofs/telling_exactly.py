"""What machine code tells of a cell all of whose regions are known, with its doubts settled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

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
    LENGTH,
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


class Teller:
    """Tells the trees of cells, for one problem.

    Attributes
    ----------
    doubts : int
        Forms, points and facets that were left to exact arithmetic.
    """

    def __init__(self, problem: Problem, tables: Tables, solver: Solver) -> None:
        self.doubts = 0
        self._problem = problem
        self._tables = tables
        self._solver = solver
        self._exactly = Exactly(problem, tables)
        self._work = work_for(tables, 0)

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
        part, known = telling.parts[0], telling.known[0]
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
        path = cell.rows()[len(t.halfspaces) :]
        part[DEPTH] = len(path)
        for i, row in enumerate(path):
            telling.path[i] = sides[tuple(row)]

    def _number(self, found: Found, telling: Telling) -> None:
        """Number the hyperplanes of the last part that waits."""
        part = telling.parts[telling.counters[TOP] - 1]
        s = int(part[STAGE])
        marks = self._exactly.marks(s, self._before(found, int(found.order[part[FIRST]]), s))
        seen = 0
        for f, (plane, above) in enumerate(marks, int(self._tables.stages["form"][s])):
            is_first = plane == seen
            telling.numbers[f] = seen if is_first else -1
            telling.above[f] = above
            seen += is_first

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
            elif kind == OF_FACET:
                row = next(doubts)
                pattern = self._before(found, region, self._tables.n_stages - 1)
                self._give_facet(pattern, path, row, point, _proposed(doubts), sink)
            else:
                stage, f, rival = islice(doubts, 3)
                pattern = self._before(found, region, stage)
                form = self._exactly.side(pattern, f, rival)
                proof = self._proved(form, pattern, path, _proposed(doubts))
                if proof is None:
                    proof = self._decide(form, self._rows(pattern, path), point)
                first = int(self._tables.stages["form"][stage])
                plane, above = self._exactly.marks(stage, pattern)[f - first]
                assert plane is not None
                sink.no_cut(plane, above if rival == POSITIVE else -above, proof)
        sink.written(text[given:], n_facets)

    def _give_facet(
        self,
        pattern: Sequence[int],
        path: Sequence[tuple[int, int]],
        row: int,
        point: Point,
        proposal: tuple[list[int], int],
        sink: Sink,
    ) -> None:
        """Give the sink whether a row of a region is a facet, or why it is none."""
        form = self._halfspace(pattern, path, row)
        proof = self._proved(form, pattern, path, proposal)
        if proof is not None:
            others = {i - (i > row): by for i, by in proof.numerators.items()}
            sink.redundant(Multipliers(proof.denominator, others))
            return
        forms = Forms(self._rows(pattern, path), self._tables.dim)
        answer = beyond_facet(forms, row, point, self._solver)
        if isinstance(answer, Multipliers):
            sink.redundant(answer)
        else:
            sink.facet(answer)

    def _proved(
        self,
        form: IntegerRow,
        pattern: Sequence[int],
        path: Sequence[tuple[int, int]],
        proposal: tuple[list[int], int],
    ) -> Multipliers | None:
        """The proof that a form is not negative, by the rows that are proposed."""
        rows, n_likely = proposal
        if not rows:
            return None
        chosen = {row: self._halfspace(pattern, path, row) for row in rows}
        proof = non_negative(form, chosen, rows[:n_likely])
        return proof or non_negative(form, chosen, rows)

    def _rows(self, pattern: Sequence[int], path: Sequence[tuple[int, int]]) -> list[IntegerRow]:
        """The rows of the domain, and those that a path has put up after them."""
        m = len(self._problem.domain_rows) + len(path)
        return [self._halfspace(pattern, path, row) for row in range(m)]

    def _halfspace(
        self, pattern: Sequence[int], path: Sequence[tuple[int, int]], row: int
    ) -> IntegerRow:
        """A row of the domain, or the side that a path has put up after them."""
        place = row - len(self._problem.domain_rows)
        if place < 0:
            return self._problem.domain_rows.rows[row]
        return self._exactly.side(pattern, *path[place])

    def _decide(self, form: IntegerRow, rows: Sequence[IntegerRow], point: Point) -> Multipliers:
        """The proof that a form, positive at a point of a cell of these rows, is so throughout."""
        forms = Forms([form], len(point.entries) - 1)
        pointed = PointedPolyhedron.of_rows(rows, point, self._solver)
        (value,) = forms.floats(forms.at(point), point)
        answer = pointed.below(form, forms.normals[0], float(value))
        if isinstance(answer, Point):
            raise BrokenInvariant("machine code has lost a region, which exact arithmetic finds")
        return answer


def _point_of(found: Found, thin: dict[int, Point], region: int) -> Point:
    return thin[region] if region in thin else Point.of_floats(found.points[region])


def _proposed(doubts: Iterator[int]) -> tuple[list[int], int]:
    """Rows that are proposed to prove something, and how many of them should do."""
    n_rows, n_likely = islice(doubts, 2)
    return list(islice(doubts, n_rows)), n_likely
