"""The strategy "highs": cells are split in Python, and HiGHS proposes."""

from __future__ import annotations

from linreg.explore.cells import Cell, Prefix, cell_of, prefix_of
from linreg.explore.sink import Sink
from linreg.explore.subdivision import Tally, begin, explore
from linreg.polyhedra import Solver
from linreg.problem.problem import Problem

SLICE = 64
"""Cells between two reports where programs are small: a few hundredths of a second."""

EFFORT = 64_000
"""Entries of the programs of a slice, one program a cell: an interrupt waits for its end."""


class HighsExplorer:
    """The recursive explorer with a HiGHS session of its own; an `Explorer`."""

    name = "highs"
    alone = 512
    task_budget = 1024
    threads = False

    def __init__(self) -> None:
        self._solver = Solver()
        self._slice = SLICE

    @property
    def slice(self) -> int:
        """Cells to take between two reports: the fewer, the larger their programs are."""
        return self._slice

    @property
    def lps(self) -> int:
        """Linear programs that HiGHS solved."""
        return self._solver.lps

    @property
    def exact_decisions(self) -> int:
        """Decisions that its proposals did not settle and the exact simplex method did."""
        return self._solver.exact_decisions

    def begin(self, problem: Problem, tally: Tally) -> list[Cell]:
        """The cells to start from: the whole interior of the domain."""
        self._take_up(problem)
        return begin(problem, tally)

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
        """Split cells until the budget is spent, and return those that are left."""
        return explore(problem, cells, sink, tally, self._solver, budget=budget, limit=limit)

    def preparation(self, problem: Problem, tally: Tally) -> str:
        """Nothing: HiGHS is ready."""
        return ""

    def prepare(self, problem: Problem) -> None:
        """Do nothing."""

    def prefix_of(self, cell: Cell) -> Prefix:
        """The cell in plain integers."""
        return prefix_of(cell)

    def cell_of(self, problem: Problem, prefix: Prefix) -> Cell:
        """The cell that a prefix names."""
        self._take_up(problem)
        return cell_of(problem, prefix)

    def _take_up(self, problem: Problem) -> None:
        units = sum(len(stage.units) for stage in problem.integer_stages)
        program = problem.domain.dim * (units + 2 * problem.domain.dim)
        self._slice = max(1, min(SLICE, EFFORT // program))
