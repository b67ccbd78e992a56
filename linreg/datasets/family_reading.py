"""Families of networks in a specification, read from their tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from math import prod
from pathlib import Path
from typing import Any

from linreg.datasets.given import given_file, given_files
from linreg.datasets.initialisers import BIASES, WEIGHTS, default_bias
from linreg.datasets.spec import (
    MOST_NETWORKS,
    Architecture,
    Drawn,
    Given,
    GivenFile,
    Initialiser,
    Trained,
    TrainingRun,
    Widths,
)
from linreg.datasets.spec_values import (
    SpecTable,
    alternatives,
    finite_table,
    listed,
    name,
    one_of,
    positive,
    text,
    whole,
)
from linreg.datasets.trained import DATA, SOLVERS
from linreg.errors import InvalidSpec
from linreg.json_values import Json, located, shown
from linreg.readers.layers import LAYER_TYPES
from linreg.readers.unit_types import UNIT_TYPES
from linreg.readers.unknown_types import refusal

WIDEST_LAYER = 1_000_000
"""Most units of a layer and most inputs."""

MOST_LAYERS = 1_000
"""Most layers that a depth stands for."""

TABLES = (".csv",)
"""Ends of the names of tables."""

_size = whole(1, WIDEST_LAYER)
_WIDTHS = ("widths", "width", "depth")
_DENSE = ("inputs", *_WIDTHS, "activation", "outputs")
_LAYERED = ("input_shape", "layers")
_DRAWN = ("name", "samples", *_DENSE, *_LAYERED, "init", "scale", "bias", "bias_scale", "domain")
_TRAINED = (
    "name", "samples", "data", "features", "components", *_WIDTHS,
    "epochs", "solver", "learning_rate", "domain", "target",
)  # fmt: skip
_GIVEN = ("name", "files", "domain")


def drawn_family(values: Json) -> Drawn:
    """The family that a table [[drawn]] spells."""
    section = SpecTable(values, _DRAWN)
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
            for law, scale, bias, bias_scale in _combined(laws, scales, biases, bias_scales)
        ),
        _domains(section),
    )


def given_family(values: Json, folder: Path) -> Given:
    """The family that a table [[given]] spells; files are looked for in a folder."""
    section = SpecTable(values, _GIVEN)
    said = section.need("name", name)
    files = given_files(section.need("files", alternatives(text)), folder)
    return Given(said, files, _domains(section) if "domain" in section else None)


def trained_family(values: Json, folder: Path) -> Trained:
    """The family that a table [[trained]] spells; tables are looked for in a folder."""
    section = SpecTable(values, _TRAINED)
    if "features" in section and "components" in section:
        raise InvalidSpec("features: stands beside components; leave one of them out")
    columns = section.take("features", listed(whole(0)), None)
    target = section.take("target", text, None)
    data: Sequence[str | GivenFile]
    if target is None:
        data = section.need("data", alternatives(_known_data))
    else:
        said = section.need("data", alternatives(text))
        data = [given_file(folder / path, folder) for path in said]
    components = section.take("components", alternatives(whole(1)), (None,))
    solvers = section.take("solver", alternatives(one_of(SOLVERS)), ("adam",))
    rates = section.take("learning_rate", alternatives(positive), (0.01,))
    return Trained(
        section.need("name", name),
        section.take("samples", whole(1), 1),
        tuple(
            TrainingRun(source, columns, component, widths, solver, float(rate), target)
            for source, component, widths, solver, rate in _combined(
                data, components, _widths(section), solvers, rates
            )
        ),
        section.need("epochs", alternatives(whole(0))),
        _domains(section),
    )


def _known_data(value: object, key: str) -> str:
    if str(value).lower().endswith(TABLES):
        raise InvalidSpec(f"target: the column of {value} that holds the classes is missing")
    return one_of(DATA)(value, key)


def _combined(*alternatives: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
    """All combinations of some alternatives, of which there must not be too many."""
    n = prod(map(len, alternatives))
    if n > MOST_NETWORKS:
        raise InvalidSpec(
            f"there are {n:,} combinations; at most {MOST_NETWORKS:,} networks were expected"
        )
    return product(*alternatives)


def _layered(section: SpecTable) -> tuple[Architecture, ...]:
    for key in _DENSE:
        if key in section:
            raise InvalidSpec(f"{key}: stands for layers, which are given too; leave one out")
    shapes = section.need("input_shape", alternatives(listed(_size), depth=1))
    stacks = section.need("layers", alternatives(listed(finite_table), depth=1))
    return tuple(Architecture(shape, stack) for shape, stack in _combined(shapes, stacks))


def _dense(section: SpecTable) -> tuple[Architecture, ...]:
    if "input_shape" in section:
        raise InvalidSpec("input_shape: goes with layers, which are missing; or give inputs")
    sizes = section.need("inputs", alternatives(_size))
    widths = _widths(section)
    activations = section.take("activation", alternatives(_activation), ({"type": "relu"},))
    outputs = section.take("outputs", alternatives(whole(0, WIDEST_LAYER)), (1,))
    return tuple(
        Architecture((size,), _stack(hidden, activation, out))
        for size, hidden, activation, out in _combined(sizes, widths, activations, outputs)
    )


def _widths(section: SpecTable) -> tuple[Widths, ...]:
    """The widths themselves, or those of all combinations of a width and a depth."""
    if "widths" not in section and "width" not in section:
        raise InvalidSpec("key 'widths' is missing; or give width and depth")
    if "widths" in section:
        if "width" in section or "depth" in section:
            raise InvalidSpec("widths: stands for width and depth, which are given too")
        return section.need("widths", alternatives(listed(_size), depth=1))
    wide = section.need("width", alternatives(_size))
    deep = section.take("depth", alternatives(whole(1, MOST_LAYERS)), (1,))
    layers = len(wide) * sum(deep)
    if layers > MOST_NETWORKS:
        raise InvalidSpec(f"depth: {layers:,} layers in all; at most {MOST_NETWORKS:,} are made")
    return tuple((width,) * depth for width, depth in _combined(wide, deep))


def _activation(value: object, key: str) -> Json:
    """A layer of units, by its type alone or with its parameters."""
    layer = {"type": value} if isinstance(value, str) else finite_table(value, key)
    with located(key):
        type_ = text(layer.get("type"), "type")
        if type_ not in (*UNIT_TYPES, "maxout"):
            raise InvalidSpec(str(refusal(type_, (*UNIT_TYPES, "maxout"))))
        if type_ == "maxout":
            SpecTable(layer, ("type", "rank")).need("rank", whole(2))
        else:
            required = (*LAYER_TYPES[type_].required, *LAYER_TYPES[type_].optional)
            taken = SpecTable(layer, ("type", *required))
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


def _domains(section: SpecTable) -> tuple[Json, ...]:
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
