"""Regions for each parameter: deep against shallow, convolutional against fully connected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeVar

from linreg.arguments import entries
from linreg.errors import HypothesisError
from linreg.formulas import (
    architecture,
    buck,
    chained,
    montufar_2014_remainders,
    serra_2018_upper,
    whole,
    xiong_2020_lower,
    xiong_2020_upper,
    xiong_formula,
)
from linreg.formulas.hypotheses import power
from linreg.wording import counted

EXACT, LOWER, UPPER = "exact maximum", "lower bound", "upper bound"


@dataclass(frozen=True, slots=True)
class Efficiency:
    """How many regions an architecture can have for how many parameters.

    Attributes
    ----------
    architecture : str
        In words.
    parameters : int
        Weights and biases of the hidden layers.
    regions : int
        The number of which `known` says what it is.
    known : str
        "exact maximum", "lower bound" on the maximum or "upper bound".
    source : str
        Author, year, theorem.

    Examples
    --------
    One layer of two units on the line makes three regions with two weights and two biases:

    >>> row = widths_against_one_layer(1, [2])[-1]
    >>> row.parameters, row.regions, row.known
    (4, 3, 'exact maximum')
    """

    architecture: str
    parameters: int
    regions: int
    known: str
    source: str

    @property
    def regions_per_parameter(self) -> Fraction:
        """The quotient, exactly."""
        return Fraction(self.regions, self.parameters)


def parameter_count(inputs: int, widths: Sequence[int]) -> int:
    """Number of weights and biases of the hidden layers: the sum of (n_{l-1} + 1) n_l.

    Parameters
    ----------
    inputs : int
        Dimension n0 of the input.
    widths : sequence of int
        Number n_l of units of each layer, from first to last.

    Returns
    -------
    int

    Raises
    ------
    HypothesisError
        If a number is below 1 or there is no layer.

    Examples
    --------
    >>> parameter_count(2, [10, 10]), parameter_count(2, [20])
    (140, 60)
    """
    inputs, widths = architecture(inputs, widths)
    before = (inputs, *widths)
    return sum((a + 1) * b for a, b in zip(before, widths, strict=False))


def deep_against_shallow(inputs: int, width: int, depth: int) -> tuple[Efficiency, ...]:
    """L layers of n units against one layer of as many units, and one of as many parameters.

    As `widths_against_one_layer`.

    Parameters
    ----------
    inputs : int
        Dimension n0 of the input.
    width : int
        Number n of units of each layer.
    depth : int
        Number L of layers.

    Returns
    -------
    tuple of Efficiency
        A row for each architecture and bound.

    Raises
    ------
    HypothesisError
        If a number is below 1, or the width below the inputs.

    Source
    ------
    Montufar, Pascanu, Cho, Bengio (2014), section 8 of the supplement.

    Examples
    --------
    >>> deep, _, shallow, _ = deep_against_shallow(2, 10, 4)
    >>> [round(float(each.regions_per_parameter), 2) for each in (deep, shallow)]
    [2430.56, 6.84]
    """
    return widths_against_one_layer(inputs, [width] * whole("depth", depth))


def widths_against_one_layer(inputs: int, widths: Sequence[int]) -> tuple[Efficiency, ...]:
    """A rectifier network against one layer of as many units, and one of as many parameters.

    The network's lower bound is equation (6) of Montufar et al. (2014), its upper bound that of
    Serra et al. (2018); a single layer's number is exact.

    Parameters
    ----------
    inputs : int
        Dimension n0 of the input.
    widths : sequence of int
        Number n_l of units of each layer, from first to last.

    Returns
    -------
    tuple of Efficiency
        A row for each architecture and bound.

    Raises
    ------
    HypothesisError
        If a number is below 1, or a width below the inputs.

    Examples
    --------
    >>> [(each.architecture, each.regions) for each in widths_against_one_layer(2, [5, 4])]
    [('layers of 5, 4', 66), ('layers of 5, 4', 176), ('1 layer of 9, as many units', 46),
     ('1 layer of 13, as many parameters', 92)]
    """
    inputs, widths = architecture(inputs, widths)
    parameters = parameter_count(inputs, widths)
    equal = len(set(widths)) == 1
    name = (
        f"{counted(len(widths), 'layer')} of {widths[0]}"
        if equal
        else f"layers of {_listed(widths)}"
    )
    same = max(1, parameters // (inputs + 1))
    shallow = [
        Efficiency(
            f"1 layer of {n}, as many {what}",
            parameter_count(inputs, [n]),
            buck(n, inputs),
            EXACT,
            "Zaslavsky (1975), Theorem A",
        )
        for n, what in ((sum(widths), "units"), (same, "parameters"))
    ]
    lower = montufar_2014_remainders(inputs, widths)
    upper = serra_2018_upper(inputs, widths)
    return (
        Efficiency(name, parameters, lower, LOWER, "Montufar et al. (2014), equation (6)"),
        Efficiency(name, parameters, upper, UPPER, "Serra et al. (2018), Theorem 1"),
        *shallow,
    )


def _listed(widths: Sequence[int]) -> str:
    return ", ".join(map(str, widths))


def deep_order(inputs: int, width: int, depth: int) -> float:
    """Asymptotic order of regions per parameter of L layers of n units, without its constant.

    (n / n0)^(n0 (L - 1)) n^(n0 - 2) / L: regions per parameter grow at least like that for large n.

    Parameters
    ----------
    inputs : int
        Dimension n0 of the input.
    width : int
        Number n of units of each layer.
    depth : int
        Number L of layers.

    Returns
    -------
    float
        Dimensionless; infinite if it is beyond float64.

    Raises
    ------
    HypothesisError
        If a number is not a whole number of at least 1.

    Source
    ------
    Montufar, Pascanu, Cho, Bengio (2014), section 8 of the supplement.

    Examples
    --------
    >>> deep_order(2, 10, 4)
    3906.25
    """
    n0, n, L = whole("inputs", inputs), whole("width", width), whole("depth", depth)
    deep = Fraction(power(n, n0 * (L - 1)), power(n0, n0 * (L - 1)))
    return _float(deep * Fraction(n) ** (n0 - 2) / L)


def shallow_order(inputs: int, width: int, depth: int) -> float:
    """Asymptotic order of regions per parameter of one layer of L n units, without its constant.

    (L n)^(n0 - 1): regions per parameter grow at most like that.

    Parameters
    ----------
    inputs : int
        Dimension n0 of the input.
    width : int
        Number n of units of each layer.
    depth : int
        Number L of layers.

    Returns
    -------
    float
        Dimensionless; infinite if it is beyond float64.

    Raises
    ------
    HypothesisError
        If a number is not a whole number of at least 1.

    Source
    ------
    Montufar, Pascanu, Cho, Bengio (2014), section 8 of the supplement.

    Examples
    --------
    >>> shallow_order(2, 10, 4)
    40.0
    """
    n0, n, L = whole("inputs", inputs), whole("width", width), whole("depth", depth)
    return _float(Fraction(power(L * n, n0 - 1)))


def _float(number: Fraction) -> float:
    try:
        return float(number)
    except OverflowError:
        return float("inf")


def convolutional_against_connected(
    input_shape: Sequence[int], layers: Sequence[Mapping[str, Any]]
) -> tuple[Efficiency, ...]:
    """A convolutional network against one layer of as many parameters, convolutional or not.

    Parameters
    ----------
    input_shape : (channels, length) or (channels, height, width)
    layers : list of dict
        With `filters`, `kernel` and, if not 1, `stride`.

    Returns
    -------
    tuple of Efficiency
        A row for each architecture and bound.

    Raises
    ------
    HypothesisError
        If Theorem 2 of Xiong et al. (2020) does not apply or a layer is too large for it.

    Source
    ------
    Xiong et al. (2020), Theorems 2 and 3.

    Examples
    --------
    >>> pair = {"filters": 4, "kernel": 2}
    >>> for each in convolutional_against_connected((1, 5), [pair, pair, pair]):
    ...     print(each.architecture, each.parameters, each.regions, each.known)
    3 convolutions 84 1392640 lower bound
    3 convolutions 84 1496662206 upper bound
    1 convolution, 28 filters 84 54015109 exact maximum
    1 connected layer of 14 84 3473 exact maximum
    """
    chain = chained(input_shape, layers)
    first = chain[0]
    parameters = sum(layer.n_parameters for layer in chain)
    filters = max(1, parameters * first.filters // first.n_parameters)
    wide = xiong_formula(input_shape, filters, first.kernel, first.stride, first.padding)
    units = max(1, parameters // (first.n_inputs + 1))
    name = counted(len(chain), "convolution")
    lower, upper = xiong_2020_lower(input_shape, layers), xiong_2020_upper(input_shape, layers)
    deep = (
        Efficiency(name, parameters, lower, LOWER, "Xiong et al. (2020), Theorem 2 (i)"),
        Efficiency(name, parameters, upper, UPPER, "Xiong et al. (2020), Theorem 2 (ii)"),
    )
    return (
        *(deep if len(chain) > 1 or lower < upper else ()),  # else the next row says it all
        Efficiency(
            f"1 convolution, {counted(filters, 'filter')}",
            filters * first.n_parameters // first.filters,
            wide,
            EXACT if first.is_on_a_line else UPPER,
            "Xiong et al. (2020), Theorem 1",
        ),
        Efficiency(
            f"1 connected layer of {units}",
            parameter_count(first.n_inputs, [units]),
            buck(units, first.n_inputs),
            EXACT,
            "Zaslavsky (1975), Theorem A",
        ),
    )


R = TypeVar("R")


def rows_of(rows: object, kind: type[R]) -> list[R]:
    """The rows of a table.

    Raises
    ------
    HypothesisError
        If there are none.
    TypeError
        If one is of another kind.
    """
    found = list(entries(rows, "rows"))
    if not found:
        raise HypothesisError("rows: at least one architecture was expected, got none")
    for i, row in enumerate(found):
        if not isinstance(row, kind):
            raise TypeError(f"rows[{i}]: {kind.__name__} was expected, got {type(row).__name__}")
    return found


def columns(rows: Sequence[Efficiency]) -> dict[str, list[Any]]:
    """The rows as columns, one list each: what data frame and plotting libraries take.

    Parameters
    ----------
    rows : sequence of Efficiency

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
    >>> frame = columns(deep_against_shallow(2, 4, 2))
    >>> frame["regions"], frame["known"]
    ([44, 121, 37, 56], ['lower bound', 'upper bound', 'exact maximum', 'exact maximum'])
    """
    rows = rows_of(rows, Efficiency)
    return {
        "architecture": [row.architecture for row in rows],
        "parameters": [row.parameters for row in rows],
        "regions": [row.regions for row in rows],
        "regions_per_parameter": [float(row.regions_per_parameter) for row in rows],
        "known": [row.known for row in rows],
        "source": [row.source for row in rows],
    }
