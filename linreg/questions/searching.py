"""Search on boxes: bounds in integers, leaf programs, unit splits, and exact regions in the end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
from flint import fmpq

from linreg.kernel.bounds.units import FINE, GRID, POINT
from linreg.network import StagedNetwork
from linreg.problem import Problem
from linreg.questions.box_cells import BoxCells
from linreg.questions.boxes import BoxedNetwork
from linreg.questions.input_sets import InputSet, input_set
from linreg.questions.leaves import LeafAnswer, LeafSolver, Unit
from linreg.questions.pieces import Pieces, pieces_on
from linreg.rational import fraction
from linreg.regions.enumeration import regions_of
from linreg.run import Options
from linreg.strategies.auto import for_parts

MANY_FREE = 16
"""Free units of a box up to which programs are tried, and units are split inside it.

A program takes as long as two boxes, and of those with more free units most prove nothing.
"""

FEW_PROGRAMS, MOST_PROGRAMS = 30, 100
"""Leaf programs that are spent on one box before it is bisected: of many free units, and of so few
that a tie is settled by all its cells.
"""

EXACT_FREE = 8
"""Free units of a box up to which a tie is settled by its regions, exactly."""

TIE_SLACK = 1e-8
"""Slack, in normalised units, below which floats are not asked any further."""

LONGEST = 1024
"""How many times as long as the side that shares choose the longest side may be; from there on it
is the longest that is cut, so that none stays long for ever.
"""

SMALL_SIDE, TINY_SIDE = 2.0**-6, 2.0**-16
"""Sides of boxes, as shares of the root's, below which regions settle what programs leave open: of
boxes with few free units, and of all.
"""

NARROW_EVERY = 3
"""Levels after which the network is normalised for smaller boxes, if that pays."""

_SCALE = 1 << GRID
"""Units of a box's ends: those of the kernel's grid."""


ASKED_UNIT = 1 << (POINT + FINE)
"""What bounds of what is asked are divided by."""


@dataclass(frozen=True, eq=False)
class BoxNode:
    """A box that is left to be looked at.

    Attributes
    ----------
    low, high : int64 arrays, shape (inputs,)
        Ends, on the grid.
    lower, upper : int64 arrays
        Bounds of pre-activations of a box around it.
    tables : BoundTables
        The network, normalised for this box or for one around it.
    depth : int
    alive : tuple of int
        What may still be met in it.
    place : int
        1 for the root; the halves of a box have twice its place, and one more.
    """

    low: np.ndarray
    high: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    tables: Any
    depth: int
    alive: tuple[int, ...] = ()
    place: int = 1

    @property
    def floats(self) -> tuple[np.ndarray, np.ndarray]:
        """The ends in coordinates of the root box [-1, 1]^inputs."""
        return self.low / _SCALE, self.high / _SCALE

    def is_for_regions(self, free: int) -> bool:
        """Whether to look at the regions of a box that programs have left open."""
        side = float((self.high - self.low).max()) / (2 * _SCALE)
        return side <= (SMALL_SIDE if 0 <= free <= EXACT_FREE else TINY_SIDE)

    def halves(self, bounds: Any, alive: tuple[int, ...]) -> tuple[BoxNode, BoxNode] | None:
        """Its halves; None if no side can be cut."""
        widths = self.high - self.low
        axis = int(bounds.shares.argmax())
        if not bounds.shares[axis] > 0 or widths[axis] <= max(1, widths.max() // LONGEST):
            axis = int(widths.argmax())
        if widths[axis] <= 1:
            return None
        middle = (int(self.low[axis]) + int(self.high[axis])) // 2
        upto, from_ = self.high.copy(), self.low.copy()
        upto[axis] = from_[axis] = middle
        lower, upper, tables = self.lower, self.upper, self.tables
        if bounds.free >= 0:
            lower, upper = bounds.lower, bounds.upper
            finer = tables.narrowed(bounds) if self.depth % NARROW_EVERY == 0 else None
            if finer is not None:
                tables, lower, upper = finer
        depth, place = self.depth + 1, 2 * self.place
        return (
            BoxNode(self.low, upto, lower, upper, tables, depth, alive, place),
            BoxNode(from_, self.high, lower, upper, tables, depth, alive, place + 1),
        )


@dataclass(eq=False)
class BoxSearch:
    """What both searches need of a network on a box.

    Attributes
    ----------
    network : StagedNetwork
        As a function of the box's inputs.
    boxed : BoxedNetwork
    nodes : int
        Boxes that were bounded.
    """

    network: StagedNetwork
    boxed: BoxedNetwork
    nodes: int = 0
    solver: LeafSolver = field(init=False)
    _problem: Problem | None = None

    def __post_init__(self) -> None:
        self.solver = LeafSolver()

    def root(self, alive: tuple[int, ...]) -> BoxNode:
        """The whole box."""
        ends = np.full(len(self.boxed.centre), _SCALE, dtype=np.int64)
        return BoxNode(-ends, ends, *self.boxed.root, self.boxed.tables, 0, alive)

    def bound(self, node: BoxNode) -> Any:
        """Proved bounds on a box."""
        self.nodes += 1
        return node.tables.bound(node.low, node.high, node.lower, node.upper)

    def minus_rows(self, points: np.ndarray) -> np.ndarray:
        """Minus what is asked, normalised, at points of the root box; (points, asked)."""
        tables, state = self.boxed.tables, points
        for s in range(len(tables.rows) - 1):
            state = state @ tables.float_weights[s].T + tables.float_biases[s]
            units = int(tables.units[s])
            np.maximum(state[:, :units], 0.0, out=state[:, :units])
        return np.asarray(state @ tables.float_weights[-1].T + tables.float_biases[-1])

    def input(self, u: np.ndarray) -> list[fmpq]:
        """The exact input of float coordinates."""
        return self.boxed.point([Fraction(float(value)) for value in u])

    def ends(self, node: BoxNode) -> tuple[list[fmpq], list[fmpq]]:
        """The least and the greatest of each coordinate of a box's inputs, exactly."""
        boxed = self.boxed
        low, high = (
            [
                c + r * fmpq(at, _SCALE)
                for c, r, at in zip(boxed.centre, boxed.radius, end.tolist(), strict=True)
            ]
            for end in (node.low, node.high)
        )
        return low, high

    def leaf(
        self, node: BoxNode, bounds: Any, splits: Mapping[Unit, bool], asked: Sequence[int],
        offsets: Sequence[float],
    ) -> LeafAnswer | None:  # fmt: skip
        """The leaf program of a box with some units split."""
        return self.solver.solve(node.tables, *node.floats, bounds, splits, asked, offsets)

    def proved(
        self, node: BoxNode, bounds: Any, splits: Mapping[Unit, bool], answer: LeafAnswer
    ) -> tuple[Fraction, np.ndarray] | None:
        """A proved lower bound of a combination of what is asked, and its integer weights."""
        codes = bounds.codes
        if splits:
            codes = codes.copy()
            for unit, on in splits.items():
                codes[unit] = 3 if on else 4
        bound = node.tables.guided(
            node.low, node.high, bounds, codes, answer.weights, answer.guides
        )
        if bound is None:
            return None
        return bound, _rounded(answer.weights)

    def proved_exactly(
        self, node: BoxNode, bounds: Any, splits: Mapping[Unit, bool], answer: LeafAnswer
    ) -> tuple[Fraction, np.ndarray]:
        """The same by a walk without rounding, which takes as long as a program."""
        weights = _rounded(answer.weights)
        whole = weights.astype(np.int64).tolist()
        found = self.boxed.walks.bound(node, bounds, splits, whole, answer.multipliers)
        return fraction(found) / (1 << 16), weights

    def region_pieces(
        self, node: BoxNode, workers: int, limit: int | None
    ) -> tuple[Pieces, InputSet]:
        """All regions of the network on a box, exactly."""
        inputs = input_set(self._rows(node), len(self.boxed.centre))
        assert inputs is not None
        if not inputs.is_whole:
            return pieces_on(self.network, inputs, workers=workers, limit=limit), inputs
        if self._problem is None:
            self._problem = Problem(self.network, inputs.domain)
        # The network is made integers once for all boxes.
        problem = self._problem.on(inputs.domain)
        options = Options(for_parts(problem), workers, limit=limit)
        return Pieces(regions_of(problem, options)), inputs

    def cells(self, node: BoxNode, bounds: Any) -> BoxCells:
        """The cells of a box whose bounds are known, exactly."""
        codes = bounds.codes if bounds.free >= 0 else None
        return BoxCells(self.boxed.network, self._rows(node), codes)

    def _rows(self, node: BoxNode) -> list[list[fmpq]]:
        """The rows of a box's ends, the lower one of each input first."""
        rows = []
        for i, (low, high) in enumerate(zip(*self.ends(node), strict=True)):
            unit = [fmpq(int(i == j)) for j in range(len(self.boxed.centre))]
            rows += [[*unit, -low], [*(-entry for entry in unit), high]]
        return rows


def _rounded(weights: np.ndarray) -> np.ndarray:
    """The weights of a proof, whole numbers of 2^-16."""
    whole: np.ndarray = np.clip(np.rint(np.ldexp(weights, 16)), 0, 1 << 16)
    return whole


def sampled(
    search: BoxSearch, merit: Callable[[np.ndarray], np.ndarray], rounds: int = 12, size: int = 512
) -> np.ndarray:
    """Points of the root box with much merit, by samples that gather around the best ones.

    Parameters
    ----------
    merit : callable
        Takes minus what is asked, shape (points, asked), to a number for each point.

    Returns
    -------
    float64 array, shape (points, inputs)
        The best points, best first.
    """
    n = len(search.boxed.centre)
    rng = np.random.default_rng(0)
    best = np.zeros((1, n))
    width = 1.0
    for _ in range(rounds):
        around = best[rng.integers(0, len(best), size)]
        tried = np.clip(around + width * rng.uniform(-1, 1, (size, n)), -1, 1)
        # Optima like the ends of the box.
        ends = rng.random((size, n)) < 0.15
        tried = np.where(ends, np.sign(rng.uniform(-1, 1, (size, n))), tried)
        tried = np.vstack([best, tried])
        order = np.argsort(-merit(search.minus_rows(tried)), kind="stable")
        best = tried[order[:8]]
        width *= 0.6
    return best
