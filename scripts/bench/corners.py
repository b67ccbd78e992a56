"""Cells of three and four inputs by their corners, against linear programs alone, in turns.

python scripts/bench/corners.py
python scripts/bench/corners.py --many 4-64-64-1 --seconds 60    regions a second, two workers

Both ways are the same machine code, which reads of how many inputs cells have corners.
"""

from __future__ import annotations

import argparse
import resource
from functools import partial
from time import perf_counter

from gaussian import gaussian
from machine import best, dashed
from rich.console import Console
from rich.table import Table
from speed import counted

import linreg
from linreg.kernel.data import polytopes

SIZES = [(3, 32, 32, 1), (3, 64, 64, 1), (4, 16, 16, 1), (4, 32, 32, 1), (5, 10, 10, 1)]
MOST = 200_000
"""Regions of the larger networks that are counted."""
TURNS = 3
INPUTS = 5
"""Up to which corners are tried."""


def seconds_of(net: linreg.Network, most_inputs: int) -> tuple[linreg.Count, float]:
    """A count where cells of up to so many inputs have corners, and its processor time."""
    usual = polytopes.MOST_INPUTS
    polytopes.MOST_INPUTS = most_inputs  # read where memory is made, for each count
    try:
        return best(partial(linreg.count, net, strategy="compiled", limit=MOST), 0.3)
    finally:
        polytopes.MOST_INPUTS = usual


def compare() -> None:
    """Print both ways of each network."""
    table = Table(title=f"strategy compiled, one thread, at most {MOST:,} regions")
    for heading in ("network", "regions", "LPs each", "per s", "by corners", "ratio"):
        table.add_column(heading, justify="right", no_wrap=True)
    for sizes in SIZES:
        net = gaussian(sizes)
        linreg.count(net, strategy="compiled", limit=100)
        turns = [(seconds_of(net, 2), seconds_of(net, INPUTS)) for _ in range(TURNS)]
        (count, _), (same, _) = turns[0]
        assert count.regions == same.regions
        slow, fast = (min(turn[i][1] for turn in turns) for i in range(2))
        table.add_row(
            dashed(sizes),
            f"{count.regions:,}",
            f"{count.lps / count.regions:.1f}",
            f"{count.regions / slow:,.0f}",
            f"{count.regions / fast:,.0f}",
            f"{slow / fast:.2f}",
        )
    Console().print(table)


def many(sizes: tuple[int, ...], seconds: float) -> None:
    """Print how fast two workers count, by the clock, and what memory that takes."""
    net = gaussian(sizes)
    linreg.count(net, strategy="compiled", limit=100)
    before = resource.getrusage(resource.RUSAGE_SELF)
    start = perf_counter()
    count, complete = counted(net, None, "compiled", seconds, workers=2)
    after = resource.getrusage(resource.RUSAGE_SELF)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(
        f"{dashed(sizes)}: {count.regions:,} regions{'' if complete else ' (not all)'}, "
        f"{perf_counter() - start:.0f} s by the clock, {used:.0f} s of the processors, "
        f"{count.regions / used:,.0f} a second of one, {after.ru_maxrss / 1024:.0f} MB"
    )


def main() -> None:
    """Compare, or count one large network."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--many", metavar="SIZES", help="a network to count with two workers")
    parser.add_argument("--seconds", type=float, default=300.0, help="for at most so long")
    given = parser.parse_args()
    if given.many:
        many(tuple(map(int, given.many.split("-"))), given.seconds)
    else:
        compare()


if __name__ == "__main__":
    main()
