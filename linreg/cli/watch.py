"""Watching a run: its progress on a terminal, and what it had found when it was interrupted."""

from __future__ import annotations

from types import TracebackType
from typing import Self

import typer

from linreg.cli.console import message, progress
from linreg.run import Count, Progress


class Watch:
    """Context of a run that Ctrl-C may stop: what was found by then is kept.

    Attributes
    ----------
    found : Count or None
        The last that is known; None before the first report.
    is_interrupted : bool
    """

    def __init__(self, title: str) -> None:
        self.found: Count | None = None
        self.is_interrupted = False
        self._bar = progress(title)

    def __enter__(self) -> Self:
        self._show = self._bar.__enter__()
        return self

    def report(self, progress: Progress) -> None:
        """Take note of how far the exploration is."""
        self.found = progress.count
        self._show(progress.share, f"{progress.count.regions:,} regions")

    def share(self, done: int, total: int, what: str) -> None:
        """Take note of how far another part of the run is."""
        self._show(done / total, f"{done:,} of {total:,} {what}")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        self._bar.__exit__(kind, error, trace)
        self.is_interrupted = isinstance(error, KeyboardInterrupt)
        if self.is_interrupted and self.found is not None:
            message(f"interrupted, with at least {self.found.regions:,} regions found so far")
        return self.is_interrupted

    def outcome(self) -> Count:
        """What was found; aborts if the run was interrupted before anything was."""
        if self.found is None:
            raise typer.Abort
        return self.found
