"""Ctrl-C: the first ends what is being done; more of them neither spoil its end nor the answer."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from signal import SIGINT, default_int_handler, getsignal, signal
from time import monotonic
from types import FrameType

import linreg_start
from linreg.cli.codes import STOPPED

FORCE_AFTER = 5.0
"""Seconds after the first interrupt, from which on another one ends the process at once."""

_first = 0.0  # when the last KeyboardInterrupt was raised
_is_ending = False
_is_loading = False


def listen() -> None:
    """Hear interrupts, unless the program was started to ignore them."""
    global _is_ending
    _is_ending = False
    if getsignal(SIGINT) is default_int_handler:
        signal(SIGINT, _interrupt)


def see_through() -> None:
    """Ignore interrupts from here on: only the answer is left to give."""
    global _first, _is_ending
    if not _is_ending:
        _first, _is_ending = monotonic(), True


@contextmanager
def loading() -> Iterator[None]:
    """Context of loading modules, in which an interrupt ends the program: none has been begun.

    What is raised in the middle of a module of C may come out as anything.
    """
    global _is_loading
    _is_loading = True
    try:
        yield
    finally:
        _is_loading = False


def _interrupt(number: int, frame: FrameType | None) -> None:
    """Raise KeyboardInterrupt, unless that was done and is being dealt with."""
    global _first
    if _is_loading:
        linreg_start.leave(number, frame)
    if not _is_ending and not _is_dealt_with(sys.exception()):
        _first = monotonic()
        raise KeyboardInterrupt
    if monotonic() - _first > FORCE_AFTER:
        os._exit(STOPPED)


def _is_dealt_with(error: BaseException | None) -> bool:
    """Whether an interrupt is why this code runs, be it behind an error that came of it."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__context__
    return error is not None
