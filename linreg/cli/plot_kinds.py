"""What `plot` can draw: for each kind what draws it, of how many inputs, and what it takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from linreg.domains import Domain
from linreg.network import Network
from linreg.pictures import (
    plot_arrangement,
    plot_barcode,
    plot_complex,
    plot_counts,
    plot_degrees,
    plot_diagram,
    plot_folds,
    plot_graph,
    plot_pieces,
    plot_polygons_of,
    plot_regions,
    plot_surface,
    plot_volumes,
)
from linreg.regions import Enumeration
from linreg.theory import ceilings
from linreg.topology import decision_boundary, level_set, polyhedral_complex

MOST_BOUNDS = 3
"""Bounds that are drawn beside counts: the least ones."""

ANY = 10**9
"""Of networks of any number of inputs."""


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """What is to be drawn, and how.

    Attributes
    ----------
    network : Network
    domain : Domain
    every : sequence of Enumeration
        The regions of each network; only counts are of several.
    frame : Domain or None
    color, boundary, data, title : as `plot_regions` takes them
    plain : bool
        Without any colour.
    edges : bool
    graph, log : bool
    explode : float
    stage, height : int
    rasterized : bool or None
    """

    network: Network
    domain: Domain
    every: Sequence[Enumeration]
    frame: Any = None
    color: str | None = None
    plain: bool = False
    edges: bool = True
    boundary: Any = None
    data: Any = None
    graph: bool = False
    log: bool = False
    explode: float = 0.0
    stage: int = 1
    height: int = 0
    rasterized: bool | None = None
    title: str | None = None

    @property
    def fill(self) -> str | None:
        """The colour of regions."""
        return None if self.plain else self.color or "active"

    @property
    def regions(self) -> Enumeration:
        """Those of the first network, where there are several."""
        return self.every[0]


class Kind(NamedTuple):
    """One kind of picture.

    Attributes
    ----------
    draw : callable
        What draws it.
    inputs : tuple of int
        The least and the most inputs of what it can be drawn of.
    takes : frozenset of str
        The options that mean something to it.
    """

    draw: Callable[[Asked], Any]
    inputs: tuple[int, int]
    takes: frozenset[str]


def _regions(it: Asked) -> Any:
    return plot_regions(
        it.regions,
        frame=it.frame,
        color=it.fill,
        edges="stage" if it.edges else None,
        boundary=it.boundary,
        data=it.data,
        graph=it.graph,
        log=it.log or None,
        explode=it.explode,
        rasterized=it.rasterized,
        title=it.title,
    )


def _surface(it: Asked) -> Any:
    log = it.log or None
    return plot_surface(
        it.regions, it.height, frame=it.frame, color=it.color, log=log, title=it.title
    )


def _graph(it: Asked) -> Any:
    return plot_graph(it.regions, color=it.fill, log=it.log or None, title=it.title)


def _path(it: Asked) -> Any:
    if it.data is None:
        raise ValueError("the corners of the path are the points of --data CSV")
    points = it.data[0] if isinstance(it.data, tuple) else it.data
    return plot_polygons_of(it.regions, points, frame=it.frame, title=it.title)


def _complex(it: Asked) -> Any:
    levels = [(it.boundary, 0)] if it.boundary not in (None, True) else []
    classes = it.boundary is True
    cells = polyhedral_complex(it.network, it.domain, levels=levels, classes=classes)
    return plot_complex(cells, frame=it.frame, title=it.title)


def _boundary(it: Asked) -> Any:
    if isinstance(it.boundary, tuple):
        i, j = it.boundary
        union = decision_boundary(it.network, i, j, it.domain)
    elif it.boundary in (None, True) and it.network.staged.readout.n_outputs > 1:
        union = decision_boundary(it.network, domain=it.domain)
    else:
        output = 0 if it.boundary in (None, True) else it.boundary
        union = level_set(it.network, output, 0, it.domain)
    return plot_pieces(union, frame=it.frame, title=it.title)


def _folds(it: Asked) -> Any:
    return plot_folds(it.network, it.stage, frame=it.frame, domain=it.domain, title=it.title)


def _bars(it: Asked) -> Any:
    return polyhedral_complex(it.network, it.domain).persistence(it.height)


def _counts(it: Asked) -> Any:
    if len(it.every) > 1:
        counts = [len(regions) for regions in it.every]
        return plot_counts(counts, against="network, from 0 in this order", title=it.title)
    found = it.regions.counted.regions_per_stage
    bounds = sorted(ceilings(it.network), key=lambda bound: bound.value)[:MOST_BOUNDS]
    lines = {bound.title: bound.value for bound in bounds}
    return plot_counts(dict(enumerate(found, 1)), lines, against="stage", title=it.title)


def _takes(words: str) -> frozenset[str]:
    return frozenset(words.split())


KINDS: dict[str, Kind] = {
    "regions": Kind(
        _regions,
        (1, 3),
        _takes("frame color boundary data graph log explode no-edges rasterize"),
    ),
    "surface": Kind(_surface, (2, 2), _takes("frame color log height")),
    "graph": Kind(_graph, (1, ANY), _takes("color log")),
    "arrangement": Kind(
        lambda it: plot_arrangement(it.regions, it.stage, frame=it.frame, title=it.title),
        (2, 2),
        _takes("frame stage"),
    ),
    "path": Kind(_path, (2, 2), _takes("frame data")),
    "complex": Kind(_complex, (2, 3), _takes("frame boundary")),
    "boundary": Kind(_boundary, (2, 3), _takes("frame boundary")),
    "folds": Kind(_folds, (2, 2), _takes("frame stage")),
    "diagram": Kind(lambda it: plot_diagram(_bars(it), title=it.title), (1, ANY), _takes("height")),
    "barcode": Kind(lambda it: plot_barcode(_bars(it), title=it.title), (1, ANY), _takes("height")),
    "counts": Kind(_counts, (1, ANY), _takes("")),
    "degrees": Kind(lambda it: plot_degrees(it.regions, title=it.title), (1, ANY), _takes("")),
    "volumes": Kind(
        lambda it: plot_volumes(it.regions, frame=it.frame, title=it.title),
        (2, 3),
        _takes("frame"),
    ),
}
"""In the order in which they are listed."""

PAGE = _takes("frame color")
"""What a page to explore takes; the rest is chosen in the browser."""

FILM = _takes("frame color seconds dpi")
"""What a film takes."""

FILES = _takes("kind size dpi")
"""What every picture takes."""
