"""The explorers: one problem in, every region out."""

from linreg.explore.cells import Cell
from linreg.explore.explorer import Explorer
from linreg.explore.highs import HighsExplorer
from linreg.explore.problem import Problem, problem_of
from linreg.explore.sink import Sink
from linreg.explore.strategies import STRATEGIES, check_strategy, explorer_for, explorer_named
from linreg.explore.subdivision import Tally

__all__ = [
    "STRATEGIES",
    "Cell",
    "Explorer",
    "HighsExplorer",
    "Problem",
    "Sink",
    "Tally",
    "check_strategy",
    "explorer_for",
    "explorer_named",
    "problem_of",
]
