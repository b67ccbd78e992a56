"""One process at a time: a lock that ends with the process that holds it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from time import monotonic, sleep

PATIENCE = 3.0
"""Seconds to wait for a lock: a process that was killed may leave others that are just ending."""


def try_lock(descriptor: int) -> bool:
    """Whether nobody else holds the lock on an open file; if so, it is held from now on."""
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(descriptor, 1 << 40, os.SEEK_SET)  # beyond anything that is read
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def lock(descriptor: int) -> bool:
    """Whether the lock could be had, if not at once then soon."""
    end = monotonic() + PATIENCE
    while not try_lock(descriptor):
        if monotonic() > end:
            return False
        sleep(0.05)
    return True


def is_locked(path: Path) -> bool:
    """Whether another process holds the lock on a file."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        return not try_lock(descriptor)
    finally:
        os.close(descriptor)
