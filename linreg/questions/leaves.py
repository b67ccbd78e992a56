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

from linreg.kernel.bounds.units import POINT
from linreg.polyhedra.quiet import quiet_highs

Unit = tuple[int, int]
"""A unit of a network of rectifiers: its stage and its row."""

_UNIT = 2.0**-POINT

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
        Of each unit.
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
        n = len(low)
        free = [
            (s, i)
            for s in range(len(tables.rows) - 1)
            for i in range(int(tables.units[s]))
            if bounds.codes[s, i] == 2 and (s, i) not in splits
        ]
        place = {unit: n + k for k, unit in enumerate(free)}
        width = n + len(free) + 1  # the last column of a form is its constant
        state = np.zeros((n, width))
        state[:, :n] = np.eye(n)
        rows: list[np.ndarray] = []
        sides: list[float] = []
        falls: list[float] = []  # the coefficient of t
        owners: list[tuple[str, Any]] = []
        for s in range(len(tables.rows) - 1):
            z = tables.float_weights[s] @ state
            z[:, -1] += tables.float_biases[s]
            state = z.copy()
            for i in range(int(tables.units[s])):
                code = bounds.codes[s, i]
                if code == 0:
                    state[i] = 0.0
                elif code == 2:
                    unit = (s, i)
                    if unit in splits:
                        row = z[i] if splits[unit] else -z[i]
                        rows.append(row[:-1])
                        sides.append(-row[-1])
                        falls.append(-1.0)
                        owners.append(("split", unit))
                        if not splits[unit]:
                            state[i] = 0.0
                        continue
                    l = float(bounds.lower[s, i]) * _UNIT
                    u = float(bounds.upper[s, i]) * _UNIT
                    slope = u / (u - l)
                    above = -z[i, :-1]
                    above[place[unit]] += 1.0
                    rows.append(above)
                    sides.append(z[i, -1])
                    falls.append(0.0)
                    owners.append(("above", unit))
                    below = slope * z[i, :-1]
                    below[place[unit]] -= 1.0
                    rows.append(below)
                    sides.append(-slope * (z[i, -1] - l))
                    falls.append(0.0)
                    owners.append(("line", unit))
                    state[i] = 0.0
                    state[i, place[unit]] = 1.0
        minus = tables.float_weights[-1] @ state
        minus[:, -1] += tables.float_biases[-1]
        for k, offset in zip(asked, offsets, strict=True):
            rows.append(-minus[k, :-1])
            sides.append(minus[k, -1] + offset)
            falls.append(-1.0)
            owners.append(("asked", k))
        tops = [float(bounds.upper[unit]) * _UNIT for unit in free]
        return self._run(tables, low, high, free, tops, np.array(rows), sides, falls, owners)

    def _run(
        self,
        tables: Any,
        low: np.ndarray,
        high: np.ndarray,
        free: Sequence[Unit],
        tops: Sequence[float],
        rows: np.ndarray,
        sides: Sequence[float],
        falls: Sequence[float],
        owners: Sequence[tuple[str, Any]],
    ) -> LeafAnswer | None:
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
        highs, n = self._highs, len(low)
        columns = n + len(free) + 1
        matrix = np.hstack([rows, np.array(falls)[:, None]])
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = columns, len(rows)
        lp.col_cost_ = np.concatenate([np.zeros(columns - 1), [-1.0]])
        lp.col_lower_ = np.concatenate([low, np.zeros(len(free)), [-1e6]])
        lp.col_upper_ = np.concatenate([high, tops, [1e6]])
        lp.row_lower_ = np.array(sides)
        lp.row_upper_ = np.full(len(rows), highspy.kHighsInf)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        present = matrix != 0.0
        lp.a_matrix_.start_ = np.concatenate([[0], np.cumsum(present.sum(axis=1))]).astype(np.int32)
        lp.a_matrix_.index_ = np.nonzero(present)[1].astype(np.int32)
        lp.a_matrix_.value_ = matrix[present]
        if highs.passModel(lp) == highspy.HighsStatus.kError:
            return None
        highs.run()
        self.solved += 1
        if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        solution = highs.getSolution()
        values = np.array(solution.col_value)
        row_dual = np.abs(np.array(solution.row_dual))
        col_dual = np.abs(np.array(solution.col_dual))
        weights = np.zeros(tables.n_asked)
        guides = np.zeros((2, len(tables.rows) - 1, tables.W.shape[1]))
        at = rows @ values[:-1] - np.array(sides)
        loosest, most = None, 0.0
        for (kind, owner), dual, slack in zip(owners, row_dual, at, strict=True):
            match kind:
                case "asked":
                    weights[owner] = dual
                case "above":
                    guides[0][owner] = dual
                    # The output is max(z, 0): how far it is above both.
                    value = values[n + free.index(owner)]
                    gap = min(slack, value)
                    if gap > most:
                        loosest, most = owner, gap
                case "split":
                    guides[0][owner] = dual
        for k, (unit, top) in enumerate(zip(free, tops, strict=True)):
            if values[n + k] > top - _NEAR_UPPER * max(top, 1.0):
                guides[1][unit] = col_dual[n + k]
        return LeafAnswer(float(values[-1]), values[:n], weights, guides, loosest)
