"""Answers of the library in the words of the oracles: sets of patterns."""

from __future__ import annotations

from linreg import AdjacencyGraph, Enumeration
from linreg.adjacency import adjacency_graph
from linreg.domains import Domain
from linreg.network import Network, StagedNetwork
from linreg.regions import enumerate_regions

Pattern = tuple[int, ...]
Edges = set[frozenset[Pattern]]


def patterns_of(regions: Enumeration) -> list[Pattern]:
    """Every region's pattern, in order."""
    return [tuple(pattern) for pattern in regions.patterns.tolist()]


def edges_of(graph: AdjacencyGraph) -> Edges:
    """Every edge as the pair of its regions' patterns."""
    patterns = patterns_of(graph.regions)
    return {frozenset({patterns[i], patterns[j]}) for i, j in graph.edges.tolist()}


def explored(
    net: Network | StagedNetwork, domain: Domain | None = None
) -> tuple[set[Pattern], Edges]:
    """The patterns of all regions, and those of all pairs that share a facet."""
    graph = adjacency_graph(enumerate_regions(net, domain))
    return set(patterns_of(graph.regions)), edges_of(graph)
