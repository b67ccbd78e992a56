"""Shards: regions on file, some hundred thousand in each."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from linreg.errors import UnreadableFile, UnwritableFile
from linreg.files import read_bytes, replacing
from linreg.rational import MAX_TEXT, fraction, rational
from linreg.run.sinks import Columns

if TYPE_CHECKING:
    import pyarrow

ROWS = 1 << 17
"""Regions in a shard."""

KEY = b"linreg"
"""Where a shard says in its metadata what it is."""

FORMAT = "linreg-shard-1"
"""The version of shards that are written and read."""


@dataclass(frozen=True, slots=True)
class Shard:
    """A shard as the journal knows it.

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


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """What each row of a run's shards holds.

    Attributes
    ----------
    units, inputs : int
        The network's.
    pattern_dtype : numpy dtype
    two_pieces : bool
        Whether no unit has more than two pieces.
    """

    units: int
    inputs: int
    pattern_dtype: np.dtype
    two_pieces: bool

    @property
    def row_size(self) -> int:
        """Bytes of a row in memory."""
        return self.units * self.pattern_dtype.itemsize + 8 * self.inputs

    @property
    def schema(self) -> pyarrow.Schema:
        """Columns on file and their types.

        A pattern is the bytes of its pieces, of which Parquet writes many more a second than of
        lists. Exact witnesses are null where the float64 ones are exact.
        """
        import pyarrow

        width = self.units * self.pattern_dtype.itemsize
        return pyarrow.schema(
            [
                # Arrow takes the fixed width 0, of a network without units, for none.
                ("pattern", pyarrow.binary(width) if width else pyarrow.binary()),
                ("witness", pyarrow.list_(pyarrow.float64(), self.inputs)),
                ("exact_witness", pyarrow.list_(pyarrow.string())),
            ],
            metadata={KEY: FORMAT},
        )

    def table(self, columns: Columns) -> pyarrow.Table:
        """Regions as a table, in their order."""
        import pyarrow

        n, schema = columns.n_regions, self.schema
        exact: Any = pyarrow.nulls(n, schema.field("exact_witness").type)
        if columns.exact:
            texts = {i: _texts(point) for i, point in columns.exact.items()}
            exact = pyarrow.array([texts.get(i) for i in range(n)], exact.type)
        pattern = pyarrow.array([b""] * n, pyarrow.binary())
        if self.units:
            held = [None, pyarrow.py_buffer(columns.patterns)]
            pattern = pyarrow.Array.from_buffers(schema.field("pattern").type, n, held)
        witnesses = np.frombuffer(columns.witnesses, dtype=np.float64)
        witness = pyarrow.FixedSizeListArray.from_arrays(witnesses, self.inputs)
        return pyarrow.table([pattern, witness, exact], schema=schema)

    def patterns(self, table: pyarrow.Table) -> np.ndarray:
        """The patterns in a table of this layout, shape (regions, units)."""
        parts = []
        for chunk in table.column("pattern").chunks if self.units else ():
            pieces = np.frombuffer(chunk.buffers()[1], dtype=self.pattern_dtype)
            first = chunk.offset * self.units
            parts.append(pieces[first : first + len(chunk) * self.units])
        return _joined(parts, self.pattern_dtype).reshape(table.num_rows, self.units)

    def rows(self, table: pyarrow.Table) -> Rows:
        """What a table of this layout holds."""
        parts = [chunk.flatten() for chunk in table.column("witness").chunks]
        witnesses = _joined([part.to_numpy() for part in parts], np.dtype(np.float64))
        return Rows(
            self.patterns(table), witnesses.reshape(table.num_rows, self.inputs), _exact(table)
        )

    def with_lists(self, table: pyarrow.Table) -> pyarrow.Table:
        """The same table, with patterns as lists of numbers, as other tools like them."""
        import pyarrow

        flat = pyarrow.array(self.patterns(table).ravel())
        pattern = pyarrow.array([[]] * table.num_rows, pyarrow.list_(flat.type))
        if self.units:
            pattern = pyarrow.FixedSizeListArray.from_arrays(flat, self.units)
        return table.set_column(0, "pattern", pattern)


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Regions that were read.

    Attributes
    ----------
    patterns : uint8 or uint16 array, shape (regions, units)
    witnesses : float64 array, shape (regions, inputs)
    exact : mapping
        The exact witnesses that differ from the float64 ones, by row.
    """

    patterns: np.ndarray  # (regions, units)
    witnesses: np.ndarray  # (regions, inputs)
    exact: Mapping[int, tuple[Fraction, ...]]


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
        table, sink, compression="zstd", use_dictionary=False, write_statistics=False
    )
    data = sink.getbuffer()
    with replacing(folder / name) as temporary:
        temporary.write_bytes(data)
    return Shard(name, table.num_rows, len(data), sha256(data).hexdigest())


def check_shard(folder: Path, shard: Shard) -> None:
    """Refuse a shard that is missing or has another size than was written.

    Raises
    ------
    UnreadableFile
    """
    path = folder / shard.name
    try:
        size = path.stat().st_size
    except OSError:
        raise UnreadableFile(f"{path}: there is no such file, but the run has written it") from None
    if size != shard.size:
        raise UnreadableFile(f"{path}: damaged: it has {size} bytes, and {shard.size} were written")


def read_shard(folder: Path, shard: Shard, layout: Layout) -> pyarrow.Table:
    """The table in a shard, which must be the one that was written.

    Raises
    ------
    UnreadableFile
        If the file is missing or has changed.
    """
    import pyarrow
    from pyarrow import parquet

    check_shard(folder, shard)
    path = folder / shard.name
    data = read_bytes(path)
    if sha256(data).hexdigest() != shard.sha256:
        raise UnreadableFile(f"{path}: damaged: it does not hold what was written")
    try:
        table = parquet.read_table(pyarrow.BufferReader(data))
    except (pyarrow.ArrowException, OSError) as error:
        raise UnreadableFile(f"{path}: damaged: {error}") from None
    if table.schema != layout.schema or table.num_rows != shard.rows:
        raise UnreadableFile(f"{path}: it does not hold the regions of this run")
    return table


def _texts(point: tuple[Fraction, ...]) -> tuple[str, ...]:
    # python-flint's text, since Python refuses to spell integers of more than 4300 digits.
    texts = tuple(str(rational(entry)) for entry in point)
    longest = max(map(len, texts))
    if longest > MAX_TEXT:
        raise UnwritableFile(
            f"an exact witness of {longest} digits cannot be written; at most {MAX_TEXT} are read"
        )
    return texts


def _joined(parts: list[np.ndarray], dtype: np.dtype) -> np.ndarray:
    """Arrays one after another; a single one is not copied."""
    return parts[0] if len(parts) == 1 else np.concatenate([np.empty(0, dtype), *parts])


def _exact(table: pyarrow.Table) -> dict[int, tuple[Fraction, ...]]:
    column = table.column("exact_witness")
    if column.null_count == table.num_rows:
        return {}
    there = np.flatnonzero(column.is_valid().to_numpy())
    rows = column.take(there).to_pylist()
    return {
        index: tuple(fraction(text) for text in row)
        for index, row in zip(there.tolist(), rows, strict=True)
    }
