"""The strategy "compiled" where proofs are wanted: first the regions, then why there are no more.

Machine code finds the regions of a cell. They tell which hyperplanes cut it, which candidates win,
and so the tree; what is left to prove is that the others do not. Machine code writes the tree down,
with the rows that prove that, and where it is in doubt exact arithmetic finds multipliers.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import ClassVar

import numpy as np

from linreg.errors import BrokenInvariant
from linreg.explore.cells import Cell, Prefix, cell_of, first_cell, prefix_of
from linreg.explore.sink import Sink
from linreg.explore.subdivision import Tally, split
from linreg.kernel.bridge.explorer import CompiledExplorer, of_one_unit
from linreg.kernel.data.tables import tables_of
from linreg.kernel.machine import first_use, is_loaded, is_on_disk
from linreg.kernel.proofs.known_regions import tell
from linreg.kernel.proofs.telling_exactly import Teller
from linreg.polyhedra import Point, Solver
from linreg.problem.problem import Problem
from linreg.units import relu

MOST = 1 << 16
"""Regions that are proved at a time: a cell with more is split first."""

MOST_DOUBTS = 1024
"""Doubts, each of some milliseconds, from which on a cell is split first too."""

FAR_TOO_MANY = 2 * MOST
"""So many that this may be judged by the part of the tree that is done."""

CELLS_AT_ONCE = 2048
"""Cells that are taken before it is first asked whether there are too many; then twice as many, and
so on, since every time what waits has to be made exact."""


class ProvingExplorer:
    """Tells proofs of what machine code has found; an `Explorer`.

    Its cells are exact ones.
    """

    name = "compiled"
    slice = 1  # some thousand regions, in a few tenths of a second
    alone = 1
    task_budget = 2
    threads = False

    def __init__(self) -> None:
        self._solver = Solver()
        self._finder = CompiledExplorer()
        self._teller: Teller | None = None
        self._problem: Problem | None = None

    @property
    def lps(self) -> int:
        """Linear programs that were solved."""
        own = 0 if self._teller is None else self._teller.lps
        return self._finder.lps + self._solver.lps + own

    @property
    def exact_decisions(self) -> int:
        """Cells about which floats left a doubt, and proofs that machine code could not propose."""
        return self._finder.exact_decisions + self._solver.exact_decisions

    def begin(self, problem: Problem, tally: Tally) -> list[Cell]:
        """The cells to start from: the whole interior of the domain."""
        tally.cells = [0] * len(problem.network.stages)
        return [first_cell(problem)]

    def explore(
        self,
        problem: Problem,
        cells: list[Cell],
        sink: Sink,
        tally: Tally,
        *,
        budget: int,
        limit: int | None = None,
    ) -> list[Cell]:
        """Prove cells or split them, and return those that are left."""
        while cells and budget > 0 and (limit is None or tally.regions < limit):
            budget -= 1
            cell = cells.pop()
            regions = None if tables_of(problem) is None else self._regions_of(problem, cell)
            if regions is None or (limit is not None and tally.regions + len(regions) > limit):
                cells += split(problem, cell, sink, tally, self._solver)
            elif len(regions) == 0:
                raise BrokenInvariant("machine code has found no region in a cell")
            else:
                self._tell(problem, cell, regions, sink, tally)
        return cells

    def preparation(self, problem: Problem, tally: Tally) -> str:
        """To compile, if that was not done before."""
        if is_loaded(tell) or is_on_disk(tell):
            return self._finder.preparation(problem, tally)
        return "compiling (first use)"

    def prepare(self, problem: Problem) -> None:
        """Compile what any network of as many inputs needs, by proving those of one unit."""
        small, tally = of_one_unit(problem.domain.dim, relu()), Tally()
        explorer = ProvingExplorer()
        self._finder.prepare(problem)
        with first_use(tell):
            explorer.explore(small, explorer.begin(small, tally), Sink(), tally, budget=1)

    def prefix_of(self, cell: Cell) -> Prefix:
        """The cell in plain integers."""
        return prefix_of(cell)

    def cell_of(self, problem: Problem, prefix: Prefix) -> Cell:
        """The cell that a prefix names."""
        return cell_of(problem, prefix)

    def _regions_of(self, problem: Problem, cell: Cell) -> _Regions | None:
        """The regions of a cell; None if they are too many to be proved at a time."""
        regions, tally = _Regions(), Tally(cells=[0] * len(problem.network.stages))
        doubts, budget = self._finder.doubts, CELLS_AT_ONCE
        if cell.stage == 0 and len(cell.rows()) == len(problem.domain_rows):
            left = self._finder.begin(problem, tally)
        else:
            left = [self._finder.taken_up(problem, cell)]
        while left:
            if self._finder.doubts - doubts > MOST_DOUBTS:
                return None
            if tally.regions > MOST or tally.regions * cell.share > FAR_TOO_MANY * tally.share:
                return None
            left = self._finder.explore(
                problem, left, regions, tally, budget=budget, limit=MOST + 1
            )
            budget *= 2
        return regions

    def _tell(
        self, problem: Problem, cell: Cell, regions: _Regions, sink: Sink, tally: Tally
    ) -> None:
        """Tell the tree of a cell, all of whose regions are known."""
        tables = tables_of(problem)
        assert tables is not None
        if self._teller is None or self._problem is not problem:
            self._teller, self._problem = Teller(problem, tables, self._solver), problem
        self._teller.tell(cell, regions.patterns, regions.witnesses, regions.thin, sink, tally)
        tally.regions += len(regions)
        tally.share += cell.share


class _Regions(Sink):
    """The regions of a cell."""

    wants_rows: ClassVar[bool] = True

    def __init__(self) -> None:
        self.thin: dict[int, Point] = {}  # witnesses that are not float64 points, by region
        self._n_regions = 0
        self._patterns: list[np.ndarray] = []
        self._witnesses: list[np.ndarray] = []

    def __len__(self) -> int:
        return self._n_regions

    @property
    def patterns(self) -> np.ndarray:
        return np.concatenate(self._patterns)

    @property
    def witnesses(self) -> np.ndarray:
        return np.concatenate(self._witnesses)

    def region(self, pattern: Sequence[int], cell: Cell) -> None:
        """Keep a region."""
        if not cell.point.is_float64:
            self.thin[self._n_regions] = cell.point
        self.regions(np.array([pattern]), cell.point.floats[None], {})

    def regions(
        self, patterns: np.ndarray, witnesses: np.ndarray, exact: dict[int, tuple[Fraction, ...]]
    ) -> None:
        """Keep a block of regions, whose witnesses are float64 points."""
        self._patterns.append(patterns.astype(np.uint16))
        self._witnesses.append(witnesses.copy())
        self._n_regions += len(patterns)
