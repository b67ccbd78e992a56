"""The search for the maximum finds networks, never numbers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from golden_networks import FOLDER

from linreg import HypothesisError, count_regions, theory
from linreg.readers.json_network import network_from_json

PAGE = Path(__file__).parents[2] / "docs" / "theory.md"


@pytest.mark.parametrize(
    ("inputs", "widths"), [(1, [2, 2]), (2, [3]), (2, [3, 3]), (2, [1, 3]), (3, [2, 2])]
)
def test_the_best_network_has_the_regions_that_are_said_of_it(inputs, widths) -> None:
    found = theory.search_maximum(inputs, widths, budget=30)
    assert count_regions(found.network) == found.regions
    assert found.regions <= found.upper == theory.serra_2018_upper(inputs, widths)
    assert found.counted <= 30
    for bound in theory.relu_bounds(inputs, widths):
        if bound.name in ("montufar_2014_remainders", "zigzag_lower"):
            assert found.regions >= bound.value


def test_one_layer_reaches_zaslavskys_number() -> None:
    found = theory.search_maximum(2, [5], budget=50)
    assert found.regions == found.upper == 16
    assert found.counted < 50


def test_the_same_seed_finds_the_same_network() -> None:
    first, second = (theory.search_maximum(2, [3, 2], budget=25, seed=7) for _ in range(2))
    assert first.network.fingerprint == second.network.fingerprint


def test_progress_never_falls() -> None:
    """It is told after each network, and perhaps while one is counted."""
    seen: list[tuple[float, int]] = []
    theory.search_maximum(
        2, [3, 3], budget=20, progress=lambda now: seen.append((now.done, now.best.regions))
    )
    assert {counted for counted, _ in seen} >= set(range(1, 21))
    assert seen == sorted(seen)


@pytest.mark.parametrize(("widths", "budget"), [([0], 5), ([], 5), ([2], 0), ([2], 1.5)])
def test_impossible_searches_are_refused(widths, budget) -> None:
    with pytest.raises(HypothesisError):
        theory.search_maximum(2, widths, budget)


MAXIMA = json.loads((FOLDER / "maxima.json").read_text())["cases"]


@pytest.mark.parametrize("case", MAXIMA, ids=lambda case: f"{case['inputs']};{case['widths']}")
def test_the_best_networks_so_far_have_their_regions(case) -> None:
    """Found by scripts/maxima.py, counted again, and told in docs/theory.md."""
    inputs, widths = case["inputs"], case["widths"]
    net = network_from_json(case["network"])
    assert [len(stage.units) for stage in net.staged.stages] == widths
    assert count_regions(net) == case["regions"] <= theory.serra_2018_upper(inputs, widths)
    bounds = theory.relu_bounds(inputs, widths)
    lower = max(bound.value for bound in bounds if bound.side == "max_at_least")
    upper = min(bound.value for bound in bounds if bound.side == "upper")
    assert lower <= case["regions"] <= upper == case["upper"]
    row = f"| {inputs}; {', '.join(map(str, widths))} | {lower} | {case['regions']} | {upper} |\n"
    assert row in PAGE.read_text()
