"""Networks in JSON: from a file's object to a network, in either of its two spellings."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from heapq import heapify, heappop, heappush
from math import prod

from linreg.domains import Domain
from linreg.errors import InvalidNetwork, UnreadableFile
from linreg.json_values import Json, as_list, as_object, as_text, located, nearest, shown
from linreg.network import INPUT, Network
from linreg.readers.assembly import Assembly, Value
from linreg.readers.domain_json import domain_from_json
from linreg.readers.layers import chain, label_of, node_value
from linreg.wording import counted

FORMAT = "linreg-network-1"
"""The version of the format that is read and written."""

MAX_INPUTS = 1_000_000
"""Most inputs that are read; an identity map of that many would have 10^12 numbers."""


def network_from_json(document: Json) -> Network:
    """The network that a JSON object spells, with exactly its numbers.

    Parameters
    ----------
    document : dict
        `input_shape`, and either `layers` or `nodes` and `output`.

    Returns
    -------
    Network

    Raises
    ------
    InvalidNetwork
        If it is malformed; the message names the layer or the node.
    UnreadableFile
        If it says that it is of another format.

    Examples
    --------
    >>> layers = [{"type": "linear", "weight": [[1], [-1]]}, {"type": "relu"}]
    >>> network_from_json({"input_shape": [1], "layers": layers}).forward_exact([3])
    [Fraction(3, 1), Fraction(0, 1)]
    """
    if document.get("format", FORMAT) != FORMAT:
        raise UnreadableFile(
            f"format {shown(document['format'])} is not known to this version, which reads {FORMAT}"
        )
    shape = input_shape(document)
    value = Value(INPUT, shape, "the input")
    if "layers" in document and "nodes" in document:
        raise InvalidNetwork("there are both 'layers' and 'nodes'; give one of them")
    if "nodes" in document:
        assembly, output = _graph(document, value)
    else:
        assembly = Assembly()
        output = chain(_member(document, "layers"), value, assembly).name
    name, source = (as_text(document.get(key, ""), key) for key in ("name", "source"))
    return Network(
        shape,
        tuple(assembly.nodes),
        output,
        name=name,
        source=source,
        layers=tuple(assembly.layers),
    )


def input_shape(document: Json) -> tuple[int, ...]:
    """The input shape that a JSON object says: [n], [C, N] or [C, H, W].

    Raises
    ------
    InvalidNetwork
        If it is missing or is not one to three positive integers.
    """
    shape = as_list(_member(document, "input_shape"), "input_shape")
    if not 1 <= len(shape) <= 3:
        raise InvalidNetwork(
            "input_shape: [n], [C, N] or [C, H, W] was expected, got "
            f"{counted(len(shape), 'number')}"
        )
    for i, length in enumerate(shape):
        if isinstance(length, bool) or not isinstance(length, int) or length < 1:
            raise InvalidNetwork(
                f"input_shape[{i}]: a positive integer was expected, got {shown(length)}"
            )
    if prod(shape) > MAX_INPUTS:
        raise InvalidNetwork(f"input_shape: more than {MAX_INPUTS} inputs are not read")
    return tuple(shape)


def domain_of(document: Json) -> Domain | None:
    """The domain that a network's JSON object holds, or None.

    Raises
    ------
    InvalidNetwork, InvalidDomain
        If the input shape or the domain is malformed, or they do not fit.
    """
    if "domain" not in document:
        return None
    dim = prod(input_shape(document))
    with located("domain"):
        return domain_from_json(document["domain"], dim)


def _member(document: Json, key: str) -> object:
    if key in document:
        return document[key]
    meant = get_close_matches(key, document, n=1)
    raise InvalidNetwork(
        f"key {key!r} is missing" + (f"; did you write {shown(meant[0])} for it?" if meant else "")
    )


def _graph(document: Json, start: Value) -> tuple[Assembly, str]:
    """The nodes of the general spelling, and the node whose value is the network's."""
    specs = _named(document["nodes"])
    reads = {name: _reads(name, spec, specs) for name, spec in specs.items()}
    assembly = Assembly(reserved=specs)
    values = {INPUT: start}
    for name in _ordered(reads):
        label = label_of(f"node {shown(name)}", specs[name])
        with located(label):
            inputs = [values[source] for source in reads[name]]
            value = node_value(name, specs[name], inputs, assembly)
            values[name] = Value(value.name, value.shape, label)
    output = as_text(_member(document, "output"), "output")
    if output not in values:
        raise InvalidNetwork(f"output: there is no node {shown(output)}{nearest(output, values)}")
    return assembly, values[output].name


def _named(nodes: object) -> dict[str, Json]:
    """The nodes by their names, in the order of the file."""
    named: dict[str, Json] = {}
    for k, spec in enumerate(as_list(nodes, "nodes"), start=1):
        with located(label_of(f"node {k}", spec)):
            name = as_text(_member(as_object(spec), "name"), "name")
            if name in ("", INPUT):
                raise InvalidNetwork(f"name: a node cannot be called {shown(name)}")
            if name in named:
                raise InvalidNetwork(f"name: {shown(name)} is an earlier node's; names must differ")
            named[name] = spec
    return named


def _reads(name: str, spec: Json, known: Mapping[str, Json]) -> list[str]:
    """The names that a node reads."""
    with located(label_of(f"node {shown(name)}", spec)):
        inputs = as_list(_member(spec, "inputs"), "inputs")
        sources = [as_text(source, f"inputs[{i}]") for i, source in enumerate(inputs)]
        for i, source in enumerate(sources):
            if source != INPUT and source not in known:
                raise InvalidNetwork(
                    f"inputs[{i}]: there is no node {shown(source)}"
                    f"{nearest(source, [INPUT, *known])}"
                )
    return sources


def _ordered(reads: Mapping[str, list[str]]) -> list[str]:
    """The names in an order in which each comes after those it reads; ties as in the file."""
    place = {name: k for k, name in enumerate(reads)}
    names = list(reads)
    waits = {name: {source for source in reads[name] if source != INPUT} for name in names}
    readers: dict[str, list[str]] = {name: [] for name in names}
    for name, sources in waits.items():
        for source in sources:
            readers[source].append(name)
    ready = [place[name] for name in names if not waits[name]]
    heapify(ready)
    order = []
    while ready:
        order.append(names[heappop(ready)])
        for reader in readers[order[-1]]:
            waits[reader].discard(order[-1])
            if not waits[reader]:
                heappush(ready, place[reader])
    stuck = [name for name in names if waits[name]]
    if stuck:
        names_shown = ", ".join(shown(name) for name in stuck[:4])
        raise InvalidNetwork(
            f"nodes: {names_shown}{', ...' if len(stuck) > 4 else ''}: these read one another in a "
            "cycle, or read what comes after it; a network has no cycles"
        )
    return order
