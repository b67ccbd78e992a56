"""Points that are claimed to lie strictly inside cells: floats accept most, many at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Generic, TypeVar

import numpy as np

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

Point = bytes | list[int]
"""A denominator and numerators, as `Records.integers` reads them."""

About = TypeVar("About")


class Inside(Generic[About]):
    """The rows of the cell that a walk is at, and the points that are still to be looked at.

    Attributes
    ----------
    rows : list of Form
        Positive inside the cell.
    """

    def __init__(self, rows: Sequence[Form]) -> None:
        self.rows = list(rows)
        self._forget()

    def _forget(self) -> None:
        self._claims: list[tuple[Point, list[int], About]] = []
        self._forms = self.rows.copy()  # all that were rows since then
        self._places = list(range(len(self.rows)))  # of the rows among them

    def move(self, n_rows: int, rows: Sequence[Form]) -> None:
        """Go to a cell with so many of these rows, and with more."""
        del self.rows[n_rows:], self._places[n_rows:]
        self._places += range(len(self._forms), len(self._forms) + len(rows))
        self.rows += rows
        self._forms += rows

    def claim(self, point: Point, about: About) -> bool:
        """Take the claim that a point lies strictly inside the cell; whether it is time to look."""
        self._claims.append((point, self._places.copy(), about))
        held = len(self._claims)
        return held >= AT_ONCE or held * len(self.rows) ** 2 >= MOST_ENTRIES

    def doubtful(self) -> Iterator[tuple[Point, list[Form], About]]:
        """The points of which floats are not sure, with their rows, in order; all are forgotten."""
        claims, forms = self._claims, self._forms
        self._forget()
        short = [i for i, claim in enumerate(claims) if isinstance(claim[0], bytes)]
        certain = np.zeros(len(claims), dtype=bool)
        if short and forms and len(forms[0]) <= MOST_TERMS:
            points, is_read = _floats([bytes(claims[i][0]) for i in short], len(forms[0]))
            # Shorter lists have their last row more than once.
            most = max(len(claims[i][1]) for i in short)
            owns = (claims[i][1] for i in short)
            places = np.array([own + own[-1:] * (most - len(own)) for own in owns], dtype=np.intp)
            rows = nearest_floats(forms)[places]
            with np.errstate(over="ignore", invalid="ignore"):
                values = np.einsum("kmj,kj->km", rows, points)
                sizes = np.einsum("kmj,kj->km", np.abs(rows), np.abs(points))
                certain[short] = (values > DOUBT * sizes).all(axis=1) & is_read
        for i in np.flatnonzero(~certain).tolist():
            point, own, about = claims[i]
            yield point, [forms[place] for place in own], about


def _floats(points: Sequence[bytes], count: int) -> tuple[np.ndarray, np.ndarray]:
    """Numerators, then the denominator, as floats; and of which points they are right.

    That is where all are integers of at most 64 bits, in no more bytes than they take, and the
    denominator is positive.
    """
    data = np.frombuffer(b"".join(points) + bytes(8), dtype=np.uint8)
    ends = np.cumsum([len(point) for point in points])
    place = ends - [len(point) for point in points]
    found = np.empty((len(points), count))
    is_read = np.ones(len(points), dtype=bool)
    for j in range(count):
        size = data[place].astype(np.int64)
        word = data[place[:, None] + np.arange(1, 9)].view("<i8")[:, 0]
        unused = 64 - 8 * np.clip(size, 1, 8)
        value = np.where(size > 0, word << unused >> unused, 0)
        # Of one byte are all but zero, of k all of 8 k - 8 bits or more beside the sign.
        least = np.where(size > 1, 1 << np.clip(8 * size - 9, 0, 62), size)
        found[:, j - 1] = value
        is_read &= (size <= 8) & (np.abs(value) >= least)
        place = place + 1 + size
    return found, is_read & (found[:, -1] > 0)
