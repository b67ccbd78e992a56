"""Running an exploration: budgets, processes, sinks, stores, and the count that comes out."""

from linreg.run.counting import (
    Count,
    Progress,
    carrying,
    check_options,
    count,
    count_regions,
    run,
)
from linreg.run.sinks import Columns

__all__ = [
    "Columns",
    "Count",
    "Progress",
    "carrying",
    "check_options",
    "count",
    "count_regions",
    "run",
]
