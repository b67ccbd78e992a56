"""How a certificate is written: bytes for records, compressed, with a digest at the end."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping
from typing import BinaryIO

MAGIC = b"linreg-certificate-3\n"
"""The first line of every certificate, before compression starts."""

PROOF_COMPRESSION = 6
"""Compression level: smaller files cost more time than the proof."""

_SMALL = [bytes((number,)) for number in range(0x80)]


class Writer:
    """A certificate in the making.

    Parameters
    ----------
    stream : binary file
        Written from where it stands.
    magic : bytes
        The first line.
    """

    def __init__(self, stream: BinaryIO, magic: bytes = MAGIC) -> None:
        self._stream = stream
        self._digest = hashlib.sha256()
        self._compress = zlib.compressobj(PROOF_COMPRESSION)
        self.n_bytes = 0
        self._put(magic)

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
    """A number that is seldom large: seven bits a byte, lowest first; the top bit says more follow.

    Examples
    --------
    >>> unsigned(5).hex(), unsigned(300).hex()
    ('05', 'ac02')
    """
    if number < 0x80:
        return _SMALL[number]
    digits = bytearray()
    while number >= 0x80:
        digits.append(number & 0x7F | 0x80)
        number >>= 7
    digits.append(number)
    return bytes(digits)


def integer(number: int) -> bytes:
    """An integer of any size: how many bytes it has, and these, lowest first, in two's complement.

    Examples
    --------
    >>> [integer(z).hex() for z in (0, 1, -1, 255)]
    ['00', '0101', '01ff', '02ff00']
    """
    size = number.bit_length() // 8 + 1 if number else 0
    return (_SMALL[size] if size < 0x80 else unsigned(size)) + number.to_bytes(
        size, "little", signed=True
    )
