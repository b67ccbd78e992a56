"""How many regions a network has by each definition, where that is known or seen at a glance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict

import pytest
from golden_networks import Case, case, cases, strategy_for

from linreg import (
    Box,
    Polytope,
    RegionCounts,
    adjacency_graph,
    enumerate_regions,
    linear_regions,
    maxout,
    mlp,
    output_maps,
    region_counts,
)
from linreg.network import INPUT, AffineNode, Network, linear_map
from linreg.polyhedra import IntegerRow
from linreg.problem import MapsOnRegions

GOLDEN = [
    pytest.param(each, id=f"{file}-{each.name}")
    for file in ("golden", "nasty")
    for each in cases(file)
    if each.expected["activation_regions"] < 5000
]
BY_DEFINITION = {"activation_regions", "linear_regions", "affine_maps", "dual_edges"}


def known(each: Case) -> dict[str, int]:
    """The golden numbers by definition; some networks have no number of edges."""
    return {name: each.expected[name] for name in sorted(BY_DEFINITION & each.expected.keys())}


@pytest.mark.parametrize("each", GOLDEN)
def test_a_golden_network_has_the_numbers_by_definition_that_two_programs_found(each: Case) -> None:
    found = asdict(region_counts(each.network, each.domain, strategy=strategy_for(each)))
    assert {name: found[name] for name in known(each)} == known(each)


def test_all_maps_of_the_resonance_arrangement_differ() -> None:
    """The active units can be read from the map; 11292 regions by deletion and restriction."""
    resonance = case("resonance_n5")
    regions = enumerate_regions(resonance.network, resonance.domain, strategy="compiled")
    assert int(output_maps(regions).max()) + 1 == resonance.expected["affine_maps"] == 11292


def test_a_sum_that_cancels_a_kink_is_one_linear_region() -> None:
    """relu(x) - relu(-x) = x."""
    net = mlp([([[1], [-1]], [0, 0])], readout=([[1, -1]], [0]))
    assert region_counts(net) == RegionCounts(2, 1, 1, 1, 0)


def test_a_function_may_have_one_map_on_sets_that_do_not_touch() -> None:
    """relu(x) - relu(x - 1) - relu(x - 2) + relu(x - 3) is 0, x, 1, 3 - x and 0 again."""
    hat = mlp([([[1], [1], [1], [1]], [0, -1, -2, -3])], readout=([[1, -1, -1, 1]], [0]))
    assert region_counts(hat) == RegionCounts(5, 5, 4, 4, 3)


def test_regions_of_one_map_that_touch_in_a_point_alone_are_two_linear_regions() -> None:
    """relu(min(x, y)) - relu(-max(x, y)) is 0 on two opposite quadrants."""
    board = case("checkerboard_open_vs_closed")
    assert (board.expected["linear_regions"], board.expected["affine_maps"]) == (6, 3)
    counts = region_counts(board.network, board.domain)
    assert (counts.linear_regions, counts.affine_maps) == (6, 3)
    graph = adjacency_graph(enumerate_regions(board.network, board.domain))
    maps = output_maps(graph.regions).tolist()
    twice = next(label for label in maps if maps.count(label) > 1)
    one, *others = [node for node, label in enumerate(maps) if label == twice]
    pieces = linear_regions(graph).tolist()
    assert all(pieces[one] != pieces[other] for other in others)


def test_a_domain_can_part_a_linear_region() -> None:
    """relu(min(x, y)) is 0 on an L, whose arms alone meet the half-plane x + y > 1.

    min(x, y) = relu(x) - relu(-x) - relu(x - y).
    """
    corner = mlp([([[1, 0], [-1, 0], [1, -1]], [0, 0, 0]), ([[1, -1, -1]], [0])])
    assert region_counts(corner).linear_regions == 3
    counts = region_counts(corner, Polytope([[-1, -1]], [-1]))
    assert (counts.linear_regions, counts.affine_maps) == (4, 3)


def test_bounded_regions_of_a_generic_arrangement_are_those_of_zaslavsky() -> None:
    """C(m - 1, n) for m hyperplanes in general position: 6 for five lines."""
    assert region_counts(case("zaslavsky_n2_m5").network).bounded_regions == 6


def test_every_region_of_a_bounded_domain_is_bounded() -> None:
    counts = region_counts(case("zaslavsky_n2_m5").network, Box([-9, -9], [9, 9]))
    assert counts.bounded_regions == counts.activation_regions


def test_a_network_without_units_is_one_region_of_every_kind() -> None:
    net = Network((2,), (AffineNode("a", (INPUT,), linear_map([[1, 2]], [3])),), "a")
    assert region_counts(net) == RegionCounts(1, 1, 1, 0, 0)
    assert region_counts(net, Box([0, 0], [1, 1])) == RegionCounts(1, 1, 1, 0, 1)


def test_a_maximum_is_a_different_map_in_each_region() -> None:
    net = mlp([([[0, 0], [1, 0], [0, 1]], [0, 0, 0])], activation=maxout(3))
    assert region_counts(net) == RegionCounts(3, 3, 3, 3, 0)


def test_kinks_smaller_than_floats_can_tell_make_linear_regions() -> None:
    """relu(x) / 2^200 + 3x has a kink, which no float64 slope shows."""
    tiny = mlp([([[1], [1], [-1]], [0, 0, 0])], readout=([[f"1/{2**200}", 3, -3]], [0]))
    assert region_counts(tiny).linear_regions == 2
    assert region_counts(mlp([([[1], [-1]], [0, 0])], readout=([[3, -3]], [0]))).linear_regions == 1


def test_each_output_has_linear_regions_of_its_own() -> None:
    """Outputs relu(x), relu(y), x and 0: two, two, one and one; together four."""
    net = mlp(
        [([[1, 0], [0, 1], [-1, 0]], [0, 0, 0])],
        readout=([[1, 0, 0], [0, 1, 0], [1, 0, -1], [0, 0, 0]], [0, 0, 0, 0]),
    )
    graph = adjacency_graph(enumerate_regions(net))
    assert graph.regions.patterns.tolist() == [[0, 0, 1], [0, 1, 1], [1, 0, 0], [1, 1, 0]]
    assert [linear_regions(graph, output=k).tolist() for k in range(4)] == [
        [0, 0, 1, 1],
        [0, 1, 0, 1],
        [0, 0, 0, 0],
        [0, 0, 0, 0],
    ]
    assert linear_regions(graph).tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("output", [-1, 2, 7])
def test_an_output_that_is_not_there_is_refused(output: int) -> None:
    net = mlp([([[1]], [0])], readout=([[1], [2]], [0, 0]))
    graph = adjacency_graph(enumerate_regions(net))
    with pytest.raises(ValueError, match=rf"from 0 to 1, since .* 2 outputs: got {output}$"):
        linear_regions(graph, output)


def test_a_comparison_that_forgets_shifts_or_an_output_miscounts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Maps of regions that touch differ in their gradients if at all, so shifts join none."""
    each = case("thm5_fold_n2_4x4x3_unitcube")
    maps = MapsOnRegions.of

    def spoilt(spoil: Callable[[list[IntegerRow]], list[IntegerRow]]) -> RegionCounts:
        monkeypatch.setattr(MapsOnRegions, "of", lambda self, pattern: spoil(maps(self, pattern)))
        return region_counts(each.network, each.domain)

    without_shifts = spoilt(lambda rows: [row[:-1] for row in rows])
    assert without_shifts.affine_maps < each.expected["affine_maps"]
    assert without_shifts.linear_regions == each.expected["linear_regions"]
    without_an_output = spoilt(lambda rows: rows[1:])
    assert without_an_output.affine_maps < each.expected["affine_maps"]
    assert without_an_output.linear_regions < each.expected["linear_regions"]
