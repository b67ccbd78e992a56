"""Files with regions: shards, some hundred thousand regions in each, and the parts before them.

Regions are written in parts as they are found, which are quick to write and sorted each for
itself. When a run has ended they are merged into shards, which are sorted as a whole, smaller, and
good to read for other programs.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import file_digest, sha256
from pathlib import Path
from typing import TYPE_CHECKING

from linreg.errors import UnreadableFile
from linreg.files import check_memory, read_bytes, replacing
from linreg.readers.parquet_pages import IN_DICTIONARY, pages_of
from linreg.store.arrow_parts import check_unpacked
from linreg.store.layout import Layout
from linreg.wording import counted

if TYPE_CHECKING:
    import pyarrow

REGIONS_OF_SHARD = 1 << 17
"""Regions in a shard."""

COMPRESSION = {"pattern": "zstd", "exact_witness.list.element": "zstd"}
"""Of the columns of a shard, by their paths in Parquet: a float64 witness hardly gets smaller."""

PART_SUFFIX = ".arrow"
"""Of parts, in the file format of Arrow; shards are Parquet."""

REMEDY = "restore it from a copy, or begin again in another folder"
"""What is to be done about a file with regions that is damaged."""

MORE = 4
"""How many times the bytes of its rows a shard may unpack to, beside exact witnesses: Parquet says
of each number how deep it is in a list."""

GROUP = 1 << 9
"""Regions of a part that are read at a time."""


@dataclass(frozen=True, slots=True)
class Shard:
    """A shard or part as the journal knows it.

    Attributes
    ----------
    name : str
        Of the file.
    rows : int
        Regions in it.
    size : int
        Bytes.
    sha256 : str
        Of the file's content.
    """

    name: str
    rows: int
    size: int
    sha256: str


def write_shard(folder: Path, name: str, table: pyarrow.Table) -> Shard:
    """Write a shard, whole or not at all, so that it survives a loss of power.

    The same rows give the same bytes.

    Raises
    ------
    UnwritableFile
    """
    from pyarrow import parquet

    sink = io.BytesIO()
    parquet.write_table(
        table, sink, compression=COMPRESSION, use_dictionary=False, write_statistics=False
    )
    return _written(folder, name, sink, table.num_rows)


def write_part(folder: Path, name: str, part: pyarrow.Table) -> Shard:
    """Write a part, as a shard is written."""
    from pyarrow import ipc

    sink = io.BytesIO()
    with ipc.new_file(sink, part.schema) as writer:
        writer.write_table(part, max_chunksize=GROUP)
    return _written(folder, name, sink, part.num_rows)


def _written(folder: Path, name: str, content: io.BytesIO, n_rows: int) -> Shard:
    # Not getbuffer: up to Python 3.12.2, a view that a traceback holds crashes garbage collection.
    data = content.getvalue()
    with replacing(folder / name) as temporary:
        temporary.write_bytes(data)
    return Shard(name, n_rows, len(data), sha256(data).hexdigest())


def check_shard(folder: Path, shard: Shard) -> None:
    """Refuse a file that is missing or has another size than was written.

    Raises
    ------
    UnreadableFile
    """
    path = folder / shard.name
    try:
        size = path.stat().st_size
    except OSError:
        raise UnreadableFile(
            f"{path}: there is no such file, but the run has written it; {REMEDY}"
        ) from None
    if size != shard.size:
        raise UnreadableFile(
            f"{path}: damaged: it has {counted(size, 'byte')}, and {shard.size:,} were written; "
            f"{REMEDY}"
        )


def check_content(folder: Path, shard: Shard) -> None:
    """Refuse a file that does not hold what was written.

    Raises
    ------
    UnreadableFile
    """
    check_shard(folder, shard)
    path = folder / shard.name
    try:
        with path.open("rb") as stream:
            found = file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise UnreadableFile(f"{path}: cannot be read: {error.strerror or error}") from None
    _check_digest(path, found, shard)


def _check_digest(path: Path, found: str, shard: Shard) -> None:
    if found != shard.sha256:
        raise UnreadableFile(f"{path}: damaged: it does not hold what was written; {REMEDY}")


def read_shard(folder: Path, shard: Shard, layout: Layout) -> pyarrow.Table:
    """The table in a shard, which must be the one that was written.

    Raises
    ------
    UnreadableFile
        If the file is missing or has changed.
    """
    import pyarrow
    from pyarrow import parquet

    def read(data: bytes) -> pyarrow.Table:
        file = parquet.ParquetFile(pyarrow.BufferReader(data))
        if file.metadata.num_rows != shard.rows:
            raise OSError(f"it has {file.metadata.num_rows} rows, and {shard.rows} were written")
        size = shard.rows * layout.shard_row_size
        check_memory(size)
        pages = pages_of(data, file.metadata, layout.schema.names, layout.shard_row_size)
        if pages.encodings & IN_DICTIONARY:
            raise OSError("it has dictionaries, which no shard has")
        pages.check(len(data), MORE * size)
        return file.read()

    return _read(folder, shard, read, layout.schema)


def read_part(folder: Path, part: Shard, layout: Layout) -> pyarrow.Table:
    """The table in a part, which must be the one that was written; a chunk is what was a batch.

    Raises
    ------
    UnreadableFile
        If the file is missing or has changed.
    """
    import pyarrow
    from pyarrow import ipc

    def read(data: bytes) -> pyarrow.Table:
        check_unpacked(data)
        return ipc.open_file(pyarrow.BufferReader(data)).read_all()

    return _read(folder, part, read, layout.part_schema)


def _read(
    folder: Path,
    shard: Shard,
    read: Callable[[bytes], pyarrow.Table],
    schema: pyarrow.Schema,
) -> pyarrow.Table:
    import pyarrow

    check_shard(folder, shard)
    path = folder / shard.name
    data = read_bytes(path)
    _check_digest(path, sha256(data).hexdigest(), shard)
    try:
        table = read(data)
    except (pyarrow.ArrowException, OSError, UnreadableFile) as error:
        raise UnreadableFile(f"{path}: damaged: {error}") from None
    if table.schema != schema or table.num_rows != shard.rows:
        raise UnreadableFile(f"{path}: it does not hold the regions of this run")
    return table
