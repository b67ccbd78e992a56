"""The golden networks: their numbers were found by at least two independent programs.

Built straight from nodes, without the library's readers of files.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from linreg.affine import ExactAffineMap
from linreg.domains import Box, Domain, Polytope, WholeSpace
from linreg.network import INPUT, AffineNode, Network, Node, UnitNode, linear_map
from linreg.units import Unit, absolute, hard_tanh, leaky_relu, maxout, relu

FOLDER = Path(__file__).parent / "golden"
SUPPORTED = {"linear", "relu", "leaky_relu", "abs", "hardtanh", "maxout", "residual"}


@dataclass(frozen=True)
class Case:
    """One network of a golden file, as it stands there."""

    name: str
    data: dict[str, Any]

    @property
    def supported(self) -> bool:
        """Whether `network` knows every layer type."""
        return all(kind in SUPPORTED for kind in _layer_types(self.data["layers"]))

    @property
    def expected(self) -> dict[str, int]:
        return self.data["expected"]

    @property
    def network(self) -> Network:
        nodes: list[Node] = []
        [n_inputs] = self.data["input_shape"]
        output, _ = _append(nodes, self.data["layers"], INPUT, n_inputs)
        return Network((n_inputs,), tuple(nodes), output, name=self.name)

    @property
    def domain(self) -> Domain:
        match self.data["domain"]:
            case {"type": "all"}:
                return WholeSpace(self.data["input_shape"][0])
            case {"type": "box", "lo": lo, "hi": hi}:
                return Box(lo, hi)
            case {"type": "polytope", "A": A, "b": b}:
                return Polytope(A, b)
        raise ValueError(f"{self.name}: unknown domain {self.data['domain']}")


def cases(file: str = "golden") -> list[Case]:
    """All networks of a golden file, "golden" or "nasty"."""
    data = json.loads((FOLDER / f"{file}.json").read_text())
    return [Case(each["name"], each) for each in data["cases"]]


def case(name: str) -> Case:
    """The network of that name, in either file; a name that is in both means "golden"."""
    return next(each for each in [*cases("golden"), *cases("nasty")] if each.name == name)


def _layer_types(layers: list[dict[str, Any]]) -> Iterator[str]:
    for layer in layers:
        yield layer["type"]
        yield from _layer_types(layer.get("body", []))


def _append(
    nodes: list[Node], layers: list[dict[str, Any]], source: str, width: int
) -> tuple[str, int]:
    """Append the nodes of a chain of layers; its last node and the width of that."""
    for layer in layers:
        name = f"node{len(nodes)}"
        match layer:
            case {"type": "linear", "weight": weight, "bias": bias}:
                nodes.append(AffineNode(name, (source,), linear_map(weight, bias, where=name)))
            case {"type": "maxout", "weight": weight, "bias": bias}:
                rows = [row for unit in weight for row in unit]
                shifts = [shift for unit in bias for shift in unit]
                nodes.append(AffineNode(name, (source,), linear_map(rows, shifts, where=name)))
                units = tuple(maxout(len(unit)) for unit in weight)
                nodes.append(UnitNode(f"{name}-units", (name,), units))
            case {"type": "residual", "body": body}:
                end, _ = _append(nodes, body, source, width)
                name = f"node{len(nodes)}"
                nodes.append(AffineNode(name, (end, source), _sum(width)))
            case _:
                nodes.append(UnitNode(name, (source,), (_unit(layer),) * width))
        source, width = nodes[-1].name, nodes[-1].n_outputs
    return source, width


def _sum(width: int) -> ExactAffineMap:
    """(body, x) -> body + x, whose matrix is [I I]."""
    matrix = [[int(i == j % width) for j in range(2 * width)] for i in range(width)]
    return ExactAffineMap.of(matrix, [0] * width)


def _unit(layer: dict[str, Any]) -> Unit:
    match layer:
        case {"type": "relu"}:
            return relu()
        case {"type": "leaky_relu", "alpha": alpha}:
            return leaky_relu(alpha)
        case {"type": "abs"}:
            return absolute()
        case {"type": "hardtanh"}:
            return hard_tanh()
    raise ValueError(f"unknown layer {layer}")
