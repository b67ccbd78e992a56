"""Regions as shapes, exactly: corners are integer points, and nothing is rounded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from math import factorial, lcm, prod
from operator import mul
from typing import NamedTuple

import numpy as np
from flint import fmpq, fmpz, fmpz_mat

from linreg.domains import Box
from linreg.polyhedra import IntegerRow
from linreg.problem.integer import NO_UNITS, IntegerMax, IntegerStage, identity_state
from linreg.rational import integer_matrix, primitive, total
from linreg.regions.facets import DOMAIN
from linreg.regions.polygons.branches import Branches

ZERO = fmpz(0)

FRAME = -2
"""The owner of an edge or a face that belongs to the frame alone."""


class Face(NamedTuple):
    """A convex polygon in the plane or in space.

    Attributes
    ----------
    corners : list of integer rows, shape (dim + 1,) each
        In homogeneous coordinates, the last one positive; in order round the polygon.
    owners : list of int, length corners
        Who owns the edge from each corner to the next.
    owner : int
        Who owns the face, in space.
    """

    corners: list[IntegerRow]
    owners: list[int]
    owner: int


Shape = list[Face]
"""One face in the plane; the faces of a polyhedron in space, counterclockwise from outside."""


def shape_of_box(box: Box) -> Shape:
    """A rectangle in the plane, or a cuboid in space."""
    ends = list(zip(box.lower, box.upper, strict=True))
    if box.dim == 2:
        around = ((0, 0), (1, 0), (1, 1), (0, 1))
        return [Face([_corner(ends, place) for place in around], [FRAME] * 4, FRAME)]
    faces = []
    for axis in range(3):
        for side in (0, 1):
            u, v = (axis + 1) % 3, (axis + 2) % 3
            around = ((0, 0), (1, 0), (1, 1), (0, 1))
            corners = []
            for a, b in around if side else around[::-1]:
                place = [side] * 3
                place[u], place[v] = a, b
                corners.append(_corner(ends, place))
            faces.append(Face(corners, [FRAME] * 4, FRAME))
    return faces


def clipped(shape: Shape, row: IntegerRow, owner: int) -> Shape:
    """The part of a shape on which a form is positive; no faces if it has no interior."""
    values = [[sum(map(mul, row, corner), ZERO) for corner in face.corners] for face in shape]
    if min(min(of_face) for of_face in values) >= 0:
        return shape
    if max(max(of_face) for of_face in values) <= 0:
        return []
    faces: Shape = []
    seam: dict[tuple[fmpz, ...], tuple[fmpz, ...]] = {}
    for face, of_face in zip(shape, values, strict=True):
        if max(of_face) <= 0:
            continue
        cut, start, end = _cut(face, of_face, owner)
        faces.append(cut)
        if start is not None and end is not None:
            # Round the new face the other way.
            seam[tuple(end)] = tuple(start)
    if len(row) == 4:
        first = at = min(seam)
        corners = [list(first)]
        while (at := seam[at]) != first:
            corners.append(list(at))
        faces.append(Face(corners, [owner] * len(corners), owner))
    return faces


def size_of(shape: Shape) -> fmpq:
    """The area of a polygon in the plane, or the volume of a polyhedron.

    Examples
    --------
    >>> size_of(shape_of_box(Box([0, 0], [2, "1/3"]))), size_of(shape_of_box(Box([0] * 3, [2] * 3)))
    (2/3, 8)
    """
    apex = shape[0].corners[0]
    dim = len(apex) - 1
    sizes = []
    for face in shape:
        first, *others = face.corners
        for here, after in pairwise(others):
            # The simplex over a triangle of a fan; in the plane that is the triangle itself.
            simplex = [apex, first, here, after][-1 - dim :]
            size = integer_matrix(simplex, dim + 1).det()
            sizes.append(fmpq(size, prod(corner[-1] for corner in simplex)))
    return abs(total(sizes)) / factorial(dim)


def shapes_within(
    tree: Branches, frame: Box, wanted: np.ndarray | None = None
) -> Iterator[tuple[int, Shape]]:
    """The regions whose interior meets a frame, in order, each with what of it the frame holds.

    Parameters
    ----------
    tree : Branches
    frame : Box
    wanted : bool array, shape (regions,), optional
        The regions that are asked for.
    """
    problem = tree.problem
    splits, patterns, n_units = tree.splits, tree.patterns, tree.first_units[-1]
    is_asked = np.ones(len(tree), dtype=bool) if wanted is None else wanted
    before = [0, *np.cumsum(is_asked).tolist()]  # how many are asked for before each region
    shape = shape_of_box(frame)
    for row in problem.domain_rows.rows:
        shape = clipped(shape, lifted(row), DOMAIN) if shape else shape
    level = _Level(problem.integer_stages, 0, identity_state(problem.network.input_dim))
    waiting = [_Prefix(0, len(tree), 0, level, shape)]
    while waiting:
        first, last, unit, level, shape = waiting.pop()
        if not shape or before[first] == before[last]:
            continue
        inner = splits[first : last - 1]
        if tree.is_complete:
            unit = int(inner.min()) if len(inner) else n_units
        if unit == n_units:
            yield first, shape
            continue
        while unit >= tree.first_units[level.number + 1]:
            begin, end = tree.first_units[level.number : level.number + 2]
            level = level.after(patterns[first, begin:end].tolist())
        breaks = [first, *(np.flatnonzero(inner == unit) + first + 1).tolist(), last]
        for k in reversed(range(len(breaks) - 1)):
            start, end = breaks[k : k + 2]
            if before[start] == before[end]:
                continue
            part = shape
            place = unit - tree.first_units[level.number]
            for row in level.rows(place, int(patterns[start, unit])):
                part = clipped(part, lifted(row), unit) if part else part
            waiting.append(_Prefix(start, end, unit + 1, level, part))


def lifted(row: IntegerRow) -> IntegerRow:
    """A form of one input as one of two, the second of which is of no account."""
    return row if len(row) > 2 else [row[0], fmpz(0), row[1]]


class _Prefix(NamedTuple):
    first: int
    last: int
    unit: int  # the first one that may cut
    level: _Level
    shape: Shape


class _Level:
    """A stage on a cell of the stages before it, whose forms are made when they are asked for."""

    def __init__(self, stages: Sequence[IntegerStage], number: int, state: fmpz_mat) -> None:
        self.number = number
        self._stages = stages
        self._stage = stages[number] if stages else NO_UNITS
        self._rows = self._stage.preactivations(state)
        self._one = [fmpz(0)] * (state.ncols() - 1) + [fmpz(1)]

    def after(self, pieces: Sequence[int]) -> _Level:
        """The next stage where this one's units have these pieces."""
        state = self._stage.outputs(self._rows, pieces, self._one)
        return _Level(self._stages, self.number + 1, state)

    def rows(self, place: int, piece: int) -> list[IntegerRow]:
        """The forms that bound a piece of a unit, positive there; none is constant."""
        unit = self._stage.units[place]
        if isinstance(unit, IntegerMax):
            winner = self._rows[unit.row + piece]
            rivals = self._rows[unit.row : unit.row + unit.rank]
            forms = [[a - b for a, b in zip(winner, rival, strict=True)] for rival in rivals]
        else:
            *gradient, constant = self._rows[unit.row]
            forms = []
            for k, inside in ((piece - 1, 1), (piece, -1)):
                if 0 <= k < len(unit.cuts):
                    by, cut = unit.cuts[k]
                    form = [*(a * by for a in gradient), constant * by - cut]
                    forms.append([a * inside for a in form])
        return [primitive(form) for form in forms if any(form[:-1])]


def _cut(
    face: Face, values: Sequence[fmpz], owner: int
) -> tuple[Face, IntegerRow | None, IntegerRow | None]:
    """What is left of a face with something left, and the ends of its edge in the plane."""
    corners: list[IntegerRow] = []
    owners: list[int] = []
    start = end = None
    size = len(values)
    for i, (corner, here) in enumerate(zip(face.corners, values, strict=True)):
        following, after = face.corners[(i + 1) % size], values[(i + 1) % size]
        if here >= 0:
            corners.append(corner)
            owners.append(face.owners[i])
            if here == 0 and after <= 0:
                start = corner
                if after < 0:
                    owners[-1] = owner
        if here > 0 > after or here < 0 < after:
            # The form is linear in homogeneous coordinates, so this point is on the line.
            by, other = abs(after), abs(here)
            crossing = [by * a + other * b for a, b in zip(corner, following, strict=True)]
            corners.append(primitive(crossing))
            owners.append(owner if here > 0 else face.owners[i])
            if here > 0:
                start = corners[-1]
            else:
                end = corners[-1]
        if after == 0 and here <= 0:
            end = following
    return Face(corners, owners, face.owner), start, end


def _corner(ends: Sequence[tuple[Fraction, Fraction]], place: Sequence[int]) -> IntegerRow:
    """A corner of a box, in homogeneous coordinates."""
    coordinates = [ends[axis][side] for axis, side in enumerate(place)]
    scale = lcm(*(x.denominator for x in coordinates))
    return [*(fmpz(int(x * scale)) for x in coordinates), fmpz(scale)]
