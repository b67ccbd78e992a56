"""Who touches whom."""

from linreg.adjacency.graph import AdjacencyGraph, adjacency_graph
from linreg.adjacency.statistics import GraphStatistics, graph_statistics

__all__ = ["AdjacencyGraph", "GraphStatistics", "adjacency_graph", "graph_statistics"]
