"""Networks along segments and rays on which they are affine."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from flint import fmpq, fmpq_mat

from linreg.network import StagedNetwork
from linreg.network.stages import table
from linreg.rational import fraction
from linreg.units import MaxUnit


def along(
    network: StagedNetwork, start: Sequence[Fraction], step: Sequence[Fraction], *, endless: bool
) -> tuple[list[Fraction], list[Fraction]] | None:
    """Outputs at a point and how they change by a step, if each unit keeps a closed piece.

    Parameters
    ----------
    start, step : sequences of Fraction, length inputs
    endless : bool
        Whether all of start + t step, t >= 0, is meant, and not t <= 1 alone.

    Returns
    -------
    (list of Fraction, list of Fraction), or None

    Examples
    --------
    |x| is affine from 1 upwards, but not from 1 to -1:

    >>> from linreg import mlp
    >>> net = mlp([([[1], [-1]], [0, 0])], readout=([[1, 1]], [0])).staged
    >>> along(net, [Fraction(1)], [Fraction(2)], endless=True)
    ([Fraction(1, 1)], [Fraction(2, 1)])
    >>> along(net, [Fraction(1)], [Fraction(-2)], endless=False)
    """
    entries = [_exact(number) for pair in zip(step, start, strict=True) for number in pair]
    state = fmpq_mat(len(start), 2, entries)  # what is times t, then the shift
    for stage in network.stages:
        z = stage.map.apply(state)
        rows = z.table()
        pieces = []
        for unit, at in zip(stage.units, stage.starts, strict=False):
            if isinstance(unit, MaxUnit):
                piece = _winner(rows[at : at + unit.rank], endless)
            else:
                piece = _piece(table(unit)[0], rows[at], endless)
            if piece is None:
                return None
            pieces.append(piece)
        state = stage.select(z, pieces)
    found = network.readout.apply(state).table()
    return [fraction(row[1]) for row in found], [fraction(row[0]) for row in found]


def _piece(breakpoints: Sequence[fmpq], row: Sequence[fmpq], endless: bool) -> int | None:
    """A piece of a scalar unit that has all of a segment or ray."""
    step, start = row
    low, high = min(start, start + step), max(start, start + step)
    if endless and step < 0:
        return 0 if not breakpoints or high <= breakpoints[0] else None
    piece = sum(point <= low for point in breakpoints)
    if piece == len(breakpoints):
        return piece
    is_within = high <= breakpoints[piece] and not (endless and step > 0)
    return piece if is_within else None


def _winner(rows: Sequence[Sequence[fmpq]], endless: bool) -> int | None:
    """A candidate that is not below another one on all of a segment or ray."""
    for i, (step, start) in enumerate(rows):
        ends = [(start - other, step - by) for by, other in rows]
        if all(lead >= 0 and (by if endless else lead + by) >= 0 for lead, by in ends):
            return i
    return None


def _exact(number: Fraction) -> fmpq:
    return fmpq(number.numerator, number.denominator)
