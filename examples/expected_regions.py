"""The expected number of regions over random weights, by sampling: one layer, and several.

Nearly all weights of one layer have the same number of regions, so it is the expectation for any
weights with a density, and its variance is zero: Theorem 1 of Xiong et al. says so of convolutional
layers, Zaslavsky's theorem of fully connected ones. Of several layers no formula is known. The
script draws weights and biases from normal distributions, counts the regions of the whole space
exactly, and puts mean, standard error and variance beside the formula, or beside the upper bound of
Theorem 2 (Theorem 1 of Serra et al. where layers are connected fully).

Run `python examples/expected_regions.py`, with `--samples N` for more or fewer, and
`--picture FILE.png` for a picture of all samples.

Source: Xiong, Huang, Yu, Liu, Zhu and Shao (2020), "On the number of linear regions of
convolutional neural networks", Theorems 1 and 2.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from math import prod, sqrt
from pathlib import Path
from statistics import fmean, variance
from typing import Any

import numpy as np

import linreg
from linreg.formulas import convolution_upper, generic_count, serra_2018_upper, zaslavsky
from linreg.readers import network_from_json


@dataclass(frozen=True)
class Case:
    """An architecture, and what is known of it.

    Attributes
    ----------
    name : str
    input_shape : tuple of int
    layers : tuple
        The width of each layer, or filters and kernel sizes.
    exactly, at_most : int or None
        The expectation, or a bound on all networks.
    """

    name: str
    input_shape: tuple[int, ...]
    layers: tuple[Any, ...]
    exactly: int | None
    at_most: int | None


def connected(inputs: int, *widths: int) -> Case:
    """Layers that are connected fully."""
    name = "-".join(map(str, (inputs, *widths)))
    if len(widths) == 1:
        return Case(name, (inputs,), widths, zaslavsky(inputs, widths), None)
    return Case(name, (inputs,), widths, None, serra_2018_upper(inputs, widths))


def convolutional(input_shape: tuple[int, ...], *layers: tuple[int, ...]) -> Case:
    """Convolutional layers, each of so many filters with kernels of one size."""
    inside = " x ".join(map(str, input_shape))
    named = ", ".join(f"{f} of {' x '.join(map(str, kernel))}" for f, *kernel in layers)
    name = f"{inside}: {named}"
    if len(layers) == 1:
        filters, *kernel = layers[0]
        return Case(name, input_shape, layers, generic_count(input_shape, filters, kernel), None)
    asked = [{"filters": filters, "kernel": kernel} for filters, *kernel in layers]
    return Case(name, input_shape, layers, None, convolution_upper(input_shape, asked))


CASES = (
    connected(2, 8),
    connected(3, 8),
    convolutional((1, 6), (2, 3)),
    convolutional((1, 3, 3), (2, 2, 2)),
    connected(2, 4, 4),
    connected(2, 6, 6, 6),
    convolutional((1, 4), (2, 2), (2, 2)),
    convolutional((1, 3, 3), (2, 2, 2), (2, 2, 2)),
)


def draw(case: Case, rng: np.random.Generator) -> linreg.Network:
    """A network with normal weights, of variance 2 over the numbers that a unit reads."""
    layers: list[dict[str, Any]] = []
    channels = case.input_shape[0]
    for layer in case.layers:
        filters, *kernel = layer if isinstance(layer, tuple) else (layer,)
        spread = sqrt(2 / (channels * prod(kernel)))
        made: dict[str, Any] = {
            "type": f"conv{len(kernel)}d" if kernel else "linear",
            "weight": rng.normal(0, spread, (filters, channels, *kernel)).tolist(),
            "bias": rng.normal(0, 1, filters).tolist(),
        }
        layers += [made, {"type": "relu"}]
        channels = filters
    return network_from_json({"input_shape": list(case.input_shape), "layers": layers})


def sample(case: Case, samples: int, seed: int) -> list[int]:
    """Numbers of regions of the whole space, for so many networks."""
    rng = np.random.default_rng(seed)
    return [linreg.count_regions(draw(case, rng)) for _ in range(samples)]


def report(case: Case, found: list[int]) -> str:
    """A line of the table."""
    mean, spread = fmean(found), variance(found) if len(found) > 1 else 0.0
    known = f"exactly {case.exactly:,}" if case.exactly is not None else f"at most {case.at_most:,}"
    share = mean / (case.exactly or case.at_most or 1)
    error = sqrt(spread / len(found))
    return f"{case.name:32}  {mean:8.2f}  {error:6.2f}  {spread:8.2f}  {known:>14}  {share:6.1%}"


def picture(samples: dict[str, list[int]], cases: tuple[Case, ...], path: Path) -> None:
    """All samples of each architecture, as shares of what is known of it."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.2, 0.42 * len(cases) + 0.9), layout="constrained")
    ax = figure.subplots()
    rng = np.random.default_rng(0)
    for place, case in enumerate(cases):
        known = case.exactly or case.at_most or 1
        shares = np.array(samples[case.name]) / known
        ax.scatter(
            shares,
            place + rng.uniform(-0.18, 0.18, len(shares)),
            s=7,
            color="#103f60" if case.exactly is not None else "#d29343",
            alpha=0.6,
            linewidths=0,
        )
        ax.plot([shares.mean()] * 2, [place - 0.32, place + 0.32], color="#b3123a", linewidth=1.5)
    ax.set_yticks(range(len(cases)), [case.name for case in cases])
    ax.set_ylim(len(cases) - 0.4, -0.6)
    ax.set_xlim(0, 1.04)
    ax.set_xlabel("regions, as a share of the expectation (one layer) or of the upper bound")
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    linreg.save_picture(figure, path)


def main() -> None:
    """Sample, count and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=int, default=30, help="networks of each architecture")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--picture", type=Path, help="a .png, .svg or .pdf file")
    asked = parser.parse_args()
    print(f"{'architecture':32}  {'mean':>8}  {'error':>6}  {'variance':>8}  {'known':>14}   share")
    samples = {}
    for case in CASES:
        samples[case.name] = sample(case, asked.samples, asked.seed)
        print(report(case, samples[case.name]), flush=True)
    if asked.picture is not None:
        picture(samples, CASES, asked.picture)


if __name__ == "__main__":
    main()
