"""One call of the compiled explorer: machine code and exact arithmetic in turns."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from linreg.explore.cells import Cell
from linreg.explore.generated_cells import GeneratedCell
from linreg.explore.sink import Sink
from linreg.explore.subdivision import Tally, decide_contests, decide_hyperplanes, split
from linreg.kernel.bridge.exact_cells import Exactly
from linreg.kernel.bridge.word_cells import NO_LIMIT, is_there, with_point
from linreg.kernel.bridge.word_generators import WordGenerators
from linreg.kernel.data.outcomes import BLOCK, DONE, DOUBT, ELSEWHERE, FULL, LOST, PAUSED
from linreg.kernel.data.polygons import Polygon, polygon_of, put_polygon
from linreg.kernel.data.polytopes import Polytope, polytope_of, put_polytope
from linreg.kernel.data.work import (
    ENTRY,
    HALFSPACES,
    OUTSIDE,
    REGIONS,
    ROWS,
    SHARED,
    STAGE,
    TOP,
    Work,
    with_room,
    with_rows,
)
from linreg.kernel.plane.polygon_tree import kernel_of
from linreg.polyhedra import Solver
from linreg.problem.problem import Problem

BLOCK_ROWS = 4096
"""Regions that machine code writes before the sink takes them."""

WORTHWHILE = 8
"""Hyperplanes that cut a cell of known generators from which on machine code is tried again."""

EXACT_SPLIT = 16
"""Cells of the budget that one takes which is split exactly: an interrupt waits for no more."""

SETTLED = 8
"""Cells that machine code was not sure of before the others that wait are looked at."""

SETTLED_FOR = 64
"""Regions for each of them up to which it takes less time to split all by generators."""


class Node(NamedTuple):
    """A cell as machine code knows it; it can be pickled."""

    integers: np.ndarray
    masks: np.ndarray
    points: np.ndarray
    polygon: Polygon | None = None
    polytope: Polytope | None = None


class Exploration:
    """One call of `explore`."""

    def __init__(
        self,
        problem: Problem,
        exactly: Exactly,
        work: Work,
        sink: Sink,
        tally: Tally,
        solver: Solver,
    ) -> None:
        self.work = with_rows(work, exactly.tables, BLOCK_ROWS) if sink.wants_rows else work
        self._problem = problem
        self._exactly = exactly
        self._sink = sink
        self._tally = tally
        self._solver = solver
        self._outside: dict[int, Cell | GeneratedCell] = {}
        self._n_outside = 0
        self._stopped: tuple[object, ...] = ()  # the node that stopped machine code last
        self._before = tally.regions
        self._settled = 0  # cells split by their generators that machine code was not sure of
        self._stops = 0  # how often it has done so again
        self._grow = kernel_of(problem.network)

    def advance(
        self, cells: list[Node | Cell], budget: int, limit: int | None
    ) -> list[Node | Cell]:
        """Split cells until the budget is spent, and return those that are left."""
        for cell in cells:
            if isinstance(cell, Node):
                self._push(cell)
            else:
                self._keep_outside(cell)  # as it was kept before
        # This ends. Each turn takes from the budget, at least 1 for a node and 16 for a cell that
        # is split exactly, but for those that make room, which doubles, or give rows away, after a
        # block of them. The exploration as a whole ends too: what floats left in doubt comes back
        # decided or seen from both sides, or is split exactly; a node that stops machine code more
        # often than it has things to decide is split exactly in any case; parts of a cell are
        # decided at more hyperplanes or candidates than it, or are at a later stage, of which
        # there are finitely many. What decides exactly ends by Bland's rule.
        while True:
            most = NO_LIMIT if limit is None else limit - self._tally.regions
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
                top = int(self.work.tree.counters[TOP])
                outside = self._outside.pop(int(self.work.tree.nodes[top, OUTSIDE]))
                budget -= self._split(outside, budget, limit)
            elif self._is_stuck():
                self._settle(is_lost=True)
            elif status == DOUBT and self._exactly.settle(self.work):
                self._push_current()
            else:
                self._settle(is_lost=status == LOST)

    def _is_stuck(self) -> bool:
        """Whether the current node stops machine code more often than it has things to decide."""
        tree, t = self.work.tree, self._exactly.tables
        s, units = int(tree.node[STAGE]), int(t.stages["unit"][int(tree.node[STAGE])])
        ends = tree.pieces + units, tree.halfspaces + 2 * int(tree.node[HALFSPACES])
        parts = tree.node[tree.pieces : ends[0]], tree.node[tree.halfspaces : ends[1]]
        node = s, *(part.tobytes() for part in parts)
        # Machine code goes on with the node that was pushed last, so that its stops are in a row.
        self._stops = self._stops + 1 if node == self._stopped else 0
        self._stopped = node
        first, last = t.stages[s], t.stages[s + 1]
        return self._stops > last["form"] - first["form"] + last["row"] - first["row"]

    def _settle(self, *, is_lost: bool) -> None:
        """Decide exactly what floats left in doubt about the current node."""
        cell = self._exactly.cell(self.work, at_once=self._sink.wants_rows)
        if isinstance(cell, list):
            share = float(self.work.tree.point[0])
            self._tally.share += share - sum(part.share for part in cell)
            self._keep_all_outside(cell)
            self._settled += 1
            found = self._tally.regions + int(self.work.tree.counters[REGIONS])
            if self._settled % SETTLED == 0 and found - self._before < SETTLED_FOR * self._settled:
                self._take_from_machine_code()
            return
        if not self._exactly.see(cell, self.work, self._solver):
            self._tally.share += float(self.work.tree.point[0])
            return
        if is_lost:
            self._keep_outside(cell)
            return
        tested, plane = decide_hyperplanes(cell, Sink(), self._solver)
        if plane is None:
            tested, _ = decide_contests(tested, Sink(), self._solver)
        if self._exactly.write(tested, self.work):
            self._push_current()
        else:
            self._keep_outside(tested)

    def _take_from_machine_code(self) -> None:
        """Split all that waits by generators, where regions are only counted, at the last stage."""
        tree, last = self.work.tree, len(self._problem.network.stages) - 1
        if self._sink.wants_rows or not is_there(at_once=False):
            return
        tops = range(int(tree.counters[TOP]))
        waiting = [(int(tree.nodes[i, OUTSIDE]), self._node(i)) for i in tops]
        tree.counters[TOP] = 0
        for outside, node in waiting:
            tree.node[:], tree.mask[:], tree.point[:] = node.integers, node.masks, node.points
            cell = None
            if outside < 0 and tree.node[STAGE] == last:
                cell = self._exactly.cell(self.work, at_once=self._sink.wants_rows)
            if isinstance(cell, list):
                share = float(tree.point[0])
                self._tally.share += share - sum(part.share for part in cell)
                self._keep_all_outside(cell)
            else:
                self._push(node)
        tree.node[OUTSIDE] = -1

    def _split(self, cell: Cell | GeneratedCell, budget: int, limit: int | None) -> int:
        """Split a cell exactly: how much of the budget that takes.

        Parts go back to machine code where that is possible and pays.
        """
        words = self._exactly.words
        known = words.generated(cell, at_once=self._sink.wants_rows)
        if known is None:
            assert isinstance(cell, Cell)
            for half in split(self._problem, cell, self._sink, self._tally, self._solver):
                self._push(half)
            return EXACT_SPLIT
        taken = 0
        self._tally.share += cell.share - sum(part.share for part in known)
        waiting = known  # the next one last, on top of the stack of nodes
        while waiting and taken < budget and (limit is None or self._tally.regions < limit):
            cell = waiting.pop()
            parts, splits = words.split(
                self._problem,
                cell,
                self._sink,
                self._tally,
                self._exactly.on_cell,
                limit,
                -(-(budget - taken) // EXACT_SPLIT),
            )
            taken += EXACT_SPLIT * splits
            for part in parts:
                if isinstance(part, Cell):
                    self._keep_all_outside(waiting)
                    self._push(part)
                elif (
                    isinstance(part.generators, WordGenerators)
                    or part.n_open < WORTHWHILE
                    or not self._exactly.place(with_point(part), self.work)
                ):
                    waiting.append(part)
                else:
                    self._keep_all_outside(waiting)
                    self._push_current()
        self._keep_all_outside(waiting)
        return taken

    def _push(self, cell: Node | Cell) -> None:
        tree = self.work.tree
        if isinstance(cell, Node):
            for target, source in zip((tree.node, tree.mask, tree.point), cell, strict=False):
                target[:] = source
            tree.node[ENTRY] = -1
            tree.node[SHARED] = 0
            self._push_current(cell.polygon, cell.polytope)
        elif self._exactly.place(cell, self.work):
            self._push_current()
        else:
            self._keep_outside(cell)

    def _push_current(
        self, polygon: Polygon | None = None, polytope: Polytope | None = None
    ) -> None:
        tree = self.work.tree
        top = int(tree.counters[TOP])
        if top == len(tree.nodes):
            self.work = with_room(self.work, top)
            tree = self.work.tree
        tree.nodes[top], tree.masks[top], tree.points[top] = tree.node, tree.mask, tree.point
        put_polygon(self.work.plane, top, polygon)
        put_polytope(self.work.polytopes, top, polytope)
        tree.counters[TOP] = top + 1

    def _keep_outside(self, cell: Cell | GeneratedCell) -> None:
        """Keep a cell here, with a node in its place."""
        self._n_outside += 1
        self._outside[self._n_outside] = cell
        self.work.tree.node[OUTSIDE] = self._n_outside
        self._push_current()
        self.work.tree.node[OUTSIDE] = -1

    def _keep_all_outside(self, waiting: list[GeneratedCell]) -> None:
        """Put all that waits on the stack: what comes then is taken before it, as on one stack."""
        for cell in waiting:
            self._keep_outside(cell)
        waiting.clear()

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
                cell = self._outside[number]
                left.append(cell.pointless() if isinstance(cell, GeneratedCell) else cell)
            else:
                left.append(self._node(i))
        return left

    def _node(self, i: int) -> Node:
        """A node of the stack."""
        tree = self.work.tree
        node = tree.nodes[i].copy(), tree.masks[i].copy(), tree.points[i].copy()
        return Node(*node, polygon_of(self.work.plane, i), polytope_of(self.work.polytopes, i))
