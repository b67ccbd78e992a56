"""How fast one network is counted, beside a forward pass of it."""

from __future__ import annotations

import tracemalloc
from dataclasses import dataclass
from time import perf_counter, process_time

import numpy as np
from machine import best

import linreg

ROWS = 1024
"""Rows of a batch: enough that NumPy's overhead is lost in it, few enough for the cache."""
KEPT = 300
"""Regions that are enumerated to see how many bytes each takes."""

COLUMNS = ("regions", "per s", "LPs", "doubts", "bytes", "row ns", "rows")
LEGEND = (
    "per s: regions a second. LPs: linear programs per region. doubts: share of them whose answer\n"
    "proved nothing. bytes: per region, enumerated. row ns: one row of a batched forward pass. "
    "rows:\nforward passes that take as long as one region."
)


@dataclass(frozen=True, slots=True)
class Speed:
    """How a count went, and how long a forward pass of the same network takes.

    Attributes
    ----------
    count : Count
    complete : bool
        False if it was cut off.
    seconds : float
        Processor time.
    bytes_each : float
        Memory that an enumeration holds for each region.
    row_seconds : float
        One row of a batched forward pass, processor time.
    """

    count: linreg.Count
    complete: bool
    seconds: float
    bytes_each: float
    row_seconds: float

    @property
    def each(self) -> float:
        """Seconds per region."""
        return self.seconds / self.count.regions

    def cells(self) -> list[str]:
        """The columns that every table has."""
        doubts = self.count.exact_decisions / max(1, self.count.lps)
        return [
            f"{'' if self.complete else '> '}{self.count.regions:,}",
            f"{1 / self.each:,.0f}",
            f"{self.count.lps / self.count.regions:.1f}",
            f"{100 * doubts:.3f} %",
            f"{self.bytes_each:.0f}",
            f"{1e9 * self.row_seconds:,.0f}",
            f"{self.each / self.row_seconds:,.0f}",
        ]


class _CutOff(Exception):
    """The time is spent."""


def measure(net: linreg.Network, domain: linreg.Box | None, strategy: str, seconds: float) -> Speed:
    """Count a network again and again for a second, or once for as long as that takes.

    A few regions come first, and with them whatever a first call needs.
    """
    linreg.count(net, domain, strategy=strategy, limit=KEPT)
    bytes_each = held_bytes(net, domain, strategy)
    times: list[float] = []
    complete = True
    while complete and sum(times) < min(1.0, seconds):
        started = process_time()
        count, complete = counted(net, domain, strategy, seconds)
        times.append(process_time() - started)
    return Speed(count, complete, min(times), bytes_each, row_seconds(net))


def counted(
    net: linreg.Network,
    domain: linreg.Box | None,
    strategy: str,
    seconds: float,
    workers: int = 1,
) -> tuple[linreg.Count, bool]:
    """The count, or what it was when the time was spent; and whether it came to its end.

    The time is processor time, or wall clock where other processes do the work.
    """
    clock = process_time if workers == 1 else perf_counter
    latest: list[linreg.Count] = []
    deadline = clock() + seconds

    def watch(progress: linreg.CountProgress) -> None:
        latest[:] = [progress.count]
        if clock() > deadline and progress.share < 1:
            raise _CutOff

    try:
        count = linreg.count(net, domain, strategy=strategy, workers=workers, progress=watch)
    except _CutOff:
        return latest[0], False
    return count, True


def row_seconds(net: linreg.Network) -> float:
    """The least processor time of one row of a batched forward pass of a ReLU network.

    Its arrays are made beforehand: allocating them can take longer than the arithmetic.
    """
    maps = [*(stage.rounded for stage in net.staged.stages), net.staged.readout.rounded()]
    x = np.random.default_rng(1).normal(size=(ROWS, net.input_dim))
    values = [np.empty((ROWS, len(map_.shift))) for map_ in maps]

    def forward() -> None:
        before = x
        for map_, after in zip(maps, values, strict=True):
            np.matmul(before, map_.matrix.T, out=after)
            after += map_.shift
            if after is not values[-1]:
                np.maximum(after, 0, out=after)
            before = after

    return best(forward, 0.2)[1] / ROWS


def held_bytes(net: linreg.Network, domain: linreg.Box | None, strategy: str) -> float:
    """Bytes that Python and NumPy hold for each of some regions."""
    linreg.enumerate_regions(net, domain, strategy=strategy, limit=1)  # what is loaded stays
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    regions = linreg.enumerate_regions(net, domain, strategy=strategy, limit=KEPT)
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return (after - before) / len(regions)
