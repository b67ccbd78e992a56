"""Pictures: how long polygons, plots and files take, beside one artist for each region.

Gaussian networks of two inputs, with He weights, from NumPy's default_rng(0). Times are processor
time in one thread, of one call each; regions are enumerated before. The loop draws the same
polygons by `ax.fill`, one after another, which is what one writes without a collection. Other
programs are in `picture_peers.py`.

    python scripts/bench/pictures.py              about a minute
    python scripts/bench/pictures.py --few        the smaller network alone
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))

from gaussian import gaussian
from machine import dashed, described, show
from matplotlib.figure import Figure
from rich.console import Console
from rich.table import Table

import linreg
from linreg.regions.polygons import frame_of

SHAPES = [(2, 64, 64, 64, 1), (2, 160, 160, 160, 1)]

HEADINGS = ("regions", "frame", "polygons", "plot", ".png", ".svg", "svg MB", "loop and .png")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--few", action="store_true", help="the smaller network alone")
    parser.add_argument("--markdown", action="store_true")
    options = parser.parse_args()
    console = Console()
    console.print(described())
    table = Table(title="Pictures of two inputs, in seconds of processor time")
    table.add_column("network")
    for heading in HEADINGS:
        table.add_column(heading, justify="right")
    for sizes in SHAPES[: 1 if options.few else None]:
        table.add_row(dashed(sizes), *row_of(linreg.enumerate_regions(gaussian(sizes))))
    show(console, table, markdown=options.markdown)


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


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """What a piece of work returns, and its processor time in seconds."""
    started = process_time()
    answer = work()
    return answer, process_time() - started


if __name__ == "__main__":
    main()
