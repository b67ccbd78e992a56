"""Recession directions of a polyhedron, computed or excluded exactly."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from flint import fmpq, fmpz, fmpz_mat

from linreg.polyhedra.highs import Proposal, Solver
from linreg.polyhedra.multipliers import Multipliers, non_negative
from linreg.polyhedra.optimum import zero_near
from linreg.polyhedra.points import Forms, IntegerRow, Point
from linreg.polyhedra.simplex import seek_negative
from linreg.rational import integer_matrix

Direction = list[fmpz]
"""A vector other than 0."""


def is_bounded(rows: Sequence[IntegerRow], dim: int, solver: Solver) -> bool:
    """Whether a non-empty polyhedron {x : rows >= 0} is bounded.

    Examples
    --------
    The strip 0 < x < 1 of the plane is unbounded, though no ball of radius 1 fits into it:

    >>> strip = [[fmpz(1), fmpz(0), fmpz(0)], [fmpz(-1), fmpz(0), fmpz(1)]]
    >>> is_bounded(strip, 2, Solver())
    False
    """
    return recession(rows, dim, solver) is None


def recession(rows: Sequence[IntegerRow], dim: int, solver: Solver) -> Direction | None:
    """A direction d with g @ d >= 0 for the gradient g of every row; None if there is none.

    If the gradients span the space, such a d makes the sum of the g @ d positive; so there is none
    if and only if minus that sum is non-negative on the cone of these directions.

    Examples
    --------
    The quadrant x, y > 0 is unbounded, and the triangle below x + y = 1 in it is bounded:

    >>> quadrant = [[fmpz(1), fmpz(0), fmpz(0)], [fmpz(0), fmpz(1), fmpz(0)]]
    >>> min(recession(quadrant, 2, Solver())) >= 0
    True
    >>> recession([*quadrant, [fmpz(-1), fmpz(-1), fmpz(1)]], 2, Solver()) is None
    True
    """
    gradients = [row[:-1] for row in rows]
    kernel, size = integer_matrix(gradients, dim).nullspace()
    if size:
        return _first_column(kernel)
    cone = Forms([[*gradient, fmpz(0)] for gradient in gradients], dim)
    form = [-sum(column, fmpz(0)) for column in zip(*gradients, strict=True)] + [fmpz(0)]
    if not any(form):
        return None
    solver.session.load(cone.normals, np.zeros(len(rows)), reach=dim)
    proposal = solver.session.propose(Forms([form], dim).normals[0], np.inf)
    if proposal is not None:
        if non_negative(form, cone.rows, proposal.basis) is not None:
            return None
        direction = _proposed(proposal, cone.rows)
        if direction is not None and any(direction) and leads_inwards(direction, rows):
            return direction
    solver.exact_decisions += 1
    zeros = [fmpq(0)] * len(rows)
    normals = [[fmpq(entry) for entry in gradient] for gradient in gradients]
    answer = seek_negative(fmpq(0), [fmpq(entry) for entry in form[:-1]], zeros, normals)
    if isinstance(answer, Multipliers):
        return None
    return Point.of_rationals(answer.step).entries[:-1]


def leads_inwards(direction: Direction, rows: Sequence[IntegerRow]) -> bool:
    """Whether no row falls in a direction.

    Examples
    --------
    >>> rows = [[fmpz(1), fmpz(0), fmpz(-7)]]
    >>> leads_inwards([fmpz(0), fmpz(1)], rows), leads_inwards([fmpz(-1), fmpz(0)], rows)
    (True, False)
    """
    return first_inwards([direction], rows) is not None


def first_inwards(directions: Iterable[Direction], rows: Sequence[IntegerRow]) -> Direction | None:
    """The first of some directions in which no row falls; None if there is none.

    Examples
    --------
    >>> rows = [[fmpz(1), fmpz(0), fmpz(-7)]]
    >>> first_inwards([[fmpz(-1), fmpz(0)], [fmpz(0), fmpz(1)]], rows)
    [0, 1]
    """
    matrix = None
    for direction in directions:
        size = len(direction) + 1
        matrix = integer_matrix(rows, size) if matrix is None else matrix
        column = fmpz_mat(size, 1, [*direction, fmpz(0)])
        if min((matrix * column).entries(), default=0) >= 0:
            return direction
    return None


def _proposed(proposal: Proposal, cone: Sequence[IntegerRow]) -> Direction | None:
    """What HiGHS's step stands for, without the rounding that took it off the rows it is on."""
    if not np.isfinite(proposal.step).all():
        return None
    tight = [cone[i] for i in proposal.basis]
    nearest = zero_near(tight, Point.of_floats(proposal.step).rationals)
    return None if nearest is None else nearest.entries[:-1]


def _first_column(matrix: fmpz_mat) -> Direction:
    return [row[0] for row in matrix.table()]
