"""One layer: arrangements of hyperplanes and of partitions, and products over layers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from flint import fmpz, fmpz_poly

from linreg.formulas.hypotheses import (
    affordable,
    architecture,
    bits_of_choices,
    one_layer,
    power,
    product,
)


@lru_cache(maxsize=64)  # layers of a network are often alike
def buck(hyperplanes: int, dim: int) -> int:
    """Number of regions of a generic arrangement of hyperplanes.

    Parameters
    ----------
    hyperplanes : int
        Number m >= 0 of affine hyperplanes in general position.
    dim : int
        Dimension n >= 0 of the ambient space.

    Returns
    -------
    int
        Sum of C(m, i) for i = 0..n, as an exact integer.

    Raises
    ------
    ValueError
        If either argument is negative.
    TooLarge
        If it takes too much work.

    Source
    ------
    Buck (1943); follows from Zaslavsky (1975), Theorem A.

    Examples
    --------
    Three lines in general position cut the plane into seven pieces:

    >>> buck(hyperplanes=3, dim=2)
    7
    """
    if hyperplanes < 0 or dim < 0:
        raise ValueError(f"hyperplanes and dim must be non-negative: got {hyperplanes} and {dim}")
    if dim >= hyperplanes:
        return power(2, hyperplanes)
    affordable(dim, bits_of_choices(hyperplanes, dim))
    total = term = fmpz(1)
    for i in range(dim):
        term = term * (hyperplanes - i) // (i + 1)  # C(m, i + 1)
        total = total + term
    return int(total)


def zaslavsky(inputs: int, widths: Sequence[int]) -> int:
    """Largest number of regions of one layer of units with two pieces: exactly that.

    Parameters
    ----------
    inputs : int
        Input dimension n0.
    widths : sequence of one int
        The width n1 of the only layer.

    Returns
    -------
    int
        Sum of C(n1, j) for j = 0..n0. It is attained if and only if the hyperplanes are in general
        position.

    Raises
    ------
    HypothesisError
        If there are several layers, or a number is below 1.

    Source
    ------
    Zaslavsky (1975), Theorem A; Pascanu, Montufar, Bengio (2013), for rectifier layers.

    Examples
    --------
    Five lines in general position cut the plane into 16 pieces:

    >>> zaslavsky(2, [5])
    16
    """
    inputs, widths = architecture(inputs, widths)
    return buck(one_layer("Zaslavsky's theorem", widths), inputs)


def zaslavsky_central(inputs: int, widths: Sequence[int]) -> int:
    """Largest number of regions of one layer of two-piece units without biases.

    Parameters
    ----------
    inputs : int
        Dimension n0 of the input.
    widths : sequence of int
        The number of units of the one layer.

    Returns
    -------
    int
        2 (C(n1 - 1, 0) + ... + C(n1 - 1, n0 - 1)); attained when any n0 of the normals are linearly
        independent.

    Raises
    ------
    HypothesisError
        If there are several layers, or a number is below 1.

    Source
    ------
    Zaslavsky (1975), for n1 hyperplanes through one point in general position.

    Examples
    --------
    Five planes through the origin of space; three lines through the origin of the plane:

    >>> zaslavsky_central(3, [5]), zaslavsky_central(2, [3])
    (22, 6)
    """
    inputs, widths = architecture(inputs, widths)
    width = one_layer("Zaslavsky's theorem", widths)
    return 2 * buck(width - 1, inputs - 1)


def zaslavsky_bounded(inputs: int, widths: Sequence[int]) -> int:
    """Largest number of bounded regions of one layer of two-piece units.

    Parameters
    ----------
    inputs : int
        Dimension n0 of the input.
    widths : sequence of int
        The number of units of the one layer.

    Returns
    -------
    int
        C(n1 - 1, n0), attained in general position.

    Raises
    ------
    HypothesisError
        If there are several layers, or a number is below 1.

    Source
    ------
    Zaslavsky (1975), Theorem C.

    Examples
    --------
    Three lines enclose one triangle:

    >>> zaslavsky_bounded(2, [3])
    1
    """
    inputs, widths = architecture(inputs, widths)
    width = one_layer("Zaslavsky's theorem", widths)
    return buck(width - 1, inputs) - buck(width - 1, inputs - 1)


def pattern_bound(pieces: Sequence[int]) -> int:
    """Number of patterns that units with these numbers of pieces can have: their product.

    Parameters
    ----------
    pieces : sequence of int
        Number of pieces of each unit, all >= 1.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        If a unit has no pieces.

    Examples
    --------
    >>> pattern_bound([2, 2, 3])
    12
    """
    _check_pieces(pieces)
    return product(power(kind, units) for kind, units in Counter(pieces).items())


def partition_bound(pieces: Sequence[int], dim: int) -> int:
    """Most regions that one layer of units can cut a space into.

    The sum over j = 0..dim of the elementary symmetric polynomials e_j(k_1 - 1, ..., k_m - 1) of
    the units' numbers of pieces. For units of two pieces it is `buck(m, dim)`.

    Parameters
    ----------
    pieces : sequence of int
        Number of pieces of each unit, all >= 1.
    dim : int
        Dimension of the space, >= 0.

    Returns
    -------
    int
        The upper bound.

    Raises
    ------
    ValueError
        If a number is out of range.

    Source
    ------
    Zaslavsky (1975) for two pieces; Goujon, Etemadi, Unser (2022) for arrangements of convex
    partitions; Montufar, Ren, Zhang (2022) for maxout, where it is attained.

    Examples
    --------
    Three units of three pieces each, such as hard tanh, make at most 19 regions of the plane:

    >>> partition_bound([3, 3, 3], dim=2)
    19
    """
    _check_pieces(pieces)
    if dim < 0:
        raise ValueError(f"dim must be non-negative: got {dim}")
    return _most_cells(tuple(sorted(Counter(pieces).items())), dim)


def layerwise_bound(layers: Sequence[Sequence[int]], dims: Sequence[int]) -> int:
    """Most regions of a deep network: the product of what each layer can make of one cell.

    Parameters
    ----------
    layers : sequence of sequences of int
        Number of pieces of each unit of each layer.
    dims : sequence of int
        The dimension of the space that each layer sees of a cell: the smallest of the input
        dimension and the widths of the layers before.

    Returns
    -------
    int
        The upper bound.

    Raises
    ------
    ValueError
        If the lengths differ or a number is out of range.

    Source
    ------
    Montufar (2017), for two pieces: the product over layers of `buck(n_l, min(n_0, ..., n_l-1))`.

    Examples
    --------
    Two layers of four units on the plane make at most 11 regions of each of 11:

    >>> layerwise_bound([[2] * 4, [2] * 4], [2, 2])
    121
    """
    return product(partition_bound(pieces, dim) for pieces, dim in zip(layers, dims, strict=True))


@lru_cache(maxsize=1024)
def _most_cells(kinds: tuple[tuple[int, int], ...], dim: int) -> int:
    """The sum of the first dim + 1 coefficients of the product of (1 + (k - 1) t) over units."""
    total = sum(units for _, units in kinds)
    degree, largest = min(dim, total), max((pieces for pieces, _ in kinds), default=1)
    # A coefficient is at most C(units, j) times the largest number of pieces to the power of j.
    affordable(degree + 1, bits_of_choices(total, degree) + degree * (largest - 1).bit_length() + 1)
    cells = fmpz_poly([1])
    for pieces, units in kinds:
        some = fmpz_poly([1, pieces - 1]).pow_trunc(units, degree + 1)
        cells = cells.mul_low(some, degree + 1)
    return int(cells(1))


def _check_pieces(pieces: Sequence[int]) -> None:
    if any(unit < 1 for unit in pieces):
        raise ValueError(f"every unit has at least one piece: got {min(pieces)}")
