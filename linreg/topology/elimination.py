"""Ranks and persistence pairs of chain complexes, by elimination over a field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flint import fmpq, fmpz

from linreg.arguments import integer

RATIONALS = 0
"""The field Q; a prime p stands for the integers modulo p."""

Column = dict[int, int]
"""The boundary of a cell: the places of its faces, and their incidence numbers, 1 or -1."""


@dataclass(frozen=True)
class Chains:
    """A chain complex with a basis of cells, in an order in which they can be put together.

    Attributes
    ----------
    degrees : sequence of int
    boundaries : sequence of Column
        Places before the cell's own.
    """

    degrees: Sequence[int]
    boundaries: Sequence[Column]


@dataclass(frozen=True)
class Pairs:
    """Which cell ends the homology class that another begins.

    Attributes
    ----------
    ended : list of (int, int)
        The places of both.
    endless : list of int
        The places of those whose class is never ended.
    """

    ended: list[tuple[int, int]]
    endless: list[int]


def check_field(field: object) -> int:
    """The field: 0 for Q, or a prime.

    Raises
    ------
    ValueError
        If it is neither.
    """
    p = integer(field, "field", ValueError)
    if p != RATIONALS and (p < 2 or not fmpz(p).is_prime()):
        raise ValueError(f"field: a prime, or 0 for the rational numbers, was expected, got {p}")
    return p


def pairs(chains: Chains, field: int = 2) -> Pairs:
    """The persistence pairs of a filtered chain complex.

    Cells that another cell ends have no boundary of their own left, so columns go by falling
    degree and such cells are passed over.

    Source
    ------
    Edelsbrunner, Letscher and Zomorodian (2002), "Topological persistence and simplification";
    Zomorodian and Carlsson (2005) for fields; Chen and Kerber (2011) for the order of columns.

    Examples
    --------
    Two points, and an edge between them that ends the second one's class:

    >>> pairs(Chains([0, 0, 1], [{}, {}, {0: -1, 1: 1}]))
    Pairs(ended=[(1, 2)], endless=[0])
    """
    ender: dict[int, int] = {}
    by_degree: dict[int, list[int]] = {}
    for place, degree in enumerate(chains.degrees):
        by_degree.setdefault(degree, []).append(place)
    endless = []
    reduce = _Modulo2().reduce if field == 2 else _OverField(field).reduce
    for degree in sorted(by_degree, reverse=True):
        for place in by_degree[degree]:
            if place in ender:
                continue
            lowest = reduce(place, chains.boundaries[place])
            if lowest is None:
                endless.append(place)
            else:
                ender[lowest] = place
    return Pairs(sorted(ender.items()), sorted(endless))


def betti_numbers(chains: Chains, n_degrees: int, field: int = 2) -> list[int]:
    """The dimensions of homology in the degrees from 0 on."""
    numbers = [0] * n_degrees
    for place in pairs(chains, field).endless:
        numbers[chains.degrees[place]] += 1
    return numbers


class _Modulo2:
    """Columns as sets of places."""

    def __init__(self) -> None:
        self._with_lowest: dict[int, set[int]] = {}

    def reduce(self, place: int, boundary: Column) -> int | None:
        """The lowest place that stays in a column once earlier columns are taken from it."""
        column = set(boundary)
        while column:
            lowest = max(column)
            other = self._with_lowest.get(lowest)
            if other is None:
                self._with_lowest[lowest] = column
                return lowest
            column ^= other
        return None


class _OverField:
    """Columns with coefficients; each that is kept has 1 at its lowest place."""

    def __init__(self, field: int) -> None:
        self._p = field
        self._with_lowest: dict[int, dict[int, Any]] = {}

    def reduce(self, place: int, boundary: Column) -> int | None:
        """The lowest place that stays in a column once earlier columns are taken from it."""
        p = self._p
        column: dict[int, Any] = {
            k: value % p if p else fmpq(value) for k, value in boundary.items()
        }
        while column:
            lowest = max(column)
            by = column[lowest]
            other = self._with_lowest.get(lowest)
            if other is None:
                inverse = pow(int(by), -1, p) if p else 1 / by
                self._with_lowest[lowest] = {
                    k: value * inverse % p if p else value * inverse for k, value in column.items()
                }
                return lowest
            for k, value in other.items():
                new = column.get(k, 0) - by * value
                new = new % p if p else new
                if new == 0:
                    del column[k]
                else:
                    column[k] = new
        return None
