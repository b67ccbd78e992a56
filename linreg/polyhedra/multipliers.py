"""Exact multipliers: the proof that a form is non-negative on a polyhedron."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flint import fmpq, fmpz, fmpz_mat

from linreg.polyhedra.points import IntegerRow
from linreg.rational import common_denominator


@dataclass(frozen=True, slots=True)
class Multipliers:
    """Non-negative numbers, by row: form = sum of multiplier * row, plus a constant >= 0.

    Rows are non-negative on the polyhedron, so the form is (Farkas, 1902).

    Attributes
    ----------
    denominator : fmpz
        Common to all, positive.
    numerators : dict of fmpz, by row
    """

    denominator: fmpz
    numerators: dict[int, fmpz]

    @classmethod
    def of_rationals(cls, by_row: Mapping[int, fmpq]) -> Multipliers:
        """These numbers.

        Examples
        --------
        >>> Multipliers.of_rationals({2: fmpq(1, 2), 5: fmpq(3)})
        Multipliers(denominator=2, numerators={2: 1, 5: 6})
        """
        denominator = common_denominator(by_row.values())
        return cls(denominator, {row: (by * denominator).p for row, by in by_row.items()})

    @property
    def by_row(self) -> dict[int, fmpq]:
        """The numbers themselves."""
        return {row: fmpq(by, self.denominator) for row, by in self.numerators.items()}


def non_negative(
    form: IntegerRow, rows: Sequence[IntegerRow] | Mapping[int, IntegerRow], basis: Sequence[int]
) -> Multipliers | None:
    """Multipliers on the basis rows that prove a form non-negative, or None if there are none.

    Parameters
    ----------
    form, rows : integer rows, shape (dim + 1,)
        The last entry is the constant. Of the rows none but those of the basis is looked at.
    basis : sequence of int
        The rows that may carry a multiplier.

    Examples
    --------
    x + y >= 0 follows from x - 1 >= 0 and y + 1 >= 0; x + y - 1 >= 0 does not:

    >>> rows = [[fmpz(1), fmpz(0), fmpz(-1)], [fmpz(0), fmpz(1), fmpz(1)]]
    >>> non_negative([fmpz(1), fmpz(1), fmpz(0)], rows, [0, 1])
    Multipliers(denominator=1, numerators={0: 1, 1: 1})
    >>> non_negative([fmpz(1), fmpz(1), fmpz(-1)], rows, [0, 1]) is None
    True
    """
    found = _solved(form, rows, basis)
    return None if found is None or found[0] < 0 else found[1]


def combination(
    form: IntegerRow, rows: Sequence[IntegerRow], basis: Sequence[int]
) -> tuple[fmpq, Multipliers] | None:
    """A form as a constant plus non-negative multiples of basis rows, or None if it is not one.

    Examples
    --------
    2x + 1 is 2 (x - 3) + 7:

    >>> combination([fmpz(2), fmpz(1)], [[fmpz(1), fmpz(-3)]], [0])
    (7, Multipliers(denominator=1, numerators={0: 2}))
    """
    found = _solved(form, rows, basis)
    if found is None:
        return None
    rest, proof = found
    return fmpq(rest, proof.denominator), proof


def _solved(
    form: IntegerRow, rows: Sequence[IntegerRow] | Mapping[int, IntegerRow], basis: Sequence[int]
) -> tuple[fmpz, Multipliers] | None:
    """As `combination`, with the constant times the denominator."""
    size = len(basis)
    chosen = [*(rows[i] for i in basis), form]
    flat = [entry for row in chosen for entry in row[:-1]]
    reduced, denominator, rank = fmpz_mat(size + 1, len(form) - 1, flat).transpose().rref()
    pivots = _pivots(reduced, rank)
    if size in pivots:
        return None  # the form's gradient is not a combination of the basis
    solution = [reduced[i, size] for i in range(rank)]
    if denominator < 0:
        denominator, solution = -denominator, [-entry for entry in solution]
    rest = form[-1] * denominator
    numerators: dict[int, fmpz] = {}
    # Rows outside the pivots carry nothing: any solution is a proof.
    for pivot, numerator in zip(pivots, solution, strict=True):
        if numerator > 0:
            numerators[basis[pivot]] = numerator
            rest -= numerator * chosen[pivot][-1]
        elif numerator < 0:
            return None
    return rest, Multipliers(denominator, numerators)


def _pivots(reduced: fmpz_mat, rank: int) -> Sequence[int]:
    """The first column of each row of an echelon form that is not zero."""
    if rank == 0 or reduced[rank - 1, rank - 1] != 0:
        return range(rank)
    columns = range(reduced.ncols())
    return [next(j for j in columns if reduced[i, j] != 0) for i in range(rank)]
