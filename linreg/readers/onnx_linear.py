"""ONNX operators that are linear, or are so of constants: one function for each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from linreg.errors import InvalidNetwork
from linreg.readers.assembly import Value
from linreg.readers.onnx_call import Call
from linreg.readers.onnx_layers import Function, along
from linreg.readers.tensor_arithmetic import mean, product, total
from linreg.readers.tensor_layers import alike
from linreg.readers.tensor_linear import einsum, running_sum, transposed_convolution
from linreg.readers.tensor_values import Operand, constant, rearranged, shape_of
from linreg.units import absolute


def _transposed(call: Call) -> Operand:
    weight = call.array(1, "the weight")
    if weight is None:
        raise InvalidNetwork("input 1, the weight, is missing")
    kernel = weight.shape[2:]
    axes = len(kernel)
    strides = call.integer_setting("strides", [1] * axes)
    dilations = call.integer_setting("dilations", [1] * axes)
    more = call.integer_setting("output_padding", [0] * axes)
    wanted = call.integer_setting("output_shape", [])[-axes:] or None
    mode = call.text("auto_pad", "NOTSET")
    pads = call.integer_setting("pads", [0] * (2 * axes))
    old = shape_of(call.operand(0))[2:]
    if {len(strides), len(dilations), len(more), len(pads) // 2, len(old)} != {axes}:
        raise InvalidNetwork("strides, dilations, pads and output_padding must fit the kernel")
    margins = list(zip(pads[:axes], pads[axes:], strict=True))
    if mode.startswith("SAME") and wanted is None:
        wanted = [length * step for length, step in zip(old, strides, strict=True)]
    if wanted is not None:
        margins = []
        for length, step, extra, size, distance, new in zip(
            old, strides, more, kernel, dilations, wanted, strict=True
        ):
            whole = step * (length - 1) + extra + (size - 1) * distance + 1 - new
            less = whole // 2
            margins.append((less, whole - less) if mode == "SAME_UPPER" else (whole - less, less))
        if min(min(pair) for pair in margins) < 0:
            raise InvalidNetwork(f"output_shape {wanted} is larger than the settings can fill")
    return transposed_convolution(
        call.site,
        call.operand(0),
        weight,
        call.array(2, "the bias"),
        stride=strides,
        padding=0 if mode == "VALID" else margins,
        dilation=dilations,
        groups=call.integer("group", 1),
        lengths=wanted,
        more=more,
    )


def _einsum(call: Call) -> Operand:
    operands = [call.operand(k) for k in range(len(call.operands))]
    return einsum(call.site, call.text("equation", ""), operands)


def _running_sum(call: Call) -> Operand:
    rank = len(shape_of(call.operand(0)))
    axis = constant(call.operand(1), "the axis")
    if axis.size != 1 or axis.dtype.kind != "i" or not -rank <= axis.item() < rank:
        raise InvalidNetwork(f"axis: one of {rank} axes was expected, got {axis.tolist()}")
    return running_sum(
        call.site,
        call.operand(0),
        axis.item() % rank,
        exclusive=bool(call.integer("exclusive", 0)),
        backwards=bool(call.integer("reverse", 0)),
    )


def _block(call: Call, *, growing: bool) -> tuple[int, Sequence[int]]:
    size, shape = call.integer("blocksize", 0), shape_of(call.operand(0))
    if size < 1 or len(shape) != 4:
        raise InvalidNetwork("a positive blocksize and a value [1, C, H, W] were expected")
    if shape[1] % size**2 if growing else (shape[2] % size or shape[3] % size):
        raise InvalidNetwork(f"blocks of {size} do not fit shape {list(shape)}")
    return size, shape


def _depth_to_space(call: Call) -> Operand:
    size, (n, depth, height, width) = _block(call, growing=True)
    left = depth // size**2
    if call.text("mode", "DCR") == "DCR":
        split, perm = (n, size, size, left, height, width), (0, 3, 4, 1, 5, 2)
    else:
        split, perm = (n, left, size, size, height, width), (0, 1, 4, 2, 5, 3)
    whole = (n, left, height * size, width * size)
    return rearranged(
        call.site,
        call.operand(0),
        lambda array: array.reshape(split).transpose(perm).reshape(whole),
    )


def _space_to_depth(call: Call) -> Operand:
    size, (n, depth, height, width) = _block(call, growing=False)
    split = (n, depth, height // size, size, width // size, size)
    whole = (n, depth * size**2, height // size, width // size)
    return rearranged(
        call.site,
        call.operand(0),
        lambda array: array.reshape(split).transpose(0, 3, 5, 1, 2, 4).reshape(whole),
    )


def _sum_of_absolutes(call: Call) -> Operand:
    operand = call.operand(0)
    axes, keep = along(call)
    sizes = alike(call.site, operand, absolute()) if isinstance(operand, Value) else abs(operand)
    return mean(call.site, sizes, axes, keep, True)


def _dequantized(call: Call) -> Operand:
    """(x - zero point) * scale: exactly, which of a constant is a weight."""
    scale, zero = call.array(1, "the scale"), call.array(2, "the zero point")
    if scale is None:
        raise InvalidNetwork("input 1, the scale, is missing")
    operand = call.operand(0)
    if call.integer("block_size", 0):
        raise InvalidNetwork("blocks of scales are not supported; use one for each channel")
    rank = len(shape_of(operand))

    def placed(array: np.ndarray) -> np.ndarray:
        if array.size == 1:
            return array.reshape(()).astype(np.float64)
        axis = call.axis("axis", 1)
        return array.reshape([-1 if k == axis else 1 for k in range(rank)]).astype(np.float64)

    if isinstance(operand, np.ndarray):
        operand = operand.astype(np.float64)
    moved = operand if zero is None else total(call.site, [operand, placed(zero)], [1, -1])
    return product(call.site, moved, placed(scale))


LINEAR: dict[str, Function] = {
    "ConvTranspose": _transposed,
    "CumSum": _running_sum,
    "DepthToSpace": _depth_to_space,
    "DequantizeLinear": _dequantized,
    "Einsum": _einsum,
    "ReduceL1": _sum_of_absolutes,
    "SpaceToDepth": _space_to_depth,
}
