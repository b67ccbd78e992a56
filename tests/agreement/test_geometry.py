"""Corners, facets, volumes and extents against brute force, SciPy, and each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import cache
from itertools import combinations
from math import gcd, inf, lcm

import numpy as np
import pytest
from flint import fmpq, fmpz
from generators import boxes, networks
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from polyhedra import region_of
from scipy.optimize import linprog
from scipy.spatial import ConvexHull, HalfspaceIntersection

from linreg import Box, Polytope, Region, enumerate_regions, mlp
from linreg.network import Network
from linreg.oracle.feasibility import interior_point
from linreg.oracle.rows import Row
from linreg.polyhedra import Point, Solver, is_bounded
from linreg.polyhedra import highs as lp_session
from linreg.polyhedra.generators import extreme_rays, facets_generated, generators
from linreg.polyhedra.highs import FarkasSession, Proposal
from linreg.polyhedra.irredundant import irredundant
from linreg.polyhedra.optimum import least_values
from linreg.polyhedra.polyhedron import Polyhedron
from linreg.rational import rational, rational_matrix

searched = settings(max_examples=100)
Vector = tuple[Fraction, ...]


# Half of them are small.
ENTRIES = st.sampled_from([0, 1, -1, 2, -2] * 2 + [7, -9] * 5)


@cache
def rows_of(dim: int) -> st.SearchStrategy[list[Row]]:
    return st.lists(st.tuples(*[ENTRIES] * (dim + 1)), max_size=dim + 4)


@st.composite
def polyhedra(draw: st.DrawFn, dims: st.SearchStrategy[int]) -> tuple[list[Row], Polyhedron]:
    """Full-dimensional polyhedra of distinct coprime rows, many of them through one point."""
    dim = draw(dims)
    rows: list[Row] = []
    for row in draw(rows_of(dim)):
        divisor = gcd(*row)
        if any(row[:-1]):
            rows.append(tuple(entry // divisor for entry in row))
    rows = list(dict.fromkeys(rows))
    point = interior_point(rows, dim)
    assume(point)
    inside = Point.of_rationals([rational(Fraction(x, point[-1])) for x in point[:-1]])
    return rows, Polyhedron([[fmpz(entry) for entry in row] for row in rows], inside)


def value_at(row: Row, x: Sequence[Fraction]) -> Fraction:
    return sum((a * b for a, b in zip(row, [*x, 1], strict=True)), Fraction(0))


def solution(rows: Sequence[Row], dim: int) -> Vector | None:
    """Where rows are zero, if that is one point."""
    reduced, rank = rational_matrix(rows, dim + 1).rref()
    pivots = [next((j for j, x in enumerate(row) if x != 0), None) for row in reduced.table()]
    if rank != dim or dim in pivots:
        return None
    column = [row[-1] for row in reduced.table()[:dim]]
    return tuple(-Fraction(int(x.p), int(x.q)) for x in column)


def brute_force_vertices(rows: Sequence[Row], dim: int) -> set[Vector]:
    """The feasible ones among the points where dim rows meet."""
    points = {solution(chosen, dim) for chosen in combinations(rows, dim)} - {None}
    return {x for x in points if x is not None and all(value_at(row, x) >= 0 for row in rows)}


def brute_force_rays(rows: Sequence[Row], dim: int) -> set[tuple[int, ...]]:
    """Directions in which dim - 1 gradients are zero and none falls, as coprime integers."""
    found = set()
    for chosen in combinations(rows, dim - 1):
        reduced, rank = rational_matrix([row[:-1] for row in chosen], dim).rref()
        if rank != dim - 1:
            continue
        pivots = [next(j for j, x in enumerate(row) if x != 0) for row in reduced.table()]
        (free,) = {*range(dim)} - {*pivots}
        ray = {pivot: -row[free] for pivot, row in zip(pivots, reduced.table(), strict=True)}
        ray[free] = fmpq(1)
        scale = lcm(*(int(x.q) for x in ray.values()))
        whole = [int(ray[j] * scale) for j in range(dim)]
        for sign in (1, -1):
            signed = [sign * x // gcd(*whole) for x in whole]
            if all(sum(a * x for a, x in zip(row, signed, strict=False)) >= 0 for row in rows):
                found.add(tuple(signed))
    return found


def brute_force_facets(rows: Sequence[Row], dim: int) -> set[int]:
    """Rows without which a point appears that violates them, decided by the oracle."""
    return {
        place
        for place, row in enumerate(rows)
        if interior_point(
            [*(r for i, r in enumerate(rows) if i != place), tuple(-x for x in row)], dim
        )
    }


def rank_of(rows: Sequence[Row], dim: int) -> int:
    return int(rational_matrix([row[:-1] for row in rows], dim).rank())


def fractions_of(points: Sequence[Point]) -> list[Vector]:
    return [point.fractions for point in points]


# Facets and generators of small polyhedra.


@searched
@given(drawn=polyhedra(st.integers(1, 4)))
def test_facets_are_the_rows_that_something_crosses_alone(
    drawn: tuple[list[Row], Polyhedron],
) -> None:
    """Three ways: Clarkson's with linear programs, from the vertices, and by the oracle."""
    rows, found = drawn
    dim = found.dim
    by_programs = irredundant(found.rows, found.inside, Solver())
    by_vertices = facets_generated(found.rows, generators(found.rows, dim))
    assert set(by_programs) == set(by_vertices) == brute_force_facets(rows, dim)
    for places in (by_programs, by_vertices):
        for place, point in places.items():
            values = [value_at(row, point.fractions) for row in rows]
            assert values.pop(place) == 0
            assert all(value > 0 for value in values)


@searched
@given(drawn=polyhedra(st.integers(1, 4)))
def test_vertices_are_where_n_rows_meet_and_no_row_fails(
    drawn: tuple[list[Row], Polyhedron],
) -> None:
    rows, found = drawn
    described = found.generators
    if rank_of(rows, found.dim) < found.dim:
        assert len(described.lines) == found.dim - rank_of(rows, found.dim)
        return
    assert described.lines == ()
    vertices = fractions_of(described.points)
    assert vertices == sorted(brute_force_vertices(rows, found.dim))
    for vertex, tight in zip(vertices, described.tight, strict=True):
        assert tight == {i for i, row in enumerate(rows) if value_at(row, vertex) == 0}


@searched
@given(drawn=polyhedra(st.integers(2, 4)))
def test_extreme_rays_are_where_n_less_1_gradients_vanish_and_none_falls(
    drawn: tuple[list[Row], Polyhedron],
) -> None:
    rows, found = drawn
    assume(rank_of(rows, found.dim) == found.dim)
    assert set(found.generators.rays) == brute_force_rays(rows, found.dim)
    assert is_bounded(found.rows, found.dim, Solver()) == (not found.generators.rays)
    assert found.is_bounded == (not found.generators.rays)


@searched
@given(drawn=polyhedra(st.integers(1, 4)))
def test_points_rays_and_lines_stay_in_the_polyhedron_and_lines_span_its_lineality(
    drawn: tuple[list[Row], Polyhedron],
) -> None:
    rows, found = drawn
    described = found.generators
    for row in rows:
        assert all(value_at(row, point.fractions) >= 0 for point in described.points)
        assert all(value_at((*row[:-1], 0), [*map(Fraction, r)]) >= 0 for r in described.rays)
        assert all(value_at((*row[:-1], 0), [*map(Fraction, x)]) == 0 for x in described.lines)
    rank = rational_matrix(described.lines, found.dim).rank()
    assert rank == len(described.lines) == found.dim - rank_of(rows, found.dim)


@searched
@given(drawn=polyhedra(st.integers(1, 4)), data=st.data())
def test_the_order_of_the_rows_changes_no_generator(
    drawn: tuple[list[Row], Polyhedron], data: st.DataObject
) -> None:
    _, found = drawn
    order = data.draw(st.permutations(range(len(found.rows))))
    turned = generators(found.rows, found.dim, order)
    plain = generators(found.rows, found.dim)
    assert turned.lines == plain.lines
    assert turned.rays == plain.rays
    assert fractions_of(turned.points) == fractions_of(plain.points)
    assert turned.tight == plain.tight


def test_a_cone_with_a_line_has_no_extreme_rays() -> None:
    with pytest.raises(ValueError, match="lines"):
        extreme_rays([[fmpz(1), fmpz(0)]], 2)


# Extents, balls and optima.


@searched
@given(drawn=polyhedra(st.integers(1, 4)))
def test_a_form_is_least_at_a_vertex_or_falls_along_a_ray(
    drawn: tuple[list[Row], Polyhedron],
) -> None:
    _, found = drawn
    described = found.generators
    for sign in (1, -1):
        for i in range(found.dim):
            form = [fmpz(sign * int(i == j)) for j in range(found.dim)] + [fmpz(0)]
            (best,) = least_values(found.rows, [form], found.inside, Solver())
            falls = any(sign * ray[i] < 0 for ray in described.rays)
            if falls or any(line[i] for line in described.lines):
                assert best is None
            else:
                assert best is not None
                least = min(sign * point.fractions[i] for point in described.points)
                assert Fraction(int(best.value.p), int(best.value.q)) == least
                assert sign * best.point.fractions[i] == least
                values = [value_at(tuple(map(int, r)), best.point.fractions) for r in found.rows]
                assert all(value >= 0 for value in values)


def test_the_point_of_an_optimum_lies_on_the_closed_polyhedron_even_without_a_vertex() -> None:
    slab = [[fmpz(2), fmpz(0), fmpz(-1)], [fmpz(-1), fmpz(0), fmpz(1)]]
    inside = Point.of_floats(np.array([0.75, 5.0]))
    (best,) = least_values(slab, [[fmpz(1), fmpz(0), fmpz(0)]], inside, Solver())
    assert best is not None
    assert best.point.fractions[0] == Fraction(1, 2)


def random_polytope(rng: np.random.Generator, dim: int, rows: int) -> Region:
    """Random half-spaces at distance 1 from the origin, within a cube."""
    normals = rng.normal(size=(rows, dim))
    normals /= np.linalg.norm(normals, axis=1)[:, None]
    A = np.vstack([normals, np.eye(dim), -np.eye(dim)])
    return region_of(Polytope(A.tolist(), [1.0] * rows + [2.0] * (2 * dim)))


@pytest.mark.parametrize(("dim", "rows"), [(2, 9), (3, 12), (4, 9), (5, 6), (6, 4)])
def test_random_polytopes_have_the_corners_and_volumes_that_scipy_finds(
    dim: int, rows: int
) -> None:
    region = random_polytope(np.random.default_rng(dim), dim, rows)
    halfspaces = np.column_stack([region.halfspaces.normals, -region.halfspaces.offsets])
    corners = HalfspaceIntersection(halfspaces, np.zeros(dim)).intersections
    assert len(corners) == len(region.vertices)
    gaps = np.abs(corners[:, None] - region.vertices[None]).max(axis=2)
    assert gaps.min(axis=0).max() < 1e-9
    assert region.volume == pytest.approx(ConvexHull(region.vertices).volume, rel=1e-9)


@pytest.mark.parametrize(("dim", "rows"), [(2, 9), (4, 12), (8, 20)])
def test_balls_and_boxes_are_those_of_scipy_s_linear_programs(dim: int, rows: int) -> None:
    region = random_polytope(np.random.default_rng(dim), dim, rows)
    A, b = region.halfspaces.normals, region.halfspaces.offsets
    norms = np.linalg.norm(A, axis=1)
    ball = linprog([0] * dim + [-1], np.column_stack([A, norms]), b, bounds=(None, None))
    centre, radius = region.chebyshev()
    assert radius == pytest.approx(-ball.fun, rel=1e-9)
    assert ((b - A @ centre) / norms >= radius * (1 - 1e-12)).all()
    lower, upper = region.bounding_box()
    for i, unit in enumerate(np.eye(dim)):
        assert lower[i] == pytest.approx(linprog(unit, A, b, bounds=(None, None)).fun, rel=1e-7)
        assert upper[i] == pytest.approx(-linprog(-unit, A, b, bounds=(None, None)).fun, rel=1e-7)


# Regions of networks.


@settings(max_examples=30)
@given(net=networks(inputs=st.integers(2, 3)), data=st.data())
def test_regions_of_networks_have_the_geometry_of_their_halfspaces(
    net: Network, data: st.DataObject
) -> None:
    box = data.draw(boxes(net.input_dim))
    for region in enumerate_regions(net, box):
        rows = region.exact_halfspaces
        forms = [
            (*(-entry for entry in normal), offset)
            for normal, offset in zip(rows.normals.tolist(), rows.offsets.tolist(), strict=True)
        ]
        vertices = brute_force_vertices(list(dict.fromkeys(forms)), net.input_dim)
        assert [tuple(x) for x in region.exact_vertices.tolist()] == sorted(vertices)
        hull = ConvexHull(np.array(sorted(vertices), dtype=float))
        assert float(region.exact_volume) == pytest.approx(hull.volume, rel=1e-9)
        lower, upper = region.bounding_box()
        assert lower.tolist() == region.vertices.min(axis=0).tolist()
        assert upper.tolist() == region.vertices.max(axis=0).tolist()
        centre, radius = region.chebyshev()
        slack = region.halfspaces.slack(centre) / np.linalg.norm(region.halfspaces.normals, axis=1)
        assert slack.min() == pytest.approx(radius, rel=1e-9)


@pytest.mark.parametrize("dim", [2, 3])
def test_random_networks_fill_a_box_exactly(dim: int) -> None:
    """Float64 weights: every volume is a fraction of hundreds of digits."""
    rng = np.random.default_rng(7)
    layers = [(rng.normal(size=(5, dim)), rng.normal(size=5)), (rng.normal(size=(5, 5)), [0] * 5)]
    regions = enumerate_regions(mlp(layers), Box([-1] * dim, ["1/3"] * dim))
    assert sum(region.exact_volume for region in regions) == Fraction(4, 3) ** dim


# Floating point proposes and never decides.


def nothing(session: FarkasSession, target: np.ndarray, bound: float) -> None:
    """No answer, as when the solver fails."""


def noise(session: FarkasSession, target: np.ndarray, bound: float) -> Proposal:
    """A step and a basis at random."""
    rng = np.random.default_rng(session.solved)
    session.solved += 1
    size = min(session._rows, int(rng.integers(0, len(target) + 2)))
    basis = rng.permutation(session._rows)[:size].tolist()
    step = rng.normal(size=len(target)) * 10.0 ** rng.integers(-20, 300)
    return Proposal(float(rng.choice([-1, 0.5, 1.5, 1e30])), step, basis)


def described(rows: Sequence[Row], found: Polyhedron) -> Iterator[object]:
    """Facets and extents of a polyhedron, in a form that can be compared."""
    yield set(irredundant(found.rows, found.inside, Solver()))
    for i in range(found.dim):
        form = [fmpz(int(i == j)) for j in range(found.dim)] + [fmpz(0)]
        (best,) = least_values(found.rows, [form], found.inside, Solver())
        yield inf if best is None else best.value


@pytest.mark.parametrize("propose", [nothing, noise])
@settings(max_examples=60)
@given(drawn=polyhedra(st.integers(1, 3)))
def test_wrong_proposals_change_no_facet_and_no_optimum(
    propose: object, drawn: tuple[list[Row], Polyhedron]
) -> None:
    rows, found = drawn
    right = list(described(rows, found))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lp_session.FarkasSession, "propose", propose)
        assert list(described(rows, found)) == right
