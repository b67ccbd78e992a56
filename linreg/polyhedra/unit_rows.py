"""Rows scaled to Euclidean length 1."""

from __future__ import annotations

from collections.abc import Sequence
from math import isqrt

import numpy as np
from flint import fmpz

from linreg.polyhedra.points import IntegerRow
from linreg.rational import nearest_float

NORM_BITS = 64
"""Least number of bits of a row's norm: its relative error is below 2^-63."""


def unit_row(row: IntegerRow) -> tuple[np.ndarray, float]:
    """The half-space of an integer row as an outward normal of length 1, and its offset."""
    scaled, norm = with_norm(row)
    *gradient, constant = (int(entry) for entry in scaled)
    normal = np.array([nearest_float(-entry, int(norm)) for entry in gradient])
    return normal, nearest_float(constant, int(norm))


def with_norm(row: Sequence[fmpz]) -> tuple[list[fmpz], fmpz]:
    """A row times a power of two, and its gradient's norm, rounded to an integer of `NORM_BITS`."""
    largest = max(int(entry).bit_length() for entry in row[:-1])
    shift = max(0, NORM_BITS - largest)
    scaled = [entry << shift for entry in row]
    return scaled, fmpz(isqrt(sum(int(entry) ** 2 for entry in scaled[:-1])))
