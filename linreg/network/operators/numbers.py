"""Numbers and settings of an operator, checked once: tensors of weights, integers for each axis."""

from __future__ import annotations

import reprlib
from collections.abc import Sequence
from math import prod
from numbers import Integral
from typing import Any

import numpy as np

from linreg.errors import InvalidNetwork
from linreg.rational import rational

Shape = tuple[int, ...]
"""Lengths of the axes of a value, without a batch axis; its coordinates stand row by row."""

PerAxis = int | Sequence[int]
"""One integer for every axis, or one for each."""

Padding = int | Sequence[int | Sequence[int]]
"""One integer for every axis, or for each axis an integer or a pair (before, after)."""

MOST_NUMBERS = 20_000_000
"""Most coefficients that one operator may have: each of them takes about a hundred bytes."""


def tensor(values: Any, name: str) -> np.ndarray:
    """The numbers of a nested list or an array, as an object array of python-flint rationals.

    Raises
    ------
    InvalidNetwork
        If the list is ragged or empty, or an entry is no finite number; the message names the
        index.

    Examples
    --------
    >>> tensor([[1, "1/2"]], "weight").shape
    (1, 2)
    >>> tensor([[1, 2], [3]], "weight")
    Traceback (most recent call last):
        ...
    linreg.errors.InvalidNetwork: weight[1]: 2 entries were expected, as in weight[0], got 1
    """
    if hasattr(values, "tolist"):
        values = values.tolist()
    shape: list[int] = []
    flat = [(name, values)]
    while flat and _is_list(flat[0][1]):
        first, length = flat[0][0], len(flat[0][1])
        for where, entry in flat:
            if not _is_list(entry) or len(entry) != length:
                got = len(entry) if _is_list(entry) else "a number"
                raise InvalidNetwork(
                    f"{where}: {length} entries were expected, as in {first}, got {got}"
                )
        shape.append(length)
        flat = [(f"{where}[{i}]", item) for where, entry in flat for i, item in enumerate(entry)]
    if not flat:
        raise InvalidNetwork(f"{name}: at least one number was expected, got an empty list")
    exact = np.empty(len(flat), dtype=object)
    for i, (where, entry) in enumerate(flat):
        try:
            exact[i] = rational(entry)
        except (TypeError, ValueError) as error:
            raise InvalidNetwork(f"{where}: {error}") from None
    return exact.reshape(shape)


def vector(values: Any, length: int, name: str, of: str) -> list[Any]:
    """As many numbers as `of` says, given as a list of them or as one number for all."""
    exact = tensor(values, name)
    if exact.ndim == 0:
        return [exact.item()] * length
    if exact.shape != (length,):
        raise InvalidNetwork(
            f"{name}: one number or {length} of them, one for each {of}, were expected, got shape "
            f"{list(exact.shape)}"
        )
    return list(exact)


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
    entries = list(value) if _is_list(value) else [value] * axes
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
    entries = list(value) if _is_list(value) else per_axis(value, axes, "padding", 0)
    if len(entries) != axes:
        raise InvalidNetwork(
            f"padding: one integer or {axes} entries, one for each axis, were expected, got "
            f"{len(entries)}"
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


def _is_list(value: object) -> Any:
    return isinstance(value, Sequence | np.ndarray) and not isinstance(value, str)
