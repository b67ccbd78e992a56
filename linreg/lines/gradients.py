"""Gradients of one output on many patterns at once, in float64."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from linreg.network.stages import Stage, StagedNetwork
from linreg.rational import nearest_float
from linreg.units import MaxUnit, Unit


def mean_gradient(
    network: StagedNetwork, patterns: Sequence[np.ndarray], weights: np.ndarray, output: int
) -> np.ndarray:
    """The weighted sum of an output's gradients on several patterns; float64, shape (inputs,).

    The first stage's matrix is applied once, to the sum.
    """
    pieces = np.array(patterns).reshape(len(patterns), len(network.units))
    readout = network.readout.rounded().matrix
    row = readout[[output]] if isinstance(readout, np.ndarray) else readout[[output]].toarray()
    back = np.repeat(row, len(patterns), axis=0)
    last = pieces.shape[1]
    for k in reversed(range(len(network.stages))):
        stage = network.stages[k]
        first = last - len(stage.units)
        back = through_units(stage, back, pieces[:, first:last])
        last = first
        if k > 0:
            back = np.asarray(back @ stage.rounded.matrix)
    total = np.asarray(weights) @ back
    return np.asarray(total @ network.stages[0].rounded.matrix if network.stages else total)


def through_units(stage: Stage, back: np.ndarray, pieces: np.ndarray) -> np.ndarray:
    """Derivatives by a stage's rows, given those by its outputs; shape (patterns, rows)."""
    gradient = np.zeros((len(back), stage.map.n_outputs))
    n_units = len(stage.units)
    gradient[:, stage.starts[-1] :] = back[:, n_units:]
    rows = np.arange(len(back))
    by_table: dict[Unit, list[int]] = {}
    for j, unit in enumerate(stage.units):
        by_table.setdefault(unit, []).append(j)
    for unit, places in by_table.items():
        starts = np.array([stage.starts[j] for j in places])
        if isinstance(unit, MaxUnit):
            gradient[rows[:, None], starts + pieces[:, places]] = back[:, places]
            continue
        slopes = np.array([nearest_float(*s.as_integer_ratio()) for s in unit.slopes])
        gradient[:, starts] = back[:, places] * slopes[pieces[:, places]]
    return gradient
