"""The commands zoo, bounds and maximise."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from program import linreg

from linreg import load, zoo


def test_the_zoo_lists_its_families() -> None:
    done = linreg("zoo")
    assert (done.code, done.err) == (0, "")
    listed = [line.split()[0] for line in done.out.splitlines()]
    assert listed == list(zoo.CATALOGUE)
    assert [each["usage"].split()[0] for each in linreg("zoo", "--json").json["zoo"]] == listed


def test_a_network_of_the_zoo_is_written_and_read_back(tmp_path: Path) -> None:
    path = tmp_path / "shi4.json"
    answer = linreg("zoo", "shi", 4, "-o", path, "--json").json
    assert answer["activation_regions"] == answer["at_least"] == 125
    assert answer["output"] == str(path)
    assert load(path).fingerprint == answer["fingerprint"] == zoo.shi(4).network.fingerprint
    assert load(path).source == "Shi (1986)"
    assert linreg("count", path, "--json").json["activation_regions"] == 125


def test_a_construction_is_written_with_the_domain_on_which_it_is_known(tmp_path: Path) -> None:
    path = tmp_path / "folding.json"
    done = linreg("zoo", "folding", 2, 5, 4, "-o", path)
    assert (done.code, done.err) == (0, "")
    assert "regions      66" in done.out
    assert json.loads(path.read_text())["domain"] == {"type": "box", "lo": [0, 0], "hi": [1, 1]}
    assert linreg("count", path, "--json").json["activation_regions"] == 66


def test_a_zoo_network_may_go_to_a_numpy_archive(tmp_path: Path) -> None:
    assert linreg("zoo", "braid", 3, "-o", tmp_path / "braid.npz").code == 0
    assert linreg("count", tmp_path / "braid.npz", "--json").json["activation_regions"] == 6


def test_huge_counts_are_strings_in_json() -> None:
    assert linreg("zoo", "abs-tower", 9, 7, "--json").json["activation_regions"] == str(2**63)
    assert linreg("zoo", "telgarsky", 53, "--json").json["activation_regions"] == 2**53


@pytest.mark.parametrize(
    "arguments",
    [("shy", 4), ("shi",), ("shi", "x"), ("shi", 10**30), ("shi", 1), ("shi", "1.5")],
)
def test_mistakes_about_the_zoo_are_one_line(arguments) -> None:
    assert linreg("zoo", *arguments).complaint


def test_a_zoo_network_is_not_written_to_an_unknown_kind_of_file(tmp_path: Path) -> None:
    assert "graph.txt" in linreg("zoo", "shi", 3, "-o", tmp_path / "graph.txt").complaint
