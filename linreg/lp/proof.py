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
    found = combination(form, rows, basis)
    return None if found is None or found[0] < 0 else found[1]


def combination(
    form: IntegerRow, rows: Sequence[IntegerRow], basis: Sequence[int]
) -> tuple[fmpq, Multipliers] | None:
    """A form as a constant plus non-negative multiples of basis rows, or None if it is not one.

    Examples
    --------
    2x + 1 is 2 (x - 3) + 7:

    >>> combination([fmpz(2), fmpz(1)], [[fmpz(1), fmpz(-3)]], [0])
    (7, Multipliers(by_row={0: 2}))
    """
    dim, size = len(form) - 1, len(basis)
    chosen = [*(rows[i] for i in basis), form]
    augmented = fmpz_mat(dim, size + 1, [row[j] for j in range(dim) for row in chosen])
    reduced, denominator, rank = augmented.rref()
    numerators: dict[int, fmpz] = {}
    rest = form[-1] * denominator
    for row in reduced.table()[:rank]:
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
    by_row = {i: fmpq(value, denominator) for i, value in numerators.items()}
    return fmpq(rest, denominator), Multipliers(by_row)
