"""Cells as a search finds them, and what is proved of their number where it is stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import inf
from typing import TypeVar

from linreg.errors import IncompleteError
from linreg.problem import Problem
from linreg.progress import Progress
from linreg.wording import counted

CELLS_PER_REPORT = 1 << 12
"""Cells between two reports of progress: a fraction of a second."""

Found = TypeVar("Found")


class CellTally:
    """How many cells of each dimension there are at least.

    Parameters
    ----------
    dim : int
        The largest dimension.
    limit : int or None
        Most cells.

    Examples
    --------
    >>> tally = CellTally(1, 2)
    >>> tally.add(0), tally.add(1)
    (None, None)
    >>> tally.add(1)
    Traceback (most recent call last):
    linreg.errors.IncompleteError: the complex has more than 2 cells; give a higher limit
    """

    def __init__(self, dim: int, limit: int | None) -> None:
        self._found = [0] * (dim + 1)
        self._left = limit
        self._limit = limit

    def add(self, dim: int) -> None:
        """One more.

        Raises
        ------
        IncompleteError
            If there are more than the limit; `at_least` says how many of each dimension.
        """
        self._found[dim] += 1
        if self._left is None or self._limit is None:
            return
        self._left -= 1
        if self._left < 0:
            raise IncompleteError(
                f"the complex has more than {counted(self._limit, 'cell')}; give a higher limit",
                at_least=tuple(self._found),
            )


def gathered(
    cells: Iterable[Found],
    problem: Problem,
    dim_of: Callable[[Found], int],
    progress: Callable[[Progress], None] | None,
    every: int = CELLS_PER_REPORT,
) -> list[Found]:
    """All cells of a search.

    Parameters
    ----------
    cells : iterable
        Each once.
    problem : Problem
    dim_of : callable
        The dimension of a cell.
    progress : callable or None
        Called now and then with a `Progress` of cells, in all unknown.
    every : int
        Cells between two calls.

    Raises
    ------
    KeyboardInterrupt
        With how many cells of each dimension were found, as its argument.

    Examples
    --------
    >>> from linreg import mlp
    >>> from linreg.problem import problem_of
    >>> gathered([0, 1, 1], problem_of(mlp([([[1]], [0])]), None), int, None)
    [0, 1, 1]
    """
    found: list[Found] = []
    try:
        for cell in cells:
            found.append(cell)
            if progress is not None and len(found) % every == 0:
                progress(Progress(len(found), inf, "cells"))
    except KeyboardInterrupt as interrupt:
        dims = [dim_of(cell) for cell in found]
        numbers = tuple(map(dims.count, range(problem.network.input_dim + 1)))
        raise KeyboardInterrupt(numbers) from interrupt
    return found
