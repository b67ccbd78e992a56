"""Floats that discard regions, held to the exact maps: what they discard does not matter."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from unittest.mock import patch

import generators
import numpy as np
import pytest
from flint import fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

import linreg
from linreg.domains import Box, Domain, WholeSpace
from linreg.network import Network
from linreg.questions import far, float_bounds, radii, region_norms
from linreg.questions.float_bounds import FloatForms
from linreg.questions.input_sets import domain_forms, input_set
from linreg.questions.loop_or_search import has_more_regions
from linreg.questions.region_norms import map_errors
from linreg.rational import rational


def _thirds(net: Network) -> Network:
    """The network of a third of the inputs, so that floats round."""
    third = linreg.mlp(
        [],
        readout=(
            [
                [Fraction(int(i == j), 3) for i in range(net.input_dim)]
                for j in range(net.input_dim)
            ],
            [Fraction(1, 7)] * net.input_dim,
        ),
    )
    return third.then(net)


def _bounds_are_true(net: Network, box: Box) -> bool:
    """Whether no form exceeds its bound at a corner, nor is reached nearer than its distance."""
    regions = linreg.enumerate_regions(net, box)
    n_outputs = net.staged.readout.n_outputs
    lead = [fmpq(1, 3)] * n_outputs + [fmpq(-1, 5)]
    forms = FloatForms.on(net.staged, regions.patterns, [lead])
    ends = [[rational(entry) for entry in end] for end in (box.lower, box.upper)]
    highest = forms.highest(*ends)[:, 0].tolist()
    distances = forms.distances(ends[0], "linf")[:, 0].tolist()
    for i, region in enumerate(regions):
        matrix, shift = region.exact_affine_map.matrix, region.exact_affine_map.shift
        gradient = [sum(column, Fraction(0)) / 3 for column in zip(*matrix, strict=True)]
        constant = sum(shift, Fraction(0)) / 3 - Fraction(1, 5)
        values = [
            sum((g * x for g, x in zip(gradient, corner, strict=True)), constant)
            for corner in product(*zip(box.lower, box.upper, strict=True))
        ]
        slope = sum(map(abs, gradient), Fraction(0))
        if max(values) > Fraction(highest[i]):
            return False
        if slope and Fraction(distances[i]) > max(-values[0] / slope, Fraction(0)):
            return False
    return True


@settings(max_examples=20)
@given(st.data())
def test_forms_on_regions_stay_below_their_bounds(data: st.DataObject) -> None:
    net = _thirds(data.draw(generators.networks(max_units=5)))
    assert _bounds_are_true(net, data.draw(generators.boxes(net.input_dim)))


def test_without_their_errors_the_bounds_are_not_true() -> None:
    net = linreg.mlp([([["1/3"], ["1/7"]], ["1/5", "1/9"])], readout=([["1/3", "1/7"]], ["1/11"]))
    box = Box([0], [1])
    assert _bounds_are_true(net, box)
    with patch.multiple(float_bounds, growth_of=lambda _: 0.0, UNDERFLOW=0.0, OUTWARD=1.0):
        honest = FloatForms.on

        def exactly(*arguments: object) -> FloatForms:
            found = honest(*arguments)  # type: ignore[arg-type]
            none = np.zeros_like(found.gradient_errors), np.zeros_like(found.constant_errors)
            return FloatForms(found.gradients, found.constants, *none)

        with patch.object(FloatForms, "on", exactly):
            assert not all(_bounds_are_true(net, Box([Fraction(1, n)], [1])) for n in range(2, 12))


def _errors_are_true(net: Network, domain: Domain) -> bool:
    """Whether entries of all matrices are as near to the exact ones as is said."""
    regions = linreg.enumerate_regions(net, domain)
    errors = map_errors(net.staged)
    return all(
        abs(Fraction(float(entry)) - exact) <= Fraction(float(error))
        for region, matrix in zip(regions, regions.affine_maps.matrices, strict=True)
        for exacts, entries, bounds in zip(
            region.exact_affine_map.matrix, matrix, errors, strict=True
        )
        for exact, entry, error in zip(exacts, entries, bounds, strict=True)
    )


@settings(max_examples=20)
@given(st.data())
def test_one_error_serves_for_the_jacobians_of_all_regions(data: st.DataObject) -> None:
    net = _thirds(data.draw(generators.networks(max_units=5)))
    assert _errors_are_true(net, data.draw(generators.boxes(net.input_dim)))


def test_an_error_of_nothing_is_too_small() -> None:
    net = linreg.mlp([([["1/3"], ["1/7"]], [1, 1])], readout=([["1/3", "1/7"]], [0]))
    assert _errors_are_true(net, Box([0], [1]))
    with patch.object(region_norms, "growth_of", lambda _: 0.0):
        assert not _errors_are_true(net, Box([0], [1]))


@settings(max_examples=20)
@given(st.data())
def test_points_never_prove_more_regions_than_there_are(data: st.DataObject) -> None:
    net = data.draw(generators.networks(max_units=5))
    box = data.draw(generators.boxes(net.input_dim))
    inputs = input_set(domain_forms(box), net.input_dim)
    assert inputs is not None
    there = linreg.count_regions(net, box)
    assert not has_more_regions(net.staged, inputs, there)


def test_points_of_a_box_see_the_four_quadrants_of_it_and_not_those_beside_it() -> None:
    net = linreg.mlp([([[1, 0], [0, 1]], [0, 0])])
    for low, regions in ((-1, 4), (0, 1)):
        inputs = input_set(domain_forms(Box([low, low], [1, 1])), 2)
        assert inputs is not None
        assert has_more_regions(net.staged, inputs, regions - 1) or regions == 1
        assert not has_more_regions(net.staged, inputs, regions)


@settings(max_examples=3)
@given(st.data())
def test_what_is_far_is_found_in_cones_as_in_the_whole_space(data: st.DataObject) -> None:
    net = data.draw(
        generators.networks(max_units=4, depth=st.integers(1, 2)).filter(
            lambda net: net.staged.readout.n_outputs > 1 and net.input_dim <= 2
        )
    )
    x = data.draw(generators.points(net.input_dim))
    norm = data.draw(st.sampled_from(["linf", "l1", "l2"]))
    expected = linreg.robustness(net, x, norm, WholeSpace(net.input_dim))
    with patch.object(radii, "FEW_REGIONS", 1):
        found = linreg.robustness(net, x, norm, WholeSpace(net.input_dim))
    for name in ("tie", "flip"):
        one, other = getattr(found, name), getattr(expected, name)
        assert (one is None) == (other is None)
        if one is not None:
            assert (one.exact, one.squared) == (other.exact, other.squared)


WEDGE = linreg.mlp([([[1], [-1]], [0, 0])], readout=([[1, 1], [1, 1]], [0, -1]))
"""|x| and |x| - 1: the second never has as much, but they differ by nothing, relative to x, in the
limit."""


@pytest.mark.parametrize("boxes", [0, far.MOST_BOXES])
def test_a_tie_in_the_limit_alone_is_none(boxes: int) -> None:
    with patch.object(radii, "FEW_REGIONS", 1), patch.object(far, "MOST_BOXES", boxes + 1):
        found = linreg.robustness(WEDGE, [0])
    assert (found.tie, found.flip, found.complete) == (None, None, True)


def test_a_flip_beyond_all_boxes_is_found() -> None:
    """|x| against 10^6 - |y|, from the origin: the nearest flip is where |x| + |y| = 10^6."""
    net = linreg.mlp(
        [([[1, 0], [-1, 0], [0, 1], [0, -1]], [0] * 4)],
        readout=([[0, 0, -1, -1], [1, 1, 0, 0]], [10**6, 0]),
    )
    with patch.object(radii, "FEW_REGIONS", 1):
        found = linreg.robustness(net, [0, 0])
    assert found.flip is not None
    assert (found.flip.exact, found.complete) == (5 * 10**5, True)
