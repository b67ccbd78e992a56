"""Lipschitz constants, radii and differences, where arithmetic by hand or a theorem knows them."""

from __future__ import annotations

from fractions import Fraction
from math import prod

import generators
import numpy as np
import pytest
from flint import fmpq, fmpz
from hypothesis import given, settings
from hypothesis import strategies as st

import linreg
from linreg.domains import Box, Polytope
from linreg.polyhedra import Point, Solver
from linreg.questions import nearest
from linreg.questions.nearest import nearest_point
from linreg.questions.norms import operator_norm

WEDGE = linreg.mlp([], readout=([[1], [-1]], [0, 1]))
"""Outputs x and 1 - x, which tie at 1/2."""


@settings(max_examples=10)
@given(st.data())
def test_no_two_points_are_further_apart_than_the_constant_allows(data: st.DataObject) -> None:
    net = data.draw(generators.networks(max_units=5))
    constant = linreg.lipschitz(net).exact
    assert constant is not None
    for _ in range(5):
        x, y = (data.draw(generators.points(net.input_dim)) for _ in range(2))
        apart = max(abs(a - b) for a, b in zip(x, y, strict=True))
        images = zip(net.forward_exact(x), net.forward_exact(y), strict=True)
        assert max(abs(a - b) for a, b in images) <= constant * apart


@settings(max_examples=8)
@given(st.data())
def test_near_a_point_the_constant_is_at_most_the_one_around_it(data: st.DataObject) -> None:
    net = data.draw(generators.networks(max_units=5))
    x = data.draw(generators.points(net.input_dim))
    at, around = (linreg.local_lipschitz(net, x, radius).exact for radius in (0, 1))
    everywhere = linreg.lipschitz(net).exact
    assert at is not None
    assert around is not None
    assert everywhere is not None
    assert at <= around <= everywhere


def test_spectral_norms_are_compared_as_the_numbers_that_they_are() -> None:
    """The golden ratio squared is the largest root of t^2 - 3t + 1, for [[1, 1], [0, 1]]."""
    golden = operator_norm([[fmpq(1), fmpq(1)], [fmpq(0), fmpq(1)]], "l2", "l2")
    doubled = operator_norm(
        [[fmpq(1), fmpq(1), fmpq(0)], [fmpq(0), fmpq(1), fmpq(0)], [fmpq(0), fmpq(0), fmpq(1)]],
        "l2",
        "l2",
    )
    assert golden == doubled
    more = operator_norm([[fmpq(1), fmpq(1)], [fmpq(0), fmpq(1001, 1000)]], "l2", "l2")
    assert golden < more
    assert not more < golden


def test_a_norm_of_too_many_signs_is_refused() -> None:
    net = linreg.mlp([], readout=([[1] * 21 for _ in range(21)], [0] * 21))
    with pytest.raises(linreg.HypothesisError, match="vectors of signs"):
        linreg.lipschitz(net, None, "linf", "l1")


def test_a_lipschitz_constant_of_nothing_is_refused() -> None:
    nowhere = Polytope([[1], [-1]], [0, -1])
    with pytest.raises(linreg.InvalidDomain, match="empty"):
        linreg.lipschitz(WEDGE, nowhere)


@pytest.mark.parametrize("pivots", [False, True], ids=["proposed", "pivots"])
def test_projections_meet_the_conditions_of_kuhn_and_tucker(
    pivots: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On x + y >= 2, x >= 3/2 the point nearest to 0 is (3/2, 1/2); rows repeat and are slack."""
    if pivots:
        monkeypatch.setattr(nearest, "_proposals", lambda *_: [])
    rows = [[1, 1, -2], [2, 0, -3], [2, 2, -4], [0, 1, 9], [1, 0, 0]]
    integers = [[fmpz(entry) for entry in row] for row in rows]
    offsets = [[fmpq(1), fmpq(0), fmpq(0)], [fmpq(0), fmpq(1), fmpq(0)]]
    there = Point.of_rationals([fmpq(5), fmpq(5)])
    found = nearest_point(integers, offsets, there, "l2", Solver())
    assert found.point == [fmpq(3, 2), fmpq(1, 2)]
    assert found.size == fmpq(5, 2)


@settings(max_examples=8)
@given(st.data())
def test_no_input_within_the_radius_has_another_class(data: st.DataObject) -> None:
    net = data.draw(
        generators.networks(max_units=4, depth=st.integers(1, 2)).filter(
            lambda net: net.staged.readout.n_outputs > 1
        )
    )
    x = data.draw(generators.points(net.input_dim))
    box = Box([entry - 4 for entry in x], [entry + 4 for entry in x])
    found = linreg.robustness(net, x, "linf", box)
    assert found.complete
    reach = Fraction(4) if found.tie is None else found.tie.exact
    assert reach is not None
    for _ in range(6):
        shares = data.draw(st.lists(st.integers(-7, 7), min_size=len(x), max_size=len(x)))
        near = [entry + reach * Fraction(share, 8) for entry, share in zip(x, shares, strict=True)]
        outputs = net.forward_exact(near)
        if reach:
            assert all(
                other < outputs[found.label] for j, other in enumerate(outputs) if j != found.label
            )


@settings(max_examples=6)
@given(st.data())
def test_verdicts_flip_at_the_radius(data: st.DataObject) -> None:
    """No class ties within a hair less than the radius; the one that is named does within it."""
    net = data.draw(
        generators.networks(max_units=4, depth=st.integers(1, 2)).filter(
            lambda net: net.staged.readout.n_outputs > 1
        )
    )
    x = data.draw(generators.points(net.input_dim))
    found = linreg.robustness(net, x, "linf", Box([e - 4 for e in x], [e + 4 for e in x]))
    if found.tie is None or not found.tie.exact:
        return

    def ties(other: int, reach: Fraction) -> bool | None:
        row = [Fraction((i == found.label) - (i == other)) for i in range(n_outputs)]
        ball = Box([entry - reach for entry in x], [entry + reach for entry in x])
        return linreg.verify(net, inputs=ball, unsafe=Polytope([row], [0])).holds is False

    n_outputs = net.staged.readout.n_outputs
    within = found.tie.exact * (1 - Fraction(1, 2**20))
    assert ties(found.tie.label, found.tie.exact)
    assert not any(ties(j, within) for j in range(n_outputs) if j != found.label)


def test_a_point_on_the_boundary_has_radius_zero() -> None:
    found = linreg.robustness(WEDGE, ["1/2"])
    assert found.tie is not None
    assert (found.label, found.tie.exact, found.tie.point) == (0, 0, (Fraction(1, 2),))


def test_where_the_domain_has_no_other_class_there_is_no_distance() -> None:
    found = linreg.robustness(WEDGE, [2], domain=Box([1], [3]))
    assert (found.tie, found.flip, found.complete) == (None, None, True)


def test_the_least_output_wins_where_that_is_asked() -> None:
    assert linreg.robustness(WEDGE, [2], sense="min").label == 1


def test_a_point_outside_the_domain_is_refused() -> None:
    with pytest.raises(linreg.InvalidDomain, match="outside"):
        linreg.robustness(WEDGE, [5], domain=Box([1], [3]))


def test_equal_functions_are_proved_equal_and_a_hair_is_seen() -> None:
    """relu(x) - relu(-x) is x."""
    a = linreg.mlp([([[1], [-1]], [0, 0])], readout=([[1, -1]], [0]))
    b = linreg.mlp([], readout=([[1]], [0]))
    assert linreg.equivalent(a, b).holds is True
    c = linreg.mlp([], readout=([[1]], [Fraction(1, 2**70)]))
    found = linreg.equivalent(a, c)
    assert found.holds is False
    assert found.point is not None
    assert a.forward_exact(found.point) != c.forward_exact(found.point)


def test_a_difference_that_grows_for_ever_is_unbounded() -> None:
    a, b = (linreg.mlp([], readout=([[slope]], [0])) for slope in (1, 2))
    assert linreg.difference(a, b).status == "unbounded"
    found = linreg.equivalent(a, b)
    assert found.holds is False
    assert found.outputs is not None
    assert found.outputs[0] != found.outputs[1]


@settings(max_examples=10)
@given(st.data())
def test_the_largest_difference_is_that_of_the_point_it_names(data: st.DataObject) -> None:
    dims = st.just(2)
    a, b = (
        data.draw(generators.networks(inputs=dims, max_units=3, depth=st.just(1))) for _ in range(2)
    )
    if a.staged.readout.n_outputs != b.staged.readout.n_outputs:
        with pytest.raises(linreg.InvalidNetwork):
            linreg.difference(a, b)
        return
    found = linreg.difference(a, b, Box([-1, -1], [1, 1]))
    assert found.point is not None
    both = zip(a.forward_exact(found.point), b.forward_exact(found.point), strict=True)
    assert max(abs(x - y) for x, y in both) == found.value == found.bound


def test_a_network_after_another_is_their_composition() -> None:
    hat = linreg.mlp([([[1], [1]], [0, "-1/2"])], readout=([[2, -4]], [0]))
    sawtooth = hat.then(hat)
    for x in (Fraction(k, 8) for k in range(9)):
        assert sawtooth.forward_exact([x]) == hat.forward_exact(hat.forward_exact([x]))
    with pytest.raises(linreg.InvalidNetwork, match="must agree"):
        WEDGE.then(hat)


def test_a_closed_loop_steps_as_its_recursion_does() -> None:
    control = linreg.mlp([([[1, 1]], [0])], readout=([[-1]], [0]))
    A, B = [[1, 1], [0, "1/2"]], [[0], [1]]
    loop = linreg.closed_loop(control, A, B, steps=3, clip=(-1, 1))
    x = [Fraction(1, 3), Fraction(2)]
    state = x
    for _ in range(3):
        (u,) = control.forward_exact(state)
        u = max(Fraction(-1), min(Fraction(1), u))
        state = [state[0] + state[1], state[1] / 2 + u]
    assert loop.forward_exact(x) == state
    with pytest.raises(linreg.InvalidNetwork, match=r"B: shape \(2, 1\)"):
        linreg.closed_loop(control, A, [[1]], steps=1)


def test_a_constant_of_a_search_against_the_clock_is_a_lower_bound() -> None:
    """Hours of regions, and one second: what is found is at most the constant of the layers."""
    rng = np.random.default_rng(0)
    layers = [(rng.integers(-2, 3, (16, 6)), rng.integers(-2, 3, 16)) for _ in range(1)]
    layers += [(rng.integers(-2, 3, (16, 16)), rng.integers(-2, 3, 16)) for _ in range(2)]
    net = linreg.mlp(layers)
    found = linreg.lipschitz(net, timeout=0.5)
    assert not found.complete
    assert found.exact is not None
    assert found.exact <= prod(int(abs(weight).sum(axis=1).max()) for weight, _ in layers)
