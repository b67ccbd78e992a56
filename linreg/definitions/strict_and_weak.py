"""Strict and weak inequalities together: which patterns any point has, closed sets that touch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flint import fmpq

from linreg.domains import Domain
from linreg.errors import IncompleteError
from linreg.network import Stage, StagedNetwork
from linreg.network.stages import table
from linreg.polyhedra.simplex import Below, seek_negative
from linreg.rational import rational
from linreg.units import MaxUnit, Unit

Form = list[fmpq]
"""An affine form: gradient, then constant."""

Rows = tuple[list[Form], list[Form]]
"""Forms that are to be positive, and forms that are not to be negative."""


def holds_somewhere(strict: Iterable[Form], weak: Iterable[Form], dim: int) -> bool:
    """Whether some point makes all strict forms positive and no weak form negative.

    In homogeneous coordinates (y, h, t): is there a point with h >= t, every strict form at least
    t, every weak form at least 0, and t > 0? These rows are a cone, so that its apex is where the
    simplex method may start.

    Examples
    --------
    x >= 0 and x <= 0 have a common point, x > 0 and x <= 0 have none:

    >>> x, minus_x = [fmpq(1), fmpq(0)], [fmpq(-1), fmpq(0)]
    >>> holds_somewhere([], [x, minus_x], 1), holds_somewhere([x], [minus_x], 1)
    (True, False)
    """
    zero, one = fmpq(0), fmpq(1)
    rows = [[*[zero] * dim, one, -one]]
    rows += [[*form, -one] for form in strict]
    rows += [[*form, zero] for form in weak]
    goal = [*[zero] * (dim + 1), -one]
    return isinstance(seek_negative(zero, goal, [zero] * len(rows), rows), Below)


def rows_of(unit: Unit, piece: int, forms: Sequence[Form]) -> Rows:
    """Where a unit with these pre-activations is on a piece, ties included as they are decided."""
    if isinstance(unit, MaxUnit):
        own = forms[piece]
        beaten = [
            [a - b for a, b in zip(own, rival, strict=True)]
            for i, rival in enumerate(forms)
            if i != piece
        ]
        return beaten[:piece], beaten[piece:]
    (row,) = forms
    breakpoints = table(unit)[0]
    above = [[*row[:-1], row[-1] - breakpoints[piece - 1]]] if piece > 0 else []
    below = (
        [[*(-entry for entry in row[:-1]), breakpoints[piece] - row[-1]]]
        if piece < len(breakpoints)
        else []
    )
    return above, below


def patterns_of_points(net: StagedNetwork, domain: Domain, budget: int) -> list[tuple[int, ...]]:
    """The patterns of all points of a domain's interior, of regions of any dimension.

    Raises
    ------
    IncompleteError
        If more linear programs are needed than the budget allows.
    """
    dim = net.input_dim
    inside = [[rational(entry) for entry in row] for row in domain.rows()]
    found: list[tuple[tuple[int, ...], Rows]] = [((), (inside, []))]
    for k, stage in enumerate(net.stages):
        grown = []
        for prefix, held in found:
            forms = _preactivations(net, k, prefix)
            parts = [(prefix, held)]
            for unit, read in _units(stage, forms):
                parts, spent = _split(parts, unit, read, dim)
                budget -= spent
                if budget < 0:
                    raise IncompleteError("more linear programs are needed than the budget allows")
            grown += parts
        found = grown
    return [pattern for pattern, _ in found]


def _split(
    parts: list[tuple[tuple[int, ...], Rows]], unit: Unit, read: Sequence[Form], dim: int
) -> tuple[list[tuple[tuple[int, ...], Rows]], int]:
    """The parts of every part on which one more unit keeps its piece, and the work that took."""
    split = []
    for pattern, (strict, weak) in parts:
        for piece in range(unit.n_pieces):
            more_strict, more_weak = rows_of(unit, piece, read)
            rows = ([*strict, *more_strict], [*weak, *more_weak])
            if holds_somewhere(*rows, dim):
                split.append(((*pattern, piece), rows))
    return split, len(parts) * unit.n_pieces


def _preactivations(net: StagedNetwork, k: int, prefix: Sequence[int]) -> list[list[fmpq]]:
    first = StagedNetwork(net.input_dim, net.stages[:k], net.stages[k].map)
    *_, map_ = first.maps_on(prefix)
    return map_.rows.table()


def _units(stage: Stage, forms: Sequence[Form]) -> Iterable[tuple[Unit, Sequence[Form]]]:
    for unit, start in zip(stage.units, stage.starts, strict=False):
        yield unit, forms[start : start + unit.n_inputs]
