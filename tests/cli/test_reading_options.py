"""What an ONNX file does not say itself is said by options of every command that reads one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from program import linreg

pytest.importorskip("onnx")

from onnx import TensorProto, helper
from onnx_models import model_of, node, written

WEIGHTS = {"w": np.array([[1, -1], [2, 1], [0, 1]], dtype=np.float32)}
NODES = [node("MatMul", "x", "w", output="m"), node("Relu", "m")]


def test_the_options_that_messages_name_work(tmp_path: Path) -> None:
    """Two lines in general position, in three inputs: four regions."""
    path = written(tmp_path, model_of(NODES, [5, 3], WEIGHTS))
    assert "--batch-axis 0" in linreg("count", path).complaint
    counted = linreg("count", path, "--json", "--batch-axis", "0").json
    assert counted["activation_regions"] == 4
    assert linreg("info", path, "--json", "--batch-axis", "none").json["input_dim"] == 15

    free = written(tmp_path, model_of([node("Relu", "x")], ["N", "M"]), "free.onnx")
    assert "--input-shape 3" in linreg("count", free).complaint
    counted = linreg("count", free, "--json", "--input-shape", "3").json
    assert counted["activation_regions"] == 8

    model = model_of([*NODES, node("Neg", "m", output="z")], [1, 3], WEIGHTS)
    model.graph.output.append(helper.make_tensor_value_info("z", TensorProto.FLOAT, [1, 2]))
    heads = written(tmp_path, model, "heads.onnx")
    assert "--output-name y" in linreg("info", heads).complaint
    assert linreg("info", heads, "--json", "--output-name", "z").json["units"] == 0
    both = linreg("info", heads, "--json", "--output-name", "z", "--output-name", "y").json
    assert (both["units"], both["outputs"]) == (2, 4)
    target = tmp_path / "heads.json"
    linreg("convert", heads, target, "--output-name", "y")
    assert linreg("count", target, "--json").json["activation_regions"] == 4


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--input-shape", "3,x"), "--input-shape: whole numbers such as 1,28,28 were expected"),
        (("--input-shape", "0"), "--input-shape: whole numbers such as 1,28,28 were expected"),
        (("--batch-axis", "first"), "--batch-axis: an axis, or none, was expected, got 'first'"),
        (("--batch-axis", "9"), "batch_axis: there is no axis 9 among 2"),
    ],
)
def test_a_malformed_option_is_a_mistake(
    options: tuple[str, str], says: str, tmp_path: Path
) -> None:
    path = written(tmp_path, model_of(NODES, [1, 3], WEIGHTS))
    assert says in linreg("count", path, *options).complaint


def test_other_files_say_it_themselves(tmp_path: Path) -> None:
    path = tmp_path / "net.json"
    path.write_text('{"input_shape": [1], "layers": [{"type": "relu"}]}')
    assert "are for .onnx files" in linreg("count", path, "--input-shape", "1").complaint
