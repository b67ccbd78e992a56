"""Weights of one convolutional layer that are generic, provably."""

from __future__ import annotations

from collections.abc import Sequence
from math import factorial, log2, prod

from linreg.errors import TooLarge
from linreg.formulas.receptive import Convolution, PerAxis, convolution
from linreg.oracle import arrangement_regions

MAX_BITS = 4_000
"""Longest weight, in bits; each of the rational numbers on the way is some ten times as long."""

MOST_UNITS = 12


def explicit_count(
    input_shape: Sequence[int],
    filters: int,
    kernel: PerAxis,
    stride: PerAxis = 1,
    padding: PerAxis = 0,
) -> int:
    """Largest number of regions of one convolutional layer of rectifiers, for very small layers.

    Parameters
    ----------
    input_shape : (channels, length) or (channels, height, width)
    filters : int
        Number of filters.
    kernel, stride, padding : int or one for each axis
        In places of the input.

    Returns
    -------
    int
        The maximum over all weights, counted at weights that are provably generic.

    Raises
    ------
    HypothesisError
        If the layer is impossible.
    TooLarge
        If it has more than 12 units or needs weights of more than 4000 bits.

    Notes
    -----
    The number of regions depends on which minors of the rows, biases included, are zero. A minor
    of r rows is a polynomial in the weights, of degree at most d in each, where d is the number of
    locations or r, and with coefficients of at most r! in size. With the powers T, T^(d+1),
    T^((d+1)^2), ... for the weights (Kronecker) different monomials are different powers of T, and
    a polynomial in T that is not zero has no root beyond 1 + r! (Cauchy). So at these weights, for
    T = r! + 2, only those minors are zero that are zero at all weights. The first weight of each
    filter may be 1, since rows can be scaled, and the first bias too, since the input can.

    Examples
    --------
    One filter of 2 x 2 on 2 x 2 cells with a border of zeros: nine units, and one dependence
    between four of them that their supports do not tell.

    >>> explicit_count((1, 2, 2), 1, 2, padding=1)
    223
    """
    layer = convolution(input_shape, filters, kernel, stride, padding)
    size = min(layer.n_units, layer.n_inputs) + 1
    places = layer.channels * prod(layer.kernel)
    variables = filters * places - 1  # less one weight for each filter, and one bias
    degree = min(prod(layer.output), size)
    # size is at most one more than the number of units
    base = factorial(size) + 2 if layer.n_units <= MOST_UNITS else 0
    if not base or (log2(log2(base)) + log2(degree + 1) * max(0, variables - 1) > log2(MAX_BITS)):
        raise TooLarge("the layer is too large for weights that are generic provably")
    powers = iter([base ** (degree + 1) ** i for i in range(variables)])
    weights = [[1, *(next(powers) for _ in range(places - 1))] for _ in range(filters)]
    biases = [1, *(next(powers) for _ in range(filters - 1))]
    return arrangement_regions(_rows(layer, weights, biases))


def _rows(
    layer: Convolution, weights: Sequence[Sequence[int]], biases: Sequence[int]
) -> list[list[int]]:
    """The rows of all units, the bias last."""
    rows = []
    area = prod(layer.kernel)
    for window in layer.windows():
        for filter_, bias in zip(weights, biases, strict=True):
            row = [0] * layer.n_inputs + [bias]
            for cell, place in window:
                for c in range(layer.channels):
                    row[cell * layer.channels + c] = filter_[c * area + place]
            rows.append(row)
    return rows
