"""A frame that shows what there is to see: the corners of the regions, and some room around."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor, log10
from typing import TYPE_CHECKING

import numpy as np

from linreg.domains import Box, Polytope
from linreg.polyhedra.generators import generators
from linreg.problem import Problem
from linreg.regions.polygons.branches import Branches
from linreg.regions.polygons.float_shapes import proposed
from linreg.regions.polygons.shape_arrays import body_of, ring_of

if TYPE_CHECKING:
    from linreg.regions.enumeration import Enumeration

CORNER_REACH = 1e4
"""How far corners are looked for, in multiples of how far witnesses lie from their middle."""

TAIL = 0.1
"""The share of corners, at either end of each axis, that may be left out as too far away."""

MARGIN = 0.12
"""Room around the corners, as a share of their extent."""

SPREAD = 0.5
"""How far beyond the middle corners others still count as near, as a share of their extent."""


def frame_of(regions: Enumeration) -> Box:
    """A box that shows the regions of one to three inputs: where they meet, with a margin.

    The whole domain if that is a box, and the box around it if it is bounded. Otherwise the box
    around the corners of all regions, but for a few that lie far away, within the domain's bounds.

    Parameters
    ----------
    regions : Enumeration

    Returns
    -------
    Box

    Raises
    ------
    ValueError
        If the network has more than three inputs.

    Examples
    --------
    The lines x = 0, y = 0 and x + y = 1 have three corners:

    >>> from linreg import enumerate_regions, mlp
    >>> net = mlp([([[1, 0], [0, 1], [1, 1]], [0, 0, -1])])
    >>> frame_of(enumerate_regions(net))
    Box(lower=(Fraction(-1, 5), Fraction(-1, 5)), upper=(Fraction(6, 5), Fraction(6, 5)))
    """
    dim = regions.problem.network.input_dim
    if dim > 3:
        raise ValueError(f"a frame has at most three inputs, and the network has {dim}")
    sides = list(zip(*_bounds(regions.problem), strict=True))
    if all(low is not None and high is not None for low, high in sides):
        return _within(sides, [(0.0, 1.0)] * dim)
    return _within(sides, _around(_corners(regions), regions.witnesses))


def frame_around(problem: Problem, corners: np.ndarray, inside: np.ndarray) -> Box:
    """A box that shows some corners of cells of a problem, within the bounds of its domain.

    Parameters
    ----------
    problem : Problem
    corners : float64 array, shape (corners, inputs)
        Where cells meet.
    inside : float64 array, shape (points, inputs)
        Points in cells, at least one, to go by where there are no corners.
    """
    return _within(list(zip(*_bounds(problem), strict=True)), _around(corners, inside))


def _within(
    sides: list[tuple[Fraction | None, Fraction | None]], found: list[tuple[float, float]]
) -> Box:
    """The box of short numbers around what was found, with the sides that the domain has."""
    ends = []
    for (low, high), (least, most) in zip(sides, found, strict=True):
        start, end = _nice(least, most)
        # A side that the domain has is kept, whatever lies there.
        start = low if low is not None else start if high is None else min(start, high - 1)
        end = high if high is not None else max(end, start + 1) if low is not None else end
        ends.append((start, end))
    return Box([start for start, _ in ends], [end for _, end in ends])


def _bounds(problem: Problem) -> tuple[list[Fraction | None], list[Fraction | None]]:
    """The least and the largest value of each input on the domain; None where there is none."""
    domain = problem.domain
    if isinstance(domain, Box):
        return list(domain.lower), list(domain.upper)
    lower: list[Fraction | None] = [None] * domain.dim
    upper: list[Fraction | None] = [None] * domain.dim
    if isinstance(domain, Polytope) and problem.start is not None:
        found = generators(problem.domain_rows.rows, domain.dim)
        ways = [*found.rays, *found.lines, *(tuple(-x for x in line) for line in found.lines)]
        for axis in range(domain.dim):
            ends = [point.fractions[axis] for point in found.points]
            if all(way[axis] >= 0 for way in ways):
                lower[axis] = min(ends)
            if all(way[axis] <= 0 for way in ways):
                upper[axis] = max(ends)
    return lower, upper


def _corners(regions: Enumeration) -> np.ndarray:
    """Corners of the regions that are not too far from the witnesses; (corners, dim)."""
    witnesses = regions.witnesses
    dim = witnesses.shape[1]
    middle, reach = np.median(witnesses, axis=0), _reach(witnesses)
    lower, upper = (
        (middle - CORNER_REACH * reach).tolist(),
        (middle + CORNER_REACH * reach).tolist(),
    )
    frame = Box(lower, upper) if dim > 1 else Box([*lower, 0], [*upper, 1])
    tree = Branches.of(regions)
    corners = (
        proposed(tree, frame, body_of(frame)).shapes.corners
        if dim == 3
        else proposed(tree, frame, ring_of(frame)).shapes.corners[:, :dim]
    )
    # Those on the edge of this frame are none of the regions'.
    corners = corners[(np.abs(corners - middle) < 0.999 * CORNER_REACH * reach).all(axis=1)]
    _, firsts = np.unique(np.round(corners / reach, 9), axis=0, return_index=True)
    return np.asarray(corners[firsts])


def _reach(witnesses: np.ndarray) -> float:
    """How far witnesses lie from their middle, for the most part; 1 if they do not."""
    middle = np.median(witnesses, axis=0)
    return float(np.median(np.abs(witnesses - middle).max(axis=1))) or 1.0


def _around(corners: np.ndarray, witnesses: np.ndarray) -> list[tuple[float, float]]:
    """For each input what to show: from where to where."""
    if not len(corners):
        # Hyperplanes that do not meet, or none: witnesses lie on both sides of each.
        low, high = witnesses.min(axis=0), witnesses.max(axis=0)
        room = np.maximum((high - low) / 2, _reach(witnesses))
        return list(zip((low - room).tolist(), (high + room).tolist(), strict=True))
    start, end = np.quantile(corners, [TAIL, 1 - TAIL], axis=0)
    extent = end - start
    near_start = np.where(corners >= start - SPREAD * extent, corners, np.inf).min(axis=0)
    near_end = np.where(corners <= end + SPREAD * extent, corners, -np.inf).max(axis=0)
    widest = (near_end - near_start).max() or 2 * _reach(witnesses)
    room = np.where(near_end > near_start, MARGIN * (near_end - near_start), widest / 2)
    return list(zip((near_start - room).tolist(), (near_end + room).tolist(), strict=True))


def _nice(least: float, most: float) -> tuple[Fraction, Fraction]:
    """Short decimal numbers a little further out.

    Examples
    --------
    >>> _nice(-0.123, 1.016)
    (Fraction(-1, 5), Fraction(11, 10))
    """
    step = Fraction(10) ** (floor(log10(most - least)) - 1)
    return floor(Fraction(least) / step) * step, ceil(Fraction(most) / step) * step
