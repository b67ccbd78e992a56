"""The topology of unions of cells of a network's polyhedral complex."""

from linreg.topology.critical import CriticalVertex
from linreg.topology.persistence import Bar, diagram
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
    "PolyhedralComplex",
    "Subcomplex",
    "diagram",
    "polyhedral_complex",
]
