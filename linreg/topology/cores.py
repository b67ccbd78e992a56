"""Fewer cells with the same topology: cells that another one stands for are left out."""

from __future__ import annotations

from typing import Any

import numpy as np

from linreg.complex import SignedCells


def core(cells: SignedCells[Any], chosen: np.ndarray) -> np.ndarray:
    """Some cells of a union whose order complex is equivalent to that of all.

    A cell x goes if those above it have a least one, y, or those below it a greatest one: sending x
    to y keeps the order, and is comparable with the identity.

    Parameters
    ----------
    cells : SignedCells
    chosen : bool array, shape (cells,)

    Returns
    -------
    bool array, shape (cells,)

    Source
    ------
    Stong (1966), "Finite topological spaces"; Quillen (1978), 1.3, for comparable maps.

    Examples
    --------
    Two crossing lines cut the plane into nine cells, and the crossing stands for all of them:

    >>> from linreg import mlp, polyhedral_complex
    >>> cross = polyhedral_complex(mlp([([[1, 0], [0, 1]], [0, 0])]))
    >>> int(core(cross, np.ones(9, dtype=bool)).sum())
    1
    """
    above: dict[int, set[int]] = {int(cell): set() for cell in np.flatnonzero(chosen)}
    below: dict[int, set[int]] = {cell: set() for cell in above}
    for low in range(cells.dim):
        for high in range(low + 1, cells.dim + 1):
            for face, cell in zip(
                *(part.tolist() for part in cells.faces_between(low, high)), strict=True
            ):
                if face in above and cell in above:
                    above[face].add(cell)
                    below[cell].add(face)
    pending = list(above)
    waiting = set(pending)
    while pending:
        cell = pending.pop()
        waiting.discard(cell)
        if not (_has_an_end(cell, above) or _has_an_end(cell, below)):
            continue
        around = above.pop(cell) | below.pop(cell)
        for other in around:
            above[other].discard(cell)
            below[other].discard(cell)
        fresh = around - waiting
        pending += fresh
        waiting |= fresh
    kept = np.zeros(len(cells), dtype=bool)
    kept[list(above)] = True
    return kept


def _has_an_end(cell: int, beyond: dict[int, set[int]]) -> bool:
    """Whether one of the cells beyond a cell has all others beyond it."""
    others = beyond[cell]
    return any(len(beyond[other]) == len(others) - 1 for other in others)
