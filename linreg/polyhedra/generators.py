"""Vertices, rays and lines of a polyhedron, by the double description method over integers.

This is the method for polyhedra of any size, and with lines: which rays are adjacent is asked of
all pairs at once by a product of matrices, and proved by ranks. `splitting` is the same method for
a cell that is cut again and again: it keeps bits in place of matrices, and signs at other forms.
Measured, it takes half the time of this one up to a hundred generators, as long for a thousand, and
two to five times as long for some thousands. So both are needed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from flint import fmpq, fmpz, fmpz_mat, nmod, nmod_mat

from linreg.errors import IncompleteError
from linreg.polyhedra.points import IntegerRow, Point
from linreg.rational import integer_matrix, primitive, primitive_factor

PRIME = 2**63 - 25


@dataclass(frozen=True, slots=True)
class Generators:
    """A polyhedron as the convex hull of points, plus a cone, plus a linear space.

    If there are no lines, the points are the vertices and the rays are the extreme rays of the
    recession cone. Otherwise both are those of the polyhedron's section by a coordinate subspace
    that the lines complement, so there is a point for each smallest face.

    Attributes
    ----------
    lines : tuple of integer vectors
        A basis of the directions that can be followed both ways, each vector primitive.
    rays : tuple of integer vectors
        Primitive, sorted.
    points : tuple of Point
        Sorted.
    tight : tuple of frozenset of int, length points
        The rows that are zero at each point.
    """

    lines: tuple[tuple[int, ...], ...]
    rays: tuple[tuple[int, ...], ...]
    points: tuple[Point, ...]
    tight: tuple[frozenset[int], ...]


def generators(
    rows: Sequence[IntegerRow],
    dim: int,
    order: Sequence[int] | None = None,
    *,
    limit: int | None = None,
) -> Generators:
    """The vertices, rays and lines of the polyhedron {x : rows >= 0}.

    Parameters
    ----------
    rows : sequence of integer rows
        Those of a polyhedron with an interior.
    dim : int
    order : sequence of int, optional
        The order in which rows are taken, which decides the time. It may leave out rows that are
        no facets.
    limit : int, optional
        Most vertices and rays that are held on the way.

    Raises
    ------
    IncompleteError
        If there are more of them than the limit allows.

    Source
    ------
    Motzkin, Raiffa, Thompson and Thrall (1953), "The double description method"; adjacency of
    rays by rank as in Fukuda and Prodon (1996), "Double description method revisited".

    Examples
    --------
    The quadrant x >= 1, y >= 0 has one vertex and two rays; the half-plane y >= 0 has a line:

    >>> quadrant = [[fmpz(1), fmpz(0), fmpz(-1)], [fmpz(0), fmpz(1), fmpz(0)]]
    >>> found = generators(quadrant, 2)
    >>> [point.fractions for point in found.points], found.rays
    ([(Fraction(1, 1), Fraction(0, 1))], ((0, 1), (1, 0)))
    >>> generators(quadrant[1:], 2).lines
    ((1, 0),)
    """
    chosen = list(rows) if order is None else [rows[i] for i in order]
    lines, kept = _lineality([row[:-1] for row in chosen], dim)
    # The cone over the section by the kept coordinates; its first row says that the scale is >= 0.
    at_scale = [fmpz(0)] * len(kept) + [fmpz(1)]
    cone = [at_scale] + [[*(row[j] for j in kept), row[-1]] for row in chosen]
    every = integer_matrix(rows, dim + 1)
    rays: list[tuple[int, ...]] = []
    points: list[tuple[Point, frozenset[int]]] = []
    for ray in extreme_rays(cone, len(kept) + 1, limit=limit):
        vector = [fmpz(0)] * dim
        for j, entry in zip(kept, ray, strict=False):
            vector[j] = entry
        if ray[-1] == 0:
            rays.append(tuple(int(entry) for entry in vector))
            continue
        point = Point(fmpz_mat(dim + 1, 1, [*vector, ray[-1]]))
        values = (every * point.column).entries()
        points.append((point, frozenset(i for i, value in enumerate(values) if value == 0)))
    points.sort(key=lambda each: each[0].fractions)
    return Generators(
        tuple(lines),
        tuple(sorted(rays)),
        tuple(point for point, _ in points),
        tuple(tight for _, tight in points),
    )


def facets_generated(rows: Sequence[IntegerRow], found: Generators) -> dict[int, Point]:
    """The rows that are facets, by place, each with a point inside the facet.

    The mean of a facet's vertices, plus its rays, lies inside it: all other rows are positive
    there, which they are on no lesser face if no two rows are the same.

    Parameters
    ----------
    rows : sequence of integer rows
        Coprime and distinct.
    found : Generators
        Those of the rows.

    Examples
    --------
    The row x + y >= 0 touches the quadrant in its vertex alone:

    >>> rows = [[fmpz(a), fmpz(b), fmpz(0)] for a, b in ((1, 0), (0, 1), (1, 1))]
    >>> sorted(facets_generated(rows, generators(rows, 2)))
    [0, 1]
    """
    facets = {}
    for place, row in enumerate(rows):
        vertices = [x for x, on in zip(found.points, found.tight, strict=True) if place in on]
        if not vertices:
            continue
        columns = zip(*(vertex.rationals for vertex in vertices), strict=True)
        inside = [sum(column, fmpq(0)) / len(vertices) for column in columns]
        for ray in found.rays:
            if sum(a * x for a, x in zip(row, ray, strict=False)) == 0:
                inside = [x + step for x, step in zip(inside, ray, strict=True)]
        point = Point.of_rationals(inside)
        values = (integer_matrix(rows, len(row)) * point.column).entries()
        if all(value > 0 for i, value in enumerate(values) if i != place):
            facets[place] = point
    return facets


def extreme_rays(
    rows: Sequence[IntegerRow], dim: int, *, limit: int | None = None
) -> list[IntegerRow]:
    """The extreme rays of a full-dimensional pointed cone {x : rows @ x >= 0}, each primitive.

    Raises
    ------
    ValueError
        If the rows do not span the space, so that the cone holds a line.
    IncompleteError
        If more rays than the limit are held on the way.

    Examples
    --------
    >>> extreme_rays([[fmpz(1), fmpz(0)], [fmpz(-1), fmpz(2)]], 2)
    [[2, 1], [0, 1]]
    """
    simplicial = simplicial_cone(rows, dim)
    if simplicial is None:
        raise ValueError("the rows do not span the space, so the cone has lines")
    first, rays = list(simplicial), list(simplicial.values())
    # zero[k, i]: whether ray k makes the i-th row of the cone so far zero.
    taken = [rows[i] for i in first]
    zero = ~np.eye(dim, dtype=bool)
    matrix = integer_matrix(rays, dim)
    for row in (rows[i] for i in range(len(rows)) if i not in first):
        values = (matrix * fmpz_mat(dim, 1, row)).entries()
        if min(values) >= 0:
            continue  # the row holds on the cone so far, and so on what the others leave of it
        kept = [i for i, value in enumerate(values) if value >= 0]
        on_row = [values[i] == 0 for i in kept]
        lines = zero[kept]
        for i, j in _edges(taken, zero, values, dim):
            pairs = zip(rays[i], rays[j], strict=True)
            rays.append(primitive([values[i] * b - values[j] * a for a, b in pairs]))
            lines = np.vstack([lines, zero[i] & zero[j]])
            kept.append(len(rays) - 1)
            on_row.append(True)
            if limit is not None and len(kept) > limit:
                raise IncompleteError(f"more than {limit:,} vertices and rays are held on the way")
        rays = [rays[i] for i in kept]
        matrix = integer_matrix(rays, dim)
        zero = np.column_stack([lines, on_row])
        taken.append(row)
    return rays


def simplicial_cone(rows: Sequence[IntegerRow], dim: int) -> dict[int, IntegerRow] | None:
    """The first independent rows, each with the ray of their cone on which it alone is positive.

    None if the rows do not span the space. Rays are primitive.
    """
    first = first_independent(rows, dim)
    if len(first) < dim:
        return None
    base = integer_matrix([rows[i] for i in first], dim)
    cone = {}
    for i, column in zip(first, zip(*base.inv().table(), strict=True), strict=True):
        factor = primitive_factor([column])
        cone[i] = [(entry * factor).p for entry in column]
    return cone


def first_independent(rows: Sequence[IntegerRow], dim: int) -> list[int]:
    """The rows that are no combinations of rows before them."""
    reduced, _, rank = integer_matrix(rows, dim).transpose().rref()
    return _pivots(reduced.table()[:rank])


def first_spanning(rows: Sequence[IntegerRow], dim: int) -> list[int]:
    """The rows that are no combinations of rows before them modulo a prime, if they span.

    They are independent then, and nearly always the first that are; else those are taken.

    Examples
    --------
    >>> first_spanning([[fmpz(1), fmpz(2)], [fmpz(2), fmpz(4)], [fmpz(0), fmpz(1)]], 2)
    [0, 2]
    >>> first_spanning([[fmpz(PRIME), fmpz(0)], [fmpz(0), fmpz(1)]], 2)
    [0, 1]
    """
    reduced, rank = nmod_mat(integer_matrix(rows, dim).transpose(), PRIME).rref()
    return _pivots(reduced.table()) if rank == dim else first_independent(rows, dim)


def _pivots(table: Sequence[Sequence[fmpz | nmod]]) -> list[int]:
    return [next(j for j, entry in enumerate(row) if entry != 0) for row in table]


def _edges(
    rows: Sequence[IntegerRow], zero: np.ndarray, values: Sequence[fmpz], dim: int
) -> Iterator[tuple[int, int]]:
    """The pairs of rays, on either side of a new row, that span a face of dimension 2.

    They do if the rows that are zero on both have rank dim - 2.
    """
    above = np.array([i for i, value in enumerate(values) if value > 0])
    below = np.array([i for i, value in enumerate(values) if value < 0])
    with np.errstate(invalid="ignore"):  # BLAS can leave that flag though all it reads are numbers
        common = zero[above].astype(np.float32) @ zero[below].T.astype(np.float32)
    for p, q in np.argwhere(common >= dim - 2).tolist():
        i, j = int(above[p]), int(below[q])
        shared = [rows[k] for k in np.flatnonzero(zero[i] & zero[j]).tolist()]
        if integer_matrix(shared, dim).rank() == dim - 2:
            yield i, j


def _lineality(
    gradients: Sequence[IntegerRow], dim: int
) -> tuple[list[tuple[int, ...]], list[int]]:
    """A basis of the common kernel, and the coordinates that determine the gradients' values."""
    reduced, denominator, rank = integer_matrix(gradients, dim).rref()
    table = reduced.table()[:rank]
    kept = [next(j for j, entry in enumerate(row) if entry != 0) for row in table]
    lines = []
    for free in range(dim):
        if free not in kept:
            vector = [fmpz(0)] * dim
            vector[free] = denominator
            for row, j in zip(table, kept, strict=True):
                vector[j] = -row[free]
            sign = 1 if denominator > 0 else -1
            lines.append(tuple(sign * int(entry) for entry in primitive(vector)))
    return lines, kept
