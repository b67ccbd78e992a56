"""Input cells that the first layers fold onto each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from linreg.definitions.identification import neighbourhoods
from linreg.pictures.drawing import STYLE, axes_for, matplotlib_package
from linreg.pictures.edges import edges_of, stages_of_units
from linreg.pictures.legend import add_legend, line
from linreg.pictures.palettes import INK, scale_of_colours
from linreg.pictures.plane import add_polygons, hairline, means_of, show_frame
from linreg.pictures.subject import check_inputs
from linreg.readers import DomainLike, NetworkLike
from linreg.wording import counted

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FOLDED_NUMBERS = 200
"""Regions up to which each has the number of its image written on it."""


def plot_folds(
    net: NetworkLike,
    layer: int = 1,
    ax: Axes | None = None,
    frame: DomainLike = None,
    *,
    domain: DomainLike = None,
    title: str | None = None,
) -> Axes:
    """Draw which regions of the plane the first layers map onto the same set.

    Regions with the same image have the same colour, and the same number if there are not too many.
    Bold lines are where the first layers fold.

    Parameters
    ----------
    net : Network, or what `as_network` accepts
        Of two inputs.
    layer : int
        How many layers fold, from 1 on.
    ax : matplotlib Axes, optional
    frame : Box, "box:LO,HI" or [[lo, hi], ...], optional
        What is shown; as for `plot_regions`.
    domain : Domain, or what `as_domain` accepts, optional
        By default the domain in the network's file, or the whole space.
    title : str, optional
        By default the numbers of regions and of images.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ValueError
        If the network has not two inputs.
    HypothesisError
        If there is no such layer.
    LinregError
        If matplotlib is not installed.

    Source
    ------
    Montufar, Pascanu, Cho and Bengio (2014), Lemma 3: the regions of a network are counted over the
    images of what its layers identify.

    Examples
    --------
    |x| and |y| fold the plane in four:

    >>> from linreg import absolute, mlp
    >>> net = mlp([([[1, 0], [0, 1]], [0, 0])], ([[1, 0], [0, 1]], [0, 0]), activation=absolute())
    >>> ax = plot_folds(net, frame="box:-1,1")
    >>> ax.get_title(loc="left")
    '4 regions, 1 image of layer 1'
    """
    matplotlib = matplotlib_package()
    found = neighbourhoods(net, layer, domain)
    regions = found.regions
    check_inputs(regions, 2, 2)
    images = found.image_of
    count = int(images.max()) + 1
    polygons = regions.polygons(frame)
    axes = axes_for(ax, size=(6.4, 5.2))
    with matplotlib.rc_context(STYLE):
        # Images that follow one another differ much in lightness.
        shades = scale_of_colours()(np.linspace(0.05, 0.95, count))
        shades = shades[np.argsort(np.arange(count) * 0.618 % 1, kind="stable")]
        own = images[polygons.regions]
        add_polygons(axes, polygons.corners, polygons.offsets, shades[own])
        segments = edges_of(polygons)
        stages = stages_of_units(regions.problem.network)[segments.owners]
        thin = hairline(len(polygons))
        for mine, width, zorder in ((stages > layer, thin, 2), (stages <= layer, 1.8, 3)):
            axes.add_collection(
                matplotlib.collections.LineCollection(
                    segments.ends[mine],
                    colors=INK,
                    linewidths=width,
                    capstyle="round",
                    zorder=zorder,
                ),
                autolim=False,
            )
        if len(polygons) <= FOLDED_NUMBERS and count > 1:
            size = float(np.clip(60 / np.sqrt(len(polygons)), 4.0, 9.0))
            middles = means_of(polygons.corners, polygons.offsets)
            for (x, y), image in zip(middles.tolist(), own.tolist(), strict=True):
                axes.text(x, y, image + 1, ha="center", va="center", fontsize=size, clip_on=True)
        folds = "layer 1" if layer == 1 else f"layers 1 to {layer}"
        after = [("later layers", line(INK, thin))] if (stages > layer).any() else []
        add_legend(axes, [("edges of", [(folds, line(INK, 1.8)), *after])])
        show_frame(axes, polygons.frame)
        said = f"{counted(len(regions), 'region')}, {counted(count, 'image')} of {folds}"
        axes.set_title(said if title is None else title, loc="left")
    return axes
