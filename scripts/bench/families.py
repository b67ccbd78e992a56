"""Networks whose weights are not in general position, each with the shape it is compared with.

Random ones start from the Gaussian network of their shape, or from NumPy's default_rng(0).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from gaussian import Layers, layers

import linreg
from linreg import zoo


@dataclass(frozen=True, slots=True)
class Family:
    """A degenerate network.

    Attributes
    ----------
    name : str
    sizes : tuple of int
        Shape of the network, and of the Gaussian network that it is compared with; the last size
        is the readout's.
    make : callable
    slower : float
        How many times the Gaussian network's time per region it may take.
    regions : int or None
        The count, where it is known without counting.
    """

    name: str
    sizes: tuple[int, ...]
    make: Callable[[], linreg.Network]
    slower: float
    regions: int | None = None


def int8(sizes: Sequence[int]) -> linreg.Network:
    """The Gaussian network with int8 weights: the largest of each layer becomes 127.

    As usual when networks are quantised, biases are integers in units of the pre-activations.
    """
    made: Layers = []
    unit = 1.0
    for weight, bias in layers(sizes):
        step = np.abs(weight).max() / 127
        unit *= step
        made.append((np.rint(weight / step).astype(int), np.rint(bias / unit).astype(int)))
    return _network(made)


def ternary(sizes: Sequence[int], scale: float = 1) -> linreg.Network:
    """Weights and biases of -1, 0 or 1, times a scale."""
    rng = np.random.default_rng(0)
    return _network(
        [
            (rng.integers(-1, 2, (n, m)) * scale, rng.integers(-1, 2, n) * scale)
            for m, n in pairwise(sizes)
        ]
    )


def zero_bias(sizes: Sequence[int]) -> linreg.Network:
    """The Gaussian network without biases: every hyperplane goes through the origin."""
    return _network([(weight, np.zeros_like(bias)) for weight, bias in layers(sizes)])


def pruned(sizes: Sequence[int], share: float = 0.7) -> linreg.Network:
    """The Gaussian network with that share of each layer's weights, the smallest, set to zero."""
    return _network(
        [
            (np.where(np.abs(weight) > np.quantile(np.abs(weight), share), weight, 0), bias)
            for weight, bias in layers(sizes)
        ]
    )


def duplicates(sizes: Sequence[int], ulps: int = 0) -> linreg.Network:
    """The Gaussian network in which the second half of each hidden layer copies the first.

    Each number of a copy is off by that many steps to the next float64, up or down at random.
    """
    rng = np.random.default_rng(1)
    *hidden, readout = layers(sizes)
    made: Layers = []
    for weight, bias in hidden:
        half = len(weight) // 2
        copies = np.column_stack([weight[:half], bias[:half]])
        towards = np.where(rng.random(copies.shape) < 0.5, -np.inf, np.inf)
        for _ in range(ulps):
            copies = np.nextafter(copies, towards)
        rows = np.vstack([np.column_stack([weight, bias])[: len(weight) - half], copies])
        made.append((rows[:, :-1], rows[:, -1]))
    return _network([*made, readout])


def decimals(sizes: Sequence[int]) -> linreg.Network:
    """Weights and biases with one decimal in [-1, 1], as people type them."""
    rng = np.random.default_rng(0)
    return _network(
        [
            (rng.integers(-10, 11, (n, m)) / 10, rng.integers(-10, 11, n) / 10)
            for m, n in pairwise(sizes)
        ]
    )


def pencil(sizes: Sequence[int]) -> linreg.Network:
    """The Gaussian network whose first rows are off by 1e-9 from the first of them."""
    (weight, bias), *rest = layers(sizes)
    return _network([(weight[0] + 1e-9 * weight, bias), *rest])


def concurrent(sizes: Sequence[int]) -> linreg.Network:
    """The Gaussian network whose first hyperplanes meet in a point, but for rounding."""
    (weight, _), *rest = layers(sizes)
    return _network([(weight, -(weight @ np.random.default_rng(1).normal(size=sizes[0]))), *rest])


def magnitudes(sizes: Sequence[int], decades: float, *, rows: bool = False) -> linreg.Network:
    """The Gaussian network with weights, and biases, of magnitudes within so many decades of 1.

    Or with rows that are multiplied by factors of these magnitudes.
    """
    rng = np.random.default_rng(1)

    def factors(*shape: int) -> np.ndarray:
        return 10.0 ** rng.uniform(-decades, decades, shape)

    *hidden, readout = layers(sizes)
    made: Layers = []
    for weight, bias in hidden:
        of_rows = factors(len(bias))
        of_weights = of_rows[:, None] if rows else factors(*weight.shape)
        made.append((weight * of_weights, bias * of_rows))
    return _network([*made, readout])


def _network(made: Layers) -> linreg.Network:
    return linreg.mlp(made[:-1], readout=made[-1])


def _zoo(name: str, n: int, slower: float) -> Family:
    """One layer of the zoo."""
    made = zoo.make(name, n)
    units = len(made.network.staged.stages[0].units)
    sizes = (made.network.input_dim, units, 1)
    return Family(f"{name} {n}", sizes, lambda: made.network, slower, made.regions)


FAMILIES = [
    _zoo("resonance", 5, 3),
    _zoo("shi", 6, 3),
    Family("int8", (3, 24, 24, 1), lambda: int8((3, 24, 24, 1)), 3),
    Family("ternary", (4, 14, 14, 1), lambda: ternary((4, 14, 14, 1)), 3),
    Family("no biases", (6, 10, 10, 1), lambda: zero_bias((6, 10, 10, 1)), 3),
    Family("every unit twice", (3, 32, 32, 1), lambda: duplicates((3, 32, 32, 1)), 3),
    Family("pruned 70 %", (4, 16, 16, 1), lambda: pruned((4, 16, 16, 1)), 2),
    Family("ternary x 0.37", (4, 14, 14, 1), lambda: ternary((4, 14, 14, 1), 0.37), 5),
    Family("twice, one ulp off", (3, 16, 16, 1), lambda: duplicates((3, 16, 16, 1), 1), 100),
    Family("one decimal", (2, 300, 1), lambda: decimals((2, 300, 1)), 8),
    Family("twice, two ulps off", (6, 12, 1), lambda: duplicates((6, 12, 1), 2), 20),
    Family("twice, two ulps off", (8, 12, 1), lambda: duplicates((8, 12, 1), 2), 20),
    Family("nearly parallel", (6, 12, 1), lambda: pencil((6, 12, 1)), 20),
    Family("nearly concurrent", (2, 40, 1), lambda: concurrent((2, 40, 1)), 20),
    Family("nearly concurrent", (6, 12, 1), lambda: concurrent((6, 12, 1)), 20),
    Family("nearly concurrent", (8, 12, 1), lambda: concurrent((8, 12, 1)), 20),
    Family("24 decades", (3, 20, 1), lambda: magnitudes((3, 20, 1), 12), 10),
    Family("200 decades", (3, 12, 12, 1), lambda: magnitudes((3, 12, 12, 1), 100), 50),
    Family(
        "rows of 500 decades",
        (3, 12, 12, 1),
        lambda: magnitudes((3, 12, 12, 1), 250, rows=True),
        10,
    ),
]
"""The families whose speed is held to that of Gaussian networks."""
