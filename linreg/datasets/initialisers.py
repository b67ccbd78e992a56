"""Distributions that weights and biases are drawn from."""

from __future__ import annotations

from collections.abc import Callable
from math import prod

import numpy as np

from linreg.datasets.spec import Initialiser

LARGEST_INTEGER_WEIGHT = 3
"""Size of the largest integer weight."""

Law = Callable[[np.random.Generator, tuple[int, ...], int, int], np.ndarray]
"""From a generator, a shape, and the numbers of inputs and outputs that a weight connects."""


def weights_of(
    law: Initialiser,
    rng: np.random.Generator,
    shape: tuple[int, ...],
    fan_in: int,
    fan_out: int,
) -> np.ndarray:
    """Random weights of a shape whose first axis numbers outputs; integers stay integers.

    Parameters
    ----------
    law : Initialiser
    rng : numpy Generator
    shape : tuple of int
    fan_in, fan_out : int
        How many inputs an output reads, and how many outputs read an input.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> weights_of(Initialiser("ternary", scale=2), rng, (2, 3), 3, 2)
    array([[ 2,  0,  0],
           [-2, -2, -2]])
    """
    return np.asarray(WEIGHTS[law.weights](rng, shape, fan_in, fan_out) * law.scale)


def biases_of(law: Initialiser, rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Random biases of a shape; integers stay integers."""
    return np.asarray(BIASES[law.bias](rng, shape, 1, 1) * law.bias_scale)


def default_bias(weights: str) -> str:
    """The law of the biases unless another is named: integers go with integers."""
    return weights if weights in ("integer", "ternary") else "uniform"


def _normal(variance: Callable[[int, int], float]) -> Law:
    def draw(
        rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int
    ) -> np.ndarray:
        return np.asarray(rng.standard_normal(shape) * np.sqrt(variance(fan_in, fan_out)))

    return draw


def _glorot(
    rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int
) -> np.ndarray:
    return np.asarray(rng.uniform(-1, 1, shape) * np.sqrt(6 / (fan_in + fan_out)))


def _orthogonal(
    rng: np.random.Generator, shape: tuple[int, ...], _in: int, _out: int
) -> np.ndarray:
    """Orthonormal rows, or columns where there are more rows than columns."""
    rows, columns = shape[0], prod(shape[1:])
    tall = rng.standard_normal((max(rows, columns), min(rows, columns)))
    q, r = np.linalg.qr(tall)
    # The signs make the law uniform on orthogonal matrices (Mezzadri, 2007).
    q = q * np.where(np.diag(r) < 0, -1.0, 1.0)
    return (q if rows >= columns else q.T).reshape(shape)


def _uniform(rng: np.random.Generator, shape: tuple[int, ...], _in: int, _out: int) -> np.ndarray:
    return rng.uniform(-1, 1, shape)


def _integers(largest: int) -> Law:
    def draw(rng: np.random.Generator, shape: tuple[int, ...], _in: int, _out: int) -> np.ndarray:
        return rng.integers(-largest, largest, shape, endpoint=True)

    return draw


def _zero(_rng: np.random.Generator, shape: tuple[int, ...], _in: int, _out: int) -> np.ndarray:
    return np.zeros(shape, dtype=np.int64)


WEIGHTS: dict[str, Law] = {
    "he": _normal(lambda fan_in, _: 2 / fan_in),
    "glorot": _glorot,
    "lecun": _normal(lambda fan_in, _: 1 / fan_in),
    "orthogonal": _orthogonal,
    "uniform": _uniform,
    "integer": _integers(LARGEST_INTEGER_WEIGHT),
    "ternary": _integers(1),
}
"""Laws of weights by name."""

BIASES: dict[str, Law] = {
    "zero": _zero,
    "uniform": _uniform,
    "normal": _normal(lambda _in, _out: 1),
    "integer": _integers(LARGEST_INTEGER_WEIGHT),
    "ternary": _integers(1),
}
"""Laws of biases by name."""

LAWS = {
    "he": "normal with variance 2 / fan in (He et al., 2015)",
    "glorot": "uniform in ±sqrt(6 / (fan in + fan out)) (Glorot, Bengio, 2010)",
    "lecun": "normal with variance 1 / fan in (LeCun et al., 1998)",
    "orthogonal": "orthonormal rows or columns, uniformly (Saxe et al., 2014)",
    "uniform": "uniform in (-1, 1)",
    "normal": "normal with variance 1",
    "integer": (
        f"uniform among the integers from -{LARGEST_INTEGER_WEIGHT} to {LARGEST_INTEGER_WEIGHT}"
    ),
    "ternary": "uniform among -1, 0 and 1",
    "zero": "0",
}
"""What the laws are, for people."""
