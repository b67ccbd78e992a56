"""Networks from Keras files: the layers of the configuration, in the order in which they read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from linreg.errors import InvalidNetwork
from linreg.files import StrPath, read_bytes
from linreg.json_values import located, shown
from linreg.network import Network
from linreg.readers.framework_graph import GraphAssembly
from linreg.readers.keras_file import KerasFile, class_places, keras_content
from linreg.readers.keras_layer import KerasLayer
from linreg.readers.keras_layers import ACTIVATIONS, LAYERS, layer_refusal
from linreg.readers.refused_operators import LAST, operator_refusal, plain
from linreg.readers.tensor_values import Operand, Site
from linreg.wording import counted

MOST_NESTED = 20
"""Deepest nesting of models in models."""

_MODELS = ("Functional", "Model", "Sequential")
_KEEPS_SCORES = ("Activation", "Flatten", "Reshape")


def read_keras(path: StrPath) -> Network:
    """The network in a .keras or .h5 file, with exactly its numbers.

    Axes stand as in Keras, channels last. A softmax or sigmoid at the end is left out, which a
    note says.

    Raises
    ------
    UnreadableFile
        If the file is missing or damaged, holds only weights, or h5py is not installed.
    InvalidNetwork
        If a layer is not supported, or shapes do not fit; the message names the layer.
    NotPiecewiseLinear
        If a layer is not piecewise linear.
    """
    data = read_bytes(path)
    with located(str(path)):
        content = keras_content(data)
        construction = GraphAssembly((1, *_input_shape(content.model)))
        reading = _Reading(construction, content)
        output = reading.model(content.model, [construction.input], (), ())
        return construction.finished(output, f"Keras {content.version}".strip())


@dataclass(frozen=True, slots=True)
class _Call:
    """A layer, and the values that it reads by the names of the layers that give them."""

    layer: dict[str, Any]
    reads: tuple[str, ...]
    name: str
    place: str


class _Reading:
    """Layers turned into nodes, one after another."""

    def __init__(self, construction: GraphAssembly, content: KerasFile) -> None:
        self._construction = construction
        self._weights = content.weights
        self._is_old = content.version[:2] in ("1.", "2.")

    def model(
        self,
        model: dict[str, Any],
        inputs: Sequence[Any],
        classes: tuple[str, ...],
        names: tuple[str, ...],
    ) -> Any:
        """What a model gives for its inputs."""
        if len(names) > MOST_NESTED:
            raise InvalidNetwork(f"models stand in models, more than {MOST_NESTED} deep")
        calls, given, wanted = _calls(model)
        if len(given) != len(inputs) or len(wanted) != 1:
            raise InvalidNetwork(
                f"the model has {counted(len(given), 'input')} and "
                f"{counted(len(wanted), 'output')}; models of one of each are read"
            )
        values: dict[str, Any] = dict(zip(given, inputs, strict=True))
        for call in calls:
            if call.name in values:
                continue
            kind = str(call.layer.get("class_name", "?"))
            with located(f"layer {shown(call.name)} ({kind[:30]})"):
                missing = [name for name in call.reads if name not in values]
                if missing:
                    raise InvalidNetwork(
                        f"it reads {shown(missing[0])}, which no layer before gives"
                    )
                read = [values[name] for name in call.reads]
                places = (*classes, call.place), (*names, call.name)
                if kind in _MODELS:
                    values[call.name] = self.model(call.layer, read, *places)
                else:
                    values[call.name] = self._layer(call, kind, read, *places)
        if wanted[0] not in values:
            raise InvalidNetwork(f"the output is {shown(wanted[0])}, which no layer gives")
        return values[wanted[0]]

    def _layer(
        self,
        call: _Call,
        kind: str,
        read: list[Any],
        classes: tuple[str, ...],
        names: tuple[str, ...],
    ) -> Any:
        config = _config(call.layer)
        function = LAYERS.get(kind)
        if function is None and plain(kind) not in LAST:
            raise layer_refusal(kind)
        arrays = self._weights(classes, names)
        if not read:
            raise InvalidNetwork("it reads nothing")

        def compute(site: Site, operands: list[Operand | None]) -> Operand | list[Operand]:
            assert function is not None
            return function(KerasLayer(site, config, arrays, operands, self._is_old))

        made: Any = self._construction.apply(
            call.name,
            kind,
            read,
            compute if function else None,
            keeps_scores=kind in _KEEPS_SCORES,
            supported=tuple(LAYERS),
        )
        name = _activation(config.get("activation")) if function else "linear"
        if name == "linear":
            return made
        act = ACTIVATIONS.get(name)
        if act is None and plain(name) not in LAST:
            raise operator_refusal(name, ACTIVATIONS)

        def activate(site: Site, operands: list[Operand | None]) -> Operand | list[Operand]:
            assert act is not None
            return act(KerasLayer(site, {}, [], operands, self._is_old))

        return self._construction.apply(
            f"{call.name}.{name}",
            name,
            [made],
            activate if act else None,
            supported=(*ACTIVATIONS,),
        )


def _activation(given: Any) -> str:
    """The name of an activation, which may be wrapped in an object."""
    if given is None:
        return "linear"
    if isinstance(given, dict):
        inner = given.get("config")
        given = inner if isinstance(inner, str) else given.get("class_name")
        names = {"ReLU": "relu", "LeakyReLU": "?", "Softmax": "softmax"}
        given = names.get(str(given), given)
    if not isinstance(given, str) or given == "?":
        raise InvalidNetwork("the activation has settings of its own; make it a layer of its own")
    return given


def _config(layer: Any) -> dict[str, Any]:
    config = layer.get("config", {}) if isinstance(layer, dict) else None
    if not isinstance(config, dict):
        raise InvalidNetwork("a layer has no configuration")
    return config


def _layers(model: dict[str, Any]) -> list[dict[str, Any]]:
    config = model.get("config")
    layers = config.get("layers") if isinstance(config, dict) else config
    if not isinstance(layers, list) or not all(isinstance(layer, dict) for layer in layers):
        raise InvalidNetwork(
            f"a Sequential or a Functional model was expected, got {shown(model.get('class_name'))}"
            "; one of your own class is written as such by keras.Model(inputs, outputs)"
        )
    return layers


def _input_shape(model: dict[str, Any]) -> tuple[int, ...]:
    """The shape of the model's input, without the batch axis."""
    for layer in _layers(model):
        config = _config(layer)
        if layer.get("class_name") in _MODELS:
            return _input_shape(layer)
        keys = ("batch_shape", "batch_input_shape")
        shape = next((config[key] for key in keys if config.get(key)), None)
        if shape is None and isinstance(layer.get("build_config"), dict):
            shape = layer["build_config"].get("input_shape")
        if isinstance(shape, list) and len(shape) > 1:
            if all(type(length) is int and length > 0 for length in shape[1:]):
                return tuple(shape[1:])
            raise InvalidNetwork(
                f"the input's shape is {shape[1:]}, in which None is free; make the model with a "
                "fixed one, as in keras.Input((28, 28, 1))"
            )
        if layer.get("class_name") != "InputLayer":
            break
    raise InvalidNetwork("the model does not say its input's shape; build it with keras.Input")


def _calls(model: dict[str, Any]) -> tuple[list[_Call], list[str], list[str]]:
    """The layers in order with what they read, and the names of inputs and outputs."""
    layers = _layers(model)
    is_chain = model.get("class_name") == "Sequential"
    # A Sequential does not count its input among its layers; a Functional model does.
    placed = [
        layer for layer in layers if not (is_chain and layer.get("class_name") == "InputLayer")
    ]
    place_of = {id(layer): at for layer, at in zip(placed, class_places(placed), strict=True)}
    calls = []
    before = "input"
    for layer in layers:
        config = _config(layer)
        name = str(layer.get("name") or config.get("name") or "?")
        place = place_of.get(id(layer), "input_layer")
        if is_chain:
            if layer.get("class_name") != "InputLayer":
                calls.append(_Call(layer, (before,), name, place))
                before = name
            continue
        nodes = layer.get("inbound_nodes")
        if not isinstance(nodes, list) or len(nodes) > 1:
            times = len(nodes) if isinstance(nodes, list) else 0
            raise InvalidNetwork(
                f"layer {shown(name)} is called {times} times; a layer that is called once is read"
            )
        reads = tuple(_sources(nodes[0])) if nodes else ()
        calls.append(_Call(layer, reads, name, place))
    if len({call.name for call in calls}) < len(calls):
        raise InvalidNetwork("two layers have one name; names must differ")
    if is_chain:
        return calls, ["input"], [before]
    config = _config(model)
    ends = [list(_triples(config.get(key))) for key in ("input_layers", "output_layers")]
    return _sorted(calls), ends[0], ends[1]


def _sorted(calls: Sequence[_Call]) -> list[_Call]:
    """The layers, each after those that it reads."""
    waiting, ready, order = list(calls), set[str](), []
    while waiting:
        free = [call for call in waiting if ready.issuperset(call.reads)]
        if not free:
            raise InvalidNetwork(f"layer {shown(waiting[0].name)} reads what no layer gives")
        order += free
        ready |= {call.name for call in free}
        waiting = [call for call in waiting if call.name not in ready]
    return order


def _sources(node: Any) -> Iterator[str]:
    """The names of the layers that a call reads, as Keras 3 or as Keras 2 spells them."""
    if isinstance(node, dict):
        for entry in _tensors(node.get("args"), 0):
            history = _config(entry).get("keras_history")
            if not isinstance(history, list) or not history:
                raise InvalidNetwork("a layer reads a tensor whose origin is not said")
            yield str(history[0])
        return
    yield from _triples(node)


def _tensors(entry: Any, depth: int) -> Iterator[dict[str, Any]]:
    if isinstance(entry, dict) and entry.get("class_name") == "__keras_tensor__":
        yield entry
    elif isinstance(entry, list) and depth < MOST_NESTED:
        for inner in entry:
            yield from _tensors(inner, depth + 1)
    elif entry is not None:
        raise InvalidNetwork(f"a layer is called with {shown(entry)}; tensors alone are read")


def _triples(entry: Any, depth: int = 0) -> Iterator[str]:
    """The names in lists such as ["dense", 0, 0], however deep these stand."""
    if not isinstance(entry, list) or depth > MOST_NESTED:
        raise InvalidNetwork(f"a list of names of layers was expected, got {shown(entry)}")
    if entry and isinstance(entry[0], str):
        if len(entry) > 3 and entry[3]:
            raise InvalidNetwork(f"layer {shown(entry[0])} is read with arguments; none are read")
        yield entry[0]
        return
    for inner in entry:
        yield from _triples(inner, depth + 1)
