"""Towers: the same narrow layer again and again, each of which folds what the last one made."""

from __future__ import annotations

from fractions import Fraction

from linreg.domains import Box, WholeSpace
from linreg.formulas import whole
from linreg.network import INPUT, AffineNode, Network, Node, UnitNode, linear_map, mlp
from linreg.units import absolute, leaky_relu, relu
from linreg.zoo.construction import Construction, check_size

HALF = Fraction(1, 2)

WEIGHTS = 100
"""What a layer of one or two units costs, in weights of large layers: towers stop at 10^4."""


def telgarsky(depth: int) -> Construction:
    """The sawtooth 2 relu(u) - 4 relu(u - 1/2), iterated, on (0, 1): 2^depth regions.

    Parameters
    ----------
    depth : int
        Number of layers.

    Returns
    -------
    Construction
        The network on its domain, with the number of its regions where a theorem gives it.

    Raises
    ------
    HypothesisError
        If a number is not a whole number of at least 1, or the network would be too large.

    Examples
    --------
    >>> telgarsky(4).regions
    16
    """
    check_size(WEIGHTS * whole("depth", depth))
    first = ([[1], [1]], [0, -HALF])
    later = ([[2, -4], [2, -4]], [0, -HALF])
    layers = [first, *[later] * (depth - 1)]
    network = mlp(layers, ([[2, -4]], [0]), name=f"telgarsky {depth}")
    return Construction(network, Box([0], [1]), 2**depth, 2**depth, "Telgarsky (2016)")


def abs_tower(n: int, depth: int) -> Construction:
    """Layers of n units |z_i - c|, with half the c of the layer before: 2^(n depth) regions.

    Each coordinate is folded depth times, which attains the product of pieces.

    Parameters
    ----------
    n : int
        Dimension of the input, and number of units of each layer.
    depth : int
        Number of layers.

    Returns
    -------
    Construction
        The network on its domain, with the number of its regions where a theorem gives it.

    Raises
    ------
    HypothesisError
        If a number is not a whole number of at least 1, or the network would be too large.

    Examples
    --------
    >>> abs_tower(2, 3).regions
    64
    """
    check_size(whole("n", n) ** 2 * whole("depth", depth))
    rows = [[int(i == j) for j in range(n)] for i in range(n)]
    shifts = [0, *(-(2**k) for k in range(depth - 1, 0, -1))]
    layers = [(rows, [shift] * n) for shift in shifts]
    network = mlp(layers, activation=absolute(), name=f"abs-tower {n} {depth}")
    regions = 2 ** (n * depth)
    return Construction(network, WholeSpace(n), regions, regions, "one pattern, one region")


def residual_folds(depth: int) -> Construction:
    """x - 2 relu(x + c) through skip connections, one unit a block: 2^depth regions of the line.

    Block l folds at -c, in the middle of what the blocks before have folded onto each other.

    Parameters
    ----------
    depth : int
        Number of blocks.

    Returns
    -------
    Construction
        The network on its domain, with the number of its regions where a theorem gives it.

    Raises
    ------
    HypothesisError
        If a number is not a whole number of at least 1, or the network would be too large.

    Examples
    --------
    >>> residual_folds(3).regions
    8
    """
    check_size(WEIGHTS * whole("depth", depth))
    nodes: list[Node] = []
    source, shift = INPUT, 0
    for k in range(depth):
        nodes.append(AffineNode(f"fold{k}", (source,), linear_map([[1]], [shift])))
        nodes.append(UnitNode(f"unit{k}", (f"fold{k}",), (relu(),)))
        nodes.append(AffineNode(f"sum{k}", (f"unit{k}", source), linear_map([[-2, 1]], [0])))
        source, shift = f"sum{k}", shift + 2 ** (depth - 1 - k)
    network = Network((1,), tuple(nodes), source, name=f"residual-folds {depth}")
    return Construction(network, WholeSpace(1), 2**depth, 2**depth, "one pattern, one region")


def leaky_zigzag(depth: int) -> Construction:
    """Two leaky units a layer fold a line three times: 3^depth regions.

    f = a phi(u - 1/2) + b phi(u - 19/20) + c with slope 1/10 below zero has the slopes 2, -20/9
    and 20 for a + b = 20, a + b / 10 = -20/9, and f(0) = 0 for c = a / 20 + 19 b / 200. Its pieces
    take (0, 1/2), (1/2, 19/20) and (19/20, 1) onto (0, 1), where the next layer has its
    breakpoints. So two leaky units cut a line as often as `montufar_2017` allows.

    Parameters
    ----------
    depth : int
        Number of layers.

    Returns
    -------
    Construction
        The network on its domain, with the number of its regions where a theorem gives it.

    Raises
    ------
    HypothesisError
        If a number is not a whole number of at least 1, or the network would be too large.

    Examples
    --------
    >>> leaky_zigzag(2).regions
    9
    """
    check_size(WEIGHTS * whole("depth", depth))
    b = (20 + Fraction(20, 9)) / Fraction(9, 10)
    a = 20 - b
    c = a / 20 + b * 19 / 200
    kinks = [-HALF, -Fraction(19, 20)]
    later = ([[a, b]] * 2, [c + kink for kink in kinks])
    layers = [([[1], [1]], kinks), *[later] * (depth - 1)]
    network = mlp(layers, activation=leaky_relu("1/10"), name=f"leaky-zigzag {depth}")
    return Construction(network, WholeSpace(1), 3**depth, 3**depth, "Montufar (2017), attained")
