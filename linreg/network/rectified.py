"""Every network as one of rectifiers: the same function, exactly, for bounds that know one unit.

A scalar unit with slopes s_0, .., s_m at breakpoints b_1, .., b_m is s_0 z + t_0 plus the sum of
(s_k - s_{k-1}) relu(z - b_k), and max(a, b) is b + relu(a - b): a max unit is a tournament.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flint import fmpq

from linreg.affine import ExactAffineMap
from linreg.network import StagedNetwork
from linreg.network.stages import Stage, table
from linreg.units import MaxUnit

Form = tuple[dict[int, fmpq], fmpq]
"""Coefficients of coordinates, and a constant."""


@dataclass(frozen=True)
class RectifierLayer:
    """An affine map whose first rows are read by rectifiers; the others pass through."""

    map: ExactAffineMap
    units: int


@dataclass(frozen=True)
class Rectified:
    """A network of rectifiers.

    Attributes
    ----------
    layers : tuple of RectifierLayer
    readout : ExactAffineMap
    """

    layers: tuple[RectifierLayer, ...]
    readout: ExactAffineMap

    def forward_exact(self, x: Sequence[fmpq]) -> list[fmpq]:
        """The value at a point."""
        state = list(x)
        for layer in self.layers:
            z = [_value(form, state) for form in _forms(layer.map)]
            state = [max(entry, fmpq(0)) for entry in z[: layer.units]] + z[layer.units :]
        return [_value(form, state) for form in _forms(self.readout)]


def rectified(network: StagedNetwork) -> Rectified:
    """The network of rectifiers that computes what a network does.

    Examples
    --------
    >>> from linreg import mlp
    >>> from linreg.units import absolute, maxout
    >>> net = mlp([([[1], [-2]], [1, 0])], activation=absolute())
    >>> [int(y) for y in rectified(net.staged).forward_exact([fmpq(-3)])]
    [2, 6]
    >>> net = mlp([([[1], [-2], [3]], [1, 0, 0])], activation=maxout(3))
    >>> len(rectified(net.staged).layers), rectified(net.staged).forward_exact([fmpq(-3)])
    (2, [6])
    """
    layers: list[RectifierLayer] = []
    state: list[Form] = [({i: fmpq(1)}, fmpq(0)) for i in range(network.input_dim)]
    width = network.input_dim
    for stage in network.stages:
        z = [_composed(form, state) for form in _forms(stage.map)]
        state, width = _after(stage, z, layers, width)
    outputs = [_composed(form, state) for form in _forms(network.readout)]
    return Rectified(tuple(layers), _map(outputs, width))


def _after(
    stage: Stage, z: Sequence[Form], layers: list[RectifierLayer], width: int
) -> tuple[list[Form], int]:
    """Append the layers of a stage; its outputs as forms of the last one's."""
    passing = list(z[stage.starts[-1] :])
    contests: dict[int, list[Form]] = {}
    scalars: dict[int, Form] = {}  # what is known of each scalar unit's output
    pending: list[tuple[int, Form, fmpq]] = []  # unit, pre-activation and factor of a rectifier
    for k, (unit, start) in enumerate(zip(stage.units, stage.starts, strict=False)):
        if isinstance(unit, MaxUnit):
            contests[k] = list(z[start : start + unit.rank])
            continue
        breakpoints, slopes, intercepts = table(unit)
        scalars[k] = _scaled(z[start], slopes[0], intercepts[0])
        for cut, before, after in zip(breakpoints, slopes, slopes[1:], strict=False):
            coefficients, shift = z[start]
            pending.append((k, (coefficients, shift - cut), after - before))
    while pending or any(len(left) > 1 for left in contests.values()):
        rows: list[Form] = [form for _, form, _ in pending]
        added = [(k, by) for k, _, by in pending]
        duels: list[tuple[int, int, Form]] = []
        for k, left in contests.items():
            for a, b in zip(left[::2], left[1::2], strict=False):
                duels.append((k, len(rows), b))
                rows.append(_sum(a, b, fmpq(-1)))
        units = len(rows)
        # What is needed of the state from here on passes through.
        kept: list[Form] = []

        def keep(form: Form, *, first: int = units, kept: list[Form] = kept) -> Form:
            if not form[0]:
                return form
            kept.append(form)
            return {first + len(kept) - 1: fmpq(1)}, fmpq(0)

        scalars = {k: keep(form) for k, form in scalars.items()}
        for place, (k, by) in enumerate(added):
            scalars[k] = _sum(scalars[k], ({place: fmpq(1)}, fmpq(0)), by)
        left_over = {k: [keep(left[-1])] if len(left) % 2 else [] for k, left in contests.items()}
        won: dict[int, list[Form]] = {k: [] for k in contests}
        for k, place, b in duels:
            won[k].append(_sum(keep(b), ({place: fmpq(1)}, fmpq(0)), fmpq(1)))
        contests = {k: won[k] + left_over[k] for k in contests}
        passing = [keep(form) for form in passing]
        layers.append(RectifierLayer(_map([*rows, *kept], width), units))
        width = units + len(kept)
        pending = []
    outputs = [scalars[k] if k in scalars else contests[k][0] for k in range(len(stage.units))]
    return [*outputs, *passing], width


def _forms(map_: ExactAffineMap) -> list[Form]:
    return [(dict(group), shift) for group, shift in zip(map_.terms, map_.shifts, strict=True)]


def _map(forms: Sequence[Form], width: int) -> ExactAffineMap:
    return ExactAffineMap.of_terms(
        [form[0].items() for form in forms], [form[1] for form in forms], width
    )


def _composed(form: Form, state: Sequence[Form]) -> Form:
    """A form of a state as one of what the state is made of."""
    total: dict[int, fmpq] = {}
    shift = form[1]
    for i, by in form[0].items():
        coefficients, constant = state[i]
        shift += by * constant
        for j, entry in coefficients.items():
            total[j] = total[j] + by * entry if j in total else by * entry
    return {j: entry for j, entry in total.items() if entry != 0}, shift


def _scaled(form: Form, by: fmpq, shift: fmpq) -> Form:
    if by == 0:
        return {}, shift
    return {i: by * entry for i, entry in form[0].items()}, by * form[1] + shift


def _sum(left: Form, right: Form, by: fmpq) -> Form:
    total = dict(left[0])
    for i, entry in right[0].items():
        total[i] = total.get(i, fmpq(0)) + by * entry
    return {i: entry for i, entry in total.items() if entry != 0}, left[1] + by * right[1]


def _value(form: Form, state: Sequence[fmpq]) -> fmpq:
    return sum((by * state[i] for i, by in form[0].items()), form[1])
