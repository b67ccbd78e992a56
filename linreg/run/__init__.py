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
from linreg.run.stored import RunStatus, count_into, run_status

__all__ = [
    "Columns",
    "Count",
    "Progress",
    "RunStatus",
    "carrying",
    "check_options",
    "count",
    "count_into",
    "count_regions",
    "run",
    "run_status",
]
