"""All cells of a network's polyhedral complex, of every dimension, and how they touch."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from linreg.arguments import how_many, numbered
from linreg.complex.cell import Cell
from linreg.complex.forms import Vector
from linreg.complex.signed_cells import Kept, SignedCells
from linreg.complex.tables import cell_table, vector_table

if TYPE_CHECKING:
    import networkx
    import pyarrow
    from scipy.sparse import csr_array


@dataclass(frozen=True, eq=False, repr=False)
class CellComplex(SignedCells[Cell]):
    """The cells of a network on a domain: the sets of points of one sign vector.

    They are relatively open, and disjoint.

    Attributes
    ----------
    problem, levels, layout, signs, dims
        As for `SignedCells`.
    lines : tuple of Vector
        A basis of the directions that can be followed both ways; all cells have the same.
    vectors : tuple of Vector
        Vertices, in the order of their cells, then extreme directions, sorted; all modulo lines.
    n_vertices : int
    incidence : SciPy sparse array of int32, shape (cells, vectors)
        1 where a vector is a vertex or an extreme direction of a cell.
    kept : (int, Fraction), "classes" or None
        The set whose closed cells and those around them are here, if not all are. Then vertices
        that are no cells follow those that are.

    Examples
    --------
    A unit cuts the line into a point and two half-lines:

    >>> from linreg import mlp, polyhedral_complex
    >>> cells = polyhedral_complex(mlp([([[1]], [0])]))
    >>> cells.dims.tolist(), cells.vectors, cells.incidence.toarray().tolist()
    ([0, 1, 1], ((0, 1), (-1, 0), (1, 0)), [[1, 0, 0], [1, 0, 1], [1, 1, 0]])
    """

    lines: tuple[Vector, ...]
    vectors: tuple[Vector, ...]
    n_vertices: int
    incidence: csr_array  # (cells, vectors)
    kept: Kept | None = None

    def cell(self, index: int) -> Cell:
        """A cell, with its vertices, extreme directions and a point inside.

        Parameters
        ----------
        index : int
            From 0; as for `[...]`, but not counted from the end.

        Returns
        -------
        Cell

        Raises
        ------
        NoSuchIndex
            If there is no cell of that number; they are counted from 0.

        Examples
        --------
        Of two lines that cross, the crossing is the first cell, and a quadrant the last:

        >>> from linreg import mlp, polyhedral_complex
        >>> cross = polyhedral_complex(mlp([([[1, 0], [0, 1]], [0, 0])]))
        >>> cross.cell(0).vertices, cross.cell(8).rays
        (((Fraction(0, 1), Fraction(0, 1)),), ((-1, 0), (0, -1)))
        """
        index = numbered(index, len(self), "index", "cells")
        row = slice(*self.incidence.indptr[index : index + 2])
        places = self.incidence.indices[row].tolist()
        return Cell(
            index,
            int(self.dims[index]),
            self.layout,
            int.from_bytes(self.signs[index].tobytes(), "little"),
            tuple(self.vectors[k] for k in places if k < self.n_vertices),
            tuple(self.vectors[k] for k in places if k >= self.n_vertices),
            self.lines,
        )

    @cached_property
    def bounded(self) -> np.ndarray:
        """Whether each cell is bounded; bool, shape (cells,)."""
        if self.lines:
            return np.zeros(len(self), dtype=bool)
        directions = self.incidence[:, self.n_vertices :].sum(axis=1)
        return np.asarray(directions == 0).ravel()

    def faces_between(self, low: int, high: int) -> tuple[np.ndarray, np.ndarray]:
        """All pairs of a cell of one dimension and a cell of a higher one that it is a face of.

        A cell is a face of another if that has all of its vertices and directions.

        Parameters
        ----------
        low, high : int
            The two dimensions.

        Returns
        -------
        tuple of int64 arrays, shape (pairs,) each
            The numbers of the faces, and those of the cells around them.

        Raises
        ------
        ValueError
            If a dimension is negative, or no integer.

        Examples
        --------
        The crossing of two lines is a face of four quadrants:

        >>> from linreg import mlp, polyhedral_complex
        >>> cross = polyhedral_complex(mlp([([[1, 0], [0, 1]], [0, 0])]))
        >>> corners, quadrants = cross.faces_between(0, 2)
        >>> corners.tolist(), sorted(quadrants.tolist())
        ([0, 0, 0, 0], [5, 6, 7, 8])
        """
        low, high = how_many(low, "low", 0), how_many(high, "high", 0)
        lower, upper = np.flatnonzero(self.dims == low), np.flatnonzero(self.dims == high)
        rows = self.incidence[lower]
        shared = (rows @ self.incidence[upper].T).tocoo()
        whole = shared.data == np.diff(rows.indptr)[shared.row]
        return lower[shared.row[whole]], upper[shared.col[whole]]

    def skeleton(self, dim: int = 1) -> networkx.Graph:
        """The vertices and edges as a networkx graph.

        Nodes are the numbers of the vertices' cells, with the attribute `point`, a tuple of
        fractions; edges have the attribute `cell`. The edges without an end, as (cell, vertex or
        None), are in the graph's attribute `unbounded`.

        Parameters
        ----------
        dim : int
            1, the one dimension in which a skeleton is a graph.

        Returns
        -------
        networkx.Graph

        Raises
        ------
        ValueError
            If `dim` is not 1: skeletons of other dimensions are no graphs.

        Examples
        --------
        Two lines cut a square into four, which have nine corners and twelve sides:

        >>> from linreg import Box, mlp, polyhedral_complex
        >>> net = mlp([([[1, 0], [0, 1]], [0, 0])])
        >>> graph = polyhedral_complex(net, Box([-1, -1], [1, 1])).skeleton()
        >>> len(graph.nodes), len(graph.edges), graph.graph["unbounded"]
        (9, 12, [])
        """
        import networkx

        if how_many(dim, "dim", 0) != 1:
            raise ValueError(f"dim: only the skeleton of dimension 1 is a graph, got {dim}")
        if self.around is not None:
            raise ValueError("the skeleton needs all cells, and only those around a set are here")
        graph = networkx.Graph(unbounded=[])
        for cell in self.cells(0):
            graph.add_node(cell.index, point=cell.vertices[0])
        for edge in self.cells(1):
            row = slice(*self.incidence.indptr[edge.index : edge.index + 2])
            ends = [k for k in self.incidence.indices[row].tolist() if k < self.n_vertices]
            if len(ends) == 2:
                graph.add_edge(*ends, cell=edge.index)
            else:
                # Without lines, vertices come first among the cells.
                vertex = ends[0] if ends and not self.lines else None
                graph.graph["unbounded"].append((edge.index, vertex))
        return graph

    def to_tables(self) -> dict[str, pyarrow.Table]:
        """Tables of pyarrow: "cells", and "vectors" for vertices and directions.

        `linreg.write_cells` writes them to Parquet files.
        """
        return {
            "cells": cell_table(self.dims, self.bounded, self.on_edge, self.signs, self.incidence),
            "vectors": vector_table(self.vectors, self.dim),
        }

    @property
    def around(self) -> Kept | None:
        """The set around which all cells are here; None if all cells at all are."""
        return self.kept

    @cached_property
    def has_its_faces(self) -> np.ndarray:
        """Whether all faces of a cell are in the complex; bool, shape (cells,).

        So it is everywhere, unless only the cells around a set are there.
        """
        if self.around is None:
            return np.ones(len(self), dtype=bool)
        kept = self.around
        if isinstance(kept, str):
            start, n = self.layout.starts[-1], len(self.levels.classes)
            return np.asarray(self.bits(range(start, start + n)).sum(axis=1) > 1)
        output, level = kept
        places = {known: unit for unit, (known, _) in enumerate(self.levels.of_output)}
        cuts = dict(self.levels.of_output)[output]
        pair = self.layout.starts[self.n_units + places[output]] + cuts.index(level)
        return np.asarray(self.bits([pair, pair + self.layout.n_pairs]).all(axis=1))

    @cached_property
    def points(self) -> list[tuple[Fraction, ...]]:
        """The vertices, in the order of `vectors`."""
        return [
            tuple(Fraction(entry, vector[-1]) for entry in vector[:-1])
            for vector in self.vectors[: self.n_vertices]
        ]
