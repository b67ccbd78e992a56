"""Choices of different cells, so many from each of several sets (Hall's condition)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol, Self, TypeVar

from linreg.errors import TooLarge
from linreg.formulas.hypotheses import whole
from linreg.progress import Progress

Vector = tuple[int, ...]


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
    vectors of capacities that can be left to the groups that are still to be read.
    """
    readers: dict[int, tuple[int, ...]] = {}
    for i, support in enumerate(supports):
        for cell in support:
            readers[cell] = (*readers.get(cell, ()), i)
    sizes: dict[tuple[int, ...], int] = {}
    for locations in readers.values():
        sizes[locations] = sizes.get(locations, 0) + channels
    groups = sorted(sizes)  # a group comes into play when its first location does
    states: dict[frozenset[Vector], R] = {frozenset([()]): one}
    known: list[tuple[int, ...]] = []
    for i in range(len(supports)):
        fresh = [group for group in groups if group[0] == i]
        known = known + fresh
        left = [group for group in known if group[-1] > i]
        after: dict[frozenset[Vector], R] = {}
        for k, (state, count) in enumerate(states.items()):
            if progress is not None:
                progress(Progress((i + k / len(states)) / len(supports), 1, "supports"))
            vectors = {vector + tuple(sizes[group] for group in fresh) for vector in state}
            for t in range(most + 1):
                rest = _largest(_kept(vectors, known, left))
                part = count * weight(t)
                after[rest] = after[rest] + part if rest in after else part
                vectors = _taken(vectors, known, i)
                budget -= len(vectors) * len(known)
                if budget < 0:
                    raise TooLarge(
                        "the layer is too large for the formula: more steps than its budget allows"
                    )
                if not vectors:
                    break
        states, known = after, left
    return _sum(states.values())


def _taken(vectors: set[Vector], groups: Sequence[tuple[int, ...]], i: int) -> set[Vector]:
    """All ways to take one more cell for location i, first of all those that end here."""
    taken = set()
    for vector in vectors:
        able = [g for g, left in enumerate(vector) if left and i in groups[g]]
        ending = [g for g in able if groups[g][-1] == i]
        for g in ending[:1] or able:
            taken.add((*vector[:g], vector[g] - 1, *vector[g + 1 :]))
    return taken


def _kept(
    vectors: set[Vector], known: Sequence[tuple[int, ...]], left: Sequence[tuple[int, ...]]
) -> set[Vector]:
    places = [known.index(group) for group in left]
    return {tuple(vector[place] for place in places) for vector in vectors}


def _largest(vectors: set[Vector]) -> frozenset[Vector]:
    """The vectors of the largest sum: in a polymatroid no other vector is maximal."""
    most = max(map(sum, vectors))
    return frozenset(vector for vector in vectors if sum(vector) == most)


def _sum(values: Iterable[R]) -> R:
    first, *rest = values
    for value in rest:
        first = first + value
    return first
