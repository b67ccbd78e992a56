"""Which of many regions matter: floats with bounds on their errors say which do not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from flint import fmpq

from linreg.network import StagedNetwork
from linreg.network.enclosure import growth_of
from linreg.rational import nearest_float
from linreg.unit_maps.float_maps import UNDERFLOW, float_maps

OUTWARD = 1 + 2.0**-40
"""What a float is multiplied by that is to bound what it was computed from."""


@dataclass(frozen=True, eq=False)
class FloatForms:
    """Forms of the outputs on many regions, as forms gradients @ x + constants of the input.

    Attributes
    ----------
    gradients : float64 array, shape (regions, forms, inputs)
    constants : float64 array, shape (regions, forms)
    gradient_errors, constant_errors : float64 arrays of the same shapes
        How far they may be from the exact ones; where floats do not tell, no number or infinite.

    Examples
    --------
    |x| is x or -x. On [-1, 2] these are at most 2 and 1, and from 1/2 they are 1 only in 1/2 and
    3/2 farther:

    >>> from linreg import mlp
    >>> net = mlp([([[1], [-1]], [0, 0])], readout=([[1, 1]], [0])).staged
    >>> patterns = np.array([[1, 0], [0, 1]])
    >>> size = FloatForms.on(net, patterns, [[fmpq(1), fmpq(0)]])
    >>> size.highest([fmpq(-1)], [fmpq(2)]).round(9).tolist()
    [[2.0], [1.0]]
    >>> less = FloatForms.on(net, patterns, [[fmpq(1), fmpq(-1)]])
    >>> less.distances([fmpq(1, 2)], "l1").round(9).tolist()
    [[0.5], [1.5]]
    """

    gradients: np.ndarray
    constants: np.ndarray
    gradient_errors: np.ndarray
    constant_errors: np.ndarray

    @classmethod
    def on(
        cls, network: StagedNetwork, patterns: np.ndarray, forms: Sequence[Sequence[fmpq]]
    ) -> FloatForms:
        """Forms (coefficients of the outputs, constant) on the regions of patterns."""
        weights = _floats(forms)
        used = np.flatnonzero((weights[:, :-1] != 0).any(axis=0)).tolist()
        shape = len(patterns), len(forms), network.input_dim
        found = [np.zeros(shape[: 2 + (k % 2 == 0)]) for k in range(4)]
        gradients, constants, gradient_errors, constant_errors = found
        constants += weights[:, -1]
        growth = growth_of(len(used) + 1)
        with np.errstate(over="ignore", invalid="ignore"):
            constant_errors += growth * np.abs(weights[:, -1]) + UNDERFLOW
            for i in used:
                maps = float_maps(network, patterns, np.full(len(patterns), i))
                by = weights[:, i]
                gradients += by[:, None] * maps.weights[:, None]
                constants += by * maps.biases[:, None]
                lost = (maps.weight_errors + growth * np.abs(maps.weights)) * OUTWARD
                gradient_errors += np.abs(by)[:, None] * lost[:, None] + UNDERFLOW
                lost = (maps.bias_errors + growth * np.abs(maps.biases)) * OUTWARD
                constant_errors += np.abs(by) * lost[:, None] + UNDERFLOW
        return cls(*found)

    def highest(self, low: Sequence[fmpq], high: Sequence[fmpq]) -> np.ndarray:
        """What each form does not exceed on a box; shape (regions, forms)."""
        ends = _floats([low, high])
        middle, most = ends.mean(axis=0), np.abs(ends).max(axis=0) * OUTWARD
        reach = ((ends[1] - ends[0]) / 2 + most * 2.0**-50) * OUTWARD + UNDERFLOW
        with np.errstate(over="ignore", invalid="ignore"):
            sizes = np.abs(self.gradients)
            values = self.gradients @ middle + self.constants + sizes @ reach
            growth = growth_of(2 * len(most) + 2)
            errors = (self.gradient_errors + growth * sizes) @ most
            errors += self.constant_errors + growth * np.abs(self.constants)
            return np.asarray(values + errors * OUTWARD + UNDERFLOW)

    def distances(self, x: Sequence[fmpq], norm: str) -> np.ndarray:
        """How far each form is negative around a point, at least; shape (regions, forms)."""
        steepest = (np.abs(self.gradients) + self.gradient_errors) * OUTWARD
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            match norm:
                case "linf":
                    slopes = steepest.sum(axis=-1)
                case "l1":
                    slopes = steepest.max(axis=-1)
                case _:
                    slopes = np.sqrt((steepest**2).sum(axis=-1))
            return np.asarray(-self.highest(x, x) / (slopes * OUTWARD + UNDERFLOW) * (2 - OUTWARD))


def _floats(rows: Sequence[Sequence[fmpq]]) -> np.ndarray:
    return np.array([[nearest_float(int(x.p), int(x.q)) for x in row] for row in rows])
