"""Networks with many regions, looked for: proven lower bounds of the maximum over weights."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from random import Random

from linreg.errors import TooLarge
from linreg.formulas import architecture, serra_2018_upper, whole
from linreg.network import Network, mlp
from linreg.progress import Progress
from linreg.run import count_regions
from linreg.theory.parameters import parameter_count
from linreg.zoo import folding, serra

Layers = list[tuple[list[list[Fraction]], list[Fraction]]]

STALLED_CHANGES = 40
"""Changes that did not help before the search starts anew."""

SEARCHED_WEIGHTS = 1_000_000
"""Weights and biases of a network that is changed number by number."""


@dataclass(frozen=True, slots=True)
class Maximum:
    """The best network that a search has found.

    Attributes
    ----------
    network : Network
    regions : int
        Its activation regions on the whole space, counted exactly: the maximum over all weights is
        at least that.
    upper : int
        No weights make more regions (Serra et al. 2018).
    counted : int
        Networks that were counted.

    Examples
    --------
    Two units on a line make three regions at most:

    >>> best = search_maximum(1, [2], seed=0)
    >>> best.regions, best.upper
    (3, 3)
    """

    network: Network
    regions: int
    upper: int
    counted: int


@dataclass(frozen=True, slots=True)
class SearchProgress(Progress):
    """How far a search is, and what it has found.

    Attributes
    ----------
    done, total : float
        Networks that are counted, and the budget.
    activity : str
        "networks".
    best : Maximum
        The best network so far, which has no regions before the first is counted.

    Examples
    --------
    >>> heard = []
    >>> _ = search_maximum(1, [2], budget=1, progress=heard.append)
    >>> heard[-1].done, heard[-1].total, heard[-1].best.regions
    (1, 1, 3)
    """

    best: Maximum


def search_maximum(
    inputs: int,
    widths: Sequence[int],
    budget: int = 200,
    seed: int = 0,
    *,
    progress: Callable[[SearchProgress], None] | None = None,
) -> Maximum:
    """Weights of a rectifier network with many regions on the whole space.

    Random integer weights and the constructions of the zoo are changed one number or one unit at a
    time, and a change stays if it costs no regions. Every network is counted exactly.

    Parameters
    ----------
    inputs : int
        Dimension n0 of the input.
    widths : sequence of int
        Number n_l of units of each layer, from first to last.
    budget : int
        Number of networks that are counted. The search ends before if the upper bound is reached.
    seed : int
        Same seed and budget, same network.
    progress : callable, optional
        Called after each count, and now and then during one, with a `SearchProgress`.

    Returns
    -------
    Maximum
        The best network that was found, its exact number of regions, and the upper bound.

    Raises
    ------
    HypothesisError
        If a number is below 1 or there is no layer.
    TooLarge
        If there are more than 1,000,000 weights and biases.

    Examples
    --------
    Two layers of three units on a line reach the upper bound of 16 regions:

    >>> search_maximum(1, [3, 3], budget=5).regions
    16
    """
    inputs, widths = architecture(inputs, widths)
    numbers = parameter_count(inputs, widths)
    if numbers > SEARCHED_WEIGHTS:
        raise TooLarge(
            f"networks are searched for among those of {SEARCHED_WEIGHTS:,} weights and biases at "
            f"most: these have {numbers:,}"
        )
    left, random = whole("budget", budget), Random(seed)
    upper = serra_2018_upper(inputs, widths)
    starts = _starts(inputs, widths, random)
    current = candidate = next(starts)
    regions = stalled = 0
    best = Maximum(mlp(candidate), 0, upper, 0)

    def tell(_so_far: Progress | None = None) -> None:
        if progress is not None:
            progress(SearchProgress(best.counted, left, "networks", best))

    for counted in range(1, left + 1):
        network = mlp(candidate, name=" ".join(map(str, ["maximum", inputs, *widths])))
        found = count_regions(network, progress=tell)
        stalled = 0 if found > regions else stalled + 1
        if found >= regions:
            current, regions = candidate, found
        if found > best.regions:
            best = Maximum(network, found, upper, counted)
        best = replace(best, counted=counted)
        tell()
        if best.regions == upper:
            break
        if stalled > STALLED_CHANGES:
            candidate, regions, stalled = next(starts), 0, 0
        else:
            candidate = _changed(current, random)
    return best


def _starts(inputs: int, widths: Sequence[int], random: Random) -> Iterator[Layers]:
    """The constructions, then random networks without end."""
    if min(widths) >= inputs:
        yield _layers(serra(inputs, *widths).network)
        yield _layers(folding(inputs, *widths).network)
    while True:
        before = (inputs, *widths)
        yield [
            (
                [[Fraction(random.randint(-9, 9)) for _ in range(m)] for _ in range(n)],
                [Fraction(random.randint(-9, 9)) for _ in range(n)],
            )
            for m, n in zip(before, widths, strict=False)
        ]


def _layers(network: Network) -> Layers:
    return [
        (stage.map.matrix.tolist(), stage.map.shift.tolist()) for stage in network.staged.stages
    ]


def _changed(layers: Layers, random: Random) -> Layers:
    """The layers with another number, another sign or another unit somewhere."""
    changed = [([list(row) for row in weight], list(bias)) for weight, bias in layers]
    weight, bias = random.choice(changed)
    unit = random.randrange(len(weight))
    row = weight[unit]
    match random.randrange(5):
        case 0:
            weight[unit], bias[unit] = [-entry for entry in row], -bias[unit]
        case 1:
            size = 1 + int(max(map(abs, row)))
            weight[unit] = [Fraction(random.randint(-size, size)) for _ in row]
        case 2 | 3:
            bias[unit] += _step(random)
        case _:
            row[random.randrange(len(row))] += _step(random)
    return changed


def _step(random: Random) -> Fraction:
    """Plus or minus a power of two from 1/32 to 8."""
    return random.choice((1, -1)) * Fraction(2) ** random.randint(-5, 3)
