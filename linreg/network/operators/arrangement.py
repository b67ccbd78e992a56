"""Operators that only rearrange coordinates: transpose, slice, pad, upsample, concatenate."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from linreg.affine import ExactAffineMap
from linreg.errors import InvalidNetwork
from linreg.network.build import number
from linreg.network.operators.settings import (
    PerAxis,
    Shape,
    cells_of,
    channels_and_axes,
    check_number,
    per_axis,
)
from linreg.wording import counted


def transpose_map(shape: Sequence[int], perm: Sequence[int]) -> tuple[ExactAffineMap, Shape]:
    """The axes in another order: axis k of the value is axis perm[k] of the input.

    Raises
    ------
    InvalidNetwork
        If `perm` does not name every axis once.

    Examples
    --------
    >>> transpose_map([2, 3], [1, 0])[1]
    (3, 2)
    """
    axes = per_axis(perm, len(shape), "perm", 0)
    if sorted(axes) != list(range(len(shape))):
        raise InvalidNetwork(
            f"perm: each of the axes 0 to {len(shape) - 1} was expected once, got {list(axes)}"
        )
    return _selection(cells_of(shape).transpose(axes), prod(shape))


def slice_map(
    shape: Sequence[int], start: PerAxis, stop: PerAxis, step: PerAxis = 1
) -> tuple[ExactAffineMap, Shape]:
    """The coordinates start, start + step, ... before stop, along each axis, as Python slices.

    Negative numbers count from the end, and what lies outside the axis is left out.

    Parameters
    ----------
    shape : sequence of int
    start, stop, step : int, or one for each axis

    Raises
    ------
    InvalidNetwork
        If nothing is left, or a step is zero.

    Examples
    --------
    >>> slice_map([5], 1, 5, 2)[0]([10, 11, 12, 13, 14])
    [Fraction(11, 1), Fraction(13, 1)]
    """
    starts, stops, steps = (
        per_axis(value, len(shape), name, None)
        for name, value in (("start", start), ("stop", stop), ("step", step))
    )
    if 0 in steps:
        raise InvalidNetwork("step: an integer other than zero was expected, got 0")
    parts = tuple(slice(*each) for each in zip(starts, stops, steps, strict=True))
    chosen = cells_of(shape)[parts]
    if not chosen.size:
        raise InvalidNetwork(
            f"the slice from {list(starts)} to {list(stops)} of an input of shape {list(shape)} is "
            "empty; a value needs at least one coordinate"
        )
    return _selection(chosen, prod(shape))


def pad_map(
    shape: Sequence[int], before: PerAxis, after: PerAxis, value: Any = 0
) -> tuple[ExactAffineMap, Shape]:
    """The input with a constant around it.

    Parameters
    ----------
    shape : sequence of int
    before, after : int, or one for each axis, that of the channels included
    value : number

    Examples
    --------
    >>> pad_map([2], 1, 2, 7)[0]([1, 2])
    [Fraction(7, 1), Fraction(1, 1), Fraction(2, 1), Fraction(7, 1), Fraction(7, 1)]
    """
    befores = per_axis(before, len(shape), "before", 0)
    afters = per_axis(after, len(shape), "after", 0)
    margins = list(zip(befores, afters, strict=True))
    lengths = [length + sum(each) for length, each in zip(shape, margins, strict=True)]
    check_number(prod(lengths))
    padded = np.pad(cells_of(shape), margins, constant_values=-1)
    constant = number(value, "value")
    cells = padded.ravel().tolist()
    terms = [[(cell, 1)] if cell >= 0 else [] for cell in cells]
    shifts = [0 if cell >= 0 else constant for cell in cells]
    return ExactAffineMap.of_terms(terms, shifts, prod(shape)), padded.shape


def upsample_map(shape: Sequence[int], factor: PerAxis) -> tuple[ExactAffineMap, Shape]:
    """Every cell repeated along each axis after the channels (nearest neighbour).

    Parameters
    ----------
    shape : sequence of int
        [C, N] or [C, H, W].
    factor : int, or one for each axis after the channels

    Examples
    --------
    >>> upsample_map([1, 2], 2)[0]([3, 5])
    [Fraction(3, 1), Fraction(3, 1), Fraction(5, 1), Fraction(5, 1)]
    """
    _, axes = channels_and_axes(shape)
    factors = per_axis(factor, len(axes), "factor")
    check_number(prod(shape) * prod(factors))
    cells = cells_of(shape)
    for a, times in enumerate(factors, start=1):
        cells = np.repeat(cells, times, axis=a)
    return _selection(cells, prod(shape))


def concat_map(shapes: Sequence[Sequence[int]], axis: int = 0) -> tuple[ExactAffineMap, Shape]:
    """Several values, which stand flat one after another in the input, joined along an axis.

    Parameters
    ----------
    shapes : sequence of shapes
    axis : int
        Negative numbers count from the end.

    Raises
    ------
    InvalidNetwork
        If there is no such axis, or the shapes differ along another one.

    Examples
    --------
    >>> join, shape = concat_map([[2, 1], [2, 1]], axis=1)
    >>> shape, [int(value) for value in join([1, 2, 3, 4])]
    ((2, 2), [1, 3, 2, 4])
    """
    rank = len(shapes[0])
    (wanted,) = per_axis(axis, 1, "axis", None)
    if not -rank <= wanted < rank:
        raise InvalidNetwork(f"axis: an integer from 0 to {rank - 1} was expected, got {wanted}")
    joined = wanted % rank
    check_number(sum(map(prod, shapes)))
    first = 0
    parts = []
    for shape in shapes:
        if [*shape[:joined], *shape[joined + 1 :]] != [
            *shapes[0][:joined],
            *shapes[0][joined + 1 :],
        ]:
            raise InvalidNetwork(
                f"values of shapes {list(shapes[0])} and {list(shape)} cannot be joined along axis "
                f"{joined}; the other axes must agree"
            )
        parts.append(cells_of(shape) + first)
        first += prod(shape)
    return _selection(np.concatenate(parts, axis=joined), first)


def reshaped(shape: Sequence[int], wanted: Sequence[int]) -> Shape:
    """The shape that is wanted for a value; one -1 stands for what is left.

    Raises
    ------
    InvalidNetwork
        If the number of coordinates differs.

    Examples
    --------
    >>> reshaped([2, 6], [3, -1])
    (3, 4)
    """
    lengths = list(per_axis(wanted, len(wanted), "shape", None))
    known = prod(length for length in lengths if length != -1)
    if lengths.count(-1) == 1 and known > 0 and prod(shape) % known == 0:
        lengths[lengths.index(-1)] = prod(shape) // known
    if not lengths or min(lengths) < 1 or prod(lengths) != prod(shape):
        raise InvalidNetwork(
            f"shape: {counted(prod(shape), 'value')} of shape {list(shape)} cannot have shape "
            f"{list(wanted)}"
        )
    return tuple(lengths)


def _selection(cells: np.ndarray, n_inputs: int) -> tuple[ExactAffineMap, Shape]:
    return ExactAffineMap.selection(cells.ravel().tolist(), n_inputs), cells.shape
