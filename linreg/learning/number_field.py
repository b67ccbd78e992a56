"""Numbers that are polynomials of one irrational algebraic time, with exact signs."""

from __future__ import annotations

from dataclasses import dataclass

from flint import fmpq, fmpq_poly

from linreg.learning.algebraic import AlgebraicTime
from linreg.rational import rational


class NumberField:
    """The rational numbers with an algebraic time: an ordered field.

    Parameters
    ----------
    time : AlgebraicTime

    Examples
    --------
    With r the square root of 1/2, 1 / r is 2 r, and 3 r - 2 is positive:

    >>> from fractions import Fraction
    >>> field = NumberField(AlgebraicTime((-1, 0, 2), Fraction(1, 2), Fraction(1)))
    >>> r = field.element(fmpq_poly([0, 1]))
    >>> field.element(fmpq_poly([1])) / r - (r + r) == 0, r + r + r > 2
    (True, True)
    """

    def __init__(self, time: AlgebraicTime) -> None:
        self.modulus = fmpq_poly(list(time.polynomial))
        self._time = time

    def element(self, polynomial: fmpq_poly) -> Element:
        """The value of a polynomial with rational coefficients at the time."""
        return Element(self, polynomial % self.modulus)

    def sign(self, polynomial: fmpq_poly) -> int:
        """The sign of a reduced polynomial at the time.

        It is not zero there unless it is the zero polynomial, so that short intervals tell it.
        """
        if polynomial.degree() < 0:
            return 0
        coefficients = polynomial.coeffs()[::-1]
        while True:
            low, high = _range(coefficients, rational(self._time.low), rational(self._time.high))
            if low > 0 or high < 0:
                return 1 if low > 0 else -1
            width = self._time.high - self._time.low
            self._time = self._time.refined(width / 2**16)


@dataclass(frozen=True, slots=True, eq=False)
class Element:
    """A number of a field; it computes with elements of the same field and with rationals."""

    field: NumberField
    polynomial: fmpq_poly

    def __add__(self, other: Operand) -> Element:
        return Element(self.field, self.polynomial + _polynomial(other))

    def __sub__(self, other: Operand) -> Element:
        return Element(self.field, self.polynomial - _polynomial(other))

    def __mul__(self, other: Operand) -> Element:
        return self.field.element(self.polynomial * _polynomial(other))

    def __truediv__(self, other: Element) -> Element:
        # The modulus is irreducible: gcd 1 = s * other + ...
        _, inverse, _ = other.polynomial.xgcd(self.field.modulus)
        return self.field.element(self.polynomial * inverse)

    def __neg__(self) -> Element:
        return Element(self.field, -self.polynomial)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Element | int | fmpq) and (self - other).polynomial.degree() < 0

    __hash__ = None  # type: ignore[assignment]

    def __gt__(self, other: Operand) -> bool:
        return self.field.sign((self - other).polynomial) > 0

    def __lt__(self, other: Operand) -> bool:
        return self.field.sign((self - other).polynomial) < 0


Operand = Element | fmpq | int


def _polynomial(number: Operand) -> fmpq_poly:
    return number.polynomial if isinstance(number, Element) else fmpq_poly([number])


def _range(coefficients: list[fmpq], low: fmpq, high: fmpq) -> tuple[fmpq, fmpq]:
    """Bounds of a polynomial, highest coefficient first, on an interval of positive numbers."""
    least = most = coefficients[0]
    for coefficient in coefficients[1:]:
        least = least * (low if least > 0 else high) + coefficient
        most = most * (high if most > 0 else low) + coefficient
    return least, most
