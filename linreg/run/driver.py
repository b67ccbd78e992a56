"""The driver: one exploration from start to end, in this process or shared out to others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import AbstractContextManager, ExitStack, nullcontext
from functools import partial
from math import inf
from os import cpu_count
from queue import SimpleQueue
from typing import Any, Generic

from linreg.explore import AnySink, Beginning, Explorer, Tally, Work
from linreg.problem import Problem
from linreg.run.ledger import Finished, Instruction, Ledger, Lost, Submit, Take
from linreg.run.options import Options
from linreg.run.processes import (
    CutShort,
    interrupts_held,
    interrupts_put_off,
    process_pool,
    thread_pool,
)
from linreg.run.task import ProblemNeeded, Task, TaskResult, explore_task, remember
from linreg.strategies import explorer_for

AHEAD = 4
"""Tasks under way for each worker, so that none waits for the next."""

MOST_HELD = 1 << 20
"""Regions of results that wait for their turn, from which on no more are asked for."""

SLICE_GRACE = 2.0
"""Seconds after an interrupt in which a slice may come to its end; then it is cut short."""

MOST_LOSSES = 3
"""How often in a row all work under way is lost, and begun again, before that is an error."""

Frontier = Callable[[], list[Any]]
"""Gives the prefixes of all that is left, the next one last."""

Checkpoint = Callable[[Work, Frontier, bool], None]
"""Is called when the sink holds exactly what is not behind the frontier, and may empty the sink.

The last argument says whether the run has come to its end."""


def drive(
    problem: Problem,
    sink: AnySink,
    options: Options,
    *,
    report: Callable[[Work], None] = lambda _: None,
    checkpoint: Checkpoint = lambda _work, _frontier, _is_last: None,
    beginning: Beginning | None = None,
) -> Work:
    """Explore a problem into a sink.

    What goes into the sink, and in which order, depends on the problem, the strategy and the limit
    alone.

    Parameters
    ----------
    options : Options
        Whose `progress` is not called: `report` is.
    report : callable
        Told now and then how far the work is.
    checkpoint : callable
        Called now and then, and at the end.
    beginning : Beginning, optional
        What an earlier run has left.
    """
    explorer = explorer_for(options.strategy, sink)
    run = _Run(problem, explorer, sink, report, checkpoint, options.limit)
    if beginning is not None:
        run.work = beginning.work
    if options.is_shared and beginning is not None:
        prefixes = beginning.prefixes
    else:
        if beginning is None:
            cells = explorer.begin(problem, run.work.tally)
        else:
            cells = [explorer.cell_of(problem, prefix) for prefix in beginning.prefixes]
        cells = run.alone(cells, explorer.alone if options.is_shared else None)
        prefixes = [explorer.prefix_of(cell) for cell in cells]
    if options.is_shared:
        prefixes = run.shared(prefixes, options.workers, options.executor)
    run.work.complete = not prefixes
    checkpoint(run.work, lambda: prefixes, True)
    return run.work


class _Run(Generic[AnySink]):
    """One exploration."""

    def __init__(
        self,
        problem: Problem,
        explorer: Explorer,
        sink: AnySink,
        report: Callable[[Work], None],
        checkpoint: Checkpoint,
        limit: int | None,
    ) -> None:
        self.work = Work(Tally(), explorer.name)
        self._problem = problem
        self._explorer = explorer
        self._sink = sink
        self._report = report
        self._checkpoint = checkpoint
        self._limit = limit
        self._results: dict[int, TaskResult[AnySink]] = {}  # those whose turn has not come, by task

    def alone(self, cells: list[Any], budget: int | None) -> list[Any]:
        """Explore in this process until the budget is spent, and return the cells that are left."""
        explorer, work = self._explorer, self.work
        lps, exact_decisions = work.lps, work.exact_decisions

        def frontier() -> list[Any]:
            return [explorer.prefix_of(cell) for cell in cells]

        while cells and self._wanted != 0 and (budget is None or budget > 0):
            if waits_for := explorer.preparation(self._problem, work.tally):
                work.activity = waits_for
                self._report(work)
                explorer.prepare(self._problem)
                work.activity = ""
            taken = explorer.slice if budget is None else min(budget, explorer.slice)
            budget = None if budget is None else budget - taken
            try:
                with interrupts_held():
                    with interrupts_put_off(SLICE_GRACE):
                        cells = explorer.explore(
                            self._problem,
                            cells,
                            self._sink,
                            work.tally,
                            budget=taken,
                            limit=self._limit,
                        )
                    work.lps = lps + explorer.lps
                    work.exact_decisions = exact_decisions + explorer.exact_decisions
                    work.strategy = explorer.name
                    self._checkpoint(work, frontier, False)
                self._report(work)
            except (
                CutShort
            ):  # what was found of the slice is not to be told from what is left of it
                raise
            except KeyboardInterrupt:
                self._keep(frontier)
                raise
        return cells

    def shared(self, prefixes: list[Any], workers: int, executor: Executor | None) -> list[Any]:
        """Have others explore, and return the prefixes that are left."""
        if executor is not None:
            workers = max(workers, cpu_count() or 1)
        ledger = Ledger(
            prefixes,
            budget=self._explorer.task_budget,
            most_running=AHEAD * workers,
            most_held=MOST_HELD,
            limit=self._wanted,
        )
        instructions = ledger.begin()
        losses = 0
        while not ledger.is_over:
            before = self.work.tally.share
            try:
                with self._pool(workers, executor) as pool:
                    n_given = self._n_given(workers, executor)
                    self._work_off(ledger, instructions, pool, n_given)
            except BrokenExecutor:
                losses = 1 if self.work.tally.share > before else losses + 1
                if executor is not None or losses > MOST_LOSSES:
                    raise
                lost = [ledger.on(Lost(task)) for task in ledger.running]
                instructions = [again for each in lost for again in each]
        return ledger.frontier

    def _work_off(
        self, ledger: Ledger, instructions: list[Instruction], pool: Executor, n_given: float
    ) -> None:
        """Do as the ledger says until it is over; the first so many tasks carry the problem."""
        answers: SimpleQueue[Future[Any]] = SimpleQueue()
        awaited: dict[Future[Any], Submit] = {}
        results = self._results
        fresh = self._sink.fresh()

        def submit(order: Submit, *, with_problem: bool) -> None:
            task = Task(
                self._explorer.name,
                self._problem.key,
                self._problem if with_problem else None,
                order.prefixes,
                fresh,
                order.budget,
                order.limit,
            )
            future = pool.submit(explore_task, task)
            awaited[future] = order
            future.add_done_callback(answers.put)

        def follow(instructions: Iterable[Instruction]) -> None:
            nonlocal n_given
            turns = []
            for instruction in instructions:
                match instruction:
                    case Submit():
                        submit(instruction, with_problem=n_given > 0)
                        n_given -= 1
                    case Take(number):
                        turns.append(results.pop(number))
            for found in turns:
                self._sink.extend(found.sink)
                self.work.add(found.work)
                self._report(self.work)
            if turns:
                self._checkpoint(self.work, lambda: ledger.frontier, False)

        follow(instructions)
        while not ledger.is_over:
            with ExitStack() as stack:
                # Whatever ends the wait, what was taken till now is there to be committed.
                stack.callback(self._keep, lambda: ledger.frontier)
                future = answers.get()
                answer = future.result()
                stack.pop_all()
            order = awaited.pop(future)
            with interrupts_held():
                match answer:
                    case ProblemNeeded():
                        submit(order, with_problem=True)
                    case TaskResult() as found:
                        results[order.task] = found
                        regions = found.work.tally.regions
                        follow(ledger.on(Finished(order.task, found.left, regions)))
        for future in awaited:
            future.cancel()

    def _keep(self, frontier: Frontier) -> None:
        """Report and commit what there is, whoever interrupts that."""
        with interrupts_held():
            self._report(self.work)
            self._checkpoint(self.work, frontier, True)

    @property
    def _wanted(self) -> int | None:
        """How many more regions are wanted, if there is a limit."""
        return None if self._limit is None else max(0, self._limit - self.work.tally.regions)

    def _pool(self, workers: int, executor: Executor | None) -> AbstractContextManager[Executor]:
        """The given executor, left open, or threads or processes of our own."""
        if executor is not None:
            return nullcontext(executor)
        if self._explorer.threads:
            return thread_pool(workers)
        return process_pool(workers, partial(remember, self._problem))

    def _n_given(self, workers: int, executor: Executor | None) -> float:
        """How many tasks carry the problem without being asked to.

        Processes of our own are born with it, and threads share it. Of others, each worker takes
        one of the first tasks, or asks.
        """
        if executor is not None:
            return workers
        return inf if self._explorer.threads else 0
