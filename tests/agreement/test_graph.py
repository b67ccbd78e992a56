"""Who touches whom, against theorems and the oracle."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, pairwise
from math import comb

import networkx as nx
import numpy as np
import pytest
from answers import edges_of, explored, patterns_of
from generators import problems
from hypothesis import given, settings
from hypothesis import strategies as st

from linreg import (
    AdjacencyGraph,
    Box,
    Polytope,
    adjacency_graph,
    clip,
    enumerate_regions,
    maxout,
    mlp,
    relu,
)
from linreg.affine import ExactAffineMap
from linreg.domains import Domain
from linreg.network import INPUT, AffineNode, Network, UnitNode, linear_map
from linreg.oracle import brute_force_edges, brute_force_patterns
from linreg.oracle.feasibility import interior_point
from linreg.oracle.rows import Row, negated, primitive_row, restricted
from linreg.regions import Region

searched = settings(max_examples=40)


def gaussian(*widths: int, seed: int = 0) -> Network:
    rng = np.random.default_rng(seed)
    shapes = [(width, inputs) for inputs, width in pairwise(widths)]
    return mlp([(rng.normal(size=shape), rng.normal(size=shape[0])) for shape in shapes])


def graph_of(net: Network, domain: Domain | None = None) -> AdjacencyGraph:
    return adjacency_graph(enumerate_regions(net, domain))


def rows_of(region: Region) -> set[Row]:
    rows = region.exact_halfspaces
    return {
        primitive_row([*(-entry for entry in normal), offset])
        for normal, offset in zip(rows.normals.tolist(), rows.offsets.tolist(), strict=True)
    }


Facets = dict[Row, set[Row]]
"""The rows of a region, each with the others on its hyperplane."""


def facets_of(region: Region) -> Facets:
    rows = rows_of(region)
    return {row: {restricted(other, row) for other in rows - {row}} for row in rows}


def share_a_facet(here: Facets, there: Facets, dim: int) -> bool:
    """Whether a row of one, negated, is a row of the other, and both meet in its hyperplane."""
    return any(
        interior_point(others | there[negated(row)], dim - 1)
        for row, others in here.items()
        if negated(row) in there
    )


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("widths", [(2, 5, 5), (3, 4, 3), (1, 6, 6)])
def test_the_two_regions_of_an_edge_share_a_facet_and_others_do_not(
    widths: tuple[int, ...], seed: int
) -> None:
    graph = graph_of(gaussian(*widths, seed=seed))
    edges = {tuple(edge) for edge in graph.edges.tolist()}
    facets = list(map(facets_of, graph.regions))
    for i, j in combinations(range(len(facets)), 2):
        assert share_a_facet(facets[i], facets[j], widths[0]) == ((i, j) in edges)


@pytest.mark.parametrize(("m", "n"), [(9, 2), (7, 3), (6, 4), (6, 1)])
def test_hyperplanes_in_general_position_have_as_many_facets_as_their_restrictions_have_regions(
    m: int, n: int
) -> None:
    """m times the sum of C(m - 1, i) for i < n: each hyperplane holds an arrangement of m - 1."""
    graph = graph_of(gaussian(n, m))
    assert len(graph.edges) == m * sum(comb(m - 1, i) for i in range(n))


@searched
@given(problem=problems())
def test_regions_of_a_convex_domain_are_connected_through_facets(
    problem: tuple[Network, Domain],
) -> None:
    graph = graph_of(*problem)
    whole = nx.Graph()
    whole.add_nodes_from(range(len(graph.regions)))
    whole.add_edges_from(graph.edges.tolist())
    assert nx.is_connected(whole)


@pytest.mark.parametrize("widths", [(2, 8, 8), (3, 4, 4, 4), (4, 5, 3)])
def test_generic_regions_that_touch_differ_in_exactly_one_unit(widths: tuple[int, ...]) -> None:
    """The converse is false: see the golden network one_flip_not_adjacent."""
    graph = graph_of(gaussian(*widths))
    for edge in range(len(graph.edges)):
        i, j = graph.edges[edge]
        changed = np.flatnonzero(graph.regions.patterns[i] != graph.regions.patterns[j])
        assert graph.crossed(edge).tolist() == changed.tolist()
        assert len(changed) == 1


@searched
@given(problem=problems(max_units=6))
def test_an_edge_crosses_the_units_that_change(problem: tuple[Network, Domain]) -> None:
    graph = graph_of(*problem)
    patterns = patterns_of(graph.regions)
    for edge, (i, j) in enumerate(graph.edges.tolist()):
        both = enumerate(zip(patterns[i], patterns[j], strict=True))
        changed = [unit for unit, (here, there) in both if here != there]
        assert graph.crossed(edge).tolist() == changed
        assert changed


@searched
@given(problem=problems(max_units=6))
def test_the_value_of_the_network_is_continuous_across_every_edge(
    problem: tuple[Network, Domain],
) -> None:
    """Across a facet in {g @ x + c = 0}, each output changes by a multiple of g @ x + c."""
    graph = graph_of(*problem)
    for i, j in graph.edges.tolist():
        left, right = graph.regions[i], graph.regions[j]
        shared = [row for row in rows_of(left) if negated(row) in rows_of(right)]
        one, other = left.exact_affine_map, right.exact_affine_map
        gaps = np.column_stack([one.matrix - other.matrix, one.shift - other.shift]).tolist()
        assert any(all(is_multiple(gap, row) for gap in gaps) for row in shared)


def is_multiple(gap: list[Fraction], row: tuple[int, ...]) -> bool:
    """Whether all 2 x 2 minors of the two vanish."""
    return all(gap[a] * row[b] == gap[b] * row[a] for a in range(len(row)) for b in range(a))


def test_tilings_of_a_box_by_a_grid_touch_like_a_grid() -> None:
    """clip(x - 1, 0, 1) and clip(y - 1, 0, 1) cut [0, 3]^2 into nine squares."""
    net = mlp([([[1, 0], [0, 1]], [-1, -1])], activation=clip(0, 1))
    graph = graph_of(net, Box([0, 0], [3, 3])).to_networkx()
    assert nx.is_isomorphic(graph, nx.grid_2d_graph(3, 3))


@pytest.mark.parametrize("n", range(1, 6))
def test_orthants_touch_like_the_corners_of_a_cube(n: int) -> None:
    net = mlp([(np.eye(n, dtype=int).tolist(), [0] * n)])
    assert nx.is_isomorphic(graph_of(net).to_networkx(), nx.hypercube_graph(n))


@pytest.mark.parametrize("n", range(2, 5))
def test_permutations_touch_where_neighbours_are_exchanged(n: int) -> None:
    """The braid arrangement: n! regions, each with n - 1 facets."""
    rows = [[int(k == i) - int(k == j) for k in range(n)] for i in range(n) for j in range(i)]
    graph = graph_of(mlp([(rows, [0] * len(rows))])).to_networkx()
    assert {degree for _, degree in graph.degree} == {n - 1}


@pytest.mark.parametrize("rank", range(2, 7))
def test_candidates_that_are_all_largest_somewhere_touch_each_other(rank: int) -> None:
    """max(x_1, ..., x_k): where two are equal and largest, the others may be much smaller."""
    net = mlp([(np.eye(rank, dtype=int).tolist(), [0] * rank)], activation=maxout(rank))
    assert nx.is_isomorphic(graph_of(net).to_networkx(), nx.complete_graph(rank))


def test_a_graph_for_networkx_holds_scalars_only() -> None:
    """Two lines that cross in the triangle x, y > -1, x + y < 1, whose corners are 3 apart."""
    triangle = Polytope([[-1, 0], [0, -1], [1, 1]], [1, 1, 1])
    graph = graph_of(mlp([([[1, 0], [0, 1]], [0, 0])]), triangle)
    drawn = graph.to_networkx()
    assert [drawn.nodes[i]["pattern"] for i in range(4)] == ["00", "01", "10", "11"]
    assert all(data["bounded"] is True for _, data in drawn.nodes(data=True))
    for index, data in drawn.nodes(data=True):
        witness = graph.regions.witnesses[index].tolist()
        assert [float(x) for x in data["witness"].split()] == witness
        assert data["margin"] == graph.regions[index].margin
        assert {type(value) for value in data.values()} == {str, float, bool}
    assert {(i, j): data["crossed"] for i, j, data in drawn.edges(data=True)} == {
        (0, 1): "1",
        (0, 2): "0",
        (1, 3): "0",
        (2, 3): "1",
    }


def test_pieces_are_separated_by_commas_if_one_has_two_digits() -> None:
    weight, bias = [[2 * k] for k in range(11)], [-k * k for k in range(11)]
    one = mlp([(weight, bias)], activation=maxout(11))
    two = mlp([(weight * 2, bias * 2)], activation=maxout(11))
    assert graph_of(one).to_networkx().nodes[10]["pattern"] == "10"
    assert graph_of(two).to_networkx().nodes[10]["pattern"] == "10,10"


def test_units_that_switch_together_are_all_named_on_the_edge() -> None:
    drawn = graph_of(mlp([([[1], [-1], [2]], [0, 0, 0]), ([[1, 0, 0]], [0])])).to_networkx()
    assert drawn.edges[0, 1]["crossed"] == "0 1 2 3"


def test_a_region_without_rows_has_no_margin_in_a_graph() -> None:
    drawn = graph_of(mlp([], readout=([[1]], [0]))).to_networkx()
    assert dict(drawn.nodes(data=True)) == {0: {"pattern": "", "witness": "0.0", "bounded": False}}


@searched
@given(problem=problems(max_units=5, inputs=st.integers(1, 2)))
def test_the_graph_of_a_part_of_space_has_no_edge_that_space_has_not(
    problem: tuple[Network, Domain],
) -> None:
    net, domain = problem
    assert edges_of(graph_of(net, domain)) <= edges_of(graph_of(net))


def test_progress_is_told_of_an_edge_search() -> None:
    seen: list[float] = []
    regions = enumerate_regions(gaussian(2, 9), strategy="highs")
    adjacency_graph(regions, progress=lambda now: seen.append(now.done))
    assert seen == sorted(set(seen))
    assert seen[0] == 0
    assert seen[-1] < len(regions) == 46


def test_edges_of_a_network_with_skips_agree_with_brute_force() -> None:
    """y = x + relu(W x), then relu(V y): the input passes through the first stage."""
    rng = np.random.default_rng(3)

    def integers(rows: int, columns: int) -> ExactAffineMap:
        return linear_map(rng.integers(-3, 4, (rows, columns)), rng.integers(-3, 4, rows))

    nodes = (
        AffineNode("first", (INPUT,), integers(3, 2)),
        UnitNode("first units", ("first",), (relu(),) * 3),
        AffineNode("second", ("first units", INPUT), integers(3, 5)),
        UnitNode("second units", ("second",), (relu(),) * 3),
    )
    net = Network((2,), nodes, "second units")
    patterns, edges = explored(net)
    assert patterns == brute_force_patterns(net)
    assert edges == brute_force_edges(net)
