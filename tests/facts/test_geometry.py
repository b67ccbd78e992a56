"""Facets, corners, volumes and extents of polyhedra that are known by name, and of subdivisions."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, product
from math import comb, factorial, inf, nextafter, sqrt

import numpy as np
import pytest
from generators import boxes, networks, polytopes
from golden_networks import case, cases
from hypothesis import given, settings
from hypothesis import strategies as st
from polyhedra import (
    cross_polytope,
    cube,
    polar_of_cyclic,
    polyhedron,
    region_of,
    simplex,
    whole_space,
)

from linreg import Box, Enumeration, Region, absolute, enumerate_regions, maxout, mlp, relu
from linreg.domains import Domain
from linreg.errors import UnsolvedError
from linreg.network import Network
from linreg.units import Unit

searched = settings(max_examples=40)

PYRAMID = polyhedron(
    [[0, 0, -1], [1, 0, 1], [-1, 0, 1], [0, 1, 1], [0, -1, 1]], [0, 1, 1, 1, 1]
)  # over the square [-1, 1]^2, with its top at (0, 0, 1)
STRIP = polyhedron([[1, 0], [-1, 0]], [1, 0])  # 0 < x < 1 in the plane
HALF_STRIP = polyhedron([[1, 0], [-1, 0], [0, -1]], [1, 0, 0])  # and y > 0
WEDGE = polyhedron([[-1, 0, 0], [1, -2, 0]], [0, 0])  # x > 0 and 2 y > x, in space
HALF_SPACE = polyhedron([[0, 0, -3]], [-1])  # z > 1/3
RIGHT_TRIANGLE = polyhedron([[-1, 0], [0, -1], [4, 3]], [0, 0, 12])  # sides 3, 4 and 5


def vertices_of(region: Region) -> list[tuple[Fraction, ...]]:
    return [tuple(vertex) for vertex in region.exact_vertices.tolist()]


# Facets.


@pytest.mark.parametrize("dim", range(1, 7))
def test_a_cube_has_2n_facets_2_to_the_n_vertices_and_volume_2_to_the_n(dim: int) -> None:
    region = cube(dim)
    assert len(region.facets) == 2 * dim
    assert vertices_of(region) == list(product([-1, 1], repeat=dim))
    assert region.exact_volume == 2**dim == region.volume


@pytest.mark.parametrize("dim", range(1, 7))
def test_a_simplex_has_n_plus_1_facets_and_vertices_and_volume_1_over_n_factorial(dim: int) -> None:
    region = simplex(dim)
    assert len(region.facets) == len(region.vertices) == dim + 1
    assert region.exact_volume == Fraction(1, factorial(dim))


@pytest.mark.parametrize("dim", range(2, 7))
def test_a_cross_polytope_has_2_to_the_n_facets_and_2n_vertices(dim: int) -> None:
    """All vertices are degenerate from dimension 3 on: 2^(n-1) facets meet in each."""
    region = cross_polytope(dim)
    assert len(region.facets) == 2**dim
    assert len(region.vertices) == 2 * dim
    assert region.exact_volume == Fraction(2**dim, factorial(dim))


@pytest.mark.parametrize(("points", "dim"), [(7, 2), (7, 3), (8, 4), (9, 5), (9, 6)])
def test_the_polar_of_a_cyclic_polytope_has_most_vertices_of_all(points: int, dim: int) -> None:
    """McMullen (1970), the upper bound theorem, which cyclic polytopes attain."""
    region = polar_of_cyclic(points, dim)
    low, high = dim // 2, (dim + 1) // 2
    assert len(region.facets) == points
    assert len(region.vertices) == comb(points - high, low) + comb(points - low - 1, high - 1)


def test_four_facets_of_a_pyramid_meet_in_its_top() -> None:
    """Its volume is that of its base times its height over 3."""
    assert len(PYRAMID.facets) == len(PYRAMID.vertices) == 5
    assert PYRAMID.exact_volume == Fraction(4, 3)
    on_top = [f for f in PYRAMID.facets if f.exact_normal[2] == f.exact_offset == 1]
    assert len(on_top) == 4


def test_a_facet_is_a_row_with_its_owners_and_a_point_inside_it() -> None:
    """x < 1, x > 0 and y > 0: relu(1 - x), the box at x = 0, and both relus of y at once."""
    net = mlp([([[-1, 0], [0, 1], [0, -2], [1, 0]], [1, 0, 0, 5])])
    regions = enumerate_regions(net, Box([0, -9], [9, 9]))
    facets = regions[regions.find([1, 1, 0, 1])].facets
    assert [f.exact_normal for f in facets] == [(1, 0), (0, -1), (-1, 0), (0, 1)]
    assert [f.exact_offset for f in facets] == [1, 0, 0, 9]
    assert [f.owners for f in facets] == [(0,), (1, 2), (-1,), (-1,)]
    assert [f.point for f in facets[:2]] == [(1, Fraction(9, 2)), (Fraction(1, 2), 0)]


def test_a_row_of_a_unit_and_of_the_domain_is_one_facet_of_both() -> None:
    (region,) = enumerate_regions(mlp([([[2]], [0])]), Box([0], [1]))
    assert sorted(facet.owners for facet in region.facets) == [(-1,), (-1, 0)]


def test_float_normals_of_facets_have_length_1_and_offsets_are_distances() -> None:
    region = polyhedron([[3, 4], [-1, 0], [0, -1]], [10, 0, 0])
    slanted = next(facet for facet in region.facets if facet.exact_offset == 10)
    assert slanted.normal.tolist() == [0.6, 0.8]
    assert slanted.offset == 2.0


@pytest.mark.parametrize("power", [40, 400, 1000])
def test_rows_beyond_all_floats_have_facets_and_balls_as_others_do(power: int) -> None:
    huge = 10**power
    region = polyhedron([[huge, huge + 1], [-huge, -1], [0, -1]], [2 * huge, 0, 0])
    normals = [facet.normal for facet in region.facets]
    assert np.allclose(normals, [[0.5**0.5] * 2, [-1, 0], [0, -1]], rtol=1e-15)
    assert region.chebyshev().radius == pytest.approx(2 / (2 + sqrt(2)), rel=1e-12)
    assert region.volume == 2.0


def on_facet(facet_index: int, region: Region) -> list[Fraction]:
    """The slack of every facet at a facet's point."""
    point = region.facets[facet_index].point
    return [
        facet.exact_offset - sum(a * x for a, x in zip(facet.exact_normal, point, strict=True))
        for facet in region.facets
    ]


@searched
@given(net=networks(), data=st.data())
def test_no_facet_can_be_left_out(net: Network, data: st.DataObject) -> None:
    """Just beyond a point inside a facet all other facets still hold, and the region ends."""
    domain = data.draw(boxes(net.input_dim) | polytopes(net.input_dim))
    for region in enumerate_regions(net, domain):
        for index, facet in enumerate(region.facets):
            slacks = on_facet(index, region)
            assert slacks.pop(index) == 0
            assert all(slack > 0 for slack in slacks)
            assert not region.contains(facet.point)
            start = region.exact_witness
            inside = [(a + 999 * b) / 1000 for a, b in zip(start, facet.point, strict=True)]
            assert region.contains(inside)


@searched
@given(net=networks(), data=st.data())
def test_facets_are_enough(net: Network, data: st.DataObject) -> None:
    """A point is in the region if it is inside of all facets: no other row is needed."""
    domain = data.draw(boxes(net.input_dim) | polytopes(net.input_dim))
    numbers = st.fractions(-20, 20, max_denominator=16)
    for region in enumerate_regions(net, domain):
        point = data.draw(st.lists(numbers, min_size=net.input_dim, max_size=net.input_dim))
        inside = all(
            sum(a * x for a, x in zip(facet.exact_normal, point, strict=True)) < facet.exact_offset
            for facet in region.facets
        )
        assert region.contains(point) == inside


@pytest.mark.parametrize(
    "name",
    [
        each.name
        for each in cases()
        if each.data["domain"]["type"] == "all" and each.expected.get("dual_edges", 999) < 160
    ],
)
def test_every_facet_is_shared_by_two_regions(name: str) -> None:
    """On the whole space: twice the number of pairs that touch, which others have counted."""
    facets = sum(len(region.facets) for region in case(name).regions)
    assert facets == 2 * case(name).expected["dual_edges"]


# Vertices, rays and lines.


def test_vertices_of_a_thin_region_are_exact_where_floats_are_not() -> None:
    """Between 1/3 and 1/3 + 10^-40 there is no float64 number."""
    region = polyhedron([[-3], [3 * 10**40]], [-1, 10**40 + 3])
    third = Fraction(1, 3)
    assert vertices_of(region) == [(third,), (third + Fraction(1, 10**40),)]
    assert region.vertices.tolist() == [[1 / 3], [1 / 3]]
    assert region.exact_volume == Fraction(1, 10**40)
    assert region.volume == 1e-40


def test_half_strips_one_ulp_wide_have_exact_corners_and_balls() -> None:
    """The lines x = 1 + k ulp and y = 1, for k = 0..4: eight half-strips and four quadrants."""
    ulp, one = Fraction(1, 2**52), Fraction(1)
    strips, quadrants = [], 0
    for region in enumerate_regions(case("strips_k5_1ulp").network):
        match vertices_of(region):
            case [left, right]:
                strips.append((left, right))
                assert len(region.facets) == 3
                assert len(region.recession.exact_rays) == 1
                assert region.chebyshev().radius == 2.0**-53
            case [corner]:
                quadrants += corner in {(one, one), (one + 4 * ulp, one)}
                assert len(region.facets) == len(region.recession.exact_rays) == 2
                assert region.chebyshev().radius == inf
    corners = [((one + k * ulp, one), (one + (k + 1) * ulp, one)) for k in range(4)]
    assert sorted(strips) == sorted(2 * corners)
    assert quadrants == 4


def test_a_wedge_has_a_line_and_two_rays_and_no_vertex() -> None:
    cone = WEDGE.recession
    assert WEDGE.exact_vertices.shape == (0, 3)
    assert cone.exact_lines == ((0, 0, 1),)
    assert set(cone.exact_rays) == {(0, 1, 0), (2, 1, 0)}
    assert cone.lines.tolist() == [[0, 0, 1]]
    assert np.allclose(np.linalg.norm(cone.rays, axis=1), 1)


def test_a_half_space_has_all_lines_of_its_edge_and_one_ray() -> None:
    cone = HALF_SPACE.recession
    assert cone.exact_lines == ((1, 0, 0), (0, 1, 0))
    assert cone.exact_rays == ((0, 0, 1),)


def test_the_whole_space_has_n_lines_and_nothing_else() -> None:
    region = whole_space(3)
    assert region.facets == ()
    assert region.recession.exact_lines == ((1, 0, 0), (0, 1, 0), (0, 0, 1))
    assert region.recession.exact_rays == ()
    assert region.vertices.shape == (0, 3)
    assert region.volume == inf
    assert not region.is_bounded


def test_a_half_strip_has_two_vertices_and_one_ray() -> None:
    assert vertices_of(HALF_STRIP) == [(0, 0), (1, 0)]
    assert HALF_STRIP.recession.exact_rays == ((0, 1),)
    assert HALF_STRIP.recession.exact_lines == ()


def test_the_quadrants_of_space_are_cones_over_the_unit_vectors() -> None:
    octant = enumerate_regions(mlp([([[1, 0, 0], [0, 1, 0], [0, 0, 1]], [0, 0, 0])]))[-1]
    assert octant.recession.exact_rays == ((0, 0, 1), (0, 1, 0), (1, 0, 0))
    assert vertices_of(octant) == [(0, 0, 0)]


@pytest.mark.parametrize("region", [cube(3), simplex(2), PYRAMID, cube(8)])
def test_a_bounded_region_has_no_line_and_no_ray(region: Region) -> None:
    cone = region.recession
    assert cone.exact_lines == cone.exact_rays == ()
    assert cone.lines.shape == cone.rays.shape == (0, len(region.witness))


# Volumes.


@searched
@given(net=networks(inputs=st.integers(1, 3)), data=st.data())
def test_the_volumes_of_all_regions_add_up_to_that_of_the_domain(
    net: Network, data: st.DataObject
) -> None:
    box = data.draw(boxes(net.input_dim))
    sides = [high - low for low, high in zip(box.lower, box.upper, strict=True)]
    volumes = [region.exact_volume for region in enumerate_regions(net, box)]
    assert sum(volumes) == np.prod(sides)
    assert all(volume > 0 for volume in volumes)


def test_volumes_add_up_in_dimension_4_too() -> None:
    net = case("zaslavsky_n4_m6_leaky").network
    assert (
        sum(region.exact_volume for region in enumerate_regions(net, Box([-1] * 4, [2] * 4))) == 81
    )


@pytest.mark.parametrize("region", [STRIP, HALF_STRIP, WEDGE, HALF_SPACE, whole_space(9)])
def test_an_unbounded_region_has_infinite_volume_which_is_no_fraction(region: Region) -> None:
    assert region.volume == inf
    with pytest.raises(ValueError, match=r"unbounded.* box domain"):
        _ = region.exact_volume


# Balls and boxes.


def test_a_right_triangle_of_sides_3_4_5_holds_a_circle_of_radius_1() -> None:
    """The inradius is the area over half the perimeter: 6 / 6."""
    centre, radius = RIGHT_TRIANGLE.chebyshev()
    assert centre.tolist() == pytest.approx([1, 1], rel=1e-15)
    assert radius == pytest.approx(1, rel=1e-15)


@pytest.mark.parametrize("dim", [1, 2, 6, 12])
def test_the_largest_ball_of_a_cube_touches_all_facets(dim: int) -> None:
    ball = cube(dim).chebyshev()
    assert ball.centre.tolist() == [0] * dim
    assert ball.radius == 1


@pytest.mark.parametrize("dim", [2, 3, 5])
def test_the_largest_ball_of_a_simplex_has_its_centre_at_equal_distances(dim: int) -> None:
    """r from n sides and (1 - n r) / sqrt(n) from the last: r = 1 / (n + sqrt(n))."""
    centre, radius = simplex(dim).chebyshev()
    assert radius == pytest.approx(1 / (dim + sqrt(dim)), rel=1e-15)
    assert centre.tolist() == pytest.approx([radius] * dim, rel=1e-15)


def test_an_unbounded_region_may_hold_a_largest_ball() -> None:
    for region in (STRIP, HALF_STRIP):
        assert region.chebyshev().radius == 0.5
        assert region.chebyshev().centre[0] == 0.5
    assert HALF_STRIP.contains(HALF_STRIP.chebyshev().centre)


@pytest.mark.parametrize("region", [WEDGE, HALF_SPACE, whole_space(2)])
def test_a_region_that_holds_every_ball_has_an_infinite_radius(region: Region) -> None:
    centre, radius = region.chebyshev()
    assert radius == inf
    assert centre.tolist() == region.witness.tolist()


def test_a_bounding_box_is_infinite_exactly_where_a_region_is_unbounded() -> None:
    assert [side.tolist() for side in STRIP.bounding_box()] == [[0, -inf], [1, inf]]
    assert [side.tolist() for side in HALF_STRIP.bounding_box()] == [[0, 0], [1, inf]]
    assert [side.tolist() for side in WEDGE.bounding_box()] == [[0, 0, -inf], [inf] * 3]
    assert [side.tolist() for side in RIGHT_TRIANGLE.bounding_box()] == [[0, 0], [3, 4]]
    assert [side.tolist() for side in PYRAMID.bounding_box()] == [[-1, -1, 0], [1, 1, 1]]


@pytest.mark.parametrize("slope", [10**9, 10**30])
def test_a_corner_far_out_of_sight_is_found(slope: int) -> None:
    """y < 1 + x / slope and y > 2 x / slope meet at x = slope, where no float program looks."""
    region = polyhedron([[-1, slope], [2, -slope], [-1, 0]], [slope, 0, 0])
    assert region.bounding_box().upper.tolist() == [float(slope), 2]
    assert region.vertices.tolist()[-1] == [float(slope), 2]


# Subdivisions of the plane.


def edges_and_vertices(regions: Enumeration) -> tuple[set[frozenset[object]], set[object]]:
    """All distinct edges, each as its two ends, and all distinct vertices."""
    edges: set[frozenset[object]] = set()
    vertices: set[object] = set()
    for region in regions:
        corners = vertices_of(region)
        vertices.update(corners)
        for facet in region.facets:
            ends = [
                x
                for x in corners
                if sum(a * b for a, b in zip(facet.exact_normal, x, strict=True))
                == facet.exact_offset
            ]
            assert len(ends) == 2
            edges.add(frozenset(ends))
    return edges, vertices


def assert_euler(net: Network, domain: Domain) -> None:
    regions = enumerate_regions(net, domain)
    edges, vertices = edges_and_vertices(regions)
    assert len(vertices) - len(edges) + len(regions) == 1


@searched
@given(net=networks(inputs=st.just(2)), box=boxes(2))
def test_vertices_less_edges_plus_regions_of_a_subdivided_box_is_1(net: Network, box: Box) -> None:
    """Euler (1758), for a disc: the unbounded face of the plane is not counted."""
    assert_euler(net, box)


@pytest.mark.parametrize(
    "name", ["thm5_fold_n2_4x4_unitcube", "simplex_domain", "touch_box_corner", "box_clips_regions"]
)
def test_degenerate_subdivisions_of_the_plane_have_no_holes_and_no_overlaps(name: str) -> None:
    assert_euler(case(name).network, case(name).domain)


def test_euler_s_relation_fails_when_a_region_is_missing() -> None:
    regions = enumerate_regions(mlp([([[1, 0], [0, 1]], [0, 0])]), Box([-1, -1], [1, 1]))
    edges, vertices = edges_and_vertices(regions)
    assert (len(vertices), len(edges), len(regions)) == (9, 12, 4)
    some = list(regions)[:3]
    edges, vertices = edges_and_vertices(some)
    assert (len(vertices), len(edges)) == (8, 10)
    assert len(vertices) - len(edges) + len(regions) != 1


# Samples.


@pytest.mark.parametrize(
    "region", [simplex(1), RIGHT_TRIANGLE, PYRAMID, cross_polytope(6), simplex(7)]
)
def test_sampled_points_lie_strictly_inside_and_repeat_with_the_seed(region: Region) -> None:
    points = region.sample(50, seed=1)
    assert points.shape == (50, len(region.witness))
    assert all(region.contains(x) for x in points)
    assert len(np.unique(points, axis=0)) == 50
    assert (points == region.sample(50, np.random.default_rng(1))).all()
    assert (points != region.sample(50, 2)).any()


@pytest.mark.parametrize("region", [simplex(3), PYRAMID, RIGHT_TRIANGLE, cross_polytope(4)])
def test_sampled_points_have_the_mean_of_the_region(region: Region) -> None:
    """The mean of the vertices' weights in each simplex: within 5 standard errors."""
    points = region.sample(4000, seed=3)
    simplices = region.polyhedron.simplices
    weights = np.array([float(int(v.p) / int(v.q)) for v in region.polyhedron.volumes])
    means = np.array([region.vertices[list(corners)].mean(axis=0) for corners in simplices])
    expected = weights @ means / weights.sum()
    assert (abs(points.mean(axis=0) - expected) < 5 * points.std(axis=0) / sqrt(4000)).all()


def test_halves_of_a_pyramid_are_hit_as_their_volumes_say() -> None:
    """Above height 1/2 lies 1/8 of it, which 4000 points hit 500 times, give or take 21."""
    heights = PYRAMID.sample(4000, seed=0)[:, 2]
    assert abs((heights > 0.5).sum() - 500) < 5 * 21


def test_walks_in_dimension_7_hit_the_halves_of_a_simplex_as_their_volumes_say() -> None:
    """The sum of x is below 2^(-1/7) in half of the simplex, and x_1 has the mean 1/8."""
    points = simplex(7).sample(600, seed=0)
    assert abs((points.sum(axis=1) < 0.5 ** (1 / 7)).sum() - 300) < 5 * sqrt(150)
    assert (abs(points.mean(axis=0) - 1 / 8) < 5 * points.std(axis=0) / sqrt(600)).all()


def test_a_region_with_few_floats_is_sampled_at_these_alone() -> None:
    low, high = 1.0, 1.0 + 3 * 2.0**-52
    points = region_of(Box([low], [high])).sample(20, seed=0)
    assert set(points.ravel().tolist()) == {1.0 + 2.0**-52, 1.0 + 2.0**-51}


@pytest.mark.parametrize("dim", [1, 2, 7])
def test_a_region_without_floats_cannot_be_sampled(dim: int) -> None:
    """Nothing lies between two neighbouring numbers, so no point can."""
    region = region_of(Box([1.0] * dim, [nextafter(1.0, 2)] + [2.0] * (dim - 1)))
    with pytest.raises(UnsolvedError, match=r"thin as the float grid.*exact_witness"):
        region.sample(1, seed=0)


def test_an_empty_sample_has_no_points() -> None:
    assert cube(3).sample(0).shape == (0, 3)
    with pytest.raises(ValueError, match="n must be at least 0: got -1"):
        cube(3).sample(-1)


@pytest.mark.parametrize("region", [STRIP, WEDGE, whole_space(8)])
def test_no_distribution_on_an_unbounded_region_is_uniform(region: Region) -> None:
    with pytest.raises(ValueError, match=r"unbounded.* box domain"):
        region.sample(1)


# Above dimension 6.


@pytest.mark.parametrize("member", ["vertices", "exact_vertices", "exact_volume", "volume"])
def test_corners_are_not_looked_for_above_dimension_6(member: str) -> None:
    with pytest.raises(
        ValueError, match=r"up to dimension 6, and the region has dimension 8;.*box"
    ):
        getattr(cube(8), member)


def test_rays_of_an_unbounded_region_are_not_looked_for_above_dimension_6() -> None:
    region = polyhedron([[1] * 7], [0])
    with pytest.raises(ValueError, match="up to dimension 6"):
        _ = region.recession


def test_facets_balls_and_boxes_are_found_in_any_dimension() -> None:
    region = simplex(9)
    assert len(region.facets) == 10
    assert region.bounding_box().upper.tolist() == [1] * 9
    assert region.chebyshev().radius == pytest.approx(1 / 12, rel=1e-15)


@pytest.mark.parametrize(
    ("activation", "rows", "cones"),
    [
        (relu(), [[1, 0], [0, 1], [1, 1]], 6),
        (absolute(), [[1, 0], [0, 1]], 4),
        (maxout(3), [[1, 0], [-1, 0], [0, 1]], 3),
    ],
    ids=["three lines", "two lines", "a tropical line"],
)
def test_a_fan_in_the_plane_consists_of_cones_with_two_rays(
    activation: Unit, rows: list[list[int]], cones: int
) -> None:
    regions = enumerate_regions(mlp([(rows, [0] * len(rows))], activation=activation))
    assert len(regions) == cones
    for region in regions:
        assert vertices_of(region) == [(0, 0)]
        assert len(region.facets) == len(region.recession.exact_rays) == 2


def test_all_pairs_of_vertices_of_a_simplex_are_its_edges() -> None:
    """Each ridge of a simplex lies on all but two of its facets."""
    region = simplex(4)
    tight = region.polyhedron.generators.tight
    assert all(len(a & b) == 3 for a, b in combinations(tight, 2))
