"""Who touches whom."""

from linreg.adjacency.graph import AdjacencyGraph, adjacency_graph

__all__ = ["AdjacencyGraph", "adjacency_graph"]
