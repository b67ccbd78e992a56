"""Distances by search: boxes around a point, nearest first, cut to what can still matter."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from itertools import count
from math import isfinite
from typing import Any

import numpy as np
from flint import fmpq

from linreg.kernel.bounds.units import GRID
from linreg.network import StagedNetwork
from linreg.network.enclosure import EnclosedPieces
from linreg.polyhedra import Point, Solver
from linreg.problem import Problem
from linreg.questions.boxes import boxed_network
from linreg.questions.deciding import bounding_box, rows_beyond_box
from linreg.questions.float_bounds import FloatForms
from linreg.questions.input_sets import InputSet
from linreg.questions.loop_or_search import Budget
from linreg.questions.pieces import Piece, PieceMaker
from linreg.questions.searching import EXACT_FREE, MANY_FREE, TIE_SLACK, BoxNode, BoxSearch
from linreg.rational import fraction

QUICK_UNITS = 64
"""Units of a network up to which a region is found in a millisecond or so."""

FEW_REGIONS_FREE = 4
"""Free units of a box up to which its regions are looked at, whatever its size, in networks of more
units; units may share a hyperplane, along which no cut of a box makes them fewer."""


class Approach:
    """A search for the inputs nearest to a point where one of several forms is not negative.

    Parameters
    ----------
    network : StagedNetwork
    inputs : InputSet
        Bounded, with an interior, and no flat.
    leads : sequence of forms of the outputs (coefficients, constant)
    at : list of fmpq
    norm : str
    look : callable
        Takes a region, exactly, and notes the nearest inputs in it.
    known : callable
        The size of the distance beyond which nothing matters any more, or None.
    """

    def __init__(
        self,
        network: StagedNetwork,
        inputs: InputSet,
        leads: Sequence[Sequence[fmpq]],
        at: list[fmpq],
        norm: str,
        look: Callable[[Piece], None],
        known: Callable[[], fmpq | None],
        budget: Budget,
    ) -> None:
        self.network = network
        self.inputs = inputs
        self.at = at
        self.norm = norm
        self.look = look
        self.known = known
        self.budget = budget
        self.leads = leads
        self.rows = list(range(len(leads)))
        self.exact = Solver()
        self.pieces = PieceMaker(Problem(network, inputs.domain))
        self.enclosed = EnclosedPieces(network)
        self.looked: set[tuple[int, ...]] = set()
        self.settled: set[tuple[bool, ...]] = set()
        self.reached = fmpq(0)
        """All that is nearer, by the size of distances, has been looked at."""
        box = bounding_box(inputs)
        boxed = (
            None if box is None or rows_beyond_box(inputs) else boxed_network(network, *box, leads)
        )
        self.search = None if boxed is None else BoxSearch(network, boxed)

    @property
    def is_possible(self) -> bool:
        """Whether there are bounds on boxes for this network and set."""
        return self.search is not None

    def run(self) -> bool:
        """Whether all was looked at; False if the search was stopped."""
        search = self.search
        assert search is not None
        order = count()
        heap: list[tuple[float, int, BoxNode]] = [(0.0, next(order), search.root(tuple(self.rows)))]
        while heap:
            if self.budget.is_spent or (
                self.budget.limit is not None and search.nodes >= self.budget.limit
            ):
                return False
            key, _, node = heapq.heappop(heap)
            self.reached = fmpq(*key.as_integer_ratio())
            for left in self._examined(node):
                # Rounded down: what is left is not nearer than its key.
                below = np.nextafter(float(fraction(self._size(left))), -np.inf)
                heapq.heappush(heap, (max(float(below), 0.0), next(order), left))
        return True

    def _offsets(self, node: BoxNode) -> list[fmpq]:
        """How far a box is from the point along each axis."""
        assert self.search is not None
        return [
            max(low - entry, entry - high, fmpq(0))
            for entry, low, high in zip(self.at, *self.search.ends(node), strict=True)
        ]

    def _size(self, node: BoxNode) -> fmpq:
        """A lower bound of the distance of a box's points, exactly; of its square for l2."""
        offsets = self._offsets(node)
        match self.norm:
            case "linf":
                return max(offsets)
            case "l1":
                return sum(offsets, fmpq(0))
        return sum((entry * entry for entry in offsets), fmpq(0))

    def _cut(self, node: BoxNode, size: fmpq) -> BoxNode:
        """The part of a box that is within the distance along each axis, on the grid."""
        assert self.search is not None
        boxed = self.search.boxed
        reach = size
        if self.norm == "l2":
            near = np.nextafter(np.sqrt(float(fraction(size))), np.inf) * (1 + 2.0**-40)
            reach = fmpq(*float(near).as_integer_ratio())
        low, high = node.low.copy(), node.high.copy()
        for i, entry in enumerate(self.at):
            scale = (1 << GRID) / boxed.radius[i]
            from_, upto = ((entry + sign * reach - boxed.centre[i]) * scale for sign in (-1, 1))
            low[i] = max(int(low[i]), int(from_.floor()))
            high[i] = min(int(high[i]), int(upto.ceil()))
        return BoxNode(low, high, node.lower, node.upper, node.tables, node.depth, node.alive)

    def _examined(self, node: BoxNode) -> Sequence[BoxNode]:
        """What is left of a box."""
        search, known = self.search, self.known()
        assert search is not None
        if known is not None:
            if self._size(node) >= known:
                return ()
            node = self._cut(node, known)
        bounds = search.bound(node)
        alive = tuple(k for k in node.alive if bounds.free < 0 or bounds.found[k] <= 0)
        if not alive:
            return ()
        low, high = node.floats
        self._try((low + high) / 2, alive)
        if 0 <= bounds.free <= MANY_FREE:
            alive = tuple(k for k in alive if not self._is_dead(node, bounds, k))
            if not alive:
                return ()
        few = EXACT_FREE if len(self.network.units) <= QUICK_UNITS else FEW_REGIONS_FREE
        if 0 <= bounds.free <= few or node.is_for_regions(bounds.free):
            if len(self.network.units) > QUICK_UNITS:
                return () if self._by_cells(node, bounds) else (node,)
            self._by_regions(node, alive)
            return ()
        return node.halves(bounds, alive) or ()

    def _by_cells(self, node: BoxNode, bounds: Any) -> bool:
        """Look at the regions of a box's cells; False if the search is stopped."""
        assert self.search is not None
        cells = self.search.cells(node, bounds)
        for sides, inside in cells.all():
            if self.budget.is_spent:
                return False
            # Its region as a whole, which settles it for all boxes.
            every = cells.of_all(sides)
            if every not in self.settled:
                self.settled.add(every)
                at = Point.of_rationals(inside)
                self._look(self.network.pattern_at(at.fractions), at)
        return True

    def _by_regions(self, node: BoxNode, alive: Sequence[int]) -> None:
        """Look at the regions of a box on which a form may be non-negative there."""
        search = self.search
        assert search is not None
        regions = search.region_pieces(node, self.budget.workers, None)[0].regions
        forms = FloatForms.on(self.network, regions.patterns, [self.leads[k] for k in alive])
        is_dead = forms.highest(*search.ends(node)) < 0
        distances = np.where(is_dead, np.inf, forms.distances(self.at, self.norm)).min(axis=1)
        for i in np.argsort(distances, kind="stable").tolist():
            pattern = tuple(regions.patterns[i].tolist())
            if not (is_dead[i].all() or pattern in self.looked or self._is_beyond(distances[i])):
                # Its region as a whole, which settles it for all boxes.
                self.looked.add(pattern)
                self.look(self.pieces.of(pattern, regions.point(i)))

    def _is_beyond(self, distance: float) -> bool:
        """Whether nothing at such a distance matters."""
        known = self.known()
        if known is None or not distance > 0 or not isfinite(distance):
            return False
        exact = fmpq(*float(distance).as_integer_ratio())
        return (exact * exact if self.norm == "l2" else exact) >= known

    def _is_dead(self, node: BoxNode, bounds: Any, k: int) -> bool:
        """Whether a form is proved negative all over a box, by a program's multipliers."""
        search = self.search
        assert search is not None
        answer = search.leaf(node, bounds, {}, [k], [0.0])
        if answer is None:
            return False
        if answer.t < TIE_SLACK:
            proof = search.proved(node, bounds, {}, answer)
            if proof is not None and proof[0] > 0:
                return True
        if answer.t > -TIE_SLACK:
            self._try(answer.point, (k,))
        return False

    def _try(self, u: np.ndarray, alive: Sequence[int]) -> None:
        """Look at the region of a point where floats say that a form is not negative."""
        search = self.search
        assert search is not None
        if (search.minus_rows(u[None])[0][list(alive)] <= TIE_SLACK).any():
            at = Point.of_rationals(search.input(np.clip(u, -1, 1)))
            patterns, certain = self.enclosed.at(at.floats[None])
            self._look(patterns[0] if certain[0] else self.network.pattern_at(at.fractions), at)

    def _look(self, pieces: np.ndarray, at: Point) -> None:
        """Look at a region, which has a point in its closure, once."""
        pattern = tuple(pieces.tolist())
        if pattern in self.looked:
            return
        self.looked.add(pattern)
        piece = self.pieces.at(pattern, at, self.exact)
        if piece is not None:
            self.look(piece)
