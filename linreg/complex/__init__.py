"""The polyhedral complex of a network: its cells of every dimension, exactly."""

from linreg.complex.building import STRATEGIES, cell_complex
from linreg.complex.cell import Cell, SignedCell, Stratum
from linreg.complex.cell_complex import CellComplex
from linreg.complex.levels import Levels, levels_of, margin, with_functional, with_levels
from linreg.complex.signed_cells import SignedCells
from linreg.complex.signs import SignLayout
from linreg.complex.strata import Strata, strata

__all__ = [
    "STRATEGIES",
    "Cell",
    "CellComplex",
    "Levels",
    "SignLayout",
    "SignedCell",
    "SignedCells",
    "Strata",
    "Stratum",
    "cell_complex",
    "levels_of",
    "margin",
    "strata",
    "with_functional",
    "with_levels",
]
