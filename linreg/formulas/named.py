"""Regions of arrangements that have a name."""

from __future__ import annotations

from flint import fmpz

from linreg.formulas.hypotheses import affordable, power, representable, whole


def braid_regions(n: int) -> int:
    """n!: the regions of x_i = x_j are the orders of n numbers.

    Parameters
    ----------
    n : int
        Number of variables.

    Returns
    -------
    int

    Raises
    ------
    HypothesisError
        If n is not a whole number of at least 1.

    Examples
    --------
    >>> braid_regions(4)
    24
    """
    return _factorial(whole("n", n))


def shi_regions(n: int) -> int:
    """(n + 1)^(n - 1): the regions of x_i - x_j = 0, 1 for i < j.

    Parameters
    ----------
    n : int
        Number of variables.

    Returns
    -------
    int

    Raises
    ------
    HypothesisError
        If n is not a whole number of at least 1.

    Source
    ------
    Shi (1986); Stanley (2007), Theorem 5.16.

    Examples
    --------
    >>> [shi_regions(n) for n in (2, 3, 4, 5)]
    [3, 16, 125, 1296]
    """
    return power(whole("n", n) + 1, n - 1)


def catalan_regions(n: int) -> int:
    """n! times the n-th Catalan number: the regions of x_i - x_j = -1, 0, 1 for i < j.

    Parameters
    ----------
    n : int
        Number of variables.

    Returns
    -------
    int

    Raises
    ------
    HypothesisError
        If n is not a whole number of at least 1.

    Source
    ------
    Postnikov, Stanley (2000).

    Examples
    --------
    >>> [catalan_regions(n) for n in (2, 3, 4, 5)]
    [4, 30, 336, 5040]
    """
    return _factorial(whole("n", n)) * _catalan(n)


def linial_regions(n: int) -> int:
    """2^-n times the sum of C(n, k) (k + 1)^(n - 1): the regions of x_i - x_j = 1 for i < j.

    Parameters
    ----------
    n : int
        Number of variables.

    Returns
    -------
    int

    Raises
    ------
    HypothesisError
        If n is not a whole number of at least 1.

    Source
    ------
    Postnikov, Stanley (2000).

    Examples
    --------
    >>> [linial_regions(n) for n in (2, 3, 4, 5)]
    [2, 7, 36, 246]
    """
    affordable(20 * whole("n", n), n * n.bit_length())  # powers take longer than a term
    terms = (fmpz.bin_uiui(n, k) * fmpz(k + 1) ** (n - 1) for k in range(n + 1))
    return int(sum(terms, fmpz(0)) // 2**n)


def semiorder_regions(n: int) -> int:
    """Regions of x_i - x_j = -1, 1 for i < j: labelled semiorders.

    The coefficients of C(1 - e^-x), C the Catalan numbers' series: the sum over k of
    (-1)^(n - k) k! S(n, k) times the k-th Catalan number, with Stirling numbers S(n, k).

    Parameters
    ----------
    n : int
        Number of variables.

    Returns
    -------
    int

    Raises
    ------
    HypothesisError
        If n is not a whole number of at least 1.

    Source
    ------
    Postnikov, Stanley (2000); Stanley (2007).

    Examples
    --------
    >>> [semiorder_regions(n) for n in (2, 3, 4)]
    [3, 19, 183]
    """
    affordable(whole("n", n) ** 2, n * n.bit_length())
    surjections = [1] + [0] * n  # k! S(m, k), from m = 0
    for _ in range(n):
        surjections = [0] + [k * (surjections[k] + surjections[k - 1]) for k in range(1, n + 1)]
    return sum((-1) ** (n - k) * surjections[k] * _catalan(k) for k in range(n + 1))


def type_b_regions(n: int) -> int:
    """2^n n!: the regions of x_i = 0 and x_i = x_j, x_i = -x_j, the group of signed permutations.

    Parameters
    ----------
    n : int
        Number of variables.

    Returns
    -------
    int

    Raises
    ------
    HypothesisError
        If n is not a whole number of at least 1.

    Examples
    --------
    >>> type_b_regions(3)
    48
    """
    return _factorial(whole("n", n)) << n


def type_d_regions(n: int) -> int:
    """2^(n-1) n!: the regions of x_i = x_j and x_i = -x_j, for n >= 2.

    Parameters
    ----------
    n : int
        Number of variables.

    Returns
    -------
    int

    Raises
    ------
    HypothesisError
        If n is not a whole number of at least 2.

    Examples
    --------
    >>> type_d_regions(4)
    192
    """
    return _factorial(whole("n", n, 2)) << (n - 1)


def threshold_graph_regions(n: int) -> int:
    """Regions of x_i + x_j = 0 for i < j: labelled threshold graphs on n >= 2 vertices.

    2 (F_n - n F_(n-1)), with the numbers F_n of weak orders: the coefficients of
    (1 - x) e^x / (2 - e^x).

    Parameters
    ----------
    n : int
        Number of variables.

    Returns
    -------
    int

    Raises
    ------
    HypothesisError
        If n is not a whole number of at least 2.

    Source
    ------
    Stanley (2007), exercises of lecture 5.

    Examples
    --------
    >>> [threshold_graph_regions(n) for n in (2, 3, 4, 5)]
    [2, 8, 46, 332]
    """
    affordable(whole("n", n, 2) ** 2, n * n.bit_length())
    weak_orders = [fmpz(1)]
    for m in range(1, n + 1):
        parts = (fmpz.bin_uiui(m, k) * weak_orders[m - k] for k in range(1, m + 1))
        weak_orders.append(sum(parts, fmpz(0)))
    return int(2 * (weak_orders[n] - n * weak_orders[n - 1]))


def _catalan(n: int) -> int:
    representable(f"C({2 * n:,}, {n:,})", 2 * n)
    return int(fmpz.bin_uiui(2 * n, n)) // (n + 1)


def _factorial(n: int) -> int:
    representable(f"{n:,}!", n * n.bit_length())
    return int(fmpz.fac_ui(fmpz(n)))
