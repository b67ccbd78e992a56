"""The adjacency graph of regions, and the linear regions that they merge into."""

from linreg.adjacency.columns import GraphColumns
from linreg.adjacency.counts import RegionCounts, counts_of_graph, region_counts
from linreg.adjacency.distances import adjacency_matrix
from linreg.adjacency.graph import AdjacencyGraph, adjacency_graph, preparation
from linreg.adjacency.maps import linear_regions, output_maps
from linreg.adjacency.merged import LinearRegionGraph, merged_graph
from linreg.adjacency.statistics import GraphStatistics, graph_statistics

__all__ = [
    "AdjacencyGraph",
    "GraphColumns",
    "GraphStatistics",
    "LinearRegionGraph",
    "RegionCounts",
    "adjacency_graph",
    "adjacency_matrix",
    "counts_of_graph",
    "graph_statistics",
    "linear_regions",
    "merged_graph",
    "output_maps",
    "preparation",
    "region_counts",
]
