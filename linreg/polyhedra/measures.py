"""Vertices, volume and extent of a region: exact values, and the floats nearest to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import inf
from typing import NamedTuple

import numpy as np
from flint import fmpq, fmpq_mat, fmpz

from linreg.polyhedra import Point, Solver
from linreg.polyhedra.optimum import least_values
from linreg.polyhedra.polyhedron import Polyhedron
from linreg.polyhedra.unit_rows import unit_row, with_norm
from linreg.rational import fraction, fractions_array, nearest_float, total


@dataclass(frozen=True, slots=True, eq=False)
class RecessionCone:
    """The recession cone: all sums of lines and of rays times non-negative numbers.

    Attributes
    ----------
    exact_lines : tuple of tuple of int, shape (lines, inputs)
        A basis of the directions that can be followed both ways, each of coprime integers.
    exact_rays : tuple of tuple of int, shape (rays, inputs)
        The extreme rays, each of coprime integers; if there are lines, one ray for each extreme
        ray modulo the lines.
    lines, rays : float64 arrays, shapes (lines, inputs) and (rays, inputs)
        The same, scaled to Euclidean length 1.
    """

    exact_lines: tuple[tuple[int, ...], ...]
    exact_rays: tuple[tuple[int, ...], ...]
    lines: np.ndarray  # (lines, inputs)
    rays: np.ndarray  # (rays, inputs)


class LargestBall(NamedTuple):
    """A largest ball in a region.

    Attributes
    ----------
    centre : float64 array, shape (inputs,)
        Nearest to the exact centre; there may be others.
    radius : float
        Euclidean, in input units; infinite if the region holds balls of any size.
    """

    centre: np.ndarray
    radius: float


class Extent(NamedTuple):
    """The smallest box with sides along the axes that holds a region.

    Attributes
    ----------
    lower, upper : float64 arrays, shape (inputs,)
        Nearest to the exact bounds; infinite where the region is unbounded.
    """

    lower: np.ndarray
    upper: np.ndarray


def recession_of(polyhedron: Polyhedron) -> RecessionCone:
    """The recession cone; without lines and rays if the polyhedron is bounded."""
    dim = polyhedron.dim
    if polyhedron.is_bounded:
        return RecessionCone((), (), _directions((), dim), _directions((), dim))
    lines, rays = polyhedron.generators.lines, polyhedron.generators.rays
    return RecessionCone(lines, rays, _directions(lines, dim), _directions(rays, dim))


def exact_vertices_of(polyhedron: Polyhedron) -> np.ndarray:
    """The vertices, sorted; object array of Fraction, shape (vertices, inputs)."""
    found = polyhedron.generators
    points = () if found.lines else found.points
    entries = [x for point in points for x in point.rationals]
    return fractions_array(fmpq_mat(len(points), polyhedron.dim, entries))


def vertices_of(polyhedron: Polyhedron) -> np.ndarray:
    """The float64 points nearest to the vertices, in their order; shape (vertices, inputs)."""
    found = polyhedron.generators
    points = () if found.lines else found.points
    vertices = np.array([point.floats for point in points]).reshape(-1, polyhedron.dim)
    vertices.flags.writeable = False
    return vertices


def exact_volume_of(polyhedron: Polyhedron) -> Fraction:
    """The volume of a bounded polyhedron.

    Raises
    ------
    ValueError
        If the polyhedron is unbounded, or its dimension too high for vertices.
    """
    if not polyhedron.is_bounded:
        raise ValueError(
            "the region is unbounded, so its volume is no fraction: region.volume is inf; for a "
            "finite volume ask for the regions on a box domain"
        )
    return fraction(total(polyhedron.volumes))


def volume_of(polyhedron: Polyhedron) -> float:
    """The float64 nearest to the volume; infinite if the polyhedron is unbounded."""
    if not polyhedron.is_bounded:
        return inf
    exact = exact_volume_of(polyhedron)
    return nearest_float(exact.numerator, exact.denominator)


def chebyshev_ball(polyhedron: Polyhedron) -> LargestBall:
    """A largest ball: the exact optimum of a linear program in the centre and the radius.

    A row g @ x + c bounds the radius r by g @ x + c >= |g| r. Whether r is bounded does not depend
    on the norms, and is decided exactly.

    Source
    ------
    Boyd and Vandenberghe (2004), "Convex Optimization", section 4.3.1.
    """
    zero, one = fmpz(0), fmpz(1)
    rows = []
    for row in polyhedron.rows:
        scaled, norm = with_norm(row)
        rows.append([*scaled[:-1], -norm, scaled[-1]])
    minus_radius = [zero] * polyhedron.dim + [-one, zero]
    start = Point.of_rationals([*polyhedron.inside.rationals, fmpq(0)])
    (best,) = least_values(rows, [minus_radius], start, Solver())
    if best is None:
        return LargestBall(polyhedron.inside.floats, inf)
    return LargestBall(best.point.floats[:-1], nearest_float(-int(best.value.p), int(best.value.q)))


def extent_of(polyhedron: Polyhedron) -> Extent:
    """The smallest box around a polyhedron: two exact linear programs for each coordinate."""
    dim = polyhedron.dim
    forms = [
        [fmpz(sign * int(i == j)) for j in range(dim)] + [fmpz(0)]
        for sign in (1, -1)
        for i in range(dim)
    ]
    bounds = []
    for optimum in least_values(polyhedron.rows, forms, polyhedron.inside, Solver()):
        value = None if optimum is None else optimum.value
        bounds.append(-inf if value is None else nearest_float(int(value.p), int(value.q)))
    return Extent(np.array(bounds[:dim]), -np.array(bounds[dim:]))


def _directions(vectors: Sequence[Sequence[int]], dim: int) -> np.ndarray:
    """Integer vectors scaled to Euclidean length 1; read-only float64, shape (vectors, dim)."""
    rows = [-unit_row([*map(fmpz, vector), fmpz(0)])[0] for vector in vectors]
    directions = np.array(rows).reshape(-1, dim)
    directions.flags.writeable = False
    return directions
