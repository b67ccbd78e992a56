"""The regions or the graph that a picture is asked for, whatever it is given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from linreg.adjacency import AdjacencyGraph, adjacency_graph
from linreg.errors import IncompleteError
from linreg.readers import DomainLike, NetworkLike
from linreg.regions import Enumeration, enumerate_regions
from linreg.wording import counted

ON_A_SLICE = (
    "draw it on a slice, net.on_slice(origin, basis) (linreg.slice_through(points) gives both); on "
    "the command line --slice FILE"
)


def regions_of(
    regions: Enumeration | AdjacencyGraph | NetworkLike,
    domain: DomainLike = None,
    progress: Callable[[Any], None] | None = None,
) -> Enumeration:
    """The regions themselves, those of a graph, or those of a network on a domain.

    Raises
    ------
    ValueError
        If a domain is given for regions that have one.
    """
    if isinstance(regions, AdjacencyGraph):
        regions = regions.regions
    if not isinstance(regions, Enumeration):
        return enumerate_regions(regions, domain, progress=progress)
    if domain is not None:
        raise ValueError("domain: the regions have one; a domain is for a network")
    return regions


def graph_of(
    graph: AdjacencyGraph | Enumeration | NetworkLike, domain: DomainLike
) -> AdjacencyGraph:
    """The graph itself, or that of regions or of a network."""
    if isinstance(graph, AdjacencyGraph):
        return graph
    regions = regions_of(graph, domain)
    if not regions.counted.complete:
        raise IncompleteError("the run was stopped early, so edges of its graph may be missing")
    return adjacency_graph(regions)


def check_inputs(regions: Enumeration, most: int, least: int = 1) -> int:
    """The number of inputs, if that many can be drawn.

    Raises
    ------
    ValueError
        If there are too many, or too few; the message says what to do.
    """
    dim = regions.problem.network.input_dim
    if dim > most:
        raise ValueError(
            f"the network has {counted(dim, 'input')}, and this picture is one of "
            f"{least if least == most else f'{least} to {most}'}: {ON_A_SLICE}"
        )
    if dim < least:
        raise ValueError(
            f"the network has {counted(dim, 'input')}, and this picture needs {least}; "
            "plot_regions draws the function itself"
        )
    return dim
