"""Counting: the number of regions, in memory that does not depend on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic

from linreg.arguments import how_many
from linreg.errors import IncompleteError
from linreg.explore import Sink, Tally
from linreg.problem import Problem, problem_of
from linreg.readers import DomainLike, NetworkLike
from linreg.run.driver import Beginning, Checkpoint, drive
from linreg.run.settling import settled
from linreg.run.task import Store, Work
from linreg.strategies import check_strategy
from linreg.wording import counted


@dataclass(frozen=True, slots=True)
class Count:
    """How many regions were found, and how that is known.

    Attributes
    ----------
    regions : int
        The number of activation regions; at least that many if the run was stopped.
    complete : bool
        False if the run was stopped at a limit, or is still going on.
    evidence : str
        "exact": every decision was proved in exact arithmetic. "certified": the proofs were
        also written down, and an independent checker accepted them.
    regions_per_stage : tuple of int, length stages
        Full-dimensional cells of prefixes through each stage; the last is the count.
    lps : int
        Linear programs that were solved in floats.
    exact_decisions : int
        How often floats left a doubt, so that exact arithmetic decided: once for each program
        whose proposal proved nothing, and once for each cell that machine code was not sure of.
    strategy : str
    seconds : float
        Wall clock.
    """

    regions: int
    complete: bool
    evidence: str
    regions_per_stage: tuple[int, ...]
    lps: int
    exact_decisions: int
    strategy: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Progress:
    """What is known while a run goes on.

    Attributes
    ----------
    count : Count
        As if the run were stopped now.
    share : float
        The part of the tree that is finished, from 0 to 1.
    activity : str
        What the run is busy with, if that is not exploring.
    """

    count: Count
    share: float
    activity: str = ""


def count(
    net: NetworkLike,
    domain: DomainLike = None,
    *,
    strategy: str = "auto",
    workers: int = 1,
    executor: Executor | None = None,
    limit: int | None = None,
    progress: Callable[[Progress], None] | None = None,
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
        Called several times a second with a `Progress`.

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
    problem = problem_of(net, domain)
    return run(
        problem,
        Sink(),
        strategy=strategy,
        workers=workers,
        executor=executor,
        limit=limit,
        progress=progress,
    )


def count_regions(
    net: NetworkLike,
    domain: DomainLike = None,
    *,
    strategy: str = "auto",
    workers: int = 1,
    executor: Executor | None = None,
    limit: int | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> int:
    """Number of activation regions, for those who want just the number; see `count`.

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
    found = count(
        net,
        domain,
        strategy=strategy,
        workers=workers,
        executor=executor,
        limit=limit,
        progress=progress,
    )
    if not found.complete:
        raise IncompleteError(
            f"the run stopped at its limit with at least {counted(found.regions, 'region')}; give "
            "a higher limit, or use count, which says whether it is complete"
        )
    return found.regions


def run(
    problem: Problem,
    sink: Store,
    *,
    strategy: str = "auto",
    workers: int = 1,
    executor: Executor | None = None,
    limit: int | None = None,
    progress: Callable[[Progress], None] | None = None,
    beginning: Beginning | None = None,
    seconds: float = 0.0,
    checkpoint: Checkpoint = lambda _work, _frontier, _is_last: None,
) -> Count:
    """Explore a problem into a sink, and say what was found.

    The arguments are those of `count` and of `drive`; `seconds` is what the beginning took.
    """
    check_options(strategy, workers, limit)
    started = monotonic() - seconds

    def counted(work: Work) -> Count:
        return Count(
            work.tally.regions,
            work.complete,
            "exact",
            tuple(work.tally.cells),
            work.lps,
            work.exact_decisions,
            work.strategy,
            monotonic() - started,
        )

    work = Work(Tally(cells=[0] * len(problem.stages)), strategy)
    if beginning is not None:
        work = beginning.work

    def report(so_far: Work) -> None:
        nonlocal work
        work = so_far
        if progress is not None:
            progress(Progress(counted(work), work.tally.share, work.activity))

    with carrying(lambda: counted(work)):
        if strategy == "auto" and (sink.wants_rows or sink.wants_proofs):
            first = settled(problem, sink, limit, report)
            strategy, beginning = first.strategy, first.beginning
            if beginning is not None:
                sink.extend(first.found)
        work = drive(
            problem,
            strategy,
            sink,
            report=report,
            checkpoint=checkpoint,
            limit=limit,
            workers=workers,
            executor=executor,
            beginning=beginning,
        )
        return counted(work)


@contextmanager
def carrying(known: Callable[[], Count]) -> Iterator[None]:
    """Context in which an interrupt carries the count that is known by then, as `count`."""
    try:
        yield
    except KeyboardInterrupt as interrupt:
        if not hasattr(interrupt, "count"):
            interrupt.count = known()  # type: ignore[attr-defined]
        raise


def check_options(strategy: str, workers: int, limit: int | None) -> None:
    """Refuse a strategy that does not exist, and counts of things below one."""
    check_strategy(strategy)
    how_many(workers, "workers")
    if limit is not None:
        how_many(limit, "limit")
