"""Networks with random weights, the same in every run: convolutional layers, and lattices."""

from __future__ import annotations

from math import prod
from random import Random

import numpy as np

from linreg.domains import WholeSpace
from linreg.errors import HypothesisError, TooLarge
from linreg.formulas import buck, chained, koszul_upper, modular_count, whole, xiong_formula
from linreg.network import INPUT, AffineNode, Network, UnitNode, mlp
from linreg.network.operators import conv_map
from linreg.units import relu
from linreg.zoo.construction import Construction, check_size

PAIR = np.array([[1.0, 1.0], [-1.0, -1.0], [1.0, -1.0], [-1.0, 1.0]])
"""What four ReLU units see of two numbers."""

MEAN = np.array([[0.5, -0.5]])
"""Of the first two of these units: half the sum of the numbers."""

GAP = np.array([[0.5, 0.5]])
"""Of the other two: half of how far the numbers are apart."""

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


def lattice(n: int, forms: int, groups: int) -> Construction:
    """The largest of some minima of random affine forms, of which each is in many groups.

    Maxima and minima are taken of two numbers at a time, by four ReLU units. The same forms come
    back in many groups, so most boundaries are those of many units, and many units are constantly
    on a breakpoint.

    Parameters
    ----------
    n : int
        Number of inputs.
    forms : int
        Number of affine forms, at least 2; each group has half of them and one more.
    groups : int
        Number of groups.

    Returns
    -------
    Construction
        The network; no closed form gives the number of its regions, but for one group of two.

    Raises
    ------
    HypothesisError
        If a number is not a whole number of at least 1, there is one form, or the network would be
        too large.

    Source
    ------
    Tarela and Martinez (1999): every continuous piecewise-linear function is such a lattice;
    Ferlez and Shoukry (2020) make networks of them.

    Examples
    --------
    The smaller of two forms has four units, which switch on two hyperplanes, of their sum and of
    their difference:

    >>> from linreg import count_regions
    >>> count_regions(lattice(2, 2, 1).network)
    4
    """
    if whole("forms", forms) < 2:
        raise HypothesisError(f"at least 2 forms are needed, to be compared: got {forms}")
    size = forms // 2 + 1
    height = 1 << (size - 1).bit_length()
    width = 1 << (whole("groups", groups) - 1).bit_length()
    check_size(2 * width * height * (whole("n", n) + width * height))
    random = Random(0)

    def drawn() -> list[int]:
        return [random.randint(-LARGEST_WEIGHT, LARGEST_WEIGHT) for _ in range(n + 1)]

    given = [drawn() for _ in range(forms)]
    chosen = [random.sample(range(forms), min(size, forms)) for _ in range(groups)]
    # A group, and the list of groups, is filled up to a power of two with its last member.
    filled = [[group[min(i, len(group) - 1)] for i in range(height)] for group in chosen]
    filled += [filled[-1]] * (width - groups)
    rows = np.array([given[i] for group in filled for i in group], dtype=np.float64)
    taken, shift = rows[:, :-1], rows[:, -1]
    layers = []
    for count, sign in ((height, -1), (width, 1)):
        while count > 1:
            pairs = np.kron(np.eye(len(taken) // 2), PAIR)
            layers.append((pairs @ taken, pairs @ shift))
            one = np.hstack([MEAN, sign * GAP])
            taken = np.kron(np.eye(len(pairs) // 4), one)
            shift = np.zeros(len(taken))
            count //= 2
    network = mlp(layers, (taken, shift), name=f"lattice {n} {forms} {groups}")
    # The first two forms of the first group: their sum and their difference.
    at_least = buck(2, n)
    regions = at_least if (forms, groups) == (2, 1) else None
    return Construction(network, WholeSpace(n), regions, at_least, "Tarela and Martinez (1999)")
