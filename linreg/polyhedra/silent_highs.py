"""HiGHS without its banner: some releases greet on descriptor 1, from C, when an instance is made.

A descriptor belongs to the whole process, so what other threads print meanwhile goes nowhere too,
and what they start meanwhile keeps a descriptor that leads nowhere. So instances are told to be
silent before they could greet, one of them is listened to, and only if it speaks all the same are
the others made in a silence.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import cache
from tempfile import TemporaryFile
from threading import Lock
from typing import Any

OUTPUT = (1, 2)
"""The descriptors of standard output and standard error, for C and for Python."""

_one_at_a_time = Lock()


def quiet_highs() -> Any:
    """A HiGHS instance that wrote nothing when it was made and will write nothing."""
    _quiet_class()  # what is said at the import is none of HiGHS's own
    with silence() if _greets() else nullcontext():
        return _made()


@contextmanager
def silence() -> Iterator[None]:
    """Whatever is written to standard output and standard error inside goes nowhere.

    That holds for all threads of the process: it must not last.
    """
    with open(os.devnull, "wb") as nowhere, _written_to(nowhere.fileno()):
        yield


@cache
def _greets() -> bool:
    """Whether an instance writes something when it is made; taken for granted without a file."""
    try:
        with TemporaryFile() as heard:
            with _written_to(heard.fileno()):
                _made()
            return os.fstat(heard.fileno()).st_size > 0
    except OSError:
        return True


def _made() -> Any:
    highs = _quiet_class()()
    highs.setOptionValue("output_flag", False)
    return highs


@cache
def _quiet_class() -> Any:
    """HiGHS, told to be silent before its constructor asks for callbacks: it greets there."""
    import highspy

    class Quiet(highspy.Highs):
        def enableCallbacks(self) -> None:  # noqa: N802
            self.setOptionValue("output_flag", False)
            super().enableCallbacks()  # type: ignore[no-untyped-call]

    return Quiet


@contextmanager
def _written_to(target: int) -> Iterator[None]:
    """What is written to standard output and standard error inside, written to another file."""
    with _one_at_a_time:
        _flush()
        # A descriptor that is closed is filled, so that no copy of the other one takes its number.
        closed = [descriptor for descriptor in OUTPUT if not _is_open(descriptor)]
        for descriptor in closed:
            os.dup2(target, descriptor)
        kept = {
            descriptor: os.dup(descriptor)
            for descriptor in OUTPUT
            if descriptor not in (*closed, target)
        }
        try:
            for descriptor in kept:
                os.dup2(target, descriptor)
            yield
        finally:
            try:
                _flush()
            finally:
                for descriptor, copy in kept.items():
                    os.dup2(copy, descriptor)
                    os.close(copy)
                for descriptor in closed:
                    os.close(descriptor)


def _is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


def _flush() -> None:
    """Write what the streams of C hold: if they lead to no terminal, that comes at exit else."""
    ctypes.CDLL("ucrtbase" if sys.platform == "win32" else None).fflush(None)
