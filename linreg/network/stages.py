"""The normal form: an affine map followed by a layer of units, repeated, then an affine readout."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, cached_property

import numpy as np
from flint import fmpq, fmpq_mat
from numpy.typing import ArrayLike

from linreg.affine import AffineMap, ExactAffineMap
from linreg.arguments import pattern as pieces_of
from linreg.arguments import point, points
from linreg.network.describing import line_of
from linreg.rational import nearest_float, rational
from linreg.units import MaxUnit, ScalarUnit, Unit

Table = tuple[list[fmpq], list[fmpq], list[fmpq]]
"""Breakpoints, slopes and intercepts of a scalar unit."""


@dataclass(frozen=True)
class Stage:
    """An affine map whose first rows are read by units, in order; the rest pass through.

    The outputs are those of the units, then the coordinates that pass through.

    Attributes
    ----------
    map : ExactAffineMap
        From the outputs of the stage before to the pre-activations.
    units : tuple of units

    Examples
    --------
    Of three rows a maximum of two reads the first two, and the last passes through:

    >>> from linreg.units import maxout
    >>> stage = Stage(ExactAffineMap.identity(3), (maxout(2),))
    >>> stage.starts, stage.n_outputs
    ((0, 2), 2)
    """

    map: ExactAffineMap
    units: tuple[Unit, ...]

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """The first row that each unit reads, and last the first row that passes through."""
        starts = [0]
        for unit in self.units:
            starts.append(starts[-1] + unit.n_inputs)
        return tuple(starts)

    @cached_property
    def tables(self) -> tuple[Table | None, ...]:
        """The table of each scalar unit: to look one up by its unit takes a hash of fractions."""
        return tuple(None if isinstance(unit, MaxUnit) else table(unit) for unit in self.units)

    @property
    def n_outputs(self) -> int:
        """Number of units and of coordinates that pass through."""
        return len(self.units) + self.map.n_outputs - self.starts[-1]

    @cached_property
    def rounded(self) -> AffineMap:
        """The affine map in float64."""
        return self.map.rounded()

    def select(self, preactivations: fmpq_mat, pieces: Sequence[int]) -> fmpq_mat:
        """Outputs, as rows, where each unit is on the given piece.

        Parameters
        ----------
        preactivations : fmpq_mat, shape (rows, columns)
            One row for each row of `map`: a value, or an affine map whose last column is the shift.
        pieces : sequence of int, length units
            More are ignored.

        Returns
        -------
        fmpq_mat, shape (outputs, columns)

        Examples
        --------
        |z| on its piece 0 is -z; the other coordinate passes through:

        >>> from linreg.units import absolute
        >>> stage = Stage(ExactAffineMap.identity(2), (absolute(),))
        >>> stage.select(fmpq_mat(2, 1, [fmpq(-3), fmpq(5)]), [0]).entries()
        [3, 5]
        """
        rows = preactivations.table()
        width = preactivations.ncols()
        outputs: list[fmpq] = []
        for scalar, start, piece in zip(self.tables, self.starts, pieces, strict=False):
            if scalar is None:
                outputs += rows[start + piece]
                continue
            _, slopes, intercepts = scalar
            outputs += [slopes[piece] * entry for entry in rows[start]]
            outputs[-1] += intercepts[piece]
        for row in rows[self.starts[-1] :]:
            outputs += row
        return fmpq_mat(self.n_outputs, width, outputs)


@dataclass(frozen=True)
class StagedNetwork:
    """A network in normal form, in which no activation has a name any more.

    Attributes
    ----------
    input_dim : int
        Number of inputs.
    stages : tuple of Stage
    readout : ExactAffineMap
        From the outputs of the last stage to the network's output.

    Examples
    --------
    >>> from linreg.network import mlp
    >>> staged = mlp([([[1], [-1]], [0, 0])], readout=([[1, 1]], [0])).staged
    >>> len(staged.stages), staged.readout([1, 0]), staged.pattern_at([3]).tolist()
    (1, [Fraction(1, 1)], [1, 0])
    """

    input_dim: int
    stages: tuple[Stage, ...]
    readout: ExactAffineMap

    def __repr__(self) -> str:
        layers = [stage.units for stage in self.stages]
        return f"<StagedNetwork: {line_of((self.input_dim,), layers, self.readout.n_outputs)}>"

    @cached_property
    def units(self) -> tuple[Unit, ...]:
        """All units, in the order of patterns: by stage, then by place in the stage."""
        return tuple(unit for stage in self.stages for unit in stage.units)

    @property
    def pattern_dtype(self) -> np.dtype:
        """uint8, or uint16 if some unit has more than 256 pieces."""
        most = max((unit.n_pieces for unit in self.units), default=1)
        return np.dtype(np.uint8 if most <= 256 else np.uint16)

    @cached_property
    def fingerprint(self) -> str:
        """Hexadecimal sha256 of the canonical text of the input dimension, stages and readout."""
        digest = hashlib.sha256(f"linreg-stages-1 {self.input_dim}\n".encode())
        for stage in self.stages:
            digest.update(_canonical(stage.map))
            digest.update("\n".join(_canonical_unit(unit) for unit in stage.units).encode())
        digest.update(_canonical(self.readout))
        return digest.hexdigest()

    def forward(self, x: ArrayLike) -> np.ndarray:
        """Value in float64, at one point or at each row of an array of points.

        Parameters
        ----------
        x : array-like of numbers, shape (inputs,) or (points, inputs)
            An input may have the network's input shape instead.

        Returns
        -------
        float64 array, shape (outputs,) or (points, outputs)

        Raises
        ------
        ValueError, TypeError
            If `x` is of another shape, or a number is not finite.

        Examples
        --------
        >>> from linreg import mlp
        >>> staged = mlp([([[1], [-1]], [0, 0])], readout=([[1, 2]], [5])).staged
        >>> staged.forward([[3], [-3]]).tolist()
        [[8.0], [11.0]]
        """
        state = points(x, self.input_dim)
        for stage in self.stages:
            z = stage.rounded.apply(state)
            units = [
                _unit_floats(unit, z[..., start : start + unit.n_inputs])
                for unit, start in zip(stage.units, stage.starts, strict=False)
            ]
            state = np.concatenate([np.stack(units, axis=-1), z[..., stage.starts[-1] :]], axis=-1)
        return self._rounded_readout.apply(state)

    @cached_property
    def _rounded_readout(self) -> AffineMap:
        return self.readout.rounded()

    def forward_exact(self, x: Sequence[Fraction | int | float]) -> list[Fraction]:
        """Exact value at a point whose floats mean the float64 they are.

        Parameters
        ----------
        x : sequence of numbers, shape (inputs,)
            Floats mean the float64 they are.

        Returns
        -------
        list of Fraction, length outputs

        Raises
        ------
        ValueError, TypeError
            If `x` is of another shape, or a number is not finite.

        Examples
        --------
        >>> from linreg import mlp
        >>> staged = mlp([([[1], [-1]], [0, 0])], readout=([[1, 2]], [5])).staged
        >>> staged.forward_exact(["1/3"])
        [Fraction(16, 3)]
        """
        value = self.readout.apply(self._walk(x)[1])
        return [Fraction(int(y.p), int(y.q)) for y in value.entries()]

    def pattern_at(self, x: Sequence[Fraction | int | float]) -> np.ndarray:
        """Piece of every unit at a point, decided exactly; shape (units,).

        A point on a breakpoint belongs to the lower piece, and of several candidates that attain
        a maximum the lowest index has it.

        Parameters
        ----------
        x : sequence of numbers, shape (inputs,)
            Floats mean the float64 they are.

        Returns
        -------
        integer array, shape (units,)

        Raises
        ------
        ValueError, TypeError
            If `x` is of another shape, or a number is not finite.

        Examples
        --------
        >>> from linreg import mlp
        >>> staged = mlp([([[1], [-1]], [0, 0])], readout=([[1, 2]], [5])).staged
        >>> staged.pattern_at([3]).tolist(), staged.pattern_at([0]).tolist()
        ([1, 0], [0, 0])
        """
        return np.array(self._walk(x)[0], dtype=self.pattern_dtype)

    def _walk(self, x: Sequence[Fraction | int | float]) -> tuple[list[int], fmpq_mat]:
        state = fmpq_mat(self.input_dim, 1, point(x, self.input_dim))
        pattern: list[int] = []
        for stage in self.stages:
            z = stage.map.apply(state)
            values = z.entries()
            pieces = [
                piece_at(unit, values[start : start + unit.n_inputs])
                for unit, start in zip(stage.units, stage.starts, strict=False)
            ]
            # A value is a map of no variables: its one column is the shift.
            state = stage.select(z, pieces)
            pattern += pieces
        return pattern, state

    def maps_on(self, pattern: Sequence[int]) -> Iterator[ExactAffineMap]:
        """Pre-activations of each stage, then the output, as maps of the input on one region.

        Montufar, Pascanu, Cho, Bengio (2014), equation (7), with shifts and any pieces.

        Parameters
        ----------
        pattern : sequence of int, length units
            The piece of every unit.

        Returns
        -------
        iterator of ExactAffineMap
            One for each stage, then the output's.

        Raises
        ------
        ValueError, TypeError
            If the pattern has not a piece for each unit, or one that its unit has not.

        Examples
        --------
        >>> from linreg import mlp
        >>> staged = mlp([([[1], [-1]], [0, 0])], readout=([[1, 2]], [5])).staged
        >>> [each([3]) for each in staged.maps_on([1, 0])]  # x and -x, then x + 5
        [[Fraction(3, 1), Fraction(-3, 1)], [Fraction(8, 1)]]
        """
        pieces = self._checked(pattern)
        state = ExactAffineMap.identity(self.input_dim)
        first = 0
        for stage in self.stages:
            z = stage.map.compose(state)
            yield z
            state = ExactAffineMap(stage.select(z.rows, pieces[first:]))
            first += len(stage.units)
        yield self.readout.compose(state)

    def affine_on(self, pattern: Sequence[int]) -> ExactAffineMap:
        """The network's output as a function of its input on the region of a pattern.

        Parameters
        ----------
        pattern : sequence of int, length units
            The piece of every unit, in stage order.

        Returns
        -------
        ExactAffineMap

        Raises
        ------
        ValueError, TypeError
            If the pattern has not a piece for each unit.

        Examples
        --------
        >>> from linreg import mlp
        >>> mlp([([[2]], [1])], readout=([[3]], [0])).staged.affine_on([1])([5])
        [Fraction(33, 1)]
        """
        *_, output = self.maps_on(pattern)
        return output

    def _checked(self, pattern: Sequence[int]) -> list[int]:
        pieces: list[int] = pieces_of(pattern, len(self.units)).tolist()
        for k, (piece, unit) in enumerate(zip(pieces, self.units, strict=True)):
            if not 0 <= piece < unit.n_pieces:
                raise ValueError(
                    f"pattern[{k}]: a piece from 0 to {unit.n_pieces - 1} was expected, got {piece}"
                )
        return pieces


@cache
def table(unit: ScalarUnit) -> Table:
    """Breakpoints, slopes and intercepts of a unit as python-flint rationals."""
    return (
        [rational(number) for number in unit.breakpoints],
        [rational(number) for number in unit.slopes],
        [rational(number) for number in unit.intercepts],
    )


def piece_at(unit: Unit, values: Sequence[fmpq]) -> int:
    """The piece of a unit whose pre-activations have these values.

    Examples
    --------
    >>> from linreg.units import relu, maxout
    >>> piece_at(relu(), [fmpq(0)]), piece_at(maxout(3), [fmpq(1), fmpq(2), fmpq(2)])
    (0, 1)
    """
    if isinstance(unit, MaxUnit):
        return max(range(unit.rank), key=lambda i: (values[i], -i))
    return sum(values[0] > breakpoint_ for breakpoint_ in table(unit)[0])


def _unit_floats(unit: Unit, z: np.ndarray) -> np.ndarray:
    if isinstance(unit, MaxUnit):
        return np.asarray(z.max(axis=-1))
    breakpoints, slopes, intercepts = (
        np.array([nearest_float(number.numerator, number.denominator) for number in numbers])
        for numbers in (unit.breakpoints, unit.slopes, unit.intercepts)
    )
    piece = np.searchsorted(breakpoints, z[..., 0], side="left")
    return np.asarray(slopes[piece] * z[..., 0] + intercepts[piece])


def _canonical(map_: ExactAffineMap) -> bytes:
    if map_.floats is not None:
        return _canonical_floats(map_)
    rows = [
        " ".join([*(f"{i}:{entry.p}/{entry.q}" for i, entry in group), f"{shift.p}/{shift.q}"])
        for group, shift in zip(map_.terms, map_.shifts, strict=True)
    ]
    return "\n".join([f"affine {map_.n_outputs} {map_.n_inputs}", *rows, ""]).encode()


def _canonical_floats(map_: ExactAffineMap) -> bytes:
    """The same text, without a fraction of any number."""
    assert map_.floats is not None
    starts, columns, values = map_.floats.entries()
    shifts = _ratios(map_.floats.shift)
    lines = [f"affine {map_.n_outputs} {map_.n_inputs}"]
    for first, end, shift in zip(starts, starts[1:], shifts, strict=False):
        places, ratios = columns[first:end].tolist(), _ratios(values[first:end])
        terms = [f"{i}:{ratio}" for i, ratio in zip(places, ratios, strict=True)]
        lines.append(" ".join([*terms, shift]))
    return "\n".join([*lines, ""]).encode()


def _ratios(numbers: np.ndarray) -> list[str]:
    """Floats as fractions in lowest terms: an odd numerator, or a denominator of 1."""
    mantissas, exponents = np.frexp(numbers)
    numerators = (mantissas * 2.0**53).astype(np.int64)  # without a rounding
    lowest_bits = (numerators & -numerators).astype(np.float64)
    zeros = np.where(numerators == 0, 53 - exponents, np.frexp(lowest_bits)[1] - 1)
    halvings = 53 - exponents - zeros
    texts = {k: str(1 << k) for k in {*halvings.tolist()} if k >= 0}
    odd = (numerators >> zeros).tolist()
    return [
        f"{n}/{texts[k]}" if k >= 0 else f"{n << -k}/1"
        for n, k in zip(odd, halvings.tolist(), strict=True)
    ]


def _canonical_unit(unit: Unit) -> str:
    if isinstance(unit, MaxUnit):
        return f"max {unit.rank}"
    numbers = (unit.breakpoints, unit.slopes, unit.intercepts)
    return "pwl " + "; ".join(" ".join(str(number) for number in row) for row in numbers)
