"""Graphs into files that other programs read."""

from linreg.export.graphs import SUFFIXES, check_graph_path, write_columns, write_graph

__all__ = ["SUFFIXES", "check_graph_path", "write_columns", "write_graph"]
