"""Rows of floats as coprime integers, without a fraction of any of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from flint import fmpq, fmpz, fmpz_mat

from linreg.affine import AffineMap

MOST_ODD = 1 << 30
"""Bound on the odd part of what an input is divided by."""

ROW_BITS = 360
"""Bits of the integers in one row, at most."""


def whole_rows(
    map_: AffineMap, blocks: Sequence[range], factors: Sequence[fmpq]
) -> tuple[fmpz_mat, list[fmpq]] | None:
    """The rows for inputs that are multiplied by `factors`, as coprime integers in each block.

    Parameters
    ----------
    map_ : AffineMap
        Dense; it means the numbers that it is.
    blocks : sequence of range
        All rows, in order.
    factors : sequence of fmpq, length inputs

    Returns
    -------
    matrix : fmpz_mat, shape (rows, inputs + 1)
        The last column is the constant.
    scales : list of fmpq, length blocks
        By what each block is multiplied: the least positive number that makes it coprime.

    None if a factor is no power of two over a small odd number, or a row's numbers are of too many
    magnitudes.

    Examples
    --------
    >>> map_ = AffineMap(np.array([[0.75, 1.5]]), np.array([3.0]))
    >>> whole_rows(map_, [range(1)], [fmpq(1), fmpq(1)])
    ([1, 2, 4], [4/3])
    """
    columns = [_dyadic(factor) for factor in factors]
    exponents = np.array([shift for _, shift in columns] + [0], dtype=np.int64)
    odd = np.array([by for by, _ in columns] + [1], dtype=np.int64)
    if np.any(odd == 0):
        return None
    given = np.column_stack([map_.matrix, map_.shift])
    mantissas, powers = np.frexp(given)
    bits = np.ldexp(mantissas, 53).astype(np.int64)
    # The exponent of the last bit that is set, of each number for inputs that are scaled.
    last = powers - 54 + np.frexp((bits & -bits).astype(np.float64))[1] + exponents
    there = given != 0
    lowest = np.min(last, axis=1, initial=2**40, where=there)
    shifts = np.zeros(len(given), dtype=np.int64)
    for block in blocks:
        least = int(lowest[block.start : block.stop].min())
        shifts[block.start : block.stop] = least if least < 2**40 else 0
    by = exponents - shifts[:, None]
    if np.any(there & (powers + by > ROW_BITS)):
        return None
    rest = np.ldexp(given, np.where(there, by, 0))
    rows, width = given.shape
    matrix = fmpz_mat(rows, width)
    bits_of_part = 62 - int(odd.max()).bit_length()  # its product with an odd part fits in 64
    first = 0
    while rest.any():
        part = np.fmod(rest, 2.0**bits_of_part)
        rest = np.ldexp(rest - part, -bits_of_part)
        whole = (part.astype(np.int64) * odd).ravel().tolist()
        matrix += fmpz_mat(rows, width, whole) * (1 << first)
        first += bits_of_part
    scales = []
    for block in blocks:
        content = _divided_by_content(matrix, block)
        least = int(shifts[block.start])
        top, bottom = (1, 1 << least) if least >= 0 else (1 << -least, 1)
        scales.append(fmpq(top, bottom * content))
    return matrix, scales


def _dyadic(factor: fmpq) -> tuple[int, int]:
    """The odd number and the exponent of two whose product is 1 / factor; (0, 0) if none."""
    p, q = int(factor.p), int(factor.q)
    if p <= 0 or p & (p - 1):
        return 0, 0
    even = (q & -q).bit_length() - 1
    odd = q >> even
    return (odd, even - p.bit_length() + 1) if odd < MOST_ODD else (0, 0)


def _divided_by_content(matrix: fmpz_mat, block: range) -> int:
    """Divide the rows of a block by their greatest common divisor: that divisor, 1 if all are 0."""
    divisor = fmpz(0)
    width = matrix.ncols()
    for i in block:
        for j in range(width):
            divisor = divisor.gcd(matrix[i, j])
            if divisor == 1:
                return 1
    if divisor == 0:
        return 1
    for i in block:
        for j in range(width):
            matrix[i, j] = matrix[i, j] // divisor
    return int(divisor)
