"""Leaf programs: the relaxation of a network on a box as a linear program, in floats.

Its variables are the box's coordinates, the outputs of free units, and t, which is to be as large
as it can while every row that is asked, and every split, is at least t. It has a solution whatever
the box; a negative t says that the rows cannot all be met, and its multipliers guide a walk in
integers that proves it. The program itself proves nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from linreg.kernel.bounds.units import GUIDE, POINT
from linreg.polyhedra.silent_highs import quiet_highs

Unit = tuple[int, int]
"""A unit of a network of rectifiers: its stage and its row."""

_UNIT = 2.0**-POINT

RELAXATION_BOUND = 1e6
"""Bounds of t, in normalised units; it is far smaller in size."""

_OFF, _FREE = 0, 2

_NEAR_UPPER = 1e-7
"""How near to its upper bound a variable is at it; of normalised outputs."""


@dataclass(frozen=True)
class LeafAnswer:
    """What HiGHS makes of a leaf program.

    Attributes
    ----------
    t : float
        The largest smallest row; normalised.
    point : float64 array, shape (inputs,)
        Coordinates of the box [-1, 1]^inputs.
    weights : float64 array, shape (asked,)
        Multipliers of the rows that are asked.
    guides : float64 array, shape (2, stages, rows)
        Of each unit, with `GUIDE` binary places.
    loosest : Unit or None
        The free unit whose output is farthest from what it should be.
    """

    t: float
    point: np.ndarray
    weights: np.ndarray
    guides: np.ndarray
    loosest: Unit | None


class LeafSolver:
    """A HiGHS instance for leaf programs."""

    def __init__(self) -> None:
        self._highs: Any = None
        self.solved = 0

    def solve(
        self,
        tables: Any,
        low: np.ndarray,
        high: np.ndarray,
        bounds: Any,
        splits: Mapping[Unit, bool],
        asked: Sequence[int],
        offsets: Sequence[float],
    ) -> LeafAnswer | None:
        """The answer for a box; None where HiGHS has none.

        Parameters
        ----------
        tables : BoundTables
        low, high : float64 arrays, shape (inputs,)
        bounds : Bounds
        splits : mapping from units to bool
            Free units that are taken to be on or off.
        asked : sequence of int
            Which forms are to be non-negative, each less its offset.
        """
        program = _Program(tables, bounds, splits, len(low))
        minus = tables.float_weights[-1] @ program.state
        minus[:, -1] += tables.float_biases[-1]
        chosen = minus[list(asked)]
        first = program.add(-chosen[:, :-1], chosen[:, -1] + np.array(offsets), -1.0)
        found = self._run(low, high, program)
        if found is None:
            return None
        values, row_dual, col_dual = found
        weights = np.zeros(tables.n_asked)
        np.add.at(weights, list(asked), row_dual[first : first + len(asked)])
        guides, loosest = program.guides(values, row_dual, col_dual)
        return LeafAnswer(float(values[-1]), values[: len(low)], weights, guides, loosest)

    def _run(
        self, low: np.ndarray, high: np.ndarray, program: _Program
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
        """Values of the columns, and the sizes of the multipliers of rows and of columns."""
        import highspy

        if self._highs is None:
            self._highs = quiet_highs()
            for option, value in (
                ("presolve", "off"),
                ("threads", 1),
                ("simplex_iteration_limit", 20_000),
                ("primal_feasibility_tolerance", 1e-9),
                ("dual_feasibility_tolerance", 1e-9),
            ):
                self._highs.setOptionValue(option, value)
        highs = self._highs
        matrix, sides = program.matrix, program.sides
        columns = matrix.shape[1]
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = columns, len(matrix)
        lp.col_cost_ = np.concatenate([np.zeros(columns - 1), [-1.0]])
        lp.col_lower_ = np.concatenate([low, np.zeros(len(program.tops)), [-RELAXATION_BOUND]])
        lp.col_upper_ = np.concatenate([high, program.tops, [RELAXATION_BOUND]])
        lp.row_lower_ = sides
        lp.row_upper_ = np.full(len(matrix), highspy.kHighsInf)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        row, column = np.nonzero(matrix)
        lp.a_matrix_.start_ = np.searchsorted(row, np.arange(len(matrix) + 1)).astype(np.int32)
        lp.a_matrix_.index_ = column.astype(np.int32)
        lp.a_matrix_.value_ = matrix[row, column]
        if highs.passModel(lp) == highspy.HighsStatus.kError:
            return None
        highs.run()
        self.solved += 1
        if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        solution = highs.getSolution()
        return (
            np.array(solution.col_value),
            np.abs(np.array(solution.row_dual)),
            np.abs(np.array(solution.col_dual)),
        )


class _Program:
    """The rows of a leaf program, stage by stage; the last column is that of t.

    Attributes
    ----------
    state : float64 array, shape (outputs of the last stage, columns)
        As forms of the columns; the last entry is the constant, in the place of t.
    """

    def __init__(
        self, tables: Any, bounds: Any, splits: Mapping[Unit, bool], n_inputs: int
    ) -> None:
        stages = len(tables.rows) - 1
        self._n_inputs = n_inputs
        self._shape = 2, stages, tables.W.shape[1]
        self._splits: list[tuple[Unit, int]] = []
        self._free: list[tuple[int, np.ndarray, int, int, np.ndarray, np.ndarray]] = []
        self.tops = np.zeros(int((bounds.codes == _FREE).sum()) - len(splits))
        self._n_rows = 0
        width = n_inputs + len(self.tops) + 1
        size = 2 * len(self.tops) + len(splits) + tables.n_asked
        self._rows, self._sides = np.zeros((size, width)), np.zeros(size)
        self.state = np.zeros((n_inputs, width))
        self.state[:, :n_inputs] = np.eye(n_inputs)
        column = n_inputs
        for s in range(stages):
            z = tables.float_weights[s] @ self.state
            z[:, -1] += tables.float_biases[s]
            codes = bounds.codes[s, : int(tables.units[s])]
            free = [i for i in np.nonzero(codes == _FREE)[0] if (s, int(i)) not in splits]
            self.state = z.copy()
            self.state[: len(codes)][codes == _OFF] = 0.0
            for (stage, i), on in splits.items():
                if stage == s:
                    row = z[i] if on else -z[i]
                    self._splits.append(((s, i), self.add(row[None, :-1], -row[-1:], -1.0)))
                    if not on:
                        self.state[i] = 0.0
            if free:
                at = np.array(free)
                own = column + np.arange(len(at))
                least, most = bounds.lower[s, at] * _UNIT, bounds.upper[s, at] * _UNIT
                slope = (most / (most - least))[:, None]
                forms, shifts = z[at, :-1], z[at, -1]
                k = np.arange(len(at))
                above = -forms
                above[k, own] += 1.0
                below = slope * forms
                below[k, own] -= 1.0
                first = self.add(above, shifts, 0.0)
                self.add(below, -slope[:, 0] * (shifts - least), 0.0)
                self._free.append((s, at, column, first, above, shifts))
                self.tops[own - n_inputs] = most
                self.state[at] = 0.0
                self.state[at, own] = 1.0
                column += len(at)

    def add(self, forms: np.ndarray, sides: np.ndarray, fall: float) -> int:
        """Append rows forms + fall * t >= sides; the number of the first of them."""
        first = self._n_rows
        self._n_rows += len(forms)
        self._rows[first : self._n_rows, :-1] = forms
        self._rows[first : self._n_rows, -1] = fall
        self._sides[first : self._n_rows] = sides
        return first

    @property
    def matrix(self) -> np.ndarray:
        """All rows so far, with the coefficient of t last."""
        return self._rows[: self._n_rows]

    @property
    def sides(self) -> np.ndarray:
        """What each row is at least."""
        return self._sides[: self._n_rows]

    def guides(
        self, values: np.ndarray, row_dual: np.ndarray, col_dual: np.ndarray
    ) -> tuple[np.ndarray, Unit | None]:
        """The multipliers by unit, and the free unit that is farthest above max(z, 0)."""
        guides = np.zeros(self._shape)
        loosest: Unit | None = None
        most = 0.0
        for s, at, column, first, forms, shifts in self._free:
            size = len(at)
            outputs = values[column : column + size]
            guides[0, s, at] = row_dual[first : first + size]
            gaps = np.minimum(forms @ values[:-1] - shifts, outputs)
            k = int(gaps.argmax())
            if gaps[k] > most:
                loosest, most = (s, int(at[k])), float(gaps[k])
            tops = self.tops[column - self._n_inputs : column - self._n_inputs + size]
            is_at = outputs > tops - _NEAR_UPPER * np.maximum(tops, 1.0)
            guides[1, s, at] = np.where(is_at, col_dual[column : column + size], 0.0)
        for unit, row in self._splits:
            guides[0][unit] = row_dual[row]
        rounded = np.clip(np.rint(np.ldexp(guides, GUIDE)), 0, 2.0**52)
        return np.ldexp(rounded, -GUIDE), loosest
