"""Simplices that fill a polytope, from which vertices lie on which facets."""

from __future__ import annotations

from collections.abc import Sequence

from flint import fmpq, fmpz, fmpz_mat

from linreg.polyhedra.points import Point


def pulled(tight: Sequence[frozenset[int]], dim: int) -> list[tuple[int, ...]]:
    """A triangulation of a polytope: the vertices of its simplices, dim + 1 numbers each.

    A face is filled with the pyramids over its own facets, those away from its first vertex,
    with that vertex on top.

    Parameters
    ----------
    tight : sequence of frozenset of int, length vertices
        The facets that each vertex lies on.
    dim : int
        The polytope's dimension.

    Source
    ------
    Cohen and Hickey (1979), "Two algorithms for determining volumes of convex polyhedra".

    Examples
    --------
    A square with facets 0 to 3 in turn is two triangles:

    >>> square = [frozenset({3, 0}), frozenset({0, 1}), frozenset({1, 2}), frozenset({2, 3})]
    >>> pulled(square, 2)
    [(0, 1, 2), (0, 2, 3)]
    """
    # Sets of vertices are bits of an integer.
    facets = [
        sum(1 << vertex for vertex, on in enumerate(tight) if facet in on)
        for facet in sorted(frozenset().union(*tight))
    ]
    known: dict[int, list[tuple[int, ...]]] = {}

    def fill(face: int, size: int) -> list[tuple[int, ...]]:
        if face not in known:
            apex = (face & -face).bit_length() - 1
            known[face] = (
                [_members(face)]
                if face.bit_count() == size
                else [
                    (apex, *simplex)
                    for below in _facets_of(face, facets)
                    if not below >> apex & 1
                    for simplex in fill(below, size - 1)
                ]
            )
        return known[face]

    return fill((1 << len(tight)) - 1, dim + 1)


def spanned_volume(points: Sequence[Point]) -> fmpq:
    """The volume of the parallelepiped that a simplex spans: dim! times that of the simplex.

    Examples
    --------
    >>> spanned_volume([Point.of_rationals([fmpq(1, 2)]), Point.of_rationals([fmpq(2)])])
    3/2
    """
    size = len(points)
    matrix = fmpz_mat(size, size, [entry for point in points for entry in point.entries])
    denominator = fmpz(1)
    for point in points:
        denominator *= point.entries[-1]
    return fmpq(abs(matrix.det()), denominator)


def _facets_of(face: int, facets: Sequence[int]) -> list[int]:
    """The facets of a face: its largest intersections with facets of the polytope."""
    within = {face & facet for facet in facets} - {face}
    largest: list[int] = []
    for part in sorted(within, key=lambda part: (-part.bit_count(), part)):
        if all(part & ~other for other in largest):
            largest.append(part)
    return largest


def _members(face: int) -> tuple[int, ...]:
    return tuple(vertex for vertex in range(face.bit_length()) if face >> vertex & 1)
