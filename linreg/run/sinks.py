"""Sinks that keep the regions, column by column."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import ClassVar

import numpy as np

from linreg.explore import Cell, Sink
from linreg.run.keys import key_octets


@dataclass(slots=True)
class Columns(Sink):
    """Keeps patterns and witnesses, column by column, in the order in which they come.

    Attributes
    ----------
    pattern_dtype : str
    patterns : bytearray
        Row after row.
    witnesses : array of float64
        Row after row, each nearest to the exact witness.
    exact : dict
        The exact witness of each region whose float64 witness differs from it.
    """

    wants_rows: ClassVar[bool] = True

    pattern_dtype: str
    patterns: bytearray = field(default_factory=bytearray)
    witnesses: array[float] = field(default_factory=lambda: array("d"))
    exact: dict[int, tuple[Fraction, ...]] = field(default_factory=dict)
    n_regions: int = 0

    def region(self, pattern: Sequence[int], cell: Cell) -> None:
        """Append a region."""
        point = cell.point
        if not point.is_float64:
            self.exact[self.n_regions] = point.fractions
        self.patterns += self._spelled(np.array([pattern], dtype=self.pattern_dtype))
        self.witnesses.extend(point.floats.tolist())
        self.n_regions += 1

    def regions(
        self, patterns: np.ndarray, witnesses: np.ndarray, exact: dict[int, tuple[Fraction, ...]]
    ) -> None:
        """Append a block of regions."""
        self.exact |= {self.n_regions + i: point for i, point in exact.items()}
        self.patterns += self._spelled(patterns)
        self.witnesses.frombytes(witnesses.astype(np.float64, copy=False).tobytes())
        self.n_regions += len(patterns)

    def fresh(self) -> Columns:
        """Another sink for patterns of the same type."""
        return Columns(self.pattern_dtype)

    def extend(self, other: Columns) -> None:
        """Append the regions of another sink."""
        self.exact |= {self.n_regions + i: point for i, point in other.exact.items()}
        self.patterns += other.patterns
        self.witnesses.extend(other.witnesses)
        self.n_regions += other.n_regions

    def _spelled(self, patterns: np.ndarray) -> bytes:
        return patterns.astype(self.pattern_dtype, copy=False).tobytes()


@dataclass(slots=True)
class KeyedColumns(Columns):
    """Keeps in place of each pattern its key, which is shorter, and what it is sorted by.

    Attributes
    ----------
    patterns : bytearray
        Key after key, as `linreg.run.keys.key_octets` makes them.
    two_pieces : bool
        Whether no unit has more than two pieces.
    """

    two_pieces: bool = False

    def fresh(self) -> KeyedColumns:
        """Another sink for patterns of the same type."""
        return KeyedColumns(self.pattern_dtype, two_pieces=self.two_pieces)

    def taken(self) -> KeyedColumns:
        """All regions, in another sink; this one lets them go."""
        other = self.fresh()
        other.patterns, self.patterns = self.patterns, other.patterns
        other.witnesses, self.witnesses = self.witnesses, other.witnesses
        other.exact, self.exact = self.exact, other.exact
        other.n_regions, self.n_regions = self.n_regions, other.n_regions
        return other

    def _spelled(self, patterns: np.ndarray) -> bytes:
        patterns = patterns.astype(self.pattern_dtype, copy=False)
        return key_octets(patterns, two_pieces=self.two_pieces).tobytes()
