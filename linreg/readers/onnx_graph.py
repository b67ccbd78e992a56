"""Networks from ONNX files: the graph is walked node by node, from its input to its output."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from linreg.errors import InvalidNetwork
from linreg.files import StrPath, read_bytes
from linreg.json_values import located, shown
from linreg.network import Network
from linreg.readers.framework_graph import Construction
from linreg.readers.onnx_call import Call
from linreg.readers.onnx_constants import CONSTANTS, FOLDED
from linreg.readers.onnx_file import (
    WHOLE_FLOATS,
    array_of,
    element_type,
    node_checker,
    onnx_package,
    opset,
    read_model,
)
from linreg.readers.onnx_layers import LAYERS, Function
from linreg.readers.onnx_rearranging import REARRANGING
from linreg.readers.refused_operators import Scores
from linreg.readers.tensor_values import Operand

_FUNCTIONS: dict[str, Function] = {**LAYERS, **REARRANGING, **CONSTANTS, **FOLDED}
_SUPPORTED = (*LAYERS, *REARRANGING, *CONSTANTS)
_KEEPS_SCORES = ("Cast", "Flatten", "Identity", "Reshape", "Squeeze", "Unsqueeze")


def read_onnx(path: StrPath) -> Network:
    """The network in an ONNX file, with exactly its numbers.

    The first axis of the input is the batch; it must be 1 or free. A softmax, log-softmax or
    sigmoid at the end is left out, which a note says.

    Raises
    ------
    UnreadableFile
        If the file, or one with its weights, is missing or damaged, or onnx is not installed.
    InvalidNetwork
        If the graph has several inputs or outputs, shapes that are not fixed, or an operator
        that is not supported; the message names the node.
    NotPiecewiseLinear
        If an operator is not piecewise linear.
    """
    data = read_bytes(path)
    with located(str(path)):
        model = read_model(data, Path(path).parent)
        walk = _Walk(model)
        for node in _needed(model.graph.node, walk.output):
            kind = node.op_type if node.op_type.isprintable() else "?"
            with located(f"node {shown(node.name or node.output[0])} ({kind[:30]})"):
                walk.step(node)
        producer = f"{model.producer_name} {model.producer_version}".strip()
        return walk.construction.finished(
            walk.value(walk.output),
            source=f"{producer + ', ' if producer else ''}ONNX opset {opset(model)}",
        )


class _Walk:
    """The values that names of a graph have so far."""

    def __init__(self, model: Any) -> None:
        graph = model.graph
        if graph.sparse_initializer:
            raise InvalidNetwork("sparse initialisers are not supported; export dense weights")
        self._tensors = {tensor.name: tensor for tensor in graph.initializer}
        given = _only([i for i in graph.input if i.name not in self._tensors], "input")
        with located(f"input {shown(given.name)}"):
            self.construction = Construction(_fixed_shape(given.type))
        self.output = str(_only(graph.output, "output").name)
        self._values: dict[str, Operand | Scores] = {given.name: self.construction.input}
        self._check = node_checker(model)

    def value(self, name: str) -> Operand | Scores:
        """The value of a name; a tensor of the file is read when it is first asked for."""
        if name not in self._values:
            if name not in self._tensors:
                raise InvalidNetwork(
                    f"{shown(name)} is read, which neither an initialiser nor an earlier node gives"
                )
            with located(f"initialiser {shown(name)}"):
                self._values[name] = array_of(self._tensors[name])
        return self._values[name]

    def step(self, node: Any) -> None:
        """Evaluate one node."""
        standard = node.domain in ("", "ai.onnx")
        operator = node.op_type if standard else f"{node.domain}.{node.op_type}"
        function = _FUNCTIONS.get(operator)
        if function is not None:
            self._check(node)

        def compute(site: Any, operands: list[Operand | None]) -> Operand | list[Operand]:
            assert function is not None
            call = Call(site, operator, tuple(operands), _settings(node), len(node.output))
            return function(call)

        made = self.construction.apply(
            node.name or node.output[0],
            operator,
            [self.value(name) if name else None for name in node.input],
            compute if function else None,
            keeps_scores=operator in _KEEPS_SCORES,
            supported=_SUPPORTED,
        )
        outputs = made if isinstance(made, list) else [made]
        self._values.update(zip(node.output, outputs, strict=False))


def _needed(nodes: Iterable[Any], output: str) -> list[Any]:
    """The nodes that the output depends on, in the order of the file."""
    wanted = {output}
    needed = []
    for node in reversed(list(nodes)):
        if wanted.intersection(node.output):
            needed.append(node)
            wanted.update(node.input)
    return needed[::-1]


def _only(entries: Iterable[Any], what: str) -> Any:
    """The one input or output of a graph."""
    found = list(entries)
    if len(found) != 1:
        names = ", ".join(shown(entry.name) for entry in found[:6]) or "none"
        raise InvalidNetwork(
            f"a graph with one {what} was expected, got {len(found)}: {names}; cut the model to "
            "one with onnx.utils.extract_model"
        )
    return found[0]


def _fixed_shape(type_: Any) -> list[int]:
    """The shape of the input, with one for the batch axis."""
    tensor = type_.tensor_type
    kind = element_type(tensor.elem_type)
    if kind not in WHOLE_FLOATS:
        raise InvalidNetwork(f"floats were expected, got {kind}")
    lengths = [dim.dim_value if dim.dim_value > 0 else 0 for dim in tensor.shape.dim]
    if not lengths:
        raise InvalidNetwork("its shape is not given; export the model with a fixed one")
    batched = len(lengths) > 1
    if batched and lengths[0] not in (0, 1):
        raise InvalidNetwork(
            f"its first axis is the batch, which must be 1 or free: got {lengths[0]}"
        )
    shape = [1, *lengths[1:]] if batched else lengths
    if 0 in shape:
        names = [dim.dim_param or str(dim.dim_value or "?") for dim in tensor.shape.dim]
        raise InvalidNetwork(
            f"its shape is [{', '.join(names)}], but only the first axis, the batch, may be free; "
            "export the model with a fixed shape"
        )
    return shape


def _settings(node: Any) -> dict[str, Any]:
    """The attributes of a node by name."""
    onnx = onnx_package()
    settings: dict[str, Any] = {}
    for attribute in node.attribute:
        value = onnx.helper.get_attribute_value(attribute)
        if isinstance(value, bytes):
            value = value.decode(errors="replace")
        elif isinstance(value, onnx.TensorProto):
            value = array_of(value)
        settings[attribute.name] = value
    return settings
