"""Convolutional layers with as many regions as there can be: random weights have them."""

from __future__ import annotations

from random import Random

from linreg.domains import WholeSpace
from linreg.errors import HypothesisError
from linreg.formulas import chained, generic_count
from linreg.network import INPUT, AffineNode, Network, UnitNode
from linreg.network.operators import conv_map
from linreg.units import relu
from linreg.zoo.construction import Construction, check_size

LARGEST = 10**6
"""Largest weight: few enough digits to read, and enough for general position."""


def convolution(channels: int, *numbers: int) -> Construction:
    """One convolutional layer with random integer weights, the same in every run.

    The numbers are C, N, d, k for d filters of k cells on C x N inputs, or C, H, W, d, kh, kw.
    Random weights are generic but for a probability that is negligible and not zero; a generic
    layer has `generic_count` regions, the maximum over all weights.

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
            "convolution C N d k or convolution C H W d kh kw was expected: got "
            f"{len(numbers) + 1} numbers"
        )
    axes = (len(numbers) - 1) // 2
    shape, filters, kernel = (channels, *numbers[:axes]), numbers[axes], numbers[axes + 1 :]
    [layer] = chained(shape, [{"filters": filters, "kernel": kernel}])
    check_size(layer.n_units * layer.n_inputs)
    random = Random(0)

    def block(sizes: tuple[int, ...]) -> list[object] | int:
        if not sizes:
            return random.randint(-LARGEST, LARGEST)
        return [block(sizes[1:]) for _ in range(sizes[0])]

    weight = block((filters, channels, *kernel))
    map_, _ = conv_map(weight, block((filters,)), shape)
    nodes = (
        AffineNode("convolution", (INPUT,), map_),
        UnitNode("units", ("convolution",), (relu(),) * map_.n_outputs),
    )
    name = " ".join(map(str, ["convolution", channels, *numbers]))
    try:
        regions = generic_count(shape, filters, kernel)
    except HypothesisError:
        regions = None
    source = "generic weights; Xiong et al. (2020), Theorem 1, where it is exact"
    network = Network(shape, nodes, "units", name=name)
    return Construction(network, WholeSpace(network.input_dim), regions, regions or 1, source)
