"""The polyhedral complex of a network, and questions about unions of its cells."""

from __future__ import annotations

import reprlib
from collections.abc import Callable, Sequence
from dataclasses import fields
from operator import eq, ge, gt, le, lt, ne
from typing import TYPE_CHECKING

import numpy as np

from linreg.arguments import how_many, numbered
from linreg.complex import CellComplex, cell_complex, levels_of, with_levels
from linreg.problem import Problem, problem_of
from linreg.progress import Progress
from linreg.rational import Number, fraction
from linreg.readers import DomainLike, NetworkLike
from linreg.topology.critical import CriticalVertex, critical_vertices
from linreg.topology.persistence import Bar, persistence
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


class PolyhedralComplex(CellComplex):
    """All cells of a network on a domain, and the topology of their unions.

    Attributes
    ----------
    problem, levels, layout, signs, dims, lines, vectors, n_vertices, incidence
        As for `linreg.complex.CellComplex`.

    Examples
    --------
    A ring |x| + |y| <= 2 around |x| + |y| < 1, cut by the axes:

    >>> from linreg import absolute, mlp
    >>> ring = mlp([([[1, 0], [0, 1]], [0, 0]), ([[1, 1]], ["-3/2"])], ([[-1]], ["1/2"]),
    ...            activation=absolute())
    >>> complex = polyhedral_complex(ring, levels=[(0, 0)])
    >>> complex.f_vector, complex.bounded_f_vector, complex.euler
    ([13, 28, 16], [13, 24, 12], 1)
    >>> complex.where(0, ">=").betti, complex.where(0, "==").betti
    ([1, 1, 0], [2, 2, 0])
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

        >>> from linreg import absolute, mlp
        >>> net = mlp([([[1]], [0])], activation=absolute())
        >>> complex = polyhedral_complex(net, levels=[(0, 1)])
        >>> [complex.where(0, sign, 1).faces_by_dimension for sign in ("<", "==")]
        [[1, 2], [2, 0]]
        """
        if relation not in RELATIONS:
            raise ValueError(
                f"relation: {reprlib.repr(relation)} is not known; known are {', '.join(RELATIONS)}"
            )
        return Subcomplex(self, RELATIONS[relation](self.sides(output, level), 0))

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

        >>> from linreg import mlp
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

        >>> from linreg import mlp
        >>> net = mlp([([[1], [-1]], [0, 0])])
        >>> complex = polyhedral_complex(net, classes=True)
        >>> complex.decision_region(0).faces_by_dimension
        [1, 1]
        >>> complex.decision_region(0, strictly=True).faces_by_dimension
        [0, 1]
        """
        won = self._winners()
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

        >>> from linreg import mlp
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
        return Subcomplex(self, self._winners().sum(axis=1) > 1)

    def _winners(self) -> np.ndarray:
        """Which class is largest on each cell; bool, shape (cells, classes)."""
        if not self.levels.classes:
            raise ValueError("the complex is not cut by classes; ask for it with classes=True")
        start = self.layout.starts[-1]
        return self.bits(range(start, start + len(self.levels.classes)))

    def persistence(
        self,
        output: int = 0,
        *,
        superlevel: bool = False,
        field: int = 2,
        method: str = "cells",
    ) -> list[Bar]:
        """Persistent homology of the sublevel sets {f <= t}, as t goes up from minus infinity.

        Parameters
        ----------
        output : int
        superlevel : bool
            Whether to take {f >= t} as t goes down, so that births are above deaths.
        field : int
            A prime p for the integers modulo p, or 0 for the rational numbers.
        method : str
            "cells", "order" or "gudhi", as for `Subcomplex.betti_numbers`.

        Returns
        -------
        list of (int, Fraction or infinity, Fraction or infinity)
            Dimension, birth and death, sorted; bars of length zero are left out.

        Raises
        ------
        NoSuchIndex
            If the network has no such output.

        Source
        ------
        Zomorodian and Carlsson (2005); for the values at which cells enter see `docs/theory.md`.

        Examples
        --------
        Where -|x| is at most t there are two half-lines, until they meet at 0:

        >>> from linreg import absolute, mlp
        >>> hat = mlp([([[1]], [0])], ([[-1]], [0]), activation=absolute())
        >>> polyhedral_complex(hat).persistence()
        [(0, -inf, Fraction(0, 1)), (0, -inf, inf)]
        """
        output = numbered(output, self.problem.network.readout.n_outputs, "output", "outputs")
        return persistence(self, output, superlevel=superlevel, field=field, method=method)

    def critical_vertices(self, output: int = 0) -> list[CriticalVertex]:
        """The vertices at which the sublevel sets of an output change, with how they do.

        Parameters
        ----------
        output : int

        Returns
        -------
        list of CriticalVertex
            In the order of their cells.

        Raises
        ------
        NoSuchIndex
            If the network has no such output.
        HypothesisError
            If the output is constant on a cell that is no vertex.

        Source
        ------
        Grigsby, Lindsey and Masden (2022), "Local and global topological complexity measures of
        ReLU neural network functions".

        Examples
        --------
        The sublevel sets of |x| begin at its minimum:

        >>> from linreg import absolute, mlp
        >>> complex = polyhedral_complex(mlp([([[1]], [0])], activation=absolute()))
        >>> [(vertex.point, vertex.value, vertex.ranks) for vertex in complex.critical_vertices()]
        [((Fraction(0, 1),), Fraction(0, 1), (1, 0))]
        """
        output = numbered(output, self.problem.network.readout.n_outputs, "output", "outputs")
        return critical_vertices(self, output)

    def simplex_tree(self) -> SimplexTree:
        """The order complex of all cells for gudhi."""
        return Subcomplex(self, np.ones(len(self), dtype=bool)).simplex_tree()


def polyhedral_complex(
    net: NetworkLike,
    domain: DomainLike = None,
    *,
    levels: Sequence[tuple[int, Number]] = (),
    classes: Sequence[int] | bool = False,
    strategy: str = "tree",
    limit: int | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> PolyhedralComplex:
    """The cells of a network on a domain, of every dimension, generic or not.

    A cell is the set of points of one sign vector: where each unit is, inside a piece or on a
    breakpoint; which candidates attain each maximum; which rows of the domain are tight.

    Parameters
    ----------
    net, domain : what `as_network` and `as_domain` accept
        By default the whole space, or the domain in the network's file.
    levels : sequence of (output, level)
        Values at which outputs cut cells too.
    classes : sequence of int, or bool
        Outputs whose largest cuts cells too; True stands for all.
    strategy : str
        "tree", or "regions" to find the same cells another way, up to 6 inputs and slowly.
    limit : int, optional
        Most cells.
    progress : callable, optional
        Called now and then with a `Progress` of cells, in all unknown.

    Returns
    -------
    PolyhedralComplex

    Raises
    ------
    InvalidDomain
        If the domain does not fit, or has no interior.
    NoSuchIndex, ValueError, TypeError
        If levels or classes are none.
    IncompleteError
        If there are more cells than the limit.

    Source
    ------
    Grigsby and Lindsey (2022), "On transversality of bent hyperplane arrangements and the
    topological expressiveness of ReLU neural networks", for the canonical polyhedral complex of
    ReLU networks; `docs/theory.md` proves what is used here, for any network.

    Examples
    --------
    Two lines that cross cut the plane into one vertex, four half-lines and four regions:

    >>> from linreg import mlp
    >>> polyhedral_complex(mlp([([[1, 0], [0, 1]], [0, 0])])).f_vector
    [1, 4, 4]
    """
    plain = problem_of(net, domain)
    asked = levels_of(plain.network, levels, classes)
    if limit is not None:
        limit = how_many(limit, "limit")
    problem = Problem(with_levels(plain.network, asked), plain.domain)
    found = cell_complex(problem, asked, strategy=strategy, limit=limit, progress=progress)
    return PolyhedralComplex(*(getattr(found, field.name) for field in fields(found)))
