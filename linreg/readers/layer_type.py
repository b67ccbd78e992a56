"""Layer types of JSON files: the keys of each, and a function that adds its nodes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from linreg.readers.assembly import Assembly, Value


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer as a file spells it, and the name that its node will have."""

    name: str
    fields: Mapping[str, Any]

    def given(self, *keys: str) -> dict[str, Any]:
        """Those of the keys that the file has, with their values."""
        return {key: self.fields[key] for key in keys if key in self.fields}


Build = Callable[[Layer, Sequence[Value], Assembly], Value]
"""Adds the nodes of a layer to an assembly; the value is the layer's."""


@dataclass(frozen=True, slots=True)
class LayerType:
    """How a layer is read from its keys and from the values before it.

    Attributes
    ----------
    build : function
    required, optional : tuple of str
        The keys, without those that every layer may have.
    least, most : int or None
        How many values the layer combines; where that is not one, it has branches.
    has_body : bool
        Whether the layer holds layers; their value then comes before the one they read.
    """

    build: Build
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    least: int = 1
    most: int | None = 1
    has_body: bool = False

    @property
    def combines(self) -> bool:
        """Whether the layer reads several values."""
        return self.most != 1
