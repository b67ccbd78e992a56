"""Layers of units as a JSON file spells them, by their friendliest names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import groupby

from linreg.affine import ExactAffineMap
from linreg.errors import UnwritableFile
from linreg.json_values import Json
from linreg.readers.json_text import json_number
from linreg.units import (
    MaxUnit,
    ScalarUnit,
    Unit,
    absolute,
    clip,
    hard_tanh,
    leaky_relu,
    relu,
    relu6,
)

MOST_NUMBERS = 20_000_000
"""Most numbers of one affine map that are written."""

JsonNumber = int | float | str

_BY_NAME = {relu(): "relu", relu6(): "relu6", absolute(): "abs", hard_tanh(): "hardtanh"}


def runs(units: Sequence[Unit]) -> Iterator[list[Unit]]:
    """The units in order, cut into the fewest runs of which each has a spelling.

    Examples
    --------
    Leaky ReLUs of any slopes, among them relu and abs, are one prelu layer:

    >>> [len(run) for run in runs([relu(), leaky_relu("1/2"), MaxUnit(2), clip(0, 1), clip(0, 1)])]
    [2, 1, 2]
    """
    for _, run in groupby(units, key=_family):
        yield list(run)


def _family(unit: Unit) -> Unit | None:
    """What units of one run have in common: the unit, or None for all leaky ReLUs."""
    return unit if isinstance(unit, MaxUnit) or _leaky_slope(unit) is None else None


def scalar_fields(run: Sequence[Unit]) -> Json:
    """The keys of a layer of scalar units that are one run.

    Examples
    --------
    >>> scalar_fields([relu(), absolute()])
    {'type': 'prelu', 'alpha': [0, -1]}
    """
    units = [unit for unit in run if isinstance(unit, ScalarUnit)]
    unit, slopes = units[0], [_leaky_slope(unit) for unit in units]
    if len(set(slopes)) > 1:
        return {"type": "prelu", "alpha": [json_number(slope) for slope in slopes]}
    if unit in _BY_NAME:
        return {"type": _BY_NAME[unit]}
    if slopes[0] is not None:
        return {"type": "leaky_relu", "alpha": json_number(slopes[0])}
    if unit.n_pieces == 3 and unit == clip(*unit.breakpoints):
        lo, hi = (json_number(cut) for cut in unit.breakpoints)
        return {"type": "clip", "lo": lo, "hi": hi}
    fields: Json = {"type": "pwl"}
    for key in ("breakpoints", "slopes", "intercepts"):
        fields[key] = [json_number(entry) for entry in getattr(unit, key)]
    return fields


def maxout_fields(read: ExactAffineMap, rank: int) -> Json:
    """The keys of a layer of max units whose candidates are the outputs of an affine map."""
    weight, bias = _dense(read)
    starts = range(0, read.n_outputs, rank)
    return {
        "type": "maxout",
        "weight": [weight[k : k + rank] for k in starts],
        "bias": [bias[k : k + rank] for k in starts],
    }


def linear_fields(map_: ExactAffineMap) -> Json:
    """The keys of a linear layer.

    Examples
    --------
    >>> linear_fields(ExactAffineMap.of([[0, "1/3"]], [2]))
    {'type': 'linear', 'weight': [[0, '1/3']], 'bias': [2]}
    """
    weight, bias = _dense(map_)
    return {"type": "linear", "weight": weight, "bias": bias}


def _dense(map_: ExactAffineMap) -> tuple[list[list[JsonNumber]], list[JsonNumber]]:
    """All entries of a map, row by row, and its shifts."""
    size = map_.n_outputs * map_.n_inputs
    if size > MOST_NUMBERS:
        raise UnwritableFile(
            f"a .json file spells all {map_.n_outputs} x {map_.n_inputs} numbers of an affine map, "
            f"zeros included, and at most {MOST_NUMBERS}; keep the file this network came from"
        )
    weight: list[list[JsonNumber]] = []
    for group in map_.terms:
        row: list[JsonNumber] = [0] * map_.n_inputs
        for i, coefficient in group:
            row[i] = json_number(coefficient)
        weight.append(row)
    return weight, [json_number(shift) for shift in map_.shifts]


def _leaky_slope(unit: ScalarUnit) -> Fraction | None:
    """The slope for which a unit is a leaky ReLU, if there is one."""
    slope = unit.slopes[0]
    return slope if unit == leaky_relu(slope) else None
