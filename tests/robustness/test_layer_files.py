"""A layer whose keys do not fit is refused in one line that says where, what and why."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linreg.errors import InvalidNetwork, LinregError, NotPiecewiseLinear, UnwritableFile
from linreg.network import INPUT, AffineNode, Network
from linreg.network.operators import pad_map
from linreg.readers import load, network_from_json, network_to_json

CONV = {"type": "conv2d", "weight": [[[[1, 2], [3, 4]]]]}
POOL = {"type": "maxpool2d", "kernel": 2}
MEAN = {"type": "avgpool2d", "kernel": 2}
NORM = {"type": "batchnorm", "gamma": 1, "beta": 0, "mean": 0, "var": 1, "eps": 0}
SLICE = {"type": "slice", "start": 0, "stop": 2}
PAD = {"type": "pad", "before": 1, "after": 1}
SCALE = {"type": "affine", "scale": 1, "shift": 0}

# A layer that reads an input of shape [1, 3, 3], and what its refusal says.
BAD_LAYERS: dict[str, tuple[dict[str, Any], str]] = {
    "no weight": ({"type": "conv2d"}, "key 'weight' is missing"),
    "misspelt key": ({**CONV, "strides": 2}, "unknown key 'strides'; did you mean 'stride'?"),
    "misspelt type": ({"type": "conv_2d"}, "unknown type 'conv_2d'; did you mean 'conv2d'?"),
    "other case": ({"type": "MaxPool2d"}, "did you mean 'maxpool2d'?"),
    "axes too few": ({**CONV, "type": "conv1d"}, "shape [C, N] was expected, got shape [1, 3, 3]"),
    "weight too flat": ({**CONV, "weight": [[[1, 2]]]}, "[out, in / groups, k, k] was expected"),
    "weight as number": ({**CONV, "weight": 1}, "got shape []"),
    "weight as text": ({**CONV, "weight": "1"}, "got shape []"),
    "ragged weight": (
        {**CONV, "weight": [[[[1, 2], [3]]]]},
        "weight[0][0][1]: 2 entries were expected, as in weight[0][0][0], got 1",
    ),
    "uneven weight": ({**CONV, "weight": [[[1, [2]]]]}, "weight[0][0][1]"),
    "word in weight": (
        {**CONV, "weight": [[[["one"]]]]},
        "weight[0][0][0][0]: a number such as",
    ),
    "null in weight": ({**CONV, "weight": [[[[None]]]]}, "weight[0][0][0][0]: a number was"),
    "true in weight": ({**CONV, "weight": [[[[True]]]]}, "weight[0][0][0][0]: a number was"),
    "empty weight": ({**CONV, "weight": []}, "weight: at least one number was expected"),
    "empty kernel": ({**CONV, "weight": [[[[]]]]}, "weight: at least one number was expected"),
    "channels": (
        {**CONV, "weight": [[[[1]], [[1]]]]},
        "weight reads 2 channels in each of 1 group, but the input has 1",
    ),
    "groups": (
        {**CONV, "groups": 2},
        "weight has 1 filter, which 2 groups cannot share out",
    ),
    "no groups": ({**CONV, "groups": 0}, "groups: a positive integer was expected, got 0"),
    "biases": ({**CONV, "bias": [1, 2]}, "bias: one number or 1 of them, one for each filter"),
    "bias as word": ({**CONV, "bias": ["x"]}, "bias[0]: a number such as"),
    "no stride": ({**CONV, "stride": 0}, "stride: a positive integer was expected, got 0"),
    "half a stride": ({**CONV, "stride": 1.5}, "stride: a positive integer was expected, got 1.5"),
    "true stride": ({**CONV, "stride": True}, "stride: a positive integer was expected, got True"),
    "strides": ({**CONV, "stride": [1, 1, 1]}, "stride: a positive integer or 2 of them"),
    "negative padding": ({**CONV, "padding": -1}, "padding: a non-negative integer was expected"),
    "paddings": ({**CONV, "padding": [1]}, "padding: one integer, or one entry for each of 2 axes"),
    "dilation": ({**CONV, "dilation": 0}, "dilation: a positive integer was expected"),
    "kernel too large": (
        {**CONV, "dilation": [1, 3]},
        "the kernel spans 4 cells, but axis 1 of the padded input has 3; the output would be empty",
    ),
    "padding without end": ({**CONV, "padding": 10**6}, "more than 20000000 coefficients"),
    "upsampling without end": ({"type": "upsample", "factor": 10**5}, "more than 20000000"),
    "padding far beyond": ({**PAD, "after": 10**9}, "more than 20000000 coefficients"),
    "no kernel": ({"type": "maxpool2d"}, "key 'kernel' is missing"),
    "kernel of nothing": ({**POOL, "kernel": 0}, "kernel: a positive integer was expected, got 0"),
    "kernel as null": ({**POOL, "kernel": None}, "kernel: a positive integer was expected"),
    "pool too large": ({**POOL, "kernel": 4}, "the output would be empty"),
    "pool of padding": (
        {**POOL, "kernel": 1, "padding": 1},
        "padding: a window lies entirely in it, whose cells never win; make it smaller",
    ),
    "mean of padding": (
        {**MEAN, "kernel": 1, "padding": 1, "count_include_pad": False},
        "there is nothing to average",
    ),
    "counting as number": ({**MEAN, "count_include_pad": 1}, "true or false was expected, got 1"),
    "negative variance": ({**NORM, "var": -1}, "var[0] + eps must be positive: got -1.0 + 0.0"),
    "no variance": ({**NORM, "var": 0}, "var[0] + eps must be positive: got 0.0 + 0.0"),
    "infinite scale": ({**NORM, "gamma": 1e300, "var": 1e-300}, "scale[0]: a finite number"),
    "no eps": ({k: NORM[k] for k in NORM if k != "eps"}, "key 'eps' is missing"),
    "means": ({**NORM, "mean": [1, 2]}, "mean: one number or 1 of them, one for each channel"),
    "perm": ({"type": "transpose", "perm": [0, 1, 1]}, "each of the axes 0 to 2 was expected once"),
    "short perm": ({"type": "transpose", "perm": [0, 1]}, "perm: a non-negative integer or 3 of"),
    "perm as number": ({"type": "transpose", "perm": 1}, "perm: a list was expected, got 1"),
    "empty slice": ({**SLICE, "start": [0, 2, 0]}, "is empty; a value needs at least one"),
    "no step": ({**SLICE, "step": 0}, "step: an integer other than zero was expected, got 0"),
    "starts": ({**SLICE, "start": [0, 0]}, "start: an integer or 3 of them"),
    "pad by a list": ({**PAD, "value": [1]}, "value: a number was expected, got list"),
    "pad by less": ({**PAD, "before": [0, 0, -1]}, "before: a non-negative integer was expected"),
    "scales": (
        {**SCALE, "scale": [1, 2]},
        "scale: one number, one for each of 1 channel, or",
    ),
    "no shift": ({"type": "affine", "scale": 1}, "key 'shift' is missing"),
    "factor": ({"type": "upsample", "factor": [1, 1, 1]}, "factor: a positive integer or 2 of"),
    "shape": ({"type": "reshape", "shape": [2, 4]}, "9 values of shape [1, 3, 3] cannot have"),
    "unknown lengths": ({"type": "reshape", "shape": [-1, -1]}, "cannot have shape [-1, -1]"),
    "no shape": ({"type": "reshape", "shape": []}, "cannot have shape []"),
    "one branch": ({"type": "max", "branches": [[]]}, "must be at least 2: got 1"),
    "branches of two shapes": (
        {"type": "min", "branches": [[], [MEAN]]},
        "branch 1 has shape [1, 3, 3] and branch 2 has shape [1, 1, 1]",
    ),
    "axis": ({"type": "concat", "branches": [[], []], "axis": 3}, "axis: an integer from 0 to 2"),
    "other axes": (
        {"type": "concat", "branches": [[], [MEAN]], "axis": 1},
        "cannot be joined along axis 1; the other axes must agree",
    ),
    "alphas": ({"type": "prelu", "alpha": [1, 2]}, "for 9 units; give one for each"),
}


@pytest.mark.parametrize(("layer", "says"), BAD_LAYERS.values(), ids=BAD_LAYERS)
def test_a_layer_that_does_not_fit_is_refused_where_it_stands(
    layer: dict[str, Any], says: str, tmp_path: Path
) -> None:
    path = tmp_path / "net.json"
    path.write_text(json.dumps({"input_shape": [1, 3, 3], "layers": [{"type": "relu"}, layer]}))
    with pytest.raises(InvalidNetwork) as caught:
        load(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: layer 2 ({layer['type']}): ")
    assert "\n" not in message
    assert says in message


@pytest.mark.parametrize(
    ("type_", "says"),
    [
        ("argmax", "ask for the decision regions of the scores before it"),
        ("ArgMax", "ask for the decision regions of the scores before it"),
        ("softmax", "leave it out: the regions are those of the scores before it"),
        ("sigmoid", "use hard_sigmoid or clip instead"),
        ("layer_norm", "use batchnorm's constants folded into the next linear layer instead"),
    ],
)
def test_a_layer_without_finitely_many_pieces_is_refused_with_advice(type_: str, says: str) -> None:
    document = {"input_shape": [2], "layers": [{"type": type_}]}
    with pytest.raises(NotPiecewiseLinear, match=r"layer 1 .*" + says):
        network_from_json(document)


def complaint(document: dict[str, Any]) -> str:
    """The message with which a network is refused; empty if it is read."""
    try:
        network_from_json(document)
    except LinregError as error:
        return str(error)
    return ""


def test_a_flat_value_is_no_image_until_it_is_reshaped() -> None:
    layers = [{"type": "flatten"}, POOL]
    with pytest.raises(InvalidNetwork, match=r"\[C, H, W\] was expected, got shape \[9\]; reshape"):
        network_from_json({"input_shape": [1, 3, 3], "layers": layers})
    with pytest.raises(InvalidNetwork, match=r"global_maxpool\): .*got \[2\]; reshape it first"):
        network_from_json({"input_shape": [2], "layers": [{"type": "global_maxpool"}]})


KEYS = (
    "weight bias stride padding dilation groups kernel perm start stop step before after value "
    "scale shift factor shape axis alpha"
)
NUMBERS = st.sampled_from([0, 1, 2, -1, 10**20, 1.5, "1/3", "x", None, True, 1e308])
VALUES = st.recursive(NUMBERS, lambda inner: st.lists(inner, max_size=3), max_leaves=8)
LAYERS = [CONV, POOL, MEAN, NORM, SLICE, PAD, SCALE, {"type": "upsample", "factor": 2}]
LAYERS += [{"type": "transpose", "perm": [2, 1, 0]}, {"type": "reshape", "shape": [9]}]


@settings(max_examples=300)
@given(layer=st.sampled_from(LAYERS), key=st.sampled_from(KEYS.split()), value=VALUES)
def test_a_layer_with_foreign_values_is_read_or_refused(
    layer: dict[str, Any], key: str, value: object
) -> None:
    document = {"input_shape": [1, 3, 3], "layers": [{**layer, key: value}]}
    assert "\n" not in complaint(document)


def test_a_map_too_large_to_be_spelled_with_its_zeros_is_not_written() -> None:
    map_, _ = pad_map([2000], 0, 10_000)
    net = Network((2000,), (AffineNode("pad", (INPUT,), map_),), "pad")
    with pytest.raises(UnwritableFile, match=r"pad: .*12000 x 2000 numbers of an affine map"):
        network_to_json(net)
