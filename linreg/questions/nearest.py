"""The point of a closed polyhedron that is nearest to another one, exactly, in three norms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from flint import fmpq, fmpq_mat, fmpz

from linreg.polyhedra import IntegerRow, Point, Solver
from linreg.polyhedra.optimum import least_values
from linreg.questions.programs import value_at
from linreg.rational import nearest_float, primitive_factor

Form = Sequence[fmpq]


@dataclass(frozen=True, slots=True)
class Near:
    """A nearest point.

    Attributes
    ----------
    size : fmpq
        Its distance; the square of it for l2.
    point : list of fmpq
    """

    size: fmpq
    point: list[fmpq]


def nearest_point(
    rows: Sequence[IntegerRow],
    offsets: Sequence[Form],
    inside: Point,
    norm: str,
    solver: Solver,
) -> Near:
    """Where offsets are smallest in a norm on {t : rows >= 0}.

    Parameters
    ----------
    rows : sequence of integer rows, shape (dim + 1,) each
    offsets : sequence of forms of t
        The coordinates of what is measured, such as x(t) - x_0.
    inside : Point
        Where all rows are positive.
    norm : str
        "l1", "l2" or "linf".

    Examples
    --------
    From the origin to x + y >= 2:

    >>> half = [[fmpz(1), fmpz(1), fmpz(-2)]]
    >>> offsets = [[fmpq(1), fmpq(0), fmpq(0)], [fmpq(0), fmpq(1), fmpq(0)]]
    >>> there = Point.of_rationals([fmpq(2), fmpq(2)])
    >>> [nearest_point(half, offsets, there, norm, Solver()).size for norm in ("l1", "l2", "linf")]
    [2, 2, 1]
    """
    if norm == "l2":
        return _projected(rows, offsets)
    return _by_program(rows, offsets, inside, norm, solver)


def _by_program(
    rows: Sequence[IntegerRow],
    offsets: Sequence[Form],
    inside: Point,
    norm: str,
    solver: Solver,
) -> Near:
    """By a linear program in t and the sizes of the offsets, or their largest size."""
    start = inside.rationals
    extra = 1 if norm == "linf" else len(offsets)
    zeros = [fmpz(0)] * extra
    lifted = [[*row[:-1], *zeros, row[-1]] for row in rows]
    for i, form in enumerate(offsets):
        for sign in (1, -1):
            by = primitive_factor([[*form, fmpq(1)]])
            row = [(sign * entry * by).p for entry in form]
            sizes = list(zeros)
            sizes[0 if norm == "linf" else i] = by.p
            lifted.append([*row[:-1], *sizes, row[-1]])
    values = [abs(value_at(form, start)) + 1 for form in offsets]
    top = [max(values)] if norm == "linf" else values
    objective = [*([fmpz(0)] * len(start)), *([fmpz(1)] * extra), fmpz(0)]
    (optimum,) = least_values(lifted, [objective], Point.of_rationals([*start, *top]), solver)
    assert optimum is not None  # sizes are not negative
    return Near(optimum.value, optimum.point.rationals[: len(start)])


def _projected(rows: Sequence[IntegerRow], offsets: Sequence[Form]) -> Near:
    """The Euclidean projection.

    Rows that are tight are proposed, the conditions of Kuhn and Tucker are checked exactly, and
    where they fail exact pivots decide.
    """
    dim = len(offsets[0]) - 1
    matrix = fmpq_mat(len(offsets), dim, [entry for form in offsets for entry in form[:-1]])
    shift = fmpq_mat(len(offsets), 1, [form[-1] for form in offsets])
    gram = matrix.transpose() * matrix
    inverse = gram.inv()
    free = -(inverse * (matrix.transpose() * shift))
    forms = [[fmpq(entry) for entry in row] for row in rows]
    start = list(free.entries())
    if all(value_at(form, start) >= 0 for form in forms):
        return Near(_square(offsets, start), start)
    for chosen in _proposals(forms, start, inverse):
        found = _on_flat([forms[i] for i in chosen], start, inverse)
        if found is not None and all(value_at(form, found) >= 0 for form in forms):
            return Near(_square(offsets, found), found)
    point = _by_pivots(forms, start, inverse)
    return Near(_square(offsets, point), point)


def _square(offsets: Sequence[Form], point: Sequence[fmpq]) -> fmpq:
    return sum((value_at(form, point) ** 2 for form in offsets), fmpq(0))


def _proposals(forms: Sequence[Form], start: Sequence[fmpq], inverse: fmpq_mat) -> list[list[int]]:
    """Rows that may be tight, by least squares with non-negative unknowns (Lawson, Hanson 1974)."""
    from scipy.optimize import nnls

    dim = len(start)
    metric = np.array([[nearest_float(int(x.p), int(x.q)) for x in row] for row in inverse.table()])
    try:
        root = np.linalg.cholesky(metric)
    except np.linalg.LinAlgError:
        return []
    gradients = np.array([[nearest_float(int(x.p), int(x.q)) for x in form[:-1]] for form in forms])
    values = np.array(
        [nearest_float(int(v.p), int(v.q)) for v in (value_at(form, start) for form in forms)]
    )
    scaled = gradients @ root
    lengths = np.linalg.norm(scaled, axis=1)
    if not (np.isfinite(scaled).all() and np.isfinite(values).all() and (lengths > 0).all()):
        return []
    scaled, values = scaled / lengths[:, None], values / lengths
    unit = max(np.abs(values).max(), 1e-300)
    target = np.zeros(dim + 1)
    target[-1] = 1.0
    try:
        weights = nnls(np.vstack([scaled.T, -values[None] / unit]), target)[0]
    except RuntimeError:
        return []
    order = np.argsort(-weights)
    return [[int(i) for i in order if weights[i] > cut * weights.max()] for cut in (1e-9, 1e-6)]


def _on_flat(tight: Sequence[Form], start: Sequence[fmpq], inverse: fmpq_mat) -> list[fmpq] | None:
    """The projection on the flat where rows are 0, if its multipliers are non-negative."""
    dim = len(start)
    normals = fmpq_mat(len(tight), dim, [entry for form in tight for entry in form[:-1]])
    spread = inverse * normals.transpose()
    try:
        multipliers = (normals * spread).solve(
            fmpq_mat(len(tight), 1, [-value_at(form, start) for form in tight])
        )
    except ZeroDivisionError:
        return None
    if any(entry < 0 for entry in multipliers.entries()):
        return None
    return [x + by for x, by in zip(start, (spread * multipliers).entries(), strict=True)]


def _by_pivots(forms: Sequence[Form], start: Sequence[fmpq], inverse: fmpq_mat) -> list[fmpq]:
    """The projection by the criss-cross method on the multipliers' complementarity problem.

    Rows are taken up once they are violated. With the least index first the method ends: Klafszky
    and Terlaky (1992), "Some generalizations of the criss-cross method for quadratic programming".
    """
    dim = len(start)
    taken: list[int] = []
    while True:
        point = list(start)
        if taken:
            normals = fmpq_mat(len(taken), dim, [entry for i in taken for entry in forms[i][:-1]])
            spread = inverse * normals.transpose()
            multipliers = _complementary(
                (normals * spread).table(), [value_at(forms[i], start) for i in taken]
            )
            moved = spread * fmpq_mat(len(taken), 1, multipliers)
            point = [x + by for x, by in zip(start, moved.entries(), strict=True)]
        violated = next((i for i, form in enumerate(forms) if value_at(form, point) < 0), None)
        if violated is None:
            return point
        assert violated not in taken
        taken.append(violated)


def _complementary(matrix: Sequence[Sequence[fmpq]], shifts: Sequence[fmpq]) -> list[fmpq]:
    """z >= 0 with w = shifts + matrix z >= 0 and w z = 0, for a positive semidefinite matrix."""
    size = len(shifts)
    # Line i is the basic variable of pair i, as (constant, coefficients of the nonbasic ones).
    lines = [[shift, *row] for shift, row in zip(shifts, matrix, strict=True)]
    is_dual = [False] * size  # whether z_i is basic
    while True:
        first = next((i for i in range(size) if lines[i][0] < 0), None)
        if first is None:
            return [lines[i][0] if is_dual[i] else fmpq(0) for i in range(size)]
        if lines[first][first + 1] != 0:
            _exchange(lines, first, first)
            is_dual[first] = not is_dual[first]
            continue
        other = next((k for k in range(size) if lines[first][k + 1] > 0), None)
        assert other is not None  # else the polyhedron were empty
        _exchange(lines, first, other)
        _exchange(lines, other, first)
        lines[first], lines[other] = lines[other], lines[first]
        for line in lines:
            line[first + 1], line[other + 1] = line[other + 1], line[first + 1]
        is_dual[first], is_dual[other] = not is_dual[first], not is_dual[other]


def _exchange(lines: list[list[fmpq]], index: int, column: int) -> None:
    """Exchange the basic variable of a line with the nonbasic one of a column."""
    pivot = 1 / lines[index][column + 1]
    solved = [-entry * pivot for entry in lines[index]]
    solved[column + 1] = pivot
    for other, line in enumerate(lines):
        if other == index:
            continue
        by = line[column + 1]
        if by != 0:
            lines[other] = [entry + by * more for entry, more in zip(line, solved, strict=True)]
            lines[other][column + 1] = by * pivot
    lines[index] = solved
