"""Regions in the files of a run, which are read one at a time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from linreg.regions.location import places_of
from linreg.run.keys import pattern_texts
from linreg.store.layout import Layout, Rows
from linreg.store.shards import Shard, read_shard

if TYPE_CHECKING:
    import pyarrow

KEPT = 2
"""Shards that are held in memory: the last that were asked for."""


class RegionFiles:
    """The files of a run that hold its regions, sorted by pattern; a `Source`.

    One region and `find` read one file at a time, of some 100,000 regions; whole columns are read
    once and kept.

    Parameters
    ----------
    folder : Path
    shards : sequence of Shard
        At least one.
    layout : Layout
    """

    def __init__(self, folder: Path, shards: Sequence[Shard], layout: Layout) -> None:
        self._folder = folder
        self._shards = tuple(shards)
        self._layout = layout
        self._starts = [0, *accumulate(shard.rows for shard in shards)]
        self._held: dict[int, Rows] = {}
        self._first: dict[int, bytes] = {}

    @property
    def n_regions(self) -> int:
        """The number of all regions."""
        return self._starts[-1]

    def at(self, index: int) -> tuple[Rows, int]:
        """The rows of the file that a region is in, and its place there."""
        k = bisect_right(self._starts, index) - 1
        return self._rows(k), index - self._starts[k]

    def tables(self) -> Iterator[pyarrow.Table]:
        """The tables of all files, one after another."""
        for shard in self._shards:
            yield read_shard(self._folder, shard, self._layout)

    def tables_with_lists(self) -> Iterator[pyarrow.Table]:
        """The same tables, with patterns as lists."""
        return map(self._layout.with_lists, self.tables())

    def find(self, pattern: np.ndarray) -> int:
        """The index of the region with a pattern; -1 if no region has it."""
        layout = self._layout
        largest = 1 if layout.two_pieces else np.iinfo(layout.pattern_dtype).max
        if pattern.size and not 0 <= pattern.min() <= pattern.max() <= largest:
            return -1
        text = self._texts(pattern[None].astype(layout.pattern_dtype))[0]
        k = bisect_right(range(len(self._shards)), text, key=self._first_of) - 1
        if k < 0:
            return -1
        texts = self._texts(self._rows(k).patterns)
        row = int(np.searchsorted(texts, text))
        return self._starts[k] + row if row < len(texts) and texts[row] == text else -1

    @cached_property
    def patterns(self) -> np.ndarray:
        """All patterns."""
        return self._column(lambda rows: rows.patterns)

    @cached_property
    def witnesses(self) -> np.ndarray:
        """All witnesses, in float64."""
        return self._column(lambda rows: rows.witnesses)

    @cached_property
    def places(self) -> dict[bytes, int]:
        """The index of each pattern."""
        return places_of(self.patterns)

    def _column(self, part: Callable[[Rows], np.ndarray]) -> np.ndarray:
        """A column of all files, read-only."""
        whole = np.concatenate([part(self._layout.rows(table)) for table in self.tables()])
        whole.flags.writeable = False
        return whole

    @cached_property
    def exact(self) -> dict[int, tuple[Fraction, ...]]:
        """The exact witnesses in all files that differ from the float64 ones, by index."""
        return {
            start + row: point
            for start, table in zip(self._starts, self.tables(), strict=False)
            for row, point in self._layout.rows(table).exact.items()
        }

    def _rows(self, k: int) -> Rows:
        if k not in self._held:
            while len(self._held) >= KEPT:
                del self._held[next(iter(self._held))]
            table = read_shard(self._folder, self._shards[k], self._layout)
            self._held[k] = self._layout.rows(table)
        return self._held[k]

    def _first_of(self, k: int) -> bytes:
        if k not in self._first:
            self._first[k] = self._texts(self._rows(k).patterns[:1])[0]
        return self._first[k]

    def _texts(self, patterns: np.ndarray) -> np.ndarray:
        return pattern_texts(patterns, two_pieces=self._layout.two_pieces)
