"""Numbers that describe a graph of regions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from linreg.adjacency.distances import adjacency_matrix, diameter, odd_closed_walk
from linreg.adjacency.graph import AdjacencyGraph
from linreg.adjacency.merged import LinearRegionGraph
from linreg.errors import BrokenInvariant
from linreg.network import Stage
from linreg.problem import Problem
from linreg.progress import Progress
from linreg.units import MaxUnit, relu

if TYPE_CHECKING:
    from scipy.sparse import csr_array

DENSE_NODES = 400
"""Nodes up to which all eigenvalues are found at once, by a dense method."""

SPECTRUM_WORK = 10**10
"""Entries that all products with the matrix together may touch: seconds."""

RESIDUAL = 1e-10
"""Length of what an approximate eigenvector of length 1 may miss, which bounds the error."""

KRYLOV = 40
"""Dimension of the subspaces in which eigenvectors are sought."""


@dataclass(frozen=True, slots=True)
class GraphStatistics:
    """Numbers that describe a graph of regions.

    Attributes
    ----------
    nodes, edges : int
        How many there are.
    degrees : tuple of int
        The number of nodes of each degree, from degree 0 on.
    components : int
        Connected components: 1, since a convex domain is cut along facets.
    diameter : int or None
        The most facets that one has to cross between two regions; None if that would take
        more than 3 * 10^8 visits to nodes and edges.
    diameter_at_least : int
        The largest distance that was found; it is the diameter where that is known.
    odd_cycle : tuple of int, or None
        An odd number of nodes, each joined to the next and the last to the first, for which the
        graph is not bipartite; None if it is.
    even_edge : pair of int, or None
        The edge on `odd_cycle` across which the sum of the pieces changes by an even number; for
        scalar units, whose piece changes by one where they are crossed, it crosses an even number
        of them. Every odd cycle of activation regions has one; None for linear regions.
    spectral_gap : float or None
        The second smallest eigenvalue, counted with multiplicity, of the normalised Laplacian
        I - D^(-1/2) A D^(-1/2), where A is the adjacency matrix and D the diagonal of degrees;
        between 0 and 2, dimensionless, with an absolute error of at most about 1e-10. None if
        there is only one node, if it was not asked for, or if it would take more than about
        10^10 operations.
    mean_degree_at_most : int or None
        Twice the input dimension, where a theorem says so: activation regions of a fully connected
        ReLU network on the whole space, with one layer for all weights (Fukuda et al., 1991), and
        with more for nearly all (Gaines and Bi, 2026). None for other graphs.
    mean_degree_always : bool
        Whether that is a theorem for all weights.
    diameter_at_most : int or None
        The product over all stages of 1 and their breakpoints, less 1: on a line every stage cuts
        each piece at its breakpoints at most. A maximum of r counts as r - 1 breakpoints.

    Examples
    --------
    Three regions of a line, in a row:

    >>> from linreg import adjacency_graph, enumerate_regions, mlp
    >>> found = graph_statistics(adjacency_graph(enumerate_regions(mlp([([[1], [1]], [0, -1])]))))
    >>> found.nodes, found.edges, found.degrees, found.diameter, found.is_bipartite
    (3, 2, (0, 2, 1), 2, True)
    """

    nodes: int
    edges: int
    degrees: tuple[int, ...]
    components: int
    diameter: int | None
    diameter_at_least: int
    odd_cycle: tuple[int, ...] | None
    even_edge: tuple[int, int] | None
    spectral_gap: float | None
    mean_degree_at_most: int | None = field(default=None, compare=False)
    mean_degree_always: bool = field(default=False, compare=False)
    diameter_at_most: int | None = field(default=None, compare=False)

    @property
    def is_bipartite(self) -> bool:
        """Whether the nodes have two colours that differ across every edge."""
        return self.odd_cycle is None

    @property
    def mean_degree(self) -> float:
        """Neighbours of a node, on average."""
        return 2 * self.edges / self.nodes

    @property
    def smallest_degree(self) -> int:
        """The fewest neighbours that a node has."""
        return next(degree for degree, nodes in enumerate(self.degrees) if nodes)

    @property
    def largest_degree(self) -> int:
        """The most neighbours that a node has."""
        return len(self.degrees) - 1


def graph_statistics(
    graph: AdjacencyGraph | LinearRegionGraph,
    *,
    spectrum: bool = True,
    progress: Callable[[Progress], None] | None = None,
) -> GraphStatistics:
    """Numbers that describe a graph of activation regions or of linear regions.

    Parameters
    ----------
    graph : AdjacencyGraph or LinearRegionGraph
    spectrum : bool
        Whether to find the spectral gap, too.
    progress : callable, optional
        Called now and then with a `Progress` of nodes, which the search for the diameter settles.

    Returns
    -------
    GraphStatistics
        Exact numbers, and the spectral gap in float64, dimensionless.

    Raises
    ------
    BrokenInvariant
        If the graph is not connected, which graphs of regions are, or its mean degree or diameter
        is above what a theorem allows.

    Notes
    -----
    Where every edge crosses one scalar unit the graph is bipartite: the sum of the pieces is even
    on one side of each edge and odd on the other.

    Source
    ------
    Chung (1997), Spectral Graph Theory, chapter 1, for the normalised Laplacian; Fukuda, Saito,
    Tamura and Tokuyama (1991) and Gaines and Bi (2026) for the mean degree; for the diameter see
    `docs/theory.md`.

    Examples
    --------
    Two lines that cross make four regions in a ring:

    >>> from linreg import adjacency_graph, enumerate_regions, mlp
    >>> ring = adjacency_graph(enumerate_regions(mlp([([[1, 0], [0, 1]], [0, 0])])))
    >>> found = graph_statistics(ring)
    >>> found.degrees, found.diameter, found.is_bipartite, round(found.spectral_gap, 9)
    ((0, 0, 4), 2, True, 1.0)

    The three regions of a maximum touch each other:

    >>> from linreg import maxout
    >>> star = mlp([([[0, 0], [1, 0], [0, 1]], [0, 0, 0])], activation=maxout(3))
    >>> found = graph_statistics(adjacency_graph(enumerate_regions(star)))
    >>> found.is_bipartite, found.odd_cycle, found.even_edge
    (False, (0, 1, 2), (0, 2))
    """
    from scipy.sparse.csgraph import connected_components

    matrix = adjacency_matrix(len(graph), graph.edges)
    components = int(connected_components(matrix, directed=False)[0])
    if components != 1:
        raise BrokenInvariant(f"a graph of regions falls into {components} parts")
    most, always = _mean_degree_at_most(graph), len(_problem(graph).network.stages) < 2
    if most is not None and always and 2 * len(graph.edges) > most * len(graph):
        raise BrokenInvariant(
            f"the mean degree of {len(graph):,} regions with {len(graph.edges):,} edges is above "
            f"{most}; please report this network"
        )
    low, high = diameter(matrix, progress=progress)
    farthest = prod(1 + _breakpoints(stage) for stage in _problem(graph).network.stages) - 1
    if low > farthest:
        raise BrokenInvariant(
            f"a diameter of {low:,} is above {farthest:,}; please report this network"
        )
    walk = odd_closed_walk(matrix, graph.edges)
    return GraphStatistics(
        len(graph),
        len(graph.edges),
        tuple(np.bincount(np.bincount(graph.edges.ravel(), minlength=len(graph))).tolist()),
        components,
        low if low == high else None,
        low,
        walk,
        _even_edge(graph, walk),
        _spectral_gap(matrix) if spectrum else None,
        most,
        most is not None and always,
        farthest,
    )


def _problem(graph: AdjacencyGraph | LinearRegionGraph) -> Problem:
    activation = graph.activation if isinstance(graph, LinearRegionGraph) else graph
    return activation.regions.problem


def _breakpoints(stage: Stage) -> int:
    """How often the units of a stage switch at most along a segment on which all before do not."""
    return sum(
        unit.rank - 1 if isinstance(unit, MaxUnit) else unit.n_pieces - 1 for unit in stage.units
    )


def _mean_degree_at_most(graph: AdjacencyGraph | LinearRegionGraph) -> int | None:
    """Twice the input dimension, for fully connected ReLU networks on the whole space."""
    if isinstance(graph, LinearRegionGraph):
        return None
    problem = graph.regions.problem
    stages = problem.network.stages
    passes = any(stage.map.n_outputs > stage.starts[-1] for stage in stages)
    if passes or len(problem.domain_rows) or set(problem.network.units) != {relu()}:
        return None
    return 2 * problem.network.input_dim


def _even_edge(
    graph: AdjacencyGraph | LinearRegionGraph, walk: tuple[int, ...] | None
) -> tuple[int, int] | None:
    """The edge on a closed walk across which the sum of the pieces changes by an even number."""
    if walk is None or isinstance(graph, LinearRegionGraph):
        return None
    parities = graph.regions.patterns[list(walk)].sum(axis=1, dtype=np.int64) % 2
    steps = pairwise([*zip(walk, parities, strict=True), (walk[0], parities[0])])
    return next((min(i, j), max(i, j)) for (i, one), (j, other) in steps if one == other)


def _spectral_gap(matrix: csr_array) -> float | None:
    from scipy.linalg import eigvalsh
    from scipy.sparse import diags_array
    from scipy.sparse.linalg import ArpackNoConvergence, eigsh

    size = matrix.shape[0]
    if size == 1:
        return None
    roots = diags_array(1 / np.sqrt(matrix.sum(axis=1, dtype=np.float64)))
    walk = (roots @ matrix @ roots).tocsr()  # its eigenvalues are 1 minus those of the Laplacian
    if size <= DENSE_NODES:
        return float(
            max(0.0, 1 - eigvalsh(walk.toarray(), subset_by_index=(size - 2, size - 2))[0])
        )
    rounds = max(1, SPECTRUM_WORK // (KRYLOV * (walk.nnz + KRYLOV * size)))
    try:
        # A start that is the same in every run, and not orthogonal to anything by symmetry.
        start = np.random.default_rng(0).random(size)
        values = eigsh(
            walk,
            k=2,
            which="LA",
            ncv=KRYLOV,
            maxiter=rounds,
            tol=RESIDUAL,
            v0=start,
            return_eigenvectors=False,
        )
    except ArpackNoConvergence:
        return None
    return float(max(0.0, 1 - values.min()))
