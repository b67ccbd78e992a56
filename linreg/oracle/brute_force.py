"""Every pattern of a tiny network, by asking of every piece of every unit whether it is there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from linreg.domains import Domain
from linreg.errors import InvalidDomain
from linreg.network import Network, Stage
from linreg.oracle.feasibility import Point, inside_too, interior_point
from linreg.oracle.rows import (
    Form,
    Row,
    compose,
    coordinates,
    domain_rows,
    is_constant,
    negated,
    primitive_row,
    restricted,
)
from linreg.units import MaxUnit, ScalarUnit, Unit

Pattern = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """A prefix, the rows that are positive on its cell, and what its last stage puts out there.

    `point` is one in the cell.
    """

    pattern: Pattern
    rows: tuple[Row, ...]
    point: Point
    outputs: tuple[Form, ...] = ()


def regions(net: Network, domain: Domain | None = None) -> list[Cell]:
    """The cells of all whole patterns, with all their rows, redundant ones included.

    Raises
    ------
    InvalidDomain
        If the domain is flat or empty, or of another dimension than the input.
    """
    rows = domain_rows(net, domain)
    point = interior_point(rows, net.input_dim)
    if not point:
        raise InvalidDomain("the domain has no interior, so it has no full-dimensional regions")
    cells = [Cell((), tuple(rows), point, tuple(coordinates(net.input_dim)))]
    for stage in net.staged.stages:
        cells = [region for cell in cells for region in _through(stage, cell, net.input_dim)]
    return cells


def brute_force_patterns(net: Network, domain: Domain | None = None) -> set[Pattern]:
    """The patterns whose open region is not empty.

    Parameters
    ----------
    net : Network
        Small: the work is the number of regions times the number of pieces of all units.
    domain : Domain, optional
        By default the whole space.

    Returns
    -------
    set of tuple of int
        `{()}` if the network has no units.

    Raises
    ------
    InvalidDomain
        If the domain is flat or empty, or of another dimension than the input.

    Notes
    -----
    Units are taken in order, and a piece is kept if the strict inequalities of the prefix have a
    solution. A unit that is constant on a cell, and candidates of a maximum that are the same
    affine function there, give no inequality.

    Examples
    --------
    The maximum of x, -x and 0 is never 0 alone:

    >>> from linreg.network import mlp
    >>> from linreg.units import maxout
    >>> net = mlp([([[1], [-1], [0]], [0, 0, 0])], activation=maxout(3))
    >>> sorted(brute_force_patterns(net))
    [(0,), (1,)]
    """
    return {cell.pattern for cell in regions(net, domain)}


def brute_force_edges(net: Network, domain: Domain | None = None) -> set[frozenset[Pattern]]:
    """The pairs of patterns whose regions share an (n-1)-dimensional face.

    Two regions share a facet iff some row of one is, with the other sign, a row of the other, and
    on its hyperplane the remaining rows of both are positive at one point.

    Parameters
    ----------
    net : Network
    domain : Domain, optional
        By default the whole space.

    Returns
    -------
    set of frozenset of pattern
        Two patterns for each facet that regions share.

    Raises
    ------
    InvalidDomain
        If the domain is flat or empty, or of another dimension than the input.

    Examples
    --------
    Opposite units change together where they meet:

    >>> from linreg.network import mlp
    >>> [edge] = brute_force_edges(mlp([([[1], [-1]], [0, 0])]))
    >>> sorted(edge)
    [(0, 1), (1, 0)]
    """
    facets: defaultdict[Row, list[tuple[Pattern, set[Row], Point]]] = defaultdict(list)
    for region in regions(net, domain):
        for row in {row for row in region.rows if not is_constant(row)}:
            facet = {restricted(other, row) for other in region.rows if other != row}
            if point := interior_point(facet, net.input_dim - 1):
                facets[row].append((region.pattern, facet, point))
    return {
        frozenset({pattern, other_pattern})
        for row, inside in facets.items()
        if row > negated(row)  # each hyperplane once
        for pattern, facet, point in inside
        for other_pattern, other_facet, _ in facets.get(negated(row), [])
        if inside_too(point, facet, other_facet - facet, net.input_dim - 1)
    }


def _through(stage: Stage, cell: Cell, dim: int) -> list[Cell]:
    """The cells that a stage divides a cell into."""
    z = compose(stage, cell.outputs)
    cells = [Cell(cell.pattern, cell.rows, cell.point)]
    for unit, start in zip(stage.units, stage.starts, strict=False):
        branches = list(_branches(unit, z[start : start + unit.n_inputs]))
        cells = [
            Cell((*prefix.pattern, piece), (*prefix.rows, *rows), point, (*prefix.outputs, output))
            for prefix in cells
            for piece, rows, output in branches
            if (point := inside_too(prefix.point, prefix.rows, rows, dim))
        ]
    passing = tuple(z[stage.starts[-1] :])
    return [Cell(each.pattern, each.rows, each.point, each.outputs + passing) for each in cells]


def _branches(unit: Unit, z: Sequence[Form]) -> Iterator[tuple[int, list[Row], Form]]:
    """Each piece that is not ruled out by a tie, the rows that say where it is, and its output."""
    return _maximum(z) if isinstance(unit, MaxUnit) else _scalar(unit, z[0])


def _scalar(unit: ScalarUnit, z: Form) -> Iterator[tuple[int, list[Row], Form]]:
    if is_constant(z):
        piece = sum(breakpoint_ < z[-1] for breakpoint_ in unit.breakpoints)
        yield piece, [], _scaled(z, unit.slopes[piece], unit.intercepts[piece])
        return
    above = [primitive_row((*z[:-1], z[-1] - breakpoint_)) for breakpoint_ in unit.breakpoints]
    for piece, (slope, intercept) in enumerate(zip(unit.slopes, unit.intercepts, strict=True)):
        rows = [*above[:piece][-1:], *(negated(row) for row in above[piece : piece + 1])]
        yield piece, rows, _scaled(z, slope, intercept)


def _maximum(z: Sequence[Form]) -> Iterator[tuple[int, list[Row], Form]]:
    different = list(dict.fromkeys(z))
    for winner in different:
        rows = [
            primitive_row(a - b for a, b in zip(winner, loser, strict=True))
            for loser in different
            if loser != winner
        ]
        yield z.index(winner), rows, winner


def _scaled(z: Form, slope: Fraction, intercept: Fraction) -> Form:
    return (*(slope * entry for entry in z[:-1]), slope * z[-1] + intercept)
