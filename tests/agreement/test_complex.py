"""Cells, Betti numbers and bars, each by ways that share as little as they can."""

from __future__ import annotations

import generators
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import linreg
from linreg import BrokenInvariant, Subcomplex, count_regions, mlp, polyhedral_complex
from linreg.complex import cell_complex, levels_of
from linreg.complex.building import assembled
from linreg.complex.tree import Tree
from linreg.problem import problem_of
from linreg.topology import RELATIONS
from linreg.topology.chains import bounded_chains, dual_chains
from linreg.topology.elimination import Chains

SMALL = generators.problems(max_units=6)
MOST = 300
"""Cells of an example."""


def _complex(problem, **asked):  # type: ignore[no-untyped-def]
    """The complex of a drawn problem; examples that are large are passed over."""
    net, domain = problem
    try:
        return polyhedral_complex(net, domain, limit=MOST, **asked)
    except linreg.IncompleteError:
        assume(False)


@settings(max_examples=40)
@given(problem=SMALL)
def test_the_tree_and_the_regions_have_the_same_cells(problem) -> None:  # type: ignore[no-untyped-def]
    classes = problem[0].staged.readout.n_outputs > 1
    tree = _complex(problem, levels=[(0, 0), (0, "1/2")], classes=classes)
    other = cell_complex(tree.problem, tree.levels, strategy="regions")
    assert np.array_equal(tree.signs, other.signs)
    assert np.array_equal(tree.dims, other.dims)
    assert (tree.vectors, tree.lines) == (other.vectors, other.lines)
    assert (tree.incidence != other.incidence).nnz == 0


@settings(max_examples=30)
@given(problem=SMALL)
def test_programs_find_the_cells_of_the_tree_without_the_domains_faces(problem) -> None:  # type: ignore[no-untyped-def]
    """On a domain the faces of one sign vector of the units make one cell."""
    net, domain = problem
    asked = {"levels": [(0, 0)], "classes": net.staged.readout.n_outputs > 1}
    tree = _complex(problem, **asked)
    other = polyhedral_complex(net, domain, strategy="programs", **asked)
    rows, first = tree.layout.n_rows, tree.layout.n_pairs
    of_rows = ((1 << rows) - 1) * (1 | 1 << first)
    largest: dict[int, int] = {}
    for cell in tree:
        units = cell.signs & ~of_rows
        largest[units] = max(largest.get(units, 0), cell.dim)
    assert {cell.signs & ~of_rows: cell.dim for cell in other} == largest
    if not rows:
        assert np.array_equal(tree.signs, other.signs)
        assert np.array_equal(tree.bounded, other.bounded)
    for relation in (">=", ">", "=="):
        one, two = tree.where(0, relation), other.where(0, relation)
        assert (one.betti, one.is_open, one.is_closed) == (two.betti, two.is_open, two.is_closed)
        if len(two) <= 60:
            assert two.betti == two.betti_numbers(method="order")
    if len(other) <= 60:
        assert tree.persistence() == other.persistence()
        assert tree.persistence(superlevel=True) == other.persistence(superlevel=True)


@settings(max_examples=40)
@given(problem=SMALL)
def test_signed_faces_add_up_and_facets_have_two_sides(problem) -> None:  # type: ignore[no-untyped-def]
    cells = _complex(problem)
    ends = {True: 1, False: (-1) ** cells.dim}
    if cells.bounded.all() or cells.layout.n_rows == 0:
        assert cells.euler == ends[bool(cells.bounded.all())]
    facets = cells.dims == cells.dim - 1
    sides = cells.cofaces.sum(axis=1)
    assert (sides[facets] == 2 - cells.on_edge[facets]).all()
    assert cells.f_vector[-1] == count_regions(*problem)


@settings(max_examples=40)
@given(problem=SMALL)
def test_sign_vectors_and_generators_tell_the_same_faces(problem) -> None:  # type: ignore[no-untyped-def]
    cells = _complex(problem)
    assume(len(cells) <= 80)
    for low in range(cells.dim):
        for high in range(low + 1, cells.dim + 1):
            pairs = {*zip(*(part.tolist() for part in cells.faces_between(low, high)), strict=True)}
            assert pairs == {
                (face.index, cell.index)
                for face in cells.cells(low)
                for cell in cells.cells(high)
                if face.is_face_of(cell)
            }


@settings(max_examples=20)
@given(problem=SMALL)
def test_betti_numbers_by_cells_and_by_order_complexes_agree(problem) -> None:  # type: ignore[no-untyped-def]
    cells = _complex(problem, levels=[(0, 0)], classes=problem[0].staged.readout.n_outputs > 1)
    unions = [cells.where(0, relation) for relation in RELATIONS]
    if cells.levels.classes:
        unions += [cells.decision_boundary(), *cells.decision_regions(strictly=True).values()]
    for union in unions:
        found = union.betti_numbers(2, method="cells")
        assert found == union.betti_numbers(3) == union.betti_numbers(0)
        assert found == union.betti_numbers(method="order") == union.betti_numbers(method="gudhi")
        assert union.components == found[0]


@settings(max_examples=20)
@given(problem=SMALL, seed=st.integers(0, 99))
def test_unions_that_are_neither_open_nor_closed_have_order_complexes(problem, seed) -> None:  # type: ignore[no-untyped-def]
    cells = _complex(problem)
    chosen = np.random.default_rng(seed).random(len(cells)) < 0.5
    union = Subcomplex(cells, chosen)
    assert union.betti == union.betti_numbers(method="gudhi")
    assert union.components == union.betti[0]


@settings(max_examples=20)
@given(problem=SMALL)
def test_bars_by_cells_and_by_order_complexes_agree(problem) -> None:  # type: ignore[no-untyped-def]
    cells = _complex(problem)
    bars = cells.persistence()
    assert bars == cells.persistence(field=0) == cells.persistence(method="order")
    assert bars == cells.persistence(method="gudhi")


@settings(max_examples=20)
@given(problem=SMALL)
def test_boundaries_have_no_boundary(problem) -> None:  # type: ignore[no-untyped-def]
    """Which fails for wrong incidence numbers; see the next test."""
    cells = _complex(problem)
    everything = np.ones(len(cells), dtype=bool)
    for chains in (
        bounded_chains(cells, everything, signed=True),
        dual_chains(cells, everything, signed=True),
    ):
        assert not _twice(chains)


def test_boundaries_of_unsigned_cells_have_one() -> None:
    cells = polyhedral_complex(mlp([([[0, 0]], [1])]), linreg.Box([0, 0], [1, 1]))
    everything = np.ones(len(cells), dtype=bool)
    assert _twice(bounded_chains(cells, everything, signed=False))


def _twice(chains: Chains) -> list[dict[int, int]]:
    """The boundaries of boundaries that are not zero."""
    found = []
    for boundary in chains.boundaries:
        total: dict[int, int] = {}
        for face, by in boundary.items():
            for ridge, sign in chains.boundaries[face].items():
                total[ridge] = total.get(ridge, 0) + by * sign
        found.append({ridge: value for ridge, value in total.items() if value})
    return [each for each in found if each]


def _leaves():  # type: ignore[no-untyped-def]
    problem = problem_of(mlp([([[1, 0], [0, 1]], [0, 0])]), None)
    whole = cell_complex(problem, levels_of(problem.network, []))
    tree = Tree(problem, whole.layout)
    return problem, whole.levels, list(tree.leaves()), tree.vectors


def test_cells_that_are_found_twice_are_noticed() -> None:
    problem, levels, leaves, vectors = _leaves()
    with pytest.raises(BrokenInvariant, match="one sign vector"):
        assembled(problem, levels, [*leaves, leaves[0]], vectors)


def test_vertices_that_are_no_cells_are_noticed() -> None:
    problem, levels, leaves, vectors = _leaves()
    with pytest.raises(BrokenInvariant, match="a vertex is no cell"):
        assembled(problem, levels, [leaf for leaf in leaves if leaf.dim], vectors)


def test_cells_with_other_lines_are_noticed() -> None:
    problem, levels, leaves, vectors = _leaves()
    tree = Tree(problem_of(mlp([([[1, 0]], [0])]), None), leaves_layout(problem))
    lines = next(iter(tree.leaves())).lines
    assert lines
    wrong = leaves[0]._replace(lines=lines)
    with pytest.raises(BrokenInvariant, match="different lines"):
        assembled(problem, levels, [wrong, *leaves[1:]], vectors)


def leaves_layout(problem):  # type: ignore[no-untyped-def]
    return linreg.complex.SignLayout(0, problem.network.units[:1])
