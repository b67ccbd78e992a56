"""Sorted patterns as a tree: where each prefix of them branches."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from linreg.network import StagedNetwork
from linreg.problem import Problem

if TYPE_CHECKING:
    from linreg.regions.enumeration import Enumeration


@dataclass(frozen=True, eq=False)
class Branches:
    """The tree of prefixes of sorted patterns.

    A prefix is named by the range of regions that have it. The units before `splits[i]` have the
    same pieces on regions i and i + 1, and that one has not.

    Attributes
    ----------
    problem : Problem
    patterns : integer array, shape (regions, units)
    is_complete : bool
        Whether these are all regions of the domain, so that a prefix with one continuation is cut
        by no unit.
    """

    problem: Problem
    patterns: np.ndarray  # (regions, units)
    is_complete: bool

    @classmethod
    def of(cls, regions: Enumeration) -> Branches:
        """The tree of the regions' patterns."""
        return cls(regions.problem, regions.patterns, regions.counted.complete)

    @property
    def network(self) -> StagedNetwork:
        """The network in stages."""
        return self.problem.network

    def __len__(self) -> int:
        return len(self.patterns)

    @cached_property
    def splits(self) -> np.ndarray:
        """The first unit that differs between a region and the next; int64, (regions - 1,)."""
        splits = np.empty(max(len(self) - 1, 0), dtype=np.int64)
        for first in range(0, len(splits), 1 << 16):
            last = min(first + (1 << 16), len(splits))
            differ = self.patterns[first:last] != self.patterns[first + 1 : last + 1]
            splits[first:last] = differ.argmax(axis=1)
        return splits

    @cached_property
    def first_units(self) -> tuple[int, ...]:
        """The first unit of each stage, and last the number of units."""
        firsts = [0]
        for stage in self.network.stages:
            firsts.append(firsts[-1] + len(stage.units))
        return tuple(firsts)

    def at(self, unit: int) -> np.ndarray:
        """The regions i at which a prefix branches by this unit, between i and i + 1."""
        order, ends = self._by_unit
        return order[ends[unit] : ends[unit + 1]]

    @cached_property
    def _by_unit(self) -> tuple[np.ndarray, np.ndarray]:
        order = np.argsort(self.splits, kind="stable")
        return order, np.searchsorted(self.splits[order], np.arange(self.first_units[-1] + 1))
