"""A box around a polyhedron, with the proof of each side: it settles many forms at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from flint import fmpq, fmpz

from linreg.polyhedra.decisions import PointedPolyhedron
from linreg.polyhedra.multipliers import Multipliers, combination
from linreg.polyhedra.points import IntegerRow
from linreg.rational import nearest_float


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a box: on the polyhedron, sign * x_j is at least `least`.

    Attributes
    ----------
    least : fmpq
    proof : Multipliers
        The rows, times these, add up to sign * x_j less a constant that is at least `least`.
    """

    least: fmpq
    proof: Multipliers


@dataclass(frozen=True, slots=True)
class EnclosingBox:
    """Proved bounds of the coordinates; None where none was found.

    Attributes
    ----------
    lower, upper : list of Side or None, length dim
        The upper ones bound -x_j from below.
    """

    lower: list[Side | None]
    upper: list[Side | None]

    def side(self, form: IntegerRow) -> int:
        """1 where a form is non-negative on the box, -1 where it is non-positive, else 0."""
        if _is_at_least_zero(self._least(form)):
            return 1
        return -1 if _is_at_least_zero(self._least([-entry for entry in form])) else 0

    def proof(self, form: IntegerRow) -> Multipliers:
        """The rows' multipliers that prove a form non-negative which is so on the box."""
        total: dict[int, fmpq] = {}
        for coefficient, side in self._sides(form):
            assert side is not None
            for row, multiplier in side.proof.by_row.items():
                total[row] = total.get(row, fmpq(0)) + coefficient * multiplier
        return Multipliers.of_rationals(total)

    def _least(self, form: IntegerRow) -> fmpq | None:
        """The least value of a form on the box; None if the box does not bound it."""
        least = fmpq(form[-1])
        for coefficient, side in self._sides(form):
            if side is None:
                return None
            least += coefficient * side.least
        return least

    def _sides(self, form: IntegerRow) -> list[tuple[fmpz, Side | None]]:
        """The sides that a form leans on, each with the size of its coefficient."""
        return [
            (entry, lower) if entry > 0 else (-entry, upper)
            for entry, lower, upper in zip(form[:-1], self.lower, self.upper, strict=True)
            if entry != 0
        ]


def enclosing_box(pointed: PointedPolyhedron) -> EnclosingBox:
    """A box around a polyhedron, as small as makes its numbers short.

    Examples
    --------
    >>> from linreg.polyhedra import Point, Solver
    >>> half = [[fmpz(1), fmpz(-3)]]
    >>> point = Point.of_rationals([fmpq(5)])
    >>> box = enclosing_box(PointedPolyhedron.of_rows(half, point, Solver()))
    >>> box.lower[0].least <= 3, box.upper
    (True, [None])
    >>> box.side([fmpz(2), fmpz(-5)]), box.side([fmpz(2), fmpz(-7)])
    (1, 0)
    """
    dim = pointed.normals.shape[1]
    lower, upper = ([_side(pointed, sign, j, dim) for j in range(dim)] for sign in (1, -1))
    return EnclosingBox(lower, upper)


def _side(pointed: PointedPolyhedron, sign: int, coordinate: int, dim: int) -> Side | None:
    target = np.zeros(dim)
    target[coordinate] = sign
    proposal = pointed.propose(target, np.inf)
    if proposal is None:
        return None
    form = [fmpz(0)] * (dim + 1)
    form[coordinate] = fmpz(sign)
    found = combination(form, pointed.rows, proposal.basis)
    if found is None:
        return None
    rest, proof = found
    near = np.nextafter(nearest_float(int(rest.p), int(rest.q)), -np.inf)
    return Side(fmpq(*near.as_integer_ratio()), proof) if np.isfinite(near) else None


def _is_at_least_zero(least: fmpq | None) -> bool:
    return least is not None and least >= 0
