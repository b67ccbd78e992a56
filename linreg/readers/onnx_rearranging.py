"""ONNX operators that only move numbers, one function for each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import ceil, floor, prod

import numpy as np

from linreg.errors import InvalidNetwork
from linreg.json_values import shown
from linreg.readers.onnx_call import Call
from linreg.readers.onnx_layers import Function
from linreg.readers.tensor_linear import frames, interpolated
from linreg.readers.tensor_values import (
    Operand,
    bounded,
    constant,
    integers,
    joined,
    rearranged,
    shape_of,
    taken,
)
from linreg.wording import counted


def _unchanged(call: Call) -> Operand:
    return call.operand(0)


def _shape_changed(call: Call, shape: Sequence[int]) -> Operand:
    return rearranged(call.site, call.operand(0), lambda array: array.reshape(shape))


def _reshape(call: Call) -> Operand:
    wanted = call.integers("shape", 1)
    if wanted is None:
        raise InvalidNetwork("input 1, the shape, is missing")
    shape = shape_of(call.operand(0))
    if not call.integer("allowzero", 0):
        copied = [*shape, *[0] * len(wanted)]
        wanted = [copied[k] if length == 0 else length for k, length in enumerate(wanted)]
    return _shape_changed(call, wanted)


def _flatten(call: Call) -> Operand:
    shape = shape_of(call.operand(0))
    axis = call.integer("axis", 1)
    split = axis + len(shape) if axis < 0 else axis
    return _shape_changed(call, (prod(shape[:split]), prod(shape[split:])))


def _squeeze(call: Call) -> Operand:
    axes = call.integers("axes", 1)
    chosen = None if axes is None else tuple(axes)
    return rearranged(call.site, call.operand(0), lambda array: np.squeeze(array, chosen))


def _unsqueeze(call: Call) -> Operand:
    axes = call.integers("axes", 1) or []
    return rearranged(call.site, call.operand(0), lambda array: np.expand_dims(array, tuple(axes)))


def _transpose(call: Call) -> Operand:
    rank = len(shape_of(call.operand(0)))
    perm = call.integer_setting("perm", range(rank)[::-1])
    return rearranged(call.site, call.operand(0), lambda array: array.transpose(perm))


def _concat(call: Call) -> Operand:
    axis = call.integer("axis", 1)
    operands = [call.operand(k) for k in range(len(call.operands))]
    return joined(call.site, operands, lambda arrays: np.concatenate(arrays, axis))


def _slice(call: Call) -> Operand:
    starts, ends = call.integers("starts", 1), call.integers("ends", 2)
    if starts is None or ends is None:
        raise InvalidNetwork("the starts or the ends are missing")
    shape = shape_of(call.operand(0))
    axes = call.integers("axes", 3) or list(range(len(starts)))
    steps = call.integers("steps", 4) or [1] * len(starts)
    if not len(starts) == len(ends) == len(axes) == len(steps) or 0 in steps:
        raise InvalidNetwork("starts, ends, axes and steps must be as many, and no step zero")
    if not all(-len(shape) <= axis < len(shape) for axis in axes):
        raise InvalidNetwork(f"axes {axes} do not fit shape {list(shape)}")
    chosen = [np.arange(length) for length in shape]
    for start, end, axis, step in zip(starts, ends, axes, steps, strict=True):
        # What counts from the end is below zero; what lies before the start stands for None.
        stop = None if step < 0 and end < -shape[axis] else end
        chosen[axis] = chosen[axis][slice(start, stop, step)]
    return rearranged(call.site, call.operand(0), lambda array: array[np.ix_(*chosen)])


def _split(call: Call) -> list[Operand]:
    axis = call.axis("axis", 0)
    length = shape_of(call.operand(0))[axis]
    sizes = call.integers("split", 1)
    if sizes is None:
        size = -(-length // call.n_outputs)
        sizes = [min(size, length - k * size) for k in range(call.n_outputs)]
    if sum(sizes) != length or min(sizes, default=0) < 1 or len(sizes) != call.n_outputs:
        raise InvalidNetwork(
            f"an axis of length {length} cannot be split into {counted(call.n_outputs, 'part')} of "
            f"{sizes}"
        )
    ends = np.cumsum(sizes).tolist()
    parts = [np.arange(end - size, end) for size, end in zip(sizes, ends, strict=True)]
    return [taken(call.site, call.operand(0), part, axis) for part in parts]


def _gather(call: Call) -> Operand:
    indices = constant(call.operand(1), "the indices")
    return taken(call.site, call.operand(0), indices, call.axis("axis", 0))


def _expand(call: Call) -> Operand:
    wanted = call.integers("shape", 1) or []
    bounded(wanted)
    return rearranged(
        call.site,
        call.operand(0),
        lambda array: np.broadcast_to(array, np.broadcast_shapes(array.shape, tuple(wanted))),
    )


def _tile(call: Call) -> Operand:
    repeats = call.integers("repeats", 1) or []
    bounded([prod(shape_of(call.operand(0))), *repeats])
    return rearranged(call.site, call.operand(0), lambda array: np.tile(array, repeats))


def _pad(call: Call) -> Operand:
    operand = call.operand(0)
    rank = len(shape_of(operand))
    pads = call.integers("pads", 1) or []
    axes = call.integers("axes", 3) or list(range(rank))
    if len(pads) != 2 * len(axes) or not all(-rank <= axis < rank for axis in axes):
        raise InvalidNetwork(f"pads {pads} do not fit axes {axes} of {rank}")
    margins = [(0, 0)] * rank
    for k, axis in enumerate(axes):
        margins[axis] = (pads[k], pads[k + len(axes)])
    return padded(call, margins, call.text("mode", "constant"))


def padded(call: Call, margins: Sequence[tuple[int, int]], mode: str) -> Operand:
    """The operand with these margins around it; a negative one cuts off."""
    operand = call.operand(0)
    if mode not in ("constant", "edge", "reflect", "wrap"):
        raise InvalidNetwork(f"mode {mode!r} is not supported")
    kept = tuple(
        slice(max(0, -before), length - max(0, -after))
        for length, (before, after) in zip(shape_of(operand), margins, strict=True)
    )
    added = [(max(0, before), max(0, after)) for before, after in margins]
    bounded([n + sum(more) for n, more in zip(shape_of(operand), added, strict=True)])
    if mode != "constant":
        return rearranged(call.site, operand, lambda a: np.pad(a[kept], added, mode))  # type: ignore[call-overload]
    given = call.array(2, "the constant")
    filling = np.array(call.float("value", 0)) if given is None else given.reshape(())
    return joined(
        call.site,
        [operand, filling],
        lambda parts: np.pad(parts[0][kept], added, constant_values=parts[1]),
    )


def _resize(call: Call) -> Operand:
    mode = call.text("mode", "nearest")
    if mode not in ("nearest", "linear"):
        raise InvalidNetwork(f"mode {shown(mode)} is not supported; 'nearest' and 'linear' are")
    if (
        call.integer("antialias", 0)
        or call.text("keep_aspect_ratio_policy", "stretch") != "stretch"
    ):
        raise InvalidNetwork("antialias and keep_aspect_ratio_policy are not supported")
    upsample = call.operator == "Upsample"
    lengths = shape_of(call.operand(0))
    axes = call.integer_setting("axes", range(len(lengths)))
    scales = call.array(1 if upsample or len(call.operands) == 2 else 2, "the scales")
    if "scales" in call.settings:
        scales = np.array(call.settings["scales"])
    sizes = call.optional(3)
    factors: list[Fraction]
    if sizes is not None:
        wanted = integers(sizes, "sizes")
        factors = [Fraction(new, lengths[a]) for new, a in zip(wanted, axes, strict=False)]
    elif scales is not None and scales.dtype.kind == "f" and min(scales.ravel(), default=0) > 0:
        factors = [Fraction(by) for by in scales.ravel().tolist()]
        wanted = [int(lengths[a] * by) for a, by in zip(axes, factors, strict=False)]
    else:
        raise InvalidNetwork("positive scales or sizes were expected")
    if len(wanted) != len(axes) or min(factors, default=0) <= 0:
        raise InvalidNetwork("a positive scale or size was expected for each axis")
    bounded(wanted)
    frame = call.text("coordinate_transformation_mode", "half_pixel")
    rounding = call.text("nearest_mode", "round_prefer_floor")
    if upsample:
        frame, rounding = "asymmetric", "floor"
    result = call.operand(0)
    for axis, new, by in zip(axes, wanted, factors, strict=True):
        places = frames(frame, lengths[axis], new, by)
        if places is None or rounding not in _ROUNDINGS:
            raise InvalidNetwork(f"{shown(frame)} with {shown(rounding)} is not supported")
        if mode == "linear":
            result = interpolated(call.site, result, axis, places)
            continue
        read = np.array([_ROUNDINGS[rounding](place) for place in places], dtype=np.int64)
        result = taken(call.site, result, np.clip(read, 0, lengths[axis] - 1), axis)
    return result


_ROUNDINGS: dict[str, Callable[[Fraction], int]] = {
    "ceil": ceil,
    "floor": floor,
    "round_prefer_ceil": lambda x: floor(x + Fraction(1, 2)),
    "round_prefer_floor": lambda x: ceil(x - Fraction(1, 2)),
}


REARRANGING: dict[str, Function] = {
    "Concat": _concat,
    "Dropout": _unchanged,
    "Expand": _expand,
    "Flatten": _flatten,
    "Gather": _gather,
    "Identity": _unchanged,
    "Pad": _pad,
    "Reshape": _reshape,
    "Resize": _resize,
    "Slice": _slice,
    "Split": _split,
    "Squeeze": _squeeze,
    "Tile": _tile,
    "Transpose": _transpose,
    "Unsqueeze": _unsqueeze,
    "Upsample": _resize,
}
