"""The driver: one exploration from start to end, in this process or in many."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, TypeVar

from linreg.explore import Prefix, Problem, Sink, Tally, begin, cell_of, explore, prefix_of
from linreg.lp import Solver
from linreg.run.processes import is_wanted, process_pool

SLICE = 64
"""Cells taken between two reports in this process, and how long an interrupt may have to wait for
another: a few hundredths of a second."""

ALONE = 512
"""Cells taken in this process before others are asked: a small network is done by then."""

UNIT = 512
"""Cells taken by one unit of work in another process; what it leaves becomes more units."""

AHEAD = 4
"""Units of work under way for each worker, so that none waits for the next."""

Store = TypeVar("Store", bound=Sink)


@dataclass(slots=True)
class Work:
    """What a run has found and done so far.

    Attributes
    ----------
    tally : Tally
    lps : int
        Linear programs that HiGHS solved.
    exact_decisions : int
        Decisions that its proposals did not settle and the exact simplex method did.
    complete : bool
        Whether nothing is left to explore.
    """

    tally: Tally
    lps: int = 0
    exact_decisions: int = 0
    complete: bool = False


def drive(
    problem: Problem,
    sink: Store,
    report: Callable[[Work], None],
    *,
    limit: int | None = None,
    workers: int = 1,
    executor: Executor | None = None,
) -> Work:
    """Explore a problem into a sink, reporting now and then.

    What goes into the sink depends on the problem and the limit alone, up to its order.
    """
    work = Work(Tally())
    cells = begin(problem, work.tally)
    solver = Solver()
    alone = ALONE if executor is not None or workers > 1 else None
    while cells and not _reached(work, limit) and (alone is None or alone > 0):
        cells = explore(problem, cells, sink, work.tally, solver, budget=SLICE, limit=limit)
        alone = None if alone is None else alone - SLICE
        work.lps, work.exact_decisions = solver.lps, solver.exact_decisions
        report(work)
    left = bool(cells)
    if cells and not _reached(work, limit):
        with _pool(executor, workers) as pool:
            shared = _Shared(problem, [prefix_of(cell) for cell in cells], pool, AHEAD * workers)
            left = shared.run(sink, work, report, limit)
    work.complete = not left
    return work


def explore_prefix(
    problem: Problem, prefix: Prefix, sink: Store, budget: int, limit: int | None
) -> tuple[Store, Work, list[Prefix]]:
    """One unit of work, a pure function: what it found, and the prefixes that it left.

    The budget is a multiple of `SLICE`. It is not used up if nobody waits for the answer any more.
    """
    # Where threads do the work they are all given the same sink, which stays empty.
    found = sink.empty()
    tally, solver = Tally(cells=[0] * len(problem.stages)), Solver()
    cells = [cell_of(problem, prefix)]
    for _ in range(0, budget, SLICE):
        if cells and is_wanted():
            cells = explore(problem, cells, found, tally, solver, budget=SLICE, limit=limit)
    return found, Work(tally, solver.lps, solver.exact_decisions), [prefix_of(c) for c in cells]


class _Shared:
    """Prefixes shared out to other processes, and taken back in the order of one process.

    The prefixes stand in the order in which one process would take them, the next one last, and
    what a unit of work leaves comes before all that waits. So rows come in the same order
    whatever the executor, and a limit stops at the same region.
    """

    def __init__(
        self, problem: Problem, prefixes: list[Prefix], pool: Executor, ahead: int
    ) -> None:
        self._problem = problem
        self._waiting: list[tuple[Prefix, Future[Any] | None]] = [(p, None) for p in prefixes]
        self._pool = pool
        self._ahead = ahead

    def run(
        self, sink: Store, work: Work, report: Callable[[Work], None], limit: int | None
    ) -> bool:
        """Take results until nothing is left or the limit is reached; whether anything is left."""
        empty = sink.empty()
        while self._waiting and not _reached(work, limit):
            self._submit(empty)
            prefix, future = self._waiting.pop()
            assert future is not None
            found, done, left = future.result()
            if limit is not None and work.tally.regions + done.tally.regions >= limit:
                rest = limit - work.tally.regions
                found, done, left = explore_prefix(self._problem, prefix, empty, UNIT, rest)
            self._waiting += [(p, None) for p in left]
            _add(work, done)
            sink.extend(found)
            report(work)
        for _, future in self._waiting:
            if future is not None:
                future.cancel()
        return bool(self._waiting)

    def _submit(self, empty: Store) -> None:
        """See to it that the next few prefixes are under way."""
        for i in range(max(0, len(self._waiting) - self._ahead), len(self._waiting)):
            prefix, future = self._waiting[i]
            if future is None:
                future = self._pool.submit(explore_prefix, self._problem, prefix, empty, UNIT, None)
                self._waiting[i] = (prefix, future)


def _add(work: Work, done: Work) -> None:
    work.tally.regions += done.tally.regions
    work.tally.share += done.tally.share
    work.tally.cells = [a + b for a, b in zip(work.tally.cells, done.tally.cells, strict=True)]
    work.lps += done.lps
    work.exact_decisions += done.exact_decisions


def _reached(work: Work, limit: int | None) -> bool:
    return limit is not None and work.tally.regions >= limit


def _pool(executor: Executor | None, workers: int) -> AbstractContextManager[Executor]:
    """The given executor, left open, or processes of our own."""
    return process_pool(workers) if executor is None else nullcontext(executor)
