"""Tables of regions as Parquet: lists of fixed size, and the header in the schema's metadata."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from linreg.errors import UnreadableFile
from linreg.regions.tables.body import Body, Texts, check_rows, line_of
from linreg.regions.tables.columns import Column, Numbers, batches
from linreg.regions.tables.header import Header
from linreg.wording import counted

if TYPE_CHECKING:
    import pyarrow

KEY = b"linreg"
"""The key of the header in the schema's metadata."""


def write_parquet(
    path: Path, header: Header, columns: Sequence[Column], progress: Callable[[float], None]
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
            progress(part.stop / header.activation_regions)


def parquet_header(data: bytes) -> str | bytes:
    """The text of a table's header."""
    metadata = _open(data).schema_arrow.metadata or {}
    if KEY not in metadata:
        raise UnreadableFile(
            "not a table of regions that linreg wrote: the schema has no metadata of linreg's"
        )
    return bytes(metadata[KEY])


def parquet_body(data: bytes, header: Header, pattern_dtype: np.dtype) -> Body:
    """The rows of a table with this header."""
    table = _read(data, header)
    check_rows(table.num_rows, header)
    return Body(
        _numbers(table, "pattern", pattern_dtype, header.units),
        _numbers(table, "witness", np.dtype(np.float64), header.input_dim),
        _texts(table) if "exact_witness" in header.columns else {},
    )


def _type_of(column: Column) -> pyarrow.DataType:
    import pyarrow

    if not isinstance(column, Numbers):
        return pyarrow.list_(pyarrow.string())
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


def _open(data: bytes) -> Any:
    from pyarrow import BufferReader, parquet

    try:
        return parquet.ParquetFile(BufferReader(data), page_checksum_verification=True)
    except _damage() as error:
        raise UnreadableFile(f"damaged, or no Parquet file: {line_of(error)}") from None


def _read(data: bytes, header: Header) -> pyarrow.Table:
    """The columns that regions are read from."""
    names = [name for name in ("pattern", "witness", "exact_witness") if name in header.columns]
    file = _open(data)
    for name in names:
        if file.schema_arrow.get_field_index(name) < 0:
            raise UnreadableFile(f"column {name!r} is missing, or there twice")
    try:
        return file.read(columns=names)
    except _damage() as error:
        raise UnreadableFile(f"damaged: {line_of(error)}") from None


def _numbers(table: pyarrow.Table, name: str, dtype: np.dtype, size: int) -> np.ndarray:
    """A column of lists, shape (rows, size)."""
    import pyarrow

    column = table.column(name)
    expected = _list_of(pyarrow.from_numpy_dtype(dtype), size)
    if column.type != expected:
        raise UnreadableFile(f"column {name!r}: {expected} was expected, got {column.type}")
    parts = [chunk.flatten() for chunk in column.chunks]
    if column.null_count or any(part.null_count for part in parts):
        raise UnreadableFile(f"column {name!r}: an entry is missing")
    flat = [part.to_numpy(zero_copy_only=False) for part in parts]
    values = np.concatenate([np.empty(0, dtype), *flat])
    if len(values) != table.num_rows * size:
        raise UnreadableFile(f"column {name!r}: lists of {counted(size, 'number')} were expected")
    return values.reshape(table.num_rows, size)


def _texts(table: pyarrow.Table) -> Texts:
    column = table.column("exact_witness")
    if column.type != _exact_type():
        raise UnreadableFile(
            f"column 'exact_witness': {_exact_type()} was expected, got {column.type}"
        )
    there = np.flatnonzero(column.is_valid().to_numpy()).tolist()
    rows = column.take(there).to_pylist() if there else []
    return {index: tuple(row) for index, row in zip(there, rows, strict=True)}


def _exact_type() -> pyarrow.DataType:
    import pyarrow

    return pyarrow.list_(pyarrow.string())
