"""Which regions have the same affine map, and the linear regions that they make up."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from linreg.adjacency.graph import AdjacencyGraph
from linreg.arguments import integer
from linreg.errors import NoSuchIndex
from linreg.problem import MapsOnRegions
from linreg.progress import Progress
from linreg.regions import EXACT_PER_REPORT, Enumeration
from linreg.regions.residues import residues_of
from linreg.wording import counted

MOST_RESIDUES = 1 << 25
"""Residues of maps that are held at once; beyond, all maps are compared exactly."""


def output_maps(
    regions: Enumeration,
    output: int | None = None,
    *,
    progress: Callable[[Progress], None] | None = None,
) -> np.ndarray:
    """A label of the network's affine map on each region: equal labels mean equal maps.

    Maps are compared exactly.

    Parameters
    ----------
    regions : Enumeration
    output : int, optional
        Compare this output alone; by default all outputs together.
    progress : callable, optional
        Called now and then with a `Progress` of regions.

    Returns
    -------
    int64 array, shape (regions,)
        Numbered from 0 in the order in which the maps first occur.

    Raises
    ------
    NoSuchIndex
        If the network has no such output.

    Examples
    --------
    The sum of relu(x) and relu(-x) has two pieces, their difference is x and has one:

    >>> from linreg import enumerate_regions, mlp
    >>> net = mlp([([[1], [-1]], [0, 0])], readout=([[1, 1], [1, -1]], [0, 0]))
    >>> regions = enumerate_regions(net)
    >>> output_maps(regions).tolist(), output_maps(regions, output=1).tolist()
    ([0, 1], [0, 0])
    """
    n_outputs = regions.problem.network.readout.n_outputs
    if output is not None:
        output = integer(output, "output")
        if not 0 <= output < n_outputs:
            raise NoSuchIndex(
                f"output must be from 0 to {n_outputs - 1}, since the network has "
                f"{counted(n_outputs, 'output')}: got {output}"
            )
    maps = MapsOnRegions(regions.problem)
    known: dict[tuple[object, ...], int] = {}
    labels = np.empty(len(regions), dtype=np.int64)
    is_alone, found = _are_alone(regions, output), 0
    for index, pattern in enumerate(regions.patterns):
        if progress is not None and index % EXACT_PER_REPORT == 0:
            progress(Progress(index, len(regions), "regions compared"))
        label = found
        if not is_alone[index]:
            rows = maps.of(tuple(pattern.tolist()))
            chosen = rows if output is None else [rows[output]]
            label = known.setdefault(tuple(entry for row in chosen for entry in row), found)
        labels[index] = label
        found = max(found, label + 1)
    return labels


def _are_alone(regions: Enumeration, output: int | None) -> np.ndarray:
    """Which regions have a map that no other has, as residues show; bool, shape (regions,)."""
    network = regions.problem.network
    size = len(regions) * network.readout.n_outputs * (network.input_dim + 1)
    residues = residues_of(regions) if size <= MOST_RESIDUES else None
    if residues is None:
        return np.zeros(len(regions), dtype=bool)
    chosen = residues if output is None else residues[:, output]
    flat = chosen.reshape(len(regions), -1)
    _, which, counts = np.unique(flat, axis=0, return_inverse=True, return_counts=True)
    return np.asarray(counts[which.ravel()] == 1)


def linear_regions(
    graph: AdjacencyGraph,
    output: int | None = None,
    *,
    progress: Callable[[Progress], None] | None = None,
) -> np.ndarray:
    """The linear region that each activation region belongs to.

    A linear region is a maximal connected open set on which the network is affine. Regions with
    the same map belong to one if a chain of facets between such regions joins them.

    Parameters
    ----------
    graph : AdjacencyGraph
    output : int, optional
        Take the network for the function that this output alone is.
    progress : callable, optional
        Called now and then with a `Progress` of regions, whose maps are computed.

    Returns
    -------
    int64 array, shape (regions,)
        Numbered from 0 in the order in which the linear regions first occur.

    Raises
    ------
    NoSuchIndex
        If the network has no such output.

    Notes
    -----
    Chains of facets suffice: a set of codimension 2 does not disconnect an open set.

    Source
    ------
    Definition R4 of Stargalla, Hertrich, Reichman (2025).

    Examples
    --------
    relu(x) - relu(-x) is x, and its two activation regions are one linear region:

    >>> from linreg import adjacency_graph, enumerate_regions, mlp
    >>> net = mlp([([[1], [-1]], [0, 0])], readout=([[1, -1]], [0]))
    >>> linear_regions(adjacency_graph(enumerate_regions(net))).tolist()
    [0, 0]
    """
    maps = output_maps(graph.regions, output, progress=progress)
    return linear_regions_of_maps(graph, maps)


def linear_regions_of_maps(graph: AdjacencyGraph, maps: np.ndarray) -> np.ndarray:
    """The linear region of each activation region, given what `output_maps` returns."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    i, j = graph.edges[maps[graph.edges[:, 0]] == maps[graph.edges[:, 1]]].T
    size = len(graph.regions)
    joined = coo_array((np.ones(len(i), dtype=np.int8), (i, j)), shape=(size, size))
    components = connected_components(joined, directed=False)[1]
    _, firsts, labels = np.unique(components, return_index=True, return_inverse=True)
    ranks = np.empty_like(firsts)
    ranks[np.argsort(firsts)] = np.arange(len(firsts))
    return np.asarray(ranks[labels], dtype=np.int64)
