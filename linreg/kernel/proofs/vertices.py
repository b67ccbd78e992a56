"""Why a form is positive in a cell, by the vertex where it is least.

Half-spaces that meet in one vertex, as many as there are inputs, have multipliers that prove it if
the form is nowhere less (duality of linear programs). Where more meet there, the cell's generators
are those of a cell moved by less than all numbers, in which no more do; see `generators.cutting`.
"""

from __future__ import annotations

from collections.abc import Sequence

from flint import fmpz, fmpz_mat

from linreg.kernel.bridge.word_cells import WordCells
from linreg.polyhedra import IntegerRow, Multipliers, non_negative
from linreg.problem.stage_on_cell import StageOnCell
from linreg.rational import integer_matrix


class Vertices:
    """The vertices of the cell that was asked about last.

    Parameters
    ----------
    words : WordCells
    on_cell : StageOnCell
        Any stage of the network.
    """

    def __init__(self, words: WordCells, on_cell: StageOnCell) -> None:
        self._words = words
        self._on_cell = on_cell
        self._rows: Sequence[IntegerRow] | None = None
        self._on: list[list[int]] = []  # by vertex, the rows on which it lies
        self._scales: list[fmpz] = []
        self._matrix = fmpz_mat(0, 0)

    def proof(self, form: IntegerRow, rows: Sequence[IntegerRow]) -> Multipliers | None:
        """The proof that a form is not negative in the cell of these rows.

        None if it is, or where the cell has no vertices or too many.
        """
        if rows != self._rows:
            self._take(rows)
        if not self._on:
            return None
        values = (self._matrix * fmpz_mat(len(form), 1, form)).entries()
        least, scale = values[0], self._scales[0]
        for value, by in zip(values, self._scales, strict=True):
            if value * scale < least * by:
                least, scale = value, by
        for value, by, on in zip(values, self._scales, self._on, strict=True):
            proof = non_negative(form, rows, on) if value * scale == least * by else None
            if proof is not None:
                return proof
        return None

    def _take(self, rows: Sequence[IntegerRow]) -> None:
        """Make the vertices of another cell."""
        columns = self._on_cell.dim + 1
        found = self._words.generators_of(rows, self._on_cell) or []
        points = [(vector, on) for vector, on in found if vector[-1] > 0]
        self._rows = rows
        self._matrix = integer_matrix([vector for vector, _ in points], columns)
        self._scales = [fmpz(vector[-1]) for vector, _ in points]
        self._on = [[i for i in range(len(rows)) if on >> i & 1] for _, on in points]
