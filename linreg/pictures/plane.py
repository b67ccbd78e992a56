"""Regions of two inputs: filled polygons, hairlines by stage, the decision boundary, data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from linreg.adjacency import adjacency_graph
from linreg.domains import Box
from linreg.pictures.drawing import matplotlib_package
from linreg.pictures.edges import (
    Segments,
    boundary_of,
    deepest_stages,
    edges_of,
    level_set,
    pieces_by_class,
    stages_of_units,
)
from linreg.pictures.fills import Colour, Fill, fill_of, output_number
from linreg.pictures.legend import add_colorbar, add_legend, colours_for, line, patch
from linreg.pictures.palettes import BOUNDARY, INK, POINTS, colours_of_categories, colours_of_lines
from linreg.regions import Enumeration
from linreg.regions.affine_maps import affine_maps_of
from linreg.regions.polygons import Polygons

if TYPE_CHECKING:
    from matplotlib.axes import Axes

POLYGONS_AS_IMAGE = 20_000
"""Polygons from which on vector files hold them as an image."""

LEAST_RATIO = 0.4
"""Of the sides of a frame: both axes have the same scale unless the frame is narrower."""

MOST_NAMES = 12
"""Categories that are named beside the picture."""

Boundary = bool | int | str | tuple[int, int] | None


def draw_plane(
    ax: Axes,
    regions: Enumeration,
    *,
    frame: Box | None,
    color: Colour,
    edges: str | None,
    boundary: Boundary,
    data: Any,
    graph: bool,
    colorbar: bool,
    log: bool | None,
    linewidth: float | None,
) -> Polygons:
    """Draw regions of two inputs, and return the polygons that were drawn."""
    polygons = regions.polygons(frame)
    network = regions.problem.network
    groups: list[tuple[str, list[tuple[str, Any]]]] = []
    middles = means_of(polygons.corners, polygons.offsets)
    centres = regions.witnesses.copy()
    centres[polygons.regions] = middles
    sizes = np.zeros(len(regions))
    sizes[polygons.regions] = polygons.areas
    fill = fill_of(
        regions,
        color,
        deepest=deepest_stages(polygons, network, len(regions)),
        sizes=sizes,
        centres=centres,
        log=log,
    )
    if isinstance(color, str) and color == "class":
        pieces = pieces_by_class(polygons, affine_maps_of(regions))
        count = max(network.readout.n_outputs, 2)
        names = tuple(map(str, range(count))) if network.readout.n_outputs > 1 else ("≤ 0", "> 0")
        palette = np.array(colours_of_categories(count))
        rings, colours = pieces.rings, palette[pieces.classes]
        add_polygons(ax, rings.corners, rings.offsets, colours)
        shown = sorted(set(pieces.classes.tolist()))
        what = "largest output" if network.readout.n_outputs > 1 else "output"
        groups.append((what, [(names[k], patch(palette[k])) for k in shown]))
    else:
        colours, mappable = colours_for(fill, polygons.regions)
        add_polygons(ax, polygons.corners, polygons.offsets, colours)
        if fill is not None and mappable is not None and colorbar:
            add_colorbar(ax, mappable, fill.label)
        elif fill is not None and mappable is None:
            groups.append((fill.label, names_of(fill, polygons.regions)))
    if edges is not None:
        groups.append(("edges of", _add_edges(ax, regions, polygons, linewidth)))
    if boundary is not None and boundary is not False:
        segments, what = _boundary(regions, polygons, boundary)
        add_boundary(ax, segments)
        groups.append(("boundary", [(what, line(BOUNDARY, 1.8))]))
    if graph:
        _add_graph(ax, regions, polygons, middles)
    if data is not None:
        groups.append(("data", add_data(ax, data, 2)))
    if colorbar:
        add_legend(ax, groups)
    show_frame(ax, polygons.frame)
    return polygons


def means_of(corners: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """The mean of each polygon's corners."""
    if len(offsets) < 2:
        return corners[:0]
    sums = np.add.reduceat(corners, offsets[:-1], axis=0)
    return np.asarray(sums / np.diff(offsets)[:, np.newaxis])


def add_polygons(ax: Axes, corners: np.ndarray, offsets: np.ndarray, colours: Any) -> Any:
    """One collection of filled polygons, without seams between them."""
    matplotlib = matplotlib_package()
    paths = np.split(corners, offsets[1:-1]) if len(offsets) > 1 else []
    collection = matplotlib.collections.PolyCollection(
        paths,
        facecolors=colours,
        # Each polygon is drawn a little larger than it is: else the ground shines through.
        edgecolors="face",
        linewidths=0.35,
        joinstyle="round",
        rasterized=len(paths) > POLYGONS_AS_IMAGE,
        zorder=1,
    )
    ax.add_collection(collection, autolim=False)
    return collection


def hairline(count: int) -> float:
    """The width of an edge in points, among so many polygons."""
    return float(np.clip(9.0 / np.sqrt(max(count, 1)), 0.12, 0.7))


def _add_edges(
    ax: Axes, regions: Enumeration, polygons: Polygons, linewidth: float | None
) -> list[tuple[str, Any]]:
    segments = edges_of(polygons)
    stages = stages_of_units(regions.problem.network)
    count = len(regions.problem.network.stages)
    palette = np.array(colours_of_lines(max(count, 1)))
    width = hairline(len(polygons)) if linewidth is None else linewidth
    owners = stages[segments.owners] if len(segments.owners) else segments.owners
    order = np.argsort(-owners, kind="stable")  # earlier stages on top
    collection = matplotlib_package().collections.LineCollection(
        segments.ends[order],
        colors=palette[owners[order] - 1],
        linewidths=width * np.where(owners[order] == 1, 1.3, 1.0),
        capstyle="round",
        rasterized=len(polygons) > POLYGONS_AS_IMAGE,
        zorder=2,
    )
    ax.add_collection(collection, autolim=False)
    if count < 2:
        return []
    present = sorted(set(owners.tolist()))
    return [(f"stage {k}", line(palette[k - 1], 1.2)) for k in present]


def _boundary(regions: Enumeration, polygons: Polygons, boundary: Boundary) -> tuple[Segments, str]:
    maps = affine_maps_of(regions)
    outputs = regions.problem.network.readout.n_outputs
    if boundary is True or boundary == "class":
        pieces = pieces_by_class(polygons, maps)
        what = "largest output changes" if outputs > 1 else "output = 0"
        return boundary_of(pieces, polygons, maps), what
    every = np.concatenate([maps.matrices, maps.shifts[:, :, np.newaxis]], axis=2)
    own = every[polygons.regions]
    if isinstance(boundary, tuple | list):
        if len(boundary) != 2:
            raise ValueError(f"boundary: one output or a pair was expected, got {boundary!r}")
        i, j = (output_number(k, regions, "boundary") for k in boundary)
        return level_set(polygons, own[:, i] - own[:, j]), f"output {i} = output {j}"
    k = output_number(boundary, regions, "boundary")  # type: ignore[arg-type]
    return level_set(polygons, own[:, k]), f"output {k} = 0"


def add_boundary(ax: Axes, segments: Segments) -> None:
    """A bold line on a pale rim, so that it stands out from dark fills too."""
    for colour, width, zorder in (("#ffffff", 3.2, 3), (BOUNDARY, 1.8, 3.1)):
        ax.add_collection(
            matplotlib_package().collections.LineCollection(
                segments.ends, colors=colour, linewidths=width, capstyle="round", zorder=zorder
            ),
            autolim=False,
        )


def _add_graph(ax: Axes, regions: Enumeration, polygons: Polygons, middles: np.ndarray) -> None:
    places = np.full((len(regions), 2), np.nan)
    places[polygons.regions] = middles
    ends = places[adjacency_graph(regions).edges]
    shown = ends[np.isfinite(ends).all(axis=(1, 2))]
    ax.add_collection(
        matplotlib_package().collections.LineCollection(
            shown, colors=INK, linewidths=hairline(len(polygons)), alpha=0.75, zorder=4
        ),
        autolim=False,
    )
    size = float(np.clip(2500.0 / max(len(polygons), 1), 0.6, 14.0))
    ax.scatter(middles[:, 0], middles[:, 1], s=size, c=INK, linewidths=0, zorder=4.1)


def add_data(ax: Any, data: Any, dim: int) -> list[tuple[str, Any]]:
    """Data points, by label: white and dark and coloured, each with a dark rim."""
    points, labels = data if isinstance(data, tuple) else (data, None)
    points = np.asarray(points, dtype=np.float64)
    if points.ndim != 2 or points.shape[1] != dim:
        raise ValueError(f"data: points of shape (points, {dim}) were expected, got {points.shape}")
    labels = np.zeros(len(points), dtype=np.int64) if labels is None else np.asarray(labels)
    if labels.shape != (len(points),):
        raise ValueError(
            f"data: a label for each of {len(points)} points was expected, got {labels.shape}"
        )
    size = float(np.clip(4000.0 / max(len(points), 1), 3.0, 18.0))
    named = []
    different = sorted(set(labels.tolist()))
    for k, label in enumerate(different):
        mine = points[labels == label]
        handle = ax.scatter(
            *mine.T,
            s=size,
            c=POINTS[(k + 1) % len(POINTS)],
            edgecolors=INK,
            linewidths=0.6,
            zorder=5,
        )
        named.append((str(label), handle))
    return named if 1 < len(different) <= MOST_NAMES else []


def names_of(fill: Fill, shown: np.ndarray) -> list[tuple[str, Any]]:
    """The categories that are shown, with their colours."""
    palette = colours_of_categories(len(fill.categories))
    present = sorted(set(fill.values[shown].astype(int).tolist()))
    if len(present) > MOST_NAMES:
        return []
    return [(fill.categories[k], patch(palette[k])) for k in present]


def show_frame(ax: Axes, frame: Box) -> None:
    """Limits, and equal scales unless the frame is far from square."""
    (left, bottom), (right, top) = ([float(x) for x in ends] for ends in (frame.lower, frame.upper))
    ax.set_xlim(left, right)
    ax.set_ylim(bottom, top)
    if LEAST_RATIO < (right - left) / (top - bottom) < 1 / LEAST_RATIO:
        ax.set_aspect("equal")
    ax.set_xlabel("$x_1$")
    ax.set_ylabel("$x_2$")
