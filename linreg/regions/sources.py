"""Where the columns of an enumeration are: in memory, or in the files of a run directory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Protocol

import numpy as np

from linreg.regions.location import places_of
from linreg.store.layout import Rows


class Source(Protocol):
    """The regions of one problem, sorted by pattern, wherever they are.

    Attributes
    ----------
    n_regions : int
    patterns : uint8 or uint16 array, shape (regions, units)
    witnesses : float64 array, shape (regions, inputs)
    exact : mapping
        Exact witnesses of the regions whose float64 witness differs from it, by index.
    places : dict
        The index of each pattern, by its bytes.
    """

    @property
    def n_regions(self) -> int:
        """How many regions there are."""

    @property
    def patterns(self) -> np.ndarray:
        """All patterns."""

    @property
    def witnesses(self) -> np.ndarray:
        """All witnesses, in float64."""

    @property
    def exact(self) -> Mapping[int, tuple[Fraction, ...]]:
        """The exact witnesses that differ from the float64 ones."""

    @property
    def places(self) -> dict[bytes, int]:
        """The index of each pattern."""

    def at(self, index: int) -> tuple[Rows, int]:
        """Rows that hold a region, and its place among them; the index is in range."""

    def find(self, pattern: np.ndarray) -> int:
        """The index of a pattern of any integers, as many as there are units; -1 if none has it."""


@dataclass(frozen=True, eq=False)
class InMemory(Rows):
    """Regions that are in memory as a whole; a `Source`."""

    @property
    def n_regions(self) -> int:
        """How many regions there are."""
        return len(self.patterns)

    @cached_property
    def places(self) -> dict[bytes, int]:
        """The index of each pattern."""
        return places_of(self.patterns)

    def at(self, index: int) -> tuple[Rows, int]:
        """These rows, and the same index."""
        return self, index

    def find(self, pattern: np.ndarray) -> int:
        """The index of a pattern; -1 if none has it."""
        dtype = self.patterns.dtype
        if pattern.size and not 0 <= pattern.min() <= pattern.max() <= np.iinfo(dtype).max:
            return -1
        return self.places.get(pattern.astype(dtype, copy=False).tobytes(), -1)
