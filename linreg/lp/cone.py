"""Boundedness, decided exactly."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from flint import fmpq, fmpz

from linreg.lp.points import Forms, IntegerRow, Point
from linreg.lp.proof import Multipliers, non_negative
from linreg.lp.simplex import seek_negative
from linreg.lp.vantage import Solver
from linreg.rational import integer_matrix


def is_bounded(rows: Sequence[IntegerRow], dim: int, solver: Solver) -> bool:
    """Whether a non-empty polyhedron {x : rows >= 0} is bounded.

    It is unless some direction d other than 0 has g @ d >= 0 for the gradient g of every row. If
    the gradients span the space, such a d makes the sum of the g @ d positive; so the polyhedron
    is bounded if and only if minus that sum is non-negative on the cone of these directions.

    Examples
    --------
    The strip 0 < x < 1 of the plane is unbounded, though no ball of radius 1 fits into it:

    >>> strip = [[fmpz(1), fmpz(0), fmpz(0)], [fmpz(-1), fmpz(0), fmpz(1)]]
    >>> is_bounded(strip, 2, Solver())
    False
    """
    gradients = [row[:-1] for row in rows]
    if len(rows) <= dim or integer_matrix(gradients, dim).rank() < dim:
        return False
    cone = Forms([[*gradient, fmpz(0)] for gradient in gradients], dim)
    form = [-sum(column, fmpz(0)) for column in zip(*gradients, strict=True)] + [fmpz(0)]
    if not any(form):
        return True
    solver.session.load(cone.normals, np.zeros(len(rows)), reach=dim)
    proposal = solver.session.propose(Forms([form], dim).normals[0], np.inf)
    if proposal is not None:
        if non_negative(form, cone.rows, proposal.basis) is not None:
            return True
        if np.isfinite(proposal.step).all() and proposal.step.any():
            values = cone.at(Point.of_floats(proposal.step))
            if all(value >= 0 for value in values):
                return False
    solver.exact_decisions += 1
    zeros = [fmpq(0)] * len(rows)
    normals = [[fmpq(entry) for entry in gradient] for gradient in gradients]
    answer = seek_negative(fmpq(0), [fmpq(entry) for entry in form[:-1]], zeros, normals)
    return isinstance(answer, Multipliers)
