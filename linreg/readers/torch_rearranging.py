"""Operators of torch that only move numbers, one function for each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import accumulate, pairwise
from math import prod
from typing import Any

import numpy as np

from linreg.errors import InvalidNetwork, NotPiecewiseLinear
from linreg.readers.choices import Comparison
from linreg.readers.tensor_linear import frames, interpolated
from linreg.readers.tensor_values import (
    Operand,
    Site,
    bounded,
    constant,
    joined,
    rearranged,
    shape_of,
    taken,
)
from linreg.readers.torch_layers import Arguments, Function


def _changed(change: Callable[[np.ndarray, Arguments], np.ndarray]) -> Function:
    """An operator that rearranges its one tensor with NumPy."""
    return lambda site, a: rearranged(site, read(a), lambda array: change(array, a))


def read(a: Arguments) -> Operand:
    """The tensor that an operator reads first."""
    operand: Operand = a["self"] if "self" in a else a["input"]
    return operand


def _unchanged(_site: Site, a: Arguments) -> Operand:
    return read(a)


def _dropout(_site: Site, a: Arguments) -> Operand:
    if a.get("train"):
        raise InvalidNetwork("the dropout is that of training; put the module in eval mode")
    return read(a)


def _cast(_site: Site, a: Arguments) -> Operand:
    if isinstance(a.get("self"), Comparison):
        comparison: Any = a["self"]
        return comparison  # type: ignore[no-any-return]
    dtype = a.get("dtype")
    if dtype is not None and not dtype.is_floating_point:
        raise NotPiecewiseLinear(
            f"a conversion of a value of the network to {dtype} rounds, so it is not continuous; "
            "only those between floats are read"
        )
    return read(a)


def _flat(array: np.ndarray, a: Arguments) -> np.ndarray:
    first, last = (a[key] % max(1, array.ndim) for key in ("start_dim", "end_dim"))
    shape = array.shape
    return array.reshape([*shape[:first], prod(shape[first : last + 1]), *shape[last + 1 :]])


def _unflat(array: np.ndarray, a: Arguments) -> np.ndarray:
    at, shape = a["dim"] % array.ndim, array.shape
    return array.reshape([*shape[:at], *a["sizes"], *shape[at + 1 :]])


def _squeezed(array: np.ndarray, a: Arguments) -> np.ndarray:
    """Without the axes that are named, or without all, as far as their length is one."""
    named = a.get("dim", range(array.ndim))
    axes = [named] if isinstance(named, int) else named
    return np.squeeze(array, tuple(axis for axis in axes if array.shape[axis] == 1))


def _sliced(array: np.ndarray, a: Arguments) -> np.ndarray:
    axis = a["dim"] % array.ndim
    parts = [slice(None)] * axis + [slice(a["start"], a["end"], a["step"])]
    return array[tuple(parts)]


def _expanded(array: np.ndarray, a: Arguments) -> np.ndarray:
    """A length of -1 is that of the array; new axes come first."""
    size = list(a["size"])
    old = [1] * (len(size) - array.ndim) + list(array.shape)
    wanted = [was if new == -1 else new for was, new in zip(old, size, strict=True)]
    return np.broadcast_to(array, bounded(wanted))


def _repeated(array: np.ndarray, a: Arguments) -> np.ndarray:
    bounded([array.size, *a["repeats"]])
    return np.tile(array, a["repeats"])


def _parts(site: Site, a: Arguments, sizes: Sequence[int]) -> list[Operand]:
    axis = a["dim"]
    ends = [0, *accumulate(sizes)]
    return [taken(site, read(a), np.arange(start, end), axis) for start, end in pairwise(ends)]


def _split(site: Site, a: Arguments) -> list[Operand]:
    size = a["split_sizes"] if "split_sizes" in a else a["split_size"]
    length = shape_of(read(a))[a["dim"]]
    if not isinstance(size, int):
        return _parts(site, a, size)
    return _parts(site, a, [min(size, length - k) for k in range(0, length, size)])


def _chunk(site: Site, a: Arguments) -> list[Operand]:
    length = shape_of(read(a))[a["dim"]]
    size = -(-length // a["chunks"])
    return _parts(site, a, [min(size, length - k) for k in range(0, length, size)])


def _unbind(site: Site, a: Arguments) -> list[Operand]:
    axis = a["dim"]
    length = shape_of(read(a))[axis]
    return [taken(site, read(a), np.asarray(k), axis) for k in range(length)]


def _cat(site: Site, a: Arguments) -> Operand:
    return joined(site, a["tensors"], lambda arrays: np.concatenate(arrays, a["dim"]))


def _stack(site: Site, a: Arguments) -> Operand:
    return joined(site, a["tensors"], lambda arrays: np.stack(arrays, a["dim"]))


def _select(site: Site, a: Arguments) -> Operand:
    return taken(site, read(a), np.asarray(a["index"]), a["dim"])


def _index_select(site: Site, a: Arguments) -> Operand:
    return taken(site, read(a), constant(a["index"], "the index"), a["dim"])


def _index(site: Site, a: Arguments) -> Operand:
    """Indexing with constants, as NumPy has it."""
    chosen = tuple(
        slice(None) if each is None else constant(each, "an index") for each in a["indices"]
    )
    return rearranged(site, read(a), lambda array: array[chosen])


def _pad(mode: str | None) -> Function:
    """Padding with a constant or with what is inside; torch names the last axis first."""
    names = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}

    def function(site: Site, a: Arguments) -> Operand:
        operand = read(a)
        pad = a["pad"] if "pad" in a else a["padding"]
        margins = [(pad[k], pad[k + 1]) for k in range(0, len(pad), 2)][::-1]
        margins = [(0, 0)] * (len(shape_of(operand)) - len(margins)) + margins
        bounded([n + sum(more) for n, more in zip(shape_of(operand), margins, strict=True)])
        kind = mode or a.get("mode", "constant")
        if kind == "constant":
            return _constant_pad(site, operand, margins, a.get("value") or 0)
        how: Any = names[kind]
        return rearranged(site, operand, lambda array: np.pad(array, margins, how))

    return function


def _constant_pad(
    site: Site, operand: Operand, margins: Sequence[tuple[int, int]], value: float
) -> Operand:
    """A negative margin cuts off."""
    kept = tuple(
        slice(max(0, -before), length - max(0, -after))
        for length, (before, after) in zip(shape_of(operand), margins, strict=True)
    )
    added = [(max(0, before), max(0, after)) for before, after in margins]
    return joined(
        site,
        [operand, np.array(float(value))],
        lambda parts: np.pad(parts[0][kept], added, constant_values=parts[1]),
    )


def _nearest(site: Site, a: Arguments) -> Operand:
    """Nearest-neighbour upsampling of the axes after batch and channels."""
    operand = read(a)
    lengths = shape_of(operand)[2:]
    sizes = a.get("output_size")
    if sizes is None:
        scales = np.broadcast_to(a["scale_factors"], len(lengths)).tolist()
        wanted = [int(old * by) for old, by in zip(lengths, scales, strict=True)]
    else:
        wanted = np.broadcast_to(sizes, len(lengths)).tolist()
        scales = [new / old for old, new in zip(lengths, wanted, strict=True)]
    bounded(wanted)
    for axis, (new, by) in enumerate(zip(wanted, scales, strict=True), start=2):
        indices = np.floor(np.arange(new) / by).astype(int)
        operand = taken(site, operand, np.minimum(indices, lengths[axis - 2] - 1), axis)
    return operand


def _linearly(site: Site, a: Arguments) -> Operand:
    """Linear interpolation of the axes after batch and channels."""
    operand = read(a)
    lengths = shape_of(operand)[2:]
    sizes = a.get("output_size")
    if sizes is None:
        scales = [Fraction(by) for by in np.broadcast_to(a["scale_factors"], len(lengths)).tolist()]
        wanted = [int(old * by) for old, by in zip(lengths, scales, strict=True)]
    else:
        wanted = np.broadcast_to(sizes, len(lengths)).tolist()
        scales = [Fraction(new, old) for old, new in zip(lengths, wanted, strict=True)]
    bounded(wanted)
    mode = "align_corners" if a.get("align_corners") else "half_pixel"
    for axis, (new, by) in enumerate(zip(wanted, scales, strict=True), start=2):
        at = frames(mode, lengths[axis - 2], new, by)
        assert at is not None
        operand = interpolated(site, operand, axis, at)
    return operand


REARRANGING: dict[str, Function] = {
    "alias": _unchanged,
    "cat": _cat,
    "chunk": _chunk,
    "clone": _unchanged,
    "constant_pad_nd": _pad("constant"),
    "contiguous": _unchanged,
    "detach": _unchanged,
    "dropout": _dropout,
    "expand": _changed(_expanded),
    "feature_dropout": _dropout,
    "flatten": _changed(_flat),
    "flip": _changed(lambda array, a: np.flip(array, a["dims"])),
    "identity": _unchanged,
    "index": _index,
    "index_select": _index_select,
    "movedim": _changed(lambda array, a: np.moveaxis(array, a["source"], a["destination"])),
    "native_dropout": lambda site, a: [_dropout(site, a)],
    "pad": _pad(None),
    "permute": _changed(lambda array, a: array.transpose(a["dims"])),
    "repeat": _changed(_repeated),
    "reshape": _changed(lambda array, a: array.reshape(a["shape"])),
    "select": _select,
    "slice": _changed(_sliced),
    "split": _split,
    "split_with_sizes": _split,
    "squeeze": _changed(_squeezed),
    "stack": _stack,
    "t": _changed(lambda array, _: array.transpose()),
    "to": _cast,
    "to_copy": _cast,
    "transpose": _changed(lambda array, a: np.swapaxes(array, a["dim0"], a["dim1"])),
    "unbind": _unbind,
    "unflatten": _changed(_unflat),
    "unsafe_view": _changed(lambda array, a: array.reshape(a["size"])),
    "unsqueeze": _changed(lambda array, a: np.expand_dims(array, a["dim"])),
    "view": _changed(lambda array, a: array.reshape(a["size"])),
}
for _n in (1, 2, 3):
    REARRANGING |= {
        f"reflection_pad{_n}d": _pad("reflect"),
        f"replication_pad{_n}d": _pad("replicate"),
        f"upsample_nearest{_n}d": _nearest,
    }
for _name in ("linear1d", "bilinear2d", "trilinear3d"):
    REARRANGING[f"upsample_{_name}"] = _linearly
