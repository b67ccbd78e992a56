"""Tensors in .safetensors files: a header in JSON with their places, then their bytes."""

from __future__ import annotations

import json
from math import prod
from typing import Any

import numpy as np

from linreg.errors import UnreadableFile
from linreg.json_values import shown

_TYPES = {
    "F64": "<f8",
    "F32": "<f4",
    "F16": "<f2",
    "BF16": "<u2",
    "I64": "<i8",
    "I32": "<i4",
    "I16": "<i2",
    "I8": "i1",
    "U8": "u1",
    "BOOL": "?",
}


def tensors_in(data: bytes) -> dict[str, np.ndarray]:
    """The tensors in the bytes of a file, each exactly in its own type; bfloat16 as float32.

    Raises
    ------
    UnreadableFile
        If the bytes are damaged: nothing is read beyond them, and nothing twice.

    Source
    ------
    The format of the package safetensors, version 0.4 (2023).
    """
    length = int.from_bytes(data[:8], "little")
    if len(data) < 8 or length > len(data) - 8:
        raise UnreadableFile("not a .safetensors file, or cut short: its header is not there")
    try:
        header = json.loads(data[8 : 8 + length])
    except (RecursionError, UnicodeDecodeError, ValueError):
        raise UnreadableFile("not a .safetensors file: its header is no JSON") from None
    if not isinstance(header, dict):
        raise UnreadableFile("not a .safetensors file: its header is no object")
    body = memoryview(data)[8 + length :]
    header.pop("__metadata__", None)
    return {name: _tensor(name, entry, body) for name, entry in header.items()}


def _tensor(name: str, entry: Any, body: memoryview) -> np.ndarray:
    match entry:
        case {"dtype": str(kind), "shape": [*shape], "data_offsets": [int(start), int(end)]} if (
            kind in _TYPES and all(type(n) is int and n >= 0 for n in shape)
        ):
            size = prod(shape) * np.dtype(_TYPES[kind]).itemsize
            if 0 <= start <= end <= len(body) and end - start == size:
                array = np.frombuffer(body[start:end], _TYPES[kind]).reshape(shape)
                if kind == "BF16":
                    return (array.astype(np.uint32) << 16).view(np.float32)
                return array
    raise UnreadableFile(
        f"tensor {shown(name)}: a type among {', '.join(_TYPES)}, and a place that fits its shape, "
        "were expected"
    )
