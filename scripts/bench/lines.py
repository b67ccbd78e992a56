"""Time of a segment through a wide network: certified in machine code, and swept in integers.

Processor time of this process, on points drawn uniformly; weights are drawn as He et al. (2015) do.
"""

from __future__ import annotations

import argparse
from itertools import pairwise
from time import process_time

import numpy as np

from linreg import mlp
from linreg.lines import LineSweeper


def main() -> None:
    """Measure and print one line for each way."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--widths", default="784,512,512,10", help="inputs, layers, outputs")
    parser.add_argument("--segments", type=int, default=200)
    asked = parser.parse_args()
    widths = [int(width) for width in asked.widths.split(",")]
    rng = np.random.default_rng(0)
    layers = [
        (rng.normal(size=(n, m)) * np.sqrt(2 / m), 0.1 * rng.normal(size=n))
        for m, n in pairwise(widths)
    ]
    net = mlp(layers[:-1], layers[-1])
    points = rng.random((asked.segments + 1, widths[0]))
    for method, some in (("auto", points), ("exact", points[:4])):
        sweeper = LineSweeper(net, method=method)
        sweeper.along(some[:2])  # compiles, or makes integers of the weights
        start = process_time()
        found = sweeper.along(some)
        each = (process_time() - start) / found.n_segments
        print(
            f"{method:5}  {1e3 * each:8.3f} ms a segment of "
            f"{len(found.breakpoints) / found.n_segments:.0f} breakpoints, "
            f"{found.certified.mean():.1%} certified"
        )


if __name__ == "__main__":
    main()
