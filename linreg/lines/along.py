"""The regions along polylines and rays."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Literal

import numpy as np
from flint import fmpq

from linreg.arguments import point
from linreg.lines.exact_sweep import ExactLines, ExactPieces, ExactSweep
from linreg.lines.line_regions import LineRegions
from linreg.lines.polyline import WHOLE_SEGMENT, Clip, Polyline, Span, check_two
from linreg.network import StagedNetwork
from linreg.rational import fraction, nearest_floats, rational_matrix
from linreg.readers.accepted import DomainLike, NetworkLike, asked
from linreg.strategies.machine_code import has_machine_code

Method = Literal["auto", "exact"]

STAGE_NUMBERS_AT_ONCE = 2**20
"""Most numbers of the first stage that are held at once, for many points."""


class LineSweeper:
    """Sweeps one network along any number of polylines; what it needs of it is made once.

    Parameters
    ----------
    net : Network
    domain : domain, optional
        The whole space by default.
    method : {"auto", "exact"}
        "exact" sweeps in integers alone; "auto" does so where machine code is in doubt.

    Raises
    ------
    InvalidDomain
        If the domain is of another dimension than the network's input.
    ValueError
        If there is no such method.

    Examples
    --------
    The units of x and of 2 x - 1 switch between -1 and 1, and not between 1 and 2:

    >>> from linreg import mlp
    >>> sweeper = LineSweeper(mlp([([[1], [2]], [0, -1])]))
    >>> [sweeper.along(points).n_pieces.tolist() for points in ([[-1], [1]], [[1], [2]])]
    [[3], [1]]
    """

    def __init__(
        self,
        net: NetworkLike,
        domain: DomainLike = None,
        method: Method = "auto",
    ) -> None:
        if method not in ("auto", "exact"):
            raise ValueError(f"method: auto or exact was expected, got {method!r}")
        self._network, where = asked(net, domain)
        self._clip = Clip(where)
        self._exact = ExactSweep(self._network)
        self._fast = None
        if method == "auto" and self._network.stages and has_machine_code():
            from linreg.lines.float_sweep import FloatSweep

            with suppress(OverflowError):  # of numbers so large or small, integers take care
                self._fast = FloatSweep(self._network)

    @property
    def chunk(self) -> int:
        """How many points are well swept at once."""
        stages = self._network.stages
        widest = max(self._network.input_dim, stages[0].map.n_outputs if stages else 1)
        return max(16, STAGE_NUMBERS_AT_ONCE // widest)

    def along(self, points: Any) -> LineRegions:
        """What `linreg.along` returns.

        Parameters
        ----------
        points : array-like of numbers, shape (points, inputs)
            As for `linreg.along`.

        Returns
        -------
        LineRegions

        Examples
        --------
        From 1 to -1 the units of 2 x - 1 and of x switch to their piece 0:

        >>> from linreg import mlp
        >>> LineSweeper(mlp([([[1], [2]], [0, -1])])).along([[1], [-1]]).switches(0)
        [[(1, 0)], [(0, 0)]]
        """
        line = Polyline.of(points, self._network.input_dim)
        check_two(line)
        found = _Collected(self._network)
        for first in range(0, line.n_segments, self.chunk):
            self._sweep(line.part(first, first + self.chunk + 1), first, found)
        return found.result(line, self._exact)

    def _sweep(self, line: Polyline, first: int, found: _Collected) -> None:
        """Add what is found on a part of a polyline, whose segments are numbered from `first`."""
        spans = self._clip.spans(line)
        if self._fast is None:
            for k in range(line.n_segments):
                self._sweep_exactly(line, k, spans.get(k, WHOLE_SEGMENT), first, found)
            return
        swept = self._fast.along(line.floats, line.is_rounded())
        certain = swept.certain.copy()
        certain[list(spans)] = False
        begin = 0
        # Segments that are certain are added as they are, many at once.
        for k in [*np.flatnonzero(~certain).tolist(), line.n_segments]:
            if k > begin:
                a, b = swept.starts[begin], swept.starts[k]
                c, d = swept.first_switch[a], swept.first_switch[b]
                found.add(
                    swept.breakpoints[a:b],
                    swept.errors[a:b],
                    np.diff(swept.starts[begin : k + 1]),
                    np.diff(swept.first_switch[a : b + 1]),
                    swept.units[c:d],
                    swept.pieces[c:d],
                    swept.patterns[begin:k],
                )
                found.certified.append(np.ones(k - begin, dtype=bool))
            if k < line.n_segments:
                self._sweep_exactly(line, k, spans.get(k, WHOLE_SEGMENT), first, found)
            begin = k + 1

    def _sweep_exactly(
        self, line: Polyline, k: int, span: Span | None, first: int, found: _Collected
    ) -> None:
        pieces = ExactPieces((), ())
        if span is not None:
            pieces = self._exact.along(line.point(k), line.point(k + 1), *span)
        found.add_exactly(first + k, pieces, span)


class _Collected:
    """Columns of the answer, as they are found."""

    def __init__(self, network: StagedNetwork) -> None:
        self._network = network
        self.certified: list[np.ndarray] = []
        self._columns: list[tuple[np.ndarray, ...]] = []
        self._spans: dict[int, Span | None] = {}
        self._known: dict[int, tuple[fmpq, ...]] = {}

    def add(self, *columns: np.ndarray) -> None:
        """Breakpoints, errors, numbers of both kinds, units, pieces and first patterns."""
        self._columns.append(columns)

    def add_exactly(self, segment: int, pieces: ExactPieces, span: Span | None) -> None:
        """One segment that was swept in integers, or nothing of it."""
        if span != WHOLE_SEGMENT:
            self._spans[segment] = span
        self._known[segment] = pieces.breakpoints
        switches = pieces.switches()
        pairs = [pair for group in switches for pair in group]
        floats = np.array([float(fraction(u)) for u in pieces.breakpoints], dtype=np.float64)
        first = pieces.patterns[0] if pieces.patterns else (0,) * len(self._network.units)
        self.add(
            floats,
            np.abs(floats) * 2.0**-53,
            np.array([len(floats)]),
            np.array([len(group) for group in switches], dtype=np.int64),
            np.array([unit for unit, _ in pairs], dtype=np.int32),
            np.array([piece for _, piece in pairs], dtype=np.int32),
            np.array([first]).reshape(1, len(self._network.units)),
        )
        self.certified.append(np.zeros(1, dtype=bool))

    def result(self, line: Polyline, sweep: ExactSweep) -> LineRegions:
        """All that was added."""
        at, errors, counts, switches, units, pieces, firsts = (
            np.concatenate(column) for column in zip(*self._columns, strict=True)
        )
        return LineRegions(
            network=self._network,
            line=line,
            breakpoints=_frozen(at),
            errors=_frozen(errors),
            starts=_frozen(np.cumsum([0, *counts])),
            switch_units=_frozen(units),
            switch_pieces=_frozen(pieces),
            first_switch=_frozen(np.cumsum([0, *switches])),
            first_patterns=_frozen(firsts.astype(self._network.pattern_dtype)),
            spans=self._spans,
            certified=_frozen(np.concatenate(self.certified)),
            exact=ExactLines(sweep, self._known),
        )


def along(
    net: NetworkLike,
    points: Any,
    domain: DomainLike = None,
    *,
    method: Method = "auto",
) -> LineRegions:
    """The regions that a polyline passes through, exactly and in order.

    Machine code sweeps each segment with a bound on every rounding. What it cannot prove, ties
    above all, is swept again in integers. Weights that are given as float64 arrays stay so.

    Parameters
    ----------
    net : Network
    points : array-like of numbers, shape (points, inputs)
        Two or more; a float means the float64 that it is.
    domain : domain, optional
        Where regions count; the whole space by default. Segments are cut to it.
    method : {"auto", "exact"}
        "exact" sweeps in integers alone.

    Returns
    -------
    LineRegions

    Raises
    ------
    TypeError, ValueError
        If the points are of another dimension, fewer than two, or not finite.
    InvalidDomain
        If the domain is of another dimension than the network's input.

    Source
    ------
    Sotoudeh and Thakur (2019), ExactLine; here with proofs, ties and any units.

    Examples
    --------
    Along the diagonal, two units switch at once; the line x + y = 1 is crossed before:

    >>> from linreg import mlp
    >>> net = mlp([([[1, -1], [-1, 1], [1, 1]], [0, 0, -1])])
    >>> found = along(net, [[0, 0], [0, 2], [2, 0]])
    >>> found.exact_breakpoints(0), found.exact_breakpoints(1)
    ((Fraction(1, 2),), (Fraction(1, 2),))
    >>> found.patterns(1), found.switches(1)
    ([(0, 1, 1), (1, 0, 1)], [[(0, 1), (1, 0)]])
    """
    return LineSweeper(net, domain, method).along(points)


def ray(net: NetworkLike, origin: Any, direction: Any, domain: DomainLike = None) -> LineRegions:
    """The regions that a ray passes through, exactly and in order, as those of one segment.

    Parameters
    ----------
    net : Network
    origin, direction : array-like of numbers, shape (inputs,)
        The ray is all origin + u * direction with u >= 0; u is the parameter of the answer.
    domain : domain, optional
        Where regions count; the whole space by default.

    Returns
    -------
    LineRegions

    Raises
    ------
    TypeError, ValueError
        If the vectors are of another dimension, or not finite, or the direction is zero.
    InvalidDomain
        If the domain is of another dimension than the network's input.

    Examples
    --------
    >>> from linreg import mlp
    >>> found = ray(mlp([([[1], [-1]], [-3, 0])]), [1], ["1/2"])
    >>> found.exact_breakpoints(0), found.patterns(0)
    ((Fraction(4, 1),), [(0, 0), (1, 0)])
    """
    network, where = asked(net, domain)
    start = point(origin, network.input_dim, "origin")
    step = point(direction, network.input_dim, "direction")
    if not any(step):
        raise ValueError("direction: it is zero, so that there is no ray along it")
    end = [a + b for a, b in zip(start, step, strict=True)]
    sweep = ExactSweep(network)
    span = Clip(where).span(start, end, endless=True)
    found = _Collected(network)
    pieces = ExactPieces((), ()) if span is None else sweep.along(start, end, *span)
    found.add_exactly(0, pieces, span)
    floats = nearest_floats(rational_matrix([start, end], network.input_dim))
    line = Polyline(floats, {0: tuple(start), 1: tuple(end)})
    return found.result(line, sweep)


def _frozen(array: np.ndarray) -> np.ndarray:
    array.flags.writeable = False
    return array
