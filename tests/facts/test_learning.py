"""Regions along paths of parameters and from checkpoint to checkpoint."""

from __future__ import annotations

import json
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import generators
import numpy as np
import pytest
from flint import fmpq_poly, fmpz_poly
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from linreg import (
    Box,
    Tracker,
    WholeSpace,
    clip,
    count_regions,
    maxout,
    mlp,
    parameter_path,
    relu,
    save,
    track,
)
from linreg.errors import HypothesisError, InvalidNetwork, UnreadableFile
from linreg.learning import (
    AlgebraicTime,
    Bracket,
    ParameterPath,
    network_between,
    network_of,
)
from linreg.learning.algebraic import compare, irreducible_factors, sorted_times
from linreg.learning.kinetic import Kinetic
from linreg.learning.number_field import NumberField
from linreg.learning.strict_systems import Basis, Dependency, positive_somewhere
from linreg.oracle import brute_force_patterns
from linreg.readers import network_from_json

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "experiments.json").read_text())
PATHS = [pytest.param(each, id=each["name"]) for each in GOLDEN["parameter_paths"]]
SQUARE = Box([-1, -1], [1, 1])


def networks_of(case: Any) -> tuple[Any, Any]:
    return network_from_json(case["network_at_0"]), network_from_json(case["network_at_1"])


def golden_events(case: Any) -> list[Any]:
    """The events of a case, without ends at which nothing happens."""
    return [
        each
        for each in case["expected"]["events_and_ends"]
        if len({n for n in (each["before"], each["at"], each["after"]) if n is not None}) > 1
        or each["born"]
        or each["died"]
    ]


def patterns(listed: Any) -> tuple[tuple[int, ...], ...]:
    return tuple(sorted(map(tuple, listed or ())))


def has_golden_events(path: ParameterPath, case: Any) -> None:
    assert path.complete
    expected = golden_events(case)
    assert len(path.events) == len(expected)
    for event, wanted in zip(path.events, expected, strict=True):
        assert (event.before, event.at, event.after) == (
            wanted["before"],
            wanted["at"],
            wanted["after"],
        )
        assert (event.born, event.died) == (patterns(wanted["born"]), patterns(wanted["died"]))
        if isinstance(wanted["time"], dict):
            assert isinstance(event.time, AlgebraicTime)
            low, high = map(Fraction, wanted["time"]["between"])
            near = event.time.refined(Fraction(1, 2**40))
            assert low <= near.low < near.high <= high
        else:
            assert event.time == Fraction(wanted["time"])


@pytest.mark.parametrize("case", [p for p in PATHS if "deep" not in str(p.id)])
def test_a_golden_path_of_one_layer_has_exactly_the_events_that_were_found_in_two_ways(
    case: Any,
) -> None:
    path = parameter_path(*networks_of(case))
    assert path.method == "minors"
    has_golden_events(path, case)


@pytest.mark.parametrize("case", PATHS)
def test_decisions_that_are_followed_end_at_exactly_the_golden_events(case: Any) -> None:
    first, last = networks_of(case)
    path = parameter_path(first, last, method="kinetic")
    assert path.method == "kinetic"
    has_golden_events(path, case)
    if len(first.staged.stages) > 1:
        assert parameter_path(first, last) == path


def test_a_decision_that_is_followed_too_far_makes_other_events(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    [case] = [each.values[0] for each in PATHS if each.id == "deep_2d"]
    monkeypatch.setattr(Kinetic, "_around", lambda self, clock, polynomials: clock.range)
    with pytest.raises(AssertionError):
        has_golden_events(parameter_path(*networks_of(case)), case)


@st.composite
def deep_paths(draw: st.DrawFn) -> tuple[Any, Any, Any]:
    kind = draw(st.sampled_from([relu(), clip(-1, 1), maxout(2)]))
    inputs, widths = draw(st.sampled_from([(1, (2, 2)), (1, (2, 1, 1)), (2, (2, 1))]))

    def network() -> Any:
        made, reads = [], inputs
        for width in widths:
            made.append(draw(generators.layers(width * kind.n_inputs, reads)))
            reads = width
        return mlp(made, activation=kind)

    return network(), network(), draw(st.sampled_from([None, Box([-2] * inputs, [1] * inputs)]))


@settings(max_examples=20, deadline=None)
@given(deep_paths())
def test_between_two_critical_times_of_a_deep_network_nothing_happens(case: Any) -> None:
    """And backwards the same happens at the mirrored times."""
    first, last, domain = case
    path = parameter_path(first, last, domain)
    assert (path.complete, path.method) == (True, "kinetic")
    back = parameter_path(last, first, domain)
    for event, mirrored in zip(path.events, back.events[::-1], strict=True):
        assert float(event.time) == pytest.approx(1 - float(mirrored.time))
        assert (event.at, event.born, event.died) == (mirrored.at, mirrored.died, mirrored.born)
    times = [float(event.time) for event in path.events]
    for at in (Fraction(9, 101), Fraction(50, 103), Fraction(96, 107)):
        assume(all(abs(float(at) - time) > 1e-6 for time in times))
        now = len(brute_force_patterns(_unstaged(first, last, at), domain))
        passed = [event for event in path.events if float(event.time) < at]
        ahead = path.events[len(passed) :]
        if passed:
            assert passed[-1].after == now
        if ahead:
            assert ahead[0].before == now


def test_where_following_is_too_much_work_changes_are_bisected(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    [case] = [each.values[0] for each in PATHS if each.id == "deep_2d"]
    monkeypatch.setattr("linreg.learning.path.MOST_DECISIONS", 5)
    assert parameter_path(*networks_of(case)).method == "bisection"
    assert parameter_path(*networks_of(case), method="kinetic").complete


@pytest.mark.parametrize("case", [p for p in PATHS if "deep" in str(p.id)])
def test_bisection_brackets_every_golden_event_of_a_deep_path_that_changes_the_regions(
    case: Any,
) -> None:
    width = Fraction(1, 2**9)
    path = parameter_path(*networks_of(case), method="bisection", width=width)
    assert (path.complete, path.method) == (False, "bisection")
    brackets = [event.time for event in path.events]
    assert all(isinstance(time, Bracket) and time.high - time.low <= 2 * width for time in brackets)
    for wanted in golden_events(case):
        time = wanted["time"]
        at = Fraction(time["between"][0]) if isinstance(time, dict) else Fraction(time)
        assert any(time.low <= at <= time.high for time in brackets)  # type: ignore[union-attr]


@st.composite
def single_layers(draw: st.DrawFn) -> tuple[Any, Any, Any]:
    kind = draw(st.sampled_from([relu(), clip(-1, 1), maxout(2)]))
    inputs, units = draw(st.sampled_from([(1, 3), (2, 2), (2, 3)]))
    rows = units * kind.n_inputs
    first, last = (mlp([draw(generators.layers(rows, inputs))], activation=kind) for _ in "01")
    return first, last, draw(st.sampled_from([None, Box([-2] * inputs, [1] * inputs)]))


@settings(max_examples=25, deadline=None)
@given(single_layers())
def test_between_two_critical_times_of_one_layer_nothing_happens(case: Any) -> None:
    """And at a critical time there are never more regions than just before or just after."""
    first, last, domain = case
    path = parameter_path(first, last, domain)
    assert path.complete
    for event in path.events:
        sides = [side for side in (event.before, event.after) if side is not None]
        assert event.at is not None
        assert all(event.at <= side for side in sides)
    times = [float(event.time) for event in path.events]
    for k in range(9):
        at = Fraction(k, 8) + Fraction(1, 1000) * (1 - Fraction(k, 4))
        assume(all(abs(float(at) - time) > 1e-6 for time in times))
        passed = [event for event in path.events if float(event.time) < at]
        ahead = [event for event in path.events if float(event.time) > at]
        now = len(brute_force_patterns(_unstaged(first, last, at), domain))
        if passed:
            assert passed[-1].after == now
        if ahead:
            assert ahead[0].before == now


def _unstaged(first: Any, last: Any, at: Fraction) -> Any:
    """The network between, made without the library's own function for it."""
    from linreg.affine import ExactAffineMap
    from linreg.network import AffineNode, Network, UnitNode
    from linreg.rational import rational

    t = rational(at)
    nodes: list[Any] = []
    for node, other in zip(first.nodes, last.nodes, strict=True):
        before = (nodes[-1].name if nodes else "input",)
        if isinstance(node, UnitNode):
            nodes.append(UnitNode(node.name, before, node.units))
            continue
        rows = [
            [a + t * (b - a) for a, b in zip(x, y, strict=True)]
            for x, y in zip(node.map.rows.table(), other.map.rows.table(), strict=True)
        ]
        made = ExactAffineMap.of([row[:-1] for row in rows], [row[-1] for row in rows])
        nodes.append(AffineNode(node.name, before, made))
    return Network(first.input_shape, tuple(nodes), nodes[-1].name)


def test_on_a_reversed_path_the_born_die_and_the_dead_are_born() -> None:
    [first, last] = networks_of(next(p.values[0] for p in PATHS if p.id == "golden_ratio"))
    there, back = parameter_path(first, last), parameter_path(last, first)
    for event, mirrored in zip(there.events, back.events[::-1], strict=True):
        assert float(event.time) == pytest.approx(1 - float(mirrored.time))
        assert (event.before, event.at, event.after) == (
            mirrored.after,
            mirrored.at,
            mirrored.before,
        )
        assert (event.born, event.died) == (mirrored.died, mirrored.born)


def test_two_parts_of_a_path_have_the_events_of_the_whole() -> None:
    [first, last] = networks_of(next(p.values[0] for p in PATHS if p.id == "golden_ratio"))
    middle = network_between(first, last, Fraction(1, 3))
    parts = parameter_path(first, middle).events + parameter_path(middle, last).events
    whole = parameter_path(first, last).events
    assert [(e.before, e.at, e.after) for e in parts] == [(e.before, e.at, e.after) for e in whole]


def test_lines_that_are_parallel_at_an_irrational_time_only_lose_a_region_just_then() -> None:
    """Of x = 0 and (1/2 - t^2)-like slopes: here y = t x and 2 t y = x meet but at t^2 = 1/2."""
    first = mlp([([[0, -1], [1, 0]], [0, -1])])
    last = mlp([([[1, -1], [1, -2]], [0, -1])])
    path = parameter_path(first, last)
    [event] = [each for each in path.events if isinstance(each.time, AlgebraicTime)]
    assert float(event.time) == pytest.approx(2**-0.5)
    assert (event.before, event.at, event.after) == (4, 3, 4)
    assert event.born == event.died == ()


def test_a_path_that_stands_still_has_no_events() -> None:
    net = mlp([([[1, 0], [0, 1], [1, 1]], [0, 0, -1])])
    assert parameter_path(net, net).events == ()
    deep = mlp([([[1]], [0]), ([[1]], [-1])])
    path = parameter_path(deep, deep)
    assert (path.events, path.complete) == ((), True)
    path = parameter_path(deep, deep, method="bisection")
    assert (path.events, path.complete) == ((), False)


def test_mistakes_of_paths_are_refused_by_name() -> None:
    one, two = mlp([([[1]], [0])]), mlp([([[1], [1]], [0, 0])])
    deep = mlp([([[1]], [0]), ([[1]], [-1])])
    with pytest.raises(InvalidNetwork, match="same units"):
        parameter_path(one, two)
    with pytest.raises(InvalidNetwork, match="unit 0"):
        parameter_path(one, mlp([([[1]], [0])], activation=clip(0, 1)))
    with pytest.raises(HypothesisError, match="2 stages"):
        parameter_path(deep, deep, method="minors")
    with pytest.raises(ValueError, match="bisection"):
        parameter_path(one, one, method="tree")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="width"):
        parameter_path(one, one, width=Fraction(0))


def test_roots_are_isolated_and_in_order() -> None:
    """(3x - 1)(2x^2 - 1)(x^2 - 3x + 1) has the roots 1/3, 0.381.. and 0.707.. in [0, 1]."""
    product = fmpz_poly([-1, 3]) * fmpz_poly([-1, 0, 2]) * fmpz_poly([1, -3, 1])
    roots = sorted_times(irreducible_factors([product]))
    assert [float(root) for root in roots] == pytest.approx([1 / 3, (3 - 5**0.5) / 2, 0.5**0.5])
    assert [compare(a, b) for a, b in pairwise(roots)] == [-1, -1]
    assert compare(roots[1], roots[1]) == 0
    assert sorted_times([(-2, 0, 1)]) == []
    near = sorted_times(irreducible_factors([fmpz_poly([-1, 0, 2]), fmpz_poly([-707107, 10**6])]))
    assert isinstance(near[0], AlgebraicTime)
    assert near[0].high < near[1]


def test_the_sign_of_a_polynomial_at_a_root_is_exact() -> None:
    [root] = sorted_times([(-1, 0, 2)])
    assert isinstance(root, AlgebraicTime)
    field = NumberField(root)

    def sign(*coefficients: int) -> int:
        return field.sign(field.element(fmpq_poly(list(coefficients))).polynomial)

    assert sign(-1, 0, 2) == 0
    assert sign(0, -3, 0, 6) == 0
    assert sign(-707106781, 10**9) == 1
    assert sign(-707106782, 10**9) == -1
    assert sign(-5) == -1


def test_positive_dependencies_are_told_from_others() -> None:
    [root] = sorted_times([(-1, 0, 2)])
    assert isinstance(root, AlgebraicTime)
    field = NumberField(root)
    one, t, none = (field.element(fmpq_poly(entries)) for entries in ([1], [0, 1], []))
    # (1, 2t) and (-t, -1) are opposite where 2 t^2 = 1; (1, 2t) and (t, 1) are parallel.
    answer = positive_somewhere([(one, t + t), (-t, -one)], one)
    assert answer == Dependency(rows=(0, 1), columns=(0,))
    assert isinstance(positive_somewhere([(one, t + t), (t, one)], one), Basis)
    assert positive_somewhere([(none, none), (one, one)], one) == Dependency((0,), ())


def test_numbers_of_a_field_are_those_of_floats_far_from_zero_and_exact_at_it() -> None:
    """With r the square root of 1/2: 99/140 is above it by 3.6e-5, and (1 + r)(1 - r) = 1/2."""
    [root] = sorted_times([(-1, 0, 2)])
    assert isinstance(root, AlgebraicTime)
    field = NumberField(root)
    one, r = field.element(fmpq_poly([1])), field.element(fmpq_poly([0, 1]))
    assert (one + r) * (one - r) + (one + r) * (one - r) == 1
    assert one / (one + r) == (one - r) * 2
    near = field.element(fmpq_poly([-99, 140]))
    assert near < 0
    assert not near > 0
    assert field.element(fmpq_poly([-(10**30) // 7, 10**30])) > 0


def test_births_deaths_and_survivors_add_up() -> None:
    rng = np.random.default_rng(0)
    weight, bias = rng.normal(size=(6, 2)), rng.normal(size=6)
    nets = [mlp([(weight, bias + 0.2 * k)]) for k in range(4)]
    X = rng.uniform(-1, 1, (50, 2))
    curve = track(nets, SQUARE, data=X, definitions=True, volumes=True)
    sets = [brute_force_patterns(net, SQUARE) for net in nets]
    assert [point.regions for point in curve] == [len(found) for found in sets]
    for point, before, now in zip(curve[1:], sets, sets[1:], strict=False):
        assert point.born == len(now - before)
        assert point.died == len(before - now)
        assert point.survived == len(now & before)
        assert point.jaccard == len(now & before) / len(now | before)
        assert point.volume_kept is not None
        assert 0 <= point.volume_kept <= 1
    for point, net in zip(curve, nets, strict=True):
        held = {tuple(net.staged.pattern_at(x).tolist()) for x in X.tolist()}
        assert point.occupied == len(held)
        assert point.linear_regions == count_regions(net, SQUARE)
    assert curve[0].volume_kept is curve[0].born is None


def test_the_volume_kept_is_the_share_of_what_did_not_change() -> None:
    """A point moves from 0 to 1/2 in [-1, 1]: nothing is born; a second one from 2 to 1/2 is."""
    nets = [mlp([([[1], [1]], [a, b])]) for a, b in ((0, -2), (Fraction(-1, 2), -2))]
    assert track(nets, Box([-1], [1]), volumes=True)[1].volume_kept == 1
    nets.append(mlp([([[1], [1]], [Fraction(-1, 2), Fraction(-3, 4)])]))
    last = track(nets, Box([-1], [1]), volumes=True)[2]
    assert (last.born, last.volume_kept) == (1, Fraction(7, 8))


def test_dead_units_and_units_that_are_always_on_are_counted() -> None:
    net = mlp([([[1, 0], [0, 1], [1, 0]], [0, 5, -5])])
    [point] = track([net], SQUARE)
    assert (point.dead, point.always_on) == (1, 1)


def test_a_tracker_looks_at_every_so_many_steps() -> None:
    tracker = Tracker(WholeSpace(1), every=3)
    net = mlp([([[1]], [0])])
    assert [tracker(net) is not None for _ in range(7)] == [True, False, False] * 2 + [True]
    assert [point.step for point in tracker.curve] == [0, 3, 6]
    assert tracker.life_spans.tolist() == [3, 3]


def test_checkpoints_of_any_kind_are_the_same_network(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    module = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.ReLU(), torch.nn.Linear(3, 1))
    net = network_of(module)
    save(net, tmp_path / "net.json")
    torch.save(module.state_dict(), tmp_path / "net.pt")
    weights = [np.zeros((3, 2)), np.zeros((1, 3))]
    blank = mlp([(weights[0], np.zeros(3))], (weights[1], np.zeros(1)))
    path = tmp_path / "net.pt"
    for made in (
        network_of(tmp_path / "net.json"),
        network_of(module.state_dict(), blank),
        network_of(path, blank),
        network_of(path, module),
    ):
        assert made.fingerprint == net.fingerprint
    with pytest.raises(InvalidNetwork, match="no architecture"):
        network_of(path)
    with pytest.raises(InvalidNetwork, match="2 matrices"):
        network_of(path, mlp([([[1]], [0])]))
    with pytest.raises(InvalidNetwork, match=r"shape \(3, 4\) was expected, got \(3, 2\)"):
        network_of(path, mlp([(np.ones((3, 4)), np.ones(3))], (weights[1], np.zeros(1))))
    path.write_bytes(b"no pickle")
    with pytest.raises(UnreadableFile, match="state dict"):
        network_of(path, blank)
    with ZipFile(path, "w", compression=ZIP_DEFLATED) as archive:
        archive.writestr("archive/data/0", bytes(1 << 25))
    with pytest.raises(UnreadableFile, match="unpacks to 33,554,432 bytes"):
        network_of(path, blank)


def test_networks_with_other_units_are_refused() -> None:
    with pytest.raises(InvalidNetwork, match="checkpoint 1"):
        track([mlp([([[1]], [0])]), mlp([([[1], [1]], [0, 0])])])
    with pytest.raises(TypeError, match="checkpoint"):
        track([3])
