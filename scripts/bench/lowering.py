"""Reading and lowering a convolutional network of some 46,000 parameters: seconds and megabytes.

The network reads an image of 28 x 28: 8 filters of 3 x 3, relu, max-pool, 16 filters of 3 x 3,
relu, max-pool, 110 units, 10 outputs. Weights are Gaussian from NumPy's default_rng(0). The last
rows count regions in a small square of the plane through three random images.

    python scripts/bench/lowering.py
"""

from __future__ import annotations

import json
import resource
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import numpy as np
from rich.console import Console
from rich.table import Table

import linreg
from linreg.problem import Problem

SECONDS = 2
"""Processor time that reading and lowering may take."""

SIDE = "1/1000"
"""Side of the square on which regions are counted, in the slice's coordinates."""

Answer = TypeVar("Answer")


def convolutional(rng: np.random.Generator) -> dict[str, Any]:
    """The JSON object of the network, with He weights and biases uniform in (-0.5, 0.5)."""

    def layer(kind: str, *shape: int) -> dict[str, Any]:
        weight = rng.normal(size=shape) * np.sqrt(2 / np.prod(shape[1:]))
        bias = rng.uniform(-0.5, 0.5, shape[0])
        return {"type": kind, "weight": weight.tolist(), "bias": bias.tolist()}

    relu, pool = {"type": "relu"}, {"type": "maxpool2d", "kernel": 2}
    layers = [
        *(layer("conv2d", 8, 1, 3, 3), relu, pool),
        *(layer("conv2d", 16, 8, 3, 3), relu, pool),
        *({"type": "flatten"}, layer("linear", 110, 400), relu, layer("linear", 10, 110)),
    ]
    return {"input_shape": [1, 28, 28], "layers": layers}


def main() -> None:
    """Take the steps one after another and print a table."""
    rng = np.random.default_rng(0)
    table = Table(title="a convolutional network, one process")
    for heading in ("step", "seconds", "MB"):
        table.add_column(heading, justify="left" if heading == "step" else "right")

    def step(name: str, take: Callable[[], Answer]) -> Answer:
        started = time.process_time()
        answer = take()
        seconds = time.process_time() - started
        megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        table.add_row(name, f"{seconds:.2f}", f"{megabytes:.0f}")
        return answer

    with TemporaryDirectory() as folder:
        path = Path(folder, "net.json")
        path.write_text(json.dumps(convolutional(rng)), encoding="utf-8")
        step("import and write the file", lambda: None)
        net = step("read", lambda: linreg.load(path))
    staged = step("lower to stages", lambda: net.staged)
    step("fingerprint", lambda: net.fingerprint)
    image = rng.uniform(size=784)
    step("forward in floats, first time", lambda: net.forward(image))
    step("forward exactly", lambda: net.forward_exact(image.tolist()))
    step("stages in integers", lambda: Problem(staged, linreg.WholeSpace(784)).integer_stages)
    plane = linreg.slice_through(rng.uniform(size=(3, 784)))
    sliced = net.on_slice(plane.origin, plane.basis)
    step("lower on a plane", lambda: sliced.staged)
    square = linreg.Box([0, 0], [SIDE, SIDE])
    count = step("count on a square", lambda: linreg.count(sliced, square, strategy="highs"))
    Console().print(table)
    Console().print(
        f"{sum(layer.parameters for layer in net.layers):,} parameters, {len(staged.units):,} "
        f"units; {count.regions} regions on the square, {count.lps:,} linear programs. seconds: "
        f"processor time;\nread and lower: at most {SECONDS}. MB: most memory of the process so "
        "far."
    )


if __name__ == "__main__":
    main()
