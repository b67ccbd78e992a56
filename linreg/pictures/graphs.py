"""The adjacency graph: at the witnesses in the plane, spread out by its spectrum elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from linreg.adjacency import AdjacencyGraph
from linreg.pictures.drawing import STYLE, axes_for, matplotlib_package
from linreg.pictures.fills import Colour, fill_of
from linreg.pictures.legend import add_colorbar, add_legend, colours_for
from linreg.pictures.palettes import INK
from linreg.pictures.plane import names_of
from linreg.pictures.regions import title_of
from linreg.pictures.subject import graph_of
from linreg.readers import DomainLike, NetworkLike
from linreg.regions import Enumeration
from linreg.regions.polygons import frame_of
from linreg.wording import counted

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DENSE_REGIONS = 1500
"""Regions up to which all eigenvectors are found, which is the surer way."""

LAYOUTS = ("auto", "witness", "spectral")


def plot_graph(
    graph: AdjacencyGraph | Enumeration | NetworkLike,
    ax: Axes | None = None,
    color: Colour = "active",
    *,
    layout: str = "auto",
    colorbar: bool = True,
    domain: DomainLike = None,
    log: bool | None = None,
    title: str | None = None,
) -> Axes:
    """Draw which regions share a facet.

    Parameters
    ----------
    graph : AdjacencyGraph, Enumeration, Network, or what `as_network` accepts
    ax : matplotlib Axes, optional
    color : optional
        Of the nodes: as for `plot_regions`, but for "stage", "volume" and "class".
    layout : str
        "witness": each region at its witness, for two inputs; "spectral": by the eigenvectors of
        the graph's Laplacian that belong to the two smallest eigenvalues above zero; "auto": the
        first for two inputs and the second for others.
    colorbar, domain, log, title
        As for `plot_regions`.

    Returns
    -------
    matplotlib Axes
        Those that were drawn on.

    Raises
    ------
    ValueError
        If the layout or the colour is not one of these, or witnesses are no points of the plane.
    IncompleteError
        If not all regions were found.
    LinregError
        If matplotlib is not installed.

    Source
    ------
    Hall (1970), "An r-dimensional quadratic placement algorithm".

    Examples
    --------
    Three lines in general position make seven regions and nine segments between them:

    >>> from linreg import mlp
    >>> ax = plot_graph(mlp([([[1, 0], [0, 1], [1, 1]], [0, 0, -1])]))
    >>> ax.get_title(loc="left")
    '7 regions, 9 shared facets'
    """
    matplotlib = matplotlib_package()
    found = graph_of(graph, domain)
    regions = found.regions
    dim = regions.problem.network.input_dim
    if layout not in LAYOUTS:
        raise ValueError(f"layout: one of {', '.join(LAYOUTS)} was expected, got {layout!r}")
    if isinstance(color, str) and color == "class":
        raise ValueError("color: 'class' cuts regions, and nodes are whole; take plot_regions")
    at_witness = layout == "witness" or (layout == "auto" and dim == 2)
    if at_witness and dim != 2:
        raise ValueError(
            f"layout: witnesses of {counted(dim, 'input')} are no points of the plane; take "
            "'spectral'"
        )
    places = regions.witnesses if at_witness else spectral_layout(found)
    axes = axes_for(ax, size=(6.4, 5.2))
    with matplotlib.rc_context(STYLE):
        width = float(np.clip(10.0 / np.sqrt(max(len(found.edges), 1)), 0.15, 1.0))
        axes.add_collection(
            matplotlib.collections.LineCollection(
                places[found.edges], colors=INK, linewidths=width, alpha=0.55, zorder=1
            ),
            autolim=False,
        )
        fill = fill_of(regions, color, log=log)
        colours, mappable = colours_for(fill, np.arange(len(regions)), muted=0.1)
        size = float(np.clip(6000.0 / max(len(regions), 1), 1.5, 60.0))
        axes.scatter(
            places[:, 0],
            places[:, 1],
            s=size,
            c=colours,
            edgecolors=INK,
            linewidths=min(width, 0.5),
            zorder=2,
        )
        if colorbar and fill is not None:
            if mappable is not None:
                add_colorbar(axes, mappable, fill.label)
            else:
                add_legend(axes, [(fill.label, names_of(fill, np.arange(len(regions))))])
        if at_witness:
            frame = frame_of(regions)
            axes.set_xlim(float(frame.lower[0]), float(frame.upper[0]))
            axes.set_ylim(float(frame.lower[1]), float(frame.upper[1]))
            axes.set_xlabel("$x_1$")
            axes.set_ylabel("$x_2$")
        else:
            axes.margins(0.05)
            axes.autoscale_view()
            axes.set_xticks([])
            axes.set_yticks([])
            for spine in axes.spines.values():
                spine.set_visible(False)
        said = f"{title_of(regions)}, {counted(len(found.edges), 'shared facet')}"
        axes.set_title(said if title is None else title, loc="left")
    return axes


def spectral_layout(graph: AdjacencyGraph) -> np.ndarray:
    """Places in the plane, neighbours near to each other; float64, shape (regions, 2).

    The signs are fixed, so that the same graph has the same picture.
    """
    from scipy.sparse import coo_array, csgraph
    from scipy.sparse.linalg import eigsh

    size = len(graph)
    if size < 4:
        return np.column_stack([np.arange(size), np.zeros(size)]).astype(np.float64)
    i, j = graph.edges.T
    weights = np.ones(len(i))
    half = coo_array((weights, (i, j)), shape=(size, size)).tocsr()
    laplacian = csgraph.laplacian(half + half.T, normed=True)
    if size <= DENSE_REGIONS:
        _, vectors = np.linalg.eigh(laplacian.toarray())
        found = vectors[:, 1:3]
    else:
        # The largest of 2 - L are the smallest of L; power steps need no factorisation.
        start = np.random.default_rng(0).normal(size=size)
        shifted = (
            2.0
            * coo_array(
                (np.ones(size), (np.arange(size), np.arange(size))), shape=(size, size)
            ).tocsr()
            - laplacian
        )
        values, vectors = eigsh(shifted, k=3, which="LA", v0=start, tol=1e-6)
        found = vectors[:, np.argsort(-values)[1:3]]
    degrees = np.maximum(np.bincount(graph.edges.ravel(), minlength=size), 1)
    places = found / np.sqrt(degrees)[:, np.newaxis]
    places /= np.abs(places).max(axis=0)
    largest = np.abs(places).argmax(axis=0)
    return np.asarray(places * np.sign(places[largest, [0, 1]]))
