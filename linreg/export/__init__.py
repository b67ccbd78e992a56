"""Graphs into files that other programs read."""

from linreg.export.graphs import check_graph_path, write_graph

__all__ = ["check_graph_path", "write_graph"]
