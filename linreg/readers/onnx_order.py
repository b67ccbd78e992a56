"""What of an ONNX graph is evaluated: its outputs, and the nodes that they need, in order."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from linreg.errors import InvalidNetwork
from linreg.json_values import nearest, shown
from linreg.readers.assembly import Value
from linreg.readers.onnx_file import WHOLE_FLOATS, element_type
from linreg.readers.refused_operators import Scores, plain
from linreg.readers.tensor_arithmetic import total
from linreg.readers.tensor_values import Operand, Site, joined, rearranged, shape_of

_ELEMENTWISE = ("logistic", "sigmoid")


def output_names(graph: Any, asked: Sequence[str]) -> tuple[list[str], tuple[str, ...]]:
    """The names of the values that are the output, and notes on those that are left out.

    Of several outputs of a graph, labels are left out: what is no float.

    Raises
    ------
    InvalidNetwork
        If several are left, or one that is asked for is not there.
    """
    if asked:
        known = [name for node in graph.node for name in node.output if name]
        for name in asked:
            if name not in known:
                ends = [entry.name for entry in graph.output]
                listed = ", ".join(shown(end) for end in ends[:6])
                raise InvalidNetwork(
                    f"the graph has no value {shown(name)}{nearest(name, known)}; its outputs are "
                    f"{listed or 'none'}"
                )
        return list(asked), ()
    found = list(graph.output)
    values = [entry for entry in found if _may_be_floats(entry.type)]
    if len(found) > 1 and len(values) == 1:
        left = ", ".join(entry.name for entry in found if entry is not values[0])
        return [values[0].name], (f"outputs that are labels are left out: {left}",)
    if len(found) != 1:
        names = ", ".join(shown(entry.name) for entry in found[:6]) or "none"
        advice = (
            f"; say which are read, as in outputs=[{shown(found[0].name)}] or --output-name "
            f"{found[0].name}"
            if found
            else "; name values with outputs=[..] or --output-name"
        )
        raise InvalidNetwork(
            f"a graph with one output was expected, got {len(found)}: {names}{advice}"
        )
    return [found[0].name], ()


def _may_be_floats(type_: Any) -> bool:
    kind = type_.WhichOneof("value")
    if kind != "tensor_type":
        return True  # a map of labels to scores, or not said
    return not type_.tensor_type.elem_type or (
        element_type(type_.tensor_type.elem_type) in WHOLE_FLOATS
    )


def needed_nodes(nodes: Iterable[Any], outputs: Iterable[str]) -> list[Any]:
    """The nodes that values depend on, each after those that it reads; ties in file order.

    Raises
    ------
    InvalidNetwork
        If two nodes give one name, or nodes read each other in a circle.
    """
    every = list(nodes)
    makers: dict[str, int] = {}
    for k, node in enumerate(every):
        for name in node.output:
            if name and makers.setdefault(name, k) != k:
                raise InvalidNetwork(f"two nodes give {shown(name)}; names must differ")
    wanted = [makers[name] for name in outputs if name in makers]
    needs: dict[int, set[int]] = {}
    while wanted:
        k = wanted.pop()
        if k not in needs:
            needs[k] = {makers[name] for name in every[k].input if name in makers}
            wanted += needs[k]
    readers: dict[int, list[int]] = {k: [] for k in needs}
    for k, sources in needs.items():
        for source in sources:
            readers[source].append(k)
    missing = {k: len(sources) for k, sources in needs.items()}
    ready = [k for k, count in missing.items() if not count]
    heapq.heapify(ready)
    order = []
    while ready:
        k = heapq.heappop(ready)
        order.append(every[k])
        for reader in readers[k]:
            missing[reader] -= 1
            if not missing[reader]:
                heapq.heappush(ready, reader)
    if len(order) < len(needs):
        stuck = every[min(k for k, count in missing.items() if count)]
        raise InvalidNetwork(
            f"node {shown(stuck.name or stuck.output[0])} reads what depends on it, in a circle"
        )
    return order


def of_sigmoids(
    site: Site, operator: str, operands: Sequence[Any], settings: dict[str, Any]
) -> Scores | None:
    """One less a sigmoid, which is the sigmoid of the negative, or several sigmoids together.

    None stands for anything else.
    """
    scores = [o for o in operands if isinstance(o, Scores) and plain(o.function) in _ELEMENTWISE]
    if not scores or any(isinstance(o, Scores) and o not in scores for o in operands):
        return None
    match operator, list(operands):
        case "Sub", [np.ndarray() as one, Scores() as score] if (one == 1).all():
            negative = total(site, [score.value], [-1])
            assert isinstance(negative, Value)
            return Scores(negative, score.function)
        case "Concat", parts if len(scores) == len(parts):
            axis = settings.get("axis", 1)
            values = [score.value for score in scores]
            together = joined(site, values, lambda arrays: np.concatenate(arrays, axis))
            assert isinstance(together, Value)
            return Scores(together, scores[0].function)
    return None


def aligned(
    site: Site, operator: str, operands: list[Any], settings: dict[str, Any]
) -> list[Operand | None]:
    """The operands of opset 6, whose second one names the axis that it begins at, as NumPy's."""
    arithmetic = operator in ("Add", "Sub", "Mul", "Div") and "axis" in settings
    slopes = operator == "PRelu" and operands[1].size > 1
    if not arithmetic and not slopes:
        return operands
    axis = 1 if slopes else settings["axis"]
    rank, shape = len(shape_of(operands[0])), shape_of(operands[1])
    trailing = rank - (axis % max(1, rank)) - len(shape)
    if trailing < 0:
        raise InvalidNetwork(f"axis {axis}: shape {list(shape)} does not fit {rank} axes")
    changed = rearranged(site, operands[1], lambda array: array.reshape([*shape, *[1] * trailing]))
    return [operands[0], changed, *operands[2:]]
