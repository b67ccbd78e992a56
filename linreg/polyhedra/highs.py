"""HiGHS as a proposer: the linear program of multipliers, solved in floats and never believed.

For a polyhedron {y : slacks + normals @ y >= 0} that holds y = 0, and a form 1 + gradient @ y,

    minimise    slacks @ multipliers
    subject to  normals.T @ multipliers = gradient,  multipliers >= 0.

An optimum of at most 1 says that the form is non-negative on the polyhedron, and its basis says
why (Farkas, 1902); an optimum above 1 says that it is not, and the dual solution is a point where
it is negative. A change of form changes the right-hand side alone, which keeps the last basis
dual feasible: the dual simplex method starts where it stopped, and stops early at a bound.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from linreg.polyhedra.silent_highs import quiet_highs

if TYPE_CHECKING:
    import highspy

REACH = 2.0**20
"""How far from the witness proposals may lie, in input units in each coordinate.

The bound keeps the linear program feasible where the polyhedron is unbounded. It says nothing
about the polyhedron: a proposal that leans on it is not a reason for anything."""

LARGEST_PROPOSED = 1e19
"""No number beyond this is put to HiGHS, which takes 1e20 for infinity."""

AT_A_TIME = 100
"""Iterations of one call of HiGHS, which no interrupt ends."""

CALLS_PER = 10
"""Rows and columns of a program that allow for one more call: ten iterations for each of them."""


@dataclass(frozen=True, slots=True, eq=False)
class Proposal:
    """An unverified solution of HiGHS, which has to be checked exactly.

    Attributes
    ----------
    value : float
        The least cost of multipliers, dimensionless.
    step : float64 array, shape (rows of the program,)
        A point of the polyhedron, relative to the witness.
    basis : list of int
        The polyhedron's rows that carry the multipliers.
    """

    value: float
    step: np.ndarray
    basis: list[int]


class FarkasSession:
    """One HiGHS instance that answers questions about one polyhedron after another."""

    def __init__(self) -> None:
        self.solved = 0

    @cached_property
    def _highspy(self) -> Any:
        import highspy

        return highspy

    @cached_property
    def _highs(self) -> Any:
        """The instance, which takes longer to make than a small network to explore."""
        highs = quiet_highs()
        for option, value in (
            ("presolve", "off"),
            ("threads", 1),
            ("simplex_iteration_limit", AT_A_TIME),
            ("small_matrix_value", 1e-12),
            ("primal_feasibility_tolerance", 1e-10),
            ("dual_feasibility_tolerance", 1e-10),
        ):
            self._check(highs.setOptionValue(option, value), f"option {option}")
        return highs

    def load(self, columns: np.ndarray, costs: np.ndarray, reach: int) -> None:
        """Take up another polyhedron.

        Parameters
        ----------
        columns : float64 array, shape (rows, program rows)
            The coefficients of each multiplier.
        costs : float64 array, shape (rows,)
            The cost of each multiplier. Those beyond `LARGEST_PROPOSED` are lowered to it, which
            changes nothing within the reach.
        reach : int
            How many of the program's rows, the first ones, are coordinates of the input space.
        """
        size = columns.shape[1]
        unit = np.eye(reach, size)
        total = len(columns) + 2 * reach
        entries = total * size
        taken = self._highs.passModel(  # by arrays: of a HighsLp each number would be read alone
            *(total, size, entries),
            int(self._highspy.MatrixFormat.kColwise),
            int(self._highspy.ObjSense.kMinimize),
            0.0,
            np.concatenate(
                [np.clip(costs, -LARGEST_PROPOSED, LARGEST_PROPOSED), np.full(2 * reach, REACH)]
            ),
            *(np.zeros(total), np.full(total, self._highspy.kHighsInf)),
            *(np.zeros(size), np.zeros(size)),
            np.arange(0, entries + 1, size, dtype=np.int32),
            np.arange(entries, dtype=np.int32) % size,
            np.concatenate([columns, unit, -unit]).ravel(),
            np.zeros(total, dtype=np.int32),  # no integers
        )
        self._check(taken, "the model")
        self._rows = len(columns)
        self._size = total + size
        self._program_rows = np.arange(size, dtype=np.int32)

    def propose(self, target: np.ndarray, bound: float) -> Proposal | None:
        """HiGHS's answer for one right-hand side; None where it has none, or may not be asked.

        It stops as soon as it knows that the least cost exceeds `bound`.
        """
        if not (np.abs(target) <= LARGEST_PROPOSED).all():
            return None
        self.solved += 1
        # What is not solved from the last basis is begun anew, with numbers of a size that suits.
        if not (self._solve(target, bound) or self._solve(*_halved(target, bound))):
            return None
        highs = self._highs
        step = -np.array(highs.getSolution().row_dual)
        _, basic = highs.getBasicVariables()
        # Negative entries are the program's own rows, the last ones are the bounds of the reach.
        basis = [i for i in basic.tolist() if 0 <= i < self._rows]
        return Proposal(-float(step @ target), step, basis)

    def _solve(self, target: np.ndarray, bound: float) -> bool:
        """Solve the program for a right-hand side and a bound, and say whether it was solved."""
        highs = self._highs
        self._check(highs.setOptionValue("objective_bound", bound), "option objective_bound")
        self._check(
            highs.changeRowsBounds(len(target), self._program_rows, target, target), "the target"
        )
        if self._go_on():
            return True
        # Nothing goes on from a basis that led nowhere, neither this program nor the next one.
        self._check(highs.clearSolver(), "a fresh start")
        return False

    def _go_on(self) -> bool:
        """Take the simplex method to its end, or as far as no program needs that ends at all.

        Near-parallel rows can make it cycle for ever. Python sees an interrupt between two calls
        only, so each call ends after a few iterations, and the next one goes on from there.
        """
        status = self._highspy.HighsModelStatus
        for _ in range(1 + self._size // CALLS_PER):
            self._highs.run()
            reached = self._highs.getModelStatus()
            if reached != status.kIterationLimit:
                return reached in (status.kOptimal, status.kObjectiveBound)
        return False

    def _check(self, status: highspy.HighsStatus, what: str) -> None:
        if status == self._highspy.HighsStatus.kError:
            raise RuntimeError(f"HiGHS refused {what}")


def _halved(target: np.ndarray, bound: float) -> tuple[np.ndarray, float]:
    """Both divided by the power of two that brings the largest entry of the first below 1."""
    halvings = int(np.frexp(np.abs(target).max(initial=0.0))[1])
    return np.ldexp(target, -halvings), float(np.ldexp(bound, -halvings))


@dataclass(slots=True)
class Solver:
    """What answers questions: one HiGHS session, and how often the exact simplex was needed."""

    session: FarkasSession = field(default_factory=FarkasSession)
    exact_decisions: int = 0

    @property
    def lps(self) -> int:
        """Number of linear programs that HiGHS has solved."""
        return self.session.solved
