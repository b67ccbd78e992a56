"""Convolutions as affine maps."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
from flint import fmpq

from linreg.affine import FEW_ENTRIES, ExactAffineMap
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
from linreg.network.tensors import floats, tensor, vector
from linreg.wording import counted

if TYPE_CHECKING:
    from scipy.sparse import csr_array


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
    shift = (
        floats(bias)
        if isinstance(bias, np.ndarray)
        else np.zeros(())
        if type(bias) is int and bias == 0
        else None
    )
    held = None if shift is None or shift.ndim > 1 else floats(weight)
    filters = tensor(weight, "weight") if held is None else held
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
    size = prod(axes)
    if held is not None and shift is not None and shift.shape in ((), (n_filters,)):
        n_places = prod(places)
        if n_filters * n_places * channels * size > FEW_ENTRIES:
            cells = seen.reshape(n_places, prod(kernel))
            matrix = _matrix(held.reshape(n_filters, depth, -1), cells, parts, channels * size)
            at_places = np.repeat(np.broadcast_to(shift, n_filters), n_places)
            return ExactAffineMap.of_floats(matrix, at_places), (n_filters, *places)
    inside = [
        [(k, cell) for k, cell in enumerate(place) if cell >= 0]
        for place in seen.reshape(prod(places), prod(kernel)).tolist()
    ]
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


def _matrix(filters: np.ndarray, cells: np.ndarray, parts: int, n_inputs: int) -> csr_array:
    """The sparse matrix of filters, shape (out, in / groups, cells), at places of these cells."""
    from scipy.sparse import csr_array

    n_filters, depth, _ = filters.shape
    size = n_inputs // (depth * parts)
    here = np.broadcast_to(cells[:, None] >= 0, (len(cells), *filters.shape[1:]))
    columns = (np.arange(depth)[:, None] * size + cells[:, None])[here]
    firsts = np.arange(n_filters) // (n_filters // parts) * depth * size
    values = np.concatenate([np.broadcast_to(each, here.shape)[here] for each in filters])
    sizes = np.tile(here.reshape(len(cells), -1).sum(axis=1), n_filters)
    starts = np.concatenate([[0], np.cumsum(sizes)])
    shape = (n_filters * len(cells), n_inputs)
    matrix = csr_array((values, (firsts[:, None] + columns).ravel(), starts), shape=shape)
    matrix.eliminate_zeros()
    return matrix
