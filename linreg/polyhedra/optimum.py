"""Exact optima of affine forms on a polyhedron."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from flint import fmpq, fmpz, fmpz_mat

from linreg.polyhedra.highs import Proposal, Solver
from linreg.polyhedra.interior import decide_interior
from linreg.polyhedra.multipliers import non_negative
from linreg.polyhedra.points import Forms, IntegerRow, Point
from linreg.polyhedra.simplex import seek_least

FAR = (2.0**10, 2.0**20)
"""What else HiGHS measures lengths in: proposals reach 2^20 of these units, less precisely."""


@dataclass(frozen=True, slots=True)
class Optimum:
    """The least value of a form on a closed polyhedron, and a point where it is attained."""

    value: fmpq
    point: Point


def least_values(
    rows: Sequence[IntegerRow], forms: Sequence[IntegerRow], inside: Point, solver: Solver
) -> list[Optimum | None]:
    """The least value of each form on {x : rows >= 0}; None if it falls without end.

    HiGHS proposes a basis; its point and its multipliers prove the value if the one is feasible
    and the others are non-negative. A direction in which all rows rise and the form falls proves
    that there is no least value. Otherwise the exact simplex method decides.

    Parameters
    ----------
    rows, forms : sequences of integer rows
        Coprime or not.
    inside : Point
        Where all rows are positive.

    Examples
    --------
    On the strip 0 <= x <= 1 of the plane, -x is least at x = 1, and y falls without end:

    >>> strip = [[fmpz(1), fmpz(0), fmpz(0)], [fmpz(-1), fmpz(0), fmpz(1)]]
    >>> forms = [[fmpz(-1), fmpz(0), fmpz(0)], [fmpz(0), fmpz(1), fmpz(0)]]
    >>> middle = Point.of_rationals([fmpq(1, 2), fmpq(0)])
    >>> [x and x.value for x in least_values(strip, forms, middle, Solver())]
    [-1, None]
    """
    dim = len(inside.entries) - 1
    bundle, asked = Forms(rows, dim), Forms(forms, dim)
    slacks = bundle.floats(bundle.at(inside), inside)
    pairs = list(zip(asked.rows, asked.normals, strict=True))
    found = _proposed(bundle, pairs, slacks, inside, solver, unit=1.0)
    for i, pair in enumerate(pairs):
        if found[i] is None and not _falls_freely(bundle, pair[0], solver):
            for unit in FAR:
                found[i] = found[i] or _proposed(bundle, [pair], slacks, inside, solver, unit)[0]
            found[i] = found[i] or _decided(bundle, pair[0], inside, solver)
    return found


def _proposed(
    bundle: Forms,
    forms: Sequence[tuple[IntegerRow, np.ndarray]],
    slacks: np.ndarray,
    inside: Point,
    solver: Solver,
    unit: float,
) -> list[Optimum | None]:
    """What HiGHS proposes for forms and their gradients, one after another, if it is an optimum.

    It measures lengths in this unit.
    """
    if forms:
        solver.session.load(bundle.normals, slacks / unit, reach=len(inside.entries) - 1)
    found = []
    for form, gradient in forms:
        proposal = solver.session.propose(gradient, np.inf)
        proved = None if proposal is None else _proved(bundle, form, inside, unit, proposal)
        found.append(proved)
    return found


def _proved(
    bundle: Forms, form: IntegerRow, inside: Point, unit: float, proposal: Proposal
) -> Optimum | None:
    """The optimum that a proposal's basis describes, if it is one."""
    with np.errstate(over="ignore", invalid="ignore"):
        near = inside.floats + unit * proposal.step
    if not np.isfinite(near).all():
        return None
    point = zero_near([bundle.rows[i] for i in proposal.basis], Point.of_floats(near).rationals)
    if point is None or any(value < 0 for value in bundle.at(point)):
        return None
    value = _value(form, point)
    excess = [*(entry * value.q for entry in form[:-1]), form[-1] * value.q - value.p]
    if non_negative(excess, bundle.rows, proposal.basis) is None:
        return None
    return Optimum(value, point)


def zero_near(tight: Sequence[IntegerRow], near: Sequence[fmpq]) -> Point | None:
    """A point where rows are zero; coordinates that they leave free are taken from another.

    None if the rows have no common zero.
    """
    dim = len(near)
    matrix = fmpz_mat(len(tight), dim + 1, [entry for row in tight for entry in row])
    reduced, denominator, rank = matrix.rref()
    coordinates = list(near)
    pivots = []
    for row in reduced.table()[:rank]:
        pivot = next(j for j, entry in enumerate(row) if entry != 0)
        if pivot == dim:
            return None
        pivots.append((pivot, row))
    held = [fmpq(0) if any(j == p for p, _ in pivots) else x for j, x in enumerate(near)]
    for pivot, row in pivots:
        rest = sum((a * x for a, x in zip(row, [*held, fmpq(1)], strict=True)), fmpq(0))
        coordinates[pivot] = -rest / denominator
    return Point.of_rationals(coordinates)


def _falls_freely(bundle: Forms, form: IntegerRow, solver: Solver) -> bool:
    """Whether in some direction all rows rise and the form falls; no says nothing."""
    zero = fmpz(0)
    rates = [[*row[:-1], zero] for row in bundle.rows]
    rates.append([*(-entry for entry in form[:-1]), zero])
    return isinstance(decide_interior(rates, len(form) - 1, solver), Point)


def _decided(bundle: Forms, form: IntegerRow, inside: Point, solver: Solver) -> Optimum | None:
    """The optimum by the exact simplex method, which always terminates."""
    solver.exact_decisions += 1
    scale = inside.entries[-1]
    step = seek_least(
        [fmpq(entry) for entry in form[:-1]],
        [fmpq(value, scale) for value in bundle.at(inside)],
        [[fmpq(entry) for entry in row[:-1]] for row in bundle.rows],
    )
    if step is None:
        return None
    point = Point.of_rationals([x + s for x, s in zip(inside.rationals, step, strict=True)])
    return Optimum(_value(form, point), point)


def _value(form: IntegerRow, point: Point) -> fmpq:
    value = sum((a * x for a, x in zip(form, point.entries, strict=True)), fmpz(0))
    return fmpq(value, point.entries[-1])
