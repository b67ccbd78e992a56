"""Networks from ONNX files: the graph is walked node by node, from its input to its output."""

from __future__ import annotations

from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from linreg.errors import InvalidNetwork
from linreg.files import StrPath, read_bytes
from linreg.json_values import located, shown
from linreg.network import Network
from linreg.readers.choices import Comparison, masked
from linreg.readers.framework_graph import GraphAssembly
from linreg.readers.onnx_call import Call
from linreg.readers.onnx_choices import CHOICES, READING_COMPARISONS
from linreg.readers.onnx_constants import CONSTANTS, FOLDED
from linreg.readers.onnx_file import array_of, node_checker, onnx_package, opset, read_model
from linreg.readers.onnx_inputs import Given, ReadingOptions, check_batch, given_inputs
from linreg.readers.onnx_layers import LAYERS, Function
from linreg.readers.onnx_linear import LINEAR
from linreg.readers.onnx_order import aligned, needed_nodes, of_sigmoids, output_names
from linreg.readers.onnx_other_domains import OTHER_DOMAINS, foreign_refusal
from linreg.readers.onnx_rearranging import REARRANGING
from linreg.readers.packed import unpacked
from linreg.readers.refused_operators import Scores, final_note, operator_refusal
from linreg.readers.tensor_values import Operand, Site, joined, picked, rearranged, shape_of

_NOTHING = ReadingOptions()
_FUNCTIONS: dict[str, Function] = {
    **LAYERS,
    **LINEAR,
    **REARRANGING,
    **CONSTANTS,
    **FOLDED,
    **CHOICES,
    **OTHER_DOMAINS,
}
_SUPPORTED = tuple(
    name for name in (*LAYERS, *LINEAR, *REARRANGING, *CONSTANTS, *CHOICES) if name != "Not"
)
_KEEPS_SCORES = (
    "Cast",
    "Flatten",
    "Identity",
    "Reshape",
    "Squeeze",
    "Unsqueeze",
    "ai.onnx.ml.ZipMap",
)


def read_onnx(path: StrPath, asked: ReadingOptions = _NOTHING) -> Network:
    """The network in an ONNX file, with exactly its numbers.

    The first axis of an input is the batch; it must be 1 or free, or start every output too. A
    softmax, log-softmax or sigmoid at the end is left out, which a note says. The file may be
    packed by gzip.

    Raises
    ------
    UnreadableFile
        If the file, or one with its weights, is missing or damaged, or onnx is not installed.
    InvalidNetwork
        If outputs or shapes are not certain, or an operator is not supported; the message names
        the node.
    NotPiecewiseLinear
        If an operator is not piecewise linear.
    """
    data = read_bytes(path)
    with located(str(path)):
        model = read_model(unpacked(data), Path(path).parent)
        walk = _Walk(model, asked)
        for node in walk.nodes:
            kind = node.op_type if node.op_type.isprintable() else "?"
            with located(f"node {shown(node.name or node.output[0])} ({kind[:30]})"):
                walk.step(node)
        producer = f"{model.producer_name} {model.producer_version}".strip()
        return walk.finished(f"{producer + ', ' if producer else ''}ONNX opset {opset(model)}")


class _Walk:
    """The values that names of a graph have so far."""

    def __init__(self, model: Any, asked: ReadingOptions) -> None:
        graph = model.graph
        if graph.sparse_initializer:
            raise InvalidNetwork("sparse initialisers are not supported; export dense weights")
        self._asked = asked
        self._tensors = {tensor.name: tensor for tensor in graph.initializer}
        outputs, notes = output_names(graph, asked.outputs)
        self.nodes = needed_nodes(graph.node, outputs)
        self._outputs = outputs
        read = {*outputs, *(name for node in self.nodes for name in node.input)}
        self._given, more = given_inputs(graph, asked, read)
        if len(self._given) == 1:
            with located(f"input {shown(self._given[0].name)}"):
                self._construction = GraphAssembly(self._given[0].shape)
        else:
            self._construction = GraphAssembly((sum(prod(g.shape) for g in self._given),))
        for note in (*notes, *more):
            self._construction.assembly.note(note)
        self._values: dict[str, Any] = {}
        start = 0
        for given in self._given:
            self._values[given.name] = self._part(given, start)
            start += prod(given.shape)
        self._check = node_checker(model)
        self._older = opset(model) < 7
        self._unread: dict[str, str] = {}

    def _part(self, given: Given, start: int) -> Operand:
        """One of the inputs, which stand one after another in the network's input."""
        whole = self._construction.input
        if len(self._given) == 1:
            return whole
        site = Site(self._construction.assembly, given.name or "part")
        chosen = np.arange(start, start + prod(given.shape)).reshape(given.shape)
        return picked(site, [whole], chosen)

    def value(self, name: str) -> Any:
        """The value of a name; a tensor of the file is read when it is first asked for."""
        if name in self._unread:
            raise operator_refusal(self._unread[name])
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
        elif not standard:
            raise foreign_refusal(node.op_type, node.domain)
        settings = _settings(node)
        operands = [self.value(name) if name else None for name in node.input]
        name = node.name or node.output[0]
        made: Any = of_sigmoids(
            Site(self._construction.assembly, name), operator, operands, settings
        )
        if made is None:
            made = self._applied(name, operator, operands, settings, len(node.output))
        outputs = made if isinstance(made, list) else [made]
        self._values.update(zip(node.output, outputs, strict=False))
        if operator == "TopK":
            self._unread |= dict.fromkeys(node.output[1:], operator)

    def _applied(
        self, name: str, operator: str, operands: list[Any], settings: Any, n_outputs: int
    ) -> Any:
        function = _FUNCTIONS.get(operator)
        compares = [operand for operand in operands if isinstance(operand, Comparison)]
        if compares:
            if operator not in READING_COMPARISONS:
                raise operator_refusal(compares[0].operator)
            if operator in ("Cast", "Identity"):
                return operands[0]
            if operator == "Mul":
                return masked(Site(self._construction.assembly, name), operands)

        def compute(site: Any, read: list[Any]) -> Any:
            assert function is not None
            if self._older:
                read = aligned(site, operator, read, settings)
            return function(Call(site, operator, tuple(read), settings, n_outputs))

        return self._construction.apply(
            name,
            operator,
            operands,
            compute if function else None,
            keeps_scores=operator in _KEEPS_SCORES,
            supported=_SUPPORTED,
        )

    def finished(self, source: str) -> Network:
        """The network of what is asked for, one after another."""
        values = [self.value(name) for name in self._outputs]
        for value in values:
            if isinstance(value, Comparison):
                raise operator_refusal(value.operator)
        first = values[0].value if isinstance(values[0], Scores) else values[0]
        check_batch(self._given, shape_of(first), self._asked)
        if len(values) == 1:
            return self._construction.finished(values[0], source)
        flat = []
        site = Site(self._construction.assembly, "outputs")
        for value in values:
            if isinstance(value, Scores):
                self._construction.assembly.note(final_note(value.function))
            inner = value.value if isinstance(value, Scores) else value
            flat.append(rearranged(site, inner, lambda array: array.reshape(1, -1)))
        joint = joined(site, flat, lambda parts: np.concatenate(parts, 1))
        return self._construction.finished(joint, source)


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
