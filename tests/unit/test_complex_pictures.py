"""Pictures of complexes, of unions of cells, and of persistent homology."""

from __future__ import annotations

import sys
from collections.abc import Callable
from fractions import Fraction
from math import inf

import numpy as np
import pytest

import linreg
from linreg import Box, absolute, mlp, polyhedral_complex
from linreg.pictures.cells import corners_of, stages_of_facets

pytest.importorskip("matplotlib")

LINES = mlp([([[1, 0], [0, 1], [1, 1]], [0, 0, -1])], ([[1, 1, -1]], [0]))
"""Three lines in general position: 3 vertices, 9 edges, 7 regions."""

RING = mlp(
    [([[1, 0], [0, 1]], [0, 0]), ([[1, 1]], ["-3/2"])], ([[-1]], ["1/2"]), activation=absolute()
)
"""Positive where |x| + |y| is between 1 and 2."""

TWINS = mlp([([[1, 1], [1, 1]], [0, -1])])
"""Two parallel lines: no vertices, a line in every cell."""

SQUARE = Box([-2, -2], [2, 2])


@pytest.fixture(autouse=True)
def _no_pyplot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "matplotlib.pyplot", raising=False)


def area(corners: np.ndarray) -> float:
    x, y = corners.T
    return float(abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2)


@pytest.mark.parametrize("net", [LINES, RING, TWINS, mlp([([[1, 0], [1, 0], [0, 3]], [0, 1, 0])])])
@pytest.mark.parametrize("frame", [SQUARE, Box([-30, -1], [1, 50]), Box([3, 3], [4, 5])])
def test_the_polygons_of_a_complex_tile_the_frame(net: linreg.Network, frame: Box) -> None:
    cells = polyhedral_complex(net)
    shown = [corners_of(cells, cell, frame) for cell in cells.cells(2)]
    size = float(np.prod([b - a for a, b in zip(frame.lower, frame.upper, strict=True)]))
    assert sum(area(corners) for corners in shown if len(corners)) == pytest.approx(size)


def test_an_edge_is_drawn_as_long_as_the_frame_shows_it() -> None:
    """The lines x = 0, y = 0 and x + y = 1 have lengths 4, 4 and 3 sqrt(2) in the square."""
    cells = polyhedral_complex(LINES)
    ends = [corners_of(cells, cell, SQUARE) for cell in cells.cells(1)]
    total = sum(float(np.linalg.norm(b - a)) for a, b in ends)
    assert total == pytest.approx(8 + 3 * 2**0.5)


def test_a_frame_beside_a_cell_shows_none_of_it() -> None:
    cells = polyhedral_complex(LINES)
    beside = Box([5, 5], [6, 6])
    assert [len(corners_of(cells, cell, beside)) for cell in cells.cells(0)] == [0, 0, 0]
    assert sum(len(corners_of(cells, cell, beside)) > 0 for cell in cells.cells(2)) == 1


def test_a_facet_belongs_to_the_first_stage_that_switches_on_it() -> None:
    """The axes are of stage 1, |x| + |y| = 3/2 of stage 2, and 1 and 2 only levels."""
    cells = polyhedral_complex(RING, levels=[(0, 0)])
    stages = stages_of_facets(cells)
    for cell in cells.cells(1):
        x, y = cell.point
        expected = 1 if x == 0 or y == 0 else 2 if abs(x) + abs(y) == Fraction(3, 2) else 3
        assert stages[cell.index] == expected
    assert (stages[cells.dims != 1] == 0).all()


def test_a_side_of_the_domain_belongs_to_no_stage() -> None:
    cells = polyhedral_complex(mlp([([[1, 0]], [0])]), SQUARE)
    on_side = cells.on_edge & (cells.dims == 1)
    stages = stages_of_facets(cells)
    assert (stages[on_side] == 0).all()
    assert stages[~cells.on_edge & (cells.dims == 1)].tolist() == [1]


def test_a_complex_is_drawn_cell_by_cell() -> None:
    ax = linreg.plot_complex(LINES, frame=SQUARE)
    polygons, edges, dots = ax.collections
    assert len(polygons.get_paths()) == 7
    assert len(edges.get_segments()) == 9
    assert sorted(map(tuple, dots.get_offsets().tolist())) == [(0, 0), (0, 1), (1, 0)]
    assert len({tuple(colour) for colour in polygons.get_facecolors()}) == 2  # one is bounded


def test_an_open_region_has_no_outline_and_a_closed_one_has() -> None:
    """The ring is cut by two axes and by |x| + |y| = 3/2; its outline has 8 corners and 8 sides."""
    cells = polyhedral_complex(RING, levels=[(0, 0)])
    bold = {}
    for relation in (">", ">="):
        ax = linreg.plot_pieces(cells.where(0, relation), around=False)
        bold[relation] = [
            len(made.get_segments())
            for made in ax.collections
            if hasattr(made, "get_segments") and made.get_linewidth()[0] == 1.7
        ]
    assert bold == {">": [], ">=": [8]}


def test_components_have_colours_of_their_own() -> None:
    ax = linreg.plot_pieces(polyhedral_complex(RING, levels=[(0, 0)]).where(0, "=="))
    assert ax.get_title(loc="left") == "2 components, length 16.97"  # 4 sqrt(2) and 8 sqrt(2)
    segments = ax.collections[2]
    for ends, colour in zip(segments.get_segments(), segments.get_colors(), strict=True):
        radius = round(np.abs(ends[0]).sum())
        same = [
            tuple(other)
            for (corner, _), other in zip(
                segments.get_segments(), segments.get_colors(), strict=True
            )
            if round(np.abs(corner).sum()) == radius
        ]
        assert set(same) == {tuple(colour)}


def test_a_level_set_of_three_inputs_is_drawn_as_polygons() -> None:
    """|x| + |y| + |z| = 1 has eight triangles of area sqrt(3) / 2."""
    planes = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    net = mlp([(planes, [0, 0, 0])], ([[1, 1, 1]], [-1]), activation=absolute())
    ax = linreg.plot_pieces(linreg.level_set(net))
    assert ax.get_title(loc="left") == "1 component, area 6.928"
    assert len(ax.collections[0].get_facecolor()) == 8


def test_a_tie_on_a_region_is_filled() -> None:
    """relu(x) = relu(y) on a quadrant, and on half of the diagonal."""
    union = linreg.decision_boundary(mlp([([[1, 0], [0, 1]], [0, 0])]))
    ax = linreg.plot_pieces(union, frame=SQUARE, around=False)
    (path,) = ax.collections[0].get_paths()
    assert area(path.vertices[:-1]) == pytest.approx(4.0)


BARS = [
    (0, -inf, Fraction(1)),
    (0, -inf, inf),
    (1, Fraction(1, 2), Fraction(2)),
    (1, Fraction(1, 2), Fraction(2)),
]


def test_bars_that_coincide_are_one_point_with_their_number() -> None:
    ax = linreg.plot_diagram(BARS)
    zero, one = (made for made in ax.collections if made.get_label().startswith("dimension"))
    assert one.get_offsets().tolist() == [[0.5, 2.0]]
    assert [text.get_text() for text in ax.texts] == ["x2"]
    assert len(zero.get_offsets()) == 2


def test_infinite_values_have_ticks_of_their_own() -> None:
    ax = linreg.plot_diagram(BARS)
    names = [text.get_text() for text in ax.get_xticklabels()]
    assert names[-1] == "\N{MINUS SIGN}∞"
    assert [text.get_text() for text in ax.get_yticklabels()][-1] == "∞"
    assert all(0.5 <= x <= 2 for x in ax.get_xticks()[:-1])


def test_a_barcode_has_a_bar_for_each_class_and_an_arrow_for_each_infinite_end() -> None:
    ax = linreg.plot_barcode(BARS)
    bars = [
        ends
        for made in ax.collections
        if hasattr(made, "get_segments")
        for ends in made.get_segments()
    ]
    assert len(bars) == 4
    arrows = [len(curve.get_xdata()) for curve in ax.lines]
    assert arrows == [2, 1, 0, 0]  # of dimension 0 left and right, of dimension 1


def test_bars_of_superlevel_sets_are_below_the_diagonal() -> None:
    bars = polyhedral_complex(RING, SQUARE).persistence(superlevel=True)
    points = np.concatenate(
        [
            made.get_offsets()
            for made in linreg.plot_diagram(bars).collections
            if made.get_label().startswith("dimension")
        ]
    )
    assert (points[:, 1] < points[:, 0]).all()


def test_no_bars_are_an_empty_picture() -> None:
    assert linreg.plot_diagram([]).get_title(loc="left") == "0 bars"
    assert linreg.plot_barcode([]).get_title(loc="left") == "0 bars"


def test_regions_that_the_first_layers_identify_have_one_colour_and_number() -> None:
    """Two layers of folds in each coordinate have 16 cells, so each image has 16 preimages."""
    made = linreg.zoo.folding(2, 4, 4, 3)
    ax = linreg.plot_folds(made.network, 2, domain=made.domain)
    assert ax.get_title(loc="left") == "112 regions, 7 images of layers 1 to 2"
    colours = [tuple(colour) for colour in ax.collections[0].get_facecolors()]
    assert sorted(colours.count(colour) for colour in set(colours)) == [16] * 7
    numbers = [text.get_text() for text in ax.texts]
    assert {number: numbers.count(number) for number in numbers} == {
        str(k): 16 for k in range(1, 8)
    }


@pytest.mark.parametrize(
    ("draw", "said"),
    [
        (lambda: linreg.plot_complex(mlp([([[1]], [0])])), "one of 2 or 3: draw it on a slice"),
        (lambda: linreg.plot_pieces(linreg.level_set(mlp([([[1] * 4], [0])]))), "4 inputs"),
        (lambda: linreg.plot_folds(mlp([([[1]], [0])])), "this picture needs 2"),
        (lambda: linreg.plot_complex(LINES, frame="all"), "frame: a box was expected"),
        (
            lambda: linreg.plot_complex(polyhedral_complex(LINES), domain=SQUARE),
            "domain: the complex has one",
        ),
    ],
)
def test_what_cannot_be_drawn_says_why(draw: Callable[[], object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        draw()
