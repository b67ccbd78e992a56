"""The random networks that benchmarks count."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

import linreg

Layers = list[tuple[np.ndarray, np.ndarray]]
"""Pairs of weights, shape (units, inputs), and biases, shape (units,)."""


def layers(sizes: Sequence[int]) -> Layers:
    """He weights and biases uniform in (-0.5, 0.5).

    Drawn from NumPy's default_rng(0), layer by layer, weights first.
    """
    rng = np.random.default_rng(0)
    return [
        (rng.normal(size=(n, m)) * np.sqrt(2 / m), rng.uniform(-0.5, 0.5, n))
        for m, n in pairwise(sizes)
    ]


def gaussian_maxout(sizes: Sequence[int], rank: int) -> linreg.Network:
    """The same where hidden layers are of max units, each of so many candidates."""
    hidden = [(n * rank, m) for m, n in pairwise(sizes[:-1])]
    rng = np.random.default_rng(0)
    pairs = [
        (rng.normal(size=(n, m)) * np.sqrt(2 / m), rng.uniform(-0.5, 0.5, n))
        for n, m in (*hidden, (sizes[-1], sizes[-2]))
    ]
    return linreg.mlp(pairs[:-1], readout=pairs[-1], activation=linreg.maxout(rank))


def gaussian(sizes: Sequence[int]) -> linreg.Network:
    """A network with such weights and biases; the last layer is a readout."""
    pairs = layers(sizes)
    return linreg.mlp(pairs[:-1], readout=pairs[-1])
