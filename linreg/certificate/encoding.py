"""How a certificate is written: bytes for records, compressed, with a digest at the end."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterable, Mapping
from typing import BinaryIO

MAGIC = b"linreg-certificate-1\n"
"""The first line of every certificate, before compression starts."""

END, NO_CUT, CUT, LOSES, WON, REGION, FACET, REDUNDANT = range(8)
"""The first byte of each record."""

LEVEL = 6
"""Compression level: smaller files cost more time than the proof."""


class Writer:
    """A certificate in the making.

    Parameters
    ----------
    stream : binary file
        Written from where it stands.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._digest = hashlib.sha256()
        self._compress = zlib.compressobj(LEVEL)
        self.n_bytes = 0
        self._put(MAGIC)

    def records(self, data: bytes | bytearray) -> None:
        """Append records."""
        self._put(self._compress.compress(data))

    def finish(self) -> None:
        """Append what the compression holds back, and the digest of all bytes before it."""
        self._put(self._compress.flush())
        self._stream.write(self._digest.digest())

    def _put(self, data: bytes) -> None:
        self._digest.update(data)
        self._stream.write(data)
        self.n_bytes += len(data)


def text(document: Mapping[str, object]) -> bytes:
    """A JSON object: its length in bytes, then its text."""
    data = json.dumps(document, sort_keys=True, separators=(",", ":")).encode()
    return unsigned(len(data)) + data


def unsigned(number: int) -> bytes:
    """A non-negative integer, seven bits a byte, lowest first; the top bit says that more follow.

    Examples
    --------
    >>> unsigned(5).hex(), unsigned(300).hex()
    ('05', 'ac02')
    """
    if number < 0x80:
        return bytes((number,))
    size = -(-number.bit_length() // 7)
    return bytes((number >> (7 * i) & 0x7F) | (0x80 if i + 1 < size else 0) for i in range(size))


def signed(number: int) -> bytes:
    """An integer z as the non-negative integer 2z, or -2z - 1 if it is negative.

    Examples
    --------
    >>> [signed(z)[0] for z in (0, -1, 1, -2)]
    [0, 1, 2, 3]
    """
    return unsigned(2 * number if number >= 0 else -2 * number - 1)


def rationals(numerators: Iterable[int], denominator: int) -> bytes:
    """A list of rationals over a common denominator: the denominator, then the numerators."""
    return unsigned(denominator) + b"".join(map(signed, numerators))
