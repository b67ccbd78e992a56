"""How regions for each parameter grow with the number of parameters, for large layers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lgamma, log, log10, prod
from typing import Any

from linreg.errors import HypothesisError
from linreg.formulas import chained, whole, xiong_asymptotics
from linreg.theory.parameters import rows_of

EQUAL, BELOW, ABOVE = (
    "asymptotically equal",
    "asymptotic lower bound",
    "asymptotic upper bound",
)


@dataclass(frozen=True, slots=True)
class Growth:
    """Regions for each parameter of layers that get wide, as c P^e for P parameters.

    Nothing is said of layers of any given size; see `Efficiency` for these.

    Attributes
    ----------
    architecture : str
        In words.
    exponent : Fraction
        The power e of P.
    log10_coefficient : float
        The logarithm of c.
    known : str
        "asymptotically equal": the quotient of the maximum and this tends to 1. "asymptotic lower
        bound", "asymptotic upper bound": it stays above, or below, a number that tends to 1.
    source : str
        Author, year, theorem.

    Examples
    --------
    On a line, P parameters are P / 2 units, which make about P / 2 regions:

    >>> row = connected_growth(1, 2)[-1]
    >>> row.architecture, row.exponent, round(10**row.log10_coefficient, 9)
    ('1 layer', Fraction(0, 1), 0.5)
    """

    architecture: str
    exponent: Fraction
    log10_coefficient: float
    known: str
    source: str

    def log10_at(self, parameters: int) -> float:
        """The logarithm of c P^e.

        Parameters
        ----------
        parameters : int
            Number P of weights and biases.

        Returns
        -------
        float
            Base 10; of a number of regions.

        Examples
        --------
        >>> Growth("one layer", Fraction(2), -1.0, EQUAL, "").log10_at(100)
        3.0
        """
        return self.log10_coefficient + float(self.exponent) * log10(parameters)


def connected_growth(inputs: int, depth: int) -> tuple[Growth, ...]:
    """Deep fully connected networks against one layer, for large widths.

    L layers of n units have about (L - 1) n^2 parameters, and between n^(n0 L) / (n0^(n0 (L - 1))
    n0!) and n^(n0 L) / n0!^L regions at most; one layer of P parameters has P / (n0 + 1) units.

    Parameters
    ----------
    inputs : int
        Dimension n0 of the input.
    depth : int
        Number L of layers of the deep network.

    Returns
    -------
    tuple of Growth
        A row for each architecture and bound.

    Raises
    ------
    HypothesisError
        If a number is below 1.

    Source
    ------
    Montufar, Pascanu, Cho, Bengio (2014), section 8 of the supplement; Raghu et al. (2017).

    Examples
    --------
    On a plane, regions for each parameter grow like P^3 for four layers, and like P for one:

    >>> [(each.architecture, str(each.exponent)) for each in connected_growth(2, 4)]
    [('4 layers', '3'), ('4 layers', '3'), ('1 layer', '1')]
    """
    n0, layers = whole("inputs", inputs), whole("depth", depth)
    shallow = _one_connected("1 layer", n0)
    if layers == 1:
        return (shallow,)
    name = f"{layers} layers"
    low = -n0 * (layers - 1) * log10(n0) - _log10_factorial(n0)
    high = -layers * _log10_factorial(n0)
    lower = "Montufar et al. (2014), equation (6)"
    return (
        _of_square(name, n0 * layers, low, layers - 1, BELOW, lower),
        _of_square(name, n0 * layers, high, layers - 1, ABOVE, "Raghu et al. (2017)"),
        shallow,
    )


def convolutional_growth(
    input_shape: Sequence[int], layers: Sequence[Mapping[str, Any]]
) -> tuple[Growth, ...]:
    """Deep convolutional networks of d filters a layer against one layer, for large d.

    Theorem 3 compares the deep network with one convolution of L d^2 filters, and drops the regions
    of the last layer from the lower bound; here they are kept, as in Theorem 2.

    Parameters
    ----------
    input_shape : (channels, length) or (channels, height, width)
    layers : list of dict
        As those of `xiong_2020_lower`; the numbers of filters are replaced by one large d.

    Returns
    -------
    tuple of Growth
        A row for each architecture and bound.

    Raises
    ------
    HypothesisError
        If a layer is impossible or padded.
    TooLarge
        If a layer is too large for `xiong_asymptotics`.

    Source
    ------
    Xiong et al. (2020), Theorems 1, 2 and 3.

    Examples
    --------
    One convolution has the exponent of one connected layer, and a larger coefficient:

    >>> pair = {"filters": 4, "kernel": 2}
    >>> rows = convolutional_growth((1, 5), [pair, pair, pair])
    >>> [(each.architecture, str(each.exponent)) for each in rows]
    [('3 convolutions', '4'), ('3 convolutions', '13/2'), ('1 convolution', '4'),
     ('1 connected layer', '4')]
    >>> rows[2].log10_coefficient > rows[3].log10_coefficient
    True
    """
    chain = chained(input_shape, layers)
    if any(any(layer.padding) for layer in chain):
        raise HypothesisError("Theorem 2 of Xiong et al. (2020) is about layers without padding")
    first, last = chain[0], chain[-1]
    n0, channels, cells = first.n_inputs, first.channels, [prod(layer.output) for layer in chain]
    degree, coefficient = xiong_asymptotics(input_shape, first.kernel, first.stride)
    own = channels * prod(first.kernel) + 1  # parameters of a filter of the first layer
    rows = [
        _growth(
            "1 convolution",
            Fraction(degree),
            _log10(coefficient) - degree * log10(own),
            EQUAL,
            "Xiong et al. (2020), Theorem 1",
        ),
        _one_connected("1 connected layer", n0),
    ]
    if len(chain) > 1:
        name = f"{len(chain)} convolution{'s' if len(chain) > 1 else ''}"
        squares = sum(prod(layer.kernel) for layer in chain[1:])
        after, share = xiong_asymptotics((channels, *last.cells), last.kernel, last.stride)
        folds = channels * sum(cells[:-1])
        low = _log10(share) - folds * log10(channels)
        high = _log10(coefficient) + sum(n0 * log10(n) - _log10_factorial(n0) for n in cells[1:])
        lower = "Xiong et al. (2020), Theorems 2 (i) and 3"
        upper = "Xiong et al. (2020), Theorem 2 (ii)"
        rows = [
            _of_square(name, folds + after, low, squares, BELOW, lower),
            _of_square(name, degree + n0 * (len(chain) - 1), high, squares, ABOVE, upper),
            *rows,
        ]
    return tuple(rows)


def _one_connected(name: str, n0: int) -> Growth:
    """(P / (n0 + 1))^n0 / n0! regions."""
    coefficient = -n0 * log10(n0 + 1) - _log10_factorial(n0)
    return _growth(name, Fraction(n0), coefficient, EQUAL, "Zaslavsky (1975), Theorem A")


def _of_square(
    name: str, degree: int, coefficient: float, squares: int, known: str, source: str
) -> Growth:
    """About 10^coefficient n^degree regions, for about squares * n^2 parameters."""
    logarithm = coefficient - degree / 2 * log10(squares)
    return _growth(name, Fraction(degree, 2), logarithm, known, source)


def _growth(name: str, degree: Fraction, logarithm: float, known: str, source: str) -> Growth:
    """Regions like P^degree, divided by P."""
    return Growth(name, degree - 1, logarithm, known, source)


def _log10(number: Fraction) -> float:
    return log10(number.numerator) - log10(number.denominator)


def _log10_factorial(n: int) -> float:
    return lgamma(n + 1) / log(10)


def growth_columns(rows: Sequence[Growth]) -> dict[str, list[Any]]:
    """The rows as columns, one list each: what data frame and plotting libraries take.

    Parameters
    ----------
    rows : sequence of Growth

    Returns
    -------
    dict of list
        Column names, and an entry for each row.

    Raises
    ------
    HypothesisError
        If there are no rows.
    TypeError
        If one is something else.

    Examples
    --------
    >>> growth_columns(connected_growth(2, 4))["exponent"]
    [3.0, 3.0, 1.0]
    """
    rows = rows_of(rows, Growth)
    return {
        "architecture": [row.architecture for row in rows],
        "exponent": [float(row.exponent) for row in rows],
        "log10_coefficient": [row.log10_coefficient for row in rows],
        "known": [row.known for row in rows],
        "source": [row.source for row in rows],
    }
