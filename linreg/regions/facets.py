"""The facets of a region."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from linreg.polyhedra.polyhedron import Polyhedron
from linreg.polyhedra.unit_rows import unit_row
from linreg.problem.region_rows import Boundary

DOMAIN = -1
"""The owner of a row that belongs to the domain and to no unit."""


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

    Examples
    --------
    Where 2 x + 4 y < 1, the unit of 2 x + 4 y - 1 owns the only facet:

    >>> from linreg import enumerate_regions, mlp
    >>> [facet] = enumerate_regions(mlp([([[2, 4]], [-1])]))[0].facets
    >>> facet.exact_normal, facet.exact_offset, facet.owners
    ((2, 4), 1, (0,))
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
