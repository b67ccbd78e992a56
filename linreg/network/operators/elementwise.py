"""Operators that treat each coordinate alone: scales, shifts, batch-norm, extrema of values."""

from __future__ import annotations

import math
from collections.abc import Sequence
from math import prod
from typing import Any

from linreg.affine import ExactAffineMap
from linreg.errors import InvalidNetwork
from linreg.network.tensors import tensor, vector
from linreg.rational import nearest_float
from linreg.units import MaxUnit
from linreg.wording import counted


def affine_map(scale: Any, shift: Any, shape: Sequence[int]) -> ExactAffineMap:
    """The map x -> scale * x + shift, coordinate by coordinate.

    Parameters
    ----------
    scale, shift : number, or array-like of numbers of shape (C,) or of the full shape
        C is the length of the first axis.
    shape : sequence of int
        Shape of the input, which is that of the value.

    Raises
    ------
    InvalidNetwork
        If a shape does not fit or an entry is no finite number.

    Examples
    --------
    >>> affine_map([2, 10], "1/2", [2, 2])([1, 2, 3, 4])
    [Fraction(5, 2), Fraction(9, 2), Fraction(61, 2), Fraction(81, 2)]
    """
    scales, shifts = (_spread(scale, shape, "scale"), _spread(shift, shape, "shift"))
    terms = [[(i, factor)] for i, factor in enumerate(scales)]
    return ExactAffineMap.of_terms(terms, shifts, len(terms))


def batch_norm_map(
    gamma: Any, beta: Any, mean: Any, var: Any, eps: Any, shape: Sequence[int]
) -> ExactAffineMap:
    """A batch-norm layer with fixed statistics: the map x -> scale * x + shift for each channel.

    scale = gamma / sqrt(var + eps) and shift = beta - mean * scale, computed once in float64, are
    the weights.

    Parameters
    ----------
    gamma, beta, mean, var : number, or array-like of numbers of shape (C,)
        C is the length of the first axis.
    eps : number
    shape : sequence of int
        Shape of the input, which is that of the value.

    Raises
    ------
    InvalidNetwork
        If a length does not fit, var + eps is not positive, or a weight is beyond float64.

    Examples
    --------
    >>> batch_norm_map(1, 1, [10, 20], [3, 15], 1, [2])([12, 20])
    [Fraction(2, 1), Fraction(1, 1)]
    """
    channels = shape[0]
    gammas, betas, means, variances, epsilons = (
        [
            nearest_float(int(exact.p), int(exact.q))
            for exact in vector(values, channels, name, "channel")
        ]
        for name, values in (
            ("gamma", gamma),
            ("beta", beta),
            ("mean", mean),
            ("var", var),
            ("eps", eps),
        )
    )
    scales, shifts = [], []
    for c in range(channels):
        spread = variances[c] + epsilons[c]
        if not spread > 0:
            raise InvalidNetwork(
                f"var[{c}] + eps must be positive: got {variances[c]} + {epsilons[c]}"
            )
        scales.append(gammas[c] / math.sqrt(spread))
        shifts.append(betas[c] - means[c] * scales[c])
    return affine_map(scales, shifts, shape)


def elementwise_max(n_values: int, size: int) -> tuple[ExactAffineMap, tuple[MaxUnit, ...]]:
    """The candidates and the max units of the largest of several values, coordinate by coordinate.

    Parameters
    ----------
    n_values : int
        Number of values, which stand one after another in the input.
    size : int
        Number of coordinates of each.

    Examples
    --------
    >>> candidates, units = elementwise_max(2, 2)
    >>> candidates([1, 2, 10, 20])
    [Fraction(1, 1), Fraction(10, 1), Fraction(2, 1), Fraction(20, 1)]
    """
    chosen = [k * size + i for i in range(size) for k in range(n_values)]
    return ExactAffineMap.selection(chosen, n_values * size), (MaxUnit(n_values),) * size


def elementwise_min(
    n_values: int, size: int
) -> tuple[ExactAffineMap, tuple[MaxUnit, ...], ExactAffineMap]:
    """As `elementwise_max` for the smallest: min(a, b) = -max(-a, -b).

    Returns
    -------
    candidates : ExactAffineMap
        The negated values.
    units : tuple of MaxUnit
    negation : ExactAffineMap
        To apply to the outputs of the units.
    """
    candidates, units = elementwise_max(n_values, size)
    negated = affine_map(-1, 0, [candidates.n_outputs]).compose(candidates)
    return negated, units, affine_map(-1, 0, [size])


def _spread(values: Any, shape: Sequence[int], name: str) -> list[Any]:
    """A number for each coordinate."""
    exact = tensor(values, name)
    if exact.ndim == 0:
        return [exact.item()] * prod(shape)
    if exact.shape == tuple(shape):
        return list(exact.ravel())
    if exact.shape == (shape[0],):
        return [entry for entry in exact for _ in range(prod(shape[1:]))]
    raise InvalidNetwork(
        f"{name}: one number, one for each of {counted(shape[0], 'channel')}, or shape "
        f"{list(shape)} was expected, got shape {list(exact.shape)}"
    )
