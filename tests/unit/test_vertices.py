"""Proofs by the vertex where a form is least: found wherever there is one, and never wrong."""

from __future__ import annotations

import numpy as np
import pytest
from flint import fmpz

import linreg
from linreg.checker.claims import is_non_negative
from linreg.kernel.bridge.word_cells import WordCells
from linreg.kernel.proofs.vertices import Vertices
from linreg.polyhedra import IntegerRow, Point, PointedPolyhedron, Solver
from linreg.problem import problem_of
from linreg.problem.integer import identity_state
from linreg.problem.stage_on_cell import StageOnCell


def vertices(dim: int) -> Vertices:
    problem = problem_of(linreg.mlp([(np.eye(dim), np.zeros(dim))]), None)
    on_cell = StageOnCell(problem.integer_stages[0], identity_state(dim))
    return Vertices(WordCells(), on_cell)


def drawn(rng: np.random.Generator, dim: int, kind: str) -> list[IntegerRow]:
    """Rows that are positive at the origin: of small integers, which often meet, or nearly so."""
    rows = rng.integers(-3, 4, (dim + 4, dim + 1))
    rows[:, -1] = rng.integers(1, 3, len(rows))
    integers = [[fmpz(int(entry)) for entry in row] for row in rows if row[:-1].any()]
    if kind == "nearly twice":
        integers += [[2**60 * entry for entry in row] for row in integers[:3]]
        for row in integers[-3:]:
            row[int(rng.integers(dim))] += 1
    return integers


@pytest.mark.parametrize("kind", ["small integers", "nearly twice"])
@pytest.mark.parametrize("dim", [1, 2, 3, 4])
def test_a_form_is_proved_where_no_point_refutes_it(dim: int, kind: str) -> None:
    """As linear programs decide; the checker accepts the multipliers."""
    rng = np.random.default_rng(dim)
    proved = refuted = 0
    origin = Point.of_floats(np.zeros(dim))
    for _ in range(40):
        rows, cell = drawn(rng, dim, kind), vertices(dim)
        pointed = PointedPolyhedron.of_rows(rows, origin, Solver())
        some = [int(i) for i in rng.integers(0, len(rows), 2)]
        forms = [
            *drawn(rng, dim, kind),
            [a + b for a, b in zip(rows[some[0]], rows[some[1]], strict=True)],
        ]
        for form in forms:
            gradient = np.array([float(int(entry)) for entry in form[:-1]])
            answer = pointed.below(form, gradient, float(int(form[-1])))
            proof = cell.proof(form, rows)
            if isinstance(answer, Point):
                assert proof is None
                refuted += 1
            elif proof is not None:
                plain = [tuple(map(int, row)) for row in (form, *rows)]
                numerators = {row: int(by) for row, by in proof.numerators.items()}
                multipliers = int(proof.denominator), numerators
                assert is_non_negative(plain[0], plain[1:], multipliers)
                assert len(numerators) <= dim
                proved += 1
            else:
                assert cell._words.generators_of(rows, cell._on_cell) is None
    assert proved > 40
    assert refuted > 10


def test_without_a_vertex_there_is_no_proof() -> None:
    """The half-plane x > 0 holds lines; x + 1 is positive on it."""
    x = [fmpz(1), fmpz(0), fmpz(0)]
    assert vertices(2).proof([fmpz(1), fmpz(0), fmpz(1)], [x]) is None


def test_another_cell_has_other_vertices() -> None:
    one, minus_one, two = fmpz(1), fmpz(-1), fmpz(2)
    cell = vertices(1)
    assert cell.proof([one, minus_one], [[one, minus_one]]) is not None  # x - 1 where x > 1
    assert cell.proof([one, minus_one], [[two, minus_one]]) is None  # x > 1/2
    assert cell.proof([one, minus_one], [[one, -two]]) is not None


def test_a_wrong_vertex_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The triangle x, y > 0, x + y < 3: its vertices are said to lie on other rows."""
    rows = [[fmpz(a), fmpz(b), fmpz(c)] for a, b, c in ((1, 0, 0), (0, 1, 0), (-1, -1, 3))]
    form = [fmpz(1), fmpz(1), fmpz(0)]
    assert vertices(2).proof(form, rows) is not None
    honest = WordCells.generators_of

    def turned(self: WordCells, *arguments: object) -> object:
        found = honest(self, *arguments)  # type: ignore[arg-type]
        assert found is not None
        return [(vector, 0b111 ^ on) for vector, on in found]

    monkeypatch.setattr(WordCells, "generators_of", turned)
    assert vertices(2).proof(form, rows) is None
