"""Every command answers about networks that have next to nothing in them, whatever the strategy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from program import Outcome, linreg, write

RELU = {"type": "relu"}


def linear(weight: list[list[int]], *bias: int) -> dict[str, Any]:
    return {"type": "linear", "weight": weight, "bias": bias or [0] * len(weight)}


def net(inputs: int, *layers: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"input_shape": [inputs], "layers": layers, **more}


ZEROS = linear([[0, 0], [0, 0]])
TRIVIAL: dict[str, tuple[dict[str, Any], int]] = {
    "no layers, one input": (net(1), 1),
    "no layers, seven inputs": (net(7), 1),
    "the identity as a layer": (net(2, linear([[1, 0], [0, 1]])), 1),
    "a constant": (net(2, linear([[0, 0]], 3)), 1),
    "no units on a box": (net(1, domain={"type": "box", "lo": [0], "hi": [1]}), 1),
    "units of one piece": (net(2, linear([[1, 2]]), {"type": "leaky_relu", "alpha": 1}), 1),
    "max units of rank one": (net(1, {"type": "maxout", "weight": [[[1]]]}), 1),
    "max units of equal candidates": (net(1, {"type": "maxout", "weight": [[[1], [1]]]}), 1),
    "zero weights": (net(2, ZEROS, RELU), 1),
    "zero weights, twice": (net(2, ZEROS, RELU, ZEROS, RELU), 1),
    "one dead unit": (net(1, linear([[0]], -1), RELU), 1),
    "a unit that is dead behind another": (net(1, RELU, linear([[-1]], -1), RELU), 2),
    "a dead unit on a box": (
        net(1, linear([[1]], -2), RELU, domain={"type": "box", "lo": [0], "hi": [1]}),
        1,
    ),
    "one unit of one input": (net(1, RELU), 2),
    "one unit of seven inputs": (net(7, linear([[1, 1, 1, 1, 1, 1, 1]]), RELU), 2),
    "one unit, and a constant output": (net(1, RELU, linear([[0]], 1)), 2),
    "one max unit": (net(1, {"type": "maxout", "weight": [[[1], [-1]]]}), 2),
    "a residual block without units": (net(2, {"type": "residual", "body": []}), 1),
}
STRATEGIES = ["auto", "highs", "compiled"]

trivial = pytest.mark.parametrize(("document", "regions"), TRIVIAL.values(), ids=TRIVIAL)
by_strategy = pytest.mark.parametrize("strategy", STRATEGIES)


def done(*arguments: object) -> Outcome:
    outcome = linreg(*arguments)
    assert (outcome.code, outcome.err) == (0, "")
    return outcome


@pytest.fixture
def file(document: dict[str, Any], tmp_path: Path) -> Path:
    return write(tmp_path / "net.json", document)


@trivial
@by_strategy
def test_they_are_counted_by_all_definitions(file: Path, regions: int, strategy: str) -> None:
    assert done("count", file, "--strategy", strategy, "--json").json["complete"]
    answer = done("count", file, "--strategy", strategy, "--all-definitions", "--json").json
    assert answer["activation_regions"] == regions
    assert answer["dual_edges"] == regions - 1
    assert 1 <= answer["affine_maps"] <= answer["linear_regions"] <= regions
    done("count", file, "--strategy", strategy, "--all-definitions")


@trivial
@by_strategy
def test_their_counts_are_certified_and_checked(
    file: Path, regions: int, strategy: str, tmp_path: Path
) -> None:
    for graph in ([], ["--graph"]):
        proof = tmp_path / "proof"
        answer = done("certify", file, "-o", proof, "--strategy", strategy, *graph, "--json").json
        assert answer["activation_regions"] == regions
        verdict = done("check", proof, file, "--json").json
        assert verdict["accepted"]
        assert verdict["activation_regions"] == regions
        assert verdict["edges"] == (regions - 1 if graph else None)
        done("check", proof, file)
    evidence = done("count", file, "--strategy", strategy, "--certify", "--json").json["evidence"]
    assert evidence == "certified"


@trivial
@by_strategy
def test_their_regions_and_graphs_are_written(
    file: Path, regions: int, strategy: str, tmp_path: Path
) -> None:
    for suffix in (".csv", ".parquet", ".npz"):
        done("enumerate", file, "-o", tmp_path / f"table{suffix}", "--strategy", strategy)
        graph = tmp_path / f"graph{suffix}"
        done("graph", file, "-o", graph, "--stats", "--strategy", strategy)
        done("graph", file, "-o", graph, "--merged", "--strategy", strategy)
    answer = done("graph", file, "--stats", "--strategy", strategy, "--json").json
    assert answer["edges"] == regions - 1
    assert answer["statistics"]["components"] == 1


@trivial
@by_strategy
def test_their_runs_are_kept(file: Path, regions: int, strategy: str, tmp_path: Path) -> None:
    counted, listed = tmp_path / "counted", tmp_path / "listed"
    for _ in range(2):
        answer = done("count", file, "--run", counted, "--strategy", strategy, "--json").json
        assert answer["activation_regions"] == regions
        done("enumerate", file, "-o", listed, "--strategy", strategy)
    for run in (counted, listed):
        done("status", run)
        assert done("status", run, "--json").json["activation_regions"] == regions


@trivial
def test_they_are_described_and_converted(file: Path, regions: int, tmp_path: Path) -> None:
    described = done("info", file, "--json").json
    done("info", file)
    copy = tmp_path / "copy.json"
    converted = done("convert", file, copy, "--json").json
    assert converted["fingerprint"] == described["fingerprint"]
    done("bounds", file)
    assert done("bounds", file, "--json").json
    assert done("count", copy, "--json").json["activation_regions"] == regions


@trivial
@pytest.mark.parametrize("workers", [1, 2])
def test_python_answers_about_them_too(
    document: dict[str, Any], regions: int, workers: int, tmp_path: Path
) -> None:
    from linreg import count, enumerate_regions, load, load_domain

    path = write(tmp_path / "net.json", document)
    network, domain = load(path), load_domain(path)
    for strategy in STRATEGIES:
        assert count(network, domain, strategy=strategy, workers=workers).regions == regions
        found = enumerate_regions(network, domain, strategy=strategy)
        for region in found:
            assert region.contains(region.exact_witness)
            assert len(region.facets) >= regions - 1
        assert found.locate([found[0].exact_witness]).tolist() == [0]
