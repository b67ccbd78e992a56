"""Walks without rounding: below what they bound, whatever they are given."""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

pytest.importorskip("numba")

from linreg import mlp
from linreg.kernel.bounds import tables
from linreg.kernel.bounds.units import GRID
from linreg.questions import exact_walks
from linreg.questions.boxes import boxed_network
from linreg.rational import fraction, rational

DIM = 3


@pytest.fixture(autouse=True)
def narrowed() -> Iterator[None]:
    """Networks are normalised anew however little that gains."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tables, "GAIN", 0)
        yield


class Walked:
    """A network on a box, two forms of its outputs, and walks from boxes within it."""

    def __init__(self, seed: int) -> None:
        rng = self.rng = random.Random(seed)
        widths = (DIM, *(rng.randint(2, 6) for _ in range(rng.randint(1, 3))), 2)
        layers = [
            (
                [
                    [Fraction(rng.randint(-9, 9), rng.choice((1, 3))) for _ in range(n)]
                    for _ in range(m)
                ],
                [Fraction(rng.randint(-9, 9), 2) for _ in range(m)],
            )
            for n, m in pairwise(widths)
        ]
        *self.layers, self.readout = layers
        net = mlp(self.layers, readout=self.readout)
        self.forms = [[Fraction(rng.randint(-3, 3)) for _ in range(3)] for _ in range(2)]
        self.centre = [Fraction(rng.randint(-2, 2), 3) for _ in range(DIM)]
        self.radius = [Fraction(rng.randint(1, 4), 3) for _ in range(DIM)]
        boxed = boxed_network(
            net.staged,
            *([rational(x) for x in numbers] for numbers in (self.centre, self.radius)),
            [[rational(x) for x in form] for form in self.forms],
        )
        assert boxed is not None
        self.boxed = boxed

    def node(self) -> Any:
        """A box of the grid."""
        ends = [sorted(self.rng.sample(range(-64, 65), 2)) for _ in range(DIM)]
        low, high = (np.array(end, dtype=np.int64) << (GRID - 6) for end in zip(*ends, strict=True))
        return Node(low, high, self.boxed.tables)

    def point(self, node: Any) -> list[Fraction]:
        """A point of a box, in its coordinates: often a corner."""
        ends = zip(node.low.tolist(), node.high.tolist(), strict=True)
        share = self.rng.choice((1, 1, 7))
        return [
            (low + (high - low) * Fraction(self.rng.randint(0, share), share)) / (1 << GRID)
            for low, high in ends
        ]

    def values(self, u: list[Fraction]) -> tuple[list[list[Fraction]], list[Fraction]]:
        """The pre-activations at a point, and minus what is asked."""
        x = [c + r * at for c, r, at in zip(self.centre, self.radius, u, strict=True)]
        seen = []
        for layer in self.layers:
            z = affine(layer, x)
            seen.append(z)
            x = [max(entry, Fraction(0)) for entry in z]
        y = [*affine(self.readout, x), Fraction(1)]
        return seen, [-sum(a * b for a, b in zip(form, y, strict=True)) for form in self.forms]

    def gap(self) -> Fraction:
        """What the value at a point exceeds a bound by that holds where units are on their sides.

        Below zero, the bound is wrong.
        """
        node, rng = self.node(), self.rng
        bounds = node.tables.bound(node.low, node.high, *self.boxed.root)
        assert bounds.free >= 0
        finer = node.tables.narrowed(bounds)
        if finer is not None:
            node.tables, *known = finer
            bounds = node.tables.bound(node.low, node.high, *known)
            assert bounds.free >= 0
        u = self.point(node)
        seen, asked = self.values(u)
        splits = {
            (s, i): z > 0 or (z == 0 and rng.random() < 0.5)
            for s, each in enumerate(seen)
            for i, z in enumerate(each)
            if bounds.codes[s, i] == exact_walks.FREE and rng.random() < 0.3
        }
        weights = [rng.randint(0, 9) for _ in self.forms]
        guides = np.abs(
            np.random.default_rng(rng.randrange(99)).normal(size=(2, *bounds.lower.shape))
        )
        guides *= rng.choice((0.0, 0.1, 1.0, 30.0, 1e300))
        guides[rng.randrange(2)] *= rng.choice((0.0, 1.0))
        bound = self.boxed.walks.bound(node, bounds, splits, weights, guides)
        scaled = (
            by * value / Fraction(2) ** int(scale)
            for by, value, scale in zip(weights, asked, node.tables.scales[-1], strict=True)
        )
        return sum(scaled, Fraction(0)) - fraction(bound)


class Node:
    """A box and the tables of its network."""

    def __init__(self, low: np.ndarray, high: np.ndarray, tables: Any) -> None:
        self.low, self.high, self.tables = low, high, tables


def affine(layer: tuple[list[list[Fraction]], list[Fraction]], x: list[Fraction]) -> list[Fraction]:
    return [
        sum((a * b for a, b in zip(row, x, strict=True)), shift)
        for row, shift in zip(*layer, strict=True)
    ]


def test_no_value_is_below_a_bound_whatever_the_multipliers_and_sides() -> None:
    found = [gap for seed in range(30) for gap in gaps(seed, 20)]
    assert min(found) >= 0
    assert min(found) < 1, "bounds that are far away show nothing"


def gaps(seed: int, size: int) -> list[Fraction]:
    walked = Walked(seed)
    return [walked.gap() for _ in range(size)]


def flat(a: int, first: int, second: int, low: int, high: int) -> tuple[int, int]:
    """A line through the origin, which is above where it should be below."""
    return honest_through(a, first, second, low, high)[0], 0


def free(a: int, first: int, second: int, low: int, high: int) -> tuple[int, int]:
    """More of a rectifier than its multiplier lets one take."""
    by, constant = honest_through(a, first, second, low, high)
    return by + (first if a > 0 else 0), constant


def forgetful(a: int, first: int, second: int, low: int, high: int) -> tuple[int, int]:
    """What a second multiplier adds is not paid for."""
    by, constant = honest_through(a, first, second, low, high)
    return by, constant + (min(-a, second) * high if a <= 0 else 0)


honest_through = exact_walks._through


@pytest.mark.parametrize("wrong", [flat, free, forgetful])
def test_a_line_on_the_wrong_side_is_seen(wrong: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exact_walks, "_through", wrong)
    assert any(gap < 0 for seed in range(10) for gap in gaps(seed, 20))
