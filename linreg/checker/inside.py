"""Points that are claimed to lie strictly inside cells, looked at many at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

import numpy as np

from linreg.checker.claims import is_inside
from linreg.checker.forms import Form, nearest_floats

AT_ONCE = 512
"""Points that are gathered before they are looked at."""

MOST_ENTRIES = 1 << 20
"""Entries of the rows of all points together, from which on fewer points are enough."""

MOST_TERMS = 4000
"""Terms of a sum up to which `DOUBT` is proved."""

DOUBT = 2.0**-40
"""The share of the sizes of its terms up to which a sum may owe its sign to rounding.

A sum of t products of two rounded numbers, in any order, is off by at most gamma(t + 2) times the
sum of their sizes, with gamma(k) = k u / (1 - k u) and u = 2^-53 (Higham, 2002, section 3.1), and
so is the sum of sizes. Integers do not underflow; what overflows is larger than nothing."""

About = TypeVar("About")


class Inside(Generic[About]):
    """The rows of the cell that a walk is at, and the points that are still to be looked at.

    Floats accept a point that lies so far inside that no rounding matters, integers decide about
    the others.

    Attributes
    ----------
    rows : list of Form
        Positive inside the cell.
    """

    def __init__(self, rows: Sequence[Form]) -> None:
        self.rows = list(rows)
        self._claims: list[tuple[Sequence[int], list[int], About]] = []
        self._forget()

    def _forget(self) -> None:
        self._claims = []
        self._forms = self.rows.copy()  # all that were rows since then
        self._places = list(range(len(self.rows)))  # of the rows among them

    def move(self, n_rows: int, rows: Sequence[Form]) -> None:
        """Go to a cell with so many of these rows, and with more."""
        del self.rows[n_rows:], self._places[n_rows:]
        self._places += range(len(self._forms), len(self._forms) + len(rows))
        self.rows += rows
        self._forms += rows

    def claim(self, point: Sequence[int], about: About) -> bool:
        """Take the claim that a point lies strictly inside the cell; whether it is time to look."""
        self._claims.append((point, self._places.copy(), about))
        held = len(self._claims)
        return held >= AT_ONCE or held * len(self.rows) * len(point) >= MOST_ENTRIES

    def first_outside(self) -> About | None:
        """What the first point that does not lie inside is about; all claims are forgotten."""
        claims, forms = self._claims, self._forms
        self._forget()
        most = max((len(places) for _, places, _ in claims), default=0)
        if not most:
            return None
        # Shorter lists have their last row more than once.
        places = np.array([own + own[-1:] * (most - len(own)) for _, own, _ in claims])
        rows = nearest_floats(forms)[places]
        points = nearest_floats([point for point, _, _ in claims])
        with np.errstate(over="ignore", invalid="ignore"):
            values = np.einsum("kmj,kj->km", rows, points)
            sizes = np.einsum("kmj,kj->km", np.abs(rows), np.abs(points))
            certain = (values > DOUBT * sizes).all(axis=1) & (points.shape[1] <= MOST_TERMS)
        for k in np.flatnonzero(~certain).tolist():
            point, own, about = claims[k]
            if not is_inside(point, [forms[place] for place in own]):
                return about
        return None
