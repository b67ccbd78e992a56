"""Real algebraic numbers between 0 and 1: roots of irreducible integer polynomials, isolated.

Sturm (1829): the number of different roots of a polynomial in (a, b] is the difference of the sign
changes in its Sturm sequence at a and at b. All decisions are made in rationals.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cmp_to_key
from itertools import pairwise

from flint import fmpq, fmpq_poly, fmpz_poly

from linreg.rational import fraction, nearest_float, rational

START = Fraction(1, 2**30)
"""Width that an interval is refined to before it is returned."""


@dataclass(frozen=True, slots=True)
class AlgebraicTime:
    """The one root of a polynomial that lies strictly between two rationals; it is irrational.

    Attributes
    ----------
    polynomial : tuple of int
        Coefficients by increasing degree, at least 2; irreducible and coprime.
    low, high : Fraction

    Examples
    --------
    The square root of 1/2:

    >>> [root] = sorted_times([(-1, 0, 2)])
    >>> root.polynomial, round(float(root), 6)
    ((-1, 0, 2), 0.707107)
    """

    polynomial: tuple[int, ...]
    low: Fraction
    high: Fraction

    def refined(self, width: Fraction) -> AlgebraicTime:
        """The same number in an interval of at most this width.

        Parameters
        ----------
        width : Fraction
            Above 0.

        Returns
        -------
        AlgebraicTime

        Examples
        --------
        The square root of 1/2 is between 5/8 and 3/4:

        >>> near = AlgebraicTime((-1, 0, 2), Fraction(1, 2), Fraction(1)).refined(Fraction(1, 8))
        >>> near.low, near.high
        (Fraction(5, 8), Fraction(3, 4))
        """
        low, high = self.low, self.high
        below = _value(self.polynomial, low) > 0
        while high - low > width:
            middle = (low + high) / 2
            # The number is irrational, so that the polynomial has a sign there.
            if (_value(self.polynomial, middle) > 0) == below:
                low = middle
            else:
                high = middle
        return AlgebraicTime(self.polynomial, low, high)

    def __float__(self) -> float:
        near = self.refined(Fraction(1, 2**60))
        middle = (near.low + near.high) / 2
        return nearest_float(middle.numerator, middle.denominator)


Time = Fraction | AlgebraicTime
"""A time between 0 and 1."""


def irreducible_factors(polynomials: Iterable[fmpz_poly]) -> set[tuple[int, ...]]:
    """The irreducible factors, without constants, of polynomials that are not zero."""
    found: set[tuple[int, ...]] = set()
    for polynomial in polynomials:
        for factor, _ in polynomial.factor()[1]:
            sign = 1 if factor[factor.degree()] > 0 else -1
            found.add(tuple(sign * int(entry) for entry in factor.coeffs()))
    return found


def roots_of_factor(factor: tuple[int, ...]) -> list[Time]:
    """The roots in [0, 1] of an irreducible polynomial, in no order."""
    if len(factor) > 2:
        return [*_isolated(factor)]
    root = Fraction(-factor[0], factor[1])
    return [root] if 0 <= root <= 1 else []


def sorted_times(factors: Iterable[tuple[int, ...]]) -> list[Time]:
    """The roots in [0, 1] of different irreducible polynomials, increasing.

    The intervals of irrational ones are apart from each other and from all rational ones.

    Examples
    --------
    The roots of t and of 2 t - 1:

    >>> sorted_times([(-1, 2), (0, 1)])
    [Fraction(0, 1), Fraction(1, 2)]
    """
    times = [time for factor in factors for time in roots_of_factor(factor)]
    times.sort(key=cmp_to_key(compare))
    apart: list[Time] = []
    for k, time in enumerate(times):
        if isinstance(time, AlgebraicTime):
            for other in (*times[max(0, k - 1) : k], *times[k + 1 : k + 2]):
                time = _apart(time, other)
        apart.append(time)
    return apart


def compare(one: Time, other: Time) -> int:
    """-1, 0 or 1; irrational times of different polynomials, or of one, differ or are the same."""
    if isinstance(one, Fraction) and isinstance(other, Fraction):
        return (one > other) - (one < other)
    if isinstance(one, Fraction):
        return -compare(other, one)
    if isinstance(other, Fraction):
        near = _apart(one, other)
        return -1 if near.high <= other else 1
    if one == other:
        return 0
    while one.low < other.high and other.low < one.high:
        one = one.refined((one.high - one.low) / 4)
        other = other.refined((other.high - other.low) / 4)
    return -1 if one.high <= other.low else 1


def between(one: Time, other: Time) -> Fraction:
    """A rational strictly between two times, the first of which is less."""
    low = one.high if isinstance(one, AlgebraicTime) else one
    high = other.low if isinstance(other, AlgebraicTime) else other
    return (low + high) / 2


def _apart(time: AlgebraicTime, other: Time) -> AlgebraicTime:
    """The time in so short an interval that neither the other's ends nor its inside touch it."""
    low, high = (other, other) if isinstance(other, Fraction) else (other.low, other.high)
    while time.low <= high and low <= time.high:
        if not isinstance(other, Fraction):
            other = other.refined((other.high - other.low) / 4)
            low, high = other.low, other.high
        time = time.refined((time.high - time.low) / 4)
    return time


def _isolated(factor: tuple[int, ...]) -> list[AlgebraicTime]:
    """The roots of an irreducible polynomial of degree 2 or more in (0, 1)."""
    sequence = _sturm(fmpz_poly(list(factor)))
    pending = [(Fraction(0), Fraction(1))]
    found = []
    while pending:
        low, high = pending.pop()
        n_roots = _roots_in(sequence, low, high)
        if n_roots == 1:
            found.append(AlgebraicTime(factor, low, high).refined(START))
        elif n_roots > 1:
            middle = (low + high) / 2
            pending += [(low, middle), (middle, high)]
    return found


def _sturm(polynomial: fmpz_poly) -> list[fmpq_poly]:
    sequence = [fmpq_poly(polynomial), fmpq_poly(polynomial.derivative())]
    while sequence[-1].degree() > 0:
        rest = -(sequence[-2] % sequence[-1])
        if rest.degree() < 0:
            break
        sequence.append(rest)
    return sequence


def _roots_in(sequence: Sequence[fmpq_poly], low: Fraction, high: Fraction) -> int:
    """Number of different roots in (low, high]."""
    return _changes(sequence, rational(low)) - _changes(sequence, rational(high))


def _changes(sequence: Sequence[fmpq_poly], at: fmpq) -> int:
    values = [value for each in sequence if (value := each(at)) != 0]
    return sum((a > 0) != (b > 0) for a, b in pairwise(values))


def _value(polynomial: Sequence[int], at: Fraction) -> Fraction:
    return fraction(fmpq_poly(list(polynomial))(rational(at)))
