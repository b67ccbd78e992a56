"""Unions of cells that levels and classes describe."""

from __future__ import annotations

import reprlib
from collections.abc import Callable
from operator import eq, ge, gt, le, lt, ne
from typing import TYPE_CHECKING

import numpy as np

from linreg.arguments import numbered
from linreg.complex import SignedCells
from linreg.complex.signed_cells import CLASSES, AnyCell, Kept
from linreg.rational import Number, fraction
from linreg.topology.union import Subcomplex

if TYPE_CHECKING:
    from gudhi import SimplexTree

RELATIONS: dict[str, Callable[[np.ndarray, int], np.ndarray]] = {
    ">=": ge,
    ">": gt,
    "==": eq,
    "<=": le,
    "<": lt,
    "!=": ne,
}
"""How an output can be related to a level."""


class CellUnions(SignedCells[AnyCell]):
    """What complexes that were cut at levels or by classes know of unions of their cells.

    Attributes
    ----------
    problem, levels, layout, signs, dims
        As for `linreg.complex.SignedCells`.

    Examples
    --------
    >>> from linreg import absolute, mlp, polyhedral_complex
    >>> net = mlp([([[1]], [0])], activation=absolute())
    >>> isinstance(polyhedral_complex(net), CellUnions)
    True
    """

    def where(self, output: int, relation: str, level: Number = 0) -> Subcomplex:
        """The cells on which an output is in a relation to a level.

        Parameters
        ----------
        output : int
        relation : str
            One of ">=", ">", "==", "<=", "<", "!=".
        level : number

        Returns
        -------
        Subcomplex
            Closed for ">=", "==" and "<="; open in the domain for the others.

        Raises
        ------
        NoSuchIndex
            If the network has no such output.
        ValueError
            If there is no such relation, or the complex was not cut at that level.

        Examples
        --------
        |x| is less than 1 at its vertex 0 and on the segments beside, and it is 1 at two points:

        >>> from linreg import absolute, mlp, polyhedral_complex
        >>> net = mlp([([[1]], [0])], activation=absolute())
        >>> complex = polyhedral_complex(net, levels=[(0, 1)])
        >>> [complex.where(0, sign, 1).faces_by_dimension for sign in ("<", "==")]
        [[1, 2], [2, 0]]
        """
        if relation not in RELATIONS:
            raise ValueError(
                f"relation: {reprlib.repr(relation)} is not known; known are {', '.join(RELATIONS)}"
            )
        chosen = RELATIONS[relation](self.sides(output, level), 0)
        self._check_kept((output, fraction(level)) if relation == "==" else None)
        return Subcomplex(self, chosen)

    def _check_kept(self, asked: Kept | None) -> None:
        """Refuse a union that needs more cells than the complex has."""
        if self.around is not None and self.around != asked:
            set_ = (
                "classes tie"
                if isinstance(self.around, str)
                else f"output {self.around[0]} is {self.around[1]}"
            )
            raise ValueError(
                f"the complex has the cells around the set where {set_} alone, and this union may "
                "have others; leave `around` out"
            )

    def sides(self, output: int, level: Number = 0) -> np.ndarray:
        """The sign of an output less a level on each cell.

        Parameters
        ----------
        output : int
        level : number
            One of those that the complex was cut at.

        Returns
        -------
        int8 array, shape (cells,)
            -1, 0 or 1.

        Raises
        ------
        NoSuchIndex
            If the network has no such output.
        ValueError
            If the complex was not cut at that level.

        Examples
        --------
        relu(x) passes 1 once: it is less at 0, and on two cells of three beside:

        >>> from linreg import mlp, polyhedral_complex
        >>> complex = polyhedral_complex(mlp([([[1]], [0])]), levels=[(0, 1)])
        >>> sorted(complex.sides(0, 1)[complex.dims == 0].tolist())
        [-1, 0]
        >>> sorted(complex.sides(0, 1)[complex.dims == 1].tolist())
        [-1, -1, 1]
        """
        output = numbered(output, self.problem.network.readout.n_outputs, "output", "outputs")
        cut = fraction(level)
        for unit, (known, cuts) in enumerate(self.levels.of_output, start=self.n_units):
            if known == output and cut in cuts:
                pair = self.layout.starts[unit] + cuts.index(cut)
                at_least, at_most = self.bits([pair, pair + self.layout.n_pairs]).T
                signs: np.ndarray = at_least.astype(np.int8) - at_most.astype(np.int8)
                return signs
        raise ValueError(
            f"level: the complex is not cut where output {output} is {cut}; ask for it with "
            f"levels=[({output}, {cut})]"
        )

    def decision_region(self, output: int, *, strictly: bool = False) -> Subcomplex:
        """The cells on which an output is largest among the classes.

        Parameters
        ----------
        output : int
        strictly : bool
            Whether it has to be larger than all others, which makes the union open; otherwise it
            is closed.

        Returns
        -------
        Subcomplex

        Raises
        ------
        ValueError
            If the complex was not cut by classes, or the output is none of them.

        Examples
        --------
        relu(x) is at least relu(-x) from 0 on, and larger beyond:

        >>> from linreg import mlp, polyhedral_complex
        >>> net = mlp([([[1], [-1]], [0, 0])])
        >>> complex = polyhedral_complex(net, classes=True)
        >>> complex.decision_region(0).faces_by_dimension
        [1, 1]
        >>> complex.decision_region(0, strictly=True).faces_by_dimension
        [0, 1]
        """
        won = self._winners()
        self._check_kept(None)
        if output not in self.levels.classes:
            raise ValueError(
                f"output: the classes are {list(self.levels.classes)}, got {reprlib.repr(output)}"
            )
        wins = won[:, self.levels.classes.index(output)]
        return Subcomplex(self, wins & (won.sum(axis=1) == 1) if strictly else wins)

    def decision_regions(self, *, strictly: bool = False) -> dict[int, Subcomplex]:
        """The union of `decision_region` for each class.

        Parameters
        ----------
        strictly : bool
            As for `decision_region`.

        Returns
        -------
        dict of int to Subcomplex
            By classes, in increasing order; empty if the complex was not cut by classes.

        Examples
        --------
        relu(x) and relu(-x) are each the larger one on one side of 0:

        >>> from linreg import mlp, polyhedral_complex
        >>> net = mlp([([[1], [-1]], [0, 0])])
        >>> complex = polyhedral_complex(net, classes=True)
        >>> found = complex.decision_regions(strictly=True)
        >>> {output: union.cells(1)[0].rays for output, union in found.items()}
        {0: ((1,),), 1: ((-1,),)}
        """
        return {
            output: self.decision_region(output, strictly=strictly)
            for output in self.levels.classes
        }

    def decision_boundary(self) -> Subcomplex:
        """The cells on which two classes or more are largest.

        Raises
        ------
        ValueError
            If the complex was not cut by classes.
        """
        won = self._winners()
        self._check_kept(CLASSES)
        return Subcomplex(self, won.sum(axis=1) > 1)

    def _winners(self) -> np.ndarray:
        """Which class is largest on each cell; bool, shape (cells, classes)."""
        if not self.levels.classes:
            raise ValueError("the complex is not cut by classes; ask for it with classes=True")
        start = self.layout.starts[-1]
        return self.bits(range(start, start + len(self.levels.classes)))

    def simplex_tree(self) -> SimplexTree:
        """The order complex of all cells for gudhi."""
        return Subcomplex(self, np.ones(len(self), dtype=bool)).simplex_tree()
