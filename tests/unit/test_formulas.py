"""Arguments that no theorem is about are refused, and the corners of what they are about."""

from __future__ import annotations

from itertools import permutations, product

import pytest

from linreg.formulas import buck, layerwise_bound, partition_bound, pattern_bound


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
