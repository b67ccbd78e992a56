"""The topology of unions of cells of a network's polyhedral complex."""

from linreg.topology.boundaries import decision_boundary, level_set
from linreg.topology.critical import CriticalVertex
from linreg.topology.persistence import Bar, diagram
from linreg.topology.pieces import Piece, pieces, total_size
from linreg.topology.polyhedral_complex import (
    RELATIONS,
    PolyhedralComplex,
    polyhedral_complex,
)
from linreg.topology.union import Subcomplex

__all__ = [
    "RELATIONS",
    "Bar",
    "CriticalVertex",
    "Piece",
    "PolyhedralComplex",
    "Subcomplex",
    "decision_boundary",
    "diagram",
    "level_set",
    "pieces",
    "polyhedral_complex",
    "total_size",
]
