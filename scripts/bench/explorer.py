"""The recursive explorer: linear programs per region, speed, exact decisions and memory.

Each network is counted in a process of its own, so that the memory is its own. Gaussian networks
have He weights and biases uniform in (-0.5, 0.5), from NumPy's default_rng(0), layer by layer.

    python scripts/bench/explorer.py              the networks that have a stated limit
    python scripts/bench/explorer.py --all        larger ones too, a few minutes
"""

from __future__ import annotations

import argparse
import resource
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from gaussian import gaussian
from rich.console import Console
from rich.table import Table

import linreg

LIMITS = {(3, 32, 32, 1): 8.0, (6, 10, 10, 1): 3.0}
"""Linear programs per region, at most."""

LARGER = [(2, 50, 50, 1), (4, 16, 16, 1), (5, 10, 10, 1), (10, 10, 10, 1)]
MEMORY = 300
"""Megabytes that counting may use, whatever the count."""


def measure(sizes: Sequence[int]) -> tuple[linreg.Count, float]:
    """The count, and the most memory that this process has used, in megabytes."""
    count = linreg.count(gaussian(sizes), strategy="highs")
    return count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Count the networks and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--all", action="store_true", help="larger networks too")
    chosen = [*LIMITS, *(LARGER if parser.parse_args().all else [])]
    table = Table(title="strategy highs, one process")
    for heading in ("network", "regions", "per s", "LPs each", "at most", "to simplex", "MB"):
        table.add_column(heading, justify="right", no_wrap=True)
    for sizes in chosen:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            count, megabytes = pool.submit(measure, sizes).result()
        limit = LIMITS.get(sizes)
        table.add_row(
            "-".join(map(str, sizes)),
            f"{count.regions:,}",
            f"{count.regions / count.seconds:,.0f}",
            f"{count.lps / count.regions:.2f}",
            f"{limit:g}" if limit else "",
            f"{100 * count.exact_decisions / count.lps:.3f} %",
            f"{megabytes:.0f}",
        )
    Console().print(table)
    Console().print(
        "per s: regions a second. LPs each: HiGHS linear programs per region. to simplex: share\n"
        "of them whose answer proved nothing, so that the exact simplex method decided. MB: peak\n"
        f"memory of the process, at most {MEMORY} whatever the count."
    )


if __name__ == "__main__":
    main()
