"""What Parquet files unpack to, as the headers of their pages say, before anything is unpacked.

The footer of a file says how large columns are, but memory is taken as each page's own header
says. Headers are in the compact protocol of Thrift.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

from linreg.errors import UnreadableFile
from linreg.readers.arrays import ALWAYS_UNPACKED

LARGEST_PAGE = 1 << 27
"""Bytes that one page may unpack to; what writes Parquet makes pages of about a megabyte."""

ROWS_OF_PAGE = 1 << 11
"""Rows that one page may have, however large; pyarrow asks every 1,024 rows how large it is."""

EXPANSION = 256
"""Bytes that are unpacked for each byte of a file, if these are more than are always unpacked."""

IN_DICTIONARY = frozenset([2, 8])
"""Encodings of values as places in a dictionary, so that a long text may take a bit."""

_TEXTS_BY_PREFIXES = 7
"""An encoding of texts, as more of the one before, of which each may be as long as all of them."""

_DEEPEST = 8
"""Structures and lists of a header within each other; there are three of them."""

_DICTIONARY, _DATA, _DATA_2 = 7, 5, 8
"""The fields of a header for each kind of page."""


@dataclass(frozen=True, slots=True)
class Pages:
    """What the pages of some columns hold.

    Attributes
    ----------
    size : int
        Bytes that they unpack to.
    values : int
        Numbers and texts, and places where one is missing.
    encodings : set of int
        As Parquet numbers them, dictionaries apart.
    """

    size: int
    values: int
    encodings: frozenset[int]

    def check(self, file_size: int, more: int = 0) -> None:
        """Refuse what is far more than a file of so many bytes, besides what it is known to hold.

        Raises
        ------
        UnreadableFile
        """
        size, most = self.size + 8 * self.values, max(ALWAYS_UNPACKED, EXPANSION * file_size)
        if size > most + more:
            raise UnreadableFile(
                f"its columns unpack to {size:,} bytes, and of {file_size:,} bytes at most "
                f"{most + more:,} are unpacked; save it without compression and dictionaries"
            )


def pages_of(data: bytes, metadata: Any, columns: Collection[str], row_size: int = 0) -> Pages:
    """What the pages of columns hold, none of which is large.

    Parameters
    ----------
    data : bytes
        The file.
    metadata : pyarrow.parquet.FileMetaData
    columns : collection of str
        Their names, or those of what they are in.
    row_size : int
        Bytes of a row, as far as it is known.

    Raises
    ------
    UnreadableFile
        If a header is damaged, or a page would unpack to more than is unpacked at a time.
    """
    size = values = passed = 0
    encodings = set()
    stream = io.BytesIO(data)
    largest = max(LARGEST_PAGE, ROWS_OF_PAGE * row_size)
    for group in range(metadata.num_row_groups):
        row_group = metadata.row_group(group)
        for number in range(row_group.num_columns):
            chunk = row_group.column(number)
            try:
                path = chunk.path_in_schema
            except UnicodeDecodeError:
                raise UnreadableFile("damaged: the name of a column is no text in UTF-8") from None
            if path not in columns and path.split(".")[0] not in columns:
                continue
            for page in _pages(stream, chunk):
                passed += page.length
                if passed > len(data):
                    raise UnreadableFile("damaged: its pages overlap")
                if not 0 <= page.size <= largest:
                    raise UnreadableFile(
                        f"column {path!r}: a page would unpack to {page.size:,} bytes, and at most "
                        f"{largest:,} are unpacked at a time; write it with smaller pages"
                    )
                if page.encoding == _TEXTS_BY_PREFIXES:
                    raise UnreadableFile(
                        f"column {path!r}: its texts are encoded by their prefixes, which does not "
                        "say how long they are; write it without that"
                    )
                size += page.size
                if not page.is_dictionary:
                    values += page.values
                    encodings.add(page.encoding)
    return Pages(size, values, frozenset(encodings))


@dataclass(frozen=True, slots=True)
class _Page:
    length: int
    size: int
    values: int
    encoding: int
    is_dictionary: bool


def _pages(stream: io.BytesIO, chunk: Any) -> Iterator[_Page]:
    """The pages of a column in a group of rows, from where pyarrow looks for them."""
    at = chunk.data_page_offset
    if chunk.has_dictionary_page and 0 < chunk.dictionary_page_offset < at:
        at = chunk.dictionary_page_offset
    end, values = at + chunk.total_compressed_size, 0
    while at < end and values < chunk.num_values:
        try:
            stream.seek(at)
            header = _structure(stream, 0)
            size, packed = header[2], header[3]
            kind = next((kind for kind in (_DATA, _DATA_2, _DICTIONARY) if kind in header), None)
            inner = {} if kind is None else header[kind]
            encoding = 0 if kind is None else inner[4 if kind == _DATA_2 else 2]
            count = inner.get(1, 0)
            if min(packed, count) < 0:
                raise ValueError("it tells of a negative size")
            length = stream.tell() + packed - at
            page = _Page(length, size, count, encoding, kind == _DICTIONARY)
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise UnreadableFile(
                f"damaged: column {chunk.path_in_schema!r}: the header of a page at byte {at}: "
                f"{error}"
            ) from None
        yield page
        values += 0 if page.is_dictionary else page.values
        at += page.length


def _structure(stream: io.BytesIO, depth: int) -> dict[int, Any]:
    """The fields of a structure by their numbers; texts and lists are passed over."""
    fields: dict[int, Any] = {}
    number = 0
    while (head := _byte(stream)) & 15:
        number = number + (head >> 4) if head >> 4 else _integer(stream)
        fields[number] = _value(stream, head & 15, depth)
    return fields


def _value(stream: io.BytesIO, kind: int, depth: int) -> Any:
    if kind in (1, 2):  # a truth value is in the kind itself
        return kind == 1
    if kind not in _READ or depth > _DEEPEST:
        raise ValueError(f"it has a field of kind {kind} at depth {depth}")
    return _READ[kind](stream, depth + 1)


def _byte(stream: io.BytesIO) -> int:
    byte = stream.read(1)
    if not byte:
        raise ValueError("it is cut short")
    return byte[0]


def _unsigned(stream: io.BytesIO) -> int:
    result = 0
    for shift in range(0, 70, 7):
        byte = _byte(stream)
        result |= (byte & 127) << shift
        if byte < 128:
            return result
    raise ValueError("a number does not end")


def _integer(stream: io.BytesIO) -> int:
    number = _unsigned(stream)
    return (number >> 1) ^ -(number & 1)


def _pass(stream: io.BytesIO, size: int) -> None:
    if size > 0 and len(stream.read(size)) < size:
        raise ValueError("it is cut short")


def _list(stream: io.BytesIO, depth: int) -> None:
    head = _byte(stream)
    size = head >> 4 if head >> 4 < 15 else _unsigned(stream)
    for _ in range(size):
        if head & 15 in (1, 2):
            _byte(stream)
        else:
            _value(stream, head & 15, depth)


_READ: dict[int, Callable[[io.BytesIO, int], Any]] = {
    3: lambda stream, _: _byte(stream),
    4: lambda stream, _: _integer(stream),
    5: lambda stream, _: _integer(stream),
    6: lambda stream, _: _integer(stream),
    7: lambda stream, _: _pass(stream, 8),
    8: lambda stream, _: _pass(stream, _unsigned(stream)),
    9: _list,
    10: _list,
    12: _structure,
}
"""How to read a value of each kind, maps apart, of which there are none."""
