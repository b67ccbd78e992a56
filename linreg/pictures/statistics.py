"""Counts against what changes them, degrees of the adjacency graph, volumes of regions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from linreg.adjacency import AdjacencyGraph
from linreg.pictures.drawing import STYLE, axes_for, matplotlib_package
from linreg.pictures.palettes import INK, scale_of_colours
from linreg.pictures.regions import title_of
from linreg.pictures.subject import check_inputs, graph_of, regions_of
from linreg.readers import DomainLike, NetworkLike
from linreg.regions import Enumeration

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BINS = 40

PLAIN_BAR = "#b1b48d"


def plot_counts(
    counts: Mapping[Any, Any] | Sequence[Any],
    bounds: Mapping[str, Any] | None = None,
    ax: Axes | None = None,
    *,
    against: str = "epoch",
    log: bool | None = None,
    title: str | None = None,
) -> Axes:
    """Draw numbers of regions against the epoch, the width, the depth, with bounds as lines.

    Parameters
    ----------
    counts : mapping or sequence
        {x: number} or numbers for 0, 1, 2, ...; a number is an int or a `Count`, and a list of
        numbers is drawn with the band from the least to the largest around its median.
    bounds : mapping, optional
        {name: number}, {name: numbers}, as many as counts, or {name: {x: number}}; a number may be
        a `Bound` of `linreg.theory`.
    ax : matplotlib Axes, optional
    against : str
        What x is.
    log : bool, optional
        Whether numbers go by the logarithm; by default if they differ by more than a factor of 50.
    title : str, optional

    Returns
    -------
    matplotlib Axes
        Those that were drawn on.

    Raises
    ------
    ValueError
        If there is nothing to draw, or a bound has another length.
    LinregError
        If matplotlib is not installed.

    Examples
    --------
    Regions of 0 to 3 lines of the plane in general position, below 2^m:

    >>> ax = plot_counts([1, 2, 4, 7], {"2^m": [1, 2, 4, 8]}, against="lines")
    >>> [line.get_ydata().tolist() for line in ax.lines]
    [[1.0, 2.0, 4.0, 7.0], [1.0, 2.0, 4.0, 8.0]]
    """
    matplotlib = matplotlib_package()
    pairs = list(counts.items() if isinstance(counts, Mapping) else enumerate(counts))
    if not pairs:
        raise ValueError("counts: at least one number was expected, got none")
    xs = [x for x, _ in pairs]
    groups = [
        [_number(y) for y in ys] if isinstance(ys, list | tuple | np.ndarray) else [_number(ys)]
        for _, ys in pairs
    ]
    lows, middles, highs = (
        np.array([pick(group) for group in groups], dtype=np.float64)
        for pick in (min, np.median, max)
    )
    every = [*lows, *highs]
    axes = axes_for(ax, size=(6.0, 3.8))
    with matplotlib.rc_context(STYLE):
        dark = scale_of_colours(0.0)
        if (highs > lows).any():
            axes.fill_between(xs, lows, highs, color=dark(0.15), alpha=0.18, linewidth=0)
        axes.plot(xs, middles, color=dark(0.05), marker="o", markersize=3.5, label="regions")
        lines = dict(bounds or {})
        for k, (name, value) in enumerate(lines.items()):
            at, ys = _bound(name, value, xs)
            every += ys
            shade = dark(0.35 + 0.4 * k / max(len(lines) - 1, 1))
            axes.plot(at, ys, color=shade, linestyle=_DASHES[k % len(_DASHES)], label=name)
        if log if log is not None else min(every) > 0 and max(every) > 50 * min(every):
            axes.set_yscale("log")
        else:
            axes.set_ylim(bottom=0)
        if lines:
            axes.legend(loc="best")
        axes.set_xlabel(against)
        axes.set_ylabel("regions")
        if all(isinstance(x, int) for x in xs):
            axes.xaxis.set_major_locator(matplotlib.ticker.MaxNLocator(integer=True))
        quiet(axes)
        axes.set_title(title or "", loc="left")
    return axes


def plot_degrees(
    graph: AdjacencyGraph | Enumeration | NetworkLike,
    ax: Axes | None = None,
    *,
    domain: DomainLike = None,
    title: str | None = None,
) -> Axes:
    """Draw how many regions have how many neighbours, and the mean.

    Parameters
    ----------
    graph : AdjacencyGraph, Enumeration, Network, or what `as_network` accepts
    ax, domain, title
        As for `plot_regions`.

    Returns
    -------
    matplotlib Axes
        Those that were drawn on.

    Raises
    ------
    IncompleteError
        If not all regions were found.
    LinregError
        If matplotlib is not installed.

    Examples
    --------
    Of the seven regions of three lines, three have two neighbours, and the triangle and the three
    beside it have three:

    >>> from linreg import mlp
    >>> ax = plot_degrees(mlp([([[1, 0], [0, 1], [1, 1]], [0, 0, -1])]))
    >>> [int(bar.get_height()) for bar in ax.patches]
    [0, 0, 3, 4]
    """
    matplotlib = matplotlib_package()
    found = graph_of(graph, domain)
    degrees = np.bincount(found.edges.ravel(), minlength=len(found))
    axes = axes_for(ax, size=(6.0, 3.6))
    with matplotlib.rc_context(STYLE):
        heights = np.bincount(degrees)
        axes.bar(np.arange(len(heights)), heights, width=0.85, color=PLAIN_BAR)
        mean = float(degrees.mean())
        axes.axvline(mean, color=INK, linewidth=1.0, linestyle="--")
        axes.annotate(
            f"mean {mean:.2f}",
            (mean, 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(4, 3),
            textcoords="offset points",
            fontsize=8,
        )
        axes.xaxis.set_major_locator(matplotlib.ticker.MaxNLocator(integer=True))
        axes.set_xlim(max(degrees.min() - 0.7, -0.7), degrees.max() + 0.7)
        axes.set_xlabel("neighbours")
        axes.set_ylabel("regions")
        quiet(axes)
        axes.set_title(title_of(found.regions) if title is None else title, loc="left")
    return axes


def plot_volumes(
    regions: Enumeration | NetworkLike,
    ax: Axes | None = None,
    frame: DomainLike = None,
    *,
    domain: DomainLike = None,
    title: str | None = None,
) -> Axes:
    """Draw how large regions are: a histogram over a logarithmic scale, within a frame.

    Parameters
    ----------
    regions : Enumeration, Network, or what `as_network` accepts
        Of two or three inputs.
    ax : matplotlib Axes, optional
    frame : Box, "box:LO,HI" or [[lo, hi], ...], optional
        Where areas or volumes are measured; as for `plot_regions`.
    domain, title
        As for `plot_regions`.

    Returns
    -------
    matplotlib Axes
        Those that were drawn on; a second scale on the right is for the share.

    Raises
    ------
    ValueError
        If the network has not two or three inputs.
    LinregError
        If matplotlib is not installed.

    Examples
    --------
    The axes cut a square into four of the same size:

    >>> from linreg import mlp
    >>> ax = plot_volumes(mlp([([[1, 0], [0, 1]], [0, 0])]), frame="box:-1,1")
    >>> sum(int(bar.get_height()) for bar in ax.patches)
    4
    """
    matplotlib = matplotlib_package()
    found = regions_of(regions, domain)
    dim = check_inputs(found, 3, 2)
    sizes = found.polygons(frame).areas if dim == 2 else found.solids(frame).volumes
    axes = axes_for(ax, size=(6.0, 3.6))
    with matplotlib.rc_context(STYLE):
        low, high = float(sizes.min()), float(sizes.max())
        bins = np.geomspace(low, high if high > low else 2 * low, min(BINS, len(sizes) + 1))
        axes.hist(sizes, bins=bins.tolist(), color=PLAIN_BAR, linewidth=0, rwidth=0.92)
        axes.set_xscale("log")
        axes.set_xlabel("area within the frame" if dim == 2 else "volume within the frame")
        axes.set_ylabel("regions")
        share = axes.twinx()
        ordered = np.sort(sizes)
        share.step(
            ordered, np.cumsum(ordered) / ordered.sum(), where="post", color=INK, linewidth=1.1
        )
        share.set_ylim(0, 1.02)
        share.set_ylabel("share of the frame up to this size", fontsize=8)
        share.spines["top"].set_visible(False)
        quiet(axes)
        axes.set_title(title_of(found) if title is None else title, loc="left")
    return axes


_DASHES = ("--", ":", "-.", (0, (6, 2, 1, 2, 1, 2)))


def quiet(ax: Axes) -> None:
    """Hide the upper and the right edge of axes."""
    ax.spines["top"].set_visible(False)
    ax.spines["right"].set_visible(False)


def _number(value: Any) -> float:
    """The number that a count or a bound holds."""
    for name in ("regions", "activation_regions", "value"):
        if hasattr(value, name):
            return float(getattr(value, name))
    return float(value)


def _bound(name: str, value: Any, xs: list[Any]) -> tuple[list[Any], list[float]]:
    if isinstance(value, Mapping):
        return list(value), [_number(y) for y in value.values()]
    if isinstance(value, list | tuple | np.ndarray):
        if len(value) != len(xs):
            raise ValueError(f"bounds: {name}: {len(xs)} numbers were expected, got {len(value)}")
        return xs, [_number(y) for y in value]
    return [xs[0], xs[-1]], [_number(value)] * 2
