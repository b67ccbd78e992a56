"""The inputs of ONNX graphs: which axis is the batch, and how long the others are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from linreg.errors import InvalidNetwork
from linreg.json_values import located, shown
from linreg.readers.onnx_file import WHOLE_FLOATS, element_type

AUTO = "auto"
"""Stands for the batch axis that a file's shapes mean."""


@dataclass(frozen=True, slots=True)
class ReadingOptions:
    """What somebody says of a file that does not say it itself, or wants of it.

    Attributes
    ----------
    input_shape : tuple of int or None
        Of one input, without a batch axis; None leaves it to the file.
    batch_axis : int, None or "auto"
        None says that there is none.
    outputs : tuple of str
        Names of the values that are the output, one after another; none leaves it to the file.
    """

    input_shape: tuple[int, ...] | None = None
    batch_axis: int | str | None = AUTO
    outputs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Given:
    """An input of a graph.

    Attributes
    ----------
    name : str
    shape : tuple of int
        With one for the batch axis, if it has one.
    batch : int
        Length of the batch axis in the file, if it is fixed and not one; else 0.
    """

    name: str
    shape: tuple[int, ...]
    batch: int


def given_inputs(
    graph: Any, asked: ReadingOptions, read: set[str]
) -> tuple[list[Given], tuple[str, ...]]:
    """The inputs of a graph that are read, with their shapes, and notes on them.

    Raises
    ------
    InvalidNetwork
        If there is none, or a shape is not certain; the message says how to say it.
    """
    held = {tensor.name for tensor in graph.initializer}
    every = [entry for entry in graph.input if entry.name not in held]
    if not every:
        raise InvalidNetwork("the graph has no input; a network has one")
    chosen = [entry for entry in every if entry.name in read] or every[:1]
    notes = []
    left = [entry.name for entry in every if entry not in chosen]
    if left:
        notes.append(f"inputs that nothing reads are left out: {', '.join(left)}")
    if len(chosen) > 1:
        if asked.input_shape is not None:
            names = ", ".join(shown(entry.name) for entry in chosen)
            raise InvalidNetwork(
                f"input_shape is that of one input, and the graph has {len(chosen)}: {names}"
            )
        joined = ", ".join(entry.name for entry in chosen)
        notes.append(f"the inputs are joined into one vector, in this order: {joined}")
    tensors = {tensor.name: tuple(tensor.dims) for tensor in graph.initializer}
    found = []
    for entry in chosen:
        with located(f"input {shown(entry.name)}"):
            found.append(_given(entry, asked, graph, tensors))
    return found, tuple(notes)


def _given(
    entry: Any, asked: ReadingOptions, graph: Any, tensors: Mapping[str, Sequence[int]]
) -> Given:
    tensor = entry.type.tensor_type
    kind = element_type(tensor.elem_type)
    if kind not in WHOLE_FLOATS:
        raise InvalidNetwork(f"floats were expected, got {kind}")
    lengths = [dim.dim_value if dim.dim_value > 0 else 0 for dim in tensor.shape.dim]
    if asked.input_shape is not None:
        axis = _axis_of(lengths, asked.input_shape, asked.batch_axis)
        shape = list(asked.input_shape)
        if axis is not None:
            shape.insert(axis, 1)
        return Given(entry.name, tuple(shape), _fixed(lengths, axis))
    if not lengths:
        raise InvalidNetwork(
            "its shape is not given; say that of one input, without the batch axis: "
            "input_shape=(3,), or --input-shape 3"
        )
    usual = None if len(lengths) == 1 else 0
    axis = usual if asked.batch_axis == AUTO else _checked(asked.batch_axis, len(lengths))
    shape = [1 if k == axis else length for k, length in enumerate(lengths)]
    if axis == 0 and shape.count(0) == 1 and shape[-1] == 0 and len(shape) == 2:
        shape[-1] = _width(entry.name, graph, tensors)
    if 0 in shape:
        names = [dim.dim_param or str(dim.dim_value or "?") for dim in tensor.shape.dim]
        free = ",".join(str(n) if n else "3" for k, n in enumerate(shape) if k != axis)
        raise InvalidNetwork(
            f"its shape is [{', '.join(names)}], but only the first axis, the batch, may be free; "
            f"say the shape of one input, as in input_shape=({free},) or --input-shape {free}"
        )
    batch = _fixed(lengths, axis)
    if batch and asked.batch_axis == AUTO and not _keeps_batch(graph, batch):
        raise _unsure(batch)
    return Given(entry.name, tuple(shape), batch)


def _unsure(batch: int) -> InvalidNetwork:
    """The error for a first axis that may be a batch and may be not."""
    return InvalidNetwork(
        f"its first axis is the batch, which must be 1 or free: got {batch}; say batch_axis=0 "
        "(--batch-axis 0) to read one input of the batch, or batch_axis=None (--batch-axis none) "
        "if it is no batch"
    )


def check_batch(given: Iterable[Given], shape: Sequence[int], asked: ReadingOptions) -> None:
    """Refuse an output that does not show that the first axis of the inputs is a batch."""
    for entry in given:
        if entry.batch and (not shape or shape[0] != 1):
            with located(f"input {shown(entry.name)}"):
                if asked == ReadingOptions(outputs=asked.outputs):
                    raise _unsure(entry.batch)
                raise InvalidNetwork(
                    f"the nodes of the graph need a batch of {entry.batch}; export it with a batch "
                    "of one"
                )


def _fixed(lengths: Sequence[int], axis: int | None) -> int:
    return lengths[axis] if axis == 0 and lengths and lengths[0] > 1 else 0


def _checked(axis: int | str | None, rank: int) -> int | None:
    """The batch axis, counted from the front."""
    if axis is None:
        return None
    if not isinstance(axis, int) or not -rank <= axis < rank:
        raise InvalidNetwork(f"batch_axis: there is no axis {axis} among {rank}")
    return axis % rank


def _axis_of(lengths: Sequence[int], wanted: Sequence[int], asked: int | str | None) -> int | None:
    """The batch axis of a tensor with these lengths, 0 where free, whose inputs are of a shape."""
    if not lengths:
        return 0 if asked == AUTO else _checked(asked, len(wanted) + 1)

    def fits(rest: Sequence[int]) -> bool:
        return len(rest) == len(wanted) and all(
            old in (0, new) for old, new in zip(rest, wanted, strict=True)
        )

    choices: list[int | None] = [None, *(k for k, n in enumerate(lengths) if n < 2), 0]
    if asked != AUTO:
        choices = [_checked(asked, len(lengths))]
    for axis in choices:
        if fits([length for k, length in enumerate(lengths) if k != axis]):
            return axis
    raise InvalidNetwork(
        f"input_shape={tuple(wanted)} does not fit the file's shape "
        f"[{', '.join(str(length or '?') for length in lengths)}], in which ? is free"
    )


def _keeps_batch(graph: Any, batch: int) -> bool:
    """Whether every output starts with the same axis as the input."""
    return all(
        len(dims := entry.type.tensor_type.shape.dim) > 1 and dims[0].dim_value == batch
        for entry in graph.output
    )


def _width(name: str, graph: Any, tensors: Mapping[str, Sequence[int]]) -> int:
    """How long the rows of an input are that constants are combined with; 0 if they do not say."""
    widths = set()
    for node in graph.node:
        if name not in node.input:
            continue
        others = [tensors[other] for other in node.input if other in tensors]
        settings = {attribute.name: attribute for attribute in node.attribute}
        match node.op_type:
            case "MatMul" | "Gemm" if node.input[0] == name and others and len(others[0]) == 2:
                turned = "transB" in settings and settings["transB"].i
                widths.add(others[0][1 if turned else 0])
            case "Add" | "Sub" | "Mul" | "Div" if others and others[0] and others[0][-1] > 1:
                widths.add(others[0][-1])
            case "Scaler" if "offset" in settings and len(settings["offset"].floats) > 1:
                widths.add(len(settings["offset"].floats))
    return widths.pop() if len(widths) == 1 else 0
