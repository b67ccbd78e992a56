"""Adjacency graphs: regions and edges a second in machine code, beside exact arithmetic alone.

Gaussian networks have He weights and biases uniform in (-0.5, 0.5), from NumPy's default_rng(0);
`families.py` has the others. Regions are enumerated by strategy compiled. Times are processor time,
in one thread, the least of several calls, without compiling. Exact arithmetic takes regions until
its time is spent, from the first on, and some of their edges are those of earlier ones.

    python scripts/bench/graph.py
    python scripts/bench/graph.py --large      8-12-12-1 too, with 700 493 regions
"""

from __future__ import annotations

import argparse
import os

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))

from time import process_time

from families import FAMILIES
from gaussian import gaussian
from machine import best, dashed, described, show
from rich.console import Console
from rich.table import Table

import linreg
from linreg.adjacency.compiled_edges import joined
from linreg.adjacency.search import Search

SHAPES = [(2, 10, 10, 1), (3, 10, 10, 1), (4, 10, 10, 1), (5, 16, 1), (2, 50, 50, 1)]
GOAL = 24_000
"""Regions a second, counted and joined, on these: 300 times 80, which is what relucent's complete
search reaches at least on a machine like that of `docs/benchmarks.md`; up to 230 have been seen."""

LARGER = [(3, 32, 32, 1), (4, 16, 16, 1), (6, 10, 10, 1), (2, 128, 128, 128, 1)]
LARGEST = (8, 12, 12, 1)

MOST = 60_000
"""Regions of the largest family that is measured."""

HEADINGS = (
    "regions",
    "edges",
    "left",
    "enumerate /s",
    "graph /s",
    "edges /s",
    "both /s",
    "exact /s",
    "faster",
)
LEGEND = (
    "left: regions about which floats left a doubt. /s: regions a second, enumerated, joined, and\n"
    "both; exact /s: joined by exact arithmetic alone. faster: the graph against that.\n"
    f"Goal for both, on the first {len(SHAPES)}: {GOAL:,}."
)


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", action="store_true", help="also a graph of 5 million edges")
    parser.add_argument("--markdown", action="store_true", help="a table for a document")
    options = parser.parse_args()
    # The other machine code is loaded, or compiled, by the first call.
    linreg.adjacency_graph(linreg.enumerate_regions(gaussian((2, 3, 1)), strategy="compiled"))
    console = Console(width=max(Console().width, 125))
    console.print(described(), highlight=False, soft_wrap=True)
    table = Table(title="adjacency graphs")
    table.add_column("network", no_wrap=True)
    for heading in HEADINGS:
        table.add_column(heading, justify="right", no_wrap=True)
    shapes = [*SHAPES, *LARGER, *([LARGEST] if options.large else [])]
    with console.status("joining"):
        for sizes in shapes:
            table.add_row(dashed(sizes), *_cells(gaussian(sizes)))
        for family in FAMILIES:
            if family.regions is None or family.regions <= MOST:
                table.add_row(family.name, *_cells(family.make()))
    show(console, table, markdown=options.markdown)
    console.print(LEGEND, highlight=False)


def _cells(net: linreg.Network) -> list[str]:
    regions, enumerating = best(lambda: linreg.enumerate_regions(net, strategy="compiled"))
    graph, joining = best(lambda: linreg.adjacency_graph(regions))
    found = joined(regions, None)
    assert found is not None
    edges, done, exactly = _exactly(regions, 1.0)
    if done == len(regions):
        assert edges == len(graph.edges)
    size = len(regions)
    return [
        f"{size:,}",
        f"{len(graph.edges):,}",
        f"{len(found[1]):,}",
        f"{size / enumerating:,.0f}",
        f"{size / joining:,.0f}",
        f"{len(graph.edges) / joining:,.0f}",
        f"{size / (enumerating + joining):,.0f}",
        f"{done / exactly:,.0f}",
        f"{(size / joining) / (done / exactly):,.1f}",
    ]


def _exactly(regions: linreg.Enumeration, seconds: float) -> tuple[int, int, float]:
    """Edges that exact arithmetic alone finds, from how many regions, in how much time."""
    search = Search(regions)
    started = process_time()
    done = 0
    while done < len(regions) and process_time() - started < seconds:
        search.visit(done)
        done += 1
    return len(search.edges), done, process_time() - started


if __name__ == "__main__":
    main()
