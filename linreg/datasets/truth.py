"""Ground truth of one network: its rows in all tables, a pure function of its recipe."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from flint import fmpz

from linreg.adjacency import AdjacencyGraph, adjacency_graph, counts_of_graph, graph_statistics
from linreg.datasets.architectures import convolutions
from linreg.datasets.columns import GEOMETRY, GRAPHS
from linreg.datasets.estimates import sampled
from linreg.datasets.measures import geometry_of
from linreg.datasets.recipes import POINTS, Draw, Moment, Recipe
from linreg.datasets.spec import Estimates, Truth
from linreg.domains import Domain
from linreg.errors import BrokenInvariant
from linreg.export.node_link import node_link
from linreg.network import Network
from linreg.rational import nearest_float
from linreg.readers import domain_to_json, network_to_json
from linreg.readers.json_text import json_text
from linreg.regions import Enumeration, enumerate_regions
from linreg.run import Count, count
from linreg.run.processes import is_wanted
from linreg.theory import Bound, conv_bounds, definitions, report

Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Found:
    """What is known of one network.

    Attributes
    ----------
    id : str
    document : str
        The network and its domain as a JSON file has them.
    graph : str or None
        Its adjacency graph in node-link JSON; None if it was not asked for or is too large.
    tables : dict
        The columns of its rows, for each table.
    """

    id: str
    document: str
    graph: str | None
    tables: dict[str, dict[str, list[Any]]]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of one network; it can be sent to another process.

    Attributes
    ----------
    recipe : Recipe
    truth : Truth
    estimates : Estimates
    """

    recipe: Recipe
    truth: Truth
    estimates: Estimates


def truth_of(question: Question) -> Found:
    """Ground truth of one network; the same wherever and in whatever company it is found."""
    recipe, truth = question.recipe, question.truth
    network, accuracy = recipe.network()
    network = replace(network, name=recipe.id)
    domain = recipe.domain_of(network.input_dim)
    explored, counted = _explored(network, domain, truth)
    regions = explored if explored.counted.complete else None
    graph = None
    if regions is not None and truth.compares:
        graph = adjacency_graph(regions, progress=_go_on)
    bounds = bounds_of(recipe, network, domain) if truth.bounds else ()
    tables: dict[str, Rows] = {
        "networks": [_network_row(recipe, network, domain, accuracy)],
        "counts": [
            _count_row(counted, regions is not None)
            | _definition_columns(truth, regions, graph)
            | (_share_columns(counted, bounds) if truth.bounds else {})
            | _sampled_columns(question, explored, counted)
        ],
        "bounds": [_bound_row(bound, counted) for bound in bounds],
    }
    if truth.graphs:
        tables["graphs"] = [_blank(GRAPHS) if graph is None else _graph_row(graph)]
    if truth.geometry:
        tables["geometry"] = [_blank(GEOMETRY) if regions is None else geometry_of(regions, _go_on)]
    if truth.regions and regions is not None:
        tables["regions"] = _region_rows(regions)
    if truth.edges and graph is not None:
        tables["edges"] = _edge_rows(graph)
    text = None
    if truth.archives and graph is not None:
        text = "".join(node_link(graph.columns()))
    document = json_text(network_to_json(network, domain))
    columns = {name: _columns(network.name, rows) for name, rows in tables.items() if rows}
    return Found(network.name, document, text, columns)


def bounds_of(recipe: Recipe, network: Network, domain: Domain) -> tuple[Bound, ...]:
    """What theory says of a network, as a convolutional one if it is.

    What is said of the most regions over all weights is then about all weights of the filters.
    """
    listed = report(network, domain)
    made = recipe.made
    layers = convolutions(made.architecture) if isinstance(made, Draw) else None
    if not isinstance(made, Draw) or not layers:
        return listed
    shape = made.architecture.input_shape
    own = _conv_bounds(shape, tuple(tuple(layer.items()) for layer in layers))
    names = {bound.name for bound in own}
    others = (bound for bound in listed if bound.side == "upper" and bound.name not in names)
    return (*own, *others)


@cache
def _conv_bounds(
    shape: tuple[int, ...], layers: tuple[tuple[tuple[str, Any], ...], ...]
) -> tuple[Bound, ...]:
    """Once for all samples of a group: the algorithms can take seconds."""
    return conv_bounds(shape, [dict(layer) for layer in layers])


def _go_on(_progress: object) -> None:
    """Leave off in a process of a pool whose answer nobody waits for any more."""
    if not is_wanted():
        raise KeyboardInterrupt


def _explored(network: Network, domain: Domain, truth: Truth) -> tuple[Enumeration, Count]:
    """The regions, as many as are compared, and the count, which may go further."""
    strategy = truth.strategy
    regions = enumerate_regions(
        network, domain, strategy=strategy, limit=truth.details, progress=_go_on
    )
    if regions.counted.complete or truth.details == truth.limit:
        return regions, regions.counted
    further = count(network, domain, strategy=strategy, limit=truth.limit, progress=_go_on)
    return regions, further


def _network_row(
    recipe: Recipe, network: Network, domain: Domain, accuracy: float | None
) -> dict[str, Any]:
    made = recipe.made
    law = made.initialiser if isinstance(made, Draw) else None
    moment = made if isinstance(made, Moment) else None
    staged = network.staged
    return {
        "family": recipe.family,
        "group": recipe.group,
        "sample": recipe.sample,
        "kind": "drawn" if law else "trained",
        "architecture": recipe.architecture,
        "init": law.weights if law else None,
        "scale": float(law.scale) if law else None,
        "bias": law.bias if law else None,
        "bias_scale": float(law.bias_scale) if law else None,
        "data": moment.course.data if moment else None,
        "epoch": moment.epochs if moment else None,
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


def _count_row(counted: Count, detailed: bool) -> dict[str, Any]:
    return {
        "activation_regions": counted.regions,
        "complete": counted.complete,
        "detailed": detailed,
        "regions_per_stage": list(counted.regions_per_stage),
    }


def _definition_columns(
    truth: Truth, regions: Enumeration | None, graph: AdjacencyGraph | None
) -> dict[str, Any]:
    row: dict[str, Any] = {}
    if truth.definitions or truth.all_definitions:
        counts = None if graph is None else counts_of_graph(graph, progress=_go_on)
        for name in ("linear_regions", "affine_maps", "dual_edges", "bounded_regions"):
            row[name] = None if counts is None else getattr(counts, name)
    if truth.all_definitions:
        six = None if regions is None else definitions(regions)
        for name in ("patterns_any_dimension", "convex_pieces", "closed_connected"):
            row[name] = None if six is None else getattr(six, name)
    return row


def _share_columns(counted: Count, bounds: tuple[Bound, ...]) -> dict[str, Any]:
    least = min(bound.value for bound in bounds if bound.side != "max_at_least")
    if counted.regions > least:
        raise BrokenInvariant(f"{counted.regions} regions exceed the upper bound {least}")
    return {"upper_bound": nearest_float(least, 1), "share": counted.regions / least}


def _sampled_columns(question: Question, explored: Enumeration, counted: Count) -> dict[str, Any]:
    found = sampled(explored, question.estimates, question.recipe.generator(POINTS))
    if counted.complete and found and max(found) > counted.regions:
        raise BrokenInvariant(f"{max(found)} regions hold points, and {counted.regions} were found")
    return {f"sampled_{m}": n for m, n in zip(question.estimates.points, found, strict=True)}


def _bound_row(bound: Bound, counted: Count) -> dict[str, Any]:
    return {
        "name": bound.name,
        "side": bound.side,
        "value": str(fmpz(bound.value)),
        "approximation": nearest_float(bound.value, 1),
        "share": counted.regions / bound.value,
        "source": bound.source,
        "note": bound.note,
    }


def _graph_row(graph: AdjacencyGraph) -> dict[str, Any]:
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


def _region_rows(regions: Enumeration) -> Rows:
    regions.measure()
    columns = (regions.patterns, regions.witnesses, regions.margins, regions.bounded)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return [
        {"region": i, "pattern": pattern, "witness": witness, "margin": margin, "bounded": bounded}
        for i, (pattern, witness, margin, bounded) in enumerate(rows)
    ]


def _edge_rows(graph: AdjacencyGraph) -> Rows:
    return [
        {"source": i, "target": j, "crossed": graph.crossed(k).tolist()}
        for k, (i, j) in enumerate(graph.edges.tolist())
    ]


def _blank(columns: dict[str, Any]) -> dict[str, Any]:
    """The row of a network that was too large."""
    names = [name for name in columns if name != "network"]
    return {name: False if name == "detailed" else None for name in names}


def _columns(id: str, rows: Rows) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {"network": [id] * len(rows)}
    return columns | {name: [row[name] for row in rows] for name in rows[0]}
