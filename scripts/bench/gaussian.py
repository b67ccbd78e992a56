"""The random networks that benchmarks count."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

import linreg


def gaussian(sizes: Sequence[int]) -> linreg.Network:
    """A network with He weights and biases uniform in (-0.5, 0.5); the last layer is a readout.

    Drawn from NumPy's default_rng(0), layer by layer, weights first.
    """
    rng = np.random.default_rng(0)
    pairs = [
        (rng.normal(size=(n, m)) * np.sqrt(2 / m), rng.uniform(-0.5, 0.5, n))
        for m, n in pairwise(sizes)
    ]
    return linreg.mlp(pairs[:-1], readout=pairs[-1])
