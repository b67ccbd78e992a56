"""Critical times of one layer: all times at which rows become dependent that usually are not.

The regions of one layer are those of an arrangement, and depend on the signs of the minors of its
matrix of rows alone (its oriented matroid), with the domain's rows and the row (0, ..., 0, 1) of
what is infinitely far. Let r be the rank of the matrix at most times. Minors of size r decide:
where fewer rows become dependent, so does every r of them that contain these. A minor's sign
changes at a root alone, so between neighbouring roots no region is born or dies.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from math import comb

from flint import fmpq, fmpq_mat, fmpz_poly

from linreg.domains import Domain, integer_rows
from linreg.network.stages import StagedNetwork, table
from linreg.rational import common_denominator
from linreg.units import MaxUnit

PolynomialRow = tuple[fmpz_poly, ...]
"""A form whose coefficients are polynomials of time; the last one is the constant."""

SAMPLE = fmpq(7919, 104729)
"""A time at which the rank is taken; it is less than that at most times only where a minor that
is not zero has a root, and then another one is taken."""


def moving_rows(before: StagedNetwork, after: StagedNetwork, domain: Domain) -> list[PolynomialRow]:
    """Different rows of one layer as polynomials of time, the domain's, and that of infinity."""
    [first], [last] = before.stages, after.stages
    width = before.input_dim + 1
    starts, ends = first.map.rows.table(), last.map.rows.table()
    rows: dict[tuple[tuple[int, ...], ...], PolynomialRow] = {}

    def add(at_0: Sequence[fmpq], at_1: Sequence[fmpq]) -> None:
        scale = common_denominator([*at_0, *at_1])
        row = tuple(
            fmpz_poly([(a * scale).p, ((b - a) * scale).p]) for a, b in zip(at_0, at_1, strict=True)
        )
        if any(entry.degree() >= 0 for entry in row):
            rows.setdefault(tuple(tuple(map(int, e.coeffs())) for e in row), row)

    for unit, start in zip(first.units, first.starts, strict=False):
        if isinstance(unit, MaxUnit):
            for i, j in combinations(range(start, start + unit.rank), 2):
                add(
                    [a - b for a, b in zip(starts[i], starts[j], strict=True)],
                    [a - b for a, b in zip(ends[i], ends[j], strict=True)],
                )
            continue
        for cut in table(unit)[0]:
            add(
                [*starts[start][:-1], starts[start][-1] - cut],
                [*ends[start][:-1], ends[start][-1] - cut],
            )
    for fixed in integer_rows(domain):
        add([*map(fmpq, fixed)], [*map(fmpq, fixed)])
    infinity = [fmpq(0)] * (width - 1) + [fmpq(1)]
    add(infinity, infinity)
    return list(rows.values())


def usual_rank(rows: Sequence[PolynomialRow]) -> int:
    """The rank of the rows at most times: the largest at any."""
    width = len(rows[0])
    # A minor of this size has at most so many roots, so one of so many times is none of them.
    times = [SAMPLE + k for k in range(width + 1)]
    return max(
        int(fmpq_mat(len(rows), width, [entry(time) for row in rows for entry in row]).rank())
        for time in times
    )


def n_minors(n_rows: int, rank: int, width: int) -> int:
    """How many minors there are."""
    return comb(n_rows, rank) * comb(width, rank)


def dependencies(rows: Sequence[PolynomialRow], rank: int) -> Iterator[fmpz_poly]:
    """What vanishes where rows are dependent, for each `rank` rows that usually are not.

    That is the greatest common divisor of their minors.
    """
    width = len(rows[0])
    for chosen in combinations(rows, rank):
        together = fmpz_poly([])
        for columns in combinations(range(width), rank):
            minor = determinant([[row[j] for j in columns] for row in chosen])
            together = together.gcd(minor)
            if together.degree() == 0:
                break
        if together.degree() > 0:
            yield together


def determinant(matrix: Sequence[Sequence[fmpz_poly]]) -> fmpz_poly:
    """The determinant of a small matrix of polynomials, along its first row."""
    if not matrix:
        return fmpz_poly([1])
    total = fmpz_poly([])
    for j, entry in enumerate(matrix[0]):
        if entry.degree() >= 0:
            rest = determinant([[*row[:j], *row[j + 1 :]] for row in matrix[1:]])
            total += entry * rest if j % 2 == 0 else -entry * rest
    return total
