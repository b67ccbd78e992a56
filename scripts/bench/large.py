"""Large networks: ten million float weights, and one of 784-512-512-10 on a plane.

Each row has the seconds of processor time, or the memory over that of the weights as float64, and
what is held to. Weights are Gaussian from NumPy's default_rng(0). Machine code is compiled first.

    python scripts/bench/large.py
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import numpy as np
from rich.console import Console
from rich.table import Table

import linreg
from linreg.kernel.data.tables import tables_of
from linreg.network import slice_through
from linreg.problem import problem_of

WIDTHS = (784, 2048, 2048, 2048, 10)
"""Of a network of ten million weights."""

ON_PLANE = (784, 512, 512, 10)

Answer = TypeVar("Answer")


def weights(widths: tuple[int, ...], gain: float) -> list[tuple[np.ndarray, np.ndarray]]:
    """Layers of float32 weights, as frameworks have them."""
    rng = np.random.default_rng(0)
    shapes = zip(widths[1:], widths, strict=False)
    layers = [(np.sqrt(gain / b) * rng.normal(size=(a, b)), rng.normal(size=a)) for a, b in shapes]
    return [(weight.astype(np.float32), bias.astype(np.float32) / 10) for weight, bias in layers]


def megabytes() -> float:
    """The most memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Take the steps one after another and print a table."""
    table = Table(title="large networks, one process")
    for heading in ("step", "seconds", "at most"):
        table.add_column(heading, justify="left" if heading == "step" else "right")

    def step(name: str, most: float, take: Callable[[], Answer]) -> Answer:
        start = time.process_time()
        answer = take()
        table.add_row(name, f"{time.process_time() - start:.2f}", f"{most:g}")
        return answer

    layers = weights(WIDTHS, 2.0)
    whole = sum(weight.size for weight, _ in layers) * 8 / 2**20
    before = megabytes()
    net = step("mlp, 10 million weights", 5, lambda: linreg.mlp(layers[:-1], layers[-1]))
    step("normal form", 1, lambda: net.staged)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "large.npz"
        step("save .npz", 5, lambda: linreg.save(net, path))
        step("load .npz", 5, lambda: linreg.load(path).staged)
    table.add_row("memory over the weights", f"{(megabytes() - before) / whole:.1f}", "4")
    step("fingerprint", 10, lambda: net.fingerprint)

    small = linreg.mlp([([[1.0, 2.0]], [0.5])])
    linreg.count_regions(small, strategy="compiled")
    layers = weights(ON_PLANE, 2.0)
    net = linreg.mlp(layers[:-1], layers[-1])
    images = np.random.default_rng(1).random((3, 784))

    def prepared() -> linreg.Network:
        cut = slice_through(images)
        on_plane = net.on_slice(cut.origin, cut.basis)
        tables_of(problem_of(on_plane, box))
        return on_plane

    box = linreg.Box([0, 0], [1, 1])
    on_plane = step("784-512-512-10 on a plane, prepared", 0.3, prepared)
    start = time.process_time()
    regions = linreg.count_regions(on_plane, box, strategy="compiled")
    seconds = time.process_time() - start
    most = f"{regions / 60_000:.2f}"
    table.add_row(f"its {regions:,} regions, at 60,000 a second", f"{seconds:.2f}", most)
    Console(width=80).print(table)


if __name__ == "__main__":
    main()
