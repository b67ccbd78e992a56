"""Regions for each parameter."""

from __future__ import annotations

from fractions import Fraction

import pytest

from linreg import theory, zoo


@pytest.mark.parametrize(
    ("width", "deep", "shallow"), [(10, 2430.6, 6.84), (20, 1.598e5, 13.5), (40, 1.043e7, 26.8)]
)
def test_section_8_of_2014_has_its_worked_values(width, deep, shallow) -> None:
    rows = theory.deep_against_shallow(2, width, 4)
    assert float(rows[0].regions_per_parameter) == pytest.approx(deep, rel=1e-3)
    assert float(rows[2].regions_per_parameter) == pytest.approx(shallow, rel=4e-3)


def test_the_exact_quotients_grow_like_their_orders() -> None:
    """Section 8 of the supplement of 2014: quotient and order differ by a bounded factor."""
    for width in (100, 1000, 10_000):
        rows = theory.deep_against_shallow(2, width, 4)
        deep = float(rows[0].regions_per_parameter) / theory.deep_order(2, width, 4)
        shallow = float(rows[2].regions_per_parameter) / theory.shallow_order(2, width, 4)
        assert 0.5 < deep < 1
        assert 0.1 < shallow < 0.2


def test_parameters_are_those_of_the_network() -> None:
    net = zoo.serra(2, 5, 4).network
    maps = [stage.map for stage in net.staged.stages]
    entries = sum(each.n_outputs * (each.n_inputs + 1) for each in maps)
    assert theory.parameter_count(2, [5, 4]) == entries


def test_as_many_parameters_make_fewer_regions_in_one_layer() -> None:
    for layers in (2, 3):
        chain = [{"filters": 4, "kernel": 2}] * layers
        deep, _, wide, connected = theory.convolutional_against_connected((1, 5), chain)
        assert wide.parameters <= deep.parameters
        assert connected.parameters <= deep.parameters
        assert connected.regions_per_parameter < deep.regions_per_parameter


def test_columns_have_a_number_for_each_architecture() -> None:
    rows = theory.deep_against_shallow(3, 6, 2)
    frame = theory.columns(rows)
    assert {len(column) for column in frame.values()} == {4}
    assert frame["regions_per_parameter"][0] == float(Fraction(rows[0].regions, rows[0].parameters))
