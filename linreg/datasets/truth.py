"""Ground truth of one network: its rows in all tables, a pure function of its recipe."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from linreg.adjacency import AdjacencyGraph, adjacency_graph, counts_of_graph
from linreg.datasets.architectures import convolutions
from linreg.datasets.columns import GEOMETRY, GRAPHS, TOPOLOGY
from linreg.datasets.estimates import sampled
from linreg.datasets.measures import measured
from linreg.datasets.recipes import POINTS, Draw, Recipe
from linreg.datasets.rows import (
    Rows,
    blank,
    bound_row,
    count_row,
    edge_rows,
    graph_row,
    network_row,
    region_rows,
    share_columns,
    topology_row,
)
from linreg.datasets.spec import Estimates, Truth
from linreg.domains import Domain
from linreg.errors import BrokenInvariant, UnknownStrategy
from linreg.export.node_link import node_link
from linreg.network import Network
from linreg.readers import network_to_json
from linreg.readers.json_text import json_text
from linreg.regions import Enumeration, enumerate_regions
from linreg.run import Count, count
from linreg.run.processes import is_wanted
from linreg.strategies.auto import for_rows
from linreg.theory import Bound, conv_bounds, definitions, report


@dataclass(frozen=True, slots=True)
class NetworkTruth:
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


CELLS_A_REGION = 50
"""Cells, for each region up to which networks are measured, up to which their complex is found."""


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


def truth_of(question: Question) -> NetworkTruth:
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
        "networks": [network_row(recipe, network, domain, accuracy)],
        "counts": [
            count_row(counted, regions is not None)
            | _definition_columns(truth, graph)
            | (share_columns(counted, bounds) if truth.bounds else {})
            | _sampled_columns(question, explored, counted)
        ],
        "bounds": [bound_row(bound, counted) for bound in bounds],
    }
    if truth.graphs:
        tables["graphs"] = [blank(GRAPHS) if graph is None else graph_row(graph)]
    measures = measured(regions, _go_on) if regions is not None and truth.geometry else None
    if truth.geometry:
        tables["geometry"] = [blank(GEOMETRY) if measures is None else measures.row()]
    if truth.topology:
        most = CELLS_A_REGION * truth.details
        row = blank(TOPOLOGY) if regions is None else topology_row(network, domain, most)
        tables["topology"] = [row]
    if truth.regions and regions is not None:
        tables["regions"] = region_rows(regions, measures, maps=truth.maps)
    if truth.edges and graph is not None:
        tables["edges"] = edge_rows(graph)
    text = None
    if truth.archives and graph is not None:
        text = "".join(node_link(graph.columns()))
    document = json_text(network_to_json(network, domain))
    columns = {name: _columns(network.name, rows) for name, rows in tables.items() if rows}
    return NetworkTruth(network.name, document, text, columns)


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
    """Once for all samples of a cohort: the algorithms can take seconds."""
    return conv_bounds(shape, [dict(layer) for layer in layers])


def _go_on(_progress: object) -> None:
    """Stop in a process of a pool whose answer is no longer wanted."""
    if not is_wanted():
        raise KeyboardInterrupt


def _explored(network: Network, domain: Domain, truth: Truth) -> tuple[Enumeration, Count]:
    """The regions, as many as are compared, and the count, which may go further."""
    first, most, then = for_rows(truth.strategy)
    details = truth.details
    regions = _enumerated(network, domain, first, int(min(most, details)))
    if not regions.counted.complete and details > most:
        regions = _enumerated(network, domain, then, details)
    if regions.counted.complete or details == truth.limit:
        return regions, regions.counted
    further = count(network, domain, strategy=then, limit=truth.limit, progress=_go_on)
    _check_strategy(then, further)
    return regions, further


def _enumerated(network: Network, domain: Domain, strategy: str, limit: int) -> Enumeration:
    regions = enumerate_regions(network, domain, strategy=strategy, limit=limit, progress=_go_on)
    _check_strategy(strategy, regions.counted)
    return regions


def _check_strategy(asked: str, counted: Count) -> None:
    """Refuse what another strategy has found because this one could not be had."""
    if counted.strategy != asked:
        raise UnknownStrategy(
            f"strategy {asked!r} cannot be had here, and others find other witnesses; put "
            'strategy = "highs" under [truth]'
        )


def _definition_columns(truth: Truth, graph: AdjacencyGraph | None) -> dict[str, Any]:
    row: dict[str, Any] = {}
    if truth.definitions or truth.all_definitions:
        counts = None if graph is None else counts_of_graph(graph, progress=_go_on)
        for name in ("linear_regions", "affine_maps", "dual_edges", "bounded_regions"):
            row[name] = None if counts is None else getattr(counts, name)
    if truth.all_definitions:
        six = None if graph is None else definitions(graph, progress=_go_on)
        for name in ("patterns_any_dimension", "convex_pieces", "closed_connected"):
            row[name] = None if six is None else getattr(six, name)
    return row


def _sampled_columns(question: Question, explored: Enumeration, counted: Count) -> dict[str, Any]:
    found = sampled(explored, question.estimates, question.recipe.generator(POINTS))
    if counted.complete and found and max(found) > counted.regions:
        raise BrokenInvariant(
            f"points lie in {max(found)} regions, and {counted.regions} were found"
        )
    return {f"sampled_{m}": n for m, n in zip(question.estimates.points, found, strict=True)}


def _columns(id: str, rows: Rows) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {"network": [id] * len(rows)}
    return columns | {name: [row[name] for row in rows] for name in rows[0]}
