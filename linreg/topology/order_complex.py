"""The order complex of a set of cells: its chains of faces, as simplices."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from linreg.complex import SignedCells
from linreg.errors import MissingPackage

if TYPE_CHECKING:
    from gudhi import SimplexTree


def flags(cells: SignedCells[Any], chosen: np.ndarray) -> Iterator[np.ndarray]:
    """All chains s_0 < s_1 < ... < s_k of chosen cells, for k = 0, 1, ...

    Parameters
    ----------
    cells : SignedCells
    chosen : bool array, shape (cells,)

    Yields
    ------
    int64 array, shape (chains, k + 1)
        Each row goes up in dimension, and so in number.
    """
    from scipy.sparse import csr_array

    lower, upper = [], []
    for low in range(cells.dim):
        for high in range(low + 1, cells.dim + 1):
            below, above = cells.faces_between(low, high)
            both = chosen[below] & chosen[above]
            lower.append(below[both])
            upper.append(above[both])
    rows, columns = (
        np.concatenate([np.zeros(0, dtype=np.int64), *parts]) for parts in (lower, upper)
    )
    ones = np.ones(len(rows), dtype=np.int8)
    order = csr_array((ones, (rows, columns)), shape=(len(cells), len(cells)))
    starts, above = order.indptr, order.indices
    chains = np.flatnonzero(chosen)[:, None]
    while len(chains):
        yield chains
        last = chains[:, -1]
        sizes = starts[last + 1] - starts[last]
        repeated = np.repeat(np.arange(len(chains)), sizes)
        # The places of the cells above each last one, one after another.
        offsets = np.arange(len(repeated)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        following = above[starts[last][repeated] + offsets]
        chains = np.column_stack([chains[repeated], following])


LARGEST_PRIME = 46337
"""The largest prime that gudhi counts modulo."""


def check_gudhi_field(field: int) -> None:
    """Refuse a field that gudhi does not have.

    Raises
    ------
    ValueError
    """
    if not 2 <= field <= LARGEST_PRIME:
        raise ValueError(
            f"field: gudhi works modulo primes up to {LARGEST_PRIME}, got {field}; take another "
            "method"
        )


def simplex_tree(
    cells: SignedCells[Any], chosen: np.ndarray, ranks: np.ndarray | None = None
) -> SimplexTree:
    """The order complex as gudhi holds it.

    Parameters
    ----------
    cells : SignedCells
    chosen : bool array, shape (cells,)
    ranks : integer array, shape (cells,), optional
        When each cell enters; a chain enters with its smallest cell.

    Raises
    ------
    MissingPackage
        If there is no gudhi.
    """
    try:
        import gudhi
    except ImportError:
        raise MissingPackage(
            "order complexes need the package gudhi, which is not installed; "
            "pip install 'linreg-exact[topology]'"
        ) from None
    tree = gudhi.SimplexTree()
    for chains in flags(cells, chosen):
        if ranks is None:
            entering = np.zeros(len(chains))
        else:
            entering = ranks[chains[:, 0]].astype(np.float64)
        tree.insert_batch(np.ascontiguousarray(chains.T), entering)
    return tree
