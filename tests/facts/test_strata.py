"""Facts about cells without the domain's faces, which linear programs find."""

from __future__ import annotations

import json
from fractions import Fraction
from math import comb

import numpy as np
import pytest
from golden_networks import FOLDER, Case
from pyarrow import parquet

import linreg
from linreg import Box, HypothesisError, IncompleteError, maxout, mlp, polyhedral_complex
from linreg.formulas import zaslavsky_faces
from linreg.topology import pieces
from linreg.topology.cores import core

GOLDEN = json.loads((FOLDER / "topology.json").read_text())
CASES = [Case(each["name"], each) for each in GOLDEN["cases"]]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_golden_level_sets_have_their_betti_numbers_without_the_domains_faces(case: Case) -> None:
    """Found by order complexes with gudhi, by ranks, and by duality."""
    level = case.data["level"]
    cells = polyhedral_complex(case.network, case.domain, levels=[(0, level)], strategy="programs")
    expected = case.data["expected"]["betti"]
    sets = {"nonneg": ">=", "pos": ">", "zero": "==", "neg": "<", "nonpos": "<=", "nonzero": "!="}
    for name, relation in sets.items():
        assert cells.where(0, relation, level).betti == expected[name]
    if not cells.layout.n_rows:
        assert cells.f_vector == case.data["expected"]["f_vector"]
        assert cells.bounded_f_vector == case.data["expected"]["bounded_faces"]
        assert cells.euler == (-1) ** cells.dim


def test_six_hyperplanes_in_twenty_dimensions_have_zaslavskys_faces() -> None:
    """Six in general position: C(6, k) 2^(6 - k) cells of dimension 20 - k."""
    weight = [[(i + 1) ** j % 97 - 48 for j in range(20)] for i in range(6)]
    net = mlp([(weight, [1, -2, 3, 0, 5, 1])])
    cells = polyhedral_complex(net, strategy="programs")
    assert cells.f_vector == zaslavsky_faces(6, 20)
    assert cells.f_vector[14:] == [comb(6, k) * 2 ** (6 - k) for k in range(6, -1, -1)]
    assert np.array_equal(cells.signs, polyhedral_complex(net).signs)


def test_a_box_of_twenty_inputs_is_cut_into_a_few_cells() -> None:
    """It has 2^20 corners. |x_1| + |x_2| = 1 is a square times a cube of dimension 18."""
    weight = [[int(j == k) for j in range(20)] for k in range(2)]
    net = mlp([(weight, [0, 0])], ([[1, 1]], [-1]), activation=linreg.absolute())
    box = Box([-2] * 20, [2] * 20)
    cells = polyhedral_complex(net, box, levels=[(0, 0)], strategy="programs")
    assert cells.f_vector[18:] == [5, 12, 8]
    assert cells.where(0, "==").betti[:3] == [1, 1, 0]
    assert cells.where(0, "<").betti[:2] == [1, 0]
    assert cells.where(0, ">").components == 1
    assert cells.bounded.all()
    assert cells.persistence() == [(0, -1, float("inf"))]
    with pytest.raises(IncompleteError, match='take the strategy "programs"'):
        polyhedral_complex(net, box)


def test_a_hyperplane_may_touch_a_box_in_a_corner_or_along_an_edge() -> None:
    """x + y = 2 meets the square [0, 1]^2 in (1, 1) alone, and x = 1 along a side."""
    corner = polyhedral_complex(mlp([([[1, 1]], [-2])]), Box([0, 0], [1, 1]), strategy="programs")
    assert corner.f_vector == [1, 0, 1]
    assert corner[0].point == (1, 1)
    assert corner.on_edge.tolist() == [True, False]
    side = polyhedral_complex(mlp([([[1, 0]], [-1])]), Box([0, 0], [1, 1]), strategy="programs")
    assert side.f_vector == [0, 1, 1]
    assert side[0].point[0] == 1
    assert 0 < side[0].point[1] < 1
    assert side[0].is_face_of(side[1])


def test_corners_that_only_touch_belong_to_one_set() -> None:
    """max(x + y - 2, -x - y) is at least 0 at two corners of a square, which are two parts."""
    net = mlp([([[1, 1], [-1, -1]], [-2, 0])], activation=maxout(2))
    cells = polyhedral_complex(net, "box:0,1", levels=[(0, 0)], strategy="programs")
    assert cells.where(0, ">=").betti == [2, 0, 0]
    assert cells.where(0, ">=").is_closed
    assert cells.where(0, "<").is_open
    assert cells.where(0, ">").components == 0


def test_classes_tie_where_they_do_with_the_domains_faces() -> None:
    net = mlp([([[1, 0], [0, 1], [-1, -1]], [9, 9, 9])])
    few, all_ = (
        polyhedral_complex(net, "box:-1,1", classes=True, strategy=strategy)
        for strategy in ("programs", "tree")
    )
    assert few.f_vector == [1, 3, 3]
    for cells in (few, all_):
        assert cells.decision_boundary().betti == [1, 0, 0]
        assert [each.betti for each in cells.decision_regions().values()] == [[1, 0, 0]] * 3


def test_cells_say_which_regions_are_around_them() -> None:
    level = polyhedral_complex(
        mlp([([[1, 0], [0, 1]], [0, 0])], ([[1, 1]], [-1])), levels=[(0, 0)], strategy="programs"
    ).where(0, "==")
    vertex = level.cells(0)[0]
    assert [cell.dim for cell in level.regions_of(vertex)] == [2] * 4


def test_questions_that_need_vertices_are_refused() -> None:
    net = mlp([([[1]], [0])])
    cells = polyhedral_complex(net, levels=[(0, 1)], strategy="programs")
    with pytest.raises(HypothesisError, match="have no vertices"):
        pieces(cells.where(0, "==", 1))
    with pytest.raises(ValueError, match="needs the domain's faces"):
        cells.where(0, "==", 1).betti_numbers(method="cells")
    with pytest.raises(ValueError, match="'cells' is not one for cells without"):
        cells.persistence(method="cells")
    with pytest.raises(linreg.UnknownStrategy, match="tree, regions, programs"):
        polyhedral_complex(net, strategy="faces")


def test_a_search_that_a_limit_stops_says_how_many_cells_it_found() -> None:
    weight = [[int(i == j) for j in range(6)] for i in range(6)]
    for strategy in ("programs", "tree"):
        with pytest.raises(IncompleteError, match="more than 600 cells") as caught:
            polyhedral_complex(mlp([(weight, [0] * 6)]), strategy=strategy, limit=600)
        found = caught.value.at_least
        assert found is not None
        assert sum(found) == 601
        assert all(few <= comb(6, k) * 2**k for k, few in enumerate(found))


def test_tables_of_cells_without_the_domains_faces_hold_a_point_of_each(tmp_path) -> None:  # type: ignore[no-untyped-def]
    cells = polyhedral_complex(mlp([([[1, 1]], [-2])]), "box:0,1", strategy="programs")
    (file,) = linreg.write_cells(cells, tmp_path / "cells.parquet")
    rows = parquet.read_table(file).to_pylist()
    assert rows[0]["point"] == "1 1"
    assert [row["on_domain_boundary"] for row in rows] == [True, False]
    assert {len(row["point"].split()) for row in rows} == {2}
    assert all(0 <= Fraction(x) <= 1 for row in rows for x in row["point"].split())


def test_cells_that_others_stand_for_may_be_left_out() -> None:
    """A ring has a core of four points and arcs at least, and a square of one point."""
    ring = [[1, 0], [0, 1]], [0, 0]
    net = mlp([ring, ([[1, 1]], ["-3/2"])], ([[-1]], ["1/2"]), activation=linreg.absolute())
    cells = polyhedral_complex(net, "box:-3,3", levels=[(0, 0)], strategy="programs")
    union = cells.where(0, ">=")
    kept = core(cells, union.chosen)
    assert 4 <= kept.sum() < len(union)
    assert not (kept & ~union.chosen).any()
    smaller = linreg.Subcomplex(cells, kept)
    assert smaller.betti_numbers(method="order") == union.betti_numbers(method="order") == [1, 1, 0]
    assert core(cells, np.ones(len(cells), dtype=bool)).sum() == 1
