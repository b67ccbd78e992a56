"""Networks of the zoo have as many regions as their theorems say: all of them are enumerated."""

from __future__ import annotations

import pytest
from golden_networks import case

from linreg import HypothesisError, count_regions, zoo
from linreg.oracle import one_layer_count, sweep_patterns
from linreg.theory import (
    arora_2018,
    maxout_2014_lower,
    montufar_2014,
    montufar_2014_remainders,
    serra_2018_lower,
    serra_2018_upper,
    zigzag_lower,
)

KNOWN = [
    ("zaslavsky 2 5", 16),
    ("zaslavsky 3 6", 42),
    ("zaslavsky 3 2", 4),
    ("braid 4", 24),
    ("shi 3", 16),
    ("shi 4", 125),
    ("catalan 3", 30),
    ("catalan 4", 336),
    ("linial 4", 36),
    ("linial 5", 246),
    ("semiorder 3", 19),
    ("semiorder 4", 183),
    ("resonance 3", 32),
    ("resonance 4", 370),
    ("threshold 2", 14),
    ("threshold 3", 104),
    ("threshold-graphs 4", 46),
    ("type-b 3", 48),
    ("type-d 4", 192),
    ("shi-maxout 3", 16),
    ("shi-maxout 4", 125),
    ("catalan-maxout 3", 30),
    ("catalan-maxout 4", 336),
    ("folding 1 2 2", 6),
    ("folding 1 3 3", 12),
    ("folding 2 2 2 2", 4),
    ("folding 2 4 4", 44),
    ("folding 2 5 4", 66),
    ("folding 2 4 4 3", 112),
    ("folding 3 4 3", 16),
    ("folding-oriented 1 3 3", 12),
    ("folding-oriented 2 4 4", 44),
    ("folding-oriented 2 5 4", 66),
    ("serra 1 3 3", 16),
    ("serra 1 4 5", 30),
    ("serra 2 6 6", 352),
    ("serra 2 5 4", 88),
    ("telgarsky 1", 2),
    ("telgarsky 6", 64),
    ("arora 2 3 2 2", 12),
    ("arora 2 4 3 3", 72),
    ("arora 3 5 2 4", 176),
    ("abs-tower 1 3", 8),
    ("abs-tower 2 3", 64),
    ("residual-folds 5", 32),
    ("leaky-zigzag 2", 9),
    ("leaky-zigzag 4", 81),
    ("convolution 1 4 2 2", 55),
    ("convolution 2 3 3 2", 64),
    ("convolution 1 3 3 2 2 2", 255),
    ("lattice 1 2 1", 3),
    ("lattice 2 2 1", 4),
    ("maxout-thm9 1 2 3", 8),
    ("maxout-thm9 2 4 1", 16),
]


def made(text: str) -> zoo.Construction:
    """The network that a line of the command would make."""
    name, *numbers = text.split()
    return zoo.make(name, *map(int, numbers))


@pytest.mark.parametrize(("text", "regions"), KNOWN)
def test_a_network_has_the_regions_that_its_theorem_says(text, regions) -> None:
    one = made(text)
    assert count_regions(one.network, one.domain) == one.regions == one.at_least == regions


def test_every_family_is_enumerated_here() -> None:
    assert {text.split()[0] for text, _ in KNOWN} == set(zoo.CATALOGUE)


ONE_LAYER = """shi 5, catalan 4, linial 5, semiorder 4, resonance 5, threshold 3, type-b 4,
type-d 4, threshold-graphs 5, braid 5, zaslavsky 4 9"""
ON_A_LINE = "telgarsky 7, serra 1 5 4 3, folding 1 4 3, leaky-zigzag 4"


@pytest.mark.parametrize("text", ONE_LAYER.split(","))
def test_deletion_and_restriction_agrees_with_the_closed_forms(text) -> None:
    one = made(text)
    assert one_layer_count(one.network) == one.regions


@pytest.mark.parametrize(
    "text", ["telgarsky 7", "serra 1 5 4 3", "folding 1 4 3", "leaky-zigzag 4"]
)
def test_a_sweep_of_the_line_agrees_with_the_closed_forms(text) -> None:
    one = made(text)
    assert len(sweep_patterns(one.network, one.domain)) == one.regions


GOLDEN = {
    "shi_n3_relu": "shi 3",
    "shi_n3_maxout3": "shi-maxout 3",
    "catalan_n3_maxout4": "catalan-maxout 3",
    "linial_n4": "linial 4",
    "semiorder_n3": "semiorder 3",
    "resonance_n3": "resonance 3",
    "resonance_n5": "resonance 5",
    "threshold_functions_n3": "threshold 3",
    "threshold_functions_n4": "threshold 4",
    "threshold_graphs_n4": "threshold-graphs 4",
    "typeB_n3": "type-b 3",
    "typeD_n4": "type-d 4",
    "shi_n5_relu": "shi 5",
    "braid_n4": "braid 4",
    "thm5_fold_n1_3x3_unitcube": "folding 1 3 3",
    "thm5_fold_n2_4x4x3_unitcube": "folding 2 4 4 3",
    "thm5_fold_oriented_n2_5x4_unitcube": "folding-oriented 2 5 4",
    "serra_lower_n1_3x3": "serra 1 3 3",
    "telgarsky_L4_unit": "telgarsky 4",
    "arora_zonotope_n2_m3_w2": "arora 2 3 2 2",
    "abs_n2_2x2x2": "abs-tower 2 3",
    "leaky_fold_n1_2x2": "leaky-zigzag 2",
    "zaslavsky_n3_m6": "zaslavsky 3 6",
}


@pytest.mark.parametrize("name", GOLDEN)
def test_the_zoo_agrees_with_golden_networks_of_other_weights(name) -> None:
    assert made(GOLDEN[name]).regions == case(name).expected["activation_regions"]


def test_theorem_9_of_2014_is_attained_where_its_construction_works() -> None:
    """Montufar et al. (2014), Theorem 9; golden `maxout_thm9_n2_k4_L2` has 128 regions too."""
    for n0, rank, depth, regions in [(2, 4, 2, 128), (2, 2, 3, 16), (3, 4, 2, 512), (1, 2, 4, 16)]:
        one = zoo.maxout_thm9(n0, rank, depth)
        assert one.at_least == maxout_2014_lower(n0, [n0] * depth, rank)
        assert count_regions(one.network) == regions >= one.at_least
    assert case("maxout_thm9_n2_k4_L2").expected["activation_regions"] == 128


def test_the_zigzag_is_never_below_the_bounds_that_it_combines() -> None:
    for n0 in (1, 2, 3):
        for first in range(n0, 14):
            widths = [first, n0 + 2, 5]
            zigzag = zigzag_lower(n0, widths)
            assert montufar_2014(n0, widths) <= montufar_2014_remainders(n0, widths) <= zigzag
            assert zigzag <= serra_2018_upper(n0, widths)
            if first >= 3 * n0 and n0 == 1:
                assert serra_2018_lower(n0, widths) <= zigzag


def test_the_zoo_attains_the_bound_of_arora() -> None:
    for n0, m, w, depth in [(1, 2, 3, 3), (2, 2, 4, 2), (3, 3, 3, 2), (2, 3, 5, 2)]:
        one = zoo.arora(n0, m, w, depth)
        widths = [2 * m, *[w] * (depth - 1)]
        assert count_regions(one.network) == one.regions == arora_2018(n0, widths)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("shy 3", "did you mean shi"),
        ("shi", "shi n was expected"),
        ("shi 3 4", "shi n was expected"),
        ("shi 1", "n must be a whole number of at least 2"),
        ("braid -3", "whole number"),
        ("folding 2", "was expected"),
        ("convolution 1 3 3 2 2", "was expected"),
        ("convolution 1 3 2 4", "does not fit"),
        ("folding 2 1 4", "at least as wide as the input"),
        ("folding-oriented 2 4 2", "none can be avoided"),
        ("maxout-thm9 1 3 2", "even ranks"),
        ("arora 2 3 1 2", "at least 2"),
        ("resonance 30", "the zoo stops at"),
        ("zaslavsky 100000 100000", "the zoo stops at"),
        ("telgarsky 1000000", "the zoo stops at"),
        ("folding 2 5000 5000", "the zoo stops at"),
    ],
)
def test_networks_that_cannot_be_are_refused(text, reason) -> None:
    with pytest.raises(HypothesisError, match=reason):
        made(text)
