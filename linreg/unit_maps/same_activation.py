"""Points that one unit cannot tell apart: equal pre-activations on different linear pieces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import inf, sqrt
from typing import Any

import numpy as np
from flint import fmpq

from linreg.arguments import how_many, points
from linreg.network.gradients import exact_row
from linreg.polyhedra import IntegerRow, Multipliers, Solver, decide_interior
from linreg.problem import Problem, problem_of
from linreg.problem.region_rows import Boundaries
from linreg.rational import common_denominator, fraction, primitive
from linreg.readers.accepted import DomainLike, NetworkLike, asked
from linreg.run import Columns, Options, run
from linreg.showing import in_short
from linreg.unit_maps.float_maps import pieces_at
from linreg.unit_maps.responses import network_to
from linreg.unit_maps.unit_map import unit_map, unit_place


@dataclass(frozen=True, slots=True)
class Identified:
    """A point at which a unit has a given value, strictly inside a linear piece of its own.

    Attributes
    ----------
    point : tuple of Fraction, length inputs
    weight : tuple of Fraction, length inputs
    bias : Fraction
        The unit's pre-activation is weight @ x + bias around the point.
    pattern : tuple of int
        The pieces of all units of earlier stages; of a max unit its winner too.
    squared_radius : Fraction or None
        Square of the Euclidean radius of the largest ball around the point on which the unit is
        this map, in input units; None if there is no end to it.

    Examples
    --------
    A unit that reads |x| has at -2 the value that it has at 2, on another map, up to 0:

    >>> from linreg import absolute, mlp
    >>> net = mlp([([[1]], [0]), ([[1]], [0])], activation=absolute())
    >>> found = same_activation(net, [2], stage=2, unit=0)[0]
    >>> found.point, found.weight, found.pattern, found.radius
    ((Fraction(-2, 1),), (Fraction(-1, 1),), (0,), 2.0)
    """

    point: tuple[Fraction, ...]
    weight: tuple[Fraction, ...]
    bias: Fraction
    pattern: tuple[int, ...]
    squared_radius: Fraction | None

    def __repr__(self) -> str:
        return f"<Identified: {in_short(self.point)}, within {in_short(self.radius)}>"

    @property
    def radius(self) -> float:
        """Euclidean radius of that ball, in input units."""
        return inf if self.squared_radius is None else sqrt(self.squared_radius)


def same_activation(
    net: NetworkLike,
    x: Any,
    stage: int,
    unit: int,
    n: int | None = 3,
    *,
    domain: DomainLike = None,
    among: Any = None,
) -> list[Identified]:
    """Points at which a unit has exactly the value that it has at `x`, each on a map of its own.

    The piece of `x` is one of them if it is found. The regions of earlier stages are gone through:
    those of data points if any are given, which suits wide networks, and otherwise all there are.

    Parameters
    ----------
    net : Network
    x : array-like of numbers, shape (inputs,)
    stage : int
        From 1; one more than there are means the network's outputs.
    unit : int
        From 0, in its stage.
    n : int, optional
        How many to look for; None for all.
    domain : what `as_domain` accepts, optional
        Where points are looked for, strictly inside; by default the domain in the network's file,
        or the whole space.
    among : array-like of numbers, shape (rows, inputs), optional
        Data points in whose regions points are looked for.

    Returns
    -------
    list of Identified
        Fewer than `n` if there are no more in these regions.

    Raises
    ------
    NoSuchIndex, TypeError, ValueError
        If there is no such unit, or points are of another dimension.
    InvalidDomain
        If the domain is of another dimension, empty or flat.

    Source
    ------
    Montufar, Pascanu, Cho, Bengio (2014), section 5 and supplement, figure 9.

    Examples
    --------
    A unit that reads |x| takes 2 and -2 for the same:

    >>> from linreg import absolute, mlp
    >>> net = mlp([([[1]], [0]), ([[1]], [0])], activation=absolute())
    >>> [found.point for found in same_activation(net, [2], stage=2, unit=0)]
    [(Fraction(-2, 1),), (Fraction(2, 1),)]
    """
    network, where = asked(net, domain)
    place = unit_place(network, stage, unit)
    most = None if n is None else how_many(n, "n")
    value = unit_map(network, x, stage, unit).value
    ending = network_to(network, place)
    problem = problem_of(ending, where)
    row = 0 if place.rank > 1 else place.first
    wanted = fmpq(value.numerator, value.denominator)
    boundaries = Boundaries(problem)
    found: list[Identified] = []
    seen: set[object] = set()
    for pattern in _patterns(problem, among):
        weight, bias = exact_row(ending, pattern, len(ending.stages), row)
        if (weight, bias) in seen:
            continue
        rows = boundaries.of(pattern).rows if ending.stages else problem.domain_rows.rows
        point = _point_on(rows, weight, bias - wanted)
        if point is None:
            continue
        seen.add((weight, bias))
        found.append(
            Identified(
                tuple(map(fraction, point)),
                tuple(map(fraction, weight)),
                fraction(bias),
                tuple(pattern),
                _squared_radius(rows, point),
            )
        )
        if len(found) == most:
            break
    return found


def _patterns(problem: Problem, among: Any) -> Iterator[list[int]]:
    """The patterns whose regions are gone through, each once."""
    network = problem.network
    x = None if among is None else np.atleast_2d(points(among, network.input_dim, "among"))
    if not network.stages:
        yield []
        return
    if x is not None:
        kinds = pieces_at(network, x)
    else:
        sink = Columns(network.pattern_dtype.str)
        run(problem, sink, Options())
        found = np.frombuffer(sink.patterns, dtype=network.pattern_dtype)
        kinds = found.reshape(sink.n_regions, len(network.units))
    yield from dict.fromkeys(map(tuple, kinds.tolist()))  # type: ignore[misc]


def _point_on(
    rows: Sequence[IntegerRow], weight: Sequence[fmpq], offset: fmpq
) -> list[fmpq] | None:
    """A point with weight @ x + offset = 0 where all rows are positive; None if there is none."""
    dim = len(weight)
    pivot = max(range(dim), key=lambda i: abs(weight[i]))
    if weight[pivot] == 0:
        if offset != 0:
            return None
        answer = decide_interior(rows, dim, Solver())
        return None if isinstance(answer, Multipliers) else answer.rationals
    # The pivot's coordinate is an affine function of the others.
    solved = [-by / weight[pivot] for i, by in enumerate(weight) if i != pivot]
    constant = -offset / weight[pivot]
    reduced: list[IntegerRow] = []
    for row in rows:
        rest = [entry for i, entry in enumerate(row[:-1]) if i != pivot]
        form = [a + row[pivot] * b for a, b in zip(rest, solved, strict=True)]
        form.append(row[-1] + row[pivot] * constant)
        if not any(form[:-1]):
            if form[-1] <= 0:
                return None
            continue
        by = common_denominator(form)
        reduced.append(primitive([(entry * by).p for entry in form]))
    if dim == 1:
        return [constant]
    answer = decide_interior(reduced, dim - 1, Solver())
    if isinstance(answer, Multipliers):
        return None
    others = answer.rationals
    at = sum((by * y for by, y in zip(solved, others, strict=True)), constant)
    return [*others[:pivot], at, *others[pivot:]]


def _squared_radius(rows: Sequence[IntegerRow], point: Sequence[fmpq]) -> Fraction | None:
    """Square of the distance from a point inside to the nearest row; None if there are no rows."""
    squares = []
    for row in rows:
        slack = sum((by * x for by, x in zip(row, point, strict=False)), fmpq(row[-1]))
        squares.append(slack * slack / sum(entry * entry for entry in row[:-1]))
    return fraction(min(squares)) if squares else None
