"""Closed forms for numbers of regions, on plain integers, one function for each theorem."""

from __future__ import annotations

from collections.abc import Sequence
from math import comb, prod


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
    return sum(comb(hyperplanes, i) for i in range(dim + 1))


def pattern_bound(pieces: Sequence[int]) -> int:
    """Number of patterns that units with these numbers of pieces can have: their product.

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
    return prod(pieces)


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
    symmetric = [1] + [0] * dim
    for unit in pieces:
        for j in range(dim, 0, -1):
            symmetric[j] += (unit - 1) * symmetric[j - 1]
    return sum(symmetric)


def layerwise_bound(layers: Sequence[Sequence[int]], dims: Sequence[int]) -> int:
    """Most regions of a deep network: the product of what each layer can make of one cell.

    Parameters
    ----------
    layers : sequence of sequences of int
        Number of pieces of each unit of each layer.
    dims : sequence of int
        The dimension of the space that each layer sees of a cell: the smallest of the input
        dimension and the widths of the layers before.

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
    return prod(partition_bound(pieces, dim) for pieces, dim in zip(layers, dims, strict=True))


def _check_pieces(pieces: Sequence[int]) -> None:
    if any(unit < 1 for unit in pieces):
        raise ValueError(f"every unit has at least one piece: got {min(pieces)}")
