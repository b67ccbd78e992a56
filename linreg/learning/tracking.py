"""Regions from checkpoint to checkpoint: how many, which are born, and which die."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sized
from dataclasses import dataclass, fields
from math import inf
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from linreg.adjacency import region_counts
from linreg.arguments import how_many
from linreg.errors import InvalidNetwork
from linreg.learning.checkpoints import domain_held, network_of
from linreg.network import StagedNetwork
from linreg.problem import problem_of
from linreg.progress import Progress
from linreg.readers.accepted import DomainLike, as_domain
from linreg.regions import Enumeration, enumerate_regions
from linreg.strategies.auto import for_one_of_many
from linreg.units import MaxUnit
from linreg.wording import counted


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """The regions of one checkpoint, and what has changed since the one before.

    Attributes
    ----------
    step : int
        The number of the checkpoint that was given with it, by default its place.
    regions : int
        Activation regions.
    linear_regions, affine_maps, dual_edges, bounded_regions : int or None
        By the other definitions, if they were asked for.
    dead, always_on : int
        Units that are constant on every region, and others that never leave their piece.
    occupied : int or None
        Regions that hold data, if there are any data.
    born, died, survived : int or None
        Patterns that are new, gone, and still there; None at the first checkpoint.
    jaccard : float or None
        Those still there, as a share of all that are there now or were before.
    volume_kept : float or None
        The share of the bounded regions' volume that regions have whose patterns were there
        before, if volumes were asked for.

    Examples
    --------
    A breakpoint moves from 0 to 1/2, and both regions are still there:

    >>> from linreg import mlp, track
    >>> point = track([mlp([([[1]], [shift])]) for shift in (0, -0.5)], "box:-1,1")[1]
    >>> point.step, point.regions, point.survived, point.jaccard, point.dead
    (1, 2, 2, 1.0, 0)
    """

    step: int
    regions: int
    linear_regions: int | None
    affine_maps: int | None
    dual_edges: int | None
    bounded_regions: int | None
    dead: int
    always_on: int
    occupied: int | None
    born: int | None
    died: int | None
    survived: int | None
    jaccard: float | None
    volume_kept: float | None


COLUMNS = tuple(each.name for each in fields(CurvePoint))
"""The columns of a table of a curve."""


class Tracker:
    """Follows the regions of a network while it learns.

    Parameters
    ----------
    domain : what `as_domain` accepts, optional
        By default that in the file of the first checkpoint, or the whole space.
    every : int
        Only every so many calls are looked at, the first one among them.
    of : Network or torch module, optional
        What says the architecture of state dicts, and the shape of a torch module's input.
    data : array-like of numbers, shape (rows, inputs), optional
        Points whose regions are counted.
    definitions : bool
        Whether to count by every definition, which takes a graph of the regions.
    volumes : bool
        Whether to measure which share of the volume keeps its pattern.

    Raises
    ------
    ValueError
        If `every` is less than 1.

    Examples
    --------
    >>> from linreg import Box, mlp
    >>> tracker = Tracker(Box([-1], [1]))
    >>> for shift in (0, -0.5, -2):
    ...     _ = tracker(mlp([([[1], [1]], [0, shift])]))
    >>> [(point.regions, point.born, point.died) for point in tracker.curve]
    [(2, None, None), (3, 1, 0), (2, 0, 1)]
    """

    def __init__(
        self,
        domain: DomainLike = None,
        *,
        every: int = 1,
        of: Any = None,
        data: ArrayLike | None = None,
        definitions: bool = False,
        volumes: bool = False,
    ) -> None:
        self._domain = domain
        self._every = how_many(every, "every")
        self._of = of
        self._data = data
        self._definitions = definitions
        self._volumes = volumes
        self._calls = 0
        self._points: list[CurvePoint] = []
        self._last: frozenset[bytes] | None = None
        self._units: object = None
        self._lives: dict[bytes, int] = {}

    def __repr__(self) -> str:
        return f"<Tracker: {counted(len(self._points), 'checkpoint')}>"

    @property
    def curve(self) -> tuple[CurvePoint, ...]:
        """What was found so far, checkpoint after checkpoint."""
        return tuple(self._points)

    @property
    def life_spans(self) -> np.ndarray:
        """At how many checkpoints each pattern was there; int64, the longest first."""
        return np.sort(np.array([*self._lives.values()], dtype=np.int64))[::-1]

    def __call__(self, checkpoint: Any, step: int | None = None) -> CurvePoint | None:
        """Look at a checkpoint; None if it is one of those between.

        Parameters
        ----------
        checkpoint : state dict, or what `as_network` accepts
        step : int, optional
            The number it gets in the curve; by default how many calls there were before.

        Raises
        ------
        TypeError, InvalidNetwork, UnreadableFile
            If it is no network, or its units are not those of the first one.
        """
        call, self._calls = self._calls, self._calls + 1
        if call % self._every:
            return None
        network = network_of(checkpoint, self._of).staged
        units = (network.input_dim, network.units)
        if self._units is not None and units != self._units:
            raise InvalidNetwork(
                f"checkpoint {call}: its units are not those of the first one, so that patterns do "
                "not tell which regions are the same"
            )
        if self._units is None and self._domain is None:
            self._domain = domain_held(checkpoint)
        self._units = units
        problem = problem_of(network, as_domain(self._domain, network.input_dim))
        strategy = for_one_of_many(problem, len(self._points))
        regions = enumerate_regions(network, problem.domain, strategy=strategy)
        found = self._point(network, regions, strategy, call if step is None else step)
        self._points.append(found)
        return found

    def _point(
        self, network: StagedNetwork, regions: Enumeration, strategy: str, step: int
    ) -> CurvePoint:
        keys = [pattern.tobytes() for pattern in regions.patterns]
        now, before = frozenset(keys), self._last
        for key in now:
            self._lives[key] = self._lives.get(key, 0) + 1
        dead, always_on = _stable(network, regions.patterns)
        counts = None
        if self._definitions:
            counts = region_counts(network, regions.problem.domain, strategy=strategy)
        occupied = None
        if self._data is not None:
            places = regions.locate(self._data)
            occupied = len(np.unique(places[places >= 0]))
        kept = None
        if self._volumes and before is not None:
            bounded = [i for i, is_bounded in enumerate(regions.bounded) if is_bounded]
            volumes = {i: regions[i].volume for i in bounded}
            whole = sum(volumes.values())
            stay = sum(volume for i, volume in volumes.items() if keys[i] in before)
            kept = stay / whole if whole > 0 else None
        self._last = now
        return CurvePoint(
            step=step,
            regions=len(now),
            linear_regions=None if counts is None else counts.linear_regions,
            affine_maps=None if counts is None else counts.affine_maps,
            dual_edges=None if counts is None else counts.dual_edges,
            bounded_regions=None if counts is None else counts.bounded_regions,
            dead=dead,
            always_on=always_on,
            occupied=occupied,
            born=None if before is None else len(now - before),
            died=None if before is None else len(before - now),
            survived=None if before is None else len(now & before),
            jaccard=None if before is None else len(now & before) / len(now | before),
            volume_kept=kept,
        )


def track(
    checkpoints: Iterable[Any],
    domain: DomainLike = None,
    *,
    of: Any = None,
    data: ArrayLike | None = None,
    definitions: bool = False,
    volumes: bool = False,
    progress: Callable[[Progress], None] | None = None,
) -> tuple[CurvePoint, ...]:
    """The regions of networks that follow one another, as those of a training do.

    Regions are the same where their patterns are.

    Parameters
    ----------
    checkpoints : iterable of state dicts, or of what `as_network` accepts
    domain, of, data, definitions, volumes
        As for `Tracker`.
    progress : callable, optional
        Called with a `Progress` of checkpoints.

    Returns
    -------
    tuple of CurvePoint

    Raises
    ------
    TypeError, InvalidNetwork, UnreadableFile
        If one is no network, or its units are not those of the first one.
    InvalidDomain
        If the domain is of another dimension, empty or flat.

    Examples
    --------
    >>> from linreg import mlp
    >>> curve = track([mlp([([[1], [1]], [0, shift])]) for shift in (-1, 1)])
    >>> curve[1].born, curve[1].died, curve[1].jaccard
    (1, 1, 0.5)
    """
    tracker = Tracker(domain, of=of, data=data, definitions=definitions, volumes=volumes)
    total = len(checkpoints) if isinstance(checkpoints, Sized) else inf
    for done, checkpoint in enumerate(checkpoints, start=1):
        tracker(checkpoint)
        if progress is not None:
            progress(Progress(done, total, "checkpoints"))
    return tracker.curve


def _stable(network: StagedNetwork, patterns: np.ndarray) -> tuple[int, int]:
    """How many units are constant everywhere, and how many others never switch."""
    dead = always_on = 0
    if not len(patterns):
        return 0, 0
    for unit, low, high in zip(
        network.units, patterns.min(axis=0).tolist(), patterns.max(axis=0).tolist(), strict=True
    ):
        if not isinstance(unit, MaxUnit) and not any(unit.slopes[low : high + 1]):
            dead += 1
        elif low == high:
            always_on += 1
    return dead, always_on
