"""Several convolutional layers of rectifiers: Xiong et al. (2020), Theorem 2."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate
from math import prod
from typing import Any

from linreg.arguments import entries
from linreg.errors import HypothesisError
from linreg.formulas.arrangements import buck
from linreg.formulas.convolution import xiong_formula
from linreg.formulas.generic import generic_count
from linreg.formulas.hypotheses import power, product
from linreg.formulas.receptive import Convolution, convolution
from linreg.progress import Progress

Layers = Sequence[Mapping[str, Any]]
"""For each layer `filters`, `kernel`, and optionally `stride` and `padding`."""


def xiong_2020_lower(
    input_shape: Sequence[int],
    layers: Layers,
    *,
    progress: Callable[[Progress], None] | None = None,
) -> int:
    """Regions that folding by convolutions gives.

    The generic count of the last layer, fed by d0 channels, times the product over the layers
    before of floor(d_l / d0)^(d0 * locations of layer l). Lower bound on the maximum over weights.
    The theorem takes `xiong_formula` for the last layer, which may be too large; the true maximum
    `generic_count` keeps the bound a lower one.

    Parameters
    ----------
    input_shape : (channels, length) or (channels, height, width)
    layers : list of dict
        With `filters`, `kernel` and, if not 1, `stride`.
    progress : callable, optional
        As that of `generic_count`; `xiong_2020_upper` and `convolution_upper` have the same.

    Returns
    -------
    int
        The lower bound.

    Raises
    ------
    HypothesisError
        If a layer is impossible, has fewer filters than the input has channels, or is padded.
    TooLarge
        If the last layer is too large to be counted.

    Source
    ------
    Xiong et al. (2020), Theorem 2 (i).

    Examples
    --------
    Two filters fold each of the two numbers that a second filter pair sees in two:

    >>> pair = {"filters": 2, "kernel": 2}
    >>> xiong_2020_lower((1, 3), [pair, pair])
    16
    """
    chain = chained(input_shape, layers)
    _without_padding(chain)
    channels = chain[0].channels
    for k, layer in enumerate(chain, start=1):
        if layer.filters < channels:
            raise HypothesisError(
                f"Theorem 2 of Xiong et al. (2020) needs at least as many filters as input "
                f"channels, {channels}: layer {k} has {layer.filters}"
            )
    *folding, last = chain
    folds = (power(layer.filters // channels, channels * prod(layer.output)) for layer in folding)
    shape = (channels, *last.cells)
    cells = generic_count(shape, last.filters, last.kernel, last.stride, progress=progress)
    return product((cells, *folds))


def xiong_2020_upper(
    input_shape: Sequence[int],
    layers: Layers,
    *,
    progress: Callable[[Progress], None] | None = None,
) -> int:
    """The formula for the first layer, times the product of Z(units of layer l, inputs) after it.

    Upper bound, for rectifiers; Z(m, n) = C(m, 0) + ... + C(m, n).

    Parameters
    ----------
    input_shape : (channels, length) or (channels, height, width)
    layers : list of dict
        With `filters`, `kernel` and, if not 1, `stride`.
    progress : callable, optional
        Called now and then with a `Progress`.

    Returns
    -------
    int
        The upper bound.

    Raises
    ------
    HypothesisError
        If a layer is impossible or padded.
    TooLarge
        If the first one is too large for the formula.

    Source
    ------
    Xiong et al. (2020), Theorem 2 (ii).

    Examples
    --------
    >>> pair = {"filters": 2, "kernel": 2}
    >>> xiong_2020_upper((1, 3), [pair, pair])
    60
    """
    chain = chained(input_shape, layers)
    _without_padding(chain)
    first, *later = chain
    formula = xiong_formula(
        input_shape, first.filters, first.kernel, first.stride, progress=progress
    )
    return product((formula, *(buck(layer.n_units, first.n_inputs) for layer in later)))


def convolution_upper(
    input_shape: Sequence[int],
    layers: Layers,
    *,
    progress: Callable[[Progress], None] | None = None,
) -> int:
    """As `xiong_2020_upper`, with no more dimensions than the layers before leave; padding too.

    Upper bound, for rectifiers: later layers see an image whose dimension is at most the least
    number of units before, as in `montufar_2017`.

    Parameters
    ----------
    input_shape : (channels, length) or (channels, height, width)
    layers : list of dict
        With `filters`, `kernel` and, if not 1 and 0, `stride` and `padding`.
    progress : callable, optional
        Called now and then with a `Progress`.

    Returns
    -------
    int
        The upper bound.

    Raises
    ------
    HypothesisError
        If a layer is impossible.
    TooLarge
        If the first one is too large for the formula.

    Source
    ------
    Xiong et al. (2020), Theorem 1, for the first layer; Montufar (2017) for the others.

    Examples
    --------
    A bottleneck of one unit leaves a line, which five units cut in six:

    >>> convolution_upper((1, 3), [{"filters": 1, "kernel": 3}, {"filters": 5, "kernel": 1}])
    12
    """
    first, *later = chained(input_shape, layers)
    formula = xiong_formula(
        input_shape, first.filters, first.kernel, first.stride, first.padding, progress=progress
    )
    dims = accumulate((first.n_inputs, first.n_units, *(one.n_units for one in later)), min)
    later_cells = (
        buck(layer.n_units, dim) for layer, dim in zip(later, list(dims)[1:], strict=False)
    )
    return product((formula, *later_cells))


def chained(input_shape: Sequence[int], layers: Layers) -> list[Convolution]:
    """The layers, each with the shape that the one before leaves it.

    Parameters
    ----------
    input_shape : (channels, length) or (channels, height, width)
    layers : list of dict
        With `filters`, `kernel` and, if not 1 and 0, `stride` and `padding`.

    Returns
    -------
    list of Convolution
        One for each layer.

    Raises
    ------
    HypothesisError
        If there is no layer, or one is impossible.
    TypeError
        If a layer is no dictionary.

    Examples
    --------
    A filter of length 2 has three places on four cells; the next layer sees these, five times:

    >>> layers = [{"filters": 5, "kernel": 2}, {"filters": 1, "kernel": 2}]
    >>> [(layer.channels, layer.cells) for layer in chained((1, 4), layers)]
    [(1, (4,)), (5, (3,))]
    """
    shape = tuple(entries(input_shape, "input_shape"))
    chain = []
    for k, layer in enumerate(entries(layers, "layers"), start=1):
        if not isinstance(layer, Mapping):
            raise TypeError(f"layers[{k - 1}]: a dictionary was expected, got {layer!r}")
        unknown = set(layer) - {"filters", "kernel", "stride", "padding"}
        missing = {"filters", "kernel"} - set(layer)
        if unknown or missing:
            raise HypothesisError(
                f"layer {k} needs filters and kernel, and may have stride and padding: got "
                f"{sorted(layer)}"
            )
        one = convolution(shape, **layer)
        chain.append(one)
        shape = (one.filters, *one.output)
    if not chain:
        raise HypothesisError("layers must name at least one layer")
    return chain


def _without_padding(chain: Sequence[Convolution]) -> None:
    for k, layer in enumerate(chain, start=1):
        if any(layer.padding):
            raise HypothesisError(
                f"Theorem 2 of Xiong et al. (2020) is about layers without padding: layer {k} has "
                f"{list(layer.padding)}"
            )
