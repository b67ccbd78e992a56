"""Where the program `linreg` starts: stdout is kept for answers, and Ctrl-C is one line.

Both hold even while Python loads the program's modules. This is a module of its own because
importing anything from `linreg` loads the library first.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from contextlib import suppress
from threading import Timer
from types import FrameType
from typing import TextIO

STOPPED = 3
"""The exit code of a program that was interrupted, as in `linreg.cli.codes`."""

ENDS_WITHIN = 10.0
"""Seconds that Python has for its own end: it waits there for what libraries leave running."""

answers: TextIO | None = None
"""The stdout that the program was given; None where `begin` was not called."""


def main() -> None:
    """Load the command line, run it, and end."""
    begin()
    gc.disable()  # a quarter of the start; a command that is loaded enables it
    from linreg.cli import main as run

    if signal.getsignal(signal.SIGINT) is leave:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        run()
    except SystemExit as end:
        last = Timer(ENDS_WITHIN, os._exit, (end.code,))
        last.daemon = True
        with suppress(RuntimeError):  # the system refuses a thread
            last.start()
            # Any handler but this one would be taken away at some time before the end.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        raise


def begin() -> None:
    """Take stdout for answers alone, and end at once where the loading is interrupted."""
    global answers
    if answers is not None:  # `python -m linreg` begins before it loads the library
        return
    # Threads for matrices this small would take a quarter of the start, and workers are processes.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # A program that was started to ignore interrupts, as by nohup, goes on ignoring them.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, leave)
    # What is opened next must not get the number of a standard stream that was closed.
    while (unused := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(unused)
    given = sys.stdout
    encoding, errors = (given.encoding, given.errors) if given is not None else ("utf-8", "strict")
    answers = open(os.dup(1), "w", encoding=encoding, errors=errors)  # noqa: SIM115
    # From here on, descriptor 1 and what Python prints are what any library may write to.
    os.dup2(2, 1)
    sys.stdout = sys.stderr


def leave(_number: int, _frame: FrameType | None) -> None:
    """End at once: nothing has been begun that would have to be ended."""
    os.write(2, b"linreg: interrupted\n")
    os._exit(STOPPED)


# As `python -m linreg`, the program begins with the library, which imports this module first.
if sys.argv[:1] == ["-m"] and sys.orig_argv[-len(sys.argv)].removeprefix("-m") == "linreg":
    begin()
