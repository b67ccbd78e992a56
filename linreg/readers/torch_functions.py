"""Operators of torch by name, and the tensors that they read."""

from __future__ import annotations

from typing import Any

import numpy as np

from linreg.errors import InvalidNetwork
from linreg.readers.torch_choices import CHOICES, READING_COMPARISONS
from linreg.readers.torch_layers import LAYERS, Function
from linreg.readers.torch_pools import POOLS
from linreg.readers.torch_rearranging import REARRANGING

FUNCTIONS: dict[str, Function] = {**LAYERS, **POOLS, **REARRANGING, **CHOICES}

KEEPS_SCORES = (
    "clone",
    "contiguous",
    "detach",
    "flatten",
    "identity",
    "reshape",
    "squeeze",
    "to",
    "to_copy",
    "unflatten",
    "unsqueeze",
    "view",
)
"""Operators after which class scores are still at the end of a network."""

__all__ = ["FUNCTIONS", "KEEPS_SCORES", "READING_COMPARISONS", "array_of", "torch_package"]


def torch_package() -> Any:
    """The package torch, imported when the first module is read.

    Raises
    ------
    InvalidNetwork
        If it is not installed.
    """
    try:
        import torch
    except ImportError:
        raise InvalidNetwork(
            "reading torch modules needs the package torch, which is not installed; "
            "pip install 'linreg-exact[torch]'"
        ) from None
    return torch


def array_of(tensor: Any) -> np.ndarray:
    """A tensor's numbers as float64, int64 or bool, exactly."""
    plain = tensor.detach().cpu()
    if plain.is_floating_point():
        return np.asarray(plain.double().numpy())
    if plain.is_complex() or plain.is_quantized:
        raise InvalidNetwork(f"numbers of type {plain.dtype} are not supported")
    array = plain.numpy()
    return np.asarray(array if array.dtype.kind == "b" else array.astype(np.int64))
