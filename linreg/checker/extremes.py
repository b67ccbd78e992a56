"""Checking greatest values: attained and exceeded nowhere, rising for ever, or of an empty set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from linreg.checker.asking import Asking, dot
from linreg.checker.claims import FalseClaim
from linreg.checker.queries import compared
from linreg.checker.straight import along

ATTAINED, UNBOUNDED, EMPTY = 1, 2, 3


@dataclass(frozen=True, slots=True)
class ProvedExtreme:
    """A greatest value that is proved.

    Attributes
    ----------
    status : str
        "attained", "unbounded" or "empty".
    functional : int or None
        Which of several functionals has the value, or rises.
    value : Fraction or None
    point, ray : tuple of Fraction, or None
        Where the value is attained; or where the ray begins, and its direction.
    rate : Fraction or None
        What the functional gains for each ray that is added.

    Examples
    --------
    >>> ProvedExtreme("attained", 0, Fraction(2), (Fraction(1),)).value
    Fraction(2, 1)
    """

    status: str
    functional: int | None = None
    value: Fraction | None = None
    point: tuple[Fraction, ...] | None = None
    ray: tuple[Fraction, ...] | None = None
    rate: Fraction | None = None


def check_greatest(asking: Asking, functionals: Sequence[Sequence[Fraction]]) -> ProvedExtreme:
    """Read the proof of the greatest value that some functionals of the outputs have.

    Raises
    ------
    FalseClaim
    """
    kind = asking.records.byte()
    if kind == ATTAINED:
        return _attained(asking, functionals)
    if kind == UNBOUNDED:
        return _unbounded(asking, functionals)
    if kind != EMPTY:
        raise FalseClaim(f"a value of kind {kind} is claimed, and there is no such kind")
    asking.check_nowhere([[]])
    return ProvedExtreme("empty")


def _attained(asking: Asking, functionals: Sequence[Sequence[Fraction]]) -> ProvedExtreme:
    """The value is that at the point, and none is greater anywhere."""
    x = asking.point()
    outputs = asking.network.forward_exact(x)
    values = [dot(weights, outputs) for weights in functionals]
    value = max(values)
    n = asking.network.input_dim
    asking.check_nowhere([[compared(weights, -value, ">", n)] for weights in functionals])
    return ProvedExtreme("attained", values.index(value), value, x)


def _unbounded(asking: Asking, functionals: Sequence[Sequence[Fraction]]) -> ProvedExtreme:
    """A ray of the domain on which the network is affine, and a functional grows."""
    number = asking.records.unsigned()
    if number >= len(functionals):
        raise FalseClaim("a functional rises that is not asked about")
    x, ray = asking.point(), asking.vector()
    if any(dot(row[:-1], ray) < 0 for row in asking.rows):
        raise FalseClaim("a ray leaves the domain")
    found = along(asking.network, x, ray, endless=True)
    if found is None:
        raise FalseClaim("the network is not affine along a ray")
    rate = dot(functionals[number], found[1])
    if rate <= 0:
        raise FalseClaim("a functional does not rise along a ray")
    return ProvedExtreme("unbounded", number, None, x, ray, rate)
