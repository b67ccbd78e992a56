"""The function of two inputs as a surface, its regions projected below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from linreg.domains import Box
from linreg.pictures.drawing import STYLE, axes_for, matplotlib_package
from linreg.pictures.edges import deepest_stages
from linreg.pictures.fills import Colour, fill_of, output_number
from linreg.pictures.legend import add_colorbar, add_legend, colours_for, names_of
from linreg.pictures.palettes import INK
from linreg.pictures.plane import means_of
from linreg.pictures.regions import title_of
from linreg.pictures.space import quiet_panes
from linreg.pictures.subject import check_inputs, regions_of
from linreg.readers import DomainLike, NetworkLike
from linreg.regions import Enumeration
from linreg.regions.affine_maps import affine_maps_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MUTED_HEIGHTS = 0.25
"""The share of white in the surface."""


def plot_surface(
    regions: Enumeration | NetworkLike,
    output: int = 0,
    ax: Axes | None = None,
    frame: DomainLike = None,
    color: Colour = None,
    *,
    projection: bool = True,
    colorbar: bool = True,
    domain: DomainLike = None,
    log: bool | None = None,
    title: str | None = None,
) -> Axes:
    """Draw one output of a network of two inputs as height over its regions.

    Parameters
    ----------
    regions : Enumeration, Network, or what `as_network` accepts
    output : int
        Which output is the height.
    ax : matplotlib Axes in three dimensions, optional
    frame : Box, "box:LO,HI" or [[lo, hi], ...], optional
        As for `plot_regions`.
    color : optional
        As for `plot_regions`, without "class"; by default the height in the middle of each region.
    projection : bool
        Whether to draw the regions below the surface.
    colorbar : bool
        Whether to say what colours mean.
    domain, log, title
        As for `plot_regions`.

    Returns
    -------
    matplotlib Axes
        Those that were drawn on.

    Raises
    ------
    ValueError
        If the network has not two inputs, or there is no such output.
    LinregError
        If matplotlib is not installed.

    Examples
    --------
    relu(x) + relu(y) over the four quadrants of a square; the regions below are drawn as well:

    >>> from linreg import mlp
    >>> net = mlp([([[1, 0], [0, 1]], [0, 0])], readout=([[1, 1]], [0]))
    >>> ax = plot_surface(net, frame="box:-1,1")
    >>> ax.get_title(loc="left"), ax.get_zlabel(), len(ax.collections)
    ('4 regions', 'output 0', 3)
    """
    matplotlib = matplotlib_package()
    from mpl_toolkits.mplot3d.art3d import Line3DCollection, Poly3DCollection

    found = regions_of(regions, domain)
    check_inputs(found, 2, 2)
    output = output_number(output, found, "output")
    if isinstance(color, str) and color == "class":
        raise ValueError("color: a surface has no classes; plot_regions draws them")
    polygons = found.polygons(frame)
    axes = axes_for(ax, dim=3, size=(6.8, 5.4))
    with matplotlib.rc_context(STYLE):
        matrices, shifts = affine_maps_of(found)
        of = polygons.regions[polygons.labels]
        heights = (matrices[of, output] * polygons.corners).sum(axis=1) + shifts[of, output]
        centres = found.witnesses.copy()
        centres[polygons.regions] = means_of(polygons.corners, polygons.offsets)
        sizes = np.zeros(len(found))
        sizes[polygons.regions] = polygons.areas
        fill = fill_of(
            found,
            f"output:{output}" if color is None else color,
            deepest=deepest_stages(polygons, found.problem.network, len(found)),
            sizes=sizes,
            centres=centres,
            log=log,
        )
        colours, mappable = colours_for(fill, polygons.regions, MUTED_HEIGHTS)
        width = float(np.clip(7.0 / np.sqrt(max(len(polygons), 1)), 0.08, 0.5))
        lifted = np.column_stack([polygons.corners, heights])
        axes.add_collection(
            Poly3DCollection(
                np.split(lifted, polygons.offsets[1:-1]),
                facecolors=colours,
                edgecolors=INK,
                linewidths=width,
            )
        )
        low, high = float(heights.min()), float(heights.max())
        room = (high - low) or 1.0
        floor = low - 0.45 * room if projection else low
        if projection:
            flat = np.column_stack([polygons.corners, np.full(len(polygons.corners), floor)])
            rings = np.split(flat, polygons.offsets[1:-1])
            pale = np.array(colours)
            pale[:, :3] = pale[:, :3] * 0.45 + 0.55
            axes.add_collection(Poly3DCollection(rings, facecolors=pale, edgecolors="none"))
            axes.add_collection(
                Line3DCollection(
                    [np.vstack([ring, ring[:1]]) for ring in rings], colors=INK, linewidths=width
                )
            )
        _dress(axes, polygons.frame, floor, high + 0.03 * room, output)
        if colorbar and fill is not None:
            if mappable is not None:
                add_colorbar(axes, mappable, fill.label)
            else:
                names = names_of(fill, polygons.regions, MUTED_HEIGHTS)
                add_legend(axes, [(fill.label, names)])
        axes.set_title(title_of(found) if title is None else title, loc="left")
    return axes


def _dress(ax: Any, frame: Box, low: float, high: float, output: int) -> None:
    (left, bottom), (right, top) = ([float(x) for x in ends] for ends in (frame.lower, frame.upper))
    ax.set_xlim(left, right)
    ax.set_ylim(bottom, top)
    ax.set_zlim(low, high)
    ax.set_box_aspect((1.0, 1.0, 0.75))
    ax.set_xlabel("$x_1$")
    ax.set_ylabel("$x_2$")
    ax.set_zlabel(f"output {output}")
    quiet_panes(ax, elev=27.0)
