"""An open polyhedron with a known point inside, and what describes it exactly."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import factorial

import numpy as np
from flint import fmpq, fmpz_mat

from linreg.polyhedra import Forms, IntegerRow, Point, Solver, is_bounded
from linreg.polyhedra.generators import Generators, facets_generated, generators
from linreg.polyhedra.irredundant import irredundant
from linreg.polyhedra.triangulation import pulled, spanned_volume
from linreg.rational import integer_matrix

LARGEST_DIM = 6
"""Dimension up to which vertices are found: their number grows with its half as an exponent."""

FLAT_DIM = 3
"""Dimension up to which there are at most twice as many vertices as facets: finding the vertices
finds the facets too, and no linear program is needed."""


@dataclass(frozen=True, eq=False)
class Polyhedron:
    """The open polyhedron {x : every row is positive at x}.

    Attributes
    ----------
    rows : list of integer rows, shape (dim + 1,) each
        Coprime and distinct, none constant; the last entry is the constant.
    inside : Point
        Where all rows are positive.
    """

    rows: list[IntegerRow]
    inside: Point

    @property
    def dim(self) -> int:
        """Dimension of the polyhedron and of the space around it."""
        return len(self.inside.entries) - 1

    @cached_property
    def facets(self) -> dict[int, Point]:
        """The rows that cannot be left out, each with a point inside the facet."""
        found = (
            facets_generated(self.rows, self.generators)
            if self.dim <= FLAT_DIM
            else irredundant(self.rows, self.inside, Solver())
        )
        return dict(sorted(found.items()))

    @cached_property
    def is_bounded(self) -> bool:
        """Whether the polyhedron is bounded, decided exactly."""
        if "generators" in self.__dict__:  # else a linear program takes no longer than they do
            return not (self.generators.rays or self.generators.lines)
        return is_bounded(self.rows, self.dim, Solver())

    @cached_property
    def generators(self) -> Generators:
        """Vertices, extreme rays and lines; `tight` numbers the rows.

        Raises
        ------
        ValueError
            If the dimension is above `LARGEST_DIM`.
        """
        if self.dim > LARGEST_DIM:
            raise ValueError(
                f"vertices, rays and volumes are found up to dimension {LARGEST_DIM}, and the "
                f"region has dimension {self.dim}; facets, bounding_box(), chebyshev(), sample() "
                "and cvxpy() work in any dimension"
            )
        if self.dim > FLAT_DIM:
            return generators(self.rows, self.dim, list(self.facets))
        # Rows nearest to the inside first: most of those that come later cut nothing off.
        forms = Forms(self.rows, self.dim)
        slacks = forms.floats(forms.at(self.inside), self.inside)
        order = np.argsort(slacks / np.linalg.norm(forms.normals, axis=1), kind="stable")
        return generators(self.rows, self.dim, order.tolist())

    @cached_property
    def simplices(self) -> list[tuple[int, ...]]:
        """A triangulation of the polyhedron, which must be bounded, by its vertices."""
        return pulled(self.generators.tight, self.dim)

    @cached_property
    def volumes(self) -> list[fmpq]:
        """The volume of each simplex, in input units to the power of the dimension."""
        points, scale = self.generators.points, factorial(self.dim)
        return [
            spanned_volume([points[vertex] for vertex in simplex]) / scale
            for simplex in self.simplices
        ]

    def holds(self, points: np.ndarray) -> np.ndarray:
        """Whether each float64 point lies strictly inside, decided exactly; bool, (points,)."""
        columns = [Point.of_floats(x).column.entries() for x in points]
        matrix = fmpz_mat(len(columns), self.dim + 1, [x for column in columns for x in column])
        values = (matrix * integer_matrix(self.rows, self.dim + 1).transpose()).table()
        return np.array([all(value > 0 for value in row) for row in values], dtype=bool)
