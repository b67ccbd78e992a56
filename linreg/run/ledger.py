"""The bookkeeping of shared work: events in, instructions out, and nothing else.

Tasks stand in the order in which one process would take them, and what a task leaves comes
right after it. Tasks end in any order; their results are taken in this one. So rows come in the
same order whoever does the work, and a limit stops at the same region. What is committed of a run
is always a beginning of that order, and the prefixes behind it are all that a later run needs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

RAMP = 4
"""Generations of tasks, each left by the one before, with smaller budgets: the first is a 16th of
the full one, the next an 8th ... So there is soon something to do for everybody."""


@dataclass(frozen=True, slots=True)
class Submit:
    """Instruction: have a task done, of at most `budget` cells and `limit` regions."""

    task: int
    prefixes: tuple[Any, ...]
    budget: int
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Take:
    """Instruction: the result of a task comes next in order."""

    task: int


@dataclass(frozen=True, slots=True)
class Finished:
    """Event: a task was done, and left prefixes, the next one last."""

    task: int
    left: Sequence[Any]
    regions: int


@dataclass(frozen=True, slots=True)
class Lost:
    """Event: a task will have no result, because the worker that did it is gone."""

    task: int


Instruction = Submit | Take
"""An instruction to the driver."""

Event = Finished | Lost
"""An event that the driver tells the ledger."""


@dataclass(slots=True, eq=False)
class _Entry:
    """A task; `after` is the one that left it, until that one's result is taken."""

    task: int
    prefixes: tuple[Any, ...]
    budget: int
    after: _Entry | None
    running: bool = False
    done: bool = False
    regions: int = 0
    limit: int | None = None


class Ledger:
    """What is to be done, is being done and is done; pure, so that it can be run on events alone.

    Parameters
    ----------
    prefixes : sequence
        What there is to explore, the next one last.
    budget : int
        Cells that a task takes at most, after the first few generations.
    most_running : int
        Tasks under way at a time.
    most_held : int
        Regions of results that wait for their turn, from which on only the next task in order is
        begun: memory does not grow with the count.
    limit : int, optional
        Regions that are still wanted.
    """

    def __init__(
        self,
        prefixes: Sequence[Any],
        *,
        budget: int,
        most_running: int,
        most_held: int,
        limit: int | None = None,
    ) -> None:
        self._most_running, self._most_held, self._limit = most_running, most_held, limit
        self._budget = budget
        self._n_tasks = 0
        self._held = 0
        self._stopping = False
        self._entries = self._new(prefixes, max(1, budget >> RAMP), None)  # the next one last
        self._running: dict[int, _Entry] = {}

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to be done, or the limit was reached."""
        return not self._entries or self._limit == 0

    @property
    def running(self) -> list[int]:
        """The tasks that are under way."""
        return list(self._running)

    @property
    def frontier(self) -> list[Any]:
        """The prefixes behind all that was taken, the next one last."""
        return [p for entry in self._entries if entry.after is None for p in entry.prefixes]

    def begin(self) -> list[Instruction]:
        """What to do first."""
        return list(self._submissions())

    def on(self, event: Event) -> list[Instruction]:
        """What to do next. Each event speaks of a task that was submitted and is still awaited."""
        entry = self._running.pop(event.task)
        entry.running = False
        if isinstance(event, Finished) and not (self._stopping and entry.limit is None):
            entry.done, entry.regions = True, event.regions
            self._held += event.regions
            place = self._entries.index(entry)
            self._entries[place:place] = self._new(event.left, 2 * entry.budget, entry)
        return [*self._turns(), *self._submissions()]

    def _turns(self) -> Iterator[Take]:
        """Results whose turn it is."""
        while self._entries and self._entries[-1].done and not self.is_over:
            entry = self._entries[-1]
            if self._limit is not None and entry.limit is None and entry.regions >= self._limit:
                self._redo(entry, self._limit)
                return
            self._entries.pop()
            self._held -= entry.regions
            for other in reversed(self._entries):
                if other.after is None:
                    break
                if other.after is entry:
                    other.after = None
            if self._limit is not None:
                self._limit -= entry.regions
            yield Take(entry.task)

    def _redo(self, entry: _Entry, limit: int) -> None:
        """Have a task done again that goes beyond the limit, and nothing else any more."""
        self._stopping = True
        self._held -= entry.regions
        entry.done, entry.regions, entry.limit = False, 0, limit
        gone = {id(entry)}
        for other in reversed(self._entries[:-1]):
            if id(other.after) in gone:
                gone.add(id(other))
        self._entries = [e for e in self._entries if e is entry or id(e) not in gone]

    def _submissions(self) -> Iterator[Submit]:
        """Tasks that are begun now, the next in order first."""
        if self.is_over:
            return
        for entry in reversed(self._entries):
            if len(self._running) >= self._most_running:
                return
            if entry.done:
                continue
            if not entry.running:
                entry.running = True
                self._running[entry.task] = entry
                yield Submit(entry.task, entry.prefixes, entry.budget, entry.limit)
            if self._stopping or self._held >= self._most_held:
                return

    def _new(self, prefixes: Sequence[Any], budget: int, after: _Entry | None) -> list[_Entry]:
        """Tasks for prefixes, the next one last."""
        budget = min(budget, self._budget)
        numbers = count(self._n_tasks)
        entries = [_Entry(next(numbers), group, budget, after) for group in shared_out(prefixes)]
        self._n_tasks += len(entries)
        return entries


def shared_out(prefixes: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The prefixes of each task, in order.

    The last that a task leaves are the smallest. They go together: alone, many would be done at
    once and not be worth the way to another process.

    Examples
    --------
    >>> shared_out("abcdefg")
    [('a',), ('b',), ('c',), ('d', 'e', 'f', 'g')]
    """
    half = len(prefixes) // 2
    return [(p,) for p in prefixes[:half]] + ([tuple(prefixes[half:])] if prefixes else [])
