"""How far a computation is: the one value that callbacks named `progress` are given."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a computation is.

    Attributes
    ----------
    done : float
        Steps that are finished; where steps are of no equal size, the finished share of the work.
    total : float
        Steps in all: 1 where `done` is a share, and infinity where nobody knows.
    activity : str
        What is done in these steps, as the words after "3 of 7"; or what is done just now.

    Examples
    --------
    >>> from linreg import adjacency_graph, enumerate_regions, mlp
    >>> regions = enumerate_regions(mlp([([[1, 0], [0, 1], [1, 1]], [0, 0, -1])]))
    >>> heard = []
    >>> _ = adjacency_graph(regions, progress=heard.append)
    >>> heard[0], heard[0].share
    (Progress(done=0, total=7, activity='regions looked at for facets'), 0.0)
    """

    done: float
    total: float
    activity: str

    @property
    def share(self) -> float:
        """The finished part, from 0 to 1; 0 where nobody knows how many steps there are.

        Examples
        --------
        >>> from math import inf
        >>> Progress(3, 4, "rows written").share, Progress(3, inf, "cells").share
        (0.75, 0.0)
        """
        return min(1.0, self.done / self.total) if self.total else 1.0

    def within(self, part: int, parts: int, activity: str) -> Progress:
        """How far a computation is of whose equal parts this is one.

        Parameters
        ----------
        part, parts : int
            Which part, counted from 0, and how many there are.
        activity : str
            What the whole is said to do.

        Returns
        -------
        Progress
            With the same number of steps in all.

        Examples
        --------
        >>> Progress(3, 4, "regions measured").within(1, 2, "regions written")
        Progress(done=3.5, total=4, activity='regions written')
        """
        return Progress((part * self.total + self.done) / parts, self.total, activity)
