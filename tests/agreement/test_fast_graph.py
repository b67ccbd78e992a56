"""Edges that machine code proves, against those that exact arithmetic finds alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from generators import networks, problems
from golden_networks import Case, cases
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_machine import blurred, by_attribute, plain_machine
from program import python

from linreg import (
    AdjacencyGraph,
    Box,
    adjacency_graph,
    clip,
    enumerate_regions,
    hard_tanh,
    maxout,
    mlp,
)
from linreg.adjacency import compiled_edges as joined
from linreg.adjacency import graph
from linreg.domains import Domain
from linreg.kernel import machine
from linreg.kernel.adjacency.facets import join
from linreg.kernel.adjacency.polygon_edges import join_polygons
from linreg.kernel.outlines import lookup
from linreg.network import Network
from linreg.regions import Enumeration
from linreg.regions.sources import InMemory
from linreg.units import ScalarUnit, Unit

searched = settings(max_examples=50)

GOLDEN = [
    pytest.param(each, id=f"{file}-{each.name}")
    for file in ("golden", "nasty")
    for each in cases(file)
    if each.expected["activation_regions"] <= 2000
]


@pytest.fixture(autouse=True)
def small_graphs_too() -> Iterator[None]:
    """Let machine code find the edges of however few regions."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(graph, "FEW_REGIONS", 0)
        patch.setattr(joined, "WORTHWHILE", 0)
        yield


def gaussian(*widths: int, unit: Unit | None = None, seed: int = 0) -> Network:
    rng = np.random.default_rng(seed)
    rank = 1 if unit is None else unit.n_inputs
    shapes = [(width * rank, inputs) for inputs, width in pairwise(widths)]
    return mlp(
        [(rng.normal(size=shape), rng.normal(size=shape[0])) for shape in shapes], activation=unit
    )


def regions_of(net: Network, domain: Domain | None = None) -> Enumeration:
    """The regions that machine code finds: here it is asked which of them touch."""
    return enumerate_regions(net, domain, strategy="compiled")


def exact_edges(regions: Enumeration) -> list[list[int]]:
    """The edges without machine code."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(graph, "has_machine_code", lambda: False)
        return edges_of(adjacency_graph(regions))


def edges_of(found: AdjacencyGraph) -> list[list[int]]:
    edges = found.edges
    assert edges.dtype == np.int64
    assert edges.shape == (len(edges), 2)
    assert not edges.flags.writeable
    return edges.tolist()


def doubts(regions: Enumeration) -> int:
    """How many regions machine code leaves to exact arithmetic."""
    found = joined.joined(regions, None)
    assert found is not None
    return len(found[1])


@pytest.mark.parametrize("case", GOLDEN)
def test_a_golden_graph_has_the_edges_that_exact_arithmetic_finds(case: Case) -> None:
    regions = regions_of(case.network, case.domain)
    assert edges_of(adjacency_graph(regions)) == exact_edges(regions)


@searched
@given(problem=problems())
def test_a_degenerate_graph_has_the_edges_that_exact_arithmetic_finds(
    problem: tuple[Network, Domain],
) -> None:
    regions = enumerate_regions(*problem)
    assert edges_of(adjacency_graph(regions)) == exact_edges(regions)


@searched
@given(problem=problems(max_units=6, kinds=st.builds(maxout, st.integers(2, 4))))
def test_a_graph_of_maxima_has_the_edges_that_exact_arithmetic_finds(
    problem: tuple[Network, Domain],
) -> None:
    regions = enumerate_regions(*problem)
    assert edges_of(adjacency_graph(regions)) == exact_edges(regions)


@pytest.mark.parametrize(
    ("widths", "unit"),
    [
        ((2, 8, 8, 8), None),
        ((4, 6, 5), None),
        ((1, 6, 6, 6), None),
        ((2, 5, 4), hard_tanh()),
        ((3, 4, 3), clip("-1/2", 1)),
        ((2, 5, 4), maxout(3)),
        ((3, 4, 3), maxout(2)),
    ],
)
def test_floats_prove_all_edges_of_a_gaussian_network(
    widths: Sequence[int], unit: Unit | None
) -> None:
    regions = regions_of(gaussian(*widths, unit=unit))
    assert doubts(regions) == 0
    assert edges_of(adjacency_graph(regions)) == exact_edges(regions)


def test_floats_prove_the_edges_of_a_network_all_of_whose_units_are_there_twice() -> None:
    """Both copies change across one facet, which each of them owns."""
    rng = np.random.default_rng(1)
    first, second = rng.integers(-9, 10, (2, 6, 3)), rng.normal(size=(6, 12))
    doubled = np.concatenate([first[0], -2 * first[0]])
    net = mlp([(doubled, np.zeros(12)), (np.concatenate([second, second]), np.ones(12))])
    regions = regions_of(net)
    assert doubts(regions) < len(regions) / 4
    found = adjacency_graph(regions)
    assert edges_of(found) == exact_edges(regions)
    assert all(len(found.crossed(k)) >= 2 for k in range(len(found.edges)))


def test_a_unit_with_hundreds_of_pieces_makes_a_chain() -> None:
    points = list(range(300))
    slopes = [k % 2 for k in range(301)]
    intercepts = [0]
    for k, cut in enumerate(points):
        intercepts.append(intercepts[-1] + (slopes[k] - slopes[k + 1]) * cut)
    net = mlp([([[1]], [0])], activation=ScalarUnit(points, slopes, intercepts))
    regions = regions_of(net)
    assert regions.patterns.dtype == np.uint16
    assert doubts(regions) == 0
    assert edges_of(adjacency_graph(regions)) == [[k, k + 1] for k in range(300)]


def test_regions_that_differ_in_one_unit_and_do_not_touch_are_proved_not_to() -> None:
    """On a line: a third region lies between two whose patterns differ in one unit."""
    (case,) = (each for each in cases("golden") if each.name == "one_flip_not_adjacent")
    regions = enumerate_regions(case.network, case.domain)
    differing = [
        [i, j]
        for i in range(len(regions))
        for j in range(i + 1, len(regions))
        if np.count_nonzero(regions.patterns[i] != regions.patterns[j]) == 1
    ]
    edges = edges_of(adjacency_graph(regions))
    assert doubts(regions) == 0
    assert any(pair not in edges for pair in differing)


@pytest.mark.parametrize("share", [1e-12, 1e-6, 1e-3])
@pytest.mark.parametrize("widths", [(2, 6, 5), (3, 5, 4), (2, 4, 4, 4)])
def test_numbers_that_are_off_as_their_bounds_say_change_no_edge(
    widths: Sequence[int], share: float
) -> None:
    regions = regions_of(gaussian(*widths))
    tables = blurred(joined.tables_of(regions.problem), share, np.random.default_rng(0))
    expected = exact_edges(regions)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(joined, "tables_of", lambda problem: tables)
        assert share < 1e-3 or doubts(regions) > 0
        assert edges_of(adjacency_graph(regions)) == expected


@pytest.mark.parametrize(("widths", "seed"), [((2, 10, 8), 1), ((2, 6, 5), 3), ((2, 4, 4, 4), 5)])
def test_numbers_that_are_off_by_more_than_their_bounds_change_edges_of_the_plane(
    widths: Sequence[int], seed: int
) -> None:
    """So a bound that were left out on the way would be seen."""
    regions = regions_of(gaussian(*widths))
    tables = blurred(joined.tables_of(regions.problem), 0.05, np.random.default_rng(seed))
    expected = exact_edges(regions)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(joined, "tables_of", lambda problem: tables)
        assert edges_of(adjacency_graph(regions)) == expected
        tables.terms["error"] = 0.0
        tables.rows["bias_error"] = 0.0
        for name in ("slope_error", "intercept_error"):
            tables.pieces[name] = 0.0
        assert edges_of(adjacency_graph(regions)) != expected


@settings(max_examples=40)
@given(problem=problems(), share=st.sampled_from([1e-9, 1e-4, 1e-2]), seed=st.integers(0, 99))
def test_numbers_of_degenerate_networks_may_be_off_too(
    problem: tuple[Network, Domain], share: float, seed: int
) -> None:
    regions = enumerate_regions(*problem)
    tables = joined.tables_of(regions.problem)
    assert tables is not None
    tables = blurred(tables, share, np.random.default_rng(seed))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(joined, "tables_of", lambda problem: tables)
        assert edges_of(adjacency_graph(regions)) == exact_edges(regions)


@settings(max_examples=40)
@given(net=networks(), seed=st.integers(0, 99), size=st.sampled_from([1e-3, 1.0, 1e3, 1e300]))
def test_points_that_are_not_where_they_should_be_change_no_edge(
    net: Network, seed: int, size: float
) -> None:
    """Half of the float64 witnesses are garbage; the exact ones are right."""
    regions = enumerate_regions(net)
    expected = exact_edges(regions)
    rng = np.random.default_rng(seed)
    wrong = regions.witnesses + size * rng.normal(size=regions.witnesses.shape)
    wrong[rng.random(len(wrong)) < 0.1] = np.nan
    kept = rng.random(len(wrong)) < 0.5
    wrong[kept] = regions.witnesses[kept]
    exact = {i: regions.exact_witness(i) for i in range(len(regions))}
    assert (
        edges_of(adjacency_graph(replace(regions, source=InMemory(regions.patterns, wrong, exact))))
        == expected
    )


@pytest.mark.parametrize("direction", [0.0, np.nan, 1e-320, 1e308])
def test_a_ray_that_tells_no_hyperplanes_apart_leaves_doubts_and_the_same_edges(
    direction: float,
) -> None:
    regions = regions_of(gaussian(3, 5, 4))
    expected = exact_edges(regions)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(joined, "_direction", lambda dim: np.full(dim, direction))
        assert direction == 1e308 or doubts(regions) == len(regions)
        assert edges_of(adjacency_graph(regions)) == expected


@pytest.mark.parametrize("garbage", ["points", "multipliers", "claims", "none"])
def test_proposals_that_are_garbage_leave_doubts_and_the_same_edges(garbage: str) -> None:
    """Machine code runs as plain Python here, with a simplex method that lies."""
    with np.errstate(all="ignore"):
        plain = plain_machine()
        honest, rng = plain.beyond.descend, np.random.default_rng(3)
        lies = 0

        def descend(p: object, n: int, m: int, value: float) -> int:
            nonlocal lies
            lies += 1
            outcome = int(honest(p, n, m, value))
            if garbage == "none":
                return int(plain.outcomes.GAVE_UP)
            if garbage == "points":
                p.step[:] = p.step * rng.choice([-1, 0, 1e-9, 3, np.nan], len(p.step))  # type: ignore[attr-defined]
                return int(plain.outcomes.BELOW_ZERO)
            if garbage == "multipliers":
                p.tableau[:, m + n] *= rng.uniform(0.5, 2, len(p.tableau))  # type: ignore[attr-defined]
                return outcome
            return int(rng.integers(3))

        plain.beyond.descend = descend
        nets = [gaussian(3, 5, 4), gaussian(3, 3, 3, 3)]
        nets += [c.network for c in cases("golden") if c.name == "one_flip_not_adjacent"]
        for net in nets:
            regions = regions_of(net)
            expected = exact_edges(regions)
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(joined, "is_worth_it", lambda regions: True)
                for name, module in (
                    ("tables_of", plain.tables),
                    ("work_for", plain.work),
                    ("lookup_of", plain.lookup),
                    ("around_for", plain.region_rows),
                ):
                    patch.setattr(joined, name, getattr(module, name))
                patch.setattr(
                    joined, "join", lambda *given: plain.facets.join(*map(by_attribute, given))
                )
                assert edges_of(adjacency_graph(regions)) == expected
        assert lies > 0


def test_a_region_in_doubt_leaves_no_doubt_about_the_next_one() -> None:
    """Machine code runs as plain Python here, and every third polygon is not told."""
    with np.errstate(all="ignore"):
        plain = plain_machine()
        edges = plain.polygon_edges
        honest = edges.next_polygon

        def next_polygon(*given: object) -> tuple[int, int]:
            n, now = honest(*given)
            return (edges.UNKNOWN if given[-1] % 3 == 0 else n), now  # type: ignore[operator]

        edges.next_polygon = next_polygon
        regions = regions_of(gaussian(2, 6, 5))
        expected = exact_edges(regions)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(
                joined,
                "join_polygons",
                lambda *given: edges.join_polygons(*map(by_attribute, given)),
            )
            _, left = joined.joined(regions, None) or (None, np.empty(0))
            assert left.tolist() == list(range(0, len(regions), 3))
            assert edges_of(adjacency_graph(regions)) == expected


@pytest.mark.parametrize("inputs", [2, 3])
def test_patterns_with_the_same_hash_are_told_apart(inputs: int) -> None:
    regions = regions_of(gaussian(inputs, 6, 5))
    expected = exact_edges(regions)

    def colliding(patterns: np.ndarray) -> lookup.Lookup:
        honest = lookup.lookup_of(patterns)
        alike = honest._replace(
            factors=np.zeros_like(honest.factors), slots=np.full_like(honest.slots, -1)
        )
        lookup.fill(alike)
        return alike

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(joined, "lookup_of", colliding)
        assert edges_of(adjacency_graph(regions)) == expected


def test_edges_of_many_blocks_are_those_of_one() -> None:
    regions = regions_of(gaussian(3, 8, 6), Box([-2] * 3, [2] * 3))
    whole = edges_of(adjacency_graph(regions))
    seen: list[float] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(joined, "REGIONS_PER_REPORT", 7)
        patch.setattr(joined, "EDGE_BUFFER", 0)
        assert (
            edges_of(adjacency_graph(regions, progress=lambda now: seen.append(now.done))) == whole
        )
    assert seen == sorted(seen)
    assert seen[0] <= 7
    assert len(regions) - 8 < seen[-1] < len(regions)


def test_few_regions_load_no_machine_code() -> None:
    script = (
        "import sys; from linreg import *; "
        "adjacency_graph(enumerate_regions(mlp([([[1, 0], [0, 1]], [0, 0])]), )); "
        "print('numba' in sys.modules)"
    )
    assert python(script).out == "False\n"


def test_machine_code_that_was_used_is_at_hand() -> None:
    for code, inputs in ((join, 1), (join_polygons, 2)):
        adjacency_graph(enumerate_regions(gaussian(inputs, 2)))
        assert machine.is_loaded(code)
        assert machine.is_on_disk(code)
