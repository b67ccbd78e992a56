"""Affine slices of the input space, on which a network is a network of fewer inputs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import fmpq_mat

from linreg.affine import ExactAffineMap
from linreg.arguments import point
from linreg.domains import Domain, Polytope, Row, WholeSpace, check_domain
from linreg.errors import InvalidDomain
from linreg.network.tensors import tensor
from linreg.rational import fraction


@dataclass(frozen=True, slots=True)
class Slice:
    """The affine subspace {origin + t @ basis}, with the coordinates t.

    Attributes
    ----------
    origin : tuple of Fraction, length inputs
    basis : tuple of tuple of Fraction, shape (dim, inputs)
        Linearly independent.

    Raises
    ------
    InvalidDomain
        If the lengths differ, an entry is no finite number, or the basis is not independent.

    Examples
    --------
    A line in the plane, and the part of the unit square's diagonal that is on it:

    >>> line = Slice([0, 0], [[1, 1]])
    >>> line.point([3])
    [Fraction(3, 1), Fraction(3, 1)]
    >>> from linreg.domains import Box
    >>> line.pull_back(Box([0, 0], [1, 1])).offsets
    (Fraction(0, 1), Fraction(1, 1), Fraction(0, 1), Fraction(1, 1))
    """

    origin: tuple[Fraction, ...]
    basis: tuple[tuple[Fraction, ...], ...]

    def __init__(self, origin: Any, basis: Any) -> None:
        """Vectors may have the shape of the network's input; floats mean the float64 they are."""
        start, vectors = (
            tensor(values, name, InvalidDomain)
            for name, values in (("origin", origin), ("basis", basis))
        )
        if vectors.shape[1:] != start.shape:
            raise InvalidDomain(
                f"origin has shape {list(start.shape)} and basis has shape {list(vectors.shape)}; "
                "a basis is a list of vectors, each of them as long as the origin"
            )
        rows = vectors.reshape(len(vectors), -1)
        rank = fmpq_mat(*rows.shape, list(rows.ravel())).rank()
        if rank < len(rows):
            raise InvalidDomain(
                f"the {len(rows)} basis vectors have rank {rank}; they must be linearly independent"
            )
        object.__setattr__(self, "origin", tuple(map(fraction, start.ravel())))
        object.__setattr__(self, "basis", tuple(tuple(map(fraction, row)) for row in rows))

    @property
    def dim(self) -> int:
        """Number of coordinates of the slice."""
        return len(self.basis)

    @property
    def n_inputs(self) -> int:
        """Dimension of the space around it."""
        return len(self.origin)

    @property
    def map(self) -> ExactAffineMap:
        """The map t -> origin + t @ basis."""
        columns = zip(*self.basis, strict=True)
        return ExactAffineMap.of_terms(map(enumerate, columns), self.origin, self.dim)

    def point(self, t: Any) -> list[Fraction]:
        """The point of the space around it whose slice coordinates are `t`.

        Parameters
        ----------
        t : sequence of numbers, shape (dim,)
            Coordinates on the slice.

        Returns
        -------
        list of Fraction, length inputs

        Raises
        ------
        ValueError, TypeError
            If `t` is of another shape, or a number is not finite.

        Examples
        --------
        >>> Slice([1, 2], [[1, 1]]).point([3])
        [Fraction(4, 1), Fraction(5, 1)]
        """
        return self.map([fraction(entry) for entry in point(t, self.dim, "t")])

    def pull_back(self, domain: Domain) -> WholeSpace | Polytope:
        """The part of a domain that is on the slice, {t : origin + t @ basis in domain}.

        It may be empty or flat, which is decided when regions are asked for.

        Parameters
        ----------
        domain : WholeSpace, Box or Polytope
            In the space around the slice.

        Returns
        -------
        WholeSpace or Polytope
            In coordinates of the slice.

        Raises
        ------
        InvalidDomain
            If the domain is of another dimension than the space around the slice.

        Examples
        --------
        The diagonal of the plane is in the square [0, 2] x [0, 2] where 0 <= t <= 2, twice:

        >>> from linreg.domains import Box
        >>> Slice([0, 0], [[1, 1]]).pull_back(Box([0, 0], [2, 2])).offsets
        (Fraction(0, 1), Fraction(2, 1), Fraction(0, 1), Fraction(2, 1))
        """
        if check_domain(domain).dim != self.n_inputs:
            raise InvalidDomain(
                f"the domain has dimension {domain.dim}, but the slice is one of a space of "
                f"dimension {self.n_inputs}"
            )
        rows = list(self._rows(domain))
        if not rows:
            return WholeSpace(self.dim)
        return Polytope([[-entry for entry in row[:-1]] for row in rows], [row[-1] for row in rows])

    def _rows(self, domain: Domain) -> Iterator[Row]:
        """The domain's rows in slice coordinates, without those that hold all over the slice."""
        for *normal, shift in domain.rows():
            terms = [(i, entry) for i, entry in enumerate(normal) if entry]
            slopes = [sum(entry * vector[i] for i, entry in terms) for vector in self.basis]
            at_origin = shift + sum(entry * self.origin[i] for i, entry in terms)
            if any(slopes) or at_origin < 0:
                yield (*map(Fraction, slopes), at_origin)


def slice_through(points: Any) -> Slice:
    """The slice through two or more points, the first of which is its origin.

    Point k, counted from 0, has the k-th unit vector as its coordinates, the first one zero.

    Parameters
    ----------
    points : array-like of numbers, shape (points, inputs) or (points, *input shape)
        Affinely independent.

    Returns
    -------
    Slice
        Of one dimension less than there are points.

    Raises
    ------
    InvalidDomain
        If there is one point only, or the points are not affinely independent.

    Examples
    --------
    >>> plane = slice_through([[1, 1, 0], [2, 1, 0], [1, 3, 0]])
    >>> [[int(entry) for entry in vector] for vector in plane.basis]
    [[1, 0, 0], [0, 2, 0]]
    """
    given = tensor(points, "points", InvalidDomain)
    if given.ndim < 2 or len(given) < 2:
        raise InvalidDomain(
            f"points: two points or more were expected, got numbers of shape {list(given.shape)}"
        )
    return Slice(given[0], [point - given[0] for point in given[1:]])
