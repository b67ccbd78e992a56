"""Layers of Keras that go through windows and sides: convolutions, pools, padding, cropping."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import prod
from typing import Any

import numpy as np

from linreg.errors import InvalidNetwork
from linreg.json_values import shown
from linreg.readers.keras_layer import Function, KerasLayer, are_integers, back, channels
from linreg.readers.tensor_arithmetic import (
    extremum_along,
    mean,
)
from linreg.readers.tensor_layers import (
    convolution,
    largest_in_windows,
    mean_in_windows,
)
from linreg.readers.tensor_linear import frames, interpolated, transposed_convolution
from linreg.readers.tensor_values import (
    Operand,
    bounded,
    joined,
    rearranged,
    shape_of,
    taken,
)


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


def _filtered(
    layer: KerasLayer, operand: Operand, kernel: np.ndarray, bias: Any, groups: int, axes: int
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


def _kernel(layer: KerasLayer, k: int, axes: int) -> np.ndarray:
    kernel = layer.array(k, "the kernel")
    if kernel.ndim != axes + 2:
        raise InvalidNetwork(f"the kernel: {axes + 2} axes were expected, got {kernel.ndim}")
    return kernel


def _convolution(axes: int) -> Function:
    def function(layer: KerasLayer) -> Operand:
        operand, last = channels(layer, layer.read, axes)
        kernel = np.moveaxis(_kernel(layer, 0, axes), (-1, -2), (0, 1))
        bias = layer.array(1, "the bias") if layer.config.get("use_bias", True) else None
        groups = int(layer.number("groups", 1))
        return back(layer, _filtered(layer, operand, kernel, bias, groups, axes), last)

    return function


def _by_depth(kernel: np.ndarray) -> np.ndarray:
    """A kernel [.., in, multiplier] as filters [in * multiplier, 1, ..]."""
    moved = np.moveaxis(kernel, (-2, -1), (0, 1))
    return moved.reshape(-1, 1, *moved.shape[2:])


def _depthwise(axes: int) -> Function:
    def function(layer: KerasLayer) -> Operand:
        operand, last = channels(layer, layer.read, axes)
        kernel = _kernel(layer, 0, axes)
        bias = layer.array(1, "the bias") if layer.config.get("use_bias", True) else None
        made = _filtered(layer, operand, _by_depth(kernel), bias, kernel.shape[-2], axes)
        return back(layer, made, last)

    return function


def _separable(axes: int) -> Function:
    def function(layer: KerasLayer) -> Operand:
        operand, last = channels(layer, layer.read, axes)
        kernel, point = _kernel(layer, 0, axes), _kernel(layer, 1, axes)
        bias = layer.array(2, "the bias") if layer.config.get("use_bias", True) else None
        deep = _filtered(layer, operand, _by_depth(kernel), None, kernel.shape[-2], axes)
        mixed = np.moveaxis(point, (-1, -2), (0, 1))
        return back(layer, convolution(layer.site, deep, mixed, bias), last)

    return function


def _transposed(axes: int) -> Function:
    def function(layer: KerasLayer) -> Operand:
        if layer.config.get("output_padding") is not None:
            raise InvalidNetwork("output_padding is not supported; leave it out")
        operand, last = channels(layer, layer.read, axes)
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
        return back(layer, made, last)

    return function


def _pool(axes: int, largest: bool) -> Function:
    def function(layer: KerasLayer) -> Operand:
        operand, last = channels(layer, layer.read, axes)
        kernel = layer.integers("pool_size", axes, 2)
        steps = kernel if layer.config.get("strides") is None else layer.integers("strides", axes)
        lengths = shape_of(operand)[2:]
        padding = _margins(layer.config.get("padding", "valid"), lengths, kernel, steps)
        settings: dict[str, Any] = {"kernel": kernel, "stride": steps, "padding": padding}
        if largest:
            return back(layer, largest_in_windows(layer.site, operand, **settings), last)
        made = mean_in_windows(layer.site, operand, count_include_pad=False, **settings)
        return back(layer, made, last)

    return function


def _global_pool(axes: int, largest: bool) -> Function:
    def function(layer: KerasLayer) -> Operand:
        first = 2 if layer.config.get("data_format") == "channels_first" else 1
        if len(shape_of(layer.read)) != axes + 2:
            raise InvalidNetwork(f"{axes} axes and channels were expected")
        along = list(range(first, first + axes))
        keep = bool(layer.config.get("keepdims", False))
        if largest:
            return extremum_along(layer.site, layer.read, along, keep, False)
        return mean(layer.site, layer.read, along, keep, False)

    return function


def _sides(layer: KerasLayer, name: str, axes: int) -> list[tuple[int, int]]:
    """Cells before and after each axis: one number, or a pair, for all or for each."""
    given = layer.config.get(name, 1)
    entries = given if isinstance(given, list) else [given] * axes
    if axes == 1 and are_integers(entries) and len(entries) == 2:
        entries = [entries]
    pairs = [entry if isinstance(entry, list) else [entry, entry] for entry in entries]
    if len(pairs) != axes or not all(
        are_integers(pair) and len(pair) == 2 and min(pair) >= 0 for pair in pairs
    ):
        raise InvalidNetwork(f"{name}: pairs of integers were expected, got {shown(given)}")
    return [(pair[0], pair[1]) for pair in pairs]


def _zero_padded(axes: int) -> Function:
    def function(layer: KerasLayer) -> Operand:
        operand, last = channels(layer, layer.read, axes)
        margins = [(0, 0), (0, 0), *_sides(layer, "padding", axes)]
        bounded([n + sum(m) for n, m in zip(shape_of(operand), margins, strict=True)])
        made = joined(
            layer.site,
            [operand, np.zeros(())],
            lambda p: np.pad(p[0], margins, constant_values=p[1]),
        )
        return back(layer, made, last)

    return function


def _cropped(axes: int) -> Function:
    def function(layer: KerasLayer) -> Operand:
        operand, last = channels(layer, layer.read, axes)
        sides = _sides(layer, "cropping", axes)
        kept = tuple(
            slice(before, max(before, length - after))
            for length, (before, after) in zip(shape_of(operand)[2:], sides, strict=True)
        )
        made = rearranged(layer.site, operand, lambda a: a[(slice(None), slice(None), *kept)])
        return back(layer, made, last)

    return function


def _upsampled(axes: int) -> Function:
    def function(layer: KerasLayer) -> Operand:
        mode = layer.config.get("interpolation", "nearest")
        if mode not in ("nearest", "bilinear"):
            raise InvalidNetwork(f"interpolation: nearest and bilinear are read, got {shown(mode)}")
        made, last = channels(layer, layer.read, axes)
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
        return back(layer, made, last)

    return function


WINDOWED: dict[str, Function] = {}
"""The layers of this module, by their names in Keras."""
for _n in (1, 2, 3):
    WINDOWED |= {
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
