"""The oracles against theorems, golden networks and each other."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations, pairwise
from math import comb, factorial

import networkx as nx
import pytest
from generators import domains, dyadics, networks, points, problems, scalar_units
from golden_networks import Case, case, cases
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from linreg.domains import Box, Domain, Polytope, WholeSpace
from linreg.errors import InvalidDomain, InvalidNetwork
from linreg.network import Network, mlp
from linreg.oracle import (
    arrangement_regions,
    brute_force_edges,
    brute_force_patterns,
    one_layer_count,
    sweep_patterns,
)
from linreg.oracle.brute_force import regions
from linreg.oracle.feasibility import interior_point
from linreg.units import ScalarUnit, absolute, clip, leaky_relu, maxout

GOLDEN = [
    pytest.param(each, id=f"{file}-{each.name}")
    for file in ("golden", "nasty")
    for each in cases(file)
]
searched = settings(deadline=None, max_examples=75)


def golden(*conditions: object) -> pytest.MarkDecorator:
    """Parametrize over the golden networks that meet all conditions."""
    chosen = [each for each in GOLDEN if all(holds(each.values[0]) for holds in conditions)]
    return pytest.mark.parametrize("case", chosen)


def is_arrangement(case: Case) -> bool:
    staged = case.network.staged
    scalar = all(isinstance(unit, ScalarUnit) for unit in staged.units)
    return isinstance(case.domain, WholeSpace) and len(staged.stages) == 1 and scalar


def is_small(case: Case) -> bool:
    return case.expected["activation_regions"] <= 400


def has_one_input(case: Case) -> bool:
    return case.network.input_dim == 1


def knows_edges(case: Case) -> bool:
    return "dual_edges" in case.expected


def value_at(row: Sequence[Fraction], point: Sequence[Fraction]) -> Fraction:
    """The value of the form (g, c) at a point."""
    return sum(a * b for a, b in zip(row, [*point, 1], strict=True))


def differences(n: int, offsets: range) -> list[list[int]]:
    """The hyperplanes x_i - x_j = offset for i < j."""
    return [
        [*(int(k == i) - int(k == j) for k in range(n)), -offset]
        for i, j in combinations(range(n), 2)
        for offset in offsets
    ]


@pytest.mark.parametrize("n", range(1, 8))
def test_coordinate_hyperplanes_make_two_to_the_n_orthants(n: int) -> None:
    assert arrangement_regions([[int(i == j) for j in range(n + 1)] for i in range(n)]) == 2**n


@pytest.mark.parametrize("n", range(1, 8))
def test_the_regions_of_the_braid_arrangement_are_the_permutations(n: int) -> None:
    """n!: a region is an order of the coordinates."""
    assert arrangement_regions(differences(n, range(1))) == factorial(n)


@pytest.mark.parametrize("n", range(2, 7))
def test_the_shi_arrangement_has_as_many_regions_as_there_are_parking_functions(n: int) -> None:
    """(n+1)^(n-1): Shi (1986); see Stanley (2007), Theorem 5.16."""
    assert arrangement_regions(differences(n, range(2))) == (n + 1) ** (n - 1)


@pytest.mark.parametrize("n", range(2, 6))
def test_the_catalan_arrangement_has_n_factorial_catalan_regions(n: int) -> None:
    """n! C_n: Stanley (2007), section 5.4."""
    catalan = comb(2 * n, n) // (n + 1)
    assert arrangement_regions(differences(n, range(-1, 2))) == factorial(n) * catalan


@pytest.mark.parametrize("n", range(2, 7))
def test_the_regions_of_the_linial_arrangement_are_the_alternating_trees(n: int) -> None:
    """2^(-n) sum of C(n, k) (k+1)^(n-1): Postnikov, Stanley (2000)."""
    trees = sum(comb(n, k) * (k + 1) ** (n - 1) for k in range(n + 1)) // 2**n
    assert arrangement_regions(differences(n, range(1, 2))) == trees


@pytest.mark.parametrize("n", range(1, 5))
def test_the_regions_of_type_b_are_the_signed_permutations(n: int) -> None:
    """2^n n!."""
    coordinates = [[int(i == j) for j in range(n + 1)] for i in range(n)]
    sums = [[abs(entry) for entry in row] for row in differences(n, range(1))]
    rows = [*differences(n, range(1)), *coordinates, *sums]
    assert arrangement_regions(rows) == 2**n * factorial(n)


@pytest.mark.parametrize(("m", "n"), [(3, 2), (8, 2), (6, 3), (10, 4), (40, 2), (9, 9), (12, 1)])
def test_hyperplanes_in_general_position_attain_the_bound_of_buck(m: int, n: int) -> None:
    """Buck (1943). Rows (1, t, t^2, ...) are in general position: Vandermonde."""
    moment = [[t**k for k in range(n + 1)] for t in range(1, m + 1)]
    assert arrangement_regions(moment) == sum(comb(m, j) for j in range(n + 1))


def test_a_hyperplane_counts_once_however_often_and_with_whatever_sign_it_is_given() -> None:
    rows = [[1, 2, 3], [1, 2, 3], [-1, -2, -3], ["1/2", 1, "3/2"], [0.25, 0.5, 0.75]]
    assert arrangement_regions(rows) == 2


def test_an_equation_without_variables_is_no_hyperplane() -> None:
    assert arrangement_regions([[0, 0, 1], [0, 0, 0]]) == 1


def test_without_hyperplanes_there_is_one_region() -> None:
    assert arrangement_regions([]) == 1


@golden(is_arrangement)
def test_one_layer_cuts_the_space_like_its_arrangement(case: Case) -> None:
    assert one_layer_count(case.network) == case.expected["activation_regions"]


def test_breakpoints_of_two_units_can_be_the_same_points() -> None:
    """x and 1 - x, each clipped to [0, 1], bend at 0 and 1."""
    assert one_layer_count(mlp([([[1], [-1]], [0, 1])], activation=clip(0, 1))) == 3


def test_deletion_and_restriction_refuse_rows_that_are_not_hyperplanes_of_one_space() -> None:
    with pytest.raises(ValueError, match=r"one length n \+ 1.*\[2, 3\]"):
        arrangement_regions([[1, 0], [1, 0, 0]])
    with pytest.raises(ValueError, match="finite"):
        arrangement_regions([[1, float("nan")]])


def test_deletion_and_restriction_refuse_what_is_not_one_layer_of_scalar_units() -> None:
    with pytest.raises(InvalidNetwork, match="got 2 stages"):
        one_layer_count(mlp([([[1]], [0]), ([[1]], [0])]))
    with pytest.raises(InvalidNetwork, match="got 0 stages"):
        one_layer_count(mlp([], readout=([[1]], [0])))
    with pytest.raises(InvalidNetwork, match="max unit of rank 2"):
        one_layer_count(mlp([([[1], [-1]], [0, 0])], activation=maxout(2)))


@golden(is_small)
def test_brute_force_finds_as_many_patterns_as_the_golden_networks_have(case: Case) -> None:
    patterns = brute_force_patterns(case.network, case.domain)
    assert len(patterns) == case.expected["activation_regions"]


@golden(knows_edges)
def test_brute_force_finds_as_many_facets_as_the_golden_networks_have(case: Case) -> None:
    edges = brute_force_edges(case.network, case.domain)
    assert len(edges) == case.expected["dual_edges"]


def test_regions_that_differ_in_one_unit_need_not_touch() -> None:
    """Units x, x + 10 and |x| - 1: the regions (-10, -1) and (1, oo) differ in the first only."""
    edges = brute_force_edges(case("one_flip_not_adjacent").network)
    patterns = {pattern for edge in edges for pattern in edge}
    assert {(0, 1, 1), (1, 1, 1)} <= patterns
    assert frozenset({(0, 1, 1), (1, 1, 1)}) not in edges


def test_opposite_relus_on_one_hyperplane_make_two_regions_that_touch() -> None:
    net = mlp([([[1], [-1]], [0, 0])])
    assert brute_force_edges(net) == {frozenset({(0, 1), (1, 0)})}


def test_a_unit_that_is_constant_on_a_breakpoint_is_off_and_makes_no_split() -> None:
    """relu(relu(x)) is constantly 0 left of 0."""
    assert brute_force_patterns(mlp([([[1]], [0]), ([[1]], [0])])) == {(0, 0), (1, 1)}


def test_a_constant_unit_is_on_the_piece_of_its_value() -> None:
    net = mlp([([[0]] * 5, [-1, 0, "1/2", 1, 2])], activation=clip(0, 1))
    assert brute_force_patterns(net) == {(0, 0, 1, 1, 2)}


def test_candidates_that_are_the_same_function_are_one_with_the_lowest_index() -> None:
    """max(0, x, x, 0)."""
    net = mlp([([[0], [1], [1], [0]], [0, 0, 0, 0])], activation=maxout(4))
    assert brute_force_patterns(net) == {(0,), (1,)}


def test_a_candidate_that_is_largest_at_one_point_only_is_no_piece() -> None:
    """max(x, -x, 0) = |x|."""
    net = mlp([([[1], [-1], [0]], [0, 0, 0])], activation=maxout(3))
    assert brute_force_patterns(net) == {(0,), (1,)}


def test_candidates_of_a_maximum_may_differ_by_a_constant() -> None:
    """max(x, x + 1, 0): the first is never largest, and the others touch where x = -1."""
    net = mlp([([[1], [1], [0]], [0, 1, 0])], activation=maxout(3))
    assert brute_force_edges(net) == {frozenset({(1,), (2,)})}


def test_a_network_without_units_has_one_region_and_no_facets() -> None:
    net = mlp([], readout=([[1, 2]], [3]))
    assert brute_force_patterns(net) == {()}
    assert brute_force_edges(net) == set()


def test_a_row_that_says_zero_is_at_most_zero_changes_nothing() -> None:
    half_line = Polytope([[0], [1]], [0, 5])
    net = mlp([([[1]], [0])])
    assert brute_force_patterns(net, half_line) == {(0,), (1,)}
    assert [interval.right for interval in sweep_patterns(net, half_line)] == [0, 5]


@searched
@given(net=networks(depth=st.just(1), kinds=scalar_units()))
def test_one_layer_has_as_many_patterns_as_its_arrangement_has_regions(net: Network) -> None:
    assert len(brute_force_patterns(net)) == one_layer_count(net)


@searched
@given(problem=problems(), data=st.data())
def test_the_pattern_at_a_generic_point_is_one_of_the_patterns(
    problem: tuple[Network, Domain], data: st.DataObject
) -> None:
    """No form with small dyadic coefficients vanishes at a point shifted by (e, e^2, e^3)."""
    net, domain = problem
    shift = Fraction(1, 2**400)
    point = [entry + shift**k for k, entry in enumerate(data.draw(points(net.input_dim)), start=1)]
    assume(all(value_at(row, point) > 0 for row in domain.rows()))
    assert tuple(net.staged.pattern_at(point).tolist()) in brute_force_patterns(net, domain)


@searched
@given(problem=problems())
def test_every_pattern_is_that_of_a_point_inside_its_region(
    problem: tuple[Network, Domain],
) -> None:
    net, domain = problem
    for region in regions(net, domain):
        *numerators, denominator = interior_point(region.rows, net.input_dim)
        point = [Fraction(numerator, denominator) for numerator in numerators]
        assert all(value_at(row, point) > 0 for row in domain.rows())
        assert tuple(net.staged.pattern_at(point)) == region.pattern


@searched
@given(problem=problems(max_units=6))
def test_from_region_to_region_every_other_is_reached_through_facets(
    problem: tuple[Network, Domain],
) -> None:
    """The domain is convex, and removing faces of codimension 2 does not disconnect it."""
    graph = nx.Graph()
    graph.add_nodes_from(brute_force_patterns(*problem))
    n_regions = len(graph)
    graph.add_edges_from(tuple(edge) for edge in brute_force_edges(*problem))
    assert len(graph) == n_regions
    assert nx.is_connected(graph)


@searched
@given(problem=problems(max_units=6))
def test_a_part_of_space_has_no_pattern_that_space_has_not(
    problem: tuple[Network, Domain],
) -> None:
    net, domain = problem
    assert brute_force_patterns(net, domain) <= brute_force_patterns(net)


@pytest.mark.parametrize(
    "domain",
    [
        Polytope([[1, 0], [-1, 0]], [0, 0]),
        Polytope([[1, 0], [-1, 0]], [0, -1]),
        Polytope([[0, 0], [0, 1]], [-1, 1]),
    ],
    ids=["flat", "empty", "zero row below zero"],
)
def test_brute_force_refuses_a_domain_without_interior(domain: Polytope) -> None:
    net = mlp([([[1, 1]], [0])])
    for ask in (brute_force_patterns, brute_force_edges):
        with pytest.raises(InvalidDomain, match=r"no interior|is empty"):
            ask(net, domain)


def test_brute_force_refuses_a_domain_of_another_dimension() -> None:
    with pytest.raises(InvalidDomain, match="dimension 3, but the network has 2 inputs"):
        brute_force_patterns(mlp([([[1, 1]], [0])]), Box([0] * 3, [1] * 3))


@golden(has_one_input)
def test_a_sweep_meets_as_many_regions_as_the_golden_networks_have(case: Case) -> None:
    intervals = sweep_patterns(case.network, case.domain)
    assert len(intervals) == case.expected["activation_regions"]


@pytest.mark.parametrize("depth", range(1, 9))
def test_a_tower_of_absolute_values_folds_the_line_into_two_to_the_depth(depth: int) -> None:
    """Each layer |z - 2^-k| folds the interval once more: after Telgarsky (2016)."""
    layers = [([[1]], [0 if k == 0 else Fraction(-1, 2**k)]) for k in range(depth)]
    unit_interval = Box([-1], [1])
    assert len(sweep_patterns(mlp(layers, activation=absolute()), unit_interval)) == 2**depth


def test_a_leaky_relu_of_slope_one_does_not_cut_the_line() -> None:
    [interval] = sweep_patterns(mlp([([[1]], [0])], activation=leaky_relu(1)))
    assert interval.left is interval.right is None


@searched
@given(problem=problems(inputs=st.just(1)))
def test_on_a_line_brute_force_and_a_sweep_find_the_same_patterns(
    problem: tuple[Network, Domain],
) -> None:
    intervals = sweep_patterns(*problem)
    assert {interval.pattern for interval in intervals} == brute_force_patterns(*problem)


@searched
@given(problem=problems(inputs=st.just(1)))
def test_on_a_line_each_region_touches_the_next_and_no_other(
    problem: tuple[Network, Domain],
) -> None:
    intervals = sweep_patterns(*problem)
    neighbours = {frozenset({a.pattern, b.pattern}) for a, b in pairwise(intervals)}
    assert brute_force_edges(*problem) == neighbours


@searched
@given(problem=problems(inputs=st.just(1)))
def test_no_two_intervals_have_the_same_pattern(problem: tuple[Network, Domain]) -> None:
    """The region of a pattern is convex."""
    patterns = [interval.pattern for interval in sweep_patterns(*problem)]
    assert len(patterns) == len(set(patterns))


@searched
@given(net=networks(inputs=st.just(1)), lower=dyadics(24), length=st.sampled_from([1, 5, 50]))
def test_intervals_tile_a_segment_and_have_the_pattern_of_their_middle(
    net: Network, lower: Fraction, length: int
) -> None:
    intervals = sweep_patterns(net, Box([lower], [lower + length]))
    ends = [lower, *(interval.right for interval in intervals)]
    assert [interval.left for interval in intervals] == ends[:-1]
    assert ends[-1] == lower + length
    for interval, (left, right) in zip(intervals, pairwise(ends), strict=True):
        assert left < right
        assert tuple(net.staged.pattern_at([(left + right) / 2])) == interval.pattern


def test_a_sweep_refuses_more_than_one_input() -> None:
    with pytest.raises(InvalidNetwork, match="exactly one input: got 2"):
        sweep_patterns(mlp([([[1, 1]], [0])]))


def test_a_sweep_refuses_a_domain_without_interior() -> None:
    net = mlp([([[1]], [0])])
    with pytest.raises(InvalidDomain, match="begins at 1 and ends at 1"):
        sweep_patterns(net, Polytope([[-1], [1]], [-1, 1]))
    with pytest.raises(InvalidDomain, match="0 <= -1"):
        sweep_patterns(net, Polytope([[0]], [-1]))
    with pytest.raises(InvalidDomain, match="dimension 2, but the network has 1 input"):
        sweep_patterns(net, WholeSpace(2))


@searched
@given(data=st.data(), dim=st.integers(1, 4))
def test_every_drawn_domain_has_an_interior(data: st.DataObject, dim: int) -> None:
    net = mlp([], readout=([[1] * dim], [0]))
    assert brute_force_patterns(net, data.draw(domains(dim))) == {()}
