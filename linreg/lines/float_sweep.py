"""The sweep in machine code, and what it needs of a network: float64 arrays and error bounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from linreg.affine import SPARSE, ExactAffineMap
from linreg.kernel.line.data import (
    NO_INTERCEPT,
    PLAIN_SLOPE,
    ZERO_AT_CUT,
    ZERO_PIECE,
    LineFound,
    LineTables,
    LineWork,
)
from linreg.kernel.line.roundoff import CUT_GAMMA, ONCE_GAMMA, row_gamma
from linreg.kernel.line.sweep import sweep_segments
from linreg.kernel.machine import first_use
from linreg.network.enclosure import EnclosedMap, distinct_candidates
from linreg.network.stages import Stage, StagedNetwork
from linreg.rational import nearest_float
from linreg.units import MaxUnit, ScalarUnit

TINY = 2.0**-300
"""The least size of a number that machine code takes: products of two are far from underflow."""

HUGE = 2.0**300
"""The largest size of a number that machine code takes."""

FIRST_ROOM = 64
"""Breakpoints for which there is room at first, for each segment."""


@dataclass(frozen=True, slots=True, eq=False)
class Swept:
    """What machine code found on a polyline; nothing on segments that it left in doubt.

    Attributes
    ----------
    breakpoints, errors : float64 array, shape (breakpoints,)
        Shares of their segment, and bounds on their errors.
    first_switch : int64 array, shape (breakpoints + 1,)
    units, pieces : int32 array, shape (switches,)
    starts : int64 array, shape (segments + 1,)
        Where the breakpoints of each segment begin.
    patterns : uint16 array, shape (segments, units)
        On the first piece of each segment.
    certain : bool array, shape (segments,)
    """

    breakpoints: np.ndarray
    errors: np.ndarray
    first_switch: np.ndarray
    units: np.ndarray
    pieces: np.ndarray
    starts: np.ndarray
    patterns: np.ndarray
    certain: np.ndarray


class FloatSweep:
    """Sweeps the segments of one network in machine code.

    Raises
    ------
    OverflowError
        If a number of the network is so large or so small that products with it could leave the
        range of float64.
    """

    def __init__(self, network: StagedNetwork) -> None:
        self._first = EnclosedMap(network.stages[0].map)
        self._tables = _tables(network)
        self._work = _work(self._tables)
        self._room = FIRST_ROOM

    def along(self, points: np.ndarray, rounded: np.ndarray) -> Swept:
        """The segments between points that follow one another.

        Parameters
        ----------
        points : float64 array, shape (points, inputs)
        rounded : bool array, shape (points,)
            Which of them are only the nearest to the points that are meant.
        """
        n = max(0, len(points) - 1)
        doubt = np.where(rounded[:, None], ONCE_GAMMA * np.abs(points) + 2.0**-1000, 0.0)
        values, errors = self._first(points, doubt)
        parts: list[LineFound] = []
        done = 0
        while done < n:
            found = _found(n, len(self._tables.unit_row), self._room * (n - done) + FIRST_ROOM)
            found.ends[:done] = 0
            with first_use(sweep_segments):
                reached = int(
                    sweep_segments(self._tables, self._work, found, values, errors, done, n)
                )
            if reached == done:
                self._room *= 2
                continue
            self._room = max(self._room, int(2 * found.totals[0] / (reached - done)))
            parts.append(_between(found, done, reached))
            done = reached
        return _joined(parts, n, len(self._tables.unit_row))


def _between(found: LineFound, first: int, last: int) -> LineFound:
    """What was found on the segments from one to another."""
    breakpoints, switches = int(found.totals[0]), int(found.totals[1])
    return LineFound(
        found.totals,
        found.at[:breakpoints],
        found.error[:breakpoints],
        found.first_switch[:breakpoints],
        found.unit[:switches],
        found.piece[:switches],
        found.patterns[first:last],
        found.ends[first:last],
        found.certain[first:last],
    )


def _joined(parts: Sequence[LineFound], n: int, n_units: int) -> Swept:
    if not parts:
        parts = [_between(_found(0, n_units, 0), 0, 0)]
    offsets = np.cumsum([0, *(len(part.unit) for part in parts)])
    counts = [np.diff(part.ends[:, 0], prepend=0) for part in parts]
    firsts = [part.first_switch + offset for part, offset in zip(parts, offsets, strict=False)]
    return Swept(
        np.concatenate([part.at for part in parts]),
        np.concatenate([part.error for part in parts]),
        np.concatenate([*firsts, offsets[-1:]]),
        np.concatenate([part.unit for part in parts]),
        np.concatenate([part.piece for part in parts]),
        np.concatenate([[0], np.cumsum(np.concatenate(counts))]).astype(np.int64),
        np.concatenate([part.patterns for part in parts]),
        np.concatenate([part.certain for part in parts]),
    )


def _found(n: int, n_units: int, room: int) -> LineFound:
    return LineFound(
        np.zeros(4, dtype=np.int64),
        np.empty(room),
        np.empty(room),
        np.empty(room, dtype=np.int64),
        np.empty(2 * room, dtype=np.int32),
        np.empty(2 * room, dtype=np.int32),
        np.empty((n, n_units), dtype=np.uint16),
        np.empty((n, 2), dtype=np.int64),
        np.zeros(n, dtype=np.bool_),
    )


def _work(t: LineTables) -> LineWork:
    rows, outs, units, stages = (
        int(t.rows[-1]),
        int(t.outs[-1]),
        int(t.units[-1]),
        len(t.growth),
    )
    spans = np.diff(t.table)
    by_stage = [int((spans[a:b] - 1).sum()) for a, b in zip(t.units, t.units[1:], strict=False)]
    first = np.cumsum([0, *by_stage])
    events = int(first[-1])

    def floats(n: int) -> np.ndarray:
        return np.zeros(n)

    def integers(n: int) -> np.ndarray:
        return np.zeros(n, dtype=np.int64)

    return LineWork._make(
        [
            *(floats(rows) for _ in range(3)),
            *(floats(outs) for _ in range(3)),
            *(integers(outs) for _ in range(2)),
            integers(units),
            np.zeros((stages, 4)),
            np.zeros((stages, 2), dtype=np.int64),
            *(floats(events) for _ in range(2)),
            *(integers(events) for _ in range(4)),
            first,
            *(integers(stages + 1) for _ in range(3)),
            floats(units),
        ]
    )


def _tables(network: StagedNetwork) -> LineTables:
    """The network in flat arrays."""
    stages = network.stages
    rows = _starts(stage.map.n_outputs for stage in stages)
    units = _starts(len(stage.units) for stage in stages)
    outs = _starts(stage.n_outputs for stage in stages)
    columns = _Columns(int(rows[-1]), int(outs[-1]))
    for s, stage in enumerate(stages[1:], start=1):
        columns.add(stage.map, int(rows[s]), int(outs[s - 1]))
    of_units = _UnitTables()
    for stage, row in zip(stages, rows, strict=False):
        of_units.add(stage, int(row))
    tables = LineTables._make(
        [
            rows,
            units,
            outs,
            np.array([row_gamma(stage.map.n_inputs) for stage in stages]),
            np.concatenate([stage.map.rounded().shift for stage in stages]),
            *columns.arrays(),
            *of_units.arrays(),
            np.array([_is_simple(stage) for stage in stages]),
        ]
    )
    for array in (tables.bias, tables.weights, tables.terms_weight, tables.slope, tables.intercept):
        sizes = np.abs(array[array != 0])
        if not ((sizes > TINY) & (sizes < HUGE)).all():
            raise OverflowError("a number of the network is beyond what machine code takes")
    return tables


class _Columns:
    """The weights of all stages but the first, by the output that they read."""

    def __init__(self, n_rows: int, n_outs: int) -> None:
        self._plain = np.full(n_rows, -1, dtype=np.int64)
        self._counts = np.zeros(n_outs + 1, dtype=np.int64)
        self._dense = [-1]
        self._weights: list[np.ndarray] = []
        self._rows: list[np.ndarray] = []
        self._terms: list[np.ndarray] = []
        self._size = 0

    def add(self, map_: ExactAffineMap, row: int, out: int) -> None:
        """The map of a stage whose first row and whose first argument have these numbers."""
        from scipy.sparse import csc_array, csr_array

        rounded = map_.rounded()
        matrix = rounded.matrix
        size = map_.n_outputs * map_.n_inputs
        if isinstance(matrix, np.ndarray) and np.count_nonzero(matrix) >= SPARSE * size:
            self._dense.append(self._size)
            self._weights.append(matrix.T.ravel())
            self._size += size
            return
        self._dense.append(-1)
        by_row = csr_array(matrix)
        single = np.flatnonzero((np.diff(by_row.indptr) == 1) & (rounded.shift == 0))
        self._plain[row + single] = out + by_row.indices[by_row.indptr[single]]
        by_column = csc_array(by_row)
        self._counts[out + 1 : out + 1 + map_.n_inputs] = np.diff(by_column.indptr)
        self._rows.append(by_column.indices.astype(np.int64) + row)
        self._terms.append(by_column.data)

    def arrays(self) -> list[np.ndarray]:
        """`plain` to `terms_weight` of the tables."""
        return [
            self._plain,
            np.array(self._dense, dtype=np.int64),
            np.concatenate([np.zeros(0), *self._weights]),
            np.cumsum(self._counts),
            np.concatenate([np.zeros(0, dtype=np.int64), *self._rows]),
            np.concatenate([np.zeros(0), *self._terms]),
        ]


class _UnitTables:
    """What the units do, piece by piece and candidate by candidate."""

    def __init__(self) -> None:
        self._row: list[int] = []
        self._rank: list[int] = []
        self._table = [0]
        self._entries: list[tuple[float, float, float, float, int, int]] = []
        self._known: dict[ScalarUnit, list[tuple[float, float, float, float, int, int]]] = {}

    def add(self, stage: Stage, row: int) -> None:
        """The units of a stage whose first row has this number."""
        for unit, start in zip(stage.units, stage.starts, strict=False):
            self._row.append(row + start)
            if isinstance(unit, MaxUnit):
                rivals = distinct_candidates(stage.map, start, unit.rank)
                self._rank.append(len(rivals))
                self._entries += [(0.0, 0.0, 0.0, 0.0, 0, rival) for rival in rivals]
            else:
                self._rank.append(0)
                if unit not in self._known:
                    self._known[unit] = _pieces(unit)
                self._entries += self._known[unit]
            self._table.append(len(self._entries))

    def arrays(self) -> list[np.ndarray]:
        """`unit_row` to `candidate` of the tables."""
        columns: list[Any] = [*zip(*self._entries, strict=True)]
        return [
            np.array(self._row, dtype=np.int64),
            np.array(self._rank, dtype=np.int64),
            np.array(self._table, dtype=np.int64),
            *(np.array(column, dtype=np.float64) for column in columns[:4]),
            np.array(columns[4], dtype=np.uint8),
            np.array(columns[5], dtype=np.int64),
        ]


def _pieces(unit: ScalarUnit) -> list[tuple[float, float, float, float, int, int]]:
    entries = []
    for k, (slope, intercept) in enumerate(zip(unit.slopes, unit.intercepts, strict=True)):
        cut = unit.breakpoints[k] if k < len(unit.breakpoints) else None
        near = 0.0 if cut is None else nearest_float(cut.numerator, cut.denominator)
        slack = 0.0 if not cut else CUT_GAMMA * abs(near) + TINY
        flags = (
            ZERO_AT_CUT * (cut == 0 and intercept == 0)
            + NO_INTERCEPT * (intercept == 0)
            + ZERO_PIECE * (intercept == 0 == slope)
            + PLAIN_SLOPE * (slope in (-1, 0, 1))
        )
        rise = nearest_float(slope.numerator, slope.denominator)
        shift = nearest_float(intercept.numerator, intercept.denominator)
        entries.append((near, slack, rise, shift, flags, 0))
    return entries


def _is_simple(stage: Stage) -> bool:
    return all(
        isinstance(unit, ScalarUnit) and unit.n_pieces == 2 and unit.breakpoints[0] == 0
        for unit in set(stage.units)
    )


def _starts(counts: Any) -> np.ndarray:
    return np.cumsum([0, *counts], dtype=np.int64)
