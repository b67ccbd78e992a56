"""A bad ONNX file is refused in one line that says where and why, and nothing in it is run."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import linreg
from linreg.errors import InvalidNetwork, LinregError, NotPiecewiseLinear, UnreadableFile

pytest.importorskip("onnx")

import onnx
from onnx import TensorProto, helper, numpy_helper
from onnx_models import model_of, node, written

WEIGHTS = {"w": np.arange(6, dtype=np.float32).reshape(3, 2)}
GOOD = model_of([node("MatMul", "x", "w", output="m"), node("Relu", "m")], [1, 3], WEIGHTS)


def refusal(path: Path) -> LinregError:
    """The error with which a file is refused, whose message is one line that starts with it."""
    with pytest.raises(LinregError) as caught:
        linreg.load(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert message.count(str(path)) == 1
    assert len(message.splitlines()) == 1
    return caught.value


def complaint(path: Path) -> str:
    """The message with which a file is refused; empty if it is read."""
    try:
        linreg.load(path)
    except LinregError as error:
        return str(error)
    return ""


def changed(change: Callable[[Any], object]) -> Any:
    """The good model with a change made to it."""
    model = onnx.ModelProto()
    model.CopyFrom(GOOD)
    change(model)
    return model


def two_outputs(model: Any) -> None:
    model.graph.output.append(helper.make_tensor_value_info("m", TensorProto.FLOAT, [1, 2]))


def external(location: str, offset: str = "0", length: str = "24") -> Callable[[Any], None]:
    def change(model: Any) -> None:
        tensor = model.graph.initializer[0]
        tensor.ClearField("raw_data")
        tensor.data_location = TensorProto.EXTERNAL
        for key, value in (("location", location), ("offset", offset), ("length", length)):
            tensor.external_data.add(key=key, value=value)

    return change


def of_shape(*shape: int | str) -> Any:
    return model_of([node("Relu", "x")], shape)


def with_weight(operator: str, array: np.ndarray, **more: Any) -> Any:
    return model_of([node(operator, "x", "w", **more)], [1, 3], {"w": array})


BAD: dict[str, tuple[Any, type[LinregError], str]] = {
    "no input": (
        changed(lambda model: model.graph.ClearField("input")),
        InvalidNetwork,
        "the graph has no input; a network has one",
    ),
    "several outputs": (
        changed(two_outputs),
        InvalidNetwork,
        "a graph with one output was expected, got 2: 'y', 'm'",
    ),
    "no output": (
        changed(lambda model: model.graph.ClearField("output")),
        InvalidNetwork,
        "a graph with one output was expected, got 0: none",
    ),
    "no graph": (
        changed(lambda model: model.ClearField("graph")),
        UnreadableFile,
        "it has no version or no graph",
    ),
    "missing initialiser": (
        changed(lambda model: model.graph.ClearField("initializer")),
        InvalidNetwork,
        "node 'm' (MatMul): 'w' is read, which neither an initialiser nor an earlier node gives",
    ),
    "missing weight file": (
        changed(external("weights.bin")),
        UnreadableFile,
        "tensor 'w': its data lie in 'weights.bin', which is missing",
    ),
    "weight file outside": (
        changed(external("../weights.bin")),
        UnreadableFile,
        "which is not beside the model",
    ),
    "weight file elsewhere": (
        changed(external("/etc/passwd")),
        UnreadableFile,
        "which is not beside the model",
    ),
    "old opset": (
        model_of([node("Relu", "x")], [1, 3], opset=5),
        InvalidNetwork,
        "opset 5 is too old",
    ),
    "opset of the future": (
        model_of([node("Relu", "x")], [1, 3], opset=999),
        InvalidNetwork,
        "opset 999 is not known to the installed package onnx",
    ),
    "free shape": (of_shape("N", "width"), InvalidNetwork, "its shape is [N, width], but only"),
    "free vector": (of_shape("N"), InvalidNetwork, "its shape is [N], but only the first axis"),
    "batch of two": (of_shape(2, 3), InvalidNetwork, "the batch, which must be 1 or free: got 2"),
    "no shape": (of_shape(), InvalidNetwork, "its shape is not given"),
    "huge input": (of_shape(1, 10**9), InvalidNetwork, "at most 1000000 values"),
    "integer input": (
        model_of([node("Relu", "x")], [1, 3], kind=TensorProto.INT32),
        InvalidNetwork,
        "input 'x': floats were expected, got INT32",
    ),
    "tanh": (
        model_of([node("Tanh", "x", output="y")], [1, 3]),
        NotPiecewiseLinear,
        "node 'y' (Tanh): 'Tanh' is not piecewise linear, so the network has no finite set of "
        "linear regions; use hardtanh instead",
    ),
    "softmax inside": (
        model_of([node("Softmax", "x", output="s"), node("Relu", "s")], [1, 3]),
        NotPiecewiseLinear,
        "node 'y' (Relu): 'Softmax' is not piecewise linear",
    ),
    "softmax of a sigmoid": (
        model_of([node("Sigmoid", "x", output="s"), node("Softmax", "s")], [1, 3]),
        NotPiecewiseLinear,
        "node 'y' (Softmax): 'Sigmoid' is not piecewise linear",
    ),
    "argmax": (
        model_of([node("ArgMax", "x", axis=1)], [1, 3]),
        NotPiecewiseLinear,
        "leave it out, and ask for the decision regions of the scores before it",
    ),
    "quantised": (
        model_of([node("DynamicQuantizeLinear", "x")], [1, 3]),
        NotPiecewiseLinear,
        "'DynamicQuantizeLinear' rounds, so it is not continuous",
    ),
    "floor": (
        model_of([node("Floor", "x")], [1, 3]),
        NotPiecewiseLinear,
        "'Floor' is not a continuous piecewise-linear function",
    ),
    "cast to integers": (
        model_of([node("Cast", "x", to=TensorProto.INT64)], [1, 3]),
        NotPiecewiseLinear,
        "to INT64 rounds",
    ),
    "loop": (
        model_of([node("Loop", "", "", "x", body=GOOD.graph)], [1, 3]),
        InvalidNetwork,
        "'Loop' is control flow, which is not supported",
    ),
    "unknown operator": (
        model_of([node("Det", "x")], [1, 1]),
        InvalidNetwork,
        "operator 'Det' is not supported; supported: Abs, Add",
    ),
    "foreign operator": (
        model_of([helper.make_node("Relu", ["x"], ["y"], domain="com.example")], [1, 3]),
        InvalidNetwork,
        "operator 'com.example.Relu' is not supported",
    ),
    "missing attribute": (
        model_of([node("MaxPool", "x")], [1, 1, 3, 3]),
        InvalidNetwork,
        "not as ONNX says: Required attribute 'kernel_shape' is missing",
    ),
    "product of values": (
        model_of([node("Mul", "x", "x")], [1, 3]),
        NotPiecewiseLinear,
        "the product of two values of the network",
    ),
    "quotient by a value": (
        model_of([node("Div", "w", "x")], [1, 3], {"w": np.ones(3, dtype=np.float32)}),
        NotPiecewiseLinear,
        "division by a value of the network",
    ),
    "division by zero": (
        with_weight("Div", np.zeros(3, dtype=np.float32)),
        InvalidNetwork,
        "a divisor is zero",
    ),
    "infinite weight": (
        with_weight("MatMul", np.array([[1.0], [np.inf], [0]], dtype=np.float32)),
        InvalidNetwork,
        "node 'y' (MatMul): weight[1][0]: a finite number was expected, got inf",
    ),
    "complex weight": (
        with_weight("MatMul", np.ones((3, 1), dtype=np.complex64)),
        InvalidNetwork,
        "numbers of type COMPLEX64 are not supported",
    ),
    "shapes that do not chain": (
        with_weight("MatMul", np.ones((2, 2), dtype=np.float32)),
        InvalidNetwork,
        "matrices of shapes [1, 3] and [2, 2] cannot be multiplied",
    ),
    "shapes that do not broadcast": (
        with_weight("Add", np.ones(2, dtype=np.float32)),
        InvalidNetwork,
        "values of shapes [1, 3] and [2] cannot be combined",
    ),
    "reshape": (
        with_weight("Reshape", np.array([2, 2])),
        InvalidNetwork,
        "shape [1, 3]: cannot reshape array of size 3 into shape (2,2)",
    ),
    "shape from the input": (
        model_of([node("Reshape", "x", "x")], [1, 3]),
        InvalidNetwork,
        "shape is computed from the network's input",
    ),
    "huge expansion": (
        with_weight("Expand", np.array([10**9, 3])),
        InvalidNetwork,
        "more than 1000000 values are not read",
    ),
    "huge padding": (
        with_weight("Pad", np.array([0, 0, 0, 10**12])),
        InvalidNetwork,
        "more than 1000000 values are not read",
    ),
    "jumping unit": (
        model_of([node("ThresholdedRelu", "x", alpha=1.0)], [1, 3]),
        InvalidNetwork,
        "a unit must be continuous",
    ),
    "batch norm in training": (
        model_of(
            [node("BatchNormalization", "x", "s", "s", "s", "s", training_mode=1)],
            [1, 3],
            {"s": np.ones(3, dtype=np.float32)},
        ),
        InvalidNetwork,
        "training_mode is on",
    ),
    "cubic interpolation": (
        model_of(
            [node("Resize", "x", "", "s", mode="cubic")],
            [1, 1, 2, 2],
            {"s": np.array([1, 1, 2, 2], dtype=np.float32)},
        ),
        InvalidNetwork,
        "mode 'cubic' is not supported; 'nearest' and 'linear' are",
    ),
    "unused second output": (
        model_of(
            [
                helper.make_node("MaxPool", ["x"], ["p", "i"], kernel_shape=[2]),
                node("Identity", "i"),
            ],
            [1, 1, 3],
        ),
        InvalidNetwork,
        "'i' is read, which neither",
    ),
    "nothing left": (
        model_of([node("Slice", "x", "s", "s")], [1, 3], {"s": np.array([1, 1])}),
        InvalidNetwork,
        "nothing is left of it",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_model_that_is_no_network_is_refused_where_it_is_not(name: str, tmp_path: Path) -> None:
    model, error, says = BAD[name]
    found = refusal(written(tmp_path, model))
    assert type(found) is error
    assert says in str(found)


def test_bytes_that_are_no_model_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "net.onnx"
    for data, says in ((b"", "the file is empty"), (b"{}", "not an ONNX model")):
        path.write_bytes(data)
        assert says in str(refusal(path))
    path.unlink()
    assert str(refusal(path)) == f"{path}: there is no such file"


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_model_that_was_cut_short_is_refused(share: float, tmp_path: Path) -> None:
    path = written(tmp_path, GOOD)
    data = path.read_bytes()
    path.write_bytes(data[: int(share * len(data))])
    assert isinstance(refusal(path), UnreadableFile | InvalidNetwork)


def test_a_tensor_whose_data_do_not_fit_its_shape_is_refused(tmp_path: Path) -> None:
    def cut(model: Any) -> None:
        tensor = model.graph.initializer[0]
        tensor.raw_data = tensor.raw_data[:-4]

    error = refusal(written(tmp_path, changed(cut)))
    assert "initialiser 'w': its data cannot be read" in str(error)


@settings(max_examples=300, deadline=None)
@given(place=st.integers(0, 10**6), byte=st.integers(0, 255))
def test_a_model_with_a_foreign_byte_is_read_or_refused(
    place: int, byte: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "foreign.onnx"
    nodes = [
        node("Conv", "x", "c", "b", output="v", pads=[1, 1, 1, 1], name="conv"),
        node("MaxPool", "v", output="p", kernel_shape=[2, 2], strides=[2, 2]),
        node("Reshape", "p", "s", output="f"),
        node("Clip", "f", "lo", "hi", output="k"),
        node("Gemm", "k", "w", "b", transB=1),
    ]
    weights = {
        "c": np.ones((2, 1, 3, 3), dtype=np.float32),
        "b": np.ones(2, dtype=np.float32),
        "s": np.array([1, -1]),
        "lo": np.float32(0),
        "hi": np.float32(1),
        "w": np.ones((2, 8), dtype=np.float32),
    }
    data = bytearray(model_of(nodes, [1, 1, 4, 4], weights).SerializeToString())
    data[place % len(data)] = byte
    path.write_bytes(bytes(data))
    assert len(complaint(path).splitlines()) <= 1


def test_a_deep_network_is_no_deep_recursion(tmp_path: Path) -> None:
    names = ["x", *(f"r{k}" for k in range(1500))]
    nodes = [node("Relu", a, output=b) for a, b in pairwise(names)]
    net = linreg.load(written(tmp_path, model_of(nodes, [1, 1], output=names[-1])))
    assert len(net.staged.units) == 1500


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Makes a package one that is not installed."""
    real = builtins.__import__

    def hide(package: str) -> None:
        def absent(name: str, *arguments: Any, **named: Any) -> Any:
            if name.split(".")[0] == package:
                raise ModuleNotFoundError(f"No module named {package!r}")
            return real(name, *arguments, **named)

        for name in [name for name in sys.modules if name.split(".")[0] == package]:
            monkeypatch.delitem(sys.modules, name)
        monkeypatch.setattr(builtins, "__import__", absent)

    return hide


def test_without_the_package_onnx_the_extra_is_named(
    without: Callable[[str], None], tmp_path: Path
) -> None:
    path = written(tmp_path, GOOD)
    without("onnx")
    error = refusal(path)
    assert isinstance(error, UnreadableFile)
    assert str(error).endswith(
        "reading .onnx files needs the package onnx, which is not installed; pip install "
        "'linreg-exact[onnx]'"
    )


def test_without_the_package_torch_the_extra_is_named(without: Callable[[str], None]) -> None:
    without("torch")
    with pytest.raises(LinregError, match=r"pip install 'linreg-exact\[torch\]'"):
        linreg.from_torch(object(), (2,))


def test_a_weight_file_that_is_too_short_is_refused(tmp_path: Path) -> None:
    (tmp_path / "weights.bin").write_bytes(b"1234")
    path = written(tmp_path, changed(external("weights.bin")))
    assert "weights.bin" in str(refusal(path))


@pytest.mark.parametrize(
    ("offset", "length"), [("x", "24"), ("0", "x"), ("-8", "24"), ("8", "24"), ("0", "-24")]
)
def test_a_part_that_a_weight_file_has_not_is_refused(
    offset: str, length: str, tmp_path: Path
) -> None:
    (tmp_path / "weights.bin").write_bytes(bytes(24))
    path = written(tmp_path, changed(external("weights.bin", offset, length)))
    assert "weights.bin" in str(refusal(path))


def test_a_link_to_itself_is_refused(tmp_path: Path) -> None:
    (tmp_path / "weights.bin").symlink_to(tmp_path / "weights.bin")
    path = written(tmp_path, changed(external("weights.bin")))
    assert "weights.bin" in str(refusal(path))


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    """Else a model could read any file of the machine."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "secret").write_bytes(bytes(24))
    folder = tmp_path / "models"
    folder.mkdir()
    (folder / "weights.bin").symlink_to(tmp_path / "elsewhere" / "secret")
    assert "weights.bin" in str(refusal(written(folder, changed(external("weights.bin")))))


def test_numbers_of_eight_bits_are_refused_as_weights_of_floats(tmp_path: Path) -> None:
    tensor = numpy_helper.from_array(np.zeros((3, 2), dtype=np.float32), "w")
    tensor.data_type = TensorProto.FLOAT8E4M3FN
    model = model_of([node("MatMul", "x", "w")], [1, 3])
    model.graph.initializer.append(tensor)
    assert "numbers of type FLOAT8E4M3FN" in str(refusal(written(tmp_path, model)))
