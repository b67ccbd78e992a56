"""Layers of a JSON file that see axes: convolutions, pools, batch-norm, and what moves values."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from linreg.affine import ExactAffineMap
from linreg.errors import InvalidNetwork
from linreg.json_values import as_list, shown
from linreg.network.operators import (
    Shape,
    affine_map,
    average_pool_map,
    batch_norm_map,
    conv_map,
    global_average_map,
    global_max,
    max_pool,
    pad_map,
    reshaped,
    slice_map,
    transpose_map,
    upsample_map,
)
from linreg.readers.assembly import Assembly, Value
from linreg.readers.layer_type import Layer, LayerType
from linreg.units import MaxUnit

_WINDOW = ("stride", "padding")
_AXES = {1: "[C, N]", 2: "[C, H, W]"}

Moved = tuple[ExactAffineMap, Shape]
Pooled = tuple[ExactAffineMap, tuple[MaxUnit, ...], Shape]


def _mapped(
    make: Callable[[Layer, Shape], Moved],
    required: tuple[str, ...] = (),
    optional: tuple[str, ...] = (),
) -> LayerType:
    """A layer that is one affine map, made from its keys and the shape of what it reads."""

    def build(layer: Layer, inputs: Sequence[Value], assembly: Assembly) -> Value:
        map_, shape = make(layer, inputs[0].shape)
        return assembly.affine(layer.name, inputs, map_, shape)

    return LayerType(build, required, optional)


def _pooled(
    make: Callable[[Layer, Shape], Pooled],
    required: tuple[str, ...] = (),
    optional: tuple[str, ...] = (),
) -> LayerType:
    """A layer of max units that read chosen values."""

    def build(layer: Layer, inputs: Sequence[Value], assembly: Assembly) -> Value:
        selection, units, shape = make(layer, inputs[0].shape)
        name = assembly.unused(f"{layer.name}.candidates")
        return assembly.units(layer.name, assembly.affine(name, inputs, selection), units, shape)

    return LayerType(build, required, optional)


def _conv(axes: int) -> LayerType:
    def make(layer: Layer, shape: Shape) -> Moved:
        _check_axes(shape, axes)
        settings = layer.given(*_WINDOW, "dilation", "groups")
        return conv_map(layer.fields["weight"], layer.fields.get("bias", 0), shape, **settings)

    return _mapped(make, ("weight",), ("bias", *_WINDOW, "dilation", "groups"))


def _average_pool(axes: int) -> LayerType:
    def make(layer: Layer, shape: Shape) -> Moved:
        _check_axes(shape, axes)
        settings = layer.given("kernel", *_WINDOW, "count_include_pad")
        counted = settings.get("count_include_pad", True)
        if not isinstance(counted, bool):
            raise InvalidNetwork(
                f"count_include_pad: true or false was expected, got {shown(counted)}"
            )
        return average_pool_map(shape, **settings)

    return _mapped(make, ("kernel",), (*_WINDOW, "count_include_pad"))


def _max_pool(axes: int) -> LayerType:
    def make(layer: Layer, shape: Shape) -> Pooled:
        _check_axes(shape, axes)
        return max_pool(shape, **layer.given("kernel", *_WINDOW))

    return _pooled(make, ("kernel",), _WINDOW)


def _check_axes(shape: Shape, axes: int) -> None:
    if len(shape) != axes + 1:
        raise InvalidNetwork(
            f"an input of shape {_AXES[axes]} was expected, got shape {list(shape)}; reshape it "
            "first"
        )


def _batch_norm(layer: Layer, shape: Shape) -> Moved:
    numbers = layer.given("gamma", "beta", "mean", "var", "eps")
    return batch_norm_map(**numbers, shape=shape), shape


def _affine(layer: Layer, shape: Shape) -> Moved:
    return affine_map(layer.fields["scale"], layer.fields["shift"], shape), shape


def _slice(layer: Layer, shape: Shape) -> Moved:
    return slice_map(shape, **layer.given("start", "stop", "step"))


def _pad(layer: Layer, shape: Shape) -> Moved:
    return pad_map(shape, **layer.given("before", "after", "value"))


def _flatten(_layer: Layer, inputs: Sequence[Value], _assembly: Assembly) -> Value:
    return Value(inputs[0].name, (inputs[0].size,))


def _reshape(layer: Layer, inputs: Sequence[Value], _assembly: Assembly) -> Value:
    wanted = as_list(layer.fields["shape"], "shape")
    return Value(inputs[0].name, reshaped(inputs[0].shape, wanted))


IMAGE_LAYERS: dict[str, LayerType] = {
    "conv1d": _conv(1),
    "conv2d": _conv(2),
    "maxpool1d": _max_pool(1),
    "maxpool2d": _max_pool(2),
    "avgpool1d": _average_pool(1),
    "avgpool2d": _average_pool(2),
    "global_avgpool": _mapped(lambda _, shape: global_average_map(shape)),
    "global_maxpool": _pooled(lambda _, shape: global_max(shape)),
    "batchnorm": _mapped(_batch_norm, ("gamma", "beta", "mean", "var", "eps")),
    "affine": _mapped(_affine, ("scale", "shift")),
    "transpose": _mapped(
        lambda layer, shape: transpose_map(shape, as_list(layer.fields["perm"], "perm")), ("perm",)
    ),
    "slice": _mapped(_slice, ("start", "stop"), ("step",)),
    "pad": _mapped(_pad, ("before", "after"), ("value",)),
    "upsample": _mapped(
        lambda layer, shape: upsample_map(shape, layer.fields["factor"]), ("factor",)
    ),
    "flatten": LayerType(_flatten),
    "reshape": LayerType(_reshape, ("shape",)),
}
