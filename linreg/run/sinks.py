"""A sink that keeps the regions, column by column."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import ClassVar

import numpy as np

from linreg.explore import Cell, Sink


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
        self.patterns += np.array(pattern, dtype=self.pattern_dtype).tobytes()
        self.witnesses.extend(point.floats.tolist())
        self.n_regions += 1

    def regions(
        self, patterns: np.ndarray, witnesses: np.ndarray, exact: dict[int, tuple[Fraction, ...]]
    ) -> None:
        """Append a block of regions."""
        self.exact |= {self.n_regions + i: point for i, point in exact.items()}
        self.patterns += patterns.astype(self.pattern_dtype, copy=False).tobytes()
        self.witnesses.frombytes(witnesses.astype(np.float64, copy=False).tobytes())
        self.n_regions += len(patterns)

    def empty(self) -> Columns:
        """Another sink for patterns of the same type."""
        return Columns(self.pattern_dtype)

    def taken(self) -> Columns:
        """All regions, which this sink then lets go."""
        held = Columns(
            self.pattern_dtype, self.patterns, self.witnesses, self.exact, self.n_regions
        )
        self.patterns, self.witnesses = bytearray(), array("d")
        self.exact, self.n_regions = {}, 0
        return held

    def extend(self, other: Columns) -> None:
        """Append the regions of another sink."""
        self.exact |= {self.n_regions + i: point for i, point in other.exact.items()}
        self.patterns += other.patterns
        self.witnesses.extend(other.witnesses)
        self.n_regions += other.n_regions
