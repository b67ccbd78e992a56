"""What the proofs of an answer have in common: the records, the network and the domain."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from linreg.checker.claims import FalseClaim
from linreg.checker.nowhere import check_nowhere
from linreg.checker.queries import Compared, compared
from linreg.checker.records import Records
from linreg.network import StagedNetwork


@dataclass(frozen=True, eq=False)
class Asking:
    """An answer that is being checked.

    Attributes
    ----------
    records : Records
    network : StagedNetwork
    rows : list of tuples of Fraction, shape (inputs + 1,) each
        Those of the domain, >= 0 in it.
    told : callable
        Called for each box and each cell.
    """

    records: Records
    network: StagedNetwork
    rows: list[tuple[Fraction, ...]]
    told: Callable[[], None]

    def vector(self) -> tuple[Fraction, ...]:
        """The next point or direction: a denominator, and the numerators of its coordinates."""
        denominator = self.records.integer()
        if denominator <= 0:
            raise FalseClaim("a denominator is not positive")
        n = self.network.input_dim
        return tuple(Fraction(self.records.integer(), denominator) for _ in range(n))

    def point(self) -> tuple[Fraction, ...]:
        """The next point, which the domain has."""
        x = self.vector()
        if any(dot(row, x) + row[-1] < 0 for row in self.rows):
            raise FalseClaim("a point lies outside the domain")
        return x

    def check_nowhere(self, alternatives: Sequence[Sequence[Compared]]) -> None:
        """Read the proof that no input of the domain meets all conditions of an alternative."""
        inside = [compared(row[:-1], row[-1], ">=") for row in self.rows]
        every = [[*inside, *own] for own in alternatives]
        check_nowhere(self.records, self.network, every, self.told)


def dot(row: Sequence[Fraction], point: Sequence[Fraction]) -> Fraction:
    """The sum of products of entries; what a row has beyond the point is left out."""
    return sum((a * x for a, x in zip(row, point, strict=False) if a), Fraction(0))
