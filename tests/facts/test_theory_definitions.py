"""The six definitions of a region: they differ, and never in the wrong direction."""

from __future__ import annotations

import pytest
from generators import networks, points
from golden_networks import case, cases
from hypothesis import given, settings
from hypothesis import strategies as st

from linreg import Box, WholeSpace, mlp, theory, zoo
from linreg.theory.mixed import patterns_of_points

LISTED = [each.name for each in cases() if each.expected.get("all_patterns_R1", 99) <= 25]


def numbers(found: theory.Definitions) -> tuple[int | None, ...]:
    return (
        found.patterns_any_dimension,
        found.activation_regions,
        found.convex_pieces,
        found.linear_regions,
        found.closed_connected,
        found.affine_maps,
    )


def test_the_example_of_stargalla_et_al_separates_the_definitions() -> None:
    """max(-y, min(0, -x)): (7, 5, 4, 3, 3, 3), of which the third is left open here."""
    golden = case("stargalla_six_definitions")
    assert numbers(theory.definitions(golden.network)) == (7, 5, None, 3, 3, 3)


def test_opposite_quadrants_are_one_closed_region_and_two_open_ones() -> None:
    """relu(min(x, y)) - relu(-max(x, y)) is 0 on two quadrants that meet in a point."""
    golden = case("checkerboard_open_vs_closed")
    found = theory.definitions(golden.network)
    assert (found.linear_regions, found.closed_connected, found.affine_maps) == (6, 3, 3)


@pytest.mark.parametrize("name", LISTED)
def test_golden_networks_have_their_numbers_by_every_definition(name) -> None:
    golden = case(name)
    found = theory.definitions(golden.network, golden.domain)
    expected = golden.expected
    assert found.patterns_any_dimension == expected["all_patterns_R1"]
    assert found.activation_regions == expected["activation_regions"]
    assert found.linear_regions == expected["linear_regions"]
    assert found.affine_maps == expected["affine_maps"]
    assert found.closed_connected <= expected.get("touching_components", found.linear_regions)


@given(data=st.data(), net=networks(max_units=5, depth=st.integers(1, 2)))
@settings(max_examples=60)
def test_every_point_has_one_of_the_patterns_of_any_dimension(data, net) -> None:
    found = theory.definitions(net)
    assert found.patterns_any_dimension is not None
    assert found.closed_connected is not None
    patterns = set(patterns_of_points(net.staged, WholeSpace(net.input_dim), 10**6))
    assert len(patterns) == found.patterns_any_dimension
    for _ in range(5):
        point = data.draw(points(net.input_dim))
        assert tuple(net.staged.pattern_at(point).tolist()) in patterns


def test_the_level_ends_of_a_trapezium_are_one_map_on_two_sets() -> None:
    net = mlp([([[1], [1], [1], [1]], [0, -1, -2, -3])], readout=([[1, -1, -1, 1]], [0]))
    assert numbers(theory.definitions(net)) == (5, 5, 5, 5, 5, 4)
    assert numbers(theory.definitions(net, Box([-1], ["5/2"])))[1:] == (4, 4, 4, 4, 4)


def test_what_takes_too_long_is_left_open() -> None:
    found = theory.definitions(zoo.shi(3).network, budget=10)
    assert found.patterns_any_dimension is None
    assert found.activation_regions == found.convex_pieces == found.linear_regions == 16
