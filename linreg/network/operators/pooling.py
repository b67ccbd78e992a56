"""Pooling: averages are affine maps, largest values are max units."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from flint import fmpq

from linreg.affine import ExactAffineMap
from linreg.errors import InvalidNetwork
from linreg.network.operators.settings import (
    Padding,
    PerAxis,
    Shape,
    channels_and_axes,
    check_number,
)
from linreg.network.operators.windows import BEYOND, windows
from linreg.units import MaxUnit


def average_pool_map(
    shape: Sequence[int],
    *,
    kernel: PerAxis,
    stride: PerAxis | None = None,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    count_include_pad: bool = True,
    ceil_mode: bool = False,
) -> tuple[ExactAffineMap, Shape]:
    """Averages over windows as an affine map, and the shape of their value.

    An average stays rational: the coefficients of a window of nine cells are 1/9.

    Parameters
    ----------
    shape : sequence of int
        Shape of the input, [C, N] or [C, H, W].
    kernel, dilation : int, or one for each axis
    stride : int, or one for each axis, optional
        The kernel if it is not given.
    padding : int, or for each axis an int or a pair (before, after)
    count_include_pad : bool
        Whether cells of the padding, which are zero, count in the divisor.
    ceil_mode : bool
        Whether a last window is kept that does not fit; cells beyond the padding never count.

    Raises
    ------
    InvalidNetwork
        If a setting is malformed, the output would be empty, or a window averages no cells.

    Examples
    --------
    >>> average, shape = average_pool_map([1, 3], kernel=2, stride=1)
    >>> average([1, 2, 5])
    [Fraction(3, 2), Fraction(7, 2)]
    """
    inside, counted, places = _places(
        shape, kernel, stride, padding, dilation=dilation, ceil_mode=ceil_mode
    )
    divisors = counted if count_include_pad else [len(cells) for cells in inside]
    if 0 in divisors:
        raise InvalidNetwork(f"{_IN_PADDING}, and there is nothing to average; make it smaller")
    size, channels = prod(shape[1:]), shape[0]
    terms = [
        [(c * size + cell, fmpq(1, divisor)) for cell in cells]
        for c in range(channels)
        for cells, divisor in zip(inside, divisors, strict=True)
    ]
    return ExactAffineMap.of_terms(terms, [0] * len(terms), prod(shape)), (channels, *places)


def max_pool(
    shape: Sequence[int],
    *,
    kernel: PerAxis,
    stride: PerAxis | None = None,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    ceil_mode: bool = False,
) -> tuple[ExactAffineMap, tuple[MaxUnit, ...], Shape]:
    """The candidates of all windows, the max units that read them, and the shape of their value.

    Cells of the padding never win: a window at the border has fewer candidates.

    Parameters
    ----------
    shape : sequence of int
        Shape of the input, [C, N] or [C, H, W].
    kernel, dilation : int, or one for each axis
    stride : int, or one for each axis, optional
        The kernel if it is not given.
    padding : int, or for each axis an int or a pair (before, after)
    ceil_mode : bool
        Whether a last window is kept that does not fit but starts before the padding at the end.

    Returns
    -------
    selection : ExactAffineMap
        From the flat input to the candidates, window by window, each in row-major order.
    units : tuple of MaxUnit
    shape : tuple of int

    Raises
    ------
    InvalidNetwork
        If a setting is malformed, the output would be empty, or a window lies in the padding.

    Examples
    --------
    >>> selection, units, shape = max_pool([1, 4], kernel=3, stride=2, padding=1)
    >>> [unit.rank for unit in units], selection([5, 6, 7, 8])
    ([2, 3], [Fraction(5, 1), Fraction(6, 1), Fraction(6, 1), Fraction(7, 1), Fraction(8, 1)])
    """
    inside, _, places = _places(
        shape, kernel, stride, padding, dilation=dilation, ceil_mode=ceil_mode
    )
    if not all(inside):
        raise InvalidNetwork(f"{_IN_PADDING}, whose cells never win; make it smaller")
    size, channels = prod(shape[1:]), shape[0]
    chosen = [c * size + cell for c in range(channels) for cells in inside for cell in cells]
    units = tuple(MaxUnit(len(cells)) for cells in inside) * channels
    return ExactAffineMap.selection(chosen, prod(shape)), units, (channels, *places)


def global_average_map(shape: Sequence[int]) -> tuple[ExactAffineMap, Shape]:
    """The average of each channel as an affine map, and its shape [C, 1] or [C, 1, 1].

    Examples
    --------
    >>> global_average_map([2, 2])[0]([1, 2, 5, 7])
    [Fraction(3, 2), Fraction(6, 1)]
    """
    return average_pool_map(shape, kernel=channels_and_axes(shape)[1])


def global_max(shape: Sequence[int]) -> tuple[ExactAffineMap, tuple[MaxUnit, ...], Shape]:
    """The largest value of each channel, as `max_pool` over all of it.

    Examples
    --------
    >>> global_max([2, 1, 3])[1:]
    ((MaxUnit(rank=3), MaxUnit(rank=3)), (2, 1, 1))
    """
    return max_pool(shape, kernel=channels_and_axes(shape)[1])


_IN_PADDING = "padding: a window lies entirely in it"


def _places(
    shape: Sequence[int],
    kernel: PerAxis,
    stride: PerAxis | None,
    padding: Padding,
    *,
    dilation: PerAxis,
    ceil_mode: bool,
) -> tuple[list[list[int]], list[int], Shape]:
    """At each place the cells of the input, and the number of all cells with the padding's."""
    channels, axes = channels_and_axes(shape)
    seen = windows(
        axes,
        kernel,
        stride=kernel if stride is None else stride,
        padding=padding,
        dilation=dilation,
        ceil_mode=ceil_mode,
    )
    check_number(seen.size * channels)
    places = seen.shape[: len(axes)]
    rows = seen.reshape(prod(places), -1).tolist()
    inside = [[cell for cell in row if cell >= 0] for row in rows]
    return inside, [sum(cell != BEYOND for cell in row) for row in rows], places
