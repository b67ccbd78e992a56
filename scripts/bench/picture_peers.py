"""Pictures beside parx's and relucent's: the same regions of the same networks, in one run.

The peers are installed from the package index into an environment of their own, once. All draw the
regions that we found, by the function that each has for all regions of two inputs, so that what is
timed is drawing alone: seconds of processor time in one thread, from regions to a file. A page is
then opened in Chromium, with its software renderer: seconds of processor time of the browser's
processes until all of the page is there, less those of an empty page, and seconds by the clock.
relucent draws in a square about the origin; parx and linreg draw in the same frame.

A peer that needs more than its limit of processor time is not asked for larger networks.

    python scripts/bench/picture_peers.py                 all sizes, some quarter of an hour
    python scripts/bench/picture_peers.py --few           some hundred regions, and some thousand
    python scripts/bench/picture_peers.py --env FOLDER    where the peers and the networks are kept
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))
sys.path.append(str(Path(__file__).parents[2] / "tests"))

import browser
import numpy as np
from gaussian import gaussian
from machine import dashed, described, show
from peer_environment import Peers
from rich.console import Console
from rich.table import Table

import linreg
from linreg.regions.polygons import frame_of

SMALLER = [(2, 12, 12, 12, 1), (2, 25, 25, 25, 1), (2, 40, 40, 40, 1)]

LARGER = [(2, 71, 71, 71, 1), (2, 160, 160, 160, 1)]
"""Of 20,000 and of 100,000 regions."""

PACKAGES = ("parx", "relucent", "plotly", "matplotlib")

WAYS = (("parx", ".html"), ("parx", ".png"), ("relucent", ".html"))
"""Of each peer, the kinds of files that it draws."""

OURS = (".png", ".svg", ".html")

EMPTY = "<!doctype html><script>document.documentElement.dataset.ready = ''</script>"

Row = tuple[str, ...]


class Pictures:
    """One run: who is asked, and who is asked no more."""

    def __init__(self, peers: Peers, limit: float, program: str | None) -> None:
        self._peers, self._limit, self._program = peers, limit, program
        self._ended: set[tuple[str, str]] = set()

    def rows(self, sizes: tuple[int, ...], folder: Path) -> list[Row]:
        """What each took for a network."""
        net = gaussian(sizes)
        regions = linreg.enumerate_regions(net)
        frame = frame_of(regions)
        network, found = self._peers.save(dashed(sizes), net), folder / "regions.npz"
        np.savez(
            found,
            patterns=regions.patterns,
            witnesses=regions.witnesses,
            frame=[[float(x) for x in ends] for ends in (frame.lower, frame.upper)],
        )
        rows = []
        for suffix in OURS:
            path = folder / f"linreg{suffix}"
            # Regions keep what was asked of them: every file starts from regions found anew.
            drawn = linreg.enumerate_regions(net)
            seconds = timed(lambda d=drawn, p=path: write(d, frame, p))  # type: ignore[misc]
            rows.append(self._row(regions, sizes, "linreg", path, seconds))
        for peer, suffix in WAYS:
            path = folder / f"{peer}{suffix}"
            if (peer, suffix) in self._ended:
                said: dict[str, object] = {"refused": "not asked"}
            else:
                arguments = (peer, network, found, path, self._limit)
                said = self._peers.run("picture_run.py", *arguments)
            if "refused" in said:
                self._ended.add((peer, suffix))
                text = f"> {self._limit:g}" if "limit" in str(said["refused"]) else "-"
                if text == "-" and said["refused"] != "not asked":
                    text = str(said["refused"])
                rows.append(
                    (dashed(sizes), f"{len(regions):,}", f"{peer} {suffix}", text, "", "", "")
                )
            else:
                rows.append(self._row(regions, sizes, peer, path, float(str(said["seconds"]))))
        return rows

    def _row(
        self,
        regions: linreg.Enumeration,
        sizes: tuple[int, ...],
        who: str,
        path: Path,
        seconds: float,
    ) -> Row:
        loaded = self._load(path) if path.suffix == ".html" else ("", "")
        size = path.stat().st_size / 1e6
        name = f"{who} {path.suffix}"
        return dashed(sizes), f"{len(regions):,}", name, f"{seconds:.2f}", f"{size:.1f}", *loaded

    def _load(self, path: Path) -> tuple[str, str]:
        """Seconds until a page is there, of the browser's processes and by the clock."""
        if self._program is None:
            return "no browser", ""
        with TemporaryDirectory(ignore_cleanup_errors=True) as profile:
            empty = Path(profile, "empty.html")
            empty.write_text(EMPTY, encoding="utf-8")
            opened = browser.Browser(self._program, Path(profile))
            try:
                opened.open(empty, size=(1280, 900))
                began, busy = perf_counter(), browsing()
                opened.open(path, size=(1280, 900))
                return f"{browsing() - busy:.1f}", f"{perf_counter() - began:.1f}"
            except RuntimeError:
                return "", "> 60"
            finally:
                opened.close()


def write(regions: linreg.Enumeration, frame: linreg.Box, path: Path) -> None:
    """Our picture, or our page."""
    if path.suffix == ".html":
        linreg.explore_page(regions, path, frame=frame)
    else:
        linreg.save_picture(linreg.plot_regions(regions, frame=frame).figure, path)


def browsing() -> float:
    """Processor time of all processes below this one, in seconds, where the system lists them."""
    parents, times = {}, {}
    for listing in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has ended
            fields = listing.read_text().rpartition(")")[2].split()
            process = int(listing.parent.name)
            parents[process] = int(fields[1])
            times[process] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    below = {os.getpid()}
    while more := {p for p, parent in parents.items() if parent in below} - below:
        below |= more
    return sum(times.get(process, 0.0) for process in below - {os.getpid()})


def timed(work: Callable[[], object]) -> float:
    """The processor time of a piece of work in seconds."""
    started = process_time()
    work()
    return process_time() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "linreg-pictures"
    parser.add_argument("--env", type=Path, default=cache, help=f"by default {cache}")
    parser.add_argument("--few", action="store_true", help="the smaller networks alone")
    parser.add_argument("--markdown", action="store_true", help="a table for a document")
    parser.add_argument(
        "--limit", type=float, default=120, help="seconds of processor time for a peer's picture"
    )
    options = parser.parse_args()
    console = Console(width=max(Console().width, 90))
    peers = Peers(options.env, 12 * options.limit, PACKAGES)
    with console.status("installing the peers, if they are not there") as status:
        versions = peers.install()
        console.print(f"{described()}; {versions}", highlight=False, soft_wrap=True)
        table = Table(title="Pictures of two inputs, seconds")
        for heading in (
            "network",
            "regions",
            "file",
            "to draw and write",
            "MB",
            "to load",
            "clock",
        ):
            table.add_column(heading, justify="left" if heading in ("network", "file") else "right")
        warm = linreg.enumerate_regions(gaussian(SMALLER[0]))
        pictures = Pictures(peers, options.limit, browser.found())
        with TemporaryDirectory() as folder:
            for suffix in OURS:  # what only the first call does
                write(warm, frame_of(warm), Path(folder, f"warm{suffix}"))
            for sizes in [*SMALLER, *([] if options.few else LARGER)]:
                status.update(dashed(sizes))
                for row in pictures.rows(sizes, Path(folder)):
                    table.add_row(*row)
        show(console, table, markdown=options.markdown)
    console.print(described(), highlight=False, soft_wrap=True)


if __name__ == "__main__":
    main()
