"""Layers with a batch axis of length one: what the operators of networks do not know of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np

from linreg.errors import InvalidNetwork
from linreg.network.operators import average_pool_map, batch_norm_map, conv_map, max_pool
from linreg.rational import Number
from linreg.readers.assembly import Value
from linreg.readers.tensor_arithmetic import at_least, at_most, spread
from linreg.readers.tensor_values import Operand, Site, numbers, shape_of
from linreg.units import ScalarUnit, clip, leaky_relu


def value_of(operand: Operand) -> Value:
    """The operand, which must depend on the network's input."""
    if not isinstance(operand, Value):
        raise InvalidNetwork("the layer reads a constant, which does not depend on the input")
    return operand


def unbatched(operand: Operand) -> Value:
    """The value without its batch axis."""
    value = value_of(operand)
    if len(value.shape) < 2 or value.shape[0] != 1:
        raise InvalidNetwork(
            f"a value of shape [1, channels, ...] was expected, got {list(value.shape)}"
        )
    return replace(value, shape=value.shape[1:])


def convolution(
    site: Site, operand: Operand, weight: np.ndarray, bias: np.ndarray | None, **settings: Any
) -> Value:
    """A convolution; the settings are those of `conv_map`."""
    value = unbatched(operand)
    map_, shape = conv_map(weight, 0 if bias is None else bias, value.shape, **settings)
    return site.mapped([value], map_, (1, *shape))


def largest_in_windows(site: Site, operand: Operand, **settings: Any) -> Value:
    """A max-pool; the settings are those of `max_pool`."""
    value = unbatched(operand)
    selection, units, shape = max_pool(value.shape, **settings)
    candidates = site.mapped([value], selection, (selection.n_outputs,))
    return site.units(candidates, units, (1, *shape))


def mean_in_windows(site: Site, operand: Operand, **settings: Any) -> Value:
    """An average-pool; the settings are those of `average_pool_map`."""
    value = unbatched(operand)
    map_, shape = average_pool_map(value.shape, **settings)
    return site.mapped([value], map_, (1, *shape))


def batch_norm(
    site: Site,
    operand: Operand,
    gamma: np.ndarray | None,
    beta: np.ndarray | None,
    statistics: tuple[np.ndarray, np.ndarray],
    eps: float,
) -> Value:
    """A batch-norm with these means and variances."""
    value = unbatched(operand)
    scale, shift = 1 if gamma is None else gamma, 0 if beta is None else beta
    map_ = batch_norm_map(scale, shift, *statistics, eps, value.shape)
    return site.mapped([value], map_, (1, *value.shape))


def alike(site: Site, operand: Operand, unit: ScalarUnit) -> Value:
    """A layer of equal units, one for each coordinate."""
    value = value_of(operand)
    return site.units(value, [unit] * value.size, value.shape)


def clamped(site: Site, operand: Operand, lo: float | None, hi: float | None) -> Operand:
    """min(max(z, lo), hi), where a bound that is None or infinite is none."""
    low = None if lo is None or lo == -np.inf else Fraction(lo)
    high = None if hi is None or hi == np.inf else Fraction(hi)
    if not isinstance(operand, Value):
        return np.clip(operand, lo, hi)
    if low is not None and high is not None:
        return alike(site, operand, clip(low, high))
    if low is not None:
        return alike(site, operand, at_least(low))
    return operand if high is None else alike(site, operand, at_most(high))


def leaky(site: Site, operand: Operand, slopes: np.ndarray) -> Value:
    """Leaky ReLUs whose slopes are broadcast to the value's shape."""
    value = value_of(operand)
    units = [leaky_relu(slope) for slope in numbers(slopes, "slope")]
    chosen = spread(np.arange(slopes.size).reshape(slopes.shape), value.shape)
    return site.units(value, [units[i] for i in chosen], value.shape)


def hard_sigmoid(alpha: Number, beta: Number) -> ScalarUnit:
    """clip(alpha z + beta, 0, 1).

    Raises
    ------
    InvalidNetwork
        If alpha is not positive.
    """
    slope, shift = Fraction(alpha), Fraction(beta)
    if slope <= 0:
        raise InvalidNetwork(f"alpha must be positive: got {alpha}")
    return ScalarUnit((-shift / slope, (1 - shift) / slope), (0, slope, 0), (0, shift, 1))


def shrink(lambd: Number, bias: Number) -> ScalarUnit:
    """Soft shrinkage: z moved towards 0 by `bias` where abs(z) > lambd, else 0.

    It jumps, which is refused, unless the two are equal.
    """
    cut, move = Fraction(lambd), Fraction(bias)
    return ScalarUnit((-cut, cut), (1, 0, 1), (move, 0, -move))


def spatial_axes(operand: Operand) -> Sequence[int]:
    """The axes after batch and channels."""
    return range(2, len(shape_of(operand)))
