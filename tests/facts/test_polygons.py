"""Polygons of regions: corners lie on their rows, and together they fill the frame."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import generators as nets
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import linreg
from linreg import Box, Polytope, enumerate_regions, mlp
from linreg.regions.polygons import FRAME, facet_polygons_of, frame_of, intervals_of
from linreg.regions.polygons import float_shapes as floats_module
from linreg.regions.polygons import shapes as shapes_module

SQUARE = Box([-3, -2], [2, "5/2"])
CUBE = Box([-2, -2, -2], [2, "3/2", 2])


def area_of(box: Box) -> Fraction:
    sides = (b - a for a, b in zip(box.lower, box.upper, strict=True))
    area = Fraction(1)
    for side in sides:
        area *= side
    return area


few = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))


@few
@given(net=nets.networks(inputs=st.just(2)))
def test_exact_polygons_of_degenerate_networks_tile_the_frame(net: linreg.Network) -> None:
    """Regions cover all but a null set and do not overlap, so their areas add up to the frame's."""
    found = enumerate_regions(net).polygons(SQUARE, exact=True)
    assert found.areas.sum() == area_of(SQUARE)
    assert min(found.areas) > 0


@few
@given(net=nets.networks(inputs=st.just(2)))
def test_floats_and_fractions_make_the_same_polygons(net: linreg.Network) -> None:
    regions = enumerate_regions(net)
    floats, exact = regions.polygons(SQUARE), regions.polygons(SQUARE, exact=True)
    assert floats.regions.tolist() == exact.regions.tolist()
    assert np.allclose(floats.areas, exact.areas.astype(float), rtol=1e-9, atol=1e-9)


@few
@given(net=nets.networks(inputs=st.just(2), max_units=5))
def test_corners_satisfy_their_rows_exactly(net: linreg.Network) -> None:
    """Each row holds at each corner, and each edge of a unit lies on a row that the unit owns."""
    regions = enumerate_regions(net)
    found = regions.polygons(SQUARE, exact=True)
    for k, index in enumerate(found.regions.tolist()):
        rows = regions[index].exact_halfspaces
        corners = found[k]
        owners = found.owners[found.offsets[k] : found.offsets[k + 1]]
        slack = rows.offsets - corners @ rows.normals.T
        assert (slack >= 0).all()
        for i, owner in enumerate(owners.tolist()):
            j = (i + 1) % len(corners)
            if owner == FRAME:
                sides = zip(SQUARE.lower, SQUARE.upper, strict=True)
                shared = (
                    corners[i][axis] == corners[j][axis] and corners[i][axis] in side
                    for axis, side in enumerate(sides)
                )
                assert any(shared)
            else:
                on_both = (slack[i] == 0) & (slack[j] == 0)
                assert owner in rows.owners[on_both]


@few
@given(net=nets.networks(inputs=st.just(2), max_units=5))
def test_a_region_by_itself_is_the_polygon_it_is_among_all(net: linreg.Network) -> None:
    regions = enumerate_regions(net)
    found = regions.polygons(SQUARE, exact=True)
    shown = dict(zip(found.regions.tolist(), range(len(found)), strict=True))
    for region in regions:
        alone = region.polygon(SQUARE)
        if region.index in shown:
            among = {tuple(corner) for corner in found[shown[region.index]]}
            assert {tuple(corner) for corner in alone.exact_corners} == among
        else:
            assert alone.exact_area == 0


@few
@given(net=nets.networks(inputs=st.just(2), max_units=6))
def test_polygons_that_share_a_frame_do_not_overlap(net: linreg.Network) -> None:
    """The middle of each polygon lies in its own region and in no other."""
    regions = enumerate_regions(net)
    found = regions.polygons(SQUARE, exact=True)
    middles = [found[k].sum(axis=0) / len(found[k]) for k in range(len(found))]
    if middles:
        assert regions.locate(middles).tolist() == found.regions.tolist()


@few
@given(net=nets.networks(inputs=st.just(3), max_units=6))
def test_solids_of_degenerate_networks_fill_the_frame(net: linreg.Network) -> None:
    regions = enumerate_regions(net)
    exact = regions.solids(CUBE, exact=True)
    assert exact.volumes.sum() == area_of(CUBE)
    floats = regions.solids(CUBE)
    assert floats.regions.tolist() == exact.regions.tolist()
    assert np.allclose(floats.volumes, exact.volumes.astype(float), rtol=1e-9, atol=1e-9)


@few
@given(net=nets.networks(inputs=st.just(1)))
def test_intervals_of_degenerate_networks_fill_the_frame(net: linreg.Network) -> None:
    frame = Box([-2], ["7/4"])
    exact = intervals_of(enumerate_regions(net), frame, exact=True)
    assert exact.ends[0, 0] == frame.lower[0]
    assert exact.ends[-1, 1] == frame.upper[0]
    assert exact.ends[1:, 0].tolist() == exact.ends[:-1, 1].tolist()
    floats = intervals_of(enumerate_regions(net), frame)
    assert np.allclose(floats.ends, exact.ends.astype(float), atol=1e-9)
    assert (floats.regions == exact.regions).all()


def test_each_bounded_region_of_three_lines_is_the_triangle_between_them() -> None:
    net = mlp([([[1, 0], [0, 1], [1, 1]], [0, 0, -1])])
    (triangle,) = (region for region in enumerate_regions(net) if region.is_bounded)
    polygon = triangle.polygon()
    assert polygon.exact_corners.tolist() == [[0, 0], [1, 0], [0, 1]]
    assert polygon.exact_area == Fraction(1, 2)
    assert polygon.owners.tolist() == [1, 2, 0]


def test_facets_of_a_corner_of_space_in_a_box_are_six_rectangles() -> None:
    net = mlp([([[1, 0, 0], [0, 1, 0], [0, 0, 1]], [0, 0, 0])])
    facets = enumerate_regions(net)[7].facet_polygons(Box([-1, -1, -1], [1, 2, 3]))
    assert sorted(facet.owners[0] for facet in facets) == [-2, -2, -2, 0, 1, 2]
    assert all(len(facet) == 4 for facet in facets)


def test_a_domain_clips_the_frame_and_owns_the_edges_inside_it() -> None:
    domain = Polytope([[-1, 0], [0, -1], [1, 1]], [0, 0, 1])
    regions = enumerate_regions(mlp([([[1, -1]], [0])]), domain)
    assert frame_of(regions) == Box([0, 0], [1, 1])
    found = regions.polygons(exact=True)
    assert found.areas.tolist() == [Fraction(1, 4)] * 2
    assert sorted(found.owners.tolist()) == [-2, -2, -1, -1, 0, 0]


def test_a_frame_finds_the_corners_of_an_arrangement_but_not_one_far_away() -> None:
    """Lines x = 0, ..., 9 and y = 0, ..., 9 meet in a grid; x + y = 10^6 lies elsewhere."""
    grid = [[1, 0]] * 10 + [[0, 1]] * 10
    net = mlp([([*grid, [1, 1]], [*(-k for k in range(10)), *(-k for k in range(10)), -1_000_000])])
    frame = frame_of(enumerate_regions(net))
    assert all(-4 < low < 0 for low in frame.lower)
    assert all(9 < high < 13 for high in frame.upper)


def test_regions_that_were_not_all_found_keep_the_polygons_they_have() -> None:
    """Of a run that was stopped no polygon is wider than its region."""
    net = mlp([([[1, 0], [0, 1], [1, 1], [1, -2]], [0, 0, -1, 1])])
    every = enumerate_regions(net)
    some = enumerate_regions(net, limit=5)
    assert not some.counted.complete
    whole = every.polygons(SQUARE)
    areas = dict(zip(whole.regions.tolist(), whole.areas.tolist(), strict=True))
    found = some.polygons(SQUARE)
    for index, area in zip(found.regions.tolist(), found.areas.tolist(), strict=True):
        assert area == pytest.approx(areas[every.find(some.patterns[index])])


def test_polygons_that_floats_spoil_are_made_exactly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wrong proposals do not tile the frame, which is seen, and so do no harm."""
    net = mlp([([[1, 0], [0, 1], [1, 1]], [0, 0, -1])])
    regions = enumerate_regions(net)
    right = regions.polygons(SQUARE)

    def spoiled(*arguments: object) -> object:
        found = floats_module.proposed(*arguments)  # type: ignore[arg-type]
        corners = found.shapes.corners * 1.001
        return floats_module.Proposed(
            found.shapes.with_corners(corners), found.regions, found.doubtful, found.size
        )

    monkeypatch.setattr(shapes_module, "proposed", spoiled)
    assert regions.polygons(SQUARE).areas == pytest.approx(right.areas, rel=1e-14)


def test_strips_thinner_than_floats_can_clip_are_polygons_too() -> None:
    """Lines 2^-50 apart: each strip has the area of its width times the height of the frame."""
    width = Fraction(1, 2**50)
    net = mlp([([[1, 0]] * 3, [0, -width, -2 * width])])
    found = enumerate_regions(net).polygons(SQUARE)
    assert len(found) == 4
    assert sorted(found.areas.tolist())[:2] == pytest.approx([float(width) * 4.5] * 2)


def test_lines_in_general_position_have_as_many_polygons_as_buck_says() -> None:
    """1 + m + C(m, 2) regions: Buck (1943)."""
    normals = [[k, 1] for k in range(7)]
    net = mlp([(normals, [k * k for k in range(7)])])
    found = enumerate_regions(net).polygons(Box([-1000, -1000], [1000, 1000]))
    assert len(found) == 1 + 7 + comb(7, 2)


def test_what_has_no_polygon_says_why() -> None:
    plane = enumerate_regions(mlp([([[1, 0], [0, 1]], [0, 0])]))
    line = enumerate_regions(mlp([([[1]], [0])]))
    with pytest.raises(ValueError, match=r"unbounded.*clip=Box"):
        plane[0].polygon()
    with pytest.raises(ValueError, match="2 inputs, and the network has 1"):
        line.polygons()
    with pytest.raises(linreg.InvalidDomain, match="a box of 2 inputs was expected, got 1"):
        plane.polygons(Box([0], [1]))
    with pytest.raises(TypeError, match="frame: a WholeSpace, Box or Polytope"):
        plane.polygons(3)
    with pytest.raises(ValueError, match="frame: a box was expected, got WholeSpace"):
        plane.polygons("all")
    with pytest.raises(linreg.LinregError, match="frame wide: there is no such file"):
        plane.polygons("wide")
    assert plane.polygons("box:-1,1").areas.tolist() == [1.0] * 4
    with pytest.raises(ValueError, match="3 inputs"):
        facet_polygons_of(plane[0])
