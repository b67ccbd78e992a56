"""Which region each of many points lies in: by proven float64 bounds, else in integers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from flint import fmpz
from numpy.typing import ArrayLike

from linreg.affine import ExactAffineMap
from linreg.errors import BrokenInvariant
from linreg.network.enclosure import EnclosedMap, EnclosedPieces
from linreg.polyhedra import IntegerRow, Point
from linreg.problem import Problem
from linreg.problem.integer import IntegerMax, IntegerScalar
from linreg.problem.region_rows import Boundaries
from linreg.rational import fraction, integer_matrix, nearest_float, rational

NOWHERE = -1
"""The region of a point outside the domain or on a boundary."""

CACHED_NUMBERS = 2**13
"""Most numbers in one intermediate array, so that these stay in the processor's cache."""

LEAST_POINTS = 16
"""Fewest points of a batch, however wide the network is."""

EXACT_INTEGERS = 2**53
"""Up to this size every integer is a float64."""


@dataclass(frozen=True, eq=False)
class Points:
    """Points as they were given: in float64, and exactly where that is not the same.

    Attributes
    ----------
    floats : float64 array, shape (points, inputs)
    exact : dict
        The points that float64 rounds, by index; those beyond all floats are zeros there.
    """

    floats: np.ndarray  # (points, inputs)
    exact: dict[int, tuple[Fraction, ...]]

    @classmethod
    def of(cls, x: ArrayLike, dim: int) -> Points:
        """The points in the rows of an array-like of numbers.

        Raises
        ------
        ValueError
            If the shape is not (points, dim), or a number is not finite or not a number; the
            message names the row.
        """
        # In a list, NumPy would turn numbers beside text into text, and round them beside floats.
        array = np.asarray(x, dtype=object if isinstance(x, list | tuple) else None)
        if array.dtype == object and {*map(type, array.ravel().tolist())} <= {float}:
            array = array.astype(np.float64)
        if array.ndim != 2 or array.shape[1] != dim:
            raise ValueError(
                f"x: an array of shape (points, {dim}) was expected, a row for each point and a "
                f"column for each input: got shape {array.shape}"
            )
        if _fits_float64(array):
            floats = array.astype(np.float64)
            bad = np.flatnonzero(~np.isfinite(floats).all(axis=1))
            if len(bad):
                raise ValueError(
                    f"x, row {bad[0]}: finite numbers were expected, got {floats[bad[0]].tolist()}"
                )
            return cls(floats, {})
        floats, exact = np.zeros(array.shape), {}
        for i, row in enumerate(array.tolist()):
            try:
                point = tuple(fraction(entry) for entry in row)
            except (TypeError, ValueError) as error:
                raise ValueError(f"x, row {i}: {error}") from None
            near = [nearest_float(entry.numerator, entry.denominator) for entry in point]
            if np.isfinite(near).all():
                floats[i] = near
            if tuple(map(Fraction, floats[i])) != point:
                exact[i] = point
        return cls(floats, exact)

    def point(self, index: int) -> Point:
        """A point in integer coordinates."""
        if index in self.exact:
            return Point.of_rationals([rational(entry) for entry in self.exact[index]])
        return Point.of_floats(self.floats[index])


@dataclass(frozen=True, eq=False)
class Located:
    """Where points lie.

    Attributes
    ----------
    regions : int64 array, shape (points,)
        `NOWHERE` for a point outside the domain, on a boundary, or in a region that is missing.
    settled : int
        How many points were settled in integers, since float64 proved nothing of them.
    """

    regions: np.ndarray  # (points,)
    settled: int


class Locator:
    """Finds the regions of points, given the patterns of all regions.

    Parameters
    ----------
    problem : Problem
    patterns : uint8 or uint16 array, shape (regions, units)
    places : mapping
        What `places_of` says of these patterns.
    is_complete : bool
        Whether all regions are there, so that a point that is certainly off all boundaries lies
        in one of them.
    """

    def __init__(
        self,
        problem: Problem,
        patterns: np.ndarray,
        places: Mapping[bytes, int],
        *,
        is_complete: bool,
    ) -> None:
        self._problem = problem
        self._patterns = patterns
        self._places = places
        self._is_complete = is_complete
        self._pieces = EnclosedPieces(problem.network)
        self._batch = max(LEAST_POINTS, CACHED_NUMBERS // self._pieces.width)
        self._boundaries = Boundaries(problem)
        halfspaces = problem.domain_rows.rows
        self._halfspaces = (
            EnclosedMap(
                ExactAffineMap.of([row[:-1] for row in halfspaces], [row[-1] for row in halfspaces])
            )
            if halfspaces
            else None
        )

    def locate(self, points: Points) -> Located:
        """The region of each point.

        Raises
        ------
        BrokenInvariant
            If all regions are there and a point off all boundaries lies in none.
        """
        found = np.full(len(points.floats), NOWHERE, dtype=np.int64)
        doubtful = np.zeros(len(points.floats), dtype=bool)
        for start in range(0, len(found), self._batch):
            part = slice(start, start + self._batch)
            found[part], doubtful[part] = self._propose(points.floats[part])
        doubtful[list(points.exact)] = True
        rest = np.flatnonzero(doubtful)
        found[rest] = self._settle([points.point(i) for i in rest.tolist()], found[rest])
        return Located(found, len(rest))

    def _propose(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The region of each point, and for which of them that is not proved."""
        patterns, certain = self._pieces.at(x)
        found = self._find(patterns)
        outside = np.zeros(len(x), dtype=bool)
        if self._halfspaces is not None:
            slack, bound = self._halfspaces(x, np.zeros_like(x))
            certain &= (slack > bound).all(axis=1)
            outside |= (slack < -bound).any(axis=1)
            found[outside] = NOWHERE
        missing = certain & (found == NOWHERE)
        if self._is_complete and missing.any():
            raise BrokenInvariant(
                f"{x[missing][0].tolist()} lies off every boundary, and in no region; please "
                "report this network"
            )
        return found, ~(certain | outside)

    def _find(self, patterns: np.ndarray) -> np.ndarray:
        """The index of the region with each pattern; -1 if there is none."""
        keys = np.ascontiguousarray(patterns)
        width = keys.shape[1] * keys.itemsize
        if width == 0:
            return np.full(len(keys), self._places.get(b"", NOWHERE), dtype=np.int64)
        listed: list[bytes] = keys.view(f"V{width}").ravel().tolist()
        return np.array([self._places.get(key, NOWHERE) for key in listed], dtype=np.int64)

    def _settle(self, points: Sequence[Point], guesses: np.ndarray) -> np.ndarray:
        """The region of each point, proved in integers; a guess that is right saves time.

        A point strictly inside a region lies in it, and one on its boundary in none, since
        regions are open and disjoint. Any other point lies in the region of its own pattern, if
        strictly inside: a unit that is constantly on a breakpoint has its lower piece in patterns
        of regions and of points alike.
        """
        sides = self._sides(points, guesses)
        found = np.where(sides > 0, guesses, NOWHERE)
        own = np.full(len(points), NOWHERE, dtype=np.int64)
        for i in np.flatnonzero(sides < 0).tolist():
            own[i] = self._places.get(self._pattern_at(points[i]), NOWHERE)
        return np.where(self._sides(points, own) > 0, own, found)

    def _sides(self, points: Sequence[Point], regions: np.ndarray) -> np.ndarray:
        """1 for each point strictly inside its region, 0 on the boundary, -1 elsewhere."""
        dim = self._problem.network.input_dim
        sides = np.full(len(points), -1)
        for region, group in _groups(regions):
            rows = self._boundaries.of(self._patterns[region].tolist()).rows
            columns = integer_matrix(rows, dim + 1).transpose()
            values = integer_matrix([points[i].entries for i in group], dim + 1) * columns
            least = [min(row, default=fmpz(1)) for row in values.table()]
            sides[group] = [(value > 0) - (value < 0) for value in least]
        return sides

    def _pattern_at(self, point: Point) -> bytes:
        """The bytes of a point's pattern, decided in integers."""
        state, one = point.column, [point.entries[-1]]
        pattern: list[int] = []
        for stage in self._problem.integer_stages:
            rows = stage.preactivations(state)
            pieces = [_piece(unit, rows, one[0]) for unit in stage.units]
            state = stage.outputs(rows, pieces, one)
            pattern += pieces
        return np.array(pattern, dtype=self._patterns.dtype).tobytes()


def places_of(patterns: np.ndarray) -> dict[bytes, int]:
    """The index of each pattern, by its bytes."""
    return {pattern.tobytes(): i for i, pattern in enumerate(patterns)}


def _fits_float64(array: np.ndarray) -> bool:
    """Whether float64 holds the numbers of an array, as far as they are finite."""
    if array.dtype.kind == "f":
        return array.dtype.itemsize <= 8
    if array.dtype.kind not in "iu" or array.size == 0:
        return array.size == 0
    return int(array.min()) >= -EXACT_INTEGERS and int(array.max()) <= EXACT_INTEGERS


def _piece(unit: IntegerScalar | IntegerMax, rows: Sequence[IntegerRow], one: fmpz) -> int:
    """The piece of a unit where its rows have values, each times `one`; ties as everywhere."""
    if isinstance(unit, IntegerMax):
        return max(range(unit.rank), key=lambda i: (rows[unit.row + i][0], -i))
    (value,) = rows[unit.row]
    return sum(value * by > cut * one for by, cut in unit.cuts)


def _groups(indices: np.ndarray) -> Iterator[tuple[int, list[int]]]:
    """The places of each index that is not `NOWHERE`, index by index."""
    order = np.argsort(indices, kind="stable")
    starts = np.flatnonzero(np.diff(indices[order], prepend=NOWHERE))
    for group in np.split(order, starts)[1:]:
        yield int(indices[group[0]]), group.tolist()
