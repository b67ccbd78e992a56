"""Slow, independent counts that the library's own must agree with.

Nothing here shares code with what it judges: the arithmetic is on Python's own integers and
fractions, the algorithms are chosen for being short, and no solver is asked.
"""

from linreg.oracle.arrangement import arrangement_regions, one_layer_count
from linreg.oracle.brute_force import brute_force_edges, brute_force_patterns
from linreg.oracle.sweep import Interval, sweep_patterns

__all__ = [
    "Interval",
    "arrangement_regions",
    "brute_force_edges",
    "brute_force_patterns",
    "one_layer_count",
    "sweep_patterns",
]
