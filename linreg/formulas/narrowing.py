"""Counts of cells by the dimension of their image, from layer to layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flint import fmpz

from linreg.formulas.arrangements import partition_bound
from linreg.formulas.hypotheses import affordable, bits_of_choices


@dataclass(frozen=True, slots=True)
class Layer:
    """How many outputs of a layer can do what.

    Attributes
    ----------
    steady : int
        Outputs that are affine throughout and need not be constant: stably active units and
        coordinates that pass through.
    rectified : int
        Units of two pieces of which one is constant.
    others : tuple of int
        Numbers of pieces of the other units.

    Examples
    --------
    A clip among three rectifiers, one of which is never off:

    >>> Layer(steady=1, rectified=2, others=(3,)).others
    (3,)
    """

    steady: int
    rectified: int
    others: tuple[int, ...] = ()


def narrowing_bound(inputs: int, layers: Sequence[Layer]) -> int:
    """Most regions of a network whose layers are known to lose dimensions.

    A count for each dimension of the image of a cell goes from layer to layer. Of a cell of
    dimension d, n rectifying units make at most C(n, j) + ... + C(n, 0) regions with at most j
    units on one chosen side, for each j (Serra et al. 2018), and the image of a region with j
    units off has dimension at most min(d, steady + n - j). Where a layer has other units too, all
    its regions are given the largest dimension.

    Parameters
    ----------
    inputs : int
        Dimension n0 of the input.
    layers : sequence of Layer

    Returns
    -------
    int
        The upper bound.

    Raises
    ------
    TooLarge
        If it takes too much work.

    Source
    ------
    Serra, Tjandraatmadja, Ramalingam (2018), Theorem 1; Serra, Ramalingam (2020) for units that
    are known to be stable.

    Examples
    --------
    Two units that may switch and one that is always on; then three units on a plane:

    >>> narrowing_bound(2, [Layer(1, 2), Layer(0, 3)])
    25
    """
    _check_work(inputs, layers)
    if layers and set(layers) == {Layer(0, layers[0].rectified)}:
        return int(_of_equal_layers(inputs, layers[0].rectified, len(layers)))
    counts = {inputs: fmpz(1)}
    for layer in layers:
        counts = _mixed(counts, layer) if layer.others else _rectified(counts, layer)
    return int(sum(counts.values(), fmpz(0)))


def _check_work(inputs: int, layers: Sequence[Layer]) -> None:
    """Refuse what takes too long; each layer makes the counts of all dimensions longer."""
    bits, equal = 0, len(set(layers)) == 1
    for layer in layers:
        units = layer.rectified + len(layer.others)
        bits += bits_of_choices(units, inputs)
        if not equal:
            affordable(1 + min(inputs, units), bits)
        # The sums for one layer are kept, each of them, and memory is scarcer than time.
        most = min(inputs, layer.rectified)
        affordable(4 * most, bits_of_choices(layer.rectified, most))
    if equal:
        affordable(1 + min(inputs, units), bits)


def _of_equal_layers(inputs: int, width: int, depth: int) -> fmpz:
    """The sum over j_1, ..., j_L <= inputs with j_k + j_l <= n for k < l, of products of C(n, j).

    One of the j at most is above n / 2, in any of the layers, and then the others are at most n
    minus that one.
    """
    most, half = min(inputs, width), width // 2
    sums = _sums_of_choices(width, min(most, half))
    above = fmpz(0)
    choices = fmpz.bin_uiui(width, half + 1) if most > half else fmpz(0)
    for off in range(half + 1, most + 1):
        above += choices * sums[width - off] ** (depth - 1)
        choices = choices * (width - off) // (off + 1)
    return sums[-1] ** depth + depth * above


def _mixed(counts: dict[int, fmpz], layer: Layer) -> dict[int, fmpz]:
    pieces = (*layer.others, *(2,) * layer.rectified)
    after: dict[int, fmpz] = {}
    for dim, count in counts.items():
        image = min(dim, layer.steady + len(pieces))
        after[image] = after.get(image, fmpz(0)) + count * partition_bound(pieces, dim)
    return after


def _rectified(counts: dict[int, fmpz], layer: Layer) -> dict[int, fmpz]:
    """Sums of C(n, j) that keep the dimension at once, the others by image dimension."""
    most, steady = layer.rectified, layer.steady
    after: dict[int, fmpz] = {}
    largest = max(counts)
    # j up to min(d, steady + n - d) leave the dimension d as it is.
    kept = {dim: min(dim, most, steady + most - dim) for dim in counts}
    sums = _sums_of_choices(most, max(kept.values()))
    for dim, count in counts.items():
        if kept[dim] >= 0:
            after[dim] = count * sums[kept[dim]]
    # To the image dimension e with j = steady + n - e units off go all dimensions d > e, d >= j.
    above, reached = fmpz(0), largest + 1  # the sum of counts[d] over d >= reached
    highest = min(largest - 1, steady + most)
    choices = fmpz.bin_uiui(most, steady + most - highest)
    for image in range(highest, steady - 1, -1):
        off = steady + most - image
        least = min(max(image + 1, off), largest + 1)  # falls, then rises again
        if least < reached:
            above += sum((counts.get(dim, 0) for dim in range(least, reached)), fmpz(0))
        else:
            above -= sum((counts.get(dim, 0) for dim in range(reached, least)), fmpz(0))
        reached = least
        if above != 0:
            after[image] = after.get(image, fmpz(0)) + above * choices
        choices = choices * (most - off) // (off + 1)
    return after


def _sums_of_choices(units: int, most: int) -> list[fmpz]:
    """Z(units, j) for j = 0..most."""
    choices = total = fmpz(1)
    sums = [total]
    for j in range(most):
        choices = choices * (units - j) // (j + 1)
        total = total + choices
        sums.append(total)
    return sums
