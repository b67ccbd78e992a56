"""Whether rows are positive at one point, over any ordered field: a basis tells, or a dependency.

The exact simplex method of `linreg.polyhedra` proves the same with numbers. Here the answer is
named by rows alone, so that it can be followed while the rows move.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, Self


class Ordered(Protocol):
    """A number of an ordered field: a python-flint rational, or an element of a number field."""

    def __add__(self, other: Self, /) -> Self: ...
    def __sub__(self, other: Self, /) -> Self: ...
    def __mul__(self, other: Self, /) -> Self: ...
    def __truediv__(self, other: Self, /) -> Self: ...
    def __neg__(self) -> Self: ...
    def __gt__(self, other: int, /) -> bool: ...
    def __lt__(self, other: int, /) -> bool: ...


@dataclass(frozen=True, slots=True)
class Basis:
    """Rows that are 1 at a point at which every row is positive.

    Attributes
    ----------
    rows, columns : tuple of int
        As many of each, and independent there. The point is 0 in the other columns.
    """

    rows: tuple[int, ...]
    columns: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Dependency:
    """Rows that positive coefficients add up to zero; any all but one of them are independent.

    Attributes
    ----------
    rows, columns : tuple of int
        One row more than columns; in these columns the rows have full rank.
    """

    rows: tuple[int, ...]
    columns: tuple[int, ...]


def positive_somewhere(rows: Sequence[Sequence[Ordered]], one: Ordered) -> Basis | Dependency:
    """Rows at a point where all are positive, or rows that prove that there is no such point.

    Parameters
    ----------
    rows : sequence of sequences of numbers, shape (rows, columns)
        The point has no coordinate 1: rows are linear forms.
    one : number
        The one of the field.

    Returns
    -------
    Basis or Dependency

    Source
    ------
    Gordan (1873): one of the two is there, never both. The dual simplex method for the inequalities
    rows y >= 1, with the rule of Bland (1977), which cannot cycle.

    Examples
    --------
    x and 1 - x are positive somewhere, x - 1 and -x nowhere; 1 stands for itself:

    >>> from flint import fmpq
    >>> def numbers(rows): return [[fmpq(entry) for entry in row] for row in rows]
    >>> positive_somewhere(numbers([[1, 0], [-1, 1], [0, 1]]), fmpq(1))
    Basis(rows=(0, 1), columns=(0, 1))
    >>> positive_somewhere(numbers([[1, -1], [-1, 0], [0, 1]]), fmpq(1))
    Dependency(rows=(0, 1, 2), columns=(0, 1))
    """
    return _Tableau(rows, one).solve()


class _Tableau:
    """Every row as a combination of those of the basis."""

    def __init__(self, rows: Sequence[Sequence[Ordered]], one: Ordered) -> None:
        self.rows, self.one = rows, one
        self.table = [list(row) for row in rows]
        self.basis: dict[int, int] = {}
        for column in range(len(rows[0])):
            row = next(
                (
                    i
                    for i, entries in enumerate(self.table)
                    if i not in self.basis.values() and _nonzero(entries[column])
                ),
                None,
            )
            if row is not None:
                self.exchange(row, column)

    def exchange(self, row: int, column: int) -> None:
        """Let a row stand in a column of the basis."""
        pivot = self.table[row]
        by = pivot[column]
        scaled = [-(entry / by) for entry in pivot]
        scaled[column] = self.one / by
        for i, entries in enumerate(self.table):
            if i == row or not _nonzero(factor := entries[column]):
                continue
            self.table[i] = [
                factor * each if j == column else entry + factor * each
                for j, (entry, each) in enumerate(zip(entries, scaled, strict=True))
            ]
        zero = self.one - self.one
        self.table[row] = [self.one if j == column else zero for j in range(len(pivot))]
        self.basis[column] = row

    def solve(self) -> Basis | Dependency:
        columns = sorted(self.basis)
        while True:
            values = {
                i: sum((entries[j] for j in columns[1:]), start=entries[columns[0]])
                for i, entries in enumerate(self.table)
            }
            if all(value > 0 for value in values.values()):
                return Basis(tuple(self.basis[j] for j in columns), tuple(columns))
            low = next(i for i, value in values.items() if value < 1)
            rising = [j for j in columns if self.table[low][j] > 0]
            if not rising:
                others = [self.basis[j] for j in columns if self.table[low][j] < 0]
                return Dependency(*self._named((*others, low)))
            self.exchange(low, min(rising, key=self.basis.__getitem__))

    def _named(self, chosen: tuple[int, ...]) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Rows of a dependency in order, and columns in which all but one are independent."""
        chosen = tuple(sorted(chosen))
        left = [list(self.rows[i]) for i in chosen[:-1]]
        columns = []
        for k in range(len(left)):
            column = next(j for j, entry in enumerate(left[k]) if _nonzero(entry))
            columns.append(column)
            for i in range(k + 1, len(left)):
                by = left[i][column] / left[k][column]
                left[i] = [a - by * b for a, b in zip(left[i], left[k], strict=True)]
        return chosen, tuple(sorted(columns))


def _nonzero(number: Ordered) -> bool:
    return number > 0 or number < 0
