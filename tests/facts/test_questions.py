"""Extreme values and properties, held to values that two independent programs found."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import pytest
from question_cases import cases, network_case, query_of

import linreg
from linreg.network import Network

EXTREMES = {
    f"{case['name']}-{case['functional']}-{case['sense']}": case for case in cases("extreme_values")
}
PROPERTIES = {case["name"]: case for case in cases("verification")}


def _combined(net: Network, x: Sequence[Fraction], weights: Sequence[Any]) -> Fraction:
    return sum(
        (Fraction(by) * y for by, y in zip(weights, net.forward_exact(x), strict=True)),
        Fraction(0),
    )


@pytest.mark.parametrize("name", EXTREMES)
def test_extreme_values_are_those_of_two_other_programs(name: str) -> None:
    case = EXTREMES[name]
    each, expected, weights = network_case(case), case["expected"], case["functional"]
    net = each.network
    extreme = linreg.maximum if case["sense"] == "max" else linreg.minimum
    found = extreme(net, weights, each.domain)
    assert found.complete
    assert found.status == expected["status"]
    assert found.point is not None
    if found.status == "attained":
        assert found.value == found.bound == Fraction(expected["value"])
        assert _combined(net, found.point, weights) == found.value
        return
    # The ray proves it: the value changes at the rate for ever.
    assert found.ray is not None
    assert found.rate is not None
    assert max(map(abs, found.ray)) == 1
    assert (found.rate > 0) == (case["sense"] == "max")
    start = _combined(net, found.point, weights)
    for steps in (1, 3, 10**6):
        there = [p + steps * r for p, r in zip(found.point, found.ray, strict=True)]
        assert _combined(net, there, weights) == start + steps * found.rate


@pytest.mark.parametrize("name", PROPERTIES)
def test_verdicts_are_those_of_two_other_programs(name: str) -> None:
    case = PROPERTIES[name]
    net = network_case(case).network
    query = query_of(case, net.input_dim, net.staged.readout.n_outputs)
    found = linreg.verify(net, query)
    assert (found.verdict, found.complete) == (case["expected"]["verdict"], True)
    if found.holds is False:
        assert found.counterexample is not None
        assert found.output is not None
        assert list(found.output) == net.forward_exact(found.counterexample)
        assert query.is_unsafe(found.counterexample, found.output)


@pytest.mark.parametrize(
    ("name", "version"),
    [(name, each) for name, case in PROPERTIES.items() for each in case["vnnlib"]],
)
def test_files_of_both_versions_ask_the_same(name: str, version: str, tmp_path: Any) -> None:
    case = PROPERTIES[name]
    net = network_case(case).network
    (tmp_path / "q.vnnlib").write_text(case["vnnlib"][version])
    query = linreg.load_query(tmp_path / "q.vnnlib")
    assert linreg.verify(net, query).verdict == case["expected"]["verdict"]


LIPSCHITZ = [
    (case, key, expected)
    for case in cases("lipschitz")
    for key, expected in case["expected"].items()
]


@pytest.mark.parametrize(
    ("case", "key", "expected"),
    LIPSCHITZ,
    ids=[f"{case['name']}-{key}" for case, key, _ in LIPSCHITZ],
)
def test_lipschitz_constants_are_those_of_two_other_programs(
    case: dict[str, Any], key: str, expected: Any
) -> None:
    each = network_case(case)
    _, input_norm, _, output_norm = key.removesuffix("_squared").split("_")
    found = linreg.lipschitz(each.network, each.domain, input_norm, output_norm)
    assert found.complete
    if not isinstance(expected, dict):
        assert (found.squared if key.endswith("_squared") else found.exact) == Fraction(expected)
        return
    rational, radicand = (Fraction(expected[name]) for name in ("rational_part", "plus_sqrt_of"))
    if not radicand:
        assert found.squared == rational
        return
    assert found.root is not None
    low, high = found.root.interval(50)
    assert (low - rational) ** 2 <= radicand <= (high - rational) ** 2


ROBUSTNESS = [
    pytest.param(case, id=f"{case['name']}-{case['point']}-{case['norm']}")
    for case in cases("robustness")
]


@pytest.mark.parametrize("case", ROBUSTNESS)
def test_radii_are_those_of_two_other_programs(case: dict[str, Any]) -> None:
    each, expected, norm = network_case(case), case["expected"], case["norm"]
    found = linreg.robustness(each.network, case["point"], norm, each.domain)
    assert found.complete
    assert found.label == case["class"]
    suffix, field = ("_squared", "squared") if norm == "l2" else ("", "exact")
    for name in ("tie", "flip"):
        distance = getattr(found, name)
        assert getattr(distance, field) == Fraction(expected[f"{name}_distance{suffix}"])
        assert distance.label == expected[f"{name}_class"]
        # The point is as far as is said, and another class has at least as much there.
        offsets = [abs(a - Fraction(b)) for a, b in zip(distance.point, case["point"], strict=True)]
        size = {"linf": max(offsets), "l1": sum(offsets), "l2": sum(x * x for x in offsets)}[norm]
        assert size == getattr(distance, field)
        outputs = each.network.forward_exact(distance.point)
        assert outputs[distance.label] >= outputs[found.label]
