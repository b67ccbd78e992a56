"""Cells known by their sign vectors, of every dimension, and how they touch."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Literal, TypeVar

import numpy as np

from linreg.arguments import entries, how_many, listed, numbered
from linreg.complex.cell import SignedCell
from linreg.complex.levels import Levels
from linreg.complex.signs import SignLayout
from linreg.problem import Problem
from linreg.units import MaxUnit
from linreg.wording import counted

if TYPE_CHECKING:
    import networkx
    from scipy.sparse import csr_array

CLASSES: Literal["classes"] = "classes"
"""Names the set where classes tie, among those that a search can be held to."""

Kept = tuple[int, Fraction] | Literal["classes"]
"""An output and its level, or `CLASSES`."""

AnyCell = TypeVar("AnyCell", bound=SignedCell, covariant=True)
"""What a complex has for a cell."""


@dataclass(frozen=True, eq=False, repr=False)
class SignedCells(Sequence[AnyCell], ABC):
    """The cells of a network on a domain: the sets of points of one sign vector.

    Cells are sorted by dimension, then by sign vector.

    Attributes
    ----------
    problem : Problem
        The network, with a stage for the levels if there are any, and the domain.
    levels : Levels
    layout : SignLayout
    signs : uint8 array, shape (cells, bytes)
        Sign vectors, each the bits of a `SignLayout`, the lowest first.
    dims : integer array, shape (cells,)

    Examples
    --------
    A unit cuts the line into a point and two half-lines:

    >>> from linreg import mlp, polyhedral_complex
    >>> cells = polyhedral_complex(mlp([([[1]], [0])]))
    >>> cells.dims.tolist(), [f"{cell.signs:02b}" for cell in cells]
    ([0, 1, 1], ['11', '01', '10'])
    """

    problem: Problem
    levels: Levels
    layout: SignLayout
    signs: np.ndarray  # (cells, bytes)
    dims: np.ndarray  # (cells,)

    def __len__(self) -> int:
        return len(self.dims)

    def __repr__(self) -> str:
        faces = ", ".join(map(str, self.f_vector))
        some = "" if self.around is None else " around a set"
        return f"<{type(self).__name__}: {counted(len(self), 'cell')}{some}, f-vector {faces}>"

    def __getitem__(self, index):  # type: ignore[no-untyped-def]
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        return self.cell(listed(index, len(self), "cells"))

    @property
    def dim(self) -> int:
        """Dimension of the domain, which is the largest of a cell."""
        return self.problem.network.input_dim

    @property
    def n_units(self) -> int:
        """Units of the network itself; those of levels come after them."""
        added = len(self.levels.of_output) + bool(self.levels.classes)
        return len(self.layout.units) - added

    @abstractmethod
    def cell(self, index: int) -> AnyCell:
        """A cell.

        Parameters
        ----------
        index : int
            From 0; as for `[...]`, but not counted from the end.

        Returns
        -------
        SignedCell
        """

    @property
    @abstractmethod
    def bounded(self) -> np.ndarray:
        """Whether each cell is bounded; bool, shape (cells,)."""

    @abstractmethod
    def faces_between(self, low: int, high: int) -> tuple[np.ndarray, np.ndarray]:
        """All pairs of a cell of one dimension and a cell of a higher one that it is a face of.

        Parameters
        ----------
        low, high : int
            The two dimensions.

        Returns
        -------
        tuple of int64 arrays, shape (pairs,) each
            The numbers of the faces, and those of the cells around them.
        """

    def cells(self, dim: int) -> list[AnyCell]:
        """The cells of a dimension.

        Parameters
        ----------
        dim : int
            At least 0.

        Returns
        -------
        list of cells
            In the order of their numbers.

        Raises
        ------
        ValueError
            If the dimension is negative.

        Examples
        --------
        Two lines that cross make four half-lines:

        >>> from linreg import mlp, polyhedral_complex
        >>> cross = polyhedral_complex(mlp([([[1, 0], [0, 1]], [0, 0])]))
        >>> [cell.rays for cell in cross.cells(1)]
        [((0, 1),), ((1, 0),), ((0, -1),), ((-1, 0),)]
        """
        dim = how_many(dim, "dim", 0)
        return [self.cell(index) for index in np.flatnonzero(self.dims == dim).tolist()]

    @property
    def f_vector(self) -> list[int]:
        """How many cells there are of each dimension, from 0 on."""
        return [int(count) for count in np.bincount(self.dims, minlength=self.dim + 1)]

    @property
    def bounded_f_vector(self) -> list[int]:
        """How many bounded cells there are of each dimension, from 0 on."""
        dims = self.dims[self.bounded]
        return [int(count) for count in np.bincount(dims, minlength=self.dim + 1)]

    @property
    def euler(self) -> int:
        """The sum of (-1)^dim over all cells.

        It is 1 on a bounded domain, and (-1)^n on R^n.
        """
        return sum((-1) ** dim * count for dim, count in enumerate(self.f_vector))

    @cached_property
    def on_edge(self) -> np.ndarray:
        """Whether each cell lies on the boundary of the domain; bool, shape (cells,)."""
        first = self.layout.n_pairs
        tight = self.bits(range(first, first + self.layout.n_rows))
        return np.asarray(tight.any(axis=1))

    def bits(self, places: Sequence[int]) -> np.ndarray:
        """Some bits of all sign vectors.

        Parameters
        ----------
        places : sequence of int
            Of bits, as the `layout` numbers them, from 0 to before `layout.n_bits`.

        Returns
        -------
        bool array, shape (cells, places)

        Raises
        ------
        NoSuchIndex, TypeError
            If there is no such bit.

        Examples
        --------
        The first bit says that x is not negative: so it is at a crossing of two lines, on three of
        four half-lines, and in two of four quadrants:

        >>> from linreg import mlp, polyhedral_complex
        >>> cross = polyhedral_complex(mlp([([[1, 0], [0, 1]], [0, 0])]))
        >>> cross.bits([0])[:, 0].astype(int).tolist()
        [1, 1, 1, 1, 0, 1, 0, 1, 0]
        """
        bits = self.layout.n_bits
        wanted = [
            numbered(place, bits, f"places[{i}]", "bits")
            for i, place in enumerate(entries(places, "places"))
        ]
        picked = [(self.signs[:, place // 8] >> place % 8 & 1).astype(bool) for place in wanted]
        return np.stack(picked, axis=1) if picked else np.zeros((len(self), 0), dtype=bool)

    def patterns(self, indices: Sequence[int] | np.ndarray) -> np.ndarray:
        """The piece of each unit on some cells, as in `Cell.pattern`.

        Parameters
        ----------
        indices : int array, shape (indices,)
            Numbers of cells.

        Returns
        -------
        int64 array, shape (indices, units)
            Units of levels, if there are any, come last.

        Raises
        ------
        NoSuchIndex, TypeError
            If there is no cell of one of these numbers.

        Examples
        --------
        On a breakpoint a unit is on the lower piece, as at the crossing of two lines:

        >>> import numpy as np
        >>> from linreg import mlp, polyhedral_complex
        >>> cross = polyhedral_complex(mlp([([[1, 0], [0, 1]], [0, 0])]))
        >>> cross.patterns(np.array([0, 5])).tolist()
        [[0, 0], [1, 1]]
        """
        chosen = np.array(
            [
                numbered(index, len(self), f"indices[{i}]", "cells")
                for i, index in enumerate(entries(indices, "indices"))
            ],
            dtype=np.int64,
        )
        layout, signs = self.layout, self.signs[chosen]
        found = np.zeros((len(chosen), len(layout.units)), dtype=np.int64)
        bits = np.unpackbits(signs, axis=1, bitorder="little")
        for place, (unit, start) in enumerate(zip(layout.units, layout.starts, strict=True)):
            if isinstance(unit, MaxUnit):
                found[:, place] = bits[:, start : start + unit.rank].argmax(axis=1)
            else:
                cuts, first = unit.n_pieces - 1, layout.n_pairs + start
                found[:, place] = cuts - bits[:, first : first + cuts].sum(axis=1, dtype=np.int64)
        return found

    @cached_property
    def cofaces(self) -> csr_array:
        """1 at (i, j) where cell i is a face of cell j, and has one dimension less; sparse, int32.

        A cell of dimension n - 1 has two of them inside the domain and one on its boundary.
        """
        return self.matrix_of([self.faces_between(dim, dim + 1) for dim in range(self.dim)])

    @property
    def around(self) -> Kept | None:
        """The set around which all cells are here; None if all cells at all are."""
        return None

    @property
    def has_its_faces(self) -> np.ndarray:
        """Whether all cells in the closure of a cell are in the complex; bool, shape (cells,)."""
        return np.ones(len(self), dtype=bool)

    @property
    def covering(self) -> csr_array:
        """Pairs as in `cofaces`, so many that all others follow from chains of them."""
        return self.cofaces

    def matrix_of(self, pairs: Sequence[tuple[np.ndarray, np.ndarray]]) -> csr_array:
        """The matrix with 1 at some pairs of cells.

        Parameters
        ----------
        pairs : sequence of pairs of int arrays, shape (pairs,) each
            As `faces_between` returns them.

        Returns
        -------
        SciPy sparse array of int32, shape (cells, cells)

        Examples
        --------
        >>> from linreg import mlp, polyhedral_complex
        >>> cells = polyhedral_complex(mlp([([[1]], [0])]))
        >>> cells.matrix_of([cells.faces_between(0, 1)]).toarray().tolist()
        [[0, 1, 1], [0, 0, 0], [0, 0, 0]]
        """
        from scipy.sparse import csr_array

        lower = np.concatenate([low for low, _ in pairs])
        upper = np.concatenate([high for _, high in pairs])
        ones = np.ones(len(lower), dtype=np.int32)
        return csr_array((ones, (lower, upper)), shape=(len(self), len(self)))

    def facets_of(self, index: int) -> list[int]:
        """The cells of one dimension less in the closure of a cell.

        Parameters
        ----------
        index : int
            The number of the cell, from 0.

        Returns
        -------
        list of int
            Their numbers, increasing.

        Raises
        ------
        NoSuchIndex, TypeError
            If there is no cell of that number.

        Examples
        --------
        A quadrant is between two half-lines, and a half-line begins at the crossing:

        >>> from linreg import mlp, polyhedral_complex
        >>> cross = polyhedral_complex(mlp([([[1, 0], [0, 1]], [0, 0])]))
        >>> cross.facets_of(5), cross.facets_of(1)
        ([1, 2], [0])
        """
        index = numbered(index, len(self), "index", "cells")
        columns = self._covered
        return [int(i) for i in columns.indices[columns.indptr[index] : columns.indptr[index + 1]]]

    @cached_property
    def _covered(self) -> csr_array:
        return self.cofaces.T.tocsr()

    def hasse(self) -> networkx.DiGraph:
        """The face order: an edge from each cell to those of one dimension more around it.

        Nodes are the numbers of cells, with the attributes `dim` and `bounded`.
        """
        import networkx

        graph = networkx.DiGraph()
        for index, (dim, bounded) in enumerate(
            zip(self.dims.tolist(), self.bounded.tolist(), strict=True)
        ):
            graph.add_node(index, dim=dim, bounded=bounded)
        covers = self.cofaces.tocoo()
        graph.add_edges_from(zip(covers.row.tolist(), covers.col.tolist(), strict=True))
        return graph
