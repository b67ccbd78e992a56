"""Statistics of graphs against networkx, and against graphs whose statistics are theorems."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from math import cos, pi

import networkx
import numpy as np
import pytest
from generators import networks, problems, scalar_units
from golden_networks import case
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from linreg import (
    AdjacencyGraph,
    Box,
    BrokenInvariant,
    GraphStatistics,
    LinearRegionGraph,
    ScalarUnit,
    absolute,
    adjacency_graph,
    enumerate_regions,
    graph_statistics,
    maxout,
    merged_graph,
    mlp,
)
from linreg.adjacency import distances, statistics
from linreg.domains import Domain
from linreg.network import Network

RegionGraph = AdjacencyGraph | LinearRegionGraph

NAMES = [
    "braid_n4",
    "random_2_4_4_1",
    "random_3_5_4_2",
    "thm5_fold_n2_4x4x3_unitcube",
    "stargalla_six_definitions",
    "maxpool2d_after_conv",
    "abs_n2_2x2x2",
]


def graph_of(net: Network, domain: Domain | None = None) -> AdjacencyGraph:
    return adjacency_graph(enumerate_regions(net, domain))


def structure(graph: RegionGraph) -> networkx.Graph:
    """The graph in the words of networkx."""
    made = networkx.empty_graph(len(graph))
    made.add_edges_from(graph.edges.tolist())
    return made


def is_odd_closed_walk(graph: networkx.Graph, walk: tuple[int, ...]) -> bool:
    steps = pairwise([*walk, walk[0]])
    return len(walk) % 2 == 1 and all(graph.has_edge(i, j) for i, j in steps)


def check(graph: RegionGraph, found: GraphStatistics) -> None:
    """Every number is that of networkx."""
    told = structure(graph)
    assert (found.nodes, found.edges) == (len(told), told.number_of_edges())
    assert list(found.degrees) == networkx.degree_histogram(told)
    degrees = [degree for _, degree in told.degree()]
    assert (found.smallest_degree, found.largest_degree) == (min(degrees), max(degrees))
    assert found.mean_degree == pytest.approx(sum(degrees) / len(degrees))
    assert found.components == networkx.number_connected_components(told) == 1
    assert found.diameter == found.diameter_at_least == networkx.diameter(told)
    assert found.is_bipartite == networkx.is_bipartite(told)
    if found.odd_cycle is not None:
        assert is_odd_closed_walk(told, found.odd_cycle)
    if len(told) == 1:
        assert found.spectral_gap is None
    else:
        spectrum = sorted(networkx.normalized_laplacian_spectrum(told))
        assert found.spectral_gap == pytest.approx(spectrum[1], abs=1e-9)


@given(problem=problems(inputs=st.integers(1, 3), max_units=6))
def test_statistics_of_any_graph_are_those_of_networkx(problem: tuple[Network, Domain]) -> None:
    graph = graph_of(*problem)
    for each in (graph, merged_graph(graph)):
        check(each, graph_statistics(each))


@pytest.mark.parametrize("name", NAMES)
def test_statistics_of_a_golden_network_are_those_of_networkx(name: str) -> None:
    graph = graph_of(case(name).network, case(name).domain)
    for each in (graph, merged_graph(graph)):
        check(each, graph_statistics(each))


@given(net=networks(inputs=st.integers(1, 3), max_units=7, kinds=scalar_units()))
def test_an_odd_cycle_of_scalar_units_crosses_an_even_number_of_units_somewhere(
    net: Network,
) -> None:
    """A crossed scalar unit changes its piece by one, and the sum of pieces returns to itself."""
    graph = graph_of(net)
    crossed = [len(graph.crossed(edge)) for edge in range(len(graph.edges))]
    found = graph_statistics(graph)
    if all(number % 2 == 1 for number in crossed):
        assert found.is_bipartite
    if found.odd_cycle is not None:
        assert found.even_edge is not None
        steps = {frozenset(step) for step in pairwise([*found.odd_cycle, found.odd_cycle[0]])}
        assert frozenset(found.even_edge) in steps
        assert crossed[graph.edges.tolist().index(list(found.even_edge))] % 2 == 0


def test_simple_arrangements_are_bipartite() -> None:
    """The parity of the number of units that are on is a colouring."""
    for name in ("zaslavsky_n3_m6", "braid_n4", "hardtanh_n2_m3", "boolean_n4"):
        found = graph_statistics(graph_of(case(name).network, case(name).domain))
        assert found.is_bipartite
        assert (found.odd_cycle, found.even_edge) == (None, None)


def test_a_fold_that_crosses_two_units_at_once_makes_an_odd_cycle() -> None:
    """The network of Stargalla, Hertrich, Reichman (2025): five regions in a ring."""
    graph = graph_of(case("stargalla_six_definitions").network)
    found = graph_statistics(graph)
    assert found.degrees == (0, 0, 5)
    assert not found.is_bipartite
    assert found.odd_cycle is not None
    assert sorted(found.odd_cycle) == [0, 1, 2, 3, 4]
    assert found.even_edge is not None
    place = graph.edges.tolist().index(list(found.even_edge))
    assert len(graph.crossed(place)) == 2


def test_linear_regions_of_a_maximum_are_an_odd_cycle_without_an_even_edge() -> None:
    """max(0, x, y), where max(x, y) = relu(x - y) + relu(y) - relu(-y)."""
    net = mlp([([[1, -1], [0, 1], [0, -1]], [0, 0, 0]), ([[1, 1, -1]], [0])])
    found = graph_statistics(merged_graph(graph_of(net)))
    assert (found.degrees, found.odd_cycle, found.even_edge) == ((0, 0, 3), (0, 1, 2), None)


def line(cuts: int) -> AdjacencyGraph:
    """The path of the intervals between points."""
    points = list(range(cuts))
    return graph_of(mlp([([[1]] * cuts, [-point for point in points])]))


@pytest.mark.parametrize("cuts", [1, 2, 9, 90])
def test_intervals_of_a_line_are_a_path(cuts: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A path has eigenvalues 1 - cos(pi k / edges): Chung (1997), Example 1.4.

    90 intervals are more than are given to a dense method here.
    """
    monkeypatch.setattr(statistics, "DENSE_NODES", 50)
    found = graph_statistics(line(cuts))
    assert (found.nodes, found.edges, found.diameter) == (cuts + 1, cuts, cuts)
    assert found.degrees == ((0, 2) if cuts == 1 else (0, 2, cuts - 1))
    assert found.spectral_gap == pytest.approx(1 - cos(pi / cuts), abs=1e-9)


def test_orthants_are_a_hypercube() -> None:
    """The normalised Laplacian of the n-cube has eigenvalues 2 k / n: Chung (1997), Example 1.6."""
    units = [[int(i == j) for j in range(9)] for i in range(9)]
    found = graph_statistics(graph_of(mlp([(units, [0] * 9)])))
    assert (found.nodes, found.edges, found.diameter) == (512, 9 * 256, 9)
    assert found.nodes > statistics.DENSE_NODES
    assert found.spectral_gap == pytest.approx(2 / 9, abs=1e-9)


def test_candidates_of_one_maximum_touch_each_other() -> None:
    """max(0, x, y, z): a complete graph has eigenvalue n / (n - 1), Chung (1997), Example 1.1."""
    rows = [[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]]
    found = graph_statistics(graph_of(mlp([(rows, [0] * 4)], activation=maxout(4))))
    assert (found.degrees, found.diameter) == ((0, 0, 0, 4), 1)
    assert found.spectral_gap == pytest.approx(4 / 3)


def test_one_region_has_no_second_eigenvalue() -> None:
    found = graph_statistics(graph_of(mlp([([[0]], [0])])))
    assert found == GraphStatistics(1, 0, (1,), 1, 0, 0, None, None, None)


def test_the_spectrum_is_left_out_on_demand() -> None:
    assert graph_statistics(line(3), spectrum=False).spectral_gap is None


def test_work_that_would_be_too_much_is_not_done(monkeypatch: pytest.MonkeyPatch) -> None:
    """One search alone gives half the diameter at least, and no second eigenvalue converges."""
    graph = grid(25)
    whole = graph_statistics(graph)
    assert (whole.nodes, whole.diameter) == (625, 48)
    assert whole.spectral_gap is not None
    monkeypatch.setattr(distances, "DIAMETER_WORK", 1)
    monkeypatch.setattr(statistics, "SPECTRUM_WORK", 1)
    found = graph_statistics(graph)
    assert (found.diameter, found.spectral_gap) == (None, None)
    assert 24 <= found.diameter_at_least <= 48
    assert found.is_bipartite


def grid(side: int) -> AdjacencyGraph:
    """Squares: stairs of slope 0 and 1 on each of two coordinates."""
    cuts = list(range(1, side))
    slopes = [k % 2 for k in range(side)]
    intercepts = [0]
    for k, cut in enumerate(cuts):
        intercepts.append(intercepts[-1] + (slopes[k] - slopes[k + 1]) * cut)
    stairs = ScalarUnit(cuts, slopes, intercepts)
    return graph_of(mlp([([[1, 0], [0, 1]], [0, 0])], activation=stairs))


def test_statistics_are_the_same_in_every_run() -> None:
    graph = grid(21)
    assert graph_statistics(graph) == graph_statistics(graph)


def test_progress_tells_how_many_nodes_are_settled() -> None:
    seen: list[float] = []
    graph = grid(9)
    graph_statistics(graph, progress=lambda now: seen.append(now.done))
    assert seen == sorted(seen)
    assert 0 in seen
    assert max(seen) < len(graph)


def test_a_graph_of_regions_is_never_in_two_parts() -> None:
    """An edge that is lost from a path is seen."""
    whole = line(4)
    torn = AdjacencyGraph(whole.regions, np.delete(whole.edges, 2, axis=0))
    with pytest.raises(BrokenInvariant, match="2 parts"):
        graph_statistics(torn)


@pytest.mark.parametrize("spoilt", ["degrees", "diameter", "odd_cycle", "spectral_gap"])
def test_the_comparison_with_networkx_sees_a_wrong_number(spoilt: str) -> None:
    wrong = {"degrees": (0, 1, 4), "diameter": 3, "odd_cycle": (0, 1, 2), "spectral_gap": 0.5}
    graph = graph_of(case("stargalla_six_definitions").network)
    found = graph_statistics(graph)
    values = {name: getattr(found, name) for name in GraphStatistics.__slots__}
    check(graph, GraphStatistics(**values))
    with pytest.raises(AssertionError):
        check(graph, GraphStatistics(**values | {spoilt: wrong[spoilt]}))


def test_a_mean_degree_has_a_bound_for_relu_networks_on_the_whole_space() -> None:
    """Gaines and Bi (2026): twice the input dimension."""
    net = mlp([([[1, 0], [0, 1], [1, 1]], [0, 0, -1])])
    found = graph_statistics(adjacency_graph(enumerate_regions(net)))
    assert (found.mean_degree_at_most, found.mean_degree) == (4, 18 / 7)
    boxed = adjacency_graph(enumerate_regions(net, Box([-1, -1], [1, 1])))
    assert graph_statistics(boxed).mean_degree_at_most is None
    bent = mlp([([[1, 0], [0, 1]], [0, 0])], activation=absolute())
    assert graph_statistics(adjacency_graph(enumerate_regions(bent))).mean_degree_at_most is None


def test_a_mean_degree_above_the_bound_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = adjacency_graph(enumerate_regions(mlp([([[1, 0], [0, 1]], [0, 0])])))
    monkeypatch.setattr("linreg.adjacency.statistics._mean_degree_at_most", lambda graph: 1)
    with pytest.raises(BrokenInvariant, match="mean degree of 4 regions with 4 edges"):
        graph_statistics(graph)


def test_a_mean_degree_is_bounded_for_all_weights_of_one_layer_alone() -> None:
    """Fukuda et al. (1991) for arrangements; Gaines and Bi (2026) for nearly all weights."""
    first = [[1, 0], [0, 1], [1, 1]], [0, 0, -1]
    for layers, always in (([first], True), ([first, ([[1, 1, -3]], [-1])], False)):
        found = graph_statistics(adjacency_graph(enumerate_regions(mlp(layers))))
        assert (found.mean_degree_at_most, found.mean_degree_always) == (4, always)
        assert found.mean_degree <= 4


@settings(max_examples=30)
@given(problem=problems(max_units=6))
def test_a_diameter_is_at_most_what_a_segment_can_cross(problem) -> None:  # type: ignore[no-untyped-def]
    """On a line stage k cuts each piece at its breakpoints at most, of which a relu has one."""
    graph = adjacency_graph(enumerate_regions(*problem))
    found = graph_statistics(graph, spectrum=False)
    assert found.diameter <= found.diameter_at_most
    assert graph_statistics(merged_graph(graph), spectrum=False).diameter <= found.diameter_at_most


def test_lines_fold_into_the_longest_path_that_layers_allow() -> None:
    """Two tents, one after the other: 2 * 2 - 1 steps from one end of the line to the other."""
    tents = mlp([([[1]], [0]), ([[1]], [-1])], activation=absolute())
    found = graph_statistics(adjacency_graph(enumerate_regions(tents)))
    assert (found.diameter, found.diameter_at_most) == (3, 3)


def test_a_diameter_above_the_bound_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = adjacency_graph(enumerate_regions(mlp([([[1, 0], [0, 1]], [0, 0])])))
    monkeypatch.setattr("linreg.adjacency.statistics._breakpoints", lambda stage: 1)
    with pytest.raises(BrokenInvariant, match="a diameter of 2 is above 1"):
        graph_statistics(graph)


@settings(max_examples=20)
@given(lines=st.lists(st.tuples(*[st.integers(-3, 3)] * 3), min_size=1, max_size=6))
def test_one_layer_has_as_large_a_diameter_as_it_has_hyperplanes(
    lines: list[tuple[int, int, int]],
) -> None:
    """Two regions are as far apart as hyperplanes separate them; opposite ones by all of them."""
    assume(all(a or b for a, b, _ in lines))
    net = mlp([([[a, b] for a, b, _ in lines], [c for _, _, c in lines])])
    distinct = {tuple(Fraction(x, next(y for y in line if y)) for x in line) for line in lines}
    found = graph_statistics(adjacency_graph(enumerate_regions(net)))
    assert found.diameter == len(distinct)
