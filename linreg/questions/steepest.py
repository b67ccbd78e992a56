"""Lipschitz constants by search: boxes, matrices of intervals, and exact regions in the end."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import count
from typing import Any

import numpy as np
from flint import fmpq

from linreg.network import StagedNetwork
from linreg.polyhedra import Point, Solver, decide_interior
from linreg.problem import Problem
from linreg.problem.region_rows import Boundaries
from linreg.questions.boxes import boxed_network
from linreg.questions.deciding import bounding_box, rows_beyond_box
from linreg.questions.input_sets import InputSet
from linreg.questions.loop_or_search import Budget
from linreg.questions.norms import Root, exceeds, operator_norm
from linreg.questions.pieces import Piece
from linreg.questions.region_norms import ON_TOP, Size, norm_bounds
from linreg.questions.searching import EXACT_FREE, BoxNode, BoxSearch
from linreg.rational import fraction

_OFF, _FREE, _PASSING = 0, 2, 5


@dataclass(frozen=True, eq=False)
class Steepest:
    """What a search has found.

    Attributes
    ----------
    best : (Size, Piece) or None
        A region of largest norm among those that were looked at.
    complete : bool
    bound : Fraction or None
        Of a search that was stopped, a proved upper bound of the size anywhere, if there is one.
    looked : int
        Regions and boxes that were looked at.
    """

    best: tuple[Size, Piece] | None
    complete: bool
    bound: Fraction | None
    looked: int


def steepest_by_search(
    staged: StagedNetwork,
    inputs: InputSet,
    rows: Sequence[int],
    norms: tuple[str, str],
    budget: Budget,
    seen: tuple[Size, Piece] | None = None,
) -> Steepest | None:
    """The region with the steepest map on a box of inputs, or one that was seen, if it is steeper.

    None where the search does not serve.
    """
    if inputs.is_unbounded or rows_beyond_box(inputs):
        return None
    climb = _climb(staged, inputs, rows, norms, budget)
    if climb is None:
        return None
    if seen is not None:
        climb.take(*seen)
    return climb.found()


def steepness_bound(
    staged: StagedNetwork, inputs: InputSet, rows: Sequence[int], norms: tuple[str, str]
) -> Fraction | None:
    """A proved upper bound of the size on any set, from what is decided on the box around it."""
    climb = _climb(staged, inputs, rows, norms, Budget())
    return None if climb is None else climb.bounded(everywhere=inputs.is_unbounded)


def _climb(
    staged: StagedNetwork,
    inputs: InputSet,
    rows: Sequence[int],
    norms: tuple[str, str],
    budget: Budget,
) -> _Climb | None:
    if inputs.is_unbounded:
        box: tuple[list[fmpq], list[fmpq]] | None = (
            [fmpq(0)] * inputs.dim,
            [fmpq(1)] * inputs.dim,
        )
    else:
        box = bounding_box(inputs)
    if box is None:
        return None
    network = inputs.restricted(staged)
    outputs = staged.readout.n_outputs
    asked = [[fmpq(int(i == j)) for j in range(outputs)] + [fmpq(0)] for i in rows]
    boxed = boxed_network(network, *box, asked)
    if boxed is None:
        return None
    return _Climb(BoxSearch(network, boxed), network, inputs, rows, norms, budget)


class _Climb:
    """One search, best first."""

    def __init__(
        self,
        search: BoxSearch,
        network: StagedNetwork,
        inputs: InputSet,
        rows: Sequence[int],
        norms: tuple[str, str],
        budget: Budget,
    ) -> None:
        self.search = search
        self.network = network
        self.rows = rows
        self.norms = norms
        self.budget = budget
        self.exact = Solver()
        self.problem = Problem(network, inputs.domain)
        self.looked: set[tuple[int, ...]] = set()
        self.known: set[tuple[tuple[fmpq, ...], ...]] = set()
        self.best: tuple[Size, Piece] | None = None
        self.least = -1.0  # a float not above the best size
        # A slope in coordinates of the box is one in those of inputs times this.
        self.widths = np.array([float(fraction(1 / r)) for r in search.boxed.radius]) * ON_TOP

    def bounded(self, *, everywhere: bool) -> Fraction | None:
        """The bound on the whole box, or where nothing is known of any unit."""
        root = self.search.root(())
        bounds = self.search.bound(root)
        if everywhere:
            tables = self.search.boxed.tables
            codes = np.full_like(bounds.codes, _PASSING)
            for s, units in enumerate(tables.units[:-1]):
                codes[s, :units] = _FREE
            bounds = replace(bounds, codes=codes, free=int((codes == _FREE).sum()))
        return _proved(self._most(root, bounds))

    def found(self) -> Steepest:
        """The answer."""
        search, budget = self.search, self.budget
        heap: list[tuple[float, int, BoxNode]] = [(-np.inf, 0, search.root(()))]
        current: list[tuple[float, int, BoxNode]] = []
        order = count(1)
        with budget.held():
            while heap and -heap[0][0] > self.least:
                if budget.is_spent or (budget.limit is not None and search.nodes >= budget.limit):
                    break
                current[:] = heap[:1]
                heapq.heappop(heap)
                for key, node in self._examined(current[0][2], -current[0][0]):
                    heapq.heappush(heap, (-key, next(order), node))
                current.clear()
                if search.nodes % 64 == 0:
                    budget.tell(0.0)
        left = [-key for key, _, _ in (*current, *heap[:1]) if -key > self.least]
        bound = _proved(max(left)) if left else None
        return Steepest(self.best, not left, bound, search.nodes + len(self.looked))

    def _examined(self, node: BoxNode, before: float) -> list[tuple[float, BoxNode]]:
        """What is left of a box, with bounds of the size on it."""
        bounds = self.search.bound(node)
        most = min(before, self._most(node, bounds))
        low, high = node.floats
        self._look(self.search.input((low + high) / 2))
        if bounds.free == 0 or most <= self.least:
            return []
        if 0 <= bounds.free <= EXACT_FREE or node.is_for_regions(bounds.free):
            pieces, own = self.search.region_pieces(node, self.budget.workers, None)
            for piece in pieces:
                # Its region as a whole, which settles it for all boxes.
                self._look(own.point(piece.inside.rationals))
            return []
        return [(most, half) for half in node.halves(bounds, ()) or ()]

    def _look(self, x: Sequence[fmpq]) -> None:
        """Take the norm on the region of a point, once."""
        pattern = tuple(self.network.pattern_at([fraction(entry) for entry in x]).tolist())
        if pattern in self.looked:
            return
        self.looked.add(pattern)
        outputs = [list(row) for row in self.network.affine_on(pattern).rows.table()]
        jacobian = tuple(tuple(outputs[i][:-1]) for i in self.rows)
        if jacobian in self.known:
            return
        size = operator_norm(jacobian, *self.norms)
        if self.best is not None and not exceeds(size, self.best[0]):
            self.known.add(jacobian)
            return
        rows = Boundaries(self.problem).of(pattern).rows
        inside = decide_interior(rows, len(x), self.exact)
        # Without an interior it is not one: another pattern may have the same map on a region.
        if isinstance(inside, Point):
            self.known.add(jacobian)
            self.take(size, Piece(pattern, rows, inside, outputs))

    def take(self, size: Size, piece: Piece) -> None:
        """Note a region that is the steepest so far."""
        self.best = size, piece
        lowest = size.interval()[0] if isinstance(size, Root) else fraction(size)
        self.least = float(lowest) * (2 - ON_TOP)

    def _most(self, node: BoxNode, bounds: Any) -> float:
        """An upper bound of the size on a box: the norm of what bounds each entry in size."""
        if bounds.free < 0:
            return np.inf
        tables = node.tables
        middle, spread = np.eye(tables.n_inputs), np.zeros((tables.n_inputs, tables.n_inputs))
        stages = len(tables.rows) - 1
        for s in range(stages + 1):
            weight = tables.float_weights[s]
            # Weights are the nearest floats, and sums are rounded; see Higham (2002), section 3.1.
            lost = (weight.shape[1] + 8) * 2.0**-52
            size = np.abs(weight)
            spread = size @ (spread + lost * (np.abs(middle) + spread)) * ON_TOP + 1e-290
            middle = weight @ middle
            if s < stages:
                codes = bounds.codes[s, : len(weight)]
                free = codes == _FREE
                low = np.minimum(middle - spread, 0.0)[free]
                high = np.maximum(middle + spread, 0.0)[free]
                middle[free] = (low + high) / 2
                spread[free] = (high - low) / 2 * ON_TOP + np.abs(middle[free]) * 2.0**-50
                middle[codes == _OFF] = spread[codes == _OFF] = 0.0
        entries = (np.abs(middle) + spread) * ON_TOP * self.widths
        entries *= np.ldexp(1.0, tables.scales[-1].astype(np.int32))[:, None]
        return float(norm_bounds(entries, *self.norms)) * ON_TOP


def _proved(size: float) -> Fraction | None:
    return Fraction(size) if np.isfinite(size) else None
