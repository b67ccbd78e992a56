"""Maps of single units and outputs, from their weights back to the input.

On the region of a pattern, the row of a stage is the product of one row of weights with the slopes
and weights of all stages before (Montufar, Pascanu, Cho, Bengio, 2014, equation (7), with shifts
and any pieces). Multiplied from the left, that takes one vector and no matrices.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from flint import fmpq, fmpq_mat

from linreg.affine import ExactAffineMap
from linreg.network.stages import Stage, StagedNetwork, table
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


def exact_row(
    network: StagedNetwork, pattern: Sequence[int], stage: int, row: int
) -> tuple[tuple[fmpq, ...], fmpq]:
    """Weight and bias of one row of a stage as a map of the input, on a pattern of those before.

    Stages are numbered from 0; the number that follows them all means the readout.
    """
    of_row = network.readout if stage == len(network.stages) else network.stages[stage].map
    back, bias = _row_of(of_row, row)
    last = len(pattern)
    for before in reversed(network.stages[:stage]):
        first = last - len(before.units)
        back, added = _through(before, back, pattern[first:last])
        last = first
        bias += added
        pairs = zip(back, before.map.shifts, strict=True)
        bias += sum((by * shift for by, shift in pairs if by != 0), fmpq(0))
        back = _times(back, before.map)
    return tuple(back), bias


def _row_of(map_: ExactAffineMap, row: int) -> tuple[list[fmpq], fmpq]:
    back = [fmpq(0)] * map_.n_inputs
    if map_.floats is not None:
        places, entries = map_.floats.entries_of(row)
        for i, by in zip(places.tolist(), entries.tolist(), strict=True):
            back[i] = fmpq(*by.as_integer_ratio())
    else:
        for i, by in map_.terms[row]:
            back[i] = by
    return back, map_.shifts[row]


def _through(stage: Stage, back: Sequence[fmpq], pieces: Sequence[int]) -> tuple[list[fmpq], fmpq]:
    """Coefficients of a stage's rows, given those of its outputs, and what is added to the bias."""
    rows = [fmpq(0)] * stage.map.n_outputs
    added = fmpq(0)
    for by, unit, start, piece in zip(back, stage.units, stage.starts, pieces, strict=False):
        if isinstance(unit, MaxUnit):
            rows[start + piece] = by
            continue
        _, slopes, intercepts = table(unit)
        rows[start] = by * slopes[piece]
        added += by * intercepts[piece]
    rows[stage.starts[-1] :] = back[len(stage.units) :]
    return rows, added


def _times(back: Sequence[fmpq], map_: ExactAffineMap) -> list[fmpq]:
    """The row vector times the map's matrix."""
    if not map_.is_sparse:
        return (fmpq_mat(1, map_.n_outputs, list(back)) * map_.rows).entries()[:-1]
    total = [fmpq(0)] * map_.n_inputs
    for by, group in zip(back, map_.terms, strict=True):
        if by != 0:
            for i, entry in group:
                total[i] += by * entry
    return total
