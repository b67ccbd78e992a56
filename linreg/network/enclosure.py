"""Pieces of units at many points at once, in float64, with a proof or a doubt for each point.

Every value comes with a bound on its distance from the exact one (running error analysis: Higham,
2002, section 3.3). A piece is certain where the value is farther from every breakpoint than its
bound, and a maximum where the winner leads by more than both bounds. Overflow makes a value
infinite or undefined, and then nothing that reads it is certain.

A unit that is certainly off is not only near zero but zero, all around the point, and so is
whatever reads nothing but such units and has no shift. These values are told from others by a
bound of 0: on a breakpoint at 0, or tied with each other, they are certain all the same.

Nearly all points are so far from every breakpoint that one bound for all values of a stage will
do, which takes a fraction of the time; the others get a bound for each value.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from linreg.affine import ExactAffineMap
from linreg.network.stages import Stage, StagedNetwork, piece_at
from linreg.rational import nearest_float
from linreg.units import MaxUnit, ScalarUnit

if TYPE_CHECKING:
    from scipy.sparse import csr_array

ROUNDOFF = 2.0**-53
"""Relative error of rounding to the nearest float64."""

UNDERFLOW = 2.0**-500
"""What is added to the bound on every argument that can change, and the least weight of one.

So a bound is 0 for values that cannot change, and for no others; and it covers all underflow, in
which an operation errs by at most 2^-1022, even where the system flushes to 0."""

ONE_THREAD_PRODUCTS = 2**18
"""Products of numbers up to which OpenBLAS multiplies two matrices in one thread.

For little more, its threads wait for each other far longer than they work."""

ROWS_AT_ONCE = 16
"""Rows of a matrix that are multiplied at a time."""

Columns = slice | np.ndarray


def growth_of(terms: int) -> float:
    """Bound on the error of a sum of so many products with rounded weights, and a shift.

    Relative to the sum of their absolute values. n roundings one upon another make at most
    n u / (1 - n u) <= (n + 1) u of it (Higham, 2002, section 3.1), and a weight, a product and a
    shift bring fewer than nine more. Twice that leaves room for the rounding of the bound itself
    and of comparisons with it.
    """
    return 2 * (terms + 10) * ROUNDOFF


class EnclosedMap:
    """An affine map in float64, with a bound on the error of every value.

    Weights are rounded to nearest, with a relative error of at most ROUNDOFF unless they
    underflow, and products are added in any order, with or without fused operations; see
    `growth_of`.

    Examples
    --------
    The float64 nearest to a third, times three, is within the bound of one:

    >>> third = EnclosedMap(ExactAffineMap.of([["1/3"]], [0]))
    >>> value, bound = third(np.array([[3.0]]), np.zeros((1, 1)))
    >>> bool(abs(value[0, 0] - 1) <= bound[0, 0] < 1e-14)
    True
    """

    def __init__(self, map_: ExactAffineMap) -> None:
        self._map = map_.rounded()
        self._sizes = _sizes(map_, self._map.matrix)
        self._growth = growth_of(map_.n_inputs)
        moved = np.array([shift != 0 for shift in map_.shifts], dtype=bool)
        self._shift_bound = self._growth * np.abs(self._map.shift) + UNDERFLOW * moved
        with np.errstate(over="ignore"):
            self._most = float(np.max(self._sizes.sum(axis=1), initial=0))
        self._most_shift = float(np.max(self._shift_bound, initial=0))

    def __call__(self, x: np.ndarray, error: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Values, shape (points, outputs), of arguments known up to `error`, and their bounds."""
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            value = self._values(x)
            doubt = error + self._growth * np.abs(x)
            np.add(doubt, UNDERFLOW, out=doubt, where=(x != 0) | (error != 0))
            bound = _product(doubt, self._sizes.T)
            # The shift enters with coefficient one and is rounded like the products.
            bound += self._shift_bound
            bound *= 1 + self._growth
        # An overflow that cancelled would leave a finite bound on a value that means nothing.
        bound[~np.isfinite(value)] = np.inf
        return value, bound

    def coarsely(self, x: np.ndarray, error: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Values, and one bound for all of each point; `error` has shape (points,) too."""
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            value = self._values(x)
            doubt = error + self._growth * np.abs(x).max(axis=1, initial=0) + UNDERFLOW
            bound = (self._most * doubt + self._most_shift) * (1 + self._growth)
        bound[~np.isfinite(value).all(axis=1)] = np.inf
        return value, bound

    def _values(self, x: np.ndarray) -> np.ndarray:
        value = _product(x, self._map.matrix.T)
        value += self._map.shift
        return value


class EnclosedPieces:
    """The piece of every unit of a network at many points.

    Examples
    --------
    In float64, 0.1 + 0.2 - 0.3 is positive, and so it is exactly, but rounding could have made it
    so; near it, the other side is certain:

    >>> from linreg import mlp
    >>> pieces = EnclosedPieces(mlp([([[0.1, 0.2, -0.3]], [0])]).staged)
    >>> pattern, certain = pieces.at(np.array([[1.0, 1.0, 1.0], [1.0, 1.0, 1.0001]]))
    >>> pattern.tolist(), certain.tolist()
    ([[1], [0]], [False, True])
    """

    def __init__(self, network: StagedNetwork) -> None:
        self._stages = [_EnclosedStage(stage) for stage in network.stages]
        self._dtype = network.pattern_dtype
        units = network.units
        self._n_units = len(units)
        self._may_be_coarse = all(isinstance(unit, ScalarUnit) for unit in units)

    @property
    def width(self) -> int:
        """The most numbers that any stage computes of one point."""
        return max((stage.width for stage in self._stages), default=1)

    def at(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Patterns, and which of them are proved, with nearly every tie in doubt.

        Parameters
        ----------
        x : float64 array, shape (points, inputs)
            Finite.

        Returns
        -------
        patterns : integer array, shape (points, units)
        certain : bool array, shape (points,)
            Whether the pattern is, for sure, that of all points around this one: every unit is
            strictly inside its piece, or constant.
        """
        if not self._may_be_coarse:
            return self._finely(x)
        patterns, certain = self._coarsely(x)
        rest = np.flatnonzero(~certain)
        if len(rest):
            patterns[rest], certain[rest] = self._finely(x[rest])
        return patterns, certain

    def _coarsely(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """`at` with one bound for all values of a stage at a point; nothing constant is certain."""
        patterns = np.empty((len(x), self._n_units), dtype=self._dtype)
        certain = np.ones(len(x), dtype=bool)
        state, error = x, np.full(len(x), UNDERFLOW)
        first = 0
        for stage in self._stages:
            pieces = patterns[:, first : first + stage.n_units]
            sure, state, error = stage.coarsely(state, error, pieces)
            certain &= sure
            first += stage.n_units
        return patterns, certain

    def _finely(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """`at` with a bound for each value."""
        certain = np.ones(len(x), dtype=bool)
        pieces = [np.empty((len(x), 0), dtype=self._dtype)]
        # An input that is zero is so at this point only, which a bound of 0 would deny.
        state, error = x, np.full_like(x, UNDERFLOW)
        for stage in self._stages:
            piece, sure, state, error = stage.at(state, error)
            pieces.append(piece.astype(self._dtype))
            certain &= sure
        return np.concatenate(pieces, axis=1), certain


class _EnclosedStage:
    """A stage, its units grouped by what is to be done with them."""

    def __init__(self, stage: Stage) -> None:
        self._map = EnclosedMap(stage.map)
        scalars = [(j, u) for j, u in enumerate(stage.units) if isinstance(u, ScalarUnit)]
        by_rank: dict[int, list[tuple[int, list[int]]]] = {}
        for j, unit in enumerate(stage.units):
            if isinstance(unit, MaxUnit):
                rivals = distinct_candidates(stage.map, stage.starts[j], unit.rank)
                by_rank.setdefault(len(rivals), []).append((j, rivals))
        self._groups: list[_Scalars | _Maxima] = [_Scalars(stage, scalars)] if scalars else []
        self._groups += [_Maxima(stage, group) for group in by_rank.values()]
        self.n_units = len(stage.units)
        self.width = max(stage.map.n_outputs, stage.map.n_inputs)
        self._passing = slice(stage.starts[-1], None)

    def at(
        self, x: np.ndarray, error: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Pieces, which points are certain, and the outputs with their bounds."""
        value, bound = self._map(x, error)
        pieces = np.empty((len(x), self.n_units), dtype=np.intp)
        certain = np.ones(len(x), dtype=bool)
        width = self.n_units + value[:, self._passing].shape[1]
        state, doubt = np.empty((len(x), width)), np.empty((len(x), width))
        for group in self._groups:
            with np.errstate(over="ignore", invalid="ignore", under="ignore"):
                piece, sure, output, after = group.at(value, bound)
            pieces[:, group.units] = piece
            certain &= sure
            state[:, group.units], doubt[:, group.units] = output, after
        state[:, self.n_units :] = value[:, self._passing]
        doubt[:, self.n_units :] = bound[:, self._passing]
        return pieces, certain, state, doubt

    def coarsely(
        self, x: np.ndarray, error: np.ndarray, pieces: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Which points are certain, the outputs, and one bound for all of each point.

        Pieces are written to an array; all units are scalar.
        """
        value, bound = self._map.coarsely(x, error)
        passing = value[:, self._passing]
        certain = np.ones(len(x), dtype=bool)
        for group in self._groups:
            assert isinstance(group, _Scalars)
            with np.errstate(over="ignore", invalid="ignore", under="ignore"):
                certain, output, after = group.coarsely(value, bound, pieces)
            bound = np.maximum(bound, after)
            passing = np.concatenate([output, passing], axis=1) if passing.shape[1] else output
        return certain, passing, bound


class _Scalars:
    """Scalar units, as tables padded to one width.

    A unit that reads nothing is on one piece for good, which is known exactly.
    """

    def __init__(self, stage: Stage, units: Sequence[tuple[int, ScalarUnit]]) -> None:
        self.units = _columns([j for j, _ in units])
        self._rows = _columns([stage.starts[j] for j, _ in units])
        tables = [_Table(stage, j, unit) for j, unit in units]
        most = max(len(table.slopes) for table in tables)
        self._first = np.array([table.first for table in tables])
        self._cuts = np.full((most - 1, len(tables)), np.inf)
        self._slack = np.zeros((most - 1, len(tables)))
        slopes, intercepts = np.zeros((2, len(tables), most))
        keeps, kills = np.zeros((2, len(tables), most), dtype=bool)
        for j, table in enumerate(tables):
            self._cuts[: len(table.cuts), j] = _floats(table.cuts)
            self._slack[: len(table.cuts), j] = [_slack(cut) for cut in table.cuts]
            slopes[j, : len(table.slopes)] = _floats(table.slopes)
            intercepts[j, : len(table.slopes)] = _floats(table.intercepts)
            keeps[j, : len(table.slopes)] = [entry == 0 for entry in table.intercepts]
            kills[j, : len(table.slopes)] = [entry == 0 for entry in table.slopes]
        self._offsets = np.arange(len(tables)) * most
        self._slopes, self._intercepts = slopes.ravel(), intercepts.ravel()
        # Pieces that keep zero zero, and those of them that make it of everything.
        self._keeps, self._kills = keeps.ravel(), kills.ravel()
        self._is_exact = all(table.is_exact for table in tables)
        self._most_slack = self._slack.max(axis=1)
        self._most_rise, self._most_intercept = np.abs(slopes).max(), np.abs(intercepts).max()
        self._ends = slopes[:, 0], slopes[:, -1]  # where there are two pieces

    def at(
        self, value: np.ndarray, bound: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Pieces, which points are certain, and the outputs with their bounds."""
        z, e = value[:, self._rows], bound[:, self._rows]
        piece = np.zeros(z.shape, dtype=np.intp)
        certain = np.ones(len(z), dtype=bool)
        for cut, slack in zip(self._cuts, self._slack, strict=True):
            piece += z > cut
            apart, doubt = np.abs(z - cut), e + slack
            certain &= ((apart > doubt) | ((apart == 0) & (doubt == 0))).all(axis=1)
        place = piece + self._offsets
        slope = self._slopes.take(place)
        rise = np.abs(slope)
        if self._is_exact:
            return piece + self._first, certain, slope * z, rise * e
        intercept = self._intercepts.take(place)
        size = rise * np.abs(z) + np.abs(intercept)
        # The slope and the intercept are rounded, then the product and the sum.
        after = rise * e + 8 * ROUNDOFF * size + UNDERFLOW * (np.abs(z) + e) + UNDERFLOW
        after *= 1 + 8 * ROUNDOFF
        after[self._keeps.take(place) & (self._kills.take(place) | (e == 0))] = 0
        return piece + self._first, certain, slope * z + intercept, after

    def coarsely(
        self, value: np.ndarray, bound: np.ndarray, pieces: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Which points are certain, the outputs, and one bound for all of each point."""
        z = value[:, self._rows]
        certain = np.ones(len(z), dtype=bool)
        for cut, slack in zip(self._cuts, self._most_slack, strict=True):
            certain &= np.abs(z - cut).min(axis=1) > bound + slack
        if self._is_exact and len(self._cuts) == 1:
            above = z > self._cuts[0]
            np.add(self._first, above, out=pieces, casting="unsafe")
            low, high = self._ends
            return certain, z * np.where(above, high, low), bound
        piece = sum((z > cut for cut in self._cuts), np.zeros(z.shape, dtype=np.intp))
        np.add(self._first, piece, out=pieces, casting="unsafe")
        place = piece + self._offsets
        output = self._slopes.take(place) * z + self._intercepts.take(place)
        if self._is_exact:
            return certain, output, bound
        most = np.abs(z).max(axis=1)
        # As above, with the largest slope and intercept of all units.
        size = self._most_rise * most + self._most_intercept
        after = (
            self._most_rise * bound + 8 * ROUNDOFF * size + UNDERFLOW * (most + bound) + UNDERFLOW
        )
        return certain, output, after * (1 + 8 * ROUNDOFF)


class _Maxima:
    """Max units that have the same number of distinct candidates."""

    def __init__(self, stage: Stage, units: Sequence[tuple[int, Sequence[int]]]) -> None:
        self.units = _columns([j for j, _ in units])
        self._rivals = np.array([rivals for _, rivals in units])
        self._rows = self._rivals + np.array([stage.starts[j] for j, _ in units])[:, None]

    def at(
        self, value: np.ndarray, bound: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Pieces, which points are certain, and the outputs with their bounds."""
        z, e = value[:, self._rows], bound[:, self._rows]  # (points, units, rivals)
        winner = z.argmax(axis=2)[:, :, None]
        best, doubt = (np.take_along_axis(each, winner, axis=2) for each in (z, e))
        leads = (best - z > doubt + e) | ((doubt == 0) & (e == 0))
        np.put_along_axis(leads, winner, True, axis=2)
        piece = np.take_along_axis(self._rivals[None], winner, axis=2)
        return piece[:, :, 0], leads.all(axis=(1, 2)), best[:, :, 0], doubt[:, :, 0]


class _Table:
    """A scalar unit's table, from the first piece that it can be on."""

    def __init__(self, stage: Stage, index: int, unit: ScalarUnit) -> None:
        row = stage.starts[index]
        self.first, pieces = 0, slice(None)
        if stage.map.is_constant(row):
            self.first = piece_at(unit, [stage.map.shifts[row]])
            pieces = slice(self.first, self.first + 1)
        self.slopes, self.intercepts = unit.slopes[pieces], unit.intercepts[pieces]
        self.cuts = unit.breakpoints if len(self.slopes) == unit.n_pieces else ()

    @property
    def is_exact(self) -> bool:
        """Whether outputs are pre-activations, their negatives and zeros: nothing is rounded."""
        return not any(self.intercepts) and all(slope in (-1, 0, 1) for slope in self.slopes)


def _product(x: np.ndarray, matrix: np.ndarray | csr_array) -> np.ndarray:
    """The product of two matrices, in parts so small that OpenBLAS stays in one thread."""
    if not isinstance(matrix, np.ndarray):
        return np.asarray(x @ matrix)
    n, width = matrix.shape
    whole = len(x) - len(x) % ROWS_AT_ONCE
    step = max(1, ONE_THREAD_PRODUCTS // (ROWS_AT_ONCE * max(1, n)))
    product = np.empty((len(x), width))
    for first in range(0, width, step):
        part = slice(first, first + step)
        np.matmul(
            x[:whole].reshape(-1, ROWS_AT_ONCE, n),
            matrix[:, part],
            out=product[:whole].reshape(-1, ROWS_AT_ONCE, width)[:, :, part],
        )
        np.matmul(x[whole:], matrix[:, part], out=product[whole:, part])
    return product


def _floats(numbers: Sequence[Fraction]) -> list[float]:
    return [nearest_float(number.numerator, number.denominator) for number in numbers]


def _slack(cut: Fraction) -> float:
    """Bound on the rounding of a breakpoint; 0 for one at 0."""
    return (
        0.0 if cut == 0 else 4 * ROUNDOFF * abs(nearest_float(*cut.as_integer_ratio())) + UNDERFLOW
    )


def _sizes(map_: ExactAffineMap, matrix: np.ndarray | csr_array) -> np.ndarray | csr_array:
    """The sizes of the weights, at least `UNDERFLOW` where a weight is not zero."""
    sizes = abs(matrix)
    if not isinstance(sizes, np.ndarray):
        sizes.data = np.maximum(sizes.data, UNDERFLOW)  # all weights that are not zero are stored
        return sizes
    if map_.floats is not None:
        return np.maximum(sizes, UNDERFLOW, out=sizes, where=sizes > 0)
    for row, group in zip(sizes, map_.terms, strict=True):
        there = [i for i, _ in group]
        row[there] = np.maximum(row[there], UNDERFLOW)
    return sizes


def distinct_candidates(map_: ExactAffineMap, start: int, rank: int) -> list[int]:
    """The candidates of a max unit that are not the same function as one before them."""
    first: dict[object, int] = {}
    for i in range(rank):
        first.setdefault(map_.row_key(start + i), i)
    return list(first.values())


def _columns(indices: Sequence[int]) -> Columns:
    """The indices, as a slice if they follow one another: then no copy is made."""
    if list(indices) == list(range(indices[0], indices[0] + len(indices))):
        return slice(indices[0], indices[0] + len(indices))
    return np.array(indices)
