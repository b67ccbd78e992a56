"""Properties by search: boxes are bounded, cut, and settled by programs or by their regions."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from flint import fmpq

from linreg.network import StagedNetwork
from linreg.network.pass_through import with_inputs
from linreg.polyhedra import Point, Solver, decide_interior
from linreg.problem import Problem
from linreg.problem.region_rows import Boundaries
from linreg.questions.box_cells import BoxCells
from linreg.questions.boxes import boxed_network
from linreg.questions.certifying import BoxProof, split_record, walk_record
from linreg.questions.exact_proofs import NotProved
from linreg.questions.input_sets import InputSet
from linreg.questions.kept import KeptSet
from linreg.questions.leaves import Unit
from linreg.questions.loop_or_search import Budget, pieces_within
from linreg.questions.pieces import Piece
from linreg.questions.programs import Highest, highest_values, pulled, value_at
from linreg.questions.queries import Conditions
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
from linreg.questions.verifying import SetOutcome, best_met, coordinates, on_pieces
from linreg.rational import fraction


class Alternative:
    """Conditions whose rows have numbers among what is asked."""

    def __init__(self, conditions: Conditions, number: Any) -> None:
        self.conditions = conditions
        self.weak = [number(form) for form in conditions.weak]
        self.strict = [number(form) for form in conditions.strict]
        for form in conditions.equal:
            self.weak += [number(form), number([-entry for entry in form])]
        self.rows = [*self.weak, *self.strict]
        self.mean: int | None = None
        if len(self.rows) > 1:
            forms = [*conditions.weak, *conditions.strict]
            if len(forms) > 1:
                self.mean = number(
                    [sum(column, fmpq(0)) / len(forms) for column in zip(*forms, strict=True)]
                )

    def is_dead(self, found: np.ndarray) -> bool:
        """Whether bounds of minus the rows show that they cannot all be met."""
        if any(found[k] > 0 for k in self.rows) or any(found[k] >= 0 for k in self.strict):
            return True
        return self.mean is not None and bool(found[self.mean] > 0)


def bounding_box(inputs: InputSet) -> tuple[list[fmpq], list[fmpq]] | None:
    """Centre and radii of the smallest box around a bounded set, in the flat's coordinates."""
    units = [[fmpq(int(i == j)) for j in range(inputs.dim)] + [fmpq(0)] for i in range(inputs.dim)]
    forms = [form for unit in units for form in (unit, [-entry for entry in unit])]
    found = highest_values(inputs.rows, forms, inputs.inside, Solver())
    ends = [each.value for each in found if isinstance(each, Highest)]
    if len(ends) < len(forms):
        return None
    uppers, lowers = ends[::2], [-entry for entry in ends[1::2]]
    return (
        [(a + b) / 2 for a, b in zip(lowers, uppers, strict=True)],
        [(b - a) / 2 for a, b in zip(lowers, uppers, strict=True)],
    )


def rows_beyond_box(inputs: InputSet) -> list[list[fmpq]]:
    """The rows of a set that are no bounds of one coordinate."""
    return [
        [fmpq(entry) for entry in row]
        for row in inputs.rows
        if sum(entry != 0 for entry in row[:-1]) > 1
    ]


def decided_by_search(
    staged: StagedNetwork,
    inputs: InputSet,
    alternatives: Sequence[Conditions],
    budget: Budget,
    kept: KeptSet | None = None,
) -> SetOutcome:
    """An unsafe input of a bounded set, or the proof that there is none; by search on boxes."""
    ready = prepared(staged, inputs, alternatives)
    if ready is None:
        pieces = pieces_within(staged, inputs, budget)
        return on_pieces(pieces, inputs, alternatives, budget)
    return Decision(*ready, inputs, staged, alternatives, budget, kept=kept).answer()


def prepared(
    staged: StagedNetwork, inputs: InputSet, alternatives: Sequence[Conditions]
) -> tuple[BoxSearch, list[Alternative]] | None:
    """The search and what is asked of the network's outputs; None where boxes do not serve."""
    box = bounding_box(inputs)
    if box is None:
        return None
    n_outputs = staged.readout.n_outputs
    n_inputs = staged.input_dim
    beyond = rows_beyond_box(inputs)
    mixed = bool(beyond) or any(
        any(form[:n_inputs])
        for each in alternatives
        for form in (*each.weak, *each.strict, *each.equal)
    )
    network = inputs.restricted(staged)
    variables = coordinates(inputs)
    if mixed:
        network = with_inputs(network)

    def of_outputs(form: Sequence[fmpq]) -> list[fmpq]:
        """A form of inputs and outputs as one of the outputs, which may be followed by inputs."""
        own = pulled([*form[:n_inputs], form[-1]], variables)
        outputs = list(form[n_inputs:-1])
        return [*outputs, *own] if mixed else [*outputs, own[-1]]

    extra = [[*([fmpq(0)] * n_outputs), *row] for row in beyond]
    asked: list[list[fmpq]] = []
    numbers: dict[tuple[str, ...], int] = {}

    def number(form: Sequence[fmpq]) -> int:
        key = tuple(map(str, form))
        if key not in numbers:
            numbers[key] = len(asked)
            asked.append(list(form))
        return numbers[key]

    chosen = [
        Alternative(
            Conditions(
                [*map(of_outputs, each.weak), *extra],
                [of_outputs(form) for form in each.strict],
                [of_outputs(form) for form in each.equal],
            ),
            number,
        )
        for each in alternatives
    ]
    if not asked:
        return None
    boxed = boxed_network(network, *box, asked)
    return None if boxed is None else (BoxSearch(network, boxed), chosen)


class Decision:
    """One search, depth first: the half that looks less safe is taken first.

    With a proof, it is written down what becomes of each box.
    """

    def __init__(
        self,
        search: BoxSearch,
        alternatives: list[Alternative],
        inputs: InputSet,
        staged: StagedNetwork,
        conditions: Sequence[Conditions],
        budget: Budget,
        proof: BoxProof | None = None,
        kept: KeptSet | None = None,
    ) -> None:
        self.search = search
        self.alternatives = alternatives
        self.inputs = inputs
        self.staged = staged
        self.conditions = conditions
        self.budget = budget
        self.proof = proof
        self.kept = kept
        self.exact = Solver()

    def answer(self) -> SetOutcome:
        """The answer."""
        search = self.search
        every = tuple(range(len(self.alternatives)))
        stack = None if self.kept is None else self.kept.left(search.boxed)
        is_begun = stack is not None
        if stack is None:
            stack = [search.root(every)]
        elif self.kept is not None:
            search.nodes = self.kept.nodes
        with self.budget.held():
            found = (None if is_begun else self._seen(every)) or self.walked(stack)
            if found is not None:
                return found
        if not stack:
            return SetOutcome(None, None, search.nodes)
        bound = self._bound_left(stack)
        if self.kept is not None:
            self.kept.keep(stack, search.nodes, bound)
        return SetOutcome(None, None, search.nodes, True, bound)

    def remember(self, stack: Sequence[BoxNode]) -> None:
        """Keep what is left, if it is time."""
        if self.kept is not None and self.kept.is_due():
            self.kept.keep(stack, self.search.nodes, self._bound_left(stack))

    def _seen(self, every: tuple[int, ...]) -> SetOutcome | None:
        """An unsafe input among samples."""
        for u in sampled(self.search, self._merit):
            point = self._checked(u, every, TIE_SLACK)
            if point is not None:
                return self._found(point)
        return None

    @property
    def is_over(self) -> bool:
        """Whether the search is to stop."""
        limit = self.budget.limit
        return self.budget.is_spent or (limit is not None and self.search.nodes >= limit)

    def walked(self, stack: list[BoxNode], quota: int | None = None) -> SetOutcome | None:
        """An unsafe input of the boxes on a stack, which holds those that are left in the end.

        The last box comes first. With a quota, so many boxes are looked at.
        """
        budget, search = self.budget, self.search
        most = None if quota is None else search.nodes + quota
        done = 0.0
        while stack:
            if self.is_over or (most is not None and search.nodes >= most):
                return None
            outcome = self._examined(stack[-1])
            if isinstance(outcome, SetOutcome):
                return outcome
            if not outcome:
                done += 2.0 ** -stack[-1].depth
                if search.nodes % 64 == 0:
                    budget.tell(min(done, 1.0))
            stack[-1:] = outcome  # at once: an interrupt must not lose a box
            self.remember(stack)
        return None

    def _merit(self, minus: np.ndarray) -> np.ndarray:
        """The best alternative's smallest row at each point."""
        smallest = [(-minus[:, each.rows]).min(axis=1) for each in self.alternatives]
        return np.asarray(np.max(smallest, axis=0))

    def _examined(self, node: BoxNode) -> SetOutcome | list[BoxNode]:
        """What is left of a box: nothing, halves; or an unsafe input."""
        search = self.search
        bounds = search.bound(node)
        alive = tuple(
            k
            for k in node.alive
            if bounds.free < 0 or not self.alternatives[k].is_dead(bounds.found)
        )
        if not alive:
            return self._dead(node)
        low, high = node.floats
        point = self._checked((low + high) / 2, alive, TIE_SLACK)
        if point is not None:
            return self._found(point)
        if 0 <= bounds.free <= MANY_FREE:
            left = []
            for k in alive:
                outcome = self._leaf(node, bounds, k)
                if isinstance(outcome, SetOutcome):
                    return outcome
                if not outcome:
                    left.append(k)
            alive = tuple(left)
            if not alive:
                return self._dead(node)
        halves = None if node.is_for_regions(bounds.free) else node.halves(bounds, alive)
        if halves is None:
            outcome = self._by_cells(node, bounds, alive)
            if isinstance(outcome, SetOutcome):
                return outcome
            return self._dead(node) if outcome else [node]
        if self.proof is not None:
            self.proof.halves(node, halves)
        ahead = self._merit(search.minus_rows(np.array([sum(h.floats) / 2 for h in halves])))
        return list(halves) if ahead[1] >= ahead[0] else list(halves[::-1])

    def _dead(self, node: BoxNode) -> list[BoxNode]:
        """Nothing is left of a box."""
        if self.proof is not None:
            self.proof.dead(node)
        return []

    def _leaf(self, node: BoxNode, bounds: Any, k: int) -> SetOutcome | bool | None:
        """True if an alternative is proved dead on a box, something else if that is open."""
        search, each = self.search, self.alternatives[k]
        records = bytearray()
        cells: BoxCells | None = None
        stack: list[dict[Unit, bool]] = [{}]
        programs, most = 0, MOST_PROGRAMS if bounds.free <= EXACT_FREE else FEW_PROGRAMS
        while stack:
            if programs == most:
                return None
            programs += 1
            splits = stack.pop()
            answer = search.leaf(node, bounds, splits, each.rows, [0.0] * len(each.rows))
            if answer is None:
                return None
            if answer.t < TIE_SLACK:
                proof = search.proved(node, bounds, splits, answer)
                if proof is not None and proof[0] > 0:
                    if self.proof is not None:
                        records += walk_record(
                            each.rows, proof[1].tolist(), answer.guides, node.tables.rows
                        )
                    continue
            if answer.t > -TIE_SLACK:
                point = self._checked(answer.point, (k,), TIE_SLACK)
                if point is not None:
                    return self._found(point)
            loosest = answer.loosest
            if abs(answer.t) <= TIE_SLACK or len(splits) == bounds.free:
                if self.proof is not None:
                    # A proof of exact cells is one of a whole box.
                    return self._by_cells(node, bounds, (k,)) if bounds.free <= EXACT_FREE else None
                cells = cells or search.cells(node, bounds)
                if len(splits) == bounds.free:
                    point = cells.met(splits, each.conditions)
                    if point is not None:
                        return self._found(point)
                    continue
                loosest = loosest or next(unit for unit in cells.free if unit not in splits)
            if loosest is None:
                return None
            records += split_record(loosest)
            stack += [{**splits, loosest: False}, {**splits, loosest: True}]
        if self.proof is not None:
            self.proof.program(node, k, bytes(records))
        return True

    def _by_cells(self, node: BoxNode, bounds: Any, alive: Sequence[int]) -> SetOutcome | bool:
        """The cells of a box, one after another, exactly; False if the search is stopped."""
        if self.proof is not None and self._is_proved(self.proof, node, alive):
            return True
        cells = self.search.cells(node, bounds)
        for sides, _ in cells.all():
            if self.budget.is_spent:
                return False
            for k in alive:
                point = cells.met(sides, self.alternatives[k].conditions)
                if point is not None:
                    return self._found(point)
        if self.proof is not None:
            raise NotProved
        return True

    def _is_proved(self, proof: BoxProof, node: BoxNode, alive: Sequence[int]) -> bool:
        """Whether exact cells prove that nothing in a box is unsafe, and that is written down."""
        try:
            for k in alive:
                proof.exact(node, k)
        except NotProved:
            return False
        return True

    def _checked(self, u: np.ndarray, alive: Sequence[int], tolerance: float) -> list[fmpq] | None:
        """The input of float coordinates, if it is unsafe; exactly, where floats are for it."""
        search = self.search
        minus = search.minus_rows(u[None])[0]
        likely = [k for k in alive if (minus[self.alternatives[k].rows] <= tolerance).all()]
        if not likely:
            return None
        t = search.input(np.clip(u, -1, 1))
        values = [
            fmpq(y.numerator, y.denominator)
            for y in search.network.forward_exact([fraction(entry) for entry in t])
        ]
        for k in likely:
            each = self.alternatives[k].conditions
            if (
                all(value_at(form, values) >= 0 for form in each.weak)
                and all(value_at(form, values) > 0 for form in each.strict)
                and all(value_at(form, values) == 0 for form in each.equal)
            ):
                return t
        return None

    def _found(self, t: list[fmpq]) -> SetOutcome:
        """An unsafe input, moved to where its slack is largest in its region."""
        x = self.inputs.point(t)
        network, domain = self.inputs.restricted(self.staged), self.inputs.domain
        problem = Problem(network, domain)
        pattern = tuple(network.pattern_at([fraction(entry) for entry in t]).tolist())
        rows = Boundaries(problem).of(pattern).rows
        inside = decide_interior(rows, self.inputs.dim, self.exact)
        met = None
        if isinstance(inside, Point):
            outputs = [list(row) for row in network.affine_on(pattern).rows.table()]
            piece = Piece(pattern, rows, inside, outputs)
            met = best_met(piece, self.inputs, self.conditions, self.exact)
        if met is not None:
            return SetOutcome(self.inputs.point(met.point), met.slack, self.search.nodes)
        return SetOutcome(x, self._slack(x), self.search.nodes)

    def _slack(self, x: list[fmpq]) -> fmpq:
        """The best alternative's smallest slack at an unsafe input."""
        values = [*x]
        for y in self.staged.forward_exact([fraction(entry) for entry in x]):
            values.append(fmpq(y.numerator, y.denominator))
        return max(
            min((value_at(form, values) for form in (*each.weak, *each.strict)), default=fmpq(0))
            for each in self.conditions
        )

    def _bound_left(self, stack: Sequence[BoxNode]) -> Fraction | None:
        """A proved bound on the slack that any input of the boxes left has."""
        worst: Fraction | None = None
        for node in stack:
            bounds = node.tables.bound(node.low, node.high, node.lower, node.upper)
            if bounds.free < 0:
                return None
            for k in node.alive:
                each = self.alternatives[k]
                if each.is_dead(bounds.found):
                    continue
                tops = [
                    -Fraction(int(bounds.found[row]), ASKED_UNIT)
                    * Fraction(2) ** int(node.tables.scales[-1][row])
                    for row in each.rows
                    if bounds.found[row] > -(1 << 61)
                ]
                if not tops:
                    return None
                worst = min(tops) if worst is None else max(worst, min(tops))
        return Fraction(0) if worst is None else worst
