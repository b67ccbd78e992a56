"""Units as tables: a scalar unit is its pieces, a max unit is its rank.

Below the network no code asks which activation it sees, so a new activation is a new table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from linreg.errors import InvalidNetwork
from linreg.rational import Number, fraction
from linreg.wording import counted

MOST_PIECES = 1 << 16
"""Pieces of a unit, so that two bytes tell which one it is on."""


@dataclass(frozen=True, slots=True)
class ScalarUnit:
    """A continuous piecewise-linear function of one number.

    Piece `k` is `slopes[k] * z + intercepts[k]` for `z` in (b_k, b_{k+1}]: a point on a breakpoint
    belongs to the lower piece. A breakpoint without a kink is dropped when the table is made.

    Attributes
    ----------
    breakpoints : tuple of Fraction, length pieces - 1
        Increasing.
    slopes, intercepts : tuple of Fraction, length pieces

    Raises
    ------
    InvalidNetwork
        If the lengths do not match, a number is not finite, the breakpoints do not increase, the
        function jumps at a breakpoint, so that its regions would not meet face to face, or there
        are more than 65,536 pieces.

    Examples
    --------
    The second breakpoint has the same line on both sides, so the table has two pieces:

    >>> unit = ScalarUnit(breakpoints=(0, 1), slopes=(0, 1, 1), intercepts=(0, 0, 0))
    >>> unit == relu(), unit.n_pieces
    (True, 2)
    """

    breakpoints: tuple[Fraction, ...]
    slopes: tuple[Fraction, ...]
    intercepts: tuple[Fraction, ...]

    def __init__(
        self,
        breakpoints: Sequence[Number],
        slopes: Sequence[Number],
        intercepts: Sequence[Number],
    ) -> None:
        cuts, rises, shifts = (
            _exact(field, numbers)
            for field, numbers in (
                ("breakpoints", breakpoints),
                ("slopes", slopes),
                ("intercepts", intercepts),
            )
        )
        if not len(cuts) + 1 == len(rises) == len(shifts):
            raise InvalidNetwork(
                "a table with m breakpoints needs m + 1 slopes and m + 1 intercepts: got "
                f"{counted(len(cuts), 'breakpoint')}, {counted(len(rises), 'slope')} and "
                f"{counted(len(shifts), 'intercept')}"
            )
        for low, high in pairwise(cuts):
            if low >= high:
                raise InvalidNetwork(f"breakpoints must increase: got {low} before {high}")
        for k, cut in enumerate(cuts):
            below, above = rises[k] * cut + shifts[k], rises[k + 1] * cut + shifts[k + 1]
            if below != above:
                raise InvalidNetwork(
                    f"a unit must be continuous: at breakpoint {cut} the table jumps from {below} "
                    f"to {above}, so its regions would not meet face to face"
                )
        kinks = [k for k in range(len(cuts)) if rises[k] != rises[k + 1]]
        _check_pieces(len(kinks) + 1)
        object.__setattr__(self, "breakpoints", tuple(cuts[k] for k in kinks))
        object.__setattr__(self, "slopes", tuple(rises[k] for k in (*kinks, len(cuts))))
        object.__setattr__(self, "intercepts", tuple(shifts[k] for k in (*kinks, len(cuts))))

    @property
    def n_pieces(self) -> int:
        """Number of pieces."""
        return len(self.slopes)

    @property
    def n_inputs(self) -> int:
        """Number of pre-activations that the unit reads: one."""
        return 1


@dataclass(frozen=True, slots=True)
class MaxUnit:
    """The largest of `rank` pre-activations; the piece is the lowest index that attains it.

    Parameters
    ----------
    rank : int
        Number of candidates.

    Raises
    ------
    InvalidNetwork
        If the rank is less than 1 or more than 65,536.

    Examples
    --------
    >>> MaxUnit(3).n_pieces
    3
    """

    rank: int

    def __post_init__(self) -> None:
        if self.rank < 1:
            raise InvalidNetwork(f"a max unit needs a rank of at least 1: got {self.rank}")
        _check_pieces(self.rank)

    @property
    def n_pieces(self) -> int:
        """Number of pieces: one for each candidate."""
        return self.rank

    @property
    def n_inputs(self) -> int:
        """Number of pre-activations that the unit reads: its rank."""
        return self.rank


Unit = ScalarUnit | MaxUnit


def relu() -> ScalarUnit:
    """max(0, z): off (piece 0) for z <= 0, on (piece 1) for z > 0.

    Returns
    -------
    ScalarUnit

    Examples
    --------
    >>> relu().breakpoints, relu().slopes
    ((Fraction(0, 1),), (Fraction(0, 1), Fraction(1, 1)))
    """
    return ScalarUnit((0,), (0, 1), (0, 0))


def leaky_relu(alpha: Number = 0.01) -> ScalarUnit:
    """alpha * z for z <= 0 and z for z > 0; one piece only if alpha is 1.

    Parameters
    ----------
    alpha : number
        The slope of the lower piece.

    Returns
    -------
    ScalarUnit

    Examples
    --------
    >>> leaky_relu("1/4").slopes
    (Fraction(1, 4), Fraction(1, 1))
    """
    return ScalarUnit((0,), (alpha, 1), (0, 0))


def absolute() -> ScalarUnit:
    """|z|: -z (piece 0) for z <= 0, z (piece 1) for z > 0.

    Returns
    -------
    ScalarUnit

    Examples
    --------
    >>> absolute().breakpoints, absolute().slopes
    ((Fraction(0, 1),), (Fraction(-1, 1), Fraction(1, 1)))
    """
    return ScalarUnit((0,), (-1, 1), (0, 0))


def clip(lo: Number, hi: Number) -> ScalarUnit:
    """min(max(z, lo), hi), three pieces.

    Parameters
    ----------
    lo : number
        The lower breakpoint.
    hi : number
        The upper one, above lo.

    Returns
    -------
    ScalarUnit

    Raises
    ------
    InvalidNetwork
        If lo is not below hi.

    Examples
    --------
    >>> clip(0, 6).breakpoints
    (Fraction(0, 1), Fraction(6, 1))
    """
    low, high = _exact("lo", [lo])[0], _exact("hi", [hi])[0]
    if low >= high:
        raise InvalidNetwork(f"lo must be below hi: got lo = {lo} and hi = {hi}")
    return ScalarUnit((low, high), (0, 1, 0), (low, 0, high))


def relu6() -> ScalarUnit:
    """min(max(z, 0), 6), three pieces.

    Returns
    -------
    ScalarUnit

    Examples
    --------
    >>> relu6() == clip(0, 6)
    True
    """
    return clip(0, 6)


def hard_tanh(lo: Number = -1, hi: Number = 1) -> ScalarUnit:
    """z clipped to [lo, hi], by default [-1, 1].

    Parameters
    ----------
    lo, hi : number
        The breakpoints, lo below hi.

    Returns
    -------
    ScalarUnit

    Examples
    --------
    >>> hard_tanh() == clip(-1, 1)
    True
    """
    return clip(lo, hi)


def maxout(rank: int) -> MaxUnit:
    """The largest of `rank` pre-activations (Goodfellow et al., 2013).

    Parameters
    ----------
    rank : int
        Number of candidates.

    Returns
    -------
    MaxUnit

    Examples
    --------
    >>> maxout(3).n_pieces
    3
    """
    return MaxUnit(rank)


def _exact(field: str, numbers: Sequence[Number]) -> tuple[Fraction, ...]:
    try:
        return tuple(fraction(number) for number in numbers)
    except (TypeError, ValueError) as error:
        raise InvalidNetwork(f"{field}: {error}") from None


def _check_pieces(n_pieces: int) -> None:
    if n_pieces > MOST_PIECES:
        raise InvalidNetwork(
            f"a unit has at most {MOST_PIECES:,} pieces: got {n_pieces:,}; a sum of several units "
            "can have more"
        )
