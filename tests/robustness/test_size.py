"""Networks that are deep, wide or have many regions: memory and depth."""

from __future__ import annotations

import tracemalloc
from fractions import Fraction

import numpy as np
import pytest

from linreg import Box, absolute, adjacency_graph, count, enumerate_regions, maxout, mlp
from linreg.network import Network


def tower(depth: int) -> Network:
    """z -> |z - 2^-k|, again and again, which folds [-1, 1] into 2^depth intervals."""
    layers = [([[1]], [0 if k == 0 else Fraction(-1, 2**k)]) for k in range(depth)]
    return mlp(layers, activation=absolute())


def peak_of_counting(
    net: Network, strategy: str, domain: Box | None = None, limit: int | None = None
) -> int:
    """Most bytes that were held at once, of those that are not kept from one count to the next."""
    count(net, domain, strategy=strategy, limit=1)
    tracemalloc.start()
    count(net, domain, strategy=strategy, limit=limit)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


@pytest.mark.parametrize("strategy", ["highs", "compiled"])
def test_counting_sixteen_times_the_regions_takes_about_the_same_memory(strategy: str) -> None:
    """After Telgarsky (2016). The networks differ in depth by 4 layers."""
    interval = Box([-1], [1])
    small = peak_of_counting(tower(6), strategy, interval)
    large = peak_of_counting(tower(10), strategy, interval)
    assert large < 4 * small


@pytest.mark.parametrize("strategy", ["highs", "compiled"])
def test_counting_to_the_end_takes_about_the_memory_of_the_first_few_regions(strategy: str) -> None:
    rng = np.random.default_rng(1)
    shapes = [(8, 2), (8, 8), (8, 8)]
    net = mlp([(rng.normal(size=shape), rng.normal(size=shape[0])) for shape in shapes])
    assert count(net, strategy=strategy).regions > 250
    assert peak_of_counting(net, strategy) < 4 * peak_of_counting(net, strategy, limit=25)


@pytest.mark.parametrize("strategy", ["highs", "compiled"])
@pytest.mark.parametrize("depth", [400, 1100])
def test_a_chain_of_relus_may_be_of_any_depth(depth: int, strategy: str) -> None:
    """Nothing recurses: 400 layers are deeper than 1000 calls of Python would allow for."""
    net = mlp([([[1]], [0])] * depth)
    regions = enumerate_regions(net, Box([-1], [1]), strategy=strategy)
    assert regions.patterns.sum(axis=1).tolist() == [0, depth]
    assert regions.counted.regions_per_stage == (2,) * depth
    assert adjacency_graph(regions).crossed(0).tolist() == list(range(depth))


def test_four_hundred_folds_of_a_short_interval_are_counted_exactly() -> None:
    """2 relu(z) - 4 relu(z - 1/2), 400 times: on [0, 2^-395], 395 doublings and 32 intervals."""
    depth = 400
    first = [[1], [1]], [0, Fraction(-1, 2)]
    fold = [[2, -4], [2, -4]], [0, Fraction(-1, 2)]
    net = mlp([first, *[fold] * (depth - 1)])
    found = count(net, Box([0], [Fraction(1, 2 ** (depth - 5))]))
    assert found.regions == 32
    assert found.regions_per_stage[:395] == (1,) * 395
    assert found.regions_per_stage[-5:] == (2, 4, 8, 16, 32)


def test_one_wide_layer_makes_a_region_for_each_point_and_one() -> None:
    net = mlp([([[1]] * 200, list(range(200)))])
    assert count(net).regions == 201


def test_a_wide_maximum_in_a_plane_has_as_many_regions_as_tangents() -> None:
    """Tangents a x + b y = c of the unit circle with a^2 + b^2 = c^2, that is c = 1."""
    lines = [(Fraction(1 - k * k, 1 + k * k), Fraction(2 * k, 1 + k * k)) for k in range(-20, 20)]
    net = mlp([(lines, [-1] * len(lines))], activation=maxout(len(lines)))
    assert count(net).regions == len(lines) == 40
