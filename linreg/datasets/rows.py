"""Rows of a dataset's tables, without the id of their network."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from flint import fmpz

from linreg.adjacency import AdjacencyGraph, graph_statistics
from linreg.datasets.columns import TOPOLOGY
from linreg.datasets.measures import Measures
from linreg.datasets.recipes import Checkpoint, Draw, Recipe
from linreg.datasets.spec import GivenFile
from linreg.domains import Domain
from linreg.errors import BrokenInvariant, IncompleteError
from linreg.network import Network
from linreg.rational import nearest_float
from linreg.readers import domain_to_json
from linreg.regions import Enumeration
from linreg.run import Count
from linreg.theory import Bound
from linreg.topology import polyhedral_complex

Rows = list[dict[str, Any]]
"""Rows of one table: a value for each column."""


def network_row(
    recipe: Recipe, network: Network, domain: Domain, accuracy: float | None
) -> dict[str, Any]:
    """How a network was made, and its size."""
    made = recipe.made
    law = made.initialiser if isinstance(made, Draw) else None
    checkpoint = made if isinstance(made, Checkpoint) else None
    data = checkpoint.course.data if checkpoint else None
    staged = network.staged
    return {
        "family": recipe.family,
        "cohort": recipe.cohort,
        "sample": recipe.sample,
        "kind": "drawn" if law else "trained" if checkpoint else "given",
        "architecture": recipe.architecture,
        "init": law.weights if law else None,
        "scale": float(law.scale) if law else None,
        "bias": law.bias if law else None,
        "bias_scale": float(law.bias_scale) if law else None,
        "data": data.name if isinstance(data, GivenFile) else data,
        "epoch": checkpoint.epochs if checkpoint else None,
        "accuracy": accuracy,
        "input_dim": staged.input_dim,
        "outputs": staged.readout.n_outputs,
        "units": len(staged.units),
        "widths": [len(stage.units) for stage in staged.stages],
        "parameters": sum(layer.parameters for layer in network.layers),
        "domain": json.dumps(domain_to_json(domain)),
        "fingerprint": network.fingerprint,
        "file": f"networks/{network.name}.json",
    }


def count_row(counted: Count, detailed: bool) -> dict[str, Any]:
    """How many regions a network has."""
    return {
        "activation_regions": counted.regions,
        "complete": counted.complete,
        "detailed": detailed,
        "regions_per_stage": list(counted.regions_per_stage),
    }


def share_columns(counted: Count, bounds: tuple[Bound, ...]) -> dict[str, Any]:
    """The least upper bound, and the share of it that is reached.

    Raises
    ------
    BrokenInvariant
        If there are more regions than that.
    """
    least = min(bound.value for bound in bounds if bound.side != "max_at_least")
    if counted.regions > least:
        raise BrokenInvariant(f"a count of {counted.regions} exceeds the upper bound {least}")
    return {"upper_bound": nearest_float(least, 1), "share": counted.regions / least}


def bound_row(bound: Bound, counted: Count) -> dict[str, Any]:
    """What a theorem says of a network."""
    return {
        "name": bound.name,
        "side": bound.side,
        "value": str(fmpz(bound.value)),
        "approximation": nearest_float(bound.value, 1),
        "share": counted.regions / bound.value,
        "source": bound.source,
        "note": bound.note,
    }


def graph_row(graph: AdjacencyGraph) -> dict[str, Any]:
    """A graph in numbers."""
    import networkx

    statistics = graph_statistics(graph)
    drawn = networkx.Graph(graph.edges.tolist())
    drawn.add_nodes_from(range(len(graph)))
    gap = statistics.spectral_gap
    return {
        "detailed": True,
        "nodes": statistics.nodes,
        "edges": statistics.edges,
        "smallest_degree": statistics.smallest_degree,
        "mean_degree": statistics.mean_degree,
        "largest_degree": statistics.largest_degree,
        "degrees": list(statistics.degrees),
        "diameter": statistics.diameter,
        "diameter_at_least": statistics.diameter_at_least,
        "components": statistics.components,
        "bipartite": statistics.is_bipartite,
        # Its last digits depend on how many threads add up.
        "spectral_gap": None if gap is None else round(gap, 9),
        "transitivity": float(networkx.transitivity(drawn)),
        "average_clustering": float(networkx.average_clustering(drawn)),
    }


def region_rows(regions: Enumeration, measures: Measures | None, *, maps: bool) -> Rows:
    """The regions of a network, each with its measures if these are known, and its affine map."""
    regions.measure()
    columns: dict[str, Sequence[Any]] = {
        "region": range(len(regions)),
        "pattern": regions.patterns.tolist(),
        "witness": regions.witnesses.tolist(),
        "margin": regions.margins.tolist(),
        "bounded": regions.bounded.tolist(),
    }
    if measures is not None:
        columns |= {
            "facets": measures.facets,
            "inradius": measures.radii,
            "volume": measures.volumes,
        }
    if maps:
        columns |= _map_columns(regions)
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _map_columns(regions: Enumeration) -> dict[str, Sequence[Any]]:
    """The affine map of each region, and the class of its witness, all decided exactly."""
    weights, biases, classes = [], [], []
    for region in regions:
        rounded = region.affine_map
        matrix = rounded.matrix
        dense = matrix if isinstance(matrix, np.ndarray) else matrix.toarray()
        weights.append(dense.ravel().tolist())
        biases.append(rounded.shift.tolist())
        outputs = region.exact_affine_map(region.exact_witness)
        classes.append(list(outputs).index(max(outputs)) if len(outputs) > 1 else None)
    return {"weight": weights, "bias": biases, "class": classes}


def edge_rows(graph: AdjacencyGraph) -> Rows:
    """The edges of a graph."""
    return [
        {"source": i, "target": j, "crossed": graph.crossed(k).tolist()}
        for k, (i, j) in enumerate(graph.edges.tolist())
    ]


def topology_row(network: Network, domain: Domain, most: int) -> dict[str, Any]:
    """The row of a network in the table of topology, which is blank if it has more cells."""
    try:
        plain = polyhedral_complex(network, domain, limit=most)
        cut = polyhedral_complex(network, domain, levels=[(0, 0)], limit=most)
    except IncompleteError:
        return blank(TOPOLOGY)
    return {
        "detailed": True,
        "f_vector": plain.f_vector,
        "bounded_f_vector": plain.bounded_f_vector,
        "betti_at_least": cut.where(0, ">=").betti,
        "betti_at_most": cut.where(0, "<=").betti,
        "betti_equal": cut.where(0, "==").betti,
    }


def blank(columns: Iterable[str]) -> dict[str, Any]:
    """The row of a network that was too large."""
    names = [name for name in columns if name != "network"]
    return {name: False if name == "detailed" else None for name in names}
