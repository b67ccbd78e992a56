"""Folded hyperplanes of one stage, and the regions that a path goes through."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from linreg.arguments import integer
from linreg.arguments import points as checked_points
from linreg.pictures.drawing import STYLE, axes_for, matplotlib_package
from linreg.pictures.edges import edges_of, stages_of_units
from linreg.pictures.legend import add_legend, line
from linreg.pictures.palettes import (
    BOUNDARY,
    INK,
    colours_of_categories,
    scale_of_colours,
)
from linreg.pictures.plane import MOST_NAMES, add_polygons, hairline, show_frame
from linreg.pictures.regions import title_of
from linreg.pictures.subject import check_inputs, regions_of
from linreg.readers import DomainLike, NetworkLike
from linreg.regions import Enumeration
from linreg.regions.polygons import Polygons
from linreg.regions.polygons.float_shapes import scale_of
from linreg.regions.polygons.ragged import next_in_ring
from linreg.wording import counted

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FAINT = "#c9cfd6"


def plot_arrangement(
    regions: Enumeration | NetworkLike,
    stage: int = 1,
    ax: Axes | None = None,
    frame: DomainLike = None,
    *,
    units: Any = None,
    domain: DomainLike = None,
    title: str | None = None,
) -> Axes:
    """Draw the hyperplanes of one stage, folded where earlier stages switch.

    Parameters
    ----------
    regions : Enumeration, Network, or what `as_network` accepts
        Of two inputs.
    stage : int
        Counted from 1. In the first stage hyperplanes are lines.
    ax : matplotlib Axes, optional
    frame : Box, "box:LO,HI" or [[lo, hi], ...], optional
    units : sequence of int, optional
        Units of the stage, counted from 0; all by default.
    domain, title
        As for `plot_regions`.

    Returns
    -------
    matplotlib Axes
        Those that were drawn on.

    Raises
    ------
    ValueError
        If the network has not two inputs, or there is no such stage.
    LinregError
        If matplotlib is not installed.

    Examples
    --------
    Each of three lines in general position is cut into three segments by the other two:

    >>> from linreg import mlp
    >>> ax = plot_arrangement(mlp([([[1, 0], [0, 1], [1, 1]], [0, 0, -1])]))
    >>> [len(lines.get_segments()) for lines in ax.collections if len(lines.get_segments())]
    [3, 3, 3]
    """
    matplotlib = matplotlib_package()
    found = regions_of(regions, domain)
    check_inputs(found, 2, 2)
    stages = stages_of_units(found.problem.network)
    count = len(found.problem.network.stages)
    if integer(stage, "stage", ValueError) not in range(1, count + 1):
        raise ValueError(f"stage: stages are numbered from 1 to {count}, got {stage!r}")
    polygons = found.polygons(frame)
    first = int(np.argmax(stages == stage))
    size = int((stages == stage).sum())
    chosen = np.arange(size) if units is None else np.asarray(units, dtype=np.int64)
    if len(chosen) and not (0 <= chosen.min() <= chosen.max() < size):
        raise ValueError(f"units: those of stage {stage} are numbered from 0 to {size - 1}")
    axes = axes_for(ax, size=(6.4, 5.2))
    with matplotlib.rc_context(STYLE):
        segments = edges_of(polygons)
        of = stages[segments.owners] if len(segments.owners) else segments.owners
        earlier = of < stage
        _lines(axes, segments.ends[earlier], FAINT, 0.7, 1)
        scale = scale_of_colours(0.05)
        entries = []
        shades = np.linspace(0.0, 0.92, max(len(chosen), 1))
        for unit, shade in zip(chosen.tolist(), shades, strict=False):
            mine = segments.owners == first + unit
            colour = scale(shade)
            _lines(axes, segments.ends[mine], colour, 1.5, 2)
            entries.append((f"unit {unit}", line(colour, 1.5)))
        groups = [(f"stage {stage}", entries if len(entries) <= MOST_NAMES else [])]
        if earlier.any():
            groups.append(("before", [("edges of earlier stages", line(FAINT, 1.0))]))
        add_legend(axes, groups)
        show_frame(axes, polygons.frame)
        said = f"{counted(len(chosen), 'unit')} of stage {stage}"
        axes.set_title(said if title is None else title, loc="left")
    return axes


def plot_polygons_of(
    regions: Enumeration | NetworkLike,
    path: Any,
    ax: Axes | None = None,
    frame: DomainLike = None,
    *,
    domain: DomainLike = None,
    title: str | None = None,
) -> Axes:
    """Draw the regions that a path of straight segments goes through, in the order it does.

    Parameters
    ----------
    regions : Enumeration, Network, or what `as_network` accepts
        Of two inputs.
    path : array-like of numbers, shape (points, 2)
        Its corners.
    ax : matplotlib Axes, optional
    frame : Box, "box:LO,HI" or [[lo, hi], ...], optional
    domain, title
        As for `plot_regions`.

    Returns
    -------
    matplotlib Axes
        Those that were drawn on.

    Raises
    ------
    ValueError
        If the network has not two inputs, or the path has fewer than two points.
    LinregError
        If matplotlib is not installed.

    Examples
    --------
    On its way from left to right at the height 1/2, a point crosses the lines x = 0 and x + y = 1:

    >>> from linreg import mlp
    >>> net = mlp([([[1, 0], [0, 1], [1, 1]], [0, 0, -1])])
    >>> plot_polygons_of(net, [[-1, 0.5], [2, 0.5]]).get_title(loc="left")
    '3 of 7 regions on the path'
    """
    matplotlib = matplotlib_package()
    found = regions_of(regions, domain)
    check_inputs(found, 2, 2)
    corners = checked_points(path, 2, "path")
    if corners.ndim != 2 or len(corners) < 2:
        raise ValueError(f"path: two points or more were expected, got shape {corners.shape}")
    polygons = found.polygons(frame)
    axes = axes_for(ax, size=(6.4, 5.2))
    with matplotlib.rc_context(STYLE):
        order, crossings = _crossed(polygons, corners)
        colours = np.array(colours_of_categories(max(len(order), 1)))
        shown = polygons.take(order)
        add_polygons(axes, shown.corners, shown.offsets, colours[: len(order)])
        _lines(axes, edges_of(polygons).ends, INK, hairline(len(polygons)), 2)
        axes.plot(*corners.T, color=BOUNDARY, linewidth=1.8, zorder=4)
        axes.plot(
            *crossings.T,
            linestyle="none",
            marker="o",
            markersize=3.2,
            markerfacecolor="#ffffff",
            markeredgecolor=BOUNDARY,
            markeredgewidth=0.9,
            zorder=5,
        )
        show_frame(axes, polygons.frame)
        said = f"{len(order):,} of {title_of(found)} on the path"
        axes.set_title(said if title is None else title, loc="left")
    return axes


def _lines(ax: Axes, ends: np.ndarray, colour: Any, width: float, zorder: float) -> None:
    ax.add_collection(
        matplotlib_package().collections.LineCollection(
            ends, colors=[colour], linewidths=width, capstyle="round", zorder=zorder
        ),
        autolim=False,
    )


def _crossed(polygons: Polygons, path: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The polygons that a path meets in more than a point, by when it does, and the crossings."""
    scale = scale_of(polygons.frame)
    corners = (polygons.corners - scale.centre) / scale.half
    way = (path - scale.centre) / scale.half
    sides = corners[next_in_ring(polygons.offsets)] - corners
    starts = polygons.offsets[:-1]
    entered = np.full(len(polygons), np.inf)
    points = []
    for k, (here, there) in enumerate(pairwise(way)):
        step = there - here
        # Inside is to the left of each side: cross(side, point - corner) >= 0.
        now = sides[:, 0] * (here - corners)[:, 1] - sides[:, 1] * (here - corners)[:, 0]
        rate = sides[:, 0] * step[1] - sides[:, 1] * step[0]
        with np.errstate(divide="ignore", invalid="ignore"):
            at = -now / rate
        enter = np.where(rate > 0, at, np.where((rate == 0) & (now < 0), np.inf, -np.inf))
        leave = np.where(rate < 0, at, np.inf)
        first = np.maximum(np.maximum.reduceat(enter, starts), 0.0)
        last = np.minimum(np.minimum.reduceat(leave, starts), 1.0)
        met = last - first > 1e-9
        entered[met] = np.minimum(entered[met], k + first[met])
        inner = first[met & (first > 0)]
        points.append(here + inner[:, np.newaxis] * step)
    order = np.argsort(entered, kind="stable")
    crossings = np.concatenate(points) * scale.half + scale.centre
    return order[np.isfinite(entered[order])], crossings
