"""The driver: one exploration from start to end, in this process or in many."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from linreg.explore import Explorer, Problem, Sink, Tally, explorer_named
from linreg.run.processes import is_wanted, process_pool, thread_pool

AHEAD = 4
"""Units of work under way for each worker, so that none waits for the next."""

Store = TypeVar("Store", bound=Sink)


@dataclass(slots=True)
class Work:
    """What a run has found and done so far.

    Attributes
    ----------
    tally : Tally
    strategy : str
    lps : int
        Linear programs that HiGHS solved.
    exact_decisions : int
        Decisions that its proposals did not settle and the exact simplex method did.
    complete : bool
        Whether nothing is left to explore.
    """

    tally: Tally
    strategy: str
    lps: int = 0
    exact_decisions: int = 0
    complete: bool = False


def drive(
    problem: Problem,
    strategy: str,
    sink: Store,
    report: Callable[[Work], None],
    *,
    limit: int | None = None,
    workers: int = 1,
    executor: Executor | None = None,
) -> Work:
    """Explore a problem into a sink, reporting now and then.

    What goes into the sink depends on the problem, the strategy and the limit alone, up to its
    order.
    """
    explorer = explorer_named(strategy)
    work = Work(Tally(), explorer.name)
    cells = explorer.begin(problem, work.tally)
    alone = explorer.alone if executor is not None or workers > 1 else None
    while cells and not _reached(work, limit) and (alone is None or alone > 0):
        cells = explorer.explore(
            problem, cells, sink, work.tally, budget=explorer.slice, limit=limit
        )
        alone = None if alone is None else alone - explorer.slice
        work.lps, work.exact_decisions = explorer.lps, explorer.exact_decisions
        report(work)
    left = bool(cells)
    if cells and not _reached(work, limit):
        prefixes = [explorer.prefix_of(cell) for cell in cells]
        with _pool(executor, explorer, workers) as pool:
            shared = _Shared(problem, explorer, prefixes, pool, AHEAD * workers)
            left = shared.run(sink, work, report, limit)
    work.complete = not left
    return work


def explore_prefix(
    strategy: str, problem: Problem, prefix: Any, sink: Store, budget: int, limit: int | None
) -> tuple[Store, Work, list[Any]]:
    """One unit of work, a pure function: what it found, and the prefixes that it left.

    The budget is not used up if nobody waits for the answer any more.
    """
    explorer = explorer_named(strategy)
    # Where threads do the work they are all given the same sink, which stays empty.
    found = sink.empty()
    tally = Tally(cells=[0] * len(problem.stages))
    cells = [explorer.cell_of(problem, prefix)]
    while cells and budget > 0 and is_wanted() and (limit is None or tally.regions < limit):
        taken = min(budget, explorer.slice)
        cells = explorer.explore(problem, cells, found, tally, budget=taken, limit=limit)
        budget -= taken
    done = Work(tally, explorer.name, explorer.lps, explorer.exact_decisions)
    return found, done, [explorer.prefix_of(cell) for cell in cells]


class _Shared:
    """Prefixes shared out to other processes, and taken back in the order of one process.

    The prefixes stand in the order in which one process would take them, the next one last, and
    what a unit of work leaves comes before all that waits. So rows come in the same order
    whatever the executor, and a limit stops at the same region.
    """

    def __init__(
        self,
        problem: Problem,
        explorer: Explorer,
        prefixes: list[Any],
        pool: Executor,
        ahead: int,
    ) -> None:
        self._problem = problem
        self._strategy, self._unit = explorer.name, explorer.unit
        self._waiting: list[tuple[Any, Future[Any] | None]] = [(p, None) for p in prefixes]
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
                found, done, left = self._task(prefix, empty, rest)()
            self._waiting += [(p, None) for p in left]
            _add(work, done)
            sink.extend(found)
            report(work)
        for _, future in self._waiting:
            if future is not None:
                future.cancel()
        return bool(self._waiting)

    def _task(self, prefix: Any, empty: Store, limit: int | None) -> Callable[[], Any]:
        """A unit of work, which can be pickled."""
        return partial(
            explore_prefix, self._strategy, self._problem, prefix, empty, self._unit, limit
        )

    def _submit(self, empty: Store) -> None:
        """See to it that the next few prefixes are under way."""
        for i in range(max(0, len(self._waiting) - self._ahead), len(self._waiting)):
            prefix, future = self._waiting[i]
            if future is None:
                future = self._pool.submit(self._task(prefix, empty, None))
                self._waiting[i] = (prefix, future)


def _add(work: Work, done: Work) -> None:
    work.tally.regions += done.tally.regions
    work.tally.share += done.tally.share
    work.tally.cells = [a + b for a, b in zip(work.tally.cells, done.tally.cells, strict=True)]
    work.lps += done.lps
    work.exact_decisions += done.exact_decisions


def _reached(work: Work, limit: int | None) -> bool:
    return limit is not None and work.tally.regions >= limit


def _pool(
    executor: Executor | None, explorer: Explorer, workers: int
) -> AbstractContextManager[Executor]:
    """The given executor, left open, or threads or processes of our own."""
    if executor is not None:
        return nullcontext(executor)
    return thread_pool(workers) if explorer.threads else process_pool(workers)
