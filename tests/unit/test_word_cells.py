"""Cells by their generators in machine code: those that Python finds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from flint import fmpq, fmpz
from plain_machine import plain_machine

from linreg.explore.generated_cells import GeneratedCell, unseen, with_generators
from linreg.explore.sink import Sink
from linreg.explore.subdivision import Tally
from linreg.kernel.bridge import word_cells
from linreg.kernel.bridge.word_cells import WordCells, with_point
from linreg.kernel.bridge.word_generators import WordGenerators
from linreg.polyhedra import Forms, IntegerRow
from linreg.polyhedra.splitting import value
from linreg.rational import primitive

LARGEST = 10**6


@pytest.fixture(autouse=True)
def _machine_code() -> None:
    word_cells.prepare()


def rows_of(numbers: Any) -> list[IntegerRow]:
    return [[fmpz(int(entry)) for entry in row] for row in numbers]


def exact(numbers: np.ndarray) -> list[IntegerRow]:
    """Rows of floats as integers."""
    made = []
    for row in numbers:
        ratios = [fmpq(*float(entry).as_integer_ratio()) for entry in row]
        made.append(primitive([(ratio * 2**1100).p for ratio in ratios]))
    return made


@dataclass(eq=False)
class Stage:
    """What a cell has to know of its stage."""

    hyperplanes: Forms
    dim: int
    contests: tuple[()] = ()

    def pieces(self, signs: Any, winners: Any) -> list[int]:
        """None are asked for."""
        return []

    def known_point(self, point: Any) -> Any:
        """The point, of which nothing else is asked."""
        return point


def on(forms: list[IntegerRow], dim: int) -> Any:
    """A stage that has these hyperplanes, each once."""
    planes = []
    for form in forms:
        if any(form[:-1]) and form not in planes and [-entry for entry in form] not in planes:
            planes.append(form)

    return Stage(Forms(planes, dim), dim)


def cell_of(rows: list[IntegerRow], forms: list[IntegerRow], dim: int) -> GeneratedCell:
    on_cell = on(forms, dim)
    signs = (0,) * len(on_cell.hyperplanes)
    return unseen((), 0, on_cell, tuple(rows), signs, (), 1.0)


def vectors(cell: GeneratedCell) -> list[tuple[int, ...]]:
    return sorted(tuple(map(int, generator.vector)) for generator in cell.generators)


def told(cell: GeneratedCell) -> tuple[Any, ...]:
    """What a cell is, whatever has found it."""
    signs = {
        (tuple(map(int, g.vector)), g.above & cell.open, g.below & cell.open)
        for g in cell.generators
    }
    return cell.positive, cell.open, cell.cutting, cell.share, vectors(cell), sorted(signs)


def parts_in_python(cell: GeneratedCell) -> list[GeneratedCell]:
    """All parts that no hyperplane cuts any more, from the last to the first."""
    waiting, done = [cell], []
    while waiting:
        cell = waiting.pop()
        if cell.open:
            waiting += cell.parts()
        else:
            done.append(cell)
    return done


ONE_STAGE: Any = SimpleNamespace(network=SimpleNamespace(stages=[None]))


class Rows(Sink):
    wants_rows = True


def only(cells: WordCells, cell: GeneratedCell) -> GeneratedCell:
    """The cell with its generators, where it is one part."""
    parts = cells.parts_of(cell, at_once=True)
    assert parts is not None
    (found,) = parts
    return found


def divided(
    cells: WordCells,
    cell: GeneratedCell,
    tally: Tally,
    sink: Sink | None = None,
    limit: int | None = None,
    budget: int = LARGEST,
) -> list[GeneratedCell]:
    """What is left of a cell of the last stage."""
    never: Any = None
    left, _ = cells.split(ONE_STAGE, cell, sink or Sink(), tally, never, limit, budget)
    assert all(isinstance(part, GeneratedCell) for part in left)
    return [part for part in left if isinstance(part, GeneratedCell)]


def families(dim: int, seed: int) -> dict[str, tuple[list[IntegerRow], list[IntegerRow]]]:
    """Rows and forms of cells; most of them are cells that floats cannot decide."""
    rng = np.random.default_rng(seed)
    eye = np.eye(dim)
    box = np.vstack([np.hstack([eye, np.ones((dim, 1))]), np.hstack([-eye, np.ones((dim, 1))])])
    n = 8 if dim < 6 else 4
    gaussian = rng.normal(size=(n, dim + 1))
    twins = np.vstack([gaussian[: n // 2], np.nextafter(gaussian[: n // 2], np.inf)])
    concurrent = rng.normal(size=(n, dim))
    concurrent = np.column_stack([concurrent, -(concurrent @ (0.1 * rng.normal(size=dim)))])
    spread = gaussian * 10.0 ** rng.uniform(-12, 12, gaussian.shape)
    corner = rng.normal(size=(dim, dim + 1))
    return {
        "gaussian": (exact(box), exact(gaussian)),
        "twins": (exact(box), exact(twins)),
        "nearly concurrent": (exact(box), exact(concurrent)),
        "spread": (exact(box), exact(spread)),
        "unbounded": (exact(corner), exact(twins)),
        "powers of two": (
            exact(box * 2.0**40),
            exact(gaussian * 2.0 ** rng.integers(-90, 90, (n, 1))),
        ),
    }


@pytest.mark.parametrize("dim", range(1, 9))
@pytest.mark.parametrize(
    "name", ["gaussian", "twins", "nearly concurrent", "spread", "unbounded", "powers of two"]
)
def test_cells_and_their_parts_are_those_of_python(dim: int, name: str) -> None:
    rows, forms = families(dim, 7 * dim)[name]
    unknown = cell_of(rows, forms, dim)
    expected = with_generators(unknown, None)
    assert expected is not None
    cells = WordCells()
    found = only(cells, unknown)
    assert isinstance(found.generators, WordGenerators)
    assert told(found) == told(expected)
    for generator in found.generators:
        zeros = [
            i
            for i, row in enumerate([[fmpz(0)] * dim + [fmpz(1)], *rows])
            if value(row, generator.vector) == 0
        ]
        assert generator.on == sum(1 << i for i in zeros)
    counted, tally = Tally(cells=[0]), Tally(cells=[0])
    assert divided(cells, found, counted) == []
    parts = parts_in_python(expected)
    assert counted.regions == counted.cells[0] == len(parts)
    assert counted.share == 1
    made = divided(cells, found, tally, Rows()) if found.open else [found]
    assert [told(part) for part in made[::-1]] == [told(part) for part in parts]


@pytest.mark.parametrize("seed", range(40))
def test_cells_in_which_many_rows_meet_are_those_of_python(seed: int) -> None:
    """Small integers."""
    rng = np.random.default_rng(seed)
    dim = int(rng.integers(1, 5))
    rows = rows_of(
        np.vstack(
            [
                np.hstack([np.eye(dim), np.full((dim, 1), 2)]),
                np.hstack([-np.eye(dim), np.full((dim, 1), 2)]),
            ]
        )
    )
    forms = rows_of(rng.integers(-2, 3, (7, dim + 1)))
    unknown = cell_of(rows, forms, dim)
    expected = with_generators(unknown, None)
    assert expected is not None
    cells = WordCells()
    waiting = cells.parts_of(unknown, at_once=True)
    assert waiting is not None
    tally = Tally(cells=[0])
    while waiting:
        cell = waiting.pop()
        assert isinstance(cell.generators, WordGenerators)
        waiting += divided(cells, cell, tally)
    parts = parts_in_python(expected)
    assert tally.regions == len(parts)
    assert tally.share == 1
    waiting = cells.parts_of(unknown, at_once=True)
    assert waiting is not None
    made = divided(cells, waiting[0], tally, Rows()) if waiting[0].open else waiting
    assert [told(part) for part in made[::-1]] == [told(part) for part in parts]


def test_a_diagonal_makes_two_triangles_of_a_square() -> None:
    square = rows_of([[1, 0, 0], [0, 1, 0], [-1, 0, 1], [0, -1, 1]])
    cells = WordCells()
    found = only(cells, cell_of(square, rows_of([[1, -1, 0]]), 2))
    above, below = divided(cells, found, Tally(cells=[0]), Rows())
    assert above.positive == 1
    assert below.positive == 0
    assert vectors(above) == [(0, 0, 1), (1, 0, 1), (1, 1, 1)]
    assert vectors(below) == [(0, 0, 1), (0, 1, 1), (1, 1, 1)]


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 11])
@pytest.mark.parametrize("budget", [1, 3, 7])
def test_no_more_regions_are_counted_than_allowed_and_none_twice(limit: int, budget: int) -> None:
    """Whatever is left is split later."""
    rows, forms = families(3, 1)["twins"]
    unknown = cell_of(rows, forms, 3)
    cells = WordCells()
    waiting = cells.parts_of(unknown, at_once=True)
    expected = with_generators(unknown, None)
    assert waiting is not None
    assert expected is not None
    tally = Tally(cells=[0])
    while waiting:
        before = tally.regions
        cell = waiting.pop()
        waiting += divided(cells, cell, tally, None, before + limit, budget)
        assert tally.regions <= before + limit
    assert tally.regions == len(parts_in_python(expected))
    assert tally.share == 1


def test_what_has_no_inside_has_no_parts() -> None:
    flat = rows_of([[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 1]])
    nothing = rows_of([[1, 0, 0], [0, 1, 0], [-1, -1, -1]])
    point = rows_of([[1, 0, 0], [0, 1, 0], [-1, -1, 0]])
    forms = rows_of([[1, 2, 3]])
    for rows in (flat, nothing, point):
        assert WordCells().parts_of(cell_of(rows, forms, 2), at_once=True) == []


@pytest.mark.parametrize("dim", [1, 2, 3, 4, 5])
def test_a_cell_with_lines_is_divided_by_hyperplanes_that_cut_them(dim: int) -> None:
    """All of space, and a strip: 2 or 1 hyperplanes less than the dimension are not there yet."""
    rng = np.random.default_rng(dim)
    forms = exact(rng.normal(size=(7, dim + 1)))
    strip = exact(np.array([[1.0] * dim + [1.0], [-1.0] * dim + [1.0]]))
    for rows in ([], strip):
        cells, tally = WordCells(), Tally(cells=[0])
        parts = cells.parts_of(cell_of(rows, forms, dim), at_once=True)
        assert parts is not None
        lines = dim if not rows else dim - 1
        assert len(parts) == 2**lines
        assert sum(part.share for part in parts) == 1
        for part in parts:
            assert divided(cells, part, tally) == []
        # Zaslavsky's count of generic hyperplanes, less or more what the strip leaves of it.
        box = rows or []
        assert tally.regions == _by_signs(box, forms, dim)


@pytest.mark.parametrize("dim", [1, 2, 3, 6])
@pytest.mark.parametrize("name", ["gaussian", "twins", "unbounded"])
def test_points_of_cells_are_inside(dim: int, name: str) -> None:
    """Where no float is, between twins, too; and floats are taken where they are inside."""
    cells, (rows, forms) = WordCells(), families(dim, 3)[name]
    found = only(cells, cell_of(rows, forms, dim))
    inside = []
    for part in divided(cells, found, Tally(cells=[0]), Rows()):
        point: Any = with_point(part).known_points[0]
        bounds = [*part.halfspaces, *part.bounding_rows]
        assert all(value(row, point.entries) > 0 for row in bounds)
        inside.append(point.is_float64)
    assert any(inside)
    if name != "unbounded":
        assert all(inside) == (name == "gaussian")


@pytest.fixture
def plain() -> Iterator[SimpleNamespace]:
    with np.errstate(all="ignore"):
        yield plain_machine()


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("divide_exactly", lambda _to, a, *_: a.fill(0)),
        ("inverse", lambda odd: odd),
        ("put_negative", lambda a, b, n: a.__setitem__(slice(n), b[:n])),
        ("sign_of", lambda a, n: 1),
        ("length_of", lambda a, n: 1),
        (None, None),
    ],
)
def test_cells_are_others_where_arithmetic_is_wrong(
    name: str | None, wrong: Any, plain: SimpleNamespace
) -> None:
    """So what is wrong with quotients and signs would be seen above."""
    rows, forms = families(2, 5)["twins"]
    unknown = cell_of(rows, forms, 2)
    expected = with_generators(unknown, None)
    assert expected is not None
    plain.word_cells.is_there = lambda **_: True
    if name is not None:
        setattr(plain.cutting, name, wrong)
    try:
        (found,) = plain.word_cells.WordCells().parts_of(unknown, at_once=True)
        parts = divided(plain.word_cells.WordCells(), found, Tally(cells=[0]), Rows())
        seen = [told(part) for part in parts[::-1]]
    except (IndexError, ValueError):
        seen = []
    assert (seen == [told(part) for part in parts_in_python(expected)]) == (name is None)


def _by_signs(rows: list[IntegerRow], forms: list[IntegerRow], dim: int) -> int:
    """Sign vectors at which there is an inside: generators of the rows and the signed forms."""
    return sum(
        _has_inside([*rows, *([s * e for e in f] for s, f in zip(signs, forms, strict=True))], dim)
        for signs in product((1, -1), repeat=len(forms))
    )


def _has_inside(rows: list[IntegerRow], dim: int) -> bool:
    cell = with_generators(cell_of(rows, [], dim), None)
    assert cell is not None
    return bool(cell.generators)


def test_a_strip_without_hyperplanes_across_it_is_left_to_linear_programs() -> None:
    """A cell that is a line times something, and stays it."""
    strip = rows_of([[1, 0, 0], [-1, 0, 3]])
    forms = rows_of([[1, 0, -1], [1, 0, -2]])
    assert WordCells().parts_of(cell_of(strip, forms, 2), at_once=True) is None


def test_rows_that_are_too_long_are_left_to_python(monkeypatch: pytest.MonkeyPatch) -> None:
    rows, forms = families(2, 0)["twins"]
    unknown = cell_of(rows, forms, 2)
    for name in ("MOST_WORDS", "MOST_ROWS"):
        with monkeypatch.context() as patch:
            patch.setattr(word_cells, name, 1)
            found = only(WordCells(), unknown)
            assert isinstance(found.generators, list)


@pytest.mark.parametrize("seed", range(12))
def test_values_fit_into_the_words_that_hadamard_asks_for(seed: int) -> None:
    """Of rows with the largest entries, and signs at which determinants are largest."""
    rng = np.random.default_rng(seed)
    dim = seed % 4 + 1
    hadamard = np.array([[1]])
    while len(hadamard) < dim + 1:
        hadamard = np.block([[hadamard, hadamard], [hadamard, -hadamard]])
    numbers = hadamard[: dim + 1, : dim + 1].astype(object) * (2 ** (64 * (1 + seed % 3)) - 1)
    box = np.vstack(
        [np.hstack([np.eye(dim), np.ones((dim, 1))]), np.hstack([-np.eye(dim), np.ones((dim, 1))])]
    )
    rows, forms = exact(2.0**70 * box + rng.normal(size=box.shape) * 2.0**30), rows_of(numbers)
    unknown = cell_of(rows, forms, dim)
    expected = with_generators(unknown, None)
    found = only(WordCells(), unknown)
    assert expected is not None
    assert told(found) == told(expected)


@pytest.mark.parametrize("on_disk", [False, True])
def test_machine_code_for_exact_cells_is_made_once_it_pays(
    on_disk: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is on disk is soon loaded; and where points are asked for, there is only one way."""
    made: list[int] = []
    monkeypatch.setattr(word_cells, "is_loaded", lambda _: bool(made))
    monkeypatch.setattr(word_cells, "is_on_disk", lambda _: on_disk)
    monkeypatch.setattr(word_cells, "prepare", lambda: made.append(word_cells.Asked.cells))
    monkeypatch.setattr(word_cells.Asked, "cells", 0)
    while not word_cells.is_there(at_once=False):
        pass
    assert made == [word_cells.LOAD_AFTER if on_disk else word_cells.COMPILE_AFTER]
    made.clear()
    assert word_cells.is_there(at_once=True)
    assert len(made) == 1
