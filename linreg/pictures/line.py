"""Regions of one input: the graph of the function, with its breakpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from linreg.domains import Box
from linreg.pictures.edges import stages_of_units
from linreg.pictures.fills import Colour, fill_of
from linreg.pictures.legend import add_colorbar, add_legend, colours_for, line
from linreg.pictures.palettes import INK, colours_of_lines, scale_of_colours
from linreg.pictures.plane import hairline, names_of
from linreg.regions import Enumeration
from linreg.regions.affine_maps import affine_maps_of
from linreg.regions.polygons import intervals_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

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
        colours, mappable = colours_for(fill, intervals.regions, muted=0.7)
        for (left, right), colour in zip(intervals.ends.tolist(), colours, strict=True):
            ax.axvspan(left, right, facecolor=colour, edgecolor="none", zorder=0)
        if mappable is not None and colorbar:
            add_colorbar(ax, mappable, fill.label)
        elif mappable is None:
            groups.append((fill.label, names_of(fill, intervals.regions)))
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
        points = np.asarray(data[0] if isinstance(data, tuple) else data, dtype=np.float64)
        ax.plot(
            points.reshape(len(points), -1)[:, 0],
            np.zeros(len(points)),
            transform=ax.get_xaxis_transform(),
            linestyle="none",
            marker="|",
            color=INK,
            zorder=5,
        )
    if colorbar:
        add_legend(ax, groups)
    ax.set_xlim(low, high)
    ax.margins(y=0.06)
    ax.set_xlabel("$x$")
    ax.set_ylabel("output")
