"""The regions that were found, and what one asks of them."""

from linreg.regions.boundary import Boundaries, Boundary
from linreg.regions.enumeration import Enumeration, enumerate_regions
from linreg.regions.extents import EVERY
from linreg.regions.facets import DOMAIN, Facet
from linreg.regions.levels import Levels
from linreg.regions.region import Region

__all__ = [
    "DOMAIN",
    "EVERY",
    "Boundaries",
    "Boundary",
    "Enumeration",
    "Facet",
    "Levels",
    "Region",
    "enumerate_regions",
]
