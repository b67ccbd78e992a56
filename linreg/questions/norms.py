"""Norms of matrices, exactly: those that linear programs and sorting give, and the spectral one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import total_ordering
from itertools import pairwise, product
from math import isqrt

from flint import fmpq, fmpq_mat, fmpq_poly

from linreg.errors import TooLarge
from linreg.rational import fraction, nearest_float

NORMS = {"1": "l1", "l1": "l1", "2": "l2", "l2": "l2", "inf": "linf", "linf": "linf"}
"""The norms and the names that they go by."""

MOST_SIGNS = 20
"""Entries of a vector of signs up to which all such vectors are tried."""

PRECISION = 60
"""Binary places of the interval of an algebraic number."""

Matrix = Sequence[Sequence[fmpq]]


def norm_of(name: str) -> str:
    """A norm's name among l1, l2 and linf.

    Raises
    ------
    ValueError
        If it is none of them.
    """
    if name not in NORMS:
        raise ValueError(f"a norm is l1, l2 or linf: got {name!r}")
    return NORMS[name]


@total_ordering
@dataclass(frozen=True, eq=False)
class Root:
    """The largest root of a polynomial with rational coefficients whose roots are all real, >= 0.

    Attributes
    ----------
    polynomial : tuple of Fraction
        Square-free, by rising powers.

    Examples
    --------
    The larger root of x^2 - 3 x + 1 is (3 + sqrt(5)) / 2, between 2 and 3:

    >>> root = Root((Fraction(1), Fraction(-3), Fraction(1)))
    >>> root.degree, root.rational, [round(float(end), 6) for end in root.interval()]
    (2, None, [2.618034, 2.618034])
    """

    polynomial: tuple[Fraction, ...]

    @property
    def degree(self) -> int:
        """Degree of the polynomial."""
        return len(self.polynomial) - 1

    @property
    def rational(self) -> Fraction | None:
        """The root, if it is rational."""
        for factor, _ in self._poly.factor()[1]:
            if factor.degree() == 1:
                root = fraction(fmpq(-factor[0], factor[1]))
                if self._above(root) == 0 and self._value(root) == 0:
                    return root
        return None

    def interval(self, places: int = PRECISION) -> tuple[Fraction, Fraction]:
        """Two fractions around the root.

        Parameters
        ----------
        places : int
            How often an interval from 0 to a power of 2 above the root is halved.

        Returns
        -------
        tuple of Fraction
            Lower and upper bound.

        Examples
        --------
        The larger root of x^2 - 3 x + 1 is below 4, not below 2, and below 3:

        >>> Root((Fraction(1), Fraction(-3), Fraction(1))).interval(2)
        (Fraction(2, 1), Fraction(3, 1))
        """
        low, high = Fraction(0), Fraction(1)
        while self._above(high):
            high *= 2
        for _ in range(places):
            middle = (low + high) / 2
            if self._above(middle):
                low = middle
            else:
                high = middle
        return low, high

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Root):
            return NotImplemented
        common = self._poly.gcd(other._poly)
        if common.degree() < 1:
            return False
        # A common root of both that is the largest of each.
        shared = Root(_coefficients(common))
        return not self._exceeds(shared) and not other._exceeds(shared)

    def __lt__(self, other: Root) -> bool:
        return self != other and not self._is_above(other)

    def __hash__(self) -> int:
        return hash(self.polynomial)

    def _exceeds(self, root: Root) -> bool:
        """Whether this is above the largest root of a factor of its own polynomial."""
        rest = self._poly // root._poly
        return rest.degree() > 0 and Root(_coefficients(rest))._is_above(root)

    def _is_above(self, other: Root) -> bool:
        """Whether this is above a number that it is not equal to."""
        places = 16
        while True:
            (low, high), (from_, to) = self.interval(places), other.interval(places)
            if low > to:
                return True
            if from_ > high:
                return False
            places *= 2

    @property
    def _poly(self) -> fmpq_poly:
        return fmpq_poly([fmpq(x.numerator, x.denominator) for x in self.polynomial])

    def _value(self, x: Fraction) -> fmpq:
        return self._poly(fmpq(x.numerator, x.denominator))

    def _above(self, x: Fraction) -> int:
        """The number of roots above x: sign changes of the Taylor series there (Descartes).

        Exact, as all roots are real.
        """
        shifted = self._poly(fmpq_poly([fmpq(x.numerator, x.denominator), 1]))
        signs = [entry > 0 for entry in shifted.coeffs() if entry != 0]
        return sum(a != b for a, b in pairwise(signs))


def _coefficients(poly: fmpq_poly) -> tuple[Fraction, ...]:
    return tuple(map(fraction, poly.coeffs()))


def operator_norm(matrix: Matrix, input_norm: str, output_norm: str) -> fmpq | Root:
    """The operator norm of a matrix, or its square if one of the norms is l2.

    Raises
    ------
    TooLarge
        If too many vectors of signs would have to be tried.

    Source
    ------
    Golub and Van Loan, "Matrix Computations", section 2.3; from linf to l1 it is the largest value
    at a vector of signs, since a convex function is largest at a vertex.

    Examples
    --------
    >>> matrix = [[fmpq(1), fmpq(2)], [fmpq(0), fmpq(-1)]]
    >>> operator_norm(matrix, "linf", "linf"), operator_norm(matrix, "l1", "l1")
    (3, 3)
    >>> operator_norm(matrix, "l2", "l2").interval(20)[0] < 6 < operator_norm(
    ...     [[fmpq(2), fmpq(2)]], "l2", "l2")
    True
    """
    columns = list(zip(*matrix, strict=True))
    match input_norm, output_norm:
        case "linf", "linf":
            return max(_sum_of_sizes(row) for row in matrix)
        case "l1", "linf":
            return max(abs(entry) for row in matrix for entry in row)
        case "l2", "linf":
            return max(_sum_of_squares(row) for row in matrix)
        case "l1", "l1":
            return max(_sum_of_sizes(column) for column in columns)
        case "l1", "l2":
            return max(_sum_of_squares(column) for column in columns)
        case "linf", "l1":
            return _largest_at_signs(matrix, columns)
        case "l2", "l2":
            return _spectral(matrix, columns)
        case "l2", "l1":
            # The transpose from linf to l2.
            return _largest_square_at_signs(columns)
    return _largest_square_at_signs(matrix)


def _sum_of_sizes(row: Sequence[fmpq]) -> fmpq:
    return sum((abs(entry) for entry in row), fmpq(0))


def _sum_of_squares(row: Sequence[fmpq]) -> fmpq:
    return sum((entry * entry for entry in row), fmpq(0))


def _signs(size: int) -> list[tuple[int, ...]]:
    """All vectors of signs, up to the sign of all."""
    if size > MOST_SIGNS:
        raise TooLarge(
            f"this norm needs all 2^{size} vectors of signs; up to 2^{MOST_SIGNS} are tried. "
            "Norms from linf to linf, l1 to any and l2 to l2 need none"
        )
    return [(1, *rest) for rest in product((1, -1), repeat=size - 1)]


def _largest_at_signs(matrix: Matrix, columns: Matrix) -> fmpq:
    rows = matrix if len(matrix[0]) <= len(columns[0]) else columns
    return max(
        sum(
            (
                abs(sum((s * entry for s, entry in zip(signs, row, strict=True)), fmpq(0)))
                for row in rows
            ),
            fmpq(0),
        )
        for signs in _signs(len(rows[0]))
    )


def _largest_square_at_signs(matrix: Matrix) -> fmpq:
    return max(
        _sum_of_squares(
            [
                sum((s * entry for s, entry in zip(signs, row, strict=True)), fmpq(0))
                for row in matrix
            ]
        )
        for signs in _signs(len(matrix[0]))
    )


def _spectral(matrix: Matrix, columns: Matrix) -> fmpq | Root:
    """The square of the spectral norm: the largest root of det(t - J J')."""
    rows = matrix if len(matrix) <= len(columns) else columns
    flat = fmpq_mat(len(rows), len(rows[0]), [entry for row in rows for entry in row])
    poly = (flat * flat.transpose()).charpoly()
    square_free = poly // poly.gcd(poly.derivative())
    root = Root(_coefficients(square_free))
    rational = root.rational
    return root if rational is None else fmpq(rational.numerator, rational.denominator)


def exceeds(left: fmpq | Root, right: fmpq | Root) -> bool:
    """Whether one size is above another."""
    if isinstance(left, Root) or isinstance(right, Root):
        return _root(left) > _root(right)
    return bool(left > right)


def _root(size: fmpq | Root) -> Root:
    return size if isinstance(size, Root) else Root((fraction(-size), Fraction(1)))


def float_of(size: fmpq | Root, *, squared: bool) -> float:
    """The float64 nearest to a size, or to its square root; of a root to one unit."""
    exact = size.interval(120)[0] if isinstance(size, Root) else fraction(size)
    if not squared:
        return nearest_float(exact.numerator, exact.denominator)
    return root_float(exact)


def root_float(square: Fraction) -> float:
    """The float64 next to the square root of a fraction, as near as 64 binary places give it."""
    if square == 0:
        return 0.0
    places = max(0, 128 - (square.numerator.bit_length() - square.denominator.bit_length()))
    places += places % 2
    root = isqrt((square.numerator << places) // square.denominator)
    return nearest_float(root, 1 << (places // 2))
