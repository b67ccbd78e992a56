"""Questions about one polyhedron: HiGHS proposes, exact arithmetic proves."""

from linreg.lp.cone import is_bounded
from linreg.lp.facets import crosses_at, inside_facet
from linreg.lp.points import Forms, IntegerRow, Point
from linreg.lp.proof import Multipliers
from linreg.lp.vantage import Solver, Vantage, decide_interior

__all__ = [
    "Forms",
    "IntegerRow",
    "Multipliers",
    "Point",
    "Solver",
    "Vantage",
    "crosses_at",
    "decide_interior",
    "inside_facet",
    "is_bounded",
]
