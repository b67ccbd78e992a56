"""The facets of a region, and rows scaled to length 1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt

import numpy as np
from flint import fmpz

from linreg.lp import IntegerRow
from linreg.rational import nearest_float
from linreg.regions.boundary import Boundary
from linreg.regions.polyhedron import Polyhedron

DOMAIN = -1
"""The owner of a row that belongs to the domain and to no unit."""

NORM_BITS = 64
"""Least number of bits of a row's norm: its relative error is below 2^-63."""


@dataclass(frozen=True, slots=True, eq=False)
class Facet:
    """A face of one dimension less: where a row that cannot be left out holds with equality.

    Attributes
    ----------
    exact_normal : tuple of int, length inputs
        Outward: exact_normal @ x <= exact_offset on the region.
    exact_offset : int
        Coprime with the normal's entries.
    owners : tuple of int
        The units whose row it is, increasing; -1 for the domain.
    point : tuple of Fraction, length inputs
        Inside the facet: all other rows hold strictly.
    normal : float64 array, shape (inputs,)
        The outward normal of Euclidean length 1.
    offset : float
        normal @ x <= offset on the region; Euclidean, in input units.
    """

    exact_normal: tuple[int, ...]
    exact_offset: int
    owners: tuple[int, ...]
    point: tuple[Fraction, ...]
    normal: np.ndarray  # (inputs,)
    offset: float


def facets_of(polyhedron: Polyhedron, boundary: Boundary) -> tuple[Facet, ...]:
    """The facets of a region, in the order of its boundary's rows."""
    facets = []
    for place, point in polyhedron.facets.items():
        *gradient, constant = (int(entry) for entry in boundary.rows[place])
        owners = {unit for unit, _ in boundary.changes[place]}
        if boundary.on_edge[place]:
            owners.add(DOMAIN)
        normal, offset = unit_row(boundary.rows[place])
        normal.flags.writeable = False
        facets.append(
            Facet(
                tuple(-entry for entry in gradient),
                constant,
                tuple(sorted(owners)),
                point.fractions,
                normal,
                offset,
            )
        )
    return tuple(facets)


def unit_row(row: IntegerRow) -> tuple[np.ndarray, float]:
    """The half-space of an integer row as an outward normal of length 1, and its offset."""
    scaled, norm = with_norm(row)
    *gradient, constant = (int(entry) for entry in scaled)
    normal = np.array([nearest_float(-entry, int(norm)) for entry in gradient])
    return normal, nearest_float(constant, int(norm))


def with_norm(row: Sequence[fmpz]) -> tuple[list[fmpz], fmpz]:
    """A row times a power of two, and its gradient's norm, rounded to an integer of `NORM_BITS`."""
    largest = max(int(entry).bit_length() for entry in row[:-1])
    shift = max(0, NORM_BITS - largest)
    scaled = [entry << shift for entry in row]
    return scaled, fmpz(isqrt(sum(int(entry) ** 2 for entry in scaled[:-1])))
