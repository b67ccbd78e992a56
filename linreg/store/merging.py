"""Parts merged into shards that are sorted by pattern, in memory that does not grow with them.

The rows whose patterns lie between two others are read, sorted and written, then the next ones.
They are together in each part, since parts are sorted themselves.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from linreg.errors import UnreadableFile, UnwritableFile
from linreg.progress import Progress
from linreg.store.layout import Layout
from linreg.store.shards import (
    PART_SUFFIX,
    REGIONS_OF_SHARD,
    Shard,
    read_part,
    read_shard,
    write_part,
    write_shard,
)
from linreg.temporary import temporary_folder

if TYPE_CHECKING:
    import pyarrow

SORTED_BYTES_AT_ONCE = 1 << 22
"""Bytes of rows that are sorted at a time, besides a few thousand rows of each part."""

WRITERS = 2
"""Shards that are written at a time: most of the work, and none of it takes Python's lock."""

FAN = 512
"""Parts that are merged at a time; of more, so many are merged into one sequence first."""


def sort_shards(
    folder: Path,
    shards: Sequence[Shard],
    layout: Layout,
    target: Path,
    prefix: str,
    progress: Callable[[Progress], None] = lambda _: None,
) -> list[Shard]:
    """New shards with the same rows, sorted by pattern; the same rows give the same bytes.

    Parameters
    ----------
    folder : Path
        Where the parts and shards are; they stay.
    shards : sequence of Shard
        At least one; the rows of each are sorted.
    layout : Layout
    target : Path
        The folder of the new ones.
    prefix : str
        Of the new names.
    progress : callable
        Called now and then with a `Progress`.

    Raises
    ------
    UnreadableFile, UnwritableFile
    """
    sequences = [[_SortedFile(folder, shard, layout)] for shard in shards]
    n_rows, done = sum(shard.rows for shard in shards) * _passes(len(shards)), 0
    new = []

    def tell(shard: Shard) -> None:
        nonlocal done
        done += shard.rows
        progress(Progress(done / n_rows, 1, "sorted"))

    try:
        with temporary_folder(target) as between:
            names = (f"{number}{PART_SUFFIX}" for number in count(1))
            while len(sequences) > FAN:
                groups = [sequences[k : k + FAN] for k in range(0, len(sequences), FAN)]
                sequences = [[] for _ in groups]
                for group, merged in zip(groups, sequences, strict=True):
                    for block in _blocks([*chain(*group)], layout):
                        part = write_part(between, next(names), block)
                        merged.append(_SortedFile(between, part, layout))
                        tell(part)
            for shard in _written(_blocks([*chain(*sequences)], layout), layout, target, prefix):
                new.append(shard)
                tell(shard)
    except OSError as error:
        raise UnwritableFile(f"{target}: cannot be written: {error.strerror or error}") from None
    return new


def _written(
    blocks: Iterable[pyarrow.Table], layout: Layout, folder: Path, prefix: str
) -> Iterator[Shard]:
    """Shards, some of which are written while the rows of the next are sorted."""

    def write(number: int, block: pyarrow.Table) -> Shard:
        return write_shard(folder, f"{prefix}-{number:06d}.parquet", layout.shard(block))

    with ThreadPoolExecutor(WRITERS, "linreg-sort") as writers:
        under_way: deque[Future[Shard]] = deque()
        for number, block in enumerate(blocks, start=1):
            if len(under_way) == WRITERS:
                yield under_way.popleft().result()
            under_way.append(writers.submit(write, number, block))
        while under_way:
            yield under_way.popleft().result()


def _passes(n_files: int) -> int:
    """How often every row is written."""
    return 1 if n_files <= FAN else 1 + _passes(-(-n_files // FAN))


class _SortedFile:
    """A part or shard whose rows are sorted, and of which a few are read at a time.

    Attributes
    ----------
    firsts : array of bytes
        The first key of each group of rows.
    group_rows : int array
        How many rows there are in each group.
    """

    def __init__(self, folder: Path, file: Shard, layout: Layout) -> None:
        self._folder, self._file, self._layout = folder, file, layout
        self._is_part = file.name.endswith(PART_SUFFIX)
        table = read_part(folder, file, layout) if self._is_part else self._of_shard()
        keys = layout.key_texts(table)
        if (keys[:-1] >= keys[1:]).any():
            raise UnreadableFile(f"{folder / file.name}: damaged: its regions are not sorted")
        rows = [len(chunk) for chunk in table.column("key").chunks]
        self.group_rows = np.array(rows)
        self.firsts = keys[np.cumsum(rows) - rows]
        self._last = keys[-1]

    def between(self, low: bytes | None, high: bytes | None) -> pyarrow.Table:
        """The rows from one key on, and before another one."""
        first, end = 0, len(self.firsts)
        if low is not None:
            first = max(0, int(np.searchsorted(self.firsts, low, side="right")) - 1)
        if high is not None:
            end = int(np.searchsorted(self.firsts, high))
        if first >= end or (low is not None and self._last < low):
            return self._layout.part_schema.empty_table()
        table = self._groups(first, end) if self._is_part else self._of_shard()
        keys = self._layout.key_texts(table)
        start = 0 if low is None else int(np.searchsorted(keys, low))
        stop = len(keys) if high is None else int(np.searchsorted(keys, high))
        return table.slice(start, stop - start)

    def _groups(self, first: int, end: int) -> pyarrow.Table:
        import pyarrow
        from pyarrow import ipc

        with pyarrow.OSFile(str(self._folder / self._file.name)) as file:
            reader = ipc.open_file(file)
            return pyarrow.Table.from_batches([reader.get_batch(k) for k in range(first, end)])

    def _of_shard(self) -> pyarrow.Table:
        table = read_shard(self._folder, self._file, self._layout)
        return self._layout.part_of_shard(table).combine_chunks()


def _blocks(files: Sequence[_SortedFile], layout: Layout) -> Iterator[pyarrow.Table]:
    """The rows of all files, sorted, as many at a time as are in a shard."""
    import pyarrow

    rest: list[pyarrow.Table] = []
    cuts = _cuts(files, layout)
    for low, high in zip([None, *cuts], [*cuts, None], strict=True):
        tables = [file.between(low, high) for file in files]
        rest.append(layout.sorted(pyarrow.concat_tables(tables)))
        whole = pyarrow.concat_tables(rest)
        end = len(whole) // REGIONS_OF_SHARD * REGIONS_OF_SHARD
        for start in range(0, end, REGIONS_OF_SHARD):
            # One piece of memory for each column: where the parts began changes no byte on file.
            yield whole.slice(start, REGIONS_OF_SHARD).combine_chunks()
        rest = [whole.slice(end)]
    if len(rest[0]):
        yield rest[0].combine_chunks()


def _cuts(files: Sequence[_SortedFile], layout: Layout) -> list[bytes]:
    """Patterns with few enough rows between one and the next."""
    firsts = np.concatenate([file.firsts for file in files])
    sizes = np.concatenate([file.group_rows for file in files]) * layout.part_row_size
    order = np.argsort(firsts)
    places = (np.cumsum(sizes[order]) - sizes[order]) // SORTED_BYTES_AT_ONCE
    begins = np.flatnonzero(np.diff(places)) + 1
    return [bytes(text) for text in firsts[order][begins]]
