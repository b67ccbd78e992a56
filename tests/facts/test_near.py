"""Regions that meet a ball."""

from __future__ import annotations

from fractions import Fraction
from math import sqrt

import cvxpy
import generators
import numpy as np
import pytest
from flint import fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from linreg import Ball, Box, count_near, count_regions, enumerate_regions, mlp, regions_near
from linreg.errors import InvalidDomain
from linreg.oracle import brute_force_patterns
from linreg.problem.region_rows import Boundaries
from linreg.regions.near import squared_distance

LINE = mlp([([[3, 4]], [-5])])
"""Switches on a line at distance 1 from the origin, at 5/7 in l1's dual norm and 5/4 in l1."""


@pytest.mark.parametrize(
    ("norm", "distance"), [("l2", Fraction(1)), ("linf", Fraction(5, 7)), ("l1", Fraction(5, 4))]
)
def test_a_line_that_touches_a_ball_does_not_cut_it(norm: str, distance: Fraction) -> None:
    assert len(regions_near(LINE, [0, 0], distance, norm)) == 1
    assert len(regions_near(LINE, [0, 0], distance + Fraction(1, 2**60), norm)) == 2


@settings(max_examples=10, deadline=None)
@given(st.data(), generators.networks(inputs=st.just(2), max_units=5))
def test_the_distance_to_a_region_is_that_of_a_convex_solver(
    data: st.DataObject, net: object
) -> None:
    x = data.draw(generators.points(2))
    regions = enumerate_regions(net, Box([-3, -3], [3, 3]))
    boundaries = Boundaries(regions.problem)
    at = [fmpq(entry.numerator, entry.denominator) for entry in map(Fraction, x)]
    squares = [squared_distance(boundaries.of(p).rows, at) for p in regions.patterns.tolist()]
    found = regions.minimise(lambda y: cvxpy.norm(y - np.array(x, dtype=float)))
    assert np.allclose(np.sqrt(np.array(squares, dtype=float)), found.values, atol=1e-4)


@settings(max_examples=15, deadline=None)
@given(st.data(), generators.networks(inputs=st.just(2), max_units=5))
def test_balls_of_norms_without_roots_are_domains(data: st.DataObject, net: object) -> None:
    x = data.draw(generators.points(2))
    radius = data.draw(st.sampled_from([Fraction(1, 2), Fraction(2)]))
    corners = {norm: regions_near(net, x, radius, norm) for norm in ("l1", "l2", "linf")}
    kinds = {n: set(map(tuple, near.patterns.tolist())) for n, near in corners.items()}
    assert kinds["l1"] <= kinds["l2"] <= kinds["linf"]
    for norm in ("l1", "linf"):
        assert kinds[norm] == set(brute_force_patterns(net, Ball(x, radius, norm).domain))


def test_counts_near_many_points_are_those_near_each() -> None:
    rng = np.random.default_rng(0)
    net = mlp([(rng.normal(size=(6, 2)), rng.normal(size=6))])
    X = rng.uniform(-1, 1, (5, 2))
    for norm in ("l2", "linf"):
        each = [len(regions_near(net, x, 0.5, norm)) for x in X]
        assert count_near(net, X, 0.5, norm).tolist() == each
    assert count_regions(net, Ball(X[0].tolist(), 0.5)) == len(regions_near(net, X[0], 0.5))


def test_the_nearest_point_may_be_a_corner_or_inside() -> None:
    net = mlp([([[1, 0], [0, 1]], [-1, -1])])
    assert len(regions_near(net, [0, 0], sqrt(2) - 1e-12, "l2")) == 3
    assert len(regions_near(net, [0, 0], sqrt(2) + 1e-12, "l2")) == 4


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(([0, 0], 0), "positive"), (([0, 0], 1, "l3"), "linf, l1, l2"), (([], 1), "one coordinate")],
)
def test_balls_that_are_none_are_refused(arguments: tuple[object, ...], said: str) -> None:
    with pytest.raises(InvalidDomain, match=said):
        Ball(*arguments)  # type: ignore[arg-type]


def test_a_round_ball_is_no_polyhedron() -> None:
    with pytest.raises(InvalidDomain, match="regions_near"):
        count_regions(LINE, Ball([0, 0], 1, "l2"))
    with pytest.raises(InvalidDomain, match="2\\^20"):
        _ = Ball([0] * 20, 1, "l1").domain
    with pytest.raises(ValueError, match="shape"):
        regions_near(LINE, [0], 1)
