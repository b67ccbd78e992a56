"""Tables of regions as Parquet: lists of fixed size, and the header in the schema's metadata."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from linreg.errors import UnreadableFile
from linreg.files import check_memory
from linreg.progress import Progress
from linreg.rational import MAX_TEXT
from linreg.readers.arrays import ALWAYS_UNPACKED
from linreg.readers.parquet_pages import EXPANSION, pages_of
from linreg.regions.tables.body import Body, Texts, check_rows, first_changes, line_of
from linreg.regions.tables.columns import Column, Numbers, batches
from linreg.regions.tables.header import Header
from linreg.wording import counted

if TYPE_CHECKING:
    import pyarrow

KEY = b"linreg"
"""The key of the header in the schema's metadata."""

BYTES_AT_ONCE = 1 << 24
"""Bytes of rows that are read at a time."""

ROWS_OF_ANY_SIZE = 256
"""Rows that are read at a time where a row may have any number of bytes."""


def write_parquet(
    path: Path, header: Header, columns: Sequence[Column], progress: Callable[[Progress], None]
) -> None:
    """Write a table, part by part."""
    import pyarrow
    from pyarrow import parquet

    fields = [pyarrow.field(column.name, _type_of(column)) for column in columns]
    schema = pyarrow.schema(fields, metadata={KEY: header.to_json()})
    with parquet.ParquetWriter(
        path, schema, compression="zstd", write_page_checksum=True
    ) as writer:
        for part in batches(header.activation_regions, columns):
            arrays = [_part(column, part) for column in columns]
            writer.write_table(pyarrow.table(arrays, schema=schema))
            progress(Progress(part.stop, header.activation_regions, "regions written"))


def parquet_header(data: bytes) -> str | bytes:
    """The text of a table's header."""
    metadata = _open(data).schema_arrow.metadata or {}
    if KEY not in metadata:
        raise UnreadableFile(
            "not a table of regions that linreg wrote: the schema has no metadata of linreg's"
        )
    return bytes(metadata[KEY])


def parquet_body(data: bytes, header: Header, pattern_dtype: np.dtype) -> Body:
    """The rows of a table with this header, whose size is known before they are read."""
    file = _open(data)
    columns = {
        "pattern": _Lists(pattern_dtype, header.units),
        "witness": _Lists(np.dtype(np.float64), header.input_dim),
    }
    types = {name: column.type for name, column in columns.items()}
    if "exact_witness" in header.columns:
        types["exact_witness"] = _texts_type()
    for name, expected in types.items():
        _check_column(file, name, expected)
    rows = file.metadata.num_rows
    check_rows(rows, header)
    _check_sizes(data, file, header)
    check_memory(rows * sum(column.width for column in columns.values()))
    return Body(
        _numbers(file, "pattern", columns["pattern"], rows),
        _numbers(file, "witness", columns["witness"], rows),
        _texts(data) if "exact_witness" in header.columns else {},
    )


def _type_of(column: Column) -> pyarrow.DataType:
    import pyarrow

    if not isinstance(column, Numbers):
        return _texts_type()
    number = pyarrow.from_numpy_dtype(column.dtype)
    return number if column.shape == () else _list_of(number, column.size)


def _list_of(number: pyarrow.DataType, size: int) -> pyarrow.DataType:
    import pyarrow

    # Arrow has no lists of the fixed size 0, the pattern of a network without units.
    return pyarrow.list_(number, size) if size else pyarrow.list_(number)


def _part(column: Column, part: range) -> pyarrow.Array:
    import pyarrow

    if not isinstance(column, Numbers):
        differing = set(column.differing)
        rows = [column.values(i) if i in differing else None for i in part]
        return pyarrow.array(rows, _type_of(column))
    values = column.values(part)
    if column.shape == ():
        return pyarrow.array(values)
    if column.size == 0:
        return pyarrow.array([[]] * len(part), _type_of(column))
    flat = pyarrow.array(np.ascontiguousarray(values).ravel())
    return pyarrow.FixedSizeListArray.from_arrays(flat, column.size)


def _damage() -> tuple[type[BaseException], ...]:
    """What pyarrow was seen to raise for damaged files."""
    from pyarrow import ArrowException

    return (ArrowException, OSError, ValueError, MemoryError)


def _open(data: bytes, in_dictionary: Sequence[str] = ()) -> Any:
    from pyarrow import BufferReader, parquet

    try:
        return parquet.ParquetFile(
            BufferReader(data),
            read_dictionary=list(in_dictionary),
            page_checksum_verification=True,
        )
    except _damage() as error:
        raise UnreadableFile(f"damaged, or no Parquet file: {line_of(error)}") from None


def _check_sizes(data: bytes, file: Any, header: Header) -> None:
    """Refuse columns that hold more than a number for each unit and input of each row."""
    rows = file.metadata.num_rows
    for name, width in (
        ("pattern", header.units),
        ("witness", header.input_dim),
        ("exact_witness", header.input_dim),
    ):
        found = pages_of(data, file.metadata, [name]).values
        if found > rows * max(1, width):
            raise UnreadableFile(
                f"column {name!r}: it has {counted(found, 'entry', 'entries')} in "
                f"{counted(rows, 'row')}"
            )


def _check_column(file: Any, name: str, expected: pyarrow.DataType) -> None:
    schema = file.schema_arrow
    if schema.get_field_index(name) < 0:
        raise UnreadableFile(f"column {name!r} is missing, or there twice")
    found = schema.field(name).type
    if found != expected:
        raise UnreadableFile(f"column {name!r}: {expected} was expected, got {found}")


def _batches(file: Any, name: str, width: int) -> Iterator[Any]:
    """A column, as many rows of this many bytes at a time as are read at once."""
    rows = max(1, BYTES_AT_ONCE // max(1, width))
    try:
        # One group after another, since no array has two dictionaries.
        for group in range(file.metadata.num_row_groups):
            for batch in file.iter_batches(rows, row_groups=[group], columns=[name]):
                yield batch.column(0)
    except _damage() as error:
        raise UnreadableFile(f"damaged: {line_of(error)}") from None


@dataclass(frozen=True, slots=True)
class _Lists:
    """A column of lists of so many numbers."""

    dtype: np.dtype
    size: int

    @property
    def width(self) -> int:
        """Bytes of a list."""
        return self.dtype.itemsize * self.size

    @property
    def type(self) -> pyarrow.DataType:
        """The type in the file."""
        import pyarrow

        return _list_of(pyarrow.from_numpy_dtype(self.dtype), self.size)


def _numbers(file: Any, name: str, column: _Lists, rows: int) -> np.ndarray:
    """A column of lists, shape (rows, size)."""
    values, done = np.empty((rows, column.size), column.dtype), 0
    for batch in _batches(file, name, column.width):
        flat, end = batch.flatten(), done + len(batch)
        if batch.null_count or flat.null_count:
            raise UnreadableFile(f"column {name!r}: an entry is missing")
        if len(flat) != len(batch) * column.size or end > rows:
            raise UnreadableFile(
                f"column {name!r}: lists of {counted(column.size, 'number')} were expected"
            )
        part = flat.to_numpy(zero_copy_only=False)
        values[done:end] = part.reshape(len(batch), column.size)
        if name == "pattern":  # so that what is no table is seen before it fills the memory
            first_changes(values[max(0, done - 1) : end], max(0, done - 1))
        done = end
    if done != rows:
        raise UnreadableFile(f"column {name!r}: {counted(rows, 'list')} were expected")
    return values


def _texts(data: bytes) -> Texts:
    """The exact witnesses that the table spells out, each text of which is in memory once."""
    import pyarrow.compute

    metadata = _open(data).metadata
    paths = [metadata.schema.column(k).path for k in range(metadata.num_columns)]
    mine = [path for path in paths if path.split(".")[0] == "exact_witness"]
    texts: Texts = {}
    start = size = 0
    most = max(ALWAYS_UNPACKED, EXPANSION * len(data))
    for batch in _batches(_open(data, mine), "exact_witness", BYTES_AT_ONCE // ROWS_OF_ANY_SIZE):
        flat = batch.flatten()
        lengths = pyarrow.compute.binary_length(flat.dictionary)
        if (pyarrow.compute.max(lengths).as_py() or 0) > MAX_TEXT:
            raise UnreadableFile(f"column 'exact_witness': a text of more than {MAX_TEXT} bytes")
        size += pyarrow.compute.sum(lengths.take(flat.indices)).as_py() or 0
        if size > most:
            raise UnreadableFile(
                f"column 'exact_witness': its texts take more than {most:,} bytes, the most for "
                f"{len(data):,} that are packed"
            )
        there = np.flatnonzero(batch.is_valid().to_numpy(zero_copy_only=False)).tolist()
        rows = batch.take(there).to_pylist() if there else []
        texts |= {start + k: tuple(row) for k, row in zip(there, rows, strict=True)}
        start += len(batch)
    return texts


def _texts_type() -> pyarrow.DataType:
    import pyarrow

    return pyarrow.list_(pyarrow.string())
