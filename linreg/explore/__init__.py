"""The explorers: one problem in, every region out."""

from linreg.explore.cells import Cell
from linreg.explore.explorer import Explorer
from linreg.explore.highs import HighsExplorer
from linreg.explore.sink import AnySink, Sink
from linreg.explore.subdivision import Tally
from linreg.explore.work import Beginning, Work

__all__ = [
    "AnySink",
    "Beginning",
    "Cell",
    "Explorer",
    "HighsExplorer",
    "Sink",
    "Tally",
    "Work",
]
