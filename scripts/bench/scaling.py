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
import json
import resource
import subprocess
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from time import perf_counter

from families import FAMILIES
from gaussian import gaussian
from machine import NAMED, dashed, described, show
from rich.console import Console
from rich.table import Table
from speed import COLUMNS, LEGEND, Speed, counted, measure

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

WIDTH = 130


def main() -> None:
    """Measure, and print tables."""
    options = _options()
    seconds = QUICK if options.quick else LONG if options.all else USUAL
    console = Console(width=max(Console().width, WIDTH))
    console.print(described(), highlight=False, soft_wrap=True)
    tables = [partial(make, options.strategy, seconds) for make in (whole, boxes, degenerate)]
    tables += [partial(growth, what, options.strategy, seconds) for what in GROWTH]
    tables += [partial(shared, options.strategy, seconds)] if options.all else []
    with console.status("counting"):
        for table in tables:
            show(console, table(), markdown=options.markdown)
    console.print(LEGEND, highlight=False)
    console.print(described(), highlight=False, soft_wrap=True)


def whole(strategies: Sequence[str], seconds: float) -> Table:
    """Gaussian networks on the whole space; how much faster than highs each strategy is."""
    caption = f"x highs: times as fast as strategy highs; at least {HIGHS_GOAL}."
    table = _table("whole space", [*COLUMNS, "x highs"], caption)
    for sizes in WHOLE:
        net = gaussian(sizes)
        found = _speeds(net, None, strategies, seconds)
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
        box = linreg.Box([-SIDE] * n, [SIDE] * n)
        for strategy, speed in _speeds(net, box, strategies, seconds).items():
            table.add_row(dashed(sizes), strategy, *speed.cells(), f"{goal:,}")
    return table


def degenerate(strategies: Sequence[str], seconds: float) -> Table:
    """Families that are not in general position, each against the Gaussian network of its shape."""
    caption = "slower: time per region against the Gaussian network of the same shape."
    table = _table("degenerate networks", [*COLUMNS, "slower", "at most"], caption)
    for family in FAMILIES:
        net, generic = family.make(), gaussian(family.sizes)
        for strategy, speed in _speeds(net, None, strategies, seconds).items():
            if speed.complete and family.regions is not None:
                assert speed.count.regions == family.regions, family.name
            ratio = speed.each / measure(generic, None, strategy, seconds).each
            name = f"{family.name} ({dashed(family.sizes)})"
            table.add_row(name, strategy, *speed.cells(), f"{ratio:.1f}", f"{family.slower:g}")
    return table


def growth(what: str, strategies: Sequence[str], seconds: float) -> Table:
    """Gaussian networks of growing width, depth or dimension, on the whole space."""
    table = _table(f"growing {what}", COLUMNS, "")
    for sizes in GROWTH[what]:
        net = gaussian(sizes)
        for strategy, speed in _speeds(net, None, strategies, seconds).items():
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
            # A program of its own, so that the memory is its own.
            program = (
                f"import scaling; scaling.count_alone({sizes}, {strategy!r}, {workers}, {seconds})"
            )
            command = [sys.executable, "-c", program]
            done = subprocess.run(
                command, cwd=Path(__file__).parent, check=True, stdout=subprocess.PIPE
            )
            regions, complete, taken, megabytes = json.loads(done.stdout)
            speed = regions / taken
            alone = speed if workers == 1 else alone
            table.add_row(
                dashed(sizes),
                strategy,
                str(workers),
                f"{'' if complete else '> '}{regions:,}",
                f"{taken:,.0f}",
                f"{speed:,.0f}",
                f"{speed / alone:.2f}" if sizes == SHARED else "",
                f"{megabytes:.0f}",
            )
    return table


def _speeds(
    net: linreg.Network, domain: linreg.Box | None, strategies: Sequence[str], seconds: float
) -> dict[str, Speed]:
    """Each strategy on a network; those that come to the end count the same."""
    found = {strategy: measure(net, domain, strategy, seconds) for strategy in strategies}
    assert len({speed.count.regions for speed in found.values() if speed.complete}) <= 1
    return found


def count_alone(sizes: Sequence[int], strategy: str, workers: int, seconds: float) -> None:
    """Print a count, whether it is complete, its seconds, and this program's peak megabytes."""
    net = gaussian(sizes)
    linreg.count(net, strategy=strategy, limit=1)
    started = perf_counter()
    count, complete = counted(net, None, strategy, seconds, workers)
    taken = perf_counter() - started
    used = [resource.getrusage(who).ru_maxrss for who in _PROCESSES]
    print(json.dumps([count.regions, complete, taken, max(used) / 1024]))


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
    parser.add_argument("--markdown", action="store_true", help="tables for a document")
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
