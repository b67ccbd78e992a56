"""What a command does when it is told to end: its temporary files are removed first."""

from __future__ import annotations

import signal
from types import FrameType

from linreg.temporary import remove_own

ENDING = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
"""The signals that end a program that does not listen to them."""


def tidy_before_ending() -> None:
    """Have the signals that end this process remove its temporary files first."""
    for number in ENDING:
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _end)


def _end(number: int, _frame: FrameType | None) -> None:
    """Remove what this process holds, and end as if nobody had listened."""
    remove_own()
    signal.signal(number, signal.SIG_DFL)
    signal.raise_signal(number)
