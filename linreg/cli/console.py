"""Output to the terminal: results on stdout, messages and progress on stderr, one error line."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from math import isinf
from time import monotonic
from typing import TYPE_CHECKING, TextIO

import linreg_start
from linreg.progress import Progress

if TYPE_CHECKING:
    from rich.console import RenderableType

QUIET_FOR = 1.0
"""Seconds before a progress bar appears: what is done by then needs none."""

Show = Callable[[Progress], None]
"""Shows how far a computation is."""


def show(result: RenderableType) -> None:
    """Print a result."""
    from rich.console import Console  # takes as long to load as some answers to find
    from rich.text import Text

    console = Console(file=_stdout(), width=columns(), highlight=False, soft_wrap=True)
    with console.capture() as captured:
        console.print(Text(result) if isinstance(result, str) else result)
    lines = [line.rstrip() for line in captured.get().splitlines()]
    text = "\n".join(lines) + "\n"
    _write(text.replace("→", "->") if console.options.ascii_only else text)


def show_json(result: dict[str, object]) -> None:
    """Print a result as one JSON object."""
    _write(json.dumps(result, allow_nan=False) + "\n")


def message(text: str) -> None:
    """Print a line on stderr."""
    line = "".join(c if c.isprintable() else _escaped(c) for c in " ".join(text.split()))
    if sys.stderr is not None:
        sys.stderr.write(f"linreg: {line}\n")


@contextmanager
def progress(title: str) -> Iterator[Show]:
    """A progress bar on a terminal, once it is worth looking at; elsewhere nothing.

    Yields a function that is to be called now and then.
    """
    # Asked of the stream too: rich takes any stream for a terminal where colours are forced.
    if sys.stderr is None or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    from linreg.run.processes import interrupts_held

    console = Console(stderr=True)
    if console.is_dumb_terminal:
        yield lambda _: None
        return
    bar = Bar(
        TextColumn(title),
        BarColumn(),
        TextColumn("{task.percentage:>5.1f} %  {task.fields[words]}"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
    task = bar.add_task(title, total=1.0, words="")
    started = monotonic()
    shown = False

    def update(so_far: Progress) -> None:
        nonlocal shown
        # Half a bar could not be taken back.
        with interrupts_held():
            if not shown and monotonic() - started > QUIET_FOR:
                bar.start()
                shown = True
            bar.update(task, completed=so_far.share, words=words_of(so_far))

    try:
        yield update
    finally:
        if shown:
            with interrupts_held():
                bar.stop()


def words_of(so_far: Progress) -> str:
    """What is said beside a bar.

    Examples
    --------
    >>> from math import inf
    >>> words_of(Progress(120, 4000, "regions compared")), words_of(Progress(0.5, 1, "sorted"))
    ('120 of 4,000 regions compared', 'sorted')
    >>> words_of(Progress(1200, inf, "cells"))
    '1,200 cells'
    """
    if so_far.total == 1:
        return so_far.activity
    of_all = "" if isinf(so_far.total) else f" of {so_far.total:,.0f}"
    return f"{min(so_far.done, so_far.total):,.0f}{of_all} {so_far.activity}"


def columns() -> int | None:
    """Width of the terminal that answers go to, in characters; None if they go to none.

    It is None, too, where the environment says how many columns are to be taken for granted.
    """
    stream = _stdout()
    if stream is not None and "COLUMNS" not in os.environ:
        with suppress(OSError):
            return os.get_terminal_size(stream.fileno()).columns or None
    return None


def drop_output() -> None:
    """Discard what stdout did not take: it would fail once more when Python ends."""
    stream = _stdout()
    if stream is not None and stream in (linreg_start.answers, sys.__stdout__):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _write(text: str) -> None:
    """Write to stdout, at once; characters that its encoding lacks are escaped."""
    stream = _stdout()
    if stream is not None:  # it is None if it was closed from the start
        encoding = stream.encoding or "utf-8"
        stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
        stream.flush()


def _stdout() -> TextIO | None:
    """Where answers go: the stdout that the program was given, which others cannot write to."""
    return linreg_start.answers or sys.stdout


@contextmanager
def printing() -> Iterator[None]:
    """Context in which what a library prints is an answer of ours."""
    with redirect_stdout(_stdout()):
        yield


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode()
