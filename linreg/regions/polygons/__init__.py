"""Regions of up to three inputs as shapes: corners in order, clipped to a frame.

Patterns come sorted, so the regions are the leaves of a tree of prefixes, and the cell of a prefix
is cut by the next unit exactly where the tree branches. Each region's polygon is then its parent's,
clipped once: there are about as many cuts in all as there are regions.
"""

from linreg.regions.polygons.exact_shapes import FRAME
from linreg.regions.polygons.frame import frame_of
from linreg.regions.polygons.one_region import Polygon, facet_polygons_of, polygon_of
from linreg.regions.polygons.shapes import intervals_of, polygons_of, solids_of
from linreg.regions.polygons.values import Intervals, Polygons, Solids

__all__ = [
    "FRAME",
    "Intervals",
    "Polygon",
    "Polygons",
    "Solids",
    "facet_polygons_of",
    "frame_of",
    "intervals_of",
    "polygon_of",
    "polygons_of",
    "solids_of",
]
