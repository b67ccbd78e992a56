"""ONNX operators that compare, choose and sort."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from linreg.errors import InvalidNetwork
from linreg.readers.choices import chosen, compared, largest_first, turned
from linreg.readers.onnx_call import Call
from linreg.readers.tensor_values import Operand, shape_of


def _where(call: Call) -> Operand:
    return chosen(call.site, call.operands[0], call.operand(1), call.operand(2))


def _comparison(greater: int) -> Callable[[Call], Any]:
    return lambda call: compared(call.operator, call.operand(greater), call.operand(1 - greater))


def _sorted_first(call: Call) -> list[Operand]:
    """The first values of an axis in order; their indices jump and are not read."""
    axis = call.axis("axis", -1)
    length = shape_of(call.operand(0))[axis]
    count = call.integers("k", 1) or [0]
    if len(count) != 1 or not 1 <= count[0] <= length:
        raise InvalidNetwork(f"k: a number from 1 to {length} was expected, got {count}")
    if not call.integer("sorted", 1):
        raise InvalidNetwork("sorted=0 leaves the order open; only sorted values are read")
    least = not call.integer("largest", 1)
    return [largest_first(call.site, call.operand(0), axis, count[0], least=least)]


CHOICES: dict[str, Callable[[Call], Any]] = {
    "Greater": _comparison(0),
    "GreaterOrEqual": _comparison(0),
    "Less": _comparison(1),
    "LessOrEqual": _comparison(1),
    "Not": lambda call: turned(call.operands[0]),
    "TopK": _sorted_first,
    "Where": _where,
}

READING_COMPARISONS = ("Cast", "Identity", "Mul", "Not", "Where")
"""Operators that a comparison of values may be read by."""
