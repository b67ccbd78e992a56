"""Several questions about one network, each asked in a process of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from functools import partial
from typing import Any

from linreg.questions.loop_or_search import Budget
from linreg.run.processes import process_pool

PATIENCE = 0.2
"""Seconds between two looks at the clock."""

_about: tuple[Any, ...] = ()


def answers_at_once(
    ask: Callable[..., Any],
    about: tuple[Any, ...],
    questions: Sequence[Any],
    budget: Budget,
) -> Iterator[tuple[int, Any]]:
    """Answers as they come, each with the number of its question.

    Parameters
    ----------
    ask : function of a module
        Called as ask(*about, question, limit, timeout) in a process.
    about : tuple
        What all questions are about, sent to each process once.
    questions : sequence
    budget : Budget
        Its workers are the processes. Questions that are begun share what is left of the time.
    """
    left = list(enumerate(questions))[::-1]
    running: dict[Future[Any], int] = {}
    with process_pool(min(budget.workers, len(left)), partial(_remember, about)) as pool:
        while (left or running) and not budget.is_spent:
            while left and len(running) < budget.workers:
                rounds = -(-(len(left)) // budget.workers)
                number, question = left.pop()
                timeout = budget.share(rounds).timeout
                running[pool.submit(_answered, ask, question, budget.limit, timeout)] = number
            done, _ = wait(running, timeout=PATIENCE, return_when=FIRST_COMPLETED)
            for future in done:
                yield running.pop(future), future.result()


def _remember(about: tuple[Any, ...]) -> None:
    """Prepare a process."""
    global _about
    _about = about


def _answered(
    ask: Callable[..., Any], question: Any, limit: int | None, timeout: float | None
) -> Any:
    return ask(*_about, question, limit, timeout)
