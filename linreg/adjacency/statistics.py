"""Numbers that describe an adjacency graph."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from linreg.adjacency.graph import AdjacencyGraph


@dataclass(frozen=True, slots=True)
class GraphStatistics:
    """Numbers that describe a graph of regions.

    Attributes
    ----------
    nodes, edges : int
    degrees : tuple of int
        The number of regions of each degree, from degree 0 on.
    diameter : int
        The most facets that one has to cross between two regions.
    """

    nodes: int
    edges: int
    degrees: tuple[int, ...]
    diameter: int

    @property
    def mean_degree(self) -> float:
        """Facets of a region inside the domain, on average."""
        return 2 * self.edges / self.nodes

    @property
    def smallest_degree(self) -> int:
        """The fewest neighbours that a region has."""
        return next(degree for degree, regions in enumerate(self.degrees) if regions)

    @property
    def largest_degree(self) -> int:
        """The most neighbours that a region has."""
        return len(self.degrees) - 1


def graph_statistics(graph: AdjacencyGraph) -> GraphStatistics:
    """Size, degrees and diameter of an adjacency graph.

    The graph is connected, since a convex domain is cut along facets.

    Examples
    --------
    Two lines that cross make four regions in a ring:

    >>> from linreg import adjacency_graph, enumerate_regions, mlp
    >>> ring = adjacency_graph(enumerate_regions(mlp([([[1, 0], [0, 1]], [0, 0])])))
    >>> graph_statistics(ring)
    GraphStatistics(nodes=4, edges=4, degrees=(0, 0, 4), diameter=2)
    """
    import networkx

    structure = networkx.Graph()
    structure.add_nodes_from(range(len(graph.regions)))
    structure.add_edges_from(graph.edges.tolist())
    degrees = np.bincount(graph.edges.ravel(), minlength=len(graph.regions))
    return GraphStatistics(
        len(graph.regions),
        len(graph.edges),
        tuple(np.bincount(degrees).tolist()),
        networkx.diameter(structure, usebounds=True),
    )
