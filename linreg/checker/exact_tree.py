"""Exact proofs that conditions are met nowhere: units are cut one after another, cells closed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flint import fmpq

from linreg.affine import ExactAffineMap
from linreg.checker.records import Records
from linreg.checker.tree import FalseClaim
from linreg.network.rectified import Rectified

Row = list[fmpq]
"""An affine form (g_1, ..., g_n, c) of the input."""

CUT, ON, OFF, CLOSED = 1, 2, 3, 4


@dataclass(frozen=True, slots=True)
class Held:
    """A condition: an affine form of inputs and outputs that is >= 0, or > 0 if strict.

    An equation is two of them.
    """

    form: Row
    strict: bool
    of_equation: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class _Cell:
    layer: int
    z: list[Row]
    outputs: tuple[Row, ...]  # of the layer's units that are decided
    rows: tuple[Row, ...]


class ExactTree:
    """The check of one such proof.

    Parameters
    ----------
    records : Records
    network : Rectified
    rows : sequence of rows
        What is >= 0 where the conditions are asked for.
    held : sequence of Held
    told : callable
        Called for each cell.
    """

    def __init__(
        self,
        records: Records,
        network: Rectified,
        rows: Sequence[Row],
        held: Sequence[Held],
        told: Callable[[], None],
    ) -> None:
        self._records = records
        self._network = network
        self._n = network.layers[0].map.n_inputs if network.layers else network.readout.n_inputs
        self._rows = tuple(rows)
        self._held = held
        self._told = told

    def check(self) -> None:
        """Read the proof to its end.

        Raises
        ------
        FalseClaim
        """
        n = self._n
        start = ExactAffineMap.identity(n).rows.table()
        stack = [self._entered(0, [list(row) for row in start], ())]
        while stack:
            cell = stack.pop()
            self._told()
            kind = self._records.byte()
            if kind == CLOSED:
                self._check_closed(cell)
                continue
            if cell.layer == len(self._network.layers) or kind not in (CUT, ON, OFF):
                raise FalseClaim(f"a record of kind {kind} stands where no such record may be")
            form = cell.z[len(cell.outputs)]
            minus = [-entry for entry in form]
            if kind == CUT:
                stack.append(self._decided(cell, False, (*cell.rows, minus)))
                stack.append(self._decided(cell, True, (*cell.rows, form)))
                continue
            total = list(form if kind == ON else minus)
            for by, row, _ in self._multiplied(cell):
                total = [entry - by * other for entry, other in zip(total, row, strict=True)]
            if any(total[:-1]) or total[-1] < 0:
                raise FalseClaim("multipliers do not prove the side of a unit")
            stack.append(self._decided(cell, kind == ON, cell.rows))

    def _entered(self, layer: int, state: list[Row], rows: tuple[Row, ...]) -> _Cell:
        """A cell where all units before a layer are decided, and layers without units too."""
        layers = self._network.layers
        while layer < len(layers):
            z = _composed(layers[layer].map, state)
            if layers[layer].units:
                return _Cell(layer, z, (), rows)
            state, layer = z, layer + 1
        return _Cell(layer, _composed(self._network.readout, state), (), rows)

    def _decided(self, cell: _Cell, on: bool, rows: tuple[Row, ...]) -> _Cell:
        """The cell with one more unit decided."""
        form = cell.z[len(cell.outputs)]
        outputs = (*cell.outputs, form if on else [fmpq(0)] * len(form))
        units = self._network.layers[cell.layer].units
        if len(outputs) < units:
            return _Cell(cell.layer, cell.z, outputs, rows)
        return self._entered(cell.layer + 1, [*outputs, *cell.z[units:]], rows)

    def _check_closed(self, cell: _Cell) -> None:
        total = [fmpq(0)] * (self._n + 1)
        strictly = False
        for by, row, strict in self._multiplied(cell):
            total = [entry + by * other for entry, other in zip(total, row, strict=True)]
            strictly = strictly or (strict and by > 0)
        if any(total[:-1]) or total[-1] > 0 or (total[-1] == 0 and not strictly):
            raise FalseClaim("multipliers do not prove that a cell has no unsafe input")

    def _multiplied(self, cell: _Cell) -> list[tuple[fmpq, Row, bool]]:
        """Multipliers with their rows: those of the start, the conditions, then those of cuts."""
        records, n = self._records, self._n
        denominator = records.integer()
        if denominator <= 0:
            raise FalseClaim("a denominator is not positive")
        found = []
        seen = -1
        for _ in range(_counted(records, len(self._rows) + len(self._held) + len(cell.rows))):
            place, numerator = records.unsigned(), records.integer()
            if place <= seen or numerator <= 0:
                raise FalseClaim("multipliers are not positive, or not in the order of rows")
            seen = place
            strict = False
            if place < len(self._rows):
                row = self._rows[place]
            elif place < len(self._rows) + len(self._held):
                held = self._held[place - len(self._rows)]
                outputs = cell.z if cell.layer == len(self._network.layers) else []
                row, strict = _pulled(held.form, n, outputs), held.strict
            elif place < len(self._rows) + len(self._held) + len(cell.rows):
                row = cell.rows[place - len(self._rows) - len(self._held)]
            else:
                raise FalseClaim("a multiplier is of a row that the cell does not have")
            found.append((fmpq(numerator, denominator), row, strict))
        return found


def _counted(records: Records, most: int) -> int:
    count = records.unsigned()
    if count > most:
        raise FalseClaim("there are more multipliers than rows")
    return count


def _pulled(form: Row, n: int, outputs: Sequence[Row]) -> Row:
    """A form of inputs and outputs as one of the input."""
    total = [*form[:n], form[-1]]
    for i, by in enumerate(form[n:-1]):
        if by != 0:
            if i >= len(outputs):
                raise FalseClaim("a condition on outputs is used where units are not decided")
            total = [entry + by * other for entry, other in zip(total, outputs[i], strict=True)]
    return total


def _composed(map_: ExactAffineMap, state: Sequence[Row]) -> list[Row]:
    """The rows of a map as forms of the input."""
    width = len(state[0]) if state else 1
    found = []
    for group, shift in zip(map_.terms, map_.shifts, strict=True):
        total = [fmpq(0)] * width
        for i, by in group:
            total = [entry + by * other for entry, other in zip(total, state[i], strict=True)]
        total[-1] += shift
        found.append(total)
    return found
