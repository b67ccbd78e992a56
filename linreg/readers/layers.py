"""Layers of a JSON file: a table with one small function for each type."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from linreg.affine import ExactAffineMap
from linreg.errors import InvalidNetwork
from linreg.network import linear_map
from linreg.readers.assembly import Assembly, Value, signed_sum
from linreg.readers.unit_types import UNIT_TYPES, Fields, UnitType
from linreg.readers.unknown_types import refusal
from linreg.readers.values import (
    Json,
    as_list,
    as_object,
    as_text,
    check_keys,
    located,
    shown,
)
from linreg.units import maxout


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer as a file spells it, and the name that its node will have."""

    name: str
    fields: Mapping[str, Any]


LONGEST_TYPE = 30
"""Longest unknown layer type that the place of an error shows, in characters."""

Build = Callable[[Layer, Sequence[Value], Assembly], Value]
"""Adds the nodes of a layer to an assembly; the value is the layer's."""


@dataclass(frozen=True, slots=True)
class LayerType:
    """How a layer is read from its keys and from the values before it.

    Attributes
    ----------
    build : function
    required, optional : tuple of str
        The keys, without those that every layer may have.
    least, most : int or None
        How many values the layer combines; where that is not one, it has branches.
    """

    build: Build
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    least: int = 1
    most: int | None = 1

    @property
    def combines(self) -> bool:
        """Whether the layer reads several values."""
        return self.most != 1


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
            check_keys(fields, ("type", *type_.required, *branches), ("name", *type_.optional))
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
    check_keys(fields, ("name", "type", "inputs", *type_.required), type_.optional)
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
    return type_.build(layer, inputs, assembly)


def _linear(layer: Layer, inputs: Sequence[Value], assembly: Assembly) -> Value:
    map_ = linear_map(layer.fields["weight"], layer.fields.get("bias", 0))
    _check_columns(map_, inputs[0])
    return assembly.affine(layer.name, inputs, map_)


def _maxout(layer: Layer, inputs: Sequence[Value], assembly: Assembly) -> Value:
    """One affine map to the candidates of all units, unit by unit, then the units."""
    weights = as_list(layer.fields["weight"], "weight")
    given = layer.fields.get("bias", 0)
    biases = [0] * len(weights) if type(given) is int and given == 0 else as_list(given, "bias")
    if len(biases) != len(weights):
        raise InvalidNetwork(f"bias has {len(biases)} rows, but weight has {len(weights)} units")
    if not weights:
        raise InvalidNetwork("weight has no units; a layer needs at least one")
    maps = []
    for u, (weight, bias) in enumerate(zip(weights, biases, strict=True)):
        with located(f"unit {u}"):
            maps.append(linear_map(weight, bias))
            _check_columns(maps[-1], inputs[0])
            if maps[-1].n_outputs != maps[0].n_outputs:
                raise InvalidNetwork(
                    f"has {maps[-1].n_outputs} candidates, but unit 0 has {maps[0].n_outputs}; "
                    "all units of a layer have the same rank"
                )
    name = assembly.unused(f"{layer.name}.candidates")
    candidates = assembly.affine(name, inputs, ExactAffineMap.stack(maps))
    return assembly.units(layer.name, candidates, (maxout(maps[0].n_outputs),) * len(maps))


def _check_columns(map_: ExactAffineMap, value: Value) -> None:
    if map_.n_inputs != value.size:
        raise InvalidNetwork(
            f"weight has {map_.n_inputs} columns, but {value.origin} has {value.size} values; "
            "shapes must chain"
        )


def _flatten(_layer: Layer, inputs: Sequence[Value], _assembly: Assembly) -> Value:
    return Value(inputs[0].name, (inputs[0].size,))


def _residual(layer: Layer, inputs: Sequence[Value], assembly: Assembly) -> Value:
    with located("body"):
        body = chain(layer.fields["body"], inputs[0], assembly, prefix=f"{layer.name}.")
    return _signed([1, 1])(layer, [replace(body, origin="body"), *inputs], assembly)


def _add(layer: Layer, inputs: Sequence[Value], assembly: Assembly) -> Value:
    return _signed([1] * len(inputs))(layer, inputs, assembly)


def _signed(signs: Sequence[int]) -> Build:
    """Elementwise sum with signs, of values of one size."""

    def build(layer: Layer, inputs: Sequence[Value], assembly: Assembly) -> Value:
        first = inputs[0]
        for value in inputs[1:]:
            shaped = len(value.shape) > 1 and len(first.shape) > 1
            if value.size != first.size or (shaped and value.shape != first.shape):
                raise InvalidNetwork(
                    f"{first.origin} has shape {list(first.shape)} and {value.origin} has shape "
                    f"{list(value.shape)}; what is combined must have one shape"
                )
        total = assembly.affine(layer.name, inputs, signed_sum(signs, first.size))
        return replace(total, shape=first.shape)

    return build


def _concat(layer: Layer, inputs: Sequence[Value], assembly: Assembly) -> Value:
    """One after another along the first axis; one flat value makes all of them flat."""
    axis = layer.fields.get("axis", 0)
    if axis != 0 or isinstance(axis, bool):
        raise InvalidNetwork(f"axis {shown(axis)} is not supported by this version; supported: 0")
    flat = any(len(value.shape) == 1 for value in inputs)
    shapes = [(value.size,) if flat else value.shape for value in inputs]
    for value, shape in zip(inputs, shapes, strict=True):
        if shape[1:] != shapes[0][1:]:
            raise InvalidNetwork(
                f"{inputs[0].origin} has shape {list(shapes[0])} and {value.origin} has shape "
                f"{list(shape)}; all but the first axis must agree"
            )
    size = sum(value.size for value in inputs)
    together = assembly.affine(layer.name, inputs, ExactAffineMap.identity(size))
    return replace(together, shape=(sum(shape[0] for shape in shapes), *shapes[0][1:]))


def _units(type_: UnitType) -> LayerType:
    def build(layer: Layer, inputs: Sequence[Value], assembly: Assembly) -> Value:
        units = type_.make(Fields(layer.fields), inputs[0].size)
        return replace(assembly.units(layer.name, inputs[0], units), shape=inputs[0].shape)

    return LayerType(build, type_.required, type_.optional)


LAYER_TYPES: dict[str, LayerType] = {
    **{name: _units(type_) for name, type_ in UNIT_TYPES.items()},
    "linear": LayerType(_linear, ("weight",), ("bias",)),
    "maxout": LayerType(_maxout, ("weight",), ("bias",)),
    "flatten": LayerType(_flatten),
    "residual": LayerType(_residual, ("body",)),
    "add": LayerType(_add, least=2, most=None),
    "sub": LayerType(_signed([1, -1]), least=2, most=2),
    "concat": LayerType(_concat, (), ("axis",), least=2, most=None),
}
