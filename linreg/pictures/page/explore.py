"""The page on which regions are explored, and which reports what was found."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from linreg.adjacency import AdjacencyGraph, adjacency_graph
from linreg.errors import UnwritableFile
from linreg.files import StrPath, check_writable, replacing
from linreg.json_values import nearest
from linreg.pictures.fills import NAMES, active_units, output_number
from linreg.pictures.graphs import spectral_layout
from linreg.pictures.page.document import PAGE_SUFFIX, document
from linreg.pictures.page.facts import facts_of
from linreg.pictures.page.shapes import Arrays, line, plane, space
from linreg.pictures.regions import title_of
from linreg.pictures.subject import check_inputs, regions_of
from linreg.readers import DomainLike, NetworkLike
from linreg.regions import Enumeration
from linreg.regions.affine_maps import affine_maps_of
from linreg.regions.polygons.shapes import checked_frame

MOST_SPREAD = 4000
"""Regions up to which the graph is spread out by its spectrum; more are drawn where they are."""

SCRIPTS = (
    "arrays.js",
    "colours.js",
    "regions.js",
    "webgl.js",
    "plane_scene.js",
    "space_scene.js",
    "axes.js",
    "gestures.js",
    "plane_camera.js",
    "plane_view.js",
    "space_view.js",
    "card.js",
    "units.js",
    "graph.js",
    "table.js",
    "report.js",
    "explore.js",
)


def explore_page(
    regions: Enumeration | AdjacencyGraph | NetworkLike,
    path: StrPath,
    *,
    frame: DomainLike = None,
    color: str = "active",
    domain: DomainLike = None,
    title: str | None = None,
    progress: Callable[[Any], None] | None = None,
) -> None:
    """Write a page on which the regions of one to three inputs can be explored in a browser.

    One file that fetches nothing: the exact polygons, or solids for three inputs, to pan, zoom and
    click; the pattern, the affine map and the neighbours of each region, and which unit owns each
    edge; the hyperplanes of units and stages; the adjacency graph; a table to sort and search; and
    a report of what was counted and how it is known. The same regions give the same bytes.

    Parameters
    ----------
    regions : Enumeration, AdjacencyGraph, Network, or what `as_network` accepts
    path : str or path
        An `.html` file.
    frame : Box, "box:LO,HI" or [[lo, hi], ...], optional
        What is shown; unbounded regions go to its edge. By default all corners but a few far away.
    color : str
        What regions are coloured by at first: as for `plot_regions`, by name.
    domain : Domain, or what `as_domain` accepts, optional
        For a network: where its regions are asked for.
    title : str, optional
        By default the number of regions.
    progress : callable, optional
        For a network: as that of `enumerate_regions`.

    Raises
    ------
    ValueError
        If the network has more than three inputs (the message says how to slice it), or there is
        no such colour.
    UnwritableFile
        If the suffix is another, or the path cannot be written.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from linreg import mlp
    >>> net = mlp([([[1, 0], [0, 1], [1, 1]], [0, 0, -1])])
    >>> with TemporaryDirectory() as folder:
    ...     explore_page(net, f"{folder}/regions.html")
    ...     with open(f"{folder}/regions.html") as page:
    ...         page.readline().strip()
    '<!doctype html>'
    """
    check_page_path(path)
    graph = regions if isinstance(regions, AdjacencyGraph) else None
    found = regions_of(regions, domain, progress)
    dim = check_inputs(found, 3)
    shown = None if frame is None else checked_frame(frame, dim)
    if graph is None and found.counted.complete:
        graph = adjacency_graph(found)
    first = _colour(color, found)
    maps = affine_maps_of(found)
    match dim:
        case 1:
            shapes, seen = line(found, shown, maps)
        case 2:
            shapes, seen = plane(found, shown, maps)
        case _:
            shapes, seen = space(found, shown)
    every = np.concatenate([maps.matrices, maps.shifts[:, :, np.newaxis]], axis=2)
    arrays = {
        **shapes,
        **_patterns(found),
        "witnesses": found.witnesses,
        "maps": every.astype(np.float32),
        "active": active_units(found.problem.network, found.patterns).astype(np.float32),
        "slope": np.linalg.norm(maps.matrices, ord=2, axis=(1, 2)).astype(np.float32),
    }
    if graph is not None:
        arrays["edges"] = graph.edges.astype(np.uint32)
        if len(found) <= MOST_SPREAD:
            arrays["places"] = spectral_layout(graph).astype(np.float32)
    said = title or title_of(found)
    facts = {**facts_of(found, seen, said), "color": first}
    page = document("explore.html", SCRIPTS, title=said, facts=facts, arrays=arrays)
    with replacing(path) as temporary:
        temporary.write_text(page, encoding="utf-8")


def check_page_path(path: StrPath, reading: Iterable[StrPath | None] = ()) -> None:
    """Refuse a path that a page cannot be written to; `reading` must not be replaced.

    Raises
    ------
    UnwritableFile
        If the suffix is another than `.html`, or the path cannot be written.
    """
    if Path(path).suffix.lower() != PAGE_SUFFIX:
        raise UnwritableFile(f"{path}: a page is an {PAGE_SUFFIX} file")
    check_writable(path, reading)


def _colour(color: str, regions: Enumeration) -> str:
    """What the page calls a colour."""
    if color.startswith("output:"):
        number = output_number(color.removeprefix("output:"), regions, "color")
        return f"output {number}"
    if color not in (*NAMES, "none"):
        raise ValueError(f"color: {color!r} is not known{nearest(color, (*NAMES, 'none'))}")
    return {"layer": "stage", "volume": "size"}.get(color, color)


def _patterns(regions: Enumeration) -> Arrays:
    """The patterns, a bit for each unit where two pieces are all there are."""
    patterns = regions.patterns
    if all(unit.n_pieces <= 2 for unit in regions.problem.network.units):
        return {"bits": np.packbits(patterns, axis=1, bitorder="little")}
    return {"patterns": np.asarray(patterns, dtype=np.uint16)}
