"""How far regions reach: margins and boundedness, of all of them in one pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from linreg.lp import Solver, is_bounded
from linreg.regions.boundary import Boundaries, Boundary

if TYPE_CHECKING:
    from linreg.regions.enumeration import Enumeration

EVERY = 32
"""Regions between two reports of progress: a few hundredths of a second."""


def margins_of(regions: Enumeration) -> np.ndarray:
    """Distance from each witness to the nearest row; float64."""
    return _frozen([b.margin(regions.point(i)) for i, b in _boundaries(regions)], float)


def bounded_of(regions: Enumeration) -> np.ndarray:
    """Whether each region is bounded; bool."""
    judge = _judge(regions)
    return _frozen([judge(boundary) for _, boundary in _boundaries(regions)], bool)


def extents_of(
    regions: Enumeration, progress: Callable[[int], None] | None
) -> tuple[np.ndarray, np.ndarray]:
    """What `margins_of` and `bounded_of` return."""
    judge = _judge(regions)
    margins, bounded = [], []
    for index, boundary in _boundaries(regions):
        if progress is not None and index % EVERY == 0:
            progress(index)
        margins.append(boundary.margin(regions.point(index)))
        bounded.append(judge(boundary))
    return _frozen(margins, float), _frozen(bounded, bool)


def _boundaries(regions: Enumeration) -> Iterator[tuple[int, Boundary]]:
    boundaries = Boundaries(regions.problem)
    for index, pattern in enumerate(regions.patterns.tolist()):
        yield index, boundaries.of(pattern)


def _judge(regions: Enumeration) -> Callable[[Boundary], bool]:
    """What tells whether a region with such a boundary is bounded."""
    dim, solver = regions.problem.network.input_dim, Solver()
    if is_bounded(regions.problem.walls.rows, dim, solver):
        return lambda _boundary: True
    return lambda boundary: is_bounded(boundary.rows, dim, solver)


def _frozen(values: Sequence[object], dtype: type) -> np.ndarray:
    array: np.ndarray = np.array(values, dtype=dtype)
    array.flags.writeable = False
    return array
