"""What the strategy "auto" is where rows or proofs are wanted: it depends on the question alone.

Strategies find other witnesses and other proofs. So what is written must not depend on what is
loaded, compiled or cached: a small problem is tried out in Python, always the same part of it, and
what is not done by then is for machine code from its beginning.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic

from linreg.explore import Tally
from linreg.problem import Problem
from linreg.run.driver import Beginning
from linreg.run.task import Store, Work
from linreg.strategies import explorer_for

SMALL = 6144
"""Cells that are tried in Python, in about two seconds: a small problem is done by then, and waits
for no compiler on a fresh machine."""

LARGE = 3 * SMALL
"""Cells of a problem, by the share of the tree that is done, that are not worth such a trial."""


@dataclass(frozen=True, slots=True)
class Settled(Generic[Store]):
    """A strategy, and what it has found already.

    Attributes
    ----------
    strategy : str
        "highs" or "compiled".
    beginning : Beginning or None
        What is left to that strategy, if it was the one that was tried.
    found : Sink
        What the beginning has told.
    """

    strategy: str
    beginning: Beginning | None
    found: Store


def settled(
    problem: Problem,
    sink: Store,
    limit: int | None = None,
    report: Callable[[Work], None] = lambda _: None,
) -> Settled[Store]:
    """What "auto" stands for, a function of the problem and the limit.

    "highs" if that answers the question with `SMALL` cells, and "compiled" elsewhere, or "highs"
    where there is no machine code.

    Parameters
    ----------
    problem : Problem
    sink : Sink
        What is told depends on its kind; it is told nothing yet.
    limit : int, optional
        Regions that are wanted.
    report : callable
        Told now and then how far the trial is.
    """
    explorer, found, tally = explorer_for("highs", problem, sink), sink.empty(), Tally()
    cells = explorer.begin(problem, tally)
    taken = 0
    is_large = False
    while cells and not is_large and taken < SMALL and (limit is None or tally.regions < limit):
        taken += explorer.slice
        cells = explorer.explore(problem, cells, found, tally, budget=explorer.slice, limit=limit)
        is_large = limit is None and taken > LARGE * tally.share
        work = Work(tally, explorer.name, explorer.lps, explorer.exact_decisions)
        report(work)
    is_done = not cells or (limit is not None and tally.regions >= limit)
    strategy = "highs" if is_done else explorer_for("compiled", problem, sink).name
    prefixes = [explorer.prefix_of(cell) for cell in cells]
    beginning = Beginning(work, prefixes) if strategy == "highs" else None
    return Settled(strategy, beginning, found)
