"""One task: a pure function of plain values, wherever it is called."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, Generic

from linreg.explore import AnySink, Tally, Work
from linreg.problem import Problem
from linreg.run.processes import is_wanted
from linreg.strategies import explorer_for

MOST_PROBLEMS = 8
"""Problems that a process remembers: the last ones that it worked on."""

_problems: OrderedDict[str, Problem] = OrderedDict()
"""By key, what this process was given to work on; it travels once and not with every task."""


@dataclass(frozen=True, slots=True)
class Task(Generic[AnySink]):
    """A task, as it travels.

    Attributes
    ----------
    strategy : str
    key : str
        The problem's; `problem` itself is there only if its receiver may not know it.
    problem : Problem or None
    prefixes : tuple
        What to explore, the next one last.
    sink : Sink
        An empty one, of the kind that takes what is found.
    budget : int
        How many cells to take at most.
    limit : int or None
        How many regions to find at most.
    """

    strategy: str
    key: str
    problem: Problem | None
    prefixes: tuple[Any, ...]
    sink: AnySink
    budget: int
    limit: int | None


@dataclass(frozen=True, slots=True)
class TaskResult(Generic[AnySink]):
    """What a task found and did, and the prefixes that it left, the next one last."""

    sink: AnySink
    work: Work
    left: list[Any]


@dataclass(frozen=True, slots=True)
class ProblemNeeded:
    """The answer of a process that has not been given the problem yet."""


def remember(problem: Problem) -> None:
    """Give this process a problem that it will be asked to work on."""
    _problems[problem.key] = problem
    _problems.move_to_end(problem.key)
    while len(_problems) > MOST_PROBLEMS:
        _problems.popitem(last=False)


def explore_task(task: Task[AnySink]) -> TaskResult[AnySink] | ProblemNeeded:
    """Do a task.

    The budget is not used up if nobody waits for the answer any more.
    """
    problem = task.problem
    if problem is None:
        problem = _problems.get(task.key)
        if problem is None:
            return ProblemNeeded()
    else:
        remember(problem)
    explorer = explorer_for(task.strategy, task.sink)
    # Where threads do the work they are all given the same sink, which stays empty.
    found = task.sink.fresh()
    tally = Tally(cells=[0] * len(problem.network.stages))
    cells = [explorer.cell_of(problem, prefix) for prefix in task.prefixes]
    budget, limit = task.budget, task.limit
    while cells and budget > 0 and is_wanted() and (limit is None or tally.regions < limit):
        taken = min(budget, explorer.slice)
        cells = explorer.explore(problem, cells, found, tally, budget=taken, limit=limit)
        budget -= taken
    work = Work(tally, explorer.name, explorer.lps, explorer.exact_decisions)
    return TaskResult(found, work, [explorer.prefix_of(cell) for cell in cells])
