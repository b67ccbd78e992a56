"""Running an exploration: tasks, processes, clusters, and the count that comes out."""

from linreg.run.counting import carrying, count, count_regions, explored, posed, run
from linreg.run.options import Options
from linreg.run.progress import Count, CountProgress
from linreg.run.sinks import Columns

__all__ = [
    "Columns",
    "Count",
    "CountProgress",
    "Options",
    "carrying",
    "count",
    "count_regions",
    "explored",
    "posed",
    "run",
]
