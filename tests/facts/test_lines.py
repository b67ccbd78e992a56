"""Regions along lines: golden values, and facts that hold for every polyline."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import generators
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linreg import Box, along, enumerate_regions, mlp, ray, relu
from linreg.errors import BrokenInvariant, InvalidDomain, NoSuchIndex
from linreg.lines import LineSweeper
from linreg.network import Network
from linreg.oracle import brute_force_patterns
from linreg.readers import network_from_json

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "experiments.json").read_text())
KINK = mlp([([[1, 0], [0, 1], [1, 1]], [0, 0, -1])])

few = settings(max_examples=25)
some = settings(max_examples=40)


@st.composite
def lines(draw: st.DrawFn, n_points: int = 3) -> tuple[Network, list[Any]]:
    net = draw(generators.networks())
    points = [draw(generators.points(net.input_dim)) for _ in range(n_points)]
    return net, points


@pytest.mark.parametrize("case", GOLDEN["lines"])
@pytest.mark.parametrize("method", ["auto", "exact"])
def test_a_golden_line_has_the_breakpoints_that_two_programs_found(case: Any, method: Any) -> None:
    net = network_from_json(case["network"])
    found = along(net, [case["from"], case["to"]], method=method)
    expected = case["expected"]
    assert [str(u) for u in found.exact_breakpoints(0)] == expected["breakpoints"]
    assert found.patterns(0) == [tuple(pattern) for pattern in expected["patterns"]]
    assert found.squared_length(0) == Fraction(expected["squared_length"])


@few
@given(lines(2))
def test_the_pieces_of_a_segment_are_the_regions_of_its_slice(line: Any) -> None:
    """The oracle shares no code with the sweep; between breakpoints a point has its own pattern."""
    net, (a, b) = line
    found = along(net, [a, b], method="exact")
    patterns = found.patterns(0)
    if a == b:
        assert patterns == [tuple(net.staged.pattern_at(a).tolist())]
        return
    cut = net.on_slice(a, [[y - x for x, y in zip(a, b, strict=True)]])
    assert set(patterns) == set(brute_force_patterns(cut, Box([0], [1])))
    ends = [Fraction(0), *found.exact_breakpoints(0), Fraction(1)]
    assert ends == sorted(set(ends))
    for low, high, pattern in zip(ends, ends[1:], patterns, strict=False):
        assert tuple(cut.staged.pattern_at([(low + high) / 2]).tolist()) == pattern


@some
@given(lines(4))
def test_machine_code_says_what_integers_say(line: Any) -> None:
    net, points = line
    fast, exact = along(net, points), along(net, points, method="exact")
    for name in ("starts", "first_switch", "switch_units", "switch_pieces", "first_patterns"):
        assert np.array_equal(getattr(fast, name), getattr(exact, name)), name
    assert (abs(fast.breakpoints - exact.breakpoints) <= fast.errors + exact.errors).all()


@few
@given(lines(2))
def test_a_reversed_segment_has_the_pieces_in_reversed_order(line: Any) -> None:
    net, points = line
    there, back = along(net, points), along(net, points[::-1])
    assert back.patterns(0) == there.patterns(0)[::-1]
    mirrored = [1 - u for u in there.exact_breakpoints(0)[::-1]]
    assert list(back.exact_breakpoints(0)) == mirrored


@few
@given(lines(2), st.fractions(Fraction(1, 8), Fraction(7, 8), max_denominator=8))
def test_a_subdivided_segment_has_the_union_of_the_breakpoints(line: Any, at: Fraction) -> None:
    net, (a, b) = line
    middle = [x + at * (y - x) for x, y in zip(a, b, strict=True)]
    whole, parts = along(net, [a, b]), along(net, [a, middle, b])
    first = [at * u for u in parts.exact_breakpoints(0)]
    second = [at + (1 - at) * u for u in parts.exact_breakpoints(1)]
    assert [*first, *second] == [u for u in whole.exact_breakpoints(0) if u != at]


@few
@given(lines(2), st.data())
def test_in_a_box_a_segment_has_the_regions_of_the_slice_of_the_box(line: Any, data: Any) -> None:
    net, (a, b) = line
    box = data.draw(generators.boxes(net.input_dim))
    found = along(net, [a, b], box)
    if found.spans.get(0, 0) is None:
        assert (found.n_pieces.tolist(), found.patterns(0)) == ([0], [])
    elif a != b:
        low, high = (Fraction(str(end)) for end in found.spans.get(0, (0, 1)))
        cut = net.on_slice(a, [[y - x for x, y in zip(a, b, strict=True)]])
        assert set(found.patterns(0)) == set(brute_force_patterns(cut, Box([low], [high])))
        assert all(low < u < high for u in found.exact_breakpoints(0))


@few
@given(lines(2))
def test_integrated_gradients_sum_to_the_change_of_the_output(line: Any) -> None:
    """Completeness: Sundararajan, Taly and Yan (2017), proposition 1; by pieces it is exact."""
    net, (a, b) = line
    found = along(net, [a, b])
    change = net.forward_exact(b)[0] - net.forward_exact(a)[0]
    exact = found.exact_integrated_gradients(0)
    assert sum(exact) == change
    assert np.allclose(found.integrated_gradients(0), [float(g) for g in exact], atol=1e-9)


def test_a_ray_goes_on_where_a_segment_ends() -> None:
    """x + y = 1 and y = 0 are crossed at 3/2 and 2 from (1, -2); then nothing, for ever."""
    found = ray(KINK, [1, -2], [0, 1])
    assert found.exact_breakpoints(0) == (2,)
    assert found.patterns(0) == [(1, 0, 0), (1, 1, 1)]
    assert found.lengths(0).tolist() == [2, np.inf]
    with pytest.raises(ValueError, match="bounded domain"):
        found.integrated_gradients(0)
    inside = ray(KINK, [1, -2], [0, 1], Box([-3, -1], [3, 4]))
    assert inside.ends(0).tolist() == [1, 2, 6]


def test_lengths_add_up_to_the_distance_between_the_ends() -> None:
    found = along(KINK, [[-1, -1], [2, 3]])
    for norm, length in (("l1", 7), ("l2", 5), ("linf", 4)):
        assert found.lengths(0, norm).sum() == pytest.approx(length)  # type: ignore[arg-type]
    assert found.total_length() == pytest.approx(5)
    assert found.breakpoints_per_length() == pytest.approx(3 / 5)


def test_a_closed_tour_meets_every_region_of_three_lines_but_the_triangle_once() -> None:
    """Around the triangle of three lines in general position lie its six unbounded regions."""
    found = along(KINK, [[-9, -7], [9, -7], [7, 9], [-8, 10], [-9, -7]])
    assert found.distinct_patterns() == 6
    assert found.crossings().tolist() == [2, 2, 2]


def test_every_segment_through_a_wide_network_is_proved_in_floats() -> None:
    rng = np.random.default_rng(0)
    shapes = [(30, 10), (20, 30), (20, 20)]
    net = mlp([(rng.normal(size=s) / np.sqrt(s[1]), rng.normal(size=s[0])) for s in shapes])
    points = rng.normal(size=(20, 10))
    found, exact = along(net, points), along(net, points, method="exact")
    assert found.certified.all()
    assert len(found.breakpoints) > 300
    assert np.array_equal(found.switch_units, exact.switch_units)
    assert 0 < found.errors.max() < 1e-6


def test_of_weights_in_float_arrays_no_fraction_is_made() -> None:
    rng = np.random.default_rng(1)
    net = mlp([(rng.normal(size=(9, 5)), rng.normal(size=9))] * 1, (np.ones((2, 9)), np.ones(2)))
    found = along(net, rng.normal(size=(5, 5)))
    assert found.certified.all()
    maps = [net.staged.stages[0].map, net.staged.readout]
    assert not any({"rows", "terms"} & vars(map_).keys() for map_ in maps)


def test_a_pool_that_switches_together_with_a_rectifier_is_proved_in_floats() -> None:
    """Where all of a window is off, its maximum is a tie of zeros until one unit is on."""
    image = {"type": "conv2d", "weight": [[[[0.7, -0.4], [0.3, 0.9]]]], "bias": [-0.6]}
    pool = {"type": "maxpool2d", "kernel": 2}
    net = network_from_json({"input_shape": [1, 5, 5], "layers": [image, {"type": "relu"}, pool]})
    points = np.random.default_rng(2).random((9, 25))
    found, exact = along(net, points), along(net, points, method="exact")
    assert found.certified.all()
    assert len(found.switch_units) > len(found.breakpoints)
    assert np.array_equal(found.switch_units, exact.switch_units)
    assert np.array_equal(found.first_switch, exact.first_switch)


def test_a_false_proof_of_machine_code_is_seen_by_integers() -> None:
    found = along(KINK, [[-1, -0.5], [2, 2.25]])
    assert found.certified.tolist() == [True]
    found.switch_units.flags.writeable = True
    found.switch_units[0] = 2
    with pytest.raises(BrokenInvariant):
        found.exact_breakpoints(0)


def test_a_network_of_numbers_beyond_machine_code_is_swept_in_integers() -> None:
    net = mlp([([[1e200, -1e200], [1, 0]], [0, 0]), ([[1e200, 1e-200]], [-1])])
    found = along(net, [[-1, 2], [3, 1]])
    assert not found.certified.any()
    assert Fraction(1, 4) in found.exact_breakpoints(0)


def test_an_affine_network_has_one_piece_along_any_segment() -> None:
    found = along(mlp([], ([[1, 2]], [3])), [[0, 0], [1, 1], [1, 1]])
    assert (found.patterns(0), found.n_pieces.tolist()) == ([()], [1, 1])
    assert found.integrated_gradients(0).tolist() == [1, 2]


@pytest.mark.parametrize(
    ("points", "error", "said"),
    [
        ([[0, 0]], ValueError, "two points or more"),
        ([], ValueError, "at least one point"),
        ([[0, 0], [1]], ValueError, r"points\[1\]: shape \(2,\)"),
        ([[0, 0], [1, float("nan")]], ValueError, r"points\[1\]\[1\]"),
        (np.array([[0, 0], [1, np.inf]]), ValueError, r"points\[1\]\[1\]"),
        (3, TypeError, "a list was expected"),
    ],
)
def test_points_that_are_none_are_refused_by_name(points: Any, error: Any, said: str) -> None:
    with pytest.raises(error, match=said):
        along(KINK, points)


def test_other_mistakes_are_refused_by_name() -> None:
    with pytest.raises(InvalidDomain, match="dimension 1"):
        along(KINK, [[0, 0], [1, 1]], Box([0], [1]))
    with pytest.raises(ValueError, match="auto or exact"):
        LineSweeper(KINK, method="fast")  # type: ignore[arg-type]
    found = along(KINK, [[0, 0], [1, 1]])
    with pytest.raises(NoSuchIndex, match="segment"):
        found.patterns(1)
    with pytest.raises(ValueError, match="l1, l2, linf"):
        found.lengths(0, "l3")  # type: ignore[arg-type]
    with pytest.raises(NoSuchIndex, match="output"):
        found.integrated_gradients(0, 3)


def test_the_regions_along_a_line_of_one_input_are_all_regions() -> None:
    net = mlp([([[1], [2], [-1]], [0, -1, 3]), ([[1, -2, 1]], [-1])], activation=relu())
    regions = sorted(enumerate_regions(net, Box([-5], [5])), key=lambda each: each.exact_witness)
    found = along(net, [[-5], [5]])
    assert found.patterns(0) == [tuple(region.pattern.tolist()) for region in regions]
    maps = [region.exact_affine_map for region in regions]
    assert found.maps(0) == maps
