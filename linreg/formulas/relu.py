"""Fully connected rectifier networks: bounds on the maximum of regions over all weights.

Every function is called `f(inputs, widths)` with the input dimension n0 and the hidden widths
n1, ..., nL. Upper bounds hold for every choice of weights and on every convex domain. Lower bounds
say how large the maximum over all weights is at least, not how many regions a network has.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from linreg.errors import HypothesisError
from linreg.formulas.arrangements import buck
from linreg.formulas.hypotheses import architecture, power, product
from linreg.formulas.narrowing import Layer, narrowing_bound
from linreg.wording import counted


def trivial(inputs: int, widths: Sequence[int]) -> int:
    """2^N: every unit is on or off.

    Upper bound, for every network whose N units have two pieces.

    Parameters
    ----------
    inputs : int
        Dimension n0 of the input.
    widths : sequence of int
        Number n_l of units of each layer, from first to last.

    Returns
    -------
    int
        The upper bound.

    Raises
    ------
    HypothesisError
        If a number is below 1, there is no layer, or units are more than 100,000,000 (`TooLarge`).

    Source
    ------
    A pattern has at most one region: each is convex.

    Examples
    --------
    >>> trivial(2, [3, 3])
    64
    """
    _, widths = architecture(inputs, widths)
    return power(2, sum(widths))


def montufar_2014(inputs: int, widths: Sequence[int]) -> int:
    """Regions that folding gives: prod over l < L of floor(n_l / n0)^n0, times Z(n_L, n0).

    Lower bound on the maximum over weights; Z(m, n) = C(m, 0) + ... + C(m, n).

    Parameters
    ----------
    inputs : int
        Dimension n0 of the input.
    widths : sequence of int
        Number n_l of units of each layer, from first to last.

    Returns
    -------
    int
        The lower bound.

    Raises
    ------
    HypothesisError
        If a layer is narrower than the input.

    Source
    ------
    Montufar, Pascanu, Cho, Bengio (2014), Theorem 5.

    Examples
    --------
    Four units fold the square twice in each direction, and four lines cut it into 11:

    >>> montufar_2014(2, [4, 4])
    44
    """
    inputs, widths = _at_least_inputs("Theorem 5 of Montufar et al. (2014)", inputs, widths)
    folds = (power(width // inputs, inputs) for width in widths[:-1])
    return product((buck(widths[-1], inputs), *folds))


def montufar_2014_remainders(inputs: int, widths: Sequence[int]) -> int:
    """Regions that folding gives where no unit is left idle.

    With n_l = q n0 + m, m of the directions are folded q + 1 times and the others q times: the
    product over l < L of q^(n0 - m) (q + 1)^m, times Z(n_L, n0). Lower bound on the maximum over
    weights, never below `montufar_2014`; Z(m, n) = C(m, 0) + ... + C(m, n).

    Parameters
    ----------
    inputs : int
        Dimension n0 of the input.
    widths : sequence of int
        Number n_l of units of each layer, from first to last.

    Returns
    -------
    int
        The lower bound.

    Raises
    ------
    HypothesisError
        If a layer is narrower than the input.

    Source
    ------
    Montufar, Pascanu, Cho, Bengio (2014), equation (6).

    Examples
    --------
    Five units fold one direction twice and the other three times:

    >>> montufar_2014_remainders(2, [5, 4]) == 2 * 3 * 11
    True
    """
    inputs, widths = _at_least_inputs("Equation (6) of Montufar et al. (2014)", inputs, widths)
    factors = [buck(widths[-1], inputs)]
    for width in widths[:-1]:
        times, rest = divmod(width, inputs)
        factors += [power(times, inputs - rest), power(times + 1, rest)]
    return product(factors)


def arora_2018(inputs: int, widths: Sequence[int]) -> int:
    """Regions of a zonotope's gauge under sawteeth.

    2 (C(m - 1, 0) + ... + C(m - 1, n0 - 1)) w^(L-1). Lower bound on the maximum over weights, where
    n1 = 2 m and n2 = ... = nL = w.

    Parameters
    ----------
    inputs : int
        Dimension n0 of the input.
    widths : sequence of int
        Number n_l of units of each layer, from first to last.

    Returns
    -------
    int
        The lower bound.

    Raises
    ------
    HypothesisError
        If the first width is odd, or later widths differ or are below 2.

    Source
    ------
    Arora, Basu, Mianjy, Mukherjee (2018), in the form that Serra, Tjandraatmadja, Ramalingam
    (2018) quote.

    Examples
    --------
    The gauge |x| + |y| + |x + y| has six cones, and a kink at height 1 halves each:

    >>> arora_2018(2, [6, 2])
    12
    """
    inputs, widths = architecture(inputs, widths)
    first, later = widths[0], set(widths[1:])
    if first % 2:
        raise HypothesisError(f"the zonotope takes pairs of units: width 1 is odd, {first}")
    if len(later) > 1 or min(later, default=2) < 2:
        raise HypothesisError(
            f"the sawteeth need layers of one width of at least 2 after the first: got "
            f"{list(widths[1:])}"
        )
    return product((2, buck(first // 2 - 1, inputs - 1), *widths[1:]))


def serra_2018_lower(inputs: int, widths: Sequence[int]) -> int:
    """Regions that sharper folding gives, with one more fold in each direction.

    The product over l < L of (floor(n_l / n0) + 1)^n0, times Z(n_L, n0). Lower bound on the maximum
    over weights: n units fold a direction n + 1 times, if there are at least three of them.
    Z(m, n) = C(m, 0) + ... + C(m, n).

    Parameters
    ----------
    inputs : int
        Dimension n0 of the input.
    widths : sequence of int
        Number n_l of units of each layer, from first to last.

    Returns
    -------
    int
        The lower bound.

    Raises
    ------
    HypothesisError
        If a layer but the last has fewer than 3 n0 units. With fewer the formula would be wrong:
        for (n0; n1, n2) = (2; 2, 5) it gives 64, above the upper bound 29.

    Source
    ------
    Serra, Tjandraatmadja, Ramalingam (2018), lower bound for widths of at least 3 n0.

    Examples
    --------
    Three units make four monotone pieces, each cut in four by the next layer's three:

    >>> serra_2018_lower(1, [3, 3])
    16
    """
    inputs, widths = architecture(inputs, widths)
    for k, width in enumerate(widths[:-1], start=1):
        if width < 3 * inputs:
            raise HypothesisError(
                f"the construction of Serra et al. (2018) needs at least three units for each of "
                f"{counted(inputs, 'input')} in every layer but the last: layer {k} has {width}"
            )
    folds = (power(width // inputs + 1, inputs) for width in widths[:-1])
    return product((buck(widths[-1], inputs), *folds))


def montufar_2017(inputs: int, widths: Sequence[int]) -> int:
    """The product over layers of Z(n_l, min(n0, ..., n_{l-1})).

    Upper bound, for any units with two pieces; Z(m, n) = C(m, 0) + ... + C(m, n).

    Parameters
    ----------
    inputs : int
        Dimension n0 of the input.
    widths : sequence of int
        Number n_l of units of each layer, from first to last.

    Returns
    -------
    int
        The upper bound.

    Raises
    ------
    HypothesisError
        If a number is below 1 or there is no layer.

    Source
    ------
    Montufar (2017): a layer sees of a cell an image of at most that dimension.

    Examples
    --------
    Each of seven regions of three lines is cut into at most seven:

    >>> montufar_2017(2, [3, 3])
    49
    """
    inputs, widths = architecture(inputs, widths)
    dims = accumulate((inputs, *widths), min)
    # The last of the dims is that after the last layer, which no layer sees.
    return product(buck(width, dim) for width, dim in zip(widths, dims, strict=False))


def raghu_2017(inputs: int, widths: Sequence[int]) -> int:
    """The product over layers of Z(n_l, n0).

    Upper bound, for any units with two pieces; never below `montufar_2017`.
    Z(m, n) = C(m, 0) + ... + C(m, n).

    Parameters
    ----------
    inputs : int
        Dimension n0 of the input.
    widths : sequence of int
        Number n_l of units of each layer, from first to last.

    Returns
    -------
    int
        The upper bound.

    Raises
    ------
    HypothesisError
        If a number is below 1 or there is no layer.

    Source
    ------
    Raghu, Poole, Kleinberg, Ganguli, Sohl-Dickstein (2017), in its finite form: they state the
    order O(n^(n0 L)) for L layers of n units.

    Examples
    --------
    >>> raghu_2017(2, [1, 3]) == 2 * 7
    True
    """
    inputs, widths = architecture(inputs, widths)
    return product(buck(width, inputs) for width in widths)


def serra_2018_upper(inputs: int, widths: Sequence[int]) -> int:
    """The sum over j_1, ..., j_L of the products of C(n_l, j_l).

    Here 0 <= j_l <= min(n0, n_1 - j_1, ..., n_{l-1} - j_{l-1}, n_l). Upper bound, for rectifiers
    only: it uses that a unit that is off has a constant output, which abs and leaky ReLU do not.

    Parameters
    ----------
    inputs : int
        Dimension n0 of the input.
    widths : sequence of int
        Number n_l of units of each layer, from first to last.

    Returns
    -------
    int
        The upper bound.

    Raises
    ------
    HypothesisError
        If a number is below 1 or there is no layer.

    Source
    ------
    Serra, Tjandraatmadja, Ramalingam (2018), Theorem 1.

    Examples
    --------
    A line has four regions at most under three layers of one unit, not eight: once a unit is off,
    the layers behind it see a point.

    >>> serra_2018_upper(1, [1, 1, 1])
    4
    """
    inputs, widths = architecture(inputs, widths)
    return narrowing_bound(inputs, [Layer(0, width) for width in widths])


def _at_least_inputs(
    theorem: str, inputs: int, widths: Sequence[int]
) -> tuple[int, tuple[int, ...]]:
    inputs, widths = architecture(inputs, widths)
    for k, width in enumerate(widths, start=1):
        if width < inputs:
            raise HypothesisError(
                f"{theorem} needs layers at least as wide as the input: layer {k} has "
                f"{counted(width, 'unit')} for {counted(inputs, 'input')}"
            )
    return inputs, widths


def zigzag_lower(inputs: int, widths: Sequence[int]) -> int:
    """Regions that folding gives if every unit is used, with one more fold from three units on.

    The units of a layer are shared out among the n0 directions, as evenly as can be; p of them
    fold a direction p times for p <= 2 and p + 1 times for p >= 3. The product of these numbers
    over l < L and over directions, times Z(n_L, n0). Lower bound on the maximum over weights,
    never below `montufar_2014_remainders`, and never below `serra_2018_lower`.
    Z(m, n) = C(m, 0) + ... + C(m, n).

    Parameters
    ----------
    inputs : int
        Dimension n0 of the input.
    widths : sequence of int
        Number n_l of units of each layer, from first to last.

    Returns
    -------
    int
        The lower bound.

    Raises
    ------
    HypothesisError
        If a layer is narrower than the input.

    Notes
    -----
    Proof: `linreg.zoo.serra` is a network with that many regions in the unit cube. The folds for
    p >= 3 are those of Serra et al. (2018), who leave the remainder of n_l / n0 idle; those for
    p <= 2 are of Montufar et al. (2014).

    Source
    ------
    After Serra, Tjandraatmadja, Ramalingam (2018) and Montufar, Pascanu, Cho, Bengio (2014).

    Examples
    --------
    Five units fold one direction twice and the other four times:

    >>> zigzag_lower(2, [5, 4]) == 2 * 4 * 11
    True
    """
    inputs, widths = _at_least_inputs("Folding", inputs, widths)
    factors = [buck(widths[-1], inputs)]
    for width in widths[:-1]:
        share, rest = divmod(width, inputs)
        factors += [power(folds_of(share), inputs - rest), power(folds_of(share + 1), rest)]
    return product(factors)


def folds_of(units: int) -> int:
    """Number of pieces, each onto (0, 1), of the zigzag that so many rectifiers make on (0, 1).

    Parameters
    ----------
    units : int
        Number of rectifiers.

    Returns
    -------
    int

    Examples
    --------
    x and 2 relu(x - 1/2) fold (0, 1) once:

    >>> folds_of(2)
    2
    """
    return units if units < 3 else units + 1
