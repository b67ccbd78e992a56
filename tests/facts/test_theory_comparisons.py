"""Regions for each parameter."""

from __future__ import annotations

from fractions import Fraction
from math import log10

import pytest

from linreg import HypothesisError, theory, zoo


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


@pytest.mark.parametrize(("inputs", "depth"), [(1, 2), (2, 4), (3, 3)])
def test_quotients_of_wide_layers_tend_to_their_growth(inputs, depth) -> None:
    """Section 8 of the supplement of 2014, with the coefficients."""
    width = 30_000 * inputs
    low, high, shallow = theory.connected_growth(inputs, depth)
    deep, above, _, one = theory.deep_against_shallow(inputs, width, depth)
    for row, growth in ((deep, low), (above, high), (one, shallow)):
        exact = log10(row.regions) - log10(row.parameters)
        assert exact == pytest.approx(growth.log10_at(row.parameters), abs=2e-3)
    assert low.exponent == high.exponent == Fraction(inputs * depth, 2) - 1


def test_theorem_3_of_xiong_et_al_quotients_of_many_filters_tend_to_their_growth() -> None:
    def chain(filters):
        return [{"filters": filters, "kernel": 2}, {"filters": filters, "kernel": 3}]

    low, high, wide, connected = theory.convolutional_growth((1, 5), chain(1))
    d = 2000
    parameters = (2 + 1) * d + (3 * d + 1) * d
    filters, units = parameters // 3, parameters // 6
    for regions, growth in (
        # On a line the formula is the number that the lower bound takes for the last layer.
        (d**4 * theory.xiong_formula((1, 4), d, 3), low),
        (theory.xiong_2020_upper((1, 5), chain(d)), high),
        (theory.xiong_formula((1, 5), filters, 2), wide),
        (theory.zaslavsky(5, [units]), connected),
    ):
        exact = log10(regions) - log10(parameters)
        assert exact == pytest.approx(growth.log10_at(parameters), abs=1e-2)
    # The theorem as stated: d^(d0 * 4 - 2), squared parameters; the last layer adds 4 cells.
    assert low.exponent == Fraction(4 + 4 - 2, 2)
    assert (wide.exponent, connected.exponent) == (4, 4)
    # The same order, and for as many parameters far more regions.
    assert wide.log10_coefficient > connected.log10_coefficient + 1


def test_growth_is_refused_where_the_theorems_do_not_apply() -> None:
    with pytest.raises(HypothesisError):
        theory.connected_growth(0, 2)
    with pytest.raises(HypothesisError, match="without padding"):
        theory.convolutional_growth((1, 5), [{"filters": 2, "kernel": 2, "padding": 1}])
    with pytest.raises(HypothesisError):
        theory.growth_columns([])


@pytest.mark.parametrize("columns", [theory.columns, theory.growth_columns])
def test_columns_name_what_is_no_row(columns) -> None:
    other = theory.connected_growth(2, 2) if columns is theory.columns else [object()]
    for rows, said in [
        ([], "rows: at least one architecture was expected"),
        (None, "rows: a list was expected, got None"),
        ("ab", "rows: a list was expected"),
        ([1], r"rows\[0\]: \w+ was expected, got int"),
        (other, r"rows\[0\]: \w+ was expected, got (Growth|object)"),
    ]:
        with pytest.raises((TypeError, theory.HypothesisError), match=f"^{said}"):
            columns(rows)
