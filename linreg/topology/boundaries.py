"""Level sets and decision boundaries, as unions of cells."""

from __future__ import annotations

import reprlib
from collections.abc import Callable

from linreg.arguments import numbered
from linreg.complex import with_functional
from linreg.problem import problem_of
from linreg.progress import Progress
from linreg.rational import Number
from linreg.readers import DomainLike, NetworkLike
from linreg.topology.polyhedral_complex import polyhedral_complex
from linreg.topology.union import Subcomplex

SENSES = {"max": 1, "min": -1}
"""Which output names the class, and the sign that makes it the largest."""


def level_set(
    net: NetworkLike,
    output: int = 0,
    level: Number = 0,
    domain: DomainLike = None,
    *,
    all_cells: bool = False,
    limit: int | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Subcomplex:
    """Where an output is equal to a level: a closed union of cells of any dimensions.

    Parameters
    ----------
    net : Network, or what `as_network` accepts
    domain : Domain, or what `as_domain` accepts, optional
        By default that in the network's file, or the whole space.
    output : int
    level : number
    all_cells : bool
        Whether to find the cells that are not around the set too, as for a picture.
    limit : int, optional
        Most cells.
    progress : callable, optional
        Called now and then with a `Progress` of cells, in all unknown.

    Returns
    -------
    Subcomplex
        Closed. It has cells of dimension n where the output is at the level on a region.

    Raises
    ------
    InvalidDomain
        If the domain does not fit, or has no interior.
    NoSuchIndex
        If the network has no such output.
    ValueError, TypeError
        If the level is no number.
    IncompleteError
        If there are more cells than the limit.

    Examples
    --------
    The square |x| + |y| = 1 has four corners and four sides:

    >>> from linreg import absolute, mlp
    >>> net = mlp([([[1, 0], [0, 1]], [0, 0])], ([[1, 1]], [-1]), activation=absolute())
    >>> square = level_set(net)
    >>> square.faces_by_dimension, square.components, square.is_bounded
    ([4, 4, 0], 1, True)
    """
    cells = polyhedral_complex(
        net,
        domain,
        levels=[(output, level)],
        around=None if all_cells else (output, level),
        limit=limit,
        progress=progress,
    )
    return cells.where(output, "==", level)


def decision_boundary(
    net: NetworkLike,
    i: int | None = None,
    j: int | None = None,
    domain: DomainLike = None,
    *,
    sense: str = "max",
    all_cells: bool = False,
    limit: int | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Subcomplex:
    """Where two classes tie: of two outputs where they are equal, of all where no one is largest.

    Parameters
    ----------
    net : Network, or what `as_network` accepts
        With at least two outputs.
    domain : Domain, or what `as_domain` accepts, optional
        By default that in the network's file, or the whole space.
    i, j : int, optional
        Two outputs; by default all outputs are classes.
    sense : str
        "max" if the class is that of the largest output, "min" if that of the smallest.
    all_cells : bool
        Whether to find the cells that are not around the set too, as for a picture.
    limit : int, optional
        Most cells.
    progress : callable, optional
        Called now and then with a `Progress` of cells, in all unknown.

    Returns
    -------
    Subcomplex
        Closed. It has cells of dimension n where outputs tie on a region, and of less than n - 1
        where they touch.

    Raises
    ------
    InvalidDomain
        If the domain does not fit, or has no interior.
    NoSuchIndex
        If the network has no such output.
    ValueError
        If one output is named, or one twice, or there is only one.
    IncompleteError
        If there are more cells than the limit.

    Examples
    --------
    Two relus are equal on a quadrant and on half a diagonal:

    >>> from linreg import mlp
    >>> net = mlp([([[1, 0], [0, 1]], [0, 0])])
    >>> decision_boundary(net).faces_by_dimension
    [1, 3, 1]
    """
    if sense not in SENSES:
        raise ValueError(f"sense: 'max' or 'min' was expected, got {reprlib.repr(sense)}")
    plain, sign = problem_of(net, domain), SENSES[sense]
    staged, where = plain.network, plain.domain
    n_outputs = staged.readout.n_outputs
    if i is None and j is None:
        rows = [[sign * (row == column) for column in range(n_outputs)] for row in range(n_outputs)]
        cells = polyhedral_complex(
            with_functional(staged, rows),
            where,
            classes=True,
            around=None if all_cells else "classes",
            limit=limit,
            progress=progress,
        )
        return cells.decision_boundary()
    if i is None or j is None:
        raise ValueError("i and j: two outputs, or none for all, were expected, got one")
    pair = numbered(i, n_outputs, "i", "outputs"), numbered(j, n_outputs, "j", "outputs")
    if pair[0] == pair[1]:
        raise ValueError(f"i and j: two different outputs were expected, got {i} twice")
    row = [(k == pair[0]) - (k == pair[1]) for k in range(n_outputs)]
    difference = with_functional(staged, [row])
    return level_set(difference, 0, 0, where, all_cells=all_cells, limit=limit, progress=progress)
