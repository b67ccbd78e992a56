"""Layers of Keras, one function for each; axes stand as Keras has them, with the batch first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import Any

import numpy as np

from linreg.errors import InvalidNetwork, NotPiecewiseLinear
from linreg.json_values import shown
from linreg.readers.refused_operators import operator_refusal
from linreg.readers.tensor_arithmetic import (
    extremum,
    extremum_along,
    matmul,
    mean,
    product,
    quotient,
    total,
)
from linreg.readers.tensor_layers import (
    alike,
    batch_norm,
    clamped,
    convolution,
    hard_sigmoid,
    largest_in_windows,
    leaky,
    mean_in_windows,
    value_of,
)
from linreg.readers.tensor_linear import frames, interpolated, transposed_convolution
from linreg.readers.tensor_values import (
    Operand,
    Site,
    bounded,
    joined,
    rearranged,
    shape_of,
    taken,
)
from linreg.units import ScalarUnit, relu
from linreg.wording import counted


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer with what it reads.

    Attributes
    ----------
    site : Site
    config : dict
    arrays : list of float64 arrays
    operands : list of operands
    is_old : bool
        Whether Keras was of version 1 or 2.
    """

    site: Site
    config: dict[str, Any]
    arrays: list[np.ndarray]
    operands: list[Any]
    is_old: bool

    @property
    def read(self) -> Operand:
        """The first operand."""
        if not self.operands:
            raise InvalidNetwork("it reads nothing")
        operand: Operand = self.operands[0]
        return operand

    def array(self, k: int, what: str) -> np.ndarray:
        """Array number k."""
        if k >= len(self.arrays):
            raise InvalidNetwork(
                f"{what} is missing: {counted(len(self.arrays), 'array')} of it are in the file"
            )
        return self.arrays[k]

    def integers(self, name: str, axes: int, default: Any = 1) -> list[int]:
        """One whole number for each axis."""
        given = self.config.get(name, default)
        entries = [given] * axes if isinstance(given, int) else given
        if not _are_integers(entries) or len(entries) != axes:
            raise InvalidNetwork(f"{name}: {axes} integers were expected, got {shown(given)}")
        return list(entries)

    def number(self, name: str, default: float) -> float:
        """A number of the configuration."""
        given = self.config.get(name, default)
        if isinstance(given, dict):  # a NumPy scalar, as older files spell it
            given = given.get("value", given.get("config"))
        if isinstance(given, bool) or not isinstance(given, int | float) or given != given:
            raise InvalidNetwork(f"{name}: a number was expected, got {shown(given)}")
        return float(given)


Function = Callable[[Layer], Operand]


def _are_integers(entries: Any) -> bool:
    return isinstance(entries, list) and all(type(entry) is int for entry in entries)


def _channels(layer: Layer, operand: Operand, axes: int) -> tuple[Operand, bool]:
    """The operand with the channels before the other axes, and whether they were last."""
    value = value_of(operand)
    if len(value.shape) != axes + 2:
        raise InvalidNetwork(
            f"{axes} axes and channels were expected, got shape {list(value.shape[1:])}"
        )
    last = layer.config.get("data_format") != "channels_first"
    moved = rearranged(layer.site, value, lambda a: np.moveaxis(a, -1, 1)) if last else value
    return moved, last


def _back(layer: Layer, made: Operand, last: bool) -> Operand:
    return rearranged(layer.site, made, lambda a: np.moveaxis(a, 1, -1)) if last else made


def _margins(
    mode: Any, lengths: Sequence[int], sizes: Sequence[int], steps: Sequence[int]
) -> list[tuple[int, int]]:
    """The padding before and after each axis, for windows of these spans."""
    if mode == "valid":
        return [(0, 0)] * len(sizes)
    if mode == "causal":
        return [(size - 1, 0) for size in sizes]
    if mode != "same" or min(steps) < 1:
        raise InvalidNetwork(f"padding: 'same' or 'valid' was expected, got {shown(mode)}")
    margins = []
    for length, size, step in zip(lengths, sizes, steps, strict=True):
        whole = max(0, (-(-length // step) - 1) * step + size - length)
        margins.append((whole // 2, whole - whole // 2))
    return margins


def _dense(layer: Layer) -> Operand:
    kernel = layer.array(0, "the kernel")
    bias = layer.array(1, "the bias") if layer.config.get("use_bias", True) else None
    return matmul(layer.site, layer.read, kernel, bias)


def _filtered(
    layer: Layer, operand: Operand, kernel: np.ndarray, bias: Any, groups: int, axes: int
) -> Operand:
    """A convolution of a value with the channels first, by filters as torch has them."""
    steps = layer.integers("strides", axes)
    distances = layer.integers("dilation_rate", axes)
    spans = [by * (n - 1) + 1 for n, by in zip(kernel.shape[2:], distances, strict=True)]
    lengths = shape_of(operand)[2:]
    return convolution(
        layer.site,
        operand,
        kernel,
        bias,
        stride=steps,
        padding=_margins(layer.config.get("padding", "valid"), lengths, spans, steps),
        dilation=distances,
        groups=groups,
    )


def _kernel(layer: Layer, k: int, axes: int) -> np.ndarray:
    kernel = layer.array(k, "the kernel")
    if kernel.ndim != axes + 2:
        raise InvalidNetwork(f"the kernel: {axes + 2} axes were expected, got {kernel.ndim}")
    return kernel


def _convolution(axes: int) -> Function:
    def function(layer: Layer) -> Operand:
        operand, last = _channels(layer, layer.read, axes)
        kernel = np.moveaxis(_kernel(layer, 0, axes), (-1, -2), (0, 1))
        bias = layer.array(1, "the bias") if layer.config.get("use_bias", True) else None
        groups = int(layer.number("groups", 1))
        return _back(layer, _filtered(layer, operand, kernel, bias, groups, axes), last)

    return function


def _by_depth(kernel: np.ndarray) -> np.ndarray:
    """A kernel [.., in, multiplier] as filters [in * multiplier, 1, ..]."""
    moved = np.moveaxis(kernel, (-2, -1), (0, 1))
    return moved.reshape(-1, 1, *moved.shape[2:])


def _depthwise(axes: int) -> Function:
    def function(layer: Layer) -> Operand:
        operand, last = _channels(layer, layer.read, axes)
        kernel = _kernel(layer, 0, axes)
        bias = layer.array(1, "the bias") if layer.config.get("use_bias", True) else None
        made = _filtered(layer, operand, _by_depth(kernel), bias, kernel.shape[-2], axes)
        return _back(layer, made, last)

    return function


def _separable(axes: int) -> Function:
    def function(layer: Layer) -> Operand:
        operand, last = _channels(layer, layer.read, axes)
        kernel, point = _kernel(layer, 0, axes), _kernel(layer, 1, axes)
        bias = layer.array(2, "the bias") if layer.config.get("use_bias", True) else None
        deep = _filtered(layer, operand, _by_depth(kernel), None, kernel.shape[-2], axes)
        mixed = np.moveaxis(point, (-1, -2), (0, 1))
        return _back(layer, convolution(layer.site, deep, mixed, bias), last)

    return function


def _transposed(axes: int) -> Function:
    def function(layer: Layer) -> Operand:
        if layer.config.get("output_padding") is not None:
            raise InvalidNetwork("output_padding is not supported; leave it out")
        operand, last = _channels(layer, layer.read, axes)
        kernel = np.moveaxis(_kernel(layer, 0, axes), (-1, -2), (0, 1))
        steps = layer.integers("strides", axes)
        distances = layer.integers("dilation_rate", axes)
        spans = [by * (n - 1) + 1 for n, by in zip(kernel.shape[2:], distances, strict=True)]
        mode, old = layer.config.get("padding", "valid"), shape_of(operand)[2:]
        wanted = [length * step for length, step in zip(old, steps, strict=True)]
        if mode == "valid":
            more = [max(span - step, 0) for span, step in zip(spans, steps, strict=True)]
            wanted = [length + extra for length, extra in zip(wanted, more, strict=True)]
        bias = layer.array(1, "the bias") if layer.config.get("use_bias", True) else None
        made = transposed_convolution(
            layer.site,
            operand,
            kernel,
            bias,
            stride=steps,
            padding=_margins(mode, wanted, spans, steps),
            dilation=distances,
            groups=1,
            lengths=wanted,
        )
        return _back(layer, made, last)

    return function


def _pool(axes: int, largest: bool) -> Function:
    def function(layer: Layer) -> Operand:
        operand, last = _channels(layer, layer.read, axes)
        kernel = layer.integers("pool_size", axes, 2)
        steps = kernel if layer.config.get("strides") is None else layer.integers("strides", axes)
        lengths = shape_of(operand)[2:]
        padding = _margins(layer.config.get("padding", "valid"), lengths, kernel, steps)
        settings: dict[str, Any] = {"kernel": kernel, "stride": steps, "padding": padding}
        if largest:
            return _back(layer, largest_in_windows(layer.site, operand, **settings), last)
        made = mean_in_windows(layer.site, operand, count_include_pad=False, **settings)
        return _back(layer, made, last)

    return function


def _global_pool(axes: int, largest: bool) -> Function:
    def function(layer: Layer) -> Operand:
        first = 2 if layer.config.get("data_format") == "channels_first" else 1
        if len(shape_of(layer.read)) != axes + 2:
            raise InvalidNetwork(f"{axes} axes and channels were expected")
        along = list(range(first, first + axes))
        keep = bool(layer.config.get("keepdims", False))
        if largest:
            return extremum_along(layer.site, layer.read, along, keep, False)
        return mean(layer.site, layer.read, along, keep, False)

    return function


def _axis(layer: Layer, default: int = -1) -> int:
    """The one axis that a setting names, with the batch as number 0."""
    given, rank = layer.config.get("axis", default), len(shape_of(layer.read))
    entries = [given] if isinstance(given, int) else given
    if not _are_integers(entries) or len(entries) != 1 or not -rank <= entries[0] < rank:
        raise InvalidNetwork(f"axis: one axis of {rank} was expected, got {shown(given)}")
    return int(entries[0]) % rank


def _batch_norm(layer: Layer) -> Operand:
    axis = _axis(layer)
    scaled, centred = layer.config.get("scale", True), layer.config.get("center", True)
    k = int(bool(scaled)) + int(bool(centred))
    gamma = layer.array(0, "gamma") if scaled else None
    beta = layer.array(k - 1, "beta") if centred else None
    statistics = (layer.array(k, "the mean"), layer.array(k + 1, "the variance"))
    eps = layer.number("epsilon", 1e-3)
    first = rearranged(layer.site, layer.read, lambda a: np.moveaxis(a, axis, 1))
    made = batch_norm(layer.site, first, gamma, beta, statistics, eps)
    return rearranged(layer.site, made, lambda a: np.moveaxis(a, 1, axis))


def _rectified(layer: Layer) -> Operand:
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


def _leaky(layer: Layer) -> Operand:
    slope = layer.number("negative_slope", layer.number("alpha", 0.3))
    return leaky(layer.site, layer.read, np.array(slope))


def _slopes(layer: Layer) -> Operand:
    return leaky(layer.site, layer.read, layer.array(0, "the slopes"))


def _reshaped(layer: Layer) -> Operand:
    shape: Any = layer.config.get("target_shape")
    if not _are_integers(shape):
        raise InvalidNetwork(f"target_shape: integers were expected, got {shown(shape)}")
    return rearranged(layer.site, layer.read, lambda a: a.reshape(1, *shape))


def _flattened(layer: Layer) -> Operand:
    operand = layer.read
    if layer.config.get("data_format") == "channels_first" and len(shape_of(operand)) > 2:
        operand = rearranged(layer.site, operand, lambda a: np.moveaxis(a, 1, -1))
    return rearranged(layer.site, operand, lambda a: a.reshape(1, -1))


def _permuted(layer: Layer) -> Operand:
    dims: Any = layer.config.get("dims")
    if not _are_integers(dims):
        raise InvalidNetwork(f"dims: integers were expected, got {shown(dims)}")
    return rearranged(layer.site, layer.read, lambda a: a.transpose(0, *dims))


def _sides(layer: Layer, name: str, axes: int) -> list[tuple[int, int]]:
    """Cells before and after each axis: one number, or a pair, for all or for each."""
    given = layer.config.get(name, 1)
    entries = given if isinstance(given, list) else [given] * axes
    if axes == 1 and _are_integers(entries) and len(entries) == 2:
        entries = [entries]
    pairs = [entry if isinstance(entry, list) else [entry, entry] for entry in entries]
    if len(pairs) != axes or not all(
        _are_integers(pair) and len(pair) == 2 and min(pair) >= 0 for pair in pairs
    ):
        raise InvalidNetwork(f"{name}: pairs of integers were expected, got {shown(given)}")
    return [(pair[0], pair[1]) for pair in pairs]


def _zero_padded(axes: int) -> Function:
    def function(layer: Layer) -> Operand:
        operand, last = _channels(layer, layer.read, axes)
        margins = [(0, 0), (0, 0), *_sides(layer, "padding", axes)]
        bounded([n + sum(m) for n, m in zip(shape_of(operand), margins, strict=True)])
        made = joined(
            layer.site,
            [operand, np.zeros(())],
            lambda p: np.pad(p[0], margins, constant_values=p[1]),
        )
        return _back(layer, made, last)

    return function


def _cropped(axes: int) -> Function:
    def function(layer: Layer) -> Operand:
        operand, last = _channels(layer, layer.read, axes)
        sides = _sides(layer, "cropping", axes)
        kept = tuple(
            slice(before, max(before, length - after))
            for length, (before, after) in zip(shape_of(operand)[2:], sides, strict=True)
        )
        made = rearranged(layer.site, operand, lambda a: a[(slice(None), slice(None), *kept)])
        return _back(layer, made, last)

    return function


def _upsampled(axes: int) -> Function:
    def function(layer: Layer) -> Operand:
        mode = layer.config.get("interpolation", "nearest")
        if mode not in ("nearest", "bilinear"):
            raise InvalidNetwork(f"interpolation: nearest and bilinear are read, got {shown(mode)}")
        made, last = _channels(layer, layer.read, axes)
        factors = layer.integers("size", axes, 2)
        bounded([prod(shape_of(made)), *factors])
        for axis, by in enumerate(factors, start=2):
            length = shape_of(made)[axis]
            if mode == "nearest":
                made = taken(layer.site, made, np.repeat(np.arange(length), by), axis)
            else:
                at = frames("half_pixel", length, length * by, Fraction(by))
                assert at is not None
                made = interpolated(layer.site, made, axis, at)
        return _back(layer, made, last)

    return function


def _repeated(layer: Layer) -> Operand:
    count = layer.integers("n", 1)[0]
    return taken(
        layer.site,
        rearranged(layer.site, layer.read, lambda a: a[:, None]),
        np.zeros(max(count, 1), dtype=np.int64),
        1,
    )


def _sum(signs: Callable[[int], Sequence[int]]) -> Function:
    return lambda layer: total(layer.site, layer.operands, signs(len(layer.operands)))


def _average(layer: Layer) -> Operand:
    added = total(layer.site, layer.operands, [1] * len(layer.operands))
    return quotient(layer.site, added, np.array(float(len(layer.operands))))


def _product(layer: Layer) -> Operand:
    made = layer.read
    for operand in layer.operands[1:]:
        made = product(layer.site, made, operand)
    return made


def _joined(layer: Layer) -> Operand:
    axis = _axis(layer)
    return joined(layer.site, layer.operands, lambda parts: np.concatenate(parts, axis))


def _rescaled(layer: Layer) -> Operand:
    factors = [np.asarray(layer.config.get(name, 0.0)) for name in ("scale", "offset")]
    if any(factor.dtype.kind not in "if" for factor in factors):
        raise InvalidNetwork("scale and offset: numbers were expected")
    scaled = product(layer.site, layer.read, factors[0])
    return total(layer.site, [scaled, factors[1]], [1, 1])


def _normalised(layer: Layer) -> Operand:
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
    rank, axis = len(shape_of(layer.read)), _axis(layer)
    if means.size > 1:
        shape = [-1 if k == axis else 1 for k in range(rank)]
        means, deviations = means.reshape(shape), deviations.reshape(shape)
    if layer.config.get("invert"):
        return total(layer.site, [product(layer.site, layer.read, deviations), means], [1, 1])
    return quotient(layer.site, total(layer.site, [layer.read, means], [1, -1]), deviations)


def _unchanged(layer: Layer) -> Operand:
    return layer.read


def _hard_sigmoid(layer: Layer) -> Operand:
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
for _n in (1, 2, 3):
    LAYERS |= {
        f"AveragePooling{_n}D": _pool(_n, False),
        f"Conv{_n}D": _convolution(_n),
        f"Conv{_n}DTranspose": _transposed(_n),
        f"Cropping{_n}D": _cropped(_n),
        f"DepthwiseConv{_n}D": _depthwise(_n),
        f"GlobalAveragePooling{_n}D": _global_pool(_n, False),
        f"GlobalMaxPooling{_n}D": _global_pool(_n, True),
        f"MaxPooling{_n}D": _pool(_n, True),
        f"SeparableConv{_n}D": _separable(_n),
        f"UpSampling{_n}D": _upsampled(_n),
        f"ZeroPadding{_n}D": _zero_padded(_n),
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
