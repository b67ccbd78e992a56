"""Points are located where exact arithmetic says, on boundaries nowhere, whatever floats say."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from fractions import Fraction
from itertools import product

import generators
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linreg import (
    Box,
    IncompleteError,
    Network,
    Polytope,
    Region,
    ScalarUnit,
    WholeSpace,
    absolute,
    clip,
    enumerate_regions,
    hard_tanh,
    leaky_relu,
    maxout,
    mlp,
    relu,
    relu6,
)
from linreg.affine import ExactAffineMap
from linreg.domains import Domain
from linreg.network import INPUT, AffineNode, UnitNode, enclosure, linear_map
from linreg.network.enclosure import EnclosedMap, EnclosedPieces

SMALL = {"inputs": st.integers(1, 3), "max_units": 6}


def containing(regions: Sequence[Region], point: list[Fraction]) -> int:
    """The index of the only region that holds a point strictly inside; -1 if none does."""
    inside = [region.index for region in regions if region.contains(point)]
    assert len(inside) <= 1
    return inside[0] if inside else -1


@st.composite
def located(draw: st.DrawFn) -> tuple[Network, Domain, list[list[Fraction]]]:
    net, domain = draw(generators.problems(**SMALL))
    points = draw(st.lists(generators.points(net.input_dim), min_size=1, max_size=8))
    return net, domain, points


@given(located())
@settings(max_examples=100)
def test_a_point_is_located_in_the_region_that_contains_it_and_nowhere_if_none_does(asked) -> None:
    net, domain, points = asked
    regions = enumerate_regions(net, domain)
    each = list(regions)  # whose rows are worked out once
    assert regions.locate(points).tolist() == [containing(each, point) for point in points]


@given(located())
@settings(max_examples=50)
def test_a_located_point_has_the_pattern_of_its_region(asked) -> None:
    net, domain, points = asked
    regions = enumerate_regions(net, domain)
    floats = np.array([[float(entry) for entry in point] for point in points])
    for point, place in zip(floats, regions.locate(floats), strict=True):
        if place >= 0:
            assert regions.patterns[place].tolist() == net.staged.pattern_at(point).tolist()


@pytest.mark.parametrize(
    ("layers", "unit"),
    [
        ([([[1, 0], [0, 1], [1, 1]], [0, 0, -1]), ([[1, -1, 0], [1, 1, -2]], [0, -1])], relu()),
        ([([[1, 1], [1, -1]], [0, 0]), ([[1, 1], [-1, 0]], [0, 0])], relu()),
        ([([[1, 0], [-1, 0], [0, 1], [0, -1], [1, 1], [2, 2]], [0, 0, 0, 0, -1, -2])], maxout(3)),
    ],
    ids=["two stages", "dead where everything before is off", "maxima with a tie on a line"],
)
def test_every_lattice_point_on_a_boundary_is_located_nowhere(layers, unit) -> None:
    """Integer weights put lattice points on hyperplanes, among them those of the domain."""
    regions = enumerate_regions(mlp(layers, activation=unit), Box([-3, -3], [3, 2]))
    lattice = list(product(range(-4, 5), repeat=2))
    found = regions.locate(np.array(lattice))
    each = list(regions)
    assert found.tolist() == [containing(each, list(map(Fraction, p))) for p in lattice]
    assert (found == -1).any()
    assert (found >= 0).any()


def test_a_unit_on_its_breakpoint_all_over_a_region_bounds_nothing() -> None:
    """Where both units of stage 1 are off, stage 2 is constantly zero: one region, no boundary."""
    net = mlp([([[1, 0], [0, 1]], [0, 0]), ([[1, 1], [1, -1]], [0, 0])])
    regions = enumerate_regions(net)
    points = -np.random.default_rng(0).uniform(0.1, 5, (500, 2))
    assert set(regions.locate(points).tolist()) == {regions.find([0, 0, 0, 0])}


@pytest.mark.parametrize("unit", [relu(), relu6(), absolute(), hard_tanh(), maxout(2)])
def test_zeros_behind_units_that_are_off_need_no_integers(unit) -> None:
    """Where x < -1 and y < -1, all that follows reads zeros: certain, although on breakpoints."""
    units = (relu(), relu(), *(unit,) * (4 // unit.n_inputs))
    first, second = linear_map([[1, 0], [0, 1]], [0, 0]), [[1, 1], [1, -1], [2, 0], [0, -1]]
    nodes = [
        AffineNode("first", (INPUT,), first),
        UnitNode("off", ("first",), units[:2]),
        AffineNode("second", ("off",), linear_map(second, [0] * 4)),
        UnitNode("units", ("second",), units[2:]),
    ]
    net = Network((2,), tuple(nodes), "units")
    points = -np.random.default_rng(0).uniform(1, 5, (100, 2))
    patterns, certain = EnclosedPieces(net.staged).at(points)
    assert certain.all()
    assert (patterns == net.staged.pattern_at([-1, -1])).all()
    assert not EnclosedPieces(net.staged).at(np.array([[0.0, -1], [-1, 0]]))[1].any()


def test_a_candidate_that_passes_zero_ties_with_zeros_on_a_line_only() -> None:
    """max(relu(y + 5) - 4, relu(x)) where x is negative: the first wins above y = -1."""
    first = ([[0, 1], [1, 0]], [5, 0])
    for second in ([[1, 0], [0, 1]], [-4, 0]), ([[0, 1], [1, 0]], [0, -4]):
        relus, maximum = mlp([first]), AffineNode("second", ("units1",), linear_map(*second))
        top = UnitNode("top", ("second",), (maxout(2),))
        regions = enumerate_regions(Network((2,), (*relus.nodes, maximum, top), "top"))
        below, on, above = regions.locate([[-2, -1.5], [-2, -1], [-2, -0.5]]).tolist()
        assert on == -1
        assert -1 != below != above != -1


def test_candidates_that_are_equal_everywhere_share_their_regions() -> None:
    """max(x, x, -x): the third candidate wins on the left, the first on the right."""
    regions = enumerate_regions(mlp([([[1], [1], [-1]], [0, 0, 0])], activation=maxout(3)))
    assert regions.patterns.tolist() == [[0], [2]]
    assert regions.locate([[2], [-2], [0]]).tolist() == [0, 1, -1]


def test_every_exact_witness_is_located_in_its_region_even_where_no_float_is() -> None:
    """Breakpoints one ulp apart: no float64 lies strictly between them."""
    ulp = Fraction(1, 2**52)
    stairs = ScalarUnit((1, 1 + ulp, 1 + 2 * ulp), (0, 1, 2, 0), (0, -1, -2 - ulp, 3 * ulp))
    regions = enumerate_regions(mlp([([[1, 0], [0, 1]], [0, 0])], activation=stairs))
    assert len(regions) == 16
    assert len(regions.exact) == 12
    witnesses = [region.exact_witness for region in regions]
    assert regions.locate(witnesses).tolist() == list(range(16))
    inexact = sorted(regions.exact)
    assert (regions.locate(regions.witnesses[inexact]) == -1).all()


@pytest.mark.parametrize("size", [1e-300, 1.0, 1e300])
def test_a_hyperplane_with_float_weights_is_met_exactly_and_missed_by_a_hair(size) -> None:
    """The rational zero of a row of float64 weights lies on it; 10^-60 beside it does not."""
    row, shift = [0.1 * size, 0.7 * size], 0.3 * size
    regions = enumerate_regions(mlp([([row], [shift])]))
    hair = Fraction(1, 10**60)
    for x in range(-10, 10):
        height = (-Fraction(shift) - Fraction(row[0]) * x) / Fraction(row[1])
        points = [[x, height], [x, height + hair], [x, height - hair]]
        assert regions.locate(points).tolist() == [-1, 1, 0]


def test_floats_next_to_hyperplanes_are_located_as_exact_arithmetic_says() -> None:
    """Float weights, and units of several kinds: next to hyperplanes floats are often wrong."""
    rng = np.random.default_rng(0)
    weight, shift = rng.normal(size=(4, 2)), rng.normal(size=4)
    for unit, cuts in [
        (clip(-0.1, "1/3"), (-0.1, 1 / 3)),
        (leaky_relu(0.3), (0,)),
        (maxout(2), ()),
    ]:
        width = 4 // unit.n_inputs
        net = mlp([(weight, shift), (rng.normal(size=(2, width)), [0.1, 0.7])], activation=unit)
        regions = enumerate_regions(net)
        rows = [(*w, b - cut) for w, b in zip(weight, shift, strict=True) for cut in cuts]
        pairs = zip(weight[::2] - weight[1::2], shift[::2] - shift[1::2], strict=True)
        rows += [(*w, b) for w, b in pairs]
        beside = [(x, -(a * x + c) / b) for a, b, c in rows for x in rng.normal(size=8)]
        each = list(regions)
        wanted = [containing(each, list(map(Fraction, point))) for point in beside]
        assert regions.locate(beside).tolist() == wanted
        assert len(set(wanted)) > 2


def test_floats_next_to_a_wall_are_inside_where_exact_arithmetic_says_so() -> None:
    rng = np.random.default_rng(0)
    net = mlp([], readout=([[1, 1]], [0]))
    for a, b, c in rng.normal(size=(20, 3)):
        regions = enumerate_regions(net, Polytope([[a, b]], [c]))
        x = rng.normal(size=100)
        points = np.stack([x, (c - a * x) / b], axis=1)
        slack = [
            Fraction(c) - Fraction(a) * Fraction(p) - Fraction(b) * Fraction(q) for p, q in points
        ]
        assert regions.locate(points).tolist() == [0 if s > 0 else -1 for s in slack]


def test_a_point_on_one_of_two_lines_side_by_side_is_located_nowhere() -> None:
    """Rows and the same times a factor, rounded: floats cannot tell the side of the other line."""
    rng = np.random.default_rng(0)
    for a, b, factor in rng.uniform(1, 9, (20, 3)):
        regions = enumerate_regions(mlp([([[a, b], [factor * a, factor * b]], [0, 0])]))
        points = [[x, -Fraction(a) * x / Fraction(b)] for x in range(-10, 10)]
        assert set(regions.locate(points).tolist()) == {-1}


def test_weights_that_no_float_holds_are_read_exactly() -> None:
    """x - 1/3 > 0 is true of the float64 above a third, false of the one nearest to it."""
    regions = enumerate_regions(mlp([([[1]], ["-1/3"])]))
    above = math.nextafter(1 / 3, 1)
    assert regions.locate([[1 / 3], [above], ["1/3"]]).tolist() == [0, 1, -1]


def test_numbers_in_a_list_are_not_rounded_beside_floats_nor_read_as_text_beside_text() -> None:
    regions = enumerate_regions(mlp([([[1, 0], [0, 1]], [-(2**53), "-1/10"])]))
    # 0.1 is above a tenth, and 2^53 + 1 is above 2^53.
    assert regions.locate([[2**53 + 1, 0.1]]).tolist() == [regions.find([1, 1])]
    assert regions.locate([["9007199254740992", 0.5]]).tolist() == [-1]
    assert regions.locate([[0, "1/10"]]).tolist() == [-1]
    assert regions.locate(np.array([[2**53 + 1, 1]])).tolist() == [regions.find([1, 1])]


def test_a_weight_below_all_floats_counts_at_points_near_the_end_of_them() -> None:
    """10^-400 * 10^308 is more than 10^-200."""
    regions = enumerate_regions(mlp([([[Fraction(1, 10**400), 1]], [0])]))
    assert regions.locate([[1e308, -1e-200], [1e100, -1e-200]]).tolist() == [1, 0]


@pytest.mark.parametrize("weight", [1e308, 10**400, Fraction(1, 10**400)])
def test_overflow_and_underflow_cost_time_and_no_answer(weight) -> None:
    """Both stages leave the floats; the signs are plain."""
    net = mlp([([[weight], [-weight]], [0, 0]), ([[weight, -weight]], [weight])])
    regions = enumerate_regions(net)
    for point in (3.0, -3.0, 1e-300, -1e300):
        (place,) = regions.locate([[point]])
        assert place == containing(regions, [Fraction(point)])
        assert place >= 0


def test_points_outside_the_domain_and_on_its_edge_are_located_nowhere() -> None:
    regions = enumerate_regions(mlp([([[1, 1]], [0])]), Box([0, 0], [1, "1/3"]))
    assert regions.locate([[0.5, 0.25]]).tolist() == [0]
    outside = [[2, 0.25], [-1e-300, 0.25], [0, 0.25], [0.5, 0], ["1/2", "1/3"], [1, "1/3"]]
    assert set(regions.locate(outside).tolist()) == {-1}
    assert regions.locate([[0.5, 1 / 3]]).tolist() == [0]  # a float64 below a third


def test_a_network_without_units_has_one_region_and_that_is_its_domain() -> None:
    net = mlp([], readout=([[1, 2]], [3]))
    assert enumerate_regions(net).locate([[0, 0], [5, -5]]).tolist() == [0, 0]
    assert enumerate_regions(net, Box([0, 0], [1, 1])).locate([[0.5, 0.5], [0, 0]]).tolist() == [
        0,
        -1,
    ]


def test_no_points_are_located_nowhere_at_all() -> None:
    found = enumerate_regions(mlp([([[1, 1]], [0])])).locate(np.empty((0, 2)))
    assert found.shape == (0,)
    assert found.dtype == np.int64


@given(located())
@settings(max_examples=30)
def test_routed_rows_add_up_to_the_rows_that_lie_in_some_region(asked) -> None:
    net, domain, points = asked
    regions = enumerate_regions(net, domain)
    found, routed = regions.locate(points), regions.route(points)
    assert routed.shape == (len(regions),)
    assert routed.sum() == (found >= 0).sum()
    assert all(routed[i] == (found == i).sum() for i in range(len(regions)))


@pytest.mark.parametrize(
    ("points", "said"),
    [
        ([[1.0, 2.0], [1.0, math.nan]], "row 1"),
        (np.array([[1.0, 2.0], [3.0, 4.0], [-math.inf, 0.0]]), "row 2"),
        ([[1, 2], [1, "x"]], "row 1"),
        ([[1, 2], [1, None]], "row 1"),
        (np.array([[True, False]]), "row 0"),
        ([1.0, 2.0], "got shape (2,)"),
        ([[1.0], [2.0]], "got shape (2, 1)"),
        ([[1, 2], [3]], "got shape (2,)"),
        (np.zeros((2, 2, 2)), "got shape (2, 2, 2)"),
    ],
)
def test_what_is_no_array_of_finite_points_is_refused_with_its_row_or_shape(points, said) -> None:
    regions = enumerate_regions(mlp([([[1, 1]], [0])]))
    for ask in (regions.locate, regions.route):
        with pytest.raises(ValueError, match=re.escape(said)):
            ask(points)


def test_nobody_is_located_among_regions_that_may_be_missing() -> None:
    regions = enumerate_regions(mlp([([[1, 0], [0, 1]], [0, 0])]), limit=2)
    assert not regions.counted.complete
    with pytest.raises(IncompleteError, match="stopped early"):
        regions.locate([[1, 1]])


NUMBERS = st.one_of(
    st.floats(-2, 2),
    st.floats(allow_nan=False, allow_infinity=False),
    st.fractions(-2, 2),
    st.sampled_from([0, 5e-324, 1e-310, -1e-300, Fraction(1, 10**400), 1e308]),
)
FLOATS = st.one_of(
    st.floats(-2, 2),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([0.0, 5e-324, -1e-310, 1e-200, 1e300]),
)


@given(data=st.data(), width=st.integers(1, 4))
@settings(max_examples=300)
def test_the_bound_covers_the_error_of_every_float_evaluation(data, width) -> None:
    row = data.draw(st.lists(NUMBERS, min_size=width, max_size=width))
    shift = data.draw(NUMBERS)
    x = data.draw(st.lists(FLOATS, min_size=width, max_size=width))
    off = data.draw(st.lists(st.sampled_from([0.0, 1e-320, 1e-12, 0.5]), min_size=width))[:width]
    off += [0.0] * (width - len(off))
    map_ = ExactAffineMap.of([row], [shift])
    value, bound = EnclosedMap(map_)(np.array([x]), np.array([off]))
    if math.isfinite(bound[0, 0]):
        for signs in product([-1, 1], repeat=width):
            corner = [Fraction(a) + s * Fraction(e) for a, s, e in zip(x, signs, off, strict=True)]
            (exact,) = map_(corner)
            assert abs(exact - Fraction(value[0, 0])) <= Fraction(bound[0, 0])


@given(located())
@settings(max_examples=60)
def test_a_piece_that_is_called_certain_is_the_exact_one(asked) -> None:
    net, _, points = asked
    floats = np.array([[float(entry) for entry in point] for point in points])
    patterns, certain = EnclosedPieces(net.staged).at(floats)
    for point, pattern, sure in zip(floats, patterns, certain, strict=True):
        if sure:
            assert pattern.tolist() == net.staged.pattern_at(point).tolist()


def test_without_its_bound_a_float_sum_puts_points_on_the_wrong_side(monkeypatch) -> None:
    """The zero of 0.1 x + 0.2 y - 0.3 z, rounded on the way, is not zero: the bound is needed."""
    net = mlp([([[0.1, 0.2, -0.3]], [0])])
    x = np.random.default_rng(0).integers(-9, 10, (200, 2)).astype(float)
    exact = [[*map(Fraction, p), _height(0.1, 0.2, -0.3, *p)] for p in x.tolist()]
    near = np.array([[float(entry) for entry in point] for point in exact])
    truth = [int(net.staged.pattern_at(point)[0]) for point in near]
    patterns, certain = EnclosedPieces(net.staged).at(near)
    assert not certain[patterns[:, 0] != truth].any()
    regions = enumerate_regions(net)
    assert set(regions.locate(exact).tolist()) == {-1}
    monkeypatch.setattr(enclosure, "ROUNDOFF", 0.0)
    patterns, certain = EnclosedPieces(net.staged).at(near)
    assert certain[patterns[:, 0] != truth].any()


def _height(a: float, b: float, c: float, x: float, y: float) -> Fraction:
    """The third coordinate at which a x + b y + c z is zero."""
    return -(Fraction(a) * Fraction(x) + Fraction(b) * Fraction(y)) / Fraction(c)


def test_locating_is_the_same_one_by_one_and_all_at_once() -> None:
    rng = np.random.default_rng(0)
    net = mlp([(rng.normal(size=(8, 2)), rng.normal(size=8)), (rng.normal(size=(8, 8)), [0] * 8)])
    regions = enumerate_regions(net, WholeSpace(2))
    points = rng.normal(size=(3000, 2))
    found = regions.locate(points)
    assert found[::100].tolist() == [regions.locate(p[None])[0] for p in points[::100]]
    assert (found >= 0).all()


@pytest.fixture(scope="module")
def wide() -> tuple[np.ndarray, EnclosedMap]:
    """300 rows of 700 small integers, and the map that they are with a shift of 1."""
    weights = np.random.default_rng(0).integers(-3, 4, (300, 700))
    return weights, EnclosedMap(ExactAffineMap.of(weights.tolist(), [1] * 300))


@pytest.mark.parametrize("n_points", [1, 15, 16, 35])
def test_a_product_in_parts_is_the_product(
    wide: tuple[np.ndarray, EnclosedMap], n_points: int
) -> None:
    """700 columns of 300 rows take several parts; sums of small integers are not rounded."""
    weights, map_ = wide
    points = np.random.default_rng(1).integers(-3, 4, (n_points, 700))
    for value, bound in (
        map_(points.astype(float), np.zeros(points.shape)),
        map_.coarsely(points.astype(float), np.zeros(n_points)),
    ):
        assert value.tolist() == (points @ weights.T + 1).tolist()
        assert (bound > 0).all()
        assert bound.max() < 1e-8


def test_one_bound_for_all_values_of_a_point_is_no_less_than_each_of_them() -> None:
    rng = np.random.default_rng(1)
    map_ = EnclosedMap(ExactAffineMap.of(rng.normal(size=(9, 7)).tolist(), [0.5] * 9))
    x, error = rng.normal(size=(40, 7)), rng.uniform(0, 1e-9, (40, 7))
    each, all_of_them = map_(x, error)[1], map_.coarsely(x, error.max(axis=1))[1]
    assert (each <= all_of_them[:, None]).all()
