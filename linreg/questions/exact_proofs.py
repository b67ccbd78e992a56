"""Exact proofs that conditions are met nowhere on a set: units are cut, and cells are closed.

Where units have the same side on a whole cell, multipliers prove it; others are cut. A cell is
closed by multipliers of rows and conditions that add up to a negative constant (Farkas, 1902), or
to zero with some condition among them that is strict (Motzkin, 1936).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from math import lcm

from flint import fmpq, fmpq_mat

from linreg.affine import ExactAffineMap
from linreg.certificate.encoding import integer, unsigned
from linreg.network.rectified import Rectified
from linreg.polyhedra import Multipliers
from linreg.polyhedra.simplex import Below, seek_least, seek_negative
from linreg.questions.loop_or_search import Budget
from linreg.questions.programs import value_at

Row = Sequence[fmpq]
"""An affine form (g_1, ..., g_n, c) of the input."""

CUT, ON, OFF, CLOSED = 1, 2, 3, 4
"""The first byte of each record."""


class NotProved(Exception):
    """An input of the set meets the conditions, or the time is over."""


@dataclass(frozen=True, slots=True)
class Held:
    """A condition on inputs and outputs: >= 0, or > 0 if strict."""

    form: list[fmpq]
    strict: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Cell:
    layer: int
    z: list[list[fmpq]]
    outputs: tuple[list[fmpq], ...]
    rows: tuple[list[fmpq], ...]
    inside: list[fmpq]


def exact_proof(
    network: Rectified,
    rows: Sequence[Row],
    held: Sequence[Held],
    budget: Budget,
    known: Mapping[tuple[int, int], bool] | None = None,
) -> bytes:
    """The records that prove that conditions are met nowhere where rows are >= 0.

    Of some units, by layer and place, it may be known whether they are on.

    Raises
    ------
    NotProved
    """
    return bytes(_Proof(network, rows, held, budget, known or {}).records)


class _Proof:
    def __init__(
        self,
        network: Rectified,
        rows: Sequence[Row],
        held: Sequence[Held],
        budget: Budget,
        known: Mapping[tuple[int, int], bool],
    ) -> None:
        self.network = network
        self.known = known
        self.n = (network.layers[0].map if network.layers else network.readout).n_inputs
        self.rows = [list(row) for row in rows]
        self.held = list(held)
        self.records = bytearray()
        # Conditions on inputs alone are rows from the start.
        self.first = [
            (len(rows) + i, [*each.form[: self.n], each.form[-1]])
            for i, each in enumerate(self.held)
            if not any(each.form[self.n : -1])
        ]
        numbered = [*enumerate(self.rows), *self.first]
        start = refuted([(place, row, False) for place, row in numbered], self.n)
        if isinstance(start, dict):
            self._closed(start)
            return
        state = ExactAffineMap.identity(self.n).rows.table()
        stack = [self._undecided(0, self._read(0, state), [], (), start)]
        while stack:
            if budget.is_spent:
                raise NotProved
            stack += self._after(stack.pop())

    def _after(self, cell: _Cell) -> list[_Cell]:
        if cell.layer == len(self.network.layers):
            proof = refuted(self._all(cell), self.n)
            if not isinstance(proof, dict):
                raise NotProved
            self._closed(proof)
            return []
        form = cell.z[len(cell.outputs)]
        rows = self._numbered(cell)
        here = value_at(form, cell.inside)
        below: list[fmpq] | None = None
        for sign in (1, -1) if here >= 0 else (-1, 1):
            signed = form if sign > 0 else [-entry for entry in form]
            if value_at(signed, cell.inside) < 0:
                continue
            proof = never_negative(signed, rows, cell.inside)
            if isinstance(proof, dict):
                self.records += bytes((ON if sign > 0 else OFF,)) + _multipliers(proof)
                return [self._decided(cell, sign > 0, cell.rows, cell.inside)]
            below = proof
        assert below is not None
        self.records += bytes((CUT,))
        on, off = (cell.inside, below) if here > 0 else (below, cell.inside)
        if here == 0:
            on = off = cell.inside
        minus = [-entry for entry in form]
        return [
            self._decided(cell, False, (*cell.rows, minus), off),
            self._decided(cell, True, (*cell.rows, form), on),
        ]

    def _numbered(self, cell: _Cell) -> list[tuple[int, list[fmpq]]]:
        start = len(self.rows) + len(self.held)
        cuts = [(start + i, row) for i, row in enumerate(cell.rows)]
        return [*enumerate(self.rows), *self.first, *cuts]

    def _all(self, cell: _Cell) -> list[tuple[int, list[fmpq], bool]]:
        """All rows of a cell whose units are decided, with the conditions."""
        strict = {len(self.rows) + i for i, each in enumerate(self.held) if each.strict}
        found = [(place, row, place in strict) for place, row in self._numbered(cell)]
        known = {place for place, _, _ in found}
        for i, each in enumerate(self.held):
            place = len(self.rows) + i
            if place not in known:
                total = [*each.form[: self.n], each.form[-1]]
                for by, output in zip(each.form[self.n : -1], cell.z, strict=True):
                    total = [a + by * b for a, b in zip(total, output, strict=True)]
                found.append((place, total, each.strict))
        return found

    def _undecided(
        self,
        layer: int,
        z: list[list[fmpq]],
        outputs: list[list[fmpq]],
        rows: tuple[list[fmpq], ...],
        inside: list[fmpq],
    ) -> _Cell:
        layers = self.network.layers
        while layer < len(layers):
            units = layers[layer].units
            for form in z[len(outputs) : units]:
                side = self.known.get((layer, len(outputs)))
                if side is None:
                    return _Cell(layer, z, tuple(outputs), rows, inside)
                outputs.append(form if side else [fmpq(0)] * len(form))
            layer += 1
            z, outputs = self._read(layer, [*outputs, *z[units:]]), []
        return _Cell(layer, z, (), rows, inside)

    def _decided(
        self, cell: _Cell, on: bool, rows: tuple[list[fmpq], ...], inside: list[fmpq]
    ) -> _Cell:
        form = cell.z[len(cell.outputs)]
        output = form if on else [fmpq(0)] * len(form)
        return self._undecided(cell.layer, cell.z, [*cell.outputs, output], rows, inside)

    def _read(self, layer: int, state: Sequence[Row]) -> list[list[fmpq]]:
        """What a layer reads of a state, or the readout, as forms of the input."""
        layers = self.network.layers
        map_ = layers[layer].map if layer < len(layers) else self.network.readout
        entries = [entry for row in state for entry in row]
        return map_.apply(fmpq_mat(len(state), self.n + 1, entries)).table()

    def _closed(self, proof: Mapping[int, fmpq]) -> None:
        self.records += bytes((CLOSED,)) + _multipliers(proof)


def refuted(rows: Sequence[tuple[int, Row, bool]], dim: int) -> dict[int, fmpq] | list[fmpq]:
    """Multipliers that prove that rows are not all met, or a point where the weak ones are.

    Parameters
    ----------
    rows : sequence of (number, form, whether it is to be > 0 and not only >= 0)

    Examples
    --------
    x >= 1 and -x > -1 contradict each other; x >= 1 and -x >= -1 do not:

    >>> low, high = [fmpq(1), fmpq(-1)], [fmpq(-1), fmpq(1)]
    >>> refuted([(0, low, False), (1, high, True)], 1)
    {0: 1, 1: 1}
    >>> refuted([(0, low, False), (1, high, False)], 1)
    [1]
    """
    start = [fmpq(0)] * dim
    every = [(form, True) for _, form, _ in rows]
    sums, point = _lifted(every, start)
    if sums is None:
        return point
    total = sum((by * rows[i][1][-1] for i, by in sums.items()), fmpq(0))
    if total >= 0 and any(strict for _, _, strict in rows):
        sums, point = _lifted([(form, strict) for _, form, strict in rows], point)
        total = fmpq(0) if sums is None else fmpq(-1)
    if sums is None or total >= 0:
        return point
    return {rows[i][0]: by for i, by in sums.items()}


def _lifted(
    rows: Sequence[tuple[Row, bool]], start: Sequence[fmpq]
) -> tuple[dict[int, fmpq] | None, list[fmpq]]:
    """Multipliers that prove that lifted rows are not all positive, and where the lift is least.

    None if they are all positive somewhere, which is then the point.
    """
    values = [value_at(form, start) for form, _ in rows]
    lift = max((-value for (_, lifted), value in zip(rows, values, strict=True) if lifted),
               default=fmpq(0))  # fmt: skip
    lift = max(lift, fmpq(0))
    rising = [*([fmpq(0)] * len(start)), fmpq(1)]
    slacks = [v + lift if lifted else v for (_, lifted), v in zip(rows, values, strict=True)]
    normals = [[*form[:-1], fmpq(int(lifted))] for form, lifted in rows]
    found = seek_negative(lift, rising, slacks, normals)
    if isinstance(found, Below):
        step, sums = found.step, None
    else:
        least = seek_least(rising, slacks, normals)
        assert least is not None
        step = least
        sums = _positive(found)
    return sums, [x + s for x, s in zip(start, step, strict=False)]


def never_negative(
    form: Row, rows: Sequence[tuple[int, Row]], inside: Sequence[fmpq]
) -> dict[int, fmpq] | list[fmpq]:
    """Multipliers that prove a form to be >= 0 where rows are, or a point where it is negative."""
    found = seek_negative(
        value_at(form, inside),
        list(form[:-1]),
        [value_at(row, inside) for _, row in rows],
        [row[:-1] for _, row in rows],
    )
    if isinstance(found, Below):
        return [x + s for x, s in zip(inside, found.step, strict=True)]
    return {rows[i][0]: by for i, by in _positive(found).items()}


def _positive(found: Multipliers) -> dict[int, fmpq]:
    return {i: fmpq(by, found.denominator) for i, by in found.numerators.items() if by > 0}


def _multipliers(proof: Mapping[int, fmpq]) -> bytes:
    """A denominator, and for each row that has one its number and numerator, in order."""
    denominator = reduce(lcm, (int(by.q) for by in proof.values()), 1)
    parts = [integer(denominator), unsigned(len(proof))]
    for place in sorted(proof):
        by = proof[place]
        parts += [unsigned(place), integer(int(by.p) * (denominator // int(by.q)))]
    return b"".join(parts)
