"""Bounds of the papers: their worked values, and each by a second computation."""

from __future__ import annotations

from itertools import combinations, product
from math import comb, prod
from time import process_time

import pytest

from linreg import HypothesisError, theory
from linreg.errors import TooLarge
from linreg.formulas import Layer, buck, narrowing_bound, partition_bound
from linreg.formulas.histograms import few_off

TABLE = [
    # n0, widths: Theorem 5, equation (6), Serra lower, Serra upper, Montufar 2017, Raghu, 2^N
    (1, [2, 2], 6, 6, None, 9, 9, 9, 2**4),
    (1, [3, 3], 12, 12, 16, 16, 16, 16, 2**6),
    (2, [3, 3], 7, 14, None, 40, 49, 49, 2**6),
    (2, [4, 4], 44, 44, None, 121, 121, 121, 2**8),
    (2, [5, 4], 44, 66, None, 176, 176, 176, 2**9),
    (2, [4, 4, 4], 176, 176, None, 1331, 1331, 1331, 2**12),
    (2, [6, 6], 198, 198, 352, 484, 484, 484, 2**12),
    (2, [10, 10], 1400, 1400, 2016, 3136, 3136, 3136, 2**20),
    (2, [2, 5], 16, 16, None, 29, 64, 64, 2**7),
    (2, [1, 3], None, None, None, 5, 8, 14, 2**4),
    (3, [7, 8, 9], 8320, 28080, None, 773760, 773760, 773760, 2**24),
    (4, [3, 3, 3], None, None, None, 211, 512, 512, 2**9),
]
COLUMNS = [
    theory.montufar_2014,
    theory.montufar_2014_remainders,
    theory.serra_2018_lower,
    theory.serra_2018_upper,
    theory.montufar_2017,
    theory.raghu_2017,
    theory.trivial,
]
SMALL = [
    (inputs, list(widths))
    for inputs in (1, 2, 3)
    for depth in (1, 2, 3)
    for widths in product(range(1, 8), repeat=depth)
]


def defined(function, *arguments):
    """The value of a bound, or None where it does not apply."""
    try:
        return function(*arguments)
    except HypothesisError:
        return None


@pytest.mark.parametrize(("inputs", "widths", *"abcdefg"), TABLE)
def test_the_bounds_have_their_worked_values(inputs, widths, a, b, c, d, e, f, g) -> None:
    assert [defined(column, inputs, widths) for column in COLUMNS] == [a, b, c, d, e, f, g]


def test_serra_upper_of_eight_inputs_and_three_layers_of_eight_is_5900722() -> None:
    assert theory.serra_2018_upper(8, [8, 8, 8]) == 5900722


@pytest.mark.parametrize(
    ("inputs", "widths", "regions"), [(2, [6, 2], 12), (2, [8, 3, 3], 72), (3, [10, 2, 2, 2], 176)]
)
def test_arora_2018_has_its_worked_values(inputs, widths, regions) -> None:
    assert theory.arora_2018(inputs, widths) == regions


@pytest.mark.parametrize(
    ("width", "inputs", "regions"), [(3, 2, 7), (5, 2, 16), (8, 2, 37), (6, 3, 42), (10, 4, 386)]
)
def test_zaslavsky_has_its_worked_values(width, inputs, regions) -> None:
    assert theory.zaslavsky(inputs, [width]) == regions


def test_central_and_bounded_regions_have_their_worked_values() -> None:
    assert [theory.zaslavsky_central(n, [m]) for m, n in [(5, 3), (6, 4)]] == [22, 52]
    assert [theory.zaslavsky_bounded(n, [m]) for m, n in [(3, 2), (5, 2), (6, 3)]] == [1, 6, 10]


def test_zaslavskys_numbers_satisfy_the_recursion_of_deletion_and_restriction() -> None:
    for m, n in product(range(1, 12), range(1, 8)):
        assert buck(m, n) == buck(m - 1, n) + buck(m - 1, n - 1)
        assert buck(m, n) == sum(comb(m, j) for j in range(n + 1))
        assert theory.zaslavsky_bounded(n, [m]) == comb(m - 1, n)
        assert theory.zaslavsky_central(n, [m]) == 2 * sum(comb(m - 1, j) for j in range(n))


def test_units_of_several_pieces_have_their_worked_values() -> None:
    hard_tanh = [partition_bound([3] * m, n) for m, n in [(3, 2), (4, 3), (5, 2)]]
    assert hard_tanh == [19, 65, 51]


def test_a_layer_has_as_many_cells_as_choices_of_few_units_and_of_a_wall_of_each() -> None:
    for pieces in product(range(1, 5), repeat=4):
        for dim in range(5):
            choices = (c for j in range(dim + 1) for c in combinations(pieces, j))
            assert partition_bound(pieces, dim) == sum(
                prod(k - 1 for k in choice) for choice in choices
            )


def test_serra_upper_is_the_sum_over_its_index_set() -> None:
    """Serra et al. (2018), Theorem 1, as it is written."""
    for inputs, widths in SMALL:
        assert theory.serra_2018_upper(inputs, widths) == serra_by_definition(inputs, widths)


def test_the_matrix_form_with_serras_table_is_serras_bound() -> None:
    """Hinz and van de Geer (2019)."""
    for inputs, widths in SMALL:
        columns = theory.hinz_2019(inputs, widths, lambda dim, width: few_off(dim, width))
        assert columns == theory.hinz_2019(inputs, widths)
        assert columns == theory.serra_2018_upper(inputs, widths)


def test_the_matrix_form_with_coarser_tables_is_montufars_and_the_trivial_bound() -> None:
    """Hinz and van de Geer (2019): as many regions as general position or patterns, all on."""

    def generic_on(dim: int, width: int) -> dict[int, int]:
        return {width: buck(width, dim)}

    def all_on(dim: int, width: int) -> dict[int, int]:
        return {width: 2**width}

    for inputs, widths in SMALL:
        assert theory.hinz_2019(inputs, widths, generic_on) == theory.montufar_2017(inputs, widths)
        assert theory.hinz_2019(inputs, widths, all_on) == theory.trivial(inputs, widths)


def test_the_bounds_form_a_chain() -> None:
    for inputs, widths in SMALL:
        values = [defined(column, inputs, widths) for column in COLUMNS]
        theorem5, remainders, lower, upper, *above = values
        if theorem5 is not None:
            assert theorem5 <= remainders <= upper
        if lower is not None:
            assert lower <= upper
            assert remainders is None or remainders <= lower
        assert [upper, *above] == sorted([upper, *above])
        arora = defined(theory.arora_2018, inputs, widths)
        assert arora is None or arora <= upper


def test_on_a_line_serra_upper_is_a_product_unless_a_layer_has_one_unit() -> None:
    for depth in (1, 2, 3):
        for widths in product(range(2, 6), repeat=depth):
            assert theory.serra_2018_upper(1, widths) == prod(n + 1 for n in widths)
    assert theory.serra_2018_upper(1, [1, 1, 1]) == 4


def test_serras_lower_bound_without_its_hypothesis_would_exceed_the_upper_bound() -> None:
    """(floor(2/2) + 1)^2 Z(5, 2) = 64 regions of widths 2, 5 on a plane, of which 29 exist."""
    with pytest.raises(HypothesisError, match="three units for each of 2 inputs"):
        theory.serra_2018_lower(2, [2, 5])
    assert 2**2 * buck(5, 2) == 64 > theory.serra_2018_upper(2, [2, 5]) == 29


@pytest.mark.parametrize(
    ("width", "inputs", "rank", "regions"),
    [(3, 2, 3, 19), (2, 2, 3, 9), (2, 2, 4, 16), (3, 1, 3, 7), (5, 3, 4, 376), (5, 2, 2, 16)],
)
def test_montufar_ren_zhang_2022_has_its_worked_values(width, inputs, rank, regions) -> None:
    assert theory.montufar_2022(inputs, [width], rank) == regions


@pytest.mark.parametrize(
    ("width", "inputs", "rank", "low", "high"),
    [(3, 2, 3, 9, 27), (3, 1, 3, 3, 27), (2, 3, 4, 16, 16)],
)
def test_proposition_8_of_2014_has_its_worked_values(width, inputs, rank, low, high) -> None:
    assert theory.maxout_2014_lower(inputs, [width], rank) == low
    assert theory.maxout_2014_upper(inputs, [width], rank) == high


@pytest.mark.parametrize(
    ("inputs", "depth", "rank", "regions"), [(2, 2, 4, 64), (1, 3, 2, 8), (3, 3, 4, 1024)]
)
def test_theorem_9_of_2014_has_its_worked_values(inputs, depth, rank, regions) -> None:
    assert theory.maxout_2014_lower(inputs, [inputs] * depth, rank) == regions


@pytest.mark.parametrize(("inputs", "rank"), [(1, 3), (1, 4), (2, 3), (2, 5), (2, 6)])
def test_theorem_9_of_2014_is_refused_where_its_construction_fails(inputs, rank) -> None:
    with pytest.raises(HypothesisError, match="even ranks up to twice"):
        theory.maxout_2014_lower(inputs, [inputs] * 2, rank)


def test_serras_maxout_bound_has_its_worked_values_and_is_never_the_sharper_one() -> None:
    both = [theory.serra_2018_maxout_upper, theory.montufar_2022]
    assert [bound(2, [3, 3], 3) for bound in both] == [2116, 361]
    assert [bound(2, [2, 2], 3) for bound in both] == [484, 81]
    assert [bound(1, [3], 3) for bound in both] == [10, 7]
    for inputs, widths in SMALL[:200]:
        for rank in (1, 2, 3, 4):
            coarse, sharp = (bound(inputs, widths, rank) for bound in both)
            assert sharp <= coarse


def test_maxout_bounds_form_a_chain() -> None:
    for inputs, widths in SMALL:
        for rank in (2, 3, 4):
            low = defined(theory.maxout_2014_lower, inputs, widths, rank)
            sharp = theory.montufar_2022(inputs, widths, rank)
            high = defined(theory.maxout_2014_upper, inputs, widths, rank)
            assert low is None or low <= sharp
            assert high is None or sharp <= high
    for inputs, widths in SMALL:
        assert theory.montufar_2022(inputs, widths, 2) == theory.montufar_2017(inputs, widths)


def test_mixed_ranks_give_elementary_symmetric_polynomials() -> None:
    assert theory.montufar_2022(2, [3], [2, 3, 4]) == 1 + (1 + 2 + 3) + (2 + 3 + 6)
    assert theory.montufar_2022(2, [2, 3], [[2, 3], [2, 3, 4]]) == 6 * 18
    assert theory.montufar_2022(1, [2, 2], [2, 3]) == 3 * 5
    assert theory.goujon_2022(2, [[2, 3], [2, 3, 4]]) == 6 * 18


def test_steady_outputs_keep_dimensions_that_rectifiers_lose() -> None:
    def by_definition(dim: int, layers: list[Layer]) -> int:
        if not layers:
            return 1
        first, *rest = layers
        return sum(
            comb(first.rectified, off)
            * by_definition(min(dim, first.steady + first.rectified - off), rest)
            for off in range(min(dim, first.rectified) + 1)
        )

    for dim in (1, 2, 3):
        for numbers in product(range(4), repeat=6):
            layers = [Layer(*numbers[i : i + 2]) for i in (0, 2, 4)]
            assert narrowing_bound(dim, layers) == by_definition(dim, layers)


def test_expected_counts_do_not_depend_on_depth_and_are_trivial_for_few_units() -> None:
    """Hanin, Rolnick (2019b)."""
    assert theory.hanin_rolnick_2019(3, 2) == 4
    assert theory.hanin_rolnick_2019(1, 10) == 320
    assert theory.hanin_rolnick_2019(2, 10, volume=4) == 4 * theory.hanin_rolnick_2019(2, 10)
    assert theory.tseran_montufar_2021(2, 10, 2) == (64 * 10) ** 2 / 2


WIDE = [function for function in COLUMNS if function is not theory.serra_2018_lower]


@pytest.mark.parametrize("function", [*WIDE, theory.serra_2018_lower, theory.hinz_2019])
@pytest.mark.parametrize("inputs", [2, 100, 3000])
def test_fifty_layers_of_ten_thousand_units_take_less_than_a_second(function, inputs) -> None:
    started = process_time()
    value = function(inputs, [10_000] * 50)
    assert process_time() - started < 1
    assert type(value) is int
    assert value.bit_length() > 1000


@pytest.mark.parametrize("function", [*COLUMNS, theory.arora_2018, theory.hinz_2019])
@pytest.mark.parametrize(
    ("inputs", "widths"),
    [
        *[(0, [3]), (-1, [3]), (2, [0, 3]), (2, [3, -1]), (2, []), (2.5, [3]), (2, ["3"]), (2, 3)],
        *[(2, [10**30]), (10**30, [2])],  # beyond what binomial coefficients are for
    ],
)
def test_impossible_architectures_are_refused(function, inputs, widths) -> None:
    with pytest.raises(HypothesisError):
        function(inputs, widths)


def test_wide_layers_have_bounds_though_nobody_could_write_down_all_patterns() -> None:
    """Z(n, 2) = 1 + n + n (n - 1) / 2, for a billion and for as many units as may be."""
    for width in (10**9, 10**18):
        assert theory.serra_2018_upper(2, [width]) == 1 + width + width * (width - 1) // 2
        with pytest.raises(TooLarge, match="more digits"):
            theory.trivial(2, [width])
        assert "trivial" not in {bound.name for bound in theory.relu_bounds(2, [width])}


@pytest.mark.parametrize("rank", [0, -2, 1.5, [2, 2], [[2], [2, 2], [2]]])
def test_impossible_ranks_are_refused(rank) -> None:
    with pytest.raises(HypothesisError):
        theory.montufar_2022(2, [2, 2, 3], rank)


def serra_by_definition(inputs: int, widths: list[int]) -> int:
    """The sum over all tuples of the index set, one by one."""
    total = 0
    for offs in product(*(range(width + 1) for width in widths)):
        room = inputs
        for width, off in zip(widths, offs, strict=True):
            if off > min(room, width):
                break
            room = min(room, width - off)
        else:
            total += prod(comb(width, off) for width, off in zip(widths, offs, strict=True))
    return total
