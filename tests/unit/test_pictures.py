"""Pictures: one collection, the right colours and lines, the same bytes."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import linreg
from linreg import Box, enumerate_regions, mlp
from linreg.pictures import save_picture
from linreg.pictures.drawing import matplotlib_package
from linreg.pictures.edges import boundary_of, edges_of, level_set, pieces_by_class
from linreg.pictures.graphs import spectral_layout
from linreg.pictures.palettes import colours_of_categories, colours_of_lines
from linreg.regions.affine_maps import affine_maps_of

matplotlib = pytest.importorskip("matplotlib")

LINES = mlp([([[1, 0], [0, 1], [1, 1]], [0, 0, -1])], ([[1, 1, -1]], [0]))
"""Three lines in general position: 7 regions."""

FOLD = mlp([([[1, 0], [-1, 0]], [0, 0]), ([[1, 1]], [-1])], ([[1]], ["-1/2"]))
"""relu(|x| - 1) - 1/2, a function of the first of two inputs."""

SQUARE = Box([-2, -2], [2, 2])


@pytest.fixture(autouse=True)
def _no_pyplot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "matplotlib.pyplot", raising=False)
    return


def test_all_polygons_are_one_collection() -> None:
    ax = linreg.plot_regions(LINES, frame=SQUARE)
    fills, lines = ax.collections
    assert len(fills.get_paths()) == 7
    assert type(fills).__name__ == "PolyCollection"
    assert len(lines.get_segments()) == 9  # each of 3 lines is cut in 3 by the other two


def test_each_edge_is_drawn_once_and_has_its_owner() -> None:
    polygons = enumerate_regions(LINES).polygons(SQUARE)
    segments = edges_of(polygons)
    assert np.bincount(segments.owners).tolist() == [3, 3, 3]
    for ends, owner in zip(segments.ends, segments.owners.tolist(), strict=True):
        x, y = ends.T
        assert np.allclose((x, y, x + y - 1)[owner], 0)


def test_hairlines_have_the_colour_of_their_stage() -> None:
    """|x| folds at 0 in stage 1; |x| = 1 in stage 2."""
    ax = linreg.plot_regions(FOLD, frame=SQUARE)
    lines = ax.collections[1]
    palette = [matplotlib.colors.to_rgba(colour) for colour in colours_of_lines(2)]
    for segment, colour in zip(lines.get_segments(), lines.get_colors(), strict=True):
        stage = {0: 1, 1: 2, -1: 2}[round(segment[0][0])]
        assert tuple(colour) == pytest.approx(palette[stage - 1])


def test_the_decision_boundary_is_where_the_output_is_zero() -> None:
    """relu(|x| - 1) = 1/2 at x = -3/2 and x = 3/2."""
    regions = enumerate_regions(FOLD)
    polygons, maps = regions.polygons(SQUARE), affine_maps_of(regions)
    pieces = pieces_by_class(polygons, maps)
    for segments in (
        boundary_of(pieces, polygons, maps),
        level_set(
            polygons,
            np.column_stack([maps.matrices[:, 0], maps.shifts[:, 0]])[polygons.regions],
        ),
    ):
        assert sorted(segments.ends[:, 0, 0].tolist()) == pytest.approx([-1.5, 1.5])
        assert np.allclose(np.abs(segments.ends[:, :, 1]), 2)
    above = pieces.classes == 1
    assert pieces.rings.sizes[above].sum() == pytest.approx(4.0)
    assert pieces.rings.sizes[~above].sum() == pytest.approx(12.0)


def test_classes_tile_the_frame_and_ties_go_to_the_lowest() -> None:
    """Outputs x, y, x: the third never leads, and the plane is halved by x = y."""
    net = mlp([], ([[1, 0], [0, 1], [1, 0]], [0, 0, 0]))
    regions = enumerate_regions(net)
    polygons = regions.polygons(SQUARE)
    pieces = pieces_by_class(polygons, affine_maps_of(regions))
    sizes = np.bincount(pieces.classes, pieces.rings.sizes, minlength=3)
    assert sizes.tolist() == pytest.approx([8, 8, 0])


def test_maps_of_all_regions_are_near_the_exact_ones() -> None:
    for net in (LINES, FOLD):
        regions = enumerate_regions(net)
        maps = affine_maps_of(regions)
        for region in regions:
            assert np.allclose(maps.matrices[region.index], region.affine_map.matrix)
            assert np.allclose(maps.shifts[region.index], region.affine_map.shift)


@pytest.mark.parametrize(
    ("color", "expected"),
    [
        ("active", [0, 1, 2, 1, 2, 2, 3]),
        ("degree", None),
        ("stage", [1] * 7),
        (lambda region: region.index % 2, [0, 1, 0, 1, 0, 1, 0]),
        ([3, 3, 3, 3, 3, 3, 1], [3, 3, 3, 3, 3, 3, 1]),
    ],
)
def test_fills_go_by_what_was_asked(color: Any, expected: list[int] | None) -> None:
    regions = enumerate_regions(LINES)
    if expected is None:
        expected = np.bincount(linreg.adjacency_graph(regions).edges.ravel()).tolist()
    fills = linreg.plot_regions(regions, frame=SQUARE, color=color).collections[0]
    colours = [tuple(colour) for colour in fills.get_facecolors()]
    for i in range(7):
        for j in range(7):
            assert (colours[i] == colours[j]) == (expected[i] == expected[j])


def test_colours_of_categories_differ_in_grey() -> None:
    weights = np.array([0.299, 0.587, 0.114])
    for colours in (colours_of_categories(6), colours_of_lines(4)):
        greys = np.array(colours) @ weights
        assert (np.diff(greys) > 0.03).all()


@pytest.mark.parametrize(
    ("data", "points"),
    [
        (([[0, 0], [1, 1]], ["a", "b"]), [1, 1]),
        ([[[0, 0], [1, 1]], ["a", "a"]], [2]),
        ([[0, 0], [1, 1]], [2]),
        (np.zeros((3, 2)), [3]),
    ],
    ids=["a pair", "a list of two", "two points", "an array"],
)
def test_data_is_points_or_points_with_labels(data: Any, points: list[int]) -> None:
    ax = linreg.plot_regions(LINES, frame=SQUARE, data=data)
    assert [len(made.get_offsets()) for made in ax.collections[2:]] == points


def test_functions_of_one_input_have_their_breakpoints_marked() -> None:
    """|x| - 1 folds at 0, its positive part at -1 and 1."""
    net = mlp([([[1], [-1]], [0, 0]), ([[1, 1]], [-1])], ([[1]], [0]))
    ax = linreg.plot_regions(net, frame=[[-2, 2]])
    curve, marks = ax.lines
    assert marks.get_xdata().tolist() == pytest.approx([-1, 0, 1])
    assert marks.get_ydata().tolist() == pytest.approx([0, 0, 0])
    assert curve.get_ydata().max() == pytest.approx(1)


def test_a_path_meets_regions_in_order() -> None:
    """From (-1, -1) to (2, 2) all three lines are crossed, two of them at the origin."""
    ax = linreg.plot_polygons_of(LINES, [[-1, -1.5], [2, 2]], frame=SQUARE)
    assert ax.get_title(loc="left") == "4 of 7 regions on the path"


def test_a_spectral_layout_of_a_path_graph_is_in_order() -> None:
    """The second eigenvector of a path is monotone: Fiedler (1973)."""
    net = mlp([([[1]] * 6, [0, -1, -2, -3, -4, -5])])
    regions = enumerate_regions(net)
    places = spectral_layout(linreg.adjacency_graph(regions))[:, 0]
    along = places[np.argsort(regions.witnesses[:, 0])]
    assert (np.diff(along) > 0).all() or (np.diff(along) < 0).all()


@pytest.mark.parametrize("suffix", [".svg", ".pdf", ".png"])
def test_the_same_picture_has_the_same_bytes(suffix: str, tmp_path: Path) -> None:
    for name in ("one", "two"):
        ax = linreg.plot_regions(LINES, frame=SQUARE, boundary=0, title="lines")
        save_picture(ax.figure, tmp_path / f"{name}{suffix}")
    one, two = ((tmp_path / f"{name}{suffix}").read_bytes() for name in ("one", "two"))
    assert one == two
    assert b"dc:date" not in one
    assert b"CreationDate" not in one


@pytest.mark.parametrize("suffix", [".svg", ".pdf", ".png"])
def test_a_figure_that_is_written_again_has_the_same_bytes(suffix: str, tmp_path: Path) -> None:
    figure = linreg.plot_regions(LINES, frame=SQUARE, color="slope", title="lines").figure
    for name in ("one", "two", "three"):
        save_picture(figure, tmp_path / f"{name}{suffix}")
    assert len({path.read_bytes() for path in tmp_path.iterdir()}) == 1


@pytest.mark.parametrize("color", ["stage", "layer", "volume", "class"])
def test_nodes_have_no_colours_of_what_regions_fill(color: str) -> None:
    with pytest.raises(ValueError, match=rf"^color: '{color}' (says how|cuts) .* nodes"):
        linreg.plot_graph(LINES, color=color)


def test_a_line_has_no_classes() -> None:
    with pytest.raises(ValueError, match=r"^color: classes are drawn for two inputs"):
        linreg.plot_regions(mlp([], ([[1], [2]], [0, 1])), color="class")


@pytest.mark.parametrize(
    ("draw", "said"),
    [
        (lambda: linreg.plot_regions(LINES, color="slop"), "did you mean 'slope'"),
        (lambda: linreg.plot_regions(LINES, color=[1, 2]), "7 regions was expected"),
        (lambda: linreg.plot_regions(LINES, color="output:1"), "numbered from 0 to 0"),
        (lambda: linreg.plot_regions(LINES, edges="all"), "edges: 'stage' or None"),
        (lambda: linreg.plot_regions(LINES, boundary=(0, 3)), "boundary: outputs are numbered"),
        (lambda: linreg.plot_regions(LINES, data=[[1, 2, 3]]), "points of shape"),
        (lambda: linreg.plot_regions(LINES, frame="all"), "frame: a box was expected"),
        (lambda: linreg.plot_regions(mlp([([[1] * 4], [0])])), r"4 inputs.*on_slice"),
        (lambda: linreg.plot_surface(mlp([([[1]], [0])])), "this picture needs 2"),
        (lambda: linreg.plot_arrangement(LINES, 2), "numbered from 1 to 1, got 2"),
        (lambda: linreg.plot_graph(LINES, layout="round"), "layout: one of"),
        (lambda: linreg.plot_polygons_of(LINES, [[0, 0]]), "two points or more"),
        (lambda: linreg.plot_counts([]), "at least one number"),
        (lambda: linreg.plot_counts([1, 2], {"b": [1]}), "b: 2 numbers were expected, got 1"),
        (lambda: linreg.plot_regions(mlp([([[1]], [0])]), boundary=0), "drawn for two inputs"),
    ],
)
def test_what_cannot_be_drawn_says_why(draw: Callable[[], object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        draw()


def test_without_matplotlib_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(linreg.LinregError, match=r"extra plot: pip install 'linreg-exact\[plot\]'"):
        matplotlib_package()


def test_statistics_are_drawn_from_the_numbers() -> None:
    ax = linreg.plot_counts({1: [3, 5], 2: [7, 9]}, {"most": 20}, against="depth")
    assert ax.lines[0].get_ydata().tolist() == [4, 8]
    assert list(ax.lines[1].get_ydata()) == [20, 20]
    assert ax.get_xlabel() == "depth"
    degrees = linreg.plot_degrees(LINES)
    heights = [bar.get_height() for bar in degrees.patches]
    assert sum(heights) == 7
    assert sum(k * height for k, height in enumerate(heights)) == 18  # twice the 9 shared facets
    volumes = linreg.plot_volumes(LINES, frame=SQUARE)
    assert sum(bar.get_height() for bar in volumes.patches) == 7
