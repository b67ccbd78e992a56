"""Lipschitz constants by search on boxes, held to the loop over all regions."""

from __future__ import annotations

from fractions import Fraction

import generators
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import linreg
from linreg.questions import constants, region_norms
from linreg.questions.input_sets import domain_forms, input_set
from linreg.questions.loop_or_search import Budget
from linreg.questions.pieces import pieces_on
from linreg.questions.steepest import steepness_bound

pytest.importorskip("numba")

PAIRS = [(p, q) for p in ("l1", "l2", "linf") for q in ("l1", "l2", "linf")]
norms = st.sampled_from(PAIRS)


def _constant(net: linreg.Network, box: linreg.Box, pair: tuple[str, str]) -> linreg.Lipschitz:
    return linreg.lipschitz(net, box, *pair)


def _searched(net: linreg.Network, box: linreg.Box, pair: tuple[str, str]) -> linreg.Lipschitz:
    """The constant where one region alone is looked at before boxes are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(constants, "MOST_LOOPED", 1)
        return _constant(net, box, pair)


@settings(max_examples=25)
@given(st.data())
def test_search_and_loop_find_the_same_constant(data: st.DataObject) -> None:
    net = data.draw(generators.networks())
    box, pair = data.draw(generators.boxes(net.input_dim)), data.draw(norms)
    found, known = _searched(net, box, pair), _constant(net, box, pair)
    assert found.complete
    assert known.complete
    assert (found.exact, found.squared, found.root) == (known.exact, known.squared, known.root)
    assert found.upper_bound == known.upper_bound
    if found.exact is not None:
        assert found.upper_bound == found.exact


@settings(max_examples=15)
@given(st.data())
def test_floats_leave_no_region_out_that_is_the_steepest(data: st.DataObject) -> None:
    net = data.draw(generators.networks())
    box, pair = data.draw(generators.boxes(net.input_dim)), data.draw(norms)
    inputs = input_set(domain_forms(box), net.input_dim)
    if inputs is None or not inputs.dim:
        return
    pieces, rows = pieces_on(net.staged, inputs), range(net.staged.readout.n_outputs)
    found = []
    for few in (0, 10**9):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(region_norms, "FEW", few)
            best, complete = region_norms.steepest_piece(pieces, list(rows), pair, Budget())
        assert complete
        assert best is not None
        found.append((best[0], best[1].pattern))
    assert found[0] == found[1]


@settings(max_examples=15)
@given(st.data())
def test_a_bound_is_not_below_the_constant(data: st.DataObject) -> None:
    """On a box by what is decided there, and on the whole space by nothing."""
    net = data.draw(generators.networks())
    box, pair = data.draw(generators.boxes(net.input_dim)), data.draw(norms)
    rows = list(range(net.staged.readout.n_outputs))
    for domain in (box, None):
        known = linreg.lipschitz(net, domain, *pair)
        forms = domain_forms(box) if domain is not None else []
        inputs = input_set(forms, net.input_dim)
        if inputs is None or not inputs.dim:
            continue
        bound = steepness_bound(net.staged, inputs, rows, pair)
        size = known.squared if constants._EXACT_WHERE.isdisjoint({pair}) else known.exact
        if bound is not None and size is not None:
            assert bound >= size


def test_a_search_that_is_stopped_bounds_the_constant_from_both_sides() -> None:
    """relu(x) - relu(-x) is x, of slope 1; where nothing is known of its units it may be 2."""
    net = linreg.mlp([([[1], [-1]], [0, 0])], readout=([[1, -1]], [0]))
    found = linreg.lipschitz(net, limit=1)
    assert (found.complete, found.exact) == (False, Fraction(1))
    assert found.upper_bound is not None
    assert 2 <= found.upper_bound < 2 + Fraction(1, 2**20)
