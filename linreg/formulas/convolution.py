"""One convolutional layer: the formula of Xiong et al. (2020), Theorem 1.

With S_i the cells that location i reads, K_N holds the vectors t of whole numbers, one for each
location, such that every set J of locations has sum of t_i over J <= |union of S_i over J|. By
Hall's theorem these are the t for which t_i cells of each S_i can be chosen, all different. The
formula is the sum over t in K_N of the products of C(filters, t_i).

It counts the sets of rows that would be linearly independent if all entries on the supports were
generic. In a convolution they are not: the same weights occur at all locations. So the formula is
an upper bound; `generic_count` is the number, which on a line is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import chain, product
from math import factorial, prod

from flint import fmpq, fmpq_poly, fmpz

from linreg.errors import HypothesisError
from linreg.formulas.hypotheses import affordable, bits_of_choices
from linreg.formulas.receptive import PerAxis, convolution
from linreg.formulas.transversals import transversal_sum
from linreg.progress import Progress

MOST_CAPACITIES = 20_000_000
"""Most capacities that are formed, in vectors of them; about ten seconds."""

Vector = tuple[int, ...]


def xiong_formula(
    input_shape: Sequence[int],
    filters: int,
    kernel: PerAxis,
    stride: PerAxis = 1,
    padding: PerAxis = 0,
    *,
    budget: int = MOST_CAPACITIES,
    progress: Callable[[Progress], None] | None = None,
) -> int:
    """The formula of Xiong et al. for one convolutional layer of rectifiers: an upper bound.

    It is stated as the maximum over all weights, and is that for one-dimensional layers, but not
    for all two-dimensional ones; see `generic_count` for the proof and the reason.

    Parameters
    ----------
    input_shape : (channels, length) or (channels, height, width)
    filters : int
        Number of filters.
    kernel, stride, padding : int or one for each axis
        Supports are cut at the border: padding adds nothing to them.
    budget : int
        Most steps of the general algorithm; layers on a line need none.
    progress : callable, optional
        Called now and then with a `Progress`.

    Returns
    -------
    int
        The number that Theorem 1 gives.

    Raises
    ------
    HypothesisError
        If the layer is impossible.
    TooLarge
        If it takes more than the budget.

    Source
    ------
    Xiong et al. (2020), Theorem 1. Upper bound: a layer has as many regions as sets of rows
    without broken circuits, and these are independent, so that Hall's condition holds for them.

    Examples
    --------
    Two filters of two cells slide over three cells. All of the 16 sets of four units are
    independent but the one with all four, in a space of dimension three:

    >>> xiong_formula((1, 3), filters=2, kernel=2)
    15
    """
    layer = convolution(input_shape, filters, kernel, stride, padding)
    most = layer.filters

    def weight(t: int) -> fmpz:
        return fmpz.bin_uiui(most, t)

    if layer.is_on_a_line:
        reads = layer.channels * prod(layer.kernel)
        steps = prod(layer.output) * reads * min(most, reads)
        # As many units are chosen as there are inputs, at most.
        affordable(steps, bits_of_choices(layer.n_units, min(layer.n_units, layer.n_inputs)))
    supports = layer.supports()
    total = transversal_sum(supports, layer.channels, most, weight, fmpz(1), budget, progress)
    return int(total)


def xiong_asymptotics(
    input_shape: Sequence[int],
    kernel: PerAxis,
    stride: PerAxis = 1,
    padding: PerAxis = 0,
    *,
    budget: int = MOST_CAPACITIES,
) -> tuple[int, Fraction]:
    """Degree and leading coefficient of the formula, a polynomial in the number of filters.

    The degree is the number of input numbers that some location reads. The coefficient is the sum
    of the products of 1 / t_i! over the t in K_N that use them all. Both are those of
    `generic_count` as well: sets with at most one row of each filter are independent if Hall's
    condition holds, and of all sets they are nearly all when there are many filters.

    Parameters
    ----------
    input_shape : (channels, length) or (channels, height, width)
    kernel, stride, padding : int or one for each axis
        In places of the input.
    budget : int
        Most steps of the algorithm.

    Returns
    -------
    tuple of int and Fraction
        The degree, and the leading coefficient.

    Raises
    ------
    HypothesisError
        If the layer is impossible, or too large for the budget.

    Examples
    --------
    With d filters of two cells on three cells there are about d^3 regions:

    >>> xiong_asymptotics((1, 3), kernel=2)
    (3, Fraction(1, 1))
    """
    layer = convolution(input_shape, 1, kernel, stride, padding)
    if layer.is_on_a_line:
        reads = layer.channels * prod(layer.kernel)
        affordable(prod(layer.output) * reads**2, 64 * layer.n_inputs)
    supports = layer.supports()
    read = len(set(chain.from_iterable(supports))) * layer.channels
    most = max(len(support) for support in supports) * layer.channels

    def weight(t: int) -> fmpq_poly:
        return fmpq_poly([0] * t + [fmpq(1, factorial(t))])

    graded = transversal_sum(supports, layer.channels, most, weight, fmpq_poly([1]), budget)
    top = fmpq(graded[read])
    return read, Fraction(int(top.p), int(top.q))


def demand_vectors(
    input_shape: Sequence[int],
    filters: int,
    kernel: PerAxis,
    stride: PerAxis = 1,
    padding: PerAxis = 0,
) -> Iterator[Vector]:
    """The vectors of K_N with entries up to the number of filters, one after another.

    Each is tested by the definition, over all sets of locations: for small layers.

    Parameters
    ----------
    input_shape : (channels, length) or (channels, height, width)
    filters : int
        Number of filters.
    kernel, stride, padding : int or one for each axis
        In places of the input.

    Returns
    -------
    iterator of tuple of int
        For each vector, the number of units that it takes of each location.

    Raises
    ------
    HypothesisError
        If the layer is impossible, or has more than 16 locations.

    Source
    ------
    Xiong et al. (2020), Theorem 1.

    Examples
    --------
    >>> sorted(demand_vectors((1, 3), 3, 2))
    [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (2, 0), (2, 1)]
    """
    layer = convolution(input_shape, filters, kernel, stride, padding)
    supports = [set(support) for support in layer.supports()]
    if len(supports) > 16:
        raise HypothesisError(f"K_N is listed for up to 16 locations: got {len(supports)}")
    room = {0: 0}
    for i, support in enumerate(supports):
        for chosen in range(1 << i):
            union = set().union(support, *(supports[j] for j in range(i) if chosen >> j & 1))
            room[chosen | 1 << i] = layer.channels * len(union)
    ranges = [range(min(layer.filters, layer.channels * len(s)) + 1) for s in supports]
    for vector in product(*ranges):
        sums = [0]
        for t in vector:
            sums += [total + t for total in sums]
        if all(total <= room[chosen] for chosen, total in enumerate(sums)):
            yield vector
