"""Hypotheses that theorems share: checks of their arguments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import index

from flint import fmpz

from linreg.errors import HypothesisError, TooLarge

LARGEST_WIDTH = 10**18
"""Inputs or units of a layer beyond which binomial coefficients are not worked out."""

MOST_BITS = 100_000_000
"""Bits beyond which a number is not worked out: it takes seconds to spell its digits."""

MOST_WORK = 50_000_000_000
"""Terms of a sum, times the bits of its value, beyond which it takes more than some ten seconds."""

MOST_LISTED = 10_000_000
"""Units that are listed one by one."""


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


def representable(what: str, bits: int) -> None:
    """Refuse a number of more than `MOST_BITS` bits.

    Raises
    ------
    TooLarge
        If it may have more than `MOST_BITS` bits.
    """
    if bits > MOST_BITS:
        raise TooLarge(
            f"{what} has more digits than anybody could look at: at most {MOST_BITS:,} bits are "
            "worked out"
        )


def power(base: int, exponent: int) -> int:
    """base^exponent, if it has no more than `MOST_BITS` bits.

    Raises
    ------
    TooLarge
        If it may have more than `MOST_BITS` bits.

    Examples
    --------
    >>> power(3, 4), power(1, 10**18)
    (81, 1)
    """
    name = f"{base:,}" if base.bit_length() < 100 else "a large number"
    representable(f"{name}^{exponent:,}", exponent * (base - 1).bit_length())
    return int(fmpz(base) ** exponent)


def product(factors: Iterable[int]) -> int:
    """The product of whole numbers, if it has no more than `MOST_BITS` bits.

    Raises
    ------
    TooLarge
        If it has more than `MOST_BITS` bits.
    """
    total = fmpz(1)
    for factor in factors:
        total *= factor
        representable("a product over layers", total.bit_length())
    return int(total)


def affordable(terms: int, bits: int) -> None:
    """Refuse a sum that takes too long.

    Parameters
    ----------
    terms : int
        Terms that are added up.
    bits : int
        Bits of the sum, at most.

    Raises
    ------
    TooLarge
        If the terms times the bits are above `MOST_WORK`.
    """
    if terms * bits > MOST_WORK:
        raise TooLarge(
            f"a sum of {terms:,} terms of up to {bits:,} bits takes too long: terms times bits "
            f"may be {MOST_WORK:,} at most"
        )


def bits_of_choices(units: int, most: int) -> int:
    """Bits that C(n, 0) + ... + C(n, j) has at most.

    Examples
    --------
    >>> bits_of_choices(1000, 2), (1 + 1000 + 1000 * 999 // 2).bit_length()
    (21, 19)
    """
    return min(units, most * units.bit_length()) + 1


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
