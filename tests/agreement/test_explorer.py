"""The explorer and the oracles, which share no algorithm, on degenerate networks."""

from __future__ import annotations

from itertools import pairwise
from math import comb

import numpy as np
import pytest
from answers import edges_of, explored, patterns_of
from generators import dyadics, networks, problems, scalar_units
from hypothesis import given, settings
from hypothesis import strategies as st

from linreg import adjacency_graph, clip, count, enumerate_regions, maxout, mlp
from linreg.affine import ExactAffineMap
from linreg.domains import Box, Domain, WholeSpace
from linreg.explore import Sink, Tally
from linreg.network import Network, StagedNetwork
from linreg.oracle import (
    arrangement_regions,
    brute_force_edges,
    brute_force_patterns,
    one_layer_count,
    sweep_patterns,
)
from linreg.problem import problem_of
from linreg.strategies import explorer_named
from linreg.units import Unit

searched = settings(max_examples=80)


def gaussian(*widths: int, unit: Unit | None = None, seed: int = 0) -> Network:
    rng = np.random.default_rng(seed)
    rank = 1 if unit is None else unit.n_inputs
    shapes = [(width * rank, inputs) for inputs, width in pairwise(widths)]
    return mlp(
        [(rng.normal(size=shape), rng.normal(size=shape[0])) for shape in shapes], activation=unit
    )


@searched
@given(problem=problems())
def test_exploring_finds_the_patterns_that_brute_force_finds(
    problem: tuple[Network, Domain],
) -> None:
    regions = enumerate_regions(*problem)
    patterns = patterns_of(regions)
    assert patterns == sorted(set(patterns))
    assert set(patterns) == brute_force_patterns(*problem)


@searched
@given(problem=problems(inputs=st.integers(2, 4), depth=st.just(1), max_units=6))
def test_exploring_one_layer_finds_the_patterns_that_brute_force_finds(
    problem: tuple[Network, Domain],
) -> None:
    assert set(patterns_of(enumerate_regions(*problem))) == brute_force_patterns(*problem)


@searched
@given(problem=problems(kinds=st.builds(maxout, st.integers(2, 4)), width=st.integers(1, 3)))
def test_exploring_maxima_finds_the_patterns_that_brute_force_finds(
    problem: tuple[Network, Domain],
) -> None:
    assert set(patterns_of(enumerate_regions(*problem))) == brute_force_patterns(*problem)


@searched
@given(problem=problems(max_units=6))
def test_facets_lead_to_the_regions_that_brute_force_pairs(
    problem: tuple[Network, Domain],
) -> None:
    assert explored(*problem)[1] == brute_force_edges(*problem)


@settings(max_examples=50)
@given(problem=problems(max_units=6, kinds=st.builds(maxout, st.integers(2, 3))))
def test_facets_between_maxima_lead_to_the_regions_that_brute_force_pairs(
    problem: tuple[Network, Domain],
) -> None:
    assert explored(*problem)[1] == brute_force_edges(*problem)


@searched
@given(net=networks(depth=st.just(1), width=st.integers(1, 7), kinds=scalar_units(), max_units=7))
def test_one_layer_has_as_many_regions_as_its_arrangement(net: Network) -> None:
    """Zaslavsky (1975): deletion and restriction."""
    assert count(net).regions == one_layer_count(net)


@searched
@given(problem=problems(inputs=st.just(1), width=st.integers(1, 5), max_units=12))
def test_on_a_line_exploring_finds_what_a_sweep_meets(problem: tuple[Network, Domain]) -> None:
    intervals = sweep_patterns(*problem)
    patterns, edges = explored(*problem)
    assert patterns == {interval.pattern for interval in intervals}
    assert edges == {frozenset({a.pattern, b.pattern}) for a, b in pairwise(intervals)}


@settings(max_examples=60)
@given(problem=problems(max_units=6))
def test_the_cells_of_each_stage_are_the_regions_of_the_network_up_to_it(
    problem: tuple[Network, Domain],
) -> None:
    net, domain = problem
    counted = count(net, domain).regions_per_stage
    assert len(counted) == len(net.staged.stages)
    for k, cells in enumerate(counted, start=1):
        stages = net.staged.stages[:k]
        readout = ExactAffineMap.identity(stages[-1].n_outputs)
        assert count(StagedNetwork(net.input_dim, stages, readout), domain).regions == cells


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("widths", [(1, 6, 6, 6), (2, 5, 5), (2, 3, 3, 3), (3, 4, 4), (5, 3, 3)])
def test_exploring_gaussian_networks_agrees_with_brute_force(
    widths: tuple[int, ...], seed: int
) -> None:
    net = gaussian(*widths, seed=seed)
    patterns, edges = explored(net)
    assert patterns == brute_force_patterns(net)
    assert edges == brute_force_edges(net)


@pytest.mark.parametrize("unit", [clip("-1/2", 1), maxout(3)])
@pytest.mark.parametrize("widths", [(1, 4, 4), (2, 4, 3), (3, 3, 2)])
def test_exploring_gaussian_networks_of_other_units_agrees_with_brute_force(
    widths: tuple[int, ...], unit: Unit
) -> None:
    net = gaussian(*widths, unit=unit)
    patterns, edges = explored(net)
    assert patterns == brute_force_patterns(net)
    assert edges == brute_force_edges(net)


@pytest.mark.parametrize(("m", "n"), [(30, 2), (14, 3), (10, 5), (7, 9)])
def test_gaussian_hyperplanes_are_in_general_position(m: int, n: int) -> None:
    """Buck (1943): the sum of C(m, i) for i = 0..n, almost surely."""
    assert count(gaussian(n, m)).regions == sum(comb(m, i) for i in range(n + 1))


@pytest.mark.parametrize("seed", range(2))
def test_many_integer_hyperplanes_make_the_regions_that_deletion_and_restriction_count(
    seed: int,
) -> None:
    """Weights from -2 to 2: many of 18 planes meet in common lines and points."""
    rng = np.random.default_rng(seed)
    weight, bias = rng.integers(-2, 3, size=(18, 3)), rng.integers(-2, 3, size=18)
    rows = np.column_stack([weight, bias]).tolist()
    assert count(mlp([(weight, bias)])).regions == arrangement_regions(rows)


@settings(max_examples=40)
@given(net=networks(max_units=6), data=st.data())
def test_a_box_cut_in_two_has_the_regions_of_its_halves(net: Network, data: st.DataObject) -> None:
    """And no others: a region that meets the cut is in both."""
    lower = data.draw(st.lists(dyadics(), min_size=net.input_dim, max_size=net.input_dim))
    upper = [low + 3 for low in lower]
    cut = lower[0] + data.draw(st.sampled_from([1, 2]))
    whole, left, right = (
        set(patterns_of(enumerate_regions(net, box)))
        for box in (
            Box(lower, upper),
            Box(lower, [cut, *upper[1:]]),
            Box([cut, *lower[1:]], upper),
        )
    )
    assert left | right == whole
    assert whole <= set(patterns_of(enumerate_regions(net, WholeSpace(net.input_dim))))


def test_edges_are_sorted_pairs_of_indices() -> None:
    graph = adjacency_graph(enumerate_regions(gaussian(2, 6, 6)))
    edges = graph.edges.tolist()
    assert edges == sorted(edges)
    assert all(i < j for i, j in edges)
    assert len(edges_of(graph)) == len(edges)


@pytest.mark.parametrize("strategy", ["highs", "compiled"])
@settings(max_examples=60)
@given(problem=problems(), limit=st.integers(1, 20))
def test_a_limit_on_regions_is_one_on_cells_since_every_cell_holds_a_region(
    strategy: str, problem: tuple[Network, Domain], limit: int
) -> None:
    """What docs/datasets.md promises: of the cells before the last region, all hold one of them.

    A path has a cell for each stage and each piece that is decided on it. Each further region
    needs one more cell that splits, and one for itself and each stage that it does not share.
    """
    posed = problem_of(*problem)
    whole = count(*problem).regions
    budget = limit * (len(posed.integer_stages) + 1) + sum(u.n_pieces for u in posed.network.units)
    explorer, tally = explorer_named(strategy), Tally()
    cells = explorer.begin(posed, tally)
    explorer.explore(posed, cells, Sink(), tally, budget=budget, limit=limit)
    assert tally.regions == min(limit, whole)
