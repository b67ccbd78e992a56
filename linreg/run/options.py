"""Options of an exploration: the keywords that all functions that explore share."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass

from linreg.arguments import how_many
from linreg.run.progress import CountProgress
from linreg.strategies import check_strategy


@dataclass(frozen=True, slots=True)
class Options:
    """The keywords that `linreg.count`, `linreg.enumerate_regions` and others have in common.

    Attributes
    ----------
    strategy : str
    workers : int
        Processes or threads to share the work out to, or how many the executor has.
    executor : concurrent.futures.Executor or None
        Where to have the work done; it is left open.
    limit : int or None
        How many regions to stop at, those of an earlier run included.
    progress : callable or None

    Raises
    ------
    UnknownStrategy
        If no strategy has that name.
    ValueError, TypeError
        If workers or limit is no integer of at least 1.
    """

    strategy: str = "auto"
    workers: int = 1
    executor: Executor | None = None
    limit: int | None = None
    progress: Callable[[CountProgress], None] | None = None

    def __post_init__(self) -> None:
        check_strategy(self.strategy)
        how_many(self.workers, "workers")
        if self.limit is not None:
            how_many(self.limit, "limit")

    @property
    def is_shared(self) -> bool:
        """Whether workers other than this thread do the work."""
        return self.executor is not None or self.workers > 1
