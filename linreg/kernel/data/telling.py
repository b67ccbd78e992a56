"""The memory of machine code that writes down how known regions split a cell."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from linreg.kernel.data.frames import as_frame
from linreg.kernel.data.tables import Tables

FIRST, LAST, DEPTH, STAGE, FORM, RIVAL, STATE, PART = range(8)
"""Places in a part: its regions from one place in the order to before another; how many half-spaces
the path to it has, the domain's apart; the stage that is being decided; the form that was split on
last, or -1, and the side of it, as for a half-space, or else the candidate that wins, and its max
unit; one of the following states."""

OUT, LEFT, PASSED = range(3)
"""What a candidate is in a part: one that does not count, or wins nowhere; one that may win; or one
behind the winner that the part is that of, whose lead over it is not in place yet."""

STARTS, ENTERS, ENTERED, GOES_ON = range(4)
"""States of a part: no maps are in place yet; the stage is a new one; and its hyperplanes are
numbered; or the stage was entered before."""

TOP, LENGTH, DOUBTS, FACETS, COUNTERS = range(5)
"""Places among the counters: parts that wait; bytes that are written, numbers that tell doubts, and
facets of the regions that are written."""

ON_PATH, OF_FORM, OF_POINT, OF_FACET, OF_CANDIDATE = range(5)
"""How what is left to exact arithmetic begins. Numbers follow:

- `ON_PATH`: how many half-spaces the path has, and for each its form and side; it holds for all
  that comes after it
- `OF_FORM`: after how many bytes its record stands, a region of the part, its stage, the form, the
  side of it that the part is on, how many rows are proposed to prove that, how many of these should
  do, and the rows
- `OF_POINT`: after how many bytes its record stands, and the region
- `OF_FACET`: after how many bytes its record stands, the region, the row that may be a facet, and
  rows that are proposed to prove that it is none, as of a form
- `OF_CANDIDATE`: after how many bytes its record stands, a region of the part, its stage, the max
  unit, the candidate's row, how many others were left, and their rows; then rows as for a form, of
  which those after the part's are the candidate's leads over these others"""

ROOM = 1 << 16
"""Bytes that are written before a sink takes them; what the last part takes comes on top."""


@as_frame
class Found(NamedTuple):
    """Regions, and the order in which the tree has them, which is put right on the way."""

    patterns: np.ndarray  # (regions, units)
    points: np.ndarray  # (regions, dim) inside them; not a number where none is a float64 point
    order: np.ndarray  # (regions,)


@as_frame
class Telling(NamedTuple):
    """What is worked with, and what is written.

    Attributes
    ----------
    most_bytes, most_doubts : int
        How much of `text` and of `doubts` may be full when a part is taken.
    wants_facets : int
        0 or 1, whether it is told which rows of each region are facets.
    """

    most_bytes: int
    most_doubts: int
    wants_facets: int
    parts: np.ndarray  # (parts that wait, PART), the next one last
    known: np.ndarray  # (parts that wait, words) of a bit for each form that is not to be decided
    some: np.ndarray  # (words,) forms with a region of the part above them
    every: np.ndarray  # (words,) forms with all regions of the part above them
    bits: np.ndarray  # (regions, words) forms of the stage that a region is above
    numbers: np.ndarray  # (forms,) the hyperplane that a form stands for; -1 for none of its own
    above: np.ndarray  # (forms,) on which side of it the form is positive, 1 or -1
    running: np.ndarray  # (parts that wait, rows of a stage) if there are max units, otherwise none
    candidates: np.ndarray  # (rows,) a candidate's number in its contest; -1 if it does not count
    wins: np.ndarray  # (rows,) regions of the part where a candidate wins
    pieces: np.ndarray  # (units,)
    path: np.ndarray  # (half-spaces, 2) the form and the side of each that the path has put up
    point: np.ndarray  # (dim,)
    there: np.ndarray  # (dim,) a point that may be beyond a facet
    digits: np.ndarray  # (dim,) a point's numerators
    text: np.ndarray  # bytes
    doubts: np.ndarray
    cells: np.ndarray  # (stages,)
    counters: np.ndarray


def telling_for(t: Tables, regions: int, wants_facets: bool) -> Telling:
    """Empty memory to tell of so many regions."""
    forms, words, dim = len(t.forms), t.n_words, t.dim
    sizes = t.units["size"] * t.units["is_max"]
    path = forms + int(sizes.sum())
    waiting = min(path, regions) + 2  # each part that waits has a region of its own
    most = int(np.diff(t.stages["form"]).max(initial=0))
    most_rows = int(np.diff(t.stages["row"]).max(initial=0)) if sizes.any() else 0
    rank = int(sizes.max(initial=0))
    claims = most + path * wants_facets

    def ints(*shape: int) -> np.ndarray:
        return np.zeros(shape, dtype=np.int64)

    def masks(*shape: int) -> np.ndarray:
        return np.zeros((*shape, words), dtype=np.uint64)

    return Telling(
        ROOM,
        ROOM // 8,
        int(wants_facets),
        ints(waiting, PART),
        masks(waiting),
        masks(),
        masks(),
        masks(regions),
        ints(forms),
        ints(forms),
        ints(waiting, most_rows),
        ints(len(t.rows)),
        ints(len(t.rows)),
        ints(len(t.units)),
        ints(path + 1, 2),
        np.zeros(dim),
        np.zeros(dim),
        ints(dim),
        np.zeros(ROOM + _bytes_of_part(claims, most_rows, dim), dtype=np.uint8),
        ints(ROOM // 8 + _doubts_of_part(claims, most_rows, rank, path, dim)),
        ints(t.n_stages),
        ints(COUNTERS),
    )


def _bytes_of_part(claims: int, candidates: int, dim: int) -> int:
    """Bytes that a part may take: a number has at most ten, and an integer nine."""
    of_proofs = claims * (31 + 19 * dim) + candidates * (60 + 19 * dim)
    return of_proofs + 12 + 10 * (dim + 1)


def _doubts_of_part(claims: int, candidates: int, rank: int, path: int, dim: int) -> int:
    """Numbers that a part's doubts may take, with three paths."""
    return claims * (8 + dim) + candidates * (10 + rank + dim) + 9 + 6 * (path + 1)
