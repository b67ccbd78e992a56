"""Choices of different cells, so many from each of several sets (Hall's condition)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol, Self, TypeVar

from linreg.errors import TooLarge
from linreg.formulas.hypotheses import whole
from linreg.progress import Progress

Digit = tuple[int, int]
"""The largest digit at its place in a number, and 1 at that place."""


class Ring(Protocol):
    """What counts are: numbers or polynomials."""

    def __add__(self, other: Self) -> Self: ...
    def __mul__(self, other: Self) -> Self: ...


R = TypeVar("R", bound=Ring)


def transversal_sum(
    supports: Sequence[Sequence[int]],
    channels: int,
    most: int,
    weight: Callable[[int], R],
    one: R,
    budget: int,
    progress: Callable[[Progress], None] | None = None,
) -> R:
    """The sum over t of the products of weight(t_i), where t_i cells of each S_i can be chosen.

    All the chosen cells are different, t_i <= most, and each number in a support stands for as many
    cells as there are channels.

    progress : callable, optional
        Called for each support with a `Progress`: the share of supports that are done.

    Raises
    ------
    TooLarge
        If that takes more steps than the budget allows; intervals from left to right take none.

    Examples
    --------
    Two intervals that share a cell, with at most two cells for each: all but (2, 2).

    >>> int(transversal_sum([(0, 1), (1, 2)], 1, 2, lambda t: 1, 1, 0))
    8
    """
    budget = whole("budget", budget, 0)
    spans = [(min(s), max(s) + 1) if s else (0, 0) for s in supports]
    if all(end - start == len(s) for s, (start, end) in zip(supports, spans, strict=True)) and (
        sorted(spans) == spans and sorted(end for _, end in spans) == [end for _, end in spans]
    ):
        return _on_a_line(spans, channels, most, weight, one)
    sets = [frozenset(s) for s in supports]
    return _anywhere(sets, channels, most, weight, one, budget, progress)


def _on_a_line(
    spans: Sequence[tuple[int, int]],
    channels: int,
    most: int,
    weight: Callable[[int], R],
    one: R,
) -> R:
    """Intervals from left to right: every demand goes to the leftmost free cell.

    The state is the first cell that is free.
    """
    counts: dict[int, R] = {0: one}
    for start, end in spans:
        after: dict[int, R] = {}
        for free, count in counts.items():
            first = max(free, start * channels)
            for t in range(min(most, end * channels - first) + 1):
                part = count * weight(t)
                after[first + t] = after[first + t] + part if first + t in after else part
        counts = after
    return _sum(counts.values())


def _anywhere(
    supports: Sequence[frozenset[int]],
    channels: int,
    most: int,
    weight: Callable[[int], R],
    one: R,
    budget: int,
    progress: Callable[[Progress], None] | None,
) -> R:
    """Location by location; the state is what capacities may be left.

    Cells that are read by the same locations are one group. The state is the set of the largest
    vectors of capacities that can be left to the groups that are still to be read. A vector is one
    number, with a digit for each group: the base is one more than `nines`, which no sum reaches, so
    that the sum of the digits is the remainder by `nines`.
    """
    readers: dict[int, tuple[int, ...]] = {}
    for i, support in enumerate(supports):
        for cell in support:
            readers[cell] = (*readers.get(cell, ()), i)
    sizes: dict[tuple[int, ...], int] = {}
    for locations in readers.values():
        sizes[locations] = sizes.get(locations, 0) + channels
    base = 1 << (channels * len(readers) + 1).bit_length()
    nines = base - 1
    # A group comes into play when its first location does.
    ones = {group: base**k for k, group in enumerate(sorted(sizes))}
    states: dict[frozenset[int], R] = {frozenset([0]): one}
    for i in range(len(supports)):
        fresh = sum(sizes[group] * ones[group] for group in ones if group[0] == i)
        known = [group for group in ones if group[0] <= i <= group[-1]]
        left = sum(nines * ones[group] for group in known if group[-1] > i)
        read = [(nines * ones[group], ones[group]) for group in known if i in group]
        ending = [(nines * ones[group], ones[group]) for group in known if group[-1] == i]
        after: dict[frozenset[int], R] = {}
        for k, (state, count) in enumerate(states.items()):
            if progress is not None:
                progress(Progress((i + k / len(states)) / len(supports), 1, "supports"))
            vectors = {vector + fresh for vector in state}
            for t in range(most + 1):
                rest = _largest({vector & left for vector in vectors}, nines)
                part = count * weight(t)
                after[rest] = after[rest] + part if rest in after else part
                vectors = _taken(vectors, read, ending)
                budget -= len(vectors) * len(known)
                if budget < 0:
                    raise TooLarge(
                        "the layer is too large for the formula: more steps than its budget allows"
                    )
                if not vectors:
                    break
        states = after
    return _sum(states.values())


def _taken(vectors: set[int], read: Sequence[Digit], ending: Sequence[Digit]) -> set[int]:
    """All ways to take one more cell of the groups read, first of all those that end here."""
    taken = set()
    for vector in vectors:
        able = next(([digit] for digit in ending if vector & digit[0]), read)
        taken.update([vector - one for nines, one in able if vector & nines])
    return taken


def _largest(vectors: set[int], nines: int) -> frozenset[int]:
    """The vectors of the largest sum: in a polymatroid no other vector is maximal."""
    most = max(vector % nines for vector in vectors)
    return frozenset([vector for vector in vectors if vector % nines == most])


def _sum(values: Iterable[R]) -> R:
    first, *rest = values
    for value in rest:
        first = first + value
    return first
