"""Layers agree with loops over their cells, with SciPy, and in both spellings of a file."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import correlate

from linreg.errors import InvalidNetwork
from linreg.network.operators import (
    average_pool_map,
    concat_map,
    conv_map,
    max_pool,
    pad_map,
    slice_map,
    transpose_map,
    upsample_map,
)
from linreg.readers import network_from_json

few = settings(max_examples=60)


@st.composite
def windows(draw: st.DrawFn) -> dict[str, Any]:
    """Settings of a window that slides along one or two axes, and the input it slides over."""
    axes = draw(st.integers(1, 2))

    def each(low: int, high: int) -> Any:
        return st.lists(st.integers(low, high), min_size=axes, max_size=axes)

    pairs = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=axes, max_size=axes)
    return {
        "shape": [draw(st.integers(1, 3)), *draw(each(1, 6))],
        "kernel": draw(each(1, 3)),
        "stride": draw(each(1, 3)),
        "padding": draw(pairs),
        "dilation": draw(each(1, 2)),
    }


def places(window: dict[str, Any], ceil_mode: bool = False) -> list[range]:
    """The starts of a window along each axis, counted one after another from the first one."""
    starts = []
    for length, size, stride, (before, after), gap in zip(
        window["shape"][1:],
        window["kernel"],
        window["stride"],
        window["padding"],
        window["dilation"],
        strict=True,
    ):
        found = []
        at = -before
        while at + gap * (size - 1) < length + after or (
            ceil_mode
            and found
            and found[-1] + gap * (size - 1) < length + after - 1
            and at < length
        ):
            found.append(at)
            at += stride
        starts.append(found)
    return starts


def cells(window: dict[str, Any], start: Sequence[int]) -> list[tuple[tuple[int, ...], bool, bool]]:
    """Each cell of a window, whether it is of the input, and whether at least of the padding."""
    seen = []
    for k in np.ndindex(*window["kernel"]):
        at = tuple(s + d * g for s, d, g in zip(start, k, window["dilation"], strict=True))
        lengths = window["shape"][1:]
        inside = all(0 <= i < n for i, n in zip(at, lengths, strict=True))
        padded = all(
            -before <= i < n + after
            for i, n, (before, after) in zip(at, lengths, window["padding"], strict=True)
        )
        seen.append((at, inside, padded))
    return seen


def whole_numbers(shape: Sequence[int], seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(-9, 10, shape)


def values(image: np.ndarray) -> list[int]:
    return [int(value) for value in image.ravel()]


@few
@given(
    window=windows(), filters=st.integers(1, 2), groups=st.integers(1, 3), seed=st.integers(0, 9)
)
def test_a_convolution_is_the_sum_over_its_windows(
    window: dict[str, Any], filters: int, groups: int, seed: int
) -> None:
    channels = window["shape"][0] = window["shape"][0] * groups
    weight = whole_numbers([filters * groups, channels // groups, *window["kernel"]], seed)
    bias = whole_numbers([filters * groups], seed)
    image = whole_numbers(window["shape"], seed + 1)
    starts = places(window)
    arguments = {key: window[key] for key in ("stride", "padding", "dilation")}
    if not all(starts):
        with pytest.raises(InvalidNetwork, match="the output would be empty"):
            conv_map(weight, bias, window["shape"], groups=groups, **arguments)
        return
    map_, shape = conv_map(weight, bias, window["shape"], groups=groups, **arguments)
    assert shape == (filters * groups, *map(len, starts))
    expected = []
    for o in range(filters * groups):
        first = o // filters * (channels // groups)
        for start in product(*starts):
            seen = cells(window, start)
            expected.append(
                bias[o]
                + sum(
                    weight[o, c].ravel()[k] * image[(first + c, *at)]
                    for c in range(channels // groups)
                    for k, (at, inside, _) in enumerate(seen)
                    if inside
                )
            )
    assert map_(values(image)) == expected


@pytest.mark.parametrize("shape", [(2, 7), (2, 5, 6)])
def test_a_convolution_is_scipy_s_correlation(shape: tuple[int, ...]) -> None:
    image = whole_numbers(shape, 0)
    weight = whole_numbers((3, 2, *[3] * (len(shape) - 1)), 1)
    map_, out_shape = conv_map(weight, 0, shape)
    expected = np.stack(
        [sum(correlate(image[c], one[c], "valid") for c in range(shape[0])) for one in weight]
    )
    assert out_shape == expected.shape
    assert map_(values(image)) == values(expected)
    same, _ = conv_map(weight, 0, shape, padding=1)
    padded = [sum(correlate(image[c], one[c], "same") for c in range(shape[0])) for one in weight]
    assert same(values(image)) == values(np.stack(padded))


@few
@given(window=windows(), ceil_mode=st.booleans(), seed=st.integers(0, 9))
def test_a_max_pool_is_the_maximum_over_the_cells_of_the_input(
    window: dict[str, Any], ceil_mode: bool, seed: int
) -> None:
    image = whole_numbers(window["shape"], seed)
    starts = places(window, ceil_mode)
    seen = [[at for at, inside, _ in cells(window, start) if inside] for start in product(*starts)]
    arguments = window | {"ceil_mode": ceil_mode}
    if not all(starts) or not all(seen):
        with pytest.raises(InvalidNetwork, match=r"output would be empty|lies entirely in it"):
            max_pool(**arguments)
        return
    selection, units, shape = max_pool(**arguments)
    assert shape == (window["shape"][0], *map(len, starts))
    candidates = selection(values(image))
    ends = np.cumsum([unit.rank for unit in units])
    found = [candidates[end - unit.rank : end] for end, unit in zip(ends, units, strict=True)]
    assert found == [
        [image[(c, *at)] for at in group] for c in range(window["shape"][0]) for group in seen
    ]


@few
@given(window=windows(), ceil_mode=st.booleans(), counted=st.booleans(), seed=st.integers(0, 9))
def test_an_average_pool_is_the_mean_over_the_cells_that_count(
    window: dict[str, Any], ceil_mode: bool, counted: bool, seed: int
) -> None:
    image = whole_numbers(window["shape"], seed)
    starts = places(window, ceil_mode)
    expected = []
    for c in range(window["shape"][0]):
        for start in product(*starts):
            seen = cells(window, start)
            total = sum(int(image[(c, *at)]) for at, inside, _ in seen if inside)
            divisor = sum(padded if counted else inside for _, inside, padded in seen)
            expected.append(Fraction(total, divisor) if divisor else None)
    arguments = window | {"ceil_mode": ceil_mode, "count_include_pad": counted}
    if not all(starts) or None in expected:
        with pytest.raises(InvalidNetwork, match=r"output would be empty|lies entirely in it"):
            average_pool_map(**arguments)
        return
    average, shape = average_pool_map(**arguments)
    assert shape == (window["shape"][0], *map(len, starts))
    assert average(values(image)) == expected


@few
@given(shape=st.lists(st.integers(1, 4), min_size=1, max_size=3), data=st.data())
def test_values_are_moved_as_numpy_moves_them(shape: list[int], data: st.DataObject) -> None:
    image = np.arange(np.prod(shape)).reshape(shape)
    rank = len(shape)

    def each(low: int, high: int) -> list[int]:
        return data.draw(st.lists(st.integers(low, high), min_size=rank, max_size=rank))

    perm = data.draw(st.permutations(range(rank)))
    before, after, axis = each(0, 2), each(0, 2), data.draw(st.integers(-rank, rank - 1))
    margins = list(zip(before, after, strict=True))
    moved = [
        (transpose_map(shape, perm), image.transpose(perm)),
        (pad_map(shape, before, after, 7), np.pad(image, margins, constant_values=7)),
    ]
    if rank > 1:
        factors = each(1, 3)[1:]
        repeated = image
        for a, factor in enumerate(factors, start=1):
            repeated = repeated.repeat(factor, axis=a)
        moved.append((upsample_map(shape, factors), repeated))
    start, stop, step = each(-5, 4), each(-5, 5), [s or 1 for s in each(-2, 2)]
    chosen = image[tuple(slice(*three) for three in zip(start, stop, step, strict=True))]
    if chosen.size:
        moved.append((slice_map(shape, start, stop, step), chosen))
    else:
        with pytest.raises(InvalidNetwork, match="is empty"):
            slice_map(shape, start, stop, step)
    for (map_, out_shape), expected in moved:
        assert out_shape == expected.shape
        assert map_(values(image)) == values(expected)
    joined, out_shape = concat_map([shape, shape], axis)
    expected = np.concatenate([image, image + 100], axis=axis)
    assert out_shape == expected.shape
    assert joined([*values(image), *values(image + 100)]) == values(expected)


LAYERS = {
    "conv1d": ([2, 4], {"weight": [[[1, 2], [3, 4]]], "bias": [5], "stride": 2, "padding": [1]}),
    "conv2d": ([2, 3, 3], {"weight": [[[[1, 2]]], [[[3, 4]]]], "groups": 2, "dilation": [1, 2]}),
    "maxpool1d": ([1, 4], {"kernel": 3, "stride": 1, "padding": 1}),
    "maxpool2d": ([2, 4, 3], {"kernel": [2, 3]}),
    "avgpool1d": ([1, 4], {"kernel": 2, "padding": 1, "count_include_pad": False}),
    "avgpool2d": ([1, 2, 2], {"kernel": 2}),
    "global_avgpool": ([2, 3], {}),
    "global_maxpool": ([2, 2, 2], {}),
    "batchnorm": (
        [2, 2],
        {"gamma": [1, 2], "beta": [3, 4], "mean": [5, 6], "var": [1, 4], "eps": 0},
    ),
    "transpose": ([2, 3], {"perm": [1, 0]}),
    "slice": ([2, 3], {"start": [0, 1], "stop": [2, 3]}),
    "pad": ([2], {"before": 1, "after": [0], "value": "1/3"}),
    "affine": ([2, 2], {"scale": [2, 3], "shift": [["1/2", 0], [1, 2]]}),
    "upsample": ([1, 2], {"factor": 2}),
    "flatten": ([2, 2], {}),
    "reshape": ([2, 2], {"shape": [4, -1]}),
    "prelu": ([2, 2], {"alpha": [2, "1/4"]}),
}


@pytest.mark.parametrize("type_", LAYERS)
def test_a_layer_is_the_same_in_a_list_and_as_a_node(type_: str) -> None:
    shape, keys = LAYERS[type_]
    layer = {"type": type_, **keys}
    listed = network_from_json({"input_shape": shape, "layers": [layer, {"type": "relu"}]})
    nodes = [
        {"name": "a", "inputs": ["input"], **layer},
        {"name": "b", "inputs": ["a"], "type": "relu"},
    ]
    graph = network_from_json({"input_shape": shape, "nodes": nodes, "output": "b"})
    assert graph.fingerprint == listed.fingerprint
    assert [note.out_shape for note in graph.layers] == [note.out_shape for note in listed.layers]
    assert all(np.prod(note.out_shape) == graph.staged.readout.n_outputs for note in graph.layers)


@pytest.mark.parametrize("type_", ["max", "min", "add", "concat"])
def test_what_combines_values_is_the_same_in_a_list_and_as_a_node(type_: str) -> None:
    half = {"type": "affine", "scale": "1/2", "shift": 1}
    layer = {"type": type_, "branches": [[], [half], [half, half]]}
    listed = network_from_json({"input_shape": [2, 2], "layers": [layer]})
    nodes = [
        {"name": "a", "inputs": ["input"], **half},
        {"name": "b", "inputs": ["a"], **half},
        {"name": "c", "inputs": ["input", "a", "b"], "type": type_},
    ]
    graph = network_from_json({"input_shape": [2, 2], "nodes": nodes, "output": "c"})
    assert graph.fingerprint == listed.fingerprint
    x = [-3, 1, 2, 5]
    values = [[v, Fraction(v, 2) + 1, Fraction(v, 4) + Fraction(3, 2)] for v in x]
    if type_ == "concat":
        expected = [value for column in zip(*values, strict=True) for value in column]
    else:
        expected = [{"max": max, "min": min, "add": sum}[type_](each) for each in values]
    assert graph.forward_exact(x) == expected


def test_layers_are_noted_with_their_shapes_units_and_parameters() -> None:
    conv = {"type": "conv2d", "weight": [[[[1, 2], [3, 4]]]] * 3, "bias": [1, 2, 3]}
    pool = {"type": "maxpool2d", "kernel": 2, "padding": 1}
    document = {"input_shape": [1, 3, 3], "layers": [conv, {"type": "relu"}, pool]}
    notes = network_from_json(document).layers
    assert [(n.name, n.kind, n.in_shape, n.out_shape) for n in notes] == [
        ("conv2d1", "conv2d", (1, 3, 3), (3, 2, 2)),
        ("relu2", "relu", (3, 2, 2), (3, 2, 2)),
        ("maxpool2d3", "maxpool2d", (3, 2, 2), (3, 2, 2)),
    ]
    assert [(len(n.units), n.pieces, n.parameters) for n in notes] == [
        (0, (), 15),
        (12, (2,), 0),
        (12, (1,), 0),
    ]
