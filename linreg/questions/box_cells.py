"""Cells of a box in which each unit has a side, exactly: they settle what programs leave open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any

from flint import fmpq, fmpq_mat

from linreg.network.rectified import Rectified
from linreg.polyhedra.simplex import seek_least
from linreg.questions.exact_proofs import Row, never_negative, refuted
from linreg.questions.leaves import Unit
from linreg.questions.programs import Highest, pulled, value_at
from linreg.questions.queries import Conditions

OFF, ON = 0, 1
"""Codes of units that have one side all over a box."""


class BoxCells:
    """The cells of a box, whose units are on or off all over it, or free.

    Parameters
    ----------
    network : Rectified
    box : sequence of rows
        For each input the row of its lower end, then that of its upper end.
    codes : int8 array, shape (stages, rows), or None
        What is proved of each unit; None where nothing is.

    Attributes
    ----------
    free : list of Unit
        In order.
    """

    def __init__(self, network: Rectified, box: Sequence[Row], codes: Any) -> None:
        self._network = network
        self._box = [list(row) for row in box]
        self._known: list[list[bool | None]] = []
        for s, layer in enumerate(network.layers):
            own = [None] * layer.units if codes is None else codes[s, : layer.units].tolist()
            self._known.append([code == ON if code in (OFF, ON) else None for code in own])
        self.free = [
            (s, i) for s, own in enumerate(self._known) for i, on in enumerate(own) if on is None
        ]
        counts = [own.count(None) for own in self._known]
        self._before = [0, *accumulate(counts)]
        self._maps: dict[tuple[int, tuple[bool, ...]], list[list[fmpq]]] = {}

    def highest(
        self, sides: Mapping[Unit, bool], form: Row, conditions: Sequence[Row]
    ) -> Highest | None:
        """The greatest value of a form of the outputs on a closed cell, where others are >= 0.

        None where there is no such point.
        """
        rows, outputs = self._cell(sides)
        rows += [pulled(each, outputs) for each in conditions]
        start = refuted([(k, row, False) for k, row in enumerate(rows)], self._dim)
        if isinstance(start, dict):
            return None
        own = pulled(form, outputs)
        step = seek_least(
            [-entry for entry in own[:-1]],
            [value_at(row, start) for row in rows],
            [row[:-1] for row in rows],
        )
        assert step is not None  # boxes are bounded
        point = [x + by for x, by in zip(start, step, strict=True)]
        return Highest(value_at(own, point), point)

    def met(self, sides: Mapping[Unit, bool], asked: Conditions) -> list[fmpq] | None:
        """A point of a closed cell where conditions on the outputs hold; None if there is none."""
        rows, outputs = self._cell(sides)
        weak = [*asked.weak, *asked.equal, *([-entry for entry in each] for each in asked.equal)]
        rows += [pulled(each, outputs) for each in weak]
        held = [(row, False) for row in rows]
        held += [(pulled(each, outputs), True) for each in asked.strict]
        found = refuted([(k, row, strict) for k, (row, strict) in enumerate(held)], self._dim)
        return None if isinstance(found, dict) else found

    def all(self) -> Iterator[tuple[dict[Unit, bool], list[fmpq]]]:
        """The sides of the free units on each cell that has an interior, and a point inside it.

        Together these cover the box, and none is flat where units have the same hyperplane.
        """
        ends = zip(self._box[::2], self._box[1::2], strict=True)
        middle = [(upper[-1] - lower[-1]) / 2 for lower, upper in ends]
        stack: list[tuple[tuple[bool, ...], list[list[fmpq]], list[fmpq]]] = [
            ((), self._box, middle)
        ]
        while stack:
            sides, rows, inside = stack.pop()
            if len(sides) == len(self.free):
                yield dict(zip(self.free, sides, strict=True)), inside
                continue
            layer, place = self.free[len(sides)]
            form = self._read(layer, sides[: self._before[layer]])[place]
            for side, cut, point in _sides(form, rows, inside):
                stack.append(((*sides, side), [*rows, *cut], point))

    def of_all(self, sides: Mapping[Unit, bool]) -> tuple[bool, ...]:
        """The sides of all units on a cell, those among them that the box decides."""
        return tuple(
            sides[s, i] if on is None else on
            for s, own in enumerate(self._known)
            for i, on in enumerate(own)
        )

    @property
    def _dim(self) -> int:
        return len(self._box[0]) - 1

    def _cell(self, sides: Mapping[Unit, bool]) -> tuple[list[list[fmpq]], list[list[fmpq]]]:
        """The rows of a cell, and the outputs on it, as forms of the input."""
        every = tuple(sides[unit] for unit in self.free)
        rows = list(self._box)
        for (layer, place), side in zip(self.free, every, strict=True):
            form = self._read(layer, every[: self._before[layer]])[place]
            rows.append(form if side else [-entry for entry in form])
        return rows, self._read(len(self._network.layers), every)

    def _read(self, layer: int, sides: tuple[bool, ...]) -> list[list[fmpq]]:
        """What a layer reads, or the readout, as forms of the input, given the sides before it."""
        found = self._maps.get((layer, sides))
        if found is None:
            if layer == 0:
                state = [
                    [fmpq(int(i == j)) for j in range(self._dim + 1)] for i in range(self._dim)
                ]
            else:
                own = iter(sides[self._before[layer - 1] :])
                state = list(self._read(layer - 1, sides[: self._before[layer - 1]]))
                for i, known in enumerate(self._known[layer - 1]):
                    if not (next(own) if known is None else known):
                        state[i] = [fmpq(0)] * (self._dim + 1)
            layers = self._network.layers
            map_ = layers[layer].map if layer < len(layers) else self._network.readout
            entries = [entry for row in state for entry in row]
            found = map_.apply(fmpq_mat(len(state), self._dim + 1, entries)).table()
            self._maps[layer, sides] = found
        return found


def _sides(
    form: list[fmpq], rows: list[list[fmpq]], inside: list[fmpq]
) -> list[tuple[bool, list[list[fmpq]], list[fmpq]]]:
    """The sides of a hyperplane on which a cell has an interior: on or off, its row, a point."""
    here = value_at(form, inside)
    if not any(form[:-1]):
        return [(here > 0, [], inside)]
    minus = [-entry for entry in form]
    ahead, behind = (form, minus) if here >= 0 else (minus, form)
    is_on = here >= 0
    there = never_negative(ahead, list(enumerate(rows)), inside)
    if isinstance(there, dict):
        return [(is_on, [], inside)]
    # Between a point of the cell and one inside it all points are inside.
    a, b = -value_at(ahead, there), abs(here)
    share = a / (2 * (a + b))
    beyond = [x + share * (y - x) for x, y in zip(there, inside, strict=True)]
    if here == 0:
        # Away from the point behind, half as far as the cell reaches.
        away = [x - y for x, y in zip(inside, beyond, strict=True)]
        falls = [(value_at([*row[:-1], fmpq(0)], away), value_at(row, inside)) for row in rows]
        reach = min((value / -fall for fall, value in falls if fall < 0), default=fmpq(1)) / 2
        inside = [x + reach * by for x, by in zip(inside, away, strict=True)]
    return [(is_on, [ahead], inside), (not is_on, [behind], beyond)]
