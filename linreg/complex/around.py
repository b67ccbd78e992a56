"""Which cells may touch a level set or a decision boundary, by linear bounds.

On a cell the forms of its stage are affine, and their ranges are those at its vertices and along
its directions. A unit that switches inside its range is replaced by a line, and by how far it is
off that line at most; so all later stages are affine up to a radius. Everything is in floats with
a bound on every rounding: a cell is passed over only where that proves that its closure does not
meet the set.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from linreg.complex.forms import PrefixStage, Vector
from linreg.complex.signs import SignLayout
from linreg.polyhedra import IntegerRow
from linreg.problem import Problem
from linreg.problem.integer import IntegerMax, IntegerScalar, IntegerStage
from linreg.rational import nearest_float

UNIT = 2.0**-52
"""Twice the unit roundoff of float64."""

TINY = 2.0**-900
"""More than what underflow may take from a sum."""

WIDER = 1 + 2.0**-20
"""Times a bound: its own roundings are far below that."""


@dataclass(frozen=True, eq=False)
class Bounded:
    """Rows that are forms of the input up to a radius.

    Attributes
    ----------
    forms : float64 array, shape (rows, dim + 1)
    errors : float64 array, shape (rows, dim + 1)
        What entries of the forms may be off.
    radii : float64 array, shape (rows,)
    """

    forms: np.ndarray
    errors: np.ndarray
    radii: np.ndarray

    def of(self, rows: Sequence[int] | np.ndarray) -> Bounded:
        """Some of the rows."""
        return Bounded(self.forms[rows], self.errors[rows], self.radii[rows])

    def less(self, one: int, others: Sequence[int]) -> Bounded:
        """One row less each of some others."""
        forms = self.forms[one] - self.forms[others]
        errors = self.errors[one] + self.errors[others] + UNIT * np.abs(forms)
        return Bounded(forms, errors, self.radii[one] + self.radii[others])

    def ranges(self, points: np.ndarray, rays: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Numbers at most the least value of each row, and at least its greatest.

        Points and rays are columns of homogeneous coordinates, each rounded to nearest.
        """
        reach = (self.errors + self.forms.shape[1] * 4 * UNIT * np.abs(self.forms) + TINY) * WIDER
        at, off = self.forms @ points, reach @ np.abs(points)
        low = (at - off).min(axis=1) - self.radii * WIDER
        high = (at + off).max(axis=1) + self.radii * WIDER
        if rays.shape[1]:
            along, off = self.forms @ rays, reach @ np.abs(rays)
            low = np.where((along >= off).all(axis=1), low, -np.inf)  # not a number is no proof
            high = np.where((along <= -off).all(axis=1), high, np.inf)
        return low, high


class RelaxedStage:
    """A stage in floats, where each row is scaled by a power of two.

    Attributes
    ----------
    scales : list of int
        Row k is the stage's integer row over 2^scales[k].
    """

    def __init__(
        self, stage: IntegerStage, rows: Sequence[IntegerRow], incoming: Sequence[int]
    ) -> None:
        shifted = [
            [entry << by for entry, by in zip(map(int, row), (*incoming, 0), strict=True)]
            for row in rows
        ]
        self.scales = [max(entry.bit_length() for entry in row) for row in shifted]
        maxima = [unit for unit in stage.units if isinstance(unit, IntegerMax)]
        for unit in maxima:  # candidates are held against each other
            block = slice(unit.row, unit.row + unit.rank)
            self.scales[block] = [max(self.scales[block])] * unit.rank
        self._weights = np.array(
            [
                [nearest_float(entry, 1 << by) for entry in row]
                for row, by in zip(shifted, self.scales, strict=True)
            ]
        ).reshape(len(rows), len(incoming) + 1)
        self._maxima = [(unit.row, unit.rank) for unit in maxima]
        self._max_places = [k for k, u in enumerate(stage.units) if isinstance(u, IntegerMax)]
        scalars = [unit for unit in stage.units if isinstance(unit, IntegerScalar)]
        self._scalar_places = [k for k, u in enumerate(stage.units) if isinstance(u, IntegerScalar)]
        self._rows = [unit.row for unit in scalars]
        pieces = max((len(unit.slopes) for unit in scalars), default=1)
        tables = [_table(unit, self.scales[unit.row], pieces) for unit in scalars]
        self._cuts, self._slopes, self._shifts = (
            np.array([table[k] for table in tables]).reshape(len(tables), columns)
            for k, columns in enumerate((pieces - 1, pieces, pieces))
        )
        self._passing = list(stage.passing)
        self._n_units = len(stage.units)
        self.handed_on = [
            *(self.scales[unit.row] for unit in stage.units),
            *(self.scales[row] for row in stage.passing),
        ]

    def after(self, state: Bounded) -> Bounded:
        """The rows, where what the stage before hands on is bounded; its last row is 1."""
        size = np.abs(self._weights)
        near = self._weights.shape[1] * 4 * UNIT
        errors = size @ state.errors * WIDER + near * (size @ np.abs(state.forms)) + TINY
        return Bounded(self._weights @ state.forms, errors, size @ state.radii * WIDER)

    def outputs(self, rows: Bounded, points: np.ndarray, rays: np.ndarray) -> Bounded:
        """What the stage hands on where its rows are bounded on a cell."""
        n_outputs, width = self._n_units + len(self._passing) + 1, rows.forms.shape[1]
        forms, errors = np.zeros((n_outputs, width)), np.zeros((n_outputs, width))
        radii = np.zeros(n_outputs)
        forms[-1, -1] = 1.0
        passing = slice(self._n_units, n_outputs - 1)
        forms[passing], errors[passing] = rows.forms[self._passing], rows.errors[self._passing]
        radii[passing] = rows.radii[self._passing]
        if self._rows:
            read = rows.of(self._rows)
            slopes, least, most = self._lines(*read.ranges(points, rays))
            places, middle = self._scalar_places, (least + most) / 2
            forms[places] = slopes[:, None] * read.forms
            forms[places, -1] += middle
            errors[places] = np.abs(slopes)[:, None] * read.errors * WIDER
            errors[places] += 2 * UNIT * np.abs(forms[places]) + TINY
            errors[places, -1] += UNIT * (np.abs(middle) + np.abs(slopes * read.forms[:, -1]))
            radii[places] = (np.abs(slopes) * read.radii + (most - least) / 2 * WIDER) * WIDER
        for place, (row, rank) in zip(self._max_places, self._maxima, strict=True):
            # The largest is at least the chosen one, and exceeds it by what another does at most.
            block = range(row, row + rank)
            chosen = max(block, key=lambda k: float(rows.forms[k] @ points[:, 0]))
            others = [k for k in block if k != chosen]
            excess = -rows.less(chosen, others).ranges(points, rays)[0] if others else np.zeros(1)
            half = max(float(excess.max()), 0.0) / 2
            forms[place], errors[place] = rows.forms[chosen], rows.errors[chosen].copy()
            forms[place, -1] += half
            errors[place, -1] += UNIT * (half + abs(float(rows.forms[chosen, -1])))
            radii[place] = (rows.radii[chosen] + half * WIDER) * WIDER
        return Bounded(forms, errors, radii)

    def _lines(
        self, low: np.ndarray, high: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """A slope for each unit, and how far the unit is below and above that line."""
        left, right = np.isfinite(low), np.isfinite(high)
        ends = (
            np.where(left, low, np.where(right, high, 0.0)),
            np.where(right, high, np.where(left, low, 0.0)),
        )
        first, last = (self._values(end) for end in ends)
        width = ends[1] - ends[0]
        chord = np.where(width > 0, (last - first) / np.where(width > 0, width, 1.0), 0.0)
        # Without an end, only the outermost slope stays near; without both, none may.
        slopes = np.where(left & right, chord, np.where(right, self._slopes[:, 0], 0.0))
        slopes = np.where(left & ~right, self._slopes[:, -1], slopes)
        endless = ~left & ~right
        slopes = np.where(endless, self._slopes[:, 0], slopes)
        free = endless & (self._slopes[:, 0] != self._slopes[:, -1])
        # An affine function less a piecewise linear one is extreme at breakpoints or at ends.
        inside = np.clip(
            self._cuts,
            np.where(left, low, -np.inf)[:, None],
            np.where(right, high, np.inf)[:, None],
        )
        tried = np.concatenate([inside, ends[0][:, None], ends[1][:, None]], axis=1)
        values = np.stack([self._values(column) for column in tried.T], axis=1)
        along = slopes[:, None] * tried
        gaps = values - along
        steepest = np.abs(self._slopes).max(axis=1, initial=0.0)[:, None]
        off = (
            8
            * UNIT
            * (np.abs(along) + steepest * np.abs(tried) + np.abs(self._shifts).max(axis=1)[:, None])
            + TINY
        )
        least, most = (gaps - off).min(axis=1), (gaps + off).max(axis=1)
        return slopes, np.where(free, -np.inf, least), np.where(free, np.inf, most)

    def _values(self, z: np.ndarray) -> np.ndarray:
        """The units at one number each."""
        piece = (z[:, None] > self._cuts).sum(axis=1) if self._cuts.size else np.zeros(len(z), int)
        place = np.arange(len(z))
        value: np.ndarray = self._slopes[place, piece] * z + self._shifts[place, piece]
        return value


def _table(
    unit: IntegerScalar, scale: int, pieces: int
) -> tuple[list[float], list[float], list[float]]:
    """Breakpoints, slopes and shifts in floats; the last is repeated up to so many pieces."""
    missing = pieces - len(unit.slopes)
    cuts = [nearest_float(int(cut), int(by) << scale) for by, cut in unit.cuts]
    slopes = [nearest_float(int(slope), 1) for slope in unit.slopes]
    shifts = [nearest_float(int(shift), 1 << scale) for shift in unit.intercepts]
    return (
        cuts + [cuts[-1] if cuts else 0.0] * missing,
        slopes + slopes[-1:] * missing,
        shifts + shifts[-1:] * missing,
    )


class NearSet:
    """What tells cells whose closure may meet a set from others.

    Parameters
    ----------
    problem : Problem
        Its last stage has the levels and classes.
    layout : SignLayout
    unit : int
        A unit of that stage. The set is where it is on a breakpoint, or where two of its candidates
        are largest.
    breakpoint : int
        Which breakpoint, of a scalar unit.

    Attributes
    ----------
    bits : int
        Those of sign vectors of which two are set on the set.
    """

    def __init__(
        self, problem: Problem, layout: SignLayout, unit: int, breakpoint: int = 0
    ) -> None:
        start = layout.starts[len(layout.units) - len(problem.integer_stages[-1].units) + unit]
        self._problem = problem
        self._unit = problem.integer_stages[-1].units[unit]
        self._breakpoint = breakpoint
        if isinstance(self._unit, IntegerMax):
            self.bits = ((1 << self._unit.rank) - 1) << start
        else:
            pair = start + breakpoint
            self.bits = 1 << pair | 1 << pair + layout.n_pairs
        self._columns: dict[int, np.ndarray] = {}

    @cached_property
    def _stages(self) -> list[RelaxedStage] | None:
        """All stages in floats; None if they are too large."""
        made: list[RelaxedStage] = []
        incoming = [0] * self._problem.network.input_dim
        for stage in self._problem.integer_stages:
            rows = stage.weights.dense(len(incoming) + 1)
            if rows is None:
                return None
            made.append(RelaxedStage(stage, rows, incoming))
            incoming = made[-1].handed_on
        return made

    def is_met(self, of_generators: Sequence[int], at_infinity: int) -> bool:
        """Whether the closure of a cell meets the set: at a vertex then, as its faces do."""
        return any(
            (bits & self.bits).bit_count() > 1 and not bits & at_infinity for bits in of_generators
        )

    def rows_of(self, depth: int, prefix: PrefixStage) -> Bounded | None:
        """The rows of a stage on all cells of a prefix, in floats."""
        if self._stages is None:
            return None
        pairs = zip(prefix.rows, self._stages[depth].scales, strict=True)
        forms = np.array(
            [[nearest_float(int(entry), 1 << by) for entry in row] for row, by in pairs]
        ).reshape(len(prefix.rows), -1)
        return Bounded(forms, UNIT * np.abs(forms), np.zeros(len(forms)))

    def may_meet(
        self, depth: int, rows: Bounded | None, ids: Sequence[int], vectors: Sequence[Vector]
    ) -> bool:
        """Whether the closure of a cell may meet the set; no is proved.

        Parameters
        ----------
        depth : int
        rows : Bounded or None
            Of that stage.
        ids : sequence of int
            The vertices and directions of the cell, among `vectors`; it has no lines.
        """
        if rows is None or self._stages is None:
            return True
        points = np.array([self._column(k, vectors) for k in ids if vectors[k][-1]]).T
        rays = [self._column(k, vectors) for k in ids if not vectors[k][-1]]
        along = np.array(rays).T if rays else np.zeros((len(points), 0))
        with np.errstate(all="ignore"):
            for stage, following in zip(
                self._stages[depth:], self._stages[depth + 1 :], strict=False
            ):
                rows = following.after(stage.outputs(rows, points, along))
            return not self._misses(rows, points, along)

    def _misses(self, rows: Bounded, points: np.ndarray, rays: np.ndarray) -> bool:
        unit = self._unit
        if isinstance(unit, IntegerMax):
            block = range(unit.row, unit.row + unit.rank)
            return any(
                bool((rows.less(c, [k for k in block if k != c]).ranges(points, rays)[0] > 0).all())
                for c in block
            )
        assert self._stages is not None
        by, cut = unit.cuts[self._breakpoint]
        level = nearest_float(int(cut), int(by) << self._stages[-1].scales[unit.row])
        (low,), (high,) = rows.of([unit.row]).ranges(points, rays)
        near = UNIT * abs(level) + TINY
        return bool(low > level + near or high < level - near)

    def _column(self, k: int, vectors: Sequence[Vector]) -> np.ndarray:
        """A vector in floats; a direction has a largest entry of 1."""
        column = self._columns.get(k)
        if column is None:
            vector = vectors[k]
            by = vector[-1] or max(abs(entry) for entry in vector)
            column = self._columns[k] = np.array([nearest_float(entry, by) for entry in vector])
        return column
