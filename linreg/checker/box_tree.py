"""The tree of boxes of a certificate: each box is cut, or proved to have no unsafe input."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from flint import fmpq

from linreg.affine import ExactAffineMap
from linreg.checker.boxes import (
    FREE,
    GRID,
    MOST_INPUTS,
    NOTHING,
    OFF,
    ON,
    OnBox,
    OutOfRange,
    Scaled,
    bounds_on,
    combination_on,
    intervals,
    scaled,
)
from linreg.checker.claims import FalseClaim
from linreg.checker.exact_tree import ExactTree, Held, Row
from linreg.checker.queries import Ends, Section
from linreg.checker.records import Records
from linreg.network import Stage, StagedNetwork
from linreg.network.pass_through import with_inputs
from linreg.network.rectified import rectified
from linreg.rational import nearest_float

BISECTED, NARROWED, DEAD, PROGRAM, EXACT, DECIDED = 1, 2, 3, 4, 5, 6
SPLIT, WALK = 1, 2

LARGEST_SCALE, LARGEST_FALL = 1000, 30
MOST_WEIGHT = 1 << 16


@dataclass(frozen=True, slots=True, eq=False)
class _Node:
    low: np.ndarray
    high: np.ndarray
    known: list[tuple[np.ndarray, np.ndarray]]
    weights: list[np.ndarray]
    net: Scaled
    alive: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Rows:
    """Which of what is asked an alternative has: to be >= 0, to be > 0, and the mean."""

    weak: list[int]
    strict: list[int]
    mean: int | None

    @property
    def own(self) -> list[int]:
        return sorted({*self.weak, *self.strict})


class BoxTree:
    """The check of the tree of one section.

    Parameters
    ----------
    records : Records
    network : StagedNetwork
    section : Section
        With ends.
    told : callable
        Called for each box and each cell.
    """

    def __init__(
        self,
        records: Records,
        network: StagedNetwork,
        section: Section,
        told: Callable[[], None],
    ) -> None:
        assert section.ends is not None
        self._records = records
        self._network = rectified(network)
        self._section = section
        self._ends: Ends = section.ends
        self._free = [i for i, (low, high) in enumerate(self._ends) if low < high]
        self._told = told
        if not 0 < len(self._free) <= MOST_INPUTS:
            raise FalseClaim("a tree of boxes is for 1 to 64 inputs that are not fixed")
        self._weights, self._biases, self._units = self._floats(network)

    def check(self) -> None:
        """Read the tree to its end.

        Raises
        ------
        FalseClaim
        """
        scales = [
            np.array([self._scale(LARGEST_SCALE) for _ in bias], dtype=np.int64)
            for bias in self._biases
        ]
        net = self._scaled(self._weights, scales)
        ends = np.full(len(self._free), 1 << GRID, dtype=np.int64)
        known = intervals(net)
        start = bounds_on(net, -ends, ends, known)
        every = tuple(range(len(self._section.alternatives)))
        known = start.z if start.proves else known
        stack = [_Node(-ends, ends, known, self._weights, net, every)]
        while stack:
            stack += self._after(stack.pop())

    def _after(self, node: _Node) -> list[_Node]:
        """What is left of a box."""
        self._told()
        box = bounds_on(node.net, node.low, node.high, node.known)
        alive = [k for k in node.alive if not (box.proves and self._is_dead(k, box.found))]
        while True:
            kind = self._records.byte()
            if kind == DEAD:
                if alive:
                    raise FalseClaim("a box is called safe whose bounds do not show it")
                return []
            if kind in (PROGRAM, EXACT, DECIDED):
                k = self._records.unsigned()
                if k not in alive:
                    raise FalseClaim("a proof is given for an alternative that is not open")
                if kind == DECIDED and not box.proves:
                    raise FalseClaim("units are taken as decided in a box without bounds")
                if kind != PROGRAM:
                    self._check_exactly(node, k, _sides(box) if kind == DECIDED else {})
                else:
                    self._check_program(node.net, box, self._rows[k].own)
                alive.remove(k)
                continue
            if kind not in (BISECTED, NARROWED):
                raise FalseClaim(f"a record of kind {kind} stands where no such record may be")
            of_halves = replace(node, known=box.z if box.proves else node.known, alive=tuple(alive))
            if kind == NARROWED:
                if not box.proves:
                    raise FalseClaim("a box is normalised anew without bounds")
                of_halves = self._narrowed(of_halves, box.codes)
            return self._halves(of_halves)

    def _halves(self, node: _Node) -> list[_Node]:
        """The halves of a box, which have all else of it."""
        axis = self._records.unsigned()
        if axis >= len(self._free) or node.high[axis] - node.low[axis] <= 1:
            raise FalseClaim("a box is cut in a coordinate that it does not have")
        middle = (int(node.low[axis]) + int(node.high[axis])) // 2
        upto, since = node.high.copy(), node.low.copy()
        upto[axis] = since[axis] = middle
        # The lower half stands first, and what is last here is taken first.
        return [replace(node, low=since), replace(node, high=upto)]

    def _narrowed(self, node: _Node, codes: Sequence[np.ndarray]) -> _Node:
        """A box with the network in finer units, without what units give that are off."""
        net = node.net
        falls = [
            np.array([self._scale(LARGEST_FALL) for _ in scale], dtype=np.int64)
            for scale in net.scales
        ]
        if any((fall < 0).any() for fall in falls[:-1]):
            raise FalseClaim("a pre-activation is given a coarser unit")
        weights = [node.weights[0]]
        for weight, own in zip(node.weights[1:], codes, strict=True):
            weights.append(np.where(own[None, :] == OFF, 0.0, weight))
        scales = [a - fall for a, fall in zip(net.scales, falls, strict=True)]
        known = [
            (low << fall, high << fall)
            for (low, high), fall in zip(node.known, falls[:-1], strict=True)
        ]
        return replace(node, known=known, weights=weights, net=self._scaled(weights, scales))

    def _scale(self, most: int) -> int:
        scale = self._records.integer()
        if abs(scale) > most:
            raise FalseClaim(f"a scale is larger than {most}")
        return scale

    def _scaled(self, weights: Sequence[np.ndarray], scales: Sequence[np.ndarray]) -> Scaled:
        try:
            return scaled(weights, self._biases, self._units, scales)
        except OutOfRange:
            raise FalseClaim("the network has numbers that do not fit its scales") from None

    def _is_dead(self, k: int, found: np.ndarray) -> bool:
        """Whether bounds of minus the rows show that an alternative is met nowhere in the box."""
        rows = self._rows[k]
        if any(found[i] > 0 for i in rows.own) or any(found[i] >= 0 for i in rows.strict):
            return True
        return rows.mean is not None and bool(found[rows.mean] > 0)

    def _check_program(self, net: Scaled, box: OnBox, own: list[int]) -> None:
        """A tree of splits of free units, with a walk at each leaf."""
        if not box.proves:
            raise FalseClaim("a walk is given for a box without bounds")
        records, stages = self._records, len(box.codes)
        height = max((len(codes) for codes in box.codes), default=0)
        stack: list[dict[tuple[int, int], bool]] = [{}]
        while stack:
            assumed = stack.pop()
            kind = records.byte()
            if kind == SPLIT:
                unit = records.unsigned(), records.unsigned()
                if (
                    unit in assumed
                    or unit[0] >= stages
                    or unit[1] >= len(box.codes[unit[0]])
                    or box.codes[unit[0]][unit[1]] != FREE
                ):
                    raise FalseClaim("a unit is split that is not free")
                stack += [{**assumed, unit: False}, {**assumed, unit: True}]
                continue
            if kind != WALK:
                raise FalseClaim(f"a record of kind {kind} stands where no such record may be")
            weights = [0] * self._n_asked
            for i in own:
                weights[i] = records.unsigned()
                if weights[i] > MOST_WEIGHT:
                    raise FalseClaim("a weight is larger than 65,536")
            if sum(weights) > 64 * MOST_WEIGHT:
                raise FalseClaim("weights are larger than a walk may have")
            guides = np.zeros((2, stages, height))
            place = -1
            for _ in range(records.unsigned()):
                place += 1 + records.unsigned()
                value = records.unsigned()
                if place >= guides.size or value > 1 << 52:
                    raise FalseClaim("a multiplier is out of range")
                guides.flat[place] = float(value)
            sides = [(s, i, on) for (s, i), on in assumed.items()]
            bound = combination_on(net, box, weights, guides, sides)
            if bound == NOTHING or bound <= 0:
                raise FalseClaim("a walk does not prove that a box is safe")

    def _check_exactly(self, node: _Node, k: int, known: dict[tuple[int, int], bool]) -> None:
        """An exact proof for a box, in the network's own inputs."""
        ends = list(self._ends)
        unit = 1 << GRID
        for axis, i in enumerate(self._free):
            low, high = ends[i]
            middle, half = (low + high) / 2, (high - low) / 2
            ends[i] = (
                middle + half * Fraction(int(node.low[axis]), unit),
                middle + half * Fraction(int(node.high[axis]), unit),
            )
        rows = box_rows(tuple(ends))
        held = self._section.alternatives[k]
        ExactTree(self._records, self._network, rows, held, self._told, known).check()

    def _floats(
        self, network: StagedNetwork
    ) -> tuple[list[np.ndarray], list[np.ndarray], list[int]]:
        """Weights and biases on the box [-1, 1]^free, last of minus what is asked, as floats."""
        n, free = len(self._ends), self._free
        fixed = [_exact(low) for low, _ in self._ends]
        places = {i: axis for axis, i in enumerate(free)}
        flat = ExactAffineMap.of_terms(
            [[(places[i], fmpq(1))] if i in places else [] for i in range(n)],
            [fmpq(0) if i in places else fixed[i] for i in range(n)],
            len(free),
        )
        mixed = any(any(held.form[:n]) for own in self._section.alternatives for held in own)
        restricted = _behind(flat, network)
        net = rectified(with_inputs(restricted) if mixed else restricted)
        asked: dict[str, tuple[int, Row]] = {}

        def number(form: Row) -> int:
            return asked.setdefault(str(form), (len(asked), form))[0]

        def placed(form: Row) -> Row:
            constant = form[-1] + sum(
                (form[i] * fixed[i] for i in range(n) if i not in places), fmpq(0)
            )
            return [*form[n:-1], *((form[i] for i in free) if mixed else ()), constant]

        self._rows = [_numbered(own, placed, number) for own in self._section.alternatives]
        self._n_asked = len(asked)
        forms = [form for _, form in asked.values()]
        minus = ExactAffineMap.of_terms(
            [[(i, -by) for i, by in enumerate(form[:-1]) if by != 0] for form in forms],
            [-form[-1] for form in forms],
            network.readout.n_outputs + (len(free) if mixed else 0),
        )
        middles = [_exact((self._ends[i][0] + self._ends[i][1]) / 2) for i in free]
        halves = [_exact((self._ends[i][1] - self._ends[i][0]) / 2) for i in free]
        box = ExactAffineMap.of_terms(
            [[(axis, half)] for axis, half in enumerate(halves)], middles, len(free)
        )
        maps = [*(layer.map for layer in net.layers), minus.compose(net.readout)]
        maps[0] = maps[0].compose(box)
        weights = [_matrix(map_) for map_ in maps]
        biases = [np.array([_float(shift) for shift in map_.shifts]) for map_ in maps]
        if any(not len(bias) for bias in biases):
            raise FalseClaim("a tree of boxes is for networks of which something is asked")
        return weights, biases, [layer.units for layer in net.layers]


def _sides(box: OnBox) -> dict[tuple[int, int], bool]:
    """The units that are on or off all over a box."""
    return {
        (layer, int(unit)): code == ON
        for layer, codes in enumerate(box.codes)
        for code in (OFF, ON)
        for unit in np.nonzero(codes == code)[0]
    }


def _numbered(
    conditions: Sequence[Held], placed: Callable[[Row], Row], number: Callable[[Row], int]
) -> _Rows:
    """The numbers of an alternative's rows, and of their mean where equations are left out."""
    weak: list[int] = []
    strict: list[int] = []
    for held in conditions:
        (strict if held.strict else weak).append(number(placed(held.form)))
    single = [placed(held.form) for held in conditions if not held.of_equation]
    if len(single) < 2:
        return _Rows(weak, strict, None)
    columns = zip(*single, strict=True)
    return _Rows(weak, strict, number([sum(column, fmpq(0)) / len(single) for column in columns]))


def box_rows(ends: Ends) -> list[Row]:
    """For each input the row that is >= 0 above its lower end, then that below its upper end."""
    n = len(ends)
    rows = []
    for i, (low, high) in enumerate(ends):
        unit = [fmpq(int(i == j)) for j in range(n)]
        rows += [[*unit, _exact(-low)], [*(-entry for entry in unit), _exact(high)]]
    return rows


def _behind(chart: ExactAffineMap, network: StagedNetwork) -> StagedNetwork:
    """A network as a function of a chart's coordinates."""
    if not network.stages:
        return StagedNetwork(chart.n_inputs, (), network.readout.compose(chart))
    first, *later = network.stages
    stage = Stage(first.map.compose(chart), first.units)
    return StagedNetwork(chart.n_inputs, (stage, *later), network.readout)


def _matrix(map_: ExactAffineMap) -> np.ndarray:
    matrix = np.zeros((map_.n_outputs, map_.n_inputs))
    for j, group in enumerate(map_.terms):
        for i, by in group:
            matrix[j, i] = _float(by)
    return matrix


def _float(number: fmpq) -> float:
    return nearest_float(int(number.p), int(number.q))


def _exact(number: Fraction) -> fmpq:
    return fmpq(number.numerator, number.denominator)
