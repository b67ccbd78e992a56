"""ONNX files as tools write them: batches, several inputs and outputs, choices, fused layers."""

from __future__ import annotations

import gzip
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import linreg
from linreg.errors import InvalidNetwork, LinregError, NotPiecewiseLinear, UnreadableFile

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

import onnx
import onnxruntime
from onnx import TensorProto, helper
from onnx_models import model_of, node, run, written

RNG = np.random.default_rng(0)


def floats(*shape: int) -> np.ndarray:
    return RNG.normal(size=shape).astype(np.float32)


def ints(*numbers: int) -> np.ndarray:
    return np.array(numbers, dtype=np.int64)


def agreed(path: Path, **options: Any) -> linreg.Network:
    """The network in a file, once it is seen to agree with onnxruntime."""
    net = linreg.load(path, **options)
    points = np.random.default_rng(1).normal(size=(8, net.input_dim))
    points = points.astype(np.float32).astype(np.float64)
    np.testing.assert_allclose(net.forward(points), run(path, points), rtol=2e-5, atol=2e-5)
    return net


IMAGE = (1, 4, 3, 5)
CASES: dict[str, tuple[tuple[int, ...], list[Any], dict[str, np.ndarray]]] = {
    "transposed convolution": (
        IMAGE,
        [node("ConvTranspose", "x", "w", "b", strides=[2, 1], pads=[0, 1, 1, 0])],
        {"w": floats(4, 2, 2, 3), "b": floats(2)},
    ),
    "grouped and padded": (
        IMAGE,
        [
            node(
                "ConvTranspose",
                "x",
                "w",
                group=2,
                strides=[3, 2],
                dilations=[2, 1],
                output_padding=[2, 1],
            )
        ],
        {"w": floats(4, 3, 2, 2)},
    ),
    "transposed to a shape": (
        (1, 2, 3),
        [node("ConvTranspose", "x", "w", output_shape=[7], strides=[2])],
        {"w": floats(2, 1, 4)},
    ),
    "transposed to the same shape": (
        (1, 2, 3),
        [node("ConvTranspose", "x", "w", auto_pad="SAME_UPPER", strides=[2])],
        {"w": floats(2, 1, 3)},
    ),
    "bilinear": (
        IMAGE,
        [node("Resize", "x", "", "s", mode="linear")],
        {"s": np.array([1, 1, 2, 1.5], dtype=np.float32)},
    ),
    "corners": (
        IMAGE,
        [
            node(
                "Resize",
                "x",
                "",
                "",
                "s",
                mode="linear",
                coordinate_transformation_mode="align_corners",
            )
        ],
        {"s": ints(1, 4, 5, 9)},
    ),
    "asymmetric": (
        IMAGE,
        [
            node(
                "Resize",
                "x",
                "",
                "",
                "s",
                mode="linear",
                coordinate_transformation_mode="asymmetric",
            )
        ],
        {"s": ints(1, 4, 6, 4)},
    ),
    "einsum": ((1, 3), [node("Einsum", "x", "w", equation="bi,oi->bo")], {"w": floats(4, 3)}),
    "einsum of axes": (
        (1, 2, 3),
        [node("Einsum", "w", "x", equation="ij, bjk -> bki")],
        {"w": floats(4, 2)},
    ),
    "einsum of a trace": ((1, 3, 3), [node("Einsum", "x", equation="bii->b")], {}),
    "running sum": ((1, 2, 4), [node("CumSum", "x", "a")], {"a": ints(2)[0]}),
    "sums from the end": (
        (1, 2, 4),
        [node("CumSum", "x", "a", exclusive=1, reverse=1)],
        {"a": ints(-1)[0]},
    ),
    "depth to space": ((1, 8, 2, 3), [node("DepthToSpace", "x", blocksize=2)], {}),
    "columns first": ((1, 8, 2, 3), [node("DepthToSpace", "x", blocksize=2, mode="CRD")], {}),
    "space to depth": ((1, 2, 4, 6), [node("SpaceToDepth", "x", blocksize=2)], {}),
    "sum of sizes": ((1, 2, 3), [node("ReduceL1", "x", axes=[2], keepdims=0)], {}),
    "conv in space": (
        (1, 2, 3, 4, 3),
        [node("Conv", "x", "w", pads=[1, 0, 0, 0, 1, 0], strides=[1, 2, 1])],
        {"w": floats(3, 2, 2, 2, 2)},
    ),
    "dequantised weight": (
        (1, 3),
        [node("DequantizeLinear", "q", "s", "z", output="w", axis=1), node("MatMul", "x", "w")],
        {
            "q": np.array([[1, -128], [7, 127], [0, 3]], dtype=np.int8),
            "s": np.array([0.1, 0.25], dtype=np.float32),
            "z": np.array([3, 0], dtype=np.int8),
        },
    ),
    "relu by a choice": (
        (1, 3),
        [node("Greater", "x", "o", output="c"), node("Where", "c", "x", "o")],
        {"o": np.zeros(1, dtype=np.float32)},
    ),
    "leaky by a choice": (
        (1, 3),
        [
            node("Mul", "x", "s", output="m"),
            node("LessOrEqual", "x", "o", output="c"),
            node("Where", "c", "m", "x"),
        ],
        {"o": np.zeros(1, dtype=np.float32), "s": np.array([0.25], dtype=np.float32)},
    ),
    "clip by a choice": (
        (1, 3),
        [node("Less", "x", "o", output="c"), node("Where", "c", "o", "x")],
        {"o": np.array([0.5, -0.25, 1], dtype=np.float32)},
    ),
    "largest by a choice": (
        (1, 4),
        [
            node("MatMul", "x", "v", output="a"),
            node("MatMul", "x", "w", output="b"),
            node("Greater", "a", "b", output="c"),
            node("Not", "c", output="n"),
            node("Where", "n", "b", "a"),
        ],
        {"v": floats(4, 3), "w": floats(4, 3)},
    ),
    "shifted choice": (
        # |2x - 1|, of an affine form that only the choice's two sides have in common.
        (1, 3),
        [
            node("Add", "x", "x", output="d"),
            node("Sub", "d", "one", output="p"),
            node("Sub", "one", "d", output="n"),
            node("Greater", "x", "half", output="c"),
            node("Where", "c", "p", "n"),
        ],
        {"one": np.ones(1, dtype=np.float32), "half": np.array([0.5], dtype=np.float32)},
    ),
    "relu by a mask": (
        (1, 3),
        [
            node("Greater", "x", "o", output="c"),
            node("Cast", "c", output="m", to=TensorProto.FLOAT),
            node("Mul", "m", "x"),
        ],
        {"o": np.zeros(1, dtype=np.float32)},
    ),
    "constant choice": (
        (1, 3),
        [node("Neg", "x", output="n"), node("Where", "c", "x", "n")],
        {"c": np.array([True, False, True])},
    ),
    "largest three": (
        (1, 5),
        [helper.make_node("TopK", ["x", "k"], ["y", "i"], axis=1)],
        {"k": ints(3)},
    ),
    "sorted upwards": (
        (1, 3, 6),
        [helper.make_node("TopK", ["x", "k"], ["y", "i"], axis=1, largest=0)],
        {"k": ints(3)},
    ),
    "largest one": (
        (1, 5),
        [helper.make_node("TopK", ["x", "k"], ["y", "i"], axis=-1)],
        {"k": ints(1)},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_operators_compute_what_onnxruntime_does(name: str, tmp_path: Path) -> None:
    shape, nodes, weights = CASES[name]
    agreed(written(tmp_path, model_of(nodes, shape, weights)))


def test_choices_are_the_units_that_they_stand_for(tmp_path: Path) -> None:
    """Where(x > 0, x, 0) is relu: the same fingerprint."""
    _, nodes, weights = CASES["relu by a choice"]
    chosen = linreg.load(written(tmp_path, model_of(nodes, [1, 3], weights)))
    plain = linreg.load(written(tmp_path, model_of([node("Relu", "x")], [1, 3])))
    assert chosen.fingerprint == plain.fingerprint


def test_dequantised_weights_are_exact_products(tmp_path: Path) -> None:
    shape, nodes, weights = CASES["dequantised weight"]
    net = linreg.load(written(tmp_path, model_of(nodes, shape, weights)))
    scale = Fraction(float(np.float32(0.1)))
    assert net.forward_exact([1, 0, 0])[0] == (1 - 3) * scale


MATRIX = {"w": floats(3, 2)}
DENSE = [node("MatMul", "x", "w", output="m"), node("Relu", "m")]


def with_output_shape(model: Any, *shape: int | str) -> Any:
    model.graph.output[0].CopyFrom(
        helper.make_tensor_value_info("y", TensorProto.FLOAT, list(shape))
    )
    return model


def values(net: linreg.Network) -> list[Fraction]:
    return net.forward_exact([Fraction(1, 2), -1, Fraction(3, 4)])


def test_a_batch_of_several_is_read_where_every_output_starts_with_it(tmp_path: Path) -> None:
    one = linreg.load(written(tmp_path, model_of(DENSE, [1, 3], MATRIX), "one.onnx"))
    many = with_output_shape(model_of(DENSE, [5, 3], MATRIX), 5, 2)
    assert values(linreg.load(written(tmp_path, many))) == values(one)
    free = written(tmp_path, model_of(DENSE, ["N", "features"], MATRIX), "free.onnx")
    assert values(linreg.load(free)) == values(one)


def advice(path: Path) -> str:
    with pytest.raises(InvalidNetwork) as caught:
        linreg.load(path)
    return str(caught.value)


def test_an_unsure_batch_is_said_by_an_option(tmp_path: Path) -> None:
    unsure = written(tmp_path, model_of(DENSE, [5, 3], MATRIX))
    assert "say batch_axis=0 (--batch-axis 0)" in advice(unsure)
    assert "or batch_axis=None (--batch-axis none)" in advice(unsure)
    assert linreg.load(unsure, batch_axis=0).input_dim == 3
    assert linreg.load(unsure, batch_axis=None).input_dim == 15
    assert linreg.load(unsure, input_shape=3).input_dim == 3
    assert linreg.load(unsure, input_shape=(5, 3), batch_axis=None).input_dim == 15


def test_a_batch_in_another_place_and_a_batch_that_is_none(tmp_path: Path) -> None:
    turned = [node("MatMul", "w", "x")]
    path = written(tmp_path, model_of(turned, [3, "N"], {"w": floats(2, 3)}))
    assert agreed(path, batch_axis=1).input_dim == 3
    assert agreed(path, input_shape=(3,)).input_dim == 3
    single = written(tmp_path, model_of([node("Relu", "x")], [4]))
    assert agreed(single).input_dim == 4


def test_free_axes_are_said_by_an_option(tmp_path: Path) -> None:
    path = written(tmp_path, model_of([node("Relu", "x")], ["N", 2, "H", "W"]))
    assert "input_shape=(2,3,3,) or --input-shape 2,3,3" in advice(path)
    assert linreg.load(path, input_shape=(2, 3, 3)).input_shape == (2, 3, 3)
    with pytest.raises(InvalidNetwork, match=r"does not fit the file's shape \[\?, 2, \?, \?\]"):
        linreg.load(path, input_shape=(3, 3, 3))
    unsaid = written(tmp_path, model_of([node("Relu", "x")], []))
    assert "input_shape=(3,), or --input-shape 3" in advice(unsaid)
    assert linreg.load(unsaid, input_shape=(3,)).input_dim == 3
    for wrong in ((), 0, (2, -1), "3", (2.5,)):
        with pytest.raises(ValueError, match="input_shape: positive whole numbers were expected"):
            linreg.load(path, input_shape=wrong)  # type: ignore[arg-type]


def test_a_batch_that_nodes_need_is_refused(tmp_path: Path) -> None:
    shaped = [node("Reshape", "x", "s"), node("Relu", "y", output="z")]
    model = model_of(shaped, [4, 4], {"s": ints(4, -1)}, output="z")
    path = written(tmp_path, model)
    with pytest.raises(InvalidNetwork, match="the nodes of the graph need a batch of 4"):
        linreg.load(path, batch_axis=0)


def test_nodes_are_sorted_and_circles_refused(tmp_path: Path) -> None:
    turned = written(tmp_path, model_of(DENSE[::-1], [1, 3], MATRIX))
    straight = written(tmp_path, model_of(DENSE, [1, 3], MATRIX), "straight.onnx")
    assert linreg.load(turned).fingerprint == linreg.load(straight).fingerprint
    circle = [node("Add", "x", "y", output="m"), node("Relu", "m")]
    assert "in a circle" in advice(written(tmp_path, model_of(circle, [1, 3])))
    twice = [node("Relu", "x"), node("Abs", "x")]
    assert "two nodes give 'y'" in advice(written(tmp_path, model_of(twice, [1, 3])))


def two_headed() -> Any:
    model = model_of([*DENSE, node("Neg", "m", output="z")], [1, 3], MATRIX)
    model.graph.output.append(helper.make_tensor_value_info("z", TensorProto.FLOAT, [1, 2]))
    return model


def test_outputs_are_chosen_by_name_inner_values_too(tmp_path: Path) -> None:
    path = written(tmp_path, two_headed())
    assert "say which are read, as in outputs=['y'] or --output-name y" in advice(path)
    y, z, m = (values(linreg.load(path, outputs=[name])) for name in "yzm")
    assert y == [max(v, Fraction(0)) for v in m]
    assert z == [-v for v in m]
    assert values(linreg.load(path, outputs=["y", "z"])) == [*y, *z]
    with pytest.raises(InvalidNetwork, match=r"no value 'q'.*; its outputs are 'y', 'z'"):
        linreg.load(path, outputs=["q"])
    with pytest.raises(TypeError, match="a list of names was expected"):
        linreg.load(path, outputs="y")


def test_several_inputs_are_one_vector_and_unread_ones_are_left_out(tmp_path: Path) -> None:
    model = model_of([node("Sub", "x", "v", output="d"), node("Relu", "d")], [1, 3])
    for name in ("v", "idle"):
        model.graph.input.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 3]))
    path = written(tmp_path, model)
    net = linreg.load(path)
    assert net.forward_exact([5, 1, 2, 3, 3, 1]) == [2, 0, 1]
    assert net.notes == (
        "inputs that nothing reads are left out: idle",
        "the inputs are joined into one vector, in this order: x, v",
    )
    with pytest.raises(InvalidNetwork, match="the graph has 2: 'x', 'v'"):
        linreg.load(path, input_shape=3)


def test_packed_files_are_read_and_bombs_are_not(tmp_path: Path) -> None:
    data = model_of(DENSE, [1, 3], MATRIX).SerializeToString()
    plain, packed = tmp_path / "net.onnx", tmp_path / "net.onnx.gz"
    plain.write_bytes(data)
    packed.write_bytes(gzip.compress(data))
    assert linreg.load(packed).fingerprint == linreg.load(plain).fingerprint
    assert linreg.load_domain(packed) is None
    packed.write_bytes(gzip.compress(bytes(1 << 25)))
    with pytest.raises(UnreadableFile, match="unpacks to more than 16,777,216 bytes"):
        linreg.load(packed)
    for spoiled in (gzip.compress(data)[:-12], gzip.compress(data)[:20] + b"x" * 50):
        packed.write_bytes(spoiled)
        with pytest.raises(UnreadableFile, match="packed by gzip, but"):
            linreg.load(packed)


def test_opset_6_says_by_an_axis_how_it_broadcasts(tmp_path: Path) -> None:
    """As MATLAB writes files. onnxruntime no longer runs opset 6, so opset 7 stands in for it."""
    old = [
        node("Sub", "x", "mean", output="c", axis=1, broadcast=1),
        node("Conv", "c", "w", output="v"),
        node("PRelu", "v", "s"),
    ]
    new = [
        node("Sub", "x", "wide", output="c"),
        node("Conv", "c", "w", output="v"),
        node("PRelu", "v", "slopes"),
    ]
    mean, slopes = floats(2), np.array([0.5, 0.25, 2], dtype=np.float32)
    weights = {"w": floats(3, 2, 2, 2)}
    six = model_of(old, [1, 2, 3, 3], weights | {"mean": mean, "s": slopes}, opset=6)
    spread = {"wide": mean.reshape(2, 1, 1), "slopes": slopes.reshape(3, 1, 1)}
    seven = written(tmp_path, model_of(new, [1, 2, 3, 3], weights | spread, opset=7), "7.onnx")
    assert linreg.load(written(tmp_path, six)).fingerprint == agreed(seven).fingerprint


def test_an_older_opset_is_brought_here_by_what_the_message_names(tmp_path: Path) -> None:
    model = with_output_shape(model_of([node("Relu", "x")], [1, 3], opset=5), 1, 3)
    path = written(tmp_path, model)
    assert "onnx.version_converter brings a model there" in advice(path)
    from onnx import version_converter

    path.write_bytes(version_converter.convert_version(model, 7).SerializeToString())
    assert linreg.load(path).input_dim == 3


def test_what_onnxruntime_fuses_is_read(tmp_path: Path) -> None:
    nodes = [
        node("Conv", "x", "w", "b", output="c"),
        node("LeakyRelu", "c", output="r", alpha=0.25),
        node("Flatten", "r", output="f"),
        node("Gemm", "f", "v", "d", output="g"),
        node("Relu", "g"),
    ]
    weights = {"w": floats(2, 1, 2, 2), "b": floats(2), "v": floats(8, 3), "d": floats(3)}
    plain = written(tmp_path, model_of(nodes, [1, 1, 3, 3], weights))
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.optimized_model_filepath = str(tmp_path / "fused.onnx")
    onnxruntime.InferenceSession(str(plain), options, providers=["CPUExecutionProvider"])
    fused = onnx.load(options.optimized_model_filepath)
    assert {"FusedConv", "FusedGemm"} <= {made.op_type for made in fused.graph.node}
    found = linreg.load(options.optimized_model_filepath)
    assert found.fingerprint == agreed(plain).fingerprint


def learned(operator: str, *inputs: str, output: str = "y", **settings: Any) -> Any:
    return helper.make_node(operator, list(inputs), [output], domain="ai.onnx.ml", **settings)


def classifier(binary: bool, maps: bool) -> Any:
    """As skl2onnx writes an MLP behind an imputer and a scaler: the label, and probabilities."""
    nodes = [
        learned("Imputer", "x", output="i", imputed_value_floats=[1.0, 2, 3]),
        learned("Scaler", "i", output="s", offset=[0.5, 0, -1], scale=[2.0, 1, 0.25]),
        node("MatMul", "s", "w", output="m"),
        node("Relu", "m", output="r"),
        node("MatMul", "r", "v", output="z"),
    ]
    if binary:
        nodes += [
            node("Sigmoid", "z", output="p"),
            node("Sub", "unity", "p", output="n"),
            node("Concat", "n", "p", output="scores", axis=1),
        ]
    else:
        nodes += [node("Softmax", "z", output="scores")]
    nodes += [node("ArgMax", "scores", output="label", axis=1)]
    classes = [0, 1] if binary else [0, 1, 2]
    if maps:
        nodes += [learned("ZipMap", "scores", classlabels_int64s=classes)]
    else:
        nodes += [node("Identity", "scores")]
    weights = {"w": floats(3, 4), "v": floats(4, 1 if binary else 3), "unity": np.float32([1])}
    model = model_of(nodes, ["N", 3], weights)
    model.opset_import.append(helper.make_opsetid("ai.onnx.ml", 1))
    label = helper.make_tensor_value_info("label", TensorProto.INT64, None)
    if maps:
        model.graph.output[0].CopyFrom(
            helper.make_value_info(
                "y",
                helper.make_sequence_type_proto(
                    helper.make_map_type_proto(
                        TensorProto.INT64,
                        helper.make_tensor_type_proto(TensorProto.FLOAT, None),
                    )
                ),
            )
        )
    model.graph.output.insert(0, label)
    return model


@pytest.mark.parametrize("maps", [True, False])
@pytest.mark.parametrize("binary", [True, False])
def test_classifiers_are_read_as_the_scores_before_their_probabilities(
    binary: bool, maps: bool, tmp_path: Path
) -> None:
    path = written(tmp_path, classifier(binary, maps))
    net = linreg.load(path)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    points = RNG.normal(size=(6, 3)).astype(np.float32)
    _, found = session.run(None, {"x": points})
    chances = np.array([list(row.values()) for row in found]) if maps else found
    scores = net.forward(points.astype(np.float64))
    if binary:
        assert scores[:, 0].tolist() == (-scores[:, 1]).tolist()
        expected = 1 / (1 + np.exp(-scores))
    else:
        expected = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(chances, expected, atol=1e-5)
    assert "outputs that are labels are left out: label" in net.notes
    assert any("at the end is left out" in note for note in net.notes)
    assert any("NaN" in note for note in net.notes)


def foreign(operator: str, domain: str) -> Any:
    model = model_of([helper.make_node(operator, ["x"], ["y"], domain=domain)], [1, 3])
    model.opset_import.append(helper.make_opsetid(domain, 1))
    return model


@pytest.mark.parametrize(
    ("model", "error", "says"),
    [
        (foreign("TreeEnsembleRegressor", "ai.onnx.ml"), NotPiecewiseLinear, "decision trees"),
        (foreign("SVMRegressor", "ai.onnx.ml"), NotPiecewiseLinear, "kernels"),
        (foreign("Normalizer", "ai.onnx.ml"), InvalidNetwork, "supported of it: ArrayFeatureE"),
        (foreign("Thing", "my.own"), InvalidNetwork, "only their authors know"),
        (foreign("Conv", "com.microsoft.nchwc"), InvalidNetwork, "optimised for one machine"),
        (
            model_of([node("MatMulInteger", "x", "x")], [1, 1]),
            NotPiecewiseLinear,
            "computes with integers, to which a value of the network is rounded before",
        ),
        (
            model_of([node("QuantizeLinear", "x", "s")], [1, 3], {"s": np.float32([1])}),
            NotPiecewiseLinear,
            "'QuantizeLinear' rounds, so it is not continuous",
        ),
        (
            model_of(
                [node("Greater", "x", "o", output="c"), node("Where", "c", "x", "p")],
                [1, 3],
                {"o": np.zeros(1, dtype=np.float32), "p": np.ones(1, dtype=np.float32)},
            ),
            NotPiecewiseLinear,
            "jumps where 'Greater' changes",
        ),
        (
            model_of(
                [node("Greater", "x", "o", output="c"), node("Not", "c")],
                [1, 3],
                {"o": np.zeros(1, dtype=np.float32)},
            ),
            NotPiecewiseLinear,
            "'Greater' is not a continuous",
        ),
        (
            model_of(
                [
                    helper.make_node("TopK", ["x", "k"], ["v", "i"]),
                    node("Cast", "i", to=TensorProto.FLOAT),
                ],
                [1, 3],
                {"k": ints(2)},
            ),
            NotPiecewiseLinear,
            "'TopK' is not a continuous",
        ),
        (
            model_of([node("Einsum", "x", "x", equation="bi,bi->b")], [1, 3]),
            NotPiecewiseLinear,
            "a product of two values of the network",
        ),
        (
            model_of([node("Einsum", "x", equation="b7->b")], [1, 3]),
            InvalidNetwork,
            "letters, dots, commas",
        ),
        (
            model_of([node("DepthToSpace", "x", blocksize=3)], [1, 4, 2, 2]),
            InvalidNetwork,
            "blocks of 3 do not fit shape [1, 4, 2, 2]",
        ),
    ],
)
def test_refusals_say_what_an_operator_does(
    model: Any, error: type[LinregError], says: str, tmp_path: Path
) -> None:
    path = written(tmp_path, model)
    with pytest.raises(error) as caught:
        linreg.load(path)
    assert type(caught.value) is error
    assert says in str(caught.value)


def test_a_cast_to_half_precision_is_noted(tmp_path: Path) -> None:
    nodes = [
        node("Cast", "x", output="h", to=TensorProto.FLOAT16),
        node("Cast", "h", to=TensorProto.FLOAT),
    ]
    net = linreg.load(written(tmp_path, model_of(nodes, [1, 3])))
    assert [note for note in net.notes if "cast to FLOAT16, which rounds it" in note]


def test_weights_in_a_file_beside_the_model_are_read(tmp_path: Path) -> None:
    inside = model_of(DENSE, [1, 3], MATRIX)
    plain = linreg.load(written(tmp_path, inside, "plain.onnx"))
    onnx.save(
        inside,
        tmp_path / "net.onnx",
        save_as_external_data=True,
        location="net.bin",
        size_threshold=0,
    )
    assert linreg.load(tmp_path / "net.onnx").fingerprint == plain.fingerprint


def mutated(data: bytes, rng: np.random.Generator) -> bytes:
    """The bytes with some of them changed, left out or repeated."""
    changed = bytearray(data)
    for _ in range(int(rng.integers(1, 5))):
        at = int(rng.integers(len(changed)))
        match int(rng.integers(3)):
            case 0:
                changed[at] = int(rng.integers(256))
            case 1:
                del changed[at : at + int(rng.integers(1, 9))]
            case _:
                changed[at:at] = changed[at : at + int(rng.integers(1, 9))]
    return bytes(changed)


def test_changed_files_are_read_or_refused_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "net.onnx"
    rng = np.random.default_rng(0)
    sources = [
        classifier(True, True).SerializeToString(),
        model_of(*[CASES["largest by a choice"][k] for k in (1, 0, 2)]).SerializeToString(),
        model_of(*[CASES["bilinear"][k] for k in (1, 0, 2)]).SerializeToString(),
        model_of(*[CASES["grouped and padded"][k] for k in (1, 0, 2)]).SerializeToString(),
    ]
    messages = []
    for k in range(200):
        path.write_bytes(mutated(sources[k % len(sources)], rng))
        try:
            linreg.load(path)
        except LinregError as error:
            messages.append(str(error))
    assert len(messages) > 100
    assert all(text.startswith(f"{path}: ") and len(text.splitlines()) == 1 for text in messages)
