"""Regions of convolutional layers: the formula of Xiong et al. (2020) and the true maximum."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import comb, prod
from random import Random

import pytest
from golden_networks import case

from linreg import HypothesisError, theory
from linreg.errors import TooLarge
from linreg.formulas import random_count
from linreg.formulas.receptive import convolution
from linreg.formulas.relations import parts_of, relations_of
from linreg.network import INPUT, AffineNode, Network, UnitNode
from linreg.network.operators import conv_map
from linreg.oracle import arrangement_regions, one_layer_count
from linreg.units import relu


def random_layer(shape, filters, kernel, stride=1, padding=0, seed=1) -> Network:
    """One convolutional layer with random integer weights."""
    random = Random(seed)
    sizes = (kernel,) * (len(shape) - 1) if isinstance(kernel, int) else kernel

    def block(axes):
        if not axes:
            return random.randint(-(10**4), 10**4)
        return [block(axes[1:]) for _ in range(axes[0])]

    weight = block((filters, shape[0], *sizes))
    bias = [random.randint(-(10**4), 10**4) for _ in range(filters)]
    map_, _ = conv_map(weight, bias, shape, stride=stride, padding=padding)
    units = UnitNode("units", ("conv",), (relu(),) * map_.n_outputs)
    return Network(tuple(shape), (AffineNode("conv", (INPUT,), map_), units), "units")


@pytest.mark.parametrize(
    ("length", "values"),
    [(2, [2, 4, 7, 11]), (3, [4, 15, 40, 85]), (4, [8, 55, 217, 611]), (5, [16, 200, 1159, 4309])],
)
def test_filters_of_two_cells_have_their_worked_values(length, values) -> None:
    assert [theory.xiong_formula((1, length), d, 2) for d in (1, 2, 3, 4)] == values
    assert [theory.generic_count((1, length), d, 2) for d in (1, 2, 3, 4)] == values
    assert [random_count((1, length), d, 2) for d in (1, 2, 3)] == values[:3]


@pytest.mark.parametrize(
    ("shape", "filters", "kernel", "value"),
    [
        ((1, 6), 4, 3, 12385),
        ((1, 10), 8, 3, 57641804833),
        ((3, 8), 16, 3, 24772128205599878750373),
        ((1, 2, 3), 3, 2, 64),
        ((1, 4, 4), 4, 3, 65536),
        ((1, 4, 4), 4, 2, 15300894173),
        ((1, 5, 5), 4, 3, 68310661966),
    ],
)
def test_the_formula_has_its_worked_values(shape, filters, kernel, value) -> None:
    assert theory.xiong_formula(shape, filters, kernel) == value


def test_k_n_has_its_worked_sizes() -> None:
    sizes = [
        len(list(theory.demand_vectors(*each)))
        for each in [((1, 3), 9, 2), ((1, 4), 9, 2), ((1, 3, 3), 9, 2)]
    ]
    assert sizes == [8, 21, 357]


SMALL = [
    (shape, filters, kernel, stride, padding)
    for shape in [(1, 2), (1, 3), (1, 5), (2, 3), (2, 4), (1, 2, 3), (1, 3, 3), (2, 2, 2)]
    for filters in (1, 2, 3)
    for kernel in (1, 2)
    for stride in (1, 2)
    for padding in (0, 1)
    if not (len(shape) == 3 and (padding or shape[0] * filters > 3))
]


@pytest.mark.parametrize(("shape", "filters", "kernel", "stride", "padding"), SMALL)
def test_the_formula_is_the_sum_over_k_n(shape, filters, kernel, stride, padding) -> None:
    layer = (shape, filters, kernel, stride, padding)
    vectors = theory.demand_vectors(*layer)
    by_definition = sum(prod(comb(filters, t) for t in vector) for vector in vectors)
    assert theory.xiong_formula(*layer) == by_definition


@pytest.mark.parametrize(("shape", "filters", "kernel", "stride", "padding"), SMALL)
def test_random_weights_never_exceed_the_formula_and_attain_it_on_a_line(
    shape, filters, kernel, stride, padding
) -> None:
    layer = (shape, filters, kernel, stride, padding)
    found, formula = random_count(*layer), theory.xiong_formula(*layer)
    assert found <= formula
    assert found == theory.generic_count(*layer)
    if len(shape) == 2 or kernel == 1:
        assert convolution(*layer).is_on_a_line
    if convolution(*layer).is_on_a_line:
        assert found == formula


@pytest.mark.parametrize(
    ("shape", "filters", "kernel", "stride", "padding"),
    [
        ((1, 2, 4), 2, (1, 3), 1, (0, 1)),  # rows of the image that share filters and no cell
        ((1, 3, 3), 2, (2, 1), 1, 0),
        ((2, 3, 2), 2, (2, 2), 1, 0),  # as wide as the image
        ((1, 2, 4), 2, (2, 2), (2, 1), 0),
        ((1, 1, 4), 2, (3, 2), 1, (1, 0)),  # taller than the image, by its border
        ((1, 4), 2, 3, 1, 2),
        ((1, 2), 3, 3, 1, 2),
        ((3, 4), 4, 2, 2, 1),
    ],
)
def test_images_over_which_windows_move_along_one_axis_are_lines(
    shape, filters, kernel, stride, padding
) -> None:
    layer = (shape, filters, kernel, stride, padding)
    assert convolution(*layer).is_on_a_line
    assert random_count(*layer) == theory.xiong_formula(*layer)


def test_on_a_line_the_maximum_is_known_for_thousands_of_units() -> None:
    """As many as for one filter of one cell, where units are independent: 2^1000."""
    assert theory.generic_count((1, 1000), 1, 1) == 2**1000
    [found] = [
        bound
        for bound in theory.conv_bounds((3, 500), [{"filters": 16, "kernel": 3}])
        if bound.name == "generic_count"
    ]
    assert found.side == "max_exactly"
    assert found.value == theory.xiong_formula((3, 500), 16, 3)


LAYERS = [
    ((1, 4), 2, 2, 1, 0),
    ((1, 5), 3, 3, 2, 0),
    ((2, 3), 3, 2, 1, 0),
    ((1, 4), 2, 2, 1, 1),
    ((1, 3), 1, 2, 1, 2),
    ((1, 2, 3), 3, 2, 1, 0),
    ((1, 3, 3), 2, 2, 1, 0),
    ((1, 2, 2), 1, 2, 1, 1),
    ((2, 2, 2), 2, (2, 1), 1, 0),
]


@pytest.mark.parametrize(("shape", "filters", "kernel", "stride", "padding"), LAYERS)
def test_random_weights_have_the_generic_count(shape, filters, kernel, stride, padding) -> None:
    """Deletion and restriction over the rationals, against spans modulo a prime."""
    net = random_layer(shape, filters, kernel, stride, padding)
    assert one_layer_count(net) == theory.generic_count(shape, filters, kernel, stride, padding)


@pytest.mark.parametrize(
    ("shape", "filters", "padding", "formula", "true"),
    [
        ((1, 3, 3), 2, 0, 256, 255),
        ((1, 3, 3), 3, 0, 4013, 3998),
        ((1, 3, 3), 4, 0, 48957, 48903),
        ((1, 3, 4), 2, 0, 4096, 4061),
        ((1, 2, 2), 1, 1, 224, 223),
    ],
)
def test_theorem_1_of_xiong_et_al_overcounts_some_planar_layers(
    shape, filters, padding, formula, true
) -> None:
    assert theory.xiong_formula(shape, filters, 2, 1, padding) == formula
    assert theory.generic_count(shape, filters, 2, 1, padding) == true


def test_two_filters_of_two_by_two_depend_on_each_other_on_nine_cells() -> None:
    """q p - p q = 0: eight rows of rank seven, although Hall's condition holds for them."""
    p, q = (
        {(0, 0): 3, (0, 1): -5, (1, 0): 7, (1, 1): 2},
        {(0, 0): 1, (0, 1): 4, (1, 0): -6, (1, 1): 9},
    )
    total: dict[tuple[int, int], int] = {}
    for a, b, sign in ((q, p, 1), (p, q, -1)):
        for at, factor in a.items():
            for step, weight in b.items():
                cell = (at[0] + step[0], at[1] + step[1])
                total[cell] = total.get(cell, 0) + sign * factor * weight
    assert set(total.values()) == {0}
    assert (2, 2, 2, 2) in set(theory.demand_vectors((1, 3, 3), 2, 2))


RELATED = [
    ((1, 3, 3), 2, 2, 1, 0),
    ((1, 3, 4), 2, (2, 2), 1, 0),
    ((1, 3, 3), 3, (1, 2), 1, 1),
    ((1, 7), 3, 3, 2, 0),
    ((2, 5, 5), 3, 2, 1, 0),
    ((1, 7, 5), 3, (3, 2), (2, 1), 0),
    ((1, 2, 2), 2, 2, 1, 1),
]


@pytest.mark.parametrize("spec", RELATED)
def test_relations_between_filters_hold_for_the_rows_of_a_layer(spec) -> None:
    """Cramer's rule, with strides, channels and padding, for integer weights."""
    layer = convolution(*spec)
    random = Random(7)
    parts = parts_of(layer)
    weights = [
        [{at: random.randint(-9, 9) for at in product(*map(range, part))} for part in parts]
        for _ in range(layer.filters)
    ]
    residues = list(product(*(map(range, map(min, layer.kernel, layer.stride)))))
    places = list(product(*map(range, layer.kernel)))
    rows = []
    for window in layer.windows():
        for filter_ in weights:
            row = [0] * layer.n_inputs
            for cell, place in window:
                at = tuple(x // s for x, s in zip(places[place], layer.stride, strict=False))
                residue = tuple(x % s for x, s in zip(places[place], layer.stride, strict=False))
                for c in range(layer.channels):
                    part = filter_[c * len(residues) + residues.index(residue)]
                    row[cell * layer.channels + c] = part[at]
            rows.append(row)
    relations = list(relations_of(layer, weights))
    assert relations
    for relation in relations:
        assert any(relation.values())
        for column in zip(*rows, strict=False):
            assert sum(by * column[unit] for unit, by in relation.items()) == 0


@pytest.mark.parametrize(("shape", "filters", "kernel", "stride", "padding"), SMALL)
def test_relations_leave_a_bound_between_the_generic_count_and_the_formula(
    shape, filters, kernel, stride, padding
) -> None:
    layer = (shape, filters, kernel, stride, padding)
    upper = theory.koszul_upper(*layer)
    assert theory.generic_count(*layer) <= upper <= theory.xiong_formula(*layer)


@pytest.mark.parametrize(
    ("shape", "filters", "true"),
    [((1, 3, 3), 2, 255), ((1, 3, 3), 3, 3998), ((1, 3, 3), 4, 48903), ((1, 3, 4), 2, 4061)],
)
def test_relations_prove_the_corrected_numbers(shape, filters, true) -> None:
    assert theory.koszul_upper(shape, filters, 2) == true == theory.generic_count(shape, filters, 2)


@pytest.mark.parametrize(
    "layer", [((1, 3), 2, 2), ((1, 2, 2), 1, 2, 1, 1), ((1, 4), 1, 2, 1, 1), ((2, 2), 2, 2)]
)
def test_explicit_generic_weights_have_the_generic_count(layer) -> None:
    assert theory.explicit_count(*layer) == theory.generic_count(*layer)


@pytest.mark.parametrize("seed", range(6))
def test_weights_that_are_not_generic_have_no_more_regions(seed) -> None:
    """Lucas (1975): more dependences, fewer regions. Weights from -1 to 1 have many."""
    random = Random(seed)
    for shape, filters, kernel in [((1, 3, 3), 2, 2), ((1, 5), 3, 2), ((2, 3), 2, 2)]:
        net = random_layer(shape, filters, kernel, seed=seed)
        stage = net.staged.stages[0]
        rows = {
            entry: random.randint(-1, 1)
            for row in (*stage.map.matrix.tolist(), stage.map.shift.tolist())
            for entry in row
        }
        rows[0] = 0
        table = zip(stage.map.matrix.tolist(), stage.map.shift.tolist(), strict=True)
        degenerate = [[rows[x] for x in (*row, bias)] for row, bias in table]
        assert arrangement_regions(degenerate) <= theory.generic_count(shape, filters, kernel)


def test_golden_convolutions_have_the_generic_count() -> None:
    for name, layer in {
        "conv1d_N3_f2_d2": ((1, 3), 2, 2),
        "conv1d_N4_f2_d2": ((1, 4), 2, 2),
        "conv1d_N5_f3_s2_d3": ((1, 5), 3, 3, 2),
        "conv1d_2ch_N3_f2_d3": ((2, 3), 3, 2),
        "conv2d_2x3_f2x2_d3": ((1, 2, 3), 3, 2),
        "conv2d_3x3_f2x2_d2_koszul": ((1, 3, 3), 2, 2),
        "conv2d_3x3_f2x2_d3_koszul": ((1, 3, 3), 3, 2),
    }.items():
        assert theory.generic_count(*layer) == case(name).expected["activation_regions"]


def test_the_formula_grows_as_its_leading_term_says() -> None:
    degree, coefficient = theory.xiong_asymptotics((1, 3), 2)
    assert (degree, coefficient) == (3, 1)
    shares = [Fraction(theory.xiong_formula((1, 3), d, 2), d**3) for d in (10, 100, 1000)]
    assert [round(float(share), 4) for share in shares] == [1.111, 1.0101, 1.001]
    for shape, kernel in [((1, 4), 2), ((2, 3), 2), ((1, 3, 3), 2)]:
        degree, coefficient = theory.xiong_asymptotics(shape, kernel)
        d = 10**9
        formula = theory.xiong_formula(shape, d, kernel)
        assert abs(Fraction(formula, d**degree) - coefficient) < Fraction(1, 10**6)


@pytest.mark.parametrize(
    ("shape", "filters", "low", "high"),
    [
        ((1, 3), (2, 2), 16, 60),
        ((1, 5), (4, 4, 4), 1392640, 1496662206),
        ((1, 4, 4), (2, 4), 25038336, 17178361856),
    ],
)
def test_theorem_2_of_xiong_et_al_has_its_worked_values(shape, filters, low, high) -> None:
    layers = [{"filters": d, "kernel": 2} for d in filters]
    assert theory.xiong_2020_lower(shape, layers) == low
    assert theory.xiong_2020_upper(shape, layers) == high
    assert low <= theory.convolution_upper(shape, layers) <= high


def test_theorem_2_with_the_formula_would_give_more_than_its_construction() -> None:
    assert 2**9 * theory.xiong_formula((1, 3, 3), 4, 2) == 25065984 > 25038336


def test_theorem_2_encloses_a_golden_network() -> None:
    regions = case("xiong_thm2_lower_1d").expected["activation_regions"]
    assert 16 <= regions <= 60


@pytest.mark.parametrize(
    "layer",
    [
        ((1, 3), 2, 4),
        ((1, 3), 0, 2),
        ((0, 3), 2, 2),
        ((3,), 2, 2),
        ((1, 3), 2, (2, 2)),
        ((1, 3), 2, 2, 0),
        ((1, 3), 2, 2, 1, -1),
        ((1, 3), 2, 1.5),
    ],
)
def test_impossible_layers_are_refused(layer) -> None:
    for function in (
        theory.xiong_formula,
        theory.generic_count,
        theory.koszul_upper,
        theory.explicit_count,
    ):
        with pytest.raises(HypothesisError):
            function(*layer)


def test_layers_beyond_the_budget_are_refused_and_not_rounded() -> None:
    for function in (theory.xiong_formula, theory.generic_count, theory.koszul_upper):
        with pytest.raises(TooLarge, match="too large"):
            function((1, 8, 8), 8, 3, budget=1000)
    with pytest.raises(TooLarge, match="more sets than the budget"):
        theory.koszul_upper((1, 4, 4), 3, 2, budget=1000)
    with pytest.raises(TooLarge, match="provably"):
        theory.explicit_count((1, 3, 3), 2, 2)


@pytest.mark.parametrize(
    "layers",
    [
        [],
        [{"filters": 2}],
        [{"filters": 2, "kernel": 2, "dilation": 2}],
        [{"filters": 2, "kernel": 2, "padding": 1}],
        [{"filters": 1, "kernel": 2}],
    ],
)
def test_theorem_2_is_refused_where_it_does_not_apply(layers) -> None:
    with pytest.raises(HypothesisError):
        theory.xiong_2020_lower((2, 4), layers)


def test_long_layers_on_a_line_take_no_time() -> None:
    assert theory.xiong_formula((3, 200), 64, 5).bit_length() > 1000
