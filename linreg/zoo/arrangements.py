"""Arrangements of hyperplanes as layers of rectifiers, and two of them as maxout layers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations, product

from linreg.domains import WholeSpace
from linreg.formulas import (
    braid_regions,
    buck,
    catalan_regions,
    linial_regions,
    semiorder_regions,
    shi_regions,
    threshold_graph_regions,
    type_b_regions,
    type_d_regions,
    whole,
)
from linreg.network import mlp
from linreg.units import Unit, maxout
from linreg.zoo.construction import Construction, check_size

RESONANCE = (2, 6, 32, 370, 11292)
"""Regions of the resonance arrangements in dimensions 1 to 5, by deletion and restriction."""

THRESHOLD = (4, 14, 104, 1882)
"""Threshold functions of 1 to 4 variables, by deletion and restriction."""

Row = Sequence[int]


def zaslavsky(n: int, m: int) -> Construction:
    """m hyperplanes of R^n in general position.

    They are x_1 + t x_2 + ... + t^(n-1) x_n = t^n for t = 1..m. Any n of them meet in one point,
    since Vandermonde's determinant is not zero, and no n + 1 do: a polynomial t^n - ...
    has n roots.

    Parameters
    ----------
    n : int
        Dimension of the input.
    m : int
        Number of hyperplanes.

    Returns
    -------
    Construction
        The network on its domain, with the number of its regions where a theorem gives it.

    Raises
    ------
    HypothesisError
        If a number is not a whole number of at least 1, or the network would be too large.

    Examples
    --------
    >>> zaslavsky(2, 5).regions
    16
    """
    whole("n", n)
    whole("m", m)
    check_size(m * n)
    rows = [[t**k for k in range(n)] for t in range(1, m + 1)]
    shifts = [-(t**n) for t in range(1, m + 1)]
    return _layer(f"zaslavsky {n} {m}", rows, shifts, buck(m, n), "Zaslavsky (1975), Theorem A")


def braid(n: int) -> Construction:
    """x_i = x_j for i < j; n! regions.

    Parameters
    ----------
    n : int
        Number of variables, the dimension of the input.

    Returns
    -------
    Construction
        The network on its domain, with the number of its regions where a theorem gives it.

    Raises
    ------
    HypothesisError
        If n is not a whole number of at least 2, or the network would be too large.

    Examples
    --------
    >>> braid(4).regions
    24
    """
    return _differences("braid", n, (0,), braid_regions, "n! orders of n numbers")


def shi(n: int) -> Construction:
    """x_i - x_j = 0 and = 1 for i < j; (n + 1)^(n - 1) regions.

    Montufar et al. (2014), Example 10, writes the offsets once as {0, 1} and once as {1, 2}; only
    consecutive offsets from 0 give this arrangement.

    Parameters
    ----------
    n : int
        Number of variables, the dimension of the input.

    Returns
    -------
    Construction
        The network on its domain, with the number of its regions where a theorem gives it.

    Raises
    ------
    HypothesisError
        If n is not a whole number of at least 2, or the network would be too large.

    Examples
    --------
    >>> shi(4).regions
    125
    """
    return _differences("shi", n, (0, 1), shi_regions, "Shi (1986)")


def catalan(n: int) -> Construction:
    """x_i - x_j = -1, 0, 1 for i < j; n! C_n regions.

    Parameters
    ----------
    n : int
        Number of variables, the dimension of the input.

    Returns
    -------
    Construction
        The network on its domain, with the number of its regions where a theorem gives it.

    Raises
    ------
    HypothesisError
        If n is not a whole number of at least 2, or the network would be too large.

    Examples
    --------
    >>> catalan(3).regions
    30
    """
    return _differences("catalan", n, (-1, 0, 1), catalan_regions, "Postnikov, Stanley (2000)")


def linial(n: int) -> Construction:
    """x_i - x_j = 1 for i < j.

    Parameters
    ----------
    n : int
        Number of variables, the dimension of the input.

    Returns
    -------
    Construction
        The network on its domain, with the number of its regions where a theorem gives it.

    Raises
    ------
    HypothesisError
        If n is not a whole number of at least 2, or the network would be too large.

    Examples
    --------
    >>> linial(4).regions
    36
    """
    return _differences("linial", n, (1,), linial_regions, "Postnikov, Stanley (2000)")


def semiorder(n: int) -> Construction:
    """x_i - x_j = -1 and = 1 for i < j.

    Parameters
    ----------
    n : int
        Number of variables, the dimension of the input.

    Returns
    -------
    Construction
        The network on its domain, with the number of its regions where a theorem gives it.

    Raises
    ------
    HypothesisError
        If n is not a whole number of at least 2, or the network would be too large.

    Examples
    --------
    >>> semiorder(3).regions
    19
    """
    return _differences("semiorder", n, (-1, 1), semiorder_regions, "Postnikov, Stanley (2000)")


def type_b(n: int) -> Construction:
    """x_i = 0 and x_i = x_j and x_i = -x_j for i < j; 2^n n! regions.

    Parameters
    ----------
    n : int
        Number of variables, the dimension of the input.

    Returns
    -------
    Construction
        The network on its domain, with the number of its regions where a theorem gives it.

    Raises
    ------
    HypothesisError
        If n is not a whole number of at least 1, or the network would be too large.

    Examples
    --------
    >>> type_b(3).regions
    48
    """
    check_size(whole("n", n) ** 3)
    rows = [_unit_row(n, {i: 1}) for i in range(n)] + _signed_pairs(n, (-1, 1))
    return _central(f"type-b {n}", rows, type_b_regions(n), "2^n n! signed permutations")


def type_d(n: int) -> Construction:
    """x_i = x_j and x_i = -x_j for i < j; 2^(n-1) n! regions.

    Parameters
    ----------
    n : int
        Number of variables, the dimension of the input.

    Returns
    -------
    Construction
        The network on its domain, with the number of its regions where a theorem gives it.

    Raises
    ------
    HypothesisError
        If n is not a whole number of at least 2, or the network would be too large.

    Examples
    --------
    >>> type_d(4).regions
    192
    """
    check_size(whole("n", n, 2) ** 3)
    rows = _signed_pairs(n, (-1, 1))
    return _central(f"type-d {n}", rows, type_d_regions(n), "2^(n-1) n! even signed permutations")


def threshold_graphs(n: int) -> Construction:
    """x_i + x_j = 0 for i < j: a region for each labelled threshold graph.

    Parameters
    ----------
    n : int
        Number of variables, the dimension of the input.

    Returns
    -------
    Construction
        The network on its domain, with the number of its regions where a theorem gives it.

    Raises
    ------
    HypothesisError
        If n is not a whole number of at least 2, or the network would be too large.

    Examples
    --------
    >>> threshold_graphs(4).regions
    46
    """
    check_size(whole("n", n, 2) ** 3)
    regions = threshold_graph_regions(n)
    return _central(f"threshold-graphs {n}", _signed_pairs(n, (1,)), regions, "Stanley (2007)")


def resonance(n: int) -> Construction:
    """All sums of coordinates = 0: the 2^n - 1 normals with entries 0 and 1.

    No closed form is known.

    Parameters
    ----------
    n : int
        Number of variables, the dimension of the input.

    Returns
    -------
    Construction
        The network on its domain, with the number of its regions where a theorem gives it.

    Raises
    ------
    HypothesisError
        If n is not a whole number of at least 1, or the network would be too large.

    Examples
    --------
    >>> resonance(3).regions
    32
    """
    whole("n", n)
    check_size(n << min(n, 64))
    rows = [list(row) for row in product((0, 1), repeat=n) if any(row)]
    regions = RESONANCE[n - 1] if n <= len(RESONANCE) else None
    return _central(f"resonance {n}", rows, regions, "counted by deletion and restriction")


def threshold(n: int) -> Construction:
    """Normals (1, v), v with entries 0 and 1: a region for each threshold function of n variables.

    No closed form is known.

    Parameters
    ----------
    n : int
        Number of variables, the dimension of the input.

    Returns
    -------
    Construction
        The network on its domain, with the number of its regions where a theorem gives it.

    Raises
    ------
    HypothesisError
        If n is not a whole number of at least 1, or the network would be too large.

    Examples
    --------
    There are 16 functions of two variables, and only exclusive or and its negation are no
    threshold functions:

    >>> threshold(2).regions
    14
    """
    whole("n", n)
    check_size((n + 1) << min(n, 64))
    rows = [[1, *row] for row in product((0, 1), repeat=n)]
    regions = THRESHOLD[n - 1] if n <= len(THRESHOLD) else None
    return _central(f"threshold {n}", rows, regions, "counted by deletion and restriction")


def shi_maxout(n: int) -> Construction:
    """The Shi arrangement as a layer of units max(0, d, 2 d - 1), d = x_i - x_j.

    Parameters
    ----------
    n : int
        Number of variables, the dimension of the input.

    Returns
    -------
    Construction
        The network on its domain, with the number of its regions where a theorem gives it.

    Raises
    ------
    HypothesisError
        If n is not a whole number of at least 2, or the network would be too large.

    Examples
    --------
    >>> shi_maxout(3).regions
    16
    """
    source = "Shi (1986); Montufar et al. (2014), Example 10"
    return _maxout_differences("shi-maxout", n, (0, 1), shi_regions, source)


def catalan_maxout(n: int) -> Construction:
    """The Catalan arrangement as a layer of units of rank 4, with kinks at d = -1, 0, 1.

    Parameters
    ----------
    n : int
        Number of variables, the dimension of the input.

    Returns
    -------
    Construction
        The network on its domain, with the number of its regions where a theorem gives it.

    Raises
    ------
    HypothesisError
        If n is not a whole number of at least 2, or the network would be too large.

    Examples
    --------
    >>> catalan_maxout(3).regions
    30
    """
    source = "Postnikov, Stanley (2000); Montufar et al. (2014), Example 11"
    return _maxout_differences("catalan-maxout", n, (-1, 0, 1), catalan_regions, source)


def strip_rows(form: Row, breakpoints: Sequence[int]) -> tuple[list[list[int]], list[int]]:
    """The candidates k u - (b_1 + ... + b_k) of a max unit with kinks at u = b_1 < b_2 < ...

    Examples
    --------
    max(0, u, 2 u - 1) has kinks at 0 and 1:

    >>> strip_rows([1], [0, 1])
    ([[0], [1], [2]], [0, 0, -1])
    """
    ranks = range(len(breakpoints) + 1)
    return [[k * entry for entry in form] for k in ranks], [-sum(breakpoints[:k]) for k in ranks]


def _differences(
    name: str, n: int, offsets: Sequence[int], formula: Callable[[int], int], source: str
) -> Construction:
    """x_i - x_j = s for i < j and each offset s."""
    whole("n", n, 2)
    check_size(n**3 * len(offsets))
    pairs = [(row, s) for row in _signed_pairs(n, (-1,)) for s in offsets]
    rows, shifts = [row for row, _ in pairs], [-s for _, s in pairs]
    return _layer(f"{name} {n}", rows, shifts, formula(n), source)


def _maxout_differences(
    name: str, n: int, offsets: Sequence[int], formula: Callable[[int], int], source: str
) -> Construction:
    whole("n", n, 2)
    check_size(n**3 * (len(offsets) + 1))
    rows: list[list[int]] = []
    shifts: list[int] = []
    for form in _signed_pairs(n, (-1,)):
        candidates, constants = strip_rows(form, offsets)
        rows += candidates
        shifts += constants
    return _layer(f"{name} {n}", rows, shifts, formula(n), source, maxout(len(offsets) + 1))


def _central(name: str, rows: Sequence[Row], regions: int | None, source: str) -> Construction:
    return _layer(name, rows, [0] * len(rows), regions, source)


def _layer(
    name: str,
    rows: Sequence[Row],
    shifts: Sequence[int],
    regions: int | None,
    source: str,
    unit: Unit | None = None,
) -> Construction:
    network = mlp([(rows, shifts)], activation=unit, name=name)
    return Construction(network, WholeSpace(network.input_dim), regions, regions or 1, source)


def _signed_pairs(n: int, signs: Sequence[int]) -> list[list[int]]:
    """The rows x_i + s x_j for i < j and each sign s."""
    return [_unit_row(n, {i: 1, j: s}) for i, j in combinations(range(n), 2) for s in signs]


def _unit_row(n: int, entries: dict[int, int]) -> list[int]:
    return [entries.get(i, 0) for i in range(n)]
