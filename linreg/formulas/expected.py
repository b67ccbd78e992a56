"""Expected numbers of regions under random weights.

These are statements about distributions, never about one network: a single choice of weights may
exceed them.
"""

from __future__ import annotations

from math import comb, exp, factorial, isfinite, lgamma, log
from numbers import Real

from linreg.errors import HypothesisError
from linreg.formulas.hypotheses import whole

MOST_FACTORS = 150
"""Up to here float64 holds factorials and binomial coefficients; beyond, logarithms do."""


def hanin_rolnick_2019(
    inputs: int, units: int, *, gradient: float = 1.0, bias: float = 1.0, volume: float = 1.0
) -> float:
    """Upper bound on the expected number of regions of a rectifier network in a large cube.

    (T N)^n0 / n0! times the cube's volume, with T = 2^5 C_grad C_bias, for N >= n0 units; 2^N
    for fewer. It does not depend on how the units are arranged in layers.

    Parameters
    ----------
    inputs : int
        Dimension n0 of the input.
    units : int
        Number N of units.
    gradient : float
        C_grad: the expected product of the norms of the gradients of k units is at most C_grad^k.
    bias : float
        C_bias: the joint density of the biases of k units, given everything else, is at most
        C_bias^k; one over the input's unit.
    volume : float
        Of the cube, in input units to the power n0. The cube has to be large enough for the
        theorem; how large depends on the distribution.

    Returns
    -------
    float
        Infinite if it is beyond float64.

    Raises
    ------
    HypothesisError
        If a number is out of range.

    Source
    ------
    Hanin, Rolnick (2019b), upper bound on the number of activation patterns; constants as known
    from that paper and not derived here.

    Examples
    --------
    >>> hanin_rolnick_2019(2, 10)
    51200.0
    """
    inputs, units = whole("inputs", inputs), whole("units", units)
    rate = 32 * _positive("gradient", gradient) * _positive("bias", bias)
    _positive("volume", volume)
    if units < inputs:
        return _power(2, units)
    return _over_factorial(rate * units, inputs) * volume


def tseran_montufar_2021(
    inputs: int,
    units: int,
    rank: int,
    *,
    gradient: float = 1.0,
    bias: float = 1.0,
    volume: float = 1.0,
) -> float:
    """Upper bound on the expected number of regions of a maxout network in a large cube.

    (2^5 C_bias C_grad K N)^n0 C(K n0, 2 n0) / n0! times the cube's volume. Its parameters are
    those of `hanin_rolnick_2019`, and the rank K.

    Parameters
    ----------
    inputs : int
        Dimension n0 of the input.
    units : int
        Number N of units.
    rank : int
        Number k of candidates of every unit.
    gradient : float
        Bound C_grad on the gradients of units, dimensionless.
    bias : float
        Bound C_bias on the density of biases, in one over input units.
    volume : float
        Of the cube, in input units to the power n0.

    Returns
    -------
    float
        The bound, a number of regions.

    Raises
    ------
    HypothesisError
        If a number is out of range, or there are fewer units than inputs.

    Source
    ------
    Tseran, Montufar (2021); constants as in the code that accompanies the paper.

    Examples
    --------
    >>> tseran_montufar_2021(1, 1, 2)
    64.0
    """
    inputs, units, rank = _maxout(inputs, units, rank)
    rate = 32 * _positive("gradient", gradient) * _positive("bias", bias) * rank * units
    pieces = _over_factorial(rate, inputs, rank * inputs)
    return pieces * _positive("volume", volume)


def tseran_montufar_2021_boundary(
    inputs: int,
    units: int,
    rank: int,
    *,
    gradient: float = 1.0,
    bias: float = 1.0,
    volume: float = 1.0,
) -> float:
    """Upper bound on the expected number of linear pieces of a maxout decision boundary.

    (2^4 C_bias C_grad)^n0 (2 K N)^(n0 - 1) C(K (n0 - 1), 2 (n0 - 1)) / (n0 - 1)! times the cube's
    volume. Its parameters are those of `tseran_montufar_2021`.

    Parameters
    ----------
    inputs : int
        Dimension n0 of the input.
    units : int
        Number N of units.
    rank : int
        Number k of candidates of every unit.
    gradient : float
        Bound C_grad on the gradients of units, dimensionless.
    bias : float
        Bound C_bias on the density of biases, in one over input units.
    volume : float
        Of the cube, in input units to the power n0.

    Returns
    -------
    float
        The bound, a number of linear pieces.

    Raises
    ------
    HypothesisError
        If a number is out of range, or there are fewer units than inputs.

    Source
    ------
    Tseran, Montufar (2021); constants as in the code that accompanies the paper.

    Examples
    --------
    On a line the boundary consists of points, whose number does not grow with the units:

    >>> tseran_montufar_2021_boundary(1, 5, 3), tseran_montufar_2021_boundary(1, 50, 3)
    (16.0, 16.0)
    """
    inputs, units, rank = _maxout(inputs, units, rank)
    rate = _power(16 * _positive("gradient", gradient) * _positive("bias", bias), inputs)
    across = inputs - 1
    pieces = _over_factorial(2 * rank * units, across, rank * across)
    return rate * pieces * _positive("volume", volume)


def _maxout(inputs: object, units: object, rank: object) -> tuple[int, int, int]:
    n, N, K = whole("inputs", inputs), whole("units", units), whole("rank", rank, 2)
    if n > N:
        raise HypothesisError(f"the bound is for at least as many units as inputs: {N} < {n}")
    return n, N, K


def _positive(name: str, value: object) -> float:
    if not isinstance(value, Real) or not float(value) > 0:
        raise HypothesisError(f"{name} must be a positive number: got {value!r}")
    return float(value)


def _over_factorial(base: float, n: int, of: int | None = None) -> float:
    """base^n / n!, times C(of, 2 n) if that is asked for; infinite if it is beyond float64."""
    if n <= MOST_FACTORS and (of is None or of <= MOST_FACTORS):
        value = _power(base, n) * (1 if of is None else comb(of, 2 * n)) / factorial(n)
        if isfinite(value):
            return value
    logarithm = n * log(base) - lgamma(n + 1)
    if of is not None:
        logarithm += lgamma(of + 1) - lgamma(2 * n + 1) - lgamma(of - 2 * n + 1)
    try:
        return exp(logarithm)
    except OverflowError:
        return float("inf")


def _power(base: float, exponent: int) -> float:
    try:
        return float(base) ** exponent
    except OverflowError:
        return float("inf")
