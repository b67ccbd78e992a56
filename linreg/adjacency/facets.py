"""Which rows of a region are facets, and which pattern lies beyond a facet."""

from __future__ import annotations

from collections.abc import Sequence

from flint import fmpq, fmpz, fmpz_mat

from linreg.explore import Problem
from linreg.explore.integer import IntegerMax
from linreg.lp import IntegerRow, Multipliers, Point, Solver, decide_interior
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


def pattern_beyond(problem: Problem, point: Point, row: IntegerRow) -> list[int]:
    """The pattern just beyond a facet.

    The network is followed along point - s * gradient for infinitely small s > 0: every value is
    a pair (value at the point, rate in s), compared first by value and then by rate. A unit for
    which both vanish vanishes on the whole region beyond, and has its lower piece.

    Parameters
    ----------
    point : Point
        In the relative interior of the facet.
    row : integer row
        The facet's, positive inside the region that is left.
    """
    *numerators, denominator = point.entries
    rates = [-entry for entry in row[:-1]]
    zero = fmpz(0)
    one = [zero, denominator]
    state = integer_matrix([*map(list, zip(rates, numerators, strict=True)), one], 2)
    pattern: list[int] = []
    for stage in problem.stages:
        rows = stage.preactivations(state)
        pieces = []
        for unit in stage.units:
            if isinstance(unit, IntegerMax):
                rivals = rows[unit.row : unit.row + unit.rank]
                pieces.append(max(range(unit.rank), key=lambda i: (rivals[i][1], rivals[i][0], -i)))
            else:
                rate, value = rows[unit.row]
                pieces.append(
                    sum(
                        (value * by - cut * denominator, rate * by) > (zero, zero)
                        for by, cut in unit.cuts
                    )
                )
        state = stage.outputs(rows, pieces, one)
        pattern += pieces
    return pattern
