"""Arguments that no theorem is about are refused, and the corners of what they are about."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations, product
from math import factorial, inf

import pytest

from linreg import theory
from linreg.errors import HypothesisError, TooLarge
from linreg.formulas import (
    braid_regions,
    buck,
    catalan_regions,
    hypotheses,
    layerwise_bound,
    linial_regions,
    partition_bound,
    pattern_bound,
    semiorder_regions,
    shi_regions,
    threshold_graph_regions,
    type_b_regions,
    type_d_regions,
)
from linreg.formulas.histograms import few_off

HUGE = 10**17
WIDE = [HUGE, HUGE]
SQUARE = (1, 3, 3)


@pytest.mark.parametrize(("hyperplanes", "dim"), [(-1, 2), (2, -1), (-1, -1)])
def test_a_negative_number_of_hyperplanes_or_dimensions_is_refused(
    hyperplanes: int, dim: int
) -> None:
    with pytest.raises(ValueError, match=f"got {hyperplanes} and {dim}"):
        buck(hyperplanes, dim)


@pytest.mark.parametrize("pieces", [[0], [2, 0], [-3], [2, 2, -1]])
def test_a_unit_without_pieces_is_refused(pieces: list[int]) -> None:
    for refused in (
        lambda: pattern_bound(pieces),
        lambda: partition_bound(pieces, 2),
        lambda: layerwise_bound([[2], pieces], [2, 1]),
    ):
        with pytest.raises(ValueError, match=f"got {min(pieces)}"):
            refused()


def test_a_negative_dimension_is_refused() -> None:
    with pytest.raises(ValueError, match="got -1"):
        partition_bound([2], -1)
    with pytest.raises(ValueError, match="got -2"):
        layerwise_bound([[2]], [-2])


@pytest.mark.parametrize("dims", [[], [2], [2, 2, 2]])
def test_layers_and_dimensions_of_other_numbers_are_refused(dims: list[int]) -> None:
    with pytest.raises(ValueError, match="argument"):
        layerwise_bound([[2], [2]], dims)


def test_nothing_cuts_nothing() -> None:
    """A point, a space without hyperplanes, a network without units: one region each."""
    assert [buck(m, 0) for m in range(9)] == [1] * 9
    assert [buck(0, n) for n in range(9)] == [1] * 9
    assert pattern_bound([]) == partition_bound([], 3) == layerwise_bound([], []) == 1
    assert [partition_bound([5, 5, 5], 0), partition_bound([1, 1, 1], 3)] == [1, 1]


def test_few_units_have_all_patterns() -> None:
    for pieces in product(range(1, 5), repeat=3):
        assert partition_bound(pieces, 3) == partition_bound(pieces, 7) == pattern_bound(pieces)
        assert partition_bound(pieces, 2) <= pattern_bound(pieces)


def test_the_order_of_units_does_not_matter() -> None:
    for dim in range(5):
        assert len({partition_bound(pieces, dim) for pieces in permutations([1, 2, 3, 5])}) == 1


def test_units_of_two_pieces_are_hyperplanes() -> None:
    """Zaslavsky (1975), Theorem A."""
    for m, n in product(range(12), range(6)):
        assert partition_bound([2] * m, n) == buck(m, n)


def test_a_second_layer_multiplies() -> None:
    """Montufar (2017): a layer makes at most so many regions of each cell."""
    assert layerwise_bound([[2] * 2, [2] * 5], [2, 2]) == buck(2, 2) * buck(5, 2) == 64
    assert layerwise_bound([[2], [2] * 3], [2, 1]) == buck(1, 2) * buck(3, 1) == 8


@pytest.mark.parametrize(
    "ask",
    [
        lambda: buck(HUGE, HUGE - 1),
        lambda: buck(HUGE - 1, HUGE),
        lambda: few_off(HUGE, HUGE),
        lambda: theory.relu_bounds(HUGE, WIDE),
        lambda: theory.two_piece_bounds(HUGE, WIDE),
        lambda: theory.maxout_bounds(HUGE, WIDE, 3),
        lambda: theory.zaslavsky(HUGE, [HUGE + 1]),
        lambda: theory.montufar_2014(HUGE, [3 * HUGE, HUGE]),
        lambda: theory.montufar_2014_remainders(HUGE, [2 * HUGE - 1, HUGE]),
        lambda: theory.serra_2018_lower(10**8, [10**9] * 50),
        lambda: theory.serra_2018_upper(HUGE, WIDE),
        lambda: theory.serra_2018_upper(10**6, [10**6]),
        lambda: theory.serra_2018_upper(10**5, [10**5, 2 * 10**5] * 9),
        lambda: theory.hinz_2019(HUGE, WIDE),
        lambda: theory.zigzag_lower(HUGE, WIDE),
        lambda: theory.maxout_2014_lower(HUGE, [HUGE], 3),
        lambda: theory.widths_against_one_layer(HUGE, WIDE),
        lambda: theory.deep_order(HUGE, HUGE, 3),
        lambda: theory.search_maximum(HUGE, WIDE),
        lambda: theory.xiong_formula((1, HUGE), 2, 2),
        lambda: theory.xiong_formula((1, 10**6), 9, 3),
        lambda: theory.xiong_asymptotics((1, 10**6), 2),
        lambda: theory.generic_count(SQUARE, HUGE, 2),
        lambda: theory.generic_count((HUGE, 3, 3), 2, 2),
        lambda: theory.koszul_upper((HUGE, 3, 3), 2, 2),
        lambda: braid_regions(HUGE),
        lambda: shi_regions(HUGE),
        lambda: catalan_regions(HUGE),
        lambda: linial_regions(HUGE),
        lambda: semiorder_regions(HUGE),
        lambda: type_b_regions(HUGE),
        lambda: type_d_regions(HUGE),
        lambda: threshold_graph_regions(HUGE),
    ],
)
def test_what_would_take_for_ever_is_refused_at_once(ask: Callable[[], object]) -> None:
    with pytest.raises(TooLarge, match=r"\d{3},\d{3}|provably"):
        ask()


def test_products_and_powers_have_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hypotheses, "MOST_BITS", 64)
    assert pattern_bound([2**20, 2**20 - 1, 2**20 - 2]) == 2**20 * (2**20 - 1) * (2**20 - 2)
    for pieces in ([2**20, 2**20 - 1, 2**20 - 2, 2**20 - 3], [2] * 65, [2**200] * 2):
        with pytest.raises(TooLarge, match=r"more digits than anybody .* at most 64 bits"):
            pattern_bound(pieces)


def test_numbers_of_a_layer_have_a_limit() -> None:
    for shape, filters, kernel, more in [
        ((1, 10**18 + 1), 2, 2, {}),
        (SQUARE, 10**18, 2, {}),
        (SQUARE, 2, 2, {"padding": 10**18 + 1}),
        (SQUARE, 2, 2, {"stride": 10**18 + 1}),
    ]:
        with pytest.raises(HypothesisError, match=r"at most 10\^18: got "):
            theory.xiong_formula(shape, filters, kernel, **more)


def test_what_can_be_worked_out_of_huge_layers_is() -> None:
    """1 + m + m (m - 1) / 2 lines: Buck (1943)."""
    cut = 1 + HUGE + HUGE * (HUGE - 1) // 2
    values = {bound.name: bound.value for bound in theory.relu_bounds(2, [HUGE])}
    assert values["zaslavsky"] == values["montufar_2017"] == values["serra_2018_upper"] == cut
    assert theory.maxout_2014_upper(2, [HUGE], 1) == 1
    assert theory.maxout_2014_upper(2, [2], HUGE) == HUGE**2


def test_expected_numbers_beyond_float64_are_infinite_and_below_it_are_not() -> None:
    """(32 N)^n / n!, beyond 150 factors by logarithms."""
    assert theory.hanin_rolnick_2019(HUGE, 2 * HUGE) == inf
    assert theory.tseran_montufar_2021(HUGE, HUGE, HUGE) == inf
    exact = 100**151 / factorial(151)
    assert theory.hanin_rolnick_2019(151, 200, gradient=1 / 64) == pytest.approx(exact)
