"""ONNX models made node by node, and what onnxruntime computes with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper

OPSET = 17


def model_of(
    nodes: Sequence[Any],
    shape: Sequence[int | str],
    weights: Mapping[str, np.ndarray] | None = None,
    *,
    opset: int = OPSET,
    output: str = "y",
    kind: int = TensorProto.FLOAT,
) -> Any:
    """The model with these nodes, which reads `x` and gives `output`."""
    graph = helper.make_graph(
        list(nodes),
        "net",
        [helper.make_tensor_value_info("x", kind, list(shape))],
        [helper.make_tensor_value_info(output, kind, None)],
        [numpy_helper.from_array(array, name) for name, array in (weights or {}).items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
    model.ir_version = 8
    return model


def written(folder: Path, model: Any, name: str = "net.onnx") -> Path:
    """The file that holds a model."""
    path = folder / name
    path.write_bytes(model.SerializeToString())
    return path


def node(operator: str, *inputs: str, output: str = "y", **settings: Any) -> Any:
    """A node that gives one value, by default the output."""
    return helper.make_node(operator, list(inputs), [output], **settings)


def run(path: Path, points: np.ndarray) -> np.ndarray:
    """What onnxruntime computes at points, one for each row, flat."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    given = session.get_inputs()[0]
    shape = [length if isinstance(length, int) else 1 for length in given.shape]
    dtype = np.float64 if given.type == "tensor(double)" else np.float32
    rows = [
        session.run(None, {given.name: point.reshape(shape).astype(dtype)})[0].ravel()
        for point in points
    ]
    return np.array(rows, dtype=np.float64)
