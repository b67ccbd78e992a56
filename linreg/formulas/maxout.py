"""Maxout networks: each unit is the largest of k affine functions, k its rank."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from linreg.arguments import entries
from linreg.errors import HypothesisError, TooLarge
from linreg.formulas.arrangements import buck, layerwise_bound
from linreg.formulas.hypotheses import (
    MOST_LISTED,
    architecture,
    one_layer,
    power,
    product,
    whole,
)
from linreg.wording import counted

Rank = int | Sequence[int] | Sequence[Sequence[int]]
"""One rank for all units, one for each layer, or one for each unit of each layer."""


def maxout_2014_upper(inputs: int, widths: Sequence[int], rank: int) -> int:
    """The smaller of Z(k^2 m, n0) and k^m for one layer of m maxout units of rank k.

    Upper bound. Each of the k (k - 1) / 2 pairs of a unit's candidates is equal on at most a
    hyperplane, so k^2 is generous; see `montufar_2022` for the sharp number.
    Z(m, n) = C(m, 0) + ... + C(m, n).

    Parameters
    ----------
    inputs : int
        Dimension n0 of the input.
    widths : sequence of int
        Number n_l of units of each layer, from first to last.
    rank : int
        Number k of candidates of every unit.

    Returns
    -------
    int
        The upper bound.

    Raises
    ------
    HypothesisError
        If there are several layers or a number is below 1.

    Source
    ------
    Montufar, Pascanu, Cho, Bengio (2014), Proposition 8; k^m is the number of patterns.

    Examples
    --------
    >>> maxout_2014_upper(2, [3], 3)
    27
    """
    inputs, widths = architecture(inputs, widths)
    k = whole("rank", rank)
    width = one_layer("Proposition 8 of Montufar et al. (2014)", widths)
    cells = buck(k * k * width, inputs)
    # Where k^m has more bits than the other number, it is not worked out.
    patterns_are_more = width * (k.bit_length() - 1) > cells.bit_length()
    return cells if patterns_are_more else min(cells, power(k, width))


def maxout_2014_lower(inputs: int, widths: Sequence[int], rank: int) -> int:
    """k^min(n0, m) for one layer of m maxout units of rank k; k^(L-1) k^n0 for L layers.

    Lower bound on the maximum over weights. Wider layers than n0 may repeat units, so that the
    number holds for them too.

    Parameters
    ----------
    inputs : int
        Dimension n0 of the input.
    widths : sequence of int
        Number n_l of units of each layer, from first to last.
    rank : int
        Number k of candidates of every unit.

    Returns
    -------
    int
        The lower bound.

    Raises
    ------
    HypothesisError
        If there are several layers and one is narrower than n0, or k is odd or above 2 n0. The
        theorem is stated for every k, but for n0 = 1 and k >= 3 it is false: a layer of one unit is
        a convex function of a line, takes a value at most twice, and L layers make at most
        1 + (k - 1) (2^L - 1) pieces, which is below k^L. The construction in the proof identifies
        2 floor(k / 2) regions in each layer, and no more than 2 n0.

    Source
    ------
    Montufar, Pascanu, Cho, Bengio (2014), Proposition 8 for one layer and Theorem 9 for several.

    Examples
    --------
    >>> maxout_2014_lower(2, [3], 3), maxout_2014_lower(2, [2, 2], 4)
    (9, 64)
    """
    inputs, widths = architecture(inputs, widths)
    k = whole("rank", rank)
    if len(widths) == 1:
        return power(k, min(inputs, widths[0]))
    for layer, width in enumerate(widths, start=1):
        if width < inputs:
            raise HypothesisError(
                f"Theorem 9 of Montufar et al. (2014) needs layers at least as wide as the input: "
                f"layer {layer} has {counted(width, 'unit')} for {counted(inputs, 'input')}"
            )
    if k > 2 * inputs or (k % 2 and k > 1):
        raise HypothesisError(
            f"Theorem 9 of Montufar et al. (2014) is proved for even ranks up to twice the number "
            f"of inputs, 2 * {inputs}, and fails for one input and rank 3: got rank {k}"
        )
    return power(k, len(widths) - 1 + inputs)


def montufar_2022(inputs: int, widths: Sequence[int], rank: Rank) -> int:
    """The sum over j <= n0 of e_j(k_1 - 1, ..., k_m - 1) for one layer, and a product for several.

    Exactly the maximum over weights for one layer. Upper bound for several
    layers: the product, where layer l sees the dimension min(n0, ..., n_{l-1}).

    Parameters
    ----------
    inputs : int
        Dimension n0 of the input.
    widths : sequence of int
        Number n_l of units of each layer, from first to last.
    rank : int, sequence of int, or sequence of sequences of int
        One rank for all units, one for each layer, or one for each unit of each layer. For a single
        layer, a list of as many ranks as units is read as one for each unit.

    Returns
    -------
    int
        The maximum for one layer, the upper bound for several.

    Raises
    ------
    HypothesisError
        If a number is below 1, or there are not as many ranks as layers and units.

    Notes
    -----
    The maximum is attained by parallel strips: let unit i be a convex function of one linear form
    u_i with k_i - 1 breakpoints, the forms in general position. Its regions are those of the
    arrangement of all hyperplanes u_i = breakpoint, where parallel ones never meet, and there are
    as many as choices of at most n0 units and of one hyperplane of each.

    Source
    ------
    Montufar, Ren, Zhang (2022), for one layer; Goujon, Etemadi, Unser (2022) for arrangements of
    any convex partitions; Montufar (2017) for the dimensions of deep networks.

    Examples
    --------
    Three units of rank 3 on a plane; units of ranks 2 and 4 on a plane, a grid of 2 by 4:

    >>> montufar_2022(2, [3], 3), montufar_2022(2, [2], [2, 4])
    (19, 8)
    """
    inputs, widths = architecture(inputs, widths)
    layers = ranks_of(widths, rank)
    return layerwise_bound(layers, list(accumulate((inputs, *widths), min))[:-1])


def serra_2018_maxout_upper(inputs: int, widths: Sequence[int], rank: int) -> int:
    """The product over layers of Z(k (k - 1) / 2 n_l, min(n0, ..., n_l)).

    Upper bound; `montufar_2022` is never above it. Z(m, n) = C(m, 0) + ... + C(m, n).

    Parameters
    ----------
    inputs : int
        Dimension n0 of the input.
    widths : sequence of int
        Number n_l of units of each layer, from first to last.
    rank : int
        Number k of candidates of every unit.

    Returns
    -------
    int
        The upper bound.

    Raises
    ------
    HypothesisError
        If a number is below 1 or there is no layer.

    Source
    ------
    Serra, Tjandraatmadja, Ramalingam (2018), for maxout.

    Examples
    --------
    Three ranks make three pairs, so a unit of rank 3 has at most three hyperplanes on a line,
    although it has no more than two breakpoints:

    >>> serra_2018_maxout_upper(1, [1], 3), montufar_2022(1, [1], 3)
    (4, 3)
    """
    inputs, widths = architecture(inputs, widths)
    k = whole("rank", rank)
    dims = list(accumulate((inputs, *widths), min))[1:]
    pairs = k * (k - 1) // 2
    return product(buck(pairs * width, dim) for width, dim in zip(widths, dims, strict=True))


def goujon_2022(inputs: int, pieces: Sequence[Sequence[int]]) -> int:
    """The product over layers of the most cells that so many convex partitions can make.

    Upper bound, for layers of continuous units with these numbers of pieces: m partitions of R^d
    into k_1, ..., k_m convex parts have at most as many common cells as
    `montufar_2022` says of one layer of units of these ranks.

    Parameters
    ----------
    inputs : int
        Dimension n0 of the input.
    pieces : sequence of sequences of int
        Number of pieces of each unit of each layer.

    Returns
    -------
    int
        The upper bound.

    Raises
    ------
    HypothesisError
        If a number is below 1 or there is no layer.

    Source
    ------
    Goujon, Etemadi, Unser (2022), for one arrangement of partitions; Montufar (2017) for the
    dimensions of deep networks.

    Examples
    --------
    Three hard tanh units cut the plane into 19 regions at most:

    >>> goujon_2022(2, [[3, 3, 3]])
    19
    """
    pieces = [entries(each, f"pieces[{k}]") for k, each in enumerate(entries(pieces, "pieces"))]
    inputs, widths = architecture(inputs, [len(layer) for layer in pieces])
    layers = [[whole("number of pieces", unit) for unit in layer] for layer in pieces]
    return layerwise_bound(layers, list(accumulate((inputs, *widths), min))[:-1])


def ranks_of(widths: Sequence[int], rank: Rank) -> list[list[int]]:
    """The rank of every unit of every layer; see `montufar_2022`.

    Raises
    ------
    HypothesisError
        If there are not as many ranks as layers and units.
    TooLarge
        If there are more than `MOST_LISTED` units.
    """
    if sum(widths) > MOST_LISTED:
        raise TooLarge(
            f"maxout units are looked at one by one, {MOST_LISTED:,} at most: got {sum(widths):,}"
        )
    if not isinstance(rank, Sequence):
        return [[whole("rank", rank)] * width for width in widths]
    if len(widths) == 1 and len(rank) == widths[0] and not isinstance(rank[0], Sequence):
        return [[whole("rank", each) for each in rank]]
    if len(rank) != len(widths):
        raise HypothesisError(
            f"one rank for each of {counted(len(widths), 'layer')} is needed: got {len(rank)}"
        )
    layers = []
    for k, (width, each) in enumerate(zip(widths, rank, strict=True), start=1):
        if not isinstance(each, Sequence):
            layers.append([whole("rank", each)] * width)
        elif len(each) == width:
            layers.append([whole("rank", one) for one in each])
        else:
            raise HypothesisError(
                f"layer {k} has {counted(width, 'unit')}: got {counted(len(each), 'rank')}"
            )
    return layers
