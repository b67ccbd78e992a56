"""Affine forms in integers: what the checker computes of a network on a cell."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from math import gcd, lcm
from operator import mul

from flint import fmpq, fmpq_mat

from linreg.network.stages import Stage
from linreg.units import MaxUnit

Form = tuple[int, ...]
"""(g_1, ..., g_n, c): the function x -> g @ x + c."""


def coprime(row: Sequence[fmpq]) -> Form:
    """The shortest integer row on the same ray; a row of zeros stays.

    Examples
    --------
    >>> coprime([fmpq(2, 3), fmpq(0), fmpq(-4)])
    (1, 0, -6)
    """
    denominator = reduce(lcm, (int(entry.q) for entry in row), 1)
    integers = [int(entry.p) * (denominator // int(entry.q)) for entry in row]
    divisor = reduce(gcd, integers, 0) or 1
    return tuple(entry // divisor for entry in integers)


def negated(form: Form) -> Form:
    """The form with the other sign."""
    return tuple(-entry for entry in form)


def value_at(form: Form, point: Sequence[int]) -> int:
    """The form's value at numerators over a positive denominator, times the denominator."""
    return sum(map(mul, form, point))


class StageOnCell:
    """A stage where all units of the stages before have their pieces.

    Attributes
    ----------
    hyperplanes : list of Form
        The breakpoints of scalar units that are not constant, coprime, the first non-zero entry
        positive, each once, in the order of units and breakpoints.
    contests : list of list of rational rows
        For each max unit its candidates that count: by index, those that differ and that no
        parallel candidate stays above.
    """

    def __init__(self, stage: Stage, state: fmpq_mat) -> None:
        self._stage = stage
        self._preactivations = stage.map.apply(state)
        self.hyperplanes: list[Form] = []
        self.contests: list[list[list[fmpq]]] = []
        self._marks: list[list[tuple[int, int]]] = []  # by scalar unit: (hyperplane, side above)
        self._constant: list[int] = []  # by scalar unit: breakpoints that lie below throughout
        self._candidates: list[list[int]] = []
        rows = self._preactivations.table()
        places: dict[Form, int] = {}
        for unit, scalar, start in zip(stage.units, stage.tables, stage.starts, strict=False):
            if isinstance(unit, MaxUnit):
                block = rows[start : start + unit.rank]
                counting = _counting(block)
                self._candidates.append(counting)
                self.contests.append([block[i] for i in counting])
            elif scalar is not None:
                self._add_scalar(rows[start], scalar[0], places)

    def _add_scalar(
        self, row: list[fmpq], breakpoints: Sequence[fmpq], places: dict[Form, int]
    ) -> None:
        marks = []
        below = 0
        for point in breakpoints:
            form = coprime([*row[:-1], row[-1] - point])
            if not any(form[:-1]):
                below += form[-1] > 0
                continue
            above = 1 if next(entry for entry in form if entry) > 0 else -1
            key = form if above > 0 else negated(form)
            if key not in places:
                places[key] = len(self.hyperplanes)
                self.hyperplanes.append(key)
            marks.append((places[key], above))
        self._marks.append(marks)
        self._constant.append(below)

    def lead(self, contest: int, candidate: int, rival: int) -> Form:
        """How far a candidate is ahead of a rival, coprime."""
        forms = self.contests[contest]
        return coprime([a - b for a, b in zip(forms[candidate], forms[rival], strict=True)])

    def after(self, sides: Sequence[int], winners: Sequence[int]) -> fmpq_mat:
        """The stage's outputs where each hyperplane has a side and each contest a winner."""
        scalars = iter(zip(self._marks, self._constant, strict=True))
        maxima = iter(zip(self._candidates, winners, strict=True))
        pieces = []
        for unit in self._stage.units:
            if isinstance(unit, MaxUnit):
                candidates, winner = next(maxima)
                pieces.append(candidates[winner])
            else:
                marks, below = next(scalars)
                pieces.append(below + sum(sides[plane] == above for plane, above in marks))
        return self._stage.select(self._preactivations, pieces)


def _counting(rows: Sequence[Sequence[fmpq]]) -> list[int]:
    """The candidates that no other one equals, with a lower index, or stays above throughout."""
    best: dict[tuple[fmpq, ...], int] = {}
    for i, row in enumerate(rows):
        gradient = tuple(row[:-1])
        if gradient not in best or row[-1] > rows[best[gradient]][-1]:
            best[gradient] = i
    return sorted(best.values())
