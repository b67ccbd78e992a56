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
        """Columns and their types; exact witnesses are null where the float64 ones are exact."""
        import pyarrow

        def lists(number: pyarrow.DataType, size: int) -> pyarrow.DataType:
            # Arrow has no lists of the fixed size 0, the pattern of a network without units.
            return pyarrow.list_(number, size) if size else pyarrow.list_(number)

        return pyarrow.schema(
            [
                ("pattern", lists(pyarrow.from_numpy_dtype(self.pattern_dtype), self.units)),
                ("witness", lists(pyarrow.float64(), self.inputs)),
                ("exact_witness", pyarrow.list_(pyarrow.string())),
            ],
            metadata={KEY: FORMAT},
        )

    def table(self, columns: Columns) -> pyarrow.Table:
        """Regions as a table, in their order."""
        import pyarrow

        n, schema = columns.n_regions, self.schema
        patterns = np.frombuffer(columns.patterns, dtype=self.pattern_dtype)
        witnesses = np.frombuffer(columns.witnesses, dtype=np.float64)
        exact: Any = pyarrow.nulls(n, schema.field("exact_witness").type)
        if columns.exact:
            texts = {i: _texts(point) for i, point in columns.exact.items()}
            exact = pyarrow.array([texts.get(i) for i in range(n)], exact.type)
        if self.units:
            pattern = pyarrow.FixedSizeListArray.from_arrays(patterns, self.units)
        else:
            pattern = pyarrow.array([[]] * n, schema.field("pattern").type)
        witness = pyarrow.FixedSizeListArray.from_arrays(witnesses, self.inputs)
        return pyarrow.table([pattern, witness, exact], schema=schema)

    def patterns(self, table: pyarrow.Table) -> np.ndarray:
        """The patterns in a table of this layout, shape (regions, units)."""
        return _numbers(table, "pattern", self.pattern_dtype, self.units)

    def rows(self, table: pyarrow.Table) -> Rows:
        """What a table of this layout holds."""
        return Rows(
            self.patterns(table),
            _numbers(table, "witness", np.dtype(np.float64), self.inputs),
            _exact(table),
        )


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


def _numbers(table: pyarrow.Table, name: str, dtype: np.dtype, size: int) -> np.ndarray:
    """A column of lists, shape (rows, size)."""
    parts = [chunk.flatten().to_numpy(zero_copy_only=False) for chunk in table.column(name).chunks]
    values = parts[0] if len(parts) == 1 else np.concatenate([np.empty(0, dtype), *parts])
    return values.reshape(table.num_rows, size)


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
