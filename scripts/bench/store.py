"""Regions on disk against regions in memory: time, files, and the memory that each takes.

Each run is in a process of its own, so that the memory is its own. The network is Gaussian, far
larger than the limit, at which every run stops. Reading back goes through all tables, and asks
for a hundred regions here and there. Two workers are compared with one on all regions of a smaller
network: at a limit, what is under way is thrown away.

    python scripts/bench/store.py                      a million regions, on disk and in memory
    python scripts/bench/store.py --regions 10000000 --only-disk
    python scripts/bench/store.py --strategy highs --regions 20000
    python scripts/bench/store.py --two            on disk, with one worker and with two
"""

from __future__ import annotations

import argparse
import resource
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, process_time

from gaussian import gaussian
from rich.console import Console
from rich.table import Table

import linreg

SIZES = (5, 32, 32, 1)
WHOLE, WHOLE_REGIONS = (6, 14, 14, 1), 578_250
"""The network of which all regions are enumerated, and their number."""

OVERHEAD = 0.15
"""Share of the time in memory that the store may add."""

GAIN = 1.8
"""How many times as fast two workers are to be as one."""

MORE = 0.1
"""Share of the processor's time that two workers may take more than one."""


@dataclass(frozen=True)
class Cost:
    """Seconds by the clock and of the processor; megabytes of memory, before and at most; on disk.

    On a busy machine the processor's seconds are the ones to compare; they leave out waits for
    the disk.
    """

    seconds: float
    busy: float
    before: float
    megabytes: float
    on_disk: float


def in_memory(strategy: str, workers: int, regions: int, _: str) -> Cost:
    warm_up(strategy)
    return timed(
        lambda: linreg.enumerate_regions(
            gaussian(SIZES), strategy=strategy, workers=workers, limit=regions
        )
    )


def on_disk(strategy: str, workers: int, regions: int, folder: str) -> Cost:
    warm_up(strategy)
    return timed(
        lambda: linreg.enumerate_into(
            gaussian(SIZES), folder, strategy=strategy, workers=workers, limit=regions
        ),
        folder,
    )


def whole_on_disk(strategy: str, workers: int, regions: int, folder: str) -> Cost:
    warm_up(strategy)

    def enumerate_all() -> None:
        found = linreg.enumerate_into(gaussian(WHOLE), folder, strategy=strategy, workers=workers)
        assert len(found) == regions

    return timed(enumerate_all, folder)


def read_back(_strategy: str, _workers: int, regions: int, folder: str) -> Cost:
    def read() -> None:
        found = linreg.read_run(folder)
        assert sum(table.num_rows for table in found.tables()) == len(found) == regions
        for index in range(0, regions, regions // 100):
            assert found[index].index == index

    return timed(read, folder)


def warm_up(strategy: str) -> None:
    """Load machine code and libraries, or compile it: "auto" does without on a small network."""
    strategy = "compiled" if strategy == "auto" else strategy
    with TemporaryDirectory() as other:
        linreg.enumerate_into(gaussian((SIZES[0], 3, 1)), f"{other}/run", strategy=strategy)


def timed(act: Callable[[], object], folder: str | None = None) -> Cost:
    """What an action costs."""
    before, begun, begun_busy = most_memory(), monotonic(), process_time()
    act()
    seconds, busy = monotonic() - begun, process_time() - begun_busy
    size = sum(p.stat().st_size for p in Path(folder).rglob("*")) if folder is not None else 0
    return Cost(seconds, busy, before, most_memory(), size / 1e6)


def most_memory() -> float:
    """The most that this process has used, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Run, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--regions", type=int, default=1_000_000)
    parser.add_argument("--strategy", default="auto")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--only-disk", action="store_true")
    parser.add_argument("--two", action="store_true", help="compare two workers with one")
    parser.add_argument("--repeat", type=int, default=1, help="the fastest of so many runs counts")
    asked = parser.parse_args()
    sizes, regions = (WHOLE, WHOLE_REGIONS) if asked.two else (SIZES, asked.regions)
    table = Table(title=f"{regions:,} regions of {'-'.join(map(str, sizes))}")
    for heading in ("", "s", "s busy", "regions/s", "MB before", "MB at most", "MB on disk"):
        table.add_column(heading, justify="right" if heading else "left", no_wrap=True)
    tasks = {
        "in memory": (in_memory, asked.workers),
        "on disk": (on_disk, asked.workers),
        "read back": (read_back, asked.workers),
    }
    if asked.two:
        tasks = {"one worker": (whole_on_disk, 1), "two workers": (whole_on_disk, 2)}
    elif asked.only_disk:
        del tasks["in memory"]
    costs: dict[str, Cost] = {}
    busy: dict[str, float] = {}
    for _ in range(asked.repeat):
        with TemporaryDirectory() as folder:
            for name, (task, workers) in tasks.items():
                place = f"{folder}/{name if asked.two else 'run'}"
                with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
                    arguments = (asked.strategy, workers, regions, place)
                    cost = pool.submit(task, *arguments).result()
                busy[name] = min(cost.busy, busy.get(name, cost.busy))
                seen = (cost, costs.get(name, cost))
                # Two workers are only faster by the clock.
                costs[name] = min(seen, key=lambda c: c.seconds if asked.two else c.busy)
    for name, cost in costs.items():
        table.add_row(
            name,
            f"{cost.seconds:.2f}",
            f"{cost.busy:.2f}",
            f"{regions / cost.seconds:,.0f}",
            f"{cost.before:.0f}",
            f"{cost.megabytes:.0f}",
            f"{cost.on_disk:.0f}" if cost.on_disk else "",
        )
    console = Console()
    console.print(table)
    if asked.two:
        gain = costs["one worker"].seconds / costs["two workers"].seconds
        more = busy["two workers"] / busy["one worker"] - 1
        console.print(
            f"two workers were {gain:.2f} times as fast, and took {100 * more:.1f} % more of the "
            f"processor's time; at least {GAIN} and at most {100 * MORE:.0f} % are asked"
        )
    elif not asked.only_disk:
        there, here = costs["on disk"], costs["in memory"]
        console.print(
            f"the store adds {100 * (there.seconds / here.seconds - 1):.1f} % by the clock and "
            f"{100 * (there.busy / here.busy - 1):.1f} % of the processor's time; at most "
            f"{100 * OVERHEAD:.0f} % is asked"
        )


if __name__ == "__main__":
    main()
