"""From a graph of affine maps and unit layers to stages.

The stage of a unit is the largest number of unit layers on a path from the input to it. What a
later stage still reads of an earlier one (a skip) passes through the stages between as
coordinates without a unit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from linreg.affine import ExactAffineMap
from linreg.network.nodes import INPUT, AffineNode, Node, UnitNode
from linreg.network.stages import Stage, StagedNetwork


def lower(input_dim: int, nodes: Sequence[Node], output: str) -> StagedNetwork:
    """The stages of a graph whose nodes come after those they read."""
    depth = _depths(nodes)
    last_read = _last_reads(nodes, depth, output)
    values = {INPUT: ExactAffineMap.identity(input_dim)}  # each as a map of the current state
    _extend(values, nodes, depth, 0)
    stages = []
    for k in range(1, max(depth.values()) + 1):
        layers = [n for n in nodes if isinstance(n, UnitNode) and depth[n.name] == k]
        passing = [name for name in values if depth[name] < k <= last_read[name]]
        sources = [values[layer.inputs[0]] for layer in layers]
        stages.append(
            Stage(
                ExactAffineMap.stack([*sources, *(values[name] for name in passing)]),
                tuple(unit for layer in layers for unit in layer.units),
            )
        )
        widths = {layer.name: layer.n_outputs for layer in layers} | {
            name: values[name].n_outputs for name in passing
        }
        values = _coordinates(widths)
        _extend(values, nodes, depth, k)
    return StagedNetwork(input_dim, tuple(stages), values[output])


def _depths(nodes: Sequence[Node]) -> dict[str, int]:
    """Number of unit layers on the longest path to each node, itself included."""
    depth = {INPUT: 0}
    for node in nodes:
        depth[node.name] = max(depth[name] for name in node.inputs) + isinstance(node, UnitNode)
    return depth


def _last_reads(nodes: Sequence[Node], depth: Mapping[str, int], output: str) -> dict[str, int]:
    """The last stage whose outcome is combined with each node's value; -1 if there is none."""
    last = dict.fromkeys(depth, -1)
    for node in nodes:
        if isinstance(node, AffineNode):
            for name in node.inputs:
                last[name] = max(last[name], depth[node.name])
    last[output] = max(depth.values())
    return last


def _extend(
    values: dict[str, ExactAffineMap], nodes: Sequence[Node], depth: Mapping[str, int], k: int
) -> None:
    """Add the affine nodes of depth `k`, which read what is in `values`."""
    for node in nodes:
        if isinstance(node, AffineNode) and depth[node.name] == k:
            values[node.name] = node.map.compose(
                ExactAffineMap.stack([values[name] for name in node.inputs])
            )


def _coordinates(widths: Mapping[str, int]) -> dict[str, ExactAffineMap]:
    """Each name's own coordinates of the state in which they stand one after another."""
    total = sum(widths.values())
    values, start = {}, 0
    for name, width in widths.items():
        values[name] = ExactAffineMap.selection(range(start, start + width), total)
        start += width
    return values
