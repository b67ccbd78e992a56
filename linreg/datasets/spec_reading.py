"""Specifications of datasets, read from TOML."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import fields
from itertools import product
from typing import Any

from linreg.datasets.initialisers import BIASES, WEIGHTS, default_bias
from linreg.datasets.spec import (
    Architecture,
    Course,
    Drawn,
    Estimates,
    Initialiser,
    Spec,
    Trained,
    Truth,
    Widths,
)
from linreg.datasets.spec_values import (
    Section,
    alternatives,
    finite_table,
    listed,
    name,
    one_of,
    positive,
    table,
    text,
    truth_value,
    whole,
)
from linreg.datasets.trained import DATA, SOLVERS
from linreg.errors import InvalidSpec, UnreadableFile
from linreg.explore import STRATEGIES
from linreg.files import StrPath, read_bytes
from linreg.readers.layers import LAYER_TYPES
from linreg.readers.unit_types import UNIT_TYPES
from linreg.readers.unknown_types import refusal
from linreg.readers.values import Json, located, shown

_TOP = ("name", "description", "license", "seed", "truth", "estimates", "splits")
_FAMILIES = ("drawn", "trained")
_WIDTHS = ("widths", "width", "depth")
_DENSE = ("inputs", *_WIDTHS, "activation", "outputs")
_LAYERED = ("input_shape", "layers")
_DRAWN = ("name", "samples", *_DENSE, *_LAYERED, "init", "scale", "bias", "bias_scale", "domain")
_TRAINED = (
    "name", "samples", "data", "features", "components", *_WIDTHS,
    "epochs", "solver", "learning_rate", "domain",
)  # fmt: skip
_NUMBERS = ("limit", "details")


def read_spec(path: StrPath) -> Spec:
    """The specification that a TOML file holds.

    Raises
    ------
    UnreadableFile
        If the file is missing or is not TOML.
    InvalidSpec
        If a key is unknown or a value impossible; the message names the key.
    """
    data = read_bytes(path)
    try:
        written = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            f"{path}: not UTF-8 text (byte {error.start}), so not a TOML file"
        ) from None
    with located(str(path)):
        return spec_of(written)


def spec_of(written: str) -> Spec:
    """The specification that a TOML text spells.

    Raises
    ------
    UnreadableFile
        If it is not TOML.
    InvalidSpec
        If a key is unknown or a value impossible; the message names the key.

    Examples
    --------
    >>> spec = spec_of('''
    ... name = "pairs"
    ... seed = 0
    ... [[drawn]]
    ... name = "dense"
    ... inputs = 2
    ... widths = [[4], [4, 4]]
    ... init = ["he", "ternary"]
    ... ''')
    >>> len(spec.families[0].architectures), len(spec.families[0].initialisers)
    (2, 2)
    """
    try:
        document = tomllib.loads(written)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UnreadableFile(f"not TOML: {error}") from None
    top = Section(document, (*_TOP, *_FAMILIES))
    families: list[Drawn | Trained] = [
        *_families(top, "drawn", _drawn),
        *_families(top, "trained", _trained),
    ]
    if not families:
        raise InvalidSpec("there are no networks: add a table [[drawn]] or [[trained]]")
    for i, family in enumerate(families):
        if family.name in [other.name for other in families[:i]]:
            raise InvalidSpec(f"name {shown(family.name)} stands at two families; names differ")
    return Spec(
        top.need("name", name),
        top.take("description", text, ""),
        top.take("license", text, "unknown"),
        top.need("seed", whole(0)),
        tuple(families),
        _section(top, "truth", _truth) or Truth(),
        _section(top, "estimates", _estimates) or Estimates(),
        _section(top, "splits", _splits) or {"train": 1.0},
        written,
    )


def _section(top: Section, key: str, read: Any) -> Any:
    if key not in top:
        return None
    with located(key):
        return read(top.need(key, table))


def _families(top: Section, kind: str, read: Any) -> list[Any]:
    found = []
    for i, values in enumerate(top.take(kind, listed(table), ())):
        said = values.get("name")
        with located(f"{kind} {shown(said)}" if isinstance(said, str) else f"{kind}[{i}]"):
            found.append(read(values))
    return found


def _truth(values: Json) -> Truth:
    names = [field.name for field in fields(Truth)]
    section = Section(values, names)
    chosen: dict[str, Any] = {key: section.need(key, whole(1)) for key in _NUMBERS if key in values}
    if "strategy" in values:
        chosen["strategy"] = section.need("strategy", one_of(STRATEGIES))
    for key in names:
        if key in values and key not in chosen:
            chosen[key] = section.need(key, truth_value)
    truth = Truth(**chosen)
    if truth.details > truth.limit:
        if "details" in values:
            raise InvalidSpec(f"details: at most the limit of {truth.limit} was expected")
        truth = Truth(**chosen, details=truth.limit)
    return truth


def _estimates(values: Json) -> Estimates:
    section = Section(values, ("points", "deviation"))
    points = section.need("points", listed(whole(1)))
    if list(points) != sorted(set(points)):
        raise InvalidSpec(f"points: increasing numbers were expected, got {list(points)}")
    return Estimates(points, section.take("deviation", positive, 1.0))


def _splits(values: Json) -> dict[str, float]:
    if not values:
        raise InvalidSpec("at least one split was expected, such as train = 0.8")
    return {name(key, "a name"): float(positive(share, key)) for key, share in values.items()}


def _drawn(values: Json) -> Drawn:
    section = Section(values, _DRAWN)
    made = _layered(section) if "layers" in section else _dense(section)
    laws = section.need("init", alternatives(one_of(WEIGHTS)))
    scales = section.take("scale", alternatives(positive), (1,))
    biases: Sequence[str | None] = section.take("bias", alternatives(one_of(BIASES)), ()) or (None,)
    bias_scales = section.take("bias_scale", alternatives(positive), (1,))
    return Drawn(
        section.need("name", name),
        section.take("samples", whole(1), 1),
        made,
        tuple(
            Initialiser(law, scale, bias or default_bias(law), bias_scale)
            for law, scale, bias, bias_scale in product(laws, scales, biases, bias_scales)
        ),
        _domains(section),
    )


def _layered(section: Section) -> tuple[Architecture, ...]:
    for key in _DENSE:
        if key in section:
            raise InvalidSpec(f"{key}: stands for layers, which are given too; leave one out")
    shapes = section.need("input_shape", alternatives(listed(whole(1)), depth=1))
    stacks = section.need("layers", alternatives(listed(finite_table), depth=1))
    return tuple(Architecture(shape, stack) for shape, stack in product(shapes, stacks))


def _dense(section: Section) -> tuple[Architecture, ...]:
    if "input_shape" in section:
        raise InvalidSpec("input_shape: goes with layers, which are missing; or give inputs")
    sizes = section.need("inputs", alternatives(whole(1)))
    widths = _widths(section)
    activations = section.take("activation", alternatives(_activation), ({"type": "relu"},))
    outputs = section.take("outputs", alternatives(whole(0)), (1,))
    return tuple(
        Architecture((size,), _stack(hidden, activation, out))
        for size, hidden, activation, out in product(sizes, widths, activations, outputs)
    )


def _widths(section: Section) -> tuple[Widths, ...]:
    """The widths themselves, or those of all combinations of a width and a depth."""
    if "widths" not in section and "width" not in section:
        raise InvalidSpec("key 'widths' is missing; or give width and depth")
    if "widths" in section:
        if "width" in section or "depth" in section:
            raise InvalidSpec("widths: stands for width and depth, which are given too")
        return section.need("widths", alternatives(listed(whole(1)), depth=1))
    wide = section.need("width", alternatives(whole(1)))
    deep = section.take("depth", alternatives(whole(1)), (1,))
    return tuple((width,) * depth for width, depth in product(wide, deep))


def _activation(value: object, key: str) -> Json:
    """A layer of units, by its type alone or with its parameters."""
    layer = {"type": value} if isinstance(value, str) else finite_table(value, key)
    with located(key):
        type_ = text(layer.get("type"), "type")
        if type_ not in (*UNIT_TYPES, "maxout"):
            raise InvalidSpec(str(refusal(type_, (*UNIT_TYPES, "maxout"))))
        if type_ == "maxout":
            Section(layer, ("type", "rank")).need("rank", whole(2))
        else:
            required = (*LAYER_TYPES[type_].required, *LAYER_TYPES[type_].optional)
            taken = Section(layer, ("type", *required))
            for word in LAYER_TYPES[type_].required:
                taken.need(word, lambda found, _key: found)
    return layer


def _stack(widths: Widths, activation: Json, outputs: int) -> tuple[Json, ...]:
    layers: list[Json] = []
    for width in widths:
        if activation["type"] == "maxout":
            layers.append({"type": "maxout", "units": width, "rank": activation["rank"]})
        else:
            layers += [{"type": "linear", "outputs": width}, activation]
    return (*layers, *([{"type": "linear", "outputs": outputs}] if outputs else []))


def _domains(section: Section) -> tuple[Json, ...]:
    return section.take("domain", alternatives(_domain), ({"type": "all"},))


def _domain(value: object, key: str) -> Json:
    if value == "all":
        return {"type": "all"}
    if isinstance(value, str):
        raise InvalidSpec(
            f'{key}: "all" or a table such as {{type = "box", lo = -1, hi = 1}} was expected, got '
            f"{shown(value)}"
        )
    return finite_table(value, key)


def _trained(values: Json) -> Trained:
    section = Section(values, _TRAINED)
    if "features" in section and "components" in section:
        raise InvalidSpec("features: stands beside components; leave one of them out")
    columns = section.take("features", listed(whole(0)), None)
    data = section.need("data", alternatives(one_of(DATA)))
    components = section.take("components", alternatives(whole(1)), (None,))
    solvers = section.take("solver", alternatives(one_of(SOLVERS)), ("adam",))
    rates = section.take("learning_rate", alternatives(positive), (0.01,))
    return Trained(
        section.need("name", name),
        section.take("samples", whole(1), 1),
        tuple(
            Course(source, columns, component, widths, solver, float(rate))
            for source, component, widths, solver, rate in product(
                data, components, _widths(section), solvers, rates
            )
        ),
        section.need("epochs", alternatives(whole(0))),
        _domains(section),
    )
