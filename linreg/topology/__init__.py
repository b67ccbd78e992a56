"""The topology of unions of cells of a network's polyhedral complex."""

from linreg.topology.boundaries import decision_boundary, level_set
from linreg.topology.boundary_volume import (
    BoundaryVolume,
    ExpectedVolume,
    boundary_volume,
    expected_boundary_volume,
)
from linreg.topology.cell_unions import RELATIONS
from linreg.topology.critical import CriticalVertex
from linreg.topology.persistence import Bar, diagram
from linreg.topology.pieces import Piece, pieces, total_size
from linreg.topology.polyhedral_complex import (
    WAYS,
    PolyhedralComplex,
    StratifiedDomain,
    polyhedral_complex,
)
from linreg.topology.union import Subcomplex

__all__ = [
    "RELATIONS",
    "WAYS",
    "Bar",
    "BoundaryVolume",
    "CriticalVertex",
    "ExpectedVolume",
    "Piece",
    "PolyhedralComplex",
    "StratifiedDomain",
    "Subcomplex",
    "boundary_volume",
    "decision_boundary",
    "diagram",
    "expected_boundary_volume",
    "level_set",
    "pieces",
    "polyhedral_complex",
    "total_size",
]
