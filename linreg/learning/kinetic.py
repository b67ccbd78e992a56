"""Critical times of networks of any depth: how long every decision about a cell stays as it is.

At one time each cell has a point inside, or positive multipliers that add its rows up to zero. Both
are given by rows alone: the point at which some rows are 1, and the one dependency between some
rows. By Cramer's rule they are quotients of minors, polynomials of time, and keep their signs up to
a root. So each decision holds in an interval around the time, and all of them together, and with
them the patterns, in the intersection. What is left of [0, 1] is covered in the same way, with
decisions that still hold taken over. There are finitely many minors, so finitely many intervals,
and a time between two neighbouring roots of all minors covers all that lies between them.

Basch, Guibas and Hershberger (1999) call such a thing a kinetic data structure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import count
from math import gcd

from flint import fmpq, fmpq_poly, fmpz_poly

from linreg.learning.algebraic import (
    AlgebraicTime,
    Time,
    compare,
    irreducible_factors,
    roots_of_factor,
)
from linreg.learning.minors import determinant
from linreg.learning.moving_cells import Form, MovingCell, MovingNetwork, Row
from linreg.learning.number_field import NumberField
from linreg.learning.strict_systems import Basis, Dependency, Ordered, positive_somewhere
from linreg.progress import Progress
from linreg.rational import rational
from linreg.wording import counted

Pattern = tuple[int, ...]


class TooManyDecisions(Exception):
    """More decisions were made than are allowed."""


class _Special(Exception):
    """Something is zero, or dependent, at a time, and is not so at times nearby."""


@dataclass(frozen=True, slots=True)
class TimeInterval:
    """An open interval of times."""

    low: Time
    high: Time

    def holds(self, time: Time) -> bool:
        """Whether a time is in it."""
        return compare(self.low, time) < 0 < compare(self.high, time)

    def within(self, other: TimeInterval) -> TimeInterval:
        """What it has in common with another one that it meets."""
        return TimeInterval(
            self.low if compare(self.low, other.low) > 0 else other.low,
            self.high if compare(self.high, other.high) < 0 else other.high,
        )


WHOLE = TimeInterval(Fraction(0), Fraction(1))


@dataclass(frozen=True, slots=True)
class _Decision:
    """Whether a cell has a point inside, in an interval of times; if so, a moving one.

    One that is made at an irrational time is good for that time alone: its interval means nothing.
    """

    valid: TimeInterval
    inside: tuple[fmpz_poly, ...] | None


@dataclass(frozen=True, slots=True)
class SteadyInterval:
    """The patterns in an interval of times, at each of which they are the same."""

    valid: TimeInterval
    time: Fraction
    patterns: frozenset[Pattern]


class Kinetic:
    """The regions of a moving network as functions of time.

    Parameters
    ----------
    network : MovingNetwork
    limit : int, optional
        Most decisions that are made anew.
    """

    def __init__(self, network: MovingNetwork, limit: int | None = None) -> None:
        self.network, self.limit = network, limit
        self.made = 0
        self._decisions: dict[Pattern, list[_Decision]] = {}
        self._parts: dict[Pattern, list[tuple[tuple[Row, ...], MovingCell]]] = {}
        self._roots: dict[tuple[int, ...], list[Time]] = {}

    def steady_intervals(
        self, progress: Callable[[Progress], None] | None = None
    ) -> list[SteadyInterval]:
        """Intervals that cover [0, 1] but for their ends, in order, each with its patterns.

        Parameters
        ----------
        progress : callable, optional
            Called with the share of [0, 1] that is covered.

        Raises
        ------
        TooManyDecisions
            If the limit is reached.
        """
        found: list[SteadyInterval] = []
        gaps = [WHOLE]
        while gaps:
            gap = gaps.pop()
            steady = self._steady_in(gap)
            found.append(steady)
            if compare(steady.valid.high, gap.high) < 0:
                gaps.append(TimeInterval(steady.valid.high, gap.high))
            if compare(gap.low, steady.valid.low) < 0:
                gaps.append(TimeInterval(gap.low, steady.valid.low))
            if progress is not None:
                left = sum(float(gap.high) - float(gap.low) for gap in gaps)
                progress(Progress(1 - left, 1, counted(len(found), "interval")))
        return sorted(found, key=lambda steady: steady.time)

    def patterns_at(self, time: AlgebraicTime) -> set[Pattern]:
        """The patterns at an irrational time."""
        found = self._walk(_AtRoot(time))
        return {pattern for pattern, _ in found if pattern is not None}

    def _steady_in(self, gap: TimeInterval) -> SteadyInterval:
        """What is so around some time in a gap, as far as that goes inside the gap."""
        for time in _times_in(gap):
            patterns, valid = set(), gap
            try:
                for pattern, holds in self._walk(_AtRational(time, gap)):
                    valid = valid.within(holds)
                    if pattern is not None:
                        patterns.add(pattern)
            except _Special:
                continue
            return SteadyInterval(valid, time, frozenset(patterns))
        raise AssertionError("finitely many times are special")

    def _walk(self, clock: _Clock) -> Iterator[tuple[Pattern | None, TimeInterval]]:
        """Every decision at a time: the pattern of a region, or None, and how long it holds."""
        rows = self.network.domain_rows
        whole = self.network.whole()
        decision = self._decision(clock, whole, rows, rows, None, kept=True)
        yield from self._below(clock, whole, rows, decision, kept=True)

    def _below(
        self,
        clock: _Clock,
        cell: MovingCell,
        rows: tuple[Row, ...],
        decision: _Decision,
        *,
        kept: bool,
    ) -> Iterator[tuple[Pattern | None, TimeInterval]]:
        if decision.inside is None or self.network.is_region(cell):
            yield cell.pattern if decision.inside is not None else None, decision.valid
            return
        parts, kept = self._parts_at(clock, cell, kept=kept)
        for new, part in parts:
            every = rows + new
            found = self._decision(clock, part, every, new, decision, kept=kept)
            yield from self._below(clock, part, every, found, kept=kept)

    def _parts_at(
        self, clock: _Clock, cell: MovingCell, *, kept: bool
    ) -> tuple[list[tuple[tuple[Row, ...], MovingCell]], bool]:
        """The parts of a cell with their new rows; and whether these are the same at most times."""
        if kept:
            if cell.pattern not in self._parts:
                self._parts[cell.pattern] = self._parts_where(cell, _is_always_zero)
            parts = self._parts[cell.pattern]
            if not any(clock.is_zero(row) for new, _ in parts for row in new):
                return parts, True
        return self._parts_where(cell, clock.is_zero), False

    def _parts_where(
        self, cell: MovingCell, is_zero: Callable[[Form | Row], bool]
    ) -> list[tuple[tuple[Row, ...], MovingCell]]:
        return [
            (new, self.network.part(cell, piece))
            for piece, new in self.network.parts(cell, is_zero)
        ]

    def _decision(
        self,
        clock: _Clock,
        cell: MovingCell,
        rows: tuple[Row, ...],
        new: tuple[Row, ...],
        above: _Decision | None,
        *,
        kept: bool,
    ) -> _Decision:
        """Whether a cell has a point inside at a time, and how long that holds."""
        known = self._decisions.setdefault(cell.pattern, []) if kept else []
        for decision in known:
            if decision.valid.holds(clock.time):
                return decision
        self.made += 1
        if self.limit is not None and self.made > self.limit:
            raise TooManyDecisions
        decision = self._decided(clock, rows, new, above)
        if isinstance(clock, _AtRational):
            known.append(decision)
        return decision

    def _decided(
        self, clock: _Clock, rows: tuple[Row, ...], new: tuple[Row, ...], above: _Decision | None
    ) -> _Decision:
        if above is not None and above.inside is not None:
            values = [_dot(row, above.inside) for row in new]
            if all(clock.sign(value) > 0 for value in values):
                return _Decision(above.valid.within(self._around(clock, values)), above.inside)
        numbers = [[clock.value(entry) for entry in row] for row in rows]
        answer = positive_somewhere(numbers, clock.one)
        if isinstance(answer, Basis):
            inside = _point(rows, answer, clock)
            values = [_dot(row, inside) for row in rows]
            return _Decision(self._around(clock, values), inside)
        return _Decision(self._around(clock, _multipliers(rows, answer, clock)), None)

    def _around(self, clock: _Clock, polynomials: Sequence[fmpz_poly]) -> TimeInterval:
        """An interval around a time in which polynomials that are positive then stay so."""
        valid = clock.range
        if isinstance(clock, _AtRoot):
            return valid
        for polynomial in polynomials:
            low, high = _low(valid.low), _high(valid.high)
            if polynomial.degree() <= 0 or not _may_have_root(polynomial, low, high):
                continue
            for root in self._roots_of(polynomial):
                if compare(root, clock.time) < 0:
                    valid = valid.within(TimeInterval(root, valid.high))
                else:
                    valid = valid.within(TimeInterval(valid.low, root))
        return valid

    def _roots_of(self, polynomial: fmpz_poly) -> list[Time]:
        """The roots in [0, 1]; one number is always the same object."""
        roots = []
        for factor in irreducible_factors([polynomial]):
            if factor not in self._roots:
                self._roots[factor] = roots_of_factor(factor)
            roots += self._roots[factor]
        return roots


class _AtRational:
    """Numbers at a rational time."""

    def __init__(self, time: Fraction, gap: TimeInterval) -> None:
        self.time = time
        self._at = rational(time)
        self.one: Ordered = fmpq(1)
        # Decisions may hold beyond the gap, at its ends above all.
        low, high = _low(gap.low), _high(gap.high)
        more = high - low
        self.range = TimeInterval(max(low - more, Fraction(0)), min(high + more, Fraction(1)))

    def value(self, polynomial: fmpz_poly) -> Ordered:
        return polynomial(self._at)

    def sign(self, polynomial: fmpz_poly) -> int:
        value = polynomial(self._at)
        return (value > 0) - (value < 0)

    def is_zero(self, form: Form | Row) -> bool:
        """False; the row of a cell is not always zero, and this is no time for one that is now."""
        if any(entry(self._at) != 0 for entry in form):
            return False
        raise _Special

    def check(self, minor: fmpz_poly) -> None:
        """A minor that is zero now is so always."""
        if minor.degree() >= 0:
            raise _Special


class _AtRoot:
    """Numbers at an irrational time."""

    def __init__(self, time: AlgebraicTime) -> None:
        self.time = time
        self._field = NumberField(time)
        self.one: Ordered = self._field.element(fmpq_poly([1]))
        self.range = WHOLE

    def value(self, polynomial: fmpz_poly) -> Ordered:
        return self._field.element(fmpq_poly(polynomial))

    def sign(self, polynomial: fmpz_poly) -> int:
        return self._field.sign(fmpq_poly(polynomial) % self._field.modulus)

    def is_zero(self, form: Form | Row) -> bool:
        return all((fmpq_poly(entry) % self._field.modulus).degree() < 0 for entry in form)

    def check(self, minor: fmpz_poly) -> None:
        """Nothing: no decision outlives this time."""


_Clock = _AtRational | _AtRoot


def _point(rows: Sequence[Row], basis: Basis, clock: _Clock) -> tuple[fmpz_poly, ...]:
    """The point at which the basis's rows are 1, scaled by a positive number; Cramer's rule."""
    matrix = [[rows[i][j] for j in basis.columns] for i in basis.rows]
    sign = clock.sign(determinant(matrix))
    point = [fmpz_poly([])] * len(rows[0])
    for k, column in enumerate(basis.columns):
        replaced = [[*row[:k], fmpz_poly([sign]), *row[k + 1 :]] for row in matrix]
        point[column] = determinant(replaced)
    return tuple(point)


def _multipliers(rows: Sequence[Row], found: Dependency, clock: _Clock) -> list[fmpz_poly]:
    """The coefficients that add the rows of a dependency up to zero, positive at the time."""
    matrix = [[rows[i][j] for j in found.columns] for i in found.rows]
    for column in range(len(rows[0])):
        if column not in found.columns:
            wider = [[*row, rows[i][column]] for row, i in zip(matrix, found.rows, strict=True)]
            clock.check(determinant(wider))
    minors = []
    for leave in range(len(matrix)):
        minor = determinant([row for k, row in enumerate(matrix) if k != leave])
        minors.append(minor if clock.sign(minor) > 0 else -minor)
    return minors


def _dot(row: Row, point: Sequence[fmpz_poly]) -> fmpz_poly:
    return sum((a * b for a, b in zip(row, point, strict=True)), start=fmpz_poly([]))


def _is_always_zero(form: Form | Row) -> bool:
    return all(entry.degree() < 0 for entry in form)


def _times_in(gap: TimeInterval) -> Iterator[Fraction]:
    """Rational times in an open interval, the middle one first; there is no end of them."""
    low, high = gap.low, gap.high
    while _high(low) >= _low(high):
        low, high = _nearer(low), _nearer(high)
    first, last = _high(low), _low(high)
    for denominator in count(2):
        for k in range(1, denominator):
            if gcd(k, denominator) == 1:
                yield first + (last - first) * Fraction(k, denominator)


def _low(time: Time) -> Fraction:
    return time.low if isinstance(time, AlgebraicTime) else time


def _high(time: Time) -> Fraction:
    return time.high if isinstance(time, AlgebraicTime) else time


def _nearer(time: Time) -> Time:
    if isinstance(time, AlgebraicTime):
        return time.refined((time.high - time.low) / 4)
    return time


def _may_have_root(polynomial: fmpz_poly, low: Fraction, high: Fraction) -> bool:
    """False only if a polynomial has no root in the open interval, by the rule of Descartes."""
    first, width = rational(low), rational(high - low)
    inside = fmpq_poly(polynomial)(fmpq_poly([first, width]))
    mirrored = fmpq_poly(inside.coeffs()[::-1])(fmpq_poly([1, 1]))
    signs = {entry > 0 for entry in mirrored.coeffs() if entry != 0}
    return len(signs) > 1
