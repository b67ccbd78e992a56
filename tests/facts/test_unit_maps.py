"""Linear maps of single units: golden values, and facts that hold for every network."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import generators
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linreg import (
    Box,
    WholeSpace,
    absolute,
    maxout,
    mlp,
    rank_units,
    same_activation,
    unit_map,
    unit_responses,
)
from linreg.errors import NoSuchIndex
from linreg.readers import network_from_json
from linreg.unit_maps import responses
from linreg.unit_maps.float_maps import distinct

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "experiments.json").read_text())


def of_kind(kind: str) -> list[Any]:
    return [each for each in GOLDEN["units"] if each["kind"].startswith(kind)]


def exact(numbers: Any) -> tuple[Fraction, ...]:
    return tuple(map(Fraction, numbers))


@pytest.mark.parametrize("case", of_kind("map of a unit"))
def test_a_golden_unit_has_the_map_that_two_programs_found(case: Any) -> None:
    found = unit_map(network_from_json(case["network"]), case["point"], case["stage"], case["unit"])
    expected = case["expected"]
    assert found.weight == exact(expected["weight"])
    assert (found.bias, found.value) == exact([expected["bias"], expected["value"]])
    assert found.on_boundary == case["on_a_boundary"]


@pytest.mark.parametrize("case", of_kind("distinct maps"))
def test_a_golden_unit_has_the_distinct_maps_that_two_programs_found(case: Any) -> None:
    net = network_from_json(case["network"])
    found = unit_responses(net, WholeSpace(2), case["stage"], case["unit"])
    expected = case["expected"]
    assert (found.n_maps, found.n_weights) == (expected["maps"], expected["weights"])
    rows = [found.exact_map(i).rows.entries() for i in range(found.n_maps)]
    assert sorted(map(list, rows)) == sorted(map(list, expected["list"]))


@pytest.mark.parametrize("case", of_kind("points with one value"))
def test_every_golden_piece_with_a_value_has_a_point_with_exactly_that_value(case: Any) -> None:
    net = network_from_json(case["network"])
    place = case["stage"], case["unit"]
    found = same_activation(net, case["point"], *place, n=None, domain=Box([-3, -3], [3, 3]))
    pieces = {(each.weight, each.bias) for each in found}
    assert pieces == {
        (exact(each["weight"]), Fraction(each["bias"])) for each in case["expected"]["points"]
    }
    for each in found:
        there = unit_map(net, each.point, *place)
        assert there.value == Fraction(case["value"])
        assert (there.weight, there.bias, there.on_boundary) == (each.weight, each.bias, False)
        # Just inside the ball nothing has changed; in some direction it ends at the radius.
        step = 0.49 * each.radius
        for direction in ([1, 1], [1, -1], [-1, 1], [-1, -1]):
            near = [float(x) + step * by for x, by in zip(each.point, direction, strict=True)]
            assert unit_map(net, near, *place).weight == each.weight


@settings(max_examples=40)
@given(st.data(), generators.networks())
def test_the_map_of_an_output_has_its_value_and_holds_nearby(data: Any, net: Any) -> None:
    x = data.draw(generators.points(net.input_dim))
    last = len(net.staged.stages) + 1
    found = unit_map(net, x, last, 0)
    assert found.value == net.forward_exact(x)[0]
    *_, output = net.staged.maps_on(list(found.pattern))
    assert output.rows.table()[0] == [*map(_rational, found.weight), _rational(found.bias)]
    if not found.on_boundary:
        step = Fraction(1, 2**40)
        for i in range(net.input_dim):
            for sign in (1, -1):
                moved = [*x[:i], x[i] + sign * step, *x[i + 1 :]]
                assert net.forward_exact(moved)[0] == found.value + sign * step * found.weight[i]


def _rational(number: Fraction) -> Any:
    from linreg.rational import rational

    return rational(number)


@settings(max_examples=25)
@given(st.data(), generators.networks())
def test_responses_are_the_exact_maps_at_the_rows(data: Any, net: Any) -> None:
    rows = [data.draw(generators.points(net.input_dim)) for _ in range(6)]
    stage = len(net.staged.stages)
    maps = [unit_map(net, row, stage, 0) for row in rows]
    found = unit_responses(net, rows, stage, 0)
    keys = [(each.weight, each.bias) for each in maps]
    assert found.n_maps == len(set(keys))
    assert found.n_weights == len({each.weight for each in maps})
    assert found.map_of_row.tolist() == [[*dict.fromkeys(keys)].index(key) for key in keys]
    for each, k in zip(maps, found.map_of_row, strict=True):
        assert np.allclose(found.weights[k], [float(w) for w in each.weight], atol=1e-12)


def test_a_data_set_shows_no_more_maps_than_the_domain_has() -> None:
    rng = np.random.default_rng(0)
    net = mlp([(rng.normal(size=(5, 2)), rng.normal(size=5)), (rng.normal(size=(2, 5)), [0, 0])])
    X = rng.uniform(-1, 1, (300, 2))
    shown = unit_responses(net, X, 2, 1)
    there = unit_responses(net, Box([-1, -1], [1, 1]), 2, 1)
    assert 1 < shown.n_maps <= there.n_maps
    assert np.allclose(shown.values, [float(unit_map(net, x, 2, 1).value) for x in X])


def test_maps_that_differ_by_less_than_a_rounding_are_two() -> None:
    """1e-20 is lost beside 1 in float64, and no two weights are the same: only fractions tell."""
    net = mlp([([[1]], [0]), ([["1/3"], [-1]], [0, 0])], ([[1, "1e-20"]], [0]))
    assert unit_responses(net, [[0.5], [-0.5]], 3, 0).n_maps == 2
    same = mlp([([[1], [1]], [0, -1])], ([["1/3", 0]], [0]))
    found = unit_responses(same, [[0.5], [2]], 2, 0)
    assert (found.n_maps, found.counts.tolist()) == (1, [2])


def test_directions_are_weights_up_to_a_positive_factor() -> None:
    """|x| + |y| has four gradients and four directions; doubled beyond x = 1, six and six."""
    net = mlp([([[1, 0], [0, 1]], [0, 0])], ([[1, 1]], [0]), activation=absolute())
    found = unit_responses(net, WholeSpace(2), 2, 0)
    assert (found.n_maps, found.n_weights, found.n_directions) == (4, 4, 4)
    steps = mlp([([[1], [1]], [0, -1])], ([[1, 1]], [0]))
    found = unit_responses(steps, WholeSpace(1), 2, 0)
    assert (found.n_maps, found.n_weights, found.n_directions) == (3, 3, 2)


def test_one_zero_weight_does_not_make_others_be_compared_exactly(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of steps at 1, ..., 40 the first piece is constant; 41 weights, and two directions."""
    steps = mlp([([[1]] * 40, range(-1, -41, -1))], ([[1] * 40], [0]))
    bent = mlp([([[1, k] for k in range(40)], range(-1, -41, -1))], ([[1] * 40], [0]))
    found = unit_responses(steps, WholeSpace(1), 2, 0)
    assert (found.n_maps, found.n_weights, found.n_directions) == (41, 41, 2)
    asked: list[int] = []
    exact_row = responses.exact_row

    def counted(network: Any, pattern: Any, stage: int, row: int) -> Any:
        asked.append(row)
        return exact_row(network, pattern, stage, row)

    monkeypatch.setattr(responses, "exact_row", counted)
    rows = [[t + 0.5, 0.0] for t in range(45)]
    found = unit_responses(bent, rows, 2, 0)
    assert 0 in np.linalg.norm(found.weights, axis=1)
    assert found.n_maps == 41
    assert len(asked) < found.n_maps / 2


def test_a_max_unit_has_a_map_for_each_winner() -> None:
    net = mlp([([[1, 0], [0, 1], [-1, -1]], [0, 0, 0])], activation=maxout(3))
    assert unit_responses(net, WholeSpace(2), 1, 0).n_maps == 3
    assert unit_map(net, [1, 1], 1, 0).on_boundary
    assert not unit_map(net, [2, 1], 1, 0).on_boundary
    assert len(same_activation(net, [2, 1], 1, 0)) == 3


def test_between_data_points_a_unit_takes_every_value_between_theirs() -> None:
    """|x| + |x - 1| + |x - 2| + |x - 3| is 26, 4 and 14 at the points, 6 - 2 x from 0 to 1."""
    layers = [([[1], [1], [1], [1]], [0, -1, -2, -3])]
    net = mlp(layers, ([[1, 1, 1, 1]], [0]), activation=absolute())
    found = same_activation(net, None, 2, 0, None, among=[[-5], [1.5], [5]], value="9/2")
    # The regions of the points are x < 0, 1 < x < 2 and x > 3, and the value is in none of them.
    assert sorted((each.point, each.weight) for each in found) == [
        ((Fraction(3, 4),), (-2,)),
        ((Fraction(9, 4),), (2,)),
    ]
    for each in found:
        assert unit_map(net, list(each.point), 2, 0).value == Fraction(9, 2)


def test_a_unit_that_is_dead_all_around_is_on_no_boundary() -> None:
    net = mlp([([[0]], [0]), ([[1]], [1])])
    assert not unit_map(net, [5], 2, 0).on_boundary


def test_maps_are_those_of_automatic_differentiation() -> None:
    torch = pytest.importorskip("torch")
    from linreg import from_torch

    torch.manual_seed(0)
    model = torch.nn.Sequential(
        torch.nn.Linear(4, 9), torch.nn.ReLU(), torch.nn.Linear(9, 7), torch.nn.LeakyReLU()
    )
    net = from_torch(model, (4,))
    X = torch.randn(20, 4, dtype=torch.float64).requires_grad_()
    for unit in (0, 6):
        model.double()
        value = model[:3](X)[:, unit]
        (gradient,) = torch.autograd.grad(value.sum(), X)
        found = unit_responses(net, X.detach().numpy(), 2, unit)
        assert np.allclose(found.weights[found.map_of_row], gradient.numpy(), atol=1e-12)
        assert np.allclose(found.values, value.detach().numpy(), atol=1e-12)


def test_representatives_are_the_directions_where_there_are_few() -> None:
    net = mlp([([[1, 0], [0, 1]], [0, 0])], ([[1, 2]], [1]), activation=absolute())
    X = [[1, 1], [2, 1], [3, 3], [-1, 1], [-1, 2], [-1, -1], [1, -5]]
    found = unit_responses(net, X, 2, 0)
    few = found.representatives(10)
    assert few.sizes.tolist() == [3, 2, 1, 1]
    assert np.allclose(few.weights[0], np.array([1, 2]) / np.sqrt(5))
    assert np.allclose(few.sizes @ few.differences, 0)
    assert found.spread() == pytest.approx(2)


def test_units_are_ranked_by_how_far_their_responses_differ() -> None:
    """In the second stage unit 0 reads x itself, and unit 1 |x|."""
    net = mlp([([[1], [-1]], [0, 0]), ([[1, -1], [1, 1]], [0, 0])])
    ranked = rank_units(net, [[-1.0], [1.0], [2.0]], 2)
    assert [unit for unit, _ in ranked] == [1, 0]
    assert [spread for _, spread in ranked] == [pytest.approx(2), pytest.approx(0)]


def test_rows_are_one_if_and_only_if_exact_arithmetic_says_so() -> None:
    values = np.array([[1.0, 2.0], [1.0, 2.0], [1.0 + 1e-12, 2.0], [5.0, 0.0]])
    errors = np.full((4, 2), 1e-9)
    assert distinct(values, errors, lambda i: "one").tolist() == [0, 0, 0, 1]
    assert distinct(values, errors, lambda i: i).tolist() == [0, 1, 2, 3]


def test_mistakes_are_refused_by_name() -> None:
    net = mlp([([[1, 0], [0, 1]], [0, 0])], ([[1, 2]], [1]))
    for stage, unit, said in ((0, 0, "stage"), (3, 0, "stage"), (1, 2, "unit"), (2, 1, "outputs")):
        with pytest.raises(NoSuchIndex, match=said):
            unit_map(net, [0, 0], stage, unit)
    with pytest.raises(ValueError, match="one row or more"):
        unit_responses(net, np.empty((0, 2)), 1, 0)
    with pytest.raises(ValueError, match="n must be at least 1"):
        same_activation(net, [0, 0], 1, 0, 0)
    for x, value in ((None, None), ([0, 0], 1)):
        with pytest.raises(ValueError, match="one of them was expected"):
            same_activation(net, x, 1, 0, value=value)
    with pytest.raises(ValueError, match="positive"):
        unit_responses(net, [[-1, -1]], 1, 0).representatives()
