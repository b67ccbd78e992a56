"""The regions along polylines and rays: breakpoints, switches, lengths, integrated gradients."""

from linreg.lines.along import LineSweeper, along, ray
from linreg.lines.line_regions import LineRegions

__all__ = ["LineRegions", "LineSweeper", "along", "ray"]
