"""The search on boxes, held to the loop over all regions, which shares no bounds with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from unittest.mock import ANY

import generators
import numpy as np
import pytest
from flint import fmpq, fmpq_mat
from hypothesis import given, settings
from hypothesis import strategies as st

import linreg
from linreg.domains import Box, Polytope
from linreg.network.rectified import rectified
from linreg.questions import deciding, extremes, optimising, radii, verifying
from linreg.questions.box_cells import OFF
from linreg.questions.boxes import boxed_network
from linreg.questions.leaves import LeafSolver
from linreg.questions.loop_or_search import Budget
from linreg.questions.searching import LONGEST, BoxNode, BoxSearch
from linreg.rational import rational
from linreg.readers.query import Query, QueryNetwork, Tensor, condition

pytest.importorskip("numba")

from linreg.kernel.bounds.units import FINE, GRID, POINT

HAIR = Fraction(1, 2**40)


@contextmanager
def searching() -> Iterator[None]:
    """Context in which bounded questions are searched, however few regions there are."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (extremes, verifying):
            patch.setattr(module, "pieces_or_none", lambda *_: None)
        yield


def _box(net: linreg.Network, data: st.DataObject) -> Box:
    return data.draw(generators.boxes(net.input_dim))


@settings(max_examples=20)
@given(st.data())
def test_every_network_is_one_of_rectifiers(data: st.DataObject) -> None:
    net = data.draw(generators.networks())
    same = rectified(net.staged)
    for _ in range(4):
        x = data.draw(generators.points(net.input_dim))
        exact = [fmpq(entry.numerator, entry.denominator) for entry in x]
        found = [Fraction(int(y.p), int(y.q)) for y in same.forward_exact(exact)]
        assert found == net.forward_exact(x)


@settings(max_examples=20)
@given(st.data())
def test_no_value_in_a_box_lies_outside_its_bounds(data: st.DataObject) -> None:
    net = data.draw(generators.networks())
    box = _box(net, data)
    centre, radius = (
        [
            fmpq((a + sign * b).numerator, 2 * (a + sign * b).denominator)
            for a, b in zip(box.upper, box.lower, strict=True)
        ]
        for sign in (1, -1)
    )
    outputs = net.staged.readout.n_outputs
    asked = [[fmpq(int(i == j)) for j in range(outputs)] + [fmpq(0)] for i in range(outputs)]
    boxed = boxed_network(net.staged, centre, radius, asked)
    if boxed is None:  # a stage has no rows
        return
    ends = data.draw(
        st.lists(
            st.lists(st.integers(-8, 8), min_size=2, max_size=2, unique=True).map(sorted),
            min_size=box.dim,
            max_size=box.dim,
        )
    )
    low, high = (np.array([end[k] for end in ends], dtype=np.int64) << (GRID - 3) for k in (0, 1))
    bounds = boxed.tables.bound(low, high, *boxed.root)
    assert bounds.free != -2
    if bounds.free < 0:
        return
    scales = boxed.tables.scales[-1]
    for shares in ([0] * box.dim, [4] * box.dim, [1, 3, 2][: box.dim]):
        u = [
            Fraction(int(a), 1 << GRID) * (4 - s) / 4 + Fraction(int(b), 1 << GRID) * s / 4
            for a, b, s in zip(low, high, shares, strict=True)
        ]
        x = [Fraction(int(t.p), int(t.q)) for t in boxed.point(u)]
        for k, y in enumerate(net.forward_exact(x)):
            least = Fraction(int(bounds.found[k]), 1 << (POINT + FINE))
            assert least * Fraction(2) ** int(scales[k]) <= -y


@settings(max_examples=10)
@given(st.data())
def test_searches_find_the_extremes_that_the_loop_finds(data: st.DataObject) -> None:
    net = data.draw(generators.networks(max_units=6))
    box = _box(net, data)
    weights = data.draw(generators.vectors(net.staged.readout.n_outputs))
    expected = linreg.maximum(net, weights, box)
    with searching():
        found = linreg.maximum(net, weights, box)
    assert (found.status, found.value, found.bound) == ("attained", expected.value, expected.value)
    assert found.point is not None
    values = zip(weights, net.forward_exact(found.point), strict=True)
    assert sum(a * y for a, y in values) == found.value


@contextmanager
def settling() -> Iterator[None]:
    """Context in which boxes are left to their cells at once, without programs."""
    with pytest.MonkeyPatch.context() as patch, searching():
        patch.setattr(BoxNode, "is_for_regions", lambda *_: True)
        for module in (deciding, optimising):
            patch.setattr(module, "MANY_FREE", -1)
        yield


@settings(max_examples=8)
@given(st.data())
def test_cells_of_boxes_have_the_extremes_that_the_loop_finds(data: st.DataObject) -> None:
    net = data.draw(generators.networks(inputs=st.just(2), max_units=4))
    row = data.draw(generators.vectors(2))
    domain = Polytope([[1, 0], [-1, 0], [0, 1], [0, -1], row], [2, 2, 2, 2, "1/2"])
    weights = data.draw(generators.vectors(net.staged.readout.n_outputs))
    expected = linreg.maximum(net, weights, domain)
    assert expected.value is not None
    with settling():
        assert linreg.maximum(net, weights, domain).value == expected.value
        minus = [-entry for entry in weights]
        for threshold, holds in ((expected.value, False), (expected.value + HAIR, True)):
            unsafe = Polytope([minus], [-threshold])
            assert linreg.verify(net, inputs=domain, unsafe=unsafe).holds is holds


def test_a_search_that_ends_among_cells_keeps_the_box(monkeypatch: pytest.MonkeyPatch) -> None:
    """|x| + |y| is 2 on the square; the time is over when its first cell is looked at."""
    net = linreg.mlp(
        [([[1, 0], [-1, 0], [0, 1], [0, -1]], [0, 0, 0, 0])], readout=([[1, 1, 1, 1]], [0])
    )
    box = Box([-1, -1], [1, 1])
    looks = iter([False, True, True] * 2)
    monkeypatch.setattr(Budget, "is_spent", property(lambda _: next(looks, True)))
    with settling():
        found = linreg.maximum(net, domain=box)
        open_ = linreg.verify(net, inputs=box, unsafe=Polytope([[-1]], [-2 - HAIR]))
    assert (found.status, found.value, found.complete) == ("stopped", 2, False)
    assert found.bound is not None
    assert found.bound >= 2
    assert open_.verdict == "unknown"


@settings(max_examples=8)
@given(st.data())
def test_searches_on_polytopes_find_what_the_loop_finds(data: st.DataObject) -> None:
    net = data.draw(generators.networks(inputs=st.just(2), max_units=4))
    row = data.draw(generators.vectors(2))
    domain = Polytope([[1, 0], [-1, 0], [0, 1], [0, -1], row], [2, 2, 2, 2, "1/2"])
    weights = data.draw(generators.vectors(net.staged.readout.n_outputs))
    expected = linreg.minimum(net, weights, domain)
    with searching():
        assert linreg.minimum(net, weights, domain).value == expected.value


@settings(max_examples=8)
@given(st.data())
def test_verdicts_of_searches_flip_at_the_exact_extreme(data: st.DataObject) -> None:
    net = data.draw(generators.networks(max_units=5))
    box = _box(net, data)
    outputs = net.staged.readout.n_outputs
    weights = data.draw(generators.vectors(outputs).filter(any))
    top = linreg.maximum(net, weights, box).value
    assert top is not None
    minus = [-entry for entry in weights]
    with searching():
        for threshold, holds in ((top - HAIR, False), (top, False), (top + HAIR, True)):
            found = linreg.verify(net, inputs=box, unsafe=Polytope([minus], [-threshold]))
            assert found.holds is holds


@settings(max_examples=8)
@given(st.data())
def test_verdicts_on_several_rows_are_those_of_the_loop(data: st.DataObject) -> None:
    net = data.draw(
        generators.networks(max_units=5).filter(lambda net: net.staged.readout.n_outputs > 1)
    )
    box = _box(net, data)
    outputs = net.staged.readout.n_outputs
    rows = [data.draw(generators.vectors(outputs)) for _ in range(2)]
    unsafe = Polytope(rows, data.draw(generators.vectors(2)))
    expected = linreg.verify(net, inputs=box, unsafe=unsafe)
    with searching():
        found = linreg.verify(net, inputs=box, unsafe=unsafe)
    assert found.holds is expected.holds


def test_a_search_that_is_stopped_has_a_bound_that_is_true() -> None:
    rng = np.random.default_rng(3)
    layers = [
        (rng.integers(-4, 5, (8, 3)), rng.integers(-4, 5, 8)),
        (rng.integers(-4, 5, (8, 8)), rng.integers(-4, 5, 8)),
    ]
    net = linreg.mlp(layers, readout=(rng.integers(-4, 5, (1, 8)), [0]))
    box = Box([-1] * 3, [1] * 3)
    exact = linreg.maximum(net, domain=box)
    assert exact.value is not None
    with searching():
        found = linreg.maximum(net, domain=box, limit=3)
        unknown = linreg.verify(
            net, inputs=box, unsafe=Polytope([[-1]], [-exact.value - HAIR]), limit=2
        )
    assert not found.complete
    assert found.value is not None
    assert found.bound is not None
    assert found.value <= exact.value <= found.bound
    assert (unknown.holds, unknown.reason) == (None, "the limit was reached")
    assert unknown.bound is not None
    assert unknown.bound >= -HAIR


def test_no_side_of_a_box_stays_long_for_ever() -> None:
    """Shares that speak of one coordinate alone do not leave the other as it is."""

    class Shares:
        shares = np.array([1.0, 0.0])
        free = -1

    ends = np.full(2, 1 << GRID, dtype=np.int64)
    none = np.zeros((0, 0), dtype=np.int64)
    node = BoxNode(-ends, ends, none, none, None, 0)
    while (node.high - node.low).max() > 1:
        halves = node.halves(Shares(), ())
        assert halves is not None
        node = halves[0]
        widths = node.high - node.low
        assert widths.max() <= 2 * LONGEST * widths.min()
    assert node.halves(Shares(), ()) is None
    assert node.depth == 2 * (GRID + 1)


@settings(max_examples=10)
@given(st.data())
def test_walks_without_rounding_are_bounds_whatever_the_multipliers(data: st.DataObject) -> None:
    net = data.draw(generators.networks(max_units=4)).staged
    n = net.input_dim
    form = [*map(rational, data.draw(generators.vectors(net.readout.n_outputs))), fmpq(0)]
    boxed = boxed_network(net, [fmpq(1, 3)] * n, [fmpq(2)] * n, [form])
    if boxed is None or not boxed.network.layers:
        return
    search = BoxSearch(net, boxed)
    node = search.root((0,))
    bounds = search.bound(node)
    if bounds.free < 0:
        return
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    free = list(zip(*map(np.ndarray.tolist, np.nonzero(bounds.codes == 2)), strict=True))
    splits = {unit: bool(rng.integers(2)) for unit in free if rng.integers(2)}
    guides = rng.uniform(0, 2, (2, *bounds.codes.shape))
    found = boxed.walks.bound(node, bounds, splits, [1 << 16], guides)
    scale = Fraction(2) ** int(node.tables.scales[-1][0])
    bound = Fraction(int(found.p), int(found.q)) / (1 << 16) * scale
    for u in rng.uniform(-1, 1, (20, n)):
        state = search.input(u)
        for s, layer in enumerate(boxed.network.layers):
            z = [row[0] for row in layer.map.apply(fmpq_mat(len(state), 1, state)).table()]
            if any((z[i] > 0) != on for (stage, i), on in splits.items() if stage == s):
                break
            state = [max(entry, fmpq(0)) for entry in z[: layer.units]] + z[layer.units :]
        else:
            values = boxed.network.readout.apply(fmpq_mat(len(state), 1, state)).entries()
            value = sum((a * y for a, y in zip(form, values, strict=False)), fmpq(0))
            assert bound <= -Fraction(int(value.p), int(value.q))


def test_multipliers_bound_a_sum_that_cancels() -> None:
    """1000 relu(x) - 1000 relu(x - 2^-30) is at most 1000 2^-30, which no rounded walk sees."""
    tiny = Fraction(1, 2**30)
    net = linreg.mlp([([[1], [1]], [0, -tiny])], readout=([[1000, -1000]], [0])).staged
    boxed = boxed_network(net, [fmpq(3)], [fmpq(1)], [[fmpq(1), fmpq(0)]])
    assert boxed is not None
    search = BoxSearch(net, boxed)
    node = search.root((0,))
    bounds = search.bound(node)
    found = boxed.walks.bound(node, bounds, {}, [1 << 16], np.zeros((2, 1, 2)))
    scale = Fraction(2) ** int(node.tables.scales[-1][0])
    assert Fraction(int(found.p), int(found.q)) * scale == -1000 * tiny * (1 << 16)
    assert int(bounds.found[0]) < found * (1 << 29)


def test_programs_propose_and_walks_decide(monkeypatch: pytest.MonkeyPatch) -> None:
    """A solver that says of every box that nothing can be met is believed in none."""
    net = linreg.mlp([([[1, 0], [0, 1], [1, 1]], [0, 0, -1])], readout=([[1, 1, -2]], [0]))
    honest = LeafSolver.solve

    def lying(self: LeafSolver, *arguments: object) -> object:
        answer = honest(self, *arguments)  # type: ignore[arg-type]
        if answer is None:
            return None
        return type(answer)(
            -1.0,
            answer.point,
            np.ones_like(answer.weights),
            answer.guides * 3 + 1,
            answer.multipliers * 3 + 1,
            None,
        )

    monkeypatch.setattr(LeafSolver, "solve", lying)
    with searching():
        found = linreg.verify(
            net, inputs=Box([0, 0], [1, 1]), unsafe=Polytope([[-1]], ["-9999999/10000000"])
        )
        top = linreg.maximum(net, domain=Box([0, 0], [1, 1]))
    assert found.holds is False
    assert top.value == 1


@settings(max_examples=10)
@given(st.data())
def test_searches_find_the_distances_that_the_loop_finds(data: st.DataObject) -> None:
    net = data.draw(
        generators.networks(max_units=4, depth=st.integers(1, 2)).filter(
            lambda net: net.staged.readout.n_outputs > 1
        )
    )
    x = data.draw(generators.points(net.input_dim))
    norm = data.draw(st.sampled_from(["linf", "l1", "l2"]))
    box = Box([entry - 2 for entry in x], [entry + 2 for entry in x])
    expected = linreg.robustness(net, x, norm, box)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(radii, "pieces_or_none", lambda *_: None)
        found = linreg.robustness(net, x, norm, box)
    assert found.complete
    for name in ("tie", "flip"):
        one, other = getattr(found, name), getattr(expected, name)
        assert (one is None) == (other is None)
        if one is not None:
            assert (one.exact, one.squared) == (other.exact, other.squared)


@settings(max_examples=12)
@given(st.data())
def test_conditions_on_inputs_and_outputs_at_once_are_searched_too(data: st.DataObject) -> None:
    """Weak, strict and equal rows over x and y together, in one or two alternatives."""
    net = data.draw(generators.networks(inputs=st.integers(1, 2), max_units=4))
    n, m = net.input_dim, net.staged.readout.n_outputs
    box = tuple(
        condition({i: Fraction(sign)}, Fraction(2), ">=") for i in range(n) for sign in (1, -1)
    )
    alternatives = []
    for _ in range(data.draw(st.integers(1, 2))):
        rows = []
        for _ in range(data.draw(st.integers(1, 2))):
            *entries, constant = data.draw(generators.vectors(n + m + 1))
            relation = data.draw(st.sampled_from([">=", ">", "=="]))
            rows.append(condition(dict(enumerate(entries)), constant, relation))
        alternatives.append((*box, *rows))
    network = QueryNetwork("", (Tensor("X", (n,)),), (Tensor("Y", (m,)),))
    query = Query((network,), tuple(alternatives))
    expected = linreg.verify(net, query)
    with searching():
        found = linreg.verify(net, query)
    assert found.holds is expected.holds
    if found.counterexample is not None:
        assert query.is_unsafe(found.counterexample, net.forward_exact(found.counterexample))


def _flat() -> linreg.Network:
    """Four units that are off on most of a cube, behind seven that switch all over it."""
    rng = np.random.default_rng(0)
    first = rng.integers(-8, 9, size=(7, 3)) / 8, rng.integers(-8, 9, size=7) / 8
    second = rng.integers(-8, 9, size=(4, 7)) / 8, np.full(4, -1.0)
    return linreg.mlp([first, second], readout=([[1] * 4], [3]))


def test_where_a_network_is_constant_no_cells_are_told_apart(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Rounded bounds never reach a value that is attained all over a box."""
    net, cube = _flat(), Box([-1] * 3, [1] * 3)
    with searching():
        known = linreg.minimum(net, [1], cube)
        monkeypatch.setattr(optimising._Ascent, "_is_capped", lambda *_: False)
        unknown = linreg.minimum(net, [1], cube)
    assert known.value == unknown.value == 3
    assert 4 * known.nodes < unknown.nodes


@pytest.mark.parametrize(("taken_for_off", "greatest"), [(OFF, 2), (ANY, Fraction(1, 4))])
def test_units_that_are_on_are_no_reason_to_leave_a_box(
    taken_for_off: object, greatest: Fraction, monkeypatch: pytest.MonkeyPatch
) -> None:
    """relu(x + 1/4) - 3 relu(x) + 4 relu(-x - 1/2) is 2 at -1, and 1/4 at 0 between valleys."""
    quarter = Fraction(1, 4)
    first = [[1], [1], [-1]], [quarter, 0, -2 * quarter]
    net = linreg.mlp([first], readout=([[1, -3, 4]], [0]))
    monkeypatch.setattr(optimising, "sampled", lambda *_: np.zeros((1, 1)))
    monkeypatch.setattr(optimising, "MANY_FREE", -1)  # boxes alone
    monkeypatch.setattr(optimising, "OFF", taken_for_off)
    with searching():
        assert linreg.maximum(net, [1], Box([-1], [1])).value == greatest
