"""The layout of a run's files: of parts, which are quick to sort, and of shards, to read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from linreg.errors import UnwritableFile
from linreg.polyhedra import Point
from linreg.rational import MAX_TEXT, fraction, rational
from linreg.run.keys import WORD, key_octets, key_words, order_of_keys, patterns_of_keys
from linreg.run.sinks import KeyedColumns

if TYPE_CHECKING:
    import pyarrow

KEY = b"linreg"
"""Where a file says in its schema's metadata what it is."""

SHARD, PART = "linreg-shard-1", "linreg-part-1"
"""The versions of shards and parts that are written and read."""


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """What each row of a run's files holds.

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
    def part_row_size(self) -> int:
        """Bytes of a row in a part."""
        return self._key_size + 8 * self.inputs

    @property
    def shard_row_size(self) -> int:
        """Bytes of a row in a shard that is read."""
        return self.units * self.pattern_dtype.itemsize + 8 * self.inputs

    @property
    def schema(self) -> pyarrow.Schema:
        """Columns of a shard and their types.

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
            metadata={KEY: SHARD},
        )

    @property
    def part_schema(self) -> pyarrow.Schema:
        """Columns of a part and their types.

        A key is as long as a few machine words, and keys are ordered as patterns are. Witnesses
        are the same bytes as in shards, but Parquet writes lists at a third of the speed.
        """
        import pyarrow

        return pyarrow.schema(
            [
                ("key", pyarrow.binary(self._key_size)),
                ("witness", pyarrow.binary(8 * self.inputs)),
                ("exact_witness", pyarrow.list_(pyarrow.string())),
            ],
            metadata={KEY: PART},
        )

    @property
    def _key_size(self) -> int:
        bits = self.units if self.two_pieces else 8 * self.units * self.pattern_dtype.itemsize
        return WORD * key_words(bits)

    @property
    def sink(self) -> KeyedColumns:
        """What takes regions for a part."""
        return KeyedColumns(self.pattern_dtype.str, two_pieces=self.two_pieces)

    def part(self, columns: KeyedColumns) -> pyarrow.Table:
        """Regions as the table of a part, sorted by pattern."""
        import pyarrow

        n, schema = columns.n_regions, self.part_schema
        keys = np.frombuffer(columns.patterns, dtype=">u8").reshape(n, self._key_size // WORD)
        order = order_of_keys(keys)
        witnesses = np.frombuffer(columns.witnesses, dtype=np.float64).reshape(n, self.inputs)
        exact: list[tuple[str, ...] | None] = [None] * n
        if columns.exact:
            texts = {i: _texts(point) for i, point in columns.exact.items()}
            exact = [texts.get(i) for i in order.tolist()]
        arrays = [
            _of_bytes(keys[order]),
            _of_bytes(witnesses[order]),
            pyarrow.array(exact, schema.field("exact_witness").type),
        ]
        return pyarrow.table(arrays, schema=schema)

    def sorted(self, part: pyarrow.Table) -> pyarrow.Table:
        """The table of a part with its rows sorted by pattern."""
        part = part.combine_chunks()  # rows of one piece of memory are taken several times as fast
        return part.take(order_of_keys(self._keys(part)))

    def key_texts(self, part: pyarrow.Table) -> np.ndarray:
        """Texts of bytes that are ordered as the patterns in a part are; shape (regions,)."""
        return _joined(part.column("key"), np.dtype(f"S{self._key_size}"))

    def shard(self, part: pyarrow.Table) -> pyarrow.Table:
        """The table of a shard, with the rows of a part's."""
        import pyarrow

        schema = self.schema
        patterns = patterns_of_keys(
            self._keys(part), self.units, self.pattern_dtype, two_pieces=self.two_pieces
        )
        pattern: Any = pyarrow.array([b""] * len(part), pyarrow.binary())
        if self.units:
            pattern = _of_bytes(patterns)
        witnesses = _joined(part.column("witness"), np.dtype((np.float64, (self.inputs,))))
        witness = pyarrow.FixedSizeListArray.from_arrays(witnesses.ravel(), self.inputs)
        return pyarrow.table([pattern, witness, part.column("exact_witness")], schema=schema)

    def part_of_shard(self, shard: pyarrow.Table) -> pyarrow.Table:
        """The table of a part, with the rows of a shard's."""
        import pyarrow

        keys = key_octets(self.patterns(shard), two_pieces=self.two_pieces)
        arrays = [_of_bytes(keys), _of_bytes(self.witnesses(shard))]
        return pyarrow.table([*arrays, shard.column("exact_witness")], schema=self.part_schema)

    def patterns(self, shard: pyarrow.Table) -> np.ndarray:
        """The patterns in a shard, shape (regions, units)."""
        if not self.units:
            return np.empty((len(shard), 0), self.pattern_dtype)
        return _joined(shard.column("pattern"), np.dtype((self.pattern_dtype, (self.units,))))

    def witnesses(self, shard: pyarrow.Table) -> np.ndarray:
        """The witnesses in a shard, shape (regions, inputs)."""
        parts = [chunk.flatten().to_numpy() for chunk in shard.column("witness").chunks]
        flat = parts[0] if len(parts) == 1 else np.concatenate([np.empty(0), *parts])
        return flat.reshape(len(shard), self.inputs)

    def rows(self, shard: pyarrow.Table) -> Rows:
        """What a shard holds."""
        return Rows(self.patterns(shard), self.witnesses(shard), _exact(shard))

    def with_lists(self, shard: pyarrow.Table) -> pyarrow.Table:
        """The same shard, with patterns as lists of numbers, as other tools like them."""
        import pyarrow

        flat = pyarrow.array(self.patterns(shard).ravel())
        pattern = pyarrow.array([[]] * len(shard), pyarrow.list_(flat.type))
        if self.units:
            pattern = pyarrow.FixedSizeListArray.from_arrays(flat, self.units)
        return shard.set_column(0, "pattern", pattern)

    def _keys(self, part: pyarrow.Table) -> np.ndarray:
        return _joined(part.column("key"), np.dtype((">u8", (self._key_size // WORD,))))


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

    def exact_witness(self, row: int) -> tuple[Fraction, ...]:
        """A rational point strictly inside a region."""
        if row in self.exact:
            return self.exact[row]
        return tuple(Fraction(x) for x in self.witnesses[row].tolist())

    def point(self, row: int) -> Point:
        """The exact witness in integer coordinates."""
        if row in self.exact:
            return Point.of_rationals([rational(x) for x in self.exact[row]])
        return Point.of_floats(self.witnesses[row])


def _texts(point: tuple[Fraction, ...]) -> tuple[str, ...]:
    # python-flint's text, since Python refuses to spell integers of more than 4300 digits.
    texts = tuple(str(rational(entry)) for entry in point)
    longest = max(map(len, texts))
    if longest > MAX_TEXT:
        raise UnwritableFile(
            f"an exact witness of {longest} digits cannot be written; at most {MAX_TEXT} are read"
        )
    return texts


def _of_bytes(rows: np.ndarray) -> pyarrow.Array:
    """The rows of an array as bytes of a fixed length; nothing is copied."""
    import pyarrow

    rows = np.ascontiguousarray(rows)
    width = rows.dtype.itemsize * rows.shape[1]
    buffer = pyarrow.py_buffer(rows)
    return pyarrow.Array.from_buffers(pyarrow.binary(width), len(rows), [None, buffer])


def _joined(column: pyarrow.ChunkedArray, dtype: np.dtype) -> np.ndarray:
    """A column of bytes of a fixed length as an array; a single chunk is not copied."""
    parts = [
        np.frombuffer(chunk.buffers()[1], dtype)[chunk.offset : chunk.offset + len(chunk)]
        for chunk in column.chunks
    ]
    return parts[0] if len(parts) == 1 else np.concatenate([np.empty(0, dtype), *parts])


def _exact(shard: pyarrow.Table) -> dict[int, tuple[Fraction, ...]]:
    column = shard.column("exact_witness")
    if column.null_count == len(shard):
        return {}
    there = np.flatnonzero(column.is_valid().to_numpy())
    rows = column.take(there).to_pylist()
    return {
        index: tuple(fraction(text) for text in row)
        for index, row in zip(there.tolist(), rows, strict=True)
    }
