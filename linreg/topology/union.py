"""A union of cells, and its topology."""

from __future__ import annotations

import reprlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from linreg.arguments import integer
from linreg.complex import CellComplex, SignedCell, SignedCells
from linreg.errors import HypothesisError
from linreg.topology.chains import bounded_chains, dual_chains, flag_chains
from linreg.topology.cores import core
from linreg.topology.elimination import betti_numbers, check_field
from linreg.topology.order_complex import check_gudhi_field, simplex_tree
from linreg.wording import counted

if TYPE_CHECKING:
    import networkx
    from gudhi import SimplexTree

METHODS = ("auto", "cells", "order", "gudhi")
"""Ways to the Betti numbers; they find the same."""


@dataclass(frozen=True, eq=False)
class Subcomplex:
    """A union of cells of a complex, open, closed or neither.

    Attributes
    ----------
    complex : SignedCells
    chosen : bool array, shape (cells,)
        Whether each cell of the complex is one of the union.

    Examples
    --------
    Where |x| is at least 1 there are two closed half-lines:

    >>> from linreg import absolute, mlp, polyhedral_complex
    >>> net = mlp([([[1]], [0])], activation=absolute())
    >>> union = polyhedral_complex(net, levels=[(0, 1)]).where(0, ">=", 1)
    >>> len(union), union.components, union.is_closed, union.is_bounded
    (4, 2, True, False)
    """

    complex: SignedCells[Any]
    chosen: np.ndarray  # (cells,)

    @property
    def with_vertices(self) -> CellComplex:
        """The complex, where it has vertices.

        Raises
        ------
        HypothesisError
            If it is one without the domain's faces.
        """
        if not isinstance(self.complex, CellComplex):
            raise HypothesisError(
                "cells without the domain's faces have no vertices here, so they have no outlines; "
                'take strategy="tree", or a slice'
            )
        return self.complex

    def __len__(self) -> int:
        return int(self.chosen.sum())

    def __repr__(self) -> str:
        faces = ", ".join(map(str, self.faces_by_dimension))
        some = "" if self.complex.around is None else " around it"
        whole = counted(len(self.complex), "cell")
        return f"<Subcomplex: {len(self):,} of {whole}{some}, {faces}>"

    @cached_property
    def indices(self) -> np.ndarray:
        """The numbers of its cells; int64."""
        return np.flatnonzero(self.chosen)

    @property
    def faces_by_dimension(self) -> list[int]:
        """How many cells it has of each dimension, from 0 on."""
        dims = self.complex.dims[self.chosen]
        return [int(count) for count in np.bincount(dims, minlength=self.complex.dim + 1)]

    def cells(self, dim: int) -> list[Any]:
        """Its cells of a dimension.

        Parameters
        ----------
        dim : int

        Returns
        -------
        list of Cell
            In the order of their numbers; none of a dimension that it does not have.

        Raises
        ------
        TypeError
            If the dimension is no integer.

        Examples
        --------
        The square |x| + |y| = 1 has its corners on the axes:

        >>> from linreg import absolute, level_set, mlp
        >>> net = mlp([([[1, 0], [0, 1]], [0, 0])], ([[1, 1]], [-1]), activation=absolute())
        >>> square = level_set(net)
        >>> sorted([float(x) for x in corner.point] for corner in square.cells(0))
        [[-1.0, 0.0], [0.0, -1.0], [0.0, 1.0], [1.0, 0.0]]
        """
        dim = integer(dim, "dim")
        return [self.complex.cell(i) for i in self.indices[self._dims == dim].tolist()]

    @property
    def _dims(self) -> np.ndarray:
        dims: np.ndarray = self.complex.dims[self.indices]
        return dims

    @cached_property
    def is_closed(self) -> bool:
        """Whether it has the faces of all of its cells, and so is closed."""
        covers = self.complex.covering.tocoo()
        lacking = self.chosen & ~self.complex.has_its_faces
        return not (lacking.any() or (self.chosen[covers.col] & ~self.chosen[covers.row]).any())

    @cached_property
    def is_open(self) -> bool:
        """Whether it has all cells around its cells, and so is open in the domain."""
        covers = self.complex.covering.tocoo()
        return not (self.chosen[covers.row] & ~self.chosen[covers.col]).any()

    @cached_property
    def is_pure(self) -> bool:
        """Whether each of its cells is a face of one of dimension n - 1 of it, or is one.

        As for a level set that no output meets on a region, and that is nowhere thinner.
        """
        reached = self.chosen & (self.complex.dims == self.complex.dim - 1)
        covers = self.complex.covering
        below = reached
        for _ in range(self.complex.dim):
            below = (covers @ below.astype(np.int32) > 0) & self.chosen
            reached = reached | below
        return bool((reached == self.chosen).all())

    @property
    def betti(self) -> list[int]:
        """Betti numbers in degrees 0 to n, over the integers modulo 2."""
        return self.betti_numbers()

    def betti_numbers(self, field: int = 2, *, method: str = "auto") -> list[int]:
        """Betti numbers in degrees 0 to n, of the union as a space.

        Parameters
        ----------
        field : int
            A prime p for the integers modulo p, or 0 for the rational numbers.
        method : str
            "cells" has one chain for each cell, and is for unions that are closed or open;
            "order" has one for each chain of faces, "gudhi" too, for which the extra `topology` is
            needed and `field` a prime; "auto" takes "cells" where it can, and "order" elsewhere,
            without the domain's faces after leaving out cells that others stand for.

        Returns
        -------
        list of int, length n + 1
            First the number of connected components, then that of independent loops, and so on.

        Raises
        ------
        ValueError
            If the field is none, or the method does not apply.
        MissingPackage
            If gudhi is asked for and not installed.

        Source
        ------
        McCord (1966), Theorem 6, and Quillen (1978), Proposition 1.6; see `docs/theory.md`.

        Examples
        --------
        The points where |x| is at least 1 make two half-lines:

        >>> from linreg import absolute, mlp, polyhedral_complex
        >>> net = mlp([([[1]], [0])], ([[1]], [-1]), activation=absolute())
        >>> complex = polyhedral_complex(net, levels=[(0, 0)])
        >>> complex.where(0, ">=").betti, complex.where(0, "<").betti, complex.where(0, "==").betti
        ([2, 0], [1, 0], [2, 0])
        """
        field = check_field(field)
        if method not in METHODS:
            raise ValueError(
                f"method: {reprlib.repr(method)} is not known; known are {', '.join(METHODS)}"
            )
        cells, n_degrees, signed = self.complex, self.complex.dim + 1, field != 2
        if method == "gudhi":
            return self._by_gudhi(field)
        if method == "cells" and not isinstance(cells, CellComplex):
            raise ValueError(
                'method: "cells" needs the domain\'s faces too, and this complex is without them; '
                'take "order"'
            )
        if method == "order":
            chains, _ = flag_chains(cells, self.chosen)
        elif not isinstance(cells, CellComplex):
            chains, _ = flag_chains(cells, core(cells, self.chosen))
        elif self.is_closed:
            chains = bounded_chains(cells, self.chosen, signed=signed)
        elif self.is_open:
            chains = dual_chains(cells, self.chosen, signed=signed)
        elif method == "auto":
            chains, _ = flag_chains(cells, self.chosen)
        else:
            raise ValueError(
                'method: "cells" is for unions that are open or closed, and this one is neither; '
                'take "order"'
            )
        return betti_numbers(chains, n_degrees, field)

    def _by_gudhi(self, field: int) -> list[int]:
        check_gudhi_field(field)
        tree = self.simplex_tree()
        tree.compute_persistence(
            homology_coeff_field=field, min_persistence=-1, persistence_dim_max=True
        )
        numbers = tree.betti_numbers()
        return [*numbers, *[0] * (self.complex.dim + 1 - len(numbers))]

    def simplex_tree(self) -> SimplexTree:
        """Its order complex for gudhi: a simplex for each chain of faces, numbered as cells are.

        Raises
        ------
        MissingPackage
            If there is no gudhi.
        """
        return simplex_tree(self.complex, self.chosen)

    @cached_property
    def component_of(self) -> np.ndarray:
        """The component of each cell, numbered from 0 by first cells; -1 outside; int64."""
        from scipy.sparse import csr_array
        from scipy.sparse.csgraph import connected_components

        if self.is_open or self.is_closed:
            covers = self.complex.covering.tocoo()
            pairs = [(covers.row, covers.col)]
        else:
            dim = self.complex.dim
            pairs = [
                self.complex.faces_between(low, high)
                for low in range(dim)
                for high in range(low + 1, dim + 1)
            ]
        rows = np.concatenate([row for row, _ in pairs])
        columns = np.concatenate([column for _, column in pairs])
        both = self.chosen[rows] & self.chosen[columns]
        size = len(self.complex)
        touching = csr_array(
            (np.ones(int(both.sum()), dtype=np.int8), (rows[both], columns[both])),
            shape=(size, size),
        )
        labels = connected_components(touching, directed=False)[1][self.indices]
        _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
        found = np.full(size, -1, dtype=np.int64)
        found[self.indices] = np.argsort(np.argsort(first))[inverse]
        return found

    @property
    def components(self) -> int:
        """How many connected components it has."""
        return int(self.component_of.max(initial=-1)) + 1

    @property
    def bounded_components(self) -> int:
        """How many of them are bounded."""
        unbounded = self.component_of[self.chosen & ~self.complex.bounded]
        return self.components - len(np.unique(unbounded))

    @property
    def is_bounded(self) -> bool:
        """Whether it lies in a ball."""
        return bool(self.complex.bounded[self.chosen].all())

    @property
    def facets(self) -> list[Any]:
        """Its cells of dimension n - 1, exactly."""
        return self.cells(self.complex.dim - 1)

    def regions_of(self, cell: SignedCell) -> tuple[Any, ...]:
        """The regions around a cell: the cells of dimension n that it is a face of, or is itself.

        Their `pattern` says which piece each unit is on; units of levels come last.

        Parameters
        ----------
        cell : Cell
            Of the complex.

        Returns
        -------
        tuple of Cell
            In the order of their numbers.

        Raises
        ------
        TypeError
            If it is no cell.

        Examples
        --------
        Beside each side of the square |x| + |y| = 1 there are an inner and an outer region, which
        differ in the unit of the level alone:

        >>> from linreg import absolute, level_set, mlp
        >>> net = mlp([([[1, 0], [0, 1]], [0, 0])], ([[1, 1]], [-1]), activation=absolute())
        >>> square = level_set(net)
        >>> [region.pattern for region in square.regions_of(square.cells(1)[0])]
        [(1, 1, 1), (1, 1, 0)]
        """
        if not isinstance(cell, SignedCell):
            raise TypeError(f"cell: a Cell was expected, got {reprlib.repr(cell)}")
        covers = self.complex.covering
        around, latest = {cell.index}, {cell.index}
        while latest:
            above = {
                int(place)
                for index in latest
                for place in covers.indices[covers.indptr[index] : covers.indptr[index + 1]]
            }
            latest = above - around
            around |= latest
        regions = sorted(place for place in around if self.complex.dims[place] == self.complex.dim)
        return tuple(self.complex.cell(place) for place in regions)

    def to_networkx(self) -> networkx.Graph:
        """Its cells, joined where one is a face of the other with one dimension less."""
        return self.complex.hasse().subgraph(self.indices.tolist()).to_undirected()
