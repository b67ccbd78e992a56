"""Faces of every dimension: of generic arrangements, and of some with a name."""

from __future__ import annotations

from math import comb, factorial

from linreg.errors import TooLarge
from linreg.formulas.arrangements import buck
from linreg.formulas.hypotheses import LARGEST_WIDTH, whole

MOST_FACED = 300
"""Largest number of variables, or of dimensions, whose faces are counted: it takes a second."""


def zaslavsky_faces(hyperplanes: int, dim: int) -> list[int]:
    """Faces of each dimension of hyperplanes in general position.

    Parameters
    ----------
    hyperplanes : int
        Number m >= 0 of affine hyperplanes.
    dim : int
        Dimension n >= 1 of the space.

    Returns
    -------
    list of int
        C(m, n - k) times the sum of C(m - n + k, i) over i <= k, for k = 0..n: on each of the flats
        of dimension k, the others are in general position too.

    Raises
    ------
    HypothesisError
        If an argument is no whole number, too small, or too large to work with.

    Source
    ------
    Zaslavsky (1975), Theorem A, on each flat.

    Examples
    --------
    Three lines cross in three points, which cut them into nine edges, and the plane into seven:

    >>> zaslavsky_faces(3, 2)
    [3, 9, 7]
    """
    m, n = _sizes(hyperplanes, dim)
    return [comb(m, n - k) * buck(m - n + k, k) if m >= n - k else 0 for k in range(n + 1)]


def zaslavsky_bounded_faces(hyperplanes: int, dim: int) -> list[int]:
    """Bounded faces of each dimension of hyperplanes in general position.

    Parameters
    ----------
    hyperplanes : int
        Number m >= 0 of affine hyperplanes.
    dim : int
        Dimension n >= 1 of the space.

    Returns
    -------
    list of int
        C(m, n - k) C(m - n + k - 1, k) for k = 0..n; none if m < n.

    Raises
    ------
    HypothesisError
        If an argument is no whole number, too small, or too large to work with.

    Source
    ------
    Zaslavsky (1975), Theorem C, on each flat.

    Examples
    --------
    Three lines make one triangle:

    >>> zaslavsky_bounded_faces(3, 2)
    [3, 3, 1]
    """
    m, n = _sizes(hyperplanes, dim)
    if m < n:
        return [0] * (n + 1)
    return [comb(m, n), *(comb(m, n - k) * comb(m - n + k - 1, k) for k in range(1, n + 1))]


def braid_faces(n: int) -> list[int]:
    """Faces of each dimension of x_i = x_j: k! S(n, k), the ordered partitions into k blocks.

    Parameters
    ----------
    n : int
        Number of variables.

    Returns
    -------
    list of int
        For dimensions 0..n; the first is 0.

    Raises
    ------
    HypothesisError
        If `n` is no whole number from 1 to `MOST_FACED`.

    Source
    ------
    Stanley (2007), lecture 1.

    Examples
    --------
    >>> braid_faces(3)
    [0, 1, 6, 6]
    """
    return [factorial(k) * blocks for k, blocks in enumerate(_partitions(_variables(n)))]


def shi_faces(n: int) -> list[int]:
    """Faces of each dimension of x_i - x_j = 0 and = 1 for i < j.

    Parameters
    ----------
    n : int
        Number of variables.

    Returns
    -------
    list of int
        For dimensions 0..n; that for n - j is C(n, j) times the alternating sum of
        C(j, i) (n - i + 1)^(n - 1) over i <= j.

    Raises
    ------
    HypothesisError
        If `n` is no whole number from 1 to `MOST_FACED`.

    Source
    ------
    Athanasiadis (1996); a bijection is in Levear (2021).

    Examples
    --------
    >>> shi_faces(3)
    [0, 6, 21, 16]
    """
    n = _variables(n)
    faces = [
        comb(n, j) * sum((-1) ** i * comb(j, i) * (n - i + 1) ** (n - 1) for i in range(j + 1))
        for j in range(n)
    ]
    return [0, *reversed(faces)]


def catalan_faces(n: int) -> list[int]:
    """Faces of each dimension of x_i - x_j = -1, 0 and 1.

    Parameters
    ----------
    n : int
        Number of variables.

    Returns
    -------
    list of int
        For dimensions 0..n; that for k is the sum over m of S(n, m) m! times the dissections of a
        polygon of m + 2 sides by k - 1 diagonals, C(m - 1, k - 1) C(m + k, k - 1) / k.

    Raises
    ------
    HypothesisError
        If `n` is no whole number from 1 to `MOST_FACED`.

    Notes
    -----
    Equal variables make m blocks in an order. Reading downwards, note a step up at each block, a
    step down one unit below it, and a level step if both are at one place: faces are lattice paths
    without a level step on the ground, and these are counted by dissections.

    Source
    ------
    Levear (2021) has a bijection; Cayley (1891) counts dissections.

    Examples
    --------
    >>> catalan_faces(3)
    [0, 13, 42, 30]
    """
    n = _variables(n)
    blocks = _partitions(n)
    return [
        0,
        *(
            sum(
                blocks[m] * factorial(m) * (comb(m - 1, k - 1) * comb(m + k, k - 1) // k)
                for m in range(k, n + 1)
            )
            for k in range(1, n + 1)
        ),
    ]


def _variables(n: int) -> int:
    return _at_most("n", whole("n", n), MOST_FACED)


def _sizes(hyperplanes: int, dim: int) -> tuple[int, int]:
    m = _at_most("hyperplanes", whole("hyperplanes", hyperplanes, 0), LARGEST_WIDTH)
    return m, _at_most("dim", whole("dim", dim), MOST_FACED)


def _at_most(name: str, value: int, most: int) -> int:
    if value > most:
        raise TooLarge(f"{name} must be at most {most:,} for faces to be counted, got {value:,}")
    return value


def _partitions(n: int) -> list[int]:
    """The partitions of n things into k blocks, for k = 0..n."""
    row = [1]
    for _ in range(n):
        row = [0, *(k * row[k] + row[k - 1] for k in range(1, len(row))), 1]
    return row
