"""The sinusoidal experiment: the golden networks have the errors and regions that were found."""

from __future__ import annotations

import importlib.util
import json
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from linreg import Box, count_regions, region_counts
from linreg.readers import network_from_json

ROOT = Path(__file__).parents[2]
GOLDEN = json.loads((ROOT / "tests" / "golden" / "experiments.json").read_text())
CASES = [pytest.param(each, id=each["name"]) for each in GOLDEN["sinusoid"]]


def script() -> ModuleType:
    """The example as a module."""
    spec = importlib.util.spec_from_file_location("sinusoid", ROOT / "examples" / "sinusoid.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("case", CASES)
def test_a_golden_network_errs_on_as_many_points_as_fractions_say(case: Any) -> None:
    net = network_from_json(case["network"])
    points, _ = script().grid()
    assert len(points) == case["expected"]["points"]
    assert script().misclassified(net) == case["expected"]["misclassified"]


@pytest.mark.parametrize("case", CASES)
def test_a_golden_network_has_the_regions_that_the_oracle_found(case: Any) -> None:
    net, expected = network_from_json(case["network"]), case["expected"]
    assert count_regions(net) == expected["activation_regions"]
    square = region_counts(net, Box([-1, -1], [1, 1]))
    assert square.activation_regions == expected["activation_regions_in_box_1"]
    assert square.linear_regions == expected["linear_regions_in_box_1"]


def test_the_points_where_a_sine_is_rational_are_labelled_exactly() -> None:
    """On the sine itself is class 0: at x = -1, 0 and 1, and where it is 1 or -1."""
    labels = dict(zip(*(each for each in script().grid()), strict=True))
    for x, y in ((-1, 0), (1, 0), (0, 0), (Fraction(1, 2), Fraction(-1, 2))):
        assert not labels[Fraction(x), Fraction(y)]
        assert labels[Fraction(x), Fraction(y) + Fraction(1, 20)]


def test_a_boundary_has_as_many_pieces_as_regions_that_it_passes_through() -> None:
    """|x| = 1/2 has one piece on either side of x = 0."""
    layer: dict[str, Any] = {"type": "linear", "weight": [[1, 0]]}
    absolute = {"input_shape": [2], "layers": [layer, {"type": "abs"}]}
    absolute["layers"].append({"type": "linear", "weight": [[1]], "bias": ["-1/2"]})
    assert script().boundary_pieces(network_from_json(absolute)) == 2
