"""A layer of a Keras file, and what its settings say; axes stand as Keras has them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from linreg.errors import InvalidNetwork
from linreg.json_values import shown
from linreg.readers.tensor_layers import (
    value_of,
)
from linreg.readers.tensor_values import (
    Operand,
    Site,
    rearranged,
    shape_of,
)
from linreg.wording import counted


@dataclass(frozen=True, slots=True)
class KerasLayer:
    """A layer with what it reads.

    Attributes
    ----------
    site : Site
    config : dict
    arrays : list of float64 arrays
    operands : list of operands
    is_old : bool
        Whether Keras was of version 1 or 2.
    """

    site: Site
    config: dict[str, Any]
    arrays: list[np.ndarray]
    operands: list[Any]
    is_old: bool

    @property
    def read(self) -> Operand:
        """The first operand."""
        if not self.operands:
            raise InvalidNetwork("it reads nothing")
        operand: Operand = self.operands[0]
        return operand

    def array(self, k: int, what: str) -> np.ndarray:
        """Array number k."""
        if k >= len(self.arrays):
            raise InvalidNetwork(
                f"{what} is missing: {counted(len(self.arrays), 'array')} of it are in the file"
            )
        return self.arrays[k]

    def integers(self, name: str, axes: int, default: Any = 1) -> list[int]:
        """One whole number for each axis."""
        given = self.config.get(name, default)
        entries = [given] * axes if isinstance(given, int) else given
        if not are_integers(entries) or len(entries) != axes:
            raise InvalidNetwork(f"{name}: {axes} integers were expected, got {shown(given)}")
        return list(entries)

    def number(self, name: str, default: float) -> float:
        """A number of the configuration."""
        given = self.config.get(name, default)
        if isinstance(given, dict):  # a NumPy scalar, as older files spell it
            given = given.get("value", given.get("config"))
        if isinstance(given, bool) or not isinstance(given, int | float) or given != given:
            raise InvalidNetwork(f"{name}: a number was expected, got {shown(given)}")
        return float(given)


Function = Callable[[KerasLayer], Operand]
"""What a layer computes of what it reads."""


def are_integers(entries: Any) -> bool:
    """Whether a setting is a list of integers."""
    return isinstance(entries, list) and all(type(entry) is int for entry in entries)


def channels(layer: KerasLayer, operand: Operand, axes: int) -> tuple[Operand, bool]:
    """The operand with the channels before the other axes, and whether they were last."""
    value = value_of(operand)
    if len(value.shape) != axes + 2:
        raise InvalidNetwork(
            f"{axes} axes and channels were expected, got shape {list(value.shape[1:])}"
        )
    last = layer.config.get("data_format") != "channels_first"
    moved = rearranged(layer.site, value, lambda a: np.moveaxis(a, -1, 1)) if last else value
    return moved, last


def back(layer: KerasLayer, made: Operand, last: bool) -> Operand:
    """What was made of an operand with its channels first, as the layer has them."""
    return rearranged(layer.site, made, lambda a: np.moveaxis(a, 1, -1)) if last else made


def one_axis(layer: KerasLayer, default: int = -1) -> int:
    """The one axis that a setting names, with the batch as number 0."""
    given, rank = layer.config.get("axis", default), len(shape_of(layer.read))
    entries = [given] if isinstance(given, int) else given
    if not are_integers(entries) or len(entries) != 1 or not -rank <= entries[0] < rank:
        raise InvalidNetwork(f"axis: one axis of {rank} was expected, got {shown(given)}")
    return int(entries[0]) % rank
