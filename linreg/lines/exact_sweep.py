"""The regions along a line, decided in integers, stage by stage.

On an interval on which the units of all earlier stages keep their pieces, the pre-activations of a
stage are lines p + u s. Their crossings with breakpoints and with each other split the interval;
where one unit changes its piece, the next stage's lines change by one column of its weights. No
region is looked for: each is met in its turn. The same primitive, in floats and one stage after
another, is ExactLine (Sotoudeh and Thakur, 2019).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from operator import itemgetter

from flint import fmpq, fmpz, fmpz_mat

from linreg.lines.exact_stages import ExactStage, ScalarTable, line_state
from linreg.network.stages import StagedNetwork

_Event = tuple[fmpq, int, int]
"""Where a unit switches, which one, and to what piece."""


@dataclass(frozen=True, slots=True)
class ExactPieces:
    """The pieces of one segment or ray.

    Attributes
    ----------
    breakpoints : tuple of fmpq
        Increasing, strictly inside.
    patterns : tuple of tuple of int
        One more than breakpoints.
    """

    breakpoints: tuple[fmpq, ...]
    patterns: tuple[tuple[int, ...], ...]

    def switches(self) -> list[list[tuple[int, int]]]:
        """At each breakpoint the units that switch, each with its new piece."""
        return [
            [(j, new) for j, (old, new) in enumerate(zip(*pair, strict=True)) if old != new]
            for pair in pairwise(self.patterns)
        ]


class ExactSweep:
    """Sweeps the lines of one network; its weights become integers, stage by stage, once.

    Examples
    --------
    >>> from linreg import mlp
    >>> sweep = ExactSweep(mlp([([[1], [-2]], [0, 1])]).staged)
    >>> found = sweep.along([fmpq(-1)], [fmpq(1)])
    >>> found.breakpoints, found.patterns
    ((1/2, 3/4), ((0, 1), (1, 1), (1, 0)))
    """

    def __init__(self, network: StagedNetwork) -> None:
        self._network = network
        self._stages: list[ExactStage] = []

    def along(
        self,
        start: Sequence[fmpq],
        end: Sequence[fmpq],
        low: fmpq = fmpq(0),  # noqa: B008 - a number
        high: fmpq | None = fmpq(1),  # noqa: B008
    ) -> ExactPieces:
        """The pieces between two parameters of a line; None for one that never ends.

        The line is at `start` where the parameter is 0, and at `end` where it is 1.
        """
        while len(self._stages) < len(self._network.stages):
            self._stages.append(ExactStage(self._network.stages[len(self._stages)]))
        state = line_state(start, end)
        if not self._stages:
            return ExactPieces((), ((),))
        first = self._stages[0]
        rows, scale = first.weights.of(state), first.scale(state[len(start), 0])
        found = [*self._sweep(0, rows, scale, _ends(low), _ends(high))]
        starts = tuple(at.at for at, _ in found[1:])
        return ExactPieces(starts, tuple(tuple(pattern) for _, pattern in found))

    def _sweep(
        self, depth: int, rows: fmpz_mat, scale: fmpz, low: _End, high: _End
    ) -> Iterator[tuple[_End, list[int]]]:
        """Where each piece begins, and the pieces of the units of this stage and of later ones."""
        stage = self._stages[depth]
        pieces, events = _crossings(stage, rows, scale, low, high)
        groups = [[*group] for _, group in groupby(events, key=itemgetter(0))]
        ends = [low, *(_ends(group[0][0]) for group in groups), high]
        if depth + 1 == len(self._stages):
            yield low, pieces
            for at, group in zip(ends[1:], groups, strict=False):
                pieces = _switched(pieces, group)
                yield at, pieces
            return
        deeper = self._stages[depth + 1]
        state = stage.outputs(rows, scale, pieces)
        state_scale = state[state.nrows() - 1, 0]
        below, below_scale = deeper.weights.of(state), deeper.scale(state_scale)
        for k, (start, end) in enumerate(pairwise(ends)):
            if k > 0:
                after = _switched(pieces, groups[k - 1])
                changes = []
                for unit in {unit for _, unit, _ in groups[k - 1]}:
                    old = stage.output(rows, scale, unit, pieces[unit])
                    new = stage.output(rows, scale, unit, after[unit])
                    changes.append((unit, new[0] - old[0], new[1] - old[1]))
                below, pieces = deeper.weights.changed(below, changes), after
            for at, rest in self._sweep(depth + 1, below, below_scale, start, end):
                yield at, pieces + rest


@dataclass(frozen=True, slots=True, eq=False)
class ExactLines:
    """What sweeps the segments of a polyline in integers, and what it has found of some of them.

    Attributes
    ----------
    sweep : ExactSweep
    known : dict
        Exact breakpoints by segment; more come as they are asked for.

    Examples
    --------
    >>> from linreg import along, mlp
    >>> found = along(mlp([([[1]], [0])]), [[-1], [2]], method="exact")
    >>> found.exact.known
    {0: (1/3,)}
    """

    sweep: ExactSweep
    known: dict[int, tuple[fmpq, ...]]


@dataclass(frozen=True, slots=True)
class _End:
    """An end of an interval, n / d; infinity has d = 0 and n = 1."""

    at: fmpq
    n: fmpz
    d: fmpz


def _ends(at: fmpq | None) -> _End:
    return _End(fmpq(0), fmpz(1), fmpz(0)) if at is None else _End(at, at.p, at.q)


def _switched(pieces: Sequence[int], events: Sequence[_Event]) -> list[int]:
    after = list(pieces)
    for _, unit, piece in events:
        after[unit] = piece
    return after


def _crossings(
    stage: ExactStage, rows: fmpz_mat, scale: fmpz, low: _End, high: _End
) -> tuple[list[int], list[_Event]]:
    """The pieces just after an interval's lower end, and all that happens strictly inside."""
    ends = (rows * fmpz_mat(2, 2, [low.d, high.d, low.n, high.n])).entries()
    pieces: list[int] = []
    events: list[_Event] = []
    for unit, (row, rank, of_unit) in enumerate(stage.units):
        if of_unit is None:
            lines = range(row, row + rank)
            piece, found = _maximum(rows, ends, lines, unit)
        else:
            a, b = ends[2 * row], ends[2 * row + 1]
            cuts = of_unit.cuts
            if len(cuts) == 1 and cuts[0][0] == 0 and ((a > 0 and b > 0) or (a <= 0 and b <= 0)):
                pieces.append(1 if a > 0 else 0)
                continue
            piece, found = _scalar(rows, row, (a, b), of_unit, unit, scale, (low, high))
        pieces.append(piece)
        events += found
    events.sort(key=itemgetter(0))
    return pieces, events


def _scalar(
    rows: fmpz_mat,
    row: int,
    values: tuple[fmpz, fmpz],
    of_unit: ScalarTable,
    unit: int,
    scale: fmpz,
    ends: tuple[_End, _End],
) -> tuple[int, list[_Event]]:
    """A scalar unit's piece just after the lower end, and its crossings inside."""
    piece = 0
    events: list[_Event] = []
    for k, (cut, by) in enumerate(of_unit.cuts):
        at_low, at_high = (
            value * by - cut * scale * end.d for value, end in zip(values, ends, strict=True)
        )
        piece += at_low > 0 or (at_low == 0 and at_high > 0)
        if at_low * at_high < 0:
            p, s = rows[row, 0], rows[row, 1]
            events.append((fmpq(cut * scale - by * p, by * s), unit, k + (at_high > 0)))
    return int(piece), events


def _maximum(
    rows: fmpz_mat, ends: Sequence[fmpz], lines: range, unit: int
) -> tuple[int, list[_Event]]:
    """A max unit's winner just after the lower end, and where another one overtakes it."""
    winner = max(lines, key=lambda i: (ends[2 * i], ends[2 * i + 1], -i))
    first = winner - lines.start
    events: list[_Event] = []
    while True:
        # What is ahead at the upper end overtakes the winner inside, and nothing else does.
        overtakes = [
            (fmpq(rows[winner, 0] - rows[i, 0], rows[i, 1] - rows[winner, 1]), -rows[i, 1], i)
            for i in lines
            if ends[2 * i + 1] > ends[2 * winner + 1]
        ]
        if not overtakes:
            return first, events
        at, _, winner = min(overtakes)
        events.append((at, unit, winner - lines.start))
