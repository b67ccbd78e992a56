"""The scripts in examples/ run in small, and say what theorems say."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

pytest.importorskip("matplotlib")
pytest.importorskip("sklearn")

EXAMPLES = Path(__file__).parents[2] / "examples"


def script(name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """An example as a module."""
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, name, module)  # for its dataclasses
    spec.loader.exec_module(module)
    return module


SMALL = {
    "expected_regions": ["--samples", "2"],
    "learning_curve": ["--seeds", "1", "--epochs", "4", "--every", "2", "--points", "60"],
    "sinusoid": ["--seeds", "1"],
    "unit_responses": ["--hidden", "40,16", "--epochs", "20", "--images", "500", "--value", "1/2"],
}


@pytest.mark.parametrize("name", SMALL)
def test_an_example_runs_in_small_and_draws(
    name: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    path = tmp_path / "picture.png"
    module = script(name, monkeypatch)
    if name == "expected_regions":
        monkeypatch.setattr(module, "CASES", (module.CASES[0], module.CASES[4]))
    if name == "sinusoid":
        monkeypatch.setattr(module, "SHAPES", {"shallow, 2": (2,), "deep, 2 + 2": (2, 2)})
    monkeypatch.setattr(sys, "argv", [name, *SMALL[name], "--picture", str(path)])
    module.main()
    assert path.read_bytes().startswith(b"\x89PNG")
    printed = capsys.readouterr().out
    assert "nan" not in printed
    if name == "unit_responses":
        values = re.findall(r"^  value (\S+), alone", printed, flags=re.MULTILINE)
        assert values
        assert set(values) == {"1/2"}


@pytest.mark.parametrize("place", [0, 2, 3])
def test_one_layer_has_the_same_number_of_regions_for_all_weights(
    place: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Zaslavsky (1975); Xiong et al. (2020), Theorem 1, for layers where it holds."""
    module = script("expected_regions", monkeypatch)
    case = module.CASES[place]
    assert set(module.sample(case, 3, seed=5)) == {case.exactly}


def test_several_layers_have_numbers_that_differ_and_stay_below_the_bound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    module = script("expected_regions", monkeypatch)
    case = module.CASES[4]
    found = module.sample(case, 8, seed=5)
    assert len(set(found)) > 1
    assert max(found) <= case.at_most


def test_the_gradients_of_the_training_are_those_of_the_loss(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Difference quotients, with nothing dropped."""
    module = script("unit_responses", monkeypatch)
    monkeypatch.setattr(module, "KEPT_INPUTS", 1.0)
    monkeypatch.setattr(module, "KEPT_UNITS", 1.0)
    rng = np.random.default_rng(0)
    weights, biases = [rng.normal(size=(3, 4)), rng.normal(size=(4, 2))], [np.ones(4), np.ones(2)]
    x, y = rng.normal(size=(5, 3)), np.array([0, 1, 1, 0, 1])

    def loss() -> float:
        scores = np.maximum(x @ weights[0] + biases[0], 0) @ weights[1] + biases[1]
        right = scores[np.arange(5), y] - np.log(np.exp(scores).sum(axis=1))
        return float(module.PENALTY / 2 * sum((each**2).sum() for each in weights) - right.mean())

    found = list(module.gradients(weights, biases, x, y, rng))
    for each, slope in zip((*weights, *biases), found, strict=True):
        for place in np.ndindex(each.shape):
            each[place] += 1e-6
            above = loss()
            each[place] -= 2e-6
            below = loss()
            each[place] += 1e-6
            assert slope[place] == pytest.approx((above - below) / 2e-6, abs=1e-7)
