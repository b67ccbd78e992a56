"""The exact simplex method: it decides every question, and always terminates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flint import fmpq

from linreg.polyhedra.multipliers import Multipliers


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

    Source
    ------
    Dantzig's method with the rule of Bland (1977), "New finite pivoting rules for the simplex
    method", which cannot cycle.

    Examples
    --------
    On y >= 0, the form 1 - y is negative somewhere and the form 1 + y nowhere:

    >>> seek_negative(fmpq(1), [fmpq(-1)], [fmpq(0)], [[fmpq(1)]])
    Below(step=[2])
    >>> seek_negative(fmpq(1), [fmpq(1)], [fmpq(0)], [[fmpq(1)]])
    Multipliers(denominator=1, numerators={0: 1})
    """
    return _Dictionary(value, gradient, slacks, normals).solve()


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
    return _Dictionary(fmpq(0), gradient, slacks, normals).descend()


class _Dictionary:
    """Basic variables and the form, written in terms of the nonbasic variables.

    Variables 0..dim-1 are the coordinates y, which are free; dim + i is the slack of row i.
    Every line is (constant, coefficients of the nonbasic variables).
    """

    def __init__(
        self,
        value: fmpq,
        gradient: Sequence[fmpq],
        slacks: Sequence[fmpq],
        normals: Sequence[Sequence[fmpq]],
    ) -> None:
        self.dim = len(gradient)
        self.nonbasic = list(range(self.dim))
        self.basic = [self.dim + i for i in range(len(slacks))]
        self.lines = [[slack, *normal] for slack, normal in zip(slacks, normals, strict=True)]
        self.form = [value, *gradient]

    def solve(self) -> Below | Multipliers:
        while self.form[0] >= 0:
            entering = self._entering()
            if entering is None:
                return Multipliers.of_rationals(
                    {
                        variable - self.dim: coefficient
                        for variable, coefficient in zip(self.nonbasic, self.form[1:], strict=True)
                        if coefficient != 0
                    }
                )
            column, upward = entering
            leaving = self._leaving(column, upward)
            if leaving is None:
                return Below(self._point(column, self._far_enough(column, upward)))
            self._pivot(leaving, column)
        return Below(self._point(None, fmpq(0)))

    def descend(self) -> list[fmpq] | None:
        while (entering := self._entering()) is not None:
            column, upward = entering
            leaving = self._leaving(column, upward)
            if leaving is None:
                return None
            self._pivot(leaving, column)
        return self._point(None, fmpq(0))

    def _entering(self) -> tuple[int, bool] | None:
        """Column of the nonbasic variable to move so that the form falls, and whether it grows."""
        best: int | None = None
        for column, variable in enumerate(self.nonbasic):
            coefficient = self.form[column + 1]
            if variable < self.dim and coefficient != 0:
                return column, coefficient < 0
            if coefficient < 0 and (best is None or variable < self.nonbasic[best]):
                best = column
        return None if best is None else (best, True)

    def _leaving(self, column: int, upward: bool) -> int | None:
        """Line of the slack that first reaches zero; ties go to the lowest variable."""
        best: int | None = None
        shortest = fmpq(0)
        for index, (variable, line) in enumerate(zip(self.basic, self.lines, strict=True)):
            rate = line[column + 1] if upward else -line[column + 1]
            if variable < self.dim or rate >= 0:
                continue
            length = line[0] / -rate
            if (
                best is None
                or length < shortest
                or (length == shortest and variable < self.basic[best])
            ):
                best, shortest = index, length
        return best

    def _far_enough(self, column: int, upward: bool) -> fmpq:
        """A move of an unbounded nonbasic variable that makes the form negative."""
        rate = self.form[column + 1]
        length = (self.form[0] + abs(rate)) / abs(rate)
        return length if upward else -length

    def _point(self, column: int | None, move: fmpq) -> list[fmpq]:
        step = [fmpq(0)] * self.dim
        for variable, line in zip(self.basic, self.lines, strict=True):
            if variable < self.dim:
                step[variable] = line[0] + (line[column + 1] * move if column is not None else 0)
        if column is not None and self.nonbasic[column] < self.dim:
            step[self.nonbasic[column]] = move
        return step

    def _pivot(self, index: int, column: int) -> None:
        """Exchange the basic variable of a line with the nonbasic variable of a column."""
        line = self.lines[index]
        inverse = 1 / line[column + 1]
        solved = [-entry * inverse for entry in line]
        solved[column + 1] = inverse
        self.lines[index] = solved
        for other in range(len(self.lines)):
            if other != index:
                self.lines[other] = _substitute(self.lines[other], solved, column)
        self.form = _substitute(self.form, solved, column)
        self.basic[index], self.nonbasic[column] = self.nonbasic[column], self.basic[index]


def _substitute(line: list[fmpq], solved: list[fmpq], column: int) -> list[fmpq]:
    factor = line[column + 1]
    if factor == 0:
        return line
    result = [entry + factor * by for entry, by in zip(line, solved, strict=True)]
    result[column + 1] = factor * solved[column + 1]
    return result
