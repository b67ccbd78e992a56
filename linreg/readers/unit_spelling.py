"""Layers of units as a JSON file spells them, by their friendliest names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import groupby

from flint import fmpq

from linreg.readers.json_text import json_number
from linreg.readers.values import Json
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


def maxout_fields(rows: Sequence[Sequence[fmpq]], rank: int) -> Json:
    """The keys of a layer of max units whose candidates are these rows, each with its shift."""
    groups = [rows[k : k + rank] for k in range(0, len(rows), rank)]
    return {
        "type": "maxout",
        "weight": [
            [[json_number(entry) for entry in row[:-1]] for row in group] for group in groups
        ],
        "bias": [[json_number(row[-1]) for row in group] for group in groups],
    }


def linear_fields(rows: Sequence[Sequence[fmpq]]) -> Json:
    """The keys of a linear layer with these rows, each with its shift."""
    return {
        "type": "linear",
        "weight": [[json_number(entry) for entry in row[:-1]] for row in rows],
        "bias": [json_number(row[-1]) for row in rows],
    }


def _leaky_slope(unit: ScalarUnit) -> Fraction | None:
    """The slope for which a unit is a leaky ReLU, if there is one."""
    slope = unit.slopes[0]
    return slope if unit == leaky_relu(slope) else None
