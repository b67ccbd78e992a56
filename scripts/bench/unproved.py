"""What proofs cost: the compiled explorer against itself with every claim of "no cut" believed.

The unproved one is compiled here, for this script alone, from the same sources with one function
replaced; its machine code goes to a folder that is deleted. Its counts may be wrong.

    python scripts/bench/unproved.py
"""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial
from tempfile import TemporaryDirectory

from gaussian import gaussian
from machine import best, dashed
from rich.console import Console
from rich.table import Table

SIZES = [(3, 32, 32, 1), (4, 16, 16, 1), (5, 10, 10, 1), (6, 10, 10, 1), (8, 12, 12, 1)]


def believe() -> None:
    """Let machine code that is compiled from now on believe every claim."""
    from numba import njit

    from linreg.kernel.simplex import contests, forms

    @njit(nogil=True, error_model="numpy", _nrt=False)
    def proves(t, maps, halfspaces, p, proof, pieces, n, m):
        return True

    forms.proves = contests.proves = proves


def measure() -> None:
    """Print the count and the seconds of each network."""
    import linreg

    for sizes in SIZES:
        network = gaussian(sizes)
        linreg.count(network, strategy="compiled", limit=100)
        count, seconds = best(partial(linreg.count, network, strategy="compiled"), 2)
        print(count.regions, seconds, flush=True)


def run(*arguments: str, **environment: str) -> list[tuple[int, float]]:
    """What `measure` prints in a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, *arguments],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [line.split() for line in done.stdout.splitlines()]
    return [(int(regions), float(seconds)) for regions, seconds in lines]


def main() -> None:
    if sys.argv[1:] == ["--unproved"]:
        believe()
        measure()
        return
    if sys.argv[1:] == ["--proved"]:
        measure()
        return
    with TemporaryDirectory() as folder:
        unproved = run("--unproved", NUMBA_CACHE_DIR=folder)
    proved = run("--proved")
    table = Table(title="strategy compiled, one thread")
    for heading in ("network", "regions", "seconds", "unproved", "seconds", "ratio"):
        table.add_column(heading, justify="right", no_wrap=True)
    for sizes, (count, seconds), (claimed, faster) in zip(SIZES, proved, unproved, strict=True):
        table.add_row(
            dashed(sizes),
            f"{count:,}",
            f"{seconds:.3f}",
            f"{claimed:,}",
            f"{faster:.3f}",
            f"{seconds / faster:.2f}",
        )
    Console().print(table)


if __name__ == "__main__":
    main()
