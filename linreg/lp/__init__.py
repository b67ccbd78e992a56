"""Questions about one polyhedron: HiGHS proposes, exact arithmetic proves."""

from linreg.lp.cone import is_bounded
from linreg.lp.enclosing import EnclosingBox, enclosing_box
from linreg.lp.facets import crosses_at, inside_facet
from linreg.lp.points import Forms, IntegerRow, Point
from linreg.lp.proof import Multipliers
from linreg.lp.vantage import Solver, Vantage, decide_interior

__all__ = [
    "EnclosingBox",
    "Forms",
    "IntegerRow",
    "Multipliers",
    "Point",
    "Solver",
    "Vantage",
    "crosses_at",
    "decide_interior",
    "enclosing_box",
    "inside_facet",
    "is_bounded",
]
