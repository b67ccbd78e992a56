"""Graphs of networks in which boundaries coincide: maxima of minima of a few affine forms."""

from __future__ import annotations

import numpy as np
import pytest
from flint import fmpq, fmpz
from hypothesis import given, settings
from hypothesis import strategies as st

from linreg import Box, adjacency_graph, count, enumerate_regions, mlp, zoo
from linreg.adjacency import plane
from linreg.adjacency.plane import edges_of_sides
from linreg.adjacency.search import Search
from linreg.network import Network
from linreg.polyhedra import Point, Solver
from linreg.polyhedra.irredundant import irredundant
from linreg.polyhedra.sides import sides
from linreg.rational import primitive
from linreg.regions import Enumeration


def facet_by_facet(regions: Enumeration) -> set[tuple[int, int]]:
    """The edges that linear programs find, each from its own region."""
    search = Search(regions)
    for index in range(len(regions)):
        search.visit(index)
    return search.edges


def edges_of(regions: Enumeration) -> set[tuple[int, int]]:
    return {(i, j) for i, j in adjacency_graph(regions).edges.tolist()}


def of_two_layers(forms: np.ndarray) -> Network:
    """The least of pairs of forms, rows (a, b, c) of a x + b y + c, and how these compare."""
    see = [[1, 1], [-1, -1], [1, -1], [-1, 1]]
    pairs = [(0, 1), (1, 2), (2, 3), (3, 3)]
    first = np.array([np.dot(row, forms[list(pair)]) for pair in pairs for row in see])
    least = np.kron(np.eye(4), [[0.5, -0.5, -0.5, -0.5]])
    second = np.array([[1, 1, 0, 0], [1, -1, 0, 0], [0, 0, 1, -1], [0, 1, -1, 0]]) @ least
    return mlp([(first[:, :2], first[:, 2]), (second, [0] * 4)])


@pytest.mark.parametrize(("groups", "domain"), [(2, None), (4, Box([-1, -1], [1, 1]))])
def test_sides_make_the_edges_that_facets_make(
    groups: int, domain: Box | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By machine code, and by exact arithmetic."""
    monkeypatch.setattr(plane, "WORTHWHILE", 0)
    regions = enumerate_regions(zoo.lattice(2, 4, groups).network, domain, strategy="compiled")
    expected = facet_by_facet(regions)
    assert edges_of(regions) == expected
    assert edges_of_sides(regions, range(len(regions)), None, by_machine_code=False) == expected


def test_a_lattice_of_rounded_sums_has_the_edges_that_facets_make() -> None:
    """Sums of float64 forms are no integers that floats hold, so machine code leaves doubts."""
    regions = enumerate_regions(of_two_layers(np.random.default_rng(0).normal(size=(4, 3))))
    assert edges_of(regions) == facet_by_facet(regions)


def test_ties_of_float32_weights_leave_machine_code_few_doubts() -> None:
    """Half the sum less half the gap of two forms is one of them to the last bit.

    Most regions have units that are zero throughout, of which floats alone could say nothing.
    """
    drawn = np.random.default_rng(1).uniform(0.5, 1, size=(4, 3)).astype(np.float32)
    forms = drawn.astype(np.float64)
    net = of_two_layers(forms)
    counted = count(net, strategy="compiled")
    assert counted.exact_decisions < counted.regions // 10
    assert counted.regions == count(net, strategy="highs").regions


@pytest.mark.parametrize("by_machine_code", [False, True])
def test_three_strips_have_sides_without_a_vertex(by_machine_code: bool) -> None:
    """relu(x), relu(x - 1), relu(-x) make three regions in a row."""
    regions = enumerate_regions(mlp([([[1, 0], [1, 0], [-1, 0]], [0, -1, 0])]), strategy="compiled")
    found = edges_of_sides(regions, range(3), None, by_machine_code=by_machine_code)
    assert found == facet_by_facet(regions)
    assert len(found) == 2


def test_two_half_planes_share_their_line() -> None:
    regions = enumerate_regions(mlp([([[1, 2]], [3])]), strategy="compiled")
    assert edges_of_sides(regions, range(2), None, by_machine_code=True) == {(0, 1)}


def test_a_plane_that_no_unit_cuts_has_no_edges() -> None:
    regions = enumerate_regions(mlp([([[0, 0]], [1])]), strategy="compiled")
    assert edges_of_sides(regions, [0], None, by_machine_code=True) == set()


def test_a_side_with_one_region_left_is_stepped_across() -> None:
    """What machine code has joined is not asked again; the edges from the others are found."""
    regions = enumerate_regions(zoo.lattice(2, 4, 2).network)
    whole = facet_by_facet(regions)
    for index in range(0, len(regions), 5):
        found = edges_of_sides(regions, [index], None, by_machine_code=False)
        assert found == {edge for edge in whole if index in edge}


@settings(max_examples=150)
@given(rows=st.lists(st.tuples(*[st.integers(-3, 3)] * 3), max_size=9), x=st.integers(-5, 5))
def test_the_sides_of_a_polygon_are_its_facets(rows: list[tuple[int, int, int]], x: int) -> None:
    """Clarkson's method finds facets by linear programs."""
    inside = Point.of_rationals([fmpq(x, 3), fmpq(1, 2)])
    positive = {}
    for row in rows:
        value = 2 * x * row[0] + 3 * row[1] + 6 * row[2]
        if any(row[:2]) and value != 0:
            integers = primitive([fmpz(entry if value > 0 else -entry) for entry in row])
            positive[tuple(map(int, integers))] = integers
    found = sides(list(positive), inside)
    assert found is not None
    facets = irredundant(list(positive.values()), inside, Solver()) if positive else {}
    assert sorted(side.place for side in found) == sorted(facets)
