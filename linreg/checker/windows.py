"""Records of a tree that stand in one piece of a certificate, read many at a time."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from linreg.checker.claims import Multipliers
from linreg.checker.records import (
    BEYOND,
    CUT,
    END,
    IN_SPAN,
    MISSES,
    NO_CUT,
    REDUNDANT,
    REGION,
    SPANNED,
)

LONG = 0x80
"""Bytes from which on a number takes more than one byte, and an integer has more than 127."""


class _OfAnotherKind(Exception):
    """A number or an integer that is left to `Records`."""


class Window:
    """The records that follow each other from a place on, as far as they are whole.

    Parameters
    ----------
    data : bytes
    n_inputs : int
    with_facets : bool
        Whether records about facets follow each region.

    Attributes
    ----------
    kinds, starts, numbers, facets
        As of `Parts`, from some record on; and where all of them end.

    Notes
    -----
    What it takes for a record is one: numbers of one or two bytes, in no more than they take, and
    integers as `Records.integers` reads them. Where anything else begins, it ends.
    """

    def __init__(self, data: bytes, n_inputs: int, with_facets: bool) -> None:
        self.data = data
        self._n = n_inputs
        self._with_facets = with_facets
        self._size = len(data)
        # What lies beyond the end is no number, and no length.
        self._octets = np.frombuffer(data + b"\xff" * 16, dtype=np.uint8)
        self._following = self._what_follows()
        self._proofs: dict[int, Multipliers] = {}  # by where their records begin
        self._read_from(0)

    def _what_follows(self) -> memoryview:
        """Where a record ends that begins at each place; 0 where none does that is whole."""
        ends = np.zeros(self._size + 1, dtype=np.int32)
        for kind in (CUT, MISSES, IN_SPAN, REGION, *((BEYOND, SPANNED) * self._with_facets)):
            at = np.flatnonzero(self._octets[: self._size] == kind)
            end = at + 1
            if kind in (REGION, BEYOND):
                for _ in range(self._n + 1):
                    end = self._integer(end)
            elif kind != SPANNED:
                end = self._number(end)[1]
            if kind in (MISSES, IN_SPAN):
                end = self._rows(end, kind)[1]
            elif kind == SPANNED:
                for _ in range(self._n):
                    end = self._number(end)[1]
            ends[at] = np.where(end <= self._size, end, 0)
        return ends.data

    def _number(self, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The numbers that begin at some places, and where they end: beyond the data if unread."""
        first, second = self._octets[at], self._octets[at + 1].astype(np.int64)
        is_long = first >= LONG
        is_read = ~is_long | ((second > 0) & (second < LONG))
        values = np.where(is_long, first & 0x7F | second << 7, first)
        return values, np.where(is_read, at + 1 + is_long, self._size + 1)

    def _rows(self, at: np.ndarray, kind: int) -> tuple[np.ndarray, np.ndarray]:
        """The rows that records of a kind name after a byte, -1 for none, and where they end."""
        rows = np.full((len(at), self._n), -1)
        count, end = np.full(len(at), self._n), np.minimum(at + 1, self._size + 1)
        if kind == IN_SPAN:
            count, end = self._number(end)
        for j in range(self._n):
            row, after = self._number(end)
            rows[:, j] = np.where(j < count, row, -1)
            end = np.where(j < count, after, end)
        return rows, np.where(count <= self._n, end, self._size + 1)

    def _integer(self, at: np.ndarray) -> np.ndarray:
        """Where the integers end that begin at some places: beyond the data if they are long."""
        size = self._octets[at].astype(np.int64)
        return np.where(size < LONG, np.minimum(at + 1 + size, self._size + 1), self._size + 1)

    def _read_from(self, place: int) -> None:
        following, starts = self._following, [place]
        while end := following[place] or self._end_of_multipliers(place):
            starts.append(end)
            place = end
        ends = np.array(starts)
        kinds = self._octets[ends[:-1]]
        is_facet = (kinds == BEYOND) | (kinds == SPANNED) | (kinds == REDUNDANT)
        told = np.flatnonzero(~is_facet)
        is_at_end = not self._with_facets or self.data[place : place + 1] == bytes((END,))
        if not is_at_end and len(told) and kinds[told[-1]] == REGION:
            # There may be more of its facets behind.
            ends, is_facet = ends[: told[-1] + 1], is_facet[: told[-1]]
            kinds, told = kinds[: told[-1]], told[:-1]
        self.starts = ends[np.append(told, len(kinds))]
        self.kinds = kinds[told]
        self.numbers = np.append(told, len(kinds))
        at = np.flatnonzero(is_facet)
        self.facets = Facets(kinds[at], ends[at], at, np.searchsorted(told, at) - 1)
        # How many more parts wait after each record than before the first.
        step = (self.kinds == CUT).astype(np.int64) - (self.kinds == REGION)
        self._waiting = np.cumsum(step)
        self._lowest = np.minimum.accumulate(self._waiting[::-1])[::-1]

    def _end_of_multipliers(self, place: int) -> int:
        """Where a record ends whose multipliers are kept; 0 if there is none."""
        try:
            if self.data[place] == NO_CUT:
                end = self._short_number(place + 1)[1] + 1
            elif self.data[place] == REDUNDANT and self._with_facets:
                end = place + 1
            else:
                return 0
            denominator, end = self._short_integer(end)
            count, end = self._short_number(end)
            found = {}
            for _ in range(count):
                row, end = self._short_number(end)
                found[row], end = self._short_integer(end)
        except (IndexError, _OfAnotherKind):
            return 0
        if len(found) < count or end > self._size:
            return 0
        self._proofs[place] = denominator, found
        self._following[place] = end
        return end

    def _short_number(self, at: int) -> tuple[int, int]:
        first = self.data[at]
        if first < LONG:
            return first, at + 1
        second = self.data[at + 1]
        if not 0 < second < LONG:
            raise _OfAnotherKind
        return first & 0x7F | second << 7, at + 2

    def _short_integer(self, at: int) -> tuple[int, int]:
        size = self.data[at]
        end = at + 1 + size
        value = int.from_bytes(self.data[at + 1 : end], "little", signed=True)
        if size >= LONG or value.bit_length() < (8 * size - 8 or 1):
            raise _OfAnotherKind
        return value, end

    def parts(self, place: int, most: int) -> Parts | None:
        """The records of the parts of a tree that begin one after another at a place.

        They are those of up to `most` cells, each as far as its last region; None if not even the
        first cell's records are whole.
        """
        first = int(np.searchsorted(self.starts, place))
        if first == len(self.starts) or self.starts[first] != place:
            self._read_from(place)
            first = 0
        if first == len(self.kinds):
            return None
        before = int(self._waiting[first - 1]) if first else 0
        n_parts = min(before - int(self._lowest[first]), most)
        if n_parts <= 0:
            return None
        # The first record after which so many parts fewer wait ends a part.
        fewer = np.maximum.accumulate(before - self._waiting[first:])
        ends = (np.searchsorted(fewer, np.arange(1, n_parts + 1)) + 1).tolist()
        last = first + ends[-1]
        return Parts(self, first, last, ends)

    def rows(self, at: np.ndarray) -> np.ndarray:
        """The rows that records name which begin at some places; -1 where they name fewer.

        They are `MISSES` or `IN_SPAN`.
        """
        rows = np.empty((len(at), self._n), dtype=np.int64)
        kinds, ends = self._octets[at], self._number(at + 1)[1]
        for kind in (MISSES, IN_SPAN):
            of_kind = kinds == kind
            rows[of_kind] = self._rows(ends[of_kind], kind)[0]
        return rows

    def named(self, at: np.ndarray) -> np.ndarray:
        """As many numbers as inputs, from some places on."""
        numbers = np.empty((len(at), self._n), dtype=np.int64)
        for j in range(self._n):
            numbers[:, j], at = self._number(at)
        return numbers

    def planes(self, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The hyperplanes of records that begin with one, and whether a byte not 0 follows it."""
        planes, end = self._number(at + 1)
        return planes, self._octets[end] > 0

    def multipliers(self, at: int) -> Multipliers:
        """The multipliers of the record that begins at a place."""
        return self._proofs[at]

    def points(self, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The points of the records that begin at some places, as `points_at` has them."""
        return points_at(self._octets, at + 1, self._n + 1)

    def point(self, at: int) -> bytes:
        """The point of the record that begins at a place."""
        end = at + 1
        for _ in range(self._n + 1):
            end += 1 + self.data[end]
        return self.data[at + 1 : end]


class Facets(NamedTuple):
    """Records about facets.

    Attributes
    ----------
    kinds, starts : arrays, shape (records,)
        What they are, and where in the window they begin.
    numbers : array
        Their places among the records of all kinds.
    owners : array
        The region of each, as its place among the records without these.
    """

    kinds: np.ndarray
    starts: np.ndarray
    numbers: np.ndarray
    owners: np.ndarray


class Parts:
    """Records of some parts of a tree, one part after another.

    Attributes
    ----------
    kinds : array, shape (records,)
        Those about facets apart.
    starts : array, shape (records + 1,)
        Where in the window each begins; last, where the one after them does.
    numbers : array, shape (records,)
        Their places among the records of all kinds.
    n_records : int
        How many there are of all kinds.
    facets : Facets
    ends : list of int
        For each part how many records there are up to its end.
    """

    def __init__(self, window: Window, first: int, last: int, ends: list[int]) -> None:
        self.window = window
        self.kinds = window.kinds[first:last]
        self.starts = window.starts[first : last + 1]
        before, after = window.numbers[first], window.numbers[last]
        self.numbers = window.numbers[first:last] - before
        self.n_records = int(after - before)
        kinds, starts, numbers, owners = window.facets
        some = slice(*np.searchsorted(numbers, (before, after)))
        self.facets = Facets(
            kinds[some], starts[some], numbers[some] - before, owners[some] - first
        )
        self.ends = ends

    @property
    def n_bytes(self) -> int:
        """How many bytes they have."""
        return int(self.starts[-1] - self.starts[0])

    @property
    def n_regions(self) -> int:
        """How many regions they tell."""
        return int(np.count_nonzero(self.kinds == REGION))

    @property
    def n_multipliers(self) -> int:
        """How many records are multipliers."""
        of_facets = np.count_nonzero(self.facets.kinds == REDUNDANT)
        return int(np.count_nonzero(self.kinds == NO_CUT) + of_facets)

    @property
    def n_facets(self) -> int:
        """How many facets they tell."""
        return int(np.count_nonzero(self.facets.kinds == BEYOND))

    @property
    def n_proofs(self) -> int:
        """How many records prove something."""
        return self.n_records - int(np.count_nonzero(self.kinds == CUT))


def points_at(octets: np.ndarray, at: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Points as floats, numerators and then the denominator; and which of them are right.

    That is where all integers are of at most 64 bits, in no more bytes than they take, and the
    denominator is positive. Eight bytes have to follow the last point.
    """
    found = np.empty((len(at), count))
    is_read = np.ones(len(at), dtype=bool)
    for j in range(count):
        size = octets[at].astype(np.int64)
        word = octets[at[:, None] + np.arange(1, 9)].view("<i8")[:, 0]
        unused = 64 - 8 * np.clip(size, 1, 8)
        value = np.where(size > 0, word << unused >> unused, 0)
        # Of one byte are all but zero, of k all of 8 k - 8 bits or more beside the sign.
        least = np.where(size > 1, 1 << np.clip(8 * size - 9, 0, 62), size)
        found[:, j - 1] = value
        is_read &= (size <= 8) & (np.abs(value) >= least)
        at = at + 1 + size
    return found, is_read & (found[:, -1] > 0)
