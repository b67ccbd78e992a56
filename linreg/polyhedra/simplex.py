"""The exact simplex method: it decides every question, and always terminates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from flint import fmpq, fmpz, fmpz_mat

from linreg.polyhedra.float_path import float_path
from linreg.polyhedra.multipliers import Multipliers
from linreg.polyhedra.points import IntegerRow
from linreg.rational import common_denominator, integer_matrix, nearest_float

FEW = 100
"""Entries of all rows up to which exact steps take no longer than a proposal of where to begin."""


@dataclass(frozen=True, slots=True)
class Below:
    """A point of the polyhedron, relative to the start, where the form is negative."""

    step: list[fmpq]


def seek_negative(
    value: fmpq, gradient: Sequence[fmpq], slacks: Sequence[fmpq], normals: Sequence[Sequence[fmpq]]
) -> Below | Multipliers:
    """A point where a form is negative, or multipliers that prove there is none.

    Parameters
    ----------
    value : fmpq
        The form's value at the start, >= 0.
    gradient : sequence of fmpq, shape (dim,)
    slacks : sequence of fmpq, shape (rows,)
        The polyhedron's rows at the start, all >= 0.
    normals : sequence of sequences of fmpq, shape (rows, dim)
        The rows' gradients: the polyhedron is {y : slacks + normals @ y >= 0}.

    Notes
    -----
    Floats propose a vertex. If its multipliers are no proof, exact steps begin there or, where
    rounding has led outside, at an earlier vertex of the path; they would end from any.

    Source
    ------
    Dantzig's method, with the rule of Bland (1977), "New finite pivoting rules for the simplex
    method", after a step of length zero, so that it cannot cycle.

    Examples
    --------
    On y >= 0, the form 1 - y is negative somewhere and the form 1 + y nowhere:

    >>> seek_negative(fmpq(1), [fmpq(-1)], [fmpq(0)], [[fmpq(1)]])
    Below(step=[2])
    >>> seek_negative(fmpq(1), [fmpq(1)], [fmpq(0)], [[fmpq(1)]])
    Multipliers(denominator=1, numerators={0: 1})
    """
    walk = _Walk(value, gradient, slacks, normals)
    proof = walk.begin(until_negative=True)
    if proof is not None:
        return proof
    ray = walk.descend(until_negative=True)
    if ray is not None:
        length = 1 + walk.value / -walk.rate(ray)
        return Below([x + length * d for x, d in zip(walk.point, ray, strict=True)])
    if walk.value < 0:
        return Below(walk.point)
    found = walk.proof(walk.zero)
    assert found is not None  # the form is not negative where it is least
    return found


def seek_least(
    gradient: Sequence[fmpq], slacks: Sequence[fmpq], normals: Sequence[Sequence[fmpq]]
) -> list[fmpq] | None:
    """The step to a point where a linear form is least; None if it falls without end.

    The parameters and the method are those of `seek_negative`.

    Examples
    --------
    On y >= 0, y + 1 is least at 0, a step of -2 from 2, and -y falls without end:

    >>> seek_least([fmpq(1)], [fmpq(2)], [[fmpq(1)]])
    [-2]
    >>> seek_least([fmpq(-1)], [fmpq(2)], [[fmpq(1)]]) is None
    True
    """
    walk = _Walk(fmpq(0), gradient, slacks, normals)
    walk.begin(until_negative=False)
    return walk.point if walk.descend(until_negative=False) is None else None


class _Walk:
    """Exact steps from vertex to vertex, along which a form does not rise.

    Variables 0..dim-1 are the coordinates y, which are free; dim + i is row i. At a vertex `dim`
    of them are zero, those in `zero`, and their gradients span the space.
    """

    def __init__(
        self,
        value: fmpq,
        gradient: Sequence[fmpq],
        slacks: Sequence[fmpq],
        normals: Sequence[Sequence[fmpq]],
    ) -> None:
        self.dim = len(gradient)
        self._form, self._form_factor = _integers([*gradient, value])
        scaled = [_integers([*g, c]) for g, c in zip(normals, slacks, strict=True)]
        self._rows = [row for row, _ in scaled]
        self._factors = [factor for _, factor in scaled]
        self._sizes = [_size(row) for row in self._rows]
        self._matrix = integer_matrix(self._rows, self.dim + 1)
        self.zero = [*range(self.dim)]
        self.point = [fmpq(0)] * self.dim

    @property
    def value(self) -> fmpq:
        """The form's value at the vertex, times a positive number."""
        return self.rate(self.point) + self._form[-1]

    def rate(self, direction: Sequence[fmpq]) -> fmpq:
        """How fast the form rises in a direction, times the same number."""
        return sum((g * d for g, d in zip(self._form, direction, strict=False)), fmpq(0))

    def begin(self, *, until_negative: bool) -> Multipliers | None:
        """Go to a vertex that floats propose; the proof that the form is not negative, if there.

        Where rounding has led outside, it is the last one but some of their path.
        """
        if self.dim * len(self._rows) <= FEW:
            return None
        path = float_path(*self._floats(), until_negative=until_negative)
        proof = self.proof(path[-1]) if until_negative else None
        back = 1
        while proof is None and back < len(path):
            point = self._vertex(path[-back])
            if point is not None and min(self._values(point, fmpz(1))) >= 0:
                self.zero, self.point = path[-back], point
                break
            back *= 2
        return proof

    def descend(self, *, until_negative: bool) -> list[fmpq] | None:
        """Go to where the form is least or negative, or the direction of a fall without end."""
        is_stuck = False
        while not (until_negative and self.value < 0):
            entering = self._entering(is_stuck)
            if entering is None:
                break
            place, sign = entering
            unit = fmpz_mat(self.dim, 1, [sign * (i == place) for i in range(self.dim)])
            direction: list[fmpq] = self._basis(self.zero).solve(unit).entries()
            leaving, length = self._leaving(direction)
            if leaving is None:
                return direction
            is_stuck = length == 0
            self.zero[place] = leaving
            self.point = [x + length * d for x, d in zip(self.point, direction, strict=True)]
        return None

    def proof(self, zero: Sequence[int]) -> Multipliers | None:
        """The multipliers of the rows that are zero, if they prove that the form is not negative.

        They need no point for that, nor that all rows are non-negative where these are zero.
        """
        multipliers = self._multipliers(zero)
        if multipliers is None:
            return None
        by_row, rest = {}, fmpq(self._form[-1])
        for variable, by in zip(zero, multipliers, strict=True):
            if by < 0 or (variable < self.dim and by != 0):
                return None
            if by != 0:
                row = variable - self.dim
                rest -= by * self._rows[row][-1]
                by_row[row] = by * self._factors[row] / self._form_factor
        return Multipliers.of_rationals(by_row) if rest >= 0 else None

    def _entering(self, is_stuck: bool) -> tuple[int, int] | None:
        """The place of the zero variable to move so that the form falls, and the sign of the move.

        Coordinates go first. Of rows it is the one that the form falls fastest with, or after a
        step of length zero the first one, as the rule against cycles wants it.
        """
        multipliers = self._multipliers(self.zero)
        assert multipliers is not None
        best, fastest, lowest = None, fmpq(0), 0
        for place, (variable, by) in enumerate(zip(self.zero, multipliers, strict=True)):
            if variable < self.dim and by != 0:
                return place, 1 if by < 0 else -1
            if by >= 0:
                continue
            speed = -by * self._sizes[variable - self.dim]
            if best is None or (variable < lowest if is_stuck else speed > fastest):
                best, fastest, lowest = place, speed, variable
        return None if best is None else (best, 1)

    def _leaving(self, direction: Sequence[fmpq]) -> tuple[int | None, fmpq]:
        """The row that is zero first in a direction, the first of several, and how far that is."""
        first, shortest = None, fmpq(0)
        values, rates = self._values(self.point, fmpz(1)), self._values(direction, fmpz(0))
        for row, (value, rate) in enumerate(zip(values, rates, strict=True)):
            if rate < 0:
                length = value / -rate
                if first is None or length < shortest:
                    first, shortest = self.dim + row, length
        return first, shortest

    def _values(self, column: Sequence[fmpq], last: fmpz) -> list[fmpq]:
        """The rows at a point, where `last` is 1, or their rates in a direction, where it is 0."""
        denominator = common_denominator(column)
        entries = [(entry * denominator).p for entry in column]
        product = self._matrix * fmpz_mat(self.dim + 1, 1, [*entries, last * denominator])
        return [fmpq(entry, denominator) for entry in product.entries()]

    def _basis(self, zero: Sequence[int]) -> fmpz_mat:
        """The gradients of what is zero."""
        unit = [fmpz(0)] * self.dim
        rows = [
            [*unit[:v], fmpz(1), *unit[v + 1 :]] if v < self.dim else self._rows[v - self.dim][:-1]
            for v in zero
        ]
        return integer_matrix(rows, self.dim)

    def _multipliers(self, zero: Sequence[int]) -> list[fmpq] | None:
        """The form's gradient as a combination of those of what is zero, if they span the space."""
        gradient = fmpz_mat(self.dim, 1, self._form[:-1])
        try:
            multipliers: list[fmpq] = self._basis(zero).transpose().solve(gradient).entries()
        except ZeroDivisionError:
            return None
        return multipliers

    def _vertex(self, zero: Sequence[int]) -> list[fmpq] | None:
        """Where these variables are zero, if that is one point."""
        ends = [fmpz(0) if v < self.dim else -self._rows[v - self.dim][-1] for v in zero]
        try:
            point: list[fmpq] = self._basis(zero).solve(fmpz_mat(self.dim, 1, ends)).entries()
        except ZeroDivisionError:
            return None
        return point

    def _floats(self) -> tuple[np.ndarray, np.ndarray]:
        """The form and the rows, constants first, in which the largest coefficient is 1."""
        rows = [
            [nearest_float(int(entry), int(size)) for entry in (row[-1], *row[:-1])]
            for row, size in zip(
                [self._form, *self._rows], [_size(self._form), *self._sizes], strict=True
            )
        ]
        floats = np.array(rows)
        return floats[0], floats[1:]


def _integers(numbers: Sequence[fmpq]) -> tuple[IntegerRow, fmpz]:
    """Rationals times their common denominator, and that."""
    denominator = common_denominator(numbers)
    return [entry.p * (denominator // entry.q) for entry in numbers], denominator


def _size(row: IntegerRow) -> fmpz:
    """The largest coefficient of a row, or 1."""
    largest = max(map(abs, row[:-1]), default=fmpz(0))
    return largest if largest > 0 else fmpz(1)
