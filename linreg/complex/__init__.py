"""The polyhedral complex of a network: its cells of every dimension, exactly."""

from linreg.complex.building import STRATEGIES, cell_complex
from linreg.complex.cell import Cell
from linreg.complex.cell_complex import CellComplex
from linreg.complex.levels import Levels, levels_of, margin, with_functional, with_levels
from linreg.complex.signs import SignLayout

__all__ = [
    "STRATEGIES",
    "Cell",
    "CellComplex",
    "Levels",
    "SignLayout",
    "cell_complex",
    "levels_of",
    "margin",
    "with_functional",
    "with_levels",
]
