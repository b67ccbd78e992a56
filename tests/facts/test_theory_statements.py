"""The numbered statements of the papers that no other file is about, each under its number."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest

from linreg import count_regions, enumerate_regions, mlp, theory, zoo
from linreg.units import maxout

Matrix = list[list[Fraction]]


def random_layers(inputs: int, widths: list[int], seed: int) -> list[tuple[Matrix, list[Fraction]]]:
    """Integer weights and biases from -9 to 9."""
    random = Random(seed)
    before = [inputs, *widths]
    return [
        (
            [[Fraction(random.randint(-9, 9)) for _ in range(m)] for _ in range(n)],
            [Fraction(random.randint(-9, 9)) for _ in range(n)],
        )
        for m, n in zip(before, widths, strict=False)
    ]


def test_pascanu_montufar_bengio_2013_one_layer_has_zaslavskys_number_at_most() -> None:
    """Proposition 2 with its upper bound: attained in general position, and never exceeded."""
    made = zoo.zaslavsky(3, 6)
    assert count_regions(made.network) == theory.zaslavsky(3, [6]) == 42
    for seed in range(10):
        net = mlp(random_layers(3, [6], seed))
        assert count_regions(net) <= 42


@pytest.mark.parametrize(("inputs", "widths"), [(1, [3, 2]), (2, [4, 4]), (2, [4, 2, 3])])
def test_theorem_5_of_2014_is_attained_by_folding(inputs, widths) -> None:
    made = zoo.folding(inputs, *widths)
    assert count_regions(made.network, made.domain) == theory.montufar_2014(inputs, widths)


@pytest.mark.parametrize(("inputs", "widths"), [(2, [5, 4]), (2, [3, 3]), (3, [5, 3])])
def test_equation_6_of_2014_folds_with_remainders_too(inputs, widths) -> None:
    made = zoo.folding(inputs, *widths)
    regions = count_regions(made.network, made.domain)
    assert regions == theory.montufar_2014_remainders(inputs, widths)
    assert regions > theory.montufar_2014(inputs, widths)


def test_equation_7_of_2014_gives_the_map_of_every_layer_on_a_region() -> None:
    """M_k = D_k W_k M_(k-1) and v_k = D_k (W_k v_(k-1) + b_k), D_k the units that are on."""
    layers = random_layers(2, [4, 3, 2], seed=1)
    for region in enumerate_regions(mlp(layers))[::7]:
        matrix, shift = [[Fraction(i == j) for j in range(2)] for i in range(2)], [Fraction(0)] * 2
        on = iter(region.pattern.tolist())
        for weight, bias in layers:
            columns = list(zip(*matrix, strict=True))
            product = [
                [sum(a * b for a, b in zip(row, column, strict=True)) for column in columns]
                for row in weight
            ]
            moved = [
                sum(a * v for a, v in zip(row, shift, strict=True)) + b
                for row, b in zip(weight, bias, strict=True)
            ]
            active = [next(on) for _ in weight]
            matrix = [[d * x for x in row] for d, row in zip(active, product, strict=True)]
            shift = [d * x for d, x in zip(active, moved, strict=True)]
        assert region.exact_affine_map.matrix.tolist() == matrix
        assert region.exact_affine_map.shift.tolist() == shift


@pytest.mark.parametrize(("inputs", "width", "rank"), [(1, 2, 3), (2, 2, 3), (2, 3, 2), (3, 2, 4)])
def test_proposition_8_of_2014_holds_for_random_maxout_layers(inputs, width, rank) -> None:
    """Between its bounds lies the true maximum, and no layer of any weights is above."""
    lower = theory.maxout_2014_lower(inputs, [width], rank)
    most = theory.montufar_2022(inputs, [width], rank)
    assert lower <= most <= theory.maxout_2014_upper(inputs, [width], rank)
    for seed in range(10):
        net = mlp(random_layers(inputs, [width * rank], seed), activation=maxout(rank))
        assert count_regions(net) <= most


def test_examples_10_and_11_of_2014_are_the_shi_and_catalan_arrangements() -> None:
    """As maxout layers of rank 3 and 4: (n + 1)^(n - 1) and n! C_n regions."""
    for n, shi, catalan in [(2, 3, 4), (3, 16, 30), (4, 125, 336)]:
        assert count_regions(zoo.shi_maxout(n).network) == shi
        assert count_regions(zoo.catalan_maxout(n).network) == catalan


def test_theorem_1_ii_of_xiong_et_al_2020_the_expectation_is_the_maximum() -> None:
    """One layer: almost all weights have the same number, so its variance is zero."""
    for layer in [((1, 4), 2, 2), ((1, 3, 3), 2, 2), ((2, 3), 3, 2)]:
        counts = {theory.generic_count(*layer, seed=seed) for seed in range(5)}
        assert counts == {theory.koszul_upper(*layer)}
