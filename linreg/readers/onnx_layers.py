"""ONNX operators that compute: affine maps, pools and layers of units, one function for each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from linreg.errors import InvalidNetwork
from linreg.network.operators import Padding
from linreg.readers.assembly import Value
from linreg.readers.onnx_call import Call
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
    shrink,
    spatial_axes,
)
from linreg.readers.tensor_values import Operand, rearranged, shape_of
from linreg.units import ScalarUnit, absolute, relu

Function = Callable[[Call], Operand | list[Operand]]
"""What an operator computes: its first output, or several."""

# A bound that no float32 exceeds is how exporters say that there is none.
_LARGEST = float(np.finfo(np.float32).max)


def _convolution(call: Call) -> Operand:
    weight = call.array(1, "the weight")
    if weight is None:
        raise InvalidNetwork("input 1, the weight, is missing")
    return convolution(
        call.site,
        call.operand(0),
        weight,
        call.array(2, "the bias"),
        groups=call.integer("group", 1),
        **_windows(call, weight.shape[2:]),
    )


def _largest_in_windows(call: Call) -> Operand:
    kernel = call.integer_setting("kernel_shape", [])
    return largest_in_windows(
        call.site,
        call.operand(0),
        kernel=kernel,
        ceil_mode=bool(call.integer("ceil_mode", 0)),
        **_windows(call, kernel),
    )


def _mean_in_windows(call: Call) -> Operand:
    kernel = call.integer_setting("kernel_shape", [])
    return mean_in_windows(
        call.site,
        call.operand(0),
        kernel=kernel,
        count_include_pad=bool(call.integer("count_include_pad", 0)),
        ceil_mode=bool(call.integer("ceil_mode", 0)),
        **_windows(call, kernel),
    )


def _windows(call: Call, kernel: Sequence[int]) -> dict[str, Any]:
    """How windows of this size move: stride, padding and dilation."""
    strides = call.integer_setting("strides", [1] * len(kernel))
    dilations = call.integer_setting("dilations", [1] * len(kernel))
    padding = _padding(call, kernel, strides, dilations)
    return {"stride": strides, "padding": padding, "dilation": dilations}


def _padding(
    call: Call, kernel: Sequence[int], strides: Sequence[int], dilations: Sequence[int]
) -> Padding:
    """The padding before and after each axis; `SAME` makes the output ceil(input / stride) long."""
    mode = call.text("auto_pad", "NOTSET")
    if mode == "NOTSET":
        pads = call.integer_setting("pads", [0] * (2 * len(kernel)))
        if len(pads) != 2 * len(kernel):
            raise InvalidNetwork(f"pads: {2 * len(kernel)} integers were expected, got {len(pads)}")
        return list(zip(pads[: len(kernel)], pads[len(kernel) :], strict=True))
    if mode == "VALID":
        return 0
    if min(strides, default=1) < 1:
        raise InvalidNetwork(f"strides: positive integers were expected, got {list(strides)}")
    lengths = shape_of(call.operand(0))[2:]
    margins = []
    for length, size, step, distance in zip(lengths, kernel, strides, dilations, strict=False):
        spans = (-(-length // step) - 1) * step + (size - 1) * distance + 1
        less, more = sorted([max(0, spans - length) // 2, (max(0, spans - length) + 1) // 2])
        margins.append((less, more) if mode == "SAME_UPPER" else (more, less))
    return margins


def _gemm(call: Call) -> Operand:
    factors = [
        rearranged(call.site, call.operand(k), np.transpose)
        if call.integer(name, 0)
        else call.operand(k)
        for k, name in enumerate(("transA", "transB"))
    ]
    alpha, beta = call.float("alpha", 1), call.float("beta", 1)
    bias = call.optional(2)
    if alpha == beta == 1 and not isinstance(bias, Value):
        return matmul(call.site, factors[0], factors[1], bias)
    made = matmul(call.site, factors[0], factors[1])
    terms, by = ([made], [alpha]) if bias is None else ([made, bias], [alpha, beta])
    return total(call.site, terms, by)


def _batch_norm(call: Call) -> Operand:
    if call.integer("training_mode", 0):
        raise InvalidNetwork("training_mode is on; export the network for inference")
    names = ("the scale", "the shift", "the mean", "the variance")
    gamma, beta, means, variances = (call.array(k, name) for k, name in enumerate(names, start=1))
    if means is None or variances is None:
        raise InvalidNetwork("the mean or the variance is missing")
    eps = call.float("epsilon", 1e-5)
    return batch_norm(call.site, call.operand(0), gamma, beta, (means, variances), eps)


def _clip(call: Call) -> Operand:
    bounds = []
    for k, name in enumerate(("min", "max"), start=1):
        array = call.array(k, name)
        if array is not None and array.size != 1:
            raise InvalidNetwork(f"{name}: one number was expected, got {array.size}")
        bound = float(call.settings[name]) if name in call.settings else None
        bounds.append(bound if array is None else float(array.item()))
    lo, hi = bounds
    return clamped(
        call.site,
        call.operand(0),
        None if lo is not None and lo <= -_LARGEST else lo,
        None if hi is not None and hi >= _LARGEST else hi,
    )


def _slopes(call: Call) -> Operand:
    slopes = call.array(1, "the slopes")
    return leaky(call.site, call.operand(0), np.zeros(()) if slopes is None else slopes)


def _leaky(call: Call) -> Operand:
    return leaky(call.site, call.operand(0), np.array(call.float("alpha", 0.01)))


def _hard_sigmoid(call: Call) -> Operand:
    unit = hard_sigmoid(call.float("alpha", 0.2), call.float("beta", 0.5))
    return alike(call.site, call.operand(0), unit)


def _thresholded(call: Call) -> Operand:
    unit = ScalarUnit((call.float("alpha", 1),), (0, 1), (0, 0))
    return alike(call.site, call.operand(0), unit)


def _shrink(call: Call) -> Operand:
    unit = shrink(call.float("lambd", 0.5), call.float("bias", 0))
    return alike(call.site, call.operand(0), unit)


def _relu(call: Call) -> Operand:
    return alike(call.site, call.operand(0), relu())


def _absolute(call: Call) -> Operand:
    return alike(call.site, call.operand(0), absolute())


def _extremum(least: bool) -> Function:
    return lambda call: extremum(call.site, _all(call), least)


def _sum(call: Call) -> Operand:
    return total(call.site, _all(call), [1] * len(call.operands))


def _mean_of_values(call: Call) -> Operand:
    return quotient(call.site, _sum(call), np.array(float(len(call.operands))))


def _all(call: Call) -> list[Operand]:
    return [call.operand(k) for k in range(len(call.operands))]


def _negative(call: Call) -> Operand:
    return total(call.site, [call.operand(0)], [-1])


def _difference(call: Call) -> Operand:
    return total(call.site, _all(call), [1, -1])


def along(call: Call) -> tuple[Sequence[int], bool]:
    """The axes of a reduction, all of them if none is named, and whether they stay."""
    axes = call.integers("axes", 1)
    keep = bool(call.integer("keepdims", 1))
    if not axes and call.integer("noop_with_empty_axes", 0):
        raise InvalidNetwork("axes are empty, so the operator does nothing; leave it out")
    return axes or range(len(shape_of(call.operand(0)))), keep


def _reduced_mean(whole: bool) -> Function:
    def function(call: Call) -> Operand:
        axes, keep = along(call)
        return mean(call.site, call.operand(0), axes, keep, whole)

    return function


def _reduced_extremum(least: bool) -> Function:
    def function(call: Call) -> Operand:
        axes, keep = along(call)
        return extremum_along(call.site, call.operand(0), axes, keep, least)

    return function


def _global_mean(call: Call) -> Operand:
    return mean(call.site, call.operand(0), spatial_axes(call.operand(0)), True, False)


def _global_largest(call: Call) -> Operand:
    return extremum_along(call.site, call.operand(0), spatial_axes(call.operand(0)), True, False)


LAYERS: dict[str, Function] = {
    "Abs": _absolute,
    "Add": _sum,
    "AveragePool": _mean_in_windows,
    "BatchNormalization": _batch_norm,
    "Clip": _clip,
    "Conv": _convolution,
    "Div": lambda call: quotient(call.site, call.operand(0), call.operand(1)),
    "Gemm": _gemm,
    "GlobalAveragePool": _global_mean,
    "GlobalMaxPool": _global_largest,
    "HardSigmoid": _hard_sigmoid,
    "LeakyRelu": _leaky,
    "MatMul": lambda call: matmul(call.site, call.operand(0), call.operand(1)),
    "Max": _extremum(False),
    "MaxPool": _largest_in_windows,
    "Mean": _mean_of_values,
    "Min": _extremum(True),
    "Mul": lambda call: product(call.site, call.operand(0), call.operand(1)),
    "Neg": _negative,
    "PRelu": _slopes,
    "ReduceMax": _reduced_extremum(False),
    "ReduceMean": _reduced_mean(False),
    "ReduceMin": _reduced_extremum(True),
    "ReduceSum": _reduced_mean(True),
    "Relu": _relu,
    "Shrink": _shrink,
    "Sub": _difference,
    "Sum": _sum,
    "ThresholdedRelu": _thresholded,
}
