"""A bound: its value, its theorem, and what it bounds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from linreg.errors import HypothesisError, TooLarge
from linreg.formulas import (
    architecture,
    arora_2018,
    goujon_2022,
    hinz_2019,
    maxout_2014_lower,
    maxout_2014_upper,
    montufar_2014,
    montufar_2014_remainders,
    montufar_2017,
    montufar_2022,
    pattern_bound,
    raghu_2017,
    serra_2018_lower,
    serra_2018_maxout_upper,
    serra_2018_upper,
    trivial,
    zaslavsky,
    zigzag_lower,
)
from linreg.formulas.maxout import Rank, ranks_of
from linreg.showing import table_html

UPPER, AT_LEAST, EXACTLY = "upper", "max_at_least", "max_exactly"
"""What a number bounds: every network, or the maximum over all weights from below or exactly."""


@dataclass(frozen=True, slots=True)
class Bound:
    """A number that theory gives for the regions of networks of one architecture.

    Attributes
    ----------
    name : str
        Name of the function that computes it.
    side : str
        "upper": no weights make more regions than that, on any convex domain. "max_at_least" and
        "max_exactly": the maximum over all weights is at least, or exactly, that.
    value : int
        The number.
    source : str
        Author, year, theorem.
    title : str
        What people call it.
    note : str
        What has to be known to read the number; may be empty.

    Examples
    --------
    Three points cut the line into four intervals:

    >>> [bound.value for bound in relu_bounds(1, [3]) if bound.side == "max_exactly"]
    [4]
    """

    name: str
    side: str
    value: int
    source: str
    title: str
    note: str = ""

    def _repr_html_(self) -> str:
        sides = {UPPER: "at most", AT_LEAST: "the maximum is at least", EXACTLY: "the maximum is"}
        rows: list[tuple[str, object]] = [(sides[self.side], self.value), ("source", self.source)]
        return table_html(self.title, [*rows, ("note", self.note)] if self.note else rows)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A number that theory would give, had it not taken too much work.

    Attributes
    ----------
    name, side, source, title : str
        As those of a `Bound`.
    reason : str
        What took too much work.

    Examples
    --------
    >>> missing = LeftOut("trivial", "upper", "2^N", "product of pieces", "too large")
    >>> missing.reason
    'too large'
    """

    name: str
    side: str
    source: str
    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class Theorem:
    """A theorem as a function that refuses where its hypotheses do not hold."""

    function: Callable[..., int]
    side: str
    title: str
    source: str
    note: str = ""

    def applied(self, *arguments: object, **named: object) -> list[Bound]:
        """The bound that the theorem gives, or none if its hypotheses do not hold."""
        found = self.tried(*arguments, **named)
        return [found] if isinstance(found, Bound) else []

    def tried(self, *arguments: object, **named: object) -> Bound | LeftOut | None:
        """The same; where it takes too much work, with the reason."""
        name = self.function.__name__
        try:
            value = self.function(*arguments, **named)
        except TooLarge as error:
            return LeftOut(name, self.side, self.source, self.title, str(error))
        except HypothesisError:
            return None
        return Bound(name, self.side, value, self.source, self.title, self.note)


PRODUCT = "product of pieces"
ONE_LAYER = "attained in general position"

RELU = (
    Theorem(montufar_2014, AT_LEAST, "Montufar 2014", "Montufar et al. (2014), Theorem 5"),
    Theorem(
        montufar_2014_remainders,
        AT_LEAST,
        "Montufar 2014, remainders",
        "Montufar et al. (2014), equation (6)",
    ),
    Theorem(arora_2018, AT_LEAST, "Arora 2018", "Arora et al. (2018), as in Serra et al. (2018)"),
    Theorem(serra_2018_lower, AT_LEAST, "Serra 2018, lower", "Serra et al. (2018), lower bound"),
    Theorem(
        zigzag_lower,
        AT_LEAST,
        "folding, no unit idle",
        "after Serra et al. (2018) and Montufar et al. (2014); zoo network serra",
    ),
    Theorem(zaslavsky, EXACTLY, "Zaslavsky", "Zaslavsky (1975), Theorem A", ONE_LAYER),
    Theorem(trivial, UPPER, PRODUCT, "one pattern, one region"),
    Theorem(montufar_2017, UPPER, "Montufar 2017", "Montufar (2017)"),
    Theorem(raghu_2017, UPPER, "Raghu 2017", "Raghu et al. (2017), finite form"),
    Theorem(serra_2018_upper, UPPER, "Serra 2018", "Serra et al. (2018), Theorem 1", "ReLU only"),
    Theorem(
        hinz_2019, UPPER, "Hinz 2019", "Hinz, van de Geer (2019), matrix form", "equals Serra 2018"
    ),
)

TWO_PIECES = tuple(
    theorem
    for theorem in RELU
    if theorem.function in (zaslavsky, trivial, raghu_2017, montufar_2017)
)
"""What holds for any units with two pieces."""

MAXOUT = (
    Theorem(
        maxout_2014_lower,
        AT_LEAST,
        "Montufar 2014, maxout",
        "Montufar et al. (2014), Proposition 8 and Theorem 9",
        "needs even rank up to 2 n0 for several layers",
    ),
    Theorem(
        maxout_2014_upper,
        UPPER,
        "Montufar 2014, maxout",
        "Montufar et al. (2014), Proposition 8",
    ),
    Theorem(
        serra_2018_maxout_upper, UPPER, "Serra 2018, maxout", "Serra et al. (2018), for maxout"
    ),
)


def relu_bounds(inputs: int, widths: Sequence[int]) -> tuple[Bound, ...]:
    """Every bound for fully connected rectifier networks whose hypotheses hold.

    Those that would take too much work are left out.

    Parameters
    ----------
    inputs : int
        Dimension n0 of the input.
    widths : sequence of int
        Number n_l of units of each layer, from first to last.

    Returns
    -------
    tuple of Bound
        Each says on which side of the maximum it is, and whose it is.

    Raises
    ------
    HypothesisError
        If a number is below 1 or there is no layer.
    TooLarge
        If all of them would take too much work.

    Examples
    --------
    >>> [(b.name, b.value) for b in relu_bounds(2, [5, 4]) if b.side == "max_at_least"]
    [('montufar_2014', 44), ('montufar_2014_remainders', 66), ('zigzag_lower', 88)]
    """
    inputs, widths = architecture(inputs, widths)
    return _worked_out(RELU, inputs, widths)


def two_piece_bounds(inputs: int, widths: Sequence[int]) -> tuple[Bound, ...]:
    """Every bound for fully connected networks of units with two pieces, such as leaky ReLU or abs.

    Those that would take too much work are left out.

    Parameters
    ----------
    inputs : int
        Dimension n0 of the input.
    widths : sequence of int
        Number n_l of units of each layer, from first to last.

    Returns
    -------
    tuple of Bound
        Each says on which side of the maximum it is, and whose it is.

    Raises
    ------
    HypothesisError
        If a number is below 1 or there is no layer.
    TooLarge
        If all of them would take too much work.

    Examples
    --------
    >>> [(b.name, b.value) for b in two_piece_bounds(2, [2, 2])]
    [('trivial', 16), ('montufar_2017', 16), ('raghu_2017', 16)]
    """
    inputs, widths = architecture(inputs, widths)
    return _worked_out(TWO_PIECES, inputs, widths)


def _worked_out(
    theorems: Sequence[Theorem], inputs: int, widths: Sequence[int]
) -> tuple[Bound, ...]:
    """What theorems give without too much work; there is always one whose hypotheses hold."""
    tried = [theorem.tried(inputs, widths) for theorem in theorems]
    found = tuple(each for each in tried if isinstance(each, Bound))
    if not found:
        raise TooLarge(next(each.reason for each in tried if isinstance(each, LeftOut)))
    return found


def maxout_bounds(inputs: int, widths: Sequence[int], rank: Rank) -> tuple[Bound, ...]:
    """Every bound for fully connected maxout networks whose hypotheses hold.

    Parameters
    ----------
    inputs : int
        Dimension n0 of the input.
    widths : sequence of int
        Number n_l of units of each layer, from first to last.
    rank : int or sequences of int
        As that of `montufar_2022`.

    Returns
    -------
    tuple of Bound
        Each says on which side of the maximum it is, and whose it is.

    Raises
    ------
    HypothesisError
        If a number is below 1, or there are not as many ranks as layers and units.

    Examples
    --------
    >>> [(b.name, b.side, b.value) for b in maxout_bounds(2, [3], 3)][-1]
    ('montufar_2022', 'max_exactly', 19)
    """
    inputs, widths = architecture(inputs, widths)
    ranks = ranks_of(widths, rank)
    found = [product_of_pieces(ranks)]
    flat = {k for layer in ranks for k in layer}
    for theorem in MAXOUT if len(flat) == 1 else ():
        found += theorem.applied(inputs, widths, min(flat))
    found += Theorem(montufar_2022, *_montufar_2022(len(widths))).applied(inputs, widths, rank)
    return tuple(found)


def pieces_bounds(inputs: int, pieces: Sequence[Sequence[int]]) -> tuple[Bound, ...]:
    """The bounds for layers of units with any numbers of pieces, one list for each layer.

    Parameters
    ----------
    inputs : int
        Dimension n0 of the input.
    pieces : sequence of sequences of int
        Number of pieces of each unit of each layer.

    Returns
    -------
    tuple of Bound
        Upper bounds.

    Raises
    ------
    HypothesisError
        If a number is below 1 or there is no layer.

    Examples
    --------
    >>> [(b.name, b.value) for b in pieces_bounds(2, [[3, 3, 3]])]
    [('trivial', 27), ('goujon_2022', 19)]
    """
    theorem = Theorem(
        goujon_2022,
        UPPER,
        "layer by layer",
        "Goujon, Etemadi, Unser (2022); Montufar (2017)",
    )
    found = theorem.applied(inputs, pieces)  # which looks at the numbers, too
    return (product_of_pieces(pieces), *found)


def product_of_pieces(pieces: Sequence[Sequence[int]]) -> Bound:
    """As many regions as patterns, for units with any numbers of pieces."""
    value = pattern_bound([unit for layer in pieces for unit in layer])
    return Bound("trivial", UPPER, value, "one pattern, one region", PRODUCT)


def _montufar_2022(layers: int) -> tuple[str, str, str, str]:
    if layers == 1:
        return EXACTLY, "Montufar, Ren, Zhang 2022", "Montufar, Ren, Zhang (2022)", ""
    source = "Montufar, Ren, Zhang (2022), layer by layer; Montufar (2017)"
    return UPPER, "Montufar, Ren, Zhang 2022", source, ""
