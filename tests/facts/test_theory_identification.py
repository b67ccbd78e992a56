"""What layers identify: which neighbourhoods they map onto the same set."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from flint import fmpq, fmpz
from generators import networks
from golden_networks import case
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from linreg import (
    Box,
    HypothesisError,
    IncompleteError,
    StagedNetwork,
    count_regions,
    mlp,
    theory,
    zoo,
)
from linreg.affine import ExactAffineMap
from linreg.definitions.images import Hull, image_key
from linreg.definitions.strict_and_weak import holds_somewhere
from linreg.polyhedra import Point, Solver, decide_interior
from linreg.polyhedra.polyhedron import Polyhedron
from linreg.rational import rational


@given(net=networks(max_units=7))
@settings(max_examples=25)
def test_preimages_of_images_add_up_to_the_activation_regions(net) -> None:
    """Equation (5) of Montufar et al. (2014), each image once."""
    depth = len(net.staged.stages)
    assume(depth >= 1)
    for layer in range(1, depth + 1):
        found = theory.neighbourhoods(net, layer)
        assert found.preimages.sum() == found.meeting.sum() == len(found.regions)
        assert len(found.regions) == count_regions(net)
        stages = net.staged.stages[:layer]
        readout = ExactAffineMap.identity(stages[-1].n_outputs)
        assert len(found.cell_patterns) == count_regions(
            StagedNetwork(net.input_dim, stages, readout)
        )
        assert len(found.output_patterns) <= found.lemma_3 <= len(found.regions)
        for image, preimages in enumerate(found.preimages):
            identified = found.identified(image)
            assert len(identified) == preimages > 0
            # An image lies in one output region, and no cell meets it twice.
            assert len(set(found.output_of[identified])) == 1
            assert len(set(found.cell_of[identified])) == preimages


def reaches(region, corner, start, point) -> bool:
    """Whether a region's map, somewhere on its closure, has the value that another has there."""
    dim = len(point)
    x = [rational(entry) for entry in point]
    values = [sum((a * b for a, b in zip(row, x, strict=False)), row[-1]) for row in corner]
    weak = []
    for row, value in zip(start, values, strict=True):
        gap = [*row[:-1], row[-1] - value]
        weak += [gap, [-entry for entry in gap]]
    rows = [[fmpq(entry) for entry in row] for row in region.boundary.rows]
    return holds_somewhere([], [*rows, *weak], dim)


@given(data=st.data(), net=networks(max_units=5, depth=st.integers(1, 2)))
@settings(max_examples=40)
def test_regions_are_identified_iff_each_reaches_the_images_of_the_others_corners(
    data, net
) -> None:
    """On a box, where images are the convex hulls of those of corners; by linear programs."""
    assume(net.staged.stages)
    domain = Box([-3] * net.input_dim, [3] * net.input_dim)
    layer = data.draw(st.integers(1, len(net.staged.stages)))
    found = theory.neighbourhoods(net, layer, domain)
    stages = net.staged.stages
    after = [*(stage.map for stage in stages), net.staged.readout][layer]
    before = StagedNetwork(net.input_dim, stages[:layer], after)
    n = len(found.regions)
    maps = [
        list(before.maps_on(pattern[: len(before.units)]))[-1].rows.table()
        for pattern in found.regions.patterns.tolist()
    ]

    def covers(i: int, j: int) -> bool:
        corners = found.regions[j].exact_vertices
        return all(reaches(found.regions[i], maps[j], maps[i], corner) for corner in corners)

    pairs = [(i, j) for i in range(n) for j in range(i)]
    for i, j in pairs[:: max(1, len(pairs) // 8)]:
        is_same = found.image_of[i] == found.image_of[j]
        assert is_same == (covers(i, j) and covers(j, i))


@pytest.mark.parametrize(
    ("made", "folds", "last"),
    [
        (zoo.folding(2, 4, 4), 4, 11),
        (zoo.folding(2, 5, 4), 6, 11),
        (zoo.folding(2, 4, 4, 3), 16, 7),
        (zoo.serra(2, 6, 5), 16, 16),
        (zoo.telgarsky(4), 8, 2),
        (zoo.maxout_thm9(2, 4, 2), 8, 16),
    ],
)
def test_lemma_3_of_2014_is_an_equation_for_the_constructions(made, folds, last) -> None:
    """All cells of the layers but the last have one image, which the last cuts in pieces."""
    found = theory.neighbourhoods(made.network, domain=made.domain)
    assert set(found.image_of_cell) == {0}
    assert len(found.identified_cells(0)) == folds
    assert found.preimages.tolist() == [folds] * last
    assert found.lemma_3 == len(found.regions) == folds * last


def test_lemma_3_of_2014_on_golden_folding_networks() -> None:
    for name, folds, last in [
        ("thm5_fold_n2_4x4_unitcube", 4, 11),
        ("thm5_fold_n2_4x4x3_unitcube", 16, 7),
        ("thm5_fold_n1_3x3_unitcube", 3, 4),
    ]:
        golden = case(name)
        found = theory.neighbourhoods(golden.network, domain=golden.domain)
        assert found.preimages.tolist() == [folds] * last
        assert len(found.regions) == golden.expected["activation_regions"]


def test_example_3_of_2014_identifies_the_four_quadrants() -> None:
    """Absolute values of two coordinates map each quadrant onto the first one."""
    made = zoo.abs_tower(2, 1)
    found = theory.neighbourhoods(made.network)
    assert (found.layer, found.output_patterns.shape) == (1, (1, 0))
    assert found.preimages.tolist() == found.meeting.tolist() == [4]
    assert found.identified(0).tolist() == [0, 1, 2, 3]


def test_a_slightly_shorter_image_is_another_one() -> None:
    """|x| on (-1, 1 - 2^-40): the sides have the images [0, 1) and [0, 1 - 2^-40)."""
    net = mlp([([[1], [-1]], [0, 0])], readout=([[1, 1]], [0]))
    short = 1 - Fraction(1, 2**40)
    assert theory.neighbourhoods(net, domain=Box([-1], [short])).preimages.tolist() == [1, 1]
    assert theory.neighbourhoods(net, domain=Box([-1], [1])).preimages.tolist() == [2]


@given(data=st.data())
@settings(max_examples=10)
def test_an_invertible_change_of_the_input_changes_no_image(data) -> None:
    entries = st.integers(-3, 3)
    weights = data.draw(st.lists(st.lists(entries, min_size=4, max_size=4), min_size=3, max_size=3))
    later = data.draw(st.lists(st.lists(entries, min_size=3, max_size=3), min_size=2, max_size=2))
    net = mlp([(weights, [0, 1, -1]), (later, [1, 0])])
    # x -> (x0 + 2 x1, x1, x3, -x2)
    turned = [[w[0], 2 * w[0] + w[1], -w[3], w[2]] for w in weights]
    other = mlp([(turned, [0, 1, -1]), (later, [1, 0])])
    for layer in (1, 2):
        first, second = theory.neighbourhoods(net, layer), theory.neighbourhoods(other, layer)
        assert np.array_equal(first.image_of, second.image_of)
        assert np.array_equal(first.image_of_cell, second.image_of_cell)


def cell(*rows: tuple[int, ...]) -> Polyhedron:
    """The open polyhedron of these rows."""
    integers = [[fmpz(entry) for entry in row] for row in rows]
    inside = decide_interior(integers, 3, Solver())
    assert isinstance(inside, Point)
    return Polyhedron(integers, inside)


def key(polyhedron: Polyhedron, *rows: tuple[int, ...], limit: int = 100) -> object:
    hull = Hull([[fmpz(entry) for entry in row] for row in rows], 3)
    return hull.key, image_key(polyhedron, hull, limit=limit)


def test_images_with_lines_are_compared_too() -> None:
    octant = cell((1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0))
    wedge = cell((1, 0, 0, 0), (0, 1, 0, 0))
    half = cell((0, 0, -1, 5))
    # x - y is any number on an octant, z is any on a wedge: whole planes.
    plane = key(wedge, (1, -1, 0, 0), (0, 0, 1, 0))
    assert plane == key(half, (1, 0, 0, 0), (0, 1, 0, 0))
    # Half-planes: the first number is any.
    upper = key(octant, (1, -1, 0, 0), (0, 0, 1, 0))
    assert upper == key(half, (1, 0, 0, 0), (0, 0, -1, 5))
    assert upper != plane
    assert upper != key(half, (1, 0, 0, 0), (0, 0, -1, 6))
    assert upper != key(half, (1, 0, 0, 0), (0, 0, 1, -5))


def test_an_image_that_takes_too_many_corners_is_refused() -> None:
    cube = cell(*((s * (i == 0), s * (i == 1), s * (i == 2), 1) for i in range(3) for s in (1, -1)))
    square = ((1, 0, 0, 0), (0, 1, 0, 0))
    assert key(cube, *square) == key(cube, *square, limit=8)
    with pytest.raises(IncompleteError, match="dimension 3 has dimension 2"):
        key(cube, *square, limit=4)


def test_a_layer_that_does_not_exist_is_refused() -> None:
    for layer in (0, 2, -1, 1.5):
        with pytest.raises(HypothesisError, match="layer must be"):
            theory.neighbourhoods(zoo.shi(3).network, layer)
    with pytest.raises(HypothesisError, match="no units"):
        theory.neighbourhoods(mlp([], readout=([[1, 0]], [0])))
