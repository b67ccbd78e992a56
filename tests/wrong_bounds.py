"""Bounds of a search that are wrong, each in its own way, to be caught by the checker."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from linreg.kernel.bounds.tables import Bounds, BoundTables


def raised(honest: Callable[..., object]) -> Callable[..., object]:
    """A slope that is not valid makes the bounds of what is asked too good."""

    def bound(self: BoundTables, *arguments: np.ndarray) -> object:
        found = honest(self, *arguments)
        found.found[:] += 1 << 45  # type: ignore[attr-defined]
        return found

    return bound


def skipped(honest: Callable[..., object]) -> Callable[..., object]:
    """The last stage is skipped."""

    def bound(self: BoundTables, low: np.ndarray, high: np.ndarray, *known: np.ndarray) -> object:
        self.W[-1] = 0.0
        return honest(self, low, high, *known)

    return bound


def narrow(honest: Callable[..., object]) -> Callable[..., object]:
    """Boxes are taken for smaller than they are."""

    def bound(self: BoundTables, low: np.ndarray, high: np.ndarray, *_: np.ndarray) -> object:
        middle = (low + high) // 2
        return honest(self, middle, middle + 1, *self.root())

    return bound


def forgotten(honest: Callable[..., object]) -> Callable[..., object]:
    """Of a network that is normalised anew, what free units hand on is left out too."""

    def narrowed(self: BoundTables, bounds: Bounds) -> object:
        return honest(self, replace(bounds, codes=np.where(bounds.codes == 2, 0, bounds.codes)))

    return narrowed
