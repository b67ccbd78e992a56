"""The graph of linear regions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from linreg.adjacency.columns import (
    EDGES_AT_ONCE,
    GraphColumns,
    GraphTables,
    crossings,
    region_columns,
    tables_of_columns,
    unit_lists,
    unpack,
)
from linreg.adjacency.graph import AdjacencyGraph
from linreg.adjacency.maps import linear_regions
from linreg.arguments import numbered
from linreg.progress import Progress
from linreg.regions.polygons.svg import thumbnail
from linreg.showing import table_html
from linreg.wording import counted

if TYPE_CHECKING:
    import networkx


@dataclass(frozen=True, eq=False)
class LinearRegionGraph:
    """The linear regions of a network and the pairs of them that share a facet.

    Attributes
    ----------
    activation : AdjacencyGraph
        The graph of the activation regions that were merged.
    labels : int64 array, shape (regions,)
        The linear region of each activation region.
    edges : int64 array, shape (edges, 2)
        Pairs (i, j) of linear regions with i < j, sorted.

    Examples
    --------
    x + relu(x - 1) with two units that switch at 0, where the function has no kink:

    >>> from linreg import adjacency_graph, enumerate_regions, mlp
    >>> kink = mlp([([[1], [-1], [1]], [0, 0, -1])], readout=([[1, -1, 1]], [0]))
    >>> path = merged_graph(adjacency_graph(enumerate_regions(kink)))
    >>> path.labels.tolist(), path.edges.tolist()
    ([0, 0, 1], [[0, 1]])
    """

    activation: AdjacencyGraph
    labels: np.ndarray  # (regions,)
    edges: np.ndarray  # (edges, 2)

    def __len__(self) -> int:
        """Number of linear regions."""
        return len(self._firsts)

    def members(self, node: int) -> np.ndarray:
        """The activation regions that make up a linear region; int64, increasing.

        Parameters
        ----------
        node : int
            A linear region, from 0.

        Returns
        -------
        int64 array, shape (members,)
            Indices of activation regions.

        Raises
        ------
        NoSuchIndex
            If there is no linear region of that number; they are counted from 0.

        Examples
        --------
        x + relu(x - 1) with two units that switch at 0, where the function has no kink:

        >>> from linreg import adjacency_graph, enumerate_regions, mlp
        >>> kink = mlp([([[1], [-1], [1]], [0, 0, -1])], readout=([[1, -1, 1]], [0]))
        >>> path = merged_graph(adjacency_graph(enumerate_regions(kink)))
        >>> path.members(0).tolist(), path.members(1).tolist()
        ([0, 1], [2])
        """
        node = numbered(node, len(self), "node", "linear regions")
        return np.flatnonzero(self.labels == node)

    def crossed(self, edge: int) -> np.ndarray:
        """The units that change across some facet between two linear regions; int64, increasing.

        Parameters
        ----------
        edge : int
            A row of `edges`, from 0.

        Returns
        -------
        int64 array, shape (units that differ,)
            Indices of units.

        Raises
        ------
        NoSuchIndex
            If there is no edge of that number; they are counted from 0.

        Examples
        --------
        x + relu(x - 1) with two units that switch at 0, where the function has no kink:

        >>> from linreg import adjacency_graph, enumerate_regions, mlp
        >>> kink = mlp([([[1], [-1], [1]], [0, 0, -1])], readout=([[1, -1, 1]], [0]))
        >>> path = merged_graph(adjacency_graph(enumerate_regions(kink)))
        >>> path.crossed(0).tolist()
        [2]
        """
        edge = numbered(edge, len(self.edges), "edge", "edges")
        return np.flatnonzero(self._units(self._crossed[edge]))

    def columns(self, *, progress: Callable[[Progress], None] | None = None) -> GraphColumns:
        """The graph as columns of scalars.

        `pattern`, `witness` and `margin` are those of a linear region's first member, and it is
        bounded if all of them are.

        Parameters
        ----------
        progress : callable, optional
            Called now and then with a `Progress` of activation regions, whose margins are
            computed.

        Returns
        -------
        GraphColumns
            Attributes of nodes by name, the edges, and what each of them crosses.

        Examples
        --------
        x + relu(x - 1) with two units that switch at 0, where the function has no kink:

        >>> from linreg import adjacency_graph, enumerate_regions, mlp
        >>> kink = mlp([([[1], [-1], [1]], [0, 0, -1])], readout=([[1, -1, 1]], [0]))
        >>> path = merged_graph(adjacency_graph(enumerate_regions(kink)))
        >>> list(path.columns().nodes["members"])
        [2, 1]
        """
        regions = self.activation.regions
        regions.measure(progress)
        bounded = np.ones(len(self), dtype=bool)
        bounded[self.labels[~regions.bounded]] = False
        nodes = region_columns(regions, self._firsts) | {
            "bounded": bounded.tolist(),
            "members": np.bincount(self.labels).tolist(),
        }
        crossed = [
            units
            for first in range(0, len(self.edges), EDGES_AT_ONCE)
            for units in unit_lists(self._units(self._crossed[first : first + EDGES_AT_ONCE]))
        ]
        return GraphColumns(nodes, self.edges, crossed)

    def to_networkx(self, *, arrays: bool = False) -> networkx.Graph:
        """The graph for networkx, with the attributes of `columns`.

        An infinite margin, of a region without rows, is left out.

        Parameters
        ----------
        arrays : bool
            As for `AdjacencyGraph.to_networkx`: whether `witness` is an array and `crossed` a list
            of ints, which no file holds.

        Returns
        -------
        networkx.Graph
            Its nodes are the numbers of the linear regions, from 0.

        Examples
        --------
        Two opposite units whose sum is |x|; both switch where its two linear regions meet:

        >>> from linreg import adjacency_graph, enumerate_regions, merged_graph, mlp
        >>> net = mlp([([[1], [-1]], [0, 0])], readout=([[1, 1]], [0]))
        >>> merged = merged_graph(adjacency_graph(enumerate_regions(net)))
        >>> merged.to_networkx(arrays=True).edges[0, 1]["crossed"]
        [0, 1]
        """
        graph = self.columns().to_networkx()
        if arrays:
            unpack(graph, self.activation.regions.witnesses[self._firsts])
        return graph

    def to_pandas(self) -> GraphTables:
        """The graph as two pandas data frames, `nodes` and `edges`; pandas has to be installed."""
        return tables_of_columns(self.columns())

    def __repr__(self) -> str:
        return f"<LinearRegionGraph: {self._sizes}>"

    def _repr_html_(self) -> str:
        return table_html(
            "LinearRegionGraph", [("size", self._sizes)], thumbnail(self.activation.regions)
        )

    @property
    def _sizes(self) -> str:
        nodes = counted(len(self), "linear region")
        return f"{nodes}, {counted(len(self.edges), 'shared facet')}"

    @cached_property
    def _firsts(self) -> np.ndarray:
        """The first member of each linear region."""
        return np.unique(self.labels, return_index=True)[1]

    @cached_property
    def _crossed(self) -> np.ndarray:
        """Units that change across the facets of each edge, as bits, eight of them a byte."""
        facets, ends = _outer_facets(self.activation, self.labels)
        order = np.lexsort(ends.T[::-1])
        parts = [np.packbits(part, axis=1) for part in crossings(self.activation.regions, facets)]
        none = np.zeros((0, (self._n_units + 7) // 8), dtype=np.uint8)
        bits = np.concatenate([none, *parts])[order]
        starts = np.unique(ends[order], axis=0, return_index=True)[1]
        return np.bitwise_or.reduceat(bits, starts, axis=0) if len(starts) else bits

    def _units(self, bits: np.ndarray) -> np.ndarray:
        """Bits as bool, one a unit."""
        return np.unpackbits(bits, axis=-1, count=self._n_units).astype(bool)

    @property
    def _n_units(self) -> int:
        return int(self.activation.regions.patterns.shape[1])


def merged_graph(
    graph: AdjacencyGraph,
    output: int | None = None,
    *,
    progress: Callable[[Progress], None] | None = None,
) -> LinearRegionGraph:
    """The graph of linear regions, merged from one of activation regions.

    Parameters
    ----------
    graph, output, progress
        As for `linear_regions`.

    Returns
    -------
    LinearRegionGraph
        Linear regions as nodes, and an edge for each pair that shares a facet.

    Raises
    ------
    NoSuchIndex
        If the network has no such output.

    Examples
    --------
    The largest of 0, x and y has three linear regions, of which each touches both others:

    >>> from linreg import adjacency_graph, enumerate_regions, mlp
    >>> largest = ([[1, -1], [0, 1], [0, -1]], [0, 0, 0])  # relu(x - y) + y, then relu of that
    >>> net = mlp([largest, ([[1, 1, -1]], [0])])
    >>> graph = adjacency_graph(enumerate_regions(net))
    >>> len(graph.regions), merged_graph(graph).edges.tolist()
    (5, [[0, 1], [0, 2], [1, 2]])
    """
    labels = linear_regions(graph, output, progress=progress)
    edges = np.unique(_outer_facets(graph, labels)[1], axis=0)
    labels.flags.writeable = edges.flags.writeable = False
    return LinearRegionGraph(graph, labels, edges)


def _outer_facets(graph: AdjacencyGraph, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The edges between different linear regions, and these regions, the lower one first."""
    ends = np.sort(labels[graph.edges], axis=1)
    between = ends[:, 0] != ends[:, 1]
    return graph.edges[between], ends[between]
