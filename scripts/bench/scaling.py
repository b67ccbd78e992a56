"""How counting scales: speed, linear programs, doubts and memory per region, beside forward passes.

Gaussian networks have He weights and biases uniform in (-0.5, 0.5), from NumPy's default_rng(0);
`families.py` has the others. Each network is counted after a first call that does not count, so
without compiling, and then until a second is spent; times are processor time, the least of the
calls. The limit that no explorer can pass is one row of a batched forward pass, in NumPy, in
float64, in one thread, taken in the same run. A count that is cut off at its time says "at least",
and its speed is that of the part that was counted.

    python scripts/bench/scaling.py                    at most 10 s for each measurement
    python scripts/bench/scaling.py --quick            at most 1 s
    python scripts/bench/scaling.py --all              to the end; with two workers too, 10 minutes
    python scripts/bench/scaling.py --strategy highs   one strategy
"""

from __future__ import annotations

import os

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))

import argparse
import resource
import tracemalloc
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from time import perf_counter, process_time

import numpy as np
from families import FAMILIES
from gaussian import gaussian
from locate import plain_forward
from machine import NAMED, best, dashed, described
from rich.console import Console
from rich.table import Table

import linreg

QUICK, USUAL, LONG = 1.0, 10.0, 600.0
"""Seconds that one measurement may take."""

WHOLE = [(3, 32, 32, 1), (4, 16, 16, 1), (5, 10, 10, 1), (6, 10, 10, 1), (8, 12, 12, 1)]
HIGHS_GOAL = 50
"""Times as fast as strategy highs, on these."""

BOXES = [(2, 50, 50, 1), (2, 100, 100, 1), (2, 32, 32, 32, 1), (3, 32, 32, 1), (4, 16, 16, 1)]
SIDE = 10
"""Counted on the box [-10, 10]^n."""
PLANE_GOAL, SPACE_GOAL = 450_000, 270_000
"""Regions a second there: 10 and 3 times what the fastest float tool reaches, in the plane and
above it, on a machine like that of `docs/benchmarks.md`."""

GROWTH = {
    "width": [(2, w, w, 1) for w in (8, 16, 32, 64)] + [(4, w, w, 1) for w in (4, 8, 16, 32)],
    "depth": [(2, *[16] * depth, 1) for depth in (1, 2, 3, 4, 6)],
    "dimension": [(n, 10, 10, 1) for n in (1, 2, 3, 4, 6, 8, 10)],
}

SHARED, LARGE = (8, 12, 12, 1), (10, 16, 16, 1)
"""Counted with one and two workers; and a network of more than 20 million regions."""
SPEED_UP = 1.75
"""What a second worker is to bring, on the first."""

WIDTH = 110
ROWS = 2048
"""Rows of a batch: enough that NumPy's overhead is lost in it, few enough for the cache."""
KEPT = 300
"""Regions that are enumerated to see how many bytes each takes."""


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


COLUMNS = ("regions", "per s", "LPs", "doubts", "bytes", "row ns", "rows")
LEGEND = (
    "per s: regions a second. LPs: linear programs per region. doubts: share of them whose answer\n"
    "proved nothing. bytes: per region, enumerated. row ns: one row of a batched forward pass. "
    "rows:\nforward passes that take as long as one region."
)


class _CutOff(Exception):
    """The time is spent."""


def main() -> None:
    """Measure, and print tables."""
    options = _options()
    seconds = QUICK if options.quick else LONG if options.all else USUAL
    console = Console(width=max(Console().width, WIDTH))
    console.print(described(), highlight=False, soft_wrap=True)
    with console.status("counting"):
        console.print(whole(options.strategy, seconds))
        console.print(boxes(options.strategy, seconds))
        console.print(degenerate(options.strategy, seconds))
        for what, shapes in GROWTH.items():
            console.print(growth(what, shapes, options.strategy, seconds))
        if options.all:
            console.print(shared(options.strategy, seconds))
    console.print(LEGEND, highlight=False)
    console.print(described(), highlight=False, soft_wrap=True)


def whole(strategies: Sequence[str], seconds: float) -> Table:
    """Gaussian networks on the whole space; how much faster than highs each strategy is."""
    caption = f"x highs: times as fast as strategy highs; at least {HIGHS_GOAL}."
    table = _table("whole space", [*COLUMNS, "x highs"], caption)
    for sizes in WHOLE:
        net = gaussian(sizes)
        found = {s: measure(net, None, s, seconds) for s in strategies}
        for strategy, speed in found.items():
            ratio = f"{found['highs'].each / speed.each:,.1f}" if "highs" in found else ""
            table.add_row(dashed(sizes), strategy, *speed.cells(), ratio)
    return table


def boxes(strategies: Sequence[str], seconds: float) -> Table:
    """Gaussian networks on a box."""
    table = _table(f"on the box [-{SIDE}, {SIDE}]^n", [*COLUMNS, "goal per s"], "")
    for sizes in BOXES:
        net, n = gaussian(sizes), sizes[0]
        goal = PLANE_GOAL if n == 2 else SPACE_GOAL
        for strategy in strategies:
            speed = measure(net, linreg.Box([-SIDE] * n, [SIDE] * n), strategy, seconds)
            table.add_row(dashed(sizes), strategy, *speed.cells(), f"{goal:,}")
    return table


def degenerate(strategies: Sequence[str], seconds: float) -> Table:
    """Families that are not in general position, each against the Gaussian network of its shape."""
    caption = "slower: time per region against the Gaussian network of the same shape."
    table = _table("degenerate networks", [*COLUMNS, "slower", "at most"], caption)
    for family in FAMILIES:
        net, generic = family.make(), gaussian(family.sizes)
        for strategy in strategies:
            speed = measure(net, None, strategy, seconds)
            if speed.complete and family.regions is not None:
                assert speed.count.regions == family.regions, family.name
            ratio = speed.each / measure(generic, None, strategy, seconds).each
            name = f"{family.name} ({dashed(family.sizes)})"
            table.add_row(name, strategy, *speed.cells(), f"{ratio:.1f}", f"{family.slower:g}")
    return table


def growth(
    what: str, shapes: Sequence[Sequence[int]], strategies: Sequence[str], seconds: float
) -> Table:
    """Gaussian networks of growing width, depth or dimension, on the whole space."""
    table = _table(f"growing {what}", COLUMNS, "")
    for sizes in shapes:
        net = gaussian(sizes)
        for strategy in strategies:
            speed = measure(net, None, strategy, seconds)
            table.add_row(dashed(sizes), strategy, *speed.cells())
    return table


def shared(strategies: Sequence[str], seconds: float) -> Table:
    """Large counts with several workers: seconds of wall clock, and memory."""
    table = Table(title="several workers, wall clock", caption=f"Goal: {SPEED_UP} times as fast.")
    for heading in ("network", "strategy", "workers", "regions", "s", "per s", "faster", "MB"):
        table.add_column(heading, justify="right", no_wrap=True)
    for strategy in strategies:
        alone = 0.0
        for sizes, workers in ((SHARED, 1), (SHARED, 2), (LARGE, 2)):
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
                task = pool.submit(_with_workers, sizes, strategy, workers, seconds)
                count, complete, taken, megabytes = task.result()
            speed = count.regions / taken
            alone = speed if workers == 1 else alone
            table.add_row(
                dashed(sizes),
                strategy,
                str(workers),
                f"{'' if complete else '> '}{count.regions:,}",
                f"{taken:,.0f}",
                f"{speed:,.0f}",
                f"{speed / alone:.2f}" if sizes == SHARED else "",
                f"{megabytes:.0f}",
            )
    return table


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

    def watch(progress: linreg.Progress) -> None:
        latest[:] = [progress.count]
        if clock() > deadline and progress.share < 1:
            raise _CutOff

    try:
        count = linreg.count(net, domain, strategy=strategy, workers=workers, progress=watch)
    except _CutOff:
        return latest[0], False
    return count, True


def row_seconds(net: linreg.Network) -> float:
    """The least processor time of one row of a batched forward pass."""
    x = np.random.default_rng(1).normal(size=(ROWS, net.input_dim))
    forward = plain_forward(net)
    return best(lambda: forward(x), 0.1)[1] / ROWS


def held_bytes(net: linreg.Network, domain: linreg.Box | None, strategy: str) -> float:
    """Bytes that Python and NumPy hold for each of some regions."""
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    regions = linreg.enumerate_regions(net, domain, strategy=strategy, limit=KEPT)
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return (after - before) / len(regions)


def _with_workers(
    sizes: Sequence[int], strategy: str, workers: int, seconds: float
) -> tuple[linreg.Count, bool, float, float]:
    """A count in a process of its own: seconds of wall clock, and its peak memory in megabytes."""
    net = gaussian(sizes)
    linreg.count(net, strategy=strategy, limit=KEPT)
    started = perf_counter()
    count, complete = counted(net, None, strategy, seconds, workers)
    taken = perf_counter() - started
    used = [resource.getrusage(who).ru_maxrss for who in _PROCESSES]
    return count, complete, taken, max(used) / 1024


_PROCESSES = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)


def _table(title: str, headings: Sequence[str], caption: str) -> Table:
    table = Table(title=title, caption=caption)
    for heading in ("network", "strategy"):
        table.add_column(heading, no_wrap=True)
    for heading in headings:
        table.add_column(heading, justify="right", no_wrap=True)
    return table


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    some = parser.add_mutually_exclusive_group()
    some.add_argument("--quick", action="store_true", help="at most 1 s for each measurement")
    some.add_argument("--all", action="store_true", help="all to the end, and several workers")
    parser.add_argument(
        "--strategy",
        nargs="+",
        choices=NAMED,
        default=NAMED,
        help="those to measure; by default all",
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
