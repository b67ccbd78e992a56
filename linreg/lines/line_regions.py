"""What is found along a polyline: breakpoints, switches, and what follows from them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import inf, isfinite
from typing import Literal

import numpy as np
from flint import fmpq

from linreg.affine import ExactAffineMap
from linreg.arguments import numbered
from linreg.errors import BrokenInvariant
from linreg.lines.exact_sweep import ExactLines
from linreg.lines.polyline import WHOLE_SEGMENT, Polyline, Span
from linreg.network.gradients import mean_gradient
from linreg.network.stages import StagedNetwork
from linreg.rational import fraction
from linreg.wording import counted

Norm = Literal["l1", "l2", "linf"]

_ORDERS: dict[str, float] = {"l1": 1, "l2": 2, "linf": inf}


@dataclass(frozen=True, slots=True, eq=False)
class LineRegions:
    """The regions that a polyline, or a ray, passes through, in order.

    A parameter says where a point is on its segment: 0 at the first end, 1 at the second one; on a
    ray, how many times the direction it is from the origin. The pattern of a piece is that of the
    slice along the segment: a unit that is constantly on a breakpoint there has the lower piece.

    Attributes
    ----------
    network : StagedNetwork
    line : Polyline
    breakpoints : float64 array, shape (breakpoints,)
        Parameters at which the pattern changes, segment after segment, strictly inside it.
    errors : float64 array, shape (breakpoints,)
        Bounds on the breakpoints' errors, in the same unit.
    starts : int64 array, shape (segments + 1,)
        Where the breakpoints of each segment begin.
    switch_units, switch_pieces : int32 array, shape (switches,)
        The units that switch, breakpoint after breakpoint, and their new pieces.
    first_switch : int64 array, shape (breakpoints + 1,)
        Where the switches of each breakpoint begin.
    first_patterns : integer array, shape (segments, units)
        On the first piece of each segment.
    spans : dict
        The part of a segment that is in the domain, where that is not all of it, as a pair of
        parameters; None where nothing is. Parameters are those of the whole segment.
    certified : bool array, shape (segments,)
        Segments that machine code has proved; the others were swept in integers.
    exact : ExactLines
        What is known of segments in integers, and finds it for others.

    Examples
    --------
    >>> from linreg import along, mlp
    >>> found = along(mlp([([[1], [2]], [0, -1])]), [[-1], [1], [0.25]])
    >>> found.n_pieces.tolist(), found.crossings().tolist(), found.distinct_patterns()
    ([3, 2], [1, 2], 3)
    """

    network: StagedNetwork
    line: Polyline
    breakpoints: np.ndarray  # (breakpoints,)
    errors: np.ndarray  # (breakpoints,)
    starts: np.ndarray  # (segments + 1,)
    switch_units: np.ndarray  # (switches,)
    switch_pieces: np.ndarray  # (switches,)
    first_switch: np.ndarray  # (breakpoints + 1,)
    first_patterns: np.ndarray  # (segments, units)
    spans: dict[int, Span | None]
    certified: np.ndarray  # (segments,)
    exact: ExactLines

    def __repr__(self) -> str:
        pieces = counted(int(self.n_pieces.sum()), "piece")
        segments = counted(self.n_segments, "segment")
        return f"<LineRegions: {pieces} on {segments} in R^{self.network.input_dim}>"

    @property
    def n_segments(self) -> int:
        """Number of segments."""
        return self.line.n_segments

    @property
    def n_pieces(self) -> np.ndarray:
        """Number of pieces of each segment, none where it is outside the domain; int64."""
        pieces = np.diff(self.starts) + 1
        pieces[[k for k, span in self.spans.items() if span is None]] = 0
        return pieces

    def exact_breakpoints(self, segment: int) -> tuple[Fraction, ...]:
        """The breakpoints of a segment, exactly; found in integers when first asked for.

        Parameters
        ----------
        segment : int
            From 0.

        Returns
        -------
        tuple of Fraction

        Raises
        ------
        NoSuchIndex, TypeError
            If there is no such segment.

        Examples
        --------
        >>> from linreg import along, mlp
        >>> found = along(mlp([([[1, 0], [0, 1]], [0, -1])]), [[-1, 0], [1, 2]])
        >>> found.exact_breakpoints(0)
        (Fraction(1, 2),)
        """
        return tuple(map(fraction, self._exactly(segment)))

    def patterns(self, segment: int) -> list[tuple[int, ...]]:
        """The pattern of each piece of a segment.

        Parameters
        ----------
        segment : int
            From 0.

        Returns
        -------
        list of tuple of int

        Raises
        ------
        NoSuchIndex, TypeError
            If there is no such segment.

        Examples
        --------
        >>> from linreg import along, mlp
        >>> found = along(mlp([([[1, 0], [0, 1]], [0, -1])]), [[-1, 0], [1, 2]])
        >>> found.patterns(0)
        [(0, 0), (1, 1)]
        """
        return [tuple(pattern.tolist()) for pattern in self.iterate(self._numbered(segment))]

    def switches(self, segment: int) -> list[list[tuple[int, int]]]:
        """At each breakpoint of a segment the units that switch, each with its new piece.

        Parameters
        ----------
        segment : int
            From 0.

        Returns
        -------
        list of lists of (unit, piece)

        Raises
        ------
        NoSuchIndex, TypeError
            If there is no such segment.

        Examples
        --------
        >>> from linreg import along, mlp
        >>> found = along(mlp([([[1, 0], [0, 1]], [0, -1])]), [[-1, 0], [1, 2]])
        >>> found.switches(0)
        [[(0, 1), (1, 1)]]
        """
        segment = self._numbered(segment)
        firsts = self.first_switch[self.starts[segment] : self.starts[segment + 1] + 1]
        pairs = [*zip(self.switch_units.tolist(), self.switch_pieces.tolist(), strict=True)]
        return [pairs[a:b] for a, b in pairwise(firsts.tolist())]

    def iterate(self, segment: int) -> Iterator[np.ndarray]:
        """The pattern of each piece in turn, in one array that changes.

        Parameters
        ----------
        segment : int
            From 0.

        Yields
        ------
        integer array, shape (units,)

        Examples
        --------
        >>> from linreg import along, mlp
        >>> found = along(mlp([([[1], [2]], [0, -1])]), [[-1], [1]])
        >>> [pattern.tolist() for pattern in found.iterate(0)]
        [[0, 0], [1, 0], [1, 1]]
        """
        if self.n_pieces[segment] == 0:
            return
        pattern = self.first_patterns[segment].copy()
        yield pattern
        for k in range(int(self.starts[segment]), int(self.starts[segment + 1])):
            here = slice(int(self.first_switch[k]), int(self.first_switch[k + 1]))
            pattern[self.switch_units[here]] = self.switch_pieces[here]
            yield pattern

    def ends(self, segment: int) -> np.ndarray:
        """The parameters between which the pieces of a segment lie; float64, one more than they.

        Parameters
        ----------
        segment : int
            From 0.

        Returns
        -------
        float64 array, shape (pieces + 1,)

        Raises
        ------
        NoSuchIndex, TypeError
            If there is no such segment.

        Examples
        --------
        >>> from linreg import along, mlp
        >>> found = along(mlp([([[1, 0], [0, 1]], [0, -1])]), [[-1, 0], [1, 2]])
        >>> found.ends(0).tolist()
        [0.0, 0.5, 1.0]
        """
        segment = self._numbered(segment)
        span = self.spans.get(segment, WHOLE_SEGMENT)
        if span is None:
            return np.empty(0)
        low, high = float(fraction(span[0])), inf if span[1] is None else float(fraction(span[1]))
        inside = self.breakpoints[self.starts[segment] : self.starts[segment + 1]]
        return np.array([low, *inside, high])

    def lengths(self, segment: int, norm: Norm = "l2") -> np.ndarray:
        """The length of each piece of a segment; float64, in input units.

        Parameters
        ----------
        segment : int
        norm : {"l1", "l2", "linf"}

        Returns
        -------
        float64 array, shape (pieces,)

        Raises
        ------
        NoSuchIndex, TypeError
            If there is no such segment.
        ValueError
            If there is no such norm.

        Examples
        --------
        >>> from linreg import along, mlp
        >>> found = along(mlp([([[1, 0], [0, 1]], [0, -1])]), [[-1, 0], [1, 2]])
        >>> found.lengths(0, "l1").tolist()
        [2.0, 2.0]
        """
        if norm not in _ORDERS:
            raise ValueError(f"norm: one of {', '.join(_ORDERS)} was expected, got {norm!r}")
        ends = self.ends(segment)
        step = self.line.floats[segment + 1] - self.line.floats[segment]
        return np.asarray(np.diff(ends) * np.linalg.norm(step, _ORDERS[norm]))

    def squared_length(self, segment: int) -> Fraction:
        """The square of the Euclidean distance between a segment's ends, in input units.

        Parameters
        ----------
        segment : int
            From 0.

        Returns
        -------
        Fraction

        Raises
        ------
        NoSuchIndex, TypeError
            If there is no such segment.

        Examples
        --------
        >>> from linreg import along, mlp
        >>> found = along(mlp([([[1, 0], [0, 1]], [0, -1])]), [[-1, 0], [1, 2]])
        >>> found.squared_length(0)
        Fraction(8, 1)
        """
        segment = self._numbered(segment)
        a, b = self.line.point(segment), self.line.point(segment + 1)
        steps = [fraction(y - x) for x, y in zip(a, b, strict=True)]
        return sum((step * step for step in steps), Fraction(0))

    def maps(self, segment: int) -> list[ExactAffineMap]:
        """The network's output as a function of its input on each piece of a segment, exactly.

        Parameters
        ----------
        segment : int
            From 0.

        Returns
        -------
        list of ExactAffineMap

        Raises
        ------
        NoSuchIndex, TypeError
            If there is no such segment.

        Examples
        --------
        >>> from linreg import along, mlp
        >>> found = along(mlp([([[1, 0], [0, 1]], [0, -1])]), [[-1, 0], [1, 2]])
        >>> [each([1, 2]) for each in found.maps(0)]
        [[Fraction(0, 1), Fraction(0, 1)], [Fraction(1, 1), Fraction(1, 1)]]
        """
        return [self.network.affine_on(pattern) for pattern in self.patterns(segment)]

    def integrated_gradients(self, segment: int, output: int = 0) -> np.ndarray:
        """How much each input adds to the change of an output along a segment; float64.

        The integral of the partial derivative along the segment, times the change of the input:
        a sum over pieces. The sum over inputs is the change of the output.

        Parameters
        ----------
        segment : int
            From 0.
        output : int
            From 0.

        Returns
        -------
        float64 array, shape (inputs,)

        Raises
        ------
        NoSuchIndex, TypeError
            If there is no such segment or output.
        ValueError
            If the segment never ends.

        Source
        ------
        Sundararajan, Taly and Yan (2017), equation (1); exactly by pieces: Sotoudeh and Thakur
        (2019).

        Examples
        --------
        >>> from linreg import along, mlp
        >>> found = along(mlp([([[1, 0], [0, 1]], [0, -1])]), [[-1, 0], [1, 2]])
        >>> found.integrated_gradients(0, output=1).tolist()
        [0.0, 1.0]
        """
        output = numbered(output, self.network.readout.n_outputs, "output", "outputs")
        widths = np.diff(self._finite_ends(segment))
        patterns = [pattern.copy() for pattern in self.iterate(segment)]
        step = self.line.floats[segment + 1] - self.line.floats[segment]
        return np.asarray(step * mean_gradient(self.network, patterns, widths, output))

    def exact_integrated_gradients(self, segment: int, output: int = 0) -> list[Fraction]:
        """`integrated_gradients` as fractions.

        Parameters
        ----------
        segment : int
            From 0.
        output : int
            From 0.

        Returns
        -------
        list of Fraction, length inputs

        Raises
        ------
        NoSuchIndex, TypeError, ValueError
            As for `integrated_gradients`.

        Examples
        --------
        >>> from linreg import along, mlp
        >>> found = along(mlp([([[1, 0], [0, 1]], [0, -1])]), [[-1, 0], [1, 2]])
        >>> found.exact_integrated_gradients(0, output=1)
        [Fraction(0, 1), Fraction(1, 1)]
        """
        output = numbered(output, self.network.readout.n_outputs, "output", "outputs")
        self._finite_ends(segment)
        span = self.spans.get(segment, WHOLE_SEGMENT)
        a, b = self.line.point(segment), self.line.point(segment + 1)
        total = [fmpq(0)] * len(a)
        if span is not None and span[1] is not None:
            ends = [span[0], *self._exactly(segment), span[1]]
            for k, pattern in enumerate(self.patterns(segment)):
                row = self.network.affine_on(pattern).rows.table()[output]
                width = ends[k + 1] - ends[k]
                total = [old + width * by for old, by in zip(total, row, strict=False)]
        return [fraction(g * (y - x)) for g, x, y in zip(total, a, b, strict=True)]

    def crossings(self) -> np.ndarray:
        """How often each unit switches; int64, shape (units,)."""
        return np.bincount(self.switch_units, minlength=len(self.network.units))

    def distinct_patterns(self) -> int:
        """Number of different patterns of all pieces."""
        return len(
            {pattern.tobytes() for k in range(self.n_segments) for pattern in self.iterate(k)}
        )

    def total_length(self) -> float:
        """The length of all pieces together; Euclidean, in input units."""
        steps = np.linalg.norm(np.diff(self.line.floats, axis=0), axis=1)
        shares = np.ones(self.n_segments)
        for k in self.spans:
            ends = self.ends(k)
            shares[k] = ends[-1] - ends[0] if len(ends) else 0.0
        return float(steps @ shares)

    def breakpoints_per_length(self) -> float:
        """Breakpoints in a Euclidean unit of length, along all segments; nan if there is none."""
        length = self.total_length()
        return len(self.breakpoints) / length if length > 0 else float("nan")

    def _numbered(self, segment: int) -> int:
        return numbered(segment, self.n_segments, "segment", "segments")

    def _finite_ends(self, segment: int) -> np.ndarray:
        ends = self.ends(segment)
        if not all(map(isfinite, ends)):
            raise ValueError("integrated gradients need an end: give a segment or a bounded domain")
        return ends

    def _exactly(self, segment: int) -> tuple[fmpq, ...]:
        segment = self._numbered(segment)
        span = self.spans.get(segment, WHOLE_SEGMENT)
        if span is None:
            return ()
        if segment not in self.exact.known:
            a, b = self.line.point(segment), self.line.point(segment + 1)
            found = self.exact.sweep.along(a, b, *span)
            if [*found.patterns] != self.patterns(segment):
                raise BrokenInvariant(
                    f"segment {segment}: what machine code has proved is not what integers say; "
                    "please report this network"
                )
            self.exact.known[segment] = found.breakpoints
        return self.exact.known[segment]
