"""Regions as constraints of convex problems, for cvxpy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Any

import numpy as np

from linreg.errors import UnsolvedError
from linreg.polyhedra import IntegerRow
from linreg.polyhedra.silent_highs import silence
from linreg.polyhedra.unit_rows import unit_row
from linreg.progress import Progress

if TYPE_CHECKING:
    import cvxpy

SOLVER = "CLARABEL"
"""An interior-point method that comes with cvxpy and takes every kind of convex problem; what cvxpy
chooses for quadratic ones, OSQP, gives up on some regions that are a little thin."""

HIGHS_ITERATIONS = 100
"""Iterations for each variable and constraint that HiGHS may take, where a caller asks for it."""

Objective = Callable[["cvxpy.Variable"], "cvxpy.Expression | float"]
"""A convex function of the input, in cvxpy's words."""


@dataclass(frozen=True, slots=True, eq=False)
class ConvexRegion:
    """A closed region in cvxpy's words: {x : normals @ x <= offsets}.

    Attributes
    ----------
    variable : cvxpy.Variable, shape (inputs,)
        The point x.
    constraints : list of cvxpy.Constraint
        That x lies in the region; empty if nothing bounds it.
    normals : float64 array, shape (rows, inputs)
        Outward normals of Euclidean length 1, one for each distinct row.
    offsets : float64 array, shape (rows,)
        Euclidean, in input units.
    """

    variable: cvxpy.Variable
    constraints: list[cvxpy.Constraint]
    normals: np.ndarray  # (rows, inputs)
    offsets: np.ndarray  # (rows,)


@dataclass(frozen=True, slots=True, eq=False)
class Minima:
    """The least value of a convex function on each closed region, as a solver found it.

    Attributes
    ----------
    values : float64 array, shape (regions,)
        -inf where the function falls without end, +inf where it is nowhere finite.
    points : float64 array, shape (regions, inputs)
        Where the least values are attained, up to the solver's tolerance; nan where they are
        infinite.
    best : int
        The region of the least value, the first of several; -1 if all are +inf.
    """

    values: np.ndarray  # (regions,)
    points: np.ndarray  # (regions, inputs)
    best: int


def convex_region(
    rows: Sequence[IntegerRow], dim: int, variable: cvxpy.Variable | None = None
) -> ConvexRegion:
    """The closed polyhedron {x : rows >= 0} for cvxpy, with a variable of its own unless given."""
    import cvxpy

    x = cvxpy.Variable(dim, name="x") if variable is None else variable
    scaled = [unit_row(row) for row in rows]
    normals = np.array([normal for normal, _ in scaled]).reshape(-1, dim)
    offsets = np.array([offset for _, offset in scaled])
    constraints: list[Any] = [normals @ x <= offsets] if rows else []
    return ConvexRegion(x, constraints, normals, offsets)


def minimise(
    regions: Iterable[Sequence[IntegerRow]],
    n_regions: int,
    dim: int,
    objective: Objective,
    *,
    progress: Callable[[Progress], None] | None = None,
    solver: str | None = None,
) -> Minima:
    """The least value of a convex function on each of many polyhedra; see `Enumeration.minimise`.

    Raises
    ------
    ValueError
        If the objective is not a convex function with one value, as far as cvxpy can tell.
    UnsolvedError
        If the solver ends without an answer on some region.
    """
    import cvxpy

    x = cvxpy.Variable(dim, name="x")
    goal = cvxpy.Minimize(_convex(objective(x)))
    values, points = [], []
    for index, rows in enumerate(regions):
        if progress is not None:
            progress(Progress(index, n_regions, "regions minimised over"))
        problem = cvxpy.Problem(goal, convex_region(rows, dim, x).constraints)
        values.append(_solved(problem, index, SOLVER if solver is None else solver))
        points.append(x.value if np.isfinite(values[-1]) else np.full(dim, np.nan))
    found = np.array(values)
    best = int(found.argmin()) if found.min(initial=inf) < inf else -1
    return Minima(found, np.array(points).reshape(-1, dim), best)


def _convex(objective: Any) -> Any:
    """The objective, if it is a convex scalar expression."""
    import cvxpy

    expression = cvxpy.Expression.cast_to_const(objective)
    if not expression.is_scalar():
        shape = tuple(map(int, expression.shape))
        raise ValueError(f"an objective has one value: got one of shape {shape}")
    if not expression.is_convex():
        raise ValueError(
            f"the objective must be convex by cvxpy's rules (DCP): {expression} is "
            f"{expression.curvature.lower()}"
        )
    return expression


def _highs_limits(problem: cvxpy.Problem) -> dict[str, int]:
    """Numbers of iterations after which HiGHS gives up, which may cycle otherwise."""
    size = problem.size_metrics
    rows = size.num_scalar_eq_constr + size.num_scalar_leq_constr
    limit = HIGHS_ITERATIONS * (1 + size.num_scalar_variables + rows)
    return {"simplex_iteration_limit": limit, "qp_iteration_limit": limit}


def _solved(problem: cvxpy.Problem, index: int, solver: str) -> float:
    """The optimal value, infinite where that is the answer."""
    import cvxpy

    try:
        if solver.upper() == "HIGHS":
            with silence():
                problem.solve(solver=solver, **_highs_limits(problem))  # type: ignore[no-untyped-call]
        else:
            problem.solve(solver=solver)  # type: ignore[no-untyped-call]
    except cvxpy.SolverError as error:
        raise UnsolvedError(f"region {index}: the solver failed: {error}") from None
    match problem.status:
        case cvxpy.OPTIMAL:
            return float(problem.value)
        case cvxpy.UNBOUNDED:
            return -inf
        case cvxpy.INFEASIBLE:
            return inf
    raise UnsolvedError(
        f"region {index}: the solver ended with status {problem.status!r}, which is no answer; "
        "try another solver, or rescale the objective"
    )
