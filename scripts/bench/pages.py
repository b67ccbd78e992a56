"""Pages: how long they take to write, to load and to draw in a browser without a graphics card.

Gaussian networks of two inputs, as for `pictures.py`. Writing is processor time in one thread, with
polygons and edges, regions enumerated before. The browser is Chromium with its software renderer,
on a window of 1280 x 900: seconds from asking for the file until all is there; then milliseconds
for the whole picture, for one eight times closer, for a picture that moves (which is the last one
drawn, moved), and for what the pointer is on.

    python scripts/bench/pages.py              under a minute
    python scripts/bench/pages.py --few        the smaller network alone
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))
sys.path.append(str(Path(__file__).parents[2] / "tests"))

import browser
from gaussian import gaussian
from machine import dashed, described, show
from pictures import SHAPES
from rich.console import Console
from rich.table import Table

import linreg

HEADINGS = ("regions", "write", "MB", "load", "draw", "closer", "move", "point")

TIMES = """(() => {
  const { view } = explorer, pixel = new Uint8Array(4), { gl } = view.scene;
  const mean = (count, act) => {
    const began = performance.now();
    for (let k = 0; k < count; k++) {
      act(k);
      gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
    }
    return (performance.now() - began) / count;
  };
  view._drawScene();
  const draw = mean(5, () => view._drawScene());
  const move = mean(50, (k) => { view.move(k % 2 ? 3 : -3, 0); view._drawOverlay(); });
  const point = mean(200, (k) => view._hover(300 + k, 250 + k));
  view.closer(8);
  return JSON.stringify([draw, mean(5, () => view._drawScene()), move, point]);
})()"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--few", action="store_true", help="the smaller network alone")
    parser.add_argument("--markdown", action="store_true")
    options = parser.parse_args()
    program = browser.found()
    if program is None:
        sys.exit(f"no browser found: none of {', '.join(browser.NAMES)}")
    console = Console()
    console.print(described())
    table = Table(title="Pages of two inputs, in seconds and, from draw on, milliseconds")
    table.add_column("network")
    for heading in HEADINGS:
        table.add_column(heading, justify="right")
    for sizes in SHAPES[: 1 if options.few else None]:
        table.add_row(dashed(sizes), *row_of(sizes, program))
    show(console, table, markdown=options.markdown)


def row_of(sizes: tuple[int, ...], program: str) -> list[str]:
    regions = linreg.enumerate_regions(gaussian(sizes))
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "page.html"
        began = process_time()
        linreg.explore_page(regions, path)
        written = process_time() - began
        opened = browser.Browser(program, Path(folder) / "profile")
        began = perf_counter()
        opened.open(path, size=(1280, 900))
        loaded = perf_counter() - began
        times = json.loads(opened.run(TIMES))
        opened.close()
        size = path.stat().st_size / 1e6
    return [
        f"{len(regions):,}",
        *(f"{number:.1f}" for number in (written, size, loaded)),
        *(f"{number:.1f}" for number in times),
    ]


if __name__ == "__main__":
    main()
