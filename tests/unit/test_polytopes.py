"""Corners of cells of a few inputs: each held against exact arithmetic, in plain Python."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from flint import fmpq, fmpq_mat
from plain_machine import by_attribute, plain_machine

from linreg import mlp
from linreg.kernel.data.polytopes import CORNERS, ERROR, MADE, NOT_MADE, W
from linreg.problem import problem_of

Row = list[fmpq]
"""The coefficients of a form, and its constant."""


def exactly(number: float) -> fmpq:
    return fmpq(*number.as_integer_ratio())


@pytest.fixture
def plain() -> Iterator[SimpleNamespace]:
    with np.errstate(all="ignore"):
        yield plain_machine()


class Cell:
    """Half-spaces in floats with errors, and the polytope that machine code makes of them."""

    def __init__(self, plain: SimpleNamespace, rows: np.ndarray, error: float) -> None:
        m, self.dim = len(rows), rows.shape[1] - 1
        net = mlp([(np.eye(self.dim)[[0] * m], np.arange(m))])
        self.tables = by_attribute(plain.tables.tables_of(problem_of(net, None)))
        self.work = plain.explorer.work_for(self.tables)
        self.rows, self.error = rows, error
        halfspaces = self.work.halfspaces
        for i, row in enumerate(rows):
            halfspaces.normals[i, : self.dim] = row[:-1]
            halfspaces.errors[i, : self.dim] = error * np.abs(row[:-1])
            end = halfspaces.ends[i]
            end.constant, end.error = row[-1], error * abs(row[-1])
            rate = (error + (self.dim + 4) * 2.0**-53) * np.abs(row[:-1])
            end.rate = 1.001 * np.max(rate)
        c = self.work.polytopes
        self.state = plain.building.build(halfspaces, self.work.proof, c, self.dim, m)

    def drawn(self, rng: np.random.Generator) -> list[Row]:
        """Exact half-spaces that the floats may stand for."""
        off = exactly(self.error)
        return [
            [exactly(a) * (1 + off * int(rng.integers(-1, 2))) for a in row.tolist()]
            for row in self.rows
        ]

    def check(self, exact: Sequence[Row]) -> None:
        """The corners are those of the exact half-spaces, each within its error."""
        n, c = self.dim, self.work.polytopes
        found = set()
        for i in range(c.head[CORNERS]):
            corner, bits = c.at[0, i], int(c.at_ends[0, i])
            ends = [int(c.walls[b]) for b in range(1, 64) if bits >> b & 1]
            found.add((frozenset(ends), bits & 1))
            y = meeting([exact[e] for e in ends], corner[:n].tolist(), bool(bits & 1))
            assert corner[n + W] == 1 - (bits & 1)
            assert min(values(fmpq_mat(exact), y, 1 - (bits & 1))) >= 0
            gap = sum((a - exactly(b)) ** 2 for a, b in zip(y, corner[:n].tolist(), strict=True))
            assert gap <= exactly(float(corner[n + ERROR])) ** 2
        assert found == corners_of(exact)


def values(rows: fmpq_mat, x: Sequence[fmpq], w: int) -> list[fmpq]:
    return (rows * fmpq_mat(len(x) + 1, 1, [*x, fmpq(w)])).entries()


def meeting(rows: Sequence[Row], near: Sequence[float], is_direction: bool) -> list[fmpq]:
    """Where rows are zero; of the direction in which they stay so, a multiple next to `near`."""
    n = len(near)
    matrix, shifts = [row[:-1] for row in rows], [row[-1] for row in rows]
    if is_direction:
        about = list(map(exactly, near))
        matrix, shifts = [*matrix, about], [fmpq(0)] * (n - 1) + [-sum(a * a for a in about)]
    left = fmpq_mat(n, n, [a for row in matrix for a in row])
    return left.solve(fmpq_mat(n, 1, [-shift for shift in shifts])).entries()


def corners_of(rows: Sequence[Row]) -> set[tuple[frozenset[int], int]]:
    """The corners of a cell in general position by trying all sets of half-spaces."""
    n, found = len(rows[0]) - 1, set()
    matrix = fmpq_mat(rows)
    about = np.random.default_rng(0).normal(size=n).tolist()
    for ends in combinations(range(len(rows)), n):
        y = meeting([rows[e] for e in ends], about, False)
        if min(values(matrix, y, 1)) >= 0:
            found.add((frozenset(ends), 0))
    for ends in combinations(range(len(rows)), n - 1):
        y = meeting([rows[e] for e in ends], about, True)
        rates = values(matrix, y, 0)
        if min(rates) >= 0 or max(rates) <= 0:  # along y, or the other way
            found.add((frozenset(ends), 1))
    return found


def around_a_point(rng: np.random.Generator, dim: int, m: int) -> np.ndarray:
    """Half-spaces around a point, of which some may be redundant."""
    normals = rng.normal(size=(m, dim))
    at = rng.normal(size=dim)
    return np.column_stack([normals, rng.uniform(0.2, 2, m) - normals @ at])


@pytest.mark.parametrize("error", [0.0, 1e-12, 1e-6])
@pytest.mark.parametrize("dim", [3, 4])
def test_corners_are_those_of_all_exact_cells_within_the_errors(
    plain: SimpleNamespace, dim: int, error: float
) -> None:
    rng = np.random.default_rng(dim)
    made = 0
    for _ in range(25):
        cell = Cell(plain, around_a_point(rng, dim, int(rng.integers(dim, 9))), error)
        if cell.state == MADE:
            made += 1
            for _ in range(2):
                cell.check(cell.drawn(rng))
    assert made > 20


@pytest.mark.parametrize("loose", [0.0, 1e-9])
def test_a_corner_that_is_worked_out_anew_is_as_certain(
    plain: SimpleNamespace, loose: float
) -> None:
    rng = np.random.default_rng(1)
    plain.crossing.LOOSE = loose
    for _ in range(15):
        cell = Cell(plain, around_a_point(rng, 3, 8), 1e-12)
        assert cell.state == MADE
        cell.check(cell.drawn(rng))


def test_a_box_has_the_corners_of_a_cube_and_none_at_infinity(plain: SimpleNamespace) -> None:
    rows = np.array(
        [[s if k == j else 0.0 for k in range(3)] + [2.0] for j in range(3) for s in (1, -1)]
    )
    cell = Cell(plain, rows, 0.0)
    assert (cell.state, cell.work.polytopes.head[CORNERS]) == (MADE, 8)
    corners = cell.work.polytopes.at[0, :8, :3]
    assert {tuple(corner) for corner in corners.tolist()} == {
        (a, b, c) for a in (-2.0, 2.0) for b in (-2.0, 2.0) for c in (-2.0, 2.0)
    }
    inside_out = rows.copy()
    inside_out[:, -1] = -1.0
    assert Cell(plain, inside_out, 0.0).state != MADE


def test_half_spaces_that_end_in_no_point_have_no_corners(plain: SimpleNamespace) -> None:
    rows = np.array([[1.0, 0.0, 0.0, 1.0], [0.0, 1.0, 0.0, 1.0], [1.0, 1.0, 0.0, 1.0]])
    assert Cell(plain, rows, 0.0).state == NOT_MADE


def test_a_fourth_plane_through_a_corner_leaves_a_doubt(plain: SimpleNamespace) -> None:
    """Three meet there already, so that edges would no longer be known."""
    rows = np.array([*np.column_stack([np.eye(3), np.zeros(3)]), [1.0, -1.0, 2.0, 0.0]])
    assert Cell(plain, rows, 0.0).state not in (MADE, NOT_MADE)


def _without_errors(put: Any) -> Any:
    def wrong(c: Any, form: Any, n: int, i: int, j: int, m: int) -> bool:
        done = put(c, form, n, i, j, m)
        c.at[1, m, n + ERROR] = 0.0
        return bool(done)

    return wrong


def _elsewhere(put: Any) -> Any:
    def wrong(c: Any, form: Any, n: int, i: int, j: int, m: int) -> bool:
        done = put(c, form, n, i, j, m)
        c.at[1, m, 0] += 1e-3
        return bool(done)

    return wrong


@pytest.mark.parametrize("damage", [_without_errors, _elsewhere])
def test_wrong_corners_are_caught(plain: SimpleNamespace, damage: Any) -> None:
    rng = np.random.default_rng(2)
    plain.crossing._put_between = damage(plain.crossing._put_between)

    def check() -> None:
        for _ in range(10):
            cell = Cell(plain, around_a_point(rng, 3, 8), 1e-9)
            cell.check(cell.drawn(rng))

    with pytest.raises(AssertionError):
        check()
