"""The strategy "compiled": machine code explores, and exact arithmetic settles its doubts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

import numpy as np

from linreg.affine import ExactAffineMap
from linreg.domains import WholeSpace
from linreg.explore.cells import Cell, Prefix, cell_of, first_cell, prefix_of
from linreg.explore.generated_cells import GeneratedCell
from linreg.explore.sink import Sink
from linreg.explore.subdivision import Tally, split
from linreg.kernel.bridge.exact_cells import Exactly
from linreg.kernel.bridge.exploration import Exploration, Node
from linreg.kernel.bridge.word_cells import WordCells
from linreg.kernel.data.tables import Tables, tables_of
from linreg.kernel.data.work import (
    BEFORE,
    DOUBTS,
    ENTRY,
    OUTSIDE,
    POINTS,
    PROGRAMS,
    STAGE,
    TOP,
    Work,
    work_for,
)
from linreg.kernel.machine import first_use, is_loaded, is_on_disk
from linreg.kernel.plane.polygon_tree import kernel_of
from linreg.network import StagedNetwork
from linreg.network.stages import Stage
from linreg.polyhedra import Point, Solver
from linreg.problem.problem import Problem
from linreg.problem.stage_on_cell import StageOnCell
from linreg.units import Unit, relu


class CompiledExplorer:
    """The compiled explorer with a memory of its own; an `Explorer`.

    Its cells are nodes, or exact cells where machine code has no floats to go on with.
    """

    name = "compiled"
    slice = 20_000  # about a tenth of a second
    alone = 5_000
    task_budget = 20_000
    threads = True

    def __init__(self) -> None:
        self._solver = Solver()
        self._words = WordCells()
        self._problem: Problem | None = None
        self._exactly: Exactly | None = None
        self._work: Work | None = None  # memory that is not in use
        self._lps = 0
        self.doubts = 0  # cells that machine code was not sure of

    @property
    def lps(self) -> int:
        """Linear programs that were solved, in machine code or by HiGHS."""
        return self._lps + self._solver.lps

    @property
    def exact_decisions(self) -> int:
        """Cells and linear programs about which floats left a doubt; exact arithmetic decided."""
        return self.doubts + self._solver.exact_decisions

    def begin(self, problem: Problem, tally: Tally) -> list[Node | Cell]:
        """The cells to start from: the whole interior of the domain."""
        tally.cells = [0] * len(problem.network.stages)
        exactly = self._take_up(problem)
        if exactly is None:
            return [first_cell(problem)]
        tables, work = exactly.tables, work_for(exactly.tables)
        tree = work.tree
        tree.node[STAGE], tree.node[ENTRY], tree.node[OUTSIDE] = BEFORE, -1, -1
        tree.node[POINTS] = 1
        tree.point[0] = 1.0
        tree.point[1 : 1 + tables.dim] = _generic_start(problem)
        self._work = work
        return [Node(tree.node, tree.mask, tree.point)]

    def taken_up(self, problem: Problem, cell: Cell) -> Node | Cell:
        """A cell as machine code has it, if it can; else it is split exactly, down to regions."""
        exactly = self._take_up(problem)
        if exactly is None:
            return cell
        work = work_for(exactly.tables) if self._work is None else self._work
        self._work = work
        is_placed = exactly.place(cell, work)
        return Node(work.tree.node, work.tree.mask, work.tree.point) if is_placed else cell

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
        work = _borrowed(exactly.tables) if self._work is None else self._work
        self._work = None
        run = Exploration(problem, exactly, work, sink, tally, self._solver)
        left = run.advance(cells, budget, limit)
        counters = run.work.tree.counters
        self._lps += int(counters[PROGRAMS])
        self.doubts += int(counters[DOUBTS])
        _given_back(exactly.tables, run.work)
        return left

    def preparation(self, problem: Problem, tally: Tally) -> str:
        """To compile, if that was not done before."""
        grow = kernel_of(problem.network)
        return "" if is_loaded(grow) or is_on_disk(grow) else "compiling (first use)"

    def prepare(self, problem: Problem) -> None:
        """Compile what a network of as many inputs needs, by exploring one of one unit."""
        with first_use(kernel_of(problem.network)):
            self._explore_one_unit(problem)

    def _explore_one_unit(self, problem: Problem) -> None:
        small, tally = of_one_unit(problem.domain.dim, relu()), Tally()
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
            self._work = None
            tables = tables_of(problem)
            self._exactly = None if tables is None else Exactly(problem, tables, self._words)
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
        waiting: list[Cell | GeneratedCell] = [cell for cell in cells if isinstance(cell, Cell)]
        while waiting and budget > 0 and (limit is None or tally.regions < limit):
            cell = waiting.pop()
            known = self._words.generated(cell, at_once=sink.wants_rows)
            if known is None:
                assert isinstance(cell, Cell)
                budget -= 1
                waiting += split(problem, cell, sink, tally, self._solver)
            elif known != [cell]:
                tally.share += cell.share - sum(part.share for part in known)
                waiting += known
            else:
                stages = _next_stage(problem, known[0])
                parts, splits = self._words.split(
                    problem, known[0], sink, tally, stages, limit, budget
                )
                waiting += parts
                budget -= splits
        return [cell.pointless() if isinstance(cell, GeneratedCell) else cell for cell in waiting]


def _next_stage(
    problem: Problem, cell: GeneratedCell
) -> Callable[[int, Sequence[int]], StageOnCell]:
    """The stage after a cell's, on a part of it where all units are decided."""

    def made(stage: int, pattern: Sequence[int]) -> StageOnCell:
        n_units = len(problem.network.stages[cell.stage].units)
        outputs = cell.on_cell.outputs(pattern[len(pattern) - n_units :])
        return StageOnCell(problem.integer_stages[stage], outputs)

    return made


def _borrowed(tables: Tables) -> Work:
    """Memory that no exploration of these tables is in, or new memory."""
    free: list[Work] = tables.__dict__.setdefault("free", [])
    try:
        return free.pop()  # at once, whatever other threads take
    except IndexError:
        return work_for(tables)


def _given_back(tables: Tables, work: Work) -> None:
    """Keep memory for the next exploration of these tables, as long as they live.

    What is left in it is of no cell: each that comes is put there whole.
    """
    for counter in (TOP, PROGRAMS, DOUBTS):
        work.tree.counters[counter] = 0
    work.tree.node[OUTSIDE] = -1
    tables.__dict__.setdefault("free", []).append(work)


def _generic_start(problem: Problem) -> np.ndarray:
    """A point of the domain's interior at which few forms vanish."""
    assert problem.start is not None
    start = problem.start.floats
    for scale in (1.0, 0.1, 0.01, 1e-3, 1e-4):
        point = Point.of_floats(start + scale * _generic(len(start)))
        if all(value > 0 for value in problem.domain_rows.at(point)):
            return point.floats
    return start


@cache
def _generic(dim: int) -> np.ndarray:
    """Random numbers: those of any rule satisfy equations that integer networks have too."""
    return np.random.default_rng(0).uniform(-0.5, 0.5, dim)


def of_one_unit(dim: int, unit: Unit) -> Problem:
    """The regions of a unit of the first input; the other inputs pass."""
    stage = Stage(ExactAffineMap.identity(dim), (unit,))
    network = StagedNetwork(dim, (stage,), ExactAffineMap.identity(dim))
    return Problem(network, WholeSpace(dim))
