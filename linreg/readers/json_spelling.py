"""Networks in JSON: from a network to a file's object, such that reading it gives the same one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from linreg.affine import ExactAffineMap
from linreg.domains import Domain
from linreg.errors import UnwritableFile
from linreg.json_values import Json, located
from linreg.network import INPUT, AffineNode, Network, Node, UnitNode
from linreg.readers.assembly import Assembly, signed_sum
from linreg.readers.domain_json import domain_to_json
from linreg.readers.json_network import FORMAT, network_from_json
from linreg.readers.unit_spelling import linear_fields, maxout_fields, runs, scalar_fields
from linreg.units import MaxUnit, ScalarUnit, Unit


def network_to_json(network: Network, domain: Domain | None = None) -> Json:
    """The JSON object that spells a network and a domain, with exactly their numbers.

    A chain is spelled as `layers`, any other graph as `nodes`. A layer that mixes units becomes
    several nodes, one for each run of units that one layer type spells. An affine map is spelled as
    a linear layer with all its numbers, zeros included, also where it was a convolution.

    Parameters
    ----------
    network : Network
    domain : Domain, optional

    Returns
    -------
    dict
        As `network_from_json` takes it.

    Raises
    ------
    UnwritableFile
        If a number is too long to be read again, an affine map is too large to be spelled with its
        zeros, or the network cannot be spelled so that it keeps its fingerprint.

    Examples
    --------
    >>> from linreg.network import mlp
    >>> network_to_json(mlp([([[1], [-1]], [0, "1/3"])]))["layers"][0]["bias"]
    [0, '1/3']
    """
    spelled = _Spelling(network)
    document: Json = {"format": FORMAT}
    if network.name:
        document["name"] = network.name
    if network.source:
        document["source"] = network.source
    document["input_shape"] = list(network.input_shape)
    steps = [INPUT, *(entry.name for entry in spelled.entries)]
    if network.output == steps[-1] and all(
        entry.inputs == (before,) for before, entry in zip(steps, spelled.entries, strict=False)
    ):
        document["layers"] = [entry.as_layer(k) for k, entry in enumerate(spelled.entries, start=1)]
    else:
        document["nodes"] = [entry.as_node() for entry in spelled.entries]
        document["output"] = network.output
        if network.output in spelled.parts:
            _check_fingerprint(network, document)
    if domain is not None:
        document["domain"] = domain_to_json(domain)
    return document


def _check_fingerprint(network: Network, document: Json) -> None:
    if network_from_json(document).fingerprint != network.fingerprint:
        raise UnwritableFile(
            f"{network.output}: the output mixes units and stands before other layers, for which "
            "the format has no spelling; add an affine layer after it"
        )


@dataclass(frozen=True, slots=True)
class _Entry:
    """A node of the file: its keys without its name and inputs."""

    name: str
    inputs: tuple[str, ...]
    fields: Json

    def as_layer(self, place: int) -> Json:
        # A layer without a name is read under this one.
        default = f"{self.fields['type']}{place}"
        named = {} if self.name == default else {"name": self.name}
        return {"type": self.fields["type"], **named, **self.fields}

    def as_node(self) -> Json:
        type_ = self.fields["type"]
        return {"name": self.name, "type": type_, "inputs": list(self.inputs), **self.fields}


class _Spelling:
    """The entries that spell a network, in the order of its nodes.

    `parts` has the layers that are spelled as several; what reads one of them reads its parts, one
    after another, so that lowering finds the same coordinates in the same order.
    """

    def __init__(self, network: Network) -> None:
        self.entries: list[_Entry] = []
        self.parts: dict[str, tuple[str, ...]] = {}
        self._names = Assembly(reserved=(node.name for node in network.nodes))
        self._widths = {INPUT: network.input_dim}
        feeds = _feeds(network)
        for node in network.nodes:
            if node.name in feeds:
                continue
            with located(node.name):
                if isinstance(node, AffineNode):
                    self._affine(node)
                else:
                    self._units(node, feeds.get(node.inputs[0]))
        if network.output in self.parts:
            self._add(network.output, self._read([network.output]), {"type": "concat"})

    def _add(self, name: str, inputs: tuple[str, ...], fields: Json) -> None:
        self.entries.append(_Entry(name, inputs, fields))

    def _read(self, sources: Sequence[str]) -> tuple[str, ...]:
        """The entries that hold what a node reads."""
        return tuple(part for source in sources for part in self.parts.get(source, (source,)))

    def _joined(self, node: Node) -> tuple[str, ...]:
        """The one entry that holds what a node reads; it is added if there are several.

        It stands at the node's own stage, so that lowering passes on the same coordinates.
        """
        inputs = self._read(node.inputs)
        if len(inputs) == 1:
            return inputs
        name = self._names.unused(f"{node.name}.inputs")
        self._add(name, inputs, {"type": "concat"})
        return (name,)

    def _affine(self, node: AffineNode) -> None:
        self._widths[node.name] = node.n_outputs
        inputs = self._read(node.inputs)
        combination = _combination(node.map, [self._widths[source] for source in inputs])
        if combination is None:
            self._add(node.name, self._joined(node), linear_fields(node.map))
        else:
            self._add(node.name, inputs, {"type": combination})

    def _units(self, node: UnitNode, feed: AffineNode | None) -> None:
        pieces = list(runs(node.units))
        if len(pieces) == 1 and isinstance(node.units[0], ScalarUnit):
            self._widths[node.name] = node.n_outputs
            self._add(node.name, self._joined(node), scalar_fields(node.units))
            return
        inputs = self._joined(feed or node)
        read = feed.map if feed else ExactAffineMap.identity(node.n_inputs)
        names = [node.name]
        if len(pieces) > 1:
            names = [self._names.unused(f"{node.name}.{k}") for k in range(1, len(pieces) + 1)]
            self.parts[node.name] = tuple(names)
        start = 0
        for name, run in zip(names, pieces, strict=True):
            stop = start + sum(unit.n_inputs for unit in run)
            rows = slice(start, stop)
            part = ExactAffineMap.of_terms(read.terms[rows], read.shifts[rows], read.n_inputs)
            self._run(name, inputs, run, part)
            start = stop

    def _run(
        self, name: str, inputs: tuple[str, ...], run: Sequence[Unit], read: ExactAffineMap
    ) -> None:
        """Units that read an affine map."""
        self._widths[name] = len(run)
        if isinstance(run[0], MaxUnit):
            self._add(name, inputs, maxout_fields(read, run[0].rank))
            return
        linear = self._names.unused(f"{name}.linear")
        self._add(linear, inputs, linear_fields(read))
        self._add(name, (linear,), scalar_fields(run))


def _feeds(network: Network) -> dict[str, AffineNode]:
    """The affine nodes that are spelled together with the one layer of units that reads them."""
    readers = Counter(source for node in network.nodes for source in node.inputs)
    readers[network.output] += 1
    layers = [node for node in network.nodes if isinstance(node, UnitNode)]
    fed = {
        layer.inputs[0]
        for layer in layers
        if isinstance(layer.units[0], MaxUnit) or len(list(runs(layer.units))) > 1
    }
    return {
        node.name: node
        for node in network.nodes
        if isinstance(node, AffineNode) and node.name in fed and readers[node.name] == 1
    }


def _combination(map_: ExactAffineMap, widths: Sequence[int]) -> str | None:
    """The type of an affine node that only adds, subtracts or concatenates what it reads."""
    if len(widths) == 1:
        return None
    if map_.n_outputs == map_.n_inputs:
        return "concat" if map_ == ExactAffineMap.identity(map_.n_inputs) else None
    if set(widths) != {map_.n_outputs}:
        return None
    for type_, signs in (("add", [1] * len(widths)), ("sub", [1, -1])):
        if map_ == signed_sum(signs, map_.n_outputs):
            return type_
    return None
