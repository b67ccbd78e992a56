"""The protocol of a strategy: cells in, regions into a sink, and the cells that are left out."""

from __future__ import annotations

from typing import Any, Protocol

from linreg.explore.sink import Sink
from linreg.explore.subdivision import Tally
from linreg.problem.problem import Problem


class Explorer(Protocol):
    """One strategy at work in one process or thread; whoever drives it knows nothing of its cells.

    What it finds depends on the cells, their order, the budget and the limit alone.

    Attributes
    ----------
    name : str
        Of the strategy, as `Count.strategy` says it.
    slice : int
        Cells to take between two reports in this process: how long an interrupt may have to wait.
    alone : int
        Cells to take in this process before others are asked: a small network is done by then.
    task_budget : int
        Cells to take in one task elsewhere; what it leaves becomes more tasks.
    threads : bool
        Whether it leaves Python's lock to others, so that workers are threads of this process.
    """

    @property
    def name(self) -> str:
        """Name of the strategy."""

    @property
    def slice(self) -> int:
        """Cells to take between two reports."""

    @property
    def alone(self) -> int:
        """Cells to take before others are asked."""

    @property
    def task_budget(self) -> int:
        """Cells to take in one task elsewhere."""

    @property
    def threads(self) -> bool:
        """Whether workers are threads of this process."""

    @property
    def lps(self) -> int:
        """Linear programs solved since this explorer was made."""

    @property
    def exact_decisions(self) -> int:
        """Decisions left to exact arithmetic since this explorer was made."""

    def begin(self, problem: Problem, tally: Tally) -> list[Any]:
        """The cells to start from, the next one last; the tally is made ready."""

    def explore(
        self,
        problem: Problem,
        cells: list[Any],
        sink: Sink,
        tally: Tally,
        *,
        budget: int,
        limit: int | None = None,
    ) -> list[Any]:
        """Split cells, the last one first, and return those that are left, the next one last.

        Parameters
        ----------
        problem : Problem
        cells : list
            Consumed.
        sink : Sink
        tally : Tally
            Added to.
        budget : int
            How many cells to take at most.
        limit : int, optional
            Stop when the tally has this many regions.
        """

    def preparation(self, problem: Problem, tally: Tally) -> str:
        """What `prepare` would do now, in a few words; empty if there is nothing to prepare."""

    def prepare(self, problem: Problem) -> None:
        """Do what takes long before the next cells are taken."""

    def prefix_of(self, cell: Any) -> Any:
        """The name of a cell, which can be pickled."""

    def cell_of(self, problem: Problem, prefix: Any) -> Any:
        """The cell that a prefix names."""
