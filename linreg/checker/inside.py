"""Claims about cells that are put off: floats accept most of them, many at a time.

A point is claimed to lie strictly inside a cell, or inside all of its rows but one and beyond that
one, or a form to be a combination of rows of a cell.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import compress
from typing import Generic, TypeVar

import numpy as np

from linreg.checker.combinations import certainly_hold
from linreg.checker.forms import Form, negated
from linreg.checker.known import Known, known_forms, with_negatives
from linreg.checker.rounding import MOST_TERMS
from linreg.checker.windows import points_at

AT_ONCE = 1024
"""Claims that are gathered before they are looked at."""

MOST_ENTRIES = 1 << 20
"""Entries of the rows of all claims together, from which on fewer are enough."""

Point = bytes | list[int]
"""A denominator and numerators, as `Records.integers` reads them."""

About = TypeVar("About")

_Claim = tuple[Point | None, int, Sequence[int], int, About]
"""A point, or None, and then the place of a form and the rows that it is a combination of; the
number of the cell; and what it is about."""


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
        self._claims: list[_Claim[About]] = []
        self._forms: list[Form] = []  # all that were rows since then, or claimed
        self._known: dict[int, int] = {}  # their places by id, which no other has meanwhile
        self._places = [self._place(form) for form in self.rows]
        # The places of the rows of cells with claims; -1 less it for a row with the other sign.
        self._cells: list[list[int]] = []
        self._cell: int | None = None  # which of them this one is

    def _place(self, form: Form) -> int:
        """Where a form is among all, to which it is added."""
        place = self._known.get(id(form))
        if place is None:
            place = self._known[id(form)] = len(self._forms)
            self._forms.append(form)
        return place

    def move(self, n_rows: int, rows: Sequence[Form]) -> None:
        """Go to a cell with so many of these rows, and with more."""
        self.rows[n_rows:] = rows
        self._places[n_rows:] = map(self._place, rows)
        self._cell = None

    def claim(self, point: Point, about: About) -> bool:
        """Take the claim that a point lies strictly inside the cell; whether it is time to look."""
        return self._take(point, -1, (), self._here(), about)

    def claim_combination(self, form: Form, rows: Sequence[int], about: About) -> bool:
        """Take the claim that a form is a combination of rows of the cell; as for `claim`.

        There are as many rows, which are given by number, as inputs, and no fewer in the cell.
        """
        return self._take(None, self._place(form), rows, self._here(), about)

    def claim_beyond(self, point: Point, row: int, about: About) -> bool:
        """Take the claim that a point is strictly beyond a row and inside all others; as before."""
        places = self._places.copy()
        places[row] = ~places[row]
        self._cells.append(places)
        return self._take(point, -1, (), len(self._cells) - 1, about)

    def _here(self) -> int:
        if self._cell is None:
            self._cell = len(self._cells)
            self._cells.append(self._places.copy())
        return self._cell

    def _take(
        self, point: Point | None, form: int, rows: Sequence[int], cell: int, about: About
    ) -> bool:
        self._claims.append((point, form, rows, cell, about))
        held = len(self._claims)
        return held >= AT_ONCE or held * len(self.rows) ** 2 >= MOST_ENTRIES

    def doubtful(self) -> Iterator[tuple[Point | None, list[Form], list[Form], bool, About]]:
        """The claims of which floats are not sure, in order; all are forgotten.

        Each is a point and its rows, or None, a form before those that it is a combination of,
        those of them that floats can tell from rows without a part in it, and whether it certainly
        is one if the others have none.
        """
        claims, forms, cells = self._claims, self._forms, self._cells
        self._forget()
        certain = np.zeros(len(claims), dtype=bool)
        likely: dict[int, tuple[list[bool], bool]] = {}
        if claims and forms and len(forms[0]) <= MOST_TERMS:
            floats = with_negatives(known_forms(forms, len(forms[0]) - 1))
            # Shorter lists have their last row more than once.
            most = max(map(len, cells))
            places = np.array([own + own[-1:] * (most - len(own)) for own in cells], dtype=np.intp)
            cell_of = np.array([claim[3] for claim in claims])
            short = [i for i, claim in enumerate(claims) if isinstance(claim[0], bytes)]
            if short:
                points, is_read = _floats(
                    [bytes(claims[i][0] or b"") for i in short], len(forms[0])
                )
                rows = floats.at(places[cell_of[short]])
                certain[short] = are_positive(rows, points) & is_read
            combined = [i for i, claim in enumerate(claims) if claim[0] is None]
            if combined:
                numbers = np.array([list(claims[i][2]) for i in combined], dtype=np.intp)
                chosen = floats.at(places[cell_of[combined][:, None], numbers])
                told = floats.at(np.array([claims[i][1] for i in combined]))
                certain[combined], some, if_zero = certainly_hold(told, chosen)
                seen = zip(some.tolist(), if_zero.tolist(), strict=True)
                likely = dict(zip(combined, seen, strict=True))
        for i in np.flatnonzero(~certain).tolist():
            point, form, named, cell, about = claims[i]
            own = [_form(forms, place) for place in cells[cell]]
            if point is None:
                basis = [own[row] for row in named]
                some_rows, is_sure = likely.get(i, ((), False))
                some_forms = list(compress(basis, some_rows))
                yield None, [forms[form], *basis], some_forms, is_sure, about
            else:
                yield point, own, [], False, about


def _form(forms: Sequence[Form], place: int) -> Form:
    return forms[place] if place >= 0 else negated(forms[~place])


def are_positive(rows: Known, points: np.ndarray) -> np.ndarray:
    """At which points all their rows certainly are positive; integers do not underflow."""
    with np.errstate(over="ignore", invalid="ignore"):
        values = np.einsum("kmj,kj->km", rows.values, points)
        doubts = np.einsum("kmj,kj->km", rows.errors, np.abs(points))
        found: np.ndarray = (values > doubts).all(axis=1)
    return found


def _floats(points: Sequence[bytes], count: int) -> tuple[np.ndarray, np.ndarray]:
    """Numerators, then the denominator, as floats; and of which points they are right."""
    ends = np.cumsum([len(point) for point in points])
    octets = np.frombuffer(b"".join(points) + bytes(8), dtype=np.uint8)
    return points_at(octets, ends - [len(point) for point in points], count)
