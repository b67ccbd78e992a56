"""ONNX operators that make constants, and those that are computed for constants alone."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np

from linreg.errors import InvalidNetwork, NotPiecewiseLinear
from linreg.readers.assembly import Value
from linreg.readers.onnx_call import Call
from linreg.readers.onnx_file import WHOLE_FLOATS, element_type, onnx_package, widened
from linreg.readers.onnx_layers import Function
from linreg.readers.refused_operators import operator_refusal
from linreg.readers.tensor_values import (
    Operand,
    bounded,
    check_size,
    constant,
    integers,
    shape_of,
)

_NARROW = ("FLOAT16", "BFLOAT16")


def _cast(call: Call) -> Operand:
    kind = element_type(call.integer("to", 0))
    operand = call.operand(0)
    if isinstance(operand, Value):
        if kind not in WHOLE_FLOATS:
            raise NotPiecewiseLinear(
                f"a cast of a value of the network to {kind} rounds, so it is not continuous; only "
                "casts between floats are read"
            )
        if kind in _NARROW:
            call.site.assembly.note(
                f"a value is cast to {kind}, which rounds it where the file is run: here it is "
                "what it was"
            )
        return operand
    target = onnx_package().helper.tensor_dtype_to_np_dtype(call.integer("to", 0))
    if np.dtype(target).kind not in "biuf":
        raise InvalidNetwork(f"a cast to {kind} is not supported")
    return widened(operand.astype(target))


def _constant(call: Call) -> Operand:
    for name in ("value", "value_float", "value_floats", "value_int", "value_ints"):
        if name in call.settings:
            return widened(np.asarray(call.settings[name]))
    raise InvalidNetwork("only constant numbers are supported")


def _filled(call: Call) -> Operand:
    shape = bounded(integers(call.operand(0), "the shape"))
    filling: Any = call.settings.get("value", np.zeros(1))
    return np.full(shape, np.asarray(filling).ravel()[0])


def _shape(call: Call) -> Operand:
    shape = shape_of(call.operand(0))
    start, end = call.integer("start", 0), call.integer("end", len(shape))
    return np.array(shape[start:end], dtype=np.int64)


def _range(call: Call) -> Operand:
    start, stop, step = (constant(call.operand(k), "a bound").item() for k in range(3))
    if step == 0:
        raise InvalidNetwork("the step of a range must not be zero")
    bounded([max(0, int((stop - start) / step) + 1)])
    return widened(np.arange(start, stop, step))


def _folded(function: Callable[..., Any]) -> Function:
    """An operator of constants alone, which NumPy computes."""

    def fold(call: Call) -> Operand:
        arrays = []
        for k in range(len(call.operands)):
            operand = call.operand(k)
            if isinstance(operand, Value):
                raise operator_refusal(call.operator)
            arrays.append(operand)
        try:
            shape = np.broadcast_shapes(*(array.shape for array in arrays))
        except ValueError:  # of operators whose operands have not one shape
            shape = ()
        check_size(prod(shape), arrays)
        return widened(np.asarray(function(*arrays)))

    return fold


CONSTANTS: dict[str, Function] = {
    "Cast": _cast,
    "Constant": _constant,
    "ConstantOfShape": _filled,
    "Range": _range,
    "Shape": _shape,
    "Size": lambda call: np.array(prod(shape_of(call.operand(0))), dtype=np.int64),
}


FOLDED: dict[str, Function] = {
    "And": _folded(np.logical_and),
    "Equal": _folded(np.equal),
    "Floor": _folded(np.floor),
    "Or": _folded(np.logical_or),
    "Pow": _folded(np.power),
    "Reciprocal": _folded(np.reciprocal),
    "ReduceProd": _folded(lambda array, *_: np.prod(array, keepdims=True)),
    "Sqrt": _folded(np.sqrt),
}
"""Operators of which only constants are read: how shapes and weights are computed in a file."""
