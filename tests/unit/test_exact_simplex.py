"""The exact simplex method, whatever floats propose as a place to begin."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product

import numpy as np
import pytest
from flint import fmpq
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linreg.polyhedra import Multipliers, simplex
from linreg.polyhedra.simplex import Below, seek_least, seek_negative
from linreg.rational import rational

Row = Sequence[fmpq]


def value_at(gradient: Row, constant: fmpq, point: Row) -> fmpq:
    return sum((g * x for g, x in zip(gradient, point, strict=True)), constant)


def is_negative_somewhere(value: fmpq, gradient: Row, slacks: Row, normals: Sequence[Row]) -> bool:
    """What `seek_negative` says, whose point or multipliers are checked from the definition."""
    answer = seek_negative(value, gradient, slacks, normals)
    if isinstance(answer, Below):
        assert value_at(gradient, value, answer.step) < 0
        assert all(value_at(g, c, answer.step) >= 0 for g, c in zip(normals, slacks, strict=True))
        return True
    assert isinstance(answer, Multipliers)
    by_row = answer.by_row
    assert min(by_row.values(), default=fmpq(0)) >= 0
    for j, entry in enumerate(gradient):
        assert sum((by * normals[i][j] for i, by in by_row.items()), fmpq(0)) == entry
    assert sum((by * slacks[i] for i, by in by_row.items()), fmpq(0)) <= value
    return False


def floats(rng: np.random.Generator, *shape: int) -> list[list[fmpq]]:
    return [[rational(x) for x in row] for row in rng.standard_normal(shape).tolist()]


def test_in_sixty_dimensions_a_sum_of_rows_is_not_negative_and_less_a_little_it_is() -> None:
    """Sixty of the rows are zero at a vertex, where all others are positive (Farkas, 1902)."""
    rng = np.random.default_rng(0)
    (vertex,) = floats(rng, 1, 60)
    normals = floats(rng, 200, 60)
    for row in normals:
        if value_at(row, fmpq(0), vertex) > 0:
            row[:] = [-entry for entry in row]
    rises = [fmpq(0)] * 60 + [abs(x) for (x,) in floats(rng, 140, 1)]
    slacks = [by - value_at(row, fmpq(0), vertex) for by, row in zip(rises, normals, strict=True)]
    gradient = [sum(column, fmpq(0)) for column in zip(*normals[:60], strict=True)]
    value = sum(slacks[:60], fmpq(0))
    assert not is_negative_somewhere(value, gradient, slacks, normals)
    assert is_negative_somewhere(value - fmpq(1, 2**80), gradient, slacks, normals)
    assert seek_least(gradient, slacks, normals) == vertex


def nothing(form: np.ndarray, lines: np.ndarray, *, until_negative: bool) -> list[list[int]]:
    return [[*range(len(form) - 1)]]


def singular(form: np.ndarray, lines: np.ndarray, *, until_negative: bool) -> list[list[int]]:
    dim = len(form) - 1
    return [*nothing(form, lines, until_negative=until_negative), [dim] * dim]


def anywhere(form: np.ndarray, lines: np.ndarray, *, until_negative: bool) -> list[list[int]]:
    rng = np.random.default_rng(len(lines))
    total = len(lines) + len(form) - 1
    return [rng.permutation(total)[: len(form) - 1].tolist() for _ in range(4)]


small = st.integers(-2, 2).map(fmpq)


@st.composite
def programs(draw: st.DrawFn) -> tuple[fmpq, list[fmpq], list[fmpq], list[list[fmpq]]]:
    """Of few small numbers, so that many vertices are degenerate."""
    dim, rows = draw(st.integers(1, 3)), draw(st.integers(1, 7))
    row = st.lists(small, min_size=dim, max_size=dim)
    normals = draw(st.lists(row, min_size=rows, max_size=rows))
    slacks = [abs(draw(small)) for _ in normals]
    return abs(draw(small)), draw(row), slacks, normals


@pytest.mark.parametrize("path", [None, nothing, singular, anywhere])
@settings(max_examples=100, suppress_health_check=[*HealthCheck])
@given(program=programs())
def test_any_proposal_leads_to_the_same_answer(
    path: Callable[..., list[list[int]]] | None,
    program: tuple[fmpq, list[fmpq], list[fmpq], list[list[fmpq]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As it is without a proposal; each answer is a proof, so that both are right."""
    value, gradient, slacks, normals = program
    alone = is_negative_somewhere(*program), seek_least(gradient, slacks, normals)
    with monkeypatch.context() as patched:
        patched.setattr(simplex, "FEW", -1)
        if path is not None:
            patched.setattr(simplex, "float_path", path)
        assert is_negative_somewhere(*program) == alone[0]
        least = seek_least(gradient, slacks, normals)
    assert (least is None) == (alone[1] is None)
    if least is not None and alone[1] is not None:
        assert value_at(gradient, value, least) == value_at(gradient, value, alone[1])
        assert all(value_at(g, c, least) >= 0 for g, c in zip(normals, slacks, strict=True))


def test_klee_and_minty_s_cube_ends_at_its_last_vertex() -> None:
    """Of 2^8 vertices Dantzig's method may visit all (Klee and Minty, 1972); the last is known."""
    n = 8
    normals, slacks = [], []
    for i in range(n):
        normals.append([fmpq(int(i == j)) for j in range(n)])
        slacks.append(fmpq(0))
        row = [fmpq(-(2 ** (i - j + 1))) for j in range(i)] + [fmpq(-1)]
        normals.append(row + [fmpq(0)] * (n - i - 1))
        slacks.append(fmpq(5 ** (i + 1)))
    gradient = [fmpq(-(2 ** (n - 1 - j))) for j in range(n)]
    assert seek_least(gradient, slacks, normals) == [fmpq(0)] * (n - 1) + [fmpq(5**n)]


def test_numbers_beyond_the_floats_are_decided_too() -> None:
    """On y >= -h, 1 - y / h falls without end, and y + h does not, though h is no float."""
    h = fmpq(10**400)
    for sign, value in product((1, -1), (h, h - fmpq(1, 7))):
        normals = [[fmpq(int(i == j)) for j in range(12)] for i in range(12)]
        gradient = [fmpq(sign), *[fmpq(0)] * 11]
        answer = is_negative_somewhere(value, gradient, [h] * 12, normals)
        assert answer == (sign < 0 or value < h)
