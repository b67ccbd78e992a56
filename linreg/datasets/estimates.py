"""Estimates by sampling: the number of distinct patterns among random points."""

from __future__ import annotations

import numpy as np

from linreg.datasets.spec import Estimates
from linreg.domains import Box, Domain
from linreg.network import StagedNetwork
from linreg.network.enclosure import EnclosedPieces
from linreg.regions import Enumeration
from linreg.regions.location import NOWHERE, Locator, Points, places_of

POINTS_AT_ONCE = 1 << 10
"""Points whose patterns are found together."""


def sampled(
    regions: Enumeration, estimates: Estimates, rng: np.random.Generator
) -> tuple[int, ...]:
    """How many regions the first m random points lie in, for each m that is asked for.

    Points outside the domain or exactly on a boundary lie in none, which is decided exactly, so no
    number exceeds that of the regions.

    Parameters
    ----------
    regions : Enumeration
        It need not be complete.
    estimates : Estimates
    rng : numpy Generator

    Examples
    --------
    Few points miss some of the seven regions that three lines make:

    >>> from linreg import enumerate_regions, mlp
    >>> regions = enumerate_regions(mlp([([[1, 0], [0, 1], [1, 1]], [0, 0, -1])]))
    >>> sampled(regions, Estimates(points=(2, 1000)), np.random.default_rng(0))
    (2, 7)
    """
    if not estimates.points:
        return ()
    points = _points(regions.problem.domain, estimates, rng)
    if regions.counted.complete:
        places = regions.locate(points)
    else:
        table = np.unique(_patterns(regions.problem.network, points), axis=0)
        locator = Locator(regions.problem, table, places_of(table), is_complete=False)
        places = locator.locate(Points(points, {})).regions
    return tuple(len(set(places[:m].tolist()) - {NOWHERE}) for m in estimates.points)


def _points(domain: Domain, estimates: Estimates, rng: np.random.Generator) -> np.ndarray:
    """Uniform in a box, else normal; float64, shape (points, inputs)."""
    shape = (estimates.points[-1], domain.dim)
    if not isinstance(domain, Box):
        return rng.standard_normal(shape) * estimates.deviation
    lower = np.array([float(entry) for entry in domain.lower])
    upper = np.array([float(entry) for entry in domain.upper])
    return np.asarray(lower + rng.random(shape) * (upper - lower))


def _patterns(network: StagedNetwork, points: np.ndarray) -> np.ndarray:
    """The pattern of each point: by floats where these prove it, else exactly."""
    pieces = EnclosedPieces(network)
    found = []
    for start in range(0, len(points), POINTS_AT_ONCE):
        part = points[start : start + POINTS_AT_ONCE]
        patterns, certain = pieces.at(part)
        for i in np.flatnonzero(~certain):
            patterns[i] = network.pattern_at(part[i].tolist())
        found.append(patterns)
    return np.concatenate(found)
