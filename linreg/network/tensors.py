"""Numbers as users give them, in nested lists or arrays, read exactly."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from linreg.errors import InvalidDomain, InvalidNetwork
from linreg.rational import rational
from linreg.wording import expected

FLOATS = (np.float16, np.float32, np.float64)
"""The types of arrays that float64 holds without rounding."""


def floats(values: Any) -> np.ndarray | None:
    """An array of finite floats as float64, which holds them exactly; None for anything else."""
    if not isinstance(values, np.ndarray) or values.dtype not in FLOATS or values.size == 0:
        return None
    wide = values.astype(np.float64)
    return wide if np.isfinite(wide).all() else None


def tensor(
    values: Any, name: str, error: type[InvalidNetwork | InvalidDomain] = InvalidNetwork
) -> np.ndarray:
    """The numbers of a nested list or an array, as an object array of python-flint rationals.

    Raises
    ------
    error, by default InvalidNetwork
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
    while flat and is_list(flat[0][1]):
        first, length = flat[0][0], len(flat[0][1])
        for where, entry in flat:
            if not is_list(entry) or len(entry) != length:
                got = len(entry) if is_list(entry) else "a number"
                wanted = expected(length, "entry", "entries")
                raise error(f"{where}: {wanted}, as in {first}, got {got}")
        shape.append(length)
        flat = [(f"{where}[{i}]", item) for where, entry in flat for i, item in enumerate(entry)]
    if not flat:
        raise error(f"{name}: at least one number was expected, got an empty list")
    exact = np.empty(len(flat), dtype=object)
    for i, (where, entry) in enumerate(flat):
        try:
            exact[i] = rational(entry)
        except (TypeError, ValueError) as reason:
            raise error(f"{where}: {reason}") from None
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


def is_list(value: object) -> Any:
    """Whether a value has entries of its own; text has none."""
    return isinstance(value, Sequence | np.ndarray) and not isinstance(value, str)
