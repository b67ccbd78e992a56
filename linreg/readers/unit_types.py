"""Layers of scalar units by the names they have in files: one entry in a table for each type."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import Any

from linreg.errors import InvalidNetwork
from linreg.json_values import as_list
from linreg.network.build import number
from linreg.units import (
    ScalarUnit,
    absolute,
    clip,
    hard_tanh,
    leaky_relu,
    relu,
    relu6,
)
from linreg.wording import counted


@dataclass(frozen=True, slots=True)
class Fields:
    """The keys of a layer in a file, read as exact numbers."""

    values: Mapping[str, Any]

    def number(self, key: str, default: Any = None) -> Fraction:
        """The number that a key holds."""
        return Fraction(number(self.values.get(key, default), key))

    def numbers(self, key: str) -> list[Fraction]:
        """The list of numbers that a key holds."""
        entries = as_list(self.values[key], key)
        return [Fraction(number(entry, f"{key}[{i}]")) for i, entry in enumerate(entries)]


@dataclass(frozen=True, slots=True)
class UnitType:
    """How a layer of scalar units is read from its keys.

    Attributes
    ----------
    make : function
        From the keys and the shape of what is read to the units, one for each coordinate.
    required, optional : tuple of str
        The keys.
    """

    make: Callable[[Fields, Sequence[int]], tuple[ScalarUnit, ...]]
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()


def _alike(
    unit: Callable[[Fields], ScalarUnit],
) -> Callable[[Fields, Sequence[int]], tuple[ScalarUnit, ...]]:
    return lambda fields, shape: (unit(fields),) * prod(shape)


def _prelu(fields: Fields, shape: Sequence[int]) -> tuple[ScalarUnit, ...]:
    slopes, size = fields.numbers("alpha"), prod(shape)
    if len(slopes) not in (1, shape[0], size):
        channels = f", or one for each of {counted(shape[0], 'channel')}" if len(shape) > 1 else ""
        raise InvalidNetwork(
            f"alpha has {counted(len(slopes), 'number')} for {counted(size, 'unit')}; give one for "
            f"each, or one for all{channels}"
        )
    return tuple(leaky_relu(slope) for slope in slopes for _ in range(size // len(slopes)))


def _table(fields: Fields) -> ScalarUnit:
    return ScalarUnit(*(fields.numbers(key) for key in ("breakpoints", "slopes", "intercepts")))


def _hard_sigmoid(fields: Fields) -> ScalarUnit:
    """clip(alpha z + beta, 0, 1)."""
    alpha, beta = fields.number("alpha", "1/6"), fields.number("beta", "1/2")
    if alpha <= 0:
        raise InvalidNetwork(f"alpha must be positive: got {alpha}")
    return ScalarUnit((-beta / alpha, (1 - beta) / alpha), (0, alpha, 0), (0, beta, 1))


UNIT_TYPES: dict[str, UnitType] = {
    "relu": UnitType(_alike(lambda _: relu())),
    "relu6": UnitType(_alike(lambda _: relu6())),
    "abs": UnitType(_alike(lambda _: absolute())),
    "leaky_relu": UnitType(_alike(lambda f: leaky_relu(f.number("alpha"))), ("alpha",)),
    "prelu": UnitType(_prelu, ("alpha",)),
    "hardtanh": UnitType(
        _alike(lambda f: hard_tanh(f.number("lo", -1), f.number("hi", 1))), (), ("lo", "hi")
    ),
    "hard_sigmoid": UnitType(_alike(_hard_sigmoid), (), ("alpha", "beta")),
    "clip": UnitType(_alike(lambda f: clip(f.number("lo"), f.number("hi"))), ("lo", "hi")),
    "pwl": UnitType(_alike(_table), ("breakpoints", "slopes", "intercepts")),
}

WITHOUT_PARAMETERS = tuple(name for name, type_ in UNIT_TYPES.items() if not type_.required)
"""The types that are known by name alone."""
