"""The store: a run in a directory, committed bit by bit, which any later process can go on with.

Shards are written first, each whole or not at all; a line of the journal then commits them. What
has no line was never committed, and is found again.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from shutil import rmtree
from time import monotonic

from linreg.errors import UnreadableFile, UnusableRun, UnwritableFile
from linreg.explore import Beginning, Sink, Work
from linreg.files import StrPath
from linreg.network import Network
from linreg.problem import Problem
from linreg.progress import Progress
from linreg.run.driver import Frontier
from linreg.run.sinks import KeyedColumns
from linreg.store.frontier import PrefixTexts, prefix_from
from linreg.store.journal import Journal, JournalContent, Record, read_journal
from linreg.store.layout import Layout
from linreg.store.locking import lock
from linreg.store.merging import sort_shards
from linreg.store.metadata import JOURNAL, NETWORK, REGIONS, RUN, SHARDS, Description
from linreg.store.shards import PART_SUFFIX, check_content, write_part
from linreg.store.state import State, commit_of, sorted_into
from linreg.strategies import explorer_named
from linreg.strategies.auto import settled
from linreg.wording import counted

REGIONS_OF_PART = 1 << 16
"""Regions that are committed at once, nearly: a part."""

COMMIT_SECONDS = 10.0
"""Seconds between two commits, at most; what they hold together depends on no clock."""


class Store:
    """A run directory that this process may write to.

    Attributes
    ----------
    state : State
        What is committed.
    strategy : str
    layout : Layout
    sink : Sink
        Takes what is found until it is committed.
    """

    def __init__(
        self,
        folder: Path,
        problem: Problem,
        held: Description,
        descriptor: int,
        writer: Executor,
    ) -> None:
        self.folder = folder
        self.strategy = held.strategy
        self.layout = layout_of(problem)
        self._keeps = held.keeps
        self._texts = PrefixTexts()
        self._writer = writer  # one thread, so that commits are written in their order
        self._pending: Future[None] | None = None
        found = read_journal(folder / JOURNAL)
        self.state = _replayed(folder, found)
        for shard in self.state.shards:
            check_content(folder / SHARDS, shard)
        self._journal = Journal(folder / JOURNAL, descriptor, found.size)
        self.sink: Sink = Sink()
        if held.keeps == REGIONS:
            self.sink = self.layout.sink
        self._seconds, self._last = self.state.seconds, monotonic()
        self._clean()

    @property
    def beginning(self) -> Beginning | None:
        """What an earlier run has left, if there was one."""
        if self.state.work is None:
            return None
        # The work of the state stays what was committed, whatever is added to a copy.
        work = _copied(self.state.work)
        return Beginning(work, [prefix_from(text) for text in self.state.frontier])

    def checkpoint(self, work: Work, frontier: Frontier, is_last: bool) -> None:
        """Commit what has been found, if it is enough, or long ago, or the end.

        A commit is written while the exploration goes on, until the next one or the end.

        Raises
        ------
        UnwritableFile
            If the system refuses; what was committed before is as it was.
        """
        rows = self.sink.n_regions if isinstance(self.sink, KeyedColumns) else 0
        if is_last or rows >= REGIONS_OF_PART or monotonic() - self._last > COMMIT_SECONDS:
            self._wait()
            if self.state.work is None or self.state.work.tally != work.tally:
                now = monotonic()
                self._seconds, self._last = self._seconds + now - self._last, now
                found = self.sink.taken() if isinstance(self.sink, KeyedColumns) else None
                texts = self._texts.of(frontier())
                self._pending = self._writer.submit(
                    self._commit, _copied(work), self._seconds, texts, found
                )
        if is_last:
            self._wait()

    def _wait(self) -> None:
        """See that the last commit is written; after one that could not be, there is no other."""
        if self._pending is not None:
            self._pending.result()
            self._pending = None

    def _commit(
        self, work: Work, seconds: float, texts: Sequence[str], found: KeyedColumns | None
    ) -> None:
        shards = []
        if found is not None and found.n_regions:
            name = f"part-{self.state.commits + 1:06d}{PART_SUFFIX}"
            with self._written_to():
                shards = [write_part(self.folder / SHARDS, name, self.layout.part(found))]
        self._append(commit_of(self.state, work, seconds, texts, shards))

    def sort(self, progress: Callable[[Progress], None] = lambda _: None) -> None:
        """Put shards in the place of all others that hold the regions sorted by pattern.

        Calls back with the share that is done, from 0 to 1.
        """
        if self._keeps == REGIONS and not self.state.is_sorted and self.state.shards:
            with self._written_to():
                # Names of their own: the old shards are there until the new ones are committed.
                prefix = f"regions-{self.state.sorts + 1}"
                place = self.folder / SHARDS
                shards = sort_shards(place, self.state.shards, self.layout, place, prefix, progress)
            self._append(sorted_into(shards))
            self._clean()

    def _append(self, record: dict[str, object]) -> None:
        """Add a record to the journal, which commits what it says; or nothing at all."""
        after = self.state.after(record)
        with self._written_to():
            self._journal.append(record)
        self.state = after

    @contextmanager
    def _written_to(self) -> Iterator[None]:
        try:
            yield
        except UnwritableFile as error:
            raise UnwritableFile(
                f"{error}; the {_regions(self.state)} that were committed are kept, and the same "
                "command goes on with them"
            ) from None

    def _clean(self) -> None:
        """Remove what an earlier process did not come to commit, or to remove."""
        committed = {shard.name for shard in self.state.shards}
        for path in (self.folder / SHARDS).iterdir():
            if path.is_dir():
                rmtree(path)
            elif path.name not in committed:
                path.unlink()


@contextmanager
def opened(
    path: StrPath, network: Network, problem: Problem, keeps: str, strategy: str
) -> Iterator[Store]:
    """Context in which a run directory is written to; it is made if it is not there.

    Raises
    ------
    UnusableRun
        If the folder holds something else, or another process works on it.
    UnreadableFile
        If it is damaged.
    UnwritableFile
        If it cannot be written.
    """
    folder = Path(path)
    asked = Description.of(problem, keeps, strategy)
    try:
        _make(folder)
        descriptor = os.open(folder / JOURNAL, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise UnwritableFile(f"{path}: cannot be written: {error.strerror or error}") from None
    try:
        if not lock(descriptor):
            raise UnusableRun(f"{path}: another process works on this run; wait for it to end")
        if not (folder / RUN).exists():
            chosen = settled(problem, Sink()).strategy if strategy == "auto" else strategy
            asked = replace(asked, strategy=explorer_named(chosen).name)
            asked.write(folder, network, problem.domain)
        held = Description.read(folder)
        if strategy == "auto":
            asked = replace(asked, strategy=held.strategy)
        held.check_same(asked, folder)
        if explorer_named(held.strategy).name != held.strategy:
            raise UnusableRun(
                f"{path}: it holds a run of strategy {held.strategy!r}, which cannot be had here"
            )
        with ThreadPoolExecutor(1, "linreg-store") as writer:
            try:
                (folder / SHARDS).mkdir(exist_ok=True)
                store = Store(folder, problem, held, descriptor, writer)
            except OSError as error:
                reason = error.strerror or error
                raise UnwritableFile(f"{path}: cannot be written: {reason}") from None
            yield store
    finally:
        os.close(descriptor)


def read_state(folder: Path) -> State:
    """What is committed of a run.

    Raises
    ------
    UnreadableFile
        If the journal is missing or damaged.
    """
    return _replayed(folder, read_journal(folder / JOURNAL))


def layout_of(problem: Problem) -> Layout:
    """What each row of a run's shards holds."""
    network = problem.network
    return Layout(
        len(network.units),
        network.input_dim,
        network.pattern_dtype,
        all(unit.n_pieces <= 2 for unit in network.units),
    )


def _make(folder: Path) -> None:
    """Make a folder, or see that it holds a run or nothing."""
    if not folder.parent.is_dir():
        raise UnwritableFile(f"{folder}: there is no folder {folder.parent}; make it first")
    if folder.exists() and not folder.is_dir():
        raise UnwritableFile(f"{folder}: this is a file; give the name of a folder")
    folder.mkdir(exist_ok=True)
    held = sorted(entry.name for entry in folder.iterdir())
    # A run that was killed while it was being made has no description yet.
    if RUN not in held and not {*held} <= {NETWORK, JOURNAL} | {n for n in held if n[0] == "."}:
        raise UnusableRun(
            f"{folder}: it holds other files ({held[0]} ...); give a new or an empty folder"
        )


def _replayed(folder: Path, found: JournalContent) -> State:
    """The state after all records, none of which may be damaged."""
    state = State()

    def take(record: Record) -> None:
        nonlocal state
        state = state.after(record)

    damaged = found.first_unread(take)
    if damaged is None:
        return state
    # Whoever sorts the regions removes what the lines before have committed.
    are_there = all((folder / SHARDS / shard.name).exists() for shard in state.shards)
    raise UnreadableFile(
        f"{folder / JOURNAL}: line {damaged} is damaged; "
        + (
            "cut the file off before it, and the same command finds again what is missing"
            if are_there
            else "restore the folder from a copy, or begin again in another one"
        )
    )


def _copied(work: Work) -> Work:
    return replace(work, tally=replace(work.tally, cells=[*work.tally.cells]))


def _regions(state: State) -> str:
    return counted(0 if state.work is None else state.work.tally.regions, "region")
