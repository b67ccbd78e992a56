"""An upper bound for given weights: units that never switch on the domain do not count."""

from __future__ import annotations

from flint import fmpq

from linreg.affine import ExactAffineMap
from linreg.domains import Box, Domain
from linreg.errors import InvalidDomain
from linreg.formulas import Layer, narrowing_bound
from linreg.network import Network, Stage, StagedNetwork
from linreg.network.stages import table
from linreg.rational import rational
from linreg.units import MaxUnit, ScalarUnit, Unit

Range = tuple[fmpq | None, fmpq | None]
"""Least and greatest value; None where there is no bound."""


def is_rectifier(unit: Unit) -> bool:
    """Whether a unit has two pieces of which one is constant: a ReLU up to scale and shift."""
    return isinstance(unit, ScalarUnit) and unit.n_pieces == 2 and 0 in unit.slopes


def serra_ramalingam_2020(net: Network | StagedNetwork, domain: Domain | None = None) -> int:
    """Upper bound on the regions of one network, from units that keep one piece on the domain.

    Ranges of all values are propagated through the network. Units that turn out to be constant
    are dropped, units that turn out to be affine only carry dimensions, and the rest enters
    `linreg.formulas.narrowing_bound`.

    Parameters
    ----------
    net : Network or StagedNetwork
    domain : Domain, optional
        The whole space unless given. Of a polytope only the rows about one coordinate are used.

    Raises
    ------
    InvalidDomain
        If the domain has another dimension than the input.

    Source
    ------
    After Serra, Ramalingam (2020), whose bound also conditions on the number of active units
    before; with exact interval arithmetic instead of mixed-integer programs.

    Examples
    --------
    The second layer sees non-negative numbers, so that its first unit is always off:

    >>> from linreg import mlp
    >>> net = mlp([([[1], [-1]], [0, 0]), ([[-1, -1], [1, 1]], [0, -1])])
    >>> serra_ramalingam_2020(net)
    6
    """
    staged = net.staged if isinstance(net, Network) else net
    if domain is not None and domain.dim != staged.input_dim:
        raise InvalidDomain(
            f"the domain has dimension {domain.dim}, but the network has {staged.input_dim} inputs"
        )
    ranges = _of_domain(domain, staged.input_dim)
    layers = []
    for stage in staged.stages:
        layer, ranges = _through(stage, _affine(stage.map, ranges))
        layers.append(layer)
    return narrowing_bound(staged.input_dim, layers)


def _of_domain(domain: Domain | None, dim: int) -> list[Range]:
    """The range of every coordinate; rows about several coordinates are ignored."""
    if isinstance(domain, Box):
        pairs = zip(domain.lower, domain.upper, strict=True)
        return [(rational(low), rational(high)) for low, high in pairs]
    ranges: list[Range] = [(None, None)] * dim
    for row in domain.rows() if domain is not None else ():
        about = [i for i, entry in enumerate(row[:-1]) if entry]
        if len(about) == 1:
            [i] = about
            end = rational(-row[-1] / row[i])
            low, high = ranges[i]
            if row[i] > 0:
                ranges[i] = (end if low is None else max(low, end), high)
            else:
                ranges[i] = (low, end if high is None else min(high, end))
    return ranges


def _affine(map_: ExactAffineMap, ranges: list[Range]) -> list[Range]:
    values = []
    for terms, shift in zip(map_.terms, map_.shifts, strict=True):
        low: fmpq | None = shift
        high: fmpq | None = shift
        for i, factor in terms:
            least, most = ranges[i] if factor > 0 else ranges[i][::-1]
            low = None if low is None or least is None else low + factor * least
            high = None if high is None or most is None else high + factor * most
        values.append((low, high))
    return values


def _through(stage: Stage, values: list[Range]) -> tuple[Layer, list[Range]]:
    """What the units of a stage can do on these values, and the ranges of the outputs."""
    steady, rectified, others = 0, 0, []
    outputs: list[Range] = []
    for unit, start in zip(stage.units, stage.starts, strict=False):
        read = values[start : start + unit.n_inputs]
        pieces, output, constant = _max(read) if isinstance(unit, MaxUnit) else _scalar(unit, *read)
        outputs.append(output)
        if pieces == 1:
            steady += not constant
        elif pieces == 2 and is_rectifier(unit):
            rectified += 1
        else:
            others.append(pieces)
    passing = values[stage.starts[-1] :]
    steady += sum(low is None or low != high for low, high in passing)
    return Layer(steady, rectified, tuple(others)), outputs + passing


def _max(values: list[Range]) -> tuple[int, Range, bool]:
    """How many candidates may win, the range of the largest, and whether it is constant."""
    floors = [low for low, _ in values if low is not None]
    floor = max(floors, default=None)
    alive = [(low, high) for low, high in values if floor is None or high is None or high >= floor]
    roofs = [high for _, high in alive if high is not None]
    roof = max(roofs) if len(roofs) == len(alive) else None
    return len(alive), (floor, roof), floor is not None and floor == roof


def _scalar(unit: ScalarUnit, value: Range) -> tuple[int, Range, bool]:
    """How many pieces of a unit meet a range, the range of the output, and whether it is constant.

    A breakpoint at an end of the range does not split its inside.
    """
    low, high = value
    breakpoints, slopes, intercepts = table(unit)
    first = 0 if low is None else sum(low >= b for b in breakpoints)
    last = len(breakpoints) if high is None else sum(high > b for b in breakpoints)
    last = max(first, last)  # a constant on a breakpoint
    met = range(first, last + 1)
    ends: list[fmpq | None] = [slopes[k] * breakpoints[k] + intercepts[k] for k in met[:-1]]
    ends.append(_end(slopes[first], intercepts[first], low))
    ends.append(_end(slopes[last], intercepts[last], high))
    falls = (low is None and slopes[first] > 0) or (high is None and slopes[last] < 0)
    rises = (low is None and slopes[first] < 0) or (high is None and slopes[last] > 0)
    known = [end for end in ends if end is not None]
    output = (None if falls else min(known), None if rises else max(known))
    return len(met), output, all(slopes[k] == 0 for k in met) or (low is not None and low == high)


def _end(slope: fmpq, intercept: fmpq, at: fmpq | None) -> fmpq | None:
    """The value at an end of the range; None if it is infinite."""
    if at is None:
        return intercept if slope == 0 else None
    return slope * at + intercept
