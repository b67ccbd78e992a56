"""Questions about one polyhedron: HiGHS proposes, exact arithmetic proves."""

from linreg.polyhedra.bounding_box import enclosing_box
from linreg.polyhedra.decisions import PointedPolyhedron
from linreg.polyhedra.facets import beyond_facet, crosses_at, inside_facet
from linreg.polyhedra.highs import Solver
from linreg.polyhedra.interior import decide_interior
from linreg.polyhedra.multipliers import Multipliers, non_negative
from linreg.polyhedra.points import Forms, IntegerRow, Point, binary_rows, shortened
from linreg.polyhedra.recession import (
    Direction,
    first_inwards,
    is_bounded,
    leads_inwards,
    recession,
)

__all__ = [
    "Direction",
    "Forms",
    "IntegerRow",
    "Multipliers",
    "Point",
    "PointedPolyhedron",
    "Solver",
    "beyond_facet",
    "binary_rows",
    "crosses_at",
    "decide_interior",
    "enclosing_box",
    "first_inwards",
    "inside_facet",
    "is_bounded",
    "leads_inwards",
    "non_negative",
    "recession",
    "shortened",
]
