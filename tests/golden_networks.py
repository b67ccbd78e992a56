"""The golden networks: their numbers were found by at least two independent programs.

Built straight from nodes, without the library's readers of files.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, cached_property
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from linreg import Enumeration, enumerate_regions
from linreg.affine import ExactAffineMap
from linreg.domains import Box, Domain, Polytope, WholeSpace
from linreg.network import INPUT, AffineNode, Network, Node, UnitNode, linear_map
from linreg.units import Unit, absolute, hard_tanh, leaky_relu, maxout, relu

FOLDER = Path(__file__).parent / "golden"


@dataclass(frozen=True)
class Case:
    """One network of a golden file, as it stands there."""

    name: str
    data: dict[str, Any]

    @property
    def expected(self) -> dict[str, int]:
        return self.data["expected"]

    @cached_property
    def network(self) -> Network:
        nodes: list[Node] = []
        shape = self.data["input_shape"]
        output, _ = _append(nodes, self.data["layers"], INPUT, shape)
        return Network(tuple(shape), tuple(nodes), output, name=self.name)

    @cached_property
    def domain(self) -> Domain:
        match self.data["domain"]:
            case {"type": "all"}:
                return WholeSpace(prod(self.data["input_shape"]))
            case {"type": "box", "lo": lo, "hi": hi}:
                return Box(lo, hi)
            case {"type": "polytope", "A": A, "b": b}:
                return Polytope(A, b)
        raise ValueError(f"{self.name}: unknown domain {self.data['domain']}")

    @cached_property
    def regions(self) -> Enumeration:
        """All regions, for what is asked about them and not how they are found."""
        return enumerate_regions(self.network, self.domain, strategy=strategy_for(self))


def cases(file: str = "golden") -> list[Case]:
    """All networks of a golden file, "golden" or "nasty": the same ones for all tests."""
    return list(_cases(file))


@cache
def _cases(file: str) -> tuple[Case, ...]:
    data = json.loads((FOLDER / f"{file}.json").read_text())
    return tuple(Case(each["name"], each) for each in data["cases"])


def strategy_for(each: Case) -> str:
    """Machine code for the few large ones: auto takes it only if other tests have made it."""
    return "compiled" if each.expected["activation_regions"] > 1000 else "auto"


def case(name: str) -> Case:
    """The network of that name, in either file; a name that is in both means "golden"."""
    return next(each for each in [*cases("golden"), *cases("nasty")] if each.name == name)


def _append(
    nodes: list[Node], layers: list[dict[str, Any]], source: str, shape: list[int]
) -> tuple[str, list[int]]:
    """Append the nodes of a chain of layers; its last node and the shape of its value."""
    for layer in layers:
        name = f"node{len(nodes)}"
        match layer:
            case {"type": "linear", "weight": weight, "bias": bias}:
                nodes.append(AffineNode(name, (source,), linear_map(weight, bias, where=name)))
                shape = [len(weight)]
            case {"type": "maxout", "weight": weight, "bias": bias}:
                rows = [row for unit in weight for row in unit]
                shifts = [shift for unit in bias for shift in unit]
                nodes.append(AffineNode(name, (source,), linear_map(rows, shifts, where=name)))
                units = tuple(maxout(len(unit)) for unit in weight)
                nodes.append(UnitNode(f"{name}-units", (name,), units))
                shape = [len(units)]
            case {"type": "residual", "body": body}:
                end, _ = _append(nodes, body, source, shape)
                name = f"node{len(nodes)}"
                nodes.append(AffineNode(name, (end, source), _sum(prod(shape))))
            case {"type": "conv1d" | "conv2d", "weight": weight, "bias": bias}:
                rows, shape = _convolution(weight, _strides(layer, shape), shape)
                shifts = [shift for shift in bias for _ in range(len(rows) // len(bias))]
                nodes.append(AffineNode(name, (source,), linear_map(rows, shifts, where=name)))
            case {"type": "maxpool1d" | "maxpool2d", "kernel": kernel}:
                rows, shape = _windows(kernel, _strides(layer, shape), shape)
                single = [row for group in rows for row in group]
                nodes.append(AffineNode(name, (source,), linear_map(single, 0, where=name)))
                units = tuple(maxout(len(group)) for group in rows)
                nodes.append(UnitNode(f"{name}-units", (name,), units))
            case {"type": "avgpool1d", "kernel": kernel}:
                rows, shape = _windows(kernel, _strides(layer, shape), shape)
                means = [
                    [Fraction(sum(column), len(group)) for column in zip(*group, strict=True)]
                    for group in rows
                ]
                nodes.append(AffineNode(name, (source,), linear_map(means, 0, where=name)))
            case {"type": "flatten"}:
                shape = [prod(shape)]
                continue
            case _:
                nodes.append(UnitNode(name, (source,), (_unit(layer),) * prod(shape)))
        source = nodes[-1].name
    return source, shape


def _strides(layer: dict[str, Any], shape: list[int]) -> list[int]:
    stride = layer["stride"]
    return stride if isinstance(stride, list) else [stride] * (len(shape) - 1)


def _places(kernel: list[int], strides: list[int], shape: list[int]) -> list[int]:
    """How often a window fits along each axis, without padding."""
    return [
        (length - size) // stride + 1
        for length, size, stride in zip(shape[1:], kernel, strides, strict=True)
    ]


def _convolution(
    weight: list[Any], strides: list[int], shape: list[int]
) -> tuple[list[list[Any]], list[int]]:
    """The matrix of a convolution: row (o, place) has weight[o][c][k] at c, place * stride + k."""
    filters = np.array(weight, dtype=object)
    kernel = list(filters.shape[2:])
    places = _places(kernel, strides, shape)
    rows = []
    for filter_ in filters:
        for place in np.ndindex(*places):
            row = np.zeros(shape, dtype=object)
            for c, *k in np.ndindex(*filter_.shape):
                at = (i * s + d for i, s, d in zip(place, strides, k, strict=True))
                row[(c, *at)] = filter_[(c, *k)]
            rows.append(row.ravel().tolist())
    return rows, [len(filters), *places]


def _windows(
    kernel: int | list[int], strides: list[int], shape: list[int]
) -> tuple[list[list[list[int]]], list[int]]:
    """For each channel and place, the 0/1 rows of the cells in the window."""
    sizes = kernel if isinstance(kernel, list) else [kernel] * (len(shape) - 1)
    places = _places(sizes, strides, shape)
    groups = []
    for c, *place in np.ndindex(shape[0], *places):
        group = []
        for k in np.ndindex(*sizes):
            row = np.zeros(shape, dtype=int)
            row[(c, *(i * s + d for i, s, d in zip(place, strides, k, strict=True)))] = 1
            group.append(row.ravel().tolist())
        groups.append(group)
    return groups, [shape[0], *places]


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
