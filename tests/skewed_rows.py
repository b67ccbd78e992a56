"""Networks on which the dual simplex method can cycle: near-parallel rows, an activation repeated.

Their regions are those of the first layer's hyperplanes, which deletion and restriction count.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from linreg.oracle import arrangement_regions

Weight = list[list[int]]

REPEATED: tuple[tuple[dict[str, str], ...], ...] = (
    ({"type": "abs"},) * 2,
    ({"type": "relu"},) * 2,
    ({"type": "leaky_relu", "alpha": "1/4"},) * 2,
    ({"type": "abs"},) * 3,
    ({"type": "abs"}, {"type": "relu"}),
)
"""Activations that put no hyperplane where there was none: regions are those of the first layer."""


def document(weight: Weight, activations: Sequence[dict[str, str]]) -> dict[str, Any]:
    """A network file of one linear layer without biases, and what follows it."""
    linear = {"type": "linear", "weight": weight, "bias": [0] * len(weight)}
    return {"input_shape": [len(weight[0])], "layers": [linear, *activations]}


def regions_of(weight: Weight) -> int:
    """Regions of the network, counted without any linear program."""
    return arrangement_regions([*row, 0] for row in weight)


def skewed(seed: int) -> Weight:
    """Near-parallel rows of small integers, times a unimodular matrix with large entries."""
    rng = random.Random(seed)
    inputs = rng.randint(2, 5)
    entries, most = rng.choice([([-1, 1], 100), ([-1, 0, 1], 22), ([-40, 1, 39, 40], 11)])
    weight = [[rng.choice(entries) for _ in range(inputs)] for _ in range(inputs + 2)]
    for _ in range(rng.randint(2, 9)):
        into, of = rng.sample(range(inputs), 2)
        factor = rng.choice([-1, 1]) * rng.randint(1, most)
        for row in weight:
            row[into] += factor * row[of]
    return weight


def repeated(seed: int) -> dict[str, Any]:
    """The network of these rows with one of the repeated activations."""
    return document(skewed(seed), REPEATED[seed % len(REPEATED)])
