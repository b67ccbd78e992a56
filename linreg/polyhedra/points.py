"""Rational points in homogeneous integer coordinates, and bundles of affine forms to hold them to.

An affine form is an integer row (g_1, ..., g_n, c): the function x -> g @ x + c. A point is an
integer column (p_1, ..., p_n, d) with d > 0 that stands for p / d, so that the sign of a form at
a point is the sign of one integer product.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import isfinite

import numpy as np
from flint import fmpq, fmpz, fmpz_mat

from linreg.rational import common_denominator, integer_matrix, nearest_float

IntegerRow = list[fmpz]


@dataclass(frozen=True, eq=False)
class Point:
    """A rational point.

    Attributes
    ----------
    column : fmpz_mat, shape (dim + 1, 1)
        Numerators, then the positive common denominator.
    """

    column: fmpz_mat

    @classmethod
    def of_floats(cls, x: np.ndarray) -> Point:
        """The point whose coordinates are exactly these float64 numbers."""
        return cls.of_entries(binary_entries(x.tolist()))

    @classmethod
    def of_entries(cls, entries: Sequence[int | fmpz]) -> Point:
        """The point with these numerators and, last, their positive common denominator."""
        return cls(fmpz_mat(len(entries), 1, list(entries)))

    @classmethod
    def of_rationals(cls, x: Sequence[fmpq]) -> Point:
        """The point with these coordinates."""
        denominator = common_denominator(x)
        numerators = [value.p * (denominator // value.q) for value in x]
        return cls.of_entries([*numerators, denominator])

    def rounded(self, places: int) -> Point:
        """The nearest point whose coordinates have so many binary places."""
        *numerators, denominator = (int(entry) for entry in self.entries)
        nearest = [
            ((entry << places + 1) + denominator) // (2 * denominator) for entry in numerators
        ]
        return Point.of_entries([*nearest, 1 << places])

    @cached_property
    def entries(self) -> list[fmpz]:
        """Numerators and denominator."""
        return list(self.column.entries())

    @property
    def rationals(self) -> list[fmpq]:
        """The coordinates."""
        *numerators, denominator = self.entries
        return [fmpq(numerator, denominator) for numerator in numerators]

    @property
    def fractions(self) -> tuple[Fraction, ...]:
        """The coordinates, for users."""
        return tuple(Fraction(int(value.p), int(value.q)) for value in self.rationals)

    @property
    def is_float64(self) -> bool:
        """Whether `floats` is the point itself and not merely near it."""
        *numerators, denominator = (int(entry) for entry in self.entries)
        for numerator, value in zip(numerators, self.floats.tolist(), strict=True):
            if not isfinite(value):
                return False
            p, q = value.as_integer_ratio()
            if p * denominator != numerator * q:
                return False
        return True

    @cached_property
    def floats(self) -> np.ndarray:
        """The nearest float64 coordinates."""
        *numerators, denominator = (int(entry) for entry in self.entries)
        return np.array([nearest_float(value, denominator) for value in numerators])


def shortened(point: Point, holds: Callable[[Point], bool]) -> Point:
    """A point near one of an open set that is in the set too, with as few digits as that allows.

    It is the nearest float64 point, or else is rounded to 64, 128, 256, ... binary places.

    Parameters
    ----------
    point : Point
        In the set.
    holds : callable
        Whether a point is in the set.

    Examples
    --------
    >>> third = Point.of_rationals([fmpq(10**60 + 10**30 + 1, 3 * 10**60)])
    >>> shortened(third, lambda near: near.fractions[0] > 0).is_float64
    True
    >>> near = shortened(third, lambda near: 0 < near.fractions[0] - Fraction(1, 3) < 1)
    >>> near.entries[-1] == 2**128
    True
    """
    if np.isfinite(point.floats).all():
        near = Point.of_floats(point.floats)
        if holds(near):
            return near
    size = point.entries[-1].bit_length()
    places = 64
    while places < size:
        near = point.rounded(places)
        if holds(near):
            return near
        places *= 2
    return point


MANTISSA = 53
"""Bits of a float64 number, as an integer times a power of two."""


def binary_entries(x: Sequence[float]) -> list[int]:
    """Numerators of float64 numbers, then their least common denominator.

    Examples
    --------
    >>> binary_entries([0.75, -2.0])
    [3, -8, 4]
    """
    ratios = [value.as_integer_ratio() for value in x]
    denominator = max((d for _, d in ratios), default=1)  # powers of two
    return [*(p * (denominator // d) for p, d in ratios), denominator]


def binary_rows(points: np.ndarray) -> list[list[int]]:
    """Numerators of the float64 numbers in each row, then their least common denominator.

    Examples
    --------
    >>> binary_rows(np.array([[0.75, -2.0], [0.0, 5e-324]])) == [[3, -8, 4], [0, 1, 2**1074]]
    True
    """
    fractions, exponents = np.frexp(points)
    exponents = exponents.astype(np.int64)
    whole = np.ldexp(fractions, MANTISSA).astype(np.int64)
    zeros = np.frexp((whole & -whole).astype(np.float64))[1] - 1  # at the end
    below = np.where(whole == 0, 0, MANTISSA - exponents - zeros)
    places = np.maximum(below.max(axis=1, initial=0), 0)
    left = exponents - MANTISSA + places[:, None]
    numerators = np.where(left > 0, whole << np.clip(left, 0, 62), whole >> np.clip(-left, 0, 62))
    rows: list[list[int]] = np.column_stack([numerators, 1 << np.minimum(places, 62)]).tolist()
    fits = (exponents + places[:, None] < 63).all(axis=1) & (places < 63)
    for i in np.flatnonzero(~fits).tolist():
        rows[i] = binary_entries(points[i].tolist())
    return rows


class Forms:
    """A bundle of affine forms, exactly and as float64 rows of largest entry in [1/2, 1).

    What is made of the rows is made when it is asked for.

    Attributes
    ----------
    rows : list of integer rows, shape (forms, dim + 1)
    normals : float64 array, shape (forms, dim)
        Gradients divided by a power of two, each rounded to nearest.
    """

    def __init__(self, rows: Sequence[IntegerRow], dim: int) -> None:
        self.rows = list(rows)
        self._dim = dim

    @cached_property
    def _matrix(self) -> fmpz_mat:
        return integer_matrix(self.rows, self._dim + 1)

    @cached_property
    def _scaled(self) -> tuple[list[int], np.ndarray]:
        integers = [[int(entry) for entry in row[:-1]] for row in self.rows]
        scales = [1 << max((abs(a).bit_length() for a in row), default=0) for row in integers]
        normals = np.array(
            [[a / scale for a in row] for row, scale in zip(integers, scales, strict=True)],
            dtype=np.float64,
        )
        return scales, normals.reshape(len(self.rows), self._dim)

    @cached_property
    def normals(self) -> np.ndarray:
        """Gradients divided by a power of two, each rounded to nearest."""
        return self._scaled[1]

    def __len__(self) -> int:
        return len(self.rows)

    def at(self, point: Point) -> list[fmpz]:
        """Exact values at a point, times its denominator."""
        return list((self._matrix * point.column).entries())

    def floats(self, values: Sequence[fmpz], point: Point) -> np.ndarray:
        """Values that `at` returned, in the scale of `normals`, each rounded to nearest."""
        denominator = int(point.entries[-1])
        return np.array(
            [
                nearest_float(int(value), denominator * scale)
                for value, scale in zip(values, self._scaled[0], strict=True)
            ],
            dtype=np.float64,
        )

    def distance(self, point: Point) -> float:
        """Distance from a point to the nearest hyperplane; Euclidean, in the point's units.

        Infinite if there are none.
        """
        slacks = np.abs(self.floats(self.at(point), point))
        with np.errstate(over="ignore"):
            return float((slacks / self._lengths).min(initial=np.inf))

    @cached_property
    def _lengths(self) -> np.ndarray:
        lengths: np.ndarray = np.linalg.norm(self.normals, axis=1)
        return lengths
