"""Exact proofs that conditions are met nowhere: units are cut one after another, cells closed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flint import fmpq, fmpq_mat

from linreg.affine import ExactAffineMap
from linreg.checker.claims import FalseClaim
from linreg.checker.records import Records
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
    known : mapping of (layer, unit) to bool, optional
        Units that are known to be on or off where rows are >= 0.
    """

    def __init__(
        self,
        records: Records,
        network: Rectified,
        rows: Sequence[Row],
        held: Sequence[Held],
        told: Callable[[], None],
        known: Mapping[tuple[int, int], bool] | None = None,
    ) -> None:
        self._records = records
        self._network = network
        self._n = network.layers[0].map.n_inputs if network.layers else network.readout.n_inputs
        self._rows = tuple(rows)
        self._held = held
        self._told = told
        self._known = known or {}

    def check(self) -> None:
        """Read the proof to its end.

        Raises
        ------
        FalseClaim
        """
        start = ExactAffineMap.identity(self._n).rows.table()
        stack = [self._undecided(0, self._read(0, start), [], ())]
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

    def _undecided(
        self, layer: int, z: list[Row], outputs: list[Row], rows: tuple[Row, ...]
    ) -> _Cell:
        """A cell at its first unit of which nothing is known, or after the last layer."""
        layers = self._network.layers
        while layer < len(layers):
            units = layers[layer].units
            for form in z[len(outputs) : units]:
                side = self._known.get((layer, len(outputs)))
                if side is None:
                    return _Cell(layer, z, tuple(outputs), rows)
                outputs.append(form if side else [fmpq(0)] * len(form))
            layer += 1
            z, outputs = self._read(layer, [*outputs, *z[units:]]), []
        return _Cell(layer, z, (), rows)

    def _decided(self, cell: _Cell, on: bool, rows: tuple[Row, ...]) -> _Cell:
        """The cell with one more unit decided."""
        form = cell.z[len(cell.outputs)]
        output = form if on else [fmpq(0)] * len(form)
        return self._undecided(cell.layer, cell.z, [*cell.outputs, output], rows)

    def _read(self, layer: int, state: Sequence[Row]) -> list[Row]:
        """What a layer reads of a state, or the readout, as forms of the input."""
        layers = self._network.layers
        map_ = layers[layer].map if layer < len(layers) else self._network.readout
        entries = [entry for row in state for entry in row]
        return map_.apply(fmpq_mat(len(state), self._n + 1, entries)).table()

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
