"""Regions in a run directory, read when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import finalize

from linreg.errors import UnreadableFile
from linreg.files import StrPath
from linreg.progress import Progress
from linreg.readers import DomainLike, NetworkLike
from linreg.regions.enumeration import Enumeration
from linreg.regions.region_files import RegionFiles
from linreg.run import CountProgress, Options
from linreg.store.directory import layout_of, read_state
from linreg.store.merging import sort_shards
from linreg.store.metadata import REGIONS, SHARDS, Description
from linreg.store.runs import count_of, run_into
from linreg.temporary import temporary_folder

if TYPE_CHECKING:
    import pyarrow


@dataclass(frozen=True, eq=False, repr=False)
class StoredRegions(Enumeration):
    """The activation regions in a run directory, sorted by pattern; Arrow reads them as tables.

    One region, a slice, an iteration and `find` read one file at a time, of some 100,000 regions.
    `patterns`, `witnesses` and what needs all regions at once, such as `locate`, read all of them
    into memory.

    Attributes
    ----------
    problem : Problem
    source : RegionFiles
        The files that hold the regions.
    counted : Count
        What the run said of itself.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from linreg import mlp
    >>> with TemporaryDirectory() as folder:
    ...     regions = enumerate_into(mlp([([[1], [-1]], [0, 0])]), f"{folder}/run")
    ...     len(regions), regions[1].pattern.tolist()
    (2, [1, 0])
    """

    source: RegionFiles

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
        return self.source.tables_with_lists()

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


def enumerate_into(
    net: NetworkLike,
    path: StrPath,
    domain: DomainLike = None,
    *,
    strategy: str = "auto",
    workers: int = 1,
    executor: Executor | None = None,
    limit: int | None = None,
    progress: Callable[[CountProgress], None] | None = None,
    sorting: Callable[[Progress], None] = lambda _: None,
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
        Called with a `Progress` while regions are sorted, when all are found.

    Returns
    -------
    StoredRegions
        As many as are committed, sorted by pattern once all are found.

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
    options = Options(strategy, workers, executor, limit, progress)
    run_into(net, path, domain, options, keeps=REGIONS, sorting=sorting)
    return read_run(path)


def read_run(path: StrPath) -> StoredRegions:
    """The regions that are committed in a run directory, whether or not the run has ended.

    Each file must be the one that was written, which its sha256 says.

    Parameters
    ----------
    path : str or path
        A run directory of `enumerate_into`.

    Returns
    -------
    StoredRegions

    Raises
    ------
    UnreadableFile
        If the directory is no run, keeps no regions, has none yet, or is damaged.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from linreg import mlp
    >>> with TemporaryDirectory() as folder:
    ...     _ = enumerate_into(mlp([([[1]], [0])]), f"{folder}/run")
    ...     read_run(f"{folder}/run").patterns.tolist()
    [[0], [1]]
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
    counted = count_of(state, description.strategy, len(problem.integer_stages))
    return StoredRegions(problem, files, counted)
