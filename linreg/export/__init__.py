"""Graphs, complexes, boundaries and networks into files that other programs read."""

from linreg.export.cells import check_cells_path, write_cells
from linreg.export.graphs import SUFFIXES, check_graph_path, write_columns, write_graph
from linreg.export.milp import write_milp
from linreg.export.pieces import check_pieces_path, write_pieces

__all__ = [
    "SUFFIXES",
    "check_cells_path",
    "check_graph_path",
    "check_pieces_path",
    "write_cells",
    "write_columns",
    "write_graph",
    "write_milp",
    "write_pieces",
]
