"""Chain complexes of cells whose homology is that of a union of cells, of one cell each.

A closed union has the homology of its bounded cells, and an open one that of the dual cells: one
of dimension n - d for each cell of dimension d inside the domain. `docs/theory.md` has the
proofs. Unions that are neither have the chains of their order complex.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from linreg.complex import CellComplex, SignedCells
from linreg.complex.forms import Vector
from linreg.rational import integer_matrix
from linreg.topology.elimination import Chains, Column
from linreg.topology.order_complex import flags


def bounded_chains(cells: CellComplex, chosen: np.ndarray, *, signed: bool) -> Chains:
    """The chains of the bounded cells of a closed union; modulo lines, if there are any."""
    kept = np.flatnonzero(chosen & is_compact(cells))
    degrees = (cells.dims[kept].astype(np.int64) - len(cells.lines)).tolist()
    return Chains(degrees, _boundaries(cells, kept, dual=False, signed=signed))


def dual_chains(
    cells: CellComplex, chosen: np.ndarray, *, signed: bool, ranks: np.ndarray | None = None
) -> Chains:
    """The chains of the cells dual to those of an open union; sorted by ranks, if there are any."""
    return _dual(cells, dual_order(cells, chosen, ranks), signed)


def dual_order(
    cells: CellComplex, chosen: np.ndarray, ranks: np.ndarray | None = None
) -> np.ndarray:
    """The cells inside the domain, in an order in which their duals can be put together."""
    kept = np.flatnonzero(chosen & ~cells.on_edge)
    degrees = cells.dim - cells.dims[kept].astype(np.int64)
    keys = (degrees,) if ranks is None else (degrees, ranks[kept])
    return kept[np.lexsort(keys)]


def _dual(cells: CellComplex, kept: np.ndarray, signed: bool) -> Chains:
    degrees = (cells.dim - cells.dims[kept].astype(np.int64)).tolist()
    return Chains(degrees, _boundaries(cells, kept, dual=True, signed=signed))


def flag_chains(
    cells: SignedCells[Any], chosen: np.ndarray, ranks: np.ndarray | None = None
) -> tuple[Chains, list[int]]:
    """The chains of the order complex, and the smallest cell of each simplex.

    They are sorted by the ranks of these, if there are any.
    """
    simplices = [tuple(row) for part in flags(cells, chosen) for row in part.tolist()]
    if ranks is not None:
        simplices.sort(key=lambda simplex: (ranks[simplex[0]], len(simplex)))
    places = {simplex: place for place, simplex in enumerate(simplices)}
    boundaries: list[Column] = [
        {
            places[simplex[:k] + simplex[k + 1 :]]: (-1) ** k
            for k in range(len(simplex) if len(simplex) > 1 else 0)
        }
        for simplex in simplices
    ]
    smallest = [simplex[0] for simplex in simplices]
    return Chains([len(simplex) - 1 for simplex in simplices], boundaries), smallest


def is_compact(cells: CellComplex) -> np.ndarray:
    """Whether each cell is bounded modulo the lines that all have; bool, shape (cells,)."""
    directions = cells.incidence[:, cells.n_vertices :].sum(axis=1)
    return np.asarray(directions == 0).ravel()


def _boundaries(cells: CellComplex, kept: np.ndarray, *, dual: bool, signed: bool) -> list[Column]:
    """The boundary of each cell, or of each dual cell, in the order in which they are kept."""
    place = np.full(len(cells), -1)
    place[kept] = np.arange(len(kept))
    covers = cells.cofaces.tocoo()
    inside = (place[covers.row] >= 0) & (place[covers.col] >= 0)
    low, high = covers.row[inside].tolist(), covers.col[inside].tolist()
    numbers = _Orientation(cells).incidences(low, high) if signed else [1] * len(low)
    boundaries: list[Column] = [{} for _ in range(len(kept))]
    for face, cell, number in zip(low, high, numbers, strict=True):
        around, part = (face, cell) if dual else (cell, face)
        boundaries[place[around]][int(place[part])] = number
    return boundaries


class _Orientation:
    """Cells oriented by the coordinates in which their span has a reduced basis."""

    def __init__(self, cells: CellComplex) -> None:
        self._cells = cells
        self._spans: dict[int, tuple[list[Vector], list[int]]] = {}

    def incidences(self, low: Sequence[int], high: Sequence[int]) -> list[int]:
        """The incidence number of each pair of a cell and one around it.

        It is 1 where a vector that points out of the cell around, and then the orientation of the
        face, make the orientation of the cell around.
        """
        return [self._incidence(face, cell) for face, cell in zip(low, high, strict=True)]

    def _incidence(self, face: int, cell: int) -> int:
        basis, _ = self._span(face)
        _, axes = self._span(cell)
        inward = self._inward(face, cell)
        rows = [[-inward[axis] for axis in axes]]
        rows += [[vector[axis] for axis in axes] for vector in basis]
        return 1 if integer_matrix(rows, len(axes)).det() > 0 else -1

    def _vectors(self, cell: int) -> list[int]:
        pointers = self._cells.incidence.indptr
        places = self._cells.incidence.indices[pointers[cell] : pointers[cell + 1]]
        return [int(place) for place in places]

    def _inward(self, face: int, cell: int) -> Vector:
        """A vector from the face into the cell."""
        held = self._vectors(face)
        other = self._cells.vectors[next(k for k in self._vectors(cell) if k not in held)]
        if other[-1] == 0:
            return other
        corner = self._cells.vectors[held[0]]
        return tuple(corner[-1] * x - other[-1] * y for x, y in zip(other, corner, strict=True))

    def _span(self, cell: int) -> tuple[list[Vector], list[int]]:
        """A reduced basis of the directions in a cell, and the first axis of each vector."""
        if cell not in self._spans:
            first, *others = (self._cells.vectors[k] for k in self._vectors(cell))
            rows: list[Vector] = list(self._cells.lines)
            for other in others:
                if other[-1]:
                    pairs = zip(other, first, strict=True)
                    other = tuple(first[-1] * x - other[-1] * y for x, y in pairs)
                rows.append(other)
            width = self._cells.dim
            reduced, by, rank = integer_matrix([row[:width] for row in rows], width).rref()
            basis, axes = [], []
            for row in reduced.table()[:rank]:
                # A rational reduced basis has ones; the integer one is a multiple of it.
                vector = tuple(int(entry) * (1 if by > 0 else -1) for entry in row)
                basis.append(vector)
                axes.append(next(axis for axis, entry in enumerate(vector) if entry))
            self._spans[cell] = basis, axes
        return self._spans[cell]
