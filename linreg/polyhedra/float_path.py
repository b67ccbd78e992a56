"""The simplex method in floats: vertices from which exact steps may start; it proves nothing."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

NOTHING = 1e-9
"""Coefficients and rates up to this, of rows whose largest entry is 1, are taken for zero."""

PIVOTS_PER = 10
"""For each row and column; a path that is longer has come to no end, and stops there."""


def float_path(form: np.ndarray, lines: np.ndarray, *, until_negative: bool) -> list[list[int]]:
    """What is zero at the vertices that the method comes by, from the start to the last one.

    Parameters
    ----------
    form : float64 array, shape (1 + dim,)
        The form to make small: its value at the start, then its gradient.
    lines : float64 array, shape (rows, 1 + dim)
        Rows that are not negative on the polyhedron, in the same way.
    until_negative : bool
        Whether to stop where the form is negative.

    Returns
    -------
    list of list of int
        For each vertex `dim` numbers: j for coordinate j, and dim + i for row i.

    Source
    ------
    Dantzig's method. That floats look for a basis and exact arithmetic verifies it is from
    Applegate, Cook, Dash and Espinoza (2007), "Exact solutions to linear programming problems".

    Examples
    --------
    On x >= 0, y >= 0, x + y <= 1, the least value of y - x is at the vertex x = 1, y = 0:

    >>> rows = np.array([[0.0, 1, 0], [0, 0, 1], [1, -1, -1]])
    >>> float_path(np.array([0.0, -1, 1]), rows, until_negative=False)[-1]
    [4, 3]
    """
    with np.errstate(all="ignore"):
        return [[*range(len(form) - 1)], *_vertices(form.copy(), lines.copy(), until_negative)]


def _vertices(form: np.ndarray, lines: np.ndarray, until_negative: bool) -> Iterator[list[int]]:
    rows, dim = len(lines), len(form) - 1
    zero, other = np.arange(dim), dim + np.arange(rows)
    for _ in range(PIVOTS_PER * (rows + dim)):
        if until_negative and form[0] < 0:
            return
        # Coordinates, of any sign, go first, and then keep out of the way for good.
        gains = np.where(zero < dim, np.abs(form[1:]), -form[1:])
        gains[(zero < dim) & (gains > NOTHING)] += np.max(gains)
        column = int(np.argmax(gains))
        if not gains[column] > NOTHING:
            return
        rates = lines[:, 1 + column] * -np.sign(form[1 + column])
        slacks = np.maximum(lines[:, 0], 0.0)
        lengths = np.where((other >= dim) & (rates < -NOTHING), slacks / -rates, np.inf)
        shortest = np.min(lengths, initial=np.inf)
        if not shortest < np.inf:
            return
        # Of rows that are zero at once, the steepest one rounds least.
        near = lengths <= (1 + NOTHING) * shortest
        index = int(np.argmin(np.where(near, rates, np.inf)))
        _pivot(form, lines, index, column)
        zero[column], other[index] = other[index], zero[column]
        yield zero.tolist()


def _pivot(form: np.ndarray, lines: np.ndarray, index: int, column: int) -> None:
    """Write all in terms of the row of a line instead of the variable of a column."""
    by = lines[index, 1 + column]
    solved = lines[index] / -by
    solved[1 + column] = 1 / by
    for each in (form[None], lines):
        factors = each[:, 1 + column].copy()
        each[:, 1 + column] = 0.0
        each += factors[:, None] * solved
    lines[index] = solved
