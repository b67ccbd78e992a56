"""Single units: their linear maps, how many there are, and points that they cannot tell apart."""

from linreg.unit_maps.responses import Representatives, Responses, rank_units, unit_responses
from linreg.unit_maps.same_activation import Identified, same_activation
from linreg.unit_maps.unit_map import UnitMap, unit_map

__all__ = [
    "Identified",
    "Representatives",
    "Responses",
    "UnitMap",
    "rank_units",
    "same_activation",
    "unit_map",
    "unit_responses",
]
