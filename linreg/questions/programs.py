"""Exact linear programs on closed polyhedra: optima, rays, and the largest common slack."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flint import fmpq, fmpz

from linreg.polyhedra import IntegerRow, Point, Solver
from linreg.polyhedra.optimum import least_values
from linreg.polyhedra.simplex import seek_least
from linreg.rational import primitive_factor

Form = Sequence[fmpq]
"""An affine form (g_1, ..., g_n, c)."""


@dataclass(frozen=True, slots=True)
class Highest:
    """The greatest value of a form on a polyhedron, and a point that attains it."""

    value: fmpq
    point: list[fmpq]


@dataclass(frozen=True, slots=True)
class Rising:
    """A ray of a polyhedron along which a form rises without bound.

    Attributes
    ----------
    point : list of fmpq
    ray : list of fmpq
        Of largest entry 1 in size.
    rate : fmpq
        What the form gains for each ray that is added; positive.
    """

    point: list[fmpq]
    ray: list[fmpq]
    rate: fmpq


def highest_values(
    rows: Sequence[IntegerRow], forms: Sequence[Form], inside: Point, solver: Solver
) -> list[Highest | Rising]:
    """The greatest value of each form on {x : rows >= 0}, or a ray along which it rises.

    Parameters
    ----------
    rows : sequence of integer rows, shape (dim + 1,) each
    forms : sequence of forms
    inside : Point
        Where all rows are positive.

    Examples
    --------
    On x >= 0 of the line, 3 - 2x is at most 3, and x rises without bound:

    >>> half, there = [[fmpz(1), fmpz(0)]], Point.of_rationals([fmpq(1)])
    >>> forms = [[fmpq(-2), fmpq(3)], [fmpq(1), fmpq(0)]]
    >>> found = highest_values(half, forms, there, Solver())
    >>> found[0].value, found[0].point, found[1].ray, found[1].rate
    (3, [0], [1], 1)
    """
    found: list[Highest | Rising | None] = []
    asked = []
    for form in forms:
        if any(form[:-1]):
            asked.append(form)
            found.append(None)
        else:
            found.append(Highest(form[-1], inside.rationals))
    lowered = []
    for form in asked:
        by = primitive_factor([form])
        lowered.append([-(entry * by).p for entry in form])
    optima = iter(least_values(rows, lowered, inside, solver) if asked else ())
    answers: list[Highest | Rising] = []
    for form, known in zip(forms, found, strict=True):
        if known is None:
            optimum = next(optima)
            if optimum is None:
                known = _rising(rows, form, inside)
            else:
                point = optimum.point.rationals
                known = Highest(value_at(form, point), point)
        answers.append(known)
    return answers


def _rising(rows: Sequence[IntegerRow], form: Form, inside: Point) -> Rising:
    """The steepest ray, by the exact simplex method, of a form that is not bounded."""
    dim = len(form) - 1
    unit = [[fmpq(int(i == j)) for j in range(dim)] for i in range(dim)]
    normals = [[fmpq(entry) for entry in row[:-1]] for row in rows]
    normals += [*unit, *([-entry for entry in row] for row in unit)]
    slacks = [fmpq(0)] * len(rows) + [fmpq(1)] * (2 * dim)
    ray = seek_least([-entry for entry in form[:-1]], slacks, normals)
    assert ray is not None  # the rays are cut off at 1
    rate = sum((g * r for g, r in zip(form, ray, strict=False)), fmpq(0))
    longest = max(abs(entry) for entry in ray)
    return Rising(inside.rationals, [entry / longest for entry in ray], rate / longest)


@dataclass(frozen=True, slots=True)
class Met:
    """A point where all conditions hold, and the smallest of their slacks.

    Attributes
    ----------
    point : list of fmpq
    slack : fmpq
        Not negative; of conditions that are no equations, in units of their rows.
    """

    point: list[fmpq]
    slack: fmpq


@dataclass(frozen=True, slots=True)
class Missed:
    """No point meets all conditions: their smallest slack is at most this, everywhere."""

    slack: fmpq


def meet(
    rows: Sequence[IntegerRow],
    weak: Sequence[Form],
    strict: Sequence[Form],
    equal: Sequence[Form],
    inside: Point,
    solver: Solver,
) -> Met | Missed:
    """The point of {x : rows >= 0} that meets conditions with the largest slack.

    Weak forms are to be >= 0 there, strict ones > 0, equal ones 0.

    Examples
    --------
    On 0 <= x <= 1, both x - 1/4 and 3/4 - x are largest at 1/2; x > 1 holds nowhere:

    >>> rows = [[fmpz(1), fmpz(0)], [fmpz(-1), fmpz(1)]]
    >>> middle = Point.of_rationals([fmpq(1, 3)])
    >>> weak = [[fmpq(1), fmpq(-1, 4)], [fmpq(-1), fmpq(3, 4)]]
    >>> meet(rows, weak, [], [], middle, Solver())
    Met(point=[1/2], slack=1/4)
    >>> meet(rows, [], [[fmpq(1), fmpq(-1)]], [], middle, Solver())
    Missed(slack=0)
    """
    start = inside.rationals
    held = [*weak, *strict, *equal, *([-entry for entry in form] for form in equal)]
    if not held:
        return Met(start, fmpq(0))
    slack, point = _common_slack(rows, held, inside, solver)
    if slack < 0:
        return Missed(slack)
    if not equal and (slack > 0 or not strict):
        return Met(point, slack)
    # From a point that meets the weak conditions the simplex method stays among such points.
    firm = strict or weak
    if not firm:
        return Met(point, slack)
    free = [*([fmpq(entry) for entry in row] for row in rows), *held]
    best, point = _raised(free, firm, point)
    if strict and best <= 0:
        return Missed(best)
    return Met(point, best)


def _common_slack(
    rows: Sequence[IntegerRow], forms: Sequence[Form], inside: Point, solver: Solver
) -> tuple[fmpq, list[fmpq]]:
    """The largest value that the smallest form has on a polyhedron; some value if there is none."""
    start = inside.rationals
    lowest = min(value_at(form, start) for form in forms)
    lifted = [[*row[:-1], fmpz(0), row[-1]] for row in rows]
    for form in forms:
        by = primitive_factor([[*form, fmpq(1)]])
        lifted.append([(entry * by).p for entry in (*form[:-1], fmpq(-1), form[-1])])
    rising = [*([fmpz(0)] * len(start)), fmpz(-1), fmpz(0)]
    there = Point.of_rationals([*start, lowest - 1])
    (optimum,) = least_values(lifted, [rising], there, solver)
    if optimum is None:
        cap = max(fmpq(1), lowest + 1)
        lifted.append([*([fmpz(0)] * len(start)), -cap.q, cap.p])
        (optimum,) = least_values(lifted, [rising], there, solver)
    assert optimum is not None  # the slack is capped
    *point, _ = optimum.point.rationals
    return -optimum.value, point


def _raised(
    rows: Sequence[Form], forms: Sequence[Form], start: Sequence[fmpq]
) -> tuple[fmpq, list[fmpq]]:
    """As `_common_slack`, from a point where rows are non-negative, by exact steps alone."""
    lowest = min(value_at(form, start) for form in forms)
    slacks = [value_at(row, start) for row in rows]
    normals = [[*row[:-1], fmpq(0)] for row in rows]
    for form in forms:
        slacks.append(value_at(form, start) - lowest)
        normals.append([*form[:-1], fmpq(-1)])
    slacks.append(fmpq(1))
    normals.append([*([fmpq(0)] * len(start)), fmpq(-1)])
    step = seek_least([*([fmpq(0)] * len(start)), fmpq(-1)], slacks, normals)
    assert step is not None  # it rises by 1 at most
    *move, rise = step
    return lowest + rise, [x + by for x, by in zip(start, move, strict=True)]


def value_at(form: Form, point: Sequence[fmpq]) -> fmpq:
    """The value of a form at a point."""
    return sum((g * x for g, x in zip(form, point, strict=False) if g != 0), form[-1])


def pulled(form: Sequence[fmpq], variables: Sequence[Sequence[fmpq]]) -> list[fmpq]:
    """A form of variables as one of what these are forms of."""
    total = [fmpq(0)] * len(variables[0])
    for by, variable in zip(form, variables, strict=False):
        if by != 0:
            total = [entry + by * more for entry, more in zip(total, variable, strict=True)]
    total[-1] += form[-1]
    return total
