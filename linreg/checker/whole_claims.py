"""Claims of whole parts of a tree: floats accept most of them, many at a time, integers the rest.

Forms are numbered; -1 less a number is that of the form with the other sign.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import compress

import numpy as np

from linreg.checker.claims import Multipliers, is_inside, is_non_negative
from linreg.checker.combinations import certainly_hold, is_combination
from linreg.checker.forms import Form
from linreg.checker.inside import are_positive
from linreg.checker.known import Known
from linreg.checker.stages import StageOnCell
from linreg.checker.windows import Window

AT_ONCE = 2048
"""Claims that floats look at together, at most."""

MOST_ENTRIES = 1 << 18
"""Entries of the rows of all claims that floats look at together."""

COMPLETING = 1
"""The number of the first form of those that complete a basis, as many as inputs."""

Integers = Callable[[bytes], list[int] | None]
"""Given a point as it stands in the file, its numerators and denominator; None if it is none."""

Exactly = Callable[[int], tuple[Form, StageOnCell | None]]
"""Given the number of a form, it in integers, and the stage on the cell whose hyperplane it is."""


class Unsure(Exception):
    """Something is wrong, or not as it is expected here."""


class WholeClaims:
    """Checks claims about forms and nodes, or is not sure of them.

    Parameters
    ----------
    forms : Known
        All forms, and after them those with the other sign.
    rows, n_rows : integer arrays, shapes (nodes, most) and (nodes,)
        The forms that are positive in each node, and then one that is so everywhere.
    exactly : Exactly
    window : Window
        Where points stand.
    integers : Integers
    """

    def __init__(
        self,
        forms: Known,
        rows: np.ndarray,
        n_rows: np.ndarray,
        exactly: Exactly,
        window: Window,
        integers: Integers,
    ) -> None:
        self._forms = forms
        self._rows = rows
        self._n_rows = n_rows
        self._exactly = exactly
        self._window = window
        self._integers = integers

    def combinations(self, forms: np.ndarray, nodes: np.ndarray, named: np.ndarray) -> None:
        """Check that forms are combinations of rows that nodes have, at most as many as inputs.

        Named are the numbers of these, and -1 for each that there are fewer.
        """
        n = named.shape[1]
        for some in _shares(len(forms), n**2):
            is_named = named[some] >= 0
            # Fewer are a basis with others, which have no part in what these span.
            rows = np.where(
                is_named, self._rows[nodes[some, None], named[some]], COMPLETING + np.arange(n)
            )
            certain, likely, if_zero = certainly_hold(
                self._forms.at(forms[some]), self._forms.at(rows)
            )
            certain &= is_named.all(axis=1)
            for i in np.flatnonzero(~certain).tolist():
                form, here = self._exactly(int(forms[some][i]))
                basis = [self._exactly(int(row))[0] for row in rows[i, is_named[i]]]
                few = list(compress(basis, likely[i, is_named[i]].tolist()))
                is_plain = bool(if_zero[i]) and here is not None and here.is_spanned(few)
                if not (is_plain or is_combination(form, few) or is_combination(form, basis)):
                    raise Unsure

    def multipliers(self, form: int, node: int, proof: Multipliers, but: int = -1) -> None:
        """Check that multipliers prove a form non-negative in a node, one of whose rows is not."""
        rows = self._rows[node, : self._n_rows[node]].tolist()
        if but >= 0:
            del rows[but]
        denominator, numerators = proof
        if max(numerators, default=-1) >= len(rows):
            raise Unsure
        named = [self._exactly(rows[row])[0] for row in numerators]
        by = dict(enumerate(numerators.values()))
        if not is_non_negative(self._exactly(form)[0], named, (denominator, by)):
            raise Unsure

    def points(self, starts: np.ndarray, nodes: np.ndarray, beyond: np.ndarray) -> None:
        """Check that points lie strictly inside nodes, or beyond one row and inside all others.

        Parameters
        ----------
        starts, nodes : integer arrays, shape (claims,)
            Where in the window the record of each begins, and its node.
        beyond : integer array, shape (claims,)
            Which row; -1 for none.
        """
        most = int(self._n_rows[nodes].max(initial=1))
        for some in _shares(len(starts), self._forms.values.shape[1] * most):
            own = nodes[some]
            rows = self._rows[own, :most]
            at = np.flatnonzero(beyond[some] >= 0)
            rows[at, beyond[some][at]] = ~rows[at, beyond[some][at]]
            points, is_read = self._window.points(starts[some])
            certain = are_positive(self._forms.at(rows), points) & is_read
            for i in np.flatnonzero(~certain).tolist():
                point = self._integers(self._window.point(int(starts[some][i])))
                numbers = rows[i, : self._n_rows[own[i]]].tolist()
                forms = [self._exactly(number)[0] for number in numbers]
                if point is None or not is_inside(point, forms):
                    raise Unsure


def _shares(count: int, entries: int) -> Iterator[slice]:
    """Some claims after another, each of which has so many entries."""
    size = max(1, min(AT_ONCE, MOST_ENTRIES // max(1, entries)))
    for start in range(0, count, size):
        yield slice(start, start + size)
