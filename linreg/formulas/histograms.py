"""Upper bounds from histograms: how many regions have how many units on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import comb

from linreg.formulas.hypotheses import affordable, architecture, bits_of_choices
from linreg.formulas.narrowing import Layer, narrowing_bound

Histogram = dict[int, int]
"""Number of regions by number of active units."""

Table = Callable[[int, int], Histogram]
"""The histogram of n units on a space of some dimension, called with (dimension, n)."""


def few_off(dim: int, width: int) -> Histogram:
    """C(n, j) regions with j units off for j = 0..dim (Serra et al. 2018)."""
    affordable(min(dim, width), bits_of_choices(width, min(dim, width)))
    return {width - off: comb(width, off) for off in range(min(dim, width) + 1)}


def hinz_2019(inputs: int, widths: Sequence[int], table: Table = few_off) -> int:
    """The norm of a product of matrices, one for each layer, applied to a histogram.

    Upper bound, for rectifiers. A histogram counts cells by the dimension of their image, at first
    one cell of dimension n0. A layer sends the cells of dimension d to the histogram
    `table(d, n_l)`, where more than d units on count as d: that is column d of its matrix.

    Parameters
    ----------
    inputs : int
        Dimension n0 of the input.
    widths : sequence of int
        Number n_l of units of each layer, from first to last.
    table : callable
        Called with a dimension d and a number n of units: the most regions that they make there, by
        the number of units that are on. By default these are C(n, j) with n - j on for j = 0..d,
        and the bound is `serra_2018_upper`; with all units on in C(n, 0) + ... + C(n, d) regions it
        is `montufar_2017`, and with all on in 2^n regions `trivial`.

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
    Hinz, van de Geer (2019): the framework and the three tables.

    Examples
    --------
    Three units on a plane make one region with all on, three with one off, and three with two
    off, whose image is a line; the layer after makes 7 or 4 of them:

    >>> hinz_2019(2, [3, 3]) == (1 + 3) * 7 + 3 * 4
    True
    """
    inputs, widths = architecture(inputs, widths)
    if table is few_off:
        # The same sum: the columns of this table are those that narrowing_bound adds up at once.
        return narrowing_bound(inputs, [Layer(0, width) for width in widths])
    cells = {inputs: 1}
    columns: dict[tuple[int, int], Histogram] = {}
    for width in widths:
        after: Histogram = {}
        for dim, count in cells.items():
            if (dim, width) not in columns:
                columns[dim, width] = _clipped(table(dim, width), dim)
            for image, regions in columns[dim, width].items():
                after[image] = after.get(image, 0) + count * regions
        cells = after
    return sum(cells.values())


def _clipped(histogram: Histogram, most: int) -> Histogram:
    """The histogram with everything above index `most` moved to that index."""
    clipped: Histogram = {}
    for on, regions in histogram.items():
        clipped[min(on, most)] = clipped.get(min(on, most), 0) + regions
    return clipped
