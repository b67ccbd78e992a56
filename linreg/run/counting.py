"""Counting: the number of regions, in memory that does not depend on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import replace
from time import monotonic

from linreg.errors import IncompleteError
from linreg.explore import AnySink, Beginning, Sink, Tally, Work
from linreg.problem import Problem, problem_of
from linreg.readers import DomainLike, NetworkLike
from linreg.run.driver import Checkpoint, drive
from linreg.run.options import Options
from linreg.run.progress import Count, CountProgress, count_of_work
from linreg.strategies.auto import is_settled_first, settled
from linreg.wording import counted


def count(
    net: NetworkLike,
    domain: DomainLike = None,
    *,
    strategy: str = "auto",
    workers: int = 1,
    executor: Executor | None = None,
    limit: int | None = None,
    progress: Callable[[CountProgress], None] | None = None,
) -> Count:
    """Number of activation regions of a network on the interior of a domain.

    Memory does not depend on the count.

    Parameters
    ----------
    net : Network, path, torch module, scikit-learn estimator or list of (weight, bias)
        What `as_network` accepts.
    domain : WholeSpace, Box or Polytope, text such as "box:-1,1" or list of [lowest, highest]
        The domain in the network's file or the whole space unless given.
    strategy : str
        "compiled", "highs", or "auto" for the fastest there is; the number is the same.
    workers : int
        Number of processes, or of threads in machine code.
    executor : concurrent.futures.Executor, optional
        Where to run instead of in processes of our own.
    limit : int, optional
        Stop at this many regions.
    progress : callable, optional
        Called several times a second with a `CountProgress`.

    Returns
    -------
    Count
        The number, whether it is all of them, and the work that it took.

    Raises
    ------
    InvalidDomain
        If the domain is of another dimension than the input, empty, or flat.
    UnknownStrategy
        If no strategy has that name.
    ValueError
        If workers or limit is less than 1.
    KeyboardInterrupt
        If it is interrupted; the attribute `count` is then what was found by then, a `Count`.

    Source
    ------
    Definition R2 of Stargalla, Hertrich, Reichman (2025): patterns whose open region is not empty.

    Examples
    --------
    Three lines in general position cut the plane into seven regions:

    >>> from linreg import count, mlp
    >>> count(mlp([([[1, 0], [0, 1], [1, 1]], [0, 0, -1])])).regions
    7
    """
    return explored(net, domain, Options(strategy, workers, executor, limit, progress))


def count_regions(
    net: NetworkLike,
    domain: DomainLike = None,
    *,
    strategy: str = "auto",
    workers: int = 1,
    executor: Executor | None = None,
    limit: int | None = None,
    progress: Callable[[CountProgress], None] | None = None,
) -> int:
    """Number of activation regions, for those who want just the number; see `count`.

    Parameters
    ----------
    net, domain, strategy, workers, executor, limit, progress
        As for `count`.

    Returns
    -------
    int

    Raises
    ------
    IncompleteError
        If the limit was reached, so that the number would be a lower bound.

    Examples
    --------
    Two opposite units switch on the same point, and the line has two sides:

    >>> from linreg import mlp
    >>> count_regions(mlp([([[1], [-1]], [0, 0])]))
    2
    """
    options = Options(strategy, workers, executor, limit, progress)
    found = explored(net, domain, options)
    if not found.complete:
        raise IncompleteError(
            f"the run stopped at its limit with at least {counted(found.regions, 'region')}; give "
            "a higher limit, or use count, which says whether it is complete"
        )
    return found.regions


def explored(net: NetworkLike, domain: DomainLike, options: Options) -> Count:
    """What `count` returns."""
    return run(posed(net, domain, options.strategy), Sink(), options)


def posed(net: NetworkLike, domain: DomainLike, strategy: str) -> Problem:
    """The problem of a network on a domain; an interrupt meanwhile carries a count of zero."""
    started = monotonic()

    def nothing() -> Count:
        return Count(0, False, "exact", (), 0, 0, strategy, monotonic() - started)

    with carrying(nothing):
        return problem_of(net, domain)


def run(
    problem: Problem,
    sink: AnySink,
    options: Options,
    *,
    beginning: Beginning | None = None,
    seconds: float = 0.0,
    checkpoint: Checkpoint = lambda _work, _frontier, _is_last: None,
) -> Count:
    """Explore a problem into a sink, and say what was found.

    The arguments are those of `drive`; `seconds` is what the beginning took.
    """
    started = monotonic() - seconds

    def count_of(work: Work) -> Count:
        return count_of_work(work, work.complete, work.strategy, monotonic() - started)

    work = Work(Tally(cells=[0] * len(problem.network.stages)), options.strategy)
    if beginning is not None:
        work = beginning.work

    def report(so_far: Work) -> None:
        nonlocal work
        work = so_far
        if options.progress is not None:
            found = count_of(work)
            activity = work.activity or counted(found.regions, "region")
            options.progress(CountProgress(work.tally.share, 1, activity, found))

    with carrying(lambda: count_of(work)):
        if options.strategy == "auto" and is_settled_first(sink):
            first = settled(problem, sink, options.limit, report)
            options, beginning = replace(options, strategy=first.strategy), first.beginning
            if beginning is not None:
                sink.extend(first.found)
        work = drive(
            problem, sink, options, report=report, checkpoint=checkpoint, beginning=beginning
        )
        return count_of(work)


@contextmanager
def carrying(known: Callable[[], Count]) -> Iterator[None]:
    """Context in which an interrupt carries the count that is known by then, as `count`."""
    try:
        yield
    except KeyboardInterrupt as interrupt:
        if not hasattr(interrupt, "count"):
            interrupt.count = known()  # type: ignore[attr-defined]
        raise
