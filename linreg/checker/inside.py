"""Claims about cells that are put off: floats accept most of them, many at a time.

A point is claimed to lie strictly inside a cell, or a form to be a combination of rows of a cell.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Generic, TypeVar

import numpy as np

from linreg.checker.combinations import certainly_hold
from linreg.checker.forms import Form, nearest_floats
from linreg.checker.rounding import DOUBT, MOST_TERMS

AT_ONCE = 1024
"""Claims that are gathered before they are looked at."""

MOST_ENTRIES = 1 << 20
"""Entries of the rows of all claims together, from which on fewer are enough."""

Point = bytes | list[int]
"""A denominator and numerators, as `Records.integers` reads them."""

About = TypeVar("About")


class Inside(Generic[About]):
    """The rows of the cell that a walk is at, and the claims that are still to be looked at.

    Attributes
    ----------
    rows : list of Form
        Positive inside the cell.
    """

    def __init__(self, rows: Sequence[Form]) -> None:
        self.rows = list(rows)
        self._forget()

    def _forget(self) -> None:
        # A point, or None where the first form is claimed to be a combination of the others.
        self._claims: list[tuple[Point | None, list[int], About]] = []
        self._forms: list[Form] = []  # all that were rows since then, or claimed
        self._known: dict[int, int] = {}  # their places by id, which no other has meanwhile
        self._places = [self._place(form) for form in self.rows]

    def _place(self, form: Form) -> int:
        """Where a form is among all, to which it is added."""
        place = self._known.setdefault(id(form), len(self._forms))
        if place == len(self._forms):
            self._forms.append(form)
        return place

    def move(self, n_rows: int, rows: Sequence[Form]) -> None:
        """Go to a cell with so many of these rows, and with more."""
        self.rows[n_rows:] = rows
        self._places[n_rows:] = map(self._place, rows)

    def claim(self, point: Point, about: About) -> bool:
        """Take the claim that a point lies strictly inside the cell; whether it is time to look."""
        self._claims.append((point, self._places.copy(), about))
        return self._is_time()

    def claim_combination(self, form: Form, rows: Sequence[int], about: About) -> bool:
        """Take the claim that a form is a combination of rows of the cell; as for `claim`.

        There are as many rows, which are given by number, as inputs, and no fewer in the cell.
        """
        places = [self._place(form), *map(self._places.__getitem__, rows)]
        self._claims.append((None, places, about))
        return self._is_time()

    def _is_time(self) -> bool:
        held = len(self._claims)
        return held >= AT_ONCE or held * len(self.rows) ** 2 >= MOST_ENTRIES

    def doubtful(self) -> Iterator[tuple[Point | None, list[Form], About]]:
        """The claims of which floats are not sure, in order; all are forgotten.

        Each is a point and its rows, or None and a form with those that it is a combination of.
        """
        claims, forms = self._claims, self._forms
        self._forget()
        certain = np.zeros(len(claims), dtype=bool)
        if claims and forms and len(forms[0]) <= MOST_TERMS:
            floats = nearest_floats(forms)
            short = [i for i, claim in enumerate(claims) if isinstance(claim[0], bytes)]
            if short:
                points, is_read = _floats(
                    [bytes(claims[i][0] or b"") for i in short], len(forms[0])
                )
                # Shorter lists have their last row more than once.
                most = max(len(claims[i][1]) for i in short)
                owns = (claims[i][1] for i in short)
                places = np.array([own + own[-1:] * (most - len(own)) for own in owns])
                certain[short] = _are_positive(floats[places.astype(np.intp)], points) & is_read
            combined = [i for i, claim in enumerate(claims) if claim[0] is None]
            if combined:
                chosen = floats[[claims[i][1] for i in combined]]
                certain[combined] = certainly_hold(chosen[:, 0], chosen[:, 1:])
        for i in np.flatnonzero(~certain).tolist():
            point, own, about = claims[i]
            yield point, [forms[place] for place in own], about


def _are_positive(rows: np.ndarray, points: np.ndarray) -> np.ndarray:
    """At which points all their rows are certainly positive; integers do not underflow."""
    with np.errstate(over="ignore", invalid="ignore"):
        values = np.einsum("kmj,kj->km", rows, points)
        sizes = np.einsum("kmj,kj->km", np.abs(rows), np.abs(points))
        found: np.ndarray = (values > DOUBT * sizes).all(axis=1)
    return found


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
