"""Networks whose hyperplanes coincide, touch, vanish, or lie beyond what floats can say."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from math import inf, nextafter
from operator import ne

import pytest
from answers import explored, patterns_of

from linreg import (
    Box,
    Polytope,
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
from linreg.network import INPUT, AffineNode, Network, UnitNode, linear_map
from linreg.units import Unit


def chain(*layers: tuple[list[list[object]], list[object], Unit]) -> Network:
    """A network of layers (weight, bias, unit), each with a unit of its own."""
    nodes: list[AffineNode | UnitNode] = []
    source = INPUT
    for k, (weight, bias, unit) in enumerate(layers):
        linear = AffineNode(f"linear{k}", (source,), linear_map(weight, bias))
        units = (unit,) * (len(weight) // unit.n_inputs)
        nodes += [linear, UnitNode(f"units{k}", (linear.name,), units)]
        source = nodes[-1].name
    return Network((len(layers[0][0][0]),), tuple(nodes), source)


def pairs(*edges: tuple[tuple[int, ...], tuple[int, ...]]) -> set[frozenset[tuple[int, ...]]]:
    return {frozenset(edge) for edge in edges}


def test_a_relu_of_an_absolute_value_never_switches() -> None:
    """relu(|x|): |x| touches 0 at x = 0 and is positive on both sides."""
    net = chain(([[1]], [0], absolute()), ([[1]], [0], relu()))
    assert explored(net) == ({(0, 1), (1, 1)}, pairs(((0, 1), (1, 1))))


def test_a_relu_of_a_negative_absolute_value_is_always_off() -> None:
    net = chain(([[1]], [0], absolute()), ([[-1]], [0], relu()))
    assert explored(net) == ({(0, 0), (1, 0)}, pairs(((0, 0), (1, 0))))


@pytest.mark.parametrize("depth", [2, 3, 10])
def test_relus_of_relus_switch_together(depth: int) -> None:
    """relu(relu(...x)) is constantly 0 left of 0, where each unit is off."""
    off, on = (0,) * depth, (1,) * depth
    assert explored(mlp([([[1]], [0])] * depth)) == ({off, on}, pairs((off, on)))


def test_a_relu_that_was_off_throughout_a_region_can_be_off_throughout_the_next() -> None:
    """relu(relu(x) - relu(-x) - x) is relu(0) on both sides."""
    net = mlp([([[1], [-1], [1], [-1]], [0, 0, 0, 0]), ([[1, -1, -1, 1]], [0])])
    left, right = (0, 1, 0, 1, 0), (1, 0, 1, 0, 0)
    assert explored(net) == ({left, right}, pairs((left, right)))


def test_a_unit_of_a_later_layer_can_own_the_hyperplane_of_an_earlier_one() -> None:
    """relu(x), relu(-x), and relu(relu(x) - relu(-x)) = relu(x) all switch at 0."""
    net = mlp([([[1, 0], [-1, 0]], [0, 0]), ([[1, -1]], [0])])
    assert explored(net) == ({(0, 1, 0), (1, 0, 1)}, pairs(((0, 1, 0), (1, 0, 1))))


def test_across_one_facet_units_of_three_layers_can_switch() -> None:
    net = mlp([([[1, 0], [0, 1]], [0, 0]), ([[1, 0], [0, 1]], [0, 0]), ([[1, 1]], [0])])
    patterns, edges = explored(net)
    assert patterns == {(a, b, a, b, a | b) for a in (0, 1) for b in (0, 1)}
    assert edges == pairs(
        ((0, 0, 0, 0, 0), (0, 1, 0, 1, 1)),
        ((0, 0, 0, 0, 0), (1, 0, 1, 0, 1)),
        ((1, 1, 1, 1, 1), (0, 1, 0, 1, 1)),
        ((1, 1, 1, 1, 1), (1, 0, 1, 0, 1)),
    )


def test_a_unit_can_switch_across_a_facet_from_a_region_where_it_is_constantly_zero() -> None:
    """relu(relu(x)) is 0 left of 0 and owns no row there, yet it switches across x = 0."""
    regions = enumerate_regions(mlp([([[1]], [0]), ([[1]], [0])]))
    assert regions[0].exact_halfspaces.owners.tolist() == [0]
    assert adjacency_graph(regions).crossed(0).tolist() == [0, 1]


def test_identical_candidates_of_a_maximum_are_the_lowest_one_even_across_a_facet() -> None:
    """max(relu(x), 0): one function left of 0, and the first candidate right of it."""
    net = chain(([[1]], [0], relu()), ([[1], [0]], [0, 0], maxout(2)))
    assert explored(net) == ({(0, 0), (1, 0)}, pairs(((0, 0), (1, 0))))


def test_a_maximum_can_change_its_winner_where_a_unit_before_it_switches() -> None:
    """max(0, relu(x)): tied left of 0, so 0 has it there, and relu(x) on the right."""
    net = chain(([[1]], [0], relu()), ([[0], [1]], [0, 0], maxout(2)))
    assert explored(net) == ({(0, 0), (1, 1)}, pairs(((0, 0), (1, 1))))


def test_twin_winners_beyond_a_facet_may_part() -> None:
    """max(relu(x), relu(2 x), -1): twins left of 0, the second ahead right of it."""
    net = chain(([[1], [2]], [0, 0], relu()), ([[1, 0], [0, 1], [0, 0]], [0, 0, -1], maxout(3)))
    assert explored(net) == ({(0, 0, 0), (1, 1, 1)}, pairs(((0, 0, 0), (1, 1, 1))))


def test_three_candidates_that_meet_in_a_line_make_three_regions_that_touch() -> None:
    """max(x, y, 0), times a third input that nothing reads."""
    net = mlp([([[1, 0, 0], [0, 1, 0], [0, 0, 0]], [0, 0, 0])], activation=maxout(3))
    assert explored(net) == (
        {(0,), (1,), (2,)},
        pairs(((0,), (1,)), ((0,), (2,)), ((1,), (2,))),
    )


def test_a_candidate_that_touches_the_maximum_in_a_line_alone_is_no_piece() -> None:
    """max(x, -x, 0) = |x| in the plane, where 0 is as large on the line x = 0 alone."""
    net = mlp([([[1, 0], [-1, 0], [0, 0]], [0, 0, 0])], activation=maxout(3))
    assert explored(net) == ({(0,), (1,)}, pairs(((0,), (1,))))


def test_lines_through_one_point_make_as_many_regions_as_they_have_ends() -> None:
    """2 m regions in a ring, though m lines in general position make 1 + m + C(m, 2)."""
    net = mlp([([[1, k] for k in range(6)], [-1 - k for k in range(6)])])
    patterns, edges = explored(net)
    assert len(patterns) == len(edges) == 12


def test_a_hyperplane_that_bounds_the_domain_makes_no_region_and_no_edge() -> None:
    net = mlp([([[1, 0], [0, 1], [1, 1], [-1, 1]], [0, 0, -2, 0])])
    square = Box([0, 0], [1, 1])
    below, above = (1, 1, 0, 0), (1, 1, 0, 1)
    assert explored(net, square) == ({below, above}, pairs((below, above)))
    for region in enumerate_regions(net, square):
        assert set(region.exact_halfspaces.owners.tolist()) == {-1, 0, 1, 2, 3}


def test_a_redundant_row_of_the_domain_may_coincide_with_a_hyperplane_outside() -> None:
    """x <= 5 is implied by x <= 1, and the unit x - 5 is off."""
    domain = Polytope([[1], [1], [-1]], [1, 5, 1])
    assert explored(mlp([([[1], [1]], [0, -5])]), domain) == (
        {(0, 0), (1, 0)},
        pairs(((0, 0), (1, 0))),
    )


def test_a_hyperplane_that_meets_the_domain_in_a_corner_does_not_cut_it() -> None:
    assert explored(mlp([([[1, 1]], [0])]), Box([0, 0], [1, 1])) == ({(1,)}, set())


def test_rows_that_say_zero_is_at_most_zero_or_one_bound_nothing() -> None:
    net = mlp([([[1, 0], [0, 1]], [0, 0])])
    domain = Polytope([[0, 0], [0, 0], [1, 0]], [0, 1, 1])
    regions = enumerate_regions(net, domain)
    assert explored(net, domain) == explored(net)
    assert set(regions[0].exact_halfspaces.owners.tolist()) == {-1, 0, 1}
    assert [region.is_bounded for region in regions] == [False] * 4


def test_flips_of_one_unit_at_a_time_need_not_reach_a_region_of_a_deep_network() -> None:
    """Six of 65 regions differ in two units or more from all others of their first layer's cell."""
    first = [[1, 0, 0], [-1, -1, -1], [-1, -1, -1], [1, 0, 1], [0, 0, 1], [1, 0, 0]]
    second = [
        [0, 1, 0, -1, 1, 1],
        [1, -1, -1, 1, -1, 0],
        [-1, -1, 0, 0, 0, -1],
        [-1, -1, -1, 1, 0, 0],
        [-1, 0, 1, 0, 0, 1],
        [1, 1, 0, 1, 1, 0],
    ]
    net = mlp([(first, [0, 1, -1, 1, 1, -1]), (second, [1, 1, 1, 0, 1, -1])])
    patterns = patterns_of(enumerate_regions(net))
    cells = [[p for p in patterns if p[:6] == cell] for cell in {p[:6] for p in patterns}]
    several = [cell for cell in cells if len(cell) > 1]
    alone = [p for cell in several for p in cell if all(sum(map(ne, p, q)) != 1 for q in cell)]
    assert (len(patterns), len(alone)) == (65, 6)


def test_breakpoints_of_several_units_can_be_one_hyperplane() -> None:
    """clip(x, 0, 1) and clip(1 - x, 0, 1) bend at the same two points."""
    net = mlp([([[1], [-1]], [0, 1])], activation=clip(0, 1))
    patterns = [(0, 2), (1, 1), (2, 0)]
    assert explored(net) == (set(patterns), pairs(*pairwise(patterns)))


def test_a_unit_of_one_piece_never_cuts() -> None:
    assert explored(mlp([([[1]], [0])], activation=leaky_relu(1))) == ({(0,)}, set())
    assert explored(mlp([([[1]], [0])], activation=maxout(1))) == ({(0,)}, set())


def test_a_maximum_may_have_more_than_256_candidates() -> None:
    """The tangents 2 k x - k^2 of the parabola x^2: each is the highest around x = k."""
    tangents = [[2 * k] for k in range(300)], [-k * k for k in range(300)]
    regions = enumerate_regions(mlp([tangents], activation=maxout(300)))
    assert regions.patterns.dtype == "uint16"
    assert regions.patterns[:, 0].tolist() == list(range(300))


def test_a_scalar_unit_may_have_more_than_256_pieces() -> None:
    """The broken line through the points (k, k^2), whose slopes are 2 k + 1."""
    slopes, intercepts = [2 * k + 1 for k in range(300)], [-k * (k + 1) for k in range(300)]
    broken_line = ScalarUnit(range(1, 300), slopes, intercepts)
    patterns, edges = explored(mlp([([[1]], [0])], activation=broken_line))
    assert patterns == {(k,) for k in range(300)}
    assert edges == pairs(*(((k,), (k + 1,)) for k in range(299)))


@pytest.mark.parametrize("scale", [1e-300, 5e-324, 1e300, "1/3"])
def test_the_scale_of_a_unit_does_not_matter(scale: object) -> None:
    """Three lines in general position, one of them scaled."""
    small = [[scale, 0], [0, 1], [1, 1]], [0, 0, -1]
    assert count_regions(mlp([small])) == 7


def test_hyperplanes_a_float_apart_are_two_hyperplanes() -> None:
    net = mlp([([[1.0, 0], [nextafter(1, inf), 0], [nextafter(1, -inf), 0]], [-1, -1, -1])])
    assert explored(net)[0] == {(0, 0, 0), (0, 1, 0), (1, 1, 0), (1, 1, 1)}


def test_a_third_is_not_the_float_next_to_it() -> None:
    """x - 1/3 and x - float(1/3) switch at different points; 3 x - 1 switches at the first."""
    net = mlp([([[1], [1], [3]], ["-1/3", -1 / 3, -1])])
    assert patterns_of(enumerate_regions(net)) == [(0, 0, 0), (0, 1, 0), (1, 1, 1)]


def test_a_region_may_lie_beyond_all_floats() -> None:
    """The first unit switches at x = 1e600; left and right of it the others switch too."""
    net = mlp([([[1e-300, 0], [0, 1]], [-1e300, 0]), ([[1, 1e300]], [-1e-300])])
    regions = enumerate_regions(net)
    assert patterns_of(regions) == [
        *[(0, 0, 0), (0, 1, 0), (0, 1, 1)],
        *[(1, 0, 0), (1, 0, 1), (1, 1, 0), (1, 1, 1)],
    ]
    assert all(region.contains(region.exact_witness) for region in regions)
    assert regions.witnesses[3, 0] == inf
    assert regions[3].exact_witness[0] > Fraction(10) ** 599


def test_rows_beyond_all_floats_are_exact_as_fractions_and_infinite_as_floats() -> None:
    regions = enumerate_regions(mlp([([[1e300]], [0]), ([[1e300]], [-1])]))
    assert regions[2].exact_halfspaces.normals.tolist() == [
        [-Fraction(1e300)],
        [-(Fraction(1e300) ** 2)],
    ]
    assert regions[2].halfspaces.normals.tolist() == [[-1e300], [-inf]]
    assert regions[2].margin > 0


def test_a_domain_may_lie_beyond_all_floats() -> None:
    domain = Polytope([[-1]], [-(10**400)])
    [region] = enumerate_regions(mlp([([[1], [1]], [0, 1])]), domain)
    assert region.pattern.tolist() == [1, 1]
    assert region.exact_witness[0] > 10**400


@pytest.mark.parametrize("size", [1e9, 1e30, 1e300])
def test_a_box_may_be_as_wide_as_floats_reach(size: float) -> None:
    """Three lines in general position meet near the middle, and three far outside."""
    box = Box([-size] * 2, [size] * 2)
    assert count_regions(mlp([([[1, 0], [0, 1], [1, 1]], [0, 0, 5])]), box) == 7
    far = mlp([([[1, 0], [0, 1], [1, 1]], [-2 * size, 3 * size, 5 * size])])
    assert count_regions(far, box) == 1


def test_a_hyperplane_far_beyond_the_reach_of_proposals_still_cuts() -> None:
    """REACH is about 1e6 input units; it bounds what is proposed and not what is found."""
    far = [1e7, 1e12, 1e20, 1e100]
    net = mlp([([[1, 1]] * len(far), [-x for x in far])])
    assert count(net).regions_per_stage == (5,)
    assert len(explored(net)[1]) == 4


def test_an_intermediate_unit_that_is_never_reached_can_hide_a_whole_layer() -> None:
    """Where relu(x) is off, the second layer is constant: its units keep the piece of its bias."""
    net = mlp([([[1]], [0]), ([[1], [1], [-1]], [-1, 1, 0])])
    assert patterns_of(enumerate_regions(net)) == [(0, 0, 1, 0), (1, 0, 1, 0), (1, 1, 1, 0)]


def test_a_network_with_one_input_is_a_row_of_intervals() -> None:
    """A tower of |z - 2^-k| folds [-1, 1] into 2^depth intervals: after Telgarsky (2016)."""
    layers = [([[1]], [0 if k == 0 else Fraction(-1, 2**k)]) for k in range(6)]
    patterns, edges = explored(mlp(layers, activation=absolute()), Box([-1], [1]))
    assert len(patterns) == 64
    assert len(edges) == 63
    degrees = [sum(pattern in edge for edge in edges) for pattern in patterns]
    assert sorted(degrees) == [1, 1, *[2] * 62]
