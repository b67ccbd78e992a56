"""Affine maps with rational entries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import cached_property
from operator import mul
from typing import TYPE_CHECKING, Any

import numpy as np
from flint import fmpq, fmpq_mat

from linreg.affine.float_map import AffineMap
from linreg.affine.terms import Terms, collected, csr_of
from linreg.arguments import point
from linreg.exact_product import FEW_COLUMNS
from linreg.exact_product import product as exact_product
from linreg.rational import (
    fractions_array,
    nearest_float,
    nearest_floats,
    rational,
    rational_matrix,
)
from linreg.wording import counted

if TYPE_CHECKING:
    from scipy.sparse import csr_array

SPARSE = 0.25
"""The share of non-zero entries below which a map is stored and applied sparsely."""

FEW_ENTRIES = 4096
"""The number of entries up to which sparsity does not pay."""


class ExactAffineMap:
    """An affine map with rational entries.

    Two maps are equal when they have the same entries. A map is made of its non-zero
    coefficients, of a dense matrix, or of float64 arrays, which mean the numbers that they are;
    each of the others is derived when asked for.

    Parameters
    ----------
    rows : fmpq_mat, shape (outputs, inputs + 1)
        The matrix, and the shift as its last column; `of` makes a map of any other numbers.

    Examples
    --------
    >>> double = ExactAffineMap.of([[2]], ["1/3"])
    >>> double.compose(double).shift
    array([Fraction(1, 1)], dtype=object)
    """

    floats: AffineMap | None = None
    """The arrays that the map was made of, if it was; they hold exactly its numbers."""

    def __init__(self, rows: fmpq_mat) -> None:
        self.n_outputs = int(rows.nrows())
        self.n_inputs = int(rows.ncols()) - 1
        self.rows = rows

    @classmethod
    def of(cls, matrix: Sequence[Sequence[object]], shift: Sequence[object]) -> ExactAffineMap:
        """The map with these entries; `matrix` has at least one row.

        Parameters
        ----------
        matrix : sequence of sequences of numbers, shape (outputs, inputs)
        shift : sequence of numbers, length outputs

        Returns
        -------
        ExactAffineMap

        Raises
        ------
        ValueError
            If the rows differ in length, or there are not as many shifts.

        Examples
        --------
        >>> ExactAffineMap.of([["1/3", 1]], [2])([3, 4])
        [Fraction(7, 1)]
        """
        widths = {len(row) for row in matrix}
        if len(widths) != 1 or len(matrix) != len(shift):
            raise ValueError(
                "matrix: rows of one length, as many as shifts, were expected, got "
                f"{counted(len(matrix), 'row')} of lengths {sorted(widths)} and "
                f"{counted(len(shift), 'shift')}"
            )
        together = [[*row, last] for row, last in zip(matrix, shift, strict=True)]
        return cls(rational_matrix(together, len(together[0])))

    @classmethod
    def of_terms(
        cls,
        terms: Iterable[Iterable[tuple[int, object]]],
        shifts: Iterable[object],
        n_inputs: int,
    ) -> ExactAffineMap:
        """The map with these coefficients, one group of (input, coefficient) for each output.

        An input may occur several times in a group: its coefficients add up.

        Parameters
        ----------
        terms : iterable of iterables of (input, coefficient)
            A group for each output.
        shifts : iterable of numbers, length outputs
        n_inputs : int
            Number of inputs, named from 0.

        Returns
        -------
        ExactAffineMap

        Raises
        ------
        ValueError
            If there are not as many shifts as groups, or a group names an input that is none.

        Examples
        --------
        >>> ExactAffineMap.of_terms([[(0, 1), (2, "1/2")]], [5], 3)([1, 10, 4])
        [Fraction(8, 1)]
        """
        self = cls.__new__(cls)
        self.n_inputs = n_inputs
        self.terms = tuple(collected(group) for group in terms)
        self.shifts = tuple(rational(shift) for shift in shifts)
        self.n_outputs = len(self.terms)
        for k, group in enumerate(self.terms):
            if group and not 0 <= group[0][0] <= group[-1][0] < n_inputs:
                raise ValueError(
                    f"terms: inputs are numbered from 0 to {n_inputs - 1}, but group {k} reads "
                    f"input {group[0][0] if group[0][0] < 0 else group[-1][0]}"
                )
        if len(self.shifts) != self.n_outputs:
            raise ValueError(
                f"shifts: {self.n_outputs} were expected, one for each group of terms, got "
                f"{len(self.shifts)}"
            )
        return self

    @classmethod
    def of_floats(cls, matrix: np.ndarray | csr_array, shift: np.ndarray) -> ExactAffineMap:
        """The map with exactly these float64 numbers, of which no fraction is made before its time.

        Parameters
        ----------
        matrix : float64 array or SciPy sparse array, shape (outputs, inputs)
            A sparse one holds no zeros, and its columns are sorted in each row.
        shift : float64 array, shape (outputs,)
            Both finite; they are copied.

        Returns
        -------
        ExactAffineMap

        Examples
        --------
        >>> ExactAffineMap.of_floats(np.array([[0.5, 0.0]]), np.array([1.0])).shifts
        (1,)
        """
        self = cls.__new__(cls)
        self.n_outputs, self.n_inputs = matrix.shape
        # Adding 0 makes 0.0 of -0.0, which are one number.
        shift = shift + 0.0
        shift.flags.writeable = False
        if isinstance(matrix, np.ndarray):
            matrix = matrix + 0.0
            matrix.flags.writeable = False
        self.floats = AffineMap(matrix, shift)
        return self

    @classmethod
    def identity(cls, dim: int) -> ExactAffineMap:
        """The identity of dimension `dim`.

        Parameters
        ----------
        dim : int
            Number of inputs, and of outputs.

        Returns
        -------
        ExactAffineMap

        Examples
        --------
        >>> ExactAffineMap.identity(2)([3, 4])
        [Fraction(3, 1), Fraction(4, 1)]
        """
        return cls.selection(range(dim), dim)

    @classmethod
    def selection(cls, chosen: Iterable[int], n_inputs: int) -> ExactAffineMap:
        """The map to the chosen inputs, in this order.

        Parameters
        ----------
        chosen : iterable of int
            Inputs, from 0.
        n_inputs : int
            Number of inputs.

        Returns
        -------
        ExactAffineMap

        Examples
        --------
        >>> ExactAffineMap.selection([2, 0], 3)([5, 6, 7])
        [Fraction(7, 1), Fraction(5, 1)]
        """
        groups = [[(i, 1)] for i in chosen]
        return cls.of_terms(groups, [0] * len(groups), n_inputs)

    @classmethod
    def stack(cls, maps: Sequence[ExactAffineMap]) -> ExactAffineMap:
        """The map whose value is the maps' values, one after another.

        Parameters
        ----------
        maps : sequence of ExactAffineMap
            Of the same number of inputs.

        Returns
        -------
        ExactAffineMap

        Examples
        --------
        >>> double = ExactAffineMap.of([[2]], [0])
        >>> ExactAffineMap.stack([double, ExactAffineMap.identity(1)])([3])
        [Fraction(6, 1), Fraction(3, 1)]
        """
        if len(maps) == 1:
            return maps[0]
        groups = [group for one in maps for group in one.terms]
        shifts = [shift for one in maps for shift in one.shifts]
        return cls.of_terms(groups, shifts, maps[0].n_inputs)

    @cached_property
    def terms(self) -> tuple[Terms, ...]:
        """The non-zero coefficients of each output."""
        if self.floats is not None:
            return tuple(
                tuple(
                    (i, rational(entry))
                    for i, entry in zip(places.tolist(), entries.tolist(), strict=True)
                )
                for places, entries in map(self.floats.entries_of, range(self.n_outputs))
            )
        return tuple(
            tuple((i, entry) for i, entry in enumerate(row[:-1]) if entry != 0)
            for row in self.rows.table()
        )

    @cached_property
    def shifts(self) -> tuple[fmpq, ...]:
        """The constant of each output."""
        if self.floats is not None:
            return tuple(map(rational, self.floats.shift.tolist()))
        return tuple(row[-1] for row in self.rows.table())

    def row_key(self, output: int) -> object:
        """What two outputs have in common if and only if they are the same function.

        Parameters
        ----------
        output : int

        Returns
        -------
        hashable

        Examples
        --------
        >>> twins = ExactAffineMap.of([[1, 2], [1, 2]], [3, 3])
        >>> twins.row_key(0) == twins.row_key(1)
        True
        """
        if self.floats is not None:
            places, entries = self.floats.entries_of(output)
            return places.tobytes(), entries.tobytes(), float(self.floats.shift[output])
        return self.terms[output], self.shifts[output]

    def is_constant(self, output: int) -> bool:
        """Whether an output reads no input.

        Parameters
        ----------
        output : int

        Returns
        -------
        bool

        Examples
        --------
        >>> ExactAffineMap.of([[1, 0], [0, 0]], [0, 5]).is_constant(1)
        True
        """
        if self.floats is not None:
            return not len(self.floats.entries_of(output)[0])
        return not self.terms[output]

    @cached_property
    def rows(self) -> fmpq_mat:
        """Dense matrix, shape (outputs, inputs + 1); the last column is the shift."""
        rows = fmpq_mat(self.n_outputs, self.n_inputs + 1)
        for j, (group, shift) in enumerate(zip(self.terms, self.shifts, strict=True)):
            for i, coefficient in group:
                rows[j, i] = coefficient
            rows[j, self.n_inputs] = shift
        return rows

    @property
    def is_small(self) -> bool:
        """Whether there are so few entries that it does not matter how it is applied."""
        return self.n_outputs * self.n_inputs <= FEW_ENTRIES

    @cached_property
    def n_coefficients(self) -> int:
        """Number of coefficients that are not zero."""
        if self.floats is not None:
            return self.floats.n_coefficients
        return sum(map(len, self.terms))

    @property
    def is_sparse(self) -> bool:
        """Whether it pays to go through the non-zero coefficients alone."""
        size = self.n_outputs * self.n_inputs
        return not self.is_small and self.n_coefficients < SPARSE * size

    @cached_property
    def _is_identity(self) -> bool:
        return (
            self.n_outputs == self.n_inputs
            and "terms" in self.__dict__
            and all(group == ((i, fmpq(1)),) for i, group in enumerate(self.terms))
            and not any(self.shifts)
        )

    @cached_property
    def _chosen(self) -> list[int] | None:
        """The inputs that are the outputs, in order; None if some output is no input."""
        if "terms" not in self.__dict__ or any(self.shifts):
            return None
        if not all(len(group) == 1 and group[0][1] == 1 for group in self.terms):
            return None
        return [group[0][0] for group in self.terms]

    @property
    def matrix(self) -> np.ndarray:
        """Linear part: object array of Fraction, shape (outputs, inputs)."""
        return fractions_array(self.rows)[:, :-1]

    @property
    def shift(self) -> np.ndarray:
        """Constant part: object array of Fraction, shape (outputs,)."""
        return fractions_array(self.rows)[:, -1]

    def __call__(self, x: Sequence[Fraction | int | float]) -> list[Fraction]:
        """The exact value at a point, whose floats mean what they are.

        Raises
        ------
        ValueError, TypeError
            If `x` is of another shape, or a number is not finite.
        """
        column = fmpq_mat(self.n_inputs, 1, point(x, self.n_inputs))
        return [Fraction(int(y.p), int(y.q)) for y in self.apply(column).entries()]

    def apply(self, columns: fmpq_mat) -> fmpq_mat:
        """The map of several arguments, shape (inputs, columns); the shift goes to the last one.

        With one column this is the value at a point. With the rows of an affine map, whose last
        column is its shift, it is the composition.

        Parameters
        ----------
        columns : fmpq_mat, shape (inputs, columns)

        Returns
        -------
        fmpq_mat, shape (outputs, columns)

        Examples
        --------
        >>> ExactAffineMap.of([[1, 2]], [3]).apply(fmpq_mat(2, 1, [4, 5]))
        [17]
        """
        width = columns.ncols()
        is_dense = self.floats is not None and isinstance(self.floats.matrix, np.ndarray)
        if is_dense and width <= FEW_COLUMNS and not self.is_small:
            assert self.floats is not None
            product = exact_product(self.floats.matrix, columns)
            if product is not None:
                for j, shift in enumerate(self.floats.shift.tolist()):
                    product[j, width - 1] += rational(shift)
                return product
        if not self.is_sparse:
            constant = [fmpq(0)] * (width - 1) + [fmpq(1)]
            below = fmpq_mat(self.n_inputs + 1, width, [*columns.entries(), *constant])
            return self.rows * below
        given = list(zip(*columns.table(), strict=True))
        entries: list[fmpq] = []
        for group, shift in zip(self.terms, self.shifts, strict=True):
            inputs = [i for i, _ in group]
            coefficients = [by for _, by in group]
            for column in given:
                values = map(column.__getitem__, inputs)
                entries.append(sum(map(mul, coefficients, values), fmpq(0)))
            entries[-1] += shift
        return fmpq_mat(self.n_outputs, width, entries)

    def compose(self, inner: ExactAffineMap) -> ExactAffineMap:
        """The map x -> self(inner(x)).

        Parameters
        ----------
        inner : ExactAffineMap
            Applied first.

        Returns
        -------
        ExactAffineMap

        Raises
        ------
        ValueError
            If the inner map has not as many outputs as this one has inputs.

        Examples
        --------
        >>> double, next_one = ExactAffineMap.of([[2]], [0]), ExactAffineMap.of([[1]], [1])
        >>> double.compose(next_one)([5])
        [Fraction(12, 1)]
        """
        if inner.n_outputs != self.n_inputs:
            raise ValueError(
                f"inner: a map with {counted(self.n_inputs, 'output')} was expected, got {inner!r}"
            )
        if inner._is_identity:
            return self
        if inner.floats is not None and self._chosen is not None:
            given = inner.floats
            return ExactAffineMap.of_floats(given.matrix[self._chosen], given.shift[self._chosen])
        if not inner.is_sparse:
            return ExactAffineMap(self.apply(inner.rows))
        groups, shifts = [], []
        for group, shift in zip(self.terms, self.shifts, strict=True):
            groups.append([(i, by * entry) for j, by in group for i, entry in inner.terms[j]])
            shifts.append(shift + sum((by * inner.shifts[j] for j, by in group), fmpq(0)))
        return ExactAffineMap.of_terms(groups, shifts, inner.n_inputs)

    def rounded(self) -> AffineMap:
        """The nearest float64 map, entry by entry; read-only, and sparse where the map is."""
        if self.floats is not None:
            is_held = isinstance(self.floats.matrix, np.ndarray) != self.is_sparse
            return self.floats if is_held else AffineMap(self._sparse_floats(), self.floats.shift)
        shift = np.array([nearest_float(int(s.p), int(s.q)) for s in self.shifts])
        if self.is_sparse:
            return AffineMap(self._sparse_floats(), shift)
        floats = nearest_floats(self.rows)
        floats.flags.writeable = shift.flags.writeable = False
        return AffineMap(floats[:, :-1], shift)

    def _sparse_floats(self) -> csr_array:
        if self.floats is None:
            return csr_of(self.terms, self.n_inputs)
        from scipy.sparse import csr_array

        return csr_array(self.floats.matrix)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ExactAffineMap):
            return NotImplemented
        return self._content == other._content

    def __hash__(self) -> int:
        return hash(self._content)

    @property
    def _content(self) -> tuple[Any, ...]:
        return self.n_inputs, self.terms, self.shifts

    def __repr__(self) -> str:
        return f"ExactAffineMap({self.n_inputs} -> {self.n_outputs})"

    def __reduce__(self) -> tuple[Any, ...]:
        if self.floats is not None:
            return ExactAffineMap.of_floats, (self.floats.matrix, self.floats.shift)
        return ExactAffineMap.of_terms, (self.terms, self.shifts, self.n_inputs)
