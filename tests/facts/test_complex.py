"""Facts about polyhedral complexes and the topology of level sets."""

from __future__ import annotations

import json
from fractions import Fraction
from itertools import pairwise, product
from math import comb

import numpy as np
import pytest
from golden_networks import FOLDER, Case

import linreg
from linreg import Box, IncompleteError, absolute, formulas, maxout, mlp, polyhedral_complex, relu
from linreg.complex import margin, with_functional
from linreg.formulas import zaslavsky_bounded_faces, zaslavsky_faces
from linreg.topology import RELATIONS, diagram

GOLDEN = json.loads((FOLDER / "topology.json").read_text())
TOPOLOGIES = [Case(each["name"], each) for each in GOLDEN["cases"]]
BARS = [Case(each["name"], each) for each in GOLDEN["bars"]]
SETS = {"nonneg": ">=", "pos": ">", "zero": "==", "neg": "<", "nonpos": "<=", "nonzero": "!="}


@pytest.mark.parametrize("case", TOPOLOGIES, ids=lambda case: case.name)
def test_golden_complexes_have_these_faces(case: Case) -> None:
    """Found by two independent programs; the rule "n minus zeros" would miscount dimensions."""
    level = case.data["level"]
    cells = polyhedral_complex(case.network, case.domain, levels=[(0, level)])
    expected = case.data["expected"]
    assert cells.f_vector == expected["f_vector"]
    assert cells.bounded_f_vector == expected["bounded_faces"]
    assert cells.euler == expected["sum_of_signed_faces"]
    assert cells.where(0, "==", level).faces_by_dimension == expected["level_set_faces"]
    exceptions = 0
    for cell in cells:
        zeros = len(cell.tight_rows) + sum(
            position % 2 if isinstance(position, int) else len(position) - 1
            for position in cell.positions
        )
        exceptions += cell.dim != cells.dim - zeros
    assert exceptions == expected["cells_where_dimension_is_not_n_minus_zeros"]


@pytest.mark.parametrize("method", ["auto", "order", "gudhi"])
@pytest.mark.parametrize("case", TOPOLOGIES, ids=lambda case: case.name)
def test_golden_level_sets_have_these_betti_numbers(case: Case, method: str) -> None:
    """Found by order complexes with gudhi, by ranks, and by duality."""
    level = case.data["level"]
    cells = polyhedral_complex(case.network, case.domain, levels=[(0, level)])
    for name, relation in SETS.items():
        union = cells.where(0, relation, level)
        expected = case.data["expected"]["betti"][name]
        fields = (2, 3) if method == "gudhi" else (2, 3, 0)
        assert [union.betti_numbers(field, method=method) for field in fields] == [expected] * len(
            fields
        )
        assert union.components == expected[0]


@pytest.mark.parametrize("method", ["cells", "order", "gudhi"])
@pytest.mark.parametrize("case", BARS, ids=lambda case: case.name)
def test_golden_outputs_have_these_bars(case: Case, method: str) -> None:
    """Found by gudhi from least values of cells, and from greatest values on bounded domains."""
    cells = polyhedral_complex(case.network, case.domain)
    bars = cells.persistence(case.data["output"], method=method)
    expected = [
        (bar["dimension"], _value(bar["birth"]), _value(bar["death"]))
        for bar in case.data["expected"]["bars"]
    ]
    assert bars == sorted(expected)


def _value(text: str) -> Fraction | float:
    return float(text) if "inf" in text else Fraction(text)


@pytest.mark.parametrize(("lines", "dim"), [(4, 2), (5, 3), (3, 4), (2, 3)])
def test_hyperplanes_in_general_position_have_zaslavskys_faces(lines: int, dim: int) -> None:
    """Zaslavsky (1975), Theorems A and C, on each flat."""
    weight = [[t**k for k in range(1, dim + 1)] for t in range(1, lines + 1)]
    net = mlp([(weight, [t ** (dim + 1) for t in range(1, lines + 1)])])
    cells = polyhedral_complex(net)
    assert cells.f_vector == zaslavsky_faces(lines, dim)
    assert cells.bounded_f_vector == zaslavsky_bounded_faces(lines, dim)


@pytest.mark.parametrize("name", ["braid", "shi", "catalan"])
@pytest.mark.parametrize("n", [2, 3, 4])
def test_arrangements_with_a_name_have_the_faces_of_their_formulas(name: str, n: int) -> None:
    """Ordered partitions; Athanasiadis (1996); Levear (2021)."""
    net = getattr(linreg.zoo, name)(n).network
    assert polyhedral_complex(net).f_vector == getattr(formulas, f"{name}_faces")(n)


def test_formulas_of_faces_count_regions_last() -> None:
    assert [formulas.shi_faces(n)[-1] for n in range(1, 7)] == [
        formulas.shi_regions(n) for n in range(1, 7)
    ]
    assert formulas.catalan_faces(6)[-1] == formulas.catalan_regions(6)
    assert zaslavsky_faces(10**18, 2)[-1] == formulas.buck(10**18, 2)


def test_formulas_of_faces_refuse_what_they_are_not_for() -> None:
    with pytest.raises(linreg.HypothesisError, match="dim must be at most 300"):
        zaslavsky_faces(3, 301)
    with pytest.raises(linreg.HypothesisError, match="n must be a whole number"):
        formulas.catalan_faces(0)


def test_a_maximum_of_three_meets_in_a_point() -> None:
    star = mlp([([[0, 0], [1, 0], [0, 1]], [0, 0, 0])], activation=maxout(3))
    cells = polyhedral_complex(star)
    assert cells.f_vector == [1, 3, 3]
    assert cells[0].positions == (frozenset({0, 1, 2}),)


def test_candidates_that_tie_below_a_third_cut_nothing() -> None:
    """max(x, -x, 1): the first two are equal at 0, where the third is above both."""
    net = mlp([([[1], [-1], [0]], [0, 0, 1])], activation=maxout(3))
    assert polyhedral_complex(net).f_vector == [2, 3]


def test_a_dead_unit_a_twin_and_a_far_hyperplane_change_no_betti_number() -> None:
    ring = [[1, 0], [0, 1]], [0, 0]
    plain = mlp([ring, ([[1, 1]], ["-3/2"])], ([[-1]], ["1/2"]), activation=absolute())
    first = [[1, 0], [0, 1], [0, 0], [1, 0], [1, 1]], [0, 0, -1, 0, -100]
    second = [["1/2", 1, 0, "1/2", 0]], ["-3/2"]
    more = mlp([first, second], ([[-1]], ["1/2"]), activation=absolute())
    few, many = (polyhedral_complex(net, levels=[(0, 0)]) for net in (plain, more))
    assert few.f_vector != many.f_vector
    for relation in RELATIONS:
        assert few.where(0, relation).betti == many.where(0, relation).betti


def test_a_saddle_touches_itself_in_one_point() -> None:
    """{|x| > |y|} has two parts, and its closure one."""
    net = mlp([([[1, 0], [0, 1]], [0, 0])], ([[1, -1]], [0]), activation=absolute())
    cells = polyhedral_complex(net, levels=[(0, 0)])
    assert cells.where(0, ">").components == 2
    assert cells.where(0, ">=").components == 1
    (vertex,) = polyhedral_complex(net).critical_vertices()
    assert (vertex.value, vertex.ranks) == (0, (0, 1, 0))


def test_a_bowl_has_its_minimum_where_it_is_least() -> None:
    net = mlp([([[1, 0], [0, 1]], [-1, 2])], ([[1, 1]], [0]), activation=absolute())
    (vertex,) = polyhedral_complex(net).critical_vertices()
    assert (vertex.point, vertex.ranks, vertex.complexity) == ((1, -2), (1, 0, 0), 1)


def test_critical_vertices_are_refused_where_an_output_is_flat() -> None:
    net = mlp([([[1, 0]], [0])])
    with pytest.raises(linreg.HypothesisError, match="is constant on"):
        polyhedral_complex(net).critical_vertices()


def test_cycles_that_critical_vertices_begin_and_end_are_those_of_persistence() -> None:
    """Morse's count: each rank at a vertex begins a bar of its degree or ends one below it."""
    rng = np.random.default_rng(3)
    weight = rng.integers(-9, 10, size=(7, 2)).tolist()
    bias = rng.integers(-9, 10, size=7).tolist()
    readout = rng.integers(-9, 10, size=(1, 7)).tolist()
    net = mlp([(weight, bias)], (readout, [0]), activation=absolute())
    cells = polyhedral_complex(net, Box([-2, -2], [2, 2]))
    ends: list[tuple[int, Fraction | float]] = []
    for dim, birth, death in cells.persistence():
        ends += [(dim, birth), *([(dim + 1, death)] if death != float("inf") else [])]
    vertices = [
        (degree, vertex.value)
        for vertex in cells.critical_vertices()
        for degree, rank in enumerate(vertex.ranks)
        for _ in range(rank)
    ]
    assert sorted(vertices) == sorted(ends)
    assert len(vertices) > 2


def test_superlevel_sets_are_sublevel_sets_of_minus_the_output() -> None:
    net = mlp([([[1, 0], [0, 1], [1, 1]], [0, 0, -1])], ([[1, 1, -2]], [0]))
    down = polyhedral_complex(net).persistence(superlevel=True)
    minus = polyhedral_complex(with_functional(net.staged, [[-1]])).persistence()
    assert down == [(dim, -birth, -death) for dim, birth, death in minus]


def test_a_margin_is_positive_where_its_class_wins() -> None:
    net = mlp([([[1], [-1]], [0, 0])], ([[1, 0], [0, 1], [0, 0]], [0, 0, 1]))
    cells = polyhedral_complex(margin(net.staged, 2), levels=[(0, 0)])
    assert cells.where(0, ">").betti == [1, 0]
    assert {cell.vertices for cell in cells.where(0, "==").cells(0)} == {((1,),), ((-1,),)}


def test_decision_regions_of_three_classes_meet_in_a_star() -> None:
    identity = mlp([([[1, 0], [0, 1], [-1, -1]], [9, 9, 9])])
    cells = polyhedral_complex(identity, Box([-1, -1], [1, 1]), classes=True)
    regions = cells.decision_regions()
    assert [union.betti for union in regions.values()] == [[1, 0, 0]] * 3
    boundary = cells.decision_boundary()
    assert boundary.faces_by_dimension == [4, 3, 0]
    assert boundary.is_pure
    assert boundary.betti == [1, 0, 0]


def test_torus_has_two_loops_over_every_field() -> None:
    case = next(case for case in TOPOLOGIES if case.name == "torus3")
    cells = polyhedral_complex(case.network, case.domain, levels=[(0, 0)])
    surface = cells.where(0, "==")
    assert [surface.betti_numbers(p) for p in (2, 3, 5, 0)] == [[1, 2, 1, 0]] * 4


def test_cells_of_a_strip_have_no_vertices_and_one_line() -> None:
    net = mlp([([[1, 1], [1, 1]], [0, -1])])
    cells = polyhedral_complex(net)
    assert (cells.f_vector, cells.lines) == ([0, 2, 3], ((1, -1, 0),))
    assert not cells.bounded.any()
    assert len(cells.skeleton().graph["unbounded"]) == 2


def test_skeleton_of_a_square_is_a_ring() -> None:
    cells = polyhedral_complex(mlp([([[0, 0]], [1])]), Box([0, 0], [1, 1]))
    graph = cells.skeleton()
    assert sorted(dict(graph.degree).values()) == [2, 2, 2, 2]
    assert {data["point"] for _, data in graph.nodes(data=True)} == {(0, 0), (0, 1), (1, 0), (1, 1)}
    assert cells.hasse().number_of_edges() == 4 * 2 + 4


def test_cells_are_faces_of_each_other_as_their_sign_vectors_say() -> None:
    cells = polyhedral_complex(mlp([([[1, 0], [0, 1]], [0, 0])]))
    assert all(cells[0].is_face_of(cell) for cell in cells)
    assert not cells[1].is_face_of(cells[0])


def test_points_of_cells_have_their_sign_vectors() -> None:
    net = mlp([([[1, 0], [0, 1], [1, 1]], [0, 0, -1])], ([[1, 1, -2]], [0]))
    for cell in polyhedral_complex(net, Box([-2, -2], [2, 2])):
        assert tuple(net.staged.pattern_at(cell.point)) == cell.pattern


def test_diagrams_are_arrays_of_floats() -> None:
    bars = [(0, -float("inf"), Fraction(1, 2)), (1, Fraction(0), float("inf"))]
    assert diagram(bars, 0).tolist() == [[-float("inf"), 0.5]]
    assert diagram(bars, 2).shape == (0, 2)


def test_a_limit_on_cells_is_kept() -> None:
    net = mlp([([[1, 0], [0, 1]], [0, 0])])
    assert polyhedral_complex(net, limit=9).f_vector == [1, 4, 4]
    with pytest.raises(IncompleteError, match="more than 8 cells"):
        polyhedral_complex(net, limit=8)
    with pytest.raises(IncompleteError, match="more than 8 cells"):
        polyhedral_complex(net, limit=8, strategy="regions")


def test_questions_that_have_no_answer_are_refused() -> None:
    cells = polyhedral_complex(mlp([([[1]], [0])], activation=relu()), levels=[(0, 1)])
    with pytest.raises(ValueError, match=r"levels=\[\(0, 2\)\]"):
        cells.where(0, ">", 2)
    with pytest.raises(ValueError, match="relation: '=' is not known"):
        cells.where(0, "=", 1)
    with pytest.raises(ValueError, match="outputs are numbered from 0 to 0, got 1"):
        cells.where(1, ">", 1)
    with pytest.raises(ValueError, match="classes=True"):
        cells.decision_boundary()
    with pytest.raises(ValueError, match="at least two different outputs"):
        polyhedral_complex(mlp([([[1]], [0])]), classes=True)
    with pytest.raises(ValueError, match="a prime, or 0"):
        cells.where(0, ">", 1).betti_numbers(4)
    with pytest.raises(ValueError, match="method: 'best' is not known"):
        cells.where(0, ">", 1).betti_numbers(method="best")
    with pytest.raises(ValueError, match="gudhi works modulo primes"):
        cells.where(0, ">", 1).betti_numbers(0, method="gudhi")
    with pytest.raises(linreg.UnknownStrategy, match="'trees' is not known"):
        polyhedral_complex(mlp([([[1]], [0])]), strategy="trees")
    with pytest.raises(TypeError, match=r"levels\[0\]: a pair"):
        polyhedral_complex(mlp([([[1]], [0])]), levels=[0])


def test_a_fine_grid_of_cubes_has_the_same_loops() -> None:
    """Cubical homology of the corners at which a ring's output is at least 0, and two holes."""
    gudhi = pytest.importorskip("gudhi")
    ring = [[1, 0], [0, 1]], [0, 0]
    net = mlp([ring, ([[1, 1]], ["-3/2"])], ([[-1]], ["1/2"]), activation=absolute())
    side = np.linspace(-3, 3, 61)
    grid = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    values = net.forward(grid)[:, 0].reshape(61, 61)
    cubes = gudhi.CubicalComplex(vertices=np.where(values >= 0, 0.0, 1.0))
    cubes.compute_persistence()
    union = polyhedral_complex(net, levels=[(0, 0)]).where(0, ">=")
    assert cubes.persistent_betti_numbers(0.5, 0.5)[:2] == union.betti[:2] == [1, 1]


def test_a_cube_of_eight_dimensions_has_the_faces_of_a_cube() -> None:
    """C(8, k) 2^(8 - k), by a network that cuts nothing."""
    cells = polyhedral_complex(mlp([([[0] * 8], [1])]), Box([0] * 8, [1] * 8))
    assert cells.f_vector == [comb(8, k) * 2 ** (8 - k) for k in range(9)]


def test_cells_with_too_many_vertices_are_refused() -> None:
    net = mlp([([[1] * 30], [-1])])
    with pytest.raises(IncompleteError, match=r"more than 8,192 vertices and directions"):
        polyhedral_complex(net, Box([0] * 30, [1] * 30))


def test_a_limit_is_kept_before_the_first_cell_is_done() -> None:
    """One layer of forty units in forty dimensions cuts space into 3^40 cells."""
    weight = [[int(i == j) for j in range(40)] for i in range(40)]
    with pytest.raises(IncompleteError, match="more than 100 cells"):
        polyhedral_complex(mlp([(weight, [0] * 40)] * 2), limit=100)


def test_complexes_show_themselves_in_a_line() -> None:
    cells = polyhedral_complex(mlp([([[1, 0], [0, 1]], [0, 0])]), levels=[(0, 0)])
    assert repr(cells) == "<PolyhedralComplex: 9 cells, f-vector 1, 4, 4>"
    assert repr(cells[-1]) == "<Cell 8: dimension 2, 1 vertex, 2 rays>"
    assert repr(cells.where(0, ">")) == "<Subcomplex: 3 of 9 cells, 0, 1, 2>"


@pytest.mark.parametrize("widths", [(2, 5, 4, 1), (3, 5, 3, 1)], ids=str)
def test_vertices_of_a_generic_network_determine_all_of_its_cells(widths: tuple[int, ...]) -> None:
    """Masden (2022): a vertex has n zeros, and replacing some by signs gives all cells around it.

    So the dual complex is cubical, and each vertex is in C(n, k) 2^k cells of dimension k. The
    cells of kink7 break this rule, as of all networks whose units meet in special ways.
    """
    rng = np.random.default_rng(4)
    layers = [
        (rng.normal(size=(b, a)).tolist(), rng.normal(size=b).tolist()) for a, b in pairwise(widths)
    ]
    cells = polyhedral_complex(mlp(layers))
    n = cells.dim
    signs = {tuple(position - 1 for position in cell.positions): cell.dim for cell in cells}
    vertices = [vector for vector, dim in signs.items() if dim == 0]
    around: set[tuple[int, ...]] = set()
    for vertex in vertices:
        zeros = [place for place, sign in enumerate(vertex) if sign == 0]
        assert len(zeros) == n
        for chosen in product((-1, 0, 1), repeat=n):
            replaced = dict(zip(zeros, chosen, strict=True))
            around.add(tuple(replaced.get(k, sign) for k, sign in enumerate(vertex)))
    assert around == set(signs)
    assert all(vector.count(0) == n - dim for vector, dim in signs.items())
    for k in range(1, n + 1):
        below, _ = cells.faces_between(0, k)
        assert (np.bincount(below, minlength=len(vertices)) == comb(n, k) * 2**k).all()
