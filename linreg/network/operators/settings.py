"""Settings of an operator, checked once: integers for each axis, and sizes."""

from __future__ import annotations

import reprlib
from collections.abc import Sequence
from math import prod
from numbers import Integral
from typing import Any

import numpy as np

from linreg.errors import InvalidNetwork
from linreg.network.tensors import is_list
from linreg.wording import counted

Shape = tuple[int, ...]
"""Lengths of the axes of a value, without a batch axis; its coordinates stand row by row."""

PerAxis = int | Sequence[int]
"""One integer for every axis, or one for each."""

Padding = int | Sequence[int | Sequence[int]]
"""One integer for every axis, or for each axis an integer or a pair (before, after)."""

MOST_NUMBERS = 20_000_000
"""Most coefficients that one operator may have: each of them takes about a hundred bytes."""


def channels_and_axes(shape: Sequence[int]) -> tuple[int, Shape]:
    """The number of channels, and the lengths of the axes after them.

    Raises
    ------
    InvalidNetwork
        If there is no axis but that of the channels.
    """
    if len(shape) < 2:
        raise InvalidNetwork(
            f"a value of shape [channels, length] or [channels, height, width] was expected, got "
            f"{list(shape)}; reshape it first"
        )
    return shape[0], tuple(shape[1:])


def per_axis(value: Any, axes: int, name: str, least: int | None = 1) -> Shape:
    """One integer for each axis.

    Raises
    ------
    InvalidNetwork
        If the number of integers is wrong, or one is less than `least`.

    Examples
    --------
    >>> per_axis(3, 2, "kernel"), per_axis([1, 2], 2, "stride")
    ((3, 3), (1, 2))
    """
    entries = list(value) if is_list(value) else [value] * axes
    kind = {None: "an integer", 0: "a non-negative integer", 1: "a positive integer"}[least]
    for entry in entries:
        whole = isinstance(entry, Integral) and not isinstance(entry, bool)
        if not whole or (least is not None and entry < least):
            raise InvalidNetwork(f"{name}: {kind} was expected, got {reprlib.repr(entry)}")
    if len(entries) != axes:
        raise InvalidNetwork(
            f"{name}: {kind} or {axes} of them, one for each axis, were expected, got "
            f"{len(entries)}"
        )
    return tuple(int(entry) for entry in entries)


def paddings(value: Any, axes: int) -> tuple[tuple[int, int], ...]:
    """The padding before and after each axis.

    Examples
    --------
    >>> paddings(1, 2), paddings([(0, 1), 2], 2)
    (((1, 1), (1, 1)), ((0, 1), (2, 2)))
    """
    entries = list(value) if is_list(value) else per_axis(value, axes, "padding", 0)
    if len(entries) != axes:
        raise InvalidNetwork(
            f"padding: one integer, or one entry for each of {counted(axes, 'axis', 'axes')}, was "
            f"expected, got {len(entries)}"
        )
    before_after = [per_axis(entry, 2, "padding", 0) for entry in entries]
    return tuple((before, after) for before, after in before_after)


def check_number(coefficients: int) -> None:
    """Refuse an operator with more coefficients than fit into the memory.

    Raises
    ------
    InvalidNetwork
        If there are more than `MOST_NUMBERS`.
    """
    if coefficients > MOST_NUMBERS:
        raise InvalidNetwork(
            f"the layer would have more than {MOST_NUMBERS} coefficients; give it a smaller input "
            "or smaller settings"
        )


def cells_of(shape: Sequence[int]) -> np.ndarray:
    """The index of each coordinate of a value, arranged in its shape."""
    return np.arange(prod(shape)).reshape(shape)
