"""The cells of a network whose weights move: rows that are polynomials of time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import gcd

from flint import fmpq_poly, fmpz_poly

from linreg.affine import ExactAffineMap
from linreg.domains import Domain, integer_rows
from linreg.network.stages import StagedNetwork, table
from linreg.units import MaxUnit

Form = tuple[fmpq_poly, ...]
"""An affine function of the input whose coefficients are polynomials of time, the shift last."""

Row = tuple[fmpz_poly, ...]
"""A form with integer coefficients, positive inside a cell."""


@dataclass(frozen=True, slots=True)
class MovingCell:
    """The inputs at which the first units are on given pieces, at any time.

    Attributes
    ----------
    pattern : tuple of int
        The pieces of the first units.
    stage, unit : int
        The stage of the next unit, and its place there.
    reads : tuple of forms
        The pre-activations of that stage.
    outputs : tuple of forms
        What the units of that stage put out, as far as their pieces are known.
    """

    pattern: tuple[int, ...]
    stage: int
    unit: int
    reads: tuple[Form, ...]
    outputs: tuple[Form, ...] = ()


class MovingNetwork:
    """Networks whose numbers move in straight lines from one network to another, on a domain.

    Parameters
    ----------
    first, last : StagedNetwork
        With the same units and widths.
    domain : Domain
    """

    def __init__(self, first: StagedNetwork, last: StagedNetwork, domain: Domain) -> None:
        self.stages = first.stages
        self._maps = [_moving(a.map, b.map) for a, b in zip(first.stages, last.stages, strict=True)]
        self._width = first.input_dim + 1
        fixed = [*integer_rows(domain), [0] * first.input_dim + [1]]
        self.domain_rows: tuple[Row, ...] = tuple(
            tuple(fmpz_poly([entry]) for entry in row) for row in fixed
        )

    def whole(self) -> MovingCell:
        """The domain, before any unit."""
        one, zero = fmpq_poly([1]), fmpq_poly([])
        inputs = tuple(
            tuple(one if j == k else zero for j in range(self._width))
            for k in range(self._width - 1)
        )
        return self._entered(MovingCell((), -1, 0, inputs, inputs))

    def is_region(self, cell: MovingCell) -> bool:
        """Whether all units of a cell are decided."""
        return cell.stage == len(self.stages)

    def parts(
        self, cell: MovingCell, is_zero: Callable[[Form], bool]
    ) -> Iterator[tuple[int, tuple[Row, ...]]]:
        """The pieces of the next unit, each with the rows that are positive where it is on it.

        Rows that are zero at the time decide nothing: the unit is on its lowest piece that fits.
        """
        stage = self.stages[cell.stage]
        unit, start = stage.units[cell.unit], stage.starts[cell.unit]
        if isinstance(unit, MaxUnit):
            candidates = cell.reads[start : start + unit.rank]
            for piece in range(unit.rank):
                margins = [
                    (other, _minus(candidates[piece], candidates[other]))
                    for other in range(unit.rank)
                    if other != piece
                ]
                ties = {other for other, margin in margins if is_zero(margin)}
                if not any(other < piece for other in ties):
                    yield piece, tuple(_row(m) for other, m in margins if other not in ties)
            return
        form = cell.reads[start]
        above = [(*form[:-1], form[-1] - cut) for cut in table(unit)[0]]
        for piece, margin in enumerate(above):
            if is_zero(margin):
                yield piece, ()
                return
        for piece in range(unit.n_pieces):
            rows = []
            if piece > 0:
                rows.append(_row(above[piece - 1]))
            if piece < len(above):
                rows.append(_row([-entry for entry in above[piece]]))
            yield piece, tuple(rows)

    def part(self, cell: MovingCell, piece: int) -> MovingCell:
        """The cell in which the next unit is on a piece."""
        stage = self.stages[cell.stage]
        unit, start = stage.units[cell.unit], stage.starts[cell.unit]
        if isinstance(unit, MaxUnit):
            output = cell.reads[start + piece]
        else:
            _, slopes, intercepts = table(unit)
            scaled = [slopes[piece] * entry for entry in cell.reads[start]]
            output = (*scaled[:-1], scaled[-1] + intercepts[piece])
        return self._entered(
            replace(
                cell,
                pattern=(*cell.pattern, piece),
                unit=cell.unit + 1,
                outputs=(*cell.outputs, output),
            )
        )

    def _entered(self, cell: MovingCell) -> MovingCell:
        """The cell at its next unit, which may be one of a later stage."""
        while cell.stage < 0 or (
            cell.stage < len(self.stages) and cell.unit == len(self.stages[cell.stage].units)
        ):
            outputs = cell.outputs
            if cell.stage >= 0:
                outputs += cell.reads[self.stages[cell.stage].starts[-1] :]
            following = cell.stage + 1
            reads: tuple[Form, ...] = ()
            if following < len(self.stages):
                reads = tuple(self._combined(row, outputs) for row in self._maps[following])
            cell = MovingCell(cell.pattern, following, 0, reads)
        return cell

    def _combined(self, row: Form, outputs: Sequence[Form]) -> Form:
        total = [fmpq_poly([])] * (self._width - 1) + [row[-1]]
        for by, form in zip(row, outputs, strict=False):
            if by.degree() >= 0:
                total = [entry + by * each for entry, each in zip(total, form, strict=True)]
        return tuple(total)


def _moving(first: ExactAffineMap, last: ExactAffineMap) -> list[Form]:
    return [
        tuple(fmpq_poly([a, b - a]) for a, b in zip(x, y, strict=True))
        for x, y in zip(first.rows.table(), last.rows.table(), strict=True)
    ]


def _minus(one: Form, other: Form) -> Form:
    return tuple(a - b for a, b in zip(one, other, strict=True))


def _row(form: Sequence[fmpq_poly]) -> Row:
    """The form, scaled by a positive number to coprime integers."""
    scale = 1
    for entry in form:
        denominator = int(entry.denom())
        scale *= denominator // gcd(scale, denominator)
    integral = [(entry * scale).numer() for entry in form]
    content = gcd(*(int(number) for entry in integral for number in entry.coeffs()))
    return tuple(fmpz_poly([number // content for number in entry.coeffs()]) for entry in integral)
