"""One node of an ONNX graph: what it reads and how it is set, with their checks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from linreg.errors import InvalidNetwork
from linreg.readers.tensor_values import Operand, Site, constant, integers, shape_of


@dataclass(frozen=True, slots=True)
class Call:
    """An operator with its operands.

    Attributes
    ----------
    site : Site
        Where its nodes go.
    operator : str
    operands : tuple of operands or None
        None stands for an optional input that is left out.
    settings : dict
        Its attributes; text is decoded, tensors are arrays.
    n_outputs : int
    """

    site: Site
    operator: str
    operands: tuple[Operand | None, ...]
    settings: dict[str, Any]
    n_outputs: int

    def operand(self, k: int) -> Operand:
        """Input number k, from 0."""
        operand = self.optional(k)
        if operand is None:
            raise InvalidNetwork(f"input {k} is missing")
        return operand

    def optional(self, k: int) -> Operand | None:
        """Input number k, or None if it is left out."""
        return self.operands[k] if k < len(self.operands) else None

    def array(self, k: int, what: str) -> np.ndarray | None:
        """Input number k, which must be constant, or None."""
        operand = self.optional(k)
        return None if operand is None else constant(operand, what)

    def integers(self, setting: str, k: int) -> list[int] | None:
        """The integers that an attribute holds, as in older opsets, or input number k, or None."""
        if setting in self.settings:
            return self.integer_setting(setting, [])
        operand = self.optional(k)
        return None if operand is None else integers(operand, setting)

    def integer_setting(self, name: str, default: Sequence[int]) -> list[int]:
        """The integers of an attribute."""
        value = self.settings.get(name, list(default))
        if not isinstance(value, list) or not all(isinstance(entry, int) for entry in value):
            raise InvalidNetwork(f"{name}: a list of integers was expected")
        return value

    def integer(self, name: str, default: int) -> int:
        """The integer of an attribute."""
        value = self.settings.get(name, default)
        if not isinstance(value, int):
            raise InvalidNetwork(f"{name}: an integer was expected")
        return value

    def float(self, name: str, default: float) -> float:
        """The float32 of an attribute."""
        return float(self.settings.get(name, np.float32(default)))

    def text(self, name: str, default: str) -> str:
        """The text of an attribute."""
        return str(self.settings.get(name, default))

    def axis(self, name: str, default: int, k: int = 0) -> int:
        """The axis that an attribute names, counted from the front of input number k."""
        axis, rank = self.integer(name, default), len(shape_of(self.operand(k)))
        if not -rank <= axis < rank:
            raise InvalidNetwork(f"{name}: there is no axis {axis} among {rank}")
        return axis % rank
