"""Networks read from ONNX files compute what onnxruntime does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import linreg
from linreg.errors import InvalidNetwork
from linreg.units import clip, relu

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

from onnx import TensorProto, defs, helper
from onnx_models import OPSET, model_of, node, run, written

RNG = np.random.default_rng(0)
IMAGE = (1, 3, 6, 5)


def floats(*shape: int) -> np.ndarray:
    return RNG.normal(size=shape).astype(np.float32)


def ints(*numbers: int) -> np.ndarray:
    return np.array(numbers, dtype=np.int64)


def agreed(path: Path, *, scale: float = 1.0) -> linreg.Network:
    """The network in a file, once it is seen to agree with onnxruntime."""
    net = linreg.load(path)
    points = np.random.default_rng(1).normal(size=(8, net.input_dim)) * scale
    points = points.astype(np.float32).astype(np.float64)
    np.testing.assert_allclose(net.forward(points), run(path, points), rtol=2e-5, atol=2e-5)
    return net


W34, B4 = floats(3, 4), floats(4)
VECTOR_CASES: dict[str, tuple[list[Any], dict[str, np.ndarray]]] = {
    "relu": ([node("Relu", "x")], {}),
    "leaky": ([node("LeakyRelu", "x", alpha=0.3)], {}),
    "leaky default": ([node("LeakyRelu", "x")], {}),
    "prelu": ([node("PRelu", "x", "s")], {"s": floats(4)}),
    "prelu of one": ([node("PRelu", "x", "s")], {"s": floats(1)}),
    "abs": ([node("Abs", "x")], {}),
    "neg": ([node("Neg", "x")], {}),
    "clip": ([node("Clip", "x", "lo", "hi")], {"lo": np.float32(-0.5), "hi": np.float32(0.25)}),
    "clip below": ([node("Clip", "x", "lo")], {"lo": np.float32(0.5)}),
    "clip above": ([node("Clip", "x", "", "hi")], {"hi": np.float32(0.5)}),
    "clip nowhere": ([node("Clip", "x")], {}),
    "hard sigmoid": ([node("HardSigmoid", "x", alpha=1 / 6, beta=0.5)], {}),
    "hard sigmoid default": ([node("HardSigmoid", "x")], {}),
    "soft shrink": ([node("Shrink", "x", lambd=0.5, bias=0.5)], {}),
    "thresholded at 0": ([node("ThresholdedRelu", "x", alpha=0.0)], {}),
    "matmul": ([node("MatMul", "x", "w")], {"w": floats(4, 3)}),
    "gemm": ([node("Gemm", "x", "w", "b", transB=1)], {"w": floats(3, 4), "b": floats(3)}),
    "gemm scaled": (
        [node("Gemm", "x", "w", "b", alpha=0.5, beta=2.0)],
        {"w": floats(4, 3), "b": floats(1, 3)},
    ),
    "gemm without bias": ([node("Gemm", "x", "w", alpha=2.0)], {"w": floats(4, 3)}),
    "gemm from the left": (
        [node("Gemm", "w", "x", transA=1, transB=1)],
        {"w": floats(4, 3)},
    ),
    "add": ([node("Add", "x", "b")], {"b": B4}),
    "add itself": ([node("Add", "x", "x")], {}),
    "subtract from": ([node("Sub", "b", "x")], {"b": B4}),
    "multiply": ([node("Mul", "b", "x")], {"b": B4}),
    "divide": ([node("Div", "x", "b")], {"b": B4}),
    "sum of three": ([node("Sum", "x", "b", "x")], {"b": B4}),
    "mean of three": ([node("Mean", "x", "b", "x")], {"b": B4}),
    "max with a constant": ([node("Max", "x", "b")], {"b": B4}),
    "min with two": ([node("Min", "b", "x", "c")], {"b": B4, "c": floats(1, 4)}),
    "max of values": (
        [node("MatMul", "x", "w", output="m"), node("Max", "x", "m", "b")],
        {"w": floats(4, 4), "b": B4},
    ),
    "min of values": (
        [node("MatMul", "x", "w", output="m"), node("Min", "x", "m")],
        {"w": floats(4, 4)},
    ),
    "concat with a constant": (
        [node("Relu", "x", output="r"), node("Concat", "r", "b", "x", axis=1)],
        {"b": floats(1, 2)},
    ),
    "identity": ([node("Identity", "x")], {}),
    "dropout": ([node("Dropout", "x")], {}),
    "cast to double and back": (
        [node("Cast", "x", output="d", to=TensorProto.DOUBLE), node("Cast", "d", to=1)],
        {},
    ),
    "expand": ([node("Expand", "x", "s")], {"s": ints(3, 1, 4)}),
    "tile": ([node("Tile", "x", "s")], {"s": ints(1, 2)}),
    "gather": ([node("Gather", "x", "i", axis=1)], {"i": ints(3, 0, -1)}),
    "reduce max": ([node("ReduceMax", "x", axes=[1], keepdims=0)], {}),
    "reduce min": ([node("ReduceMin", "x", axes=[-1])], {}),
    "reduce all": ([node("ReduceMean", "x")], {}),
    "constant output": ([node("Mul", "b", "b")], {"b": B4}),
}


@pytest.mark.parametrize("name", VECTOR_CASES)
def test_an_operator_on_vectors_agrees(name: str, tmp_path: Path) -> None:
    nodes, weights = VECTOR_CASES[name]
    agreed(written(tmp_path, model_of(nodes, ["N", 4], weights)))


IMAGE_CASES: dict[str, tuple[list[Any], dict[str, np.ndarray]]] = {
    "conv": ([node("Conv", "x", "w", "b")], {"w": floats(2, 3, 3, 2), "b": floats(2)}),
    "conv same upper": (
        [node("Conv", "x", "w", auto_pad="SAME_UPPER", strides=[2, 2])],
        {"w": floats(2, 3, 3, 2)},
    ),
    "conv same lower": (
        [node("Conv", "x", "w", auto_pad="SAME_LOWER", strides=[2, 3])],
        {"w": floats(2, 3, 2, 2)},
    ),
    "conv valid": ([node("Conv", "x", "w", auto_pad="VALID")], {"w": floats(2, 3, 2, 2)}),
    "conv uneven": (
        [node("Conv", "x", "w", pads=[0, 1, 2, 0], dilations=[2, 1])],
        {"w": floats(2, 3, 2, 2)},
    ),
    "batch norm": (
        [node("BatchNormalization", "x", "g", "b", "m", "v", epsilon=0.1)],
        {"g": floats(3), "b": floats(3), "m": floats(3), "v": abs(floats(3))},
    ),
    "max pool": ([node("MaxPool", "x", kernel_shape=[2, 3], strides=[2, 1])], {}),
    "average pool": ([node("AveragePool", "x", kernel_shape=[3, 3], pads=[1, 1, 1, 1])], {}),
    "average pool same": (
        [node("AveragePool", "x", kernel_shape=[3, 2], auto_pad="SAME_UPPER")],
        {},
    ),
    "global average": ([node("GlobalAveragePool", "x")], {}),
    "global max": ([node("GlobalMaxPool", "x")], {}),
    "mean over space": ([node("ReduceMean", "x", axes=[2, 3], keepdims=0)], {}),
    "sum over channels": ([node("ReduceSum", "x", "a", keepdims=0)], {"a": ints(1)}),
    "flatten": ([node("Flatten", "x")], {}),
    "flatten later": ([node("Flatten", "x", axis=-2)], {}),
    "transpose": ([node("Transpose", "x", perm=[0, 2, 3, 1])], {}),
    "transpose all": ([node("Transpose", "x")], {}),
    "slice": (
        [node("Slice", "x", "s", "e", "a", "d")],
        {"s": ints(1, -1), "e": ints(100, -100), "a": ints(2, 3), "d": ints(2, -1)},
    ),
    "squeeze": (
        [node("Slice", "x", "s", "e", "a", output="t"), node("Squeeze", "t", "a")],
        {"s": ints(1), "e": ints(2), "a": ints(1)},
    ),
    "unsqueeze": ([node("Unsqueeze", "x", "a")], {"a": ints(1, -1)}),
    "reshape": ([node("Reshape", "x", "s")], {"s": ints(0, -1, 5)}),
    "pad": ([node("Pad", "x", "p", "c")], {"p": ints(0, 0, 1, 0, 0, 1, 0, 2), "c": np.float32(7)}),
    "pad cutting": ([node("Pad", "x", "p")], {"p": ints(0, 0, -1, 0, 0, 0, 2, -1)}),
    "pad reflecting": (
        [node("Pad", "x", "p", mode="reflect")],
        {"p": ints(0, 0, 1, 2, 0, 0, 2, 1)},
    ),
    "pad repeating": ([node("Pad", "x", "p", mode="edge")], {"p": ints(0, 0, 1, 2, 0, 0, 2, 1)}),
    "prelu by channel": ([node("PRelu", "x", "s")], {"s": floats(3, 1, 1)}),
    "matmul on the last axis": ([node("MatMul", "x", "w")], {"w": floats(5, 2)}),
    "matmul from the left": ([node("MatMul", "w", "x")], {"w": floats(2, 6)}),
    "matmul by channel": ([node("MatMul", "x", "w")], {"w": floats(3, 5, 2)}),
    "matmul with a vector": ([node("MatMul", "x", "w")], {"w": floats(5)}),
    "resize": (
        [
            node(
                "Resize",
                "x",
                "",
                "s",
                mode="nearest",
                coordinate_transformation_mode="asymmetric",
                nearest_mode="floor",
            )
        ],
        {"s": np.array([1, 1, 2, 3], dtype=np.float32)},
    ),
    "resize to a size": (
        [node("Resize", "x", "", "", "s", mode="nearest")],
        {"s": ints(1, 3, 9, 3)},
    ),
    "resize with aligned corners": (
        [
            node(
                "Resize",
                "x",
                "",
                "",
                "s",
                mode="nearest",
                nearest_mode="ceil",
                coordinate_transformation_mode="align_corners",
            )
        ],
        {"s": ints(1, 3, 4, 8)},
    ),
    "split": (
        [
            helper.make_node("Split", ["x", "s"], ["a", "b"], axis=1),
            node("Concat", "b", "a", axis=1),
        ],
        {"s": ints(1, 2)},
    ),
    "split evenly": (
        [helper.make_node("Split", ["x"], ["a", "b"], axis=2), node("Sub", "b", "a")],
        {},
    ),
}


@pytest.mark.parametrize("name", IMAGE_CASES)
def test_an_operator_on_images_agrees(name: str, tmp_path: Path) -> None:
    nodes, weights = IMAGE_CASES[name]
    net = agreed(written(tmp_path, model_of(nodes, IMAGE, weights)))
    assert net.input_shape == IMAGE[1:]


@given(
    axes=st.sampled_from([1, 2]),
    sizes=st.tuples(*[st.integers(1, 6)] * 2),
    kernel=st.tuples(*[st.integers(1, 3)] * 2),
    strides=st.tuples(*[st.integers(1, 3)] * 2),
    pads=st.tuples(*[st.integers(0, 2)] * 4),
    dilations=st.tuples(*[st.integers(1, 2)] * 2),
    groups=st.sampled_from([1, 2]),
)
def test_convolutions_of_any_setting_agree(
    axes: int, groups: int, tmp_path_factory: pytest.TempPathFactory, **drawn: Any
) -> None:
    sizes, kernel, strides, dilations = (
        list(drawn[key][:axes]) for key in ("sizes", "kernel", "strides", "dilations")
    )
    pads = list(drawn["pads"][: 2 * axes])
    for k in range(axes):
        assume(sizes[k] + pads[k] + pads[k + axes] > dilations[k] * (kernel[k] - 1))
    settings = {"strides": strides, "pads": pads, "dilations": dilations, "group": groups}
    made = node("Conv", "x", "w", "b", **settings)
    weights = {"w": floats(4, 4 // groups, *kernel), "b": floats(4)}
    path = tmp_path_factory.getbasetemp() / "conv.onnx"
    path.write_bytes(model_of([made], ["N", 4, *sizes], weights).SerializeToString())
    agreed(path)


@given(
    axes=st.sampled_from([1, 2]),
    largest=st.booleans(),
    sizes=st.tuples(*[st.integers(3, 7)] * 2),
    kernel=st.tuples(*[st.integers(1, 3)] * 2),
    strides=st.tuples(*[st.integers(1, 3)] * 2),
    pads=st.tuples(*[st.integers(0, 2)] * 4),
    ceil=st.booleans(),
    counted=st.booleans(),
)
def test_pools_of_any_setting_agree(
    axes: int,
    largest: bool,
    ceil: bool,
    counted: bool,
    tmp_path_factory: pytest.TempPathFactory,
    **drawn: Any,
) -> None:
    sizes, kernel, strides = (list(drawn[key][:axes]) for key in ("sizes", "kernel", "strides"))
    pads = list(drawn["pads"][: 2 * axes])
    for k in range(axes):
        assume(max(pads[k], pads[k + axes]) < kernel[k])
    settings: dict[str, Any] = {"kernel_shape": kernel, "strides": strides, "pads": pads}
    if not largest:
        settings["count_include_pad"] = int(counted)
    made = node("MaxPool" if largest else "AveragePool", "x", ceil_mode=int(ceil), **settings)
    path = tmp_path_factory.getbasetemp() / "pool.onnx"
    # Before opset 19, onnxruntime 1.22 also counts places that no padding reaches.
    opset = 19 if ceil and counted and not largest else OPSET
    path.write_bytes(model_of([made], [1, 2, *sizes], opset=opset).SerializeToString())
    net = agreed(path)
    assert bool(net.staged.units) == largest


@pytest.mark.parametrize("opset", [11, 18, 19])
def test_a_window_beyond_the_padding_is_divided_by_what_is_in_it(
    opset: int, tmp_path: Path
) -> None:
    """Of (1, 2, 6) and one zero: the mean of the first three is 3, and that of the last two 3."""
    settings = {"kernel_shape": [3], "strides": [2], "pads": [0, 1]}
    made = node("AveragePool", "x", ceil_mode=1, count_include_pad=1, **settings)
    net = linreg.load(written(tmp_path, model_of([made], [1, 1, 3], opset=opset)))
    np.testing.assert_allclose(net.forward([[1, 2, 6]]), [[3, 3]])


@pytest.mark.parametrize("opset", [7, 9, 11, 13, 15, 18, 21, 22, 24])
def test_every_opset_names_axes_and_bounds_in_its_own_way(opset: int, tmp_path: Path) -> None:
    """Axes, splits, pads and bounds were attributes before they were inputs."""
    weights: dict[str, np.ndarray] = {"w": floats(2, 1, 3, 3), "c": floats(8, 3)}
    settings: dict[str, dict[str, Any]] = {"pad": {}, "clip": {}, "slice": {}, "mean": {}}
    inputs: dict[str, list[str]] = {key: [] for key in settings}

    def given(operator: str, name: str, value: Any, since: int, kind: type = np.int64) -> None:
        if opset < since:
            settings[operator][name] = value
        else:
            inputs[operator].append(f"{operator}.{name}")
            weights[f"{operator}.{name}"] = np.array(value, dtype=kind)

    given("pad", "pads", [0, 0, 1, 0, 0, 0, 0, 1], 11)
    given("clip", "min", -0.5, 11, np.float32)
    given("clip", "max", 1.5, 11, np.float32)
    given("slice", "starts", [1, 0], 10)
    given("slice", "ends", [5, 4], 10)
    given("slice", "axes", [2, 3], 10)
    given("mean", "axes", [3], 18)
    nodes = [
        node("Pad", "x", *inputs["pad"], output="p", **settings["pad"]),
        node("Conv", "p", "w", output="v", pads=[1, 1, 1, 1]),
        node("Clip", "v", *inputs["clip"], output="k", **settings["clip"]),
        node("Slice", "k", *inputs["slice"], output="s", **settings["slice"]),
        node("ReduceMean", "s", *inputs["mean"], output="m", keepdims=0, **settings["mean"]),
        node("Flatten", "m", output="f"),
        node("MatMul", "f", "c"),
    ]
    path = written(tmp_path, model_of(nodes, [1, 1, 5, 4], weights, opset=opset))
    if opset > defs.onnx_opset_version():
        with pytest.raises(InvalidNetwork, match=f"opset {opset} is not known"):
            linreg.load(path)
        return
    net = agreed(path)
    assert set(net.staged.units) == {clip(-0.5, 1.5)}


def test_shapes_that_are_computed_in_the_graph_are_constants(tmp_path: Path) -> None:
    """How exporters flatten a batch of any length."""
    nodes = [
        node("Shape", "x", output="shape"),
        node("Gather", "shape", "zero", output="batch", axis=0),
        node("Unsqueeze", "batch", "axis", output="batches"),
        node("Concat", "batches", "rest", output="wanted", axis=0),
        node("Reshape", "x", "wanted", output="flat"),
        helper.make_node("Constant", [], ["w"], value_floats=[2.0]),
        node("Mul", "flat", "w"),
    ]
    weights = {"zero": np.int64(0), "axis": ints(0), "rest": ints(-1)}
    net = agreed(written(tmp_path, model_of(nodes, ["N", 3, 2], weights)))
    assert (net.staged.readout.matrix == 2 * np.eye(6, dtype=int)).all()


def test_weights_that_are_computed_in_the_graph_are_constants(tmp_path: Path) -> None:
    nodes = [
        node("Transpose", "w", output="t"),
        node("ConstantOfShape", "s", output="ones", value=helper.make_tensor("v", 1, [1], [3.0])),
        node("Mul", "t", "ones", output="scaled"),
        node("Sqrt", "v", output="root"),
        node("Div", "scaled", "root", output="weight"),
        node("MatMul", "x", "weight"),
    ]
    weights = {"w": floats(2, 4), "s": ints(4, 2), "v": np.float32(0.25)}
    net = agreed(written(tmp_path, model_of(nodes, [1, 4], weights)))
    expected = 6 * weights["w"].astype(np.float64)
    assert (net.staged.readout.matrix.astype(float) == expected).all()


@pytest.mark.parametrize("kind", ["float16", "float32", "float64", "bfloat16"])
def test_weights_are_the_numbers_of_their_own_type(kind: str, tmp_path: Path) -> None:
    code = {"float16": 10, "float32": 1, "float64": 11, "bfloat16": 16}[kind]
    tensor = helper.make_tensor("w", code, [1, 3], [0.1, -2.5, 1 / 3])
    model = model_of([node("Gemm", "x", "w", transB=1)], [1, 3], kind=code)
    model.graph.initializer.append(tensor)
    net = linreg.load(written(tmp_path, model))
    digits = {"float16": 11, "float32": 24, "float64": 53, "bfloat16": 8}[kind]
    for entry, wanted in zip(net.staged.readout.matrix[0], (0.1, -2.5, 1 / 3), strict=True):
        assert abs(float(entry) - wanted) <= abs(wanted) * 2.0**-digits * 1.01
        assert abs(entry.numerator).bit_length() <= digits
        assert (entry == wanted) == (kind == "float64" or wanted == -2.5)


@pytest.mark.parametrize("operator", ["Softmax", "LogSoftmax", "Sigmoid"])
@pytest.mark.parametrize("after", [[], ["Identity"], ["Flatten", "Identity"]])
def test_a_last_softmax_or_sigmoid_is_left_out_with_a_note(
    operator: str, after: list[str], tmp_path: Path
) -> None:
    names = ["s", *(f"t{k}" for k in range(len(after)))]
    names[-1] = "y"
    nodes = [node("MatMul", "x", "w", output="r"), node(operator, "r", output=names[0])]
    nodes += [node(op, names[k], output=names[k + 1]) for k, op in enumerate(after)]
    net = linreg.load(written(tmp_path, model_of(nodes, [1, 3], {"w": floats(3, 2)})))
    assert "at the end is left out" in net.notes[0]
    plain = model_of([node("MatMul", "x", "w")], [1, 3], {"w": floats(3, 2)})
    assert linreg.load(written(tmp_path, plain)).notes == ()
    assert net.staged.readout.n_outputs == 2


def test_a_clip_that_ends_at_the_largest_float_is_a_relu(tmp_path: Path) -> None:
    largest = np.finfo(np.float32).max
    model = model_of([node("Clip", "x", min=0.0, max=float(largest))], [1, 2], opset=7)
    assert linreg.load(written(tmp_path, model)).staged.units == (relu(),) * 2


def test_what_the_output_does_not_need_is_not_read(tmp_path: Path) -> None:
    nodes = [node("Tanh", "x", output="unused"), node("Relu", "x")]
    assert linreg.load(written(tmp_path, model_of(nodes, [1, 2]))).staged.units == (relu(),) * 2


def test_weights_in_a_file_beside_the_model_are_read(tmp_path: Path) -> None:
    import onnx

    model = model_of([node("MatMul", "x", "w")], [1, 40], {"w": floats(40, 30)})
    whole = linreg.load(written(tmp_path, model, "whole.onnx"))
    path = tmp_path / "net.onnx"
    onnx.save(model, str(path), save_as_external_data=True, location="net.onnx.data")
    assert (tmp_path / "net.onnx.data").exists()
    assert linreg.load(path).fingerprint == whole.fingerprint


def test_functions_of_the_model_are_put_in_place(tmp_path: Path) -> None:

    function = helper.make_function(
        "own",
        "Twice",
        ["a"],
        ["b"],
        [node("Add", "a", "a", output="b")],
        [helper.make_opsetid("", 17)],
    )
    model = model_of([helper.make_node("Twice", ["x"], ["y"], domain="own")], [1, 2])
    model.functions.append(function)
    model.opset_import.append(helper.make_opsetid("own", 1))
    net = linreg.load(written(tmp_path, model))
    assert (net.staged.readout.matrix == 2 * np.eye(2, dtype=int)).all()


def test_a_model_converts_to_json_without_changing_its_stages(tmp_path: Path) -> None:
    nodes, weights = IMAGE_CASES["max pool"]
    net = linreg.load(written(tmp_path, model_of(nodes, IMAGE, weights)))
    linreg.save(net, tmp_path / "net.json")
    assert linreg.load(tmp_path / "net.json").fingerprint == net.fingerprint
    assert linreg.load_domain(tmp_path / "net.onnx") is None


def test_the_layers_of_the_graph_are_noted(tmp_path: Path) -> None:
    nodes = [
        node("Conv", "x", "w", output="c", name="first"),
        node("Relu", "c", output="r", name="second"),
        node("Flatten", "r"),
    ]
    net = linreg.load(written(tmp_path, model_of(nodes, [1, 1, 3, 3], {"w": floats(2, 1, 2, 2)})))
    found = [
        (n.name, n.kind, n.in_shape, n.out_shape, len(n.units), n.parameters) for n in net.layers
    ]
    assert found == [
        ("first", "Conv", (1, 3, 3), (2, 2, 2), 0, 8),
        ("second", "Relu", (2, 2, 2), (2, 2, 2), 8, 0),
        ("y", "Flatten", (2, 2, 2), (8,), 0, 0),
    ]
