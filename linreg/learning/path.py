"""How regions change while all weights move in straight lines from one network to another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Literal

import numpy as np

from linreg.affine import ExactAffineMap
from linreg.arguments import how_many
from linreg.domains import Domain
from linreg.errors import HypothesisError, InvalidNetwork
from linreg.learning.algebraic import (
    AlgebraicTime,
    Time,
    between,
    irreducible_factors,
    sorted_times,
)
from linreg.learning.kinetic import Kinetic, TooManyDecisions
from linreg.learning.minors import dependencies, moving_rows, n_minors, usual_rank
from linreg.learning.moving_cells import MovingNetwork
from linreg.network import Stage, StagedNetwork
from linreg.problem import problem_of
from linreg.progress import Progress
from linreg.rational import rational
from linreg.readers.accepted import DomainLike, NetworkLike, as_staged, asked_where
from linreg.run import Columns, Options, run
from linreg.strategies.auto import for_one_of_many
from linreg.wording import counted

Method = Literal["auto", "minors", "kinetic", "bisection"]
Pattern = tuple[int, ...]

MOST_MINORS = 300_000
"""Minors that "auto" is ready to go through: about a minute."""

MOST_DECISIONS = 20_000
"""Decisions about moving cells that "auto" is ready to make: about a minute."""

BISECTION_STEPS = 16
"""Equal parts of [0, 1] between which bisection looks for changes."""

BRACKET_WIDTH = Fraction(1, 2**12)
"""Width of the brackets that bisection ends with."""


@dataclass(frozen=True, slots=True)
class Bracket:
    """An interval of times in which something changes, proved by different regions at its ends.

    Attributes
    ----------
    low, high : Fraction

    Examples
    --------
    >>> between = Bracket(Fraction(1, 4), Fraction(1, 2))
    >>> float(between)
    0.375
    """

    low: Fraction
    high: Fraction

    def __float__(self) -> float:
        return float((self.low + self.high) / 2)


@dataclass(frozen=True, slots=True)
class Event:
    """A time at which regions change, or a bracket of times between whose ends they do.

    Attributes
    ----------
    time : Fraction, AlgebraicTime or Bracket
    before, after : int or None
        Regions just before and just after, or at the bracket's ends; None beyond 0 and 1.
    at : int or None
        Regions at that very time. In a bracket, regions at a time inside where they are others than
        at both ends, or None if no such time was met.
    born, died : tuple of patterns
        There after and not before, and the other way round; sorted.

    Examples
    --------
    A second breakpoint moves past the first, so that the region between changes its pattern:

    >>> from linreg import mlp, parameter_path
    >>> ends = (mlp([([[1], [1]], [0, shift])]) for shift in (-1, 1))
    >>> [event] = parameter_path(*ends).events
    >>> event.time, event.before, event.at, event.after, event.born, event.died
    (Fraction(1, 2), 3, 2, 3, ((0, 1),), ((1, 0),))
    """

    time: Time | Bracket
    before: int | None
    at: int | None
    after: int | None
    born: tuple[Pattern, ...]
    died: tuple[Pattern, ...]

    def __repr__(self) -> str:
        changed = f"{len(self.born):,} born, {len(self.died):,} died"
        return f"<Event at {float(self.time):.6g}: {changed}>"


@dataclass(frozen=True, slots=True)
class ParameterPath:
    """What happens to the regions between two networks.

    Attributes
    ----------
    events : tuple of Event
        By increasing time; those at 0 and 1 only where regions there differ from those next to it.
    complete : bool
        Whether nothing else happens. If not, at least these changes do.
    counted : int
        Networks whose regions were found.
    counts : tuple of (Fraction, int)
        The times of these networks, and how many regions they have.
    method : str
        "minors", "kinetic" or "bisection".

    Examples
    --------
    >>> from linreg import mlp, parameter_path
    >>> still = mlp([([[1]], [0])])
    >>> path = parameter_path(still, still)
    >>> path.events, path.complete, path.method
    ((), True, 'minors')
    """

    events: tuple[Event, ...]
    complete: bool
    counted: int
    counts: tuple[tuple[Fraction, int], ...]
    method: str

    def __repr__(self) -> str:
        least = "" if self.complete else "at least "
        return f"<ParameterPath: {least}{counted(len(self.events), 'event')}, by {self.method}>"

    @property
    def times(self) -> tuple[Time | Bracket, ...]:
        """The times of all events."""
        return tuple(event.time for event in self.events)


def network_between(net_0: NetworkLike, net_1: NetworkLike, time: Fraction) -> StagedNetwork:
    """The network whose stages have the numbers (1 - time) a + time b.

    Parameters
    ----------
    net_0, net_1 : what `as_network` accepts
        With the same units and widths.
    time : Fraction
        0 is the first of them, 1 the second.

    Returns
    -------
    StagedNetwork

    Raises
    ------
    InvalidNetwork
        If the two have not the same units and widths.

    Examples
    --------
    Half the way from relu(x) to relu(3 x - 2) is relu(2 x - 1):

    >>> from linreg import mlp
    >>> net = network_between(mlp([([[1]], [0])]), mlp([([[3]], [-2])]), Fraction(1, 2))
    >>> net.forward_exact([1]), net.forward_exact([2])
    ([Fraction(1, 1)], [Fraction(3, 1)])
    """
    first, last = _matched(net_0, net_1)
    at = rational(time)
    maps = [
        ExactAffineMap(a.rows * (1 - at) + b.rows * at)
        for a, b in zip(_maps(first), _maps(last), strict=True)
    ]
    stages = tuple(Stage(m, stage.units) for m, stage in zip(maps, first.stages, strict=False))
    return StagedNetwork(first.input_dim, stages, maps[-1])


def parameter_path(
    net_0: NetworkLike,
    net_1: NetworkLike,
    domain: DomainLike = None,
    method: Method = "auto",
    *,
    steps: int = BISECTION_STEPS,
    width: Fraction = BRACKET_WIDTH,
    progress: Callable[[Progress], None] | None = None,
) -> ParameterPath:
    """When regions are born and die while the weights move from one network to another.

    All numbers of all stages move in straight lines, from time 0 to time 1. Every critical time is
    found, as a fraction or an algebraic number: of one layer of units among the roots of minors, of
    deeper networks by following how long each decision about a cell holds. Where that is too much
    work, the regions at rational times are found, and each change between two of them is bisected:
    these changes are proved, and more may be missed.

    Parameters
    ----------
    net_0, net_1 : what `as_network` accepts
        With the same units in the same order.
    domain : what `as_domain` accepts, optional
        By default that in the file of `net_0`, or the whole space; it does not move.
    method : {"auto", "minors", "kinetic", "bisection"}
        "minors" takes one layer, the others any network. "auto" takes the first that is not too
        much work.
    steps : int
        Equal parts of [0, 1] that bisection begins with.
    width : Fraction
        Largest width that it ends with; a bracket may be of two such parts.
    progress : callable, optional
        Called with a `Progress`: the share that is done, and how many events are found.

    Returns
    -------
    ParameterPath

    Raises
    ------
    InvalidNetwork
        If the two have not the same units and widths.
    InvalidDomain
        If the domain is of another dimension, empty or flat.
    HypothesisError
        If "minors" is asked for, and there is more than one layer.
    ValueError
        If there is no such method, or steps or width are not positive.

    Source
    ------
    One layer: oriented matroids, Zaslavsky (1975). Deeper networks: a kinetic data structure,
    Basch, Guibas and Hershberger (1999).

    Examples
    --------
    Two points on a line change places at time 1/2:

    >>> from linreg import mlp
    >>> path = parameter_path(mlp([([[1], [1]], [0, -1])]), mlp([([[1], [1]], [0, 1])]))
    >>> [event] = path.events
    >>> event.time, event.before, event.at, event.after, event.born, event.died
    (Fraction(1, 2), 3, 2, 3, ((0, 1),), ((1, 0),))
    """
    first, last = _matched(net_0, net_1)
    where = asked_where(net_0, domain, first.input_dim)
    if method not in ("auto", "minors", "kinetic", "bisection"):
        raise ValueError(f"method: auto, minors, kinetic or bisection was expected, got {method!r}")
    how_many(steps, "steps")
    if not width > 0:
        raise ValueError(f"width must be positive: got {width}")
    regions = _Regions(first, last, where)
    if method != "bisection":
        if method != "kinetic" and _suits(first, last, where, method):
            return _by_minors(regions, progress)
        regions.kinetic.limit = MOST_DECISIONS if method == "auto" else None
        with suppress(TooManyDecisions):
            return _by_intervals(regions, progress)
    return _bisected(regions, steps, width, progress)


class _Regions:
    """The patterns of the regions at single times, each found once."""

    def __init__(self, first: StagedNetwork, last: StagedNetwork, domain: Domain) -> None:
        self.first, self.last, self.domain = first, last, domain
        self.kinetic = Kinetic(MovingNetwork(first, last, domain))
        self.known: dict[Fraction, Set[Pattern]] = {}

    def at(self, time: Fraction) -> Set[Pattern]:
        """The patterns at a rational time."""
        if time not in self.known:
            network = network_between(self.first, self.last, time)
            sink = Columns(network.pattern_dtype.str)
            problem = problem_of(network, self.domain)
            run(problem, sink, Options(for_one_of_many(problem, len(self.known))))
            found = np.frombuffer(sink.patterns, dtype=network.pattern_dtype)
            rows = found.reshape(sink.n_regions, len(network.units))
            self.known[time] = set(map(tuple, rows.tolist()))
        return self.known[time]

    def count(self, time: Time) -> int:
        """How many regions there are at a time."""
        if isinstance(time, AlgebraicTime):
            return len(self.kinetic.patterns_at(time))
        return len(self.at(time))

    def path(self, events: list[Event], *, complete: bool, method: str) -> ParameterPath:
        """The answer."""
        counts = tuple(sorted((time, len(found)) for time, found in self.known.items()))
        return ParameterPath(tuple(events), complete, len(counts), counts, method)


def _by_minors(regions: _Regions, progress: Callable[[Progress], None] | None) -> ParameterPath:
    """All critical times of one layer."""
    rows = moving_rows(regions.first, regions.last, regions.domain)
    candidates = sorted_times(irreducible_factors(dependencies(rows, usual_rank(rows))))
    inner = [time for time in candidates if time not in (0, 1)]
    marks: list[Time] = [Fraction(0), *inner, Fraction(1)]
    gaps = [between(a, b) for a, b in pairwise(marks)]
    events = _events(regions, marks, map(regions.at, gaps), progress)
    return regions.path(events, complete=True, method="minors")


def _by_intervals(regions: _Regions, progress: Callable[[Progress], None] | None) -> ParameterPath:
    """All critical times, as ends of intervals in which every decision holds."""
    steady = regions.kinetic.steady_intervals(progress)
    marks = [*(each.valid.low for each in steady), steady[-1].valid.high]
    regions.kinetic.limit = None
    regions.known.update((each.time, each.patterns) for each in steady)
    events = _events(regions, marks, [each.patterns for each in steady], progress)
    return regions.path(events, complete=True, method="kinetic")


def _events(
    regions: _Regions,
    marks: Sequence[Time],
    between_marks: Iterable[Set[Pattern]],
    progress: Callable[[Progress], None] | None,
) -> list[Event]:
    """What happens at times, the first 0 and the last 1, with the patterns between them."""
    events: list[Event] = []
    sides = [None, *between_marks, None]
    for k, (time, (before, after)) in enumerate(zip(marks, pairwise(sides), strict=True)):
        at = regions.count(time)
        there = [side for side in (before, after) if side is not None]
        # A unit that is constantly on a breakpoint at one time has another name there, no more.
        if any(side != there[0] for side in there) or at != len(there[0]):
            events.append(
                Event(
                    time,
                    None if before is None else len(before),
                    at,
                    None if after is None else len(after),
                    _new(before, after),
                    _new(after, before),
                )
            )
        if progress is not None:
            progress(Progress((k + 1) / len(marks), 1, counted(len(events), "event")))
    return events


def _bisected(
    regions: _Regions, steps: int, width: Fraction, progress: Callable[[Progress], None] | None
) -> ParameterPath:
    """Changes between rational times, each bisected to a bracket.

    Two brackets that share an end are one event: all may happen at that end. So there are at least
    as many critical times as events.
    """
    brackets: list[Bracket] = []
    for k in range(steps):
        brackets += _brackets(regions, Fraction(k, steps), Fraction(k + 1, steps), width)
        if progress is not None:
            progress(Progress((k + 1) / steps, 1, counted(len(brackets), "event")))
    events: list[Event] = []
    while brackets:
        first, *brackets = brackets
        middle = None
        if brackets and brackets[0].low == first.high:
            middle = len(regions.at(first.high))
            first, brackets = Bracket(first.low, brackets[0].high), brackets[1:]
        before, after = regions.at(first.low), regions.at(first.high)
        born, died = _new(before, after), _new(after, before)
        events.append(Event(first, len(before), middle, len(after), born, died))
    return regions.path(events, complete=False, method="bisection")


def _brackets(
    regions: _Regions, low: Fraction, high: Fraction, width: Fraction
) -> Iterator[Bracket]:
    """Short intervals with different regions at their ends."""
    if regions.at(low) == regions.at(high):
        return
    if high - low <= width:
        yield Bracket(low, high)
        return
    middle = (low + high) / 2
    yield from _brackets(regions, low, middle, width)
    yield from _brackets(regions, middle, high, width)


def _suits(first: StagedNetwork, last: StagedNetwork, domain: Domain, method: Method) -> bool:
    """Whether minors are gone through."""
    if len(first.stages) != 1:
        if method == "minors":
            raise HypothesisError(
                "method: minors give all critical times of one layer of units, and this network "
                f"has {counted(len(first.stages), 'stage')}; bisection takes any"
            )
        return False
    if method == "minors":
        return True
    rows = moving_rows(first, last, domain)
    return n_minors(len(rows), usual_rank(rows), first.input_dim + 1) <= MOST_MINORS


def _new(before: Set[Pattern] | None, after: Set[Pattern] | None) -> tuple[Pattern, ...]:
    """The patterns after that were not there before, sorted; none beyond 0 and 1."""
    if before is None or after is None:
        return ()
    return tuple(sorted(after - before))


def _matched(net_0: NetworkLike, net_1: NetworkLike) -> tuple[StagedNetwork, StagedNetwork]:
    first, last = as_staged(net_0, "net_0"), as_staged(net_1, "net_1")
    shapes = [[(m.n_inputs, m.n_outputs) for m in _maps(each)] for each in (first, last)]
    if shapes[0] != shapes[1]:
        raise InvalidNetwork(
            "the two networks must have the same units: the maps of their stages have the sizes "
            f"{shapes[0]} and {shapes[1]}"
        )
    for k, (a, b) in enumerate(zip(first.units, last.units, strict=True)):
        if a != b:
            raise InvalidNetwork(
                f"the two networks must have the same units: unit {k} is {a} in one and {b} in "
                "the other"
            )
    return first, last


def _maps(network: StagedNetwork) -> list[ExactAffineMap]:
    return [*(stage.map for stage in network.stages), network.readout]
