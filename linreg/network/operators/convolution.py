"""Convolutions as affine maps."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

from flint import fmpq

from linreg.affine import ExactAffineMap
from linreg.errors import InvalidNetwork
from linreg.network.operators.settings import (
    Padding,
    PerAxis,
    Shape,
    channels_and_axes,
    check_number,
    per_axis,
)
from linreg.network.operators.windows import windows
from linreg.network.tensors import tensor, vector
from linreg.wording import counted


def conv_map(
    weight: Any,
    bias: Any,
    shape: Sequence[int],
    *,
    stride: PerAxis = 1,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    groups: int = 1,
) -> tuple[ExactAffineMap, Shape]:
    """A convolution as an affine map, and the shape of its value.

    Cross-correlation, as in deep learning: the kernel is not turned around. The padding is zero.

    Parameters
    ----------
    weight : array-like of numbers, shape (out, in / groups, *kernel)
    bias : array-like of numbers, shape (out,), or one number
    shape : sequence of int
        Shape of the input, [C, N] or [C, H, W].
    stride, dilation : int, or one for each axis
    padding : int, or for each axis an int or a pair (before, after)
    groups : int
        Output channels are shared out among as many groups of input channels.

    Returns
    -------
    map : ExactAffineMap
        From the flat input to the flat output.
    shape : tuple of int
        [out, N'] or [out, H', W'].

    Raises
    ------
    InvalidNetwork
        If the shapes or the settings do not fit, or the output would be empty.

    Examples
    --------
    Differences of neighbours:

    >>> differences, shape = conv_map([[[-1, 1]]], 0, [1, 3])
    >>> shape, differences([1, 4, 9])
    ((1, 2), [Fraction(3, 1), Fraction(5, 1)])
    """
    channels, axes = channels_and_axes(shape)
    filters = tensor(weight, "weight")
    if filters.ndim != len(shape) + 1:
        raise InvalidNetwork(
            f"weight: shape [out, in / groups{', k' * len(axes)}] was expected for an input of "
            f"shape {list(shape)}, got shape {list(filters.shape)}"
        )
    n_filters, depth, *kernel = filters.shape
    (parts,) = per_axis(groups, 1, "groups")
    if n_filters % parts:
        raise InvalidNetwork(
            f"weight has {counted(n_filters, 'filter')}, which {parts} groups cannot share out "
            "evenly"
        )
    if depth * parts != channels:
        raise InvalidNetwork(
            f"weight reads {counted(depth, 'channel')} in each of {counted(parts, 'group')}, but "
            f"the input has {channels}"
        )
    seen = windows(axes, kernel, stride=stride, padding=padding, dilation=dilation)
    check_number(seen.size * n_filters * depth)
    places = seen.shape[: len(axes)]
    inside = [
        [(k, cell) for k, cell in enumerate(place) if cell >= 0]
        for place in seen.reshape(prod(places), prod(kernel)).tolist()
    ]
    size = prod(axes)
    terms: list[list[tuple[int, fmpq]]] = []
    for o, filter_ in enumerate(filters.reshape(n_filters, depth, prod(kernel)).tolist()):
        first = o // (n_filters // parts) * depth
        terms += [
            [
                ((first + c) * size + cell, coefficients[k])
                for c, coefficients in enumerate(filter_)
                for k, cell in place
            ]
            for place in inside
        ]
    biases = vector(bias, n_filters, "bias", "filter")
    shifts = [shift for shift in biases for _ in inside]
    return ExactAffineMap.of_terms(terms, shifts, channels * size), (n_filters, *places)
