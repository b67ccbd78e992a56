"""Affine maps, in floats and exactly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from flint import fmpq, fmpq_mat

from linreg.rational import fractions_array, nearest_floats, rational_matrix


@dataclass(frozen=True, slots=True, eq=False)
class AffineMap:
    """The map x -> matrix @ x + shift, rounded to the nearest float64 entry by entry.

    Attributes
    ----------
    matrix : float64 array, shape (outputs, inputs)
    shift : float64 array, shape (outputs,)
    """

    matrix: np.ndarray  # (outputs, inputs)
    shift: np.ndarray  # (outputs,)

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """The value at `x`, shape (outputs,), or at each row of an array of points."""
        return np.asarray(np.asarray(x) @ self.matrix.T + self.shift)


@dataclass(frozen=True, slots=True)
class ExactAffineMap:
    """An affine map with rational entries.

    Two maps are equal when they have the same entries.

    Attributes
    ----------
    rows : fmpq_mat, shape (outputs, inputs + 1)
        The last column is the shift.

    Examples
    --------
    >>> double = ExactAffineMap.of([[2]], ["1/3"])
    >>> double.compose(double).shift
    array([Fraction(1, 1)], dtype=object)
    """

    rows: fmpq_mat  # (outputs, inputs + 1)

    @classmethod
    def of(cls, matrix: Sequence[Sequence[object]], shift: Sequence[object]) -> ExactAffineMap:
        """The map with these entries; `matrix` has at least one row."""
        together = [[*row, last] for row, last in zip(matrix, shift, strict=True)]
        return cls(rational_matrix(together, len(together[0])))

    @classmethod
    def identity(cls, dim: int) -> ExactAffineMap:
        """The identity of dimension `dim`."""
        return cls(
            fmpq_mat(dim, dim + 1, [int(i == j) for i in range(dim) for j in range(dim + 1)])
        )

    @property
    def n_outputs(self) -> int:
        """Dimension of the values."""
        return int(self.rows.nrows())

    @property
    def n_inputs(self) -> int:
        """Dimension of the arguments."""
        return int(self.rows.ncols()) - 1

    @property
    def matrix(self) -> np.ndarray:
        """Linear part: object array of Fraction, shape (outputs, inputs)."""
        return fractions_array(self.rows)[:, :-1]

    @property
    def shift(self) -> np.ndarray:
        """Constant part: object array of Fraction, shape (outputs,)."""
        return fractions_array(self.rows)[:, -1]

    def __call__(self, x: Sequence[Fraction | int]) -> list[Fraction]:
        """The exact value at a point."""
        column = rational_matrix([[value] for value in (*x, 1)], 1)
        return [Fraction(int(y.p), int(y.q)) for y in (self.rows * column).entries()]

    def compose(self, inner: ExactAffineMap) -> ExactAffineMap:
        """The map x -> self(inner(x))."""
        return ExactAffineMap(self.rows * inner.homogeneous())

    def homogeneous(self) -> fmpq_mat:
        """The rows with the constant row (0, ..., 0, 1) below, so that products compose maps."""
        constant = [fmpq(0)] * self.n_inputs + [fmpq(1)]
        return fmpq_mat(self.n_outputs + 1, self.n_inputs + 1, [*self.rows.entries(), *constant])

    def rounded(self) -> AffineMap:
        """The nearest float64 map, entry by entry; read-only."""
        floats = nearest_floats(self.rows)
        floats.flags.writeable = False
        return AffineMap(floats[:, :-1], floats[:, -1])

    def __hash__(self) -> int:
        return hash((self.n_outputs, self.n_inputs, tuple(self.rows.entries())))

    def __reduce__(self) -> tuple[Any, ...]:
        return (_from_entries, (self.n_outputs, self.n_inputs, self.rows.entries()))


def _from_entries(outputs: int, inputs: int, entries: list[fmpq]) -> ExactAffineMap:
    return ExactAffineMap(fmpq_mat(outputs, inputs + 1, entries))
