"""Enumerations and regions: what was found, and queries on it."""

from linreg.regions.enumeration import Enumeration, enumerate_regions, enumerated
from linreg.regions.facets import DOMAIN, Facet
from linreg.regions.margins import EXACT_PER_REPORT
from linreg.regions.outlines import Outlines
from linreg.regions.region import Region

__all__ = [
    "DOMAIN",
    "EXACT_PER_REPORT",
    "Enumeration",
    "Facet",
    "Outlines",
    "Region",
    "enumerate_regions",
    "enumerated",
]
