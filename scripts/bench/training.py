"""Regions while networks of the plane learn: four widths, four depths, 60 epochs, ten seeds.

Two moons in the square [-1, 1]^2 are learnt by scikit-learn's perceptrons of 1 to 4 hidden layers
of 16 to 128 rectifiers, and `linreg.Tracker` follows the regions of the square after each epoch:
their number, and which are born and die. All of it is 9,600 counts; one seed after another is
taken, as long as the time lasts.

    python scripts/bench/training.py                   all
    python scripts/bench/training.py --seconds 600     as many as fit in ten minutes
"""

from __future__ import annotations

import argparse
import os
import warnings
from itertools import product

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))

from collections.abc import Sequence
from time import process_time

import numpy as np
from machine import described, show
from rich.console import Console
from rich.table import Table
from sklearn.datasets import make_moons
from sklearn.neural_network import MLPClassifier

import linreg

DEPTHS, WIDTHS, SEEDS, EPOCHS = (1, 2, 3, 4), (16, 32, 64, 128), 10, 60

SQUARE = linreg.Box([-1, -1], [1, 1])

HEADINGS = ("counts", "after 1 epoch", "after 60", "born", "died", "wrong", "us a region")


class Trainings:
    """Of one shape, what was counted so far.

    Parameters
    ----------
    depth, width : int
    """

    def __init__(self, depth: int, width: int) -> None:
        self._shape = (width,) * depth
        self._counts: list[tuple[int, ...]] = []
        self._turnover: list[tuple[int, int]] = []
        self._wrong: list[float] = []
        self._time = 0.0

    def learn(self, seed: int) -> None:
        """One training."""
        X, y = make_moons(400, noise=0.15, random_state=seed)
        X = (X - [0.5, 0.25]) / [1.8, 1.2]
        learner = MLPClassifier(
            self._shape, learning_rate_init=0.005, batch_size=50, random_state=seed
        )
        tracker = linreg.Tracker(SQUARE)
        for epoch in range(1, EPOCHS + 1):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                learner.partial_fit(X, y, classes=[0, 1])
            started = process_time()
            tracker(learner, epoch)
            self._time += process_time() - started
        self._counts.append(tuple(point.regions for point in tracker.curve))
        moved = [(point.born or 0, point.died or 0) for point in tracker.curve]
        self._turnover.append((sum(born for born, _ in moved), sum(died for _, died in moved)))
        self._wrong.append(float((learner.predict(X) != y).mean()))

    @property
    def n_counts(self) -> int:
        """How many networks were counted."""
        return sum(map(len, self._counts))

    def cells(self) -> list[str]:
        """A row of the table."""
        counts = np.array(self._counts)
        born, died = np.mean(self._turnover, axis=0)
        return [
            "2-" + "-".join(map(str, self._shape)) + "-1",
            f"{self.n_counts:,}",
            f"{counts[:, 0].mean():,.0f}",
            f"{counts[:, -1].mean():,.0f}",
            f"{born:,.0f}",
            f"{died:,.0f}",
            f"{100 * np.mean(self._wrong):.1f} %",
            f"{1e6 * self._time / counts.sum():.1f}",
        ]


def main() -> None:
    """Train, count and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--markdown", action="store_true", help="a table for a document")
    parser.add_argument("--seconds", type=float, default=np.inf, help="of processor time, about")
    options = parser.parse_args()
    console = Console(width=max(Console().width, 110))
    console.print(described(), highlight=False, soft_wrap=True)
    linreg.enumerate_regions(linreg.mlp([([[1, 0], [0, 1]], [0, 0])]), SQUARE, strategy="compiled")
    trainings = [Trainings(depth, width) for width, depth in product(WIDTHS, DEPTHS)]
    with console.status("learning"):
        for seed, each in product(range(SEEDS), trainings):
            if process_time() < options.seconds:
                each.learn(seed)
    show(console, _table([each for each in trainings if each.n_counts]), markdown=options.markdown)


def _table(trainings: Sequence[Trainings]) -> Table:
    total = sum(each.n_counts for each in trainings)
    whole = len(WIDTHS) * len(DEPTHS) * SEEDS * EPOCHS
    table = Table(title=f"regions while networks learn: {total:,} of {whole:,} counts")
    table.add_column("network", no_wrap=True)
    for heading in HEADINGS:
        table.add_column(heading, justify="right", no_wrap=True)
    for each in trainings:
        table.add_row(*each.cells())
    return table


if __name__ == "__main__":
    main()
