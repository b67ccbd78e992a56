"""Polylines: points that follow one another, exactly, and the parts of segments in a domain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from flint import fmpq

from linreg.affine import ExactAffineMap
from linreg.arguments import entries, point
from linreg.domains import Domain
from linreg.network.enclosure import EnclosedMap
from linreg.rational import nearest_floats, rational, rational_matrix
from linreg.wording import counted

Span = tuple[fmpq, fmpq | None]
"""The part of a segment that counts, from one parameter to another; None if it never ends."""

WHOLE_SEGMENT: Span = (fmpq(0), fmpq(1))
"""All of a segment."""


@dataclass(frozen=True, slots=True, eq=False)
class Polyline:
    """Points, between which segments lie.

    Attributes
    ----------
    floats : float64 array, shape (points, inputs)
        The points, or the nearest to them.
    exact : dict
        The points that float64 rounds, by index.

    Examples
    --------
    Of two points, the second is not one of float64:

    >>> line = Polyline.of([[0], ["1/3"]], 1)
    >>> line.n_segments, list(line.exact), line.point(1)
    (1, [1], (1/3,))
    """

    floats: np.ndarray  # (points, inputs)
    exact: dict[int, tuple[fmpq, ...]]

    @classmethod
    def of(cls, points: Any, dim: int) -> Polyline:
        """The points in the rows of an array-like of numbers.

        Raises
        ------
        ValueError, TypeError
            If the shape is not (points, dim), there is no point, or a number is not finite.
        """
        floats = _floats(points, dim)
        if floats is not None:
            return cls(floats, {})
        listed = entries(points, "points")
        if not listed:
            raise ValueError("points: at least one point was expected, got none")
        exact = [point(row, dim, f"points[{i}]") for i, row in enumerate(listed)]
        floats = nearest_floats(rational_matrix(exact, dim))
        if not np.isfinite(floats).all():
            bad = int(np.flatnonzero(~np.isfinite(floats).all(axis=1))[0])
            raise ValueError(f"points[{bad}]: numbers of float64's range were expected")
        kept = {
            i: tuple(row)
            for i, (row, near) in enumerate(zip(exact, floats.tolist(), strict=True))
            if any(entry != rational(value) for entry, value in zip(row, near, strict=True))
        }
        return cls(floats, kept)

    @property
    def n_segments(self) -> int:
        """One less than there are points."""
        return len(self.floats) - 1

    def point(self, index: int) -> tuple[fmpq, ...]:
        """A point, exactly."""
        if index in self.exact:
            return self.exact[index]
        return tuple(map(rational, self.floats[index].tolist()))

    def part(self, first: int, last: int) -> Polyline:
        """The points from one to another, the last one excluded."""
        exact = {i - first: row for i, row in self.exact.items() if first <= i < last}
        return Polyline(self.floats[first:last], exact)

    def is_rounded(self) -> np.ndarray:
        """Which points are only near those that are meant; bool, shape (points,)."""
        rounded = np.zeros(len(self.floats), dtype=bool)
        rounded[list(self.exact)] = True
        return rounded


def _floats(points: Any, dim: int) -> np.ndarray | None:
    """An array of finite floats of this shape in float64; None of anything else."""
    if not isinstance(points, np.ndarray) or points.dtype.kind != "f" or points.itemsize > 8:
        return None
    if points.ndim != 2 or points.shape[1] != dim or not len(points):
        return None
    floats = points.astype(np.float64)
    return floats if np.isfinite(floats).all() else None


class Clip:
    """Cuts segments to a domain.

    Parameters
    ----------
    domain : domain
        Of the dimension of the points.
    """

    def __init__(self, domain: Domain) -> None:
        self._rows = [[rational(entry) for entry in row] for row in domain.rows()]
        self._enclosed = (
            EnclosedMap(
                ExactAffineMap.of([row[:-1] for row in self._rows], [row[-1] for row in self._rows])
            )
            if self._rows
            else None
        )

    def spans(self, line: Polyline) -> dict[int, Span | None]:
        """The part of each segment that is inside, of those that are not wholly; None if none is.

        What has no length is no part: a segment that only touches the domain is outside.
        """
        if self._enclosed is None:
            return {}
        doubt = np.where(line.is_rounded()[:, None], np.abs(line.floats) * 2.0**-52, 0.0)
        slack, bound = self._enclosed(line.floats, doubt)
        certain = np.asarray((slack > bound).all(axis=1)).tolist()
        inside = [
            sure or all(value >= 0 for value in self._values(line.point(i)))
            for i, sure in enumerate(certain)
        ]
        return {
            i: self.span(line.point(i), line.point(i + 1))
            for i in range(line.n_segments)
            if not (inside[i] and inside[i + 1])
        }

    def span(
        self, start: Sequence[fmpq], end: Sequence[fmpq], *, endless: bool = False
    ) -> Span | None:
        """The part of a segment, or of a ray, that is inside; None if it has no length."""
        low = fmpq(0)
        high = None if endless else fmpq(1)
        for a, b in zip(self._values(start), self._values(end), strict=True):
            rise = b - a
            if rise == 0:
                if a < 0:
                    return None
                continue
            crossing = -a / rise
            if rise > 0:
                low = max(low, crossing)
            else:
                high = crossing if high is None else min(high, crossing)
        return None if high is not None and low >= high else (low, high)

    def _values(self, x: Sequence[fmpq]) -> list[fmpq]:
        return [
            sum((by * entry for by, entry in zip(row, x, strict=False) if by != 0), row[-1])
            for row in self._rows
        ]


def check_two(line: Polyline) -> None:
    """Refuse a single point.

    Raises
    ------
    ValueError
    """
    if line.n_segments < 1:
        raise ValueError(
            "points: two points or more were expected, between which segments lie, got "
            f"{counted(len(line.floats), 'point')}"
        )
