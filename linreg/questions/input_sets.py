"""Closed sets of inputs that rows describe: empty, a point, or with an interior in a flat.

Queries fix coordinates and repeat bounds. What rows force to be equal is found exactly and taken
out, so that a question is asked where its set has an interior.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from flint import fmpq, fmpq_mat, fmpz

from linreg.affine import ExactAffineMap
from linreg.domains import Domain, Polytope, WholeSpace
from linreg.network import Stage, StagedNetwork
from linreg.polyhedra import Multipliers, Point, Solver, decide_interior, is_bounded
from linreg.rational import fraction, primitive, primitive_factor

Form = Sequence[fmpq]
"""An affine form (g_1, ..., g_n, c) of the input: g @ x + c."""


@dataclass(frozen=True, eq=False)
class InputSet:
    """A non-empty closed polyhedron and the flat that it spans, {origin + t @ basis}.

    Attributes
    ----------
    origin : list of fmpq, length inputs
    basis : list of lists of fmpq, shape (dim, inputs)
        Linearly independent; none for a single point.
    rows : list of integer rows, shape (dim + 1,) each
        The set in the flat's coordinates is {t : rows >= 0}, and it has an interior.
    inside : Point
        Where all rows are positive; in the flat's coordinates.
    """

    origin: list[fmpq]
    basis: list[list[fmpq]]
    rows: list[list[fmpz]]
    inside: Point

    @property
    def dim(self) -> int:
        """Dimension of the set."""
        return len(self.basis)

    @property
    def is_whole(self) -> bool:
        """Whether the flat is the whole space, in its own coordinates."""
        return len(self.basis) == len(self.origin)

    @cached_property
    def is_unbounded(self) -> bool:
        """Whether the set is unbounded."""
        return self.dim > 0 and not is_bounded(self.rows, self.dim, Solver())

    @property
    def domain(self) -> Domain:
        """The set as a domain of the flat's coordinates; the set must not be a point."""
        if not self.rows:
            return WholeSpace(self.dim)
        return Polytope(
            [[fraction(-entry) for entry in row[:-1]] for row in self.rows],
            [fraction(row[-1]) for row in self.rows],
        )

    def point(self, t: Sequence[fmpq]) -> list[fmpq]:
        """The input whose coordinates in the flat are `t`."""
        return [
            start + sum((by * vector[i] for by, vector in zip(t, self.basis, strict=True)), fmpq(0))
            for i, start in enumerate(self.origin)
        ]

    def direction(self, t: Sequence[fmpq]) -> list[fmpq]:
        """The direction of inputs that a direction in the flat is."""
        return [x - o for x, o in zip(self.point(t), self.origin, strict=True)]

    def restricted(self, network: StagedNetwork) -> StagedNetwork:
        """A network as a function of the flat's coordinates; the set must not be a point."""
        if self.is_whole:
            return network
        columns = zip(*self.basis, strict=True)
        flat = ExactAffineMap.of_terms(
            (enumerate(column) for column in columns), self.origin, self.dim
        )
        if not network.stages:
            return StagedNetwork(self.dim, (), network.readout.compose(flat))
        first, *later = network.stages
        stage = Stage(first.map.compose(flat), first.units)
        return StagedNetwork(self.dim, (stage, *later), network.readout)


def input_set(forms: Iterable[Form], dim: int) -> InputSet | None:
    """The set of inputs where affine forms are non-negative; None if there are none.

    Where a combination of rows with positive weights is 0 everywhere, each of them is 0 on the
    set: `decide_interior` proves with such a combination that there is no interior.

    Examples
    --------
    The square's edge where x = 1, written as four bounds and one more:

    >>> rows = [[1, 0, 0], [-1, 0, 1], [0, 1, 0], [0, -1, 1], [1, 0, -1]]
    >>> edge = input_set([[fmpq(entry) for entry in row] for row in rows], 2)
    >>> edge.dim, edge.point([fmpq(1, 3)])
    (1, [1, 1/3])
    """
    given = [list(form) for form in forms]
    origin = [fmpq(0)] * dim
    basis = [[fmpq(int(i == j)) for j in range(dim)] for i in range(dim)]
    solver = Solver()
    while True:
        rows = _rows(given, origin, basis)
        if rows is None:
            return None
        if not basis:
            return InputSet(origin, [], [], Point.of_rationals([]))
        answer = decide_interior(rows, len(basis), solver)
        if isinstance(answer, Point):
            return InputSet(origin, basis, rows, answer)
        tight = _tight(answer, rows)
        if tight is None:
            return None
        origin, basis = _narrowed(tight, origin, basis)


def _rows(
    forms: Sequence[Form], origin: Sequence[fmpq], basis: Sequence[Sequence[fmpq]]
) -> list[list[fmpz]] | None:
    """The forms in a flat's coordinates, in integers and once each; None if one is negative."""
    if not forms:
        return []
    dim = len(origin)
    columns = [[*([vector[i] for vector in basis]), start] for i, start in enumerate(origin)] + [
        [fmpq(0)] * len(basis) + [fmpq(1)]
    ]
    flat = fmpq_mat(dim + 1, len(basis) + 1, [entry for row in columns for entry in row])
    given = fmpq_mat(len(forms), dim + 1, [entry for form in forms for entry in form])
    seen: dict[tuple[fmpz, ...], None] = {}
    for row in (given * flat).table():
        if not any(row[:-1]):
            if row[-1] < 0:
                return None
            continue
        by = primitive_factor([row])
        seen.setdefault(tuple(primitive([(entry * by).p for entry in row])))
    return [list(row) for row in seen]


def _tight(proof: Multipliers, rows: Sequence[Sequence[fmpz]]) -> list[list[fmpz]] | None:
    """The rows that are 0 on the whole set, or None if the set is empty."""
    total = sum((by * rows[i][-1] for i, by in proof.numerators.items()), fmpz(0))
    return None if total < 0 else [list(rows[i]) for i, by in proof.numerators.items() if by > 0]


def _narrowed(
    tight: Sequence[Sequence[fmpz]], origin: Sequence[fmpq], basis: Sequence[Sequence[fmpq]]
) -> tuple[list[fmpq], list[list[fmpq]]]:
    """The part of a flat where rows are zero; coordinates that they leave free stay coordinates."""
    dim = len(basis)
    reduced, rank = fmpq_mat(
        len(tight), dim + 1, [fmpq(entry) for row in tight for entry in row]
    ).rref()
    pivots = [next(j for j in range(dim) if reduced[i, j] != 0) for i in range(rank)]
    free = [j for j in range(dim) if j not in pivots]
    start = [fmpq(0)] * dim
    vectors = [[fmpq(int(i == j)) for i in range(dim)] for j in free]
    for i, pivot in enumerate(pivots):
        start[pivot] = -reduced[i, dim]
        for vector, j in zip(vectors, free, strict=True):
            vector[pivot] = -reduced[i, j]

    def combined(by: Sequence[fmpq]) -> list[fmpq]:
        return [
            sum((a * vector[i] for a, vector in zip(by, basis, strict=True)), fmpq(0))
            for i in range(len(origin))
        ]

    moved = [o + s for o, s in zip(origin, combined(start), strict=True)]
    return moved, [combined(vector) for vector in vectors]


def domain_forms(domain: Domain) -> list[list[fmpq]]:
    """The rows of a domain as affine forms, non-negative inside."""
    return [[_rational(entry) for entry in row] for row in domain.rows()]


def _rational(number: Fraction) -> fmpq:
    return fmpq(number.numerator, number.denominator)
