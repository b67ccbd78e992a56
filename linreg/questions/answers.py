"""Exact numbers of answers, for users."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from flint import fmpq

from linreg.rational import fraction


def as_fractions(numbers: Iterable[fmpq]) -> tuple[Fraction, ...]:
    """The numbers of a point, for users."""
    return tuple(map(fraction, numbers))
