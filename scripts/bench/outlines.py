"""Vertices and volumes of all regions: regions a second, beside exact arithmetic on each region.

Gaussian networks have He weights and biases uniform in (-0.5, 0.5), from NumPy's default_rng(0);
trained ones are those in `examples/`. Times are processor time, in one thread, the least of several
calls, without compiling. Exact arithmetic takes regions spread over all of them.

A second table is of closed loops: three steps of a tenth of a double integrator, x'' = u,
that a Gaussian network controls with |u| <= 1, unrolled as one network of nine stages.

    python scripts/bench/outlines.py
"""

from __future__ import annotations

import argparse
import os

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))

from pathlib import Path
from time import process_time

import numpy as np
from gaussian import gaussian
from machine import best, dashed, described, show
from rich.console import Console
from rich.table import Table

import linreg

BOX = "box:-2,2"
SHAPES = [(2, 50, 50, 1), (2, 128, 128, 128, 1), (2, 300, 1), (3, 20, 20, 1), (3, 32, 32, 1)]
TRAINED = {"iris-2d.json": None, "breast-cancer-3pc.json": "box:-3,3"}
EXAMPLES = Path(__file__).parents[2] / "examples"

GOAL = 10_000
"""Regions a second."""

HEADINGS = ("regions", "vertices", "exactly", "outlines /s", "each exactly /s", "faster")
LEGEND = (
    "exactly: regions about which floats left a doubt, or more than a millionth. each exactly:\n"
    f"vertices and volume of a region by itself. Goal: {GOAL:,} a second."
)

CONTROLLERS = [(2, 16, 16, 1), (2, 24, 24, 1), (2, 48, 48, 1)]
STEPS = 3

SAMPLE = 20
"""Regions that are measured by themselves."""


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--markdown", action="store_true", help="a table for a document")
    options = parser.parse_args()
    console = Console(width=max(Console().width, 125))
    console.print(described(), highlight=False, soft_wrap=True)
    table = Table(title="vertices and volumes")
    table.add_column("network", no_wrap=True)
    for heading in HEADINGS:
        table.add_column(heading, justify="right", no_wrap=True)
    with console.status("outlining"):
        for sizes in SHAPES:
            for domain in (BOX, None):
                name = dashed(sizes) + (", box" if domain else "")
                table.add_row(name, *_cells(gaussian(sizes), domain))
        for file, domain in TRAINED.items():
            table.add_row(file, *_cells(linreg.load(EXAMPLES / file), domain))
        for domain in (BOX, None):
            name = "3-16-16-1, integers" + (", box" if domain else "")
            table.add_row(name, *_cells(_integers(), domain))
    show(console, table, markdown=options.markdown)
    console.print(LEGEND, highlight=False)
    loops = Table(title=f"closed loops of {STEPS} steps, regions a second")
    for heading in ("controller", "regions", "outlines", "graph", "merged graph", "definitions"):
        loops.add_column(heading, justify="right", no_wrap=True)
    with console.status("in loops"):
        for sizes in CONTROLLERS:
            for domain in (BOX, None):
                name = dashed(sizes) + (", box" if domain else "")
                loops.add_row(name, *_cells_of_loop(sizes, domain))
    show(console, loops, markdown=options.markdown)


def _cells_of_loop(sizes: tuple[int, ...], domain: str | None) -> list[str]:
    loop = linreg.closed_loop(
        gaussian(sizes), [[1, "1/10"], [0, 1]], [["1/200"], ["1/10"]], steps=STEPS, clip=(-1, 1)
    )
    regions = linreg.enumerate_regions(loop, domain, strategy="compiled")
    _, outlining = best(regions.outlines)
    graph, joining = best(lambda: linreg.adjacency_graph(regions))
    _, merging = best(lambda: linreg.merged_graph(graph))
    counts, defining = best(lambda: linreg.region_counts(loop, domain, strategy="compiled"))
    assert (counts.activation_regions, counts.dual_edges) == (len(regions), len(graph.edges))
    times = outlining, joining, merging, defining
    return [f"{len(regions):,}", *(f"{len(regions) / time:,.0f}" for time in times)]


def _integers() -> linreg.Network:
    """Weights from -2 to 2, so that many planes meet in a point."""
    rng = np.random.default_rng(0)
    return linreg.mlp(
        [(rng.integers(-2, 3, (16, n)), rng.integers(-2, 3, 16)) for n in (3, 16)],
        readout=(rng.integers(-2, 3, (1, 16)), [0]),
    )


def _cells(net: linreg.Network, domain: str | None) -> list[str]:
    regions = linreg.enumerate_regions(net, domain, strategy="compiled")
    found, outlining = best(regions.outlines)
    chosen = np.linspace(0, len(regions) - 1, SAMPLE).astype(int).tolist()
    started = process_time()
    for i in chosen:
        region = regions[i]
        assert len(region.vertices) == len(found[i])
        assert region.volume == found.volumes[i] or abs(region.volume - found.volumes[i]) < (
            2 * found.volume_errors[i]
        )
    exactly = (process_time() - started) / SAMPLE
    size = len(regions)
    return [
        f"{size:,}",
        f"{len(found.vertices):,}",
        f"{len(found.exact):,}",
        f"{size / outlining:,.0f}",
        f"{1 / exactly:,.0f}",
        f"{size / outlining * exactly:,.0f}",
    ]


if __name__ == "__main__":
    main()
