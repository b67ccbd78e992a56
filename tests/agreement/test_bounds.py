"""No network has more regions than any upper bound allows."""

from __future__ import annotations

import json

import pytest
from generators import domains, networks
from golden_networks import cases
from hypothesis import given, settings
from hypothesis import strategies as st

from linreg import Box, Polytope, count_regions, load, mlp, theory, zoo
from linreg.theory import stable
from linreg.units import absolute, hard_tanh, leaky_relu, maxout, relu


@given(data=st.data(), net=networks())
@settings(max_examples=100)
def test_no_network_exceeds_an_upper_bound(data, net) -> None:
    domain = data.draw(domains(net.input_dim))
    regions = count_regions(net, domain)
    for bound in theory.report(net, domain):
        assert bound.side == "max_at_least" or regions <= bound.value, bound


@given(
    net=networks(kinds=st.just(relu()), skips=False, max_units=9, width=st.integers(1, 5)),
)
@settings(max_examples=100)
def test_no_rectifier_network_exceeds_an_upper_bound(net) -> None:
    regions = count_regions(net)
    bounds = theory.report(net)
    assert {"serra_2018_upper", "hinz_2019"} <= {bound.name for bound in bounds}
    for bound in bounds:
        assert bound.side == "max_at_least" or regions <= bound.value, bound


@given(
    kind=st.sampled_from([leaky_relu("1/4"), absolute(), hard_tanh(), maxout(3)]), data=st.data()
)
@settings(max_examples=75)
def test_no_network_of_other_units_exceeds_an_upper_bound(kind, data) -> None:
    net = data.draw(networks(kinds=st.just(kind), max_units=6, depth=st.integers(2, 3)))
    regions = count_regions(net)
    for bound in theory.report(net):
        assert bound.side == "max_at_least" or regions <= bound.value, bound


def test_golden_networks_exceed_no_upper_bound() -> None:
    for case in cases():
        for bound in theory.report(case.network, case.domain):
            if bound.side != "max_at_least":
                assert case.expected["activation_regions"] <= bound.value, (case.name, bound)


def test_abs_exceeds_the_bound_that_serra_proves_for_relu() -> None:
    """A unit that folds keeps its dimension: 8 regions of widths 1, 1, 1, where ReLU has 4."""
    layers = [([[1]], [0]), ([[1]], [-2]), ([[1]], [-1])]
    assert count_regions(mlp(layers, activation=absolute())) == 8
    assert theory.serra_2018_upper(1, [1, 1, 1]) == 4
    names = {bound.name for bound in theory.report(mlp(layers, activation=absolute()))}
    assert "serra_2018_upper" not in names


def test_units_that_are_stable_on_a_small_box_leave_one_region() -> None:
    net = mlp([([[1, 1], [1, -1]], [10, -10]), ([[1, 1]], [-5])])
    box = Box([-1, -1], [1, 1])
    assert theory.serra_ramalingam_2020(net, box) == 1 == count_regions(net, box)
    assert theory.serra_ramalingam_2020(net) > 1


def test_a_bound_cell_by_cell_knows_what_the_second_layer_sees() -> None:
    """relu(x), relu(-x) feed relu(h1 + h2 - 1), relu(-h1 - h2): two kinks, and none."""
    net = mlp([([[1], [-1]], [0, 0]), ([[1, 1], [-1, -1]], [-1, 0])])
    assert theory.serra_ramalingam_2020(net) == 4 == count_regions(net)
    assert theory.serra_2018_upper(1, [2, 2]) == 9


def test_rows_about_several_coordinates_bound_units_too() -> None:
    """On |x| + |y| < 1 the sums stay below 1, on the box around it they do not."""
    net = mlp([([[1, 1], [1, -1], [1, 0]], [-1, -1, 0])])
    diamond = Polytope([[1, 1], [1, -1], [-1, 1], [-1, -1]], [1, 1, 1, 1])
    assert theory.serra_ramalingam_2020(net, diamond) == 2 == count_regions(net, diamond)
    assert theory.serra_ramalingam_2020(net, Box([-1, -1], [1, 1])) == 7


@given(data=st.data(), net=networks(max_units=6, depth=st.integers(1, 2)))
@settings(max_examples=40)
def test_the_bound_cell_by_cell_is_never_above_that_of_ranges(data, net) -> None:
    domain = data.draw(domains(net.input_dim))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stable, "INPUTS_FOR_PROGRAMS", 0)
        ranges = theory.serra_ramalingam_2020(net, domain)
    assert count_regions(net, domain) <= theory.serra_ramalingam_2020(net, domain) <= ranges


def test_bounds_of_fully_connected_layers_are_marked_where_weights_are_shared(tmp_path) -> None:
    """Two filters on 3 x 3 cells have 255 regions at most, eight units on R^9 have 256."""
    path = tmp_path / "convolution.json"
    layers = [
        {"type": "conv2d", "weight": [[[[1, 2], [3, -5]]], [[[2, -3], [1, 7]]]], "bias": [1, 2]},
        {"type": "relu"},
    ]
    path.write_text(json.dumps({"input_shape": [1, 3, 3], "layers": layers}))
    assert count_regions(load(path)) == 255 < theory.zaslavsky(9, [8]) == 256
    for bound in theory.report(load(path)):
        assert ("shared weights" in bound.note) == (bound.side != "upper")
    connected = zoo.zaslavsky(2, 3).network
    assert not any("shared" in bound.note for bound in theory.report(connected))
