"""Files: read with errors of one line, and replaced whole or not at all."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from math import inf
from pathlib import Path
from typing import TypeVar

from linreg.errors import UnreadableFile, UnwritableFile
from linreg.temporary import put_in_place, temporary_file

StrPath = str | os.PathLike[str]
"""What is accepted as a path."""

Format = TypeVar("Format")
"""What is known of a format: how its files are read or written."""


def format_of(
    path: StrPath,
    formats: Mapping[str, Format],
    holding: str,
    error: type[UnreadableFile | UnwritableFile],
) -> Format:
    """The format that a path's suffix means, in capital or small letters.

    Parameters
    ----------
    path : str or path
    formats : mapping
        What is known of each format, by its suffix in small letters.
    holding : str
        What the files of these formats hold: "networks", "tables", "graphs".
    error : type
        Raised if the suffix means none of them.
    """
    return formats[known_suffix(path, formats, holding, error)]


def known_suffix(
    path: StrPath,
    known: Collection[str],
    holding: str,
    error: type[UnreadableFile | UnwritableFile],
) -> str:
    """The suffix of a path in small letters, which must be one of some; see `format_of`."""
    suffix = Path(path).suffix
    if suffix.lower() not in known:
        verb = "is" if len(known) == 1 else "are"
        raise error(
            f"{path}: the suffix {suffix or '(none)'} names no format of {holding}; known {verb} "
            f"{', '.join(known)}"
        )
    return suffix.lower()


def memory() -> float:
    """Bytes of memory of this machine; infinitely many if it does not say."""
    try:
        return float(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    except (AttributeError, OSError, ValueError):
        return inf


def check_memory(size: int) -> None:
    """Refuse what would take more than half of this machine's memory.

    Raises
    ------
    UnreadableFile
    """
    if size > memory() / 2:
        raise UnreadableFile(
            f"its content would take {size:,} bytes, and this machine has {memory():,.0f} in all"
        )


def read_bytes(path: StrPath) -> bytes:
    """Content of a file.

    Raises
    ------
    UnreadableFile
        If there is no such file, it is a directory or a device, it may not be read, or it does not
        fit into half of this machine's memory.
    """
    try:
        with Path(path).open("rb") as stream:
            status = os.fstat(stream.fileno())
            if stat.S_ISCHR(status.st_mode):
                raise UnreadableFile(f"{path}: this is a device, and no file")
            try:
                check_memory(status.st_size)
            except UnreadableFile as error:
                raise UnreadableFile(f"{path}: {error}") from None
            return stream.read()
    except FileNotFoundError:
        raise UnreadableFile(f"{path}: there is no such file") from None
    except IsADirectoryError:
        raise UnreadableFile(f"{path}: this is a directory; give the name of a file") from None
    except (OSError, ValueError) as error:
        raise UnreadableFile(f"{path}: cannot be read: {_reason(error)}") from None


def begins_with(path: StrPath, start: bytes) -> bool:
    """Whether a file begins with some bytes; one that cannot be read does not."""
    try:
        with Path(path).open("rb") as stream:
            return stream.read(len(start)) == start
    except OSError:
        return False


@contextmanager
def replacing(path: StrPath) -> Iterator[Path]:
    """Context in which a new content for a file is written under a temporary name.

    On leaving it the temporary file takes the place of `path` in one step. If anything is raised
    before, the temporary file is removed and `path` is as it was.

    Parameters
    ----------
    path : str or path
        The file to write; a symbolic link is followed. Its folder must exist.

    Yields
    ------
    Path
        An empty file in the same folder and with the same suffix.

    Raises
    ------
    UnwritableFile
        If the folder is missing, `path` is not a regular file, or the system refuses to write.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     with replacing(f"{folder}/answer.txt") as temporary:
    ...         _ = temporary.write_text("42")
    ...     [file.name for file in Path(folder).iterdir()]
    ['answer.txt']
    """
    target = _target(path)
    try:
        with temporary_file(target.parent, target.suffix) as temporary:
            yield temporary
            with temporary.open("r+b") as stream:
                os.fsync(stream.fileno())
            put_in_place(temporary, target)
    except OSError as error:
        raise UnwritableFile(f"{path}: cannot be written: {_reason(error)}") from None


def check_writable(path: StrPath, reading: Iterable[StrPath | None] = ()) -> None:
    """Refuse a path that should not be written, before any work is done; it stays as it was.

    Parameters
    ----------
    path : str or path
    reading : iterable of str, path or None
        What is read, and must not be replaced by what comes of it; missing files are none.

    Raises
    ------
    UnwritableFile
        As for `replacing`, and if the path is one of the files that are read.
    """
    if any(source is not None and _is_same(path, source) for source in reading):
        raise UnwritableFile(
            f"{path}: this file is being read, so it is not replaced; give another name to write to"
        )
    target = _target(path)
    try:
        with temporary_file(target.parent, target.suffix):
            pass
    except OSError as error:
        raise UnwritableFile(f"{path}: cannot be written: {_reason(error)}") from None


def _is_same(path: StrPath, other: StrPath) -> bool:
    try:
        return os.path.samefile(path, other)
    except (OSError, ValueError):  # one of them is missing, or no name of a file
        return False


def _target(path: StrPath) -> Path:
    """The file that a path means, which may be written to its folder."""
    try:
        target = Path(os.path.realpath(path))
        if target.is_dir():
            raise UnwritableFile(f"{path}: this is a directory; give the name of a file")
        if target.exists() and not target.is_file():
            raise UnwritableFile(f"{path}: this is not a regular file, so it cannot be replaced")
        if not target.parent.exists():
            raise UnwritableFile(f"{path}: there is no folder {Path(path).parent}; make it first")
    except (OSError, ValueError) as error:
        raise UnwritableFile(f"{path}: cannot be written: {_reason(error)}") from None
    return target


def _reason(error: OSError | ValueError) -> str:
    if isinstance(error, ValueError):  # each release of Python has other words for it
        return "embedded null byte"
    return error.strerror or str(error)
