"""Regions at the start and while a network learns, against the bounds for its architecture.

Two moons are learnt by a network of 2-16-16 rectifier units. The script counts the regions in the
square [-1, 1]^2, exactly, at the start for several seeds, then at every checkpoint of each
training, with those that are born and die in between, and puts them beside what no network of these
widths can exceed. At the start, and after the training too, there are far fewer, as Hanin and
Rolnick observe: fewer than one layer with the same number of units makes of the plane, which is
printed as well.

Run `python examples/learning_curve.py`, with `--seeds N` and `--epochs N` for more or fewer.
`--picture FILE.png` draws the curves.

Sources: Hanin and Rolnick (2019), "Deep ReLU networks have surprisingly few activation patterns";
Montufar, Pascanu, Cho and Bengio (2014), "On the number of linear regions of deep neural networks".
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np

import linreg
from linreg.formulas import montufar_2014, serra_2018_upper, zaslavsky

WIDTHS = (16, 16)

RATE = 0.005

SQUARE = linreg.Box([-1, -1], [1, 1])


def moons(points: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Two half-circles with noise, scaled into the square."""
    from sklearn.datasets import make_moons

    X, y = make_moons(points, noise=0.15, random_state=seed)
    return (X - [0.5, 0.25]) / [1.8, 1.2], y


def train(
    X: np.ndarray, y: np.ndarray, seed: int, epochs: int, every: int
) -> tuple[tuple[Any, ...], float]:
    """The curve of regions through one training, and the share of points that end up wrong."""
    from sklearn.neural_network import MLPClassifier

    def model(rate: float) -> Any:
        return MLPClassifier(WIDTHS, learning_rate_init=rate, batch_size=50, random_state=seed)

    tracker = linreg.Tracker(SQUARE, data=X)
    # The same seed and a step too small to move anything: the start.
    tracker(model(1e-12).partial_fit(X, y, classes=[0, 1]), 0)
    learner = model(RATE)
    for epoch in range(1, epochs + 1):
        learner.partial_fit(X, y, classes=[0, 1])
        if epoch % every == 0:
            tracker(learner, epoch)
    return tracker.curve, float((learner.predict(X) != y).mean())


def bounds() -> dict[str, int]:
    """What is known of all networks of these widths, and of one layer of all their units."""
    return {
        "at most (Serra et al.)": serra_2018_upper(2, WIDTHS),
        "maximum at least (Montufar et al.)": montufar_2014(2, WIDTHS),
        "one layer of as many units": zaslavsky(2, [sum(WIDTHS)]),
    }


def picture(curves: list[tuple[Any, ...]], path: Path) -> None:
    """The median and the range over all seeds, and the bounds."""
    counts = {
        points[0].step: [point.regions for point in points] for points in zip(*curves, strict=True)
    }
    ax = linreg.plot_counts(counts, bounds(), against="epoch", log=True)
    ax.set_title(f"2-{'-'.join(map(str, WIDTHS))} on two moons, {len(curves)} seeds", loc="left")
    linreg.save_picture(ax.figure, path)


def main() -> None:
    """Train, count and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=5, help="how many trainings")
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--every", type=int, default=5, help="epochs from checkpoint to checkpoint")
    parser.add_argument("--points", type=int, default=400)
    parser.add_argument("--picture", type=Path, help="a .png, .svg or .pdf file")
    asked = parser.parse_args()
    for name, value in bounds().items():
        print(f"{name:36} {value:6,}")
    print("seed   start   least    most     end   born   died   hold data   wrong")
    curves = []
    for seed in range(asked.seeds):
        X, y = moons(asked.points, seed)
        curve, wrong = train(X, y, seed, asked.epochs, asked.every)
        curves.append(curve)
        counts = [point.regions for point in curve]
        born = sum(point.born or 0 for point in curve)
        died = sum(point.died or 0 for point in curve)
        print(
            f"{seed:4}  {counts[0]:6,}  {min(counts):6,}  {max(counts):6,}  {counts[-1]:6,}  "
            f"{born:5,}  {died:5,}  {curve[-1].occupied:10,}  {wrong:6.1%}",
            flush=True,
        )
    if asked.picture is not None:
        picture(curves, asked.picture)


if __name__ == "__main__":
    main()
