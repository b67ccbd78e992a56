"""Polyhedral complexes: faces a second, and the topology of the level set of an output at 0.

Gaussian networks have He weights and biases uniform in (-0.5, 0.5), from NumPy's default_rng(0).
Times are processor time of one call, in one thread; the peak of memory is that of the process so
far, which grows from row to row.

    python scripts/bench/faces.py
    python scripts/bench/faces.py --markdown
"""

from __future__ import annotations

import argparse
import os

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))

import resource
from time import process_time

from gaussian import gaussian
from machine import dashed, described, show
from rich.console import Console
from rich.table import Table

import linreg

SHAPES = {
    (2, 225, 1): "10^5 faces in the plane: 5 s",
    (2, 50, 50, 1): "with Betti numbers: 10 s",
    (3, 20, 20, 1): "",
    (3, 24, 24, 1): "10^4 regions: 120 s",
    (4, 10, 10, 1): "",
}
"""Networks, and the goals for some of them."""

HEADINGS = ("faces", "regions", "cells s", "faces /s", "Betti s", "gudhi s", "bars s", "MB", "goal")
LEGEND = (
    "cells s: all cells, cut at level 0 too. Betti s: of {f >= 0}, {f > 0} and {f = 0}, by cells.\n"
    "gudhi s: of {f = 0}, by its order complex. bars s: persistence of all sublevel sets, by cells."
)


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--markdown", action="store_true", help="a table for a document")
    options = parser.parse_args()
    console = Console(width=max(Console().width, 125))
    console.print(described(), highlight=False, soft_wrap=True)
    table = Table(title="polyhedral complexes")
    table.add_column("network", no_wrap=True)
    for heading in HEADINGS:
        table.add_column(heading, justify="right", no_wrap=True)
    with console.status("cutting"):
        for sizes, goal in SHAPES.items():
            table.add_row(dashed(sizes), *_row(gaussian(sizes)), goal)
    show(console, table, markdown=options.markdown)
    console.print(LEGEND)


def _row(net: linreg.Network) -> list[str]:
    started = process_time()
    cells = linreg.polyhedral_complex(net, levels=[(0, 0)])
    found = process_time()
    for relation in (">=", ">", "=="):
        _ = cells.where(0, relation).betti
    counted = process_time()
    _ = cells.where(0, "==").betti_numbers(method="gudhi")
    checked = process_time()
    _ = cells.persistence()
    ended = process_time()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return [
        f"{len(cells):,}",
        f"{cells.f_vector[-1]:,}",
        f"{found - started:.2f}",
        f"{len(cells) / (found - started):,.0f}",
        f"{counted - found:.2f}",
        f"{checked - counted:.2f}",
        f"{ended - checked:.2f}",
        f"{peak:,}",
    ]


if __name__ == "__main__":
    main()
