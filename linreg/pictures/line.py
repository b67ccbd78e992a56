"""Regions of one input: the graph of the function, with its breakpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from linreg.domains import Box
from linreg.pictures.drawing import matplotlib_package
from linreg.pictures.edges import stages_of_units
from linreg.pictures.fills import Colour, fill_of
from linreg.pictures.legend import (
    MOST_NAMES,
    add_colorbar,
    add_legend,
    colours_for,
    line,
    names_of,
)
from linreg.pictures.palettes import INK, colours_of_lines, scale_of_colours
from linreg.pictures.plane import by_label, hairline
from linreg.regions import Enumeration
from linreg.regions.affine_maps import affine_maps_of
from linreg.regions.polygons import intervals_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PALE = 0.7
"""The share of white in what is behind the function."""

MOST_OUTPUTS = 8
"""Outputs that are drawn; of more, the first ones."""


def draw_line(
    ax: Axes,
    regions: Enumeration,
    *,
    frame: Box | None,
    color: Colour,
    edges: str | None,
    data: Any,
    colorbar: bool,
    log: bool | None,
) -> None:
    """Draw the function of a network of one input over its regions."""
    intervals = intervals_of(regions, frame)
    network = regions.problem.network
    stages = np.append(stages_of_units(network), 0)
    own = np.where(intervals.owners >= 0, stages[np.maximum(intervals.owners, -1)], 0)
    deepest, sizes = np.zeros(len(regions), dtype=np.int64), np.zeros(len(regions))
    centres = regions.witnesses.copy()
    deepest[intervals.regions] = own.max(axis=1)
    sizes[intervals.regions] = intervals.ends[:, 1] - intervals.ends[:, 0]
    centres[intervals.regions, 0] = intervals.ends.mean(axis=1)
    if isinstance(color, str) and color == "class":
        raise ValueError("color: classes are drawn for two inputs; use 'output:K'")
    fill = fill_of(regions, color, deepest=deepest, sizes=sizes, centres=centres, log=log)
    groups = []
    low, high = float(intervals.frame.lower[0]), float(intervals.frame.upper[0])
    maps = affine_maps_of(regions)
    slopes = maps.matrices[intervals.regions, :MOST_OUTPUTS, 0]
    shifts = maps.shifts[intervals.regions, :MOST_OUTPUTS]
    values = slopes[:, np.newaxis] * intervals.ends[:, :, np.newaxis] + shifts[:, np.newaxis]
    if fill is not None:
        colours, mappable = colours_for(fill, intervals.regions, PALE)
        bands = matplotlib_package().collections.PolyCollection(
            [[(a, 0), (b, 0), (b, 1), (a, 1)] for a, b in intervals.ends.tolist()],
            transform=ax.get_xaxis_transform(),
            facecolors=colours,
            edgecolors="none",
            antialiaseds=False,  # else the ground shines through between two of them
            zorder=0,
        )
        ax.add_collection(bands, autolim=False)
        if mappable is not None and colorbar:
            add_colorbar(ax, mappable, fill.label)
        elif mappable is None:
            groups.append((fill.label, names_of(fill, intervals.regions, PALE)))
    breaks, stage = intervals.ends[1:, 0], own[1:, 0]
    if edges is not None and len(breaks):
        palette = np.array(colours_of_lines(max(len(network.stages), 1)))
        width = hairline(len(breaks))
        ax.vlines(
            breaks,
            0,
            1,
            transform=ax.get_xaxis_transform(),
            colors=palette[np.maximum(stage, 1) - 1],
            linewidths=width,
            zorder=1,
        )
        if len(network.stages) > 1:
            present = sorted(set(stage.tolist()) - {0})
            groups.append(
                ("breakpoints of", [(f"stage {k}", line(palette[k - 1], 1.2)) for k in present])
            )
    outputs = values.shape[2]
    shades = (
        [INK] if outputs == 1 else [scale_of_colours(0.0)(x) for x in np.linspace(0, 0.8, outputs)]
    )
    curves = []
    for k in range(outputs):
        xs, ys = intervals.ends.ravel(), values[:, :, k].ravel()
        (curve,) = ax.plot(xs, ys, color=shades[k], linewidth=1.6, zorder=3)
        ax.plot(
            breaks,
            values[1:, 0, k],
            linestyle="none",
            marker="o",
            markersize=float(np.clip(60 / max(len(breaks), 1), 1.2, 4.0)),
            markerfacecolor="#ffffff",
            markeredgecolor=shades[k],
            markeredgewidth=0.8,
            zorder=4,
        )
        curves.append((str(k), curve))
    if outputs > 1:
        groups.append(("output", curves))
    if data is not None:
        groups.append(("data", _add_ticks(ax, data)))
    if colorbar:
        add_legend(ax, groups)
    ax.set_xlim(low, high)
    ax.margins(y=0.06)
    ax.set_xlabel("$x$")
    ax.set_ylabel("output")


def _add_ticks(ax: Any, data: Any) -> list[tuple[str, Any]]:
    """Data points as strokes at the bottom, by label."""
    named = []
    for label, mine, colour in by_label(data, 1):
        (handle,) = ax.plot(
            mine[:, 0],
            np.full(len(mine), 0.02),
            transform=ax.get_xaxis_transform(),
            linestyle="none",
            marker="o",
            markersize=4.0,
            markerfacecolor=colour,
            markeredgecolor=INK,
            markeredgewidth=0.6,
            clip_on=False,
            zorder=5,
        )
        named.append((label, handle))
    return named if 1 < len(named) <= MOST_NAMES else []
