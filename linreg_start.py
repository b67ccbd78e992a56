"""Where the program `linreg` starts: Ctrl-C is one line even while Python loads its modules.

This is a module of its own because importing anything from `linreg` loads the library first.
"""

from __future__ import annotations

import os
import signal
from types import FrameType

STOPPED = 3
"""The exit code of a program that was interrupted, as in `linreg.cli.codes`."""


def main() -> None:
    """Load the command line and run it."""
    # A program that was started to ignore interrupts, as by nohup, goes on ignoring them.
    listens = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if listens:
        signal.signal(signal.SIGINT, _leave)
    from linreg.cli import main as run

    if listens:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    run()


def _leave(_number: int, _frame: FrameType | None) -> None:
    """End at once: nothing has been begun that would have to be ended."""
    os.write(2, b"linreg: interrupted\n")
    os._exit(STOPPED)
