"""Regions as constraints of convex problems: what cvxpy finds against what is known exactly."""

from __future__ import annotations

from math import inf, sqrt
from typing import Any

import cvxpy
import numpy as np
import pytest
from polyhedra import cube, polyhedron, simplex, whole_space

from linreg import Box, Enumeration, Region, enumerate_regions, mlp, relu
from linreg.errors import UnsolvedError

CROSS = enumerate_regions(mlp([([[1, 0], [0, 1]], [0, 0])]))  # the quadrants, (0, 0) first
TARGET = np.array([3.0, -4.0])


def distance(x: Any) -> Any:
    return cvxpy.norm(x - TARGET)


def gaussian(inputs: int, *, seed: int, width: int = 5) -> Enumeration:
    rng = np.random.default_rng(seed)
    layers = [
        (rng.normal(size=(width, inputs)), rng.normal(size=width)),
        (rng.normal(size=(width, width)), rng.normal(size=width)),
    ]
    return enumerate_regions(mlp(layers, activation=relu()), Box([-1] * inputs, [1] * inputs))


def test_the_nearest_points_of_two_regions_are_where_their_constraints_meet() -> None:
    """The unit square's corner (1, 1) and the foot of its perpendicular on x + y = 4."""
    near, far = cube(2).cvxpy(), polyhedron([[-1, -1]], [-4]).cvxpy()
    goal = cvxpy.Minimize(cvxpy.norm(near.variable - far.variable))
    gap = cvxpy.Problem(goal, near.constraints + far.constraints).solve()
    assert gap == pytest.approx(sqrt(2), abs=1e-6)
    assert near.variable.value.tolist() == pytest.approx([1, 1], abs=1e-5)
    assert far.variable.value.tolist() == pytest.approx([2, 2], abs=1e-5)


@pytest.mark.parametrize(("region", "area"), [(cube(2), 1), (simplex(2), 1 / (6 * sqrt(3)))])
def test_the_largest_ellipse_in_a_square_is_a_circle_and_in_a_triangle_steiner_s(
    region: Region, area: float
) -> None:
    """Areas over pi: Steiner's inellipse has pi / (3 sqrt 3) of a triangle, here of 1/2."""
    found = region.cvxpy()
    shape = cvxpy.Variable((2, 2), PSD=True)
    inside = [
        cvxpy.norm(shape @ normal) + normal @ found.variable <= offset
        for normal, offset in zip(found.normals, found.offsets, strict=True)
    ]
    cvxpy.Problem(cvxpy.Maximize(cvxpy.log_det(shape)), inside).solve()
    assert np.linalg.det(shape.value) == pytest.approx(area, rel=1e-4)


def test_constraints_are_distinct_rows_of_length_1() -> None:
    found = polyhedron([[3, 4], [6, 8], [-1, 0]], [10, 20, 0]).cvxpy()
    assert found.normals.tolist() == [[0.6, 0.8], [-1, 0]]
    assert found.offsets.tolist() == [2, 0]
    assert found.variable.shape == (2,)


def test_the_whole_space_has_no_constraints() -> None:
    found = whole_space(3).cvxpy()
    assert found.constraints == []
    assert found.normals.shape == (0, 3)


def test_each_region_has_its_own_variable() -> None:
    assert CROSS[0].cvxpy().variable is not CROSS[0].cvxpy().variable


def test_distances_to_quadrants_are_those_to_their_nearest_corners_and_edges() -> None:
    found = CROSS.minimise(distance)
    assert CROSS.patterns.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert found.values.tolist() == pytest.approx([3, 5, 0, 4], abs=1e-6)
    nearest = np.array([[0, -4], [0, 0], [3, -4], [3, 0]])
    assert np.allclose(found.points, nearest, atol=1e-5)
    assert found.best == 2


def test_an_affine_objective_is_least_where_the_bounding_box_ends() -> None:
    regions = gaussian(3, seed=0)
    found = regions.minimise(lambda x: x[1])
    lower = [region.bounding_box().lower[1] for region in regions]
    assert found.values.tolist() == pytest.approx(lower, abs=1e-6)
    assert found.values[found.best] == min(found.values)


def test_the_region_of_the_nearest_point_is_the_one_that_holds_it() -> None:
    regions = gaussian(2, seed=1)
    point = regions.witnesses[17]
    found = regions.minimise(lambda x: cvxpy.sum_squares(x - point))
    assert found.best == 17
    assert (found.values >= -1e-9).all()
    assert np.allclose(found.points[17], point, atol=1e-4)


def test_slivers_of_a_wide_network_have_nearest_points_too() -> None:
    """The least distance to a vertex of a region bounds that to the region from above."""
    regions = gaussian(2, seed=2, width=16)
    found = regions.minimise(lambda x: cvxpy.sum_squares(x))
    bounds = [float((region.vertices**2).sum(axis=1).min()) for region in regions]
    assert (found.values <= np.array(bounds) + 1e-7).all()
    assert regions[found.best].contains([0, 0])


def test_a_linear_objective_falls_without_end_on_unbounded_regions() -> None:
    found = CROSS.minimise(lambda x: x[0])
    assert found.values.tolist() == [
        -inf,
        -inf,
        pytest.approx(0, abs=1e-7),
        pytest.approx(0, abs=1e-7),
    ]
    assert np.isnan(found.points[:2]).all()
    assert not np.isnan(found.points[2:]).any()
    assert found.best == 0


def test_a_function_that_is_nowhere_finite_on_a_region_is_infinite_there() -> None:
    """-log of x - 1 on x <= 0, and its least value at the end x = 3 of the other region."""
    regions = enumerate_regions(mlp([([[1]], [0])]), Box([-1], [3]))
    found = regions.minimise(lambda x: -cvxpy.log(x[0] - 1))
    assert found.values.tolist() == [inf, pytest.approx(-np.log(2), abs=1e-6)]
    assert np.isnan(found.points[0, 0])
    assert found.points[1, 0] == pytest.approx(3, abs=1e-5)
    assert found.best == 1


def test_no_region_is_best_where_the_objective_is_nowhere_finite() -> None:
    regions = enumerate_regions(mlp([([[1]], [0])]), Box([-1], [3]))
    assert regions.minimise(lambda x: -cvxpy.log(x[0] - 5)).best == -1


def test_a_constant_objective_has_its_value_everywhere() -> None:
    assert CROSS.minimise(lambda x: 7.0).values.tolist() == [7, 7, 7, 7]


def test_progress_is_told_once_for_each_region() -> None:
    seen: list[float] = []
    CROSS.minimise(distance, progress=lambda now: seen.append(now.done))
    assert seen == [0, 1, 2, 3]


def test_solvers_can_be_chosen_by_name() -> None:
    by_name = CROSS.minimise(distance, solver="SCS").values
    assert by_name.tolist() == pytest.approx([3, 5, 0, 4], abs=1e-3)


@pytest.mark.parametrize(
    ("objective", "message"),
    [
        (lambda x: -cvxpy.sum_squares(x), "concave"),
        (lambda x: x[0] * x[1], "unknown"),
        (cvxpy.sqrt, r"one value: got one of shape \(2,\)"),
        (lambda x: x, r"one value: got one of shape \(2,\)"),
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_an_objective_that_is_not_convex_is_refused(objective: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        CROSS.minimise(objective)


def test_an_unknown_solver_is_an_error_that_names_the_region() -> None:
    with pytest.raises(UnsolvedError, match=r"region 0: the solver failed: .*NOSUCH"):
        CROSS.minimise(distance, solver="NOSUCH")


@pytest.mark.parametrize(
    "status",
    ["optimal_inaccurate", "unbounded_inaccurate", "user_limit", "infeasible_or_unbounded"],
)
def test_a_status_that_is_no_answer_is_an_error_that_names_region_and_status(
    status: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    solve = cvxpy.Problem.solve

    def give_up(problem: Any, **options: Any) -> float:
        value = solve(problem, **options)
        if problem.variables()[0].value[1] > -1:
            problem._status = status
        return float(value)

    monkeypatch.setattr(cvxpy.Problem, "solve", give_up)
    with pytest.raises(UnsolvedError, match=f"region 1: .*'{status}'"):
        CROSS.minimise(distance)


def test_rows_of_any_size_are_scaled_for_the_solver() -> None:
    """Rows of size 10^30 and 10^-30 of the same square."""
    region = polyhedron(
        [["1e30", 0], [0, "1e-30"], ["-1e30", 0], [0, "-1e-30"]], ["1e30", "1e-30", 0, 0]
    )
    found = region.cvxpy()
    problem = cvxpy.Problem(cvxpy.Minimize(cvxpy.sum(found.variable)), found.constraints)
    assert problem.solve() == pytest.approx(0, abs=1e-7)
