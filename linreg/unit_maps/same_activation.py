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
from linreg.network import StagedNetwork
from linreg.network.gradients import exact_row
from linreg.polyhedra import IntegerRow, Multipliers, Solver, decide_interior
from linreg.problem import Problem, problem_of
from linreg.problem.region_rows import Boundaries
from linreg.rational import Number, common_denominator, fraction, primitive, rational
from linreg.readers.accepted import DomainLike, NetworkLike, asked
from linreg.run import Columns, Options, run
from linreg.showing import in_short
from linreg.unit_maps.float_maps import pieces_at
from linreg.unit_maps.responses import network_to
from linreg.unit_maps.unit_map import unit_map, unit_place

BISECTIONS = 40
"""Halvings of a segment between data points, after which its part is in one region."""


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
    value: Number | None = None,
) -> list[Identified]:
    """Points at which a unit has exactly the value that it has at `x`, each on a map of its own.

    The piece of `x` is one of them if it is found. The regions of earlier stages are gone through:
    all there are, or those of data points if any are given, which suits wide networks, and then
    regions that segments between data points pass where the unit has the value.

    Parameters
    ----------
    net : Network
    x : array-like of numbers, shape (inputs,), or None
        None if the value is given.
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
        Data points in whose regions, and between which, points are looked for.
    value : number, optional
        The unit's pre-activation, in place of that at `x`.

    Returns
    -------
    list of Identified
        Fewer than `n` if there are no more in these regions.

    Raises
    ------
    NoSuchIndex, TypeError, ValueError
        If there is no such unit, points are of another dimension, or not one of `x` and `value` is
        given.
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
    if (x is None) == (value is None):
        raise ValueError("x, value: one of them was expected, and the other None")
    wanted = rational(
        fraction(value) if value is not None else unit_map(network, x, stage, unit).value
    )
    ending = network_to(network, place)
    problem = problem_of(ending, where)
    row = 0 if place.rank > 1 else place.first
    boundaries = Boundaries(problem)
    found: list[Identified] = []
    seen: set[object] = set()
    for pattern, segment in _candidates(problem, row, float(fraction(wanted)), among):
        weight, bias = exact_row(ending, pattern, len(ending.stages), row)
        if (weight, bias) in seen:
            continue
        rows = boundaries.of(pattern).rows if ending.stages else problem.domain_rows.rows
        point = None if segment is None else _crossing(rows, weight, bias - wanted, *segment)
        if point is None:
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


Segment = tuple[Sequence[float], Sequence[float]]


def _candidates(
    problem: Problem, row: int, wanted: float, among: Any
) -> Iterator[tuple[Sequence[int], Segment | None]]:
    """The patterns whose regions are gone through; some with a segment that meets the value."""
    network = problem.network
    if not network.stages:
        yield [], None
        return
    if among is None:
        sink = Columns(network.pattern_dtype.str)
        run(problem, sink, Options())
        found = np.frombuffer(sink.patterns, dtype=network.pattern_dtype)
        for pattern in found.reshape(sink.n_regions, len(network.units)).tolist():
            yield pattern, None
        return
    x = np.atleast_2d(points(among, network.input_dim, "among"))
    for of_point in dict.fromkeys(map(tuple, pieces_at(network, x).tolist())):
        yield of_point, None
    starts, ends = _around(network, row, wanted, x)
    middles = (starts + ends) / 2
    patterns = pieces_at(network, middles).tolist()
    yield from zip(patterns, zip(starts.tolist(), ends.tolist(), strict=True), strict=True)


def _around(
    network: StagedNetwork, row: int, wanted: float, x: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Short parts of segments between data points, with less than a value at one end.

    Each point below is joined with the points above in turn, those nearest to the value first.
    """
    values = network.forward(x)[:, row] - wanted
    order = np.argsort(np.abs(values), kind="stable")
    below, above = order[values[order] < 0], order[values[order] > 0]
    n = max(len(below), len(above)) if len(below) and len(above) else 0
    low, high = x[np.resize(below, n)], x[np.resize(above, n)]
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        is_below = (network.forward(middle)[:, row] < wanted)[:, np.newaxis] if n else middle > 0
        low, high = np.where(is_below, middle, low), np.where(is_below, high, middle)
    return low, high


def _crossing(
    rows: Sequence[IntegerRow], weight: Sequence[fmpq], offset: fmpq, *segment: Sequence[float]
) -> list[fmpq] | None:
    """Where the line through two points has weight @ x + offset = 0, if all rows are positive."""
    start, end = ([rational(entry) for entry in point] for point in segment)
    step = [b - a for a, b in zip(start, end, strict=True)]
    slope = sum((by * entry for by, entry in zip(weight, step, strict=True)), fmpq(0))
    if slope == 0:
        return None
    level = sum((by * entry for by, entry in zip(weight, start, strict=True)), offset)
    point = [a - level / slope * by for a, by in zip(start, step, strict=True)]
    is_inside = all(
        sum((by * at for by, at in zip(row, point, strict=False)), fmpq(row[-1])) > 0
        for row in rows
    )
    return point if is_inside else None


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
