"""The golden networks, whose numbers at least two independent programs found."""

from __future__ import annotations

from itertools import pairwise
from math import inf, nextafter

import pytest
from answers import edges_of, explored, patterns_of
from golden_networks import Case, case, cases, strategy_for

from linreg import adjacency_graph, count, enumerate_regions, mlp
from linreg.regions import Region

GOLDEN = [
    pytest.param(each, id=f"{file}-{each.name}")
    for file in ("golden", "nasty")
    for each in cases(file)
]


def is_inside(region: Region) -> bool:
    """Whether the exact witness fulfils every row strictly."""
    rows = region.exact_halfspaces
    x = region.exact_witness
    return all(
        sum(a * b for a, b in zip(normal, x, strict=True)) < offset
        for normal, offset in zip(rows.normals.tolist(), rows.offsets.tolist(), strict=True)
    )


@pytest.mark.parametrize("case", GOLDEN)
def test_a_golden_network_has_the_regions_that_two_programs_found(case: Case) -> None:
    found = count(case.network, case.domain, strategy=strategy_for(case))
    assert found.complete
    assert found.regions == found.regions_per_stage[-1] == case.expected["activation_regions"]


@pytest.mark.parametrize(
    "case", [each for each in GOLDEN if "dual_edges" in each.values[0].expected]
)
def test_a_golden_network_has_the_facets_that_two_programs_found(case: Case) -> None:
    graph = adjacency_graph(case.regions)
    assert len(graph.edges) == len(edges_of(graph)) == case.expected["dual_edges"]


@pytest.mark.parametrize(
    "case", [each for each in GOLDEN if each.values[0].expected["activation_regions"] <= 400]
)
def test_every_exact_witness_of_a_golden_network_is_strictly_inside(case: Case) -> None:
    regions = case.regions
    assert len(set(patterns_of(regions))) == case.expected["activation_regions"]
    for region in regions:
        assert is_inside(region)
        pattern = case.network.staged.pattern_at(region.exact_witness)
        assert pattern.tolist() == region.pattern.tolist()


def test_regions_that_differ_in_one_unit_need_not_touch() -> None:
    """Units x, x + 10 and |x| - 1: the regions (-10, -1) and (1, oo) differ in the first only."""
    patterns, edges = explored(case("one_flip_not_adjacent").network)
    assert {(0, 1, 1), (1, 1, 1)} <= patterns
    assert frozenset({(0, 1, 1), (1, 1, 1)}) not in edges
    assert len(edges) == 4


def test_opposite_relus_on_one_hyperplane_make_two_regions_that_touch() -> None:
    """Both switch at once: no single flip leads from one region to the other."""
    net = mlp([([[1], [-1]], [0, 0])])
    assert explored(net) == ({(0, 1), (1, 0)}, {frozenset({(0, 1), (1, 0)})})


def test_regions_between_neighbouring_floats_are_found_though_they_hold_no_float() -> None:
    """Five units switch at x_1 = 1 + k ulp and one at x_2 = 1: four of six strips hold no float."""
    net = case("strips_k5_1ulp").network
    regions = enumerate_regions(net)
    assert len(regions) == 12
    assert all(is_inside(region) for region in regions)
    points = [float(1 + k * 2.0**-52) for k in range(5)]
    assert all(nextafter(low, inf) == high for low, high in pairwise(points))
    switched_on = [int(region.pattern[:5].sum()) for region in regions]
    assert sorted(switched_on) == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    for region, passed in zip(regions, switched_on, strict=True):
        if 0 < passed < 5:
            assert points[passed - 1] < region.exact_witness[0] < points[passed]
        assert region.contains(region.witness) == (passed in (0, 5))
