"""Graphs and networks into files that other programs read."""

from linreg.export.graphs import SUFFIXES, check_graph_path, write_columns, write_graph
from linreg.export.milp import write_milp

__all__ = ["SUFFIXES", "check_graph_path", "write_columns", "write_graph", "write_milp"]
