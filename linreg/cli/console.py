"""What a person sees: results on stdout, messages and progress on stderr, one error line."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

from rich.console import Console, RenderableType
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

QUIET_FOR = 1.0
"""Seconds before a progress bar appears: what is done by then needs none."""

Show = Callable[[float, str], None]
"""Shows the finished share, from 0 to 1, and a few words."""


def show(result: RenderableType) -> None:
    """Print a result."""
    Console(highlight=False, soft_wrap=True).print(result)


def show_json(result: dict[str, object]) -> None:
    """Print a result as one JSON object."""
    sys.stdout.write(json.dumps(result, allow_nan=False) + "\n")


def message(text: str) -> None:
    """Print a line on stderr."""
    sys.stderr.write(f"linreg: {text}\n")


@contextmanager
def progress(title: str) -> Iterator[Show]:
    """A progress bar on a terminal, once it is worth looking at; elsewhere nothing.

    Yields a function that is to be called now and then.
    """
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _share, _words: None
        return
    bar = Progress(
        TextColumn(title),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %  {task.fields[words]}"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
    task = bar.add_task(title, total=1.0, words="")
    started = monotonic()
    shown = False

    def update(share: float, words: str) -> None:
        nonlocal shown
        if not shown and monotonic() - started > QUIET_FOR:
            bar.start()
            shown = True
        bar.update(task, completed=share, words=words)

    try:
        yield update
    finally:
        if shown:
            bar.stop()
