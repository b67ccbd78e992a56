"""Questions about one polyhedron: HiGHS proposes, exact arithmetic proves."""

from linreg.lp.cone import is_bounded
from linreg.lp.facets import crosses_at, inside_facet
from linreg.lp.hull import BoundingBox, bounding_box
from linreg.lp.points import Forms, IntegerRow, Point
from linreg.lp.proof import Multipliers
from linreg.lp.vantage import Solver, Vantage, decide_interior

__all__ = [
    "BoundingBox",
    "Forms",
    "IntegerRow",
    "Multipliers",
    "Point",
    "Solver",
    "Vantage",
    "bounding_box",
    "crosses_at",
    "decide_interior",
    "inside_facet",
    "is_bounded",
]
