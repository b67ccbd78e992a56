"""Sinks: what takes each region, and each decision with its proof, in order."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import ClassVar, Self, SupportsInt, TypeVar

import numpy as np

from linreg.explore.cells import Cell
from linreg.polyhedra import Multipliers, Point


class Sink:
    """Takes what an exploration finds; this one lets everything go.

    Events come in the order in which the tree is walked, depth first: what is said of a cell,
    then all that is said of each of its parts. Counting, enumerating and proving differ in the
    sink alone.

    Attributes
    ----------
    wants_rows : bool
        Whether the sink looks at regions; if not, `region` and `regions` need not be told.
    wants_proofs : bool
        Whether the sink looks at decisions and their proofs, which not every strategy tells.
    wants_facets : bool
        Of a sink that wants proofs, whether it looks at the facets of regions.
    """

    wants_rows: ClassVar[bool] = False
    wants_proofs: ClassVar[bool] = False
    wants_facets: bool = False

    def region(self, pattern: Sequence[int], cell: Cell) -> None:
        """Take a region: its pattern and its cell, all of whose units are decided.

        It ends a branch.
        """

    def regions(
        self, patterns: np.ndarray, witnesses: np.ndarray, exact: dict[int, tuple[Fraction, ...]]
    ) -> None:
        """Take a block of regions, as a strategy tells it that makes many at a time.

        Parameters
        ----------
        patterns : unsigned integer array, shape (regions, units)
        witnesses : float64 array, shape (regions, inputs)
            Nearest to the exact witnesses.
        exact : dict
            The exact witnesses that differ from the float64 ones, by row of this block.
        """

    def inside(self, point: Sequence[SupportsInt]) -> None:
        """Take a region of which one point is told: numerators, and a positive denominator.

        A sink that wants proofs may be told this instead of `region`. If it wants facets, one of
        the next two follows for each row of the region that is not the domain's, in order.
        """

    def facet(self, beyond: Point) -> None:
        """Take note that the next row is a facet: it is negative at a point, all others are not."""

    def redundant(self, proof: Multipliers) -> None:
        """Take note that the next row is redundant: a proof that numbers the rows without it."""

    def no_cut(self, hyperplane: int, side: int, proof: Multipliers) -> None:
        """Take note that a hyperplane of the stage does not meet the cell, which is on `side`.

        The proof numbers the cell's rows: of the domain, then of each stage those that cut, in
        the order of the cuts.
        """

    def written(self, records: bytes, n_facets: int = 0) -> None:
        """Take decisions, regions and facets that stand as in a certificate, in their order."""

    def cut(self, hyperplane: int) -> None:
        """Take note that a hyperplane cuts the cell: its part on side -1 follows, then on 1."""

    def loses(self, contest: int, candidate: int, proof: Multipliers) -> None:
        """Take note that a candidate wins its contest nowhere in the cell.

        The proof numbers the cell's rows, then the candidate's leads over the others that were
        still alive at the last split of the cell, in their order.
        """

    def won(self, contest: int, winners: Sequence[int]) -> None:
        """Take note that several candidates win a contest: their parts follow, the last first."""

    def fresh(self) -> Self:
        """Another sink of this kind, for another process."""
        return type(self)()

    def extend(self, other: Self) -> None:
        """Take over all that another sink was told, after what this one was."""


AnySink = TypeVar("AnySink", bound=Sink)
"""The kind of sink that is filled: what comes back is of the same kind."""
