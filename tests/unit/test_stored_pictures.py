"""Each kind of picture looks as it did when a person had looked at it.

`python tests/unit/test_stored_pictures.py` draws them anew into `tests/golden/pictures/`: look at
each before it is kept.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import linreg
from linreg import Box, Enumeration, enumerate_regions, mlp

matplotlib = pytest.importorskip("matplotlib")
importlib.import_module("matplotlib.figure")
importlib.import_module("matplotlib.image")

STORED = Path(__file__).parents[1] / "golden" / "pictures"

DOTS = 30
"""Dots per inch: text is a few grey dots."""

BLOCK = 3
"""Dots that are taken together: releases of matplotlib do not place all of them alike."""

NET = mlp(
    [([[1, 0], [0, 1], [1, 1]], [0, 0, -1]), ([[1, -1, 2], [-2, 1, 1]], [-1, 0])],
    ([[1, 1], [-1, 2]], [-1, 0]),
)
BOX = Box([-2, -2], [2, 2])
PLANES = mlp([([[1, 0, 0], [0, 1, 0], [0, 0, 1]], [0, 0, 0])])
LINE = mlp([([[1], [-1]], [0, 0]), ([[1, 1]], [-1])], ([[1]], [0]))


@cache
def regions() -> Enumeration:
    return enumerate_regions(NET, BOX)


@cache
def complex_() -> linreg.PolyhedralComplex:
    return linreg.polyhedral_complex(NET, BOX, levels=[(0, 0)])


@cache
def bars() -> Any:
    """||x| - 1| + ||y| - 1|: four holes in the ground, with one hill between them."""
    units = [([[1, 0], [0, 1]], [0, 0]), ([[1, 0], [0, 1]], [-1, -1])]
    net = mlp(units, ([[1, 1]], [0]), activation=linreg.absolute())
    return linreg.polyhedral_complex(net, BOX).persistence()


Draw = Callable[[Any], Any]

PICTURES: dict[str, Draw] = {
    "line": lambda ax: linreg.plot_regions(LINE, ax, [[-2, 2]], data=([-1.5, 1], ["a", "b"])),
    "plane": lambda ax: linreg.plot_regions(regions(), ax, color="slope", boundary=0),
    "classes": lambda ax: linreg.plot_regions(
        regions(), ax, color="class", boundary=True, data=([[0, 0], [1, 1]], ["a", "b"])
    ),
    "graph on top": lambda ax: linreg.plot_regions(regions(), ax, color=None, graph=True),
    "graph": lambda ax: linreg.plot_graph(regions(), ax),
    "spectral": lambda ax: linreg.plot_graph(regions(), ax, layout="spectral"),
    "arrangement": lambda ax: linreg.plot_arrangement(regions(), 2, ax),
    "path": lambda ax: linreg.plot_polygons_of(regions(), [[-1.5, -1], [0, 1.5], [1.5, -1]], ax),
    "degrees": lambda ax: linreg.plot_degrees(regions(), ax),
    "volumes": lambda ax: linreg.plot_volumes(regions(), ax),
    "counts": lambda ax: linreg.plot_counts([3, 8, 12], {"most": 20}, ax),
    "complex": lambda ax: linreg.plot_complex(complex_(), ax),
    "pieces": lambda ax: linreg.plot_pieces(complex_().where(0, ">"), ax),
    "folds": lambda ax: linreg.plot_folds(NET, ax=ax, domain=BOX),
    "diagram": lambda ax: linreg.plot_diagram(bars(), ax),
    "barcode": lambda ax: linreg.plot_barcode(bars(), ax),
}

IN_SPACE: dict[str, Draw] = {
    "solids": lambda ax: linreg.plot_regions(PLANES, ax, "box:-1,1"),
    "exploded": lambda ax: linreg.plot_regions(PLANES, ax, "box:-1,1", explode=0.4),
    "surface": lambda ax: linreg.plot_surface(regions(), ax=ax),
    "complex of space": lambda ax: linreg.plot_complex(PLANES, ax, "box:-1,1"),
}

NAMES = (*PICTURES, *IN_SPACE)


def drawn(draw: Draw, path: Path, *, in_space: bool = False) -> None:
    """A picture in a file: axes at one place, so that no text moves them, and no title."""
    figure = matplotlib.figure.Figure(figsize=(6, 4), dpi=DOTS)
    ax = figure.add_axes((0.1, 0.12, 0.6, 0.8), projection="3d" if in_space else None)
    draw(ax)
    ax.set_title("", loc="left")
    figure.savefig(path, metadata={"Software": None})


def drawn_as(name: str, path: Path) -> None:
    """The picture of a name in a file."""
    in_space = name in IN_SPACE
    drawn((IN_SPACE if in_space else PICTURES)[name], path, in_space=in_space)


def stored(name: str) -> Path:
    return STORED / f"{name.replace(' ', '-')}.png"


def look_alike(path: Path, other: Path) -> bool:
    """Whether a channel differs by less than 1 percent, and less than 2 in 100 blocks are far off.

    Between matplotlib 3.9.0 and 3.11.2 it is 0.7 percent, and 1.1 in 100, at most.
    """
    means = []
    for each in (path, other):
        image = matplotlib.image.imread(each)[..., :3]
        height, width = image.shape[0] // BLOCK, image.shape[1] // BLOCK
        means.append(image.reshape(height, BLOCK, width, BLOCK, 3).mean(axis=(1, 3)))
    difference = np.abs(means[0] - means[1])
    far = (difference.max(axis=2) > 0.2).mean()
    return bool(difference.mean() < 0.01 and far < 0.02)


@pytest.mark.parametrize("name", NAMES)
def test_pictures_look_as_they_did(name: str, tmp_path: Path) -> None:
    drawn_as(name, tmp_path / "now.png")
    assert look_alike(tmp_path / "now.png", stored(name))


@pytest.mark.parametrize(
    "other",
    [
        lambda ax: linreg.plot_regions(regions(), ax, color="degree", boundary=0),
        lambda ax: linreg.plot_regions(regions(), ax, color=None, boundary=0),
        lambda ax: linreg.plot_regions(regions(), ax, "box:-2,1.5", color="slope", boundary=0),
    ],
    ids=["another colour", "no fill", "another frame"],
)
def test_another_picture_is_seen_to_differ(other: Draw, tmp_path: Path) -> None:
    drawn(other, tmp_path / "other.png")
    assert not look_alike(tmp_path / "other.png", stored("plane"))


if __name__ == "__main__":
    for each in NAMES:
        drawn_as(each, stored(each))
        print(stored(each))
