"""Regions in a run directory, read when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import ExitStack
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload
from weakref import finalize

import numpy as np

from linreg.arguments import listed, numbered
from linreg.arguments import pattern as pieces_of
from linreg.errors import UnreadableFile
from linreg.files import StrPath
from linreg.polyhedra import Point
from linreg.problem import Problem
from linreg.rational import rational
from linreg.readers import DomainLike, NetworkLike
from linreg.regions.enumeration import Enumeration
from linreg.regions.region import Region
from linreg.regions.region_files import RegionFiles
from linreg.run import Count, Progress
from linreg.store.directory import layout_of, read_state
from linreg.store.layout import Rows
from linreg.store.merging import sort_shards
from linreg.store.metadata import REGIONS, SHARDS, Description
from linreg.store.runs import count_of, run_into
from linreg.temporary import temporary_folder

if TYPE_CHECKING:
    import pyarrow


class StoredRegions(Enumeration):
    """The activation regions in a run directory, sorted by pattern.

    One region, a slice, an iteration and `find` read one file at a time, of some 100,000 regions.
    `patterns`, `witnesses` and what needs all regions at once, such as `locate`, read all of them
    into memory.
    """

    def __init__(self, problem: Problem, counted: Count, files: RegionFiles) -> None:
        # The fields of a frozen value cannot be set, and the others are read when asked for.
        vars(self).update(problem=problem, counted=counted, _files=files)

    _files: RegionFiles

    def __len__(self) -> int:
        return self._files.n_regions

    @overload
    def __getitem__(self, index: int) -> Region: ...

    @overload
    def __getitem__(self, index: slice) -> list[Region]: ...

    def __getitem__(self, index: int | slice) -> Region | list[Region]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        place = listed(index, len(self), "regions")
        rows, row = self._files.at(place)
        exact = _exact_witness(rows, row)
        return Region(self.problem, place, rows.patterns[row], rows.witnesses[row], exact)

    def exact_witness(self, index: int) -> tuple[Fraction, ...]:
        """A rational point strictly inside a region; the errors are those of an enumeration's."""
        return _exact_witness(*self._files.at(numbered(index, len(self), "index", "regions")))

    def point(self, index: int) -> Point:
        """The exact witness in integer coordinates; the errors are those of `exact_witness`."""
        rows, row = self._files.at(numbered(index, len(self), "index", "regions"))
        if row in rows.exact:
            return Point.of_rationals([rational(x) for x in rows.exact[row]])
        return Point.of_floats(rows.witnesses[row])

    def find(self, pattern: Sequence[int] | np.ndarray) -> int:
        """The index of the region with a pattern; -1 if no region has it.

        As -1 also stands for the last region of a list, ask before it is used as an index.

        Raises
        ------
        ValueError, TypeError
            If the pattern has not an integer for each unit.
        """
        return self._files.find(pieces_of(pattern, len(self.problem.network.units)))

    def tables(self) -> Iterator[pyarrow.Table]:
        """All regions as Arrow tables, one file's at a time; docs/schema.md says what is in them.

        Examples
        --------
        >>> from tempfile import TemporaryDirectory
        >>> from linreg import mlp
        >>> with TemporaryDirectory() as folder:
        ...     net = mlp([([[1, 0], [0, 1]], [0, 0])])
        ...     regions = enumerate_into(net, f"{folder}/run")
        ...     [table.num_rows for table in regions.tables()]
        [4]
        """
        return self._files.tables_with_lists()

    def to_arrow(self) -> pyarrow.Table:
        """All regions as one Arrow table."""
        import pyarrow

        return pyarrow.concat_tables(self.tables())

    def to_pandas(self) -> Any:
        """All regions as a pandas data frame; pandas has to be installed."""
        return self.to_arrow().to_pandas()

    def to_polars(self) -> Any:
        """All regions as a Polars data frame; Polars has to be installed."""
        import polars

        return polars.from_arrow(self.to_arrow())

    @cached_property
    def patterns(self) -> np.ndarray:
        """The piece of every unit; uint8 or uint16, shape (regions, units)."""
        return self._files.column(lambda rows: rows.patterns)

    @cached_property
    def witnesses(self) -> np.ndarray:
        """Points nearest to the exact witnesses; float64, shape (regions, inputs)."""
        return self._files.column(lambda rows: rows.witnesses)

    @cached_property
    def exact(self) -> dict[int, tuple[Fraction, ...]]:
        """Exact witnesses of the regions whose float64 witness differs from it, by index."""
        return self._files.exact()


def enumerate_into(
    net: NetworkLike,
    path: StrPath,
    domain: DomainLike = None,
    *,
    strategy: str = "auto",
    workers: int = 1,
    executor: Executor | None = None,
    limit: int | None = None,
    progress: Callable[[Progress], None] | None = None,
    sorting: Callable[[float], None] = lambda _: None,
) -> StoredRegions:
    """All activation regions, kept in a directory and not in memory.

    A run that was stopped, by whatever means, goes on where it was last committed, which it is
    every few seconds. The directory is described in docs/schema.md.

    Parameters
    ----------
    net : Network, or what `as_network` accepts
    path : str or path
        A run directory; it is made if it is not there, but its parent is not.
    domain, strategy, workers, executor, limit, progress
        As for `linreg.count`. "auto" chooses by the problem alone, as for `enumerate_regions`, and
        goes on with the strategy that the run began with.
    sorting : callable
        Called, when all regions are found and are sorted, with the share that is done.

    Raises
    ------
    UnusableRun
        If the directory holds another run or other files, or another process works on it.
    UnreadableFile, UnwritableFile
        If it is damaged, or cannot be written; what was committed is not lost.
    InvalidDomain, UnknownStrategy, ValueError, KeyboardInterrupt
        As for `linreg.count`.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from linreg import mlp
    >>> with TemporaryDirectory() as folder:
    ...     regions = enumerate_into(mlp([([[1, 0], [0, 1]], [0, 0])]), f"{folder}/run")
    ...     regions[3].pattern.tolist(), regions.find([1, 0])
    ([1, 1], 2)
    """
    run_into(
        net,
        path,
        domain,
        keeps=REGIONS,
        strategy=strategy,
        workers=workers,
        executor=executor,
        limit=limit,
        progress=progress,
        sorting=sorting,
    )
    return read_run(path)


def read_run(path: StrPath) -> StoredRegions:
    """The regions that are committed in a run directory, whether or not the run has ended.

    Each file must be the one that was written, which its sha256 says.

    Raises
    ------
    UnreadableFile
        If the directory is no run, keeps no regions, has none yet, or is damaged.
    """
    folder = Path(path)
    description = Description.read(folder)
    if description.keeps != REGIONS:
        raise UnreadableFile(f"{path}: this run counts, and keeps no regions")
    problem = description.problem(folder)
    state = read_state(folder)
    if not state.shards:
        raise UnreadableFile(f"{path}: no region is committed yet")
    layout = layout_of(problem)
    files = RegionFiles(folder / SHARDS, state.shards, layout)
    if not state.is_sorted:
        with ExitStack() as stack:
            target = stack.enter_context(temporary_folder())
            shards = sort_shards(folder / SHARDS, state.shards, layout, target, "regions")
            files = RegionFiles(target, shards, layout)
            # From here on the folder is there as long as somebody may read it.
            finalize(files, stack.pop_all().close)
    counted = count_of(state, description.strategy, len(problem.stages))
    return StoredRegions(problem, counted, files)


def _exact_witness(rows: Rows, row: int) -> tuple[Fraction, ...]:
    if row in rows.exact:
        return rows.exact[row]
    return tuple(Fraction(x) for x in rows.witnesses[row].tolist())
