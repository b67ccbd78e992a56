"""The cells around a level set or a boundary, beside those of the whole complex."""

from __future__ import annotations

from fractions import Fraction

import generators
import numpy as np
import pytest
from hypothesis import assume, given, settings

import linreg
from linreg import Box, Subcomplex, mlp, polyhedral_complex
from linreg.complex import CellComplex, tree
from linreg.complex.around import NearSet

MOST = 400
"""Cells of an example."""


def _around(cells: CellComplex, chosen: np.ndarray) -> set[bytes]:
    """The sign vectors of cells whose closure has a chosen one."""
    reached = chosen.copy()
    for low in range(cells.dim):
        for high in range(low + 1, cells.dim + 1):
            below, above = cells.faces_between(low, high)
            reached[above[chosen[below]]] = True
    return {cells.signs[i].tobytes() for i in np.flatnonzero(reached)}


def _seen(union: Subcomplex) -> dict[bytes, tuple[object, ...]]:
    cells = union.complex
    return {
        cells.signs[i].tobytes(): (cells[i].dim, cells[i].vertices, cells[i].rays)
        for i in union.indices.tolist()
    }


@pytest.fixture(autouse=True)
def _asks_always(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bounds are asked for at every cell, also where splitting would cost less."""
    monkeypatch.setattr(tree, "FEW", 1)
    monkeypatch.setattr(tree, "STEP", 1)


@settings(max_examples=40)
@given(problem=generators.problems(max_units=6))
def test_cells_around_a_level_are_those_whose_closure_meets_it(problem) -> None:  # type: ignore[no-untyped-def]
    net, domain = problem
    level = Fraction(1, 2)
    try:
        whole = polyhedral_complex(net, domain, levels=[(0, level)], limit=MOST)
    except linreg.IncompleteError:
        assume(False)
    some = polyhedral_complex(net, domain, levels=[(0, level)], around=(0, level))
    expected = whole.where(0, "==", level)
    assert {row.tobytes() for row in some.signs} == _around(whole, expected.chosen)
    found = some.where(0, "==", level)
    assert _seen(found) == _seen(expected)
    assert (found.betti, found.is_closed, found.is_open, found.components) == (
        expected.betti,
        expected.is_closed,
        expected.is_open,
        expected.components,
    )
    if net.staged.readout.n_outputs > 1:
        whole = polyhedral_complex(net, domain, classes=True)
        some = polyhedral_complex(net, domain, classes=True, around="classes")
        expected = whole.decision_boundary()
        assert {row.tobytes() for row in some.signs} == _around(whole, expected.chosen)
        assert _seen(some.decision_boundary()) == _seen(expected)


def test_bounds_spare_most_of_the_tree() -> None:
    """|x| + |y| + ... at least 1 everywhere: no cell of a box far from 0 is split by 40 units."""
    asked = []
    net, box = _far()
    seen = NearSet.may_meet

    def counted(self, *arguments):  # type: ignore[no-untyped-def]
        asked.append(seen(self, *arguments))
        return asked[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(NearSet, "may_meet", counted)
        cells = polyhedral_complex(net, box, levels=[(0, 0)], around=(0, 0))
    assert len(cells) == 0
    assert asked.count(False) >= 1
    assert len(asked) <= 9  # the faces of the square, which some 800 cells would be made of


def _far():  # type: ignore[no-untyped-def]
    rng = np.random.default_rng(5)
    weight = rng.integers(-4, 5, size=(40, 2)).tolist()
    net = mlp([(weight, [0] * 40)], ([[1] * 40], [-1]), activation=linreg.absolute())
    return net, Box([1, 1], [2, 2])


@pytest.mark.parametrize("error", ["radii", "forms"])
def test_wrong_bounds_lose_cells(error: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Which the first test here would notice: bounds that leave the radius out, or the level."""
    from linreg.complex import around

    net = mlp(
        [([[1, 1], [1, -1]], [0, 0]), ([[1, 1]], [-2])], ([[1]], [-1]), activation=linreg.absolute()
    )
    asked = {"levels": [(0, 0)], "around": (0, 0)}
    right = len(polyhedral_complex(net, "box:-3,3", **asked))
    plain = around.RelaxedStage.outputs

    def wrong(self, rows, points, rays):  # type: ignore[no-untyped-def]
        found = plain(self, rows, points, rays)
        if error == "radii":
            return around.Bounded(found.forms, found.errors, 0 * found.radii)
        return around.Bounded(found.forms + 9, found.errors, found.radii)

    monkeypatch.setattr(around.RelaxedStage, "outputs", wrong)
    assert len(polyhedral_complex(net, "box:-3,3", **asked)) < right


def test_only_the_set_itself_can_be_asked_for() -> None:
    net = mlp([([[1], [-1]], [0, 0])])
    cells = polyhedral_complex(net, levels=[(0, 1), (0, 2)], around=(0, 1))
    for ask in (
        lambda: cells.where(0, ">", 1),
        lambda: cells.where(0, "==", 2),
        cells.persistence,
        cells.critical_vertices,
        cells.skeleton,
    ):
        with pytest.raises(ValueError, match="around"):
            ask()
    with pytest.raises(ValueError, match="not cut where output 0 is 3"):
        polyhedral_complex(net, levels=[(0, 1)], around=(0, 3))
    with pytest.raises(ValueError, match="not cut by classes"):
        polyhedral_complex(net, around="classes")
    with pytest.raises(TypeError, match="a pair"):
        polyhedral_complex(net, levels=[(0, 1)], around=7)
    for strategy in ("regions", "programs"):
        with pytest.raises(ValueError, match='only the strategy "tree" looks around'):
            polyhedral_complex(net, levels=[(0, 1)], around=(0, 1), strategy=strategy)
