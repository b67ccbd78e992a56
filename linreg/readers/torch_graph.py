"""Graphs of torch.export, walked node by node; what does not depend on the input torch computes."""

from __future__ import annotations

import inspect
import operator
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from linreg.errors import InvalidNetwork
from linreg.json_values import located
from linreg.readers.assembly import Value
from linreg.readers.choices import Comparison
from linreg.readers.framework_graph import GraphAssembly, Result
from linreg.readers.refused_operators import Scores, is_named, operator_refusal
from linreg.readers.tensor_values import Operand, Site
from linreg.readers.torch_functions import FUNCTIONS, KEEPS_SCORES, READING_COMPARISONS, array_of
from linreg.wording import counted

# What tracing was seen to raise: torch's own errors are RuntimeErrors, the rest is the module's.
_UNTRACEABLE = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
)


def traced(torch: Any, module: Any, construction: GraphAssembly) -> Result:
    """What a module gives for the construction's input.

    Raises
    ------
    InvalidNetwork
        If torch cannot trace it, or an operator is not supported; the message names the operator.
    """
    _check_one_input(module)
    example = torch.zeros(construction.input.shape, dtype=_float_type(torch, module))
    with _evaluating(module), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            program = torch.export.export(module, (example,))
            calls = [node for node in program.graph.nodes if node.op == "call_function"]
            if not all(_is_known(node.target) for node in calls):
                table = torch.export.default_decompositions().items()
                program = program.run_decompositions(
                    {target: parts for target, parts in table if not _is_known(target)}
                )
            elif any(map(_works_in_place, calls)):
                # The table of decompositions is empty: operators only become functions.
                program = program.run_decompositions({})
        except _UNTRACEABLE as error:
            line = next((line for line in str(error).splitlines() if line), type(error).__name__)
            raise InvalidNetwork(f"torch.export cannot trace the module: {line}") from None
    walk = _Walk(torch, program, construction)
    for node in program.graph.nodes:
        if node.op == "call_function" and node.users:
            walk.step(node)
    outputs = program.graph_signature.user_outputs
    if len(outputs) != 1:
        raise InvalidNetwork(f"the module has {counted(len(outputs), 'output')}; one is read")
    output: Result = walk.values[outputs[0]]
    return output


def _check_one_input(module: Any) -> None:
    """Refuse a module that reads several tensors."""
    try:
        parameters = inspect.signature(module.forward).parameters.values()
    except (TypeError, ValueError):  # a forward method without a signature
        return
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    names = [p.name for p in parameters if p.kind in kinds and p.default is p.empty]
    if len(names) > 1:
        raise InvalidNetwork(
            f"torch.export cannot trace the module: it reads {counted(len(names), 'tensor')}, "
            f"{', '.join(names)}, and one is "
            "read; wrap it in a module whose forward(x) calls it with parts of x, such as "
            "x[:, :3] and x[:, 3:]"
        )


def _is_known(target: Any) -> bool:
    """Whether an operator is read, or refused by name; others are taken apart."""
    name = _name(target)
    return target is operator.getitem or name in FUNCTIONS or is_named(name)


def _float_type(torch: Any, module: Any) -> Any:
    """The type of the module's floats."""
    tensors = [*module.parameters(), *module.buffers()]
    return next((t.dtype for t in tensors if t.is_floating_point()), torch.get_default_dtype())


@contextmanager
def _evaluating(module: Any) -> Iterator[None]:
    """Context in which a module is in eval mode; each of its parts is then as it was."""
    modes = [(part, part.training) for part in module.modules()]
    module.eval()
    try:
        yield
    finally:
        for part, mode in modes:
            part.training = mode


class _Walk:
    """The values of a graph's nodes by name: of the network, or tensors of torch."""

    def __init__(self, torch: Any, program: Any, construction: GraphAssembly) -> None:
        self._torch = torch
        self._construction = construction
        self.values: dict[str, Any] = {}
        signature = program.graph_signature
        given = set(signature.user_inputs)
        targets = {
            **signature.inputs_to_parameters,
            **signature.inputs_to_buffers,
            **signature.inputs_to_lifted_tensor_constants,
        }
        for node in program.graph.nodes:
            if node.op != "placeholder":
                continue
            if node.name in given:
                self.values[node.name] = construction.input
            elif node.name in targets:
                target = targets[node.name]
                tensor = program.state_dict.get(target)
                self.values[node.name] = program.constants[target] if tensor is None else tensor

    def step(self, node: Any) -> None:
        """Evaluate one node."""
        if node.target is operator.getitem:
            self._pick(node)
            return
        read = {source.name: self.values[source.name] for source in node.all_input_nodes}
        if not any(isinstance(value, Value | Scores | Comparison) for value in read.values()):
            arguments = self._resolved(node, read)
            self.values[node.name] = node.target(*arguments[0], **arguments[1])
            return
        name = _name(node.target)
        function = FUNCTIONS.get(name)
        operands = {
            key: array_of(value) if isinstance(value, self._torch.Tensor) else value
            for key, value in read.items()
        }

        def compute(site: Site, unwrapped: list[Operand | None]) -> Operand | list[Operand]:
            assert function is not None
            positional, named = self._resolved(node, dict(zip(read, unwrapped, strict=True)))
            return function(site, _bound(node.target, positional, named))

        with located(_label(node, name)):
            compares = [each for each in read.values() if isinstance(each, Comparison)]
            if compares and name not in READING_COMPARISONS:
                raise operator_refusal(compares[0].operator)
            self.values[node.name] = self._construction.apply(
                node.name,
                name,
                list(operands.values()),
                compute if function else None,
                keeps_scores=name in KEEPS_SCORES,
                supported=tuple(FUNCTIONS),
            )

    def _pick(self, node: Any) -> None:
        """One of several outputs."""
        source, index = node.args
        outputs = self.values[source.name]
        if not 0 <= index < len(outputs):
            name = _name(source.target)
            with located(_label(source, name)):
                raise InvalidNetwork(f"output {index} of {name!r} is not supported")
        self.values[node.name] = outputs[index]

    def _resolved(self, node: Any, values: dict[str, Any]) -> tuple[Any, Any]:
        """A node's arguments with values in place of nodes."""
        positional, named = self._torch.fx.node.map_arg(
            (node.args, node.kwargs), lambda source: values[source.name]
        )
        return positional, named


def _works_in_place(node: Any) -> bool:
    """Whether a node changes a tensor that others may read."""
    schema = getattr(node.target, "_schema", None)
    return schema is not None and schema.is_mutable and _name(node.target) != "detach"


def _name(target: Any) -> str:
    """The name of an operator of torch, without what tells its variants apart."""
    packet = getattr(target, "overloadpacket", target)
    return str(packet.__name__).strip("_")


def _label(node: Any, name: str) -> str:
    """The operator, and the part of the module that calls it."""
    stack = list((node.meta.get("nn_module_stack") or {}).values())
    place = str(stack[-1][0]) if stack else ""
    return f"{place} ({name})" if place else name


def _bound(target: Any, positional: Any, named: Any) -> dict[str, Any]:
    """Arguments by the names that the operator's signature gives them, defaults included."""
    parameters = target._schema.arguments
    defaults = {p.name: p.default_value for p in parameters}
    given = {p.name: value for p, value in zip(parameters, positional, strict=False)}
    return {**defaults, **given, **named}
