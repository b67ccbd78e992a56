"""The distance from a point to inputs of another class, and what is proved of it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from linreg.showing import answer_html, in_short


@dataclass(frozen=True, slots=True)
class Distance:
    """How far the nearest input of another class is.

    Attributes
    ----------
    exact : Fraction or None
        The distance, in input units; None for l2, where its square is exact.
    squared : Fraction or None
        The square of the distance, for l2.
    value : float
        The nearest float64 to the distance.
    point : tuple of Fraction
        The nearest input that was found.
    label : int
        The class that is met there.
    lower_bound : Fraction
        A proved lower bound of the distance, or of its square for l2.
    complete : bool
        Whether the distance is proved to be the least.

    Examples
    --------
    Of the outputs x and y, the second is as large as the first on the diagonal, which is nearest to
    (3, 1) in (2, 2), at the distance sqrt(2):

    >>> from linreg import mlp, robustness
    >>> net = mlp([], readout=([[1, 0], [0, 1]], [0, 0]))
    >>> found = robustness(net, [3, 1], "l2").tie
    >>> found.exact, found.squared, found.point, found.label
    (None, Fraction(2, 1), (Fraction(2, 1), Fraction(2, 1)), 1)
    """

    exact: Fraction | None
    squared: Fraction | None
    value: float
    point: tuple[Fraction, ...]
    label: int
    lower_bound: Fraction
    complete: bool

    def __repr__(self) -> str:
        size = in_short(self.value if self.exact is None else self.exact)
        most = "" if self.complete else "at most "
        return f"<Distance: {most}{size} to class {self.label}>"

    def _repr_html_(self) -> str:
        return answer_html(self)


@dataclass(frozen=True, slots=True)
class Robustness:
    """How far a point is from where another class ties with its own, and from where it wins.

    Attributes
    ----------
    label : int
        The point's class.
    norm : str
    tie, flip : Distance or None
        None where the whole domain is searched and has no such input: `complete` is then True.
    lower_bound : Fraction or None
        What is proved of both: no input nearer than this, or than its root for l2, has another
        class. None where there is no such input at all.
    complete : bool
        False if the search was stopped.

    Examples
    --------
    The outputs 0 and relu(x) tie on a half-line, and the second wins beyond it:

    >>> from linreg import mlp, robustness
    >>> found = robustness(mlp([([[1]], [0])], readout=([[0], [1]], [0, 0])), [-1])
    >>> found.label, found.tie.exact, found.flip.exact
    (0, Fraction(0, 1), Fraction(1, 1))
    """

    label: int
    norm: str
    tie: Distance | None
    flip: Distance | None
    lower_bound: Fraction | None
    complete: bool

    def __repr__(self) -> str:
        ends = [
            "none" if end is None else in_short(end.value if end.exact is None else end.exact)
            for end in (self.tie, self.flip)
        ]
        stopped = "" if self.complete else ", stopped"
        said = f"class {self.label}, tie at {ends[0]}, flip at {ends[1]}"
        return f"<Robustness: {said} in {self.norm}{stopped}>"

    def _repr_html_(self) -> str:
        return answer_html(self)
