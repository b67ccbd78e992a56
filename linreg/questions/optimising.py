"""Extreme values by search: best first, with the value that is to be beaten as a threshold."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import count
from typing import Any

import numpy as np
from flint import fmpq

from linreg.network import StagedNetwork
from linreg.network.pass_through import with_inputs
from linreg.polyhedra import Point, Solver, decide_interior
from linreg.problem import Problem
from linreg.problem.region_rows import Boundaries
from linreg.questions.answers import as_fractions
from linreg.questions.box_cells import OFF, BoxCells
from linreg.questions.boxes import boxed_network
from linreg.questions.deciding import bounding_box, rows_beyond_box
from linreg.questions.extremes import Extreme, highest_on_pieces
from linreg.questions.input_sets import InputSet
from linreg.questions.leaves import LeafAnswer, Unit
from linreg.questions.loop_or_search import Budget, pieces_within
from linreg.questions.programs import Highest, highest_values, pulled, value_at
from linreg.questions.searching import (
    ASKED_UNIT,
    EXACT_FREE,
    FEW_PROGRAMS,
    MANY_FREE,
    MOST_PROGRAMS,
    TIE_SLACK,
    BoxNode,
    BoxSearch,
    sampled,
)
from linreg.rational import fraction

MOST_ROUNDED = Fraction(1, 1 << 14)
"""What roundings of a walk take, in normalised units; where more is missing, it is not they."""


def highest_by_search(
    staged: StagedNetwork, inputs: InputSet, functional: Sequence[fmpq], budget: Budget
) -> Extreme:
    """The greatest value of a functional on a bounded set that has an interior."""
    box = bounding_box(inputs)
    network = inputs.restricted(staged)
    beyond = rows_beyond_box(inputs)
    n_outputs = staged.readout.n_outputs
    forms = [[*functional, *([fmpq(0)] * (inputs.dim if beyond else 0)), fmpq(0)]]
    forms += [[*([fmpq(0)] * n_outputs), *row] for row in beyond]
    extended = with_inputs(network) if beyond else network
    boxed = None if box is None else boxed_network(extended, *box, forms)
    if boxed is None:
        pieces = pieces_within(staged, inputs, budget)
        return highest_on_pieces(pieces, [functional], inputs, budget)[0]
    search = BoxSearch(extended, boxed)
    return _Ascent(search, network, inputs, (forms[0], forms[1:]), budget).answer()


class _Ascent:
    """One search; minus the value is row 0, minus the rows of the set are the others.

    `forms` are the value and the rows, as forms of the outputs, and `last` is the value as a form
    of what the last layer hands on.
    """

    def __init__(
        self,
        search: BoxSearch,
        network: StagedNetwork,
        inputs: InputSet,
        forms: tuple[list[fmpq], list[list[fmpq]]],
        budget: Budget,
    ) -> None:
        self.search = search
        self.network = network
        self.inputs = inputs
        self.functional = forms[0][: network.readout.n_outputs]
        self.forms = forms
        self.last = pulled(forms[0], search.boxed.network.readout.rows.table())
        self.rows = list(range(len(forms[1]) + 1))
        self.budget = budget
        self.exact = Solver()
        self.best: Highest | None = None
        self.climbed: set[tuple[int, ...]] = set()

    def answer(self) -> Extreme:
        """The answer."""
        search = self.search
        heap: list[tuple[float, int, BoxNode]] = [(-np.inf, 0, search.root(()))]
        current: list[BoxNode] = []
        with self.budget.held():
            for u in sampled(search, self._merit)[:2]:
                self._climb(search.input(np.clip(u, -1, 1)))
            if self.best is None:
                self._climb(self.inputs.inside.rationals)
            self._walk(heap, current)
        if heap or current:
            return self._stopped([*current, *(node for _, _, node in heap)])
        assert self.best is not None
        value = fraction(self.best.value)
        point = as_fractions(self.inputs.point(self.best.point))
        return Extreme("attained", value, point, bound=value, nodes=search.nodes)

    def _walk(self, heap: list[tuple[float, int, BoxNode]], current: list[BoxNode]) -> None:
        """Look at boxes until none is left or the search is stopped.

        `current` has the box that is being looked at, which an interrupt must not lose.
        """
        budget, search = self.budget, self.search
        order = count(1)
        while heap:
            if budget.is_spent or (budget.limit is not None and search.nodes >= budget.limit):
                return
            current[:] = [heap[0][2]]
            heapq.heappop(heap)
            for key, left in self._examined(current[0]):
                heapq.heappush(heap, (key, next(order), left))
            current.clear()
            if search.nodes % 64 == 0 and heap:
                budget.tell(0.0)

    def _merit(self, minus: np.ndarray) -> np.ndarray:
        """The value, less where rows of the set are broken."""
        broken = np.maximum(minus[:, 1:], 0.0).sum(axis=1)
        return np.asarray(-minus[:, 0] - 1e3 * broken)

    def _threshold(self, node: BoxNode) -> Fraction:
        """What minus the value must stay below to beat the best one; normalised for a box."""
        assert self.best is not None
        return -fraction(self.best.value) / Fraction(2) ** int(node.tables.scales[-1][0])

    def _is_dead(self, node: BoxNode, bounds: Any) -> bool:
        """Whether a box is proved to have no greater value; equal ones do not matter."""
        if bounds.free < 0:
            return False
        if any(bounds.found[k] > 0 for k in self.rows[1:]):
            return True
        if self.best is None:
            return False
        found = Fraction(int(bounds.found[0]), ASKED_UNIT)
        return found >= self._threshold(node) or self._is_capped(bounds)

    def _is_capped(self, bounds: Any) -> bool:
        """Whether units of the last layer can only take something from a value that is no better.

        That settles at once where a network is constant because they are off, which no rounded
        bound does.
        """
        assert self.best is not None
        layers = self.search.boxed.network.layers
        *factors, most = self.last
        if not layers or most > self.best.value:
            return False
        codes = bounds.codes[len(layers) - 1].tolist()
        units = layers[-1].units
        return not any(factors[units:]) and all(
            by <= 0 or code == OFF for by, code in zip(factors[:units], codes, strict=False)
        )

    def _examined(self, node: BoxNode) -> list[tuple[float, BoxNode]]:
        """What is left of a box, with keys: the greatest bound comes first."""
        search = self.search
        bounds = search.bound(node)
        if self._is_dead(node, bounds):
            return []
        low, high = node.floats
        self._try((low + high) / 2)
        if 0 <= bounds.free <= MANY_FREE and (
            self._leaf(node, bounds) or self._is_dead(node, bounds)
        ):
            return []
        halves = None if node.is_for_regions(bounds.free) else node.halves(bounds, ())
        left: Sequence[BoxNode] = halves or (node,)
        if halves is None and self._by_cells(node, bounds):
            return []
        key = np.inf
        if bounds.free >= 0 and bounds.found[0] > -(1 << 61):
            key = float(bounds.found[0]) * 2.0 ** float(node.tables.scales[-1][0])
        return [(key if np.isfinite(key) else -np.inf, half) for half in left]

    def _leaf(self, node: BoxNode, bounds: Any) -> bool:
        """Whether a box is proved to have no greater value, by programs."""
        search = self.search
        cells: BoxCells | None = None
        stack: list[dict[Unit, bool]] = [{}]
        programs, most = 0, MOST_PROGRAMS if bounds.free <= EXACT_FREE else FEW_PROGRAMS
        while stack:
            if programs == most:
                return False
            programs += 1
            splits = stack.pop()
            exact = self._threshold(node)
            # -minus - offset >= t, where the offset is the value to beat.
            offsets = [-float(exact), *([0.0] * (len(self.rows) - 1))]
            answer = search.leaf(node, bounds, splits, self.rows, offsets)
            if answer is None:
                return False
            if answer.t < TIE_SLACK and self._is_proved(node, bounds, splits, answer):
                continue
            if answer.t > TIE_SLACK:
                self._try(answer.point)
                if self._threshold(node) < exact:
                    stack.append(splits)
                    continue
            if len(splits) == bounds.free:
                cells = cells or search.cells(node, bounds)
                self._settled(cells, splits)
                continue
            loosest = answer.loosest
            if abs(answer.t) <= TIE_SLACK:
                if bounds.free > EXACT_FREE:
                    return False
                cells = cells or search.cells(node, bounds)
                loosest = loosest or next(unit for unit in cells.free if unit not in splits)
            if loosest is None:
                return False
            stack += [{**splits, loosest: False}, {**splits, loosest: True}]
        return True

    def _is_proved(
        self, node: BoxNode, bounds: Any, splits: Mapping[Unit, bool], answer: LeafAnswer
    ) -> bool:
        """Whether a program's multipliers prove that a box has no greater value."""
        threshold = self._threshold(node)

        def lead(proof: tuple[Fraction, np.ndarray]) -> Fraction:
            # Where values are greater than the best, and rows hold, the combination is below this.
            bound, weights = proof
            return bound - threshold * Fraction(int(weights[0]), 1 << 16)

        proof = self.search.proved(node, bounds, splits, answer)
        if proof is None:
            return False
        most = lead(proof)
        if -MOST_ROUNDED < most <= 0 and answer.t < 0:
            proof = self.search.proved_exactly(node, bounds, splits, answer)
            most = lead(proof)
        return most > 0 or (most == 0 and bool(proof[1][0] > 0))

    def _try(self, u: np.ndarray) -> None:
        """Climb from a point if floats say that it beats the best."""
        minus = self.search.minus_rows(u[None])[0]
        scale = 2.0 ** float(self.search.boxed.tables.scales[-1][0])
        best = -np.inf if self.best is None else float(fraction(self.best.value))
        if -minus[0] * scale > best + 1e-12 * abs(best) and (minus[1:] <= TIE_SLACK).all():
            self._climb(self.search.input(np.clip(u, -1, 1)))

    def _climb(self, t: Sequence[fmpq]) -> None:
        """The greatest value on the region of a point, and on the regions it leads to."""
        domain = self.inputs.domain
        problem = Problem(self.network, domain)
        here = list(t)
        while True:
            if any(
                value_at([fmpq(entry) for entry in row], here) < 0
                for row in problem.domain_rows.rows
            ):
                return
            pattern = tuple(self.network.pattern_at([fraction(x) for x in here]).tolist())
            if pattern in self.climbed:
                return
            self.climbed.add(pattern)
            rows = Boundaries(problem).of(pattern).rows
            inside = decide_interior(rows, self.inputs.dim, self.exact)
            if not isinstance(inside, Point):
                value = sum(
                    (
                        a * fmpq(y.numerator, y.denominator)
                        for a, y in zip(
                            self.functional,
                            self.network.forward_exact([fraction(x) for x in here]),
                            strict=True,
                        )
                    ),
                    fmpq(0),
                )
                self._better(Highest(value, here))
                return
            outputs = self.network.affine_on(pattern).rows.table()
            form = [
                sum((a * y for a, y in zip(self.functional, column, strict=True)), fmpq(0))
                for column in zip(*outputs, strict=True)
            ]
            (found,) = highest_values(rows, [form], inside, self.exact)
            assert isinstance(found, Highest)  # the set is bounded
            if not self._better(found):
                return
            here = found.point

    def _better(self, found: Highest) -> bool:
        if self.best is not None and found.value <= self.best.value:
            return False
        self.best = found
        return True

    def _settled(self, cells: BoxCells, sides: Mapping[Unit, bool]) -> None:
        """A cell of a box, exactly."""
        found = cells.highest(sides, *self.forms)
        if found is not None:
            self._better(found)

    def _by_cells(self, node: BoxNode, bounds: Any) -> bool:
        """The cells of a box, one after another, exactly; False if the search is stopped."""
        cells = self.search.cells(node, bounds)
        for sides, _ in cells.all():
            if self.budget.is_spent:
                return False
            self._settled(cells, sides)
        return True

    def _stopped(self, left: Sequence[BoxNode]) -> Extreme:
        """What is known where the search was stopped."""
        best = self.best
        bound: Fraction | None = None if best is None else fraction(best.value)
        for node in left:
            bounds = node.tables.bound(node.low, node.high, node.lower, node.upper)
            if bounds.free < 0 or bounds.found[0] <= -(1 << 61):
                bound = None
                break
            top = -Fraction(int(bounds.found[0]), ASKED_UNIT) * Fraction(2) ** int(
                node.tables.scales[-1][0]
            )
            bound = top if bound is None else max(bound, top)
        return Extreme(
            "stopped",
            None if best is None else fraction(best.value),
            None if best is None else as_fractions(self.inputs.point(best.point)),
            bound=bound,
            complete=False,
            nodes=self.search.nodes,
        )
