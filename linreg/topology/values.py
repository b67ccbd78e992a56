"""An output's exact values at the vertices of a complex, and its least on each cell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import inf
from operator import mul

import numpy as np
from flint import fmpq

from linreg.complex import CellComplex
from linreg.complex.forms import output_forms

Value = Fraction | float
"""A fraction, or an infinity."""


@dataclass(frozen=True)
class OutputValues:
    """An output on a complex.

    Attributes
    ----------
    lowest, highest : list of Value, length cells
        Infimum and supremum on each cell.
    """

    lowest: list[Value]
    highest: list[Value]

    @property
    def negated(self) -> OutputValues:
        """Those of minus the output."""
        return OutputValues([-high for high in self.highest], [-low for low in self.lowest])

    @property
    def is_flat(self) -> np.ndarray:
        """On which cells the output is constant; bool, shape (cells,)."""
        pairs = zip(self.lowest, self.highest, strict=True)
        return np.array([low == high for low, high in pairs], dtype=bool)


def output_values(cells: CellComplex, output: int) -> OutputValues:
    """The values of an output, which is affine on each cell.

    On a cell it is least at a vertex, unless it falls along one of its directions.
    """
    vectors, lines = cells.vectors, cells.lines
    at_vertex: dict[int, Fraction] = {}
    # Which ways the output goes along the unbounded directions of each cell of dimension n.
    slopes: dict[int, dict[int, int]] = {}
    along_lines: dict[int, bool] = {}
    pointers, places = cells.incidence.indptr, cells.incidence.indices
    for region, form in _forms(cells, output):
        slope_of: dict[int, int] = {}
        for k in places[pointers[region] : pointers[region + 1]].tolist():
            if k >= cells.n_vertices:
                value = _value(form, vectors[k])
                slope_of[k] = (value > 0) - (value < 0)
            elif k not in at_vertex:
                value = _value(form, vectors[k]) / vectors[k][-1]
                at_vertex[k] = Fraction(int(value.p), int(value.q))
        slopes[region] = slope_of
        along_lines[region] = any(_value(form, line) != 0 for line in lines)
    lowest: list[Value] = []
    highest: list[Value] = []
    for cell, region in enumerate(_regions_above(cells).tolist()):
        held = places[pointers[cell] : pointers[cell + 1]].tolist()
        values = [at_vertex[k] for k in held if k < cells.n_vertices]
        ways = {slopes[region][k] for k in held if k >= cells.n_vertices}
        both = along_lines[region]
        lowest.append(-inf if both or -1 in ways else min(values))
        highest.append(inf if both or 1 in ways else max(values))
    return OutputValues(lowest, highest)


def _value(form: Sequence[fmpq], vector: Sequence[int]) -> fmpq:
    total: fmpq = sum(map(mul, form, vector), fmpq(0))
    return total


def _forms(cells: CellComplex, output: int) -> Iterator[tuple[int, list[fmpq]]]:
    """The output as a form of the input on each cell of dimension n.

    They come from integer rows, which are the output times its scale.
    """
    regions = np.flatnonzero(cells.dims == cells.dim)
    patterns = [tuple(pattern) for pattern in cells.patterns(regions).tolist()]
    order = regions[sorted(range(len(regions)), key=patterns.__getitem__)]
    scale = cells.problem.readout_scales[output]
    signs = (int.from_bytes(row.tobytes(), "little") for row in cells.signs[order])
    forms = output_forms(cells.problem, cells.layout, signs)
    for region, rows in zip(order.tolist(), forms, strict=True):
        yield region, [entry / scale for entry in rows[output]]


def _regions_above(cells: CellComplex) -> np.ndarray:
    """A cell of dimension n around each cell; int64, shape (cells,)."""
    above = np.arange(len(cells))
    covers = cells.cofaces
    for dim in range(cells.dim - 1, -1, -1):
        here = np.flatnonzero(cells.dims == dim)
        above[here] = above[covers.indices[covers.indptr[here]]]
    return above
