"""Facts about convolutions, pools and other layers as affine maps and max units."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest
from answers import explored, patterns_of
from hypothesis import given
from hypothesis import strategies as st

from linreg import Box, count, count_regions, enumerate_regions, mlp, relu
from linreg.network import INPUT, AffineNode, Network, UnitNode
from linreg.network.operators import (
    average_pool_map,
    batch_norm_map,
    conv_map,
    elementwise_max,
    elementwise_min,
    max_pool,
)
from linreg.readers import network_from_json
from linreg.units import MaxUnit


def network(shape: list[int], *layers: dict[str, Any]) -> Network:
    return network_from_json({"input_shape": shape, "layers": list(layers)})


RELU = {"type": "relu"}


def integers(*shape: int, seed: int = 0) -> list[Any]:
    """Small whole numbers in a nested list."""
    return np.random.default_rng(seed).integers(-4, 5, shape).tolist()


@pytest.mark.parametrize("shape", [[2, 4], [1, 3, 3], [2, 2, 3]])
def test_a_convolution_is_the_linear_layer_of_its_matrix(shape: list[int]) -> None:
    """Xiong et al. (2020): the same function, stage by stage, hence the same regions."""
    axes = len(shape) - 1
    conv = {
        "type": f"conv{axes}d",
        "weight": integers(2, shape[0], *[2] * axes),
        "bias": [1, "1/3"],
        "padding": 1,
        "stride": 2,
    }
    image = network(shape, conv, RELU)
    [stage] = image.staged.stages
    linear = {
        "type": "linear",
        "weight": [[str(entry) for entry in row] for row in stage.map.matrix],
        "bias": [str(entry) for entry in stage.map.shift],
    }
    flat = network([math.prod(shape)], linear, RELU)
    assert flat.fingerprint == image.fingerprint
    assert patterns_of(enumerate_regions(flat)) == patterns_of(enumerate_regions(image))


@pytest.mark.parametrize(("length", "kernel", "filters"), [(4, 2, 2), (5, 3, 2), (6, 2, 1)])
def test_a_generic_filter_in_one_dimension_attains_the_formula(
    length: int, kernel: int, filters: int
) -> None:
    """Xiong et al. (2020), Theorem 1, counted from its definition."""
    places = length - kernel + 1
    rng = np.random.default_rng(1)
    conv = {
        "type": "conv1d",
        "weight": rng.integers(-50, 51, (filters, 1, kernel)).tolist(),
        "bias": rng.integers(-50, 51, filters).tolist(),
    }
    formula = 0
    for chosen in product(range(filters + 1), repeat=places):
        # Hall's condition; of all sets of places it is enough to ask intervals.
        if all(
            sum(chosen[first : last + 1]) <= last - first + kernel
            for first in range(places)
            for last in range(first, places)
        ):
            formula += math.prod(math.comb(filters, number) for number in chosen)
    assert count_regions(network([1, length], conv, RELU)) == formula


def test_two_filters_on_a_square_make_one_region_less_than_hall_s_condition_allows() -> None:
    """Filters commute as polynomials, p q - q p = 0, so the eight rows are dependent: 2^8 - 1."""
    conv = {"type": "conv2d", "weight": [[[[3, -7], [5, 2]]], [[[-4, 6], [1, 9]]]], "bias": [1, 2]}
    net = network([1, 3, 3], conv, RELU)
    assert np.linalg.matrix_rank(net.staged.stages[0].map.rounded().matrix) == 7
    assert count_regions(net) == 2**8 - 1


@given(seed=st.integers(0, 100), kernel=st.integers(1, 3), stride=st.integers(1, 2))
def test_a_max_pool_is_the_maxout_layer_of_its_windows(seed: int, kernel: int, stride: int) -> None:
    """The candidates of a window are its cells: maxout with rows of zeros and a one."""
    length = 4
    linear = {"type": "linear", "weight": integers(length, 2, seed=seed)}
    pool = {"type": "maxpool1d", "kernel": kernel, "stride": stride}
    starts = range(0, length - kernel + 1, stride)
    rows = [[[int(i == at + k) for i in range(length)] for k in range(kernel)] for at in starts]
    by_pool = network([2], linear, {"type": "reshape", "shape": [1, length]}, pool)
    by_maxout = network([2], linear, {"type": "maxout", "weight": rows})
    assert by_pool.fingerprint == by_maxout.fingerprint
    assert explored(by_pool) == explored(by_maxout)


@pytest.mark.parametrize("width", [2, 3, 4])
def test_a_max_pool_after_relus_of_independent_inputs_has_one_region_more_than_w_2_to_w_minus_1(
    width: int,
) -> None:
    """1 + w 2^(w-1): where all relus are off they tie; else one of those that are on wins.

    For k relus on, k of them may win: the sum of k C(w, k) is w 2^(w-1).
    """
    net = network([1, width], RELU, {"type": "maxpool1d", "kernel": width})
    assert count_regions(net) == 1 + width * 2 ** (width - 1)


def test_where_all_relus_of_a_window_are_off_the_first_has_the_maximum() -> None:
    net = network([1, 3], RELU, {"type": "maxpool1d", "kernel": 3})
    patterns = patterns_of(enumerate_regions(net))
    assert [pattern for pattern in patterns if not any(pattern[:3])] == [(0, 0, 0, 0)]
    assert net.staged.pattern_at([-1, -2, 0]).tolist() == [0, 0, 0, 0]


def test_of_identical_candidates_the_first_has_the_maximum() -> None:
    """Both cells of a window are x, then x and y: only the second window splits."""
    linear = {"type": "linear", "weight": [[1, 0], [1, 0], [0, 1]]}
    shape = {"type": "reshape", "shape": [1, 3]}
    net = network([2], linear, shape, {"type": "maxpool1d", "kernel": 2, "stride": 1})
    assert patterns_of(enumerate_regions(net)) == [(0, 0), (0, 1)]


def test_a_window_of_constants_does_not_split() -> None:
    linear = {"type": "linear", "weight": [[0], [0]], "bias": [1, 2]}
    net = network(
        [1], linear, {"type": "reshape", "shape": [1, 2]}, {"type": "maxpool1d", "kernel": 2}
    )
    assert patterns_of(enumerate_regions(net)) == [(1,)]


def test_a_padding_cell_never_wins_where_a_zero_would() -> None:
    """On negative inputs a zero of the padding would be the maximum of every border window."""
    net = network([1, 2], {"type": "maxpool1d", "kernel": 3, "stride": 1, "padding": 1})
    assert net.forward_exact([-5, -7]) == [-5, -5]
    assert count_regions(net, Box([-2, -2], [-1, -1])) == 2


def test_an_average_pool_makes_no_regions() -> None:
    layers = [{"type": "conv1d", "weight": integers(2, 1, 2)}, RELU]
    pooled = [*layers, {"type": "avgpool1d", "kernel": 3, "stride": 1, "padding": 1}]
    without, averaged = (network([1, 4], *each) for each in (layers, pooled))
    assert patterns_of(enumerate_regions(averaged)) == patterns_of(enumerate_regions(without))


def test_the_average_of_three_is_not_rounded() -> None:
    average, _ = average_pool_map([1, 3, 3], kernel=3)
    assert average([1] + [0] * 8) == [Fraction(1, 9)]
    assert average([1] * 9) == [1]


def test_padding_counts_in_the_divisor_of_an_average_unless_it_is_left_out() -> None:
    counted, _ = average_pool_map([1, 2], kernel=2, stride=2, padding=1)
    assert counted([6, 8]) == [3, 4]
    ignored, _ = average_pool_map([1, 2], kernel=2, stride=2, padding=1, count_include_pad=False)
    assert ignored([6, 8]) == [6, 8]


def test_cells_beyond_the_padding_never_count_in_the_divisor_of_an_average() -> None:
    average, shape = average_pool_map([1, 3], kernel=2, ceil_mode=True)
    assert shape == (1, 2)
    assert average([2, 4, 9]) == [3, 9]


@given(
    numbers=st.lists(st.floats(-1e3, 1e3, allow_subnormal=False), min_size=3, max_size=3),
    var=st.floats(0, 1e3),
)
def test_the_weights_of_a_batch_norm_are_those_that_float64_gives(
    numbers: list[float], var: float
) -> None:
    gamma, beta, mean = numbers
    scale = gamma / math.sqrt(var + 1e-5)
    norm = batch_norm_map([gamma], [beta], [mean], [var], 1e-5, [1])
    assert norm.matrix.tolist() == [[Fraction(scale)]]
    assert norm.shift.tolist() == [Fraction(beta - mean * scale)]


def test_a_batch_norm_between_two_layers_is_folded_into_the_first() -> None:
    conv = {"type": "conv1d", "weight": [[[1, 2]], [[3, 4]]]}
    norm = {"gamma": [1, 1], "beta": [0, 5], "mean": [0, 1], "var": [0.25, 4], "eps": 0}
    net = network([1, 3], conv, {"type": "batchnorm", **norm}, RELU)
    folded = {"type": "conv1d", "weight": [[[2, 4]], [["3/2", 2]]], "bias": [0, "9/2"]}
    assert net.fingerprint == network([1, 3], folded, RELU).fingerprint


def test_the_smaller_of_two_is_minus_the_larger_of_their_negatives() -> None:
    """min(x, y) splits the plane along x = y; at a tie the first has it."""
    negated, units, negation = elementwise_min(2, 1)
    nodes = (
        AffineNode("negated", (INPUT,), negated),
        UnitNode("largest", ("negated",), units),
        AffineNode("smallest", ("largest",), negation),
    )
    net = Network((2,), nodes, "smallest")
    assert patterns_of(enumerate_regions(net)) == [(0,), (1,)]
    assert [net.forward_exact(x) for x in ([1, 2], [2, 1], [3, 3])] == [[1], [1], [3]]
    assert net.staged.pattern_at([3, 3]).tolist() == [0]


def test_the_largest_of_a_value_and_zero_is_its_relu() -> None:
    branches = [[{"type": "affine", "scale": 0, "shift": 0}], []]
    net = network([2], {"type": "max", "branches": branches})
    assert explored(net) == explored(mlp([([[1, 0], [0, 1]], [0, 0])], activation=relu()))


def test_a_residual_block_of_filters_keeps_its_input_beside_them() -> None:
    """y = relu(conv(x)) + x, whose input passes through the stage of the relus."""
    conv = {"type": "conv1d", "weight": [[[1, 1, 1]]], "padding": 1}
    net = network([1, 3], {"type": "residual", "body": [conv, RELU]})
    [stage] = net.staged.stages
    assert (len(stage.units), stage.n_outputs) == (3, 6)
    assert net.forward_exact([1, -2, 3]) == [1, 0, 4]


def test_moving_values_makes_no_stage() -> None:
    net = network(
        [2, 1, 2],
        {"type": "transpose", "perm": [2, 0, 1]},
        {"type": "pad", "before": [0, 0, 1], "after": [0, 0, 0], "value": "1/3"},
        {"type": "slice", "start": [0, 0, 0], "stop": [2, 2, 2], "step": [1, 2, 1]},
        {"type": "upsample", "factor": [1, 2]},
        {"type": "reshape", "shape": [8]},
    )
    third = Fraction(1, 3)
    assert net.staged.stages == ()
    assert net.forward_exact([1, 2, 3, 4]) == [third, third, 1, 1, third, third, 2, 2]
    assert count(net).regions == 1


def test_a_window_over_a_whole_channel_is_a_global_pool() -> None:
    globally = network([2, 2, 2], {"type": "global_maxpool"})
    windowed = network([2, 2, 2], {"type": "maxpool2d", "kernel": 2})
    assert globally.fingerprint == windowed.fingerprint
    average = network([2, 2, 2], {"type": "global_avgpool"})
    assert average.forward_exact(range(1, 9)) == [Fraction(5, 2), Fraction(13, 2)]


def test_concatenated_channels_are_joined_along_any_axis() -> None:
    twice = {"type": "affine", "scale": 2, "shift": 0}
    for axis, values in ((0, [1, 2, 3, 4, 2, 4, 6, 8]), (1, [1, 2, 2, 4, 3, 4, 6, 8])):
        net = network([2, 2], {"type": "concat", "branches": [[], [twice]], "axis": axis})
        assert net.forward_exact([1, 2, 3, 4]) == values


def test_a_filter_of_one_cell_and_no_neighbours_is_a_scale_for_each_channel() -> None:
    scales, _ = conv_map([[[2]], [[3]]], [0, "1/2"], [2, 2], groups=2)
    assert scales([1, 2, 3, 4]) == [2, 4, Fraction(19, 2), Fraction(25, 2)]


def test_windows_that_overlap_share_candidates_and_no_units() -> None:
    selection, units, shape = max_pool([1, 3], kernel=2, stride=1)
    assert (units, shape) == ((MaxUnit(2), MaxUnit(2)), (1, 2))
    assert selection([5, 6, 7]) == [5, 6, 6, 7]


def test_values_are_compared_coordinate_by_coordinate() -> None:
    candidates, units = elementwise_max(3, 2)
    assert units == (MaxUnit(3), MaxUnit(3))
    assert candidates([1, 2, 10, 20, 100, 200]) == [1, 10, 100, 2, 20, 200]
