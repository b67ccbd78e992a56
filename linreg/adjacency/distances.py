"""Searches through a graph: distances, its diameter, and an odd closed walk."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from linreg.progress import Progress

if TYPE_CHECKING:
    from scipy.sparse import csr_array

DIAMETER_WORK = 3 * 10**8
"""Nodes and edges that all searches for a diameter together may visit: seconds."""


def adjacency_matrix(size: int, edges: np.ndarray) -> csr_array:
    """The symmetric matrix of a graph, with ones where two nodes are joined.

    Parameters
    ----------
    size : int
        Number of nodes.
    edges : int64 array, shape (edges, 2)
        Each once.

    Returns
    -------
    SciPy sparse array of int8, shape (size, size)

    Examples
    --------
    >>> adjacency_matrix(3, np.array([[0, 1], [1, 2]])).toarray().tolist()
    [[0, 1, 0], [1, 0, 1], [0, 1, 0]]
    """
    from scipy.sparse import coo_array

    rows, columns = np.concatenate([edges, edges[:, ::-1]]).T
    ones = np.ones(len(rows), dtype=np.int8)
    matrix = coo_array((ones, (rows, columns)), shape=(size, size)).tocsr()
    matrix.sort_indices()
    return matrix


def breadth_first(matrix: csr_array, source: int) -> tuple[np.ndarray, np.ndarray]:
    """Distance from a node to every node of a connected graph, and the node before on a path.

    The source is before itself.
    """
    from scipy.sparse.csgraph import breadth_first_order

    before = np.asarray(breadth_first_order(matrix, source)[1], dtype=np.int64)
    before[source] = source
    # Doubling: a jump leads as many steps back as it says, and no further than to the source.
    jump, distances = before, (before != np.arange(len(before))).astype(np.int64)
    while (jump != source).any():
        distances = distances + distances[jump]
        jump = jump[jump]
    return distances, before


def diameter(
    matrix: csr_array, *, progress: Callable[[Progress], None] | None = None
) -> tuple[int, int]:
    """Lower and upper bound of the diameter of a connected graph, equal unless that is too costly.

    Parameters
    ----------
    matrix : csr_array
    progress : callable, optional
        Called now and then with a `Progress` of nodes: done are those that cannot be farther from
        another one than two known ones are.

    Notes
    -----
    A search from a node gives its eccentricity e, and max(d, e - d) and e + d as bounds of that
    of a node at distance d. Searches start in turn from a node of largest upper bound and from
    one of smallest lower bound, until no node may be farther from another than two known ones
    are, or `DIAMETER_WORK` nodes and edges have been visited. In highly symmetric graphs, such as
    that of regions around one point, the bounds never meet.

    Source
    ------
    Takes, Kosters (2011), Determining the diameter of small world networks, algorithm
    BoundingDiameters.
    """
    size = matrix.shape[0]
    lower = np.zeros(size, dtype=np.int64)
    upper = np.full(size, size, dtype=np.int64)
    farthest = 0
    for turn in range(max(1, DIAMETER_WORK // (size + matrix.nnz))):
        open_nodes = np.flatnonzero(upper > farthest)
        if len(open_nodes) == 0:
            break
        if progress is not None:
            progress(Progress(size - len(open_nodes), size, "regions settled for the diameter"))
        by = -upper[open_nodes] if turn % 2 == 0 else lower[open_nodes]
        distances, _ = breadth_first(matrix, int(open_nodes[by.argmin()]))
        eccentricity = int(distances.max())
        farthest = max(farthest, eccentricity)
        np.maximum(lower, np.maximum(distances, eccentricity - distances), out=lower)
        np.minimum(upper, eccentricity + distances, out=upper)
    return farthest, max(farthest, int(upper.max()))


def odd_closed_walk(matrix: csr_array, edges: np.ndarray) -> tuple[int, ...] | None:
    """An odd number of nodes, each joined to the next and the last to the first.

    None if a connected graph has no such walk, so that it is bipartite.
    """
    distances, before = breadth_first(matrix, 0)
    i, j = edges.T
    on_cell = np.flatnonzero(distances[i] == distances[j])
    if len(on_cell) == 0:
        return None
    a, b = edges[on_cell[0]].tolist()
    there, back = [a], [b]
    while there[-1] != back[-1]:
        there.append(int(before[there[-1]]))
        back.append(int(before[back[-1]]))
    return (*there[::-1], *back[:-1])
