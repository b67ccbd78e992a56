"""What was found and done of an exploration so far, and what it goes on from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from linreg.explore.subdivision import Tally


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
    activity : str
        What the run is busy with, if that is not exploring.
    """

    tally: Tally
    strategy: str
    lps: int = 0
    exact_decisions: int = 0
    complete: bool = False
    activity: str = ""

    def add(self, other: Work) -> None:
        """Add what a task has found and done."""
        tally, more = self.tally, other.tally
        tally.regions += more.regions
        tally.share += more.share
        tally.cells = [a + b for a, b in zip(tally.cells, more.cells, strict=True)]
        self.lps += other.lps
        self.exact_decisions += other.exact_decisions


@dataclass(frozen=True, slots=True)
class Beginning:
    """What an earlier run has found and done, and the prefixes that it left, the next one last."""

    work: Work
    prefixes: list[Any]
