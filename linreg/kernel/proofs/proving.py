"""The strategy "compiled" where proofs are wanted: first the regions, then why there are no more.

Machine code finds the regions of a cell. They tell which hyperplanes cut it, and so the tree; what
is left to prove is that the others do not. Machine code proposes the rows that prove it, and exact
arithmetic finds the multipliers.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate
from typing import ClassVar

import numpy as np
from flint import fmpz

from linreg.errors import BrokenInvariant
from linreg.explore.cells import Cell, Prefix, cell_of, first_cell, prefix_of
from linreg.explore.sink import Sink
from linreg.explore.subdivision import Tally, split
from linreg.kernel.bridge.exploration import Node
from linreg.kernel.bridge.explorer import CompiledExplorer, of_one_unit
from linreg.kernel.data.tables import tables_of
from linreg.kernel.machine import first_use, is_loaded, is_on_disk
from linreg.kernel.proofs.known_regions import Found, split_found
from linreg.kernel.proofs.stage_tree import StageTree, Workplace
from linreg.polyhedra import Point, Solver, binary_rows
from linreg.problem.problem import Problem
from linreg.units import relu

MOST = 8192
"""Regions that are proved at a time: a cell with more is split first."""

MOST_DOUBTS = 1024
"""Doubts, each of some milliseconds, from which on a cell is split first too."""

FAR_TOO_MANY = 2 * MOST
"""So many that this may be judged by the part of the tree that is done."""

CELLS_AT_ONCE = 2048
"""Cells that are taken before it is asked whether there are too many."""


class ProvingExplorer:
    """Tells proofs of what machine code has found; an `Explorer` for networks without max units.

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
        self._workplace: Workplace | None = None
        self._problem: Problem | None = None

    @property
    def lps(self) -> int:
        """Linear programs that were solved."""
        own = 0 if self._workplace is None else self._workplace.lps
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
                self._prove(problem, cell, regions, sink, tally)
        return cells

    def preparation(self, problem: Problem, tally: Tally) -> str:
        """To compile, if that was not done before."""
        if is_loaded(split_found) or is_on_disk(split_found):
            return self._finder.preparation(problem, tally)
        return "compiling (first use)"

    def prepare(self, problem: Problem) -> None:
        """Compile what any network of as many inputs needs, by proving those of one unit."""
        small, tally = of_one_unit(problem.domain.dim, relu()), Tally()
        explorer = ProvingExplorer()
        self._finder.prepare(problem)
        with first_use(split_found):
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
        doubts = self._finder.doubts
        left: list[Node | Cell] = [cell]
        while left:
            if self._finder.doubts - doubts > MOST_DOUBTS:
                return None
            if tally.regions > MOST or tally.regions * cell.share > FAR_TOO_MANY * tally.share:
                return None
            left = self._finder.explore(
                problem, left, regions, tally, budget=CELLS_AT_ONCE, limit=MOST + 1
            )
        return regions

    def _prove(
        self, problem: Problem, cell: Cell, regions: _Regions, sink: Sink, tally: Tally
    ) -> None:
        """Tell the tree of a cell, all of whose regions are known."""
        if self._workplace is None or self._problem is not problem:
            self._workplace, self._problem = Workplace(problem, MOST + 1), problem
        patterns, witnesses = regions.patterns, regions.witnesses
        found = Found(patterns, witnesses - cell.point.floats, np.arange(len(patterns)))
        units = [0, *accumulate(len(stage.units) for stage in problem.integer_stages)]
        floats = witnesses.copy()
        floats[list(regions.thin)] = 0.0  # of those that are none the nearest may be infinite
        entries = binary_rows(floats)

        def point_in(region: int) -> Sequence[int | fmpz]:
            thin = regions.thin.get(region)
            return entries[region] if thin is None else thin.entries

        tree = StageTree.of_cell(cell, self._workplace, found, units[cell.stage])
        trees = [tree]
        while trees:
            tree = trees[-1]
            leaf = tree.next_leaf(sink, point_in, self._solver)
            if leaf is None:
                trees.pop()
                continue
            tally.cells[tree.stage] += 1
            first, end = leaf
            region = int(found.order[first])
            last, following = units[tree.stage : tree.stage + 2]
            if tree.stage + 1 < len(problem.network.stages):
                pieces = patterns[region, last:following].tolist()
                trees.append(tree.next_stage(problem, pieces, first, end, following))
            elif end - first == 1:
                sink.inside(point_in(region))
            else:
                raise BrokenInvariant("machine code has found a region twice")
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
