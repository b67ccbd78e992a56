"""A complex without the domain's faces: cells of any number of inputs, by linear programs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import inf
from typing import TYPE_CHECKING

import numpy as np

from linreg.arguments import how_many, numbered
from linreg.complex.cell import Stratum
from linreg.complex.flats import Flat
from linreg.complex.forms import output_forms
from linreg.complex.gathering import gathered
from linreg.complex.levels import Levels
from linreg.complex.programs import ProgramTree
from linreg.complex.signed_cells import SignedCells
from linreg.complex.signs import SignLayout
from linreg.complex.tables import strata_table
from linreg.polyhedra import Solver
from linreg.problem import Problem
from linreg.progress import Progress

if TYPE_CHECKING:
    import pyarrow
    from scipy.sparse import csr_array

STRATA_PER_REPORT = 1 << 5
"""Cells between two reports of progress: a fraction of a second."""

PAIRS_AT_ONCE = 1 << 22
"""Bytes of sign vectors that are held against each other at once."""


@dataclass(frozen=True, eq=False, repr=False)
class Strata(SignedCells[Stratum]):
    """The sets of points of a closed domain at which all units are in the same place.

    They are convex and disjoint, and the closure of one is a union of some. On the whole space
    they are the cells of the complex. On a domain with a boundary they are not cut along its
    faces, so that one may hold parts of them, or lie on the boundary.

    Attributes
    ----------
    problem, levels, layout, signs, dims
        As for `SignedCells`.
    flats : tuple of Flat
        The inequalities of each cell.

    Examples
    --------
    The diagonal cuts a square in two, which have eleven cells with the square's own faces:

    >>> from linreg import mlp, polyhedral_complex
    >>> net = mlp([([[1, -1]], [0])])
    >>> polyhedral_complex(net, "box:0,1", strategy="programs").f_vector
    [0, 1, 2]
    >>> polyhedral_complex(net, "box:0,1").f_vector
    [4, 5, 2]
    """

    flats: tuple[Flat, ...]

    def cell(self, index: int) -> Stratum:
        """A cell, with a point inside.

        Parameters
        ----------
        index : int
            From 0; as for `[...]`, but not counted from the end.

        Returns
        -------
        Stratum

        Raises
        ------
        NoSuchIndex
            If there is no cell of that number; they are counted from 0.

        Examples
        --------
        >>> from linreg import mlp, polyhedral_complex
        >>> net = mlp([([[1, -1]], [0])])
        >>> polyhedral_complex(net, "box:0,1", strategy="programs").cell(0).positions
        (1,)
        """
        index = numbered(index, len(self), "index", "cells")
        return Stratum(
            index,
            int(self.dims[index]),
            self.layout,
            int.from_bytes(self.signs[index].tobytes(), "little"),
            self.flats[index].inside.fractions,
            bool(self.bounded[index]),
        )

    @cached_property
    def bounded(self) -> np.ndarray:
        """Whether each cell is bounded; bool, shape (cells,)."""
        solver = Solver()
        return np.array([flat.is_bounded(solver) for flat in self.flats], dtype=bool)

    def faces_between(self, low: int, high: int) -> tuple[np.ndarray, np.ndarray]:
        """All pairs of a cell of one dimension and a cell of a higher one around it.

        A cell is in the closure of another if its sign vector has all bits of that one's.

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
        The diagonal of a square is between two triangles:

        >>> from linreg import mlp, polyhedral_complex
        >>> net = mlp([([[1, -1]], [0])])
        >>> cells = polyhedral_complex(net, "box:0,1", strategy="programs")
        >>> [part.tolist() for part in cells.faces_between(1, 2)]
        [[0, 0], [1, 2]]
        """
        low, high = how_many(low, "low", 0), how_many(high, "high", 0)
        lower, upper = np.flatnonzero(self.dims == low), np.flatnonzero(self.dims == high)
        above = self.signs[upper]
        step = max(1, PAIRS_AT_ONCE // max(1, above.size))
        rows, columns = [], []
        for start in range(0, len(lower), step):
            below = self.signs[lower[start : start + step]]
            row, column = np.nonzero(((below[:, None] & above) == above).all(axis=2))
            rows.append(lower[row + start])
            columns.append(upper[column])
        nothing = np.zeros(0, dtype=np.int64)
        return np.concatenate([nothing, *rows]), np.concatenate([nothing, *columns])

    @cached_property
    def covering(self) -> csr_array:
        """1 at (i, j) where cell i is in the closure of cell j; sparse, int32.

        At the domain's boundary dimensions may differ by more than one between neighbours.
        """
        n = self.dim
        pairs = [
            self.faces_between(low, high) for low in range(n) for high in range(low + 1, n + 1)
        ]
        return self.matrix_of(pairs)

    def to_tables(self) -> dict[str, pyarrow.Table]:
        """Tables of pyarrow: "cells" alone, with a point of each.

        `linreg.write_cells` writes it to a Parquet file.
        """
        points = [flat.inside.fractions for flat in self.flats]
        return {"cells": strata_table(self.dims, self.bounded, self.on_edge, self.signs, points)}

    def lowest(self, output: int, sign: int = 1) -> list[Fraction | float]:
        """The infimum of an output on each cell, which may be minus infinity.

        Parameters
        ----------
        output : int
        sign : int
            -1 for the infimum of minus the output.

        Returns
        -------
        list of Fraction or float, length cells

        Examples
        --------
        >>> from linreg import absolute, mlp, polyhedral_complex
        >>> net = mlp([([[1]], [0])], ([[-1]], [0]), activation=absolute())
        >>> polyhedral_complex(net, strategy="programs").lowest(0)
        [Fraction(0, 1), -inf, -inf]
        """
        solver, scale = Solver(), self.problem.readout_scales[output]
        patterns = [tuple(pattern) for pattern in self.patterns(np.arange(len(self))).tolist()]
        order = sorted(range(len(self)), key=patterns.__getitem__)
        signs = (int.from_bytes(self.signs[cell].tobytes(), "little") for cell in order)
        found: list[Fraction | float] = [-inf] * len(self)
        forms = output_forms(self.problem, self.layout, signs)
        for cell, rows in zip(order, forms, strict=True):
            least = self.flats[cell].lowest([sign * entry for entry in rows[output]], solver)
            if least is not None:
                value = least / scale
                found[cell] = Fraction(int(value.p), int(value.q))
        return found


def strata(
    problem: Problem,
    levels: Levels,
    *,
    limit: int | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Strata:
    """The cells of a problem without the domain's faces.

    Parameters
    ----------
    problem : Problem
        Its last stage is that of the levels, if there are any.
    levels : Levels
    limit : int, optional
        Most cells.
    progress : callable, optional
        Called now and then with a `Progress` of cells, in all unknown.

    Returns
    -------
    Strata

    Raises
    ------
    IncompleteError
        If there are more cells than the limit.

    Examples
    --------
    >>> from linreg import mlp
    >>> from linreg.problem import problem_of
    >>> strata(problem_of(mlp([([[1] * 20], [-1])]), "box:0,1"), Levels((), ())).f_vector[-2:]
    [1, 2]
    """
    layout = SignLayout(len(problem.domain_rows), problem.network.units)
    found = sorted(
        gathered(
            ProgramTree(problem, layout, limit).cells(),
            problem,
            lambda cell: cell.flat.dim,
            progress,
            STRATA_PER_REPORT,
        ),
        key=lambda cell: (cell.flat.dim, cell.signs),
    )
    data = b"".join(cell.signs.to_bytes(layout.n_bytes, "little") for cell in found)
    return Strata(
        problem,
        levels,
        layout,
        np.frombuffer(data, dtype=np.uint8).reshape(len(found), layout.n_bytes),
        np.array([cell.flat.dim for cell in found], dtype=np.int64),
        tuple(cell.flat for cell in found),
    )
