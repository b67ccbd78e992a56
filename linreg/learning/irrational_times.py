"""Which regions of one layer are there at an irrational time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import combinations

from flint import fmpq, fmpz_poly

from linreg.domains import Domain, integer_rows
from linreg.learning.algebraic import AlgebraicTime
from linreg.learning.minors import PolynomialRow, determinant
from linreg.network.stages import StagedNetwork, table
from linreg.polyhedra import IntegerRow, Multipliers, Solver, decide_interior
from linreg.rational import common_denominator, primitive, rational
from linreg.units import MaxUnit

TRIAL_WIDTH = Fraction(1, 2**80)
"""Width of an interval at whose ends a point is tried."""

Pattern = tuple[int, ...]

Inside = Sequence[float | Fraction]
"""The coordinates of a point inside a region."""


def survivors_at(
    first: StagedNetwork,
    last: StagedNetwork,
    domain: Domain,
    time: AlgebraicTime,
    patterns: Mapping[Pattern, Sequence[Inside]],
) -> int:
    """How many of the patterns of one layer have a region at an irrational time.

    `patterns` has, with each of them, points inside its region at other times.

    A region that is there has a point inside that is so at near times too, and rows that move in
    straight lines are positive at a point between two times if they are at both. Where no such
    point is found, the rows are dependent with coefficients of one sign (Gordan, 1873): these are
    minors, whose signs at the time are decided exactly.
    """
    near = time.refined(TRIAL_WIDTH)
    ends = [rational(near.low), rational(near.high)]
    fixed = [[fmpq(entry) for entry in row] for row in integer_rows(domain)]
    alive = 0
    for pattern, points in patterns.items():
        moving = _rows(first, last, pattern)
        rows = [_at(row, end) for row in moving for end in ends] + [_integers(r) for r in fixed]
        if any(_is_inside(rows, point) for point in points):
            alive += 1
            continue
        answer = decide_interior([row for row in rows if any(row)], first.input_dim, Solver())
        if not isinstance(answer, Multipliers):
            alive += 1
            continue
        whole = [_polynomials(a, b) for a, b in moving] + [_polynomials(r, r) for r in fixed]
        infinity = [fmpq(0)] * first.input_dim + [fmpq(1)]
        alive += not has_positive_dependency([*whole, _polynomials(infinity, infinity)], time)
    return alive


def _is_inside(rows: Sequence[IntegerRow], point: Inside) -> bool:
    x = [rational(entry) for entry in point]
    return all(
        sum((by * entry for by, entry in zip(row, x, strict=False)), fmpq(row[-1])) > 0
        for row in rows
    )


def has_positive_dependency(rows: Sequence[PolynomialRow], time: AlgebraicTime) -> bool:
    """Whether non-negative coefficients, not all zero, add the rows up to zero at a time.

    If any do, some rows do that are one more than their rank, and then the coefficients are minors.
    """
    width = len(rows[0])
    for size in range(1, width + 2):
        for chosen in combinations(rows, size):
            if size == 1:
                if all(time.sign_of(_integral(entry)) == 0 for entry in chosen[0]):
                    return True
                continue
            for columns in combinations(range(width), size - 1):
                signs = [
                    (-1) ** leave
                    * time.sign_of(
                        _integral(
                            determinant(
                                [
                                    [row[j] for j in columns]
                                    for k, row in enumerate(chosen)
                                    if k != leave
                                ]
                            )
                        )
                    )
                    for leave in range(size)
                ]
                of_one_sign = len({sign for sign in signs if sign}) == 1
                if of_one_sign and _is_dependency(chosen, columns, time):
                    return True
    return False


def _is_dependency(
    chosen: Sequence[PolynomialRow], columns: Sequence[int], time: AlgebraicTime
) -> bool:
    """Whether the coefficients that these columns give add the rows up to zero in all columns."""
    width = len(chosen[0])
    return all(
        time.sign_of(
            _integral(determinant([[row[j] for j in (*columns, other)] for row in chosen]))
        )
        == 0
        for other in range(width)
        if other not in columns
    )


def _rows(
    first: StagedNetwork, last: StagedNetwork, pattern: Pattern
) -> list[tuple[list[fmpq], list[fmpq]]]:
    """The rows of a region of one layer at times 0 and 1, positive inside."""
    [before], [after] = first.stages, last.stages
    starts, ends = before.map.rows.table(), after.map.rows.table()
    rows = []
    for unit, start, piece in zip(before.units, before.starts, pattern, strict=False):
        if isinstance(unit, MaxUnit):
            winner = start + piece
            for i in range(start, start + unit.rank):
                if (starts[i], ends[i]) != (starts[winner], ends[winner]):
                    pair = ((starts, winner, i), (ends, winner, i))
                    a, b = ([x - y for x, y in zip(t[w], t[j], strict=True)] for t, w, j in pair)
                    rows.append((a, b))
            continue
        cuts = table(unit)[0]
        for k, sign in ((piece - 1, 1), (piece, -1)):
            if 0 <= k < len(cuts):
                a, b = (
                    [sign * x for x in (*row[:-1], row[-1] - cuts[k])]
                    for row in (starts[start], ends[start])
                )
                # A unit that never reads anything and is on its breakpoint bounds nothing.
                if any(a) or any(b):
                    rows.append((a, b))
    return rows


def _at(row: tuple[Sequence[fmpq], Sequence[fmpq]], time: fmpq) -> IntegerRow:
    return _integers([a + time * (b - a) for a, b in zip(*row, strict=True)])


def _integers(row: Sequence[fmpq]) -> IntegerRow:
    scale = common_denominator(row)
    return primitive([(entry * scale).p for entry in row])


def _polynomials(a: Sequence[fmpq], b: Sequence[fmpq]) -> PolynomialRow:
    scale = common_denominator([*a, *b])
    return tuple(fmpz_poly([(x * scale).p, ((y - x) * scale).p]) for x, y in zip(a, b, strict=True))


def _integral(polynomial: fmpz_poly) -> list[int]:
    return [int(entry) for entry in polynomial.coeffs()]
