"""The strategy "compiled": machine code explores, and exact arithmetic settles its doubts."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from linreg.affine import ExactAffineMap
from linreg.domains import WholeSpace
from linreg.explore.cells import Cell, Prefix, cell_of, first_cell, prefix_of
from linreg.explore.compiled.exact import Exactly
from linreg.explore.compiled.kernel import (
    BLOCK,
    DONE,
    DOUBT,
    ELSEWHERE,
    FULL,
    LOST,
    PAUSED,
    enter,
)
from linreg.explore.compiled.machine import is_loaded, is_on_disk
from linreg.explore.compiled.maps import put_domain
from linreg.explore.compiled.plane import kernel_of
from linreg.explore.compiled.polygons import Polygon, polygon_of, put_polygon
from linreg.explore.compiled.tables import tables_of
from linreg.explore.compiled.work import (
    DOUBTS,
    ENTRY,
    OUTSIDE,
    POINTS,
    PROGRAMS,
    REGIONS,
    ROWS,
    SHARED,
    TOP,
    with_room,
    work_for,
)
from linreg.explore.problem import Problem
from linreg.explore.sink import Sink
from linreg.explore.subdivision import Tally, split, test_contests, test_hyperplanes
from linreg.lp import Point, Solver
from linreg.network import StagedNetwork
from linreg.network.stages import Stage
from linreg.units import relu

BLOCK_ROWS = 4096
"""Regions that machine code writes before the sink takes them."""

WHOLE = 2**62
"""More regions than anyone has counted."""


class Node(NamedTuple):
    """A cell as machine code knows it; it can be pickled."""

    integers: np.ndarray
    masks: np.ndarray
    points: np.ndarray
    polygon: Polygon | None = None


class CompiledExplorer:
    """The compiled explorer with a memory of its own; an `Explorer`.

    Its cells are nodes, or exact cells where machine code has no floats to go on with.
    """

    name = "compiled"
    slice = 20_000  # about a tenth of a second
    alone = 20_000
    unit = 50_000
    threads = True

    def __init__(self) -> None:
        self._solver = Solver()
        self._problem: Problem | None = None
        self._exactly: Exactly | None = None
        self._lps = 0
        self._doubts = 0

    @property
    def lps(self) -> int:
        """Linear programs that were solved, in machine code or by HiGHS."""
        return self._lps + self._solver.lps

    @property
    def exact_decisions(self) -> int:
        """Cells about which floats left a doubt, so that exact arithmetic decided."""
        return self._doubts

    def begin(self, problem: Problem, tally: Tally) -> list[Node | Cell]:
        """The cells to start from: the whole interior of the domain."""
        tally.cells = [0] * len(problem.network.stages)
        exactly = self._take_up(problem)
        if exactly is None:
            return [first_cell(problem)]
        tables, work = exactly.tables, work_for(exactly.tables, 0)
        tree = work.tree
        tree.node[OUTSIDE] = -1
        tree.node[POINTS] = 1
        tree.point[0] = 1.0
        tree.point[1 : 1 + tables.dim] = _generic_start(problem)
        put_domain(tables, work.walls)
        if not enter(tables, work, 0):
            return [first_cell(problem)]
        return [Node(tree.node, tree.mask, tree.point)]

    def explore(
        self,
        problem: Problem,
        cells: list[Node | Cell],
        sink: Sink,
        tally: Tally,
        *,
        budget: int,
        limit: int | None = None,
    ) -> list[Node | Cell]:
        """Split cells until the budget is spent, and return those that are left."""
        exactly = self._take_up(problem)
        if exactly is None:
            return self._explore_exactly(problem, cells, sink, tally, budget, limit)
        run = _Run(problem, exactly, sink, tally, self._solver)
        left = run.explore(cells, budget, limit)
        counters = run.work.tree.counters
        self._lps += int(counters[PROGRAMS])
        self._doubts += int(counters[DOUBTS])
        return left

    def preparation(self, problem: Problem, tally: Tally) -> str:
        """To compile, if that was not done before."""
        grow = kernel_of(problem.domain.dim)
        return "" if is_loaded(grow) or is_on_disk(grow) else "compiling (first use)"

    def prepare(self, problem: Problem) -> None:
        """Compile what any network of as many inputs needs, by exploring one of one layer."""
        dim = problem.domain.dim
        units = Stage(ExactAffineMap.identity(dim), (relu(),) * dim)
        network = StagedNetwork(dim, (units,), ExactAffineMap.identity(dim))
        small, tally = Problem(network, WholeSpace(dim)), Tally()
        explorer = CompiledExplorer()
        explorer.explore(small, explorer.begin(small, tally), Sink(), tally, budget=2)

    def prefix_of(self, cell: Node | Cell) -> Node | Prefix:
        """The cell in what can be pickled."""
        return cell if isinstance(cell, Node) else prefix_of(cell)

    def cell_of(self, problem: Problem, prefix: Node | Prefix) -> Node | Cell:
        """The cell that a prefix names."""
        return prefix if isinstance(prefix, Node) else cell_of(problem, prefix)

    def _take_up(self, problem: Problem) -> Exactly | None:
        """The tables of a problem; None if machine code cannot have it."""
        if self._problem is not problem:
            self._problem = problem
            tables = tables_of(problem) if problem.network.stages else None
            self._exactly = None if tables is None else Exactly(problem, tables)
        return self._exactly

    def _explore_exactly(
        self,
        problem: Problem,
        cells: list[Node | Cell],
        sink: Sink,
        tally: Tally,
        budget: int,
        limit: int | None,
    ) -> list[Node | Cell]:
        while cells and budget > 0 and (limit is None or tally.regions < limit):
            budget -= 1
            cell = cells.pop()
            assert isinstance(cell, Cell)
            cells += split(problem, cell, sink, tally, self._solver)
        return cells


class _Run:
    """One call of `explore`."""

    def __init__(
        self, problem: Problem, exactly: Exactly, sink: Sink, tally: Tally, solver: Solver
    ) -> None:
        self.work = work_for(exactly.tables, BLOCK_ROWS if sink.wants_rows else 0)
        self._problem = problem
        self._exactly = exactly
        self._sink = sink
        self._tally = tally
        self._solver = solver
        self._outside: dict[int, Cell] = {}
        self._n_outside = 0
        self._grow = kernel_of(exactly.tables.dim)

    def explore(
        self, cells: list[Node | Cell], budget: int, limit: int | None
    ) -> list[Node | Cell]:
        for cell in cells:
            if isinstance(cell, Node):
                self._push(cell)
            else:
                self._keep_outside(cell)  # as it was kept before
        while True:
            most = WHOLE if limit is None else limit - self._tally.regions
            status, budget = self._grow(
                self._exactly.tables, self.work, budget, most, self._sink.wants_rows
            )
            if status == FULL:
                self.work = with_room(self.work, len(self.work.tree.nodes))
            elif status in (DONE, PAUSED):
                self._flush()
                return self._left()
            elif status == BLOCK:
                self._flush()
            elif status == ELSEWHERE:
                self._flush()
                budget -= 1
                top = int(self.work.tree.counters[TOP])
                self._split(self._outside.pop(int(self.work.tree.nodes[top, OUTSIDE])))
            elif status == DOUBT and self._exactly.settle(self.work):
                self._push_current()
            else:
                self._settle(is_lost=status == LOST)

    def _settle(self, *, is_lost: bool) -> None:
        """Decide exactly what floats left in doubt about the current node."""
        cell = self._exactly.cell(self.work, self._solver)
        if cell is None:
            self._tally.share += float(self.work.tree.point[0])
            return
        if is_lost:
            self._keep_outside(cell)
            return
        tested, plane = test_hyperplanes(cell, Sink(), self._solver)
        if plane is None:
            tested, _ = test_contests(tested, Sink(), self._solver)
        if self._exactly.write(tested, self.work):
            self._push_current()
        else:
            self._keep_outside(tested)

    def _split(self, cell: Cell) -> None:
        """Split a cell exactly, and give its parts back to machine code where that is possible."""
        for part in split(self._problem, cell, self._sink, self._tally, self._solver):
            self._push(part)

    def _push(self, cell: Node | Cell) -> None:
        tree = self.work.tree
        if isinstance(cell, Node):
            for target, source in zip((tree.node, tree.mask, tree.point), cell, strict=False):
                target[:] = source
            tree.node[ENTRY] = -1
            tree.node[SHARED] = 0
            self._push_current(cell.polygon)
        elif self._exactly.place(cell, self.work):
            self._push_current()
        else:
            self._keep_outside(cell)

    def _push_current(self, polygon: Polygon | None = None) -> None:
        tree = self.work.tree
        top = int(tree.counters[TOP])
        if top == len(tree.nodes):
            self.work = with_room(self.work, top)
            tree = self.work.tree
        tree.nodes[top], tree.masks[top], tree.points[top] = tree.node, tree.mask, tree.point
        put_polygon(self.work.plane, top, polygon)
        tree.counters[TOP] = top + 1

    def _keep_outside(self, cell: Cell) -> None:
        """Keep a cell here, with a node in its place."""
        self._n_outside += 1
        self._outside[self._n_outside] = cell
        self.work.tree.node[OUTSIDE] = self._n_outside
        self._push_current()
        self.work.tree.node[OUTSIDE] = -1

    def _flush(self) -> None:
        """Give what machine code has found to the sink and the tally."""
        tree, tally = self.work.tree, self._tally
        rows = int(tree.counters[ROWS])
        if rows:
            self._sink.regions(tree.patterns[:rows], tree.witnesses[:rows], {})
            tree.counters[ROWS] = 0
        tally.regions += int(tree.counters[REGIONS])
        tally.share += float(tree.share[0])
        tally.cells = [a + int(b) for a, b in zip(tally.cells, tree.cells, strict=True)]
        tree.counters[REGIONS] = 0
        tree.share[0] = 0.0
        tree.cells[:] = 0

    def _left(self) -> list[Node | Cell]:
        tree = self.work.tree
        left: list[Node | Cell] = []
        for i in range(int(tree.counters[TOP])):
            number = int(tree.nodes[i, OUTSIDE])
            if number >= 0:
                left.append(self._outside[number])
            else:
                node = tree.nodes[i].copy(), tree.masks[i].copy(), tree.points[i].copy()
                left.append(Node(*node, polygon_of(self.work.plane, i)))
        return left


def _generic_start(problem: Problem) -> np.ndarray:
    """A point of the domain's interior at which few forms vanish."""
    assert problem.start is not None
    start = problem.start.floats
    # Random numbers: those of any rule satisfy equations that integer networks have too.
    generic = np.random.default_rng(0).uniform(-0.5, 0.5, len(start))
    for scale in (1.0, 0.1, 0.01, 1e-3, 1e-4):
        point = Point.of_floats(start + scale * generic)
        if all(value > 0 for value in problem.walls.at(point)):
            return point.floats
    return start
