"""The linear map of any hidden or output unit at a point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from flint import fmpq, fmpq_mat

from linreg.affine import AffineMap
from linreg.arguments import integer, numbered, point
from linreg.errors import NoSuchIndex
from linreg.network import StagedNetwork
from linreg.network.gradients import exact_row
from linreg.network.stages import piece_at, table
from linreg.rational import fraction, nearest_float
from linreg.readers.accepted import NetworkLike, as_staged
from linreg.showing import answer_html, in_short
from linreg.units import MaxUnit


@dataclass(frozen=True, slots=True)
class UnitMap:
    """The map weight @ x + bias that a unit's pre-activation is near a point.

    Attributes
    ----------
    weight : tuple of Fraction, length inputs
    bias : Fraction
    value : Fraction
        At the point, before the unit; of a max unit that of its winner.
    on_boundary : bool
        Whether the point is on a boundary of an earlier unit, or of the maximum itself; the map is
        then that of the tie rule's pieces, and another one holds on the other side.
    pattern : tuple of int
        The pieces of all units of earlier stages at the point.

    Examples
    --------
    >>> from linreg import mlp, unit_map
    >>> unit_map(mlp([([[2, 1]], [-1])]), [3, 4], stage=1, unit=0).value
    Fraction(9, 1)
    """

    weight: tuple[Fraction, ...]
    bias: Fraction
    value: Fraction
    on_boundary: bool
    pattern: tuple[int, ...]

    def __repr__(self) -> str:
        edge = ", on a boundary" if self.on_boundary else ""
        weight = in_short(self.weight)
        return f"<UnitMap: weight {weight}, bias {in_short(self.bias)}{edge}>"

    def _repr_html_(self) -> str:
        return answer_html(self)

    @property
    def floats(self) -> AffineMap:
        """The map, rounded to the nearest float64."""
        weight = [nearest_float(*entry.as_integer_ratio()) for entry in self.weight]
        return AffineMap(np.array([weight]), np.array([float(self.bias)]))


def unit_map(net: NetworkLike, x: Any, stage: int, unit: int) -> UnitMap:
    """The linear map of a hidden or output unit at a point, exactly.

    After a scalar unit, multiply by the slope of its piece.

    Parameters
    ----------
    net : Network
    x : array-like of numbers, shape (inputs,)
        A float means the float64 that it is.
    stage : int
        From 1, as `linreg info` shows them; one more than there are means the network's outputs.
    unit : int
        From 0, in its stage.

    Returns
    -------
    UnitMap

    Raises
    ------
    NoSuchIndex, TypeError, ValueError
        If there is no such unit, or the point is of another dimension.

    Source
    ------
    Montufar, Pascanu, Cho, Bengio (2014), supplement, equation (7), for any piecewise-linear
    network.

    Examples
    --------
    The second unit reads the first one, which is on at 2, and off at -2:

    >>> from linreg import mlp
    >>> net = mlp([([[1]], [0]), ([[3]], [-1])])
    >>> found = unit_map(net, [2], stage=2, unit=0)
    >>> found.weight, found.bias, found.value
    ((Fraction(3, 1),), Fraction(-1, 1), Fraction(5, 1))
    >>> unit_map(net, [-2], 2, 0).weight, unit_map(net, [0], 2, 0).on_boundary
    ((Fraction(0, 1),), True)
    """
    network = as_staged(net)
    place = unit_place(network, stage, unit)
    start = point(x, network.input_dim)
    state = fmpq_mat(network.input_dim, 1, start)
    pattern: list[int] = []
    on_boundary = False
    for k, before in enumerate(network.stages[: place.stage]):
        values = before.map.apply(state)
        pieces = []
        for each, row in zip(before.units, before.starts, strict=False):
            here = values.entries()[row : row + each.n_inputs]
            pieces.append(piece_at(each, here))
        on_boundary = on_boundary or any(
            _is_tied(network, pattern, k, each, row, values.entries()[row : row + each.n_inputs])
            for each, row in zip(before.units, before.starts, strict=False)
        )
        state = before.select(values, pieces)
        pattern += pieces
    row = place.first
    if place.rank > 1:
        values = network.stages[place.stage].map.apply(state)
        rivals = values.entries()[row : row + place.rank]
        kind = MaxUnit(place.rank)
        on_boundary = on_boundary or _is_tied(network, pattern, place.stage, kind, row, rivals)
        row += piece_at(kind, rivals)
    weight, bias = exact_row(network, pattern, place.stage, row)
    value = sum((by * at for by, at in zip(weight, start, strict=True)), bias)
    return UnitMap(
        tuple(map(fraction, weight)), fraction(bias), fraction(value), on_boundary, tuple(pattern)
    )


@dataclass(frozen=True, slots=True)
class Place:
    """Where a unit is.

    Attributes
    ----------
    stage : int
        From 0; as many as there are stages for an output.
    first : int
        The first row of the stage that it reads.
    rank : int
        How many rows it reads: one, or the candidates of a max unit.
    index : int
        Its own number in the stage.
    """

    stage: int
    first: int
    rank: int
    index: int


def unit_place(network: StagedNetwork, stage: object, unit: object) -> Place:
    """The place of a unit, which is named by a stage from 1 and a number from 0.

    Raises
    ------
    NoSuchIndex, TypeError
        If there is none.
    """
    n_stages = len(network.stages)
    at = integer(stage, "stage")
    if not 1 <= at <= n_stages + 1:
        raise NoSuchIndex(
            f"stage: stages are numbered from 1 to {n_stages}, and {n_stages + 1} means the "
            f"outputs, got {at}"
        )
    if at == n_stages + 1:
        output = numbered(unit, network.readout.n_outputs, "unit", "outputs")
        return Place(n_stages, output, 1, output)
    units = network.stages[at - 1].units
    index = numbered(unit, len(units), "unit", f"units of stage {at}")
    return Place(at - 1, network.stages[at - 1].starts[index], units[index].n_inputs, index)


def _is_tied(
    network: StagedNetwork,
    pattern: Sequence[int],
    stage: int,
    unit: Any,
    row: int,
    values: Sequence[fmpq],
) -> bool:
    """Whether a unit is on a breakpoint, or its maximum attained twice, but not all around."""
    if isinstance(unit, MaxUnit):
        best = max(values)
        tied = [row + i for i, value in enumerate(values) if value == best]
        return len(tied) > 1 and len({exact_row(network, pattern, stage, i) for i in tied}) > 1
    if values[0] not in table(unit)[0]:
        return False
    return any(exact_row(network, pattern, stage, row)[0])
