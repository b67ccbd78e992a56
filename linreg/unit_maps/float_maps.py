"""Maps of one unit on many patterns at once, in float64 with a bound on every error."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass

import numpy as np

from linreg.network.enclosure import EnclosedPieces, growth_of
from linreg.network.gradients import through_units
from linreg.network.stages import Stage, StagedNetwork
from linreg.rational import nearest_float
from linreg.units import MaxUnit

UNDERFLOW = 2.0**-500
"""What is added to every bound: it covers underflow."""

ARRAY_NUMBERS = 2**20
"""Most numbers in one intermediate array."""


@dataclass(frozen=True, slots=True, eq=False)
class FloatMaps:
    """Maps weight @ x + bias, one for each pattern.

    Attributes
    ----------
    weights : float64 array, shape (patterns, inputs)
    biases : float64 array, shape (patterns,)
    weight_errors, bias_errors : float64 arrays of the same shapes
    """

    weights: np.ndarray
    biases: np.ndarray
    weight_errors: np.ndarray
    bias_errors: np.ndarray


def pieces_at(network: StagedNetwork, x: np.ndarray) -> np.ndarray:
    """The pattern of each point; what floats leave in doubt is decided exactly."""
    if not network.stages:
        return np.empty((len(x), 0), dtype=network.pattern_dtype)
    pieces = EnclosedPieces(network)
    patterns = np.empty((len(x), len(network.units)), dtype=network.pattern_dtype)
    size = max(1, ARRAY_NUMBERS // pieces.width)
    for start in range(0, len(x), size):
        part = slice(start, start + size)
        patterns[part], certain = pieces.at(x[part])
        for i in np.flatnonzero(~certain).tolist():
            patterns[start + i] = network.pattern_at(x[start + i].tolist())
    return patterns


def float_maps(network: StagedNetwork, patterns: np.ndarray, row: np.ndarray) -> FloatMaps:
    """The maps of rows of the readout, one for each pattern of all units.

    `row` has the readout's row for each pattern. A product of matrices errs by the sum of their
    widths times ROUNDOFF, relative to the product of the sizes (Higham, 2002, section 3.5).
    """
    parts = []
    width = max(
        [network.input_dim, network.readout.n_inputs, *(s.map.n_outputs for s in network.stages)]
    )
    size = max(1, ARRAY_NUMBERS // width)
    for start in range(0, max(1, len(patterns)), size):
        part = slice(start, start + size)
        parts.append(_part(network, patterns[part], row[part]))
    return FloatMaps(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _part(
    network: StagedNetwork, patterns: np.ndarray, row: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    readout = network.readout.rounded()
    matrix = readout.matrix
    back = matrix[row] if isinstance(matrix, np.ndarray) else matrix[row].toarray()
    sizes = np.abs(back)
    bias = readout.shift[row]
    bias_size = np.abs(bias)
    terms = 0
    last = patterns.shape[1]
    for stage in reversed(network.stages):
        first = last - len(stage.units)
        pieces = patterns[:, first:last]
        last = first
        added = _intercepts(stage, pieces)
        n_units = len(stage.units)
        bias = bias + (back[:, :n_units] * added).sum(axis=1)
        bias_size = bias_size + (sizes[:, :n_units] * np.abs(added)).sum(axis=1)
        back = through_units(stage, back, pieces)
        sizes = np.abs(through_units(stage, sizes, pieces))
        map_ = stage.rounded
        bias = bias + back @ map_.shift
        bias_size = bias_size + sizes @ np.abs(map_.shift)
        back, sizes = np.asarray(back @ map_.matrix), np.asarray(sizes @ abs(map_.matrix))
        terms += 2 * (stage.map.n_outputs + 10)
    growth = growth_of(terms)
    return back, bias, growth * sizes + UNDERFLOW, growth * bias_size + UNDERFLOW


def _intercepts(stage: Stage, pieces: np.ndarray) -> np.ndarray:
    """What each unit adds on its piece; shape (patterns, units)."""
    added = np.zeros(pieces.shape)
    for unit in set(stage.units):
        if isinstance(unit, MaxUnit) or not any(unit.intercepts):
            continue
        shifts = np.array([nearest_float(*c.as_integer_ratio()) for c in unit.intercepts])
        places = [j for j, each in enumerate(stage.units) if each == unit]
        added[:, places] = shifts[pieces[:, places]]
    return added


def distinct(
    values: np.ndarray, errors: np.ndarray, exact: Callable[[int], Hashable]
) -> np.ndarray:
    """A label for each row, the same one if and only if two rows are the same, exactly.

    Rows whose projections to one direction differ by more than their errors differ; all others are
    compared by what `exact` says of them. Labels are numbered in the order of first rows.
    """
    n, width = values.shape
    direction = np.random.default_rng(0).uniform(0.5, 1.5, width)
    with np.errstate(over="ignore", invalid="ignore"):
        places = values @ direction
        spread = errors @ direction + 2 * growth_of(width) * (np.abs(values) @ direction)
    spread[~np.isfinite(places)] = np.inf
    places[~np.isfinite(places)] = 0.0
    order = np.argsort(places - spread, kind="stable")
    lows, highs = (places - spread)[order], np.maximum.accumulate((places + spread)[order])
    begins = np.concatenate([[True], lows[1:] > highs[:-1]])
    clusters = np.split(order, np.flatnonzero(begins)[1:]) if n else []
    same: dict[Hashable, int] = {}
    first = np.arange(n)
    for number, cluster in enumerate(clusters):
        if len(cluster) > 1:
            for i in sorted(cluster.tolist()):
                first[i] = same.setdefault((number, exact(i)), i)
    return np.unique(first, return_inverse=True)[1].reshape(n)
