"""Whether a question is answered by a loop over all regions or by a search; and when to stop."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Any, TypeVar

import numpy as np

from linreg.arguments import how_many
from linreg.network import StagedNetwork
from linreg.network.enclosure import EnclosedPieces
from linreg.progress import Progress
from linreg.questions.input_sets import InputSet
from linreg.questions.pieces import Pieces, pieces_on
from linreg.rational import nearest_float

FEW_REGIONS = 200
"""Regions up to which the loop over them, a millisecond each, is over before a search has begun."""

FIRST_LOOK, LOOK_GROWS = 500, 3
"""Regions that are looked for at first where there is a clock, and how the number grows."""

FEW_INPUTS = 3
"""Inputs up to which a network of many units may have few regions."""

FEW_UNITS = 12
"""Units up to which there are few regions in any dimension."""

SAMPLES = 8
"""Points for each of these regions that are to tell whether there are more."""

Answer = TypeVar("Answer")


@dataclass(slots=True)
class Budget:
    """When to stop, and whom to tell how far it is.

    Attributes
    ----------
    limit : int or None
        Most regions, or nodes of a search.
    timeout : float or None
        Seconds, wall clock, from when the budget was made.
    workers : int
    progress : callable or None
    interrupts : list of KeyboardInterrupt
        What came while work was `held`; shared by all shares of a budget.
    """

    limit: int | None = None
    timeout: float | None = None
    workers: int = 1
    progress: Callable[[Progress], None] | None = None
    started: float = field(default_factory=monotonic)
    interrupts: list[KeyboardInterrupt] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.limit is not None:
            self.limit = how_many(self.limit, "limit")
        self.workers = how_many(self.workers, "workers")
        if self.timeout is not None and not self.timeout > 0:
            raise ValueError(f"timeout must be positive, in seconds: got {self.timeout}")

    @property
    def is_spent(self) -> bool:
        """Whether the time is over, or an interrupt came."""
        return bool(self.interrupts) or (
            self.timeout is not None and monotonic() - self.started > self.timeout
        )

    @property
    def reason(self) -> str:
        """Why a search was stopped."""
        if self.interrupts:
            return "it was interrupted"
        return "the time was over" if self.is_spent else "the limit was reached"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Context of work that an interrupt ends as the end of the time does."""
        try:
            yield
        except KeyboardInterrupt as interrupt:
            self.interrupts.append(interrupt)

    def given(self, answer: Answer) -> Answer:
        """The answer; after an interrupt that is raised, and carries the answer as `answer`."""
        if self.interrupts:
            interrupt = self.interrupts[0]
            interrupt.answer = answer  # type: ignore[attr-defined]
            raise interrupt
        return answer

    def share(self, parts: int) -> Budget:
        """A budget for one of several searches that are left: an even part of the time."""
        if self.timeout is None:
            return self
        left = max(self.timeout - self.seconds, 1e-3)
        return replace(self, timeout=left / parts, started=monotonic())

    def at_most(self, limit: int) -> Budget:
        """A budget like this one, with a limit that is no higher."""
        return replace(self, limit=limit if self.limit is None else min(self.limit, limit))

    @property
    def seconds(self) -> float:
        """Seconds since the budget was made, wall clock."""
        return monotonic() - self.started

    def tell(self, share: float) -> None:
        """Say how far it is, from 0 to 1."""
        if self.progress is not None:
            self.progress(Progress(share, 1, ""))


@contextmanager
def carrying(made: Callable[[Any], object]) -> Iterator[None]:
    """Context in which an interrupt carries what is made of the answer that it brings along."""
    try:
        yield
    except KeyboardInterrupt as interrupt:
        if hasattr(interrupt, "answer"):
            interrupt.answer = made(interrupt.answer)
        raise


def pieces_or_none(network: StagedNetwork, inputs: InputSet, budget: Budget) -> Pieces | None:
    """All regions, where the loop over them is the way to take; None where a search is.

    Unbounded sets have no box around them, so that their regions are looped over however
    many there are.
    """
    bounded = not inputs.is_unbounded
    if bounded and inputs.dim > FEW_INPUTS and len(network.units) > FEW_UNITS:
        return None
    most = FEW_REGIONS if budget.limit is None else min(budget.limit, FEW_REGIONS)
    if not bounded:
        return pieces_within(network, inputs, budget)
    if has_more_regions(network, inputs, most):
        return None
    pieces = pieces_on(network, inputs, limit=most, workers=budget.workers)
    return pieces if pieces.complete else None


def has_more_regions(network: StagedNetwork, inputs: InputSet, regions: int) -> bool:
    """Whether points of a box prove that it has more regions; False where they do not tell."""
    low, high = np.full(inputs.dim, -np.inf), np.full(inputs.dim, np.inf)
    for row in inputs.rows:
        axes = [i for i, entry in enumerate(row[:-1]) if entry != 0]
        if len(axes) > 1:
            return False
        by = row[axes[0]]
        end = nearest_float(int(-row[-1] * (1 if by > 0 else -1)), int(abs(by)))
        if by > 0:
            low[axes[0]] = max(low[axes[0]], end)
        else:
            high[axes[0]] = min(high[axes[0]], end)
    shares = np.random.default_rng(0).uniform(size=(SAMPLES * regions, inputs.dim))
    with np.errstate(over="ignore", invalid="ignore"):
        points = low + (high - low) * shares
    # A float beyond the one nearest to an end is beyond the end.
    points = points[((points > low) & (points < high) & np.isfinite(points)).all(axis=1)]
    patterns, certain = EnclosedPieces(inputs.restricted(network)).at(points)
    return len(np.unique(patterns[certain], axis=0)) > regions


def pieces_within(network: StagedNetwork, inputs: InputSet, budget: Budget) -> Pieces:
    """All regions, or as many as a budget allows.

    Looking for regions knows no clock: against one it is begun anew with limits that grow.
    """
    most = FIRST_LOOK
    while True:
        limit = budget.limit
        if budget.timeout is not None:
            limit = most if limit is None else min(most, limit)
        pieces = pieces_on(
            network, inputs, limit=limit, workers=budget.workers, progress=budget.progress
        )
        if pieces.complete or limit == budget.limit or budget.is_spent:
            return pieces
        most *= LOOK_GROWS
