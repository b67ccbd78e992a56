"""Which rows of a polyhedron are facets."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from flint import fmpq, fmpz_mat

from linreg.polyhedra.decisions import PointedPolyhedron
from linreg.polyhedra.highs import Solver
from linreg.polyhedra.interior import decide_interior
from linreg.polyhedra.multipliers import Multipliers
from linreg.polyhedra.points import Forms, IntegerRow, Point
from linreg.rational import integer_matrix, primitive


def crosses_at(rows: Sequence[IntegerRow], place: int, inside: Point, beyond: Point) -> bool:
    """Whether the segment between two points leaves a polyhedron through one row alone.

    Parameters
    ----------
    rows : sequence of integer rows
        All positive at `inside`.
    place : int
        The row through which the segment is to leave; negative at `beyond`, or the answer is no.

    Returns
    -------
    bool
        True proves that the row is a facet: where it is zero, all the others are positive.
    """
    dim = len(inside.entries)
    columns = fmpz_mat(
        dim,
        2,
        [entry for pair in zip(inside.entries, beyond.entries, strict=True) for entry in pair],
    )
    values = (integer_matrix(rows, dim) * columns).table()
    here, there = values[place]
    if there >= 0:
        return False
    # The crossing is at (here * beyond - there * inside) / (here - there), with both weights > 0.
    return all(
        here * after - there * before > 0
        for index, (before, after) in enumerate(values)
        if index != place
    )


def beyond_facet(forms: Forms, place: int, inside: Point, solver: Solver) -> Point | Multipliers:
    """A point where one row is negative and all others are positive, or the proof of none.

    The first proves that the row is a facet; the proof, that it is redundant, numbers the other
    rows without it.

    Parameters
    ----------
    forms : Forms
        All positive at `inside`.
    place : int
        The row.
    """
    values = forms.floats(forms.at(inside), inside)

    def holds(point: Point) -> bool:
        return all(value > 0 for i, value in enumerate(forms.at(point)) if i != place)

    others = PointedPolyhedron(
        [*forms.rows[:place], *forms.rows[place + 1 :]],
        np.delete(forms.normals, place, axis=0),
        np.delete(values, place),
        inside,
        solver,
        holds,
    )
    return others.beyond(forms.rows[place], forms.normals[place], values[place])


def inside_facet(rows: Sequence[IntegerRow], place: int, solver: Solver) -> Point | None:
    """A point where one row is zero and all others are positive; None if there is none.

    Decided exactly, in the hyperplane of the row: one coordinate is eliminated.
    """
    plane = rows[place]
    dim = len(plane) - 1
    pivot = max(range(dim), key=lambda j: abs(plane[j]))
    scale, sign = abs(plane[pivot]), 1 if plane[pivot] > 0 else -1
    others = []
    for index, row in enumerate(rows):
        if index != place:
            factor = sign * row[pivot]
            reduced = [scale * a - factor * b for a, b in zip(row, plane, strict=True)]
            others.append(primitive(reduced[:pivot] + reduced[pivot + 1 :]))
    answer = decide_interior(others, dim - 1, solver)
    if isinstance(answer, Multipliers):
        return None
    *coordinates, one = [*answer.rationals, fmpq(1)]
    known = plane[:pivot] + plane[pivot + 1 :]
    rest = sum((a * x for a, x in zip(known, [*coordinates, one], strict=True)), fmpq(0))
    coordinates.insert(pivot, -rest / plane[pivot])
    return Point.of_rationals(coordinates)
