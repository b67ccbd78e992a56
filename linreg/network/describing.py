"""A network in one line: inputs, layers of units, outputs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from linreg.units import (
    MaxUnit,
    Unit,
    absolute,
    hard_tanh,
    leaky_relu,
    relu,
    relu6,
)

MOST_LAYERS = 12
"""Layers that are named; of more, the first and last ones."""

_NAMES = {relu(): "relu", relu6(): "relu6", absolute(): "abs", hard_tanh(): "hardtanh"}


def line_of(input_shape: Sequence[int], layers: Iterable[Sequence[Unit]], outputs: int) -> str:
    """Inputs, each layer of units, and outputs.

    Examples
    --------
    >>> line_of((2,), [(relu(),) * 10, (MaxUnit(3),) * 4], 3)
    '2 -> relu 10 -> max of 3 4 -> 3'
    """
    named = [layer_name(units) for units in layers]
    if len(named) > MOST_LAYERS:
        half = MOST_LAYERS // 2
        named = [*named[:half], f"... {len(named) - 2 * half} more ...", *named[-half:]]
    return " -> ".join(["x".join(map(str, input_shape)), *named, str(outputs)])


def layer_name(units: Sequence[Unit]) -> str:
    """The kinds of units of a layer, and how many of each come in a row."""
    runs = [f"{unit_name(unit)} {len(list(run))}" for unit, run in groupby(units)]
    return " + ".join(runs) if len(runs) <= 3 else f"{len(units)} units"


def unit_name(unit: Unit) -> str:
    """What people call a unit.

    Examples
    --------
    >>> from linreg.units import leaky_relu
    >>> unit_name(leaky_relu("1/4")), unit_name(MaxUnit(2))
    ('leaky_relu', 'max of 2')
    """
    if isinstance(unit, MaxUnit):
        return f"max of {unit.rank}"
    if unit in _NAMES:
        return _NAMES[unit]
    is_leaky = unit == leaky_relu(unit.slopes[0])
    return "leaky_relu" if is_leaky else f"{unit.n_pieces} pieces"
