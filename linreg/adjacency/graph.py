"""The adjacency graph: which regions share a facet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from linreg.adjacency.columns import (
    GraphColumns,
    GraphTables,
    crossings,
    region_columns,
    tables_of_columns,
    unit_lists,
    unpack,
)
from linreg.adjacency.plane import edges_of_sides
from linreg.adjacency.search import edges_of_facets
from linreg.arguments import numbered
from linreg.errors import IncompleteError
from linreg.progress import Progress
from linreg.regions import Enumeration
from linreg.regions.polygons.svg import thumbnail
from linreg.showing import table_html
from linreg.strategies.machine_code import has_machine_code
from linreg.wording import counted

if TYPE_CHECKING:
    import networkx

FEW_REGIONS = 1000
"""Regions whose edges are found without machine code in the time that it takes to load it."""


@dataclass(frozen=True, eq=False)
class AdjacencyGraph:
    """The regions of a network and the pairs of them that share a facet.

    Attributes
    ----------
    regions : Enumeration
    edges : int64 array, shape (edges, 2)
        Pairs (i, j) of region indices with i < j, sorted.

    Examples
    --------
    Two lines that cross make four regions in a ring:

    >>> from linreg import enumerate_regions, mlp
    >>> ring = adjacency_graph(enumerate_regions(mlp([([[1, 0], [0, 1]], [0, 0])])))
    >>> len(ring), ring.edges.tolist()
    (4, [[0, 1], [0, 2], [1, 3], [2, 3]])
    """

    regions: Enumeration
    edges: np.ndarray  # (edges, 2)

    def crossed(self, edge: int) -> np.ndarray:
        """The units whose piece differs on the two sides of an edge; int64, increasing.

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
        Two lines that cross; from one quadrant to the next, one unit switches:

        >>> from linreg import enumerate_regions, mlp
        >>> ring = adjacency_graph(enumerate_regions(mlp([([[1, 0], [0, 1]], [0, 0])])))
        >>> ring.edges[0].tolist(), ring.crossed(0).tolist()
        ([0, 1], [1])
        """
        i, j = self.edges[numbered(edge, len(self.edges), "edge", "edges")]
        return np.flatnonzero(self.regions.patterns[i] != self.regions.patterns[j])

    def __len__(self) -> int:
        """Number of regions."""
        return len(self.regions)

    def columns(self, *, progress: Callable[[Progress], None] | None = None) -> GraphColumns:
        """The graph as columns of scalars.

        Parameters
        ----------
        progress : callable, optional
            Called now and then with a `Progress` of regions, whose margins are computed.

        Returns
        -------
        GraphColumns
            Attributes of nodes by name, the edges, and what each of them crosses.

        Examples
        --------
        >>> from linreg import enumerate_regions, mlp
        >>> ring = adjacency_graph(enumerate_regions(mlp([([[1, 0], [0, 1]], [0, 0])])))
        >>> list(ring.columns().nodes["pattern"])
        ['00', '01', '10', '11']
        """
        self.regions.measure(progress)
        nodes = region_columns(self.regions, np.arange(len(self)))
        parts = crossings(self.regions, self.edges)
        return GraphColumns(
            nodes, self.edges, [text for part in parts for text in unit_lists(part)]
        )

    def to_networkx(self, *, arrays: bool = False) -> networkx.Graph:
        """The graph for networkx, with scalar attributes that every file format holds.

        Nodes have `pattern` (piece indices, with commas if some unit has more than 10 pieces),
        `witness` (shortest round-trip floats), `margin` (Euclidean, in input units) and `bounded`;
        edges have `crossed` (unit numbers). An infinite margin, of a region without rows, is left
        out.

        Parameters
        ----------
        arrays : bool
            Whether `witness` is an array and `crossed` a list of ints: no file holds them, and
            `networkx.get_node_attributes(graph, "witness")` are positions to draw two inputs at.

        Returns
        -------
        networkx.Graph
            Its nodes are the numbers of the regions, from 0.

        Examples
        --------
        >>> from linreg import enumerate_regions, mlp
        >>> ring = adjacency_graph(enumerate_regions(mlp([([[1, 0], [0, 1]], [0, 0])])))
        >>> ring.to_networkx(arrays=True).edges[0, 1]["crossed"]
        [1]
        """
        graph = self.columns().to_networkx()
        if arrays:
            unpack(graph, self.regions.witnesses[np.arange(len(self))])
        return graph

    def to_pandas(self) -> GraphTables:
        """The graph as two pandas data frames, `nodes` and `edges`; pandas has to be installed."""
        return tables_of_columns(self.columns())

    def __repr__(self) -> str:
        return f"<AdjacencyGraph: {self._sizes}>"

    def _repr_html_(self) -> str:
        rows = [("neighbours", said_of_degrees(self.edges, len(self)))]
        return table_html(f"Adjacency graph: {self._sizes}", rows, thumbnail(self.regions))

    @property
    def _sizes(self) -> str:
        nodes = counted(len(self), "region")
        return f"{nodes}, {counted(len(self.edges), 'shared facet')}"


def said_of_degrees(edges: np.ndarray, nodes: int) -> str:
    """The fewest, the most and the mean neighbours.

    Examples
    --------
    >>> said_of_degrees(np.array([[0, 1], [1, 2]]), 3)
    '1 to 2, 1.33 on average'
    """
    degrees = np.bincount(edges.ravel(), minlength=nodes)
    return f"{degrees.min()} to {degrees.max()}, {degrees.mean():.3g} on average"


def adjacency_graph(
    regions: Enumeration, *, progress: Callable[[Progress], None] | None = None
) -> AdjacencyGraph:
    """The graph of regions that share a facet, each edge proved.

    Units are continuous, so regions meet face to face: beyond a facet lies exactly one region or
    the edge of the domain. Patterns that differ in one unit need not be adjacent, and adjacent
    regions may differ in several units, so edges come from facets and never from patterns.

    Parameters
    ----------
    regions : Enumeration
        Complete.
    progress : callable, optional
        Called now and then with a `Progress` of regions.

    Returns
    -------
    AdjacencyGraph
        Regions as nodes, in the order of the enumeration, and an edge for each pair.

    Raises
    ------
    IncompleteError
        If the enumeration was stopped early, so that a neighbour may be missing.

    Examples
    --------
    Two lines that cross make four regions in a ring:

    >>> from linreg import enumerate_regions, mlp
    >>> regions = enumerate_regions(mlp([([[1, 0], [0, 1]], [0, 0])]))
    >>> adjacency_graph(regions).edges.tolist()
    [[0, 1], [0, 2], [1, 3], [2, 3]]
    """
    if not regions.counted.complete:
        raise IncompleteError(
            f"the enumeration stopped early, at {counted(len(regions), 'region')}, and an edge may "
            "lead to one that is missing; enumerate without a limit"
        )
    proved, left = _proved(regions, progress)
    edges = _sorted(np.concatenate([proved, _exact(regions, left, progress)]), len(regions))
    edges.flags.writeable = False
    return AdjacencyGraph(regions, edges)


def preparation(regions: Enumeration) -> str:
    """What `adjacency_graph` has to do first, in a few words; empty if it takes no time.

    Parameters
    ----------
    regions : Enumeration

    Returns
    -------
    str

    Examples
    --------
    A few regions need no machine code:

    >>> from linreg import enumerate_regions, mlp
    >>> preparation(enumerate_regions(mlp([([[1]], [0])]), strategy="highs"))
    ''
    """
    if not _is_for_machine_code(regions):
        return ""
    from linreg.adjacency.compiled_edges import machine_code_of
    from linreg.kernel.machine import is_loaded, is_on_disk

    code = machine_code_of(regions.problem.network.input_dim)
    if is_loaded(code):
        return ""
    return "loading machine code" if is_on_disk(code) else "compiling (first use)"


def _is_for_machine_code(regions: Enumeration) -> bool:
    """Whether machine code is to find the edges, even if it must be loaded or compiled first."""
    if not (_is_large(regions) and has_machine_code()):
        return False
    from linreg.adjacency.compiled_edges import is_worth_it

    return is_worth_it(regions)


def _is_large(regions: Enumeration) -> bool:
    """Whether there are many regions, or machine code has found them."""
    return len(regions) >= FEW_REGIONS or regions.counted.strategy == "compiled"


def _proved(
    regions: Enumeration, progress: Callable[[Progress], None] | None
) -> tuple[np.ndarray, Sequence[int]]:
    """Edges that machine code proves, and the regions that it leaves, which may be all of them."""
    found = None
    if _is_for_machine_code(regions):
        from linreg.adjacency.compiled_edges import joined

        found = joined(regions, progress)
    if found is None:
        return np.empty((0, 2), dtype=np.int64), range(len(regions))
    return found[0], found[1].tolist()


def _exact(
    regions: Enumeration, left: Sequence[int], progress: Callable[[Progress], None] | None
) -> np.ndarray:
    """Edges that exact arithmetic finds from some regions."""
    if not left:
        return np.empty((0, 2), dtype=np.int64)
    if regions.problem.network.input_dim == 2:
        may = _is_large(regions) and has_machine_code()
        found = edges_of_sides(regions, left, progress, by_machine_code=may)
    else:
        found = edges_of_facets(regions, left, progress)
    return np.array(list(found), dtype=np.int64).reshape(-1, 2)


def _sorted(edges: np.ndarray, size: int) -> np.ndarray:
    """Pairs of numbers below `size`, each once, in order."""
    # np.unique takes a hundred times as long.
    keys = np.sort(edges[:, 0] * size + edges[:, 1])
    return np.stack(np.divmod(keys[np.diff(keys, prepend=-1) > 0], size), axis=1)
