"""Domains: the full-dimensional polyhedra that are asked about, and half-spaces."""

from __future__ import annotations

import reprlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import gcd, lcm

import numpy as np
from numpy.typing import ArrayLike

from linreg.arguments import entries, how_many, numbers, point, points
from linreg.errors import InvalidDomain
from linreg.rational import Number, fraction
from linreg.wording import counted

Row = tuple[Fraction, ...]
"""An affine form (g_1, ..., g_n, c): the function x -> g @ x + c, positive inside a domain."""


@dataclass(frozen=True, slots=True, eq=False)
class Halfspaces:
    """The polyhedron {x : normals @ x <= offsets}.

    Rows are kept as derived, neither normalised nor reduced: row `i` is evidence about one unit,
    and dropping it would lose that evidence.

    Attributes
    ----------
    normals : float64 or object array of Fraction, shape (rows, dim)
        Outward normals.
    offsets : float64 or object array of Fraction, shape (rows,)
    owners : int64 array, shape (rows,)
        The unit that owns each row; -1 for a row of the domain.

    Examples
    --------
    >>> interval = Halfspaces(np.array([[1.0], [-1.0]]), np.array([1.0, 0.0]), np.array([-1, -1]))
    >>> interval.slack([0.25])  # from the ends of [0, 1]
    array([0.75, 0.25])
    """

    normals: np.ndarray  # (rows, dim)
    offsets: np.ndarray  # (rows,)
    owners: np.ndarray  # (rows,)

    def slack(self, x: ArrayLike) -> np.ndarray:
        """Slack `offsets - normals @ x` of every row; negative means violated.

        Not a distance: divide by the row norms for Euclidean distance in input units. It is exact
        where the rows are, and floats mean what they are.

        Parameters
        ----------
        x : array-like of numbers, shape (dim,)

        Returns
        -------
        float64 array, shape (rows,)
            In units of the rows.

        Raises
        ------
        ValueError, TypeError
            If `x` is of another shape, or a number is not finite.

        Examples
        --------
        >>> box = Halfspaces(np.array([[1.0], [-1.0]]), np.array([1.0, 0.0]), np.array([-1, -1]))
        >>> box.slack([0.25]), box.slack([2])
        (array([0.75, 0.25]), array([-1.,  2.]))
        """
        dim = self.normals.shape[1]
        exact = [fraction(entry) for entry in point(x, dim)]
        is_exact = self.normals.dtype == object
        at = np.array(exact, dtype=object) if is_exact else points(exact, dim)
        return np.asarray(self.offsets - self.normals @ at)


@dataclass(frozen=True, slots=True)
class WholeSpace:
    """All of R^dim, the domain that is asked about unless another is given.

    Parameters
    ----------
    dim : int
        Dimension n0 of the input.

    Raises
    ------
    InvalidDomain
        If the dimension is not a whole number of at least 1.

    Examples
    --------
    >>> WholeSpace(3).dim
    3
    """

    dim: int

    def __post_init__(self) -> None:
        with _as_domain():
            how_many(self.dim, "dim")

    def rows(self) -> Iterator[Row]:
        """No rows: nothing bounds the whole space."""
        return iter(())


@dataclass(frozen=True, slots=True)
class Box:
    """The box {x : lower <= x <= upper}.

    Parameters
    ----------
    lower, upper : sequence of numbers, length inputs
        In input units; floats mean the float64 they are, and strings such as "1/2" the number they
        say. Kept as tuples of Fraction.

    Raises
    ------
    InvalidDomain
        If the bounds differ in length, are not finite, or lower is not below upper somewhere.

    Examples
    --------
    >>> Box([-1, 0], [1, "1/2"]).upper
    (Fraction(1, 1), Fraction(1, 2))
    """

    lower: tuple[Fraction, ...]
    upper: tuple[Fraction, ...]

    def __init__(self, lower: Sequence[Number], upper: Sequence[Number]) -> None:
        low, high = _exact("lower", lower), _exact("upper", upper)
        if len(low) != len(high) or not low:
            raise InvalidDomain(
                "a box needs as many lower as upper bounds, and at least one: got "
                f"{len(low)} and {len(high)}"
            )
        for i, (lo, hi) in enumerate(zip(low, high, strict=True)):
            if lo >= hi:
                raise InvalidDomain(
                    f"lower must be below upper in every coordinate: coordinate {i} has "
                    f"{lower[i]} >= {upper[i]}"
                )
        object.__setattr__(self, "lower", low)
        object.__setattr__(self, "upper", high)

    @property
    def dim(self) -> int:
        """Dimension of the space around the box, which is the box's own."""
        return len(self.lower)

    def rows(self) -> Iterator[Row]:
        """x_i - lower_i and upper_i - x_i, for each coordinate in turn."""
        for i, (lo, hi) in enumerate(zip(self.lower, self.upper, strict=True)):
            unit = [Fraction(int(i == j)) for j in range(self.dim)]
            yield (*unit, -lo)
            yield (*(-entry for entry in unit), hi)


@dataclass(frozen=True, slots=True)
class Polytope:
    """The polyhedron {x : A @ x <= b}, bounded or not.

    Whether it is full-dimensional is decided exactly when regions are asked for.

    Parameters
    ----------
    A : sequence of sequences of numbers, shape (rows, dim)
        Outward normals.
    b : sequence of numbers, length rows

    Attributes
    ----------
    normals : tuple of tuple of Fraction, shape (rows, dim)
    offsets : tuple of Fraction, length rows

    Raises
    ------
    InvalidDomain
        If the shapes do not match or a number is not finite.

    Examples
    --------
    The triangle with vertices (0, 0), (1, 0), (0, 1):

    >>> Polytope([[-1, 0], [0, -1], [1, 1]], [0, 0, 1]).dim
    2
    """

    normals: tuple[tuple[Fraction, ...], ...]
    offsets: tuple[Fraction, ...]

    def __init__(self, A: Sequence[Sequence[Number]], b: Sequence[Number]) -> None:
        with _as_domain():
            rows = entries(A, "A")
        normals = tuple(_exact(f"A[{i}]", row) for i, row in enumerate(rows))
        offsets = _exact("b", b)
        if not normals or not normals[0]:
            raise InvalidDomain("a polytope needs at least one row; for no bounds use WholeSpace")
        if len({len(row) for row in normals}) > 1:
            raise InvalidDomain("the rows of A must have the same length")
        if len(normals) != len(offsets):
            raise InvalidDomain(
                f"A and b must have as many rows: got {len(normals)} and {len(offsets)}"
            )
        object.__setattr__(self, "normals", normals)
        object.__setattr__(self, "offsets", offsets)

    @property
    def dim(self) -> int:
        """Dimension of the space around the polytope."""
        return len(self.normals[0])

    def rows(self) -> Iterator[Row]:
        """b_i - A_i @ x, row by row."""
        for normal, offset in zip(self.normals, self.offsets, strict=True):
            yield (*(-entry for entry in normal), offset)


MOST_CORNER_ROWS = 1 << 16
"""Rows of an l1 ball that are made: two to the power of its dimension."""

NORMS = ("linf", "l1", "l2")
"""The norms of balls."""


@dataclass(frozen=True, slots=True)
class Ball:
    """All points nearer than the radius to a centre, in one of three norms.

    Balls of linf and l1 are domains like any other. A Euclidean one is no polyhedron, and
    `linreg.regions_near` takes it.

    Attributes
    ----------
    centre : tuple of Fraction, length inputs
    radius : Fraction
    norm : {"linf", "l1", "l2"}

    Raises
    ------
    InvalidDomain
        If a number is not finite, the radius is not positive, or there is no such norm.

    Examples
    --------
    >>> Ball([0, 1], "1/2").domain == Box([-0.5, 0.5], [0.5, 1.5])
    True
    >>> len(list(Ball([0, 1], 1, "l1").domain.rows()))
    4
    """

    centre: tuple[Fraction, ...]
    radius: Fraction
    norm: str

    def __init__(self, centre: Sequence[Number], radius: Number, norm: str = "linf") -> None:
        at = _exact("centre", centre)
        (size,) = _exact("radius", [radius])
        if not at:
            raise InvalidDomain("centre: at least one coordinate was expected, got none")
        if size <= 0:
            raise InvalidDomain(f"radius: a positive number was expected, got {radius}")
        if norm not in NORMS:
            raise InvalidDomain(f"norm: one of {', '.join(NORMS)} was expected, got {norm!r}")
        object.__setattr__(self, "centre", at)
        object.__setattr__(self, "radius", size)
        object.__setattr__(self, "norm", norm)

    @property
    def dim(self) -> int:
        """Dimension of the space around the ball."""
        return len(self.centre)

    @property
    def box(self) -> Box:
        """The smallest box around it."""
        return Box([x - self.radius for x in self.centre], [x + self.radius for x in self.centre])

    @property
    def domain(self) -> Box | Polytope:
        """The ball as a box or a polytope.

        Raises
        ------
        InvalidDomain
            If it is Euclidean, or one of l1 in more than 16 dimensions.
        """
        if self.norm == "linf":
            return self.box
        if self.norm == "l2":
            raise InvalidDomain(
                "a Euclidean ball is no polyhedron; linreg.regions_near takes it, and here a ball "
                "of norm linf or l1 will do"
            )
        if 1 << self.dim > MOST_CORNER_ROWS:
            raise InvalidDomain(
                f"an l1 ball of dimension {self.dim} has 2^{self.dim} facets, and at most "
                f"{MOST_CORNER_ROWS:,} are made; a ball of norm linf has {2 * self.dim}"
            )
        signs = [*product((-1, 1), repeat=self.dim)]
        middles = [sum(s * x for s, x in zip(sign, self.centre, strict=True)) for sign in signs]
        return Polytope(signs, [middle + self.radius for middle in middles])


Domain = WholeSpace | Box | Polytope


def check_domain(domain: object) -> Domain:
    """The domain, if it is one.

    Raises
    ------
    TypeError
        If it is none.
    """
    if isinstance(domain, Ball):
        return domain.domain
    if not isinstance(domain, Domain):
        raise TypeError(
            f"domain: a WholeSpace, Box, Polytope or Ball was expected, got {reprlib.repr(domain)}"
        )
    return domain


def asked_domain(domain: object, dim: int) -> Domain:
    """The domain of a network of so many inputs; None stands for the whole space.

    Raises
    ------
    TypeError
        If it is no domain.
    InvalidDomain
        If it is of another dimension.
    """
    if domain is None:
        return WholeSpace(dim)
    asked = check_domain(domain)
    if asked.dim != dim:
        raise InvalidDomain(
            f"the domain has dimension {asked.dim}, but the network has {counted(dim, 'input')}"
        )
    return asked


def integer_rows(domain: Domain) -> list[list[int]]:
    """The domain's rows, each scaled by a positive factor to coprime integers.

    Examples
    --------
    >>> integer_rows(Box([0], ["1/2"]))
    [[1, 0], [-2, 1]]
    """
    return [_coprime(row) for row in domain.rows()]


def _coprime(row: Row) -> list[int]:
    denominator = lcm(*(entry.denominator for entry in row))
    integers = [int(entry * denominator) for entry in row]
    divisor = gcd(*integers) or 1
    return [entry // divisor for entry in integers]


def _exact(field: str, values: Sequence[Number]) -> tuple[Fraction, ...]:
    with _as_domain():
        return tuple(map(fraction, numbers(entries(values, field), field)))


@contextmanager
def _as_domain() -> Iterator[None]:
    """Context in which a wrong argument makes the domain invalid."""
    try:
        yield
    except (TypeError, ValueError) as error:
        raise InvalidDomain(str(error)) from None
