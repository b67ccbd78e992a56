"""Watching a run: its progress on a terminal, and what it had found when it was stopped."""

from __future__ import annotations

from concurrent.futures import BrokenExecutor
from types import TracebackType
from typing import Self

from linreg.cli.console import message, progress
from linreg.cli.interrupts import see_through
from linreg.progress import Progress
from linreg.run import Count, CountProgress
from linreg.run.clusters import LostCluster
from linreg.wording import counted


class Watch:
    """Context of a run that Ctrl-C may stop, or the loss of a process: what was found is kept.

    Attributes
    ----------
    found : Count
        The last that is known.
    was_stopped : bool
    """

    def __init__(self, title: str, found: Count, kept: str = "") -> None:
        self.found = found
        self._kept = kept  # what more is to be said of what was found, if the run is stopped
        self.was_stopped = False
        self._bar = progress(title)

    def __enter__(self) -> Self:
        self._show = self._bar.__enter__()
        return self

    def report(self, so_far: CountProgress) -> None:
        """Take note of how far the exploration is."""
        self.found = so_far.count
        self._show(so_far)

    def tell(self, so_far: Progress) -> None:
        """Take note of how far another part of the run is."""
        self._show(so_far)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        if isinstance(error, KeyboardInterrupt):
            see_through()
        self._bar.__exit__(kind, error, trace)
        match error:
            case KeyboardInterrupt():
                what = "interrupted"
            case LostCluster():
                what = str(error)
            case BrokenExecutor():
                what = "another process of this run was killed, perhaps for want of memory"
            case _:
                return False
        self.was_stopped = True
        if self.found.regions:
            exactly = "" if self.found.complete else "at least "
            message(
                f"{what}, with {exactly}{counted(self.found.regions, 'region')} found so "
                f"far{self._kept}"
            )
        else:
            message(f"{what}, before any region was found{self._kept}")
        return True
