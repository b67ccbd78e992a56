"""Checking distances: a point at which another class is met, and that it is met nowhere nearer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt

from flint import fmpq

from linreg.checker.asking import Asking, dot
from linreg.checker.claims import FalseClaim
from linreg.checker.norms import DUAL, size_of
from linreg.checker.queries import Compared, compared
from linreg.checker.straight import along

NONE, FOUND, SAME = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Classes:
    """What is asked of a point's neighbours.

    Attributes
    ----------
    at : tuple of Fraction, length inputs
    norm : str
        "l1", "l2" or "linf".
    label : int
        The class that is to be kept.
    rivals : tuple of int
        The other classes.
    sense : str
        "max", or "min" where the least output wins.
    """

    at: tuple[Fraction, ...]
    norm: str
    label: int
    rivals: tuple[int, ...]
    sense: str

    def lead(self, rival: int, n_outputs: int) -> list[Fraction]:
        """The form of the outputs that is >= 0 where a rival ties or wins."""
        sign = 1 if self.sense == "max" else -1
        form = [Fraction(0)] * n_outputs
        form[rival], form[self.label] = Fraction(sign), Fraction(-sign)
        return form

    def wins_ties(self, rival: int) -> bool:
        """Whether a rival has the class where it ties: of equal outputs the first counts."""
        return rival < self.label


@dataclass(frozen=True, slots=True)
class ProvedDistance:
    """A distance that is proved.

    Attributes
    ----------
    size : Fraction or None
        The distance, of l2 its square; None if there is no such input in the domain.
    point : tuple of Fraction, or None
    label : int or None
        The class that is met there.

    Examples
    --------
    >>> ProvedDistance(None).point is None
    True
    """

    size: Fraction | None
    point: tuple[Fraction, ...] | None = None
    label: int | None = None


def check_distance(
    asking: Asking, classes: Classes, *, flip: bool, tie: ProvedDistance | None = None
) -> ProvedDistance:
    """Read the proof of how far the nearest tie is, or the nearest flip where the tie is known.

    Raises
    ------
    FalseClaim
    """
    kind = asking.records.byte()
    if kind == NONE:
        asking.check_nowhere(_met(asking, classes, flip))
        return ProvedDistance(None)
    if kind == SAME and tie is not None and tie.size is None:
        return tie
    if kind != FOUND and (kind != SAME or tie is None):
        raise FalseClaim(f"a distance of kind {kind} is claimed, and there is no such kind")
    found = _found(asking, classes, flip)
    assert found.size is not None
    if kind == SAME and tie is not None:
        # Where nothing ties nearer, nothing wins nearer.
        if found.size != tie.size:
            raise FalseClaim("a flip is not as near as the tie that it is said to be as near as")
    elif found.size > 0:
        ball = _ball(asking, classes, found.size)
        asking.check_nowhere([[*ball, *own] for own in _met(asking, classes, flip)])
    return found


def _found(asking: Asking, classes: Classes, flip: bool) -> ProvedDistance:
    """Read a tie or a flip."""
    rival = asking.records.unsigned()
    if rival not in classes.rivals:
        raise FalseClaim("a class is met that is not asked about")
    x = asking.point()
    form = classes.lead(rival, asking.network.readout.n_outputs)
    lead = dot(form, asking.network.forward_exact(x))
    if lead < 0:
        raise FalseClaim("another class does not tie where it is said to")
    if flip and lead == 0 and not classes.wins_ties(rival):
        _check_limit(asking, classes, rival, x)
    step = [_exact(a - b) for a, b in zip(x, classes.at, strict=True)]
    return ProvedDistance(_fraction(size_of(step, classes.norm)), x, rival)


def _met(asking: Asking, classes: Classes, flip: bool) -> list[list[Compared]]:
    """For each rival the condition that it ties, or that it has the class."""
    n, m = asking.network.input_dim, asking.network.readout.n_outputs
    found = []
    for rival in classes.rivals:
        relation = ">" if flip and not classes.wins_ties(rival) else ">="
        found.append([compared(classes.lead(rival, m), Fraction(0), relation, n)])
    return found


def _check_limit(asking: Asking, classes: Classes, rival: int, x: Sequence[Fraction]) -> None:
    """Read a point such that a rival wins on the way to it, at once after a tie."""
    beyond = asking.point()
    step = [b - a for a, b in zip(x, beyond, strict=True)]
    found = along(asking.network, x, step, endless=False)
    if found is None:
        raise FalseClaim("the network is not affine on the way to where another class wins")
    if dot(classes.lead(rival, len(found[1])), found[1]) <= 0:
        raise FalseClaim("another class does not win where it is said to")


def _ball(asking: Asking, classes: Classes, size: Fraction) -> list[Compared]:
    """Conditions that hold strictly inside the ball: bounds of inputs, then cuts that are read.

    A form q @ (x - centre) is below the radius times the dual norm of q.
    """
    records, at = asking.records, classes.at
    reach = reach_of(size, classes.norm)
    found = []
    for i, middle in enumerate(at):
        found.append(Compared(((i, Fraction(1)),), reach - middle, ">"))
        found.append(Compared(((i, Fraction(-1)),), reach + middle, ">"))
    for _ in range(records.unsigned()):
        q = [Fraction(records.integer()) for _ in at]
        most = records.integer()
        dual = _fraction(size_of([_exact(entry) for entry in q], DUAL[classes.norm]))
        held = Fraction(most * most if classes.norm == "l2" else most)
        if not any(q) or most < 0 or held < size * dual:
            raise FalseClaim("a plane cuts the ball that it is said to bound")
        found.append(compared([-entry for entry in q], most + dot(q, at), ">"))
    return found


def reach_of(size: Fraction, norm: str) -> Fraction:
    """What no coordinate of a ball's points reaches: its radius, for l2 a fraction above that.

    Examples
    --------
    >>> reach_of(Fraction(3), "linf"), reach_of(Fraction(9, 4), "l2") - Fraction(3, 2)
    (Fraction(3, 1), Fraction(1, 17179869184))
    """
    if norm != "l2":
        return size
    root = isqrt(size.numerator * size.denominator << 64) + 1
    return Fraction(root, size.denominator << 32)


def _exact(number: Fraction) -> fmpq:
    return fmpq(number.numerator, number.denominator)


def _fraction(number: fmpq) -> Fraction:
    return Fraction(int(number.p), int(number.q))
