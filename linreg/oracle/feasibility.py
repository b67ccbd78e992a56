"""Whether strict linear inequalities have a solution, decided in integers one dimension at a time.

Points are homogeneous: (p_1, ..., p_n, q) with q > 0 is the point p / q, so that the value of a
row at it has the sign of their dot product.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from linreg.oracle.rows import Row, is_constant, negated, pivot_of, reduced, restricted

Point = tuple[int, ...]


def interior_point(rows: Iterable[Row], dim: int) -> Point:
    """A point at which every row is positive, or () if there is none.

    One row is added after another. If the new row f is not positive at the point w that has been
    found so far, then some solution has f > 0 iff some solution of the rows so far has f = 0: the
    segment from w crosses {f = 0}, and rows that are positive stay so nearby. That is the same
    question in one dimension less.

    Source
    ------
    After Seidel (1991): linear programs in small dimension by incremental construction.

    Examples
    --------
    The triangle x > 0, y > 0, x + y < 1 has an interior, the quadrant x, y > 1 does not meet it:

    >>> triangle = [(1, 0, 0), (0, 1, 0), (-1, -1, 1)]
    >>> interior_point(triangle, dim=2)
    (1, 1, 4)
    >>> interior_point([*triangle, (1, 0, -1), (0, 1, -1)], dim=2)
    ()
    """
    return inside_too((0,) * dim + (1,), (), rows, dim)


def inside_too(point: Point, held: Iterable[Row], rows: Iterable[Row], dim: int) -> Point:
    """A point at which more rows are positive than those held, which are at the point given, or ().

    Examples
    --------
    >>> inside_too((1, 1, 4), [(1, 0, 0), (0, 1, 0), (-1, -1, 1)], [(2, 0, -1)], dim=2)
    (5, 2, 8)
    """
    held = list(held)
    more = dict.fromkeys(rows)
    there = {*held, *more}
    if any(negated(row) in there for row in more):
        return ()
    for row in more:
        if is_constant(row):
            if row[-1] <= 0:
                return ()
            continue
        if _dot(row, point) <= 0:
            on_hyperplane = interior_point((restricted(other, row) for other in held), dim - 1)
            if not on_hyperplane:
                return ()
            point = _beyond(_lifted(on_hyperplane, row), row, held)
        held.append(row)
    return point


def _dot(left: Sequence[int], right: Sequence[int]) -> int:
    return sum(a * b for a, b in zip(left, right, strict=True))


def _lifted(point: Point, hyperplane: Row) -> Point:
    """The point of {hyperplane = 0} whose coordinates other than the pivot are given."""
    pivot = pivot_of(hyperplane)
    rest = _dot(point, hyperplane[:pivot] + hyperplane[pivot + 1 :])
    scale = hyperplane[pivot]
    solved = [*(scale * entry for entry in point[:pivot]), -rest]
    solved += [scale * entry for entry in point[pivot:]]
    return reduced(solved if scale > 0 else [-entry for entry in solved])


def _beyond(point: Point, hyperplane: Row, held: Sequence[Row]) -> Point:
    """The point moved to the positive side of a hyperplane it is on; rows held stay positive."""
    normal = hyperplane[:-1]
    step = Fraction(1)
    for row in held:
        descent = -_dot(row[:-1], normal)
        if descent > 0:
            step = min(step, Fraction(_dot(row, point), 2 * descent * point[-1]))
    moved = (
        step.denominator * entry + step.numerator * point[-1] * direction
        for entry, direction in zip(point[:-1], normal, strict=True)
    )
    return reduced([*moved, step.denominator * point[-1]])
