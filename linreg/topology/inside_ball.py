"""How much of a point, segment or polygon lies in a Euclidean ball."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from math import atan2, fsum, sqrt

import numpy as np

from linreg.domains import Ball

Point = Sequence[Fraction]


def size_in_ball(outline: Sequence[Point], ball: Ball) -> float | None:
    """The number, length or area of what a ball has of a point, segment or polygon.

    Whether they meet is decided in rationals; the size is that of float64.

    Parameters
    ----------
    outline : sequence of points
        One, two, or the corners of a convex polygon in order, in at most three dimensions.
    ball : Ball
        Of l2.

    Returns
    -------
    float or None
        In input units; None if the open ball does not meet it.

    Source
    ------
    A polygon's share of a disc is the sum over its edges, with signs, of triangles from the centre
    and sectors: the theorem of Green, as in any text on computational geometry.

    Examples
    --------
    The diameter of a disc, and the quarter of a disc of radius 1 in a square:

    >>> ball = Ball([0, 0], 1, "l2")
    >>> round(size_in_ball([[Fraction(-3), Fraction(0)], [Fraction(3), Fraction(0)]], ball), 6)
    2.0
    >>> square = [[Fraction(x), Fraction(y)] for x, y in ((0, 0), (2, 0), (2, 2), (0, 2))]
    >>> round(4 * size_in_ball(square, ball), 6)
    3.141593
    """
    around = [[x - c for x, c in zip(point, ball.centre, strict=True)] for point in outline]
    squared = ball.radius**2
    if len(around) == 1:
        return 1.0 if _dot(around[0], around[0]) < squared else None
    if len(around) == 2:
        start, end = around
        share = _share(start, end, squared)
        step = [b - a for a, b in zip(start, end, strict=True)]
        return None if share is None else (share[1] - share[0]) * sqrt(_dot(step, step))
    return _area(around, squared)


def _area(around: list[list[Fraction]], squared: Fraction) -> float | None:
    """The area that a ball around the origin has of a polygon."""
    flat = [[*point, *[Fraction(0)] * (3 - len(point))] for point in around]
    sides = ([b - a for a, b in zip(flat[0], other, strict=True)] for other in flat[1:3])
    normal = _cross(*sides)
    height = _dot(normal, flat[0]) / _dot(normal, normal)
    foot = [height * x for x in normal]
    # The ball has a disc of the polygon's plane, around the foot of its centre.
    rest = squared - _dot(foot, foot)
    if rest <= 0:
        return None
    corners = [[x - f for x, f in zip(point, foot, strict=True)] for point in flat]
    closed = [*corners, corners[0]]
    shares = [_share(a, b, rest) for a, b in pairwise(closed)]
    inside = all(_dot(normal, _cross(a, b)) > 0 for a, b in pairwise(closed))
    if not inside and not any(shares):
        return None
    unit = np.array([float(x) for x in normal]) / sqrt(_dot(normal, normal))
    parts = []
    for (a, b), share in zip(pairwise(closed), shares, strict=True):
        start, end = (np.array([float(x) for x in point]) for point in (a, b))
        if share is None:
            parts.append(float(rest) * _angle(start, end, unit) / 2)
            continue
        first, last = (start + t * (end - start) for t in share)
        parts.append(float(unit @ np.cross(first, last)) / 2)
        if share[0] > 0:
            parts.append(float(rest) * _angle(start, first, unit) / 2)
        if share[1] < 1:
            parts.append(float(rest) * _angle(last, end, unit) / 2)
    return fsum(parts)


def _share(start: Point, end: Point, squared: Fraction) -> tuple[float, float] | None:
    """From where to where, of 0 to 1, a segment is nearer to the origin; None if it never is."""
    step = [b - a for a, b in zip(start, end, strict=True)]
    length, slope, level = _dot(step, step), _dot(start, step), _dot(start, start) - squared
    nearest = min(max(-slope / length, Fraction(0)), Fraction(1))
    if length * nearest**2 + 2 * slope * nearest + level >= 0:
        return None
    middle, half = -slope / length, sqrt(slope**2 - length * level) / float(length)
    first = 0.0 if level <= 0 else float(middle) - half
    last = 1.0 if length + 2 * slope + level <= 0 else float(middle) + half
    return first, last


def _angle(one: np.ndarray, other: np.ndarray, normal: np.ndarray) -> float:
    return atan2(float(normal @ np.cross(one, other)), float(one @ other))


def _dot(one: Point, other: Point) -> Fraction:
    return sum((a * b for a, b in zip(one, other, strict=True)), Fraction(0))


def _cross(one: Point, other: Point) -> list[Fraction]:
    (a, b, c), (d, e, f) = one, other
    return [b * f - c * e, c * d - a * f, a * e - b * d]
