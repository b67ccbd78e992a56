"""Layers of a JSON file, in a list or as the nodes of a graph."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from linreg.errors import InvalidNetwork
from linreg.json_values import Json, as_list, as_object, as_text, check_keys, located
from linreg.network import LayerNote, UnitNode
from linreg.readers.assembly import Assembly, Value
from linreg.readers.dense_layers import DENSE_LAYERS
from linreg.readers.image_layers import IMAGE_LAYERS
from linreg.readers.layer_type import Layer, LayerType
from linreg.readers.unknown_types import refusal

LAYER_TYPES = DENSE_LAYERS | IMAGE_LAYERS
"""How a layer of each type is read."""

LONGEST_TYPE = 30
"""Longest unknown layer type that the place of an error shows, in characters."""

_TRAINED = ("weight", "bias", "gamma", "beta", "scale", "shift")
"""Keys whose numbers training would change; so it does those of a prelu layer's alpha."""


def chain(layers: object, start: Value, assembly: Assembly, prefix: str = "") -> Value:
    """The value at the end of a list of layers, each of which reads the one before.

    Parameters
    ----------
    layers : list
        As in the file.
    start : Value
        What the first layer reads.
    assembly : Assembly
        Where the nodes go.
    prefix : str
        What the names of nodes without a name start with.

    Raises
    ------
    InvalidNetwork
        If a layer is malformed; the message counts the layers from 1.
    """
    value = start
    for k, spec in enumerate(as_list(layers, "layers"), start=1):
        label = label_of(f"layer {k}", spec)
        with located(label):
            fields, type_ = _typed(spec)
            branches = ("branches",) if type_.combines else ()
            check_keys(fields, ("type", *_required(type_), *branches), ("name", *type_.optional))
            given = as_text(fields.get("name", ""), "name")
            layer = Layer(assembly.unused(given or f"{prefix}{fields['type']}{k}"), fields)
            inputs = _branches(layer, value, assembly) if type_.combines else [value]
            value = replace(_built(layer, type_, inputs, assembly), origin=label)
    return value


def node_value(name: str, spec: Json, inputs: Sequence[Value], assembly: Assembly) -> Value:
    """The value of one node of a graph, which reads the given values.

    Raises
    ------
    InvalidNetwork
        If the node is malformed.
    """
    fields, type_ = _typed(spec)
    check_keys(fields, ("name", "type", "inputs", *_required(type_)), type_.optional)
    return _built(Layer(name, fields), type_, inputs, assembly)


def label_of(place: str, spec: object) -> str:
    """The place of a layer with its type, if it has one: what messages start with.

    Examples
    --------
    >>> label_of("layer 2", {"type": "relu"}), label_of("layer 3", None)
    ('layer 2 (relu)', 'layer 3')
    """
    type_ = spec.get("type") if isinstance(spec, dict) else None
    readable = isinstance(type_, str) and type_.isprintable() and 0 < len(type_) <= LONGEST_TYPE
    return f"{place} ({type_})" if readable else place


def _typed(spec: object) -> tuple[Json, LayerType]:
    fields = as_object(spec)
    if "type" not in fields:
        raise InvalidNetwork("key 'type' is missing")
    name = as_text(fields["type"], "type")
    if name not in LAYER_TYPES:
        raise refusal(name, LAYER_TYPES)
    return fields, LAYER_TYPES[name]


def _required(type_: LayerType) -> tuple[str, ...]:
    return (*type_.required, "body") if type_.has_body else type_.required


def _branches(layer: Layer, value: Value, assembly: Assembly) -> list[Value]:
    """What a layer combines in a list of layers: the ends of branches that read one value."""
    ends = []
    for j, branch in enumerate(as_list(layer.fields["branches"], "branches"), start=1):
        with located(f"branch {j}"):
            end = chain(branch, value, assembly, prefix=f"{layer.name}.{j}.")
        ends.append(replace(end, origin=f"branch {j}"))
    return ends


def _built(layer: Layer, type_: LayerType, inputs: Sequence[Value], assembly: Assembly) -> Value:
    if len(inputs) < type_.least or len(inputs) > (type_.most or len(inputs)):
        bound = "" if type_.least == type_.most else "at least "
        raise InvalidNetwork(
            f"the number of inputs must be {bound}{type_.least}: got {len(inputs)}"
        )
    if type_.has_body:
        with located("body"):
            body = chain(layer.fields["body"], inputs[0], assembly, prefix=f"{layer.name}.")
        inputs = [replace(body, origin="body"), *inputs]
    before = len(assembly.nodes)
    value = type_.build(layer, inputs, assembly)
    units = [
        unit
        for node in assembly.nodes[before:]
        if isinstance(node, UnitNode)
        for unit in node.units
    ]
    assembly.layers.append(
        LayerNote(
            layer.name,
            layer.fields["type"],
            inputs[0].shape,
            value.shape,
            tuple(units),
            _n_trained(layer),
        )
    )
    return value


def _n_trained(layer: Layer) -> int:
    """How many numbers of a layer training would change."""
    trained = (*_TRAINED, "alpha") if layer.fields["type"] == "prelu" else _TRAINED
    return sum(map(_n_numbers, layer.given(*trained).values()))


def _n_numbers(value: object) -> int:
    return sum(map(_n_numbers, value)) if isinstance(value, list) else 1
