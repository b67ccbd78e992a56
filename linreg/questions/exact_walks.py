"""Walks without rounding: what programs claim, proved where a walk of few places loses it.

Rounded walks lose some 2^-24 of the sizes of what they sum, and where large outputs of units cancel
that is more than what a value is from the best one. These are the same walks with integers of any
size, one after another and a hundred times as slow.

Source: as of `linreg.kernel.bounds.walk`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from flint import fmpq, fmpz_mat

from linreg.affine import ExactAffineMap
from linreg.kernel.bounds.units import GRID, POINT, SLOPE
from linreg.questions.leaves import Unit

OFF, FREE = 0, 2
"""Codes of units that are off all over a box, and of those that are neither on nor off."""

PLACES = 64
"""Binary places of multipliers, and of the row that is walked back."""

_OUT = 1 << 53
"""More than any multiplier is."""


class ExactWalks:
    """A network of rectifiers on the box [-1, 1]^inputs, in integers of any size.

    Parameters
    ----------
    maps : sequence of ExactAffineMap
        Of the layers, and last of minus what is asked.
    """

    def __init__(self, maps: Sequence[ExactAffineMap]) -> None:
        self._maps = [map_.rows.numer_denom() for map_ in maps]

    def bound(
        self,
        node: Any,
        bounds: Any,
        splits: Mapping[Unit, bool],
        weights: Sequence[int],
        guides: np.ndarray,
    ) -> fmpq:
        """A lower bound of a combination of minus what is asked, on a box with some units split.

        Parameters
        ----------
        node : BoxNode
        bounds : Bounds
            Of the box.
        weights : sequence of int, shape (asked,)
            Of what is asked, as it is normalised for the box.
        guides : float64 array, shape (2, stages, rows)
            Multipliers as those of a program: of any that are not negative the bound is one.
        """
        scales = node.tables.scales
        last = len(self._maps) - 1
        least_unit = max(map(int, scales[last]))
        row = [
            by << (PLACES + least_unit - int(scale))
            for by, scale in zip(weights, scales[last], strict=True)
        ]
        unit, constant = 1, fmpq(0)  # the form is (row h + constant) / unit / 2^(PLACES + that)
        row, constant, unit = self._behind(last, row, constant, unit)
        for s in range(last - 1, -1, -1):
            multipliers = np.clip(guides[:, s, : len(row)], 0.0, float(_OUT)).tolist()
            codes = bounds.codes[s].tolist()
            for i, a in enumerate(row):
                if a == 0 and (s, i) not in splits:
                    continue
                if codes[i] == OFF:
                    row[i] = 0
                elif codes[i] == FREE:
                    by = [
                        _placed(each[i], unit, PLACES + SLOPE + least_unit - int(scales[s][i]))
                        for each in multipliers
                    ]
                    if (s, i) in splits:
                        row[i] = a - by[0] if splits[s, i] else by[0]
                        continue
                    low, high = int(bounds.lower[s, i]), int(bounds.upper[s, i])
                    row[i], more = _through(a, by[0], by[1], low, high)
                    constant += more * _power(int(scales[s][i]) - POINT)
            row, constant, unit = self._behind(s, row, constant, unit)
        ends = zip(row, node.low.tolist(), node.high.tolist(), strict=True)
        constant += fmpq(sum(min(a * low, a * high) for a, low, high in ends), 1 << GRID)
        return constant / unit * _power(-PLACES - least_unit)

    def _behind(
        self, s: int, row: list[int], constant: fmpq, unit: int
    ) -> tuple[list[int], fmpq, int]:
        """A form of the outputs of a map as one of what it reads, its constant and its unit."""
        integers, denominator = self._maps[s]
        *behind, shift = map(int, (fmpz_mat(1, len(row), row) * integers).entries())
        return behind, constant * denominator + shift, unit * int(denominator)


def _through(a: int, first: int, second: int, low: int, high: int) -> tuple[int, int]:
    """What multiplies z below a relu(z), with low < 0 <= z <= high or so, and what is added.

    The number that is added is in units of the bounds.
    """
    if a > 0:
        return min(a, first), 0
    more = min(-a, second)
    a += more
    # Below the line whose slope is b / a, which is from 0 to 1.
    b = -(-a * high // (high - low))
    return b, min(-b * low, (a - b) * high) - more * high


def _placed(value: float, unit: int, places: int) -> int:
    """A multiplier as an integer, in units of the form."""
    numerator, denominator = value.as_integer_ratio()
    scaled = numerator * unit
    return (scaled << places if places >= 0 else scaled >> -places) // denominator


def _power(places: int) -> fmpq:
    """2^places."""
    return fmpq(1 << places) if places >= 0 else fmpq(1, 1 << -places)
