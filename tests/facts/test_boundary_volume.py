"""Lengths and areas of the boundaries of regions, and their expectation over random networks."""

from __future__ import annotations

from fractions import Fraction
from math import pi, sqrt

import numpy as np
import pytest

from linreg import Ball, absolute, boundary_volume, expected_boundary_volume, mlp
from linreg.errors import InvalidDomain


def test_planes_in_a_cube_have_the_area_of_its_sides() -> None:
    """Three planes through the middle of a cube of side 2, of area 4 each, in 12 facets."""
    found = boundary_volume(mlp([([[1, 0, 0], [0, 1, 0], [0, 0, 1]], [0, 0, 0])]), "box:-1,1")
    assert (found.facets, found.volume, set(found.squares)) == (12, 12.0, {Fraction(1)})


def test_units_on_one_line_count_once() -> None:
    """x and -2x switch at the same line, of length 2."""
    assert boundary_volume(mlp([([[1, 0], [-2, 0]], [0, 0])]), "box:-1,1").volume == 2.0


def test_the_edge_of_the_domain_is_no_boundary() -> None:
    assert boundary_volume(mlp([([[1, 0]], [-1])]), "box:-1,1").facets == 0


def test_a_unit_that_is_zero_on_a_region_has_no_boundary_there() -> None:
    """relu(relu(x)) is on where x > 0: the second stage adds nothing to x = 0."""
    net = mlp([([[1, 0]], [0]), ([[1]], [0])])
    assert boundary_volume(net, "box:-1,1").volume == 2.0


def test_of_one_input_breakpoints_are_counted() -> None:
    """|x| - 1 and its positive part: breakpoints -1, 0 and 1."""
    net = mlp([([[1]], [0]), ([[1]], [-1])], activation=absolute())
    assert boundary_volume(net, "box:-2,2").volume == 3.0


def test_the_sides_of_an_octahedron_have_their_area() -> None:
    """|x| + |y| + |z| = 1 has eight triangles of area sqrt(3) / 2; three planes have area 16."""
    planes = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    net = mlp([(planes, [0, 0, 0]), ([[1, 1, 1]], [-1])], activation=absolute())
    assert boundary_volume(net, "box:-2,2").volume == pytest.approx(48 + 4 * sqrt(3))


def test_one_unit_on_a_line_has_the_probability_of_a_root() -> None:
    """w x + b = 0 with normal w, b of variance 1 has a Cauchy root: in [-1, 1] with chance 1/2."""
    found = expected_boundary_volume(1, [1], "box:-1,1", gain=1.0, samples=20_000)
    assert abs(found.mean - 0.5) < 5 * found.standard_error
    assert found.standard_error < 0.01


def random_volume(widths: tuple[int, ...], rng: np.random.Generator) -> float:
    layers, n = [], 2
    for width in widths:
        layers.append((rng.normal(0, sqrt(2 / n), (width, n)), rng.normal(0, 1, width)))
        n = width
    return boundary_volume(mlp(layers), "box:-1,1").volume


@pytest.mark.parametrize("widths", [(3,), (3, 3), (2, 3, 2)])
def test_the_mean_of_exact_lengths_is_the_expectation(widths: tuple[int, ...]) -> None:
    """Two ways to one number: facets of 150 networks, and the coarea formula."""
    rng = np.random.default_rng(7)
    lengths = [random_volume(widths, rng) for _ in range(150)]
    found = expected_boundary_volume(2, widths, "box:-1,1", samples=5000)
    error = np.hypot(np.std(lengths) / sqrt(len(lengths)), found.standard_error)
    assert abs(np.mean(lengths) - found.mean) < 4 * error
    assert error < 0.1 * found.mean
    assert sum(found.of_stage) == pytest.approx(found.mean)


def test_in_a_tiny_square_the_density_of_boundary_is_that_at_the_origin() -> None:
    """E|w| p(0), with |w| of mean sqrt(pi / 2) for two normal weights of variance 1."""
    found = expected_boundary_volume(2, [1], "box:-0.001,0.001", gain=2.0, samples=20_000)
    mean_norm, density, size = sqrt(pi / 2), 1 / sqrt(2 * pi), 4e-6
    assert found.mean == pytest.approx(mean_norm * density * size, rel=0.02)


def test_lines_through_a_disc_have_the_length_of_their_chords() -> None:
    """x = 0, y = 3 and x = 5 in a disc of radius 5 around the origin: 10, 8, and a tangent."""
    net = mlp([([[1, 0], [0, 1], [1, 0]], [0, -3, -5])])
    found = boundary_volume(net, Ball([0, 0], 5, "l2"))
    assert (found.volume, found.facets, found.squares) == (18.0, 4, ())


def test_planes_through_a_ball_have_the_area_of_their_discs() -> None:
    """z = 3, cut in four by x = 0 and y = 0, and these two, in a ball of radius 5."""
    net = mlp([([[1, 0, 0], [0, 1, 0], [0, 0, 1]], [0, 0, -3])])
    found = boundary_volume(net, Ball([0, 0, 0], 5, "l2"))
    assert found.facets == 12
    assert found.volume == pytest.approx(pi * (16 + 25 + 25))
    # The plane 3 x + 4 y = 4 z + 5 is 5 / sqrt(41) away from the origin.
    tilted = boundary_volume(mlp([([[3, 4, -4]], [-5])]), Ball([0, 0, 0], 5, "l2"))
    assert tilted.volume == pytest.approx(pi * (25 - 25 / 41))
    assert boundary_volume(mlp([([[1]], [0])]), Ball([1], 1, "l2")).volume == 0.0


def test_a_small_polygon_in_a_large_ball_keeps_its_area() -> None:
    planes = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    net = mlp([(planes, [0, 0, 0]), ([[1, 1, 1]], [-1])], activation=absolute())
    found = boundary_volume(net, Ball([0, 0, 0], 9, "l2"))
    assert found.volume == pytest.approx(3 * pi * 81 + 4 * sqrt(3))


@pytest.mark.parametrize("norm", ["l1", "l2", "linf"])
def test_the_mean_of_exact_lengths_in_a_ball_is_the_expectation(norm: str) -> None:
    rng = np.random.default_rng(3)
    ball = Ball([1, 0], 1, norm)
    lengths = [
        boundary_volume(
            mlp([(rng.normal(size=(3, 2)), rng.normal(size=3)) for _ in "1"]), ball
        ).volume
        for _ in range(120)
    ]
    found = expected_boundary_volume(2, [3], ball, samples=4000)
    error = np.hypot(np.std(lengths) / sqrt(len(lengths)), found.standard_error)
    assert abs(np.mean(lengths) - found.mean) < 4 * error
    assert error < 0.1 * found.mean


def test_what_has_no_finite_boundary_is_refused() -> None:
    with pytest.raises(InvalidDomain, match="give a bounded one"):
        boundary_volume(mlp([([[1, 0]], [0])]))
    with pytest.raises(ValueError, match="4 inputs"):
        boundary_volume(mlp([([[1] * 4], [0])]), "box:-1,1")
    with pytest.raises(InvalidDomain, match="a box or ball was expected"):
        expected_boundary_volume(2, [3], "all")
    with pytest.raises(InvalidDomain, match="2 dimensions was expected, got 3"):
        expected_boundary_volume(2, [3], Ball([0, 0, 0], 1, "l2"))
    with pytest.raises(ValueError, match="bias: a positive number"):
        expected_boundary_volume(2, [3], "box:-1,1", bias=0)
