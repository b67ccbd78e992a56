"""Vertices and volumes of all regions at once, against exact arithmetic on each by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import partial
from itertools import pairwise
from math import inf

import numpy as np
import pytest
from generators import boxes, problems
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_machine import blurred, by_attribute, plain_machine

from linreg import Box, Outlines, clip, closed_loop, enumerate_regions, hard_tanh, maxout, mlp
from linreg.domains import Domain
from linreg.kernel.data.tables import FEW
from linreg.kernel.outlines import outlining
from linreg.network import Network
from linreg.regions import Enumeration, outlines
from linreg.regions.polygons.branches import Branches
from linreg.units import Unit

searched = settings(max_examples=30)


@pytest.fixture(autouse=True)
def few_regions_too() -> Iterator[None]:
    """Let machine code outline however few regions."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(outlines, "MANY_REGIONS", 0)
        patch.setattr(outlines, "MANY_ENDS", 0)
        yield


def gaussian(*widths: int, unit: Unit | None = None, seed: int = 0) -> Network:
    rng = np.random.default_rng(seed)
    rank = 1 if unit is None else unit.n_inputs
    shapes = [(width * rank, inputs) for inputs, width in pairwise(widths)]
    return mlp(
        [(rng.normal(size=shape), rng.normal(size=shape[0])) for shape in shapes], activation=unit
    )


def regions_of(net: Network, domain: Domain | str | None = None) -> Enumeration:
    """The regions that machine code finds: here it is asked what their shapes are."""
    return enumerate_regions(net, domain, strategy="compiled")


def wrong(found: Outlines, regions: Enumeration) -> list[int]:
    """Regions whose vertices or volume are not within their errors of what is exact."""
    return [i for i, region in enumerate(regions) if not is_right(found, i, region)]


def is_right(found: Outlines, i: int, region: object) -> bool:
    exact = region.exact_vertices.tolist()  # type: ignore[attr-defined]
    errors = found.errors[found.offsets[i] : found.offsets[i + 1]].tolist()
    near = [
        {
            k
            for k, vertex in enumerate(exact)
            if all(abs(Fraction(x) - y) <= error for x, y in zip(point, vertex, strict=True))
        }
        for point, error in zip(found[i].tolist(), map(Fraction, errors), strict=True)
    ]
    if len(near) != len(exact) or set().union(*near) != set(range(len(exact))):
        return False
    if region.volume == inf:  # type: ignore[attr-defined]
        return found.volumes[i] == inf
    off = abs(Fraction(found.volumes[i]) - region.exact_volume)  # type: ignore[attr-defined]
    return bool(off <= Fraction(found.volume_errors[i]))


NETS = [
    ((2, 7, 6), None),
    ((3, 5, 4), None),
    ((3, 4, 3, 3), None),
    ((2, 5, 4), hard_tanh()),
    ((3, 4, 3), clip("-1/2", 1)),
    ((2, 5, 4), maxout(3)),
    ((3, 4, 3), maxout(2)),
    ((3, 3, 2), maxout(3)),
]


@pytest.mark.parametrize(("widths", "unit"), NETS)
@pytest.mark.parametrize("domain", [None, "box:-1,2"])
def test_floats_outline_nearly_all_regions_of_a_gaussian_network(
    widths: Sequence[int], unit: Unit | None, domain: str | None
) -> None:
    """On which side of each other parallel planes are at infinity, floats do not tell."""
    regions = regions_of(gaussian(*widths, unit=unit), domain)
    found = regions.outlines()
    assert not wrong(found, regions)
    if domain is not None or (len(widths), unit) == (3, None):
        assert len(found.exact) <= 0.05 * len(regions)
    assert (found.volume_errors <= 1e-6 * np.where(found.volumes < inf, found.volumes, 0)).all()


@searched
@given(problem=problems(inputs=st.integers(2, 3)))
def test_degenerate_regions_have_the_vertices_and_volumes_of_exact_arithmetic(
    problem: tuple[Network, Domain],
) -> None:
    regions = enumerate_regions(*problem)
    assert not wrong(regions.outlines(), regions)


@searched
@given(
    problem=problems(
        inputs=st.integers(2, 3), max_units=6, kinds=st.builds(maxout, st.integers(2, 4))
    )
)
def test_regions_of_maxima_have_the_vertices_and_volumes_of_exact_arithmetic(
    problem: tuple[Network, Domain],
) -> None:
    regions = enumerate_regions(*problem)
    assert not wrong(regions.outlines(), regions)


def coarse(
    *widths: int, seed: int, biases: int = 1, per: int = 1, unit: Unit | None = None
) -> Network:
    """Weights among few numbers, so that many planes meet in a point and many are parallel."""
    rng = np.random.default_rng(seed)
    return mlp(
        [
            (rng.integers(-2, 3, (m, n)) / per, biases * rng.integers(-2, 3, m) / per)
            for n, m in pairwise(widths)
        ],
        activation=unit,
    )


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("domain", [None, "box:-2,2", "box:-1,2"])
@pytest.mark.parametrize(
    "net",
    [
        partial(coarse, 3, 5, 4),
        partial(coarse, 3, 4, 3, 3),
        partial(coarse, 3, 5, 4, biases=0),
        partial(coarse, 3, 4, 3, per=4),
        partial(coarse, 3, 4, 2, unit=clip(-2, 2)),
    ],
)
def test_floats_outline_all_regions_where_many_planes_meet_in_a_point(
    net: Callable[..., Network], domain: str | None, seed: int
) -> None:
    regions = regions_of(net(seed=seed), domain)
    found = regions.outlines()
    assert not wrong(found, regions)
    assert len(found.exact) == 0


def test_tenths_in_floats_are_told_apart_where_their_planes_nearly_meet_in_a_point() -> None:
    """Four planes through (1, 1, 1), but for what rounding takes from a tenth and its multiples."""
    rows = np.array([[0.1, 0.2, 0.3], [0.3, -0.1, 0.1], [0.7, 0.1, -0.2], [-0.1, 0.4, 0.5]])
    sums = [0.6, 0.3, 0.6, 0.8]
    exact = [sum(map(Fraction, row)) - Fraction(c) for row, c in zip(rows, sums, strict=True)]
    assert any(exact)
    assert all(abs(off) < 2.0**-50 for off in exact)
    regions = regions_of(mlp([(rows, -np.array(sums))]), "box:-2,4")
    found = regions.outlines(tolerance=inf)
    assert not wrong(found, regions)
    assert len(found.exact) == 0


def test_corners_at_one_point_that_are_taken_for_several_are_seen() -> None:
    regions = regions_of(coarse(3, 4, 3, seed=1), "box:-2,2")
    corners = [len(region.exact_vertices) for region in regions]
    plain = plain_machine("outlines.outlining")
    for name in ("tables_of", "work_for", "space_for"):
        made = getattr(plain.outlining, name)
        setattr(
            plain.outlining, name, lambda given, *more, made=made: by_attribute(made(given, *more))
        )

    def sizes() -> list[int]:
        with np.errstate(all="ignore"):
            parts = plain.outlining.outlined(
                regions.problem, regions.patterns, Branches.of(regions).splits
            )
            return np.concatenate([part.sizes for part in parts]).tolist()

    assert sizes() == corners
    polyhedra = plain.measuring.next_polyhedron.__globals__
    first_at, exact_sign = polyhedra["_first_at"], polyhedra["exact_sign"]
    polyhedra["_first_at"] = lambda *given: given[-1]
    assert sizes() != corners
    polyhedra["_first_at"] = first_at
    polyhedra["exact_sign"] = lambda *given: exact_sign(*given) or -1
    assert sizes() != corners


@searched
@given(data=st.data(), widths=st.sampled_from([(2, 5, 4), (3, 4, 3)]))
def test_volumes_add_up_to_that_of_the_box_within_their_errors(
    data: st.DataObject, widths: tuple[int, ...]
) -> None:
    box = data.draw(boxes(widths[0]))
    found = regions_of(gaussian(*widths, seed=data.draw(st.integers(0, 99))), box).outlines()
    whole = np.prod([high - low for low, high in zip(box.lower, box.upper, strict=True)])
    assert abs(sum(map(Fraction, found.volumes.tolist())) - whole) <= Fraction(
        sum(map(Fraction, found.volume_errors.tolist()))
    )


def test_bounds_by_sums_leave_nearly_no_region_of_a_closed_loop_to_exact_arithmetic() -> None:
    """Bounds by norms give a state that a stage hands on the errors of all units beside it."""
    rng = np.random.default_rng(0)
    *hidden, readout = (rng.normal(size=(m, n)) / n**0.5 for n, m in pairwise((2, 18, 18, 1)))
    net = mlp([(rows, rng.uniform(-0.5, 0.5, 18)) for rows in hidden], readout=(readout, [0]))
    loop = closed_loop(net, [[1, 0.125], [0, 1]], [["1/128"], ["1/8"]], steps=3, clip=(-1, 1))
    regions = regions_of(loop, "box:-2,2")
    found = regions.outlines(tolerance=1e-8)
    assert len(found.exact) < 0.02 * len(regions)
    assert all(is_right(found, i, regions[i]) for i in range(0, len(regions), 50))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(outlining, "MOST_TERMS", FEW)
        assert len(regions.outlines(tolerance=1e-8).exact) > 5 * len(found.exact)


@pytest.mark.parametrize("share", [1e-12, 1e-6, 1e-3])
@pytest.mark.parametrize("widths", [(2, 6, 5), (3, 5, 4), (2, 4, 4, 4)])
def test_numbers_that_are_off_as_their_bounds_say_leave_what_is_exact_within_the_errors(
    widths: Sequence[int], share: float
) -> None:
    regions = regions_of(gaussian(*widths), Box([-2] * widths[0], [2] * widths[0]))
    tables = blurred(outlining.tables_of(regions.problem), share, np.random.default_rng(0))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(outlining, "tables_of", lambda problem: tables)
        found = regions.outlines(tolerance=inf)
        assert not wrong(found, regions)
        assert share > 1e-12 or len(found.exact) == 0
        tables.terms["error"] = 0.0
        tables.rows["bias_error"] = 0.0
        tables.normal_errors[:] = 0.0
        tables.halfspaces["error"] = 0.0
        for name in ("slope_error", "intercept_error"):
            tables.pieces[name] = 0.0
        assert wrong(regions.outlines(tolerance=inf), regions)


def test_a_tolerance_of_0_gives_the_numbers_nearest_to_the_exact_ones() -> None:
    for domain in (None, "box:-1,1"):
        regions = regions_of(gaussian(3, 4, 3), domain)
        found = regions.outlines(tolerance=0)
        assert len(found.exact) == np.count_nonzero(np.diff(found.offsets))
        assert found.volumes.tolist() == [region.volume for region in regions]
        for i, region in enumerate(regions):
            assert found[i].tolist() == region.vertices.tolist()


def test_floats_outline_the_cones_of_a_network_without_biases() -> None:
    """All vertices are at the origin, which errors cannot be small relative to."""
    rng = np.random.default_rng(0)
    net = mlp([(rng.normal(size=(m, n)), np.zeros(m)) for n, m in pairwise((2, 12, 8))])
    regions = regions_of(net)
    found = regions.outlines()
    assert len(found.exact) == 0
    assert not found.vertices.any()
    assert not wrong(found, regions)


def test_vertices_that_are_so_far_that_floats_do_not_tell_them_from_the_next_integer() -> None:
    far = 2**63
    net = mlp([([[1, 0], [0, 1]], [-far, far])])
    regions = enumerate_regions(net)
    found = regions.outlines(tolerance=0)
    assert len(found.exact) == 4
    assert found.vertices.tolist() == [[far, -far]] * 4


def test_vertices_and_volumes_beyond_all_floats_have_infinite_errors() -> None:
    far = 10**200
    found = enumerate_regions(mlp([([[1, 0]], [0])]), Box([-far] * 2, [far] * 2)).outlines()
    assert found.volumes.tolist() == found.volume_errors.tolist() == [inf, inf]
    vertices = np.array([[inf, 0.0, inf]])
    for volume, off in ((inf, 0.0), (inf, inf), (inf, np.nan), (1.0, 0.0)):
        proposed = outlines._Proposed(vertices, np.ones(1, dtype=int), np.array([[volume, off]]))
        assert outlines._is_doubtful(proposed, 1e-6)
        proposed.vertices[:] = 1.0, 0.0, 0.0
        assert outlines._is_doubtful(proposed, 1e-6) == (volume == inf and off != 0)
        proposed.vertices[:] = inf, 0.0, inf


@searched
@given(problem=problems(inputs=st.integers(2, 3)))
def test_regions_are_bounded_as_exact_arithmetic_has_it(problem: tuple[Network, Domain]) -> None:
    regions = enumerate_regions(*problem)
    assert outlines.are_bounded(regions).tolist() == regions.bounded.tolist()


@pytest.mark.parametrize("dim", [2, 3])
def test_numbers_that_are_off_by_more_than_their_bounds_bound_other_regions(dim: int) -> None:
    """Between hyperplanes that are parallel up to their errors, a bound left out would be seen."""
    rng = np.random.default_rng(0)
    half = rng.normal(size=(3, dim))
    rows = np.concatenate([half, half + 0.05 * rng.normal(size=half.shape)])
    regions = enumerate_regions(mlp([(rows, rng.normal(size=6))]))
    told = regions.bounded.tolist()
    wrong_ones = 0
    for _ in range(10):
        tables = blurred(outlining.tables_of(regions.problem), 0.05, rng)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(outlining, "tables_of", lambda problem, tables=tables: tables)
            assert outlines.are_bounded(regions).tolist() == told
            tables.terms["error"] = 0.0
            tables.rows["bias_error"] = 0.0
            wrong_ones += outlines.are_bounded(regions).tolist() != told
    assert wrong_ones


@pytest.mark.parametrize("dim", [1, 4])
def test_regions_of_other_dimensions_are_outlined_exactly(dim: int) -> None:
    regions = enumerate_regions(gaussian(dim, 4), Box([-1] * dim, [1] * dim))
    found = regions.outlines()
    assert len(found.exact) == len(regions)
    assert not wrong(found, regions)


def test_regions_that_were_not_all_found_are_outlined_by_their_own_rows() -> None:
    regions = enumerate_regions(gaussian(2, 8, 8), limit=20)
    assert not regions.counted.complete
    assert not wrong(regions.outlines(), regions)
    boxed = enumerate_regions(gaussian(2, 8, 8), "box:-2,2", limit=20)
    assert not wrong(boxed.outlines(), boxed)


def test_vertices_of_many_blocks_are_those_of_one() -> None:
    for dim in (2, 3):
        regions = regions_of(gaussian(dim, 7, 5), Box([-2] * dim, [2] * dim))
        whole = regions.outlines()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(outlining, "ROOM", 0)
            found = regions.outlines()
        assert found.vertices.tolist() == whole.vertices.tolist()
        assert found.offsets.tolist() == whole.offsets.tolist()
        assert found.volumes.tolist() == whole.volumes.tolist()


def test_an_order_of_units_changes_no_vertex_by_more_than_the_errors() -> None:
    rng = np.random.default_rng(4)
    for dim in (2, 3):
        weights, shifts = rng.normal(size=(7, dim)), rng.normal(size=7)
        order = rng.permutation(7)
        one, other = (
            enumerate_regions(mlp([(w, b)]), Box([-1] * dim, [1] * dim))
            for w, b in ((weights, shifts), (weights[order], shifts[order]))
        )
        places = [other.find(pattern) for pattern in one.patterns[:, order]]
        found, again = one.outlines(), other.outlines()
        off = np.abs(found.volumes - again.volumes[places])
        assert (off <= found.volume_errors + again.volume_errors[places]).all()
