"""Which pattern lies beyond a facet."""

from __future__ import annotations

from flint import fmpz

from linreg.polyhedra import IntegerRow, Point
from linreg.problem import Problem
from linreg.problem.integer import IntegerMax
from linreg.rational import integer_matrix


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
    for stage in problem.integer_stages:
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
