"""Whether a part holds its numbers as they are, so that reading it takes no memory.

Arrow unpacks a batch before one can ask how large it gets. That it is packed stands in the header
of its message, which is in the format of FlatBuffers.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

END = b"ARROW1"
"""What a file in the file format of Arrow ends with, after the length of its footer."""

BLOCK = struct.Struct("<qi4xq")
"""Where a message begins, and the lengths of its header and its body."""

_DICTIONARIES, _BATCHES = 2, 3
"""Fields of a footer: blocks of messages."""

_KIND, _CONTENT = 1, 2
"""Fields of the header of a message."""

_IS_BATCH = 3
"""The kind of a message that holds rows."""

_COMPRESSION = 3
"""The field of a batch of rows that is there if they are compressed."""


def check_unpacked(data: bytes) -> None:
    """Refuse a file whose rows are compressed, or have dictionaries, as no part's are.

    Raises
    ------
    OSError
        If they are, or the file is damaged.
    """
    try:
        (length,) = struct.unpack_from("<i", data, len(data) - len(END) - 4)
        if not data.endswith(END) or not 0 < length < len(data):
            raise OSError("it is no file of Arrow")
        footer = _target(data, len(data) - len(END) - 4 - length)
        if next(_blocks(data, footer, _DICTIONARIES), None) is not None:
            raise OSError("it has dictionaries, which no part has")
        for start in _blocks(data, footer, _BATCHES):
            (marker,) = struct.unpack_from("<I", data, start)
            header = _target(data, start + (8 if marker == 0xFFFFFFFF else 4))
            kind, content = _field(data, header, _KIND), _field(data, header, _CONTENT)
            if kind is None or content is None or data[kind] != _IS_BATCH:
                raise OSError("it has a message that holds no rows")
            if _field(data, _target(data, content), _COMPRESSION) is not None:
                raise OSError("its rows are compressed, which no part's are")
    except (struct.error, IndexError) as error:
        raise OSError(f"it is no file of Arrow: {error}") from None


def _blocks(data: bytes, footer: int, number: int) -> Iterator[int]:
    """Where the messages of a field of the footer begin."""
    field = _field(data, footer, number)
    if field is None:
        return
    at = _target(data, field)
    (size,) = struct.unpack_from("<I", data, at)
    for k in range(size):
        start, _, _ = BLOCK.unpack_from(data, at + 4 + k * BLOCK.size)
        if start < 0:
            raise OSError("it is no file of Arrow: a message begins before it")
        yield start


def _target(data: bytes, at: int) -> int:
    """What an offset at some place leads to."""
    (offset,) = struct.unpack_from("<I", data, at)
    return at + int(offset)


def _field(data: bytes, table: int, number: int) -> int | None:
    """Where a field of a table is, or None if it is left out."""
    (back,) = struct.unpack_from("<i", data, table)
    fields = table - back
    if fields < 0:
        raise OSError("it is no file of Arrow: a table has no fields")
    (size,) = struct.unpack_from("<H", data, fields)
    if size < 6 + 2 * number:
        return None
    (offset,) = struct.unpack_from("<H", data, fields + 4 + 2 * number)
    return table + int(offset) if offset else None
