"""The state of a run, summed over the records of its journal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from linreg.explore import Tally, Work
from linreg.store.shards import Shard


@dataclass(frozen=True, slots=True)
class State:
    """What is committed of a run.

    Attributes
    ----------
    work : Work or None
        None before the first commit.
    seconds : float
        Wall clock, of all that was committed.
    frontier : tuple of str
        The prefixes that are left, as text, the next one last.
    shards : tuple of Shard
    is_sorted : bool
        Whether the shards hold the regions sorted by pattern.
    sorts : int
        How often they have been put in that order.
    commits : int
    """

    work: Work | None = None
    seconds: float = 0.0
    frontier: tuple[str, ...] = ()
    shards: tuple[Shard, ...] = ()
    is_sorted: bool = False
    sorts: int = 0
    commits: int = 0

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left to explore."""
        return self.work is not None and not self.frontier

    def after(self, record: dict[str, Any]) -> State:
        """The state after one more record.

        Raises
        ------
        KeyError, TypeError, ValueError
            If it is none of a run.
        """
        shards = tuple(Shard(**shard) for shard in record["shards"])
        if record["kind"] == "sorted":
            return replace(self, shards=shards, is_sorted=True, sorts=self.sorts + 1)
        if record["kind"] != "commit":
            raise ValueError(f"unknown kind {record['kind']!r}")
        work = dict(record["work"])
        tally = Tally(work.pop("regions"), work.pop("cells"), work.pop("share"))
        seconds = work.pop("seconds")
        return State(
            Work(tally, **work),
            seconds,
            self.frontier[: record["keep"]] + tuple(record["push"]),
            self.shards + shards,
            self.is_sorted and not shards,
            self.sorts,
            self.commits + 1,
        )


def commit_of(
    before: State, work: Work, seconds: float, frontier: Sequence[str], shards: Sequence[Shard]
) -> dict[str, Any]:
    """The record that adds work, and new shards, to a state; of the frontier, what has changed."""
    keep = 0
    for old, new in zip(before.frontier, frontier, strict=False):
        if old != new:
            break
        keep += 1
    return {
        "kind": "commit",
        "shards": [asdict(shard) for shard in shards],
        "work": {
            "regions": work.tally.regions,
            "cells": [*work.tally.cells],
            "share": work.tally.share,
            "strategy": work.strategy,
            "lps": work.lps,
            "exact_decisions": work.exact_decisions,
            "seconds": seconds,
        },
        "keep": keep,
        "push": list(frontier[keep:]),
    }


def sorted_into(shards: Sequence[Shard]) -> dict[str, Any]:
    """The record that puts shards in the place of all others, with the same regions, sorted."""
    return {"kind": "sorted", "shards": [asdict(shard) for shard in shards]}
