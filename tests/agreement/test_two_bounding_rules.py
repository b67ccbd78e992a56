"""The rule in integers, in machine code and in the checker: two programs, the same integers."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

pytest.importorskip("numba")

from linreg.checker import boxes
from linreg.kernel.bounds.tables import BoundTables, root_box
from linreg.kernel.bounds.units import GRID


@pytest.mark.parametrize("seed", range(12))
def test_both_programs_find_the_same_bounds_on_every_box(seed: int) -> None:
    random = np.random.default_rng(seed)
    sizes = [int(random.integers(1, 4)), *random.integers(2, 9, 3).tolist(), 2]
    weights = [random.normal(size=(rows, below)) for below, rows in pairwise(sizes)]
    biases = [random.normal(size=rows) for rows in sizes[1:]]
    # Some coordinates pass through.
    units = [rows - int(random.integers(0, 2)) for rows in sizes[1:-1]]
    magnitudes = [np.full(rows, 4.0**s) for s, rows in enumerate(sizes[1:], start=1)]
    tables = BoundTables(weights, biases, units, magnitudes)
    net = boxes.scaled(weights, biases, units, tables.scales)
    lower, upper = tables.root()
    known = boxes.intervals(net)
    for s, (least, most) in enumerate(known):
        assert least.tolist() == lower[s, : len(least)].tolist()
        assert most.tolist() == upper[s, : len(most)].tolist()
    low, high = root_box(sizes[0])
    for _ in range(8):
        found, checked = (
            tables.bound(low, high, lower, upper),
            boxes.bounds_on(net, low, high, known),
        )
        assert checked.proves
        assert found.found.tolist() == checked.found.tolist()
        for s, (least, most) in enumerate(checked.z):
            assert found.lower[s, : len(least)].tolist() == least.tolist()
            assert found.upper[s, : len(most)].tolist() == most.tolist()
            assert found.codes[s, : len(least)].tolist() == checked.codes[s].tolist()
        lower, upper, known = found.lower, found.upper, checked.z
        axis = int(random.integers(sizes[0]))
        middle = (int(low[axis]) + int(high[axis])) // 2
        low, high = low.copy(), high.copy()
        (low if random.integers(2) else high)[axis] = middle
        assert (high - low).max() <= 2 << GRID
