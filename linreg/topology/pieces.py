"""The pieces of a union of cells: their shape in order, their size, and the regions around."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from math import fsum, inf, sqrt

import numpy as np

from linreg.complex import Cell, CellComplex
from linreg.complex.forms import Vector
from linreg.topology.union import Subcomplex


@dataclass(frozen=True, eq=False)
class Piece:
    """A cell of a union that is a face of no other of its cells.

    Attributes
    ----------
    cell : Cell
    component : int
    outline : tuple of Vector
        Its vertices and directions, in homogeneous coordinates; of a polygon in order around it,
        and from one direction to the other if it is unbounded.
    regions : tuple of tuple of int
        The patterns of the network's regions around it, each once.

    Examples
    --------
    Where relu(x) is 0 on [-1, 1] there is one piece, of length 1, on one region:

    >>> from linreg import Box, level_set, mlp
    >>> [piece] = pieces(level_set(mlp([([[1]], [0])]), domain=Box([-1], [1])))
    >>> piece.cell.dim, piece.size, piece.regions
    (1, 1.0, ((0,),))
    """

    cell: Cell
    component: int
    outline: tuple[Vector, ...]
    regions: tuple[tuple[int, ...], ...]

    @property
    def squared_size(self) -> Fraction | None:
        """The square of its length or area, exactly; None if it has another dimension than 1 or 2.

        In input units to the power of twice the dimension. Also None if it is unbounded.
        """
        if not self.cell.is_bounded or self.cell.dim not in (1, 2):
            return None
        points = [tuple(Fraction(x, v[-1]) for x in v[:-1]) for v in self.outline]
        if self.cell.dim == 1:
            start, end = points
            return sum(((b - a) ** 2 for a, b in zip(start, end, strict=True)), Fraction(0))
        total = Fraction(0)
        closed = [*points[1:], points[0]]
        for k, m in combinations(range(len(points[0])), 2):
            # Twice the signed area of the polygon's shadow on two axes.
            shadow = sum(a[k] * b[m] - a[m] * b[k] for a, b in zip(points, closed, strict=True))
            total += Fraction(shadow) ** 2
        return total / 4

    @property
    def size(self) -> float | None:
        """Its length or area, in input units; infinite if it is unbounded."""
        if self.cell.dim not in (1, 2):
            return None
        squared = self.squared_size
        return inf if squared is None else sqrt(squared)


def pieces(union: Subcomplex) -> list[Piece]:
    """The cells of a union that are faces of no other of its cells, in their order.

    Parameters
    ----------
    union : Subcomplex

    Returns
    -------
    list of Piece

    Examples
    --------
    The square |x| + |y| = 1 has four sides of length sqrt(2):

    >>> from linreg import absolute, level_set, mlp
    >>> net = mlp([([[1, 0], [0, 1]], [0, 0])], ([[1, 1]], [-1]), activation=absolute())
    >>> [str(piece.squared_size) for piece in pieces(level_set(net))]
    ['2', '2', '2', '2']
    """
    cells = union.complex
    covers = cells.cofaces
    is_face = (covers @ union.chosen.astype(np.int32)) > 0
    found = []
    for index in np.flatnonzero(union.chosen & ~is_face).tolist():
        cell = cells.cell(index)
        around = (region.pattern[: cells.n_units] for region in union.regions_of(cell))
        patterns = tuple(dict.fromkeys(around))
        component = int(union.component_of[index])
        found.append(Piece(cell, component, outline(cells, cell), patterns))
    return found


def total_size(found: list[Piece], dim: int) -> float | None:
    """The length or area of the pieces of a dimension together, in input units.

    Parameters
    ----------
    found : list of Piece
    dim : int

    Returns
    -------
    float or None
        Infinite if a piece is unbounded; None if the dimension is not 1 or 2.

    Examples
    --------
    The square max(|x|, |y|) = 1 has eight units of length:

    >>> from linreg import absolute, level_set, mlp
    >>> net = mlp([([[1, 1], [1, -1]], [0, 0])], ([[1, 1]], [-2]), activation=absolute())
    >>> total_size(pieces(level_set(net)), 1)
    8.0
    """
    if dim not in (1, 2):
        return None
    return fsum(piece.size or 0.0 for piece in found if piece.cell.dim == dim)


def outline(cells: CellComplex, cell: Cell) -> tuple[Vector, ...]:
    """The vertices and directions of a cell; those of a polygon in order around it."""
    if cell.dim != 2 or cell.lines:
        return (*cell.integer_vertices, *cell.directions)
    neighbours: dict[Vector, list[Vector]] = {}
    below = cells.facets_of(cell.index)
    for edge in (cells.cell(index) for index in below):
        ends = (*edge.integer_vertices, *edge.directions)
        for one, other in ((ends[0], ends[1]), (ends[1], ends[0])):
            neighbours.setdefault(one, []).append(other)
    start = next(iter([*cell.directions, *cell.integer_vertices]))
    order = [start]
    while True:
        following = [v for v in neighbours[order[-1]] if v not in order[-2:]]
        if not following or following[0] == start:
            return tuple(order)
        order.append(following[0])
