"""One convex cell of the domain, known by inequalities in the coordinates of its own flat.

Strict inequalities are those of units, weak ones the domain's. A form that is nowhere zero on a
cell, one that cuts it and one that touches it at the domain's boundary are told apart by linear
programs, each proved exactly, so nothing here depends on how many corners a cell has.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import gcd

from flint import fmpq, fmpz, fmpz_mat

from linreg.polyhedra import (
    Forms,
    IntegerRow,
    Multipliers,
    Point,
    PointedPolyhedron,
    Solver,
    decide_interior,
    is_bounded,
    shortened,
)
from linreg.polyhedra.optimum import least_values
from linreg.problem.integer import identity_state


@dataclass(frozen=True, eq=False)
class Flat:
    """The points of an affine flat where some rows are positive and others are not negative.

    Attributes
    ----------
    frame : fmpz_mat, shape (n + 1, dim + 1)
        Takes homogeneous coordinates on the flat to those of the input.
    strict, weak : lists of integer rows, shape (dim + 1,) each
        On the flat; none is constant.
    point : Point
        Of the flat's coordinates: all rows are positive there.

    Examples
    --------
    The segment from 0 to 1 with both ends:

    >>> rows = [[fmpz(1), fmpz(0)], [fmpz(-1), fmpz(1)]]
    >>> segment = whole(1, rows, Solver())
    >>> segment.dim, len(segment.weak), segment.is_bounded(Solver())
    (1, 2, True)
    """

    frame: fmpz_mat
    strict: list[IntegerRow]
    weak: list[IntegerRow]
    point: Point

    @property
    def dim(self) -> int:
        """Dimension of the flat, and of the cell."""
        return int(self.frame.ncols()) - 1

    @property
    def inside(self) -> Point:
        """A point of the cell's interior in its flat, as an input."""
        *entries, scale = (self.frame * self.point.column).entries()
        divisor = gcd(*map(int, entries), int(scale))
        return Point.of_entries([entry // divisor for entry in (*entries, scale)])

    def on(self, form: Sequence[fmpz] | Sequence[int]) -> IntegerRow:
        """A form of the input as one of the flat's coordinates, with the same signs."""
        row = fmpz_mat(1, len(form), list(form)) * self.frame
        return _primitive(list(row.entries()))

    def is_bounded(self, solver: Solver) -> bool:
        """Whether the cell lies in a ball."""
        return not self.dim or is_bounded([*self.strict, *self.weak], self.dim, solver)

    def parts(self, form: Sequence[fmpz] | Sequence[int], solver: Solver) -> Iterator[Part]:
        """The parts where a form of the input is positive, zero and negative, with that sign."""
        row = self.on(form)
        if not any(row[:-1]):
            yield (row[-1] > 0) - (row[-1] < 0), self
            return
        here = sum((a * x for a, x in zip(row, self.point.entries, strict=True)), fmpz(0))
        rows = [*self.strict, *self.weak]
        pointed = PointedPolyhedron.of_rows(rows, self.point, solver)
        minus = [-entry for entry in row]
        if here == 0:
            up, down = pointed.step_from(Forms([row], self.dim).normals[0], row)
            yield 1, self._strictly(row, up)
            yield -1, self._strictly(minus, down)
            yield 0, self._zero(row, self.point)
            return
        sign, ahead, back = (1, row, minus) if here > 0 else (-1, minus, row)
        forms = Forms([ahead], self.dim)
        value = float(forms.floats(forms.at(self.point), self.point)[0])
        answer = pointed.beyond(ahead, forms.normals[0], value)
        yield sign, self._strictly(ahead, self.point)
        if isinstance(answer, Point):
            yield -sign, self._strictly(back, answer)
            yield 0, self._zero(row, _crossing(row, self.point, answer))
        else:
            touched = self._touched(ahead, answer, solver)
            if touched is not None:
                yield 0, touched

    def lowest(self, form: Sequence[fmpz] | Sequence[int], solver: Solver) -> fmpq | None:
        """The infimum of a form of the input; None if it falls without end."""
        row = list((fmpz_mat(1, len(form), list(form)) * self.frame).entries())
        scale = self.frame[self.frame.nrows() - 1, self.dim]
        if not any(row[:-1]):
            return fmpq(row[-1], scale)
        (found,) = least_values([*self.strict, *self.weak], [row], self.point, solver)
        return None if found is None else found.value / scale

    def _strictly(self, row: IntegerRow, point: Point) -> Flat:
        return Flat(self.frame, [*self.strict, row], self.weak, point)

    def _zero(self, row: IntegerRow, point: Point) -> Flat:
        """The part on a hyperplane that cuts the cell, given a point of it."""
        axis = _pivot(row)
        map_ = _hyperplane(row, axis)
        strict, weak = (_rows_on(map_, rows) for rows in (self.strict, self.weak))
        entries = [entry for k, entry in enumerate(point.entries) if k != axis]
        bundle = Forms([*strict, *weak], self.dim - 1)
        short = shortened(
            Point.of_entries(entries), lambda near: all(value > 0 for value in bundle.at(near))
        )
        return Flat(_scaled(self.frame * map_), strict, weak, short)

    def _touched(self, row: IntegerRow, proof: Multipliers, solver: Solver) -> Flat | None:
        """The part where a form that is never negative is zero, which is at the domain's edge.

        The form is a sum of rows, each times a positive number, and of a constant: it is zero
        where all of these are.
        """
        used = [k for k, by in proof.numerators.items() if by > 0]
        rows = [*self.strict, *self.weak]
        constant = row[-1] * proof.denominator
        constant -= sum((proof.numerators[k] * rows[k][-1] for k in used), fmpz(0))
        if constant > 0 or any(k < len(self.strict) for k in used):
            return None
        return _settled(self.frame, self.strict, self.weak, [rows[k] for k in used], solver)


Part = tuple[int, Flat]
"""A sign, and the cell on which a form has it."""


def whole(dim: int, rows: Sequence[IntegerRow], solver: Solver) -> Flat:
    """The closed polyhedron where no row is negative, which has an interior."""
    point = decide_interior(rows, dim, solver)
    assert isinstance(point, Point)
    return Flat(identity_state(dim), [], [_primitive(row) for row in rows], point)


def _settled(
    frame: fmpz_mat,
    strict: list[IntegerRow],
    weak: list[IntegerRow],
    zeros: list[IntegerRow],
    solver: Solver,
) -> Flat | None:
    """The cell of these rows, with some that are to be zero; None if it has no points.

    Where no point makes all rows positive, multipliers show that a sum of some is never positive.
    A strict row among them leaves nothing; otherwise all of these are zero, and on they go.
    """
    while True:
        while zeros:
            row, *zeros = zeros
            if any(row[:-1]):
                map_ = _hyperplane(row, _pivot(row))
                frame = _scaled(frame * map_)
                strict, weak, zeros = (
                    [_primitive(list(r.entries())) for r in _each(map_, rows)]
                    for rows in (strict, weak, zeros)
                )
            elif row[-1] != 0:
                return None
        if any(row[-1] <= 0 for row in strict if not any(row[:-1])):
            return None
        if any(row[-1] < 0 for row in weak if not any(row[:-1])):
            return None
        strict, weak = ([row for row in rows if any(row[:-1])] for rows in (strict, weak))
        answer = decide_interior([*strict, *weak], int(frame.ncols()) - 1, solver)
        if isinstance(answer, Point):
            return Flat(frame, strict, weak, answer)
        used = [k for k, by in answer.numerators.items() if by > 0]
        rows = [*strict, *weak]
        if any(k < len(strict) for k in used):
            return None
        if sum((answer.numerators[k] * rows[k][-1] for k in used), fmpz(0)) < 0:
            return None
        zeros = [rows[k] for k in used]


def _hyperplane(row: IntegerRow, axis: int) -> fmpz_mat:
    """Homogeneous coordinates, less one axis, to those of the points where a form is zero."""
    size, by = len(row), abs(row[axis])
    sign = 1 if row[axis] > 0 else -1
    kept = [k for k in range(size) if k != axis]
    map_ = fmpz_mat(size, size - 1)
    for column, k in enumerate(kept):
        map_[k, column] = by
        map_[axis, column] = -sign * row[k]
    return map_


def _pivot(row: IntegerRow) -> int:
    """The axis along which a form is solved: that of the smallest coefficient."""
    return min((k for k, entry in enumerate(row[:-1]) if entry != 0), key=lambda k: abs(row[k]))


def _rows_on(map_: fmpz_mat, rows: list[IntegerRow]) -> list[IntegerRow]:
    """Rows on a hyperplane, where some may be constant: positive, since they are at a point."""
    found = (list(row.entries()) for row in _each(map_, rows))
    return [_primitive(row) for row in found if any(row[:-1])]


def _each(map_: fmpz_mat, rows: list[IntegerRow]) -> list[fmpz_mat]:
    return [fmpz_mat(1, len(row), row) * map_ for row in rows]


def _crossing(row: IntegerRow, one: Point, other: Point) -> Point:
    """The point between two at which a form is zero that has other signs at these."""
    a, b = (
        abs(sum((r * x for r, x in zip(row, point.entries, strict=True)), fmpz(0)))
        for point in (one, other)
    )
    entries = [b * x + a * y for x, y in zip(one.entries, other.entries, strict=True)]
    divisor = gcd(*map(int, entries))
    return Point.of_entries([entry // divisor for entry in entries])


def _primitive(row: IntegerRow) -> IntegerRow:
    divisor = gcd(*map(int, row))
    return [entry // divisor for entry in row] if divisor > 1 else row


def _scaled(frame: fmpz_mat) -> fmpz_mat:
    """A frame without a common factor."""
    entries = list(frame.entries())
    divisor = gcd(*map(int, entries))
    return fmpz_mat(frame.nrows(), frame.ncols(), [entry // divisor for entry in entries])
