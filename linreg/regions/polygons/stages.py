"""Stages in floats, on many cells at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from linreg.network.stages import Stage
from linreg.rational import nearest_float
from linreg.units import MaxUnit, Unit


@dataclass(frozen=True, slots=True, eq=False)
class FloatStage:
    """A stage in float64.

    Attributes
    ----------
    matrix : float64 array, shape (rows, inputs)
    shift : float64 array, shape (rows,)
    units : tuple of units
    starts : tuple of int
        The first row of each unit, and last the first row that passes through.
    tables : tuple
        Breakpoints, slopes and intercepts of each scalar unit; no numbers for a max unit.
    """

    matrix: np.ndarray
    shift: np.ndarray
    units: tuple[Unit, ...]
    starts: tuple[int, ...]
    tables: tuple[tuple[np.ndarray, np.ndarray, np.ndarray], ...]

    @classmethod
    def of(cls, stage: Stage) -> FloatStage:
        """The stage, each number rounded to the nearest float64."""
        rounded = stage.rounded
        matrix = rounded.matrix
        dense = matrix if isinstance(matrix, np.ndarray) else matrix.toarray()
        known: dict[Unit, tuple[np.ndarray, np.ndarray, np.ndarray]] = {}
        for unit in stage.units:
            if unit not in known:
                known[unit] = _table(unit)
        tables = tuple(known[unit] for unit in stage.units)
        return cls(dense, rounded.shift, stage.units, stage.starts, tables)

    @property
    def n_outputs(self) -> int:
        """Number of units and of coordinates that pass through."""
        return len(self.units) + len(self.shift) - self.starts[-1]

    def rows(self, place: int, state: np.ndarray, cells: np.ndarray) -> np.ndarray:
        """The rows of one unit as forms of the input on some cells; (cells, rows, dim + 1).

        `state` holds what the stage receives on all cells.
        """
        block = slice(self.starts[place], self.starts[place + 1])
        weights = self.matrix[block]
        used = np.flatnonzero((weights != 0).any(axis=0))
        rows = np.matmul(weights[:, used], state[cells[:, np.newaxis], used])
        rows[:, :, -1] += self.shift[block]
        return np.asarray(rows)

    def turns(self, place: int) -> int:
        """How many forms bound a piece of a unit."""
        unit = self.units[place]
        return unit.rank if isinstance(unit, MaxUnit) else 2

    def forms(
        self, place: int, turn: int, pieces: np.ndarray, rows: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Which cells a form of their piece bounds, and the forms, positive inside.

        For a scalar unit turn 0 is the breakpoint below, and turn 1 the one above; for a max unit
        each turn is a rival.
        """
        if isinstance(self.units[place], MaxUnit):
            return pieces != turn, rows[np.arange(len(rows)), pieces] - rows[:, turn]
        points = self.tables[place][0]
        forms = rows[:, 0].copy()
        bounds = pieces > 0 if turn == 0 else pieces < len(points)
        at = (pieces - 1 if turn == 0 else pieces)[bounds]
        forms[bounds, -1] -= points[at]
        return bounds, forms if turn == 0 else -forms

    def outputs(self, state: np.ndarray, pieces: np.ndarray) -> np.ndarray:
        """What the stage hands on, where its units have these pieces, (cells, units)."""
        rows = np.matmul(self.matrix, state)
        rows[:, :, -1] += self.shift
        handed = np.empty((len(rows), self.n_outputs, rows.shape[2]))
        here = np.arange(len(rows))
        for place, unit in enumerate(self.units):
            piece = pieces[:, place].astype(np.int64)
            if isinstance(unit, MaxUnit):
                handed[:, place] = rows[here, self.starts[place] + piece]
                continue
            _, slopes, intercepts = self.tables[place]
            handed[:, place] = slopes[piece][:, np.newaxis] * rows[:, self.starts[place]]
            handed[:, place, -1] += intercepts[piece]
        handed[:, len(self.units) :] = rows[:, self.starts[-1] :]
        return handed


def _table(unit: Unit) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    if isinstance(unit, MaxUnit):
        return np.zeros(0), np.zeros(0), np.zeros(0)
    breakpoints, slopes, intercepts = (
        np.array([nearest_float(number.numerator, number.denominator) for number in numbers])
        for numbers in (unit.breakpoints, unit.slopes, unit.intercepts)
    )
    return breakpoints, slopes, intercepts
