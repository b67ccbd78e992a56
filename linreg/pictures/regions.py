"""Regions of one, two or three inputs in a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from linreg.domains import Box
from linreg.pictures.drawing import STYLE, axes_for, matplotlib_package
from linreg.pictures.fills import Colour
from linreg.pictures.line import draw_line
from linreg.pictures.plane import LEAST_RATIO, Boundary, draw_plane
from linreg.pictures.space import draw_space
from linreg.pictures.subject import check_inputs, regions_of
from linreg.readers import DomainLike, NetworkLike
from linreg.regions import Enumeration
from linreg.regions.polygons import frame_of
from linreg.regions.polygons.shapes import checked_frame
from linreg.wording import counted

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_regions(
    regions: Enumeration | NetworkLike,
    ax: Axes | None = None,
    frame: DomainLike = None,
    color: Colour = "active",
    edges: str | None = "stage",
    boundary: Boundary = None,
    data: Any = None,
    graph: bool = False,
    colorbar: bool = True,
    *,
    domain: DomainLike = None,
    log: bool | None = None,
    explode: float = 0.0,
    alpha: float | None = None,
    linewidth: float | None = None,
    title: str | None = None,
) -> Axes:
    """Draw the regions of a network of one, two or three inputs.

    One input: the graph of the function over its regions, breakpoints marked. Two: the plane, cut
    into polygons. Three: transparent solids. For more inputs draw `net.on_slice(...)`.

    Parameters
    ----------
    regions : Enumeration, Network, or what `as_network` accepts
    ax : matplotlib Axes, optional
        By default those of a new figure, `plot_regions(...).figure`.
    frame : Box, "box:LO,HI" or [[lo, hi], ...], optional
        What is shown; unbounded regions go to its edge. By default all corners but a few far away.
    color : str, array, callable or None
        "active": units on a piece that is not constant; "stage" (or "layer"): the deepest stage
        that bounds the region; "slope": norm of
        the linear part; "degree": neighbours; "volume": area or volume within the frame; "class":
        the largest output, or the sign of the only one; "region"; "output:K": output K in the
        middle of the region; a number for each region; a function of each Region. Few whole
        numbers are categories.
    edges : "stage" or None
        Hairlines, coloured by the stage of the unit that owns them.
    boundary : True, k, (i, j) or None
        Bold lines: where the largest output changes, where output k is 0, where outputs i and j
        are equal. For two inputs.
    data : (X, y) or X, optional
        Points, shape (points, inputs), with labels.
    graph : bool
        Whether to draw the adjacency graph on top. For two inputs.
    colorbar : bool
        Whether to say what colours mean.
    domain : Domain, or what `as_domain` accepts, optional
        For a network: where its regions are asked for.
    log : bool, optional
        Whether colours go by the logarithm; by default for volumes.
    explode : float
        For three inputs: how far solids are moved away from the middle, relative to where they are.
    alpha : float, optional
        For three inputs: how opaque facets are, from 0 to 1.
    linewidth : float, optional
        Of hairlines, in points; by default thinner the more there are.
    title : str, optional
        By default the number of regions.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ValueError
        If the network has more than three inputs, or an argument is not one of the above.
    LinregError
        If matplotlib is not installed.

    Examples
    --------
    >>> from linreg import mlp
    >>> ax = plot_regions(mlp([([[1, 0], [0, 1], [1, 1]], [0, 0, -1])]))
    >>> ax.get_title(loc="left")
    '7 regions'
    """
    matplotlib = matplotlib_package()
    found = regions_of(regions, domain)
    dim = check_inputs(found, 3)
    shown = None if frame is None else checked_frame(frame, dim)
    if edges not in ("stage", None):
        raise ValueError(f"edges: 'stage' or None was expected, got {edges!r}")
    if dim != 2:
        for name, value in (("boundary", boundary), ("graph", graph)):
            if value is not None and value is not False:
                raise ValueError(f"{name}: drawn for two inputs, and the network has {dim}")
    if dim == 2 and shown is None:
        shown = frame_of(found)
    axes = axes_for(ax, dim=dim, size=_size(shown, dim))
    shared: dict[str, Any] = {
        "frame": shown,
        "color": color,
        "edges": edges,
        "data": data,
        "colorbar": colorbar,
        "log": log,
    }
    with matplotlib.rc_context(STYLE):
        if dim == 1:
            draw_line(axes, found, **shared)
        elif dim == 2:
            draw_plane(axes, found, boundary=boundary, graph=graph, linewidth=linewidth, **shared)
        else:
            draw_space(axes, found, explode=explode, alpha=alpha, **shared)
        axes.set_title(title_of(found) if title is None else title, loc="left")
    return axes


def _size(frame: Box | None, dim: int) -> tuple[float, float]:
    """The size of a new figure in inches: as high as the frame asks for, beside a list."""
    if dim != 2 or frame is None:
        return (6.4, 3.4) if dim == 1 else (6.8, 5.4)
    width, height = (float(b - a) for a, b in zip(frame.lower, frame.upper, strict=True))
    ratio = height / width if LEAST_RATIO < height / width < 1 / LEAST_RATIO else 0.8
    return 6.6, min(max(5.0 * ratio + 0.6, 2.6), 6.4)


def title_of(regions: Enumeration) -> str:
    """How many regions there are, or were found."""
    least = "" if regions.counted.complete else "at least "
    return f"{least}{counted(len(regions), 'region')}"
