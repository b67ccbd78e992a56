"""Layers of a JSON file that see no axes: linear, maxout, units, and values that are combined."""

from __future__ import annotations

from collections.abc import Sequence

from linreg.affine import ExactAffineMap
from linreg.errors import InvalidNetwork
from linreg.json_values import as_list, located
from linreg.network import linear_map
from linreg.network.operators import Shape, concat_map, elementwise_max, elementwise_min
from linreg.readers.assembly import Assembly, Value, signed_sum
from linreg.readers.layer_type import Build, Layer, LayerType
from linreg.readers.unit_types import UNIT_TYPES, Fields, UnitType
from linreg.units import maxout
from linreg.wording import counted


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
        raise InvalidNetwork(
            f"bias has {counted(len(biases), 'row')}, but weight has "
            f"{counted(len(weights), 'unit')}"
        )
    if not weights:
        raise InvalidNetwork("weight has no units; a layer needs at least one")
    maps = []
    for u, (weight, bias) in enumerate(zip(weights, biases, strict=True)):
        with located(f"unit {u}"):
            maps.append(linear_map(weight, bias))
            _check_columns(maps[-1], inputs[0])
            if maps[-1].n_outputs != maps[0].n_outputs:
                raise InvalidNetwork(
                    f"has {counted(maps[-1].n_outputs, 'candidate')}, but unit 0 has "
                    f"{maps[0].n_outputs}; all units of a layer have the same rank"
                )
    name = assembly.unused(f"{layer.name}.candidates")
    candidates = assembly.affine(name, inputs, ExactAffineMap.stack(maps))
    return assembly.units(layer.name, candidates, (maxout(maps[0].n_outputs),) * len(maps))


def _check_columns(map_: ExactAffineMap, value: Value) -> None:
    if map_.n_inputs != value.size:
        raise InvalidNetwork(
            f"weight has {counted(map_.n_inputs, 'column')}, but {value.origin} has "
            f"{counted(value.size, 'value')}; shapes must chain"
        )


def _add(layer: Layer, inputs: Sequence[Value], assembly: Assembly) -> Value:
    return _signed([1] * len(inputs))(layer, inputs, assembly)


def _signed(signs: Sequence[int]) -> Build:
    """Elementwise sum with signs, of values of one size."""

    def build(layer: Layer, inputs: Sequence[Value], assembly: Assembly) -> Value:
        shape = _one_shape(inputs)
        return assembly.affine(layer.name, inputs, signed_sum(signs, inputs[0].size), shape)

    return build


def _max(layer: Layer, inputs: Sequence[Value], assembly: Assembly) -> Value:
    shape = _one_shape(inputs)
    selection, units = elementwise_max(len(inputs), inputs[0].size)
    candidates = assembly.affine(assembly.unused(f"{layer.name}.candidates"), inputs, selection)
    return assembly.units(layer.name, candidates, units, shape)


def _min(layer: Layer, inputs: Sequence[Value], assembly: Assembly) -> Value:
    shape = _one_shape(inputs)
    negated, units, negation = elementwise_min(len(inputs), inputs[0].size)
    candidates = assembly.affine(assembly.unused(f"{layer.name}.candidates"), inputs, negated)
    largest = assembly.units(assembly.unused(f"{layer.name}.max"), candidates, units)
    return assembly.affine(layer.name, [largest], negation, shape)


def _one_shape(inputs: Sequence[Value]) -> Shape:
    """The shape of values that are combined coordinate by coordinate; a flat one fits any."""
    first = inputs[0]
    for value in inputs[1:]:
        shaped = len(value.shape) > 1 and len(first.shape) > 1
        if value.size != first.size or (shaped and value.shape != first.shape):
            raise InvalidNetwork(
                f"{first.origin} has shape {list(first.shape)} and {value.origin} has shape "
                f"{list(value.shape)}; what is combined must have one shape"
            )
    return first.shape


def _concat(layer: Layer, inputs: Sequence[Value], assembly: Assembly) -> Value:
    """One after another along an axis; along the first one, a flat value makes all of them flat."""
    axis = layer.fields.get("axis", 0)
    flat = axis == 0 and any(len(value.shape) == 1 for value in inputs)
    shapes = [(value.size,) if flat else value.shape for value in inputs]
    map_, shape = concat_map(shapes, axis)
    return assembly.affine(layer.name, inputs, map_, shape)


def _units(type_: UnitType) -> LayerType:
    def build(layer: Layer, inputs: Sequence[Value], assembly: Assembly) -> Value:
        units = type_.make(Fields(layer.fields), inputs[0].shape)
        return assembly.units(layer.name, inputs[0], units, inputs[0].shape)

    return LayerType(build, type_.required, type_.optional)


DENSE_LAYERS: dict[str, LayerType] = {
    **{name: _units(type_) for name, type_ in UNIT_TYPES.items()},
    "linear": LayerType(_linear, ("weight",), ("bias",)),
    "maxout": LayerType(_maxout, ("weight",), ("bias",)),
    "residual": LayerType(_add, has_body=True),
    "add": LayerType(_add, least=2, most=None),
    "sub": LayerType(_signed([1, -1]), least=2, most=2),
    "max": LayerType(_max, least=2, most=None),
    "min": LayerType(_min, least=2, most=None),
    "concat": LayerType(_concat, (), ("axis",), least=2, most=None),
}
