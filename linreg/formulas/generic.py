"""One convolutional layer: the largest number of regions, with the same weights everywhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from random import Random

from linreg.errors import TooLarge
from linreg.formulas.convolution import xiong_formula
from linreg.formulas.hypotheses import whole
from linreg.formulas.receptive import Convolution, PerAxis, convolution
from linreg.progress import Progress

PRIME = 2**61 - 1

MOST_SUBSPACES = 100_000
"""Most subspaces that are formed; about ten seconds."""

Row = tuple[int, ...]
"""Coefficients of the cells that are still to be read, and last the constant."""


def generic_count(
    input_shape: Sequence[int],
    filters: int,
    kernel: PerAxis,
    stride: PerAxis = 1,
    padding: PerAxis = 0,
    *,
    seed: int = 0,
    budget: int = MOST_SUBSPACES,
    progress: Callable[[Progress], None] | None = None,
) -> int:
    """Largest number of regions of one convolutional layer of rectifiers, over all weights.

    All weights but a set of measure zero have that many regions: a region survives small changes
    of the weights, so the maximum is attained on an open set, and the number is the same wherever
    no minor vanishes that does not vanish always. It is also the expected number for weights with
    a density. On a line it is `xiong_formula`; elsewhere it is that of random weights.

    Parameters
    ----------
    input_shape : (channels, length) or (channels, height, width)
    filters : int
        Number of filters.
    kernel, stride, padding : int or one for each axis
        In places of the input.
    seed : int
        Of the random weights.
    budget : int
        Most subspaces that are formed.
    progress : callable, optional
        Called for each row with a `Progress`: the share of rows that are done.

    Returns
    -------
    int
        The maximum over all weights.

    Raises
    ------
    HypothesisError
        If the layer is impossible.
    TooLarge
        If it takes more than the budget.

    Notes
    -----
    On a line, `xiong_formula` is the number. Let a weight have as degree its place in the kernel,
    channels counted as places. A minor is a sum over the ways to give each of its rows a cell of
    its own. Where two of these cross, uncrossing them brings their places closer together; so the
    ways with the smallest sum of squared places give blocks of cells to locations in order, and
    their part of the minor is a product, over locations, of minors of the matrix of all weights,
    which is not zero. Hence rows are independent if Hall's condition holds. The multipliers of a
    smallest dependence are minors without one of its rows. They are homogeneous, and those without
    rows of the same filter at different locations have different degrees; so the multipliers of a
    filter do not add up to zero, and no dependence holds for the biases too: exactly the sets of
    independent rows have a common point, which Whitney's theorem counts.

    Elsewhere the number is that of random weights, and so a lower bound that is almost surely the
    maximum; an upper bound that is equal proves it: `xiong_formula`, or `koszul_upper`.

    Source
    ------
    Zaslavsky (1975); Xiong et al. (2020), Theorem 1, is the same number wherever no two rows
    depend on each other because filters are shared. For input 1 x 3 x 3 and two filters p, q of
    2 x 2 they do: with rows as polynomials x^i y^j p and x^i y^j q, q p - p q = 0 is a dependence
    between eight rows.

    Examples
    --------
    >>> generic_count((1, 3), 2, 2), xiong_formula((1, 3), 2, 2)
    (15, 15)
    >>> generic_count((1, 3, 3), 2, (2, 2)), xiong_formula((1, 3, 3), 2, (2, 2))
    (255, 256)
    """
    if convolution(input_shape, filters, kernel, stride, padding).is_on_a_line:
        return xiong_formula(input_shape, filters, kernel, stride, padding, progress=progress)
    return random_count(
        input_shape, filters, kernel, stride, padding, seed=seed, budget=budget, progress=progress
    )


def random_count(
    input_shape: Sequence[int],
    filters: int,
    kernel: PerAxis,
    stride: PerAxis = 1,
    padding: PerAxis = 0,
    *,
    seed: int = 0,
    budget: int = MOST_SUBSPACES,
    progress: Callable[[Progress], None] | None = None,
) -> int:
    """Number of regions of one convolutional layer with random weights: almost surely the largest.

    Parameters
    ----------
    input_shape : (channels, length) or (channels, height, width)
    filters : int
        Number of filters.
    kernel, stride, padding : int or one for each axis
        In places of the input.
    seed : int
        Of the random weights.
    budget : int
        Most subspaces that are formed.
    progress : callable, optional
        Called for each row with a `Progress`: the share of rows that are done.

    Returns
    -------
    int
        A lower bound of the maximum over weights, almost surely the maximum.

    Raises
    ------
    HypothesisError
        If the layer is impossible.
    TooLarge
        If it takes more than the budget.

    Notes
    -----
    Regions are counted as sums of (-1)^(|B| - rank B) over the sets B of hyperplanes with a common
    point (Whitney's theorem), rows being added location by location. Two sets that span the same
    space as far as later rows can tell are counted together. If a row lies in the span of B, the
    sets with and without it cancel.

    The weights are random modulo the prime 2^61 - 1. What is returned is a lower bound of the
    maximum, whatever they are: rows that are independent there are independent at nearly all
    weights, and more independent sets never make fewer regions, by induction with r(A) = r(A - H) +
    r(A^H) for any row H that is not zero (Lucas, 1975). It is too small only if one of the minors
    that matter is zero there by accident, which has a probability of at most its degree over the
    prime.

    Source
    ------
    Zaslavsky (1975), Whitney's theorem.

    Examples
    --------
    >>> random_count((1, 3), 2, 2), random_count((1, 3, 3), 2, (2, 2), seed=7)
    (15, 255)
    """
    layer = convolution(input_shape, filters, kernel, stride, padding)
    layer.check_size(layer.filters)
    random = Random(seed)
    weights = [
        [
            [random.randrange(1, PRIME) for _ in range(prod(layer.kernel))]
            for _ in range(layer.channels)
        ]
        for _ in range(layer.filters)
    ]
    biases = [random.randrange(1, PRIME) for _ in range(layer.filters)]
    return modular_count(layer, weights, biases, budget=budget, progress=progress)


def modular_count(
    layer: Convolution,
    weights: Sequence[Sequence[Sequence[int]]],
    biases: Sequence[int],
    *,
    budget: int = MOST_SUBSPACES,
    progress: Callable[[Progress], None] | None = None,
) -> int:
    """A lower bound of the regions of a convolutional layer with given weights.

    Whitney's sum modulo the prime 2^61 - 1, as in `random_count`: rows that depend on each other
    do so modulo the prime as well, and more dependences never make more regions.

    Parameters
    ----------
    layer : Convolution
    weights : integers, shape (filters, channels, places of the kernel)
    biases : integers, shape (filters,)
    budget, progress
        As those of `random_count`.

    Returns
    -------
    int
        The lower bound.

    Raises
    ------
    TooLarge
        If it takes more than the budget.

    Examples
    --------
    Two filters of one cell on one cell: two points of a line, or the same one twice.

    >>> layer = convolution((1, 1), 2, 1)
    >>> modular_count(layer, [[[1]], [[2]]], [1, 1]), modular_count(layer, [[[1]], [[2]]], [1, 2])
    (3, 2)
    """
    budget = whole("budget", budget, 0)
    rows, last_read = _rows(layer, weights, biases)
    counts: dict[tuple[Row, ...], int] = {(): 1}
    columns: list[int] = []
    for i, location in enumerate(rows):
        fresh = sorted({cell for row, _ in location for cell in row} - set(columns))
        counts = {
            tuple((*row[:-1], *[0] * len(fresh), row[-1]) for row in space): count
            for space, count in counts.items()
        }
        columns += fresh
        for k, (row, constant) in enumerate(location):
            if progress is not None:
                progress(Progress((i + k / len(location)) / len(rows), 1, "rows"))
            vector = (*(row.get(cell, 0) for cell in columns), constant)
            counts = _with_row(counts, vector)
            budget -= len(counts)
            if budget < 0:
                raise TooLarge(
                    "the layer is too large to count its regions: more subspaces than the budget "
                    "allows"
                )
        ending = [k for k, cell in enumerate(columns) if last_read[cell] == i]
        counts = _without(counts, ending)
        columns = [cell for cell in columns if last_read[cell] > i]
    return sum(counts.values())


def _rows(
    layer: Convolution, weights: Sequence[Sequence[Sequence[int]]], biases: Sequence[int]
) -> tuple[list[list[tuple[dict[int, int], int]]], dict[int, int]]:
    """For each location the rows of all filters; and the last location that reads each cell."""
    rows = []
    last_read = {}
    for i, window in enumerate(layer.windows()):
        location = []
        for filter_, bias in zip(weights, biases, strict=True):
            row = {
                cell * layer.channels + c: channel[place] % PRIME
                for cell, place in window
                for c, channel in enumerate(filter_)
            }
            location.append((row, bias % PRIME))
            last_read.update(dict.fromkeys(row, i))
        rows.append(location)
    return rows, last_read


def _with_row(counts: dict[tuple[Row, ...], int], row: Row) -> dict[tuple[Row, ...], int]:
    """Every span without and with one more row."""
    after: dict[tuple[Row, ...], int] = {}
    for space, count in counts.items():
        rest = _reduced(row, space)
        if not any(rest):
            continue  # with and without it the signs are opposite
        after[space] = after.get(space, 0) + count
        if any(rest[:-1]):
            larger = _echelon(space, rest)
            after[larger] = after.get(larger, 0) + count
    return {space: count for space, count in after.items() if count}


def _without(
    counts: dict[tuple[Row, ...], int], ending: Sequence[int]
) -> dict[tuple[Row, ...], int]:
    """The part of every span that vanishes on the ending columns, in the others' coordinates."""
    if not ending:
        return counts
    after: dict[tuple[Row, ...], int] = {}
    for space, count in counts.items():
        left: list[Row] = list(space)
        for k in ending:
            pivot = next((row for row in left if row[k]), None)
            if pivot is not None:
                left.remove(pivot)
                inverse = pow(pivot[k], -1, PRIME)
                left = [_minus(row, row[k] * inverse, pivot) for row in left]
        rows = [tuple(x for k, x in enumerate(row) if k not in ending) for row in left]
        part: tuple[Row, ...] = ()
        for row in rows:
            part = _echelon(part, _reduced(row, part))
        after[part] = after.get(part, 0) + count
    return after


def _reduced(row: Row, space: tuple[Row, ...]) -> Row:
    """The row minus what it has in common with a space whose rows are in reduced echelon form."""
    for other in space:
        pivot = next(k for k, x in enumerate(other) if x)
        if row[pivot]:
            row = _minus(row, row[pivot], other)
    return row


def _echelon(space: tuple[Row, ...], rest: Row) -> tuple[Row, ...]:
    """The reduced echelon form of a space and one row that is reduced by it and not zero."""
    pivot = next(k for k, x in enumerate(rest) if x)
    inverse = pow(rest[pivot], -1, PRIME)
    new = tuple(x * inverse % PRIME for x in rest)
    rows = [_minus(row, row[pivot], new) if row[pivot] else row for row in space]
    return tuple(sorted([*rows, new], reverse=True))


def _minus(row: Row, factor: int, other: Row) -> Row:
    return tuple((x - factor * y) % PRIME for x, y in zip(row, other, strict=True))
