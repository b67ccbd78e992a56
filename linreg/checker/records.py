"""Reading a certificate: a digest that must fit, then records, in bounded memory."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from linreg.errors import UnreadableFile
from linreg.files import StrPath
from linreg.wording import counted

(
    END,
    NO_CUT,
    CUT,
    LOSES,
    WON,
    REGION,
    FACET,
    REDUNDANT,
    MISSES,
    BEYOND,
    SPANNED,
    BEATEN,
    IN_SPAN,
) = range(13)
"""Kinds of records of a tree."""

MAGIC = b"linreg-certificate-3\n"

BEFORE = b"linreg-certificate-2\n"
"""The first line of certificates from before there were the records from 9 on."""

DIGEST = hashlib.sha256().digest_size

CHUNK = 1 << 16
"""Bytes that are read, or decompressed, at a time."""

NUMBER_BITS = 63
"""Bits of the largest number that is not an integer of any size."""

SHORT = 0x80
"""Bytes of an integer whose length is one byte, and more."""

MOST_INTEGER_BYTES = 1 << 17
"""Bytes of the largest integer that is read."""


@contextmanager
def open_certificate(path: StrPath, magic: bytes = MAGIC) -> Iterator[Records]:
    """The records of a file with this first line, whose digest fits.

    Raises
    ------
    UnreadableFile
        If the file cannot be read, is no certificate, or is damaged.
    """
    with ExitStack() as stack:
        try:
            stream = stack.enter_context(Path(path).open("rb"))
        except OSError as error:
            raise UnreadableFile(f"{path}: cannot be read: {error.strerror}") from None
        yield Records(path, stream, magic)


class Records:
    """The content of a certificate, from its beginning to its end.

    Parameters
    ----------
    path : str or path
        For error messages.
    stream : binary file
    magic : bytes
        The first line.

    Raises
    ------
    UnreadableFile
        If the file is no certificate, is damaged, or ends too early.
    """

    def __init__(self, path: StrPath, stream: BinaryIO, magic: bytes = MAGIC) -> None:
        self._path = path
        self._stream = stream
        self._magic = magic
        self._size = self._left = self._verify_digest() - len(magic)
        self._decompress = zlib.decompressobj()
        self._buffer = b""
        self._place = 0

    def byte(self) -> int:
        """The next byte."""
        if self._place == len(self._buffer):
            self._refill()
        value = self._buffer[self._place]
        self._place += 1
        return value

    def unsigned(self) -> int:
        """The next number, which is not negative and seldom large."""
        if self._place == len(self._buffer):
            self._refill()
        byte = self._buffer[self._place]
        self._place += 1
        if byte < 0x80:
            return byte
        value, shift = byte & 0x7F, 7
        while byte >= 0x80:
            byte = self.byte()
            if shift >= NUMBER_BITS:
                raise self.unreadable(f"it holds a number of more than {NUMBER_BITS} bits")
            if byte == 0:
                raise self.unreadable("it holds a number in more bytes than it takes")
            value |= (byte & 0x7F) << shift
            shift += 7
        return value

    def window(self, size: int) -> tuple[bytes, int]:
        """A part of the content, and where in it the next byte is.

        Half of so many bytes are left in it, if the content has them.
        """
        held = len(self._buffer) - self._place
        if 2 * held < size and not self._decompress.eof:
            parts = [self._buffer[self._place :]]
            while held < size and self._more():
                parts.append(self._buffer)
                held += len(self._buffer)
            self._buffer, self._place = b"".join(parts), 0
        return self._buffer, self._place

    def skip(self, n_bytes: int) -> None:
        """Go on after so many bytes of the window."""
        self._place += n_bytes

    def miss(self, count: int) -> tuple[int, int, Sequence[int]]:
        """What record 8 says: a number, a byte, and so many numbers."""
        place = self._place
        data = self._buffer[place : place + 2 + count]
        if len(data) == 2 + count and data[0] < 0x80:
            rows = data[2:]
            if rows.isascii():  # each is less than 0x80
                self._place = place + 2 + count
                return data[0], data[1], rows
        return self.unsigned(), self.byte(), self.numbers(count)

    def numbers(self, count: int) -> Sequence[int]:
        """The next so many numbers."""
        data = self._buffer[self._place : self._place + count]
        if len(data) == count and data.isascii():  # each is less than 0x80
            self._place += count
            return data
        return [self.unsigned() for _ in range(count)]

    def miss_in_span(self, most: int) -> tuple[int, int, Sequence[int]]:
        """What record 12 says: a number, a byte, and some numbers.

        Of more than `most` none is read, and that number stands for them.
        """
        plane, is_above, count = self.unsigned(), self.byte(), self.unsigned()
        if count > most:
            return plane, is_above, [most]
        return plane, is_above, [self.unsigned() for _ in range(count)]

    def integer(self) -> int:
        """The next integer of any size and sign."""
        size = self.unsigned()
        if size > MOST_INTEGER_BYTES:
            raise self.unreadable(f"it holds an integer of more than {MOST_INTEGER_BYTES} bytes")
        return self._value(self._bytes(size))

    def integers(self, count: int) -> bytes | list[int]:
        """The next so many integers: as they stand, for `integers_of`, or long ones as numbers."""
        data, start = self._buffer, self._place
        place = start
        try:
            for _ in range(count):
                size = data[place]
                if size >= SHORT:
                    break
                place += 1 + size
            else:
                if place <= len(data):
                    self._place = place
                    return data[start:place]
        except IndexError:
            pass  # not all is in the buffer
        return [self.integer() for _ in range(count)]

    def integers_of(self, data: bytes, count: int) -> list[int]:
        """So many short integers as they stand in the file."""
        place, found = 0, []
        for _ in range(count):
            size = data[place]
            place += 1 + size
            found.append(self._value(data[place - size : place]))
        return found

    def multipliers(self, most: int) -> tuple[int, int, dict[int, int]]:
        """A denominator, how many multipliers there are, and the numerator of each row.

        Of more than `most` none is read.
        """
        denominator, count = self.integer(), self.unsigned()
        found: dict[int, int] = {}
        if count > most:
            return denominator, count, found
        data, place, done = self._buffer, self._place, 0
        if len(data) - place >= (1 + SHORT) * count:
            while done < count:
                row, size = data[place], data[place + 1]
                if row >= 0x80 or size >= SHORT:
                    break
                place += 2 + size
                value = int.from_bytes(data[place - size : place], "little", signed=True)
                if value.bit_length() < (8 * size - 8 or 1):  # as in `_value`
                    raise self._in_too_many_bytes()
                found[row] = value
                done += 1
            self._place = place
        for _ in range(done, count):
            row = self.unsigned()
            found[row] = self.integer()
        return denominator, count, found

    def text(self, longest: int) -> dict[str, Any]:
        """The next JSON object, of at most so many bytes."""
        length = self.unsigned()
        if length > longest:
            raise self.unreadable(
                f"it holds a text of {counted(length, 'byte')} where {longest:,} suffice"
            )
        data = self._bytes(length)
        try:
            document = json.loads(
                data.decode(), object_pairs_hook=_object, parse_constant=_no_constant
            )
        except (ValueError, RecursionError) as error:
            why = error if isinstance(error, _RepeatedKey) else "is not JSON"
            raise self.unreadable(f"one of its texts {why}") from None
        if not isinstance(document, dict):
            raise self.unreadable("one of its texts is not a JSON object")
        return document

    @property
    def share(self) -> float:
        """The part of the file that has been read, from 0 to 1."""
        return 1 - self._left / self._size if self._size else 1.0

    def at_end(self) -> bool:
        """Whether nothing is left of the content.

        Raises
        ------
        UnreadableFile
            If something follows that is not content.
        """
        if self._place < len(self._buffer) or self._more():
            return False
        if self._decompress.unused_data or self._left:
            raise self.unreadable("bytes follow where its compressed content ends")
        return True

    def unreadable(self, why: str) -> UnreadableFile:
        """The error that says why this file is no certificate."""
        return UnreadableFile(f"{self._path}: not a readable certificate: {why}")

    def _value(self, data: bytes) -> int:
        value = int.from_bytes(data, "little", signed=True)
        if value.bit_length() < (8 * len(data) - 8 or 1):
            raise self._in_too_many_bytes()
        return value

    def _in_too_many_bytes(self) -> UnreadableFile:
        return self.unreadable("it holds an integer in more bytes than it takes")

    def _verify_digest(self) -> int:
        """Number of bytes before the digest, which fits them."""
        if self._stream.read(len(self._magic)) != self._magic:
            raise self.unreadable(f"its first line is not {self._magic.decode().strip()}")
        size = self._stream.seek(0, 2) - DIGEST
        if size < len(self._magic):
            raise self.unreadable("it is cut off")
        self._stream.seek(0)
        digest = hashlib.sha256()
        left = size
        while left:
            data = self._stream.read(min(CHUNK, left))
            if not data:
                raise self.unreadable("it changed while it was read")
            digest.update(data)
            left -= len(data)
        if self._stream.read(DIGEST) != digest.digest():
            raise self.unreadable("its content does not fit its digest, so it is damaged")
        self._stream.seek(len(self._magic))
        return size

    def _bytes(self, size: int) -> bytes:
        """So many bytes."""
        data = self._buffer[self._place : self._place + size]
        self._place += len(data)
        if len(data) == size:
            return data
        parts, missing = [data], size - len(data)
        while missing:
            self._refill()
            self._place = min(missing, len(self._buffer))
            parts.append(self._buffer[: self._place])
            missing -= self._place
        return b"".join(parts)

    def _refill(self) -> None:
        if not self._more():
            raise self.unreadable("it ends too early")

    def _more(self) -> bool:
        """Decompress the next bytes into the buffer; False at the end of the content."""
        self._place, self._buffer = 0, b""
        try:
            while not self._buffer and not self._decompress.eof:
                data = self._decompress.unconsumed_tail
                if not data and self._left:
                    data = self._stream.read(min(CHUNK, self._left))
                    self._left -= len(data)
                if not data:
                    raise self.unreadable("it ends too early")
                self._buffer = self._decompress.decompress(data, CHUNK)
        except zlib.error:
            raise self.unreadable("its compression is broken") from None
        return bool(self._buffer)


class _RepeatedKey(ValueError):
    """A key stands twice in one object, so that readers may take either value."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) < len(pairs):
        raise _RepeatedKey("has a key twice")
    return document


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")
