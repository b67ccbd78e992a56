"""Networks from weights: linear layers whose numbers and shapes are checked, and mlp."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from linreg.affine import ExactAffineMap
from linreg.errors import InvalidNetwork
from linreg.network.graph import Network
from linreg.network.nodes import INPUT, AffineNode, Node, UnitNode
from linreg.network.tensors import floats
from linreg.rational import fraction
from linreg.units import Unit, relu
from linreg.wording import counted


def linear_map(weight: Any, bias: Any, *, where: str = "") -> ExactAffineMap:
    """The map x -> weight @ x + bias with exactly these numbers.

    Parameters
    ----------
    weight : array-like of numbers, shape (outputs, inputs)
    bias : array-like of numbers, shape (outputs,), or 0
    where : str, optional
        The layer's name, for error messages.

    Returns
    -------
    ExactAffineMap

    Raises
    ------
    InvalidNetwork
        If a number is not finite or not a number, or the shapes do not fit; the message names
        the layer and the index.

    Examples
    --------
    >>> linear_map([[1, "1/3"]], [0])([1, 1])
    [Fraction(4, 3)]
    """
    held = float_map(weight, bias)
    if held is not None:
        return held
    prefix = f"{where}: " if where else ""
    rows = _list(weight, f"{prefix}weight")
    if not rows:
        raise InvalidNetwork(f"{prefix}weight has no rows; a layer needs at least one output")
    width = len(_list(rows[0], f"{prefix}weight[0]"))
    if width == 0:
        raise InvalidNetwork(f"{prefix}weight has no columns; a layer needs at least one input")
    for i, row in enumerate(rows):
        length = len(_list(row, f"{prefix}weight[{i}]"))
        if length != width:
            raise InvalidNetwork(
                f"{prefix}weight is ragged: row 0 has {counted(width, 'number')} and row {i} has "
                f"{length}"
            )
    is_number = isinstance(bias, int | float | str) and not isinstance(bias, bool)
    if is_number and number(bias, f"{prefix}bias") == 0:
        bias = [0] * len(rows)
    shift = _list(bias, f"{prefix}bias")
    if len(shift) != len(rows):
        raise InvalidNetwork(
            f"{prefix}bias has {counted(len(shift), 'number')}, but weight has "
            f"{counted(len(rows), 'row')}"
        )
    matrix = [
        [number(entry, f"{prefix}weight[{i}][{j}]") for j, entry in enumerate(row)]
        for i, row in enumerate(rows)
    ]
    return ExactAffineMap.of(
        matrix, [number(entry, f"{prefix}bias[{i}]") for i, entry in enumerate(shift)]
    )


def float_map(weight: Any, bias: Any) -> ExactAffineMap | None:
    """The map of a layer whose weight and bias are arrays of finite floats that fit, else None.

    No fraction is made of any number, so layers with millions of weights are as fast as NumPy.

    Parameters
    ----------
    weight : float array, shape (outputs, inputs)
    bias : float array, shape (outputs,), or 0
        None is returned of anything else.

    Returns
    -------
    ExactAffineMap or None

    Examples
    --------
    >>> float_map(np.eye(2), 0)([3, 4]), float_map([[1]], [0])
    ([Fraction(3, 1), Fraction(4, 1)], None)
    """
    if not isinstance(weight, np.ndarray) or weight.ndim != 2 or weight.size == 0:
        return None
    shift = np.zeros(len(weight)) if type(bias) is int and bias == 0 else bias
    if not isinstance(shift, np.ndarray) or shift.shape != weight.shape[:1]:
        return None
    wide, wide_shift = floats(weight), floats(shift)
    if wide is None or wide_shift is None:
        return None
    return ExactAffineMap.of_floats(wide, wide_shift)


def number(entry: object, where: str) -> Any:
    """The exact value of an entry; an error names where it stands."""
    try:
        return fraction(entry)
    except (TypeError, ValueError) as error:
        raise InvalidNetwork(f"{where}: {error}") from None


def layer_of(unit: Unit, values: int, where: str) -> tuple[Unit, ...]:
    """As many copies of a unit as read the given number of values.

    Raises
    ------
    InvalidNetwork
        If they cannot be shared out evenly.
    """
    if values % unit.n_inputs:
        raise InvalidNetwork(
            f"{where}: units that read {unit.n_inputs} values each cannot share "
            f"{counted(values, 'value')}"
        )
    return (unit,) * (values // unit.n_inputs)


def mlp(
    layers: Sequence[tuple[Any, Any]],
    readout: tuple[Any, Any] | None = None,
    *,
    activation: Unit | None = None,
    name: str = "",
) -> Network:
    """A fully connected network.

    Parameters
    ----------
    layers : sequence of (weight, bias)
        weight has shape (outputs, inputs), bias (outputs,). For a max unit of rank k the outputs
        are units * k, unit by unit.
    readout : (weight, bias), optional
        An affine map after the last layer.
    activation : unit, default relu()
        The unit that every layer is made of.
    name : str, optional
        What the network is called.

    Returns
    -------
    Network

    Raises
    ------
    InvalidNetwork
        If a number is not finite or the shapes do not chain.

    Examples
    --------
    Two opposite units switch on the same point:

    >>> net = mlp([([[1], [-1]], [0, 0])])
    >>> net.staged.pattern_at([3]).tolist(), net.staged.pattern_at([-3]).tolist()
    ([1, 0], [0, 1])
    """
    unit: Unit = relu() if activation is None else activation
    nodes: list[Node] = []
    source, width = INPUT, None
    for k, pair in enumerate([*layers, *([readout] if readout is not None else [])], start=1):
        where = f"layer {k}" if k <= len(layers) else "readout"
        try:
            weight, bias = pair
        except (TypeError, ValueError):
            raise InvalidNetwork(f"{where}: a pair (weight, bias) was expected") from None
        map_ = linear_map(weight, bias, where=where)
        if width is not None and map_.n_inputs != width:
            raise InvalidNetwork(
                f"{where}: weight has {counted(map_.n_inputs, 'column')}, but the layer before has "
                f"{counted(width, 'output')}; shapes must chain"
            )
        linear = AffineNode(f"linear{k}" if k <= len(layers) else "readout", (source,), map_)
        nodes.append(linear)
        source, width = linear.name, map_.n_outputs
        if k <= len(layers):
            units = layer_of(unit, width, where)
            nodes.append(UnitNode(f"units{k}", (source,), units))
            source, width = nodes[-1].name, len(units)
    if not nodes:
        raise InvalidNetwork("mlp needs at least one layer or a readout")
    first = nodes[0]
    return Network((first.n_inputs,), tuple(nodes), source, name=name)


def _list(values: Any, where: str) -> Sequence[Any]:
    if hasattr(values, "tolist"):
        values = values.tolist()
    if isinstance(values, str) or not isinstance(values, Sequence):
        raise InvalidNetwork(f"{where}: a list was expected, got {type(values).__name__}")
    return values
