"""ONNX files: parsed and checked, with their tensors as NumPy arrays. Nothing in them is run."""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterator, Mapping, Sequence
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from linreg.errors import InvalidNetwork, UnreadableFile
from linreg.json_values import located, shown

OLDEST_OPSET = 6
"""The first opset whose operators have no in-place variants; those of 6 say how they broadcast."""

WHOLE_FLOATS = ("FLOAT", "DOUBLE", "FLOAT16", "BFLOAT16")
"""The types of floats, all of which float64 holds exactly."""

NUMBER_BYTES = 16
"""Bytes of the widest number."""

MOST_NODES = 1_000_000
"""Most nodes that functions may stand for."""

_INTEGERS = ("INT8", "INT16", "INT32", "INT64", "UINT8", "UINT16", "UINT32", "BOOL")
_MODEL_DOMAINS = ("", "ai.onnx")


def onnx_package() -> Any:
    """The package onnx, imported when the first file is read.

    Raises
    ------
    UnreadableFile
        If it is not installed.
    """
    try:
        import onnx
        import onnx.checker
        import onnx.defs
        import onnx.external_data_helper
        import onnx.inliner
        import onnx.numpy_helper
    except ImportError:
        raise UnreadableFile(
            "reading .onnx files needs the package onnx, which is not installed; "
            "pip install 'linreg-exact[onnx]'"
        ) from None
    return onnx


def read_model(data: bytes, folder: Path) -> Any:
    """The model in a file's bytes, with tensors from files in its folder, and without functions.

    Raises
    ------
    UnreadableFile
        If the bytes are damaged, a file beside them is missing, or the package onnx is.
    InvalidNetwork
        If the model is of an opset that is too old, or newer than the package.
    """
    onnx = onnx_package()
    protobuf = importlib.import_module("google.protobuf.message")
    if not data:
        raise UnreadableFile("the file is empty; an ONNX model was expected")
    try:
        model = onnx.load_model_from_string(data)
    except protobuf.DecodeError:
        raise UnreadableFile(
            "not an ONNX model: its bytes cannot be parsed; the file may have been cut short"
        ) from None
    if not model.ir_version or not model.HasField("graph"):
        raise UnreadableFile("not an ONNX model: it has no version or no graph")
    if not all(isinstance(text, str) for text in _texts(model)):
        raise UnreadableFile("not an ONNX model: a name in it is not UTF-8 text")
    if opset(model) < OLDEST_OPSET:
        raise InvalidNetwork(
            f"opset {opset(model)} is too old; opsets from {OLDEST_OPSET} are read, and "
            "onnx.version_converter brings a model there"
        )
    newest = onnx.defs.onnx_opset_version()
    if opset(model) > newest:
        raise InvalidNetwork(
            f"opset {opset(model)} is not known to the installed package onnx, which knows opsets "
            f"up to {newest}; update it"
        )
    _load_external(onnx, model, folder)
    if model.functions:
        _check_inlined(model)
        try:
            model = onnx.inliner.inline_local_functions(model)
        except (RuntimeError, ValueError) as error:
            raise UnreadableFile(f"functions cannot be inlined: {first_line(error)}") from None
    return model


def opset(model: Any) -> int:
    """The version of the standard operators that a model is made of; 0 if it does not say."""
    versions = [o.version for o in model.opset_import if o.domain in _MODEL_DOMAINS]
    return max(versions, default=0)


def array_of(tensor: Any) -> np.ndarray:
    """A tensor's numbers as float64, int64 or bool, exactly.

    Raises
    ------
    InvalidNetwork
        If its type is another one or its data do not fit its shape.
    """
    onnx = onnx_package()
    kind = element_type(tensor.data_type)
    if kind not in (*WHOLE_FLOATS, *_INTEGERS):
        raise InvalidNetwork(
            f"numbers of type {kind} are not supported; supported: {', '.join(WHOLE_FLOATS)} and "
            "integers of up to 64 bits"
        )
    try:
        array = onnx.numpy_helper.to_array(tensor)
    except (TypeError, ValueError) as error:
        raise InvalidNetwork(f"its data cannot be read: {first_line(error)}") from None
    return widened(np.asarray(array))


def widened(array: np.ndarray) -> np.ndarray:
    """The array with the widest type of its kind."""
    if array.dtype.kind in "iu":
        return array.astype(np.int64)
    return array if array.dtype.kind == "b" else array.astype(np.float64)


def element_type(code: int) -> str:
    """The name of an element type."""
    names = onnx_package().TensorProto.DataType
    return str(names.Name(code)) if code in names.values() else f"number {code}"


def node_checker(model: Any) -> Any:
    """A function that refuses a node whose inputs or attributes are not those of its operator."""
    onnx = onnx_package()
    context = onnx.checker.C.CheckerContext()
    context.ir_version = model.ir_version
    context.opset_imports = {o.domain: o.version for o in model.opset_import} | {"": opset(model)}

    def check(node: Any) -> None:
        try:
            onnx.checker.check_node(node, context)
        except (ValueError, onnx.checker.ValidationError) as error:
            raise InvalidNetwork(f"not as ONNX says: {first_line(error)}") from None

    return check


def first_line(error: BaseException) -> str:
    """The first line of an error's message without what is no text, or what kind of error it is."""
    line = next((line for line in str(error).splitlines() if line), type(error).__name__)
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in line)


def _load_external(onnx: Any, model: Any, folder: Path) -> None:
    """Read the tensors whose data lie in files beside the model."""
    for tensor in _tensors(model):
        if tensor.data_location != onnx.TensorProto.EXTERNAL:
            continue
        with located(f"tensor {shown(tensor.name)}"):
            entries = {entry.key: entry.value for entry in tensor.external_data}
            location = entries.get("location", "")
            inside = location and not Path(location).is_absolute() and location.isprintable()
            inside = inside and ".." not in Path(location).parts
            # A link may lead elsewhere.
            target = Path(os.path.realpath(folder / location)) if inside else folder
            if not inside or not target.is_relative_to(os.path.realpath(folder)):
                raise UnreadableFile(
                    f"its data lie in {shown(location)}, which is not beside the model; only files "
                    "in the model's folder are read"
                )
            if not (folder / location).is_file():
                raise UnreadableFile(
                    f"its data lie in {shown(location)}, which is missing; the file belongs beside "
                    "the model"
                )
            try:
                _check_region(entries, (folder / location).stat().st_size, tensor.dims)
                onnx.external_data_helper.load_external_data_for_tensor(tensor, str(folder))
            except (OSError, RuntimeError, ValueError, onnx.checker.ValidationError) as error:
                raise UnreadableFile(
                    f"its data in {shown(location)} cannot be read: {first_line(error)}"
                ) from None
            # Older releases leave a tensor that has its data as one whose data lie elsewhere.
            tensor.data_location = onnx.TensorProto.DEFAULT
            del tensor.external_data[:]


def _check_region(entries: Mapping[str, str], size: int, dims: Sequence[int]) -> None:
    """Refuse more bytes than a file beside the model has, or a tensor of this shape can hold."""
    offset = int(entries.get("offset") or 0)
    length = int(entries.get("length") or size - offset)
    if length > NUMBER_BYTES * prod(dims):
        raise UnreadableFile(f"it has {length:,} bytes of data for a shape of {list(dims)}")
    if min(offset, length) < 0 or offset + length > size:
        raise UnreadableFile(
            f"its data are bytes {offset:,} to {offset + length:,} of "
            f"{shown(entries['location'])}, which has {size:,}"
        )


def _check_inlined(model: Any) -> None:
    """Refuse functions that call each other so often that their bodies are too many nodes."""
    functions = {(f.domain, f.name): f for f in model.functions}
    sizes: dict[tuple[str, str], int] = {}

    def size_of(nodes: Any) -> int:
        return sum(sizes.get((node.domain, node.op_type), 1) for node in nodes)

    # Each round knows the calls of one more level; those that call themselves only grow.
    for _ in functions:
        sizes = {name: min(size_of(f.node), MOST_NODES + 1) for name, f in functions.items()}
        size = size_of(model.graph.node)
        if size > MOST_NODES:
            raise UnreadableFile(f"its functions stand for more than {MOST_NODES:,} nodes")


def _texts(model: Any) -> Iterator[Any]:
    """The names in a model; those that are no text are bytes."""
    yield from (model.producer_name, model.producer_version)
    yield from (entry.domain for entry in model.opset_import)
    graph = model.graph
    for entry in (*graph.input, *graph.output):
        yield entry.name
        yield from (dim.dim_param for dim in entry.type.tensor_type.shape.dim)
    for tensor in graph.initializer:
        yield tensor.name
        yield from (part for entry in tensor.external_data for part in (entry.key, entry.value))
    for node in graph.node:
        yield from (node.name, node.op_type, node.domain, *node.input, *node.output)
        yield from (attribute.name for attribute in node.attribute)


def _tensors(model: Any) -> Iterator[Any]:
    yield from model.graph.initializer
    for node in model.graph.node:
        yield from (attribute.t for attribute in node.attribute if attribute.HasField("t"))
