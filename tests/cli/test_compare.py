"""Several networks side by side."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from program import linreg

import linreg as library

THREE_LINES = library.mlp([([[1, 0], [0, 1], [1, 1]], [0, 0, -1])])
TWO_LINES = library.mlp([([[1, 0], [0, 1]], [0, 0])])


@pytest.fixture
def nets(tmp_path: Path) -> list[Path]:
    """Lines in general position cut the plane into 7 and 4: Zaslavsky's bound is attained."""
    paths = [tmp_path / "three.json", tmp_path / "two.json"]
    for net, path in zip((THREE_LINES, TWO_LINES), paths, strict=True):
        library.save(net, path)
    return paths


def test_counts_and_bounds_stand_side_by_side(nets: list[Path]) -> None:
    rows = linreg("compare", *nets, "--json").json["networks"]
    assert [(row["activation_regions"], row["at_most"]) for row in rows] == [(7, 7), (4, 4)]
    assert [row["fingerprint"] for row in rows] == [THREE_LINES.fingerprint, TWO_LINES.fingerprint]
    out = linreg("compare", *nets).out
    assert "times the first" in out
    assert "0.571" in out  # 4 / 7


def test_a_table_of_csv_has_a_row_for_each_network(nets: list[Path]) -> None:
    out = linreg("compare", *nets, "--csv", "--domain", "box:1,2").out
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [Path(row["network"]).name for row in rows] == ["three.json", "two.json"]
    # Inside (1, 2)^2 no coordinate changes its sign, and x + y > 1.
    assert [row["activation_regions"] for row in rows] == ["1", "1"]


def test_a_limit_that_is_reached_says_at_least(nets: list[Path]) -> None:
    outcome = linreg("compare", *nets, "--limit", "5")
    assert outcome.code == 3
    assert "at least 5" in outcome.out
    missing = nets[0].with_name("none.json")
    assert "there is no such file" in linreg("compare", *nets, missing).complaint
