"""What machine code tells of a cell all of whose regions are known, with its doubts settled."""

from __future__ import annotations

from collections.abc import Sequence
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
    FIRST,
    FORM,
    LAST,
    LENGTH,
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
    non_negative,
)
from linreg.problem.problem import Problem


class Teller:
    """Tells the trees of cells, for one problem.

    Attributes
    ----------
    doubts : int
        Forms and points that were left to exact arithmetic.
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
        telling = telling_for(t, len(patterns))
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
        telling.counters[LENGTH] = telling.counters[DOUBTS] = 0
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
            if kind == OF_POINT:
                sink.inside(_point_of(found, thin, region).entries)
                continue
            stage, f, rival, n_rows, n_likely = islice(doubts, 5)
            rows = list(islice(doubts, n_rows))
            pattern = self._before(found, region, stage)
            form = self._exactly.side(pattern, f, rival)
            proof = None
            if rows:
                chosen = {row: self._halfspace(pattern, path, row) for row in rows}
                proof = non_negative(form, chosen, rows[:n_likely])
                proof = proof or non_negative(form, chosen, rows)
            if proof is None:
                m = len(self._problem.domain_rows) + len(path)
                halfspaces = [self._halfspace(pattern, path, row) for row in range(m)]
                proof = self._decide(form, halfspaces, _point_of(found, thin, region))
            first = int(self._tables.stages["form"][stage])
            plane, above = self._exactly.marks(stage, pattern)[f - first]
            assert plane is not None
            side = above if rival == POSITIVE else -above
            sink.no_cut(plane, side, proof)
        sink.written(text[given:])

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
