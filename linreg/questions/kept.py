"""A search that is kept in a directory, so that a later process goes on with it.

A journal, `search.jsonl`, says first which network and which query the search is about. Then, every
now and then, it says which boxes of a set of inputs are left, as integers on the grid of the box
around the set, and what is proved of them; and in the end what came of the set. Each record is on
the disk before the search goes on, so that a process may be killed at any time: the boxes of the
last record are begun anew, whatever was found out about them since.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np

from linreg.errors import UnreadableFile, UnusableRun, UnwritableFile
from linreg.files import StrPath
from linreg.network import StagedNetwork
from linreg.questions.boxes import BoxedNetwork
from linreg.questions.searching import BoxNode
from linreg.store.journal import Journal, Record, read_journal
from linreg.store.locking import lock

FORMAT = "linreg-search-1"
"""The version of kept searches that is written and read."""

JOURNAL = "search.jsonl"
"""The file in the directory."""

EVERY = 2.0
"""Seconds between two records of what is left."""


@dataclass(eq=False)
class KeptSet:
    """What is kept of one set of inputs.

    Attributes
    ----------
    record : Record or None
        The last one.
    """

    kept: Kept
    number: int
    record: Record | None
    _last: float = field(default_factory=monotonic)

    @property
    def is_safe(self) -> bool:
        """Whether an earlier run has proved that no input is unsafe."""
        return self.record is not None and self.record["kind"] == "safe"

    @property
    def found(self) -> tuple[tuple[Fraction, ...], Fraction] | None:
        """An unsafe input and its slack, if an earlier run has found one."""
        if self.record is None or self.record["kind"] != "unsafe":
            return None
        return tuple(map(Fraction, self.record["point"])), Fraction(self.record["slack"])

    @property
    def nodes(self) -> int:
        """Boxes that were looked at."""
        return 0 if self.record is None else int(self.record["nodes"])

    def left(self, boxed: BoxedNetwork) -> list[BoxNode] | None:
        """The boxes that are left, the one that comes first last; None if nothing is known."""
        if self.record is None or self.record["kind"] != "left":
            return None
        nodes = []
        for low, high, depth, alive in self.record["boxes"]:
            ends = np.array(low, dtype=np.int64), np.array(high, dtype=np.int64)
            if any(len(end) != len(boxed.centre) for end in ends):
                raise UnusableRun(f"{self.kept.path}: its boxes are of another dimension")
            nodes.append(BoxNode(*ends, *boxed.root, boxed.tables, depth, tuple(alive)))
        return nodes

    def is_due(self) -> bool:
        """Whether it is time for a record."""
        return monotonic() - self._last > EVERY

    def keep(self, stack: Sequence[BoxNode], nodes: int, bound: Fraction | None) -> None:
        """Say which boxes are left, and a bound on the slack of any input in them."""
        boxes = [[n.low.tolist(), n.high.tolist(), n.depth, list(n.alive)] for n in stack]
        said = None if bound is None else str(bound)
        self.write({"kind": "left", "nodes": nodes, "bound": said, "boxes": boxes})
        self._last = monotonic()

    def settle(self, point: Sequence[Fraction] | None, slack: Fraction | None, nodes: int) -> None:
        """Say what came of the set."""
        if point is None:
            self.write({"kind": "safe", "nodes": nodes})
        else:
            at = [str(entry) for entry in point]
            self.write({"kind": "unsafe", "point": at, "slack": str(slack or 0), "nodes": nodes})

    def write(self, record: Record) -> None:
        """Say something of the set."""
        self.record = {"set": self.number, **record}
        self.kept.journal.append(self.record)


@dataclass(eq=False)
class Kept:
    """A directory that this process may write to.

    Attributes
    ----------
    path : Path
        Of the journal.
    journal : Journal
    """

    path: Path
    journal: Journal
    _records: dict[int, Record]

    def of(self, number: int) -> KeptSet:
        """What is kept of the set of inputs of this number."""
        return KeptSet(self, number, self._records.get(number))


@contextmanager
def kept_in(
    folder: StrPath, staged: StagedNetwork, asked: object, called: str = "query"
) -> Iterator[Kept]:
    """Context of a directory with a search, new or begun before.

    Parameters
    ----------
    asked : object
        What is asked of the network; its representation tells questions apart.
    called : str
        What a message calls that.

    Raises
    ------
    UnusableRun
        If it is about another network or query, or another process works on it.
    UnreadableFile
        If it is damaged, or of another version.
    UnwritableFile
        If the system refuses.
    """
    path = Path(folder) / JOURNAL
    try:
        Path(folder).mkdir(exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise UnwritableFile(f"{path}: cannot be written: {error.strerror or error}") from None
    try:
        if not lock(descriptor):
            raise UnusableRun(f"{folder}: another process works on this search")
        found = read_journal(path)
        if found.damaged is not None:
            raise UnreadableFile(
                f"{path}: line {found.damaged} is damaged; restore the file from a copy, or begin "
                "again in another folder"
            )
        journal = Journal(path, descriptor, found.size)
        about = {
            "format": FORMAT,
            "network": staged.fingerprint,
            "query": sha256(repr(asked).encode()).hexdigest(),
        }
        records: dict[int, Any] = {}
        if not found.records:
            journal.append(about)
        elif found.records[0] != about:
            raise UnusableRun(_other(path, found.records[0], about, called))
        for record in found.records[1:]:
            records[record["set"]] = record
        yield Kept(path, journal, records)
    finally:
        os.close(descriptor)


def _other(path: Path, held: Record, about: Record, called: str) -> str:
    if held.get("format") != FORMAT:
        return f"{path}: no search of the version {FORMAT!r} is kept here"
    what = "network" if held.get("network") != about["network"] else called
    return f"{path}: it is kept for another {what}; give another folder"
