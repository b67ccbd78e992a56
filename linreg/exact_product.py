"""Exact products of a float matrix and rational columns, by sums of floats that round nothing."""

from __future__ import annotations

import numpy as np
from flint import fmpq, fmpq_mat

from linreg.rational import common_denominator

MOST_PARTS = 12
"""Parts into which the rows of a matrix are cut, at most: they span some 250 bits then."""

FEW_COLUMNS = 8
"""Columns up to which this is faster than rational arithmetic."""


def product(matrix: np.ndarray, columns: fmpq_mat) -> fmpq_mat | None:
    """The exact product; None where the numbers in a row are of too many magnitudes.

    Each row is a power of two times a number below 1, which is cut into integers of b bits, and so
    are the integers that each column has over its common denominator. A sum of n products of such
    parts stays below 2^53 if 2 b + log2(n) does, so floats hold it and every sum on the way there.

    Parameters
    ----------
    matrix : float64 array, shape (rows, inputs)
        Finite.
    columns : fmpq_mat, shape (inputs, columns)

    Returns
    -------
    fmpq_mat, shape (rows, columns), or None

    Source
    ------
    Ozaki, Ogita, Oishi, Rump (2012), Error-free transformations of matrix multiplication.

    Examples
    --------
    >>> product(np.array([[0.5, 3.0]]), fmpq_mat(2, 1, [fmpq(1, 3), fmpq(1)]))
    [19/6]
    """
    n = matrix.shape[1]
    bits = (53 - n.bit_length()) // 2
    exponents = np.frexp(np.abs(matrix).max(axis=1))[1].astype(np.int64)
    parts = _parts_of_rows(matrix, exponents, bits)
    if parts is None:
        return None
    table = columns.table()
    width = columns.ncols()
    denominators = [common_denominator(column) for column in zip(*table, strict=True)]
    integers = [
        [int((entry * by).p) for entry, by in zip(row, denominators, strict=True)] for row in table
    ]
    below = _parts_of_integers(integers, bits)
    # Parts are numbered from the last one on: part k of either stands for 2^(bits k) times itself.
    sums = [np.zeros((len(matrix), width), dtype=object) for _ in range(len(parts) + len(below))]
    for i, part in enumerate(reversed(parts)):
        together = (part @ np.hstack(below)).astype(np.int64).astype(object)
        for j in range(len(below)):
            sums[i + j] += together[:, j * width : (j + 1) * width]
    whole = sum((term * (1 << (bits * k)) for k, term in enumerate(sums)), start=sums[0] * 0)
    entries = []
    for row, exponent in zip(whole.tolist(), exponents.tolist(), strict=True):
        shift = exponent - bits * len(parts)
        for entry, denominator in zip(row, denominators, strict=True):
            top, bottom = (entry << shift, 1) if shift >= 0 else (entry, 1 << -shift)
            entries.append(fmpq(top, bottom * denominator))
    return fmpq_mat(len(matrix), width, entries)


def _parts_of_rows(matrix: np.ndarray, exponents: np.ndarray, bits: int) -> list[np.ndarray] | None:
    """Integers below 2^bits, the first part of the largest weight; None if they would be many."""
    rest = np.ldexp(matrix, -exponents[:, None])
    if np.count_nonzero(rest) < np.count_nonzero(matrix):
        return None
    parts: list[np.ndarray] = []
    while rest.any():
        if len(parts) == MOST_PARTS:
            return None
        rest = np.ldexp(rest, bits)
        part = np.trunc(rest)
        rest -= part
        parts.append(part)
    return parts or [rest]


def _parts_of_integers(rows: list[list[int]], bits: int) -> list[np.ndarray]:
    """Integers below 2^bits with the signs of those that they are parts of, the last part first."""
    longest = max((abs(entry).bit_length() for row in rows for entry in row), default=0)
    mask = (1 << bits) - 1
    return [
        np.array(
            [
                [(abs(entry) >> first & mask) * (1 if entry > 0 else -1) for entry in row]
                for row in rows
            ],
            dtype=np.float64,
        )
        for first in range(0, max(longest, 1), bits)
    ]
