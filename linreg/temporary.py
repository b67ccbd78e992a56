"""Temporary files and folders: locked while their process lives, and removed once it is dead."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from hashlib import sha256
from math import inf
from pathlib import Path
from platform import node
from shutil import rmtree
from tempfile import gettempdir
from time import monotonic

PREFIX = ".linreg-"
"""What the names of all temporary files and folders begin with."""

LOCK = "lock"
"""The file in a temporary folder that is locked in its place."""

TRIES = 3
"""New names that are tried until one can be locked; on some file systems none can."""

WINDOWS = sys.platform == "win32"
"""Where a file that is open can neither be renamed nor removed, so that its lock is freed first."""

SELDOM = 20
"""How many times as long as looking through a folder takes, it is not looked through again."""

_live: dict[Path, tuple[int, int]] = {}
"""What this process holds: the process that made it, since a forked one knows it too, and a file
descriptor with the lock."""

_looked_through: dict[Path, tuple[float, float]] = {}
"""When each folder was last looked through, and how long that took, in seconds."""


@contextmanager
def temporary_file(folder: Path, suffix: str) -> Iterator[Path]:
    """Context with a new empty file, which is removed unless `put_in_place` has moved it.

    Files that dead processes have left in the folder are removed.

    Raises
    ------
    OSError
    """
    with _temporary(folder, suffix, is_folder=False) as path:
        yield path


@contextmanager
def temporary_folder(parent: Path | None = None) -> Iterator[Path]:
    """Context with a new folder, in the system's place for them by default, removed at its end.

    Folders that dead processes have left in the same place are removed.

    Raises
    ------
    OSError
    """
    with _temporary(Path(gettempdir()) if parent is None else parent, "", is_folder=True) as path:
        yield path


def put_in_place(temporary: Path, target: Path) -> None:
    """Let a temporary file take the place of another file, in one step.

    Raises
    ------
    OSError
    """
    if WINDOWS:
        os.close(_live.pop(temporary)[1])
    os.replace(temporary, target)


def remove_own() -> None:
    """Remove what this process holds, which is about to end."""
    for path, (process, _) in [*_live.items()]:
        if process == os.getpid():
            with suppress(OSError):
                _remove(path)


def remove_stale(folder: Path) -> None:
    """Remove what dead processes have left in a folder.

    The system frees a lock when the process that has it ends, however it ends. But on some network
    file systems a machine does not see the locks of another one, so that only files with the mark
    of this machine are judged by their locks; all others stay.
    """
    start = monotonic()
    ended, took = _looked_through.get(folder, (-inf, 0.0))
    if start - ended < SELDOM * took:
        return
    with suppress(OSError), os.scandir(folder) as entries:
        for name in [entry.name for entry in entries if entry.name.startswith(PREFIX)]:
            if _is_of_this_machine(name) and folder / name not in _live:
                _remove_if_dead(folder / name)
    end = monotonic()
    _looked_through[folder] = end, end - start


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


@contextmanager
def _temporary(folder: Path, suffix: str, *, is_folder: bool) -> Iterator[Path]:
    remove_stale(folder)
    path, descriptor = _locked(folder, suffix, is_folder=is_folder)
    _live[path] = os.getpid(), descriptor
    try:
        yield path
    finally:
        if path in _live:
            del _live[path]
            _remove_and_close(path, descriptor)


def _locked(folder: Path, suffix: str, *, is_folder: bool) -> tuple[Path, int]:
    """A new empty file or folder, and what holds its lock, if it can be had."""
    for left in range(TRIES)[::-1]:
        path = folder / f"{PREFIX}{'-'.join(_marks())}-{secrets.token_hex(8)}{suffix}"
        if is_folder:
            path.mkdir(0o700)
        # Not tempfile.mkstemp, whose files only their owner may read.
        flags = os.O_CREAT | os.O_EXCL | os.O_RDWR
        descriptor = os.open(path / LOCK if is_folder else path, flags, 0o666)
        # Whoever looks through the folder may have found it before it was locked, and remove it.
        if (try_lock(descriptor) and os.fstat(descriptor).st_nlink) or not left:
            break
        _remove_and_close(path, descriptor)
    return path, descriptor


def _remove_if_dead(path: Path) -> None:
    """Remove a file or a folder whose lock nobody holds."""
    try:
        descriptor = os.open(path / LOCK if path.is_dir() else path, os.O_RDWR)
    except OSError:  # it is gone already, or not ours to remove
        return
    if try_lock(descriptor):
        _remove_and_close(path, descriptor)
    else:
        os.close(descriptor)


def _remove_and_close(path: Path, descriptor: int) -> None:
    """Remove a file or folder under its lock."""
    if WINDOWS:
        os.close(descriptor)
        _remove(path)
        return
    try:
        _remove(path)
    finally:
        os.close(descriptor)


def _remove(path: Path) -> None:
    if path.is_dir():
        rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _is_of_this_machine(name: str) -> bool:
    """Whether the system that runs now has made a name, or this machine has before it was begun."""
    marks = name.removeprefix(PREFIX).split("-")
    return len(marks) > len(_marks()) and any(map(str.__eq__, marks, _marks()))


@cache
def _marks() -> tuple[str, str]:
    """What tells one running system from all others, and one machine."""
    running = _content("/proc/sys/kernel/random/boot_id")
    machine = f"{node()} {_content('/etc/machine-id') or running}"
    return _mark(running or machine), _mark(machine)


def _mark(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:8]


def _content(path: str) -> str:
    """The text of a small file, or nothing if it is not there."""
    try:
        return Path(path).read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""
