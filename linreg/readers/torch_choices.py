"""Operators of torch that compare, choose and sort."""

from __future__ import annotations

from typing import Any

from linreg.errors import InvalidNetwork
from linreg.readers.choices import Comparison, chosen, compared, largest_first, masked, turned
from linreg.readers.tensor_values import Operand, Site, shape_of
from linreg.readers.torch_layers import LAYERS, Arguments, Function, tensor


def _comparison(name: str, greater: str, less: str) -> Any:
    return lambda _site, a: compared(name, tensor(a[greater]), tensor(a[less]))


def _where(site: Site, a: Arguments) -> Operand:
    return chosen(site, a["condition"], tensor(a["self"]), tensor(a["other"]))


def _product(site: Site, a: Arguments) -> Operand | list[Operand]:
    factors = [a["self"], a["other"]]
    if any(isinstance(factor, Comparison) for factor in factors):
        return masked(site, [f if isinstance(f, Comparison) else tensor(f) for f in factors])
    return LAYERS["mul"](site, a)


def _largest(site: Site, a: Arguments) -> list[Operand]:
    axis = a["dim"] % max(1, len(shape_of(a["self"])))
    if not a["sorted"]:
        raise InvalidNetwork("sorted=False leaves the order open; only sorted values are read")
    return [largest_first(site, a["self"], axis, a["k"], least=not a["largest"])]


def _sorted(site: Site, a: Arguments) -> list[Operand]:
    axis = a["dim"] % max(1, len(shape_of(a["self"])))
    length = shape_of(a["self"])[axis]
    return [largest_first(site, a["self"], axis, length, least=not a["descending"])]


CHOICES: dict[str, Function] = {
    "bitwise_not": lambda _site, a: turned(a["self"]),
    "ge": _comparison("ge", "self", "other"),
    "gt": _comparison("gt", "self", "other"),
    "le": _comparison("le", "other", "self"),
    "logical_not": lambda _site, a: turned(a["self"]),
    "lt": _comparison("lt", "other", "self"),
    "mul": _product,
    "sort": _sorted,
    "topk": _largest,
    "where": _where,
}

READING_COMPARISONS = ("bitwise_not", "logical_not", "mul", "to", "to_copy", "where")
"""Operators that a comparison of values may be read by."""
