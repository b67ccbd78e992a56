"""A graph of regions as columns of scalars, which is what files and networkx hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from linreg.errors import LinregError
from linreg.regions import Enumeration

if TYPE_CHECKING:
    import networkx

Scalars = Sequence[str] | Sequence[float] | Sequence[bool] | Sequence[int]
"""One entry for each node."""

Scalar = str | float | bool | int

EDGES_AT_ONCE = 1 << 16
"""Edges whose patterns are compared together, so that memory does not grow with their number."""


@dataclass(frozen=True, eq=False)
class GraphColumns:
    """The nodes and edges of a graph of regions, with scalar attributes that every format holds.

    Attributes
    ----------
    nodes : mapping from name to sequence, each of length nodes
        `pattern` (piece indices, with commas if some unit has more than 10 pieces), `witness`
        (shortest round-trip floats), `margin` (Euclidean, in input units; infinite without rows),
        `bounded`, and for linear regions `members` (number of activation regions).
    edges : int64 array, shape (edges, 2)
        Pairs (i, j) of nodes with i < j, sorted.
    crossed : sequence of str, length edges
        The units that differ on the two sides of an edge.

    Examples
    --------
    Two lines that cross; from one quadrant to the next, one unit switches:

    >>> from linreg import adjacency_graph, enumerate_regions, mlp
    >>> ring = adjacency_graph(enumerate_regions(mlp([([[1, 0], [0, 1]], [0, 0])]))).columns()
    >>> ring.nodes["pattern"], ring.crossed
    (['00', '01', '10', '11'], ['1', '0', '0', '1'])
    """

    nodes: Mapping[str, Scalars]
    edges: np.ndarray  # (edges, 2)
    crossed: Sequence[str]

    def __len__(self) -> int:
        """Number of nodes."""
        return len(self.nodes["pattern"])

    def rows(self) -> Iterator[tuple[int, dict[str, Scalar]]]:
        """The number and attributes of each node; an infinite margin is left out."""
        names = list(self.nodes)
        for index, values in enumerate(zip(*self.nodes.values(), strict=True)):
            row: dict[str, Scalar] = dict(zip(names, values, strict=True))
            if not isfinite(row["margin"]):  # type: ignore[arg-type]  # a float, by its name
                del row["margin"]
            yield index, row

    def links(self) -> Iterator[tuple[int, int, str]]:
        """Both ends of each edge, and the units that it crosses."""
        for (i, j), crossed in zip(self.edges.tolist(), self.crossed, strict=True):
            yield i, j, crossed

    def to_networkx(self) -> networkx.Graph:
        """The graph for networkx."""
        import networkx

        graph = networkx.Graph()
        graph.add_nodes_from(self.rows())
        graph.add_edges_from((i, j, {"crossed": crossed}) for i, j, crossed in self.links())
        return graph


class GraphTables(NamedTuple):
    """A graph of regions as pandas data frames.

    Attributes
    ----------
    nodes : DataFrame
        A row for each node, with the columns of `GraphColumns`.
    edges : DataFrame
        `i` and `j` with i < j, and `crossed`.
    """

    nodes: Any
    edges: Any


def tables_of_columns(columns: GraphColumns) -> GraphTables:
    """The graph as data frames.

    Raises
    ------
    LinregError
        If pandas is not installed.
    """
    try:
        import pandas
    except ImportError as error:
        raise LinregError("a data frame needs pandas: pip install pandas") from error
    i, j = columns.edges.T
    edges = pandas.DataFrame({"i": i, "j": j, "crossed": list(columns.crossed)})
    return GraphTables(pandas.DataFrame(dict(columns.nodes)), edges)


def unpack(graph: networkx.Graph, witnesses: np.ndarray) -> None:
    """Make arrays of the witnesses, and lists of the units that edges cross."""
    for node, point in enumerate(witnesses):
        graph.nodes[node]["witness"] = point
    for _, _, held in graph.edges(data=True):
        held["crossed"] = [int(unit) for unit in held["crossed"].split()]


def region_columns(regions: Enumeration, chosen: np.ndarray) -> dict[str, Scalars]:
    """The columns of some regions that `GraphColumns` has for nodes."""
    units = regions.problem.network.units
    comma = "," if any(unit.n_pieces > 10 for unit in units) else ""
    return {
        "pattern": [comma.join(map(str, pattern)) for pattern in regions.patterns[chosen].tolist()],
        "witness": [" ".join(map(repr, point)) for point in regions.witnesses[chosen].tolist()],
        "margin": regions.margins[chosen].tolist(),
        "bounded": regions.bounded[chosen].tolist(),
    }


def crossings(regions: Enumeration, edges: np.ndarray) -> Iterator[np.ndarray]:
    """Which units differ across edges; bool arrays of shape (edges, units), part by part."""
    patterns = regions.patterns
    for first in range(0, len(edges), EDGES_AT_ONCE):
        i, j = edges[first : first + EDGES_AT_ONCE].T
        yield patterns[i] != patterns[j]


def unit_lists(crossed: np.ndarray) -> list[str]:
    """The units that each row of a bool array, shape (edges, units), marks."""
    names = np.array([str(unit) for unit in range(crossed.shape[1])], dtype=object)
    words = names[np.nonzero(crossed)[1]].tolist()
    ends = np.cumsum(crossed.sum(axis=1)).tolist()
    return [" ".join(words[start:end]) for start, end in pairwise([0, *ends])]
