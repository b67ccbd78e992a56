"""What is said of one region, against the network itself and the oracles."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import cache
from itertools import pairwise
from math import comb, inf
from pathlib import Path

import numpy as np
import pytest
from answers import patterns_of
from generators import points, problems
from hypothesis import given, settings
from hypothesis import strategies as st

from linreg import (
    Box,
    Enumeration,
    Polytope,
    Region,
    clip,
    enumerate_regions,
    maxout,
    mlp,
)
from linreg.domains import Domain, WholeSpace
from linreg.network import Network
from linreg.oracle import brute_force_patterns
from linreg.oracle.brute_force import regions as oracle_regions
from linreg.oracle.rows import is_constant, primitive_row
from linreg.readers import load
from linreg.units import MaxUnit, Unit, relu

EXAMPLES = Path(__file__).parents[2] / "examples"
searched = settings(max_examples=40)


def gaussian(*widths: int, unit: Unit, seed: int = 0) -> Network:
    rng = np.random.default_rng(seed)
    shapes = [(width * unit.n_inputs, inputs) for inputs, width in pairwise(widths)]
    layers = [(rng.normal(size=shape), rng.normal(size=shape[0])) for shape in shapes]
    readout = rng.normal(size=(2, widths[-1])), rng.normal(size=2)
    return mlp(layers, readout, activation=unit)


NETWORKS = {
    "relu 2-7-7": (gaussian(2, 7, 7, unit=relu()), None),
    "relu 3-4-4-4 on a box": (gaussian(3, 4, 4, 4, unit=relu()), Box([-1] * 3, [1] * 3)),
    "clip 2-4-4": (gaussian(2, 4, 4, unit=clip("-1/2", 1)), None),
    "maxout 2-3-3 on a cone": (
        gaussian(2, 3, 3, unit=maxout(3)),
        Polytope([[-1, "1/3"], [0.1, -1]], [1, 2]),
    ),
    "iris-2d": (load(EXAMPLES / "iris-2d.json"), None),
}
SLOW = {
    "iris-4d": (load(EXAMPLES / "iris-4d.json"), Box([-2] * 4, [2] * 4)),
    "breast-cancer-3pc": (load(EXAMPLES / "breast-cancer-3pc.json"), Box([-3] * 3, [3] * 3)),
}
every = pytest.mark.parametrize("name", NETWORKS)


@cache
def regions_of(name: str) -> Enumeration:
    return enumerate_regions(
        *(NETWORKS | SLOW)[name], strategy="compiled" if name in SLOW else "auto"
    )


def samples(domain: Domain | None, dim: int, number: int) -> list[list[float]]:
    """Gaussian points that lie inside the domain."""
    rng = np.random.default_rng(5)
    found: list[list[float]] = []
    while len(found) < number:
        point = rng.normal(scale=2, size=dim).tolist()
        exact = [*map(Fraction, point), Fraction(1)]
        rows = domain.rows() if domain is not None else ()
        if all(sum(a * x for a, x in zip(row, exact, strict=True)) > 0 for row in rows):
            found.append(point)
    return found


def slacks(region: Region, x: Sequence[Fraction]) -> list[Fraction]:
    return region.exact_halfspaces.slack(np.array(x, dtype=object)).tolist()


@every
def test_a_point_off_the_boundaries_lies_in_exactly_one_region(name: str) -> None:
    net, domain = NETWORKS[name]
    regions = list(regions_of(name))
    for point in samples(domain, net.input_dim, 10):
        [home] = [region for region in regions if region.contains(point)]
        assert home.pattern.tolist() == net.staged.pattern_at(point).tolist()


@pytest.mark.parametrize("name", [*NETWORKS, *SLOW])
def test_a_point_has_the_pattern_of_a_region_that_contains_it(name: str) -> None:
    net, domain = (NETWORKS | SLOW)[name]
    regions = regions_of(name)
    for point in samples(domain, net.input_dim, 100):
        home = regions[regions.find(net.staged.pattern_at(point))]
        assert regions.find(net.staged.pattern_at(point)) >= 0
        assert home.contains(point)
        assert home.exact_affine_map([Fraction(x) for x in point]) == net.forward_exact(point)
        assert home.affine_map(np.array(point)) == pytest.approx(net.forward(np.array(point)))


@pytest.mark.parametrize("name", [*NETWORKS, *SLOW])
def test_an_exact_witness_is_strictly_inside_its_region_and_no_other(name: str) -> None:
    """A point strictly inside has the region's pattern, and patterns are different."""
    net, _ = (NETWORKS | SLOW)[name]
    regions = regions_of(name)
    assert len(set(patterns_of(regions))) == len(regions)
    for region in regions[:: max(1, len(regions) // 200)]:
        assert region.contains(region.exact_witness)
        assert net.staged.pattern_at(region.exact_witness).tolist() == region.pattern.tolist()
        assert region.witness.tolist() == [float(x) for x in region.exact_witness]


@every
def test_on_a_row_its_owner_is_between_two_pieces(name: str) -> None:
    """At the foot of the perpendicular, it is on a breakpoint, or a rival equals the winner."""
    net, _ = NETWORKS[name]
    for region in regions_of(name)[::7]:
        rows = region.exact_halfspaces
        inside = slacks(region, region.exact_witness)
        units = list(owned(net, region))
        for normal, slack, owner in zip(
            rows.normals.tolist(), inside, rows.owners.tolist(), strict=True
        ):
            assert slack > 0
            if owner < 0:
                continue
            step = slack / sum(x * x for x in normal)
            foot = [x + step * n for x, n in zip(region.exact_witness, normal, strict=True)]
            unit, candidates = units[owner]
            values = [candidate(foot) for candidate in candidates]
            if isinstance(unit, MaxUnit):
                assert values.count(values[region.pattern[owner]]) == 2
            else:
                assert values[0] in unit.breakpoints


def owned(net: Network, region: Region) -> Iterator[tuple[Unit, list[Callable]]]:
    """Every unit, and its pre-activations as functions of the input on a region."""
    maps = net.staged.maps_on(region.pattern.tolist())
    for stage, map_ in zip(net.staged.stages, maps, strict=False):
        for unit, start in zip(stage.units, stage.starts, strict=False):
            rows = range(start, start + unit.n_inputs)
            yield unit, [lambda x, i=i, map_=map_: map_(x)[i] for i in rows]


@every
def test_rows_of_the_domain_belong_to_no_unit_and_floats_are_nearest(name: str) -> None:
    net, domain = NETWORKS[name]
    for region in regions_of(name)[::7]:
        rows, floats = region.exact_halfspaces, region.halfspaces
        assert rows.normals.shape == (len(rows.owners), net.input_dim)
        assert (rows.owners == -1).sum() == len(list(domain.rows()) if domain else [])
        assert floats.owners.tolist() == rows.owners.tolist()
        assert floats.normals.tolist() == [list(map(float, row)) for row in rows.normals.tolist()]
        assert floats.offsets.tolist() == [float(offset) for offset in rows.offsets.tolist()]


@searched
@given(problem=problems(max_units=6))
def test_a_region_has_the_rows_that_brute_force_has(problem: tuple[Network, Domain]) -> None:
    """Up to positive factors, repetition and order; rows without variables say nothing."""
    expected = {
        cell.pattern: {row for row in cell.rows if not is_constant(row)}
        for cell in oracle_regions(*problem)
    }
    for region in enumerate_regions(*problem):
        rows = region.exact_halfspaces
        said = {
            primitive_row([*(-entry for entry in normal), offset])
            for normal, offset in zip(rows.normals.tolist(), rows.offsets.tolist(), strict=True)
        }
        assert said == expected[tuple(region.pattern.tolist())]


@searched
@given(problem=problems(), data=st.data())
def test_a_point_is_in_the_region_of_its_pattern_or_on_a_boundary(
    problem: tuple[Network, Domain], data: st.DataObject
) -> None:
    net, domain = problem
    point = data.draw(points(net.input_dim))
    regions = enumerate_regions(net, domain)
    homes = [region for region in regions if region.contains(point)]
    if homes:
        [home] = homes
        assert home.pattern.tolist() == net.staged.pattern_at(point).tolist()
        assert home.exact_affine_map(point) == net.forward_exact(point)
        return
    inside = all(
        sum(a * x for a, x in zip(row, [*point, 1], strict=True)) >= 0 for row in domain.rows()
    )
    touching = [region for region in regions if min(slacks(region, point), default=1) >= 0]
    assert bool(touching) == inside
    for region in touching:
        assert min(slacks(region, point)) == 0
        assert region.exact_affine_map(point) == net.forward_exact(point)


@searched
@given(problem=problems())
def test_every_exact_witness_has_its_pattern_and_its_value(
    problem: tuple[Network, Domain],
) -> None:
    net, _ = problem
    for region in enumerate_regions(*problem):
        x = region.exact_witness
        assert all(slack > 0 for slack in slacks(region, x))
        assert net.staged.pattern_at(x).tolist() == region.pattern.tolist()
        assert region.exact_affine_map(x) == net.forward_exact(x)
        *_, output = net.staged.maps_on(region.pattern.tolist())
        assert output == region.exact_affine_map


@searched
@given(problem=problems(max_units=6))
def test_a_margin_is_the_distance_to_the_nearest_row(problem: tuple[Network, Domain]) -> None:
    regions = enumerate_regions(*problem)
    for region, margin in zip(regions, regions.margins.tolist(), strict=True):
        rows = region.exact_halfspaces
        lengths = [float(sum(x * x for x in normal)) ** 0.5 for normal in rows.normals.tolist()]
        distances = [
            float(slack) / length
            for slack, length in zip(slacks(region, region.exact_witness), lengths, strict=True)
        ]
        assert margin == pytest.approx(min(distances, default=inf), rel=1e-12)
        assert region.margin == margin


@searched
@given(problem=problems(max_units=6))
def test_a_region_is_bounded_if_and_only_if_a_large_box_makes_no_difference(
    problem: tuple[Network, Domain],
) -> None:
    """A pattern is unbounded iff it is still there outside a box that holds every vertex.

    Vertices are ratios of minors of small dyadic rows, all far below 2^200.
    """
    net, domain = problem
    regions = enumerate_regions(net, domain)
    far = 2**200
    outside: set[tuple[int, ...]] = set()
    rows = [list(row) for row in domain.rows()]
    A, b = [[-x for x in row[:-1]] for row in rows], [row[-1] for row in rows]
    for i in range(net.input_dim):
        for sign in (1, -1):
            side = [0] * net.input_dim
            side[i] = -sign
            try:
                outside |= brute_force_patterns(net, Polytope([*A, side], [*b, -far]))
            except ValueError:  # the domain does not reach that far
                continue
    for pattern, region, bounded in zip(
        patterns_of(regions), regions, regions.bounded.tolist(), strict=True
    ):
        assert bounded == region.is_bounded == (pattern not in outside)


@pytest.mark.parametrize(("m", "n"), [(7, 2), (6, 3), (6, 4), (5, 1)])
def test_hyperplanes_in_general_position_have_as_many_bounded_regions_as_zaslavsky_says(
    m: int, n: int
) -> None:
    """C(m - 1, n): Zaslavsky (1975). Rows (1, t, t^2, ...) are in general position."""
    moments = range(1, m + 1)
    net = mlp([([[t**k for k in range(n)] for t in moments], [t**n for t in moments])])
    assert int(enumerate_regions(net).bounded.sum()) == comb(m - 1, n)


@pytest.mark.parametrize("name", ["relu 3-4-4-4 on a box"])
def test_every_region_of_a_bounded_domain_is_bounded(name: str) -> None:
    assert regions_of(name).bounded.all()


@every
def test_an_enumeration_is_a_sequence_of_regions_sorted_by_pattern(name: str) -> None:
    regions = regions_of(name)
    patterns = patterns_of(regions)
    assert patterns == sorted(patterns)
    assert len(regions) == len(regions.patterns) == len(regions.witnesses)
    assert [region.index for region in regions] == list(range(len(regions)))
    assert regions[-1].index == len(regions) - 1
    assert [region.index for region in regions[2:9:3]] == [2, 5, 8]
    assert regions.counted.regions == regions.counted.regions_per_stage[-1] == len(regions)
    for index in (0, len(regions) - 1):
        assert regions.find(patterns[index]) == index
    with pytest.raises(IndexError):
        regions[len(regions)]


def test_a_region_is_the_pattern_that_a_network_has_on_a_domain() -> None:
    lines = mlp([([[1, 0], [0, 1]], [0, 0])])
    regions, again = enumerate_regions(lines), enumerate_regions(lines)
    assert [region in again for region in regions] == [True] * 4
    assert [again.index(region) for region in regions] == [0, 1, 2, 3]
    assert len({*regions, *again}) == 4
    on_box = enumerate_regions(lines, Box([-1, -1], [1, 1]))
    shifted = enumerate_regions(mlp([([[1, 0], [0, 1]], [0, 1])]))
    quadrant = enumerate_regions(lines, Box([0, 0], [1, 1]))
    assert not any(regions[3] in others for others in (on_box, shifted, quadrant, regions[:3]))
    assert regions.patterns[0] not in regions


def test_a_pattern_that_no_region_has_is_not_found() -> None:
    regions = enumerate_regions(mlp([([[1], [-1]], [0, 0])]))
    assert regions.find([1, 1]) == -1
    assert regions.find([0, 1]) == 0


@every
def test_arrays_of_an_enumeration_are_read_only(name: str) -> None:
    regions = regions_of(name)
    for array in (regions.patterns, regions.witnesses, regions[0].pattern, regions[0].witness):
        with pytest.raises(ValueError, match="read-only"):
            array[..., 0] = 0


def test_a_network_without_units_has_one_region_without_rows() -> None:
    net = mlp([], readout=([[1, 2]], [3]))
    [region] = enumerate_regions(net)
    assert region.pattern.shape == (0,)
    assert region.exact_halfspaces.normals.shape == (0, 2)
    assert region.halfspaces.normals.shape == (0, 2)
    assert region.margin == inf
    assert not region.is_bounded
    assert region.contains([10**100, -0.5])
    assert region.exact_affine_map.matrix.tolist() == [[1, 2]]
    assert region.exact_affine_map.shift.tolist() == [3]


def test_a_network_without_units_on_a_box_has_the_box() -> None:
    [region] = enumerate_regions(mlp([], readout=([[1, 2]], [3])), Box([0, 0], [1, 1]))
    assert region.exact_halfspaces.owners.tolist() == [-1] * 4
    assert region.is_bounded
    assert region.contains(["1/2", 0.5])
    assert not region.contains([0, "1/2"])


@searched
@given(problem=problems(max_units=6), data=st.data())
def test_every_distinct_row_names_what_changes_beyond_it(
    problem: tuple[Network, Domain], data: st.DataObject
) -> None:
    net, domain = problem
    regions = enumerate_regions(net, domain)
    region = regions[data.draw(st.integers(0, len(regions) - 1))]
    boundary = region.boundary
    rows = [tuple(map(int, row)) for row in boundary.rows]
    assert len(set(rows)) == len(rows)
    for row, changes, on_edge in zip(rows, boundary.changes, boundary.on_edge, strict=True):
        assert on_edge or changes
        assert sum(a * x for a, x in zip(row, [*region.exact_witness, 1], strict=True)) > 0
        for unit, piece in changes:
            assert piece != region.pattern[unit]
            assert 0 <= piece < net.staged.units[unit].n_pieces


def test_a_domain_may_be_left_out_or_said_to_be_everything() -> None:
    net = NETWORKS["relu 2-7-7"][0]
    assert patterns_of(enumerate_regions(net, WholeSpace(2))) == patterns_of(enumerate_regions(net))
    assert patterns_of(enumerate_regions(net.staged)) == patterns_of(enumerate_regions(net))


def test_a_pattern_that_no_unit_can_have_belongs_to_no_region() -> None:
    regions = enumerate_regions(mlp([([[1], [2]], [0, 1])]))
    assert regions.find([0, 0]) == 0
    assert regions.find([300, 0]) == regions.find([-1, 0]) == regions.find([1, 0]) == -1


def test_a_unit_with_numbers_beyond_all_floats_still_has_a_value() -> None:
    net = mlp([([[1]], [0])], activation=clip("-1e500", 3))
    assert net.forward([[2.0], [5.0]]).tolist() == [[2.0], [3.0]]
