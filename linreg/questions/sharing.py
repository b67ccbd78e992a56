"""A search for unsafe inputs that several processes share.

Each looks at the boxes below one, for a while, and hands back those that are left. Boxes keep the
order in which one process alone would come to them, and the first unsafe input in this order is the
answer: it does not depend on how many processes there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from functools import partial

from linreg.network import StagedNetwork
from linreg.questions.deciding import Decision, decided_by_search, prepared
from linreg.questions.input_sets import InputSet, input_set
from linreg.questions.kept import KeptSet
from linreg.questions.loop_or_search import Budget
from linreg.questions.queries import Asked
from linreg.questions.searching import BoxNode
from linreg.questions.verifying import SetOutcome
from linreg.run.processes import process_pool

ALONE = 64
"""Boxes that are looked at before others are asked to help."""

QUOTA = 256
"""Boxes that a process looks at before it hands back what is left."""

AHEAD = 2
"""Boxes for each process that are handed out at once."""

PATIENCE = 0.2
"""Seconds between two looks at the clock."""

Outcome = tuple[SetOutcome | None, list[BoxNode], int]
"""An unsafe input, what is left of a stack of boxes, and how many were looked at."""

_decision: Decision | None = None


@dataclass(eq=False)
class _Part:
    """Boxes in the order of a stack, which somebody may be looking at; or what was found there."""

    nodes: list[BoxNode]
    future: Future[Outcome] | None = None
    found: SetOutcome | None = None


def decided_by_many(
    staged: StagedNetwork,
    asked: Asked,
    inputs: InputSet,
    budget: Budget,
    kept: KeptSet | None = None,
) -> SetOutcome:
    """As `decided_by_search`, by as many processes as the budget has workers."""
    ready = prepared(staged, inputs, asked.alternatives)
    if ready is None:
        return decided_by_search(staged, inputs, asked.alternatives, budget, kept)
    return _Shared(*ready, inputs, staged, asked, budget, kept).answer()


class _Shared(Decision):
    """A decision whose boxes are handed out."""

    def __init__(
        self,
        search: object,
        alternatives: object,
        inputs: InputSet,
        staged: StagedNetwork,
        asked: Asked,
        budget: Budget,
        kept: KeptSet | None,
    ) -> None:
        super().__init__(
            search,  # type: ignore[arg-type]
            alternatives,  # type: ignore[arg-type]
            inputs,
            staged,
            asked.alternatives,
            budget,
            kept=kept,
        )
        self.asked = asked

    def walked(self, stack: list[BoxNode], quota: int | None = None) -> SetOutcome | None:
        found = super().walked(stack, ALONE)
        if found is not None or not stack or self.is_over:
            return found
        parts = [_Part([node]) for node in reversed(stack)]
        try:
            with process_pool(
                self.budget.workers, partial(_begin, self.staged, self.asked)
            ) as pool:
                while parts and not self.is_over:
                    if parts[0].found is not None:
                        return parts[0].found
                    running = [part for part in parts if part.future is not None]
                    waiting = (part for part in parts if part.future is None and not part.found)
                    for part in waiting:
                        if len(running) >= AHEAD * self.budget.workers:
                            break
                        part.future = pool.submit(_searched, part.nodes, QUOTA)
                        running.append(part)
                    wait(
                        [part.future for part in running if part.future is not None],
                        timeout=PATIENCE,
                        return_when=FIRST_COMPLETED,
                    )
                    parts = self._gathered(parts)
                    left = sum(2.0**-node.depth for part in parts for node in part.nodes)
                    self.budget.tell(max(0.0, 1.0 - left))
                    self.remember(_stack_of(parts))
        finally:
            stack[:] = _stack_of(parts)
        return None

    def _gathered(self, parts: Sequence[_Part]) -> list[_Part]:
        """The parts that are left, up to the first one with an unsafe input."""
        left: list[_Part] = []
        for part in parts:
            if part.future is None or not part.future.done():
                left.append(part)
            else:
                found, nodes, seen = part.future.result()
                self.search.nodes += seen
                if found is None:
                    left += [_Part([node]) for node in reversed(nodes)]
                else:
                    left.append(_Part(part.nodes, found=found))
            if left and left[-1].found is not None:
                break
        return left


def _stack_of(parts: Sequence[_Part]) -> list[BoxNode]:
    return [node for part in reversed(parts) for node in part.nodes]


def _begin(staged: StagedNetwork, asked: Asked) -> None:
    """Prepare a process."""
    global _decision
    inputs = input_set(asked.inputs, staged.input_dim)
    assert inputs is not None
    ready = prepared(staged, inputs, asked.alternatives)
    assert ready is not None
    _decision = Decision(*ready, inputs, staged, asked.alternatives, Budget())


def _searched(nodes: list[BoxNode], quota: int) -> Outcome:
    """Look at boxes in a process that was prepared."""
    assert _decision is not None
    before = _decision.search.nodes
    found = _decision.walked(nodes, quota)
    return found, nodes, _decision.search.nodes - before


__all__ = ["decided_by_many"]
