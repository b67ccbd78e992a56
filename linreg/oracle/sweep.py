"""The regions of a network with one input, from left to right."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, groupby, pairwise
from operator import itemgetter

from linreg.domains import Domain
from linreg.errors import InvalidDomain, InvalidNetwork
from linreg.network import Network, Stage
from linreg.oracle.rows import Form, compose, coordinates, domain_rows
from linreg.units import MaxUnit, Unit


@dataclass(frozen=True, slots=True)
class Interval:
    """An open interval and the piece of every unit on it.

    Attributes
    ----------
    pattern : tuple of int
        The piece of every unit.
    left, right : Fraction or None
        None where the interval has no end.

    Examples
    --------
    >>> from linreg.network import mlp
    >>> [(found.pattern, found.left, found.right) for found in sweep_patterns(mlp([([[2]], [1])]))]
    [((0,), None, Fraction(-1, 2)), ((1,), Fraction(-1, 2), None)]
    """

    pattern: tuple[int, ...]
    left: Fraction | None
    right: Fraction | None


def sweep_patterns(net: Network, domain: Domain | None = None) -> list[Interval]:
    """The regions of a network with one input, from left to right.

    Parameters
    ----------
    net : Network
    domain : Domain, optional
        By default the whole line.

    Returns
    -------
    list of Interval
        Each ends where the next begins, and next to each other they differ in pattern.

    Raises
    ------
    InvalidNetwork
        If the network has more than one input.
    InvalidDomain
        If the domain is a point or empty, or of another dimension.

    Notes
    -----
    An interval is cut at every root of every pre-activation that changes the unit, and between the
    roots the pieces are read off at one point. No inequality is ever solved.

    Examples
    --------
    >>> from linreg.network import mlp
    >>> tent = mlp([([[2], [4]], [0, -2]), ([[1, -1]], ["-1/2"])])
    >>> for interval in sweep_patterns(tent):
    ...     print(interval.pattern, interval.left, interval.right)
    (0, 0, 0) None 0
    (1, 0, 0) 0 1/4
    (1, 0, 1) 1/4 1/2
    (1, 1, 1) 1/2 3/4
    (1, 1, 0) 3/4 None
    """
    if net.input_dim != 1:
        raise InvalidNetwork(f"a sweep needs exactly one input: got {net.input_dim}")
    swept = [(_interval(net, domain), coordinates(1))]
    for stage in net.staged.stages:
        swept = [
            (interval, _outputs(stage, z, interval.pattern[-len(stage.units) :]))
            for parent, state in swept
            for z in [compose(stage, state)]
            for interval in _refined(stage, z, parent)
        ]
    return [interval for interval, _ in swept]


def _interval(net: Network, domain: Domain | None) -> Interval:
    rows = domain_rows(net, domain)
    left = max((Fraction(-c, a) for a, c in rows if a > 0), default=None)
    right = min((Fraction(-c, a) for a, c in rows if a < 0), default=None)
    if left is not None and right is not None and left >= right:
        raise InvalidDomain(f"the domain has no interior: it begins at {left} and ends at {right}")
    return Interval((), left, right)


def _refined(stage: Stage, z: Sequence[Form], parent: Interval) -> Iterator[Interval]:
    """The parts of an interval on which no unit of a stage changes its piece."""
    roots = {
        root
        for unit, start in zip(stage.units, stage.starts, strict=False)
        for root in _roots(unit, z[start : start + unit.n_inputs])
        if (parent.left is None or root > parent.left)
        and (parent.right is None or root < parent.right)
    }
    parts = []
    for low, high in pairwise([parent.left, *sorted(roots), parent.right]):
        x = _between(low, high)
        values = [slope * x + constant for slope, constant in z]
        pieces = tuple(
            _piece(unit, values[start : start + unit.n_inputs])
            for unit, start in zip(stage.units, stage.starts, strict=False)
        )
        parts.append((pieces, low, high))
    # Two candidates may cross below a third, which changes nothing.
    for pieces, together in groupby(parts, key=itemgetter(0)):
        run = list(together)
        yield Interval(parent.pattern + pieces, run[0][1], run[-1][2])


def _roots(unit: Unit, z: Sequence[Form]) -> Iterator[Fraction]:
    """Where a pre-activation is on a breakpoint, or two candidates are equal."""
    if isinstance(unit, MaxUnit):
        differences = [(a - c, b - d) for (a, b), (c, d) in combinations(z, 2)]
    else:
        [(a, b)] = z
        differences = [(a, b - breakpoint_) for breakpoint_ in unit.breakpoints]
    return (-b / a for a, b in differences if a)


def _between(low: Fraction | None, high: Fraction | None) -> Fraction:
    """A point inside an interval."""
    match low, high:
        case Fraction(), Fraction():
            return (low + high) / 2
        case Fraction(), None:
            return low + 1
        case None, Fraction():
            return high - 1
    return Fraction(0)


def _piece(unit: Unit, values: Sequence[Fraction]) -> int:
    if isinstance(unit, MaxUnit):
        return values.index(max(values))
    return bisect_left(unit.breakpoints, values[0])


def _outputs(stage: Stage, z: Sequence[Form], pieces: Sequence[int]) -> list[Form]:
    outputs = []
    for unit, start, piece in zip(stage.units, stage.starts, pieces, strict=False):
        if isinstance(unit, MaxUnit):
            outputs.append(z[start + piece])
        else:
            slope, constant = z[start]
            outputs.append(
                (
                    unit.slopes[piece] * slope,
                    unit.slopes[piece] * constant + unit.intercepts[piece],
                )
            )
    return [*outputs, *z[stage.starts[-1] :]]
