"""Hypotheses that theorems share: checks of their arguments."""

from __future__ import annotations

from collections.abc import Sequence
from operator import index

from linreg.errors import HypothesisError, TooLarge

LARGEST_WIDTH = 10**18
"""Inputs or units of a layer beyond which binomial coefficients are not worked out."""

MOST_BITS = 100_000_000
"""Bits beyond which a number is not worked out: it takes seconds to spell its digits."""


def whole(name: str, value: object, least: int = 1) -> int:
    """A whole number of at least `least`.

    Parameters
    ----------
    name : str
        What the message calls it.
    value : object
        What was given.
    least : int
        The least number that is allowed.

    Returns
    -------
    int
        The value.

    Raises
    ------
    HypothesisError
        If it is not one; the message calls it `name`.

    Examples
    --------
    >>> whole("rank", 3)
    3
    """
    if not isinstance(value, bool):
        try:
            number = index(value)  # type: ignore[arg-type]
        except TypeError:
            number = None
        if number is not None and number >= least:
            return number
    raise HypothesisError(f"{name} must be a whole number of at least {least}: got {value!r}")


def architecture(inputs: object, widths: Sequence[object]) -> tuple[int, tuple[int, ...]]:
    """The input dimension and the hidden widths n_1, ..., n_L, all at least 1.

    Parameters
    ----------
    inputs : object
        Dimension n0 of the input.
    widths : sequence of object
        Number n_l of units of each layer, from first to last.

    Returns
    -------
    int, tuple of int

    Raises
    ------
    HypothesisError
        If a number is not a whole number from 1 to `LARGEST_WIDTH`, or there is no layer.

    Examples
    --------
    >>> architecture(2, [4, 4])
    (2, (4, 4))
    """
    if isinstance(widths, str) or not hasattr(widths, "__iter__"):
        raise HypothesisError(f"widths must be a list of whole numbers: got {widths!r}")
    checked = tuple(whole(f"width {k}", width) for k, width in enumerate(widths, start=1))
    if not checked:
        raise HypothesisError("widths must name at least one layer")
    dim = whole("inputs", inputs)
    largest = max(dim, *checked)
    if largest > LARGEST_WIDTH:
        raise HypothesisError(f"inputs and widths must be at most 10^18: got {largest:,}")
    return dim, checked


def power_of_two(exponent: int) -> int:
    """2^exponent, as long as anybody could look at its digits.

    Raises
    ------
    TooLarge
        If the exponent is above `MOST_BITS`.
    """
    if exponent > MOST_BITS:
        raise TooLarge(f"2^{exponent:,} has more digits than anybody could look at")
    return 1 << exponent


def one_layer(theorem: str, widths: Sequence[int]) -> int:
    """The width of the only layer.

    Raises
    ------
    HypothesisError
        If there are several.
    """
    if len(widths) > 1:
        raise HypothesisError(f"{theorem} is about one hidden layer: got {len(widths)}")
    return widths[0]
