"""What counts as a region, where ties go, and what a count says of itself."""

from __future__ import annotations

from fractions import Fraction

import pytest
from answers import explored, patterns_of
from generators import dyadics, networks, points, tables
from golden_networks import case
from hypothesis import given, settings
from hypothesis import strategies as st

from linreg import (
    Box,
    ScalarUnit,
    absolute,
    adjacency_graph,
    clip,
    count,
    count_regions,
    enumerate_regions,
    leaky_relu,
    maxout,
    mlp,
    relu,
)
from linreg.network import Network
from linreg.units import Unit


@given(unit=tables())
def test_a_point_on_a_breakpoint_belongs_to_the_lower_piece(unit: ScalarUnit) -> None:
    staged = mlp([([[1]], [0])], activation=unit).staged
    for piece, cut in enumerate(unit.breakpoints):
        assert staged.pattern_at([cut]).tolist() == [piece]
        assert staged.pattern_at([cut + Fraction(1, 2**90)]).tolist() == [piece + 1]


@given(values=st.lists(dyadics(1), min_size=1, max_size=5))
def test_a_tied_maximum_belongs_to_the_lowest_candidate_that_attains_it(
    values: list[Fraction],
) -> None:
    net = mlp([([[0]] * len(values), values)], activation=maxout(len(values)))
    assert net.staged.pattern_at([0]).tolist() == [values.index(max(values))]
    assert patterns_of(enumerate_regions(net)) == [(values.index(max(values)),)]


@pytest.mark.parametrize(
    ("unit", "pieces"),
    [(relu(), 0), (absolute(), 0), (leaky_relu("1/4"), 0), (clip(0, 1), 0), (clip(-1, 0), 1)],
)
def test_a_unit_that_is_constantly_on_a_breakpoint_has_the_lower_piece(
    unit: Unit, pieces: int
) -> None:
    net = mlp([([[0, 0]], [0])], activation=unit)
    assert patterns_of(enumerate_regions(net)) == [(pieces,)]


@pytest.mark.parametrize(("bias", "piece"), [(-1, 0), (0, 0), ("1/2", 1), (1, 1), (2, 2)])
def test_a_constant_unit_has_the_piece_of_its_value_and_makes_no_split(
    bias: object, piece: int
) -> None:
    net = mlp([([[0]], [bias])], activation=clip(0, 1))
    assert patterns_of(enumerate_regions(net)) == [(piece,)]


def test_a_pattern_of_boundary_points_alone_is_no_region() -> None:
    """Of 7 patterns 5 have an interior: Stargalla, Hertrich, Reichman (2025), R1 and R2."""
    net = case("stargalla_six_definitions").network
    regions = enumerate_regions(net)
    grid = [(x, y) for x in range(-2, 3) for y in range(-2, 3)]
    met = {tuple(net.staged.pattern_at(point).tolist()) for point in grid}
    assert len(met) == 7
    assert set(patterns_of(regions)) < met
    assert len(regions) == 5
    assert {regions.find(pattern) for pattern in met - set(patterns_of(regions))} == {-1}


def test_activation_regions_with_the_same_map_are_still_two() -> None:
    """relu(x) - relu(-x) = x: two patterns, one linear region."""
    left, right = enumerate_regions(mlp([([[1], [-1]], [0, 0])], readout=([[1, -1]], [0])))
    assert left.exact_affine_map == right.exact_affine_map


def test_a_region_is_open() -> None:
    for region in enumerate_regions(mlp([([[1]], [-1])]), Box([0], [2])):
        assert not any(region.contains([x]) for x in (0, 1, 2))


def test_the_units_of_the_output_layer_count() -> None:
    assert count_regions(mlp([([[1]], [0])])) == 2
    assert count_regions(mlp([([[1]], [0])], readout=([[0]], [5]))) == 2


@settings(max_examples=50)
@given(net=networks(max_units=6), data=st.data())
def test_what_is_read_from_the_last_layer_changes_no_region(
    net: Network, data: st.DataObject
) -> None:
    """Activation regions depend on the units alone, not on what is made of them."""
    stages, outputs = net.staged.stages, net.staged.stages[-1].n_outputs
    weight = data.draw(st.lists(dyadics(), min_size=outputs, max_size=outputs))
    other = type(net.staged)(net.input_dim, stages, mlp([], readout=([weight], [1])).staged.readout)
    assert explored(other) == explored(net)


@settings(max_examples=50)
@given(net=networks(max_units=6), data=st.data())
def test_a_point_of_a_region_has_its_pattern_and_a_point_of_none_touches_two(
    net: Network, data: st.DataObject
) -> None:
    regions = enumerate_regions(net)
    point = data.draw(points(net.input_dim))
    homes = [region for region in regions if region.contains(point)]
    assert len(homes) <= 1
    if not homes:
        rows = [region.exact_halfspaces for region in regions]
        closed = [
            all(
                sum(a * x for a, x in zip(normal, point, strict=True)) <= offset
                for normal, offset in zip(r.normals.tolist(), r.offsets.tolist(), strict=True)
            )
            for r in rows
        ]
        assert sum(closed) >= 2


def test_a_network_without_units_has_one_region() -> None:
    found = count(mlp([], readout=([[1, 2]], [3])))
    assert found.regions == 1
    assert found.complete
    assert found.regions_per_stage == ()


def test_a_network_without_units_has_no_edges() -> None:
    graph = adjacency_graph(enumerate_regions(mlp([], readout=([[1, 2]], [3]))))
    assert graph.edges.shape == (0, 2)


def test_a_count_says_how_it_is_known() -> None:
    """Four quadrants, cut by x + y = 1 and x = y where x and y are read: 4 + 2 + 2 + 1."""
    found = count(mlp([([[1, 0], [0, 1]], [0, 0]), ([[1, 1], [1, -1]], [-1, 0])]))
    assert found.complete
    assert found.evidence == "exact"
    assert found.regions_per_stage == (4, 9)
    assert found.regions == 9
    assert found.lps >= 0
    assert found.exact_decisions >= 0
    assert found.seconds >= 0


def test_every_strategy_gives_the_same_count() -> None:
    net = case("random_3_5_4_2").network
    assert count(net, strategy="highs").regions == count(net, strategy="auto").regions == 77
