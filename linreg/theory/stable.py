"""An upper bound for given weights: units that never switch on the domain do not count."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from flint import fmpq

from linreg.affine import ExactAffineMap
from linreg.domains import Box, Domain
from linreg.formulas import Layer, narrowing_bound
from linreg.network import Stage, StagedNetwork
from linreg.network.stages import table
from linreg.polyhedra import IntegerRow, Point, Solver
from linreg.polyhedra.optimum import least_values
from linreg.problem import Boundaries
from linreg.progress import Progress
from linreg.rational import common_denominator, rational, rational_matrix
from linreg.readers import DomainLike, NetworkLike, asked
from linreg.regions import enumerate_regions
from linreg.units import MaxUnit, ScalarUnit, Unit

MOST_CELLS = 256
"""Cells of the first stages that are enumerated; some tenths of a second."""

RANGE_PROGRAMS = 10_000
"""Linear programs for the ranges of the next stage, up to two for each row and cell; about a
second."""

INPUTS_FOR_PROGRAMS = 8
"""Inputs up to which linear programs are cheap."""

Range = tuple[fmpq | None, fmpq | None]
"""Least and greatest value; None where there is no bound."""


def is_rectifier(unit: Unit) -> bool:
    """Whether a unit has two pieces of which one is constant: a ReLU up to scale and shift."""
    return isinstance(unit, ScalarUnit) and unit.n_pieces == 2 and 0 in unit.slopes


def serra_ramalingam_2020(
    net: NetworkLike,
    domain: DomainLike = None,
    *,
    progress: Callable[[Progress], None] | None = None,
) -> int:
    """Upper bound on the regions of one network, from units that keep one piece.

    Ranges of all values are propagated through the network. Units that turn out to be constant
    are dropped, units that turn out to be affine only carry dimensions, and the rest enters
    the bound `serra_2018_upper`, made for units of both kinds. Where that is cheap, the cells of
    the first stages are enumerated, and the bounds of the rest of the network on each of them are
    added up: there the dimension of the image is known, and the ranges of the next stage come from
    linear programs.

    Parameters
    ----------
    net : Network, or what `as_network` accepts
    domain : Domain, optional
        The whole space unless given.
    progress : callable, optional
        Called at first, and for each cell, with a `Progress`: the share of cells that are done.

    Returns
    -------
    int
        The upper bound.

    Raises
    ------
    InvalidDomain
        If the domain has another dimension than the input, or no interior.

    Notes
    -----
    As many first stages are enumerated as make at most 256 cells with at most 10,000 linear
    programs for the next stage, the last stage never; with more than 8 inputs, none, and ranges
    start from the rows about one coordinate.

    Source
    ------
    After Serra, Ramalingam (2020), whose bound also conditions on the number of active units
    before; with exact arithmetic instead of mixed-integer programs.

    Examples
    --------
    The second layer sees (0, -x) or (x, 0): its first unit is always off, and the other one
    switches on each half of the line:

    >>> from linreg import mlp
    >>> net = mlp([([[1], [-1]], [0, 0]), ([[-1, -1], [1, 1]], [0, -1])])
    >>> serra_ramalingam_2020(net)
    4
    """
    staged, where = asked(net, domain)
    if progress is not None:
        progress(Progress(0, 1, "stable units"))
    ranges = _of_domain(where, staged.input_dim)
    bounds = [narrowing_bound(staged.input_dim, _layers(staged.stages, ranges))]
    if staged.stages and staged.input_dim <= INPUTS_FOR_PROGRAMS:
        for depth in reversed(range(len(staged.stages))):
            bound = _cell_by_cell(staged, where, depth, progress)
            if bound is not None:
                bounds.append(bound)
                break
    return min(bounds)


def _layers(stages: Sequence[Stage], ranges: list[Range]) -> list[Layer]:
    """What the stages can do if the first one reads numbers in these ranges."""
    layers = []
    for stage in stages:
        layer, ranges = _through(stage, _affine(stage.map, ranges))
        layers.append(layer)
    return layers


def _cell_by_cell(
    staged: StagedNetwork,
    domain: Domain,
    depth: int,
    progress: Callable[[Progress], None] | None,
) -> int | None:
    """The sum over the cells of the first stages of bounds of the others; None if that is much."""
    stage, *later = staged.stages[depth:]
    before = StagedNetwork(staged.input_dim, staged.stages[:depth], stage.map)
    cells = enumerate_regions(before, domain, limit=MOST_CELLS)
    programs = (2 if later else 1) * len(cells) * stage.map.n_outputs
    if not cells.counted.complete or programs > RANGE_PROGRAMS:
        return None
    total, boundaries, solver = 0, Boundaries(cells.problem), Solver()
    for i, pattern in enumerate(cells.patterns.tolist()):
        if progress is not None:
            progress(Progress(i / len(cells), 1, "stable units"))
        *_, map_ = before.maps_on(pattern)
        forms = map_.rows.table()
        gradients = [form[:-1] for form in forms]
        rank = rational_matrix(gradients, staged.input_dim).rank()
        inside = cells.point(i)
        sides = [(True, True)] * len(forms) if later else list(_asked(stage, forms, inside))
        values = _exactly(boundaries.of(pattern).rows, inside, forms, sides, solver)
        first, ranges = _through(stage, values)
        total += narrowing_bound(rank, [first, *_layers(later, ranges)])
    return total


def _asked(
    stage: Stage, forms: Sequence[Sequence[fmpq]], inside: Point
) -> Iterator[tuple[bool, bool]]:
    """For each row of the last stage, whether its least and its greatest value matter.

    Of a scalar unit that is right of all its breakpoints somewhere, the greatest does not.
    """
    for unit, start in zip(stage.units, stage.starts, strict=False):
        if isinstance(unit, MaxUnit):
            yield from [(True, True)] * unit.n_inputs
            continue
        form, x = forms[start], inside.rationals
        value = sum((a * b for a, b in zip(form, x, strict=False)), form[-1])
        breakpoints = table(unit)[0]
        yield any(b <= value for b in breakpoints), any(b >= value for b in breakpoints)
    yield from [(False, False)] * (len(forms) - stage.starts[-1])


def _exactly(
    rows: Sequence[IntegerRow],
    inside: Point,
    forms: Sequence[Sequence[fmpq]],
    sides: Sequence[tuple[bool, bool]],
    solver: Solver,
) -> list[Range]:
    """The range of each form on a cell; None too for an end that is not asked for."""
    asked, factors, places = [], [], []
    for place, (form, wanted) in enumerate(zip(forms, sides, strict=True)):
        scale = common_denominator(form)
        for end in (0, 1):
            if wanted[end]:
                factor = scale if end == 0 else -scale
                asked.append([(entry * factor).p for entry in form])
                factors.append(factor)
                places.append((place, end))
    ends: list[list[fmpq | None]] = [[None, None] for _ in forms]
    found = least_values(rows, asked, inside, solver)
    for (place, end), factor, optimum in zip(places, factors, found, strict=True):
        if optimum is not None:
            ends[place][end] = optimum.value / factor
    return [(low, high) for low, high in ends]


def _of_domain(domain: Domain, dim: int) -> list[Range]:
    """The range of every coordinate; rows about several coordinates are ignored."""
    if isinstance(domain, Box):
        pairs = zip(domain.lower, domain.upper, strict=True)
        return [(rational(low), rational(high)) for low, high in pairs]
    ranges: list[Range] = [(None, None)] * dim
    for row in domain.rows():
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
