"""A network of rectifiers on a box of inputs, with proved bounds of forms of its outputs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from flint import fmpq

from linreg.affine import ExactAffineMap
from linreg.kernel.bounds.units import POINT
from linreg.network import StagedNetwork
from linreg.network.rectified import Rectified, rectified
from linreg.questions.exact_walks import ExactWalks
from linreg.rational import nearest_float
from linreg.strategies.machine_code import has_machine_code


@dataclass(frozen=True, eq=False)
class BoxedNetwork:
    """What is asked of a network on the box {centre + radius * u : -1 <= u <= 1}.

    Attributes
    ----------
    network : Rectified
    centre, radius : lists of fmpq, length inputs
    tables : BoundTables
        The network as a function of u, normalised, and minus the forms that are asked: lower bounds
        of these are upper bounds of the forms.
    root : pair of int64 arrays
        Bounds of pre-activations on the whole box.
    walks : ExactWalks
        The same network and forms, without rounding.
    """

    network: Rectified
    centre: list[fmpq]
    radius: list[fmpq]
    tables: Any
    root: tuple[np.ndarray, np.ndarray]
    walks: ExactWalks

    def point(self, u: Sequence[Fraction]) -> list[fmpq]:
        """The input of coordinates u."""
        return [
            c + r * fmpq(x.numerator, x.denominator)
            for c, r, x in zip(self.centre, self.radius, u, strict=True)
        ]


def boxed_network(
    network: StagedNetwork,
    centre: Sequence[fmpq],
    radius: Sequence[fmpq],
    asked: Sequence[Sequence[fmpq]],
) -> BoxedNetwork | None:
    """Prepare bounds of forms of the outputs on a box; None where machine code cannot bound them.

    Parameters
    ----------
    asked : sequence of forms (coefficients of the outputs, constant)
    """
    if not has_machine_code():
        return None
    from linreg.kernel.bounds.tables import MOST_INPUTS, BoundTables, root_box

    if network.input_dim > MOST_INPUTS:
        return None
    net = rectified(network)
    maps = _exact_maps(net, centre, radius, asked)
    weights, biases = _floats(maps)
    units = [layer.units for layer in net.layers]
    if any(len(weight) == 0 for weight in weights) or not all(
        np.isfinite(array).all() for array in (*weights, *biases)
    ):
        return None
    magnitudes = _magnitudes(weights, biases, units)
    try:
        rough = BoundTables(weights, biases, units, magnitudes)
        bounds = rough.bound(*root_box(rough.n_inputs), *rough.root())
        if bounds.free >= 0:
            magnitudes = [
                np.ldexp(
                    np.maximum(abs(low[: len(b)]), abs(high[: len(b)])).astype(np.float64),
                    (scale - POINT).astype(np.int32),
                )
                for low, high, b, scale in zip(
                    bounds.lower, bounds.upper, biases, rough.scales, strict=False
                )
            ] + [magnitudes[-1]]
        # What is asked in units of the size that its own row has on the root box.
        last = np.abs(weights[-1]) @ _outputs(magnitudes, units, len(units)) + np.abs(biases[-1])
        magnitudes[-1] = last
        tables = BoundTables(weights, biases, units, magnitudes)
    except OverflowError:
        return None
    root = tables.root()
    start = tables.bound(*root_box(tables.n_inputs), *root)
    if start.free >= 0:
        root = start.lower, start.upper
    return BoxedNetwork(net, list(centre), list(radius), tables, root, ExactWalks(maps))


def _outputs(magnitudes: Sequence[np.ndarray], units: Sequence[int], stages: int) -> np.ndarray:
    return magnitudes[stages - 1] if stages else np.ones(0)


def _exact_maps(
    net: Rectified,
    centre: Sequence[fmpq],
    radius: Sequence[fmpq],
    asked: Sequence[Sequence[fmpq]],
) -> list[ExactAffineMap]:
    """The maps of the layers in the box's coordinates, and last of what is asked, negated."""
    n = len(centre)
    box = ExactAffineMap.of_terms([[(i, r)] for i, r in enumerate(radius)], centre, n)
    outputs = net.readout.n_outputs
    minus = ExactAffineMap.of_terms(
        [[(i, -by) for i, by in enumerate(form[:outputs]) if by != 0] for form in asked],
        [-form[-1] for form in asked],
        outputs,
    )
    maps = [layer.map for layer in net.layers] + [minus.compose(net.readout)]
    maps[0] = maps[0].compose(box)
    return maps


def _floats(maps: Sequence[ExactAffineMap]) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Weights and biases as floats."""
    weights, biases = [], []
    for map_ in maps:
        weight = np.zeros((map_.n_outputs, map_.n_inputs))
        for j, group in enumerate(map_.terms):
            for i, by in group:
                weight[j, i] = nearest_float(int(by.p), int(by.q))
        weights.append(weight)
        biases.append(np.array([nearest_float(int(s.p), int(s.q)) for s in map_.shifts]))
    return weights, biases


def _magnitudes(
    weights: Sequence[np.ndarray], biases: Sequence[np.ndarray], units: Sequence[int]
) -> list[np.ndarray]:
    """Bounds of pre-activations in size by intervals, roughly."""
    low, high = -np.ones(weights[0].shape[1]), np.ones(weights[0].shape[1])
    sizes = []
    for s, (weight, bias) in enumerate(zip(weights, biases, strict=True)):
        middle, reach = (low + high) / 2, (high - low) / 2
        centre, spread = weight @ middle + bias, np.abs(weight) @ reach
        low, high = centre - spread, centre + spread
        sizes.append(np.maximum(abs(low), abs(high)))
        if s < len(units):
            n = units[s]
            low[:n], high[:n] = np.maximum(low[:n], 0), np.maximum(high[:n], 0)
    return sizes
