"""Pictures: how long polygons, plots and files take, beside one artist for each region.

Gaussian networks of two inputs, with He weights, from NumPy's default_rng(0). Times are processor
time in one thread, of one call each; regions are enumerated before. The loop draws the same
polygons by `ax.fill`, one after another, which is what one writes without a collection.

    python scripts/bench/pictures.py              about a minute
    python scripts/bench/pictures.py --few        the smaller network alone
    python scripts/bench/pictures.py --relucent PYTHON    and relucent, in a Python that has it, on
                                                          some hundred regions, its search apart
"""

from __future__ import annotations

import argparse
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))

from gaussian import gaussian
from machine import described, show
from matplotlib.figure import Figure
from rich.console import Console
from rich.table import Table

import linreg
from linreg.regions.polygons import frame_of

SHAPES = [(2, 64, 64, 64, 1), (2, 160, 160, 160, 1)]

SMALL = (2, 12, 12, 1)
"""What relucent searches in seconds."""

RELUCENT = """
import sys
from time import process_time
import numpy as np
from relucent import Complex, generic_topology_start
from relucent.model.model import LinearLayer, ReLULayer, ReLUNetwork
steps = []
with np.load(sys.argv[1]) as arrays:
    for k in range(1, len(arrays.files) // 2 + 1):
        steps += [LinearLayer(arrays[f"W{k}"], arrays[f"b{k}"][None]), ReLULayer()]
cells = Complex(ReLUNetwork(steps[:-1]))
cells.bfs(generic_topology_start(cells)[None], nworkers=1, verify=False, verbose=0)
started = process_time()
figure = cells.plot()
plotted = process_time()
figure.write_html(sys.argv[2])
print(len(cells), plotted - started, process_time() - plotted)
"""

HEADINGS = ("regions", "frame", "polygons", "plot", ".png", ".svg", "svg MB", "loop and .png")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--few", action="store_true", help="the smaller network alone")
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--relucent", metavar="PYTHON", help="a Python that has relucent")
    options = parser.parse_args()
    console = Console()
    console.print(described())
    table = Table(title="Pictures of two inputs, in seconds of processor time")
    table.add_column("network")
    for heading in HEADINGS:
        table.add_column(heading, justify="right")
    for sizes in SHAPES[: 1 if options.few else None]:
        table.add_row("-".join(map(str, sizes)), *row_of(linreg.enumerate_regions(gaussian(sizes))))
    show(console, table, markdown=options.markdown)
    if options.relucent:
        console.print(beside_relucent(options.relucent))


def row_of(regions: linreg.Enumeration) -> list[str]:
    """The figures of one network."""
    frame, framing = timed(lambda: frame_of(regions))
    polygons, clipping = timed(lambda: regions.polygons(frame))
    ax, plotting = timed(lambda: linreg.plot_regions(regions, frame=frame))
    with TemporaryDirectory() as folder:
        png, svg = Path(folder, "plot.png"), Path(folder, "plot.svg")
        _, to_png = timed(lambda: linreg.save_picture(ax.figure, png))
        _, to_svg = timed(lambda: linreg.save_picture(ax.figure, svg))
        size = svg.stat().st_size / 1e6

        def loop() -> None:
            figure = Figure()
            axes = figure.add_subplot()
            for k in range(len(polygons)):
                axes.fill(*polygons[k].T, linewidth=0.2, edgecolor="black")
            figure.savefig(png)

        _, looping = timed(loop)
    times = (framing, clipping, plotting, to_png, to_svg)
    return [f"{len(regions):,}", *(f"{t:.2f}" for t in times), f"{size:.1f}", f"{looping:.1f}"]


def beside_relucent(python: str) -> str:
    """The same small network in both, from the regions to a file."""
    net = gaussian(SMALL)
    regions = linreg.enumerate_regions(net)
    linreg.plot_regions(regions)  # what only the first call does
    with TemporaryDirectory() as folder:
        saved = Path(folder, "net.npz")
        linreg.save(net, saved)
        ax, plotting = timed(lambda: linreg.plot_regions(regions))
        _, writing = timed(lambda: linreg.save_picture(ax.figure, Path(folder, "plot.svg")))
        call = [python, "-W", "ignore", "-c", RELUCENT, str(saved), str(Path(folder, "plot.html"))]
        done = subprocess.run(call, capture_output=True, text=True, check=False, timeout=600)
    if done.returncode:
        return f"relucent: {done.stderr.strip().splitlines()[-1]}"
    cells, plotted, written = done.stdout.split()[-3:]
    return (
        f"{'-'.join(map(str, SMALL))}: linreg {len(regions)} regions, plot {plotting:.2f} s, "
        f".svg {writing:.2f} s; relucent {cells} cells, plot {float(plotted):.2f} s, .html "
        f"{float(written):.2f} s"
    )


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """What a piece of work returns, and its processor time in seconds."""
    started = process_time()
    answer = work()
    return answer, process_time() - started


if __name__ == "__main__":
    main()
