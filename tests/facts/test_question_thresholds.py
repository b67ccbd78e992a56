"""Verdicts flip where they should: a hair beside the exact extreme value."""

from __future__ import annotations

from fractions import Fraction

import generators
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import linreg
from linreg.domains import Box, Polytope, WholeSpace

HAIR = Fraction(1, 2**40)

KINK = linreg.mlp([([[1, 0], [0, 1], [1, 1]], [0, 0, -1])], readout=([[1, 1, -2]], [0]))


@settings(max_examples=8)
@given(st.data())
def test_a_threshold_at_the_maximum_is_met_and_one_above_is_not(data: st.DataObject) -> None:
    net = data.draw(generators.networks(max_units=5, depth=st.integers(1, 2)))
    box = data.draw(generators.boxes(net.input_dim))
    outputs = net.staged.readout.n_outputs
    weights = data.draw(generators.vectors(outputs))
    top = linreg.maximum(net, weights, box)
    assert top.value is not None
    assert top.point is not None

    def holds(threshold: Fraction) -> bool | None:
        above = Polytope([[-entry for entry in weights]], [-threshold])
        return linreg.verify(net, inputs=box, unsafe=above).holds

    if not any(weights):
        return
    assert holds(top.value) is False
    assert holds(top.value - HAIR) is False
    assert holds(top.value + HAIR) is True


@settings(max_examples=8)
@given(st.data())
def test_no_point_of_the_domain_beats_the_extremes(data: st.DataObject) -> None:
    net = data.draw(generators.networks(max_units=6))
    box = data.draw(generators.boxes(net.input_dim))
    ranges = linreg.output_range(net, box)
    for _ in range(8):
        shares = data.draw(st.lists(st.integers(0, 4), min_size=box.dim, max_size=box.dim))
        x = [
            low + Fraction(share, 4) * (high - low)
            for low, high, share in zip(box.lower, box.upper, shares, strict=True)
        ]
        for each, y in zip(ranges, net.forward_exact(x), strict=True):
            assert each.lowest.value is not None
            assert each.highest.value is not None
            assert each.lowest.value <= y <= each.highest.value


def test_an_empty_domain_has_no_extreme_value() -> None:
    nowhere = Polytope([[1, 0], [-1, 0]], [0, -1])
    assert linreg.maximum(KINK, domain=nowhere).status == "empty"


def test_a_flat_domain_is_a_domain() -> None:
    """On the line x = y from 0 to 1 the kink's top is at x = y = 1/2."""
    diagonal = Polytope([[1, -1], [-1, 1], [1, 0], [-1, 0]], [0, 0, 1, 0])
    found = linreg.maximum(KINK, domain=diagonal)
    assert (found.value, found.point) == (1, (Fraction(1, 2), Fraction(1, 2)))


def test_a_point_is_a_domain() -> None:
    point = Polytope([[1, 0], [-1, 0], [0, 1], [0, -1]], ["1/3", "-1/3", 2, -2])
    found = linreg.minimum(KINK, domain=point)
    assert (found.value, found.point) == (Fraction(-1, 3), (Fraction(1, 3), Fraction(2)))


def test_without_units_the_loop_has_one_region() -> None:
    net = linreg.mlp([], readout=([[2, -1]], [1]))
    assert linreg.maximum(net, domain=Box([0, 0], [1, 1])).value == 3
    assert linreg.maximum(net, domain=WholeSpace(2)).status == "unbounded"


def test_a_counterexample_has_the_largest_slack_of_its_region() -> None:
    """y >= 1/4 of y = relu(x) on [0, 1]: the slack is largest at x = 1, and is 3/4."""
    net = linreg.mlp([([[1]], [0])])
    found = linreg.verify(net, inputs=Box([0], [1]), unsafe=Polytope([[-1]], ["-1/4"]))
    assert (found.counterexample, found.slack) == ((1,), Fraction(3, 4))


def test_a_search_that_is_stopped_says_so() -> None:
    found = linreg.verify(
        KINK, inputs=WholeSpace(2), unsafe=Polytope([[-1], [1]], [-5, 4]), limit=1
    )
    assert (found.holds, found.complete, found.verdict) == (None, False, "unknown")
    assert found.reason


def test_functionals_have_a_weight_for_each_output() -> None:
    with pytest.raises(linreg.InvalidQuery, match="1 weight was expected"):
        linreg.maximum(KINK, [1, 2])
    with pytest.raises(linreg.NoSuchIndex):
        linreg.output_range(KINK, output=1)
