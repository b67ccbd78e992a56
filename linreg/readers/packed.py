"""Bytes that may be packed by gzip, whose size is bounded while they are unpacked."""

from __future__ import annotations

import zlib

from linreg.errors import UnreadableFile
from linreg.readers.arrays import ALWAYS_UNPACKED, EXPANSION

_MAGIC = b"\x1f\x8b"
_STEP = 1 << 14


def unpacked(data: bytes) -> bytes:
    """The bytes as they are, or unpacked if they are packed by gzip.

    Raises
    ------
    UnreadableFile
        If they are damaged, or unpack to far more than they are.
    """
    if not data.startswith(_MAGIC):
        return data
    most = max(ALWAYS_UNPACKED, EXPANSION * len(data))
    stream = zlib.decompressobj(wbits=31)
    parts, size = [], 0
    try:
        for start in range(0, len(data), _STEP):
            parts.append(stream.decompress(data[start : start + _STEP], most + 1 - size))
            size += len(parts[-1])
            if size > most:
                raise UnreadableFile(
                    f"it unpacks to more than {most:,} bytes, the most for {len(data):,} that are "
                    "packed; unpack it with gunzip first"
                )
    except zlib.error as error:
        raise UnreadableFile(f"packed by gzip, but damaged: {error}") from None
    if not stream.eof:
        raise UnreadableFile("packed by gzip, but cut short")
    return b"".join(parts)
