"""The six definitions of a region: they differ, and never in the wrong direction."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from generators import networks, points
from golden_networks import case, cases
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from linreg import (
    Box,
    WholeSpace,
    adjacency_graph,
    enumerate_regions,
    mlp,
    theory,
    zoo,
)
from linreg.adjacency import linear_regions
from linreg.definitions.convex_pieces import convex_pieces
from linreg.definitions.strict_and_weak import patterns_of_points

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
    """max(-y, min(0, -x)): two convex pieces where it is -y, and one each where it is 0 or -x."""
    golden = case("stargalla_six_definitions")
    assert numbers(theory.definitions(golden.network)) == (7, 5, 4, 3, 3, 3)


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
    assert "10 exact linear programs" in found.undecided["patterns_any_dimension"]


@pytest.mark.parametrize(
    ("name", "pieces"),
    [
        ("cancelling_pair", 1),
        ("thm5_fold_n2_4x4_unitcube", 44),
        ("thm5_fold_n2_4x4_allR", 55),
        ("random_2_4_4_1", 30),
        ("random_2_3_3_3_1", 32),
        ("maxpool2d_after_conv", 5),
        ("xiong_thm2_lower_1d", 26),
    ],
)
def test_convex_pieces_of_golden_networks_are_known_from_both_sides(name, pieces) -> None:
    """As many points that no two convex pieces share as pieces that regions are joined to."""
    golden = case(name)
    graph = adjacency_graph(enumerate_regions(golden.network, golden.domain))
    labels = linear_regions(graph).tolist()
    assert convex_pieces(graph, labels, 20_000) == (pieces, pieces)


def test_three_quadrants_of_one_map_are_two_convex_pieces_cut_down_the_diagonal() -> None:
    """min(relu(x), relu(y)): four pieces in all; along the axes alone there would be five."""
    net = mlp([([[1, 0], [0, 1]], [0, 0]), ([[1, 0], [1, -1]], [0, 0])], readout=([[1, -1]], [0]))
    assert numbers(theory.definitions(net)) == (5, 5, 4, 3, 3, 3)


def test_a_half_plane_that_touches_two_regions_along_its_edge_is_two_pieces() -> None:
    """A facet of a cell of a complex has one cell beyond.

    With a = relu(-x - 1) and b = relu(x - y + 1), relu(b - a) - relu(a + b) is 0 for x > -1, and
    of the three maps for x < -1 the two on -a and -2a reach the line.
    """
    first, second = ([[-1, 0], [1, -1]], [-1, 1]), ([[-1, 1], [1, 1]], [0, 0])
    net = mlp([first, second], readout=([[1, -1]], [0]))
    assert numbers(theory.definitions(net)) == (5, 5, 5, 4, 4, 4)


def test_what_neither_side_decides_is_left_open() -> None:
    first, second = ([[1, -1], [0, -1]], [-1, 0]), ([[1, -1], [-1, 0]], [-1, 1])
    found = theory.definitions(mlp([first, second], readout=([[-1, 1]], [0])))
    assert numbers(found) == (8, 7, None, 4, 4, 4)
    assert found.undecided == {"convex_pieces": "between 5 and 6"}


@given(net=networks(inputs=st.just(2), max_units=5, depth=st.integers(1, 2)))
@settings(max_examples=60)
def test_convex_pieces_are_the_fewest_among_all_partitions_of_the_regions(net) -> None:
    """Every partition into convex polygons that meet edge to edge, one by one, by areas."""
    regions = enumerate_regions(net, Box([-4, -4], [4, 4]))
    assume(2 <= len(regions) <= 7)
    graph = adjacency_graph(regions)
    labels = linear_regions(graph).tolist()
    low, high = convex_pieces(graph, labels, 20_000)
    polygons = [hull(region.exact_vertices.tolist()) for region in regions]
    fewest = min(
        len(parts)
        for parts in partitions(range(len(regions)))
        if all(len({labels[i] for i in part}) == 1 for part in parts)
        and is_complex([[polygons[i] for i in part] for part in parts])
    )
    assert len(set(labels)) <= low <= high == fewest


def is_complex(parts) -> bool:
    """Whether unions of polygons are convex, and meet along whole edges."""
    unions = [hull([corner for polygon in part for corner in polygon]) for part in parts]
    for union, part in zip(unions, parts, strict=True):
        if area(union) != sum(map(area, part)):
            return False
    edges = [
        {frozenset(pair) for pair in zip(union, union[1:] + union[:1], strict=True)}
        for union in unions
    ]
    return not any(
        one != other and overlap(*one, *other)
        for first, second in combinations(edges, 2)
        for one in first
        for other in second
    )


def overlap(a, b, c, d) -> bool:
    """Whether two segments have more than a point in common."""
    if turn(a, b, c) or turn(a, b, d):
        return False
    (low, high), (start, end) = sorted((a, b)), sorted((c, d))
    return max(low, start) < min(high, end)


def turn(a, b, c):
    """Twice the signed area of a triangle."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def area(polygon):
    """Twice the area of a convex polygon."""
    first, *rest = polygon
    return sum(turn(first, a, b) for a, b in pairwise(rest))


def hull(points):
    """The corners of the convex hull, counterclockwise (Andrew, 1979)."""
    corners: list[tuple] = []
    for ordered in (sorted(map(tuple, points)), sorted(map(tuple, points), reverse=True)):
        chain: list[tuple] = []
        for point in ordered:
            while len(chain) > 1 and turn(chain[-2], chain[-1], point) <= 0:
                chain.pop()
            chain.append(point)
        corners += chain[:-1]
    return corners


def partitions(items):
    """All partitions of a sequence."""
    if not items:
        yield []
        return
    first, rest = items[0], items[1:]
    for parts in partitions(rest):
        yield [[first], *parts]
        for k in range(len(parts)):
            yield [*parts[:k], [first, *parts[k]], *parts[k + 1 :]]
