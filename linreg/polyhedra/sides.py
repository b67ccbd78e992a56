"""The sides of a polyhedron in the plane: floats guess which rows they are, integers prove it."""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd
from typing import NamedTuple

from flint import fmpz_mat

from linreg.polyhedra.points import Point
from linreg.rational import integer_matrix

Row = Sequence[int]
"""A form (a, b, c): a x + b y + c. Python's integers are faster than those of matrices here."""

End = tuple[int, ...]
"""A vertex (x, y, w) at (x, y) / w with w > 0, or a direction (x, y, 0) without an end; coprime."""


NEAR = 1e-12
"""Relative: how near to a straight line a turn may be one. It decides nothing but time."""

NOTHING = -1
"""In place of a row, at 0 in the polar hull."""


class Side(NamedTuple):
    """A facet of a polyhedron in the plane, with the polyhedron on its left.

    Attributes
    ----------
    place : int
        Its row.
    start, end : End
        Where it comes from, and where it leads.
    """

    place: int
    start: End
    end: End


def sides(rows: Sequence[Row], inside: Point) -> list[Side] | None:
    """The facets of a polyhedron in the plane, with their ends; None if floats guess wrongly.

    Parameters
    ----------
    rows : sequence of integer rows, each of length 3
        Coprime and distinct, and none of them constant.
    inside : Point
        Where all rows are positive.

    Notes
    -----
    What is returned is proved. Each side has its ends in the closed polyhedron, so that it lies
    there, and is a facet. Each end at which two sides meet is the end of both. So the sides are
    whole, and chains of them end on rays only: a boundary in the plane is one chain, or two
    parallel lines.

    Examples
    --------
    Of x > 0, y > 0 and x + y > -1 the first two are sides, which meet in the origin:

    >>> rows = [[1, 0, 0], [0, 1, 0], [1, 1, 1]]
    >>> sides(rows, Point.of_entries([1, 1, 1]))
    [Side(place=0, start=(0, 1, 0), end=(0, 0, 1)), Side(place=1, start=(0, 0, 1), end=(1, 0, 0))]
    """
    places = _needed(rows, _guess(rows, inside))
    found = ordered_sides(rows, places)
    return found if _holds(rows, found, inside) else None


def ordered_sides(rows: Sequence[Row], places: Sequence[int]) -> list[Side]:
    """Rows as sides of the polyhedron that they bound, if they are its sides in order.

    Parameters
    ----------
    rows : sequence of integer rows, each of length 3
        Coprime.
    places : sequence of int
        Those of its sides, counterclockwise.

    Examples
    --------
    The strip 0 < y < 1 has two:

    >>> [side.start for side in ordered_sides([[0, 1, 0], [0, -1, 1]], [0, 1])]
    [(-1, 0, 0), (1, 0, 0)]
    """
    meetings = [
        _meeting(rows[i], rows[j]) if len(places) > 1 else None
        for i, j in zip(places, [*places[1:], *places[:1]], strict=True)
    ]
    found = []
    for i, before, after in zip(places, [*meetings[-1:], *meetings[:-1]], meetings, strict=True):
        a, b, _ = rows[i]
        by = gcd(a, b)
        a, b = a // by, b // by
        found.append(Side(i, before or (-b, a, 0), after or (b, -a, 0)))
    return found


def middle(side: Side) -> Point:
    """A point inside a side with a vertex.

    Examples
    --------
    >>> ray = Side(0, (0, 1, 2), (1, 0, 0))
    >>> middle(ray).fractions
    (Fraction(1, 2), Fraction(1, 2))
    """
    (x, y, w), (u, v, z) = side.start, side.end
    if w == 0 or z == 0:
        return Point.of_entries([x + u, y + v, w + z])
    return Point.of_entries([x * z + u * w, y * z + v * w, 2 * w * z])


def foot(row: Row, inside: Point) -> Point:
    """The point of a line that is nearest to another point.

    Examples
    --------
    >>> foot([1, 1, -2], Point.of_entries([3, 1, 1])).fractions
    (Fraction(2, 1), Fraction(0, 1))
    """
    (a, b, c), (x, y, w) = row, map(int, inside.entries)
    value, square = a * x + b * y + c * w, a * a + b * b
    return Point.of_entries([x * square - a * value, y * square - b * value, w * square])


def _guess(rows: Sequence[Row], inside: Point) -> list[int]:
    """Rows that may be sides, in order around the point: corners of their polar hull, in floats.

    A row n x + s, seen from the point, stands for n / s, and a side is a corner of the convex hull
    of all these and 0 (polarity).
    """
    values = (integer_matrix(rows, 3) * inside.column).entries()
    weight = inside.entries[-1]
    corners = []
    for place, (row, value) in enumerate(zip(rows, values, strict=True)):
        # Quotients of integers do not overflow before they are too large for floats.
        try:
            corner = int(row[0] * weight) / int(value), int(row[1] * weight) / int(value)
        except OverflowError:
            return []
        corners.append((*corner, place))
    corners.append((0.0, 0.0, NOTHING))
    corners.sort()
    lower, upper = _half_hull(corners), _half_hull(corners[::-1])
    around = [place for *_, place in (*lower[:-1], *upper[:-1])]
    if NOTHING in around:
        # Where 0 is a corner the polyhedron has no end: its sides begin after it.
        at = around.index(NOTHING)
        around = around[at + 1 :] + around[:at]
    return [place for place in around if place != NOTHING]


_Corner = tuple[float, float, int]


def _half_hull(corners: Sequence[_Corner]) -> list[_Corner]:
    """The convex chain that has sorted points on its left, with those that are on it."""
    chain: list[_Corner] = []
    for corner in corners:
        while len(chain) > 1 and not _bends(chain[-2], chain[-1], corner):
            chain.pop()
        chain.append(corner)
    return chain


def _bends(a: _Corner, b: _Corner, c: _Corner) -> bool:
    """Whether the way from a by b to c may turn left; if 0 is an end, whether it surely does.

    On the way from or to 0 are parallel rows, of which the nearest one stays.
    """
    one, other = (b[0] - a[0]) * (c[1] - b[1]), (b[1] - a[1]) * (c[0] - b[0])
    doubt = NEAR * (abs(one) + abs(other))
    return one - other > (doubt if NOTHING in (a[2], c[2]) else -doubt)


def _needed(rows: Sequence[Row], places: list[int]) -> list[int]:
    """Those of rows in order around a point that their neighbours do not make redundant."""
    kept = list(places)
    at = 0
    left = len(kept)
    while left > 0 and len(kept) > 2:
        i, j, k = kept[at - 1], kept[at], kept[(at + 1) % len(kept)]
        meeting = _meeting(rows[i], rows[k])
        if meeting is not None and _value(rows[j], meeting) >= 0 and _is_between(rows, i, j, k):
            kept.pop(at)
            at = (at - 1) % len(kept)
            left = len(kept)
        else:
            at = (at + 1) % len(kept)
            left -= 1
    return kept


def _is_between(rows: Sequence[Row], i: int, j: int, k: int) -> bool:
    """Whether the normal of row j is between those of i and k, which are less than half a turn."""
    return _cross(rows[i], rows[j]) >= 0 and _cross(rows[j], rows[k]) >= 0


def _cross(one: Row, other: Row) -> int:
    return one[0] * other[1] - one[1] * other[0]


def _value(row: Row, end: End) -> int:
    return row[0] * end[0] + row[1] * end[1] + row[2] * end[2]


def _meeting(one: Row, other: Row) -> End | None:
    """The vertex between a side and the next one; None if the way from one to the other is open."""
    w = _cross(one, other)
    if w <= 0:
        return None
    x = one[1] * other[2] - one[2] * other[1]
    y = one[2] * other[0] - one[0] * other[2]
    by = gcd(x, y, w)
    return x // by, y // by, w // by


def _holds(rows: Sequence[Row], found: Sequence[Side], inside: Point) -> bool:
    """Whether all that `sides` says of its answer is true."""
    if not found:
        return not rows
    ends = [end for side in found for end in (side.start, side.end)]
    lines = [side for side in found if side.start[2] == 0 == side.end[2]]
    ends += [tuple(map(int, foot(rows[side.place], inside).entries)) for side in lines]
    columns = fmpz_mat(3, len(ends), [entry for row in zip(*ends, strict=True) for entry in row])
    if any(value < 0 for value in (integer_matrix(rows, 3) * columns).entries()):
        return False
    if lines:
        a, b, _ = rows[found[0].place]
        faces_it = any(row[0] * a + row[1] * b < 0 for row in rows)
        return len(found) == len(lines) == 1 + faces_it
    return all(side.start != side.end for side in found)
