"""Distances of many points: one after another or several at once, and kept in a directory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from fractions import Fraction
from typing import Any

from linreg.domains import Domain
from linreg.files import StrPath
from linreg.network import Network
from linreg.questions.at_once import answers_at_once
from linreg.questions.distances import Distance, Robustness
from linreg.questions.kept import Kept, kept_in
from linreg.questions.loop_or_search import Budget
from linreg.questions.radii import robustness

Point = Sequence[Fraction]


def robustness_of_points(
    network: Network,
    points: Sequence[Point],
    norm: str,
    domain: Domain | None,
    sense: str,
    budget: Budget,
    run: StrPath | None = None,
) -> Iterator[Robustness]:
    """The robustness at each point, in their order, until the time is over.

    Parameters
    ----------
    run : path, optional
        A directory that keeps what is known of each point, so that a later process goes on.

    Raises
    ------
    UnusableRun, UnreadableFile, UnwritableFile
        If the directory is one of another question, in use, damaged, or cannot be written.
    """
    with ExitStack() as stack:
        kept: Kept | None = None
        known: dict[int, Robustness] = {}
        if run is not None:
            rows = None if domain is None else list(map(list, domain.rows()))
            asked = [norm, sense, rows, list(map(list, points))]
            kept = stack.enter_context(kept_in(run, network.staged, asked, "question"))
            records = ((k, kept.of(k).record) for k in range(len(points)))
            known = {k: _read(record) for k, record in records if record is not None}
        left = [(k, x) for k, x in enumerate(points) if k not in known]
        following = 0
        while following in known:
            yield known.pop(following)
            following += 1
        about = network, norm, domain, sense
        for place, found in _answers(about, [x for _, x in left], budget):
            number = left[place][0]
            if kept is not None and found.complete:
                kept.of(number).write({"kind": "radius", **_record(found)})
            known[number] = found
            while following in known:
                yield known.pop(following)
                following += 1


def _answers(
    about: tuple[Network, str, Domain | None, str], points: Sequence[Point], budget: Budget
) -> Iterator[tuple[int, Robustness]]:
    if budget.workers > 1 and len(points) > 1:
        yield from answers_at_once(_robustness_at, about, points, budget)
        return
    for k, x in enumerate(points):
        if budget.is_spent:
            return
        timeout = budget.share(1).timeout
        yield k, _robustness_at(*about, x, budget.limit, timeout, workers=budget.workers)


def _robustness_at(
    network: Network,
    norm: str,
    domain: Domain | None,
    sense: str,
    x: Point,
    limit: int | None,
    timeout: float | None,
    *,
    workers: int = 1,
) -> Robustness:
    return robustness(
        network, x, norm, domain, sense=sense, limit=limit, timeout=timeout, workers=workers
    )


def _record(found: Robustness) -> dict[str, Any]:
    return {name: _text(value) for name, value in asdict(found).items()}


def _text(value: object) -> object:
    if isinstance(value, Mapping):
        return {name: _text(each) for name, each in value.items()}
    if isinstance(value, tuple):
        return [_text(each) for each in value]
    return str(value) if isinstance(value, Fraction) else value


def _read(record: Mapping[str, Any]) -> Robustness:
    return Robustness(
        record["label"],
        record["norm"],
        _distance(record["tie"]),
        _distance(record["flip"]),
        _number(record["lower_bound"]),
        record["complete"],
    )


def _distance(said: Mapping[str, Any] | None) -> Distance | None:
    if said is None:
        return None
    return Distance(
        _number(said["exact"]),
        _number(said["squared"]),
        said["value"],
        tuple(map(Fraction, said["point"])),
        said["label"],
        Fraction(said["lower_bound"]),
        said["complete"],
    )


def _number(text: str | None) -> Fraction | None:
    return None if text is None else Fraction(text)
