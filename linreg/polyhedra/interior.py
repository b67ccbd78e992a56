"""Whether a polyhedron has an interior."""

from __future__ import annotations

from collections.abc import Sequence

from flint import fmpq

from linreg.polyhedra.decisions import PointedPolyhedron
from linreg.polyhedra.highs import Solver
from linreg.polyhedra.multipliers import Multipliers
from linreg.polyhedra.points import IntegerRow, Point


def decide_interior(rows: Sequence[IntegerRow], dim: int, solver: Solver) -> Point | Multipliers:
    """A point where all rows are positive, or the proof that there is none.

    Examples
    --------
    The triangle x > 0, y > 0, x + y < 1 has an inside; the segment 0 < x < 0 has none:

    >>> from flint import fmpz
    >>> triangle = [[fmpz(1), fmpz(0), fmpz(0)], [fmpz(0), fmpz(1), fmpz(0)],
    ...             [fmpz(-1), fmpz(-1), fmpz(1)]]
    >>> decide_interior(triangle, 2, Solver()).fractions < (1, 1)
    True
    >>> decide_interior([[fmpz(1), fmpz(0)], [fmpz(-1), fmpz(0)]], 1, Solver())
    Multipliers(denominator=2, numerators={0: 1, 1: 1})
    """
    origin = Point.of_rationals([fmpq(0)] * dim)
    return PointedPolyhedron.of_rows([], origin, solver).meet(rows) if rows else origin
