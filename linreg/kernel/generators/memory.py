"""The memory of a cell that is cut again and again by its generators, as integers of many words.

A generator of a cell in dim inputs is on dim rows, that at infinity counted, and its vector is that
of their signed minors: no common divisor is ever looked for. Rows that a generator may be on have a
bit each, and so have the forms of the stage that are asked about.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from linreg.kernel.data.frames import as_frame

CELLS, SLOTS, REGIONS, SPLITS, FIRST_FORM, COUNTING, COUNTERS = range(7)
"""Places in the counters: how many cells and generators there are; regions counted and cells split
so far; the number of the first form's row; whether regions are only counted."""

FIRST, COUNT, USED, DEPTH, CELL = range(5)
"""Places in a cell: where the list of its generators begins, how long it is, how many generators
there were when the cell was made, and how many forms have cut it."""

OPEN, ABOVE, SIDES = range(3)
"""Of a cell: a bit for each form that cuts it, and for each that it is decided to be above."""


@as_frame
class Memory(NamedTuple):
    """Generators, and the cells that they are of, on a stack."""

    rows: np.ndarray  # (rows, dim + 1, words of a row) absolute values
    negative: np.ndarray  # (rows, dim + 1) where they are of negative entries
    lengths: np.ndarray  # (rows, dim + 1) words in use
    order: np.ndarray  # (rows,) those that are to be met
    reduced: np.ndarray  # (dim + 2, dim + 1) independent rows modulo a prime, and one more
    pivots: np.ndarray  # (dim + 1,)
    vectors: np.ndarray  # (slots, dim + 1, words)
    on: np.ndarray  # (slots, words of rows)
    above: np.ndarray  # (slots, words of forms)
    below: np.ndarray
    lists: np.ndarray  # (room,) generators of cells, one cell after another
    cells: np.ndarray  # (cells, CELL)
    sides: np.ndarray  # (cells, SIDES, words of forms)
    cuts: np.ndarray  # (cells, forms) which forms have cut a cell
    shares: np.ndarray  # (cells,)
    groups: np.ndarray  # (3, generators of a cell) those below a row, on it, and above it
    counts: np.ndarray  # (3,)
    values: np.ndarray  # (3, generators of a cell, words) absolute values of the row there
    known: np.ndarray  # (3, generators of a cell) whether they are written
    asked: np.ndarray  # (words of forms,)
    sum: np.ndarray  # (2 words + 2,)
    minus: np.ndarray  # (words,)
    divisor: np.ndarray  # (words + 1,)
    spare: np.ndarray  # (words,)
    share: np.ndarray  # (1,) of the regions counted
    counters: np.ndarray  # (COUNTERS,)


class Size(NamedTuple):
    """Of how many words, rows and forms there is memory for."""

    columns: int
    words: int
    row_words: int
    rows: int
    forms: int


MOST = 2048
"""Generators of a cell: pairs of them are looked at, so that more take time."""

SLOTS_FOR_ALL = 8 * MOST


def memory_for(size: Size) -> Memory:
    """Memory in which nothing is written yet."""
    columns, words, row_words, rows, forms = size
    row_bits, form_bits = -(-rows // 64), max(1, -(-forms // 64))
    cells = forms + 2

    def bits(*shape: int) -> np.ndarray:
        return np.empty(shape, dtype=np.uint64)

    def numbers(*shape: int) -> np.ndarray:
        return np.empty(shape, dtype=np.int64)

    return Memory(
        rows=bits(rows, columns, row_words),
        negative=numbers(rows, columns),
        lengths=numbers(rows, columns),
        order=numbers(rows),
        reduced=bits(columns + 1, columns),
        pivots=numbers(columns),
        vectors=bits(SLOTS_FOR_ALL, columns, words),
        on=bits(SLOTS_FOR_ALL, row_bits),
        above=bits(SLOTS_FOR_ALL, form_bits),
        below=bits(SLOTS_FOR_ALL, form_bits),
        lists=numbers(4 * SLOTS_FOR_ALL),
        cells=numbers(cells, CELL),
        sides=bits(cells, SIDES, form_bits),
        cuts=numbers(cells, forms),
        shares=np.empty(cells),
        groups=numbers(3, MOST),
        counts=numbers(3),
        values=bits(3, MOST, words),
        known=numbers(3, MOST),
        asked=bits(form_bits),
        sum=bits(2 * words + 2),
        minus=bits(words),
        divisor=bits(words + 1),
        spare=bits(words),
        share=np.zeros(1),
        counters=np.zeros(COUNTERS, dtype=np.int64),
    )
