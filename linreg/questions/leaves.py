"""Leaf programs: the relaxation of a network on a box as a linear program, in floats.

Its variables are the box's coordinates, the outputs of free units, and t, which is to be as large
as it can while every row that is asked, and every split, is at least t. It has a solution whatever
the box; a negative t says that the rows cannot all be met, and its multipliers guide a walk in
integers that proves it. The program itself proves nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from linreg.kernel.bounds.units import GUIDE
from linreg.polyhedra.silent_highs import quiet_highs

if TYPE_CHECKING:
    from linreg.kernel.bounds.leaf_rows import LeafRows

Unit = tuple[int, int]
"""A unit of a network of rectifiers: its stage and its row."""

RELAXATION_BOUND = 1e6
"""Bounds of t, in normalised units; it is far smaller in size."""

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
    multipliers : float64 array, shape (2, stages, rows)
        The same before they were rounded.
    loosest : Unit or None
        The free unit whose output costs most by how far it is from what it should be.
    """

    t: float
    point: np.ndarray
    weights: np.ndarray
    guides: np.ndarray
    multipliers: np.ndarray
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
        from linreg.kernel.bounds.leaf_rows import rows_of_leaf

        program = rows_of_leaf(tables, bounds, splits, len(low), asked, offsets)
        found = self._run(low, high, program)
        if found is None:
            return None
        values, row_dual, col_dual = found
        weights = np.zeros(tables.n_asked)
        np.add.at(weights, list(asked), row_dual[len(row_dual) - len(asked) :])
        shape = bounds.codes.shape
        multipliers, loosest = _guides(program, len(low), shape, values, row_dual, col_dual)
        rounded = np.clip(np.rint(np.ldexp(multipliers, GUIDE)), 0, 2.0**52)
        guides = np.ldexp(rounded, -GUIDE)
        point = values[: len(low)]
        return LeafAnswer(float(values[-1]), point, weights, guides, multipliers, loosest)

    def _run(
        self, low: np.ndarray, high: np.ndarray, program: LeafRows
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
        columns = len(low) + len(program.tops) + 1
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = columns, len(program.sides)
        lp.col_cost_ = np.concatenate([np.zeros(columns - 1), [-1.0]])
        lp.col_lower_ = np.concatenate([low, np.zeros(len(program.tops)), [-RELAXATION_BOUND]])
        lp.col_upper_ = np.concatenate([high, program.tops, [RELAXATION_BOUND]])
        lp.row_lower_ = program.sides
        lp.row_upper_ = np.full(len(program.sides), highspy.kHighsInf)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = program.starts
        lp.a_matrix_.index_ = program.columns
        lp.a_matrix_.value_ = program.values
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


def _guides(
    program: LeafRows,
    inputs: int,
    shape: tuple[int, ...],
    values: np.ndarray,
    row_dual: np.ndarray,
    col_dual: np.ndarray,
) -> tuple[np.ndarray, Unit | None]:
    """The multipliers by unit, and the free unit to split: its output is above max(z, 0)."""
    guides = np.zeros((2, *shape))
    rows, units, tops = program.free_rows, program.free_units, program.tops
    loosest: Unit | None = None
    if len(rows):
        outputs = values[inputs:-1]
        at = units[:, 0], units[:, 1]
        guides[0][at] = row_dual[rows]
        is_at = outputs > tops - _NEAR_UPPER * np.maximum(tops, 1.0)
        guides[1][at] = np.where(is_at, col_dual[inputs:-1], 0.0)
        # The first row of a unit is how far its output is above z.
        above = np.add.reduceat(program.values * values[program.columns], program.starts[:-1])
        gaps = np.minimum(above[rows] - program.sides[rows], outputs)
        # A gap costs the multiplier of the upper line, which it is held by.
        costs = gaps * row_dual[rows + 1]
        k = int(costs.argmax() if costs.max() > 0.0 else gaps.argmax())
        if gaps[k] > 0.0:
            loosest = int(at[0][k]), int(at[1][k])
    for stage, i, row in program.split_rows:
        guides[0, stage, i] = row_dual[row]
    return guides, loosest
