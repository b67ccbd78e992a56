"""Stages on many cells in floats, with a bound on the error of every number.

All that is decided here is certain; cells of which anything is not are left to integers.

Rows of a stage are functions of the state before it, with one more entry for the denominator: a
state is a matrix whose last row is (0, ..., 0, denominator), so that all maps are linear. A row is
known up to an error for each entry. Zero as an error means that the entry is exact.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from linreg.checker.forms import Form, coprime, nearest_floats, negated
from linreg.checker.known import Known, known_forms, scaled
from linreg.checker.rounding import DOUBT, MOST_TERMS, UP
from linreg.checker.stages import IntegerStage, StageOnCell

SMALLEST = 2.0**-400
"""No factor that is not zero is smaller, so that no product underflows."""

MOST_BITS = 900
"""Bits of the integers of a stage, so that they are floats."""

FAR = 1e300
"""More than any place that a hyperplane has among others."""

EXACT = 2.0**51
"""Sums of integers up to this are exact, with room for the rounding of what is compared with it."""


class Reads(NamedTuple):
    """What a stage reads on each of many cells.

    Attributes
    ----------
    values, errors : arrays, shape (cells, outputs + 1, inputs + 1)
        The rows that units read, what passes through, and the denominator.
    units : array, shape (cells,)
        Numbers of which exact values are integer multiples.
    planes, above : arrays, shape (cells, forms)
        The number of each form's hyperplane, and the side of it on which the form is positive, 1 or
        -1; where the form is constant, 0 and 2 if it is positive, else 3.
    sizes : array, shape (cells,)
        Numbers of hyperplanes.
    """

    values: np.ndarray
    errors: np.ndarray
    units: np.ndarray
    planes: np.ndarray
    above: np.ndarray
    sizes: np.ndarray


CONSTANT_ABOVE, CONSTANT_BELOW = 2, 3


class FloatStage:
    """A stage without max units, whose map is not sparse, in floats.

    Attributes
    ----------
    n_forms : int
        Breakpoints of all units.
    is_safe : bool
        Whether its numbers are neither too many nor too far apart; if not, it is of no use.

    Notes
    -----
    Let A be what units put out on a cell, and S the sum of the sizes of the terms that each entry
    of it is the sum of; then W A is a sum of at most 4,000 products of rounded numbers, off by at
    most |W| (`DOUBT` S + T) if the entries that A is made of are off by T in these sums. `DOUBT`
    has room for eight more roundings, twice over; `UP` is for those of the bound.

    With integers as weights, exact values are integer multiples of the unit u of their stage. If
    the bound is below `DOUBT` `EXACT` u, all sums are exact and the error is zero: T is zero then,
    for an error that is not zero is at least as large, and with `UP` remains so in later stages.
    """

    def __init__(self, stage: IntegerStage) -> None:
        matrix, divisor = stage.homogeneous()
        width = len(matrix[0])
        rows: dict[tuple[int, ...], int] = {}
        reads = [*stage.starts[:-1], *range(stage.starts[-1], len(matrix))]
        outputs = [tuple(matrix[i]) for i in reads] + [(*[0] * (width - 1), divisor)]
        self._outputs = np.array([rows.setdefault(row, len(rows)) for row in outputs])
        forms: list[tuple[int, ...]] = []
        self._unit_of: list[int] = []
        tables = [table for table in stage.tables if table is not None]
        for unit, table in enumerate(tables):
            for p, q in table.breakpoints:
                row = [q * entry for entry in outputs[unit]]
                row[-1] -= p * divisor
                forms.append(tuple(row))
                self._unit_of.append(unit)
        self.n_forms = len(forms)
        self._forms = np.array([rows.setdefault(row, len(rows)) for row in forms], dtype=np.intp)
        self._first = _first_of_equals(forms)
        exponent = max(entry.bit_length() for row in rows for entry in row)
        rates = [rate for table in tables for rate in (*table.slopes, *table.intercepts)]
        longest = max(abs(number).bit_length() for number in (*rates, stage.scale))
        self.is_safe = max(exponent, longest) < MOST_BITS and width + 8 <= MOST_TERMS
        if not self.is_safe:
            return
        self._unit = 2.0**-exponent
        self._weight = np.array(
            [[entry / (1 << exponent) for entry in row] for row in rows], dtype=np.float64
        )
        self._sizes = np.abs(self._weight)
        most = max((len(table.slopes) for table in tables), default=0)
        self._n_units = len(tables)
        self._slopes = np.zeros((len(tables), most))
        self._intercepts = np.zeros((len(tables), most))
        for unit, table in enumerate(tables):
            self._slopes[unit, : len(table.slopes)] = table.slopes
            self._intercepts[unit, : len(table.slopes)] = table.intercepts
        self._scale = float(stage.scale)
        sizes = self._sizes[self._sizes > 0.0]
        self.is_safe = bool(sizes.min(initial=1.0) >= SMALLEST)

    def outputs(
        self, reads: Reads, cells: np.ndarray, sides: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """What units put out on some cells: values A, sizes S and errors T.

        `sides` has the side of each hyperplane, by cell and number.
        """
        above = reads.above[cells]
        planes = reads.planes[cells]
        is_over = np.take_along_axis(sides, planes, axis=1) == above
        is_over |= above == CONSTANT_ABOVE
        pieces = np.zeros((len(cells), self._n_units), dtype=np.intp)
        for form, unit in enumerate(self._unit_of):
            pieces[:, unit] += is_over[:, form]
        units = np.arange(self._n_units)
        n_rows = reads.values.shape[1]
        slopes = np.full((len(cells), n_rows, 1), self._scale)
        intercepts = np.zeros_like(slopes)
        slopes[:, : self._n_units, 0] = self._slopes[units, pieces]
        intercepts[:, : self._n_units, 0] = self._intercepts[units, pieces]
        values, errors = reads.values[cells], reads.errors[cells]
        ones, off = values[:, -1:], errors[:, -1:]
        made = slopes * values + intercepts * ones
        slopes, intercepts = np.abs(slopes), np.abs(intercepts)
        return (
            made,
            slopes * np.abs(values) + intercepts * np.abs(ones),
            slopes * errors + intercepts * off,
        )

    def read(
        self, made: np.ndarray, sizes: np.ndarray, off: np.ndarray, units: np.ndarray
    ) -> tuple[Reads, Known, np.ndarray]:
        """What the stage reads of outputs on cells, its hyperplanes, and which cells are certain.

        Of the others there are no hyperplanes.
        """
        units = units * self._unit
        values = self._weight @ made
        errors = (self._sizes @ (DOUBT * sizes + off)) * UP
        errors[errors < (DOUBT * EXACT) * units[:, None, None]] = 0.0
        certain = (_smallest(values) >= SMALLEST) & (_smallest(errors) >= SMALLEST)
        forms, doubts = values[:, self._forms], errors[:, self._forms]
        is_zero = (forms == 0.0) & (doubts == 0.0)
        is_clear = np.abs(forms) > doubts
        leads = ~is_zero[:, :, :-1]
        place = leads.argmax(axis=2)[:, :, None]
        lead = np.take_along_axis(forms, place, axis=2)[:, :, 0]
        is_constant = ~leads.any(axis=2)
        is_told = np.where(
            is_constant,
            (is_clear | is_zero)[:, :, -1],
            np.take_along_axis(is_clear, place, axis=2)[:, :, 0],
        )
        is_own = ~is_constant & (self._first == np.arange(self.n_forms))
        certain &= is_told.all(axis=1) & self._are_apart(forms, doubts, is_own)
        is_own &= certain[:, None]
        numbers = np.cumsum(is_own, axis=1) - 1
        above = np.where(lead > 0.0, 1, -1)
        constant = np.where(forms[:, :, -1] > 0.0, CONSTANT_ABOVE, CONSTANT_BELOW)
        reads = Reads(
            values[:, self._outputs],
            errors[:, self._outputs],
            units,
            np.where(is_constant, 0, numbers[:, self._first]),
            np.where(is_constant, constant, above).astype(np.int8),
            is_own.sum(axis=1),
        )
        hyperplanes = forms[is_own] * above[is_own][:, None]
        return reads, scaled(hyperplanes, doubts[is_own] + DOUBT * np.abs(hyperplanes)), certain

    def _are_apart(self, forms: np.ndarray, doubts: np.ndarray, is_own: np.ndarray) -> np.ndarray:
        """On which cells no two of these forms, those that count, certainly are multiples.

        Multiples have one quotient of their products with two vectors. Quotients are sorted, each
        with how far it may be off: if each ends before the next one begins, all are different.
        """
        n = forms.shape[2]
        over = np.cos(np.arange(n) + 1.0)
        under = np.sin(2.0 * np.arange(n) + 1.0)
        doubts = doubts + DOUBT * np.abs(forms)
        below = np.abs(forms @ under)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            ratio = (forms @ over) / (forms @ under)
            off_over, off_under = doubts @ np.abs(over), doubts @ np.abs(under)
            radius = 4.0 * (off_over + np.abs(ratio) * off_under) / below + DOUBT * np.abs(ratio)
            is_near = (below > 2.0 * off_under) & (np.abs(ratio) < FAR)
            # Those that do not count are further, one behind the other.
            ratio = np.where(is_own, ratio, FAR * (2.0 + np.arange(forms.shape[1])))
            radius = np.where(is_own, radius, 0.0)
            order = ratio.argsort(axis=1)
            ratio = np.take_along_axis(ratio, order, axis=1)
            radius = np.take_along_axis(radius, order, axis=1)
            is_next = ratio[:, :-1] + radius[:, :-1] < ratio[:, 1:] - radius[:, 1:]
        apart: np.ndarray = (is_near | ~is_own).all(axis=1) & is_next.all(axis=1)
        return apart

    def of_integers(self, here: StageOnCell) -> tuple[Reads, Known]:
        """The same of one cell that is known in integers."""
        rows, numbers, above = here.as_integers()
        exponent = max(entry.bit_length() for row in rows for entry in row)
        values = np.ldexp(nearest_floats(rows), -exponent)[None]
        values[_smallest(values) < SMALLEST] = np.nan
        errors = np.where(np.abs(values) < np.ldexp(EXACT, -exponent), 0.0, DOUBT * np.abs(values))
        planes = here.hyperplanes
        reads = Reads(
            values,
            errors,
            np.array([2.0**-exponent if exponent < 1000 else 0.0]),
            np.array([numbers], dtype=np.intp).reshape(1, self.n_forms),
            np.array([above], dtype=np.int8).reshape(1, self.n_forms),
            np.array([len(planes)]),
        )
        return reads, known_forms(planes, values.shape[2] - 1)


def _smallest(entries: np.ndarray) -> np.ndarray:
    """The smallest size on each cell that is not zero, or 1."""
    found: np.ndarray = np.where(entries == 0.0, 1.0, np.abs(entries)).min(axis=(1, 2))
    return found


def _first_of_equals(rows: list[tuple[int, ...]]) -> np.ndarray:
    """For each row the first one that is a multiple of it."""
    seen: dict[Form, int] = {}
    first = []
    for i, row in enumerate(rows):
        form = coprime(row)
        leading = next(filter(None, form), 0)
        first.append(seen.setdefault(form if leading >= 0 else negated(form), i))
    return np.array(first, dtype=np.intp)
