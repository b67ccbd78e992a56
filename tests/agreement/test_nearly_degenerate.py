"""Networks whose cells floats cannot decide: by machine code, by Python, and by HiGHS."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from answers import patterns_of

import linreg
from linreg import count, enumerate_regions
from linreg.domains import Box, Domain, WholeSpace
from linreg.kernel.bridge import exploration, word_cells
from linreg.network import Network

Layers = list[tuple[np.ndarray, np.ndarray]]


def twins(layers: Layers, rng: np.random.Generator) -> Layers:
    """The second half of each layer is the first, one ulp off."""
    made = []
    for weight, bias in layers:
        rows = np.column_stack([weight, bias])
        half = len(rows) // 2
        towards = np.where(rng.random(rows[:half].shape) < 0.5, -np.inf, np.inf)
        rows[len(rows) - half :] = np.nextafter(rows[:half], towards)
        made.append((rows[:, :-1], rows[:, -1]))
    return made


def concurrent(layers: Layers, rng: np.random.Generator) -> Layers:
    """All hyperplanes of the first layer meet in a point, but for rounding."""
    (weight, _), *rest = layers
    return [(weight, -(weight @ rng.normal(size=weight.shape[1]))), *rest]


def pencil(layers: Layers, rng: np.random.Generator) -> Layers:
    """The rows of the first layer are nearly the same."""
    (weight, bias), *rest = layers
    return [(weight[0] + 1e-9 * weight, bias), *rest]


def spread(layers: Layers, rng: np.random.Generator) -> Layers:
    """Weights of twenty decades."""
    return [(w * 10.0 ** rng.uniform(-10, 10, w.shape), b) for w, b in layers]


def integers(layers: Layers, rng: np.random.Generator) -> Layers:
    """Small integers: hyperplanes meet where they please."""
    return [(np.rint(2 * w), np.rint(2 * b)) for w, b in layers]


CHANGES = (twins, concurrent, pencil, spread, integers)


def made(change: Callable[..., Layers], *widths: int) -> Network:
    rng = np.random.default_rng(0)
    layers = [(rng.normal(size=(m, n)), rng.uniform(-1, 1, m)) for n, m in pairwise(widths)]
    return linreg.mlp(change(layers, rng))


@pytest.mark.parametrize("widths", [(2, 9, 4), (3, 6, 4), (4, 7), (6, 8)])
@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("bounded", [False, True])
def test_regions_are_those_of_python_and_of_highs(
    change: Callable[..., Layers],
    widths: tuple[int, ...],
    bounded: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    net, dim = made(change, *widths), widths[0]
    domain: Domain = Box([-2] * dim, [2] * dim) if bounded else WholeSpace(dim)
    expected = count(net, domain, strategy="highs")
    word_cells.prepare()
    # As if each cell that is in doubt were one too many.
    monkeypatch.setattr(exploration, "SETTLED", 1)
    monkeypatch.setattr(exploration, "SETTLED_FOR", 10**9)
    found = count(net, domain, strategy="compiled")
    assert found.regions == expected.regions
    limited = count(net, domain, strategy="compiled", limit=7)
    assert limited.regions == min(7, expected.regions)
    patterns = patterns_of(enumerate_regions(net, domain, strategy="compiled"))
    assert patterns == patterns_of(enumerate_regions(net, domain, strategy="highs"))
    for module in (word_cells, exploration):
        monkeypatch.setattr(module, "is_there", lambda **_: False)
    assert count(net, domain, strategy="compiled").regions == expected.regions
