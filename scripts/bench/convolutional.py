"""Convolutional networks on a plane of images: regions a second and memory, from torch modules.

A LeNet of 61,706 parameters with max-pooling, a network of 5,050 parameters with skips around two
of its parts, and one of 2,738 parameters, on images of 28 x 28; weights are Gaussian with the
variance 2 / fan-in from NumPy's default_rng(0), as float32. The plane goes through three rings that
a formula draws, which are the corners (0, 0), (1, 0) and (0, 1) of the box [0, 1]^2. Beside them, a
network without convolutions that has nearly as many units. Counts stop at so many regions.

Seconds are processor time, and machine code is compiled first. MB is what a count takes besides the
network, at most.

    python scripts/bench/convolutional.py [--limit 10000]
"""

from __future__ import annotations

import argparse
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from rich.console import Console
from rich.table import Table
from torch import nn

import linreg
from linreg.kernel.data.tables import tables_of
from linreg.network import slice_through
from linreg.problem import problem_of

WITHOUT = (784, 4096, 1024, 128, 10)
"""Widths of the network without convolutions."""

STATUS, REFERENCES = Path("/proc/self/status"), Path("/proc/self/clear_refs")


class Residual(nn.Module):
    """Two convolutions, and a skip around them."""

    def __init__(self, channels: int, filters: int, stride: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, filters, 3, stride, 1)
        self.second = nn.Conv2d(filters, filters, 3, 1, 1)
        self.skip = nn.Identity() if stride == 1 else nn.Conv2d(channels, filters, 1, stride)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The activations of an image."""
        return torch.relu(self.second(torch.relu(self.first(x))) + self.skip(x))


def modules() -> dict[str, nn.Module]:
    """The networks by name, with their weights."""
    found: dict[str, nn.Module] = {
        "LeNet": nn.Sequential(
            *(nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()),
            *(nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10)),
        ),
        "with skips": nn.Sequential(
            *(nn.Conv2d(1, 8, 3, 2, 1), nn.ReLU(), Residual(8, 8, 1), Residual(8, 16, 2)),
            *(nn.AvgPool2d(7), nn.Flatten(), nn.Linear(16, 10)),
        ),
        "small": nn.Sequential(
            *(nn.Conv2d(1, 4, 3, 2), nn.ReLU(), nn.Conv2d(4, 8, 3, 2), nn.ReLU(), nn.Flatten()),
            *(nn.Linear(288, 8), nn.ReLU(), nn.Linear(8, 10)),
        ),
    }
    layers = [part for a, b in pairwise(WITHOUT) for part in (nn.Linear(a, b), nn.ReLU())]
    found["-".join(map(str, WITHOUT))] = nn.Sequential(nn.Flatten(), *layers[:-1])
    for module in found.values():
        rng = np.random.default_rng(0)
        with torch.no_grad():
            for given in module.parameters():
                scale = np.sqrt(2 / np.prod(given.shape[1:])) if given.ndim > 1 else 0.06
                given.copy_(torch.from_numpy(scale * rng.normal(size=given.shape)))
        module.eval()
    return found


def rings() -> np.ndarray:
    """Three images, shape (3, 1, 28, 28)."""
    i, j = np.meshgrid(np.linspace(-1, 1, 28), np.linspace(-1, 1, 28), indexing="ij")
    shapes = ((1, 1, 0.6), (1, 2, 0.5), (2.5, 0.8, 0.4))
    drawn = [np.exp(-(((np.hypot(a * i, b * j) - r) / 0.2) ** 2)) for a, b, r in shapes]
    return np.array(drawn)[:, None]


def megabytes(which: str) -> float:
    """The memory of this process: now, VmRSS, or at most since references were cleared, VmHWM."""
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith(which))
    return int(line.split()[1]) / 1024


def main() -> None:
    """Count each network and print a table."""
    parser = argparse.ArgumentParser(description="regions of convolutional networks on a plane")
    parser.add_argument("--limit", type=int, default=10_000, help="regions of each network")
    limit = parser.parse_args().limit
    torch.set_num_threads(1)
    linreg.count_regions(linreg.mlp([([[1.0, 2.0]], [0.5])]), strategy="compiled")
    table = Table(title="networks on a plane of images, one process")
    for heading in ("network", "parameters", "units", "prepared, s", "regions", "per s", "MB"):
        table.add_column(heading, justify="left" if heading == "network" else "right")
    box, plane = linreg.Box([0, 0], [1, 1]), slice_through(rings())
    for name, module in modules().items():
        start = time.process_time()
        net = linreg.from_torch(module, input_shape=(1, 28, 28))
        on_plane = net.on_slice(plane.origin, plane.basis)
        tables = tables_of(problem_of(on_plane, box))
        prepared = time.process_time() - start
        assert tables is not None
        REFERENCES.write_text("5")
        before, start = megabytes("VmRSS"), time.process_time()
        count = linreg.count(on_plane, box, strategy="compiled", limit=limit)
        speed = count.regions / (time.process_time() - start)
        table.add_row(
            name,
            f"{sum(given.numel() for given in module.parameters()):,}",
            f"{len(tables.units):,}",
            f"{prepared:.1f}",
            f"{'' if count.complete else '> '}{count.regions:,}",
            f"{speed:,.0f}",
            f"{megabytes('VmHWM') - before:.0f}",
        )
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
