"""Questions about an open polyhedron, seen from a point strictly inside it, and proved answers.

HiGHS proposes an answer, exact arithmetic proves it, and where the proposal proves nothing the
exact simplex method decides. An answer is a `Point` (yes, there) or `Multipliers` (no, because).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from flint import fmpq, fmpz

from linreg.errors import BrokenInvariant
from linreg.polyhedra.highs import Proposal, Solver
from linreg.polyhedra.multipliers import Multipliers, non_negative
from linreg.polyhedra.points import Forms, IntegerRow, Point, shortened
from linreg.polyhedra.simplex import seek_negative
from linreg.rational import rational

DEEP_ENOUGH = 2.0
"""HiGHS may stop once a form of value 1 at the witness is known to fall to -1: deep enough."""


class PointedPolyhedron:
    """An open polyhedron {x : every row is positive at x} and a point strictly inside it.

    Parameters
    ----------
    rows : sequence of integer rows
    normals, slacks : float64 arrays, shapes (rows, dim) and (rows,)
        The rows in floats: gradients and values at the point, scaled alike.
    point : Point
    solver : Solver
    holds : callable
        Whether a point lies strictly inside, decided exactly.
    """

    def __init__(
        self,
        rows: Sequence[IntegerRow],
        normals: np.ndarray,
        slacks: np.ndarray,
        point: Point,
        solver: Solver,
        holds: Callable[[Point], bool],
    ) -> None:
        self.rows = rows
        self.normals = normals
        self.slacks = slacks
        self.point = point
        self.solver = solver
        self.holds = holds
        self._loaded = False

    @classmethod
    def of_rows(cls, rows: Sequence[IntegerRow], point: Point, solver: Solver) -> PointedPolyhedron:
        """The polyhedron of these rows; the point must lie strictly inside."""
        forms = Forms(rows, len(point.entries) - 1)
        return cls(
            forms.rows,
            forms.normals,
            forms.floats(forms.at(point), point),
            point,
            solver,
            lambda candidate: all(value > 0 for value in forms.at(candidate)),
        )

    def below(self, form: IntegerRow, gradient: np.ndarray, value: float) -> Point | Multipliers:
        """A point of the open polyhedron where a form is negative, or the proof that it has none.

        Parameters
        ----------
        form : integer row
            Positive at the witness.
        gradient, value : float64 array of shape (dim,), float
            The form in floats; `value` is that at the witness.
        """
        with np.errstate(over="ignore"):
            proposal = self.propose(gradient / value, DEEP_ENOUGH) if value > 0 else None
        if proposal is not None:
            if proposal.value > 1:
                # The form is 1 here and 1 - value there: to -1, or halfway between zero and there.
                pull = min(DEEP_ENOUGH, (proposal.value + 1) / 2) / proposal.value
                point = self.confirm(pull * proposal.step, [_negated(form)])
                if point is not None:
                    return point
            proof = non_negative(form, self.rows, proposal.basis)
            if proof is not None:
                return proof
        return self._decide_below(form)

    def beyond(self, form: IntegerRow, gradient: np.ndarray, value: float) -> Point | Multipliers:
        """As `below`, with a shot straight down the gradient first, which needs no program."""
        (shot,) = self.shots(gradient[None], np.array([value]))
        point = None if shot is None else self.confirm(shot, [_negated(form)])
        return self.below(form, gradient, value) if point is None else point

    def meet(self, forms: Sequence[IntegerRow]) -> Point | Multipliers:
        """A point of the open polyhedron where all forms are positive, or the proof of none.

        The proof (Motzkin, 1936) numbers the polyhedron's rows first and the forms after them:
        with t for the smallest of the forms, -t is a non-negative combination of the rows and of
        the forms less t, plus a constant >= 0.
        """
        bundle = Forms(forms, len(self.point.entries) - 1)
        exact = bundle.at(self.point)
        if all(value > 0 for value in exact):
            return self.point
        values = bundle.floats(exact, self.point)
        # One more form, the constant 1, keeps the best point within sight.
        dim = bundle.normals.shape[1]
        columns = np.zeros((len(self.rows) + len(forms) + 1, dim + 1))
        columns[:-1, :dim] = np.vstack([self.normals, bundle.normals])
        columns[len(self.rows) :, dim] = 1.0
        costs = np.concatenate([self.slacks, values, [1.0]])
        self._loaded = False
        self.solver.session.load(columns, costs, reach=dim)
        proposal = self.solver.session.propose(_last_unit(dim + 1), np.inf)
        lifted = _lift(self.rows, forms)
        if proposal is not None:
            best = proposal.value
            if best > 0:
                # Back towards the witness, which is strictly inside, by half of what the
                # smallest form can spare.
                pull = 1 - best / (2 * (best - values.min()))
                point = self.confirm(pull * proposal.step[:dim], forms)
                if point is not None:
                    return point
            basis = [i for i in proposal.basis if i < len(lifted)]
            minus_t = [fmpz(0)] * dim + [fmpz(-1), fmpz(0)]
            proof = non_negative(minus_t, lifted, basis)
            if proof is not None:
                return proof
        return self._decide_meet(forms, lifted)

    def step_from(self, direction: np.ndarray, form: IntegerRow) -> tuple[Point, Point]:
        """Points of the open polyhedron where a form that is 0 at the witness is > 0 and < 0.

        `direction` is the form's gradient in floats; a step is halved until it is short enough,
        which it is at last since the witness is strictly inside.
        """
        rates = self.normals @ direction
        with np.errstate(over="ignore"):
            shortest = np.min(self.slacks / np.maximum(np.abs(rates), 1e-300), initial=1.0)
        sides = []
        for outcome, sign in ((form, 1.0), (_negated(form), -1.0)):
            length = sign * max(shortest, 1e-300) / 2
            while (point := self.confirm(length * direction, [outcome])) is None:
                length /= 2
                if length == 0.0:
                    return self._step_exactly(form)
            sides.append(point)
        return sides[0], sides[1]

    def shots(self, gradients: np.ndarray, values: np.ndarray) -> list[np.ndarray | None]:
        """For each form, a step straight down its gradient to where it has changed sign.

        None where that ray leaves the polyhedron first. A step is a guess in floats, to be
        confirmed; it costs no linear program.

        Parameters
        ----------
        gradients, values : float64 arrays, shapes (forms, dim) and (forms,)
            The forms in floats; values are those at the witness.
        """
        directions = -np.sign(values)[:, None] * gradients
        rates = self.normals @ directions.T
        with np.errstate(all="ignore"):
            crossing = np.abs(values) / np.einsum("ij,ij->i", gradients, gradients)
            exits = np.where(rates < 0, self.slacks[:, None] / -rates, np.inf)
            leaving = exits.min(axis=0, initial=np.inf)
            lengths = crossing + np.minimum(leaving - crossing, crossing) / 2
            steps = lengths[:, None] * directions
        return [
            step if crossed < left else None
            for step, crossed, left in zip(steps, crossing, leaving, strict=True)
        ]

    def _step_exactly(self, form: IntegerRow) -> tuple[Point, Point]:
        start, length = self.point.rationals, fmpq(1)
        # The polyhedron is open and holds the start, so that a short enough step stays inside.
        while True:
            sides = [
                Point.of_rationals(
                    [x + length * sign * g for x, g in zip(start, form[:-1], strict=True)]
                )
                for sign in (1, -1)
            ]
            if all(self.holds(side) for side in sides):
                return sides[0], sides[1]
            length /= 4

    def propose(self, target: np.ndarray, bound: float) -> Proposal | None:
        """The unverified solution of HiGHS for a form whose gradient is `target`."""
        if not self._loaded:
            self.solver.session.load(self.normals, self.slacks, reach=len(target))
            self._loaded = True
        return self.solver.session.propose(target, bound)

    def confirm(self, step: np.ndarray, forms: Sequence[IntegerRow]) -> Point | None:
        """The witness plus a step, if it is strictly inside and all forms are positive."""
        if not np.isfinite(step).all():
            return None
        with np.errstate(over="ignore"):
            near = self.point.floats + step
        if np.isfinite(near).all():
            rounded = Point.of_floats(near)
            if self._is_right(rounded, forms):
                return rounded
        # In a cell about as thin as the float grid, or beyond it, the sum has to be formed exactly.
        exact = [x + rational(s) for x, s in zip(self.point.rationals, step.tolist(), strict=True)]
        point = Point.of_rationals(exact)
        return point if self._is_right(point, forms) else None

    def _is_right(self, point: Point, forms: Sequence[IntegerRow]) -> bool:
        return all(_scaled_value(form, point) > 0 for form in forms) and self.holds(point)

    def _decide_below(self, form: IntegerRow) -> Point | Multipliers:
        self.solver.exact_decisions += 1
        here = _values(self.rows, self.point)
        value = _values([form], self.point)[0]
        answer = seek_negative(value, _gradient(form), here, [_gradient(row) for row in self.rows])
        if isinstance(answer, Multipliers):
            return answer
        there = value + sum(
            (g * s for g, s in zip(_gradient(form), answer.step, strict=True)), fmpq(0)
        )
        pull = (value + min(value, -there / 2)) / (value - there)
        return self._exact_point([pull * s for s in answer.step], [_negated(form)])

    def _decide_meet(
        self, forms: Sequence[IntegerRow], lifted: Sequence[IntegerRow]
    ) -> Point | Multipliers:
        self.solver.exact_decisions += 1
        here, values = _values(self.rows, self.point), _values(forms, self.point)
        lowest = min(values)
        dim = len(self.point.entries) - 1
        answer = seek_negative(
            -lowest,
            [fmpq(0)] * dim + [fmpq(-1)],
            [*here, *(value - lowest for value in values)],
            [_gradient(row) for row in lifted],
        )
        if isinstance(answer, Multipliers):
            return answer
        *step, rise = answer.step
        best = lowest + rise
        pull = 1 - best / (2 * (best - lowest))
        return self._exact_point([pull * s for s in step], forms)

    def _exact_point(self, step: Sequence[fmpq], forms: Sequence[IntegerRow]) -> Point:
        """The witness plus an exact step, rounded as far as the rounding holds too."""
        exact = Point.of_rationals([x + s for x, s in zip(self.point.rationals, step, strict=True)])
        if not self._is_right(exact, forms):
            raise BrokenInvariant("the exact simplex method returned a point that is not inside")
        return shortened(exact, lambda near: self._is_right(near, forms))


def _negated(form: IntegerRow) -> IntegerRow:
    return [-entry for entry in form]


def _last_unit(size: int) -> np.ndarray:
    unit = np.zeros(size)
    unit[-1] = 1.0
    return unit


def _lift(rows: Sequence[IntegerRow], forms: Sequence[IntegerRow]) -> list[IntegerRow]:
    """The rows, and the forms less t, as functions of (x, t)."""
    return [[*row[:-1], fmpz(0), row[-1]] for row in rows] + [
        [*form[:-1], fmpz(-1), form[-1]] for form in forms
    ]


def _gradient(row: IntegerRow) -> list[fmpq]:
    return [fmpq(entry) for entry in row[:-1]]


def _values(rows: Sequence[IntegerRow], point: Point) -> list[fmpq]:
    denominator = point.entries[-1]
    return [fmpq(_scaled_value(row, point), denominator) for row in rows]


def _scaled_value(row: IntegerRow, point: Point) -> fmpz:
    """The row's value times the point's positive denominator."""
    return sum((a * x for a, x in zip(row, point.entries, strict=True)), fmpz(0))
