"""What single units of a rectifier network read: their linear maps, and points they take for one.

A perceptron learns scikit-learn's handwritten digits with dropout, an L2 penalty, and columns of
weights whose norm is kept at 1 or less. Of the unit of the last hidden layer whose linear responses
differ most the script says how many different maps it has on the images, exactly, and draws what
stands for them: means of clusters of normalised maps, and their differences from the mean of all.
Then it looks for points in different linear pieces at which the unit has exactly the value 5/2.

Run `python examples/unit_responses.py`. The networks of the paper have 1000, 1000 and 100 units:
`--hidden 1000,1000,100` has them, and takes far longer. `--picture FILE.png` draws the maps.

Source: Montufar, Pascanu, Cho and Bengio (2014), "On the number of linear regions of deep neural
networks", supplement, section 12, does this with images of faces.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

import linreg
from linreg.unit_maps import Identified, Responses

PLACES = 1000
"""Trained weights are rounded to thousandths, so that the network is exactly what is examined."""

BATCH, RATE, MOMENTUM, PENALTY = 50, 0.1, 0.9, 1e-4

KEPT_INPUTS, KEPT_UNITS = 0.8, 0.5
"""The shares of inputs, and of hidden units, that a step of the training keeps."""

CLUSTERS = 5


def images() -> tuple[np.ndarray, np.ndarray]:
    """The digits, shape (1797, 64), from 0 to 1, and which they are."""
    from sklearn.datasets import load_digits

    found = load_digits()
    # In an order of its own: the last ones of the file are written by other people.
    order = np.random.default_rng(0).permutation(len(found.target))
    return np.asarray(found.data)[order] / 16, np.asarray(found.target)[order]


def train(
    X: np.ndarray, y: np.ndarray, hidden: tuple[int, ...], epochs: int, seed: int
) -> linreg.Network:
    """A rectifier network with softmax on top, by stochastic gradients with momentum."""
    rng = np.random.default_rng(seed)
    sizes = [X.shape[1], *hidden, int(y.max()) + 1]
    weights = [rng.normal(0, np.sqrt(2 / n), (n, m)) for n, m in pairwise(sizes)]
    biases = [np.zeros(m) for m in sizes[1:]]
    speeds = [np.zeros_like(each) for each in (*weights, *biases)]
    for epoch in range(epochs):
        order = rng.permutation(len(X))
        for start in range(0, len(X), BATCH):
            rows = order[start : start + BATCH]
            slopes = gradients(weights, biases, X[rows], y[rows], rng)
            for each, speed, slope in zip((*weights, *biases), speeds, slopes, strict=True):
                speed *= MOMENTUM
                speed -= RATE * 0.5 ** (4 * epoch / epochs) * slope
                each += speed
            for weight in weights[:-1]:
                weight /= np.maximum(np.linalg.norm(weight, axis=0), 1.0)
    layers = [(weight.T, bias) for weight, bias in zip(weights, biases, strict=True)]
    return linreg.mlp(layers[:-1], layers[-1]).rationalized(PLACES)


def gradients(
    weights: list[np.ndarray],
    biases: list[np.ndarray],
    x: np.ndarray,
    y: np.ndarray,
    rng: np.random.Generator,
) -> Iterator[np.ndarray]:
    """Of the mean cross entropy and the penalty, with dropout: for each weight, then each bias."""
    inputs, masks = [], []
    for layer, (weight, bias) in enumerate(zip(weights, biases, strict=True)):
        if layer:
            x = np.maximum(x, 0)
        kept = KEPT_UNITS if layer else KEPT_INPUTS
        # What is kept is made larger, so that the network needs no change after the training.
        masks.append((rng.random(x.shape) < kept) / kept)
        inputs.append(x * masks[-1])
        x = inputs[-1] @ weight + bias
    shares = np.exp(x - x.max(axis=1, keepdims=True))
    back = shares / shares.sum(axis=1, keepdims=True)
    back[np.arange(len(y)), y] -= 1
    back /= len(y)
    of_weights, of_biases = [], []
    for layer in reversed(range(len(weights))):
        of_weights.append(inputs[layer].T @ back + PENALTY * weights[layer])
        of_biases.append(back.sum(axis=0))
        back = back @ weights[layer].T * masks[layer] * (inputs[layer] > 0)
    yield from reversed(of_weights)
    yield from reversed(of_biases)


def wrong(net: linreg.Network, X: np.ndarray, y: np.ndarray) -> int:
    """Number of images whose digit the largest output misses, in floats."""
    return int((net.forward(X).argmax(axis=1) != y).sum())


def picture(responses: Responses, equal: list[Identified], value: Fraction, path: Path) -> None:
    """Maps as images: one of each large cluster, the cluster's mean, its difference, the points."""
    from matplotlib.figure import Figure

    few = responses.representatives(CLUSTERS)
    common = np.argsort(-responses.counts, kind="stable")[: len(few.weights)]
    rows: list[tuple[str, Any]] = [
        ("maps", responses.weights[common]),
        ("normalised means", few.weights),
        ("differences", few.differences),
    ]
    if equal:
        rows.append((f"value {value}", [np.array(each.point, dtype=float) for each in equal]))
    width = max(len(each) for _, each in rows)
    figure = Figure(figsize=(1.25 * width + 0.9, 1.35 * len(rows)), layout="constrained")
    axes = figure.subplots(len(rows), width, squeeze=False)
    for line, (name, shown) in zip(axes, rows, strict=True):
        reach = max(float(np.abs(each).max()) for each in shown) or 1.0
        for ax in line:
            ax.axis("off")
        for ax, each in zip(line, shown, strict=False):
            is_point = name.startswith("value")
            ax.imshow(
                np.reshape(each, (8, 8)),
                cmap="gray_r" if is_point else "RdBu_r",
                vmin=0 if is_point else -reach,
                vmax=reach,
            )
        line[0].text(
            -0.12, 0.5, name, rotation=90, va="center", ha="right", transform=line[0].transAxes
        )
    linreg.save_picture(figure, path)


def main() -> None:
    """Train, examine and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hidden", default="100,100,30", help="units of each hidden layer")
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--images", type=int, default=1797, help="how many are used at most")
    parser.add_argument("--value", type=Fraction, default="5/2", help="what points are to reach")
    parser.add_argument("--no-points", action="store_true", help="look for no equal activations")
    parser.add_argument("--picture", type=Path, help="a .png, .svg or .pdf file")
    asked = parser.parse_args()
    hidden = tuple(int(part) for part in asked.hidden.split(","))
    X, y = images()
    X, y = X[: asked.images], y[: asked.images]
    cut = len(X) * 4 // 5
    net = train(X[:cut], y[:cut], hidden, asked.epochs, asked.seed)
    print(f"units                     {', '.join(map(str, hidden))}")
    print(f"wrong, of training        {wrong(net, X[:cut], y[:cut]):,} of {cut:,}")
    print(f"wrong, of others          {wrong(net, X[cut:], y[cut:]):,} of {len(X) - cut:,}")
    stage = len(hidden)
    for found in linreg.rank_units(net, X, stage):
        unit, spread = found
        responses = linreg.unit_responses(net, X, stage, unit)
        if responses.values.max() >= asked.value:
            break
    else:
        raise SystemExit(
            f"no unit of layer {stage} reaches the value {asked.value}; try another seed"
        )
    print(f"unit                      {unit} of layer {stage}, whose maps differ most of those")
    print(f"                          that reach the value {asked.value} on an image")
    print(f"largest distance          {spread:.4f} between two normalised maps")
    print(f"different maps            {responses.n_maps:,} on {len(X):,} images")
    print(f"different weights         {responses.n_weights:,}")
    print(f"different directions      {responses.n_directions:,}")
    sizes = responses.representatives(CLUSTERS).sizes.tolist()
    print(f"sizes of clusters         {', '.join(map(str, sizes))}")
    equal = []
    if not asked.no_points:
        nearest = np.argsort(np.abs(responses.values - float(asked.value)), kind="stable")[:40]
        equal = linreg.same_activation(
            net, None, stage, unit, 3, among=X[nearest], value=asked.value
        )
        print(f"points with value {asked.value}     {len(equal)}")
        for each in equal:
            reached = linreg.unit_map(net, list(each.point), stage, unit).value
            print(f"  value {reached}, alone on its map within {each.radius:.2e}")
    if asked.picture is not None:
        picture(responses, equal, asked.value, asked.picture)


if __name__ == "__main__":
    main()
