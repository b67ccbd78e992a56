"""Tables of pieces along lines: a row for each, written to Parquet as it is found."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from linreg.errors import UnwritableFile
from linreg.files import StrPath, check_writable, known_suffix, replacing
from linreg.lines.line_regions import LineRegions

SUFFIX = ".parquet"
"""What the name of a table of pieces ends in."""


def check_pieces_path(path: StrPath, reading: tuple[StrPath | None, ...] = ()) -> None:
    """Refuse a path that cannot be written, or that is read.

    Raises
    ------
    UnwritableFile
    """
    known_suffix(path, (SUFFIX,), "pieces", UnwritableFile)
    check_writable(path, reading)


class PiecesWriter:
    """Writes the pieces of one polyline after another to a table."""

    def __init__(self, writer: Any, schema: Any) -> None:
        self._writer = writer
        self._schema = schema
        self._segments = 0

    def write(self, found: LineRegions) -> None:
        """Append the pieces of more segments, numbered on from the last."""
        import pyarrow

        columns = piece_columns(found)
        offsets = columns.pop("switch_start")
        # A pattern is written on the first piece of each segment; an index beyond all is no text.
        texts = pyarrow.array(_pattern_texts(found))
        first = np.where(columns["piece"] == 0, columns["segment"], -1)
        columns["pattern"] = texts.take(pyarrow.array(first, mask=first < 0))
        columns["segment"] += self._segments
        self._segments += found.n_segments
        lists = {
            name: pyarrow.ListArray.from_arrays(offsets.astype(np.int32), values)
            for name, values in (("units", found.switch_units), ("to", found.switch_pieces))
        }
        arrays = [lists.get(name, columns.get(name)) for name in self._schema.names]
        self._writer.write_table(pyarrow.table(arrays, schema=self._schema))


@contextmanager
def writing_pieces(path: StrPath, fingerprint: str) -> Iterator[PiecesWriter]:
    """Context with what writes a table of pieces, which takes its place when all is written.

    Columns: segment, piece, start, end, length_l1, length_l2, length_linf, pattern (the pieces of
    all units, on the first piece of each segment alone), units and to (who switches where the piece
    begins, and to what), certified.

    Raises
    ------
    UnwritableFile
        If the path cannot be written.
    """
    import pyarrow
    from pyarrow import parquet

    floats = ("start", "end", "length_l1", "length_l2", "length_linf")
    schema = pyarrow.schema(
        [
            ("segment", pyarrow.int64()),
            ("piece", pyarrow.int32()),
            *((name, pyarrow.float64()) for name in floats),
            ("pattern", pyarrow.string()),
            ("units", pyarrow.list_(pyarrow.int32())),
            ("to", pyarrow.list_(pyarrow.int32())),
            ("certified", pyarrow.bool_()),
        ],
        metadata={
            b"linreg": b'{"format": "linreg-pieces-1"}',
            b"fingerprint": fingerprint.encode(),
        },
    )
    with (
        replacing(path) as temporary,
        parquet.ParquetWriter(
            temporary, schema, compression="zstd", use_dictionary=["pattern"]
        ) as writer,
    ):
        yield PiecesWriter(writer, schema)


def piece_columns(found: LineRegions) -> dict[str, Any]:
    """Columns with an entry for each piece, segment after segment.

    Returns
    -------
    dict
        `segment` and `piece`, counted from 0; `start` and `end`, parameters; `length_l1` and so on,
        in input units; `switch_start`, one more than pieces, where the switches at each piece's
        start begin; `certified`.
    """
    counts = found.n_pieces
    n = int(counts.sum())
    segment = np.repeat(np.arange(found.n_segments), counts)
    ends = np.cumsum(counts)
    firsts = ends - counts
    present = np.flatnonzero(counts)
    piece = np.arange(n) - firsts[segment]
    start, end = np.empty(n), np.empty(n)
    inner = piece > 0
    start[inner] = found.breakpoints
    end[np.flatnonzero(inner) - 1] = found.breakpoints
    start[firsts[present]], end[ends[present] - 1] = 0.0, 1.0
    for k, span in found.spans.items():
        if span is not None:
            limits = found.ends(k)
            start[firsts[k]], end[ends[k] - 1] = limits[0], limits[-1]
    steps = np.diff(found.line.floats, axis=0)
    widths = end - start
    lengths = {
        f"length_{name}": widths * np.linalg.norm(steps, order, axis=1)[segment]
        for name, order in (("l1", 1), ("l2", 2), ("linf", np.inf))
    }
    switches = np.zeros(n, dtype=np.int64)
    switches[inner] = np.diff(found.first_switch)
    return {
        "segment": segment,
        "piece": piece.astype(np.int32),
        "start": start,
        "end": end,
        **lengths,
        "switch_start": np.cumsum([0, *switches]),
        "certified": found.certified[segment],
    }


def _pattern_texts(found: LineRegions) -> list[str]:
    """The pattern of the first piece of each segment."""
    comma = "," if any(unit.n_pieces > 10 for unit in found.network.units) else ""
    return [comma.join(map(str, pattern)) for pattern in found.first_patterns.tolist()]
