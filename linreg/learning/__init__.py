"""Regions while a network learns: along straight paths of parameters, and from step to step."""

from linreg.learning.algebraic import AlgebraicTime
from linreg.learning.checkpoints import network_of
from linreg.learning.path import Bracket, Event, ParameterPath, network_between, parameter_path
from linreg.learning.tracking import COLUMNS, CurvePoint, Tracker, track

__all__ = [
    "COLUMNS",
    "AlgebraicTime",
    "Bracket",
    "CurvePoint",
    "Event",
    "ParameterPath",
    "Tracker",
    "network_between",
    "network_of",
    "parameter_path",
    "track",
]
