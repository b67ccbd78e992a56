"""Journals: a record on each line, and a torn last line told from one that was damaged later."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from linreg.errors import UnwritableFile
from linreg.files import read_bytes

Record = dict[str, Any]
"""What a line says."""

_HEAD = b'{"check":"%s","bytes":"%08x",'
_LENGTH = len(_HEAD % (b"0" * 16, 0))
_CHECK, _BYTES = slice(10, 26), slice(37, 45)
_NO_TEXT = re.compile(rb"[^ -~]")
_BEGIN = re.compile(rb'\{"check":"')


@dataclass(frozen=True, slots=True)
class JournalContent:
    """What is in a journal.

    A line is written when those before it are on the disk. So only the last one can be torn, and
    what follows the last whole line is as if it had never been begun: unless it ends where it says,
    or fits its check, or something whole comes after it. Then it was written, and has changed
    since.

    Attributes
    ----------
    records : list of dict
        Of the lines from the first one on that are as they were written.
    size : int
        The bytes of these lines.
    damaged : int or None
        The number of the line after them if it is damaged.
    """

    records: list[Record]
    size: int
    damaged: int | None

    def first_unread(self, take: Callable[[Record], object]) -> int | None:
        """Pass records on one by one; the number of the first line that is damaged or refused."""
        for number, record in enumerate(self.records, start=1):
            try:
                take(record)
            except (AttributeError, KeyError, TypeError, ValueError):
                return number
        return self.damaged


def line_of(record: Record) -> bytes:
    r"""A record as a line, with what it is checked by: the sha256 of the rest, and its length.

    Examples
    --------
    >>> line_of({"kind": "sorted", "shards": []})
    b'{"check":"a9f5f5f01b03cdd1","bytes":"0000004c","kind":"sorted","shards":[]}\n'
    """
    text = json.dumps(record, separators=(",", ":"), allow_nan=False).encode()
    return _line(text.removeprefix(b"{"))


def records_in(content: bytes) -> JournalContent:
    """The records of a journal with this content."""
    records: list[Record] = []
    size = 0
    while size < len(content):
        line = _line_at(content, size)
        record = _record(line)
        if record is None:
            is_damaged = _is_all_there(content[size:]) or _is_anything_whole(content, size + 1)
            return JournalContent(records, size, len(records) + 1 if is_damaged else None)
        records.append(record)
        size += len(line)
    return JournalContent(records, size, None)


class Journal:
    """A journal that this process holds, and adds records to.

    Parameters
    ----------
    path : Path
    descriptor : int
        Of the open file.
    size : int
        The bytes of its whole lines; what is torn after them is cut off before it is added to.
    """

    def __init__(self, path: Path, descriptor: int, size: int) -> None:
        self._path, self._descriptor, self._size = path, descriptor, size

    def append(self, record: Record) -> None:
        """Add a record, so that it survives a loss of power, or nothing at all.

        Raises
        ------
        UnwritableFile
        """
        line = line_of(record)
        try:
            if self._size < os.fstat(self._descriptor).st_size:
                os.ftruncate(self._descriptor, self._size)
            os.lseek(self._descriptor, self._size, os.SEEK_SET)
            written = 0
            while written < len(line):
                written += os.write(self._descriptor, line[written:])
            os.fsync(self._descriptor)
        except OSError as error:
            os.ftruncate(self._descriptor, self._size)
            reason = error.strerror or error
            raise UnwritableFile(f"{self._path}: cannot be written: {reason}") from None
        self._size += len(line)


def read_journal(path: Path) -> JournalContent:
    """The records of a journal, which stays as it is.

    Raises
    ------
    UnreadableFile
        If it is missing.
    """
    return records_in(read_bytes(path))


def _line(rest: bytes) -> bytes:
    """The line with this rest after what it is checked by."""
    return _HEAD % (_check(rest), _LENGTH + len(rest) + 1) + rest + b"\n"


def _check(rest: bytes) -> bytes:
    return sha256(rest).hexdigest()[:16].encode()


def _line_at(content: bytes, start: int) -> bytes:
    """What comes until the next end of a line, which no record has inside."""
    end = content.find(b"\n", start)
    return content[start:] if end < 0 else content[start : end + 1]


def _record(line: bytes) -> Record | None:
    """The record of a line that is as it was written."""
    rest = line[_LENGTH:-1]
    if line != _line(rest):
        return None
    try:
        record: Record = json.loads(b"{" + rest)
    except (ValueError, RecursionError):
        return None
    return record


def _is_all_there(rest: bytes) -> bool:
    """Whether a line ends where it says, or fits its check; with one byte changed, one holds.

    What the disk held before may happen to end there, but hardly as text.
    """
    try:
        size = int(rest[_BYTES], 16)
    except ValueError:
        size = 0
    is_text = len(_NO_TEXT.findall(rest[:size])) <= 2  # its end, and what has changed
    ends = is_text and size > _LENGTH and rest[size - 2 : size] == b"}\n"
    line = _line_at(rest, 0)
    return ends or (line.endswith(b"\n") and line[_CHECK] == _check(line[_LENGTH:-1]))


def _is_anything_whole(content: bytes, start: int) -> bool:
    begins = (match.start() for match in _BEGIN.finditer(content, start))
    return any(_record(_line_at(content, begin)) is not None for begin in begins)
