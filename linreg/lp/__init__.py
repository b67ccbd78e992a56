"""Questions about one polyhedron: HiGHS proposes, exact arithmetic proves."""

from linreg.lp.cone import Direction, is_bounded, leads_inwards, recession
from linreg.lp.enclosing import EnclosingBox, enclosing_box
from linreg.lp.facets import crosses_at, inside_facet
from linreg.lp.interior import decide_interior
from linreg.lp.points import Forms, IntegerRow, Point, binary_entries, shortened
from linreg.lp.proof import Multipliers, non_negative
from linreg.lp.session import Solver
from linreg.lp.vantage import Vantage

__all__ = [
    "Direction",
    "EnclosingBox",
    "Forms",
    "IntegerRow",
    "Multipliers",
    "Point",
    "Solver",
    "Vantage",
    "binary_entries",
    "crosses_at",
    "decide_interior",
    "enclosing_box",
    "inside_facet",
    "is_bounded",
    "leads_inwards",
    "non_negative",
    "recession",
    "shortened",
]
