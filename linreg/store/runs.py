"""Runs in a directory: begun or gone on with, and told about."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from pathlib import Path

from linreg.errors import LinregError, UnreadableFile
from linreg.files import StrPath
from linreg.progress import Progress
from linreg.readers import DomainLike, NetworkLike, as_network
from linreg.run import Count, CountProgress, Options, carrying, posed, run
from linreg.run.progress import count_of_work
from linreg.store.directory import opened, read_state
from linreg.store.locking import is_locked
from linreg.store.metadata import COUNT, JOURNAL, SHARDS, Description
from linreg.store.shards import check_content, check_shard
from linreg.store.state import State
from linreg.wording import counted


@dataclass(frozen=True, slots=True)
class RunStatus:
    """What is in a run directory.

    Attributes
    ----------
    description : Description
        The question, and what the run keeps.
    count : Count
        What is committed.
    share : float
        The part of the tree that is finished, from 0 to 1.
    commits : int
        How often something was committed.
    shards, size : int
        Files with regions, and their bytes.
    is_sorted : bool
        Whether they hold the regions sorted by pattern, as they do when a run has ended.
    in_use : bool
        Whether a process works on the run now.
    damage : tuple of str
        What is wrong with the files.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from linreg import mlp
    >>> with TemporaryDirectory() as folder:
    ...     _ = count_into(mlp([([[1]], [0])]), f"{folder}/run")
    ...     status = run_status(f"{folder}/run")
    >>> status.count.regions, status.share, status.damage
    (2, 1.0, ())
    """

    description: Description
    count: Count
    share: float
    commits: int
    shards: int
    size: int
    is_sorted: bool
    in_use: bool
    damage: tuple[str, ...]

    def __repr__(self) -> str:
        done = f"{counted(self.count.regions, 'region')}, {self.share:.1%} done"
        return f"<RunStatus: {done}{', damaged' if self.damage else ''}>"


def count_into(
    net: NetworkLike,
    path: StrPath,
    domain: DomainLike = None,
    *,
    strategy: str = "auto",
    workers: int = 1,
    executor: Executor | None = None,
    limit: int | None = None,
    progress: Callable[[CountProgress], None] | None = None,
) -> Count:
    """Number of activation regions, with what is known of it kept in a directory.

    A run that was stopped, by whatever means, goes on where it was last committed, which it is
    every few seconds. No region is stored, unless the directory is one of `enumerate_into`, which
    is then gone on with.

    Parameters
    ----------
    net : Network, or what `as_network` accepts
    path : str or path
        A run directory; it is made if it is not there, but its parent is not.
    domain, strategy, workers, executor, limit, progress
        As for `linreg.count`. "auto" goes on with the strategy that the run began with.

    Returns
    -------
    Count
        As that of `linreg.count`.

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
    >>> net = mlp([([[1, 0], [0, 1], [1, 1]], [0, 0, -1])])
    >>> with TemporaryDirectory() as folder:
    ...     first = count_into(net, f"{folder}/run", limit=3)
    ...     rest = count_into(net, f"{folder}/run")
    >>> (first.regions, first.complete), (rest.regions, rest.complete)
    ((3, False), (7, True))
    """
    options = Options(strategy, workers, executor, limit, progress)
    return run_into(net, path, domain, options, keeps=COUNT)


def run_into(
    net: NetworkLike,
    path: StrPath,
    domain: DomainLike,
    options: Options,
    *,
    keeps: str,
    sorting: Callable[[Progress], None] = lambda _: None,
) -> Count:
    """Begin or go on with a run that keeps regions, or a count, in a directory."""
    problem = posed(net, domain, options.strategy)
    with opened(path, as_network(net), problem, keeps, options.strategy) as store:
        beginning = store.beginning
        if beginning is None or beginning.prefixes:
            run(
                problem,
                store.sink,
                replace(options, strategy=store.strategy),
                beginning=beginning,
                seconds=store.state.seconds,
                checkpoint=store.checkpoint,
            )
        found = count_of(store.state, store.strategy, len(problem.integer_stages))
        with carrying(lambda: found):
            store.sort(sorting)
        return found


def run_status(path: StrPath, *, quick: bool = False) -> RunStatus:
    """What is in a run directory; nothing is changed, whoever works on it.

    Parameters
    ----------
    path : str or path
        A run directory.
    quick : bool
        Whether the size of each file with regions is enough, and its content is not read.

    Returns
    -------
    RunStatus
        The count so far, the share of the work that is done, and what is damaged.

    Raises
    ------
    UnreadableFile
        If it is no run directory, or so damaged that nothing can be said of it.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from linreg import mlp
    >>> with TemporaryDirectory() as folder:
    ...     _ = count_into(mlp([([[1, 0], [0, 1]], [0, 0])]), f"{folder}/run", limit=3)
    ...     status = run_status(f"{folder}/run")
    >>> status.count.regions, status.share, status.in_use
    (3, 0.75, False)
    """
    folder = Path(path)
    if not folder.is_dir():
        raise UnreadableFile(f"{path}: there is no such folder")
    description = Description.read(folder)
    damage = []
    state = State()
    n_stages = 0
    try:
        n_stages = len(description.problem(folder).integer_stages)
    except LinregError as error:
        damage.append(str(error))
    try:
        state = read_state(folder)
    except LinregError as error:
        damage.append(str(error))
    in_use = is_locked(folder / JOURNAL)
    # A process that works on the run may have put other shards in the place of these.
    for shard in () if in_use else state.shards:
        try:
            (check_shard if quick else check_content)(folder / SHARDS, shard)
        except UnreadableFile as error:
            damage.append(str(error))
    return RunStatus(
        description,
        count_of(state, description.strategy, n_stages),
        0.0 if state.work is None else state.work.tally.share,
        state.commits,
        len(state.shards),
        sum(shard.size for shard in state.shards),
        state.is_sorted,
        in_use,
        tuple(damage),
    )


def count_of(state: State, strategy: str, n_stages: int) -> Count:
    """What a state says of the number of regions."""
    work = state.work
    if work is None:
        return Count(0, False, "exact", (0,) * n_stages, 0, 0, strategy, 0.0)
    return count_of_work(work, state.is_complete, strategy, state.seconds)
