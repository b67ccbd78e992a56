"""Shards sorted by pattern, in memory that does not grow with them.

What fits into memory is sorted there. Otherwise the rows are first dealt out to files, each of
which takes the patterns between two others, and fits into memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np

from linreg.errors import UnwritableFile
from linreg.run.keys import order_of, pattern_texts
from linreg.run.shards import ROWS, Layout, Shard, read_shard, write_shard

if TYPE_CHECKING:
    import pyarrow

AT_ONCE = 1 << 25
"""Bytes of rows that are sorted at a time."""

SAMPLES = 256
"""Patterns that are looked at for each file, to see where to cut."""


def sort_shards(
    folder: Path,
    shards: Sequence[Shard],
    layout: Layout,
    target: Path,
    prefix: str,
    progress: Callable[[float], None] = lambda _: None,
) -> list[Shard]:
    """New shards with the same rows, sorted by pattern; the same rows give the same bytes.

    Parameters
    ----------
    folder : Path
        Where the shards are; they stay.
    shards : sequence of Shard
    layout : Layout
    target : Path
        The folder of the new ones.
    prefix : str
        Of the new names.
    progress : callable
        Called with the share that is done, from 0 to 1.

    Raises
    ------
    UnreadableFile, UnwritableFile
    """
    import pyarrow

    n_rows = sum(shard.rows for shard in shards)
    n_files = -(-n_rows * layout.row_size // AT_ONCE)
    if n_files <= 1:
        whole = pyarrow.concat_tables([read_shard(folder, shard, layout) for shard in shards])
        return _written(target, prefix, [_sorted(whole, layout)], n_rows, progress)
    try:
        with TemporaryDirectory(dir=target) as dealt:
            files = _dealt(folder, shards, layout, Path(dealt), n_files, progress)
            return _written(
                target, prefix, _read(files, layout), n_rows, lambda s: progress((1 + s) / 2)
            )
    except OSError as error:
        raise UnwritableFile(f"{target}: cannot be written: {error.strerror or error}") from None


def _dealt(
    folder: Path,
    shards: Sequence[Shard],
    layout: Layout,
    target: Path,
    n_files: int,
    progress: Callable[[float], None],
) -> list[Path]:
    """Files that hold the rows, those of one file before those of the next."""
    from pyarrow import parquet

    cuts = _cuts(folder, shards, layout, n_files)
    files = [target / f"{k}.parquet" for k in range(len(cuts) + 1)]
    with ExitStack() as stack:
        writers = [
            stack.enter_context(parquet.ParquetWriter(file, layout.schema, use_dictionary=False))
            for file in files
        ]
        for done, shard in enumerate(shards, start=1):
            table = read_shard(folder, shard, layout)
            places = np.searchsorted(cuts, _texts(table, layout), side="right")
            for k in np.unique(places).tolist():
                writers[k].write_table(table.take(np.flatnonzero(places == k)))
            progress(done / len(shards) / 2)
    return files


def _cuts(folder: Path, shards: Sequence[Shard], layout: Layout, n_files: int) -> np.ndarray:
    """Patterns that cut all others into equal parts, nearly, as texts that sort like them."""
    step = max(1, sum(shard.rows for shard in shards) // (n_files * SAMPLES))
    samples = [_texts(read_shard(folder, s, layout), layout)[::step] for s in shards]
    some = np.sort(np.concatenate(samples))
    return some[[len(some) * k // n_files for k in range(1, n_files)]]


def _texts(table: pyarrow.Table, layout: Layout) -> np.ndarray:
    return pattern_texts(layout.patterns(table), two_pieces=layout.two_pieces)


def _read(files: Iterable[Path], layout: Layout) -> Iterator[pyarrow.Table]:
    from pyarrow import parquet

    for file in files:
        yield _sorted(parquet.read_table(file), layout)


def _sorted(table: pyarrow.Table, layout: Layout) -> pyarrow.Table:
    table = table.combine_chunks()  # rows of one piece of memory are taken several times as fast
    patterns = layout.patterns(table)
    return table.take(order_of(patterns, two_pieces=layout.two_pieces))


def _written(
    folder: Path,
    prefix: str,
    tables: Iterable[pyarrow.Table],
    n_rows: int,
    progress: Callable[[float], None],
) -> list[Shard]:
    """Shards of equal size that hold the rows of tables, in order."""
    import pyarrow

    shards: list[Shard] = []
    rest: list[pyarrow.Table] = []

    def write(table: pyarrow.Table) -> None:
        # One piece of memory for each column: where the parts began changes no byte on file.
        name = f"{prefix}-{len(shards) + 1:06d}.parquet"
        shards.append(write_shard(folder, name, table.combine_chunks()))
        progress(sum(shard.rows for shard in shards) / n_rows)

    for table in tables:
        whole = pyarrow.concat_tables([*rest, table])
        end = len(whole) // ROWS * ROWS
        for start in range(0, end, ROWS):
            write(whole.slice(start, ROWS))
        rest = [whole.slice(end)]
    if rest and len(rest[0]):
        write(rest[0])
    return shards
