"""Measures of regions: facets, largest balls and volumes, as quantiles over a network."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from linreg.progress import Progress
from linreg.regions import EXACT_PER_REPORT, Enumeration

LOW_DIMENSION = 3
"""Most inputs for which volumes are found."""

Number = TypeVar("Number", int, float)


@dataclass(frozen=True, slots=True)
class Measures:
    """What the regions of a network measure, in the order of the regions.

    Attributes
    ----------
    facets : list of int
        Those on the edge of the domain included.
    radii : list of float
        Of a largest ball, Euclidean, in input units; infinite where balls of any size fit.
    volumes : list of float or None
        In input units to the power of their number; None for an unbounded region, or if the inputs
        are more than `LOW_DIMENSION`.
    bounded_share : float
        Bounded regions / regions.
    """

    facets: list[int]
    radii: list[float]
    volumes: list[float | None]
    bounded_share: float

    def row(self) -> dict[str, object]:
        """The row of the network in the table of geometry, apart from its id."""
        volumes = [volume for volume in self.volumes if volume is not None]
        return {
            "detailed": True,
            "bounded_share": self.bounded_share,
            "facets": quantiles(self.facets),
            "mean_facets": sum(self.facets) / len(self.facets),
            "inradius": quantiles(self.radii),
            "volume": quantiles(volumes) if volumes else None,
        }


def measured(regions: Enumeration, progress: Callable[[Progress], None] | None = None) -> Measures:
    """The measures of all regions.

    Parameters
    ----------
    regions : Enumeration
    progress : callable, optional
        Called now and then with a `Progress` of regions.
    """
    regions.measure(progress)
    has_volumes = regions.problem.network.input_dim <= LOW_DIMENSION
    found = Measures([], [], [], int(regions.bounded.sum()) / len(regions))
    for i, region in enumerate(regions):
        if progress is not None and i % EXACT_PER_REPORT == 0:
            progress(Progress(i, len(regions), "regions measured"))
        found.facets.append(len(region.facets))
        found.radii.append(region.chebyshev().radius)
        found.volumes.append(region.volume if has_volumes and regions.bounded[i] else None)
    return found


def quantiles(values: Sequence[Number]) -> list[Number]:
    """The least value, the quartiles and the greatest value; each is one of the values.

    The quartile q of n values is the value at place ceil(q n), counted from 1.

    Examples
    --------
    >>> quantiles([5, 1, 4, 2, 3])
    [1, 2, 3, 4, 5]
    >>> quantiles([7.0, 3.0])
    [3.0, 3.0, 3.0, 7.0, 7.0]
    """
    ordered = sorted(values)
    n = len(ordered)
    return [ordered[max(0, -(-k * n // 4) - 1)] for k in range(5)]
