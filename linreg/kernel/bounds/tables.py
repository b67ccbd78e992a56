"""A network of rectifiers in integers, as the walks of `linreg.kernel.bounds.walk` take it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from linreg.kernel.bounds.units import FINE, GRID, POINT, SLOPE
from linreg.kernel.bounds.walk import NO_BOUND, bound_box, guided_bound
from linreg.kernel.machine import first_use

MOST_INPUTS = 64
"""Inputs up to which the walk's last sum stays in range."""

MOST_WEIGHTS = 24
"""Most bits of a weight: more would leave too few for the forms."""

DEEPEST = 20
"""Most places by which a unit is made finer at once."""

GAIN = 2
"""Places for each unit that pay for normalising anew."""

_NO_GUIDES = np.zeros((0, 1, 1))


@dataclass(frozen=True)
class Bounds:
    """Proved bounds on a box.

    Attributes
    ----------
    lower, upper : int64 arrays, shape (stages, rows)
        Of pre-activations, times 2^POINT.
    codes : int8 array, shape (stages, rows)
    found : int64 array, shape (asked,)
        Lower bounds of what is asked, times 2^(POINT + FINE); `NO_BOUND` where nothing is proved.
    shares : float64 array, shape (inputs,)
        What each coordinate has to do with what is undecided; arbitrary units.
    free : int
        Number of units that are neither on nor off all over the box; -1 if nothing is proved.
    slopes, rises, reaches, heights : int64 arrays
        What a guided walk needs of the box.
    """

    lower: np.ndarray
    upper: np.ndarray
    codes: np.ndarray
    found: np.ndarray
    shares: np.ndarray
    free: int
    slopes: np.ndarray
    rises: np.ndarray
    reaches: np.ndarray
    heights: np.ndarray


class BoundTables:
    """A network of rectifiers, normalised, on the box [-1, 1]^inputs, and forms that are asked.

    Parameters
    ----------
    weights : list of float64 arrays, shape (rows, inputs of the stage)
        Exactly those of the network, or as near as float64 goes; the last are what is asked.
    biases : list of float64 arrays, shape (rows,)
    units : list of int
        How many rows of each stage, the first ones, are read by rectifiers.
    magnitudes : list of float64 arrays, shape (rows,)
        What bounds each pre-activation in size on the root box, roughly: only for scaling.
    """

    def __init__(
        self,
        weights: Sequence[np.ndarray],
        biases: Sequence[np.ndarray],
        units: Sequence[int],
        magnitudes: Sequence[np.ndarray],
    ) -> None:
        self._raw = list(weights), list(biases), list(units)
        self.n_inputs = weights[0].shape[1]
        self.units = np.array([*units, 0], dtype=np.int64)
        self.rows = np.array([len(w) for w in weights], dtype=np.int64)
        widest = int(max(self.rows.max(), self.n_inputs))
        self.bits = min(MOST_WEIGHTS, (53 - int(widest - 1).bit_length()) // 2)
        stages, height = len(weights), int(self.rows.max())
        self.W = np.zeros((stages, height, widest))
        self.biases = np.zeros((stages, height), dtype=np.int64)
        self.exponents = np.zeros(stages, dtype=np.int64)
        self.sizes = np.ones((stages, height))
        self.scales: list[np.ndarray] = []  # powers of two that rows were divided by
        self.F, self.f = np.zeros((stages, height, widest)), np.zeros((stages, height))
        self.float_weights: list[np.ndarray] = []
        self.float_biases: list[np.ndarray] = []
        before = np.zeros(self.n_inputs, dtype=np.int64)
        for s, (weight, bias, size) in enumerate(zip(weights, biases, magnitudes, strict=True)):
            # Neither pre-activations nor weights exceed 1: a large weight would cost the others
            # their places.
            largest = np.abs(np.ldexp(weight, before.astype(np.int32))).max(axis=1, initial=0.0)
            scale = np.frexp(np.maximum(np.maximum(size, largest), 1e-280))[1].astype(np.int64)
            scaled = np.ldexp(weight, (before[None, :] - scale[:, None]).astype(np.int32))
            shifted = np.ldexp(bias, (-scale).astype(np.int32))
            if not (np.isfinite(scaled).all() and np.isfinite(shifted).all()):
                raise OverflowError("the network's numbers are beyond floats once they are scaled")
            most = float(np.abs(scaled).max(initial=0.0))
            exponent = self.bits - (int(np.frexp(most)[1]) if most else 0)
            exponent = min(max(exponent, 0), 40)
            if np.ldexp(most, exponent) > 2.0**self.bits or (np.abs(shifted) > 32).any():
                raise OverflowError("the network's numbers differ too much in size")
            self.exponents[s] = exponent
            self.W[s, : len(weight), : weight.shape[1]] = np.rint(np.ldexp(scaled, exponent))
            self.biases[s, : len(bias)] = np.rint(np.ldexp(shifted, POINT)).astype(np.int64)
            self.scales.append(scale)
            self.sizes[s, : len(bias)] = np.ldexp(1.0, scale.astype(np.int32))
            self.F[s, : len(weight), : weight.shape[1]] = scaled
            self.f[s, : len(bias)] = shifted
            self.float_weights.append(self.F[s, : len(weight), : weight.shape[1]])
            self.float_biases.append(self.f[s, : len(bias)])
            before = scale
        self._weighs = np.zeros((stages, height))
        self._unit_shares = np.zeros((stages, height, self.n_inputs))
        self._X, self._A = np.zeros(widest), np.zeros(widest)

    @property
    def n_asked(self) -> int:
        """Number of forms that are asked."""
        return int(self.rows[-1])

    def narrowed(self, bounds: Bounds) -> tuple[BoundTables, np.ndarray, np.ndarray] | None:
        """The network normalised for a box of which bounds are known, and these in its units.

        None where nothing would be gained.
        """
        weights, biases, units = self._raw
        weights = list(weights)
        magnitudes, gained = [], 0
        for s, bias in enumerate(biases[:-1]):
            n = len(bias)
            size = np.maximum(abs(bounds.lower[s, :n]), abs(bounds.upper[s, :n]))
            # Units that are off are read by none; their size says nothing.
            is_off = bounds.codes[s, :n] == 0
            size = np.where(is_off, 1 << (POINT - 1), size)
            places = np.minimum(np.frexp(np.maximum(size, 1).astype(np.float64))[1] - POINT, 0)
            places = np.maximum(places, -DEEPEST)
            gained -= int(places[~is_off].sum())
            magnitudes.append(np.ldexp(0.75, (self.scales[s] + places).astype(np.int32)))
            # Nothing comes from units that are off.
            weights[s + 1] = np.where(is_off[None, :], 0.0, weights[s + 1])
        if gained < GAIN * max(1, int((bounds.codes != 0).sum())):
            return None
        before = magnitudes[-1] if magnitudes else np.ones(self.n_inputs)
        magnitudes.append(np.abs(weights[-1]) @ before + np.abs(biases[-1]))
        try:
            tables = BoundTables(weights, biases, units, magnitudes)
        except OverflowError:
            return None
        finer = sum(int((a - b).sum()) for a, b in zip(self.scales, tables.scales, strict=True))
        if finer < GAIN * len(self.scales):
            return None
        lower, upper = bounds.lower.copy(), bounds.upper.copy()
        for s in range(len(magnitudes) - 1):
            n = len(biases[s])
            up = self.scales[s] - tables.scales[s]  # to finer units: nothing is lost
            lower[s, :n] <<= up
            upper[s, :n] <<= up
        return tables, lower, upper

    def root(self) -> tuple[np.ndarray, np.ndarray]:
        """Bounds of pre-activations on the root box by intervals, in integers of any size."""
        shape = self.W.shape[0] - 1, self.W.shape[1]
        lower, upper = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
        low = np.full(self.n_inputs, -(1 << POINT), dtype=object)
        high = -low
        for s in range(shape[0]):
            n, places = int(self.rows[s]), int(self.exponents[s])
            weight = self.W[s, :n, : len(low)].astype(np.int64).astype(object)
            rising, falling = np.maximum(weight, 0), np.minimum(weight, 0)
            # Weights are rounded to half a unit, and a little for what floats lose of them.
            reach = int(np.maximum(abs(low), abs(high)).sum())
            charge = reach + (reach >> 8) + 1
            bias = self.biases[s, :n].astype(object)
            least, most = rising @ low + falling @ high, rising @ high + falling @ low
            low = ((2 * least - charge) >> (places + 1)) + bias - 1
            high = -((-2 * most - charge) >> (places + 1)) + bias + 1
            lower[s, :n] = np.maximum(low, -(1 << 60)).astype(np.int64)
            upper[s, :n] = np.minimum(high, 1 << 60).astype(np.int64)
            units = int(self.units[s])
            low[:units], high[:units] = np.maximum(low[:units], 0), np.maximum(high[:units], 0)
        return lower, upper

    def bound(
        self, low: np.ndarray, high: np.ndarray, lower: np.ndarray, upper: np.ndarray
    ) -> Bounds:
        """Bounds on a box; `lower` and `upper` are known ones, of a larger box.

        Parameters
        ----------
        low, high : int64 arrays, shape (inputs,)
            Ends, times 2^GRID.
        """
        lower, upper = lower.copy(), upper.copy()
        codes = np.zeros(lower.shape, dtype=np.int8)
        slopes, rises = np.zeros_like(lower), np.zeros_like(lower)
        reaches = np.zeros(len(self.rows), dtype=np.int64)
        heights = np.zeros(len(self.rows), dtype=np.int64)
        found = np.full(self.n_asked, NO_BOUND, dtype=np.int64)
        shares = np.zeros(self.n_inputs)
        with first_use(bound_box):
            free = bound_box(
                self.W,
                self.exponents,
                self.biases,
                self.rows,
                self.units,
                low,
                high,
                lower,
                upper,
                codes,
                slopes,
                rises,
                reaches,
                heights,
                found,
                shares,
                self.sizes,
                _NO_GUIDES,
                self._weighs,
                self._unit_shares,
                self._X,
                self._A,
                self.bits,
            )
        if free == -1:
            found[:] = NO_BOUND
        return Bounds(
            lower, upper, codes, found, shares, int(free), slopes, rises, reaches, heights
        )

    def guided(
        self,
        low: np.ndarray,
        high: np.ndarray,
        on: Bounds,
        codes: np.ndarray,
        weights: np.ndarray,
        guides: np.ndarray,
    ) -> Fraction | None:
        """A proved lower bound of a combination of what is asked, by a program's multipliers.

        Parameters
        ----------
        weights : float64 array, shape (asked,)
            Non-negative; they are rounded, and the bound is one of the rounded combination.
        guides : float64 array, shape (2, stages, rows)
            Multipliers of z <= a and of a <= u for each free unit, of the split row for others.

        Returns
        -------
        Fraction or None
            None where nothing is proved.
        """
        integers = np.clip(np.rint(np.ldexp(weights, SLOPE)), 0, 1 << SLOPE).astype(np.int64)
        with first_use(guided_bound):
            bound = guided_bound(
                self.W,
                self.exponents,
                self.biases,
                self.rows,
                low,
                high,
                on.lower,
                on.upper,
                codes,
                on.slopes,
                on.rises,
                on.reaches,
                on.heights,
                integers,
                np.ldexp(guides, SLOPE),
                self._X,
                self._A,
                self.bits,
            )
        return None if bound == NO_BOUND else Fraction(int(bound), 1 << (POINT + FINE + SLOPE))


def root_box(n_inputs: int) -> tuple[np.ndarray, np.ndarray]:
    """The ends of the box [-1, 1]^inputs."""
    ends = np.full(n_inputs, 1 << GRID, dtype=np.int64)
    return -ends, ends
