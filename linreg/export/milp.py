"""Networks as mixed-integer linear programs, in the LP format that every solver reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from math import inf, nextafter
from typing import Any

from linreg.domains import Box, Domain, Polytope
from linreg.errors import InvalidDomain
from linreg.files import StrPath, replacing
from linreg.network import Stage, StagedNetwork
from linreg.problem import problem_of
from linreg.readers import DomainLike, NetworkLike
from linreg.units import MaxUnit, ScalarUnit

Interval = tuple[Fraction, Fraction]

_TERMS_IN_A_LINE = 6
"""So few that no line is longer than the 255 characters that old readers take."""


def write_milp(net: NetworkLike, path: StrPath, domain: DomainLike = None) -> None:
    """Write a network on a bounded domain as a mixed-integer linear program.

    Inputs are x0, x1, ..., outputs y0, y1, ...; each unit has one binary variable for each of its
    pieces, and its bounds are proved: interval arithmetic from the domain on, rounded outwards.
    The objective is the largest y0; change it to ask something else. Weights that are no float64
    are rounded to the nearest one.

    Parameters
    ----------
    net : Network, path, torch module, scikit-learn estimator or list
    path : str or path
        A .lp file, which is replaced whole or not at all.
    domain : Domain, str or list
        A box, or a polytope whose rows bound every input on their own; by default the domain in
        the network's file.

    Raises
    ------
    InvalidDomain
        If the domain does not bound every input.
    UnwritableFile
        If the path cannot be written.

    Source
    ------
    Vielma (2015), section 4: the convex hull of the pieces of each unit.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from pathlib import Path
    >>> from linreg import mlp
    >>> with TemporaryDirectory() as folder:
    ...     write_milp(mlp([([[1]], [0])]), f"{folder}/net.lp", "box:-1,1")
    ...     text = Path(f"{folder}/net.lp").read_text()
    >>> "Maximize" in text, "Binaries" in text
    (True, True)
    """
    problem = problem_of(net, domain)
    bounds = _bounds(problem.domain)
    with (
        replacing(path) as temporary,
        temporary.open("w", encoding="ascii", newline="\n") as stream,
    ):
        stream.writelines(_program(problem.network, problem.domain, bounds))


def _bounds(domain: Domain) -> list[Interval]:
    """Proved bounds of every input."""
    if isinstance(domain, Box):
        return list(zip(domain.lower, domain.upper, strict=True))
    lower: list[Fraction | None] = [None] * domain.dim
    upper: list[Fraction | None] = [None] * domain.dim
    if isinstance(domain, Polytope):
        for normal, offset in zip(domain.normals, domain.offsets, strict=True):
            places = [i for i, entry in enumerate(normal) if entry]
            if len(places) == 1:
                (i,) = places
                bound, held = offset / normal[i], upper[i] if normal[i] > 0 else lower[i]
                if normal[i] > 0:
                    upper[i] = bound if held is None else min(held, bound)
                else:
                    lower[i] = bound if held is None else max(held, bound)
    bounds = [(lo, hi) for lo, hi in zip(lower, upper, strict=True) if None not in (lo, hi)]
    if len(bounds) < domain.dim:
        raise InvalidDomain(
            "a program with proved bounds needs a domain that bounds every input on its own: give "
            "a box, as in box:-1,1 (--domain box:-1,1)"
        )
    return bounds  # type: ignore[return-value]


def _outwards(interval: Interval) -> Interval:
    """The interval with float64 ends outside of its own."""
    low, high = float(interval[0]), float(interval[1])
    low = low if Fraction(low) <= interval[0] else nextafter(low, -inf)
    high = high if Fraction(high) >= interval[1] else nextafter(high, inf)
    return Fraction(low), Fraction(high)


def _text(number: Any) -> str:
    return repr(float(Fraction(int(number.numerator), int(number.denominator))))


def _sum(terms: Sequence[tuple[Any, str]]) -> str:
    """A sum of products, several in a line."""
    parts = [f"{'-' if by < 0 else '+'} {_text(abs(by))} {name}" for by, name in terms]
    lines = [
        " ".join(parts[k : k + _TERMS_IN_A_LINE]) for k in range(0, len(parts), _TERMS_IN_A_LINE)
    ]
    return "\n   ".join(lines)


class _Rows:
    """Constraints, bounds and binary variables, as they are found."""

    def __init__(self) -> None:
        self.constraints: list[str] = []
        self.bounds: list[str] = []
        self.binaries: list[str] = []

    def constrain(self, terms: Sequence[tuple[Any, str]], relation: str, right: Any) -> None:
        """terms relation right."""
        kept = [(by, name) for by, name in terms if by]
        self.constraints.append(
            f" c{len(self.constraints)}: {_sum(kept)} {relation} {_text(right)}"
        )

    def bound(self, name: str, interval: Interval) -> None:
        """A variable between two numbers."""
        self.bounds.append(f" {_text(interval[0])} <= {name} <= {_text(interval[1])}")


def _program(network: StagedNetwork, domain: Domain, bounds: list[Interval]) -> Iterator[str]:
    rows = _Rows()
    names = [f"x{i}" for i in range(network.input_dim)]
    ranges = [_outwards(interval) for interval in bounds]
    for name, interval in zip(names, ranges, strict=True):
        rows.bound(name, interval)
    if isinstance(domain, Polytope):
        for normal, offset in zip(domain.normals, domain.offsets, strict=True):
            rows.constrain(list(zip(normal, names, strict=True)), "<=", offset)
    for s, stage in enumerate(network.stages, start=1):
        before, ranges = _mapped(stage.map, names, ranges, rows, f"z{s}_")
        names, ranges = _units(stage, s, before, ranges, rows)
    _mapped(network.readout, names, ranges, rows, "y")
    yield "\\ Inputs x0, x1, ..., outputs y0, y1, ...; change the objective to ask anything.\n"
    yield "Maximize\n obj: y0\nSubject To\n"
    yield from (f"{line}\n" for line in rows.constraints)
    yield "Bounds\n"
    yield from (f"{line}\n" for line in rows.bounds)
    if rows.binaries:
        yield "Binaries\n"
        yield from (f" {name}\n" for name in rows.binaries)
    yield "End\n"


def _mapped(
    map_: Any, names: Sequence[str], ranges: Sequence[Interval], rows: _Rows, prefix: str
) -> tuple[list[str], list[Interval]]:
    """New variables that are an affine map of others, and their proved bounds."""
    made, found = [], []
    for k, (terms, shift) in enumerate(zip(map_.terms, map_.shifts, strict=True)):
        name = f"{prefix}{k}"
        low = high = Fraction(int(shift.p), int(shift.q))
        for j, coefficient in terms:
            by = Fraction(int(coefficient.p), int(coefficient.q))
            ends = by * ranges[j][0], by * ranges[j][1]
            low, high = low + min(ends), high + max(ends)
        interval = _outwards((low, high))
        rows.constrain([(1, name), *((-by, names[j]) for j, by in terms)], "=", shift)
        rows.bound(name, interval)
        made.append(name)
        found.append(interval)
    return made, found


def _units(
    stage: Stage, s: int, names: Sequence[str], ranges: Sequence[Interval], rows: _Rows
) -> tuple[list[str], list[Interval]]:
    """The outputs of a stage: units, then what passes through."""
    made, found = [], []
    for u, unit in enumerate(stage.units):
        read = slice(stage.starts[u], stage.starts[u + 1])
        name = f"u{s}_{u}"
        if isinstance(unit, MaxUnit):
            interval = _largest(name, list(names[read]), list(ranges[read]), rows)
        else:
            interval = _pieces(name, unit, names[read][0], ranges[read][0], rows)
        rows.bound(name, interval)
        made.append(name)
        found.append(interval)
    return [*made, *names[stage.starts[-1] :]], [*found, *ranges[stage.starts[-1] :]]


def _pieces(name: str, unit: ScalarUnit, read: str, span: Interval, rows: _Rows) -> Interval:
    """One binary for each piece that its argument can be on: a copy of the argument in each."""
    low, high = span
    cuts = [low, *unit.breakpoints, high]
    held = [
        (k, max(a, low), min(b, high))
        for k, (a, b) in enumerate(pairwise(cuts))
        if max(a, low) <= min(b, high)
    ]
    values = [unit.slopes[k] * end + unit.intercepts[k] for k, a, b in held for end in (a, b)]
    interval = _outwards((min(values), max(values)))
    if len(held) == 1:
        k = held[0][0]
        rows.constrain([(1, name), (-unit.slopes[k], read)], "=", unit.intercepts[k])
        return interval
    copies: list[tuple[Any, str]] = []
    choices: list[tuple[Any, str]] = []
    output: list[tuple[Any, str]] = [(1, name)]
    for k, a, b in held:
        copy, choice = f"{name}_v{k}", f"{name}_d{k}"
        rows.binaries.append(choice)
        rows.bound(copy, _outwards((min(a, Fraction(0)), max(b, Fraction(0)))))
        a, b = _outwards((a, b))
        rows.constrain([(1, copy), (-a, choice)], ">=", Fraction(0))
        rows.constrain([(1, copy), (-b, choice)], "<=", Fraction(0))
        copies.append((-1, copy))
        choices.append((1, choice))
        output += [(-unit.slopes[k], copy), (-unit.intercepts[k], choice)]
    rows.constrain(choices, "=", Fraction(1))
    rows.constrain([(1, read), *copies], "=", Fraction(0))
    rows.constrain(output, "=", Fraction(0))
    return interval


def _largest(name: str, reads: list[str], spans: list[Interval], rows: _Rows) -> Interval:
    """One binary for each candidate that can be the largest."""
    least = max(low for low, _ in spans)
    most = max(high for _, high in spans)
    choices: list[tuple[Any, str]] = []
    for k, (read, (low, high)) in enumerate(zip(reads, spans, strict=True)):
        if high < least:
            continue
        choice = f"{name}_d{k}"
        rows.binaries.append(choice)
        choices.append((1, choice))
        gap = _outwards((most - low, most - low))[1]
        rows.constrain([(1, name), (-1, read)], ">=", Fraction(0))
        # name <= read + (most - low) (1 - choice)
        rows.constrain([(1, name), (-1, read), (gap, choice)], "<=", gap)
    rows.constrain(choices, "=", Fraction(1))
    return least, most
