"""Locating points: points a second, the share settled in integers, and the time of a forward pass.

Gaussian networks have He weights and biases uniform in (-0.5, 0.5), from NumPy's default_rng(0),
layer by layer; those called "no bias" have none, so that all that follows a dead layer is
constantly on its breakpoint. Points are normal around 0. Where it says "lattice", weights and
points are integers, and many points lie on boundaries. All in one thread.

    python scripts/bench/locate.py
"""

from __future__ import annotations

import os

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))

from collections.abc import Callable, Sequence
from itertools import pairwise
from time import process_time

import numpy as np
from rich.console import Console
from rich.table import Table

import linreg
from linreg.regions.location import Locator, Points, places_of

POINTS = 100_000
GOAL = 100_000
"""Points a second that locating is to reach in the plane, among 10 000 regions and 70 000."""


def gaussian(sizes: Sequence[int], bias: float = 0.5) -> linreg.Network:
    """A network with He weights; the last pair of sizes is the readout."""
    rng = np.random.default_rng(0)
    pairs = [
        (rng.normal(size=(n, m)) * np.sqrt(2 / m), rng.uniform(-bias, bias, n))
        for m, n in pairwise(sizes)
    ]
    return linreg.mlp(pairs[:-1], readout=pairs[-1])


def integers(sizes: Sequence[int]) -> linreg.Network:
    """A network whose weights are integers from -2 to 2, without biases."""
    rng = np.random.default_rng(0)
    pairs = [(rng.integers(-2, 3, (n, m)), [0] * n) for m, n in pairwise(sizes)]
    return linreg.mlp(pairs[:-1], readout=pairs[-1])


def plain_forward(net: linreg.Network) -> Callable[[np.ndarray], np.ndarray]:
    """The forward pass of a ReLU network as one would write it in NumPy."""
    maps = [stage.rounded for stage in net.staged.stages]
    readout = net.staged.readout.rounded()

    def forward(x: np.ndarray) -> np.ndarray:
        for map_ in maps:
            x = np.maximum(map_(x), 0)
        return readout(x)

    return forward


def seconds(work: Callable[[np.ndarray], np.ndarray], x: np.ndarray) -> float:
    """The best of three, in processor time, which other programs do not stretch."""
    times = []
    for _ in range(3):
        started = process_time()
        work(x)
        times.append(process_time() - started)
    return min(times)


def main() -> None:
    """Locate points among the regions of several networks, and print a table."""
    rng = np.random.default_rng(1)
    normal, lattice = rng.normal(size=(POINTS, 2)), rng.integers(-9, 10, (POINTS, 2))
    cases = [
        ("2-140-1", gaussian((2, 140, 1)), normal),
        ("2-64-64-1", gaussian((2, 64, 64, 1)), normal),
        ("2-128-128-128-1", gaussian((2, 128, 128, 128, 1)), normal),
        ("2-2-8-8-1, no bias", gaussian((2, 2, 8, 8, 1), 0.0), normal),
        ("2-8-8-1, lattice", integers((2, 8, 8, 1)), lattice),
    ]
    table = Table(title=f"{POINTS:,} points, one thread")
    for heading in ("network", "regions", "per s", "settled", "forward", "ratio"):
        table.add_column(heading, justify="right", no_wrap=True)
    for name, net, x in cases:
        regions = linreg.enumerate_regions(net)
        places = places_of(regions.patterns)
        locator = Locator(regions.problem, regions.patterns, places, is_complete=True)
        settled = locator.locate(Points.of(x, 2)).settled
        ours, theirs = seconds(regions.locate, x), seconds(plain_forward(net), x)
        table.add_row(
            name,
            f"{len(regions):,}",
            f"{POINTS / ours:,.0f}",
            f"{100 * settled / POINTS:.2f} %",
            f"{POINTS / theirs:,.0f}",
            f"{ours / theirs:.1f}",
        )
    Console().print(table)
    Console().print(
        f"per s: points located a second, at least {GOAL:,} in the first three. settled: share of\n"
        "the points that were settled in integers. forward: points a second of a plain forward\n"
        "pass. ratio: of the times."
    )


if __name__ == "__main__":
    main()
