"""Convolutional layers with as many regions as there can be: random weights have them."""

from __future__ import annotations

from math import prod
from random import Random

from linreg.domains import WholeSpace
from linreg.errors import HypothesisError, TooLarge
from linreg.formulas import chained, koszul_upper, modular_count, whole, xiong_formula
from linreg.network import INPUT, AffineNode, Network, UnitNode
from linreg.network.operators import conv_map
from linreg.units import relu
from linreg.zoo.construction import Construction, check_size

LARGEST_WEIGHT = 10**6
"""Largest weight: few enough digits to read, and enough for general position."""


def convolution(channels: int, *numbers: int) -> Construction:
    """One convolutional layer with random integer weights, the same in every run.

    The numbers are C, N, d, k for d filters of k cells on C x N inputs, or C, H, W, d, kh, kw.
    A lower bound of its regions is counted modulo a prime, and is its number where it equals an
    upper bound on all layers of that size, as it does for small ones: `xiong_formula` or
    `koszul_upper`.

    Parameters
    ----------
    channels : int
        Number C of channels of the input.
    numbers : int
        N, d, k for signals, or H, W, d, kh, kw for images.

    Returns
    -------
    Construction
        The network on its domain, with the number of its regions where a theorem gives it.

    Raises
    ------
    HypothesisError
        If there are not four or six numbers, or the layer is impossible.

    Examples
    --------
    >>> convolution(1, 3, 3, 2, 2, 2).regions
    255
    """
    if len(numbers) not in (3, 5):
        raise HypothesisError(
            "convolution C N d k or convolution C H W d kh kw was expected, 4 or 6 numbers after "
            f"the name: got {len(numbers) + 1}"
        )
    axes = (len(numbers) - 1) // 2
    shape = (whole("channels", channels), *numbers[:axes])
    filters, kernel = numbers[axes], numbers[axes + 1 :]
    [layer] = chained(shape, [{"filters": filters, "kernel": kernel}])
    check_size(layer.n_units * layer.n_inputs)
    random = Random(0)

    def drawn(n: int) -> list[int]:
        return [random.randint(-LARGEST_WEIGHT, LARGEST_WEIGHT) for _ in range(n)]

    places = [[drawn(prod(kernel)) for _ in range(channels)] for _ in range(filters)]
    biases = drawn(filters)
    width = kernel[-1]
    weight = [
        [[row[i : i + width] for i in range(0, len(row), width)] if axes == 2 else row for row in f]
        for f in places
    ]
    map_, _ = conv_map(weight, biases, shape)
    nodes = (
        AffineNode("convolution", (INPUT,), map_),
        UnitNode("units", ("convolution",), (relu(),) * map_.n_outputs),
    )
    name = " ".join(map(str, ["convolution", channels, *numbers]))
    at_least, regions = 1, None
    try:
        at_least = modular_count(layer, places, biases)
        for upper in (xiong_formula, koszul_upper):
            if upper(shape, filters, kernel) == at_least:
                regions = at_least
                break
    except TooLarge:
        pass
    source = "Zaslavsky (1975), Whitney's theorem; Xiong et al. (2020), Theorem 1, corrected"
    network = Network(shape, nodes, "units", name=name)
    return Construction(network, WholeSpace(network.input_dim), regions, at_least, source)
