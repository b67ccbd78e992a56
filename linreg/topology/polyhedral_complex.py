"""The polyhedral complex of a network, and questions about unions of its cells."""

from __future__ import annotations

import reprlib
from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Literal, overload

from linreg.arguments import how_many, integer, numbered
from linreg.complex import (
    STRATEGIES,
    Cell,
    CellComplex,
    Strata,
    Stratum,
    cell_complex,
    levels_of,
    strata,
    with_levels,
)
from linreg.complex.signed_cells import CLASSES, Kept
from linreg.errors import UnknownStrategy
from linreg.problem import Problem, problem_of
from linreg.progress import Progress
from linreg.rational import Number, fraction
from linreg.readers import DomainLike, NetworkLike
from linreg.topology.cell_unions import CellUnions
from linreg.topology.critical import CriticalVertex, critical_vertices
from linreg.topology.persistence import Bar, persistence, strata_persistence

PROGRAMS = "programs"
"""The strategy that leaves the domain's faces out."""

WAYS = (*STRATEGIES, PROGRAMS)
"""All strategies."""


class PolyhedralComplex(CellComplex, CellUnions[Cell]):
    """All cells of a network on a domain, and the topology of their unions.

    Attributes
    ----------
    problem : Problem
        The network, with a stage for the levels if there are any, and the domain.
    levels : Levels
        Outputs and values at which they cut cells too.
    layout : SignLayout
        What the bits of a sign vector say.
    signs : uint8 array, shape (cells, bytes)
        The sign vector of each cell, the lowest bits first.
    dims : integer array, shape (cells,)
        Dimension of each cell; cells are sorted by it, then by sign vector.
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
        self._check_whole()
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
        self._check_whole()
        output = numbered(output, self.problem.network.readout.n_outputs, "output", "outputs")
        return critical_vertices(self, output)

    def _check_whole(self) -> None:
        """Refuse what is a question about all cells where only those around a set are here."""
        if self.around is not None:
            raise ValueError(
                "around: this needs all cells, and the complex has those around a set alone"
            )


class StratifiedDomain(Strata, CellUnions[Stratum]):
    """The cells of a network in a closed domain that is not cut along its own faces.

    Unions of them are the same sets as in the complex with these faces, and their topology is
    too. There are no vertices, but linear programs say of each cell what is asked.

    Attributes
    ----------
    problem, levels, layout, signs, dims, flats
        As for `linreg.complex.Strata`.

    Examples
    --------
    A hyperplane through a cube of twenty dimensions, which has a million corners:

    >>> from linreg import mlp
    >>> net = mlp([([[1] * 20], [-10])])
    >>> cells = polyhedral_complex(net, "box:0,1", levels=[(0, 0)], strategy="programs")
    >>> cells.f_vector[-2:], cells.where(0, "==").betti[:2], cells.where(0, ">").components
    ([1, 2], [1, 0], 1)
    """

    def persistence(
        self, output: int = 0, *, superlevel: bool = False, field: int = 2, method: str = "order"
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
            "order" or "gudhi", as for `Subcomplex.betti_numbers`.

        Returns
        -------
        list of (int, Fraction or infinity, Fraction or infinity)
            Dimension, birth and death, sorted; bars of length zero are left out.

        Raises
        ------
        NoSuchIndex
            If the network has no such output.
        ValueError
            If the field is none, or there is no such method.

        Examples
        --------
        >>> from linreg import absolute, mlp
        >>> hat = mlp([([[1]], [0])], ([[-1]], [0]), activation=absolute())
        >>> polyhedral_complex(hat, strategy="programs").persistence()
        [(0, -inf, Fraction(0, 1)), (0, -inf, inf)]
        """
        output = numbered(output, self.problem.network.readout.n_outputs, "output", "outputs")
        return strata_persistence(self, output, superlevel=superlevel, field=field, method=method)


@overload
def polyhedral_complex(
    net: NetworkLike,
    domain: DomainLike = None,
    *,
    levels: Sequence[tuple[int, Number]] = (),
    classes: Sequence[int] | bool = False,
    strategy: Literal["programs"],
    around: None = None,
    limit: int | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> StratifiedDomain: ...


@overload
def polyhedral_complex(
    net: NetworkLike,
    domain: DomainLike = None,
    *,
    levels: Sequence[tuple[int, Number]] = (),
    classes: Sequence[int] | bool = False,
    strategy: Literal["tree", "regions"] = "tree",
    around: tuple[int, Number] | str | None = None,
    limit: int | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> PolyhedralComplex: ...


@overload
def polyhedral_complex(
    net: NetworkLike,
    domain: DomainLike = None,
    *,
    levels: Sequence[tuple[int, Number]] = (),
    classes: Sequence[int] | bool = False,
    strategy: str,
    around: tuple[int, Number] | str | None = None,
    limit: int | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> PolyhedralComplex | StratifiedDomain: ...


def polyhedral_complex(
    net: NetworkLike,
    domain: DomainLike = None,
    *,
    levels: Sequence[tuple[int, Number]] = (),
    classes: Sequence[int] | bool = False,
    strategy: str = "tree",
    around: tuple[int, Number] | str | None = None,
    limit: int | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> PolyhedralComplex | StratifiedDomain:
    """The cells of a network on a domain, of every dimension, generic or not.

    A cell is the set of points of one sign vector: where each unit is, inside a piece or on a
    breakpoint; which candidates attain each maximum; which rows of the domain are tight.

    Parameters
    ----------
    net : Network, or what `as_network` accepts
    domain : Domain, or what `as_domain` accepts, optional
        By default that in the network's file, or the whole space.
    levels : sequence of (output, level)
        Values at which outputs cut cells too.
    classes : sequence of int, or bool
        Outputs whose largest cuts cells too; True stands for all.
    strategy : str
        "tree", or "regions" to find the same cells another way, up to 6 inputs and slowly;
        "programs" decides by linear programs, for any number of inputs, and does not cut cells
        along the domain's own faces.
    around : (output, level), or "classes", optional
        Only the cells whose closure meets the set where an output has that level, one of `levels`,
        or where classes tie. Parts of the tree are passed over where linear bounds prove that they
        do not; for the strategy "tree".
    limit : int, optional
        Most cells.
    progress : callable, optional
        Called now and then with a `Progress` of cells, in all unknown.

    Returns
    -------
    PolyhedralComplex
        For "programs" one without vertices, whose cells are not cut along the domain's own faces;
        unions of cells and their topology are the same.

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
    kept = None if around is None else _kept(around)
    if strategy == PROGRAMS and kept is None:
        cells = strata(problem, asked, limit=limit, progress=progress)
        return StratifiedDomain(*(getattr(cells, field.name) for field in fields(cells)))
    if strategy not in WAYS:
        raise UnknownStrategy(
            f"strategy: {reprlib.repr(strategy)} is not known; known are {', '.join(WAYS)}"
        )
    found = cell_complex(
        problem, asked, strategy=strategy, limit=limit, around=kept, progress=progress
    )
    return PolyhedralComplex(*(getattr(found, field.name) for field in fields(found)))


def _kept(around: object) -> Kept:
    """The set that a search is held to."""
    if around == CLASSES:
        return CLASSES
    if not isinstance(around, tuple | list) or len(around) != 2:
        raise TypeError(
            f"around: a pair (output, level) or {CLASSES!r} was expected, got "
            f"{reprlib.repr(around)}"
        )
    return integer(around[0], "around[0]"), fraction(around[1])
