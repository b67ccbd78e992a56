"""Layers of Keras, one function for each; axes stand as Keras has them, with the batch first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from linreg.errors import InvalidNetwork, NotPiecewiseLinear
from linreg.json_values import shown
from linreg.readers.keras_layer import Function, KerasLayer, are_integers, one_axis
from linreg.readers.keras_windows import WINDOWED
from linreg.readers.refused_operators import operator_refusal
from linreg.readers.tensor_arithmetic import (
    extremum,
    matmul,
    product,
    quotient,
    total,
)
from linreg.readers.tensor_layers import (
    alike,
    batch_norm,
    clamped,
    hard_sigmoid,
    leaky,
)
from linreg.readers.tensor_values import (
    Operand,
    joined,
    rearranged,
    shape_of,
    taken,
)
from linreg.units import ScalarUnit, relu


def _dense(layer: KerasLayer) -> Operand:
    kernel = layer.array(0, "the kernel")
    bias = layer.array(1, "the bias") if layer.config.get("use_bias", True) else None
    return matmul(layer.site, layer.read, kernel, bias)


def _batch_norm(layer: KerasLayer) -> Operand:
    axis = one_axis(layer)
    scaled, centred = layer.config.get("scale", True), layer.config.get("center", True)
    k = int(bool(scaled)) + int(bool(centred))
    gamma = layer.array(0, "gamma") if scaled else None
    beta = layer.array(k - 1, "beta") if centred else None
    statistics = (layer.array(k, "the mean"), layer.array(k + 1, "the variance"))
    eps = layer.number("epsilon", 1e-3)
    first = rearranged(layer.site, layer.read, lambda a: np.moveaxis(a, axis, 1))
    made = batch_norm(layer.site, first, gamma, beta, statistics, eps)
    return rearranged(layer.site, made, lambda a: np.moveaxis(a, 1, axis))


def _rectified(layer: KerasLayer) -> Operand:
    slope = layer.number("negative_slope", 0)
    threshold = layer.number("threshold", 0)
    top = layer.config.get("max_value")
    if threshold == 0 and slope == 0:
        return clamped(layer.site, layer.read, 0, None if top is None else float(top))
    if top is not None and top <= threshold:
        raise InvalidNetwork(f"max_value {top} is not above the threshold {threshold}")
    cut, by = Fraction(threshold), Fraction(slope)
    # slope (z - threshold) below the threshold, z above it, and no more than max_value.
    if top is None:
        unit = ScalarUnit((cut,), (by, 1), (-by * cut, 0))
    else:
        unit = ScalarUnit((cut, Fraction(top)), (by, 1, 0), (-by * cut, 0, Fraction(top)))
    return alike(layer.site, layer.read, unit)


def _leaky(layer: KerasLayer) -> Operand:
    slope = layer.number("negative_slope", layer.number("alpha", 0.3))
    return leaky(layer.site, layer.read, np.array(slope))


def _slopes(layer: KerasLayer) -> Operand:
    return leaky(layer.site, layer.read, layer.array(0, "the slopes"))


def _reshaped(layer: KerasLayer) -> Operand:
    shape: Any = layer.config.get("target_shape")
    if not are_integers(shape):
        raise InvalidNetwork(f"target_shape: integers were expected, got {shown(shape)}")
    return rearranged(layer.site, layer.read, lambda a: a.reshape(1, *shape))


def _flattened(layer: KerasLayer) -> Operand:
    operand = layer.read
    if layer.config.get("data_format") == "channels_first" and len(shape_of(operand)) > 2:
        operand = rearranged(layer.site, operand, lambda a: np.moveaxis(a, 1, -1))
    return rearranged(layer.site, operand, lambda a: a.reshape(1, -1))


def _permuted(layer: KerasLayer) -> Operand:
    dims: Any = layer.config.get("dims")
    if not are_integers(dims):
        raise InvalidNetwork(f"dims: integers were expected, got {shown(dims)}")
    return rearranged(layer.site, layer.read, lambda a: a.transpose(0, *dims))


def _repeated(layer: KerasLayer) -> Operand:
    count = layer.integers("n", 1)[0]
    return taken(
        layer.site,
        rearranged(layer.site, layer.read, lambda a: a[:, None]),
        np.zeros(max(count, 1), dtype=np.int64),
        1,
    )


def _sum(signs: Callable[[int], Sequence[int]]) -> Function:
    return lambda layer: total(layer.site, layer.operands, signs(len(layer.operands)))


def _average(layer: KerasLayer) -> Operand:
    added = total(layer.site, layer.operands, [1] * len(layer.operands))
    return quotient(layer.site, added, np.array(float(len(layer.operands))))


def _product(layer: KerasLayer) -> Operand:
    made = layer.read
    for operand in layer.operands[1:]:
        made = product(layer.site, made, operand)
    return made


def _joined(layer: KerasLayer) -> Operand:
    axis = one_axis(layer)
    return joined(layer.site, layer.operands, lambda parts: np.concatenate(parts, axis))


def _rescaled(layer: KerasLayer) -> Operand:
    factors = [np.asarray(layer.config.get(name, 0.0)) for name in ("scale", "offset")]
    if any(factor.dtype.kind not in "if" for factor in factors):
        raise InvalidNetwork("scale and offset: numbers were expected")
    scaled = product(layer.site, layer.read, factors[0])
    return total(layer.site, [scaled, factors[1]], [1, 1])


def _normalised(layer: KerasLayer) -> Operand:
    """(x - mean) / deviation, where a deviation is at least Keras's 1e-7."""
    given = [np.asarray(layer.config.get(name), dtype=object) for name in ("mean", "variance")]
    if all(entry.size and None not in entry.ravel().tolist() for entry in given):
        try:
            means, variances = (np.array(entry.tolist(), dtype=np.float64) for entry in given)
        except (TypeError, ValueError):
            raise InvalidNetwork("mean and variance: numbers were expected") from None
    else:
        means, variances = layer.array(0, "the mean"), layer.array(1, "the variance")
    if not (variances >= 0).all():
        raise InvalidNetwork("a variance is negative or no number")
    deviations = np.maximum(np.sqrt(variances), 1e-7)
    rank, axis = len(shape_of(layer.read)), one_axis(layer)
    if means.size > 1:
        shape = [-1 if k == axis else 1 for k in range(rank)]
        means, deviations = means.reshape(shape), deviations.reshape(shape)
    if layer.config.get("invert"):
        return total(layer.site, [product(layer.site, layer.read, deviations), means], [1, 1])
    return quotient(layer.site, total(layer.site, [layer.read, means], [1, -1]), deviations)


def _unchanged(layer: KerasLayer) -> Operand:
    return layer.read


def _hard_sigmoid(layer: KerasLayer) -> Operand:
    """clip(x / 6 + 1/2, 0, 1); before Keras 3 clip(x / 5 + 1/2, 0, 1) of floats."""
    unit = hard_sigmoid(0.2, 0.5) if layer.is_old else hard_sigmoid(Fraction(1, 6), Fraction(1, 2))
    return alike(layer.site, layer.read, unit)


ACTIVATIONS: dict[str, Function] = {
    "hard_sigmoid": _hard_sigmoid,
    "hard_tanh": lambda layer: clamped(layer.site, layer.read, -1, 1),
    "leaky_relu": lambda layer: leaky(layer.site, layer.read, np.array(0.2)),
    "linear": _unchanged,
    "relu": lambda layer: alike(layer.site, layer.read, relu()),
    "relu6": lambda layer: clamped(layer.site, layer.read, 0, 6),
}

_IDLE = (
    "ActivityRegularization",
    "AlphaDropout",
    "Dropout",
    "GaussianDropout",
    "GaussianNoise",
    "InputLayer",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "SpatialDropout3D",
)

LAYERS: dict[str, Function] = {
    **dict.fromkeys(_IDLE, _unchanged),
    **WINDOWED,
    "Activation": _unchanged,
    "Add": _sum(lambda n: [1] * n),
    "Average": _average,
    "BatchNormalization": _batch_norm,
    "Concatenate": _joined,
    "Dense": _dense,
    "Flatten": _flattened,
    "LeakyReLU": _leaky,
    "Maximum": lambda layer: extremum(layer.site, layer.operands, False),
    "Minimum": lambda layer: extremum(layer.site, layer.operands, True),
    "Multiply": _product,
    "Normalization": _normalised,
    "PReLU": _slopes,
    "Permute": _permuted,
    "ReLU": _rectified,
    "RepeatVector": _repeated,
    "Rescaling": _rescaled,
    "Reshape": _reshaped,
    "Subtract": _sum(lambda n: [1, -1][:n]),
}


def layer_refusal(kind: str) -> InvalidNetwork:
    """The error for a layer that is not read."""
    if kind == "Lambda":
        return InvalidNetwork(
            "a Lambda layer holds code, which is not run; use layers of Keras in its place"
        )
    if kind == "ThresholdedReLU":
        return NotPiecewiseLinear("'ThresholdedReLU' jumps at its threshold; use ReLU instead")
    return operator_refusal(kind, LAYERS)
