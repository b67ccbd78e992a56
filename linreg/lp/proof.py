"""Exact multipliers: the proof that a form is non-negative on a polyhedron."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flint import fmpq, fmpz, fmpz_mat

from linreg.lp.points import IntegerRow


@dataclass(frozen=True, slots=True)
class Multipliers:
    """Non-negative numbers, by row: form = sum of multiplier * row, plus a constant >= 0.

    Rows are non-negative on the polyhedron, so the form is (Farkas, 1902).
    """

    by_row: dict[int, fmpq]


def non_negative(
    form: IntegerRow, rows: Sequence[IntegerRow], basis: Sequence[int]
) -> Multipliers | None:
    """Multipliers on the basis rows that prove a form non-negative, or None if there are none.

    Parameters
    ----------
    form, rows : integer rows, shape (dim + 1,)
        The last entry is the constant.
    basis : sequence of int
        The rows that may carry a multiplier.

    Examples
    --------
    x + y >= 0 follows from x - 1 >= 0 and y + 1 >= 0; x + y - 1 >= 0 does not:

    >>> rows = [[fmpz(1), fmpz(0), fmpz(-1)], [fmpz(0), fmpz(1), fmpz(1)]]
    >>> non_negative([fmpz(1), fmpz(1), fmpz(0)], rows, [0, 1])
    Multipliers(by_row={0: 1, 1: 1})
    >>> non_negative([fmpz(1), fmpz(1), fmpz(-1)], rows, [0, 1]) is None
    True
    """
    dim, size = len(form) - 1, len(basis)
    chosen = [*(rows[i] for i in basis), form]
    augmented = fmpz_mat(dim, size + 1, [row[j] for j in range(dim) for row in chosen])
    reduced, denominator, rank = augmented.rref()
    table = reduced.table()
    numerators: dict[int, fmpz] = {}
    rest = form[-1] * denominator
    for row in table[:rank]:
        pivot = next(j for j, entry in enumerate(row) if entry != 0)
        if pivot == size:
            return None  # the form's gradient is not a combination of the basis
        # Rows outside the pivots carry nothing: any solution is a proof.
        numerator = row[-1]
        if numerator != 0:
            if (numerator < 0) != (denominator < 0):
                return None
            numerators[basis[pivot]] = numerator
            rest -= numerator * rows[basis[pivot]][-1]
    if rest != 0 and (rest < 0) != (denominator < 0):
        return None
    return Multipliers({i: fmpq(value, denominator) for i, value in numerators.items()})
