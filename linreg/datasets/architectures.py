"""Layers without weights, and how they get them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

import numpy as np

from linreg.datasets.initialisers import biases_of, weights_of
from linreg.datasets.spec import Architecture, Initialiser
from linreg.datasets.spec_values import SpecTable, whole
from linreg.errors import HypothesisError, InvalidSpec
from linreg.formulas import chained
from linreg.json_values import Json, as_list, located
from linreg.network import INPUT, Network
from linreg.readers import network_from_json
from linreg.readers.assembly import Assembly, Value
from linreg.readers.json_network import FORMAT
from linreg.readers.layers import chain, label_of
from linreg.readers.unit_types import UNIT_TYPES
from linreg.wording import counted

Shape = tuple[int, ...]

LAYER_WEIGHTS = 20_000_000
"""Most weights of one layer, as in network files."""

_WINDOW = ("stride", "padding", "dilation", "groups")


def drawn_document(architecture: Architecture, law: Initialiser, rng: np.random.Generator) -> Json:
    """The JSON object of a network with random weights; see `linreg.readers.network_from_json`.

    Raises
    ------
    InvalidSpec, InvalidNetwork
        If the architecture is none; the message names the layer.

    Examples
    --------
    >>> pair = Architecture((1,), ({"type": "linear", "outputs": 2}, {"type": "relu"}))
    >>> law = Initialiser("ternary", bias="zero")
    >>> drawn_document(pair, law, np.random.default_rng(0))["layers"][0]
    {'type': 'linear', 'weight': [[1], [0]], 'bias': [0, 0]}
    """
    layers = _Filling(law, rng).filled(architecture.layers, architecture.input_shape)
    return {"format": FORMAT, "input_shape": list(architecture.input_shape), "layers": layers}


def drawn_network(
    architecture: Architecture, law: Initialiser, rng: np.random.Generator
) -> Network:
    """The network that `drawn_document` spells."""
    return network_from_json(drawn_document(architecture, law, rng))


class _Filling:
    """Weights for one layer after another, drawn in the order of the layers."""

    def __init__(self, law: Initialiser, rng: np.random.Generator) -> None:
        self._law = law
        self._rng = rng

    def filled(self, layers: Sequence[Json], start: Shape) -> list[Json]:
        """The layers with their weights, of which the first reads a value of the given shape."""
        done: list[Json] = []
        shape: Shape | None = start
        for k, layer in enumerate(layers, start=1):
            with located(label_of(f"layer {k}", layer)):
                type_ = layer.get("type")
                make = _WEIGHTED.get(type_) if isinstance(type_, str) else None
                nested = "body" in layer or "branches" in layer
                if shape is None and (nested or make is not None):
                    shape = _shape_after(done, start)
                if make is not None and "weight" not in layer:
                    assert shape is not None
                    layer, shape = make(self, layer, shape)
                elif nested:
                    assert shape is not None
                    layer, shape = self._nested(layer, shape), None
                elif type_ not in UNIT_TYPES:
                    shape = None
            done.append(layer)
        return done

    def _nested(self, layer: Json, shape: Shape) -> Json:
        parts: Json = {}
        if "body" in layer:
            with located("body"):
                parts["body"] = self.filled(as_list(layer["body"], "body"), shape)
        if "branches" in layer:
            parts["branches"] = []
            for j, branch in enumerate(as_list(layer["branches"], "branches"), start=1):
                with located(f"branch {j}"):
                    parts["branches"].append(self.filled(as_list(branch, "branch"), shape))
        return layer | parts

    def linear(self, layer: Json, shape: Shape) -> tuple[Json, Shape | None]:
        """`outputs` values, each of which reads all there are."""
        outputs = SpecTable(layer, ("type", "name", "outputs")).need("outputs", whole(1))
        weight = self._drawn((outputs, prod(shape)), prod(shape), outputs)
        return self._with(layer, ("outputs",), weight, (outputs,)), (outputs,)

    def maxout(self, layer: Json, shape: Shape) -> tuple[Json, Shape | None]:
        """`units` maxima, each of `rank` candidates that read all values there are."""
        section = SpecTable(layer, ("type", "name", "units", "rank"))
        units, rank = section.need("units", whole(1)), section.need("rank", whole(2))
        size = (units, rank, prod(shape))
        weight = self._drawn(size, prod(shape), units)
        return self._with(layer, ("units", "rank"), weight, (units, rank)), (units,)

    def conv(self, layer: Json, shape: Shape) -> tuple[Json, Shape | None]:
        """`filters` filters of a `kernel`, a number or one for each axis."""
        axes = 1 if layer["type"] == "conv1d" else 2
        section = SpecTable(layer, ("type", "name", "filters", "kernel", *_WINDOW))
        filters, groups = section.need("filters", whole(1)), section.take("groups", whole(1), 1)
        kernel = section.need("kernel", _per_axis(axes))
        if len(shape) != axes + 1:
            raise InvalidSpec(
                f"an input of {axes + 1} axes, channels first, was expected, got shape "
                f"{list(shape)}"
            )
        if shape[0] % groups or filters % groups:
            raise InvalidSpec(
                f"groups: {groups} does not divide {counted(shape[0], 'channel')} and "
                f"{counted(filters, 'filter')}"
            )
        channels, cells = shape[0] // groups, prod(kernel)
        size = (filters, channels, *kernel)
        weight = self._drawn(size, channels * cells, filters // groups * cells)
        return self._with(layer, ("filters", "kernel"), weight, (filters,)), None

    def _drawn(self, size: Shape, fan_in: int, fan_out: int) -> np.ndarray:
        if prod(size) > LAYER_WEIGHTS:
            raise InvalidSpec(
                f"at most {LAYER_WEIGHTS:,} weights were expected, got {prod(size):,}"
            )
        return weights_of(self._law, self._rng, size, fan_in, fan_out)

    def _with(self, layer: Json, stands: Sequence[str], weight: np.ndarray, shifts: Shape) -> Json:
        """A layer with its weights and biases instead of what stands for them."""
        kept = {key: value for key, value in layer.items() if key not in stands}
        bias = biases_of(self._law, self._rng, shifts)
        return kept | {"weight": weight.tolist(), "bias": bias.tolist()}


_WEIGHTED: dict[str, Callable[[_Filling, Json, Shape], tuple[Json, Shape | None]]] = {
    "linear": _Filling.linear,
    "maxout": _Filling.maxout,
    "conv1d": _Filling.conv,
    "conv2d": _Filling.conv,
}
"""The layers whose weights are drawn; each gives the shape of its value if that is plain."""


def convolutions(architecture: Architecture) -> list[dict[str, Any]] | None:
    """The convolutions of a network of nothing else with ReLUs, up to a readout; else None.

    As in `linreg.theory.conv_bounds`, without activations.

    Examples
    --------
    >>> pair = ({"type": "conv1d", "filters": 2, "kernel": 2}, {"type": "relu"})
    >>> convolutions(Architecture((1, 3), pair))
    [{'filters': 2, 'kernel': 2}]
    """
    layers = [layer for layer in architecture.layers if layer.get("type") != "flatten"]
    if layers and layers[-1].get("type") == "linear":
        layers = layers[:-1]
    found = []
    for conv, relu in zip(layers[::2], layers[1::2], strict=False):
        plain = {"type", "name", "filters", "kernel", "stride", "padding"}
        if conv.get("type") not in ("conv1d", "conv2d") or relu.get("type") != "relu":
            return None
        if not set(conv) <= plain:
            return None
        found.append({key: _hashable(conv[key]) for key in conv if key not in ("type", "name")})
    if not found or len(layers) % 2:
        return None
    try:
        chained(architecture.input_shape, found)
    except HypothesisError:
        return None
    return found


def is_connected(architecture: Architecture) -> bool:
    """Whether a network is fully connected: linear layers, units and nothing else."""
    known = {"linear", "maxout", *UNIT_TYPES}
    return all(
        layer.get("type") in known and "weight" not in layer for layer in architecture.layers
    )


def described(architecture: Architecture) -> str:
    """The layers of a network in one line.

    Examples
    --------
    >>> described(Architecture((2,), ({"type": "linear", "outputs": 4}, {"type": "relu"})))
    '2 | linear(outputs=4) | relu'
    """
    shape = "x".join(map(str, architecture.input_shape))
    return " | ".join([shape, *map(_layer_text, architecture.layers)])


def _layer_text(layer: Json) -> str:
    settings = [f"{key}={_value_text(layer[key])}" for key in layer if key != "type"]
    return str(layer.get("type")) + (f"({', '.join(settings)})" if settings else "")


def _value_text(value: object) -> str:
    match value:
        case list():
            return f"[{', '.join(map(_value_text, value))}]"
        case dict():
            return _layer_text(value)
    return str(value)


def _shape_after(layers: Sequence[Json], shape: Shape) -> Shape:
    return chain(list(layers), Value(INPUT, shape, "the input"), Assembly()).shape


def _per_axis(axes: int) -> Callable[[object, str], Shape]:
    def read(value: object, key: str) -> Shape:
        sizes = value if isinstance(value, list) else [value] * axes
        if len(sizes) != axes:
            raise InvalidSpec(f"{key}: one number or {axes} were expected, got {len(sizes)}")
        return tuple(whole(1)(size, key) for size in sizes)

    return read


def _hashable(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
