"""What regions measure: facets, largest balls and volumes, as quantiles over a network."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from linreg.regions import EVERY, Enumeration

LOW_DIMENSION = 3
"""Most inputs for which volumes are found."""

Number = TypeVar("Number", int, float)


def geometry_of(
    regions: Enumeration, progress: Callable[[int], None] | None = None
) -> dict[str, object]:
    """The row of a network in the table of geometry, apart from its id.

    Parameters
    ----------
    regions : Enumeration
    progress : callable, optional
        Called now and then with the number of regions that are done.
    """
    regions.measure(progress)
    has_volumes = regions.problem.network.input_dim <= LOW_DIMENSION
    facets, radii, volumes = [], [], []
    for i, region in enumerate(regions):
        if progress is not None and i % EVERY == 0:
            progress(i)
        facets.append(len(region.facets))
        radii.append(region.chebyshev().radius)
        if has_volumes and regions.bounded[i]:
            volumes.append(region.volume)
    return {
        "detailed": True,
        "bounded_share": int(regions.bounded.sum()) / len(regions),
        "facets": quantiles(facets),
        "mean_facets": sum(facets) / len(facets),
        "inradius": quantiles(radii),
        "volume": quantiles(volumes) if volumes else None,
    }


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
