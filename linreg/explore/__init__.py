"""The explorers: one problem in, every region out."""

from linreg.explore.cells import Cell
from linreg.explore.explorer import Explorer
from linreg.explore.highs import HighsExplorer
from linreg.explore.sink import Sink
from linreg.explore.subdivision import Tally

__all__ = [
    "Cell",
    "Explorer",
    "HighsExplorer",
    "Sink",
    "Tally",
]
