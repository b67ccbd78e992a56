"""Merging activation regions into linear ones: against exact maps, and what changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random

import numpy as np
import pytest
from generators import dyadics, networks, problems, vectors
from golden_networks import case
from hypothesis import given, settings
from hypothesis import strategies as st

from linreg import (
    AdjacencyGraph,
    adjacency_graph,
    enumerate_regions,
    graph_statistics,
    linear_regions,
    merged_graph,
    mlp,
    output_maps,
    region_counts,
)
from linreg.adjacency import LinearRegionGraph, maps
from linreg.domains import Domain
from linreg.network import INPUT, AffineNode, Network, linear_map
from linreg.problem import MapsOnRegions, StagesOnRegions
from linreg.regions import residues

SMALL = {"inputs": st.integers(1, 2), "max_units": 6}


def partition(labels: Sequence[object]) -> list[int]:
    """The first place of each entry's like."""
    first: dict[object, int] = {}
    return [first.setdefault(label, place) for place, label in enumerate(labels)]


def graph_of(net: Network, domain: Domain | None = None) -> AdjacencyGraph:
    return adjacency_graph(enumerate_regions(net, domain))


def followed_by(net: Network, weight: object, bias: object, *, reads_input: bool) -> Network:
    """The network with one more affine layer, which may read the input too."""
    sources = (net.output, INPUT) if reads_input else (net.output,)
    node = AffineNode("after", sources, linear_map(weight, bias))
    return replace(net, nodes=(*net.nodes, node), output="after")


def n_outputs(net: Network) -> int:
    return net.staged.readout.n_outputs


def unit_rows(size: int, chosen: Sequence[int]) -> list[list[int]]:
    return [[int(i == k) for i in range(size)] for k in chosen]


def components(graph: AdjacencyGraph, labels: Sequence[object]) -> list[int]:
    """The parts of the graph that edges between equal labels leave, by joining them one by one."""
    parts = list(range(len(graph)))
    for i, j in graph.edges.tolist():
        if labels[i] == labels[j]:
            old, new = max(parts[i], parts[j]), min(parts[i], parts[j])
            parts = [new if part == old else part for part in parts]
    return partition(parts)


@given(problem=problems(**SMALL))
def test_integer_rows_are_equal_where_exact_maps_are(problem: tuple[Network, Domain]) -> None:
    regions = enumerate_regions(*problem)
    exact = [region.exact_affine_map for region in regions]
    assert partition(output_maps(regions).tolist()) == partition(exact)
    for k in range(n_outputs(problem[0])):
        rows = [(tuple(each.matrix[k]), each.shift[k]) for each in exact]
        assert partition(output_maps(regions, output=k).tolist()) == partition(rows)


@given(problem=problems(**SMALL), order=st.randoms(use_true_random=False))
def test_a_map_does_not_depend_on_the_regions_before(
    problem: tuple[Network, Domain], order: Random
) -> None:
    regions = enumerate_regions(*problem)
    patterns = [tuple(each) for each in regions.patterns.tolist() for _ in range(2)]
    order.shuffle(patterns)
    maps, stages = MapsOnRegions(regions.problem), StagesOnRegions(regions.problem)
    for pattern in patterns:
        assert maps.of(pattern) == stages.outputs(pattern)


@given(problem=problems(**SMALL))
def test_linear_regions_are_the_connected_parts_with_one_map(
    problem: tuple[Network, Domain],
) -> None:
    graph = graph_of(*problem)
    exact = [region.exact_affine_map for region in graph.regions]
    labels = linear_regions(graph).tolist()
    assert partition(labels) == components(graph, exact)
    assert list(dict.fromkeys(labels)) == list(range(max(labels) + 1))
    counts = region_counts(*problem)
    assert counts.linear_regions == len(set(components(graph, exact)))
    assert counts.affine_maps == len(set(exact))
    assert counts.dual_edges == len(graph.edges)
    assert counts.bounded_regions == sum(region.is_bounded for region in graph.regions)


@given(data=st.data(), net=networks(**SMALL))
def test_adding_an_affine_function_to_the_outputs_merges_the_same_regions(
    data: st.DataObject, net: Network
) -> None:
    size = n_outputs(net)
    slopes = [data.draw(vectors(net.input_dim)) for _ in range(size)]
    weight = [
        [*row, *slope] for row, slope in zip(unit_rows(size, range(size)), slopes, strict=True)
    ]
    after = followed_by(net, weight, data.draw(vectors(size)), reads_input=True)
    graph, shifted = graph_of(net), graph_of(after)
    assert shifted.edges.tolist() == graph.edges.tolist()
    assert linear_regions(shifted).tolist() == linear_regions(graph).tolist()
    assert output_maps(shifted.regions).tolist() == output_maps(graph.regions).tolist()


@given(data=st.data(), net=networks(**SMALL))
def test_permuting_repeating_and_rescaling_outputs_merges_the_same_regions(
    data: st.DataObject, net: Network
) -> None:
    size = n_outputs(net)
    chosen = [*data.draw(st.permutations(range(size))), data.draw(st.integers(0, size - 1))]
    factors = data.draw(
        st.lists(dyadics().filter(bool), min_size=size + 1, max_size=size + 1), label="factors"
    )
    weight = [
        [factor * entry for entry in row]
        for factor, row in zip(factors, unit_rows(size, chosen), strict=True)
    ]
    after = followed_by(net, weight, 0, reads_input=False)
    assert linear_regions(graph_of(after)).tolist() == linear_regions(graph_of(net)).tolist()


@given(problem=problems(**SMALL))
def test_one_output_merges_as_the_network_with_that_output_alone(
    problem: tuple[Network, Domain],
) -> None:
    net, domain = problem
    graph, size = graph_of(net, domain), n_outputs(net)
    for k in range(size):
        alone = graph_of(followed_by(net, unit_rows(size, [k]), 0, reads_input=False), domain)
        assert linear_regions(graph, output=k).tolist() == linear_regions(alone).tolist()
        one, other = merged_graph(graph, output=k), merged_graph(alone)
        assert one.edges.tolist() == other.edges.tolist()
        assert graph_statistics(one) == graph_statistics(other)


@given(problem=problems(**SMALL))
def test_merging_by_an_output_never_parts_what_merging_by_all_joins(
    problem: tuple[Network, Domain],
) -> None:
    graph = graph_of(*problem)
    together = linear_regions(graph).tolist()
    for k in range(n_outputs(problem[0])):
        alone = linear_regions(graph, output=k).tolist()
        assert len(set(zip(together, alone, strict=True))) == len(set(together))


def check_merged(graph: AdjacencyGraph, merged: LinearRegionGraph) -> None:
    """Nodes, edges and attributes of a merged graph follow from those of its members."""
    labels = merged.labels.tolist()
    members = [[i for i, label in enumerate(labels) if label == k] for k in range(len(merged))]
    assert [merged.members(k).tolist() for k in range(len(merged))] == members
    crossed: dict[tuple[int, int], set[int]] = {}
    for edge, (i, j) in enumerate(graph.edges.tolist()):
        ends = tuple(sorted((labels[i], labels[j])))
        if ends[0] != ends[1]:
            crossed.setdefault(ends, set()).update(graph.crossed(edge).tolist())
    assert [tuple(edge) for edge in merged.edges.tolist()] == sorted(crossed)
    activation, shown = graph.to_networkx(), merged.to_networkx()
    for k, own in enumerate(members):
        values = dict(shown.nodes[k])
        assert values.pop("members") == len(own)
        assert values.pop("bounded") == all(activation.nodes[i]["bounded"] for i in own)
        first = dict(activation.nodes[own[0]])
        del first["bounded"]
        assert values == first
    for edge, (i, j) in enumerate(merged.edges.tolist()):
        assert merged.crossed(edge).tolist() == sorted(crossed[i, j])
        assert shown.edges[i, j] == {"crossed": " ".join(map(str, sorted(crossed[i, j])))}


@given(problem=problems(**SMALL))
def test_the_merged_graph_is_the_quotient_of_the_graph(problem: tuple[Network, Domain]) -> None:
    graph = graph_of(*problem)
    check_merged(graph, merged_graph(graph))


@pytest.mark.parametrize("name", ["random_2_4_4_1", "thm5_fold_n2_4x4_allR", "conv_relu_maxpool"])
def test_the_merged_graph_of_a_golden_network_is_a_quotient(name: str) -> None:
    graph = graph_of(case(name).network, case(name).domain)
    merged = merged_graph(graph)
    assert len(merged) == case(name).expected["linear_regions"] < len(graph)
    check_merged(graph, merged)


def test_nothing_merges_where_all_maps_differ() -> None:
    net = case("random_3_5_4_2")
    graph = graph_of(net.network, net.domain)
    merged = merged_graph(graph)
    assert merged.labels.tolist() == list(range(len(graph)))
    assert merged.edges.tolist() == graph.edges.tolist()


@settings(max_examples=20)
@given(net=networks(**SMALL))
def test_progress_tells_how_many_regions_are_compared(net: Network) -> None:
    graph = graph_of(net)
    seen: list[float] = []
    linear_regions(graph, progress=lambda now: seen.append(now.done))
    assert seen == list(range(0, len(graph), 32))


def test_a_forgotten_edge_parts_a_linear_region() -> None:
    """The check of quotients fails when it should."""
    graph = graph_of(case("cancelling_pair").network)
    assert linear_regions(graph).tolist() == [0, 0]
    torn = AdjacencyGraph(graph.regions, graph.edges[:0])
    assert linear_regions(torn).tolist() == [0, 1]
    whole = graph_of(case("random_2_4_4_1").network)
    merged = merged_graph(whole)
    lost = AdjacencyGraph(whole.regions, np.delete(whole.edges, 3, axis=0))
    with pytest.raises(AssertionError):
        check_merged(whole, LinearRegionGraph(lost, *parts_of(lost)))
    check_merged(whole, merged)


def parts_of(graph: AdjacencyGraph) -> tuple[np.ndarray, np.ndarray]:
    merged = merged_graph(graph)
    return merged.labels, merged.edges


@settings(max_examples=40)
@given(net=networks(), prime=st.sampled_from([2, 3, 5, 1048573]))
def test_maps_are_told_apart_exactly_whatever_prime_residues_are_of(
    net: Network, prime: int
) -> None:
    """Small primes make residues equal that maps are not, or have none of halves."""
    regions = enumerate_regions(net)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(maps, "residues_of", lambda regions: None)
        expected = output_maps(regions).tolist()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(residues, "PRIME", prime)
        assert output_maps(regions).tolist() == expected


def test_residues_that_are_wrong_would_part_what_has_one_map() -> None:
    regions = enumerate_regions(mlp([([[1], [-1]], [0, 0])], readout=([[1, -1]], [0])))
    assert output_maps(regions).tolist() == [0, 0]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(maps, "residues_of", lambda regions: np.arange(2.0).reshape(2, 1, 1))
        assert output_maps(regions).tolist() == [0, 1]
