"""One process at a time: a lock that ends with the process that holds it."""

from __future__ import annotations

import os
from pathlib import Path
from time import monotonic, sleep

from linreg.temporary import try_lock

LOCK_SECONDS = 3.0
"""Seconds to wait for a lock: a process that was killed may leave others that are just ending."""


def lock(descriptor: int) -> bool:
    """Whether the lock could be had, if not at once then soon."""
    end = monotonic() + LOCK_SECONDS
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
