"""One hidden layer of 20 units against two of 10, on the same sinusoidal boundary.

Both have 20 units and learn from the same points: class 1 above a sine, class 0 below. For each
seed the script says how many points each gets wrong, how many regions it has, and in how many
straight pieces its decision boundary lies in the square. Which one errs less depends on the seed
and on the training; the numbers are exact for the networks that came out.

Run `python examples/sinusoid.py`, with `--seeds N` for more or fewer, `--save FOLDER` to keep the
networks, and `--picture FILE.png` to see the first seed.

Source: Montufar, Pascanu, Cho and Bengio (2014), "On the number of linear regions of deep neural
networks", figure 1, makes such a comparison.
"""

from __future__ import annotations

import argparse
import math
import warnings
from fractions import Fraction
from pathlib import Path

import numpy as np

import linreg

SIDE = 20
"""Points lie on the grid {-1, -19/20, .., 1} in both coordinates."""

SCALE = np.array([10.0, 4.0])
"""What inputs are multiplied by for the training, so that a sine is about as wide as it is high."""

PLACES = 1000
"""Trained weights are rounded to thousandths, so that the network on file is the one counted."""

SQUARE = linreg.Box([-1, -1], [1, 1])

SHAPES = {"shallow, 20": (20,), "deep, 10 + 10": (10, 10)}


def grid() -> tuple[list[tuple[Fraction, Fraction]], np.ndarray]:
    """The points, and whether each is above y = sin(3 pi x) / 2, exactly.

    At a rational multiple of pi a sine is rational only where it is 0, 1/2 or 1 up to its sign
    (Niven, 1956); on the grid these are the points with 3 x a multiple of 1/2. In floats
    sin(3 pi) is not 0, which would put (-1, 0) and (1, 0) into the wrong class.
    """
    points, labels = [], []
    for i in range(-SIDE, SIDE + 1):
        halves = Fraction(3 * i, SIDE) * 2
        if halves.denominator == 1:
            height = Fraction((0, 1, 0, -1)[int(halves) % 4], 2)
        else:
            height = Fraction(math.sin(3 * math.pi * i / SIDE) / 2)
        for j in range(-SIDE, SIDE + 1):
            y = Fraction(j, SIDE)
            assert y == height or abs(y - height) > Fraction(1, 10**9), "floats do not decide this"
            points.append((Fraction(i, SIDE), y))
            labels.append(y > height)
    return points, np.array(labels)


def misclassified(net: linreg.Network) -> int:
    """Number of grid points whose class the sign of the network's exact value misses."""
    points, labels = grid()
    return sum(
        (net.forward_exact(point)[0] > 0) != label
        for point, label in zip(points, labels.tolist(), strict=True)
    )


def boundary_pieces(net: linreg.Network) -> int:
    """Number of regions of the square that the zero set of the output passes through."""
    regions = linreg.enumerate_regions(net, SQUARE)
    return sum(
        min(values) < 0 < max(values)
        for values in (
            [net.forward_exact(corner)[0] for corner in region.exact_vertices] for region in regions
        )
    )


def train(hidden: tuple[int, ...], seed: int) -> linreg.Network:
    """A network that was trained by scikit-learn, its numbers rounded to thousandths."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    points, labels = grid()
    X = np.array(points, dtype=float) * SCALE
    model = MLPClassifier(hidden, solver="lbfgs", alpha=1e-5, max_iter=1000, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.set_params(tol=1e-7, max_fun=50_000).fit(X, labels)
    layers = [
        (weight.T, bias) for weight, bias in zip(model.coefs_, model.intercepts_, strict=True)
    ]
    layers[0] = (layers[0][0] * SCALE, layers[0][1])
    return linreg.mlp(layers[:-1], layers[-1]).rationalized(PLACES)


def report(name: str, seed: int, net: linreg.Network) -> str:
    """A line of the table."""
    plane, square = linreg.count_regions(net), linreg.count_regions(net, SQUARE)
    return (
        f"{seed:4}  {name:14}  {misclassified(net):5}  {plane:7,}  {square:9,}  "
        f"{boundary_pieces(net):8}"
    )


def picture(nets: dict[str, linreg.Network], path: Path) -> None:
    """Both networks side by side: regions, and the decision boundary in bold."""
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 2, figsize=(11, 5))
    for ax, (name, net) in zip(axes, nets.items(), strict=True):
        linreg.plot_regions(net, ax, SQUARE, boundary=0, domain=SQUARE, colorbar=False)
        ax.set_title(f"{name}: {ax.get_title(loc='left')}", loc="left")
    linreg.save_picture(figure, path)


def main() -> None:
    """Train, count and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=6, help="how many seeds")
    parser.add_argument("--save", type=Path, help="a folder for the networks")
    parser.add_argument("--picture", type=Path, help="a .png, .svg or .pdf file")
    asked = parser.parse_args()
    print("seed  network         wrong    plane     square  boundary")
    for seed in range(asked.seeds):
        nets = {name: train(hidden, seed) for name, hidden in SHAPES.items()}
        for name, net in nets.items():
            print(report(name, seed, net))
            if asked.save is not None:
                short = "shallow" if name.startswith("shallow") else "deep"
                linreg.save(net, asked.save / f"{short}-{seed}.json", SQUARE)
        if seed == 0 and asked.picture is not None:
            picture(nets, asked.picture)


if __name__ == "__main__":
    main()
