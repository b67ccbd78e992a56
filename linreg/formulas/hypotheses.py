"""What every theorem asks of its arguments."""

from __future__ import annotations

from collections.abc import Sequence
from operator import index

from linreg.errors import HypothesisError

MOST_UNITS = 100_000_000
"""Units beyond which bounds have more digits than could be worked out or looked at."""


def whole(name: str, value: object, least: int = 1) -> int:
    """A whole number of at least `least`.

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

    Raises
    ------
    HypothesisError
        If a number is not a whole number of at least 1, there is no layer, or units are more than
        `MOST_UNITS`.

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
    if sum(checked) > MOST_UNITS:
        raise HypothesisError(f"bounds are for at most {MOST_UNITS:,} units: got {sum(checked):,}")
    return whole("inputs", inputs), checked


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
