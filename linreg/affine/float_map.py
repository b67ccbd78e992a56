"""Affine maps in floats."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from linreg.arguments import points

if TYPE_CHECKING:
    from scipy.sparse import csr_array


@dataclass(frozen=True, slots=True, eq=False)
class AffineMap:
    """The map x -> matrix @ x + shift, rounded to the nearest float64 entry by entry.

    Attributes
    ----------
    matrix : float64 array or SciPy sparse array, shape (outputs, inputs)
    shift : float64 array, shape (outputs,)

    Examples
    --------
    >>> AffineMap(np.array([[1.0, 2.0]]), np.array([3.0]))([4, 5])
    array([17.])
    """

    matrix: np.ndarray | csr_array  # (outputs, inputs)
    shift: np.ndarray  # (outputs,)

    def __call__(self, x: ArrayLike) -> np.ndarray:
        """The value at `x`, shape (outputs,), or at each row of an array of points.

        Parameters
        ----------
        x : array-like of numbers, shape (inputs,) or (points, inputs)

        Returns
        -------
        float64 array, shape (outputs,) or (points, outputs)

        Raises
        ------
        ValueError, TypeError
            If `x` is of another shape, or a number is not finite.
        """
        return self.apply(points(x, self.matrix.shape[1]))

    def apply(self, x: np.ndarray) -> np.ndarray:
        """The value at a float64 array of this shape, which may have overflowed before.

        Parameters
        ----------
        x : float64 array, shape (inputs,) or (points, inputs)

        Returns
        -------
        float64 array, shape (outputs,) or (points, outputs)

        Examples
        --------
        >>> AffineMap(np.array([[1.0, 2.0]]), np.array([3.0])).apply(np.array([4.0, 5.0]))
        array([17.])
        """
        return np.asarray(x @ self.matrix.T + self.shift)

    @property
    def n_coefficients(self) -> int:
        """Number of coefficients that are not zero."""
        held = self.matrix
        return int(np.count_nonzero(held) if isinstance(held, np.ndarray) else held.nnz)

    def entries_of(self, output: int) -> tuple[np.ndarray, np.ndarray]:
        """The places of an output's non-zero coefficients, and these.

        Parameters
        ----------
        output : int
            From 0.

        Returns
        -------
        places : int array, shape (coefficients,)
        values : float64 array, shape (coefficients,)

        Examples
        --------
        >>> places, values = AffineMap(np.array([[0, 3.0]]), np.zeros(1)).entries_of(0)
        >>> places.tolist(), values.tolist()
        ([1], [3.0])
        """
        held = self.matrix
        if isinstance(held, np.ndarray):
            places = np.flatnonzero(held[output])
            return places, held[output][places]
        here = slice(*held.indptr[output : output + 2])
        return held.indices[here].astype(np.int64), held.data[here]

    def entries(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The non-zero coefficients, row by row.

        Returns
        -------
        starts : int array, shape (outputs + 1,)
            Where each row begins.
        columns : int array, shape (coefficients,)
        values : float64 array, shape (coefficients,)

        Examples
        --------
        >>> map_ = AffineMap(np.array([[0, 3.0], [0, 0], [4, 5]]), np.zeros(3))
        >>> [part.tolist() for part in map_.entries()]
        [[0, 1, 1, 3], [1, 0, 1], [3.0, 4.0, 5.0]]
        """
        held = self.matrix
        if not isinstance(held, np.ndarray):
            return held.indptr.astype(np.int64), held.indices.astype(np.int64), held.data
        rows, columns = np.nonzero(held)
        starts = np.searchsorted(rows, np.arange(len(held) + 1))
        return starts, columns, held[rows, columns]
