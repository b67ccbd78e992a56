"""Whether a question is answered by a loop over all regions or by a search; and when to stop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from time import monotonic

from linreg.arguments import how_many
from linreg.network import StagedNetwork
from linreg.progress import Progress
from linreg.questions.input_sets import InputSet
from linreg.questions.pieces import Pieces, pieces_on

FEW_REGIONS = 200
"""Regions up to which the loop over them, a millisecond each, is over before a search has begun."""

FIRST_LOOK, LOOK_GROWS = 500, 3
"""Regions that are looked for at first where there is a clock, and how the number grows."""

FEW_INPUTS = 3
"""Inputs up to which a network of many units may have few regions."""

FEW_UNITS = 12
"""Units up to which there are few regions in any dimension."""


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
    """

    limit: int | None = None
    timeout: float | None = None
    workers: int = 1
    progress: Callable[[Progress], None] | None = None
    started: float = field(default_factory=monotonic)

    def __post_init__(self) -> None:
        if self.limit is not None:
            self.limit = how_many(self.limit, "limit")
        self.workers = how_many(self.workers, "workers")
        if self.timeout is not None and not self.timeout > 0:
            raise ValueError(f"timeout must be positive, in seconds: got {self.timeout}")

    @property
    def is_spent(self) -> bool:
        """Whether the time is over."""
        return self.timeout is not None and monotonic() - self.started > self.timeout

    def share(self, parts: int) -> Budget:
        """A budget for one of several searches that are left: an even part of the time."""
        if self.timeout is None:
            return self
        left = max(self.timeout - self.seconds, 1e-3)
        return replace(self, timeout=left / parts, started=monotonic())

    @property
    def seconds(self) -> float:
        """Seconds since the budget was made, wall clock."""
        return monotonic() - self.started

    def tell(self, share: float) -> None:
        """Say how far it is, from 0 to 1."""
        if self.progress is not None:
            self.progress(Progress(share, 1, ""))


def pieces_or_none(network: StagedNetwork, inputs: InputSet, budget: Budget) -> Pieces | None:
    """All regions, where the loop over them is the way to take; None where a search is.

    Sets that go on for ever have no box around them, so that their regions are looped over however
    many there are.
    """
    bounded = not inputs.is_unbounded
    if bounded and inputs.dim > FEW_INPUTS and len(network.units) > FEW_UNITS:
        return None
    most = FEW_REGIONS if budget.limit is None else min(budget.limit, FEW_REGIONS)
    if not bounded:
        return pieces_within(network, inputs, budget)
    pieces = pieces_on(network, inputs, limit=most, workers=budget.workers)
    return pieces if pieces.complete else None


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
