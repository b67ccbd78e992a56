"""Convex pieces that are cut where no unit switches: along the extensions of facets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from linreg.adjacency import AdjacencyGraph, adjacency_graph, linear_regions
from linreg.affine import ExactAffineMap
from linreg.definitions.convex_pieces import convex_pieces
from linreg.errors import IncompleteError
from linreg.network.stages import Stage, StagedNetwork
from linreg.regions import enumerate_regions
from linreg.units import relu

EXTENDED_CELLS = 500
"""Cells that the extended facets may make: the steps grow with their square."""


def fewest_pieces(graph: AdjacencyGraph, labels: Sequence[int], budget: int) -> tuple[int, int]:
    """Bounds on the fewest cells of a polyhedral complex on which a network is affine.

    As `convex_pieces`. Where its numbers differ, they are asked for again once every hyperplane
    that holds a facet between two linear regions cuts the whole domain, since there are more
    cells to join then; the better of both bounds are returned.

    Parameters
    ----------
    graph : AdjacencyGraph
    labels : sequence of int
        The linear region of each activation region.
    budget : int
        Most steps for each of the two attempts; the second is given up if it takes more.

    Raises
    ------
    IncompleteError
        If the budget does not suffice for the first.

    Examples
    --------
    The three quadrants on which min(relu(x), relu(y)) is 0 are two convex pieces if they are cut
    along the diagonal, on which units switch in the fourth quadrant alone:

    >>> from linreg import mlp
    >>> net = mlp([([[1, 0], [0, 1]], [0, 0]), ([[1, 0], [1, -1]], [0, 0])],
    ...           readout=([[1, -1]], [0]))
    >>> graph = adjacency_graph(enumerate_regions(net))
    >>> labels = linear_regions(graph).tolist()
    >>> convex_pieces(graph, labels, 1000), fewest_pieces(graph, labels, 1000)
    ((4, 5), (4, 4))
    """
    least, most = convex_pieces(graph, labels, budget)
    if least == most:
        return least, most
    domain = graph.regions.problem.domain
    cells = enumerate_regions(_extended(graph, labels), domain, limit=EXTENDED_CELLS)
    if not cells.counted.complete:
        return least, most
    finer = adjacency_graph(cells)
    try:
        again = convex_pieces(finer, linear_regions(finer).tolist(), budget)
    except IncompleteError:
        return least, most
    return max(least, again[0]), min(most, again[1])


def _extended(graph: AdjacencyGraph, labels: Sequence[int]) -> StagedNetwork:
    """The same function, after units that switch on all hyperplanes between linear regions."""
    rows = [{tuple(row) for row in region.boundary.rows} for region in graph.regions]
    planes = dict.fromkeys(
        row
        for i, j in graph.edges.tolist()
        if labels[i] != labels[j]
        # One only: regions on two sides of two hyperplanes share no facet.
        for row in rows[i]
        if tuple(-entry for entry in row) in rows[j]
    )
    network = graph.regions.problem.network
    dim, more = network.input_dim, len(planes)
    terms = [list(enumerate(row[:-1])) for row in planes]
    cuts = ExactAffineMap.of_terms(terms, [row[-1] for row in planes], dim)
    passing = ExactAffineMap.selection(range(more, more + dim), more + dim)
    first, *later = network.stages
    stages = (
        Stage(ExactAffineMap.stack([cuts, ExactAffineMap.identity(dim)]), (relu(),) * more),
        replace(first, map=first.map.compose(passing)),
        *later,
    )
    return replace(network, stages=stages)
