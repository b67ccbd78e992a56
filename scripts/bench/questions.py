"""Questions on networks of 2 and 3 inputs and many regions: seconds of the processor, in one table.

    python scripts/bench/questions.py [--regions N]

Networks have He weights and biases of half that size, from NumPy's default_rng(0), layer by layer,
and outputs whose median on the box is 0; they are asked on the box [-2, 2]. Each time is that of
one call, of one process, after a call on a small network; of radii, the longer one of two points.
"loop" is the enumeration of all regions and `exact_affine_map` of 200 of them, times the number of
regions: what the plainest loop over regions takes before it asks anything. With --regions, networks
of so many regions at most.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from itertools import pairwise
from time import process_time
from typing import Any

import numpy as np

import linreg

NETWORKS = ((3, 48, 48, 2), (2, 256, 256, 2), (3, 32, 32, 3), (2, 128, 128, 2))

LOOKED_AT = 200
"""Regions whose maps are made to know what one takes."""

HALF = 2
"""Half the width of the box."""


def main() -> None:
    """Print the table, a row as soon as it is known."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--regions", type=int, default=10**6)
    asked = parser.parse_args()
    is_first = True
    for widths in NETWORKS:
        warm_up(widths[0])
        net, box = balanced(widths), linreg.Box([-HALF] * widths[0], [HALF] * widths[0])
        regions, enumerating = timed(lambda net=net, box=box: linreg.enumerate_regions(net, box))
        if len(regions) > asked.regions:
            continue
        row = {"count": enumerating, "loop": enumerating + looping(regions), **seconds(net, box)}
        if is_first:
            print("| network | regions | " + " | ".join(row) + " |")
            print("| --- |" + " --: |" * (len(row) + 1))
            is_first = False
        times = " | ".join(f"{each:,.1f}" for each in row.values())
        print(f"| {'-'.join(map(str, widths))} | {len(regions):,} | {times} |", flush=True)


def seconds(net: linreg.Network, box: linreg.Box) -> dict[str, float]:
    """Seconds for each question."""
    dim = box.dim
    points = ([0.25] * dim, [-0.5] * dim)
    found = {"range": timed(lambda: linreg.output_range(net, box))[1]}
    for norm in ("linf", "l2"):
        found[f"Lipschitz {norm}"] = timed(
            lambda norm=norm: linreg.lipschitz(net, box, norm, norm)
        )[1]
    for norm in ("linf", "l1", "l2"):
        found[f"radius {norm}"] = max(
            timed(lambda x=x, norm=norm: linreg.robustness(net, x, norm, box))[1] for x in points
        )
    whole = [timed(lambda x=x: linreg.robustness(net, x))[1] for x in points]
    return {**found, "radius, whole space": max(whole)}


def looping(regions: linreg.Enumeration) -> float:
    """Seconds for the exact maps of all regions, by those of a few."""
    chosen = range(0, len(regions), max(1, len(regions) // LOOKED_AT))
    _, spent = timed(lambda: [regions[i].exact_affine_map for i in chosen])
    return spent / len(chosen) * len(regions)


def balanced(widths: Sequence[int]) -> linreg.Network:
    """The network of these widths."""
    rng = np.random.default_rng(0)
    layers = [
        [rng.normal(size=(n, m)) * np.sqrt(2 / m), rng.normal(size=n) / 2]
        for m, n in pairwise(widths)
    ]
    state = rng.uniform(-HALF, HALF, (1000, widths[0]))
    for weight, bias in layers[:-1]:
        state = np.maximum(state @ weight.T + bias, 0)
    weight, bias = layers[-1]
    bias = bias - np.median(state @ weight.T + bias, axis=0)
    return linreg.mlp([tuple(layer) for layer in layers[:-1]], readout=(weight, bias))


def warm_up(dim: int) -> None:
    """Load and compile what is used."""
    net, box = balanced((dim, 30, 30, 2)), linreg.Box([-1] * dim, [1] * dim)
    linreg.enumerate_regions(balanced((dim, 200, 2)), box, limit=500, strategy="compiled")
    linreg.output_range(net, box, limit=20)
    linreg.lipschitz(net, box)


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """What it gives, and the seconds of the processor that it takes."""
    started = process_time()
    answer = work()
    return answer, process_time() - started


if __name__ == "__main__":
    main()
