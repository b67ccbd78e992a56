"""Regions while networks of the plane learn: four widths, four depths, 60 epochs, ten seeds.

Two moons in the square [-1, 1]^2 are learnt by scikit-learn's perceptrons of 1 to 4 hidden layers
of 16 to 128 rectifiers, and `linreg.Tracker` follows the regions of the square after each epoch:
their number, and which are born and die. All of it is 9,600 counts; one seed after another is
taken, as long as the time lasts. Trainings that are in the log are not made again, so that a run
goes on where it was ended, and several processes can share the seeds and one log.

    python scripts/bench/training.py                                   all
    python scripts/bench/training.py --seconds 600                     what fits in ten minutes
    python scripts/bench/training.py --log FILE --seeds 0 1 2 3 4      half of it, kept
"""

from __future__ import annotations

import argparse
import json
import os
import warnings
from itertools import product

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))

from collections.abc import Sequence
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
from machine import dashed, described, show
from rich.console import Console
from rich.table import Table
from sklearn.datasets import make_moons
from sklearn.neural_network import MLPClassifier

import linreg

DEPTHS, WIDTHS, SEEDS, EPOCHS = (1, 2, 3, 4), (16, 32, 64, 128), 10, 60

SQUARE = linreg.Box([-1, -1], [1, 1])

HEADINGS = ("counts", "after 1 epoch", "after 60", "born", "died", "wrong", "us a region")

Training = dict[str, Any]


def learn(shape: Sequence[int], seed: int) -> Training:
    """One training: the counts after each epoch, births, deaths, errors and seconds of counting."""
    X, y = make_moons(400, noise=0.15, random_state=seed)
    X = (X - [0.5, 0.25]) / [1.8, 1.2]
    learner = MLPClassifier(shape, learning_rate_init=0.005, batch_size=50, random_state=seed)
    tracker, seconds = linreg.Tracker(SQUARE), 0.0
    for epoch in range(1, EPOCHS + 1):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            learner.partial_fit(X, y, classes=[0, 1])
        started = process_time()
        tracker(learner, epoch)
        seconds += process_time() - started
    return {
        "network": dashed((2, *shape, 1)),
        "seed": seed,
        "counts": [point.regions for point in tracker.curve],
        "born": sum(point.born or 0 for point in tracker.curve),
        "died": sum(point.died or 0 for point in tracker.curve),
        "wrong": float((learner.predict(X) != y).mean()),
        "seconds": seconds,
    }


def main() -> None:
    """Train, count and print."""
    options = _options()
    console = Console(width=max(Console().width, 110))
    console.print(described(), highlight=False, soft_wrap=True)
    linreg.enumerate_regions(linreg.mlp([([[1, 0], [0, 1]], [0, 0])]), SQUARE, strategy="compiled")
    shapes = [(width,) * depth for width, depth in product(WIDTHS, DEPTHS)]
    known = _logged(options.log)
    made = {(training["network"], training["seed"]) for training in known}
    with console.status("learning"):
        for seed, shape in product(options.seeds, shapes):
            if (dashed((2, *shape, 1)), seed) not in made and process_time() < options.seconds:
                known.append(learn(shape, seed))
                if options.log:
                    with options.log.open("a", encoding="utf-8") as log:
                        log.write(json.dumps(known[-1]) + "\n")
    if options.log:
        known = _logged(options.log)
    names = [dashed((2, *shape, 1)) for shape in shapes]
    show(console, _table(names, known), markdown=options.markdown)


def _logged(log: Path | None) -> list[Training]:
    """The trainings that were made before, or by others since."""
    if log is None or not log.exists():
        return []
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]


def _table(names: Sequence[str], trainings: Sequence[Training]) -> Table:
    total = sum(len(training["counts"]) for training in trainings)
    whole = len(names) * SEEDS * EPOCHS
    table = Table(title=f"regions while networks learn: {total:,} of {whole:,} counts")
    table.add_column("network", no_wrap=True)
    for heading in HEADINGS:
        table.add_column(heading, justify="right", no_wrap=True)
    for name in names:
        if chosen := [training for training in trainings if training["network"] == name]:
            table.add_row(name, *_cells(chosen))
    return table


def _cells(trainings: Sequence[Training]) -> list[str]:
    """The means of the trainings of one shape."""
    counts = np.array([training["counts"] for training in trainings])
    born, died, wrong, seconds = (
        np.mean([training[name] for training in trainings])
        for name in ("born", "died", "wrong", "seconds")
    )
    return [
        f"{counts.size:,}",
        f"{counts[:, 0].mean():,.0f}",
        f"{counts[:, -1].mean():,.0f}",
        f"{born:,.0f}",
        f"{died:,.0f}",
        f"{100 * wrong:.1f} %",
        f"{1e6 * seconds * len(counts) / counts.sum():.1f}",
    ]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--markdown", action="store_true", help="a table for a document")
    parser.add_argument("--seconds", type=float, default=np.inf, help="of processor time, about")
    parser.add_argument("--seeds", type=int, nargs="+", default=range(SEEDS), help="by default all")
    parser.add_argument("--log", type=Path, help="a file that keeps each training")
    return parser.parse_args()


if __name__ == "__main__":
    main()
