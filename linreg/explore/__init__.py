"""The explorer: one problem in, every region out."""

from linreg.explore.cells import Cell, Prefix, cell_of, prefix_of
from linreg.explore.problem import Problem, problem_of
from linreg.explore.sink import Sink
from linreg.explore.subdivision import Tally, begin, explore

__all__ = [
    "Cell",
    "Prefix",
    "Problem",
    "Sink",
    "Tally",
    "begin",
    "cell_of",
    "explore",
    "prefix_of",
    "problem_of",
]
