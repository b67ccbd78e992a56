"""Norms of vectors and matrices, exactly, and which of two is the larger."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise, product

from flint import fmpq, fmpq_mat, fmpq_poly

from linreg.checker.claims import FalseClaim

NORMS = ("l1", "l2", "linf")

DUAL = {"l1": "linf", "l2": "l2", "linf": "l1"}
"""The norm of forms for each norm of vectors."""

MOST_SIGNS = 20
"""Entries of a vector of signs up to which all are tried."""

Size = fmpq | fmpq_poly
"""A norm, or its square if l2 is in it; or the polynomial whose largest root that is."""


def size_of(vector: Sequence[fmpq], norm: str) -> fmpq:
    """The norm of a vector; of l2 the square.

    Examples
    --------
    >>> [size_of([fmpq(3), fmpq(-4)], norm) for norm in NORMS]
    [7, 25, 4]
    """
    if norm == "linf":
        return max((abs(entry) for entry in vector), default=fmpq(0))
    power = 1 if norm == "l1" else 2
    return sum((abs(entry) ** power for entry in vector), fmpq(0))


def operator_size(matrix: Sequence[Sequence[fmpq]], inputs: str, outputs: str) -> Size:
    """The operator norm of a matrix between two norms, as a size.

    The norm from l1 is that of a column, the norm to linf the dual one of a row; the norm from linf
    is attained at a vector of signs, and so is that to l1, of forms of the outputs.

    Raises
    ------
    FalseClaim
        If too many vectors of signs would have to be tried.

    Examples
    --------
    >>> matrix = [[fmpq(1), fmpq(2)], [fmpq(0), fmpq(-1)]]
    >>> operator_size(matrix, "linf", "linf"), operator_size(matrix, "l1", "l1")
    (3, 3)
    >>> operator_size(matrix, "linf", "l1"), operator_size(matrix, "l2", "l2")
    (4, x^2 + (-6)*x + 1)
    """
    columns = [list(column) for column in zip(*matrix, strict=True)]
    if inputs == "l1":
        return max(size_of(column, outputs) for column in columns)
    if outputs == "linf":
        return max(size_of(row, DUAL[inputs]) for row in matrix)
    if inputs == outputs == "l2":
        few, width = (
            (matrix, len(columns)) if len(matrix) < len(columns) else (columns, len(matrix))
        )
        wide = fmpq_mat(len(few), width, [entry for row in few for entry in row])
        return (wide * wide.transpose()).charpoly()
    by_inputs = inputs == "linf" and not (outputs == "l1" and len(matrix) < len(columns))
    combined, norm = (columns, outputs) if by_inputs else (matrix, DUAL[inputs])
    return _largest_at_signs(combined, norm)


def _largest_at_signs(vectors: Sequence[Sequence[fmpq]], norm: str) -> fmpq:
    """The largest norm of a sum of vectors, each with either sign."""
    if len(vectors) > MOST_SIGNS:
        raise FalseClaim(f"a norm takes all vectors of {len(vectors)} signs, too many to try")
    first, *others = vectors
    largest = fmpq(0)
    for signs in product((1, -1), repeat=len(others)):
        total = list(first)
        for sign, vector in zip(signs, others, strict=True):
            total = [entry + sign * more for entry, more in zip(total, vector, strict=True)]
        largest = max(largest, size_of(total, norm))
    return largest


def is_larger(left: Size, right: Size) -> bool:
    """Whether a size is above another of the same kind.

    Examples
    --------
    The largest roots of x^2 - 2 and x^2 - 3, and of (x^2 - 2)(x - 1) and x^2 - 2:

    >>> two, three, one = fmpq_poly([-2, 0, 1]), fmpq_poly([-3, 0, 1]), fmpq_poly([-1, 1])
    >>> is_larger(three, two), is_larger(two, three), is_larger(two * one, two)
    (True, False, False)
    """
    if isinstance(left, fmpq_poly) and isinstance(right, fmpq_poly):
        return _has_larger_root(left, right)
    assert isinstance(left, fmpq)
    assert isinstance(right, fmpq)
    return bool(left > right)


def _has_larger_root(left: fmpq_poly, right: fmpq_poly) -> bool:
    low, high = _around(right)
    both = left * right
    distinct = both / both.gcd(both.derivative())
    while True:
        if _roots_above(left, high):
            return True
        if not _roots_above(left, low):
            return False
        # Both have their largest root in (low, high]; if that is one root, it is the same.
        if _roots_above(distinct, low) - _roots_above(distinct, high) == 1:
            return False
        low, high = _halved(right, low, high)


def interval(polynomial: fmpq_poly, places: int = 60) -> tuple[Fraction, Fraction]:
    """Two fractions around the largest root of a polynomial whose roots are real and >= 0.

    Examples
    --------
    >>> low, high = interval(fmpq_poly([fmpq(-2), fmpq(0), fmpq(1)]), 20)
    >>> low**2 < 2 <= high**2
    True
    """
    low, high = _around(polynomial)
    for _ in range(places):
        low, high = _halved(polynomial, low, high)
    return tuple(Fraction(int(end.p), int(end.q)) for end in (low, high))  # type: ignore[return-value]


def _around(polynomial: fmpq_poly) -> tuple[fmpq, fmpq]:
    high = fmpq(1)
    while _roots_above(polynomial, high):
        high *= 2
    return fmpq(-1), high


def _halved(polynomial: fmpq_poly, low: fmpq, high: fmpq) -> tuple[fmpq, fmpq]:
    middle = (low + high) / 2
    return (middle, high) if _roots_above(polynomial, middle) else (low, middle)


def _roots_above(polynomial: fmpq_poly, bound: fmpq) -> int:
    """Number of roots above a bound, of a polynomial whose roots are all real.

    Descartes' rule of signs is exact for such polynomials.
    """
    moved = polynomial(fmpq_poly([bound, fmpq(1)]))
    signs = [entry > 0 for entry in moved.coeffs() if entry != 0]
    return sum(a != b for a, b in pairwise(signs))
