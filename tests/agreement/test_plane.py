"""The polygons of the compiled explorer, for networks of one and two inputs.

Their regions are those that HiGHS and brute force find; generators that lie exactly on a line are
known to do so, and what polygons leave in doubt is settled exactly.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from math import gcd
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from answers import patterns_of
from generators import problems, scalar_units
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_machine import blurred, by_attribute, plain_machine

import linreg
from linreg import Box, count, enumerate_regions
from linreg.affine import ExactAffineMap
from linreg.domains import Domain
from linreg.explore import Sink, Tally
from linreg.kernel.bridge.explorer import CompiledExplorer
from linreg.kernel.data.polygons import EXPANSION, GENERATOR, LINE
from linreg.network import Network, StagedNetwork
from linreg.network.stages import Stage
from linreg.oracle import brute_force_patterns
from linreg.problem import problem_of
from linreg.units import Unit, absolute, hard_tanh, leaky_relu, maxout, relu

FLAT = st.integers(1, 2)

KINDS = (
    "Gaussian",
    "no bias",
    "pruned",
    "bytes",
    "ternary",
    "ternary times a float",
    "copies",
    "opposites",
    "copies one ulp apart",
    "large integers",
    "fifty decades",
)


def random_net(kind: str, *widths: int, unit: Unit | None = None, seed: int = 0) -> Network:
    rng = np.random.default_rng(seed)
    rank = 1 if unit is None else unit.n_inputs
    layers = []
    for inputs, units in pairwise(widths):
        rows = rng.normal(size=(units * rank, inputs + 1))
        half = len(rows) // 2
        match kind:
            case "no bias":
                rows[:, -1] = 0
            case "pruned":
                rows *= rng.uniform(size=rows.shape) < 0.4
            case "bytes":
                rows = np.round(40 * rows)
            case "ternary" | "ternary times a float":
                rows = rng.integers(-1, 2, rows.shape) * (1.0 if kind == "ternary" else 0.37)
            case "copies" | "opposites":
                rows[half : 2 * half] = rows[:half] * (1 if kind == "copies" else -1)
            case "copies one ulp apart":
                rows[half : 2 * half] = np.nextafter(rows[:half], np.inf)
            case "large integers":
                rows = rng.integers(-(2**23), 2**23, rows.shape).astype(float)
            case "fifty decades":
                rows *= 10.0 ** rng.uniform(-25, 25, rows.shape)
        layers.append((rows[:, :-1], rows[:, -1]))
    return linreg.mlp(layers, activation=unit)


def agree(net: Network | StagedNetwork, domain: Domain | None = None) -> None:
    """Both strategies find the same regions, and each witness is strictly inside its own."""
    regions = enumerate_regions(net, domain, strategy="compiled")
    assert patterns_of(regions) == patterns_of(enumerate_regions(net, domain, strategy="highs"))
    assert count(net, domain, strategy="compiled").regions == len(regions)
    for region in regions[:: max(1, len(regions) // 10)]:
        assert region.contains(region.exact_witness)


def lines(rows: list[list[int]]) -> Network:
    """One ReLU for each row a, b, c: it switches where a x + b y + c = 0."""
    return linreg.mlp([([row[:-1] for row in rows], [row[-1] for row in rows])])


def staged(*layers: tuple[list[list[float]], list[float], int]) -> StagedNetwork:
    """Layers of a matrix, a shift, and how many of its rows ReLUs read; the others pass through."""
    stages = [Stage(ExactAffineMap.of(rows, shift), (relu(),) * n) for rows, shift, n in layers]
    return StagedNetwork(
        len(layers[0][0][0]), tuple(stages), ExactAffineMap.identity(layers[-1][2])
    )


# Agreement


@settings(max_examples=80)
@given(problem=problems(inputs=FLAT, depth=st.integers(1, 4), max_units=9))
def test_polygons_are_the_cells_that_brute_force_finds(problem: tuple[Network, Domain]) -> None:
    regions = enumerate_regions(*problem, strategy="compiled")
    assert set(patterns_of(regions)) == brute_force_patterns(*problem)
    assert count(*problem, strategy="compiled").regions == len(regions)


@settings(max_examples=60)
@given(problem=problems(inputs=FLAT, kinds=st.builds(maxout, st.integers(2, 4))))
def test_maxima_win_on_the_polygons_that_brute_force_finds(
    problem: tuple[Network, Domain],
) -> None:
    regions = enumerate_regions(*problem, strategy="compiled")
    assert set(patterns_of(regions)) == brute_force_patterns(*problem)


@settings(max_examples=40)
@given(problem=problems(inputs=FLAT, kinds=scalar_units(), depth=st.integers(2, 4), max_units=14))
def test_units_of_many_pieces_cut_the_polygons_that_highs_finds(
    problem: tuple[Network, Domain],
) -> None:
    agree(*problem)


@pytest.mark.parametrize("kind", KINDS)
def test_both_strategies_find_the_same_regions_of_the_plane_and_the_line(kind: str) -> None:
    for inputs in (1, 2):
        agree(random_net(kind, inputs, 6, 5))
        agree(random_net(kind, inputs, 4, 4, 3), Box([-1] * inputs, [2] * inputs))


@pytest.mark.parametrize(
    "unit", [leaky_relu("1/10"), absolute(), hard_tanh(), maxout(2), maxout(3)]
)
@pytest.mark.parametrize("kind", ["Gaussian", "ternary", "ternary times a float"])
def test_both_strategies_find_the_same_regions_whatever_the_unit(kind: str, unit: Unit) -> None:
    agree(random_net(kind, 2, 4, 3, unit=unit))
    agree(random_net(kind, 1, 4, 3, unit=unit))


@pytest.mark.parametrize("dim", [1, 2])
def test_a_slice_of_many_dimensions_is_explored_as_polygons(dim: int) -> None:
    rng = np.random.default_rng(0)
    deep = random_net("Gaussian", 6, 8, 6)
    net = deep.on_slice(rng.normal(size=6), rng.normal(size=(dim, 6)))
    agree(net)


# Numbers that are known


def test_a_gaussian_network_of_two_layers_of_fifty_has_4427_regions() -> None:
    rng = np.random.default_rng(0)
    layers = [
        (rng.normal(size=(n, m)) * np.sqrt(2 / m), rng.uniform(-0.5, 0.5, n))
        for m, n in pairwise((2, 50, 50))
    ]
    net = linreg.mlp(layers)
    assert count(net, strategy="compiled").regions == 4427
    assert count(net, strategy="compiled").exact_decisions == 0
    assert count(net, strategy="compiled", limit=1000).regions == 1000


def test_lines_in_general_position_make_as_many_polygons_as_buck_says() -> None:
    """1 + m + m (m - 1) / 2: Buck (1943); on the line 1 + m points make intervals."""
    rng = np.random.default_rng(1)
    plane = linreg.mlp([(rng.normal(size=(40, 2)), rng.normal(size=40))])
    assert count(plane, strategy="compiled").regions == 1 + 40 + 780
    line = linreg.mlp([(rng.normal(size=(40, 1)), rng.normal(size=40))])
    assert count(line, strategy="compiled").regions == 41


@pytest.mark.parametrize("size", [3, 2**17])
def test_lines_through_one_point_make_no_triangle_however_large_their_numbers(size: int) -> None:
    """n lines through a point make 2 n regions; n - 2 more if the last one moves off the point.

    The determinants of three such lines go far beyond 2^53.
    """
    directions = [(1, 0), (0, 1), (size, 1), (1, size), (size, -size - 1)]
    through = [[a, b, -a * (size - 1) - b * (size + 2)] for a, b in directions]
    concurrent = count(lines(through), strategy="compiled")
    assert (concurrent.regions, concurrent.exact_decisions) == (10, 0)
    through[-1][-1] += 1
    moved = count(lines(through), strategy="compiled")
    assert (moved.regions, moved.exact_decisions) == (13, 0)


def test_parallel_lines_make_strips() -> None:
    """The floats 0.1 and 0.3 are no short fractions, yet twice both has their direction."""
    rows = [[0.1, 0.3], [0.2, 0.6], [-0.1, -0.3], [0.4, 1.2]]
    net = linreg.mlp([(rows, [0.5, 0.7, 0.9, 1.1])])
    counted = count(net, strategy="compiled")
    assert (counted.regions, counted.exact_decisions) == (5, 0)


def test_units_that_see_one_unit_alone_are_parallel_without_a_doubt() -> None:
    """All rows of the second layer are multiples of the only unit of the first."""
    rng = np.random.default_rng(0)
    layers = [(rng.normal(size=(1, 2)), [0.3]), (rng.normal(size=(9, 1)), rng.normal(size=9))]
    counted = count(linreg.mlp(layers), strategy="compiled")
    crossing = sum(w * b < 0 for w, b in zip(layers[1][0][:, 0], layers[1][1], strict=True))
    assert (counted.regions, counted.exact_decisions) == (crossing + 2, 0)


def test_cones_without_bias_are_told_apart_without_a_doubt() -> None:
    net = random_net("no bias", 2, 10, 10)
    counted = count(net, strategy="compiled")
    assert counted.exact_decisions == 0
    assert counted.regions == count(net, strategy="highs").regions


def test_a_line_that_leaves_a_wide_strip_far_away_cuts_it() -> None:
    """Two parallels and two more lines, no three through a point, make 10 regions.

    The determinant of the parallels and the last line is far above 2^63, though that line's value
    at the direction of the strip is not.
    """
    a, b, wide, apart = 2**23, 2**23, 2**26, 3 * 2**13
    first = [[1, 0], [a, 1], [a, 1], [a + 1, 1]], [0, wide, 0, 0], 1
    second = [[0, b, 0, 1], [0, 0, b, 1], [0, b, -apart, 1]], [0, 0, 0], 3
    regions, _ = counted_by(CompiledExplorer(), staged(first, second))
    assert regions == 10


def test_a_redundant_wall_of_a_strip_bounds_no_cell() -> None:
    """The line x = 0 and 13 horizontal ones make 28 regions.

    That the second layer's first row is horizontal floats cannot see, so that the strip below it
    seems to reach up to the second row's line.
    """
    first = [[0, 1], [1, 1], [-1, 1], [1, 0]], [0, 0, 0, 0], 1
    second = (
        [[0.37, 0.1, 0.1, 0], [1, 0, 0, 0], [0, 0, 0, 1], [1, 0, 0, 0]],
        [-2.85, -7, 0, 0],
        3,
    )
    third = [[0, 0, 0, 2]] * 9 + [[0, 0, 0, 1]], [*range(-1, -10, -1), 0], 9
    fourth = [[0] * 9 + [1]], [-6], 1
    regions, _ = counted_by(CompiledExplorer(), staged(first, second, third, fourth))
    assert regions == 28


def test_a_slope_that_is_too_small_for_floats_is_not_zero() -> None:
    """The last row is (0.1 * 0.7 - fl(0.1 * 0.7)) x 1e-330: it cuts the line at 0."""
    slopes = [[[0], [0.7], [1]], [[0, 0, 0], [1, 0.1, -0.1 * 0.7]], *[[[0, 0], [1, 1e-55]]] * 5]
    layers = [(rows, [-1, *[0] * (len(rows) - 1)], 1) for rows in slopes]
    last = [[1, 1e-55]], [0], 1
    assert counted_by(CompiledExplorer(), staged(*layers, last))[0] == 2


# What the answer does not depend on


class Rows(Sink):
    """Keeps patterns and witnesses."""

    wants_rows = True

    def __init__(self) -> None:
        self.found: list[tuple[Any, ...]] = []

    def region(self, pattern: Any, cell: Any) -> None:
        self.found.append((*pattern, *cell.point.floats))

    def regions(self, patterns: np.ndarray, witnesses: np.ndarray, exact: Any) -> None:
        self.found += [(*p, *x) for p, x in zip(patterns.tolist(), witnesses.tolist(), strict=True)]


def rows_found(net: Network, budget: int) -> list[tuple[Any, ...]]:
    problem, sink, tally = problem_of(net, None), Rows(), Tally()
    cells = CompiledExplorer().begin(problem, tally)
    while cells:
        cells = pickle.loads(pickle.dumps(cells))
        cells = CompiledExplorer().explore(problem, cells, sink, tally, budget=budget)
    assert tally.share == pytest.approx(1.0)
    return sorted(sink.found)


@pytest.mark.parametrize("kind", ["Gaussian", "ternary", "no bias"])
@pytest.mark.parametrize("inputs", [1, 2])
def test_polygons_travel_so_that_witnesses_stay_the_same(kind: str, inputs: int) -> None:
    net = random_net(kind, inputs, 6, 6)
    assert rows_found(net, 1) == rows_found(net, 7) == rows_found(net, 10_000)


def test_two_workers_find_the_rows_of_one() -> None:
    net = random_net("Gaussian", 2, 24, 24)
    alone = enumerate_regions(net, strategy="compiled")
    shared = enumerate_regions(net, strategy="compiled", workers=2)
    assert np.array_equal(alone.patterns, shared.patterns)
    assert np.array_equal(alone.witnesses, shared.witnesses)


# In plain Python


@pytest.fixture(scope="module")
def plain() -> Iterator[SimpleNamespace]:
    with np.errstate(all="ignore"):
        yield plain_machine()


def counted_by(explorer: Any, net: Network | StagedNetwork) -> tuple[int, int]:
    """Regions and doubts."""
    problem, tally = problem_of(net, None), Tally()
    cells = explorer.begin(problem, tally)
    assert explorer.explore(problem, cells, Sink(), tally, budget=10**6) == []
    return tally.regions, explorer.exact_decisions


@pytest.mark.parametrize("share", [1e-9, 1e-2, 0.5])
@pytest.mark.parametrize("inputs", [1, 2])
def test_wider_error_bounds_make_doubts_and_change_no_answer(share: float, inputs: int) -> None:
    """Also numbers that are off by as much as their error bounds allow."""
    plain, rng = plain_machine(), np.random.default_rng(0)
    plain.explorer.tables_of = lambda problem: by_attribute(
        blurred(plain.tables.tables_of(problem), share, rng)
    )
    for net in (random_net("Gaussian", inputs, 4, 3), random_net("ternary", inputs, 4, 4)):
        regions, doubts = counted_by(plain.explorer.CompiledExplorer(), net)
        assert regions == count(net, strategy="highs").regions
        assert doubts > 0 or share < 0.1


def test_signs_that_are_never_sure_make_doubts_and_change_no_answer() -> None:
    plain, rng = plain_machine(), np.random.default_rng(1)
    side = plain.signs.side
    net = random_net("Gaussian", 2, 4, 3)
    for unsure in (0.3, 1.0):

        def blind(*given: Any, unsure: float = unsure) -> int:
            return plain.outcomes.NO_SIGN if rng.uniform() < unsure else int(side(*given))

        plain.signs.side = plain.cuts.side = blind
        regions, doubts = counted_by(plain.explorer.CompiledExplorer(), net)
        assert regions == count(net, strategy="highs").regions
        assert doubts > 0


def test_determinants_that_are_never_sure_make_doubts_and_change_no_answer() -> None:
    plain = plain_machine()
    net = random_net("copies one ulp apart", 2, 12)
    regions, doubts = counted_by(plain.explorer.CompiledExplorer(), net)
    plain.signs.determinant_sign = lambda *_given: plain.outcomes.NO_SIGN
    unsure = counted_by(plain.explorer.CompiledExplorer(), net)
    assert unsure[0] == regions == count(net, strategy="highs").regions
    assert unsure[1] > doubts


def test_a_node_of_which_nothing_is_ever_settled_is_split_exactly() -> None:
    """No sign is sure, and every claim is called proved though nothing is learned from it."""
    plain = plain_machine()
    plain.signs.side = plain.cuts.side = lambda *_given: plain.outcomes.NO_SIGN
    plain.exact_cells.Exactly.settle = lambda _self, _work: True
    net = random_net("Gaussian", 2, 4, 3)
    regions, doubts = counted_by(plain.explorer.CompiledExplorer(), net)
    assert regions == count(net, strategy="highs").regions
    assert doubts > regions


def line(plain: SimpleNamespace, a: float, b: float, c: float, error: float = 0.0) -> Any:
    made = by_attribute(np.zeros(1, dtype=LINE))[0]
    whole = 3 if error == 0 and all(float(v).is_integer() for v in (a, b, c)) else 0
    plain.signs.write_line(made, a, b, c, error, error, error, whole, -1, -1)
    return made


def sharp(plain: SimpleNamespace, f: Any, at: Any, p: Any, q: Any) -> int:
    return int(plain.signs.sharp(f, at, p, q, np.zeros(EXPANSION)))


def generator(plain: SimpleNamespace, p: Any, q: Any) -> Any:
    made = by_attribute(np.zeros(1, dtype=GENERATOR))[0]
    plain.clipping.cross(made, p, q, plain.flags.TIGHT)
    return made


numbers = st.one_of(
    st.integers(-9, 9).map(float),
    st.integers(-(2**50), 2**50).map(float),
    st.floats(-1e3, 1e3).map(lambda v: v if abs(v) > 1e-9 else 0.0),
)
triples = st.tuples(numbers, numbers, numbers)


@settings(max_examples=300)
@given(rows=st.tuples(triples, triples, triples), near=st.booleans())
def test_signs_at_corners_are_those_of_determinants(
    plain: SimpleNamespace, rows: tuple[Any, Any, Any], near: bool
) -> None:
    """Of lines without errors they are sure, however near to each other."""
    first, second, third = rows
    if near:
        third = tuple(p + q for p, q in zip(first, second, strict=True))
    p, q, f = (line(plain, *row) for row in (first, second, third))
    (a, b, c), (d, e, g), (h, i, j) = ([Fraction(v) for v in row] for row in (first, second, third))
    exact = h * (b * g - c * e) + i * (c * d - a * g) + j * (a * e - b * d)
    at = generator(plain, p, q)
    assert plain.signs.coarse(f, at) in ((exact > 0) - (exact < 0), plain.outcomes.NO_SIGN)
    assert sharp(plain, f, at, p, q) == (exact > 0) - (exact < 0)


def test_no_determinant_is_sure_of_lines_with_errors_or_out_of_range(
    plain: SimpleNamespace,
) -> None:
    """Three lines through (1, 1), which are not known so well, or whose products underflow."""
    rows, room = [(1, -1, 0), (1, 1, -2), (2, 1, -3)], np.zeros(EXPANSION)
    exact = [line(plain, *row) for row in rows]
    assert plain.determinants.determinant_sign(*exact, room) == 0
    for place, row in enumerate(rows):
        for other in (line(plain, *row, 1e-300), line(plain, *(1e-110 * v for v in row))):
            given = [*exact[:place], other, *exact[place + 1 :]]
            assert plain.determinants.determinant_sign(*given, room) == plain.outcomes.NO_SIGN


def test_a_constant_that_its_row_s_scale_makes_a_fraction_is_known_exactly() -> None:
    """x - y = 1/3 and the like: the lines of weights with one decimal, as they are typed.

    The last three meet in (2/3, 1/3), but for what 0.1 and its multiples round off.
    """
    rows = [[0.3, -0.3, -0.1], [0.3, 0.3, -0.3], [0.6, -0.3, -0.3], [-0.9, 0.3, 0.5]]
    net = lines(rows)  # type: ignore[arg-type]
    agree(net)
    assert count(net, strategy="compiled").exact_decisions == 0


@pytest.mark.parametrize(
    ("f", "p", "q"),
    [
        (
            (-1222612026042591, -5628863174417136, 1489366121421439),
            (-3007985689, -3560127684, 3664281458),
            (-1024, -3560129604, 512),
        ),
        (
            (-3465781550121475, -3598798481424137, 533168737967878),
            (-87503865, -148481944, 19261682),
            (1786443883541, 1854980426040, -274820121898),
        ),
    ],
)
def test_a_corner_that_is_a_fraction_of_its_edges_product_bounds_no_determinant(
    plain: SimpleNamespace, f: Any, p: Any, q: Any
) -> None:
    """Other lines through the generator made it."""
    (a, b, c), (d, e, g) = p, q
    product = b * g - c * e, c * d - a * g, a * e - b * d
    at = generator(plain, line(plain, *p), line(plain, *q))
    at.x, at.y, at.w = (v / gcd(*product) for v in product)
    at.x_error, at.y_error, at.w_error = (2.0**-52 * abs(v) for v in (at.x, at.y, at.w))
    plain.clipping.finish(at, plain.flags.CROSSING)
    exact = sum(v * w for v, w in zip(f, product, strict=True))
    sign = sharp(plain, line(plain, *f), at, line(plain, *p), line(plain, *q))
    assert sign == (exact > 0) - (exact < 0)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_no_sign_is_sure_where_a_number_is_none(plain: SimpleNamespace, bad: float) -> None:
    p, q = line(plain, 1, 2, 3), line(plain, 2, -1, 5)
    unsure = plain.outcomes.NO_SIGN
    for place in range(3):
        numbers = [1.0, 1.0, 1.0]
        numbers[place] = bad
        f = line(plain, *numbers[:2], numbers[2], 1e-9)
        assert plain.signs.coarse(f, generator(plain, p, q)) == unsure
        assert sharp(plain, f, generator(plain, p, q), p, q) == unsure
        at = generator(plain, p, f)
        assert plain.signs.coarse(q, at) == unsure
        assert sharp(plain, q, at, p, f) == unsure


floats = st.floats(-4, 4).map(lambda v: round(v, 3))


@settings(max_examples=200)
@given(
    first=st.tuples(floats, floats, floats),
    gap=st.tuples(floats, floats, floats),
    corners=st.lists(st.tuples(floats, floats, st.sampled_from([0.0, 1.0, 3.0])), min_size=1),
    blur=st.sampled_from([0.0, 1e-9, 0.01]),
)
def test_a_row_is_below_another_one_only_if_all_numbers_within_the_errors_say_so(
    plain: SimpleNamespace, first: Any, gap: Any, corners: Any, blur: float
) -> None:
    """The difference at a generator is least where each number is off against it."""
    rows = np.array([first, np.add(first, gap)])
    ends = np.zeros(2, dtype=plain.work.MAP)
    ends["constant"], ends["error"] = rows[:, 2], blur
    maps = SimpleNamespace(
        gradients=rows[:, :2], gradient_errors=np.full((2, 2), blur), ends=by_attribute(ends)
    )
    at = by_attribute(np.zeros((1, len(corners)), dtype=GENERATOR))
    for k, (x, y, w) in enumerate(corners):
        here = at[0, k]
        here.x, here.y, here.w = x, y, w
        here.x_error = here.y_error = here.w_error = blur
        plain.clipping.finish(here, plain.flags.TIGHT)
    plane = SimpleNamespace(head=[len(corners)], at=at)
    is_below = plain.lines.is_below(SimpleNamespace(dim=2), maps, plane, 0, 1)
    off = Fraction(blur)
    least = min(
        sum(
            min(
                (Fraction(b) - Fraction(a) + i * 2 * off) * (Fraction(v) + j * off)
                for i in (-1, 1)
                for j in (-1, 1)
            )
            for a, b, v in zip(rows[0].tolist(), rows[1].tolist(), corner, strict=True)
        )
        for corner in corners
    )
    assert least > 0 or not is_below
    assert is_below or least < 1e-6 + 40 * blur


@settings(max_examples=300)
@given(
    form=st.tuples(floats, floats, floats),
    corners=st.lists(st.tuples(floats, floats, st.sampled_from([0.5, 1.0, 3.0])), min_size=1),
    blur=st.sampled_from([0.0, 1e-9, 0.01]),
    share=st.sampled_from([None, 0.0, 0.5, 2.0]),
)
def test_the_side_of_a_box_is_that_of_all_points_within_their_errors(
    plain: SimpleNamespace, form: Any, corners: Any, blur: float, share: float | None
) -> None:
    """What a form with errors has at points x / w with errors is least at one of the extremes."""
    at = by_attribute(np.zeros(len(corners), dtype=GENERATOR))
    for here, (x, y, w) in zip(at, corners, strict=True):
        here.x, here.y, here.w = x, y, w
        here.x_error = here.y_error = here.w_error = blur
        plain.clipping.finish(here, plain.flags.TIGHT)
    x, y, x_reach, y_reach, size = plain.signs.surround(at, len(corners))
    off = Fraction(blur)
    ends = (-off, off)
    points = [
        ((Fraction(p) + i) / (Fraction(w) + k), (Fraction(q) + j) / (Fraction(w) + k))
        for p, q, w in corners
        for i in ends
        for j in ends
        for k in ends
    ]
    for p, q in points:
        assert abs(p - Fraction(x)) <= Fraction(x_reach)
        assert abs(q - Fraction(y)) <= Fraction(y_reach)
        assert max(1, abs(p), abs(q)) <= Fraction(size)
    a, b, c = map(Fraction, form)
    reach = abs(a) * Fraction(x_reach) + abs(b) * Fraction(y_reach)
    if share is not None:  # of the error that may bring it below zero somewhere
        free = reach - a * Fraction(x) - b * Fraction(y)
        c = Fraction(float(free + Fraction(share) * off * Fraction(size)))
    form = line(plain, float(a), float(b), float(c), blur)
    side = plain.signs.side_of_box(form, x, y, x_reach, y_reach, size)
    values = [
        (a + i) * p + (b + j) * q + c + k
        for p, q in points
        for i in ends
        for j in ends
        for k in ends
    ]
    assert side != 1 or min(values) > 0
    assert side != -1 or max(values) < 0
    middle = a * Fraction(x) + b * Fraction(y) + c
    if abs(middle) > reach + 40 * off * Fraction(size) + Fraction(1, 10**6):
        assert side == (middle > 0) - (middle < 0)


@pytest.mark.parametrize(("w", "w_error"), [(0.0, 0.0), (1.0, 1.0), (-1.0, 0.0), (np.nan, 0.0)])
def test_there_is_no_box_around_directions_and_what_may_be_one(
    plain: SimpleNamespace, w: float, w_error: float
) -> None:
    at = by_attribute(np.zeros(1, dtype=GENERATOR))
    at[0].x, at[0].y, at[0].w, at[0].w_error = 1.0, 2.0, w, w_error
    plain.clipping.finish(at[0], plain.flags.TIGHT)
    assert plain.signs.surround(at, 1)[2] < 0


@pytest.mark.parametrize("place", range(3))
@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e200])
def test_there_is_no_box_around_points_of_which_a_number_is_none(
    plain: SimpleNamespace, bad: float, place: int
) -> None:
    """The smaller of two numbers forgets one that is none."""
    numbers = [1.0, 2.0, 1.0]
    numbers[place] = bad
    at = by_attribute(np.zeros(2, dtype=GENERATOR))
    for here, (x, y, w) in zip(at, [numbers, (0.0, 0.0, 1.0)], strict=True):
        here.x, here.y, here.w = x, y, w
        plain.clipping.finish(here, plain.flags.TIGHT)
    assert plain.signs.surround(at, 2)[2] < 0


@pytest.mark.parametrize("says", [True, False])
def test_sides_of_boxes_are_believed(says: bool) -> None:
    """If all lines were beside the box, regions would be lost."""
    plain = plain_machine()
    plain.cuts.side_of_box = lambda *_: 1 if says else plain.outcomes.NO_SIGN
    net = random_net("Gaussian", 2, 3, 12)
    domain = Box([-1, -1], [1, 1])
    explorer, problem, tally = plain.explorer.CompiledExplorer(), problem_of(net, domain), Tally()
    cells = explorer.begin(problem, tally)
    explorer.explore(problem, cells, Sink(), tally, budget=10**6)
    assert (tally.regions == count(net, domain, strategy="highs").regions) != says


@pytest.mark.parametrize("says", [True, False])
def test_candidates_stop_that_are_below_another_one_and_no_others(says: bool) -> None:
    """If all that are not the largest in the middle stopped, regions would be lost."""
    plain = plain_machine()
    plain.cuts.is_below = lambda *_: says
    net = random_net("Gaussian", 2, 3, 2, unit=maxout(3))
    regions, _ = counted_by(plain.explorer.CompiledExplorer(), net)
    assert (regions == count(net, strategy="highs").regions) != says


@pytest.mark.parametrize("inputs", [1, 2])
def test_largest_values_of_relus_are_found_where_several_tie_at_a_corner(inputs: int) -> None:
    """Where two ReLUs of a window vanish, so does their difference: corners that floats see not."""
    net = random_net("Gaussian", inputs, 8, 8)
    stages = list(net.staged.stages)
    pooled = Stage(ExactAffineMap.selection([0, 1, 2, 3, 4, 5, 6, 7], 8), (maxout(4), maxout(4)))
    network = StagedNetwork(inputs, (*stages, pooled), ExactAffineMap.identity(2))
    agree(network)
